"""Which rows of the rule files differ between two sets of rules, and the one set with a single row of the other."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from leadwright.rulefiles import RuleFile
from leadwright.rulesets import RuleSet, write_rows

Row = dict[str, str]


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
        return {"file": self.file, "row": self.key, "before": self.before, "after": self.after}


def find(files: Iterable[RuleFile], before: RuleSet, after: RuleSet) -> list[RowChange]:
    """All rows that are new, gone or other than they were."""
    return [change for file in files for change in _changes(file, before, after)]


def files_that_differ(files: Iterable[RuleFile], sets: Sequence[RuleSet]) -> list[str]:
    """Names of the seeds that are not the same in all sets: what has to be loaded into each copy."""
    return [file.name for file in files if any(_cells(file, s) != _cells(file, sets[0]) for s in sets[1:])]


def apply(change: RowChange, file: RuleFile, rule_set: RuleSet, target: Path) -> None:
    """Write the file of `change` as `rule_set` has it, but for that row, to `target`."""
    rows = _cells(file, rule_set)
    place = rows.index(change.old) if change.old is not None else len(rows)
    rows[place : place + 1] = [change.new] if change.new is not None else []
    write_rows(target, [column.name for column in file.columns], rows)


def _changes(file: RuleFile, before: RuleSet, after: RuleSet) -> Iterator[RowChange]:
    old, new = _cells(file, before), _cells(file, after)
    key = _key(file)
    if not key:
        gone, come = (Counter(tuple(r.items()) for r in side) for side in (old, new))
        for row in map(dict, (gone - come).elements()):
            yield RowChange(file.path.name, "", row, None, row, None)
        for row in map(dict, (come - gone).elements()):
            yield RowChange(file.path.name, "", None, row, None, row)
        return
    olds, news = ({tuple(r[name] for name in key): r for r in side} for side in (old, new))
    for parts in dict.fromkeys([*olds, *news]):
        was, is_now = olds.get(parts), news.get(parts)
        name = " ".join(parts)
        if was is None or is_now is None:
            yield RowChange(file.path.name, name, was, is_now, was, is_now)
        elif was != is_now:
            cells = [c for c in {**was, **is_now} if was.get(c, "") != is_now.get(c, "")]
            left, right = ({c: row.get(c, "") for c in cells} for row in (was, is_now))
            yield RowChange(file.path.name, name, left, right, was, is_now)


def _key(file: RuleFile) -> list[str]:
    """The columns that name a row; none where rows have no name."""
    named = next((c.name for c in file.columns if c.is_unique and c.is_required), None)
    return [named] if named else list(file.meta.get("key", ()))


def _cells(file: RuleFile, rule_set: RuleSet) -> list[Row]:
    """The rows of a rule file, numbers spelled in one way."""
    numbers = {c.name for c in file.columns if c.kind in {"decimal", "numeric", "double", "float"}}
    path = rule_set.project / "seeds" / file.path.name
    with path.open(newline="", encoding="utf-8-sig") as text:
        return [
            {k: _number(v) if k in numbers else (v or "").strip() for k, v in row.items()}
            for row in csv.DictReader(text)
        ]


def _number(text: str) -> str:
    try:
        return f"{Decimal(text.strip()).normalize():f}"
    except InvalidOperation:
        return text.strip()
