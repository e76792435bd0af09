"""A score laid out as a sum that a reader can check: its parts by dimension, each dimension's sum, and the score."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from leadwright.dashboards import markup
from leadwright.dashboards.data import Row
from leadwright.formatting import decimals_needed, points, seen_in_words

DIMENSIONS = {"fit": "Fit", "intent": "Intent"}
# The order in which the arithmetic is done: points of rules or of a model, then what takes from or adds to them.
KINDS = ["rule", "model", "group_cap", "rounding", "clamp"]
KIND_WORDS = {
    "group_cap": "Cap on signals of one kind",
    "rounding": "Rounding to whole points",
    "clamp": "Limit of the scale",
}


@dataclass(frozen=True)
class Line:
    """One row of the table; `is_sum` marks the rows that the others add up to."""

    part: str
    reason: str
    seen: str
    amount: Decimal
    is_sum: bool = False


@dataclass(frozen=True)
class Explanation:
    """The lines in reading order, their true sum, and the score that they must give."""

    lines: list[Line]
    total: Decimal
    score: Decimal

    @property
    def adds_up(self) -> bool:
        """Whether the parts give the score, to the last decimal."""
        return self.total == self.score

    @property
    def total_text(self) -> str:
        """The sum of the parts, exact."""
        return points(self.total, decimals_needed([self.total]))

    @property
    def score_text(self) -> str:
        """The score as stored, exact."""
        return points(self.score, decimals_needed([self.score]))

    def html(self) -> str:
        """The lines as a table with the sums set off and the points aligned, exact to the last decimal."""
        decimals = decimals_needed([line.amount for line in self.lines])
        return markup.table(
            ["Part", "Because", "Seen", "Points"],
            [
                (line.part, line.reason, line.seen, points(line.amount, decimals, signed=not line.is_sum))
                for line in self.lines
            ],
            numbers=frozenset({3}),
            sums=frozenset(i for i, line in enumerate(self.lines) if line.is_sum),
        )


def explain(score: Row, contributions: Sequence[Row]) -> Explanation:
    """Lay out `contributions`, largest first within a dimension, with a sum per dimension and one for the score."""
    lines: list[Line] = []
    total = Decimal(0)
    dimensions = [*DIMENSIONS, *sorted({row["dimension"] for row in contributions} - set(DIMENSIONS))]
    for dimension in dimensions:
        rows = sorted((row for row in contributions if row["dimension"] == dimension), key=_place)
        name = DIMENSIONS.get(dimension, dimension)
        lines.extend(_line(name, row) for row in rows)
        amount = sum((Decimal(row["points"]) for row in rows), Decimal(0))
        lines.append(Line(name, f"Sum of {name.lower()}", "", amount, is_sum=True))
        total += amount
    names = " + ".join(DIMENSIONS.get(dimension, dimension).lower() for dimension in dimensions)
    lines.append(Line("Score", f"Sum of {names}", "", total, is_sum=True))
    return Explanation(lines, total, Decimal(score["score"]))


def _place(row: Row) -> tuple[int, Decimal, str]:
    kind = KINDS.index(row["kind"]) if row["kind"] in KINDS else len(KINDS)
    return kind, -abs(Decimal(row["points"])), str(row["rule_id"])


def _line(name: str, row: Row) -> Line:
    reason = row["label"] or KIND_WORDS.get(row["kind"]) or row["rule_id"]
    if row["kind"] in KIND_WORDS:
        return Line(name, reason, "", Decimal(row["points"]))
    return Line(name, reason, seen_in_words(row["value"]), Decimal(row["points"]))
