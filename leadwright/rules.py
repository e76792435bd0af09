"""Checks the rule seeds before anything moves, and says file, line, column, what is wrong and what is allowed.

What is allowed is declared once, beside the seeds, as column types and dbt tests; this module reads the
declarations from dbt's manifest. dbt would find the same faults, but names neither line nor column.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

from connectors.errors import ConfigError
from leadwright import conditions
from leadwright.transform import Transform


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong in a rule file. `line` counts from 1 with the header; `column` may be empty."""

    file: str
    line: int
    column: str
    message: str

    def __str__(self) -> str:
        place = f"{self.file}, line {self.line}" + (f", column {self.column}" if self.column else "")
        return f"{place}: {self.message}"


@dataclass(frozen=True, slots=True)
class Column:
    """What one column of a rule file may hold."""

    name: str
    kind: str
    is_required: bool = False
    is_unique: bool = False
    allowed: tuple[str, ...] = ()
    refers_to: tuple[str, str] | None = None


@dataclass(slots=True)
class RuleFile:
    """One seed: where it is, what its columns may hold, which together name a row, and its rows by line number."""

    name: str
    path: Path
    columns: list[Column]
    key: tuple[str, ...] = ()
    rows: list[tuple[int, dict[str, str]]] = field(default_factory=list)

    @property
    def whole_rows(self) -> list[tuple[int, dict[str, str]]]:
        """The rows that have every declared column."""
        names = {column.name for column in self.columns}
        return [(line, row) for line, row in self.rows if names <= row.keys()]

    @property
    def label(self) -> str:
        """The file as people know it."""
        return f"{self.path.parent.name}/{self.path.name}"


def require_valid(transform: Transform) -> None:
    """Raise ConfigError naming every fault in the rule files, the first ten in full."""
    faults = check(transform)
    if faults:
        shown = "\n".join(f"  {fault}" for fault in faults[:10])
        more = f"\n  and {len(faults) - 10} more" if len(faults) > 10 else ""
        raise ConfigError(f"The rules have {len(faults)} fault(s); nothing was run.\n{shown}{more}")


def check(transform: Transform, project: Path | None = None) -> list[Fault]:
    """Every fault in the rule files, in the order of files and lines.

    Args:
        transform: declares the files.
        project: folder whose `seeds/` holds them; that of `transform` where None.
    """
    by_name = {file.name: file for file in files(transform, project)}
    faults = [fault for file in by_name.values() for fault in _read(file)]
    for file in by_name.values():
        faults += _check_cells(file, by_name)
        faults += _check_rows(file, by_name)
        if file.name == "answer_fields":
            found = conditions.answer_field_faults(file.whole_rows, _answer_fields(transform.manifest()))
            faults += [Fault(file.label, *finding) for finding in found]
    return sorted(faults, key=lambda f: (f.file, f.line, f.column))


def files(transform: Transform, project: Path | None = None) -> list[RuleFile]:
    """The rule files as declared, unread."""
    manifest = transform.manifest()
    return [
        RuleFile(
            node.name,
            (project or transform.project) / node.original_file_path,
            _columns(node, manifest),
            tuple(node.config.meta.get("key", ())),
        )
        for node in manifest.nodes.values()
        if node.resource_type == "seed"
    ]


def _columns(seed: Any, manifest: Any) -> list[Column]:
    tests: dict[str, dict[str, Mapping[str, Any]]] = {}
    for node in manifest.nodes.values():
        metadata = getattr(node, "test_metadata", None)
        if metadata and node.attached_node == seed.unique_id and node.column_name:
            tests.setdefault(node.column_name, {})[metadata.name] = metadata.kwargs
    return [_column(c, tests.get(c.name, {})) for c in seed.columns.values()]


def _column(column: Any, tests: Mapping[str, Mapping[str, Any]]) -> Column:
    relation = tests.get("relationships")
    allowed = tests.get("accepted_values", {}).get("values", ())
    return Column(
        name=column.name,
        kind=(column.data_type or "varchar").split("(")[0].strip().lower(),
        is_required="not_null" in tests,
        is_unique="unique" in tests,
        allowed=tuple(str(v) for v in allowed),
        refers_to=(_referred(str(relation["to"])), str(relation["field"])) if relation else None,
    )


def _referred(expression: str) -> str:
    """The seed that `ref('name')` names."""
    return expression.split("(")[1].rstrip(") ").strip("'\" ")


def _read(file: RuleFile) -> Iterator[Fault]:
    """Fill `file.rows`; yield faults of form."""
    if not file.path.exists():
        yield Fault(file.label, 1, "", "the file is missing")
        return
    content = file.path.read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        yield Fault(file.label, line, "", f"not readable as CSV in UTF-8: {error.reason}")
        return
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    line = 1
    try:
        header = next(reader, [])
        yield from _header_faults(file, header)
        while True:
            line = reader.line_num + 1  # where the row begins: a cell in quotes may span lines
            cells = next(reader, None)
            if cells is None:
                return
            if len(cells) == len(header):
                file.rows.append((line, dict(zip(header, cells, strict=True))))
            elif cells:
                yield Fault(file.label, line, "", f"{len(cells)} cells where the header has {len(header)}")
    except csv.Error as error:
        yield Fault(file.label, line, "", f"not readable as CSV in UTF-8: {error}")


def _header_faults(file: RuleFile, header: list[str]) -> Iterator[Fault]:
    declared = [c.name for c in file.columns]
    expected = f"expected {', '.join(declared)}"
    for name in (n for n in declared if n not in header):
        yield Fault(file.label, 1, name, f"the column is missing; {expected}")
    for name in (n for n in header if n not in declared):
        yield Fault(file.label, 1, name, f"there is no such column; {expected}")
    for name in sorted({n for n in header if header.count(n) > 1}):
        yield Fault(file.label, 1, name, f"the column is there twice; {expected}")


def _check_cells(file: RuleFile, files: Mapping[str, RuleFile]) -> Iterator[Fault]:
    for column in file.columns:
        seen: dict[str, int] = {}
        known = _known_values(column, files)
        for line, row in file.rows:
            if column.name not in row:
                continue
            cell = row[column.name]
            value = cell.strip()
            if message := _spelling_fault(cell, column) or _fault_in(value, column, known):
                yield Fault(file.label, line, column.name, message)
            elif column.is_unique and value:
                if value in seen:
                    yield Fault(file.label, line, column.name, f"{value!r} is already on line {seen[value]}")
                seen.setdefault(value, line)
        if column.is_unique and column.is_required and file.rows:
            for missing in (v for v in column.allowed if v not in seen):
                yield Fault(
                    file.label,
                    file.rows[-1][0],
                    column.name,
                    f"there is no row for {missing!r}; it is needed",
                )


def _check_rows(file: RuleFile, files: Mapping[str, RuleFile]) -> Iterator[Fault]:
    """Faults that lie between cells. Files without the columns in question have none."""
    names = {column.name for column in file.columns}
    rows = file.whole_rows
    found: list[Iterator[conditions.Finding]] = []
    if {"feature", "operator", "value"} <= names:
        catalogue = {row["feature"].strip(): row for row in _rows_of("feature_catalogue", files)}
        found.append(conditions.faults(rows, catalogue))
    if {"dimension", "signal_group", "points"} <= names:
        found.append(conditions.group_faults(rows, _rows_of("score_groups", files)))
    if {"fit_band", "intent_band", "grade"} <= names:
        found.append(conditions.grid_faults(rows))
    for low, high in _ORDERED:
        if {low, high} <= names:
            found.append(conditions.order_faults(rows, low, high))
    if file.key and set(file.key) <= names:
        found.append(conditions.key_faults(rows, file.key))
    for findings in found:
        yield from (Fault(file.label, *finding) for finding in findings)


def _rows_of(seed: str, files: Mapping[str, RuleFile]) -> list[dict[str, str]]:
    """The rows of a seed that have all its columns."""
    return [row for _, row in files[seed].whole_rows] if seed in files else []


def _answer_fields(manifest: Any) -> set[tuple[str, str, str]]:
    """Schema, object and field of the source columns that are marked is_answer."""
    return {
        (source.schema, source.name, column.name)
        for source in manifest.sources.values()
        for column in source.columns.values()
        if (column.config.meta or column.meta).get("is_answer")
    }


def _known_values(column: Column, files: Mapping[str, RuleFile]) -> set[str] | None:
    if column.refers_to is None or column.refers_to[0] not in files:
        return None
    seed, name = column.refers_to
    return {row[name].strip() for _, row in files[seed].rows if name in row}


def _spelling_fault(cell: str, column: Column) -> str | None:
    """What is wrong with a cell before its meaning is looked at. Reasons are prose, and left alone."""
    if "\n" in cell or "\r" in cell:
        return "a line break in the cell; is a quotation mark missing or too many?"
    if cell != cell.strip() and column.name != "reason":
        return f"{cell!r} has blanks before or after the value"
    return None


def _fault_in(value: str, column: Column, known: set[str] | None) -> str | None:
    if not value:
        return "a value is needed" if column.is_required else None
    if column.kind in _PARSERS:
        parse, meaning = _PARSERS[column.kind]
        try:
            parse(value)
        except ValueError:
            return f"{value!r} is not {meaning}"
    if column.name in _POSITIVE and int(value) < 1:
        return f"{value!r} is not 1 or more"
    if column.name == "time_zone" and value not in _zones():
        return f"{value!r} is not a time zone such as Europe/Berlin"
    if column.allowed and value not in column.allowed:
        return f"{value!r} is not allowed; one of: {', '.join(column.allowed)}"
    if known is not None and value not in known and column.refers_to:
        return f"{value!r} is not in {column.refers_to[0]}.csv (column {column.refers_to[1]})"
    return None


_zones = cache(available_timezones)


def _boolean(value: str) -> None:
    if value.lower() not in {"true", "false"}:
        raise ValueError(value)


def _matches(pattern: str) -> Callable[[str], None]:
    def parse(value: str) -> None:
        if not re.fullmatch(pattern, value):
            raise ValueError(value)

    return parse


def _day(value: str) -> None:
    _matches(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")(value)
    date.fromisoformat(value)


_ORDERED = (("valid_from", "valid_to"), ("min_points", "max_points"), ("medium_from", "high_from"))
_POSITIVE = ("half_life_days", "window_days", "sla_minutes")
# Narrower than Python reads numbers: both engines must read them alike, and sums of them must fit.
_WHOLE = (_matches(r"-?[0-9]{1,7}"), "a whole number of at most seven digits")
_NUMBER = (
    _matches(r"-?[0-9]{1,7}(\.[0-9]{1,2})?"),
    "a number such as 12 or -2.5, with at most seven digits before the point and two after it",
)
_DATE = (_day, "a date such as 2026-01-31")
_MOMENT = (datetime.fromisoformat, "a time such as 2026-01-31 12:00:00")

_PARSERS: dict[str, tuple[Callable[[str], object], str]] = {
    **dict.fromkeys(("int", "integer", "bigint", "smallint"), _WHOLE),
    **dict.fromkeys(("decimal", "numeric", "double", "float", "real"), _NUMBER),
    "date": _DATE,
    **dict.fromkeys(("timestamp", "timestamptz"), _MOMENT),
    "boolean": (_boolean, "true or false"),
}
