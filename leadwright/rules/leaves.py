"""Rows of rep_leaves.csv: who is away from when to when, or has left, and who stands in for him.

A row is added below the others, or taken out; all else in the file stays as it is, line by line.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from leadwright.connectors.errors import ConfigError
from leadwright.rules import files
from leadwright.rules.files import RuleFile

TABLE = "rep_leaves"


@dataclass(frozen=True, slots=True)
class Leave:
    """One time in which somebody takes no leads.

    Attributes:
        last_on: the last day away; None: he has left for good.
        gives_to: who takes over leads that cannot wait; empty: the rules say who.
    """

    email: str
    first_on: date
    last_on: date | None = None
    gives_to: str = ""
    reason: str = ""

    def is_over(self, today: date) -> bool:
        """Whether he is back."""
        return self.last_on is not None and self.last_on < today

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


def read(table: RuleFile) -> list[Leave]:
    """The leaves of `table`, in its order. Raises ConfigError where the file cannot be read."""
    records = list(files.records(table))
    return [found for record in records[1:] if (found := _leave(records[0], record))]


def with_row(table: RuleFile, leave: Leave) -> str:
    """The text of `table` with a row for `leave` below the others.

    Raises:
        ConfigError: the file cannot be read, or lacks a column that the row needs.
    """
    records = list(files.records(table))
    header = _cells(records[0]) if records else [column.name for column in table.columns]
    cells = {name: "" if value is None else str(value) for name, value in leave.as_dict().items()}
    if lacking := [name for name, cell in cells.items() if cell and name not in header]:
        raise ConfigError(f"{table.label} has no column {', '.join(lacking)}. `leadwright upgrade` adds it.")
    end = _end(records[0]) if records else "\n"
    text = "".join(records) or files.spelled(header) + end
    whole = text if text.endswith(("\n", "\r")) else text + end
    return whole + files.spelled([cells.get(name, "") for name in header]) + end


def without(table: RuleFile, leaves: Sequence[Leave]) -> str:
    """The text of `table` without the rows of `leaves`."""
    records = list(files.records(table))
    return "".join([records[0], *(r for r in records[1:] if _leave(records[0], r) not in leaves)])


def _leave(header: str, record: str) -> Leave | None:
    """The leave that a row states; None for a row that states none, such as an empty line."""
    row = dict(zip(_cells(header), (cell.strip() for cell in _cells(record)), strict=False))
    try:
        return Leave(
            row["email"].lower(),
            date.fromisoformat(row["first_on"]),
            date.fromisoformat(row["last_on"]) if row["last_on"] else None,
            row.get("gives_to", "").lower(),
            row.get("reason", ""),
        )
    except (KeyError, ValueError):
        return None


def _cells(record: str) -> list[str]:
    return next(csv.reader(io.StringIO(record)), [])


def _end(record: str) -> str:
    return record[len(record.rstrip("\r\n")) :] or "\n"
