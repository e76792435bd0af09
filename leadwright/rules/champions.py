"""Rows of score_champions.csv: which learned model makes the score, and when; else the rules do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from typing import Any

from leadwright.connectors.errors import ConfigError
from leadwright.rules import files
from leadwright.rules.files import RuleFile

TABLE = "score_champions"


@dataclass(frozen=True, slots=True)
class Champion:
    """One time in which a model makes the score.

    Attributes:
        valid_to: the last day; None: until further notice. Before `valid_from`: rolled back on its first day.
    """

    model_id: str
    valid_from: date
    valid_to: date | None = None
    reason: str = ""

    def holds_on(self, day: date) -> bool:
        """Whether the model makes the score on that day."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


def read(table: RuleFile) -> list[Champion]:
    """The rows of `table`, in its order. Raises ConfigError where it cannot be read."""
    faults = list(files.read(table))
    if faults:
        raise ConfigError("\n".join(map(str, faults)))
    try:
        return [
            Champion(
                row["model_id"].strip(),
                date.fromisoformat(row["valid_from"].strip()),
                date.fromisoformat(row["valid_to"].strip()) if row["valid_to"].strip() else None,
                row["reason"],
            )
            for row in (row for _, row in table.whole_rows)
        ]
    except ValueError as error:
        raise ConfigError(
            f"{table.label} cannot be read: {error}. `leadwright rules check` says where."
        ) from None


def on(rows: Sequence[Champion], day: date) -> Champion | None:
    """The row that holds on a day; None: the rules make the score."""
    return next((row for row in rows if row.holds_on(day)), None)


def with_promoted(rows: Sequence[Champion], promoted: Champion) -> list[Champion]:
    """The rows with `promoted` below them; the one that holds until further notice ends the day before."""
    return [*(_ended(row, promoted.valid_from) for row in rows), promoted]


def rolled_back(rows: Sequence[Champion], day: date) -> list[Champion]:
    """The rows, of which none holds from `day` on: from then on the rules make the score."""
    return [_ended(row, day) for row in rows]


def _ended(row: Champion, day: date) -> Champion:
    """The row, over by `day`."""
    is_over = row.valid_to is not None and row.valid_to < day
    return row if is_over else replace(row, valid_to=day - timedelta(days=1))


def text(table: RuleFile, rows: Sequence[Champion]) -> str:
    """The file that says `rows`."""
    header = [column.name for column in table.columns]
    lines = [
        [str(value) if (value := row.as_dict().get(name)) is not None else "" for name in header]
        for row in rows
    ]
    return "".join(files.spelled(line) + "\n" for line in [header, *lines])
