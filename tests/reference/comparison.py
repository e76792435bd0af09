"""Holds one fingerprint against another; a difference needs a row of the mapping file that gives its reason."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.reference.fingerprint import Fingerprint, Table


@dataclass(frozen=True, slots=True)
class Mapped:
    """One row of the mapping file.

    Attributes:
        company: the company it holds for, `*` for all.
        table: the table in the reference, as `schema.name`.
        column: its column; `*` where the row speaks of the whole table.
        becomes: what the table (`schema.name`) or the column is called now; empty where it is gone, `*` where it has
            the same name and other values.
        reason: why.
    """

    company: str
    table: str
    column: str
    becomes: str
    reason: str


def read_mapping(file: Path) -> list[Mapped]:
    """The rows of the mapping file. Raises ValueError for a row without a reason."""
    with file.open(newline="", encoding="utf-8") as text:
        rows = [Mapped(**row) for row in csv.DictReader(text)]
    if bare := [row for row in rows if not row.reason.strip()]:
        raise ValueError(f"{file.name}: no reason is given for {bare[0].table}.{bare[0].column}")
    return rows


def differences(company: str, then: Fingerprint, now: Fingerprint, mapping: Sequence[Mapped]) -> list[str]:
    """What differs and is not in the mapping, in words; and what the mapping explains although nothing differs."""
    rows = [row for row in mapping if row.company in {company, "*"}]
    used: set[Mapped] = set()
    found = list(_differences(then, now, rows, used))
    return found + [
        f"{row.table}.{row.column}: the mapping explains a difference that is not there"
        for row in rows
        if row not in used and row.company == company
    ]


def _differences(
    then: Fingerprint, now: Fingerprint, rows: Sequence[Mapped], used: set[Mapped]
) -> Iterator[str]:
    for table, old in then.items():
        whole = _row(rows, table, "*", used)
        name = whole.becomes if whole and whole.becomes != "*" else table
        if whole and not whole.becomes:
            continue
        if name not in now:
            yield f"{table}: gone"
        elif not (whole and whole.becomes == "*"):
            yield from _in_table(table, old, now[name], rows, used)


def _in_table(table: str, old: Table, new: Table, rows: Sequence[Mapped], used: set[Mapped]) -> Iterator[str]:
    if old["rows"] != new["rows"]:
        yield f"{table}: {old['rows']:,} rows, now {new['rows']:,}"
        return
    for column, before in old["columns"].items():
        after = new["columns"].get(column)
        if before == after:
            continue
        row = _row(rows, table, column, used)
        if row is None:
            yield f"{table}.{column}: {_told(before, after)}"
        elif row.becomes not in {"", "*"}:
            renamed = new["columns"].get(row.becomes)
            if renamed is None or _content(renamed) != _content(before):
                yield f"{table}.{column}: as {row.becomes}, {_told(before, renamed)}"


def _row(rows: Sequence[Mapped], table: str, column: str, used: set[Mapped]) -> Mapped | None:
    row = next((r for r in rows if (r.table, r.column) == (table, column)), None)
    if row:
        used.add(row)
    return row


def _content(column: dict[str, Any]) -> tuple[Any, ...]:
    return column["values"], column.get("hash")


def _told(before: dict[str, Any], after: dict[str, Any] | None) -> str:
    if after is None:
        return "gone"
    if before["type"] != after["type"]:
        return f"{before['type']}, now {after['type']}"
    if before["values"] != after["values"]:
        return f"{before['values']:,} values, now {after['values']:,}"
    return "other values"
