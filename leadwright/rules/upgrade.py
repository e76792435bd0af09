"""Moves the tables of a workspace to this version: columns are added or renamed, rows that it needs are added.

What columns were called before, and what a new one says of the rows that are there, stands in `STEPS`; a column that no
step speaks of is added empty. A row without which the models have nothing to go by, such as a new policy, comes as we
ship it. Order, reasons, quotes and line ends stay as they are.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from leadwright import workspace
from leadwright.rules import files
from leadwright.rules.files import REMOVED, RuleFile


@dataclass(frozen=True, slots=True)
class Step:
    """What became of one column of one table.

    Attributes:
        was: the name that it had before; None where it is new.
        value: what a new one says of the rows that are there.
    """

    table: str
    column: str
    was: str | None = None
    value: str = ""


STEPS: tuple[Step, ...] = ()
"""Columns that are called otherwise, or need a value, since the first version that had workspaces."""


@dataclass(frozen=True, slots=True)
class Change:
    """One column, or row, of one file that is to change, in words."""

    file: str
    column: str
    what: str


@dataclass(frozen=True, slots=True)
class Upgrade:
    """What an upgrade brings.

    Attributes:
        version_before, version: of the workspace, and of this Leadwright.
        changes: columns and rows of the workspace's files.
        texts: file -> its new text.
    """

    version_before: str
    version: str
    changes: tuple[Change, ...]
    texts: dict[Path, str]


def plan(folder: Path, tables: Sequence[RuleFile], steps: Sequence[Step] = STEPS) -> Upgrade:
    """What this version brings to the tables of the workspace `folder`; nothing is written.

    Args:
        folder: the workspace.
        tables: as this version declares them, the workspace's own files where it has them.
        steps: what became of columns.

    Raises:
        ConfigError: a file cannot be read as CSV.
    """
    changes: list[Change] = []
    texts: dict[Path, str] = {}
    for table in (t for t in tables if t.path.is_relative_to(folder)):
        records = list(files.records(table))
        header = next(csv.reader(io.StringIO(records[0]))) if records else []
        if not header:
            continue
        found = list(_changes(table, header, [s for s in steps if s.table == table.name]))
        rows = _needed(table, records)
        if found or rows:
            text = _text(records, header, found) if found else "".join(records)
            texts[table.path] = _longer_by(text, rows)
            changes += [Change(table.label, s.column, _told(s)) for s in found]
            changes += [Change(table.label, name, "a new row, as shipped") for name in rows]
    return Upgrade(workspace.version_of(folder), workspace.version(), tuple(changes), texts)


def carry_out(folder: Path, upgrade: Upgrade) -> None:
    """Write the files, then the version that they are of now: one that is cut off is carried out again."""
    write(upgrade)
    workspace.mark(folder)


def write(upgrade: Upgrade) -> None:
    """Write the files alone."""
    for file, text in upgrade.texts.items():
        files.replace(file, text)


def _changes(table: RuleFile, header: Sequence[str], steps: Sequence[Step]) -> Iterator[Step]:
    told = {step.column: step for step in steps}
    for column in (c.name for c in table.columns if c.name not in header and c.name != REMOVED):
        step = told.get(column, Step(table.name, column))
        yield step if step.was in header else Step(table.name, column, None, step.value)


def _needed(table: RuleFile, records: Sequence[str]) -> dict[str, dict[str, str]]:
    """Shipped rows that a whole table must have and lacks, by what names them; none for a table without rows."""
    column = next((c for c in table.columns if c.is_unique and c.is_required and c.allowed), None)
    own = list(csv.DictReader(io.StringIO("".join(records))))
    if column is None or table.origin is None or table.shipped or not own or column.name not in own[0]:
        return {}
    there = {(row[column.name] or "").strip() for row in own}
    with table.origin.open(encoding="utf-8", newline="") as text:
        shipped = {row[column.name]: row for row in csv.DictReader(text)}
    return {name: row for name, row in shipped.items() if name in column.allowed and name not in there}


def _longer_by(text: str, rows: Mapping[str, Mapping[str, str]]) -> str:
    """`text` with `rows` below its own."""
    header = next(csv.reader(io.StringIO(text)))
    end = "\r\n" if "\r\n" in text else "\n"
    whole = text if not rows or text.endswith(("\n", "\r")) else text + end
    return whole + "".join(files.spelled([r.get(n, "") for n in header]) + end for r in rows.values())


def _told(step: Step) -> str:
    if step.was:
        return f"was called {step.was}"
    return f"new, {step.value!r} in every row" if step.value else "new, empty in every row"


def _text(records: Sequence[str], header: Sequence[str], steps: Sequence[Step]) -> str:
    names = {step.was: step.column for step in steps if step.was}
    added = [step for step in steps if not step.was]
    head = files.spelled([*(names.get(name, name) for name in header), *(s.column for s in added)])
    more = ",".join(files.spelled([s.value]) if s.value else "" for s in added)
    end = records[0][len(records[0].rstrip("\r\n")) :] or "\n"
    rows = (_longer(record, more, end) if added else record for record in records[1:])
    return "".join([head + end, *rows])


def _longer(record: str, more: str, end: str) -> str:
    body = record.rstrip("\r\n")
    return f"{body},{more}{record[len(body) :] or end}" if body else record
