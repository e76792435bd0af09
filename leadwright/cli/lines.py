"""The lines of a score as tables, whose last row is the sum."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from rich.table import Table

from leadwright.cli.output import out
from leadwright.cli.terminal import plain
from leadwright.formatting import decimals_needed, points, seen_in_words


def show_lines(contributions: Sequence[Mapping[str, Any]]) -> None:
    """Print the lines that make one score, with their sum."""
    table = Table("dimension", "what", "value", "points", show_footer=True)
    table.columns[3].justify = "right"
    decimals = decimals_needed([row["points"] for row in contributions])
    for row in contributions:
        amount = points(row["points"], decimals, signed=True)
        table.add_row(row["dimension"], plain(row["label"]), plain(seen_in_words(row["value"])), amount)
    table.columns[3].footer = points(sum((row["points"] for row in contributions), Decimal(0)), decimals)
    table.columns[0].footer = "sum = score"
    out.print(table)


def show_side_by_side(
    lines: Sequence[Mapping[str, Any]], before: str, after: str, score_before: int, score_after: int
) -> None:
    """Print two scores line by line, what differs first, with both sums and the sum of the differences."""
    amounts = [line[side] for line in lines for side in ("before", "after")]
    decimals = decimals_needed(amounts)
    table = Table("dimension", "what", before, after, "difference", show_footer=True)
    for line in lines:
        sides = (points(line[side], decimals, signed=True) for side in ("before", "after"))
        moved = points(line["difference"], decimals, signed=True) if line["difference"] else ""
        table.add_row(line["dimension"], plain(line["label"]), *sides, moved)
    difference = Decimal(score_after - score_before)
    footers = (Decimal(score_before), Decimal(score_after), difference)
    for column, amount in zip(table.columns[2:], footers, strict=True):
        column.justify = "right"
        column.footer = points(amount, decimals, signed=amount is difference)
    table.columns[0].footer = "sum = score"
    out.print(table)
