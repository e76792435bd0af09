"""Which rows of the rule files differ between two sets of rules, and the one set with a single row of the other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from leadwright.rules import book, files, own_fields
from leadwright.rules.files import RuleFile
from leadwright.trials.sets import RuleSet

Row = dict[str, str]

_OWN_FIELDS = f"{own_fields.TABLE}.csv"
_FEATURES = "feature_catalogue.csv"


@dataclass(frozen=True, slots=True)
class RowChange:
    """A row of a rule file that differs.

    Attributes:
        file: name of the file, without folder.
        key: what the row is called in its file; empty where rows have no name.
        before, after: its cells that differ, or all of them where the row is new or gone (then one is None).
        old, new: the whole row on both sides; None where it is not there.
    """

    file: str
    key: str
    before: Mapping[str, str] | None
    after: Mapping[str, str] | None
    old: Row | None
    new: Row | None

    def as_dict(self) -> dict[str, Any]:
        """The row as plain values."""
        file = own_fields.FILE if self.file == _OWN_FIELDS else self.file
        return {"file": file, "row": self.key, "before": self.before, "after": self.after}


Tables = Mapping[str, RuleFile]
"""The tables of one set by file name, read."""


def read(tables: Sequence[RuleFile]) -> Tables:
    """The tables by file name, with their rows; none has a fault."""
    for file in tables:
        faults = list(files.read(file))
        assert not faults, faults
    return {f"{file.name}.csv": file for file in tables}


def find(before: Tables, after: Tables) -> list[RowChange]:
    """All rows that are new, gone or other than they were.

    A feature that a row of `fields.csv` makes is not told a second time.
    """
    own = {row["feature"] for side in (before, after) for row in _cells(side[_OWN_FIELDS])}
    found = (change for name in before for change in _changes(before[name], after[name]))
    return [change for change in found if change.file != _FEATURES or change.key not in own]


def names_that_differ(sets: Sequence[Tables]) -> list[str]:
    """Names of the tables that are not the same in all sets: what has to be loaded into each copy."""
    first, *others = sets
    return [first[name].name for name in first if any(_cells(o[name]) != _cells(first[name]) for o in others)]


def apply(change: RowChange, file: RuleFile, rule_set: RuleSet) -> None:
    """Give `rule_set` the whole table as `file` has it, but for the row of `change`."""
    rows = _cells(file)
    place = rows.index(change.old) if change.old is not None else len(rows)
    rows[place : place + 1] = [change.new] if change.new is not None else []
    target = rule_set.workspace / book.WHOLE / change.file
    (rule_set.workspace / book.ADDED / change.file).unlink(missing_ok=True)
    files.write(target, [column.name for column in file.columns], rows)


def _changes(before: RuleFile, after: RuleFile) -> Iterator[RowChange]:
    old, new = _cells(before), _cells(after)
    name = f"{before.name}.csv"
    key = _key(before)
    if not key:
        gone, come = (Counter(tuple(r.items()) for r in side) for side in (old, new))
        for row in map(dict, (gone - come).elements()):
            yield RowChange(name, "", row, None, row, None)
        for row in map(dict, (come - gone).elements()):
            yield RowChange(name, "", None, row, None, row)
        return
    olds, news = ({tuple(r[column] for column in key): r for r in side} for side in (old, new))
    for parts in dict.fromkeys([*olds, *news]):
        was, is_now = olds.get(parts), news.get(parts)
        if was is None or is_now is None:
            yield RowChange(name, " ".join(parts), was, is_now, was, is_now)
        elif was != is_now:
            cells = [c for c in {**was, **is_now} if was.get(c, "") != is_now.get(c, "")]
            left, right = ({c: row.get(c, "") for c in cells} for row in (was, is_now))
            yield RowChange(name, " ".join(parts), left, right, was, is_now)


def _key(file: RuleFile) -> list[str]:
    """The columns that name a row to a person, one if there is one; none where rows have no name."""
    named = next((c.name for c in file.columns if c.is_unique and c.is_required), None)
    return [named] if named else file.key


def _cells(file: RuleFile) -> list[Row]:
    """The rows of a table, numbers spelled in one way."""
    numbers = {c.name for c in file.columns if c.kind in {"decimal", "numeric", "double", "float"}}
    return [
        {c.name: _number(row[c.name]) if c.name in numbers else row[c.name].strip() for c in file.columns}
        for _, row in file.whole_rows
    ]


def _number(text: str) -> str:
    try:
        return f"{Decimal(text.strip()).normalize():f}"
    except InvalidOperation:
        return text.strip()
