"""Checks tables of rules before anything moves, and says file, line, column, what is wrong and what is allowed.

What is allowed is declared once, beside the seeds, as column types, dbt tests and `meta`; this module reads the
declarations from dbt's manifest. dbt would find some of the faults, but names neither line nor column.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from leadwright.connectors.errors import ConfigError
from leadwright.rules import (
    beside,
    catalogue,
    cells,
    conditions,
    files,
    order,
    own_fields,
    systems,
    targets,
    within,
)
from leadwright.rules.cells import Column
from leadwright.rules.files import Fault, RuleFile

Files = Mapping[str, RuleFile]

SHOWN = 10
"""So many faults are named in the message of a run that does not begin."""


def require_none(faults: Sequence[Fault]) -> None:
    """Raise ConfigError where there are faults, naming the first ten in full."""
    if faults:
        shown = "\n".join(f"  {fault}" for fault in faults[:SHOWN])
        more = f"\n  and {len(faults) - SHOWN} more" if len(faults) > SHOWN else ""
        raise ConfigError(f"The rules have {len(faults)} fault(s); nothing was run.\n{shown}{more}")


def check(book: Sequence[RuleFile], manifest: Any) -> list[Fault]:
    """Every fault in the tables of `book`, which are read, in the order of files and lines."""
    by_name = {file.name: file for file in book}
    found = [fault for file in book for fault in files.read(file)]
    if not all(file.is_legible for file in book):
        return found  # what other files refer to would be missing everywhere
    for file in book:
        found += _check_cells(file, by_name)
        findings = [*_row_findings(file, by_name), *_outer_findings(file, by_name, manifest)]
        found += [file.fault(*finding) for finding in findings]
    return sorted(found, key=lambda f: (f.file, f.line, f.column))


def _check_cells(file: RuleFile, book: Files) -> Iterator[Fault]:
    for column in file.columns:
        seen: dict[str, int] = {}
        known = _known_values(column, book)
        for line, row in file.rows:
            if column.name not in row:
                continue
            cell = row[column.name]
            value = cell.strip()
            if message := cells.fault_in(cell, column, known):
                yield file.fault(line, column.name, message)
            elif column.is_unique and value:
                if value in seen:
                    yield file.fault(line, column.name, f"{value!r} is already on line {seen[value]}")
                seen.setdefault(value, line)
        if column.is_unique and column.is_required and file.whole_rows:
            for finding in within.needed_faults(file.rows, column.name, column.allowed):
                yield file.fault(*finding)


def _row_findings(file: RuleFile, book: Files) -> Iterator[within.Finding]:
    """Faults that lie between cells. Files without the columns in question have none."""
    names = {column.name for column in file.columns}
    rows = file.whole_rows
    yield from within.declared_faults(rows, file.meta)
    if {"feature", "operator", "value"} <= names:
        features = {row["feature"].strip(): row for row in _rows_of("feature_catalogue", book)}
        yield from conditions.faults(rows, features, _closed_values(book))
    if {"dimension", "signal_group", "points"} <= names:
        yield from conditions.group_faults(rows, _rows_of("score_groups", book))
    if {"fit_band", "intent_band", "grade"} <= names:
        yield from conditions.grid_faults(rows)


def _outer_findings(file: RuleFile, book: Files, manifest: Any) -> Iterator[within.Finding]:
    """Faults beside other files, and beside what the models are."""
    rows = file.whole_rows
    tables = {name: other.whole_rows for name, other in book.items()}
    yield from beside.cell_faults(rows, file.meta, tables)
    yield from order.faults(file.name, tables)
    if file.name == "answer_fields":
        yield from conditions.answer_field_faults(rows, _answer_fields(manifest), _systems(book))
    if file.name == own_fields.TABLE:
        yield from own_fields.faults(rows, _systems(book), objects_with_fields(manifest))
    if file.name == "crm_systems":
        yield from systems.faults(rows)
    if file.name == targets.TABLE:
        yield from targets.faults(rows, _rows_of("kpis", book))
    if file.name == "feature_catalogue":
        patterns = book["signal_patterns"].whole_rows
        yield from catalogue.faults(rows, patterns, file.meta["computed"], file.meta["signals"])


def _rows_of(seed: str, book: Files) -> list[dict[str, str]]:
    """The rows of a seed that have all its columns."""
    return [row for _, row in book[seed].whole_rows] if seed in book else []


def _systems(book: Files) -> dict[str, str]:
    """Account -> its system."""
    return {row["crm"].strip(): row["system"].strip() for row in _rows_of("crm_systems", book)}


def _closed_values(book: Files) -> dict[str, set[str]]:
    """The values that a feature can have, in lower case, where rule files list them all."""

    def of(seed: str, column: str, kind: str = "") -> set[str]:
        return {row[column].strip().lower() for row in _rows_of(seed, book) if kind in ("", row.get("kind"))}

    return {
        "job_level": of("job_titles", "value", "level"),
        "job_function": of("job_titles", "value", "function"),
        "company_kind": {v for c in book["company_domains"].columns if c.name == "kind" for v in c.allowed},
        "region": of("countries", "region"),
        "lifecycle_stage": of("stages", "stage"),
        "grade": of("grades", "grade"),
        "fit_band": set(conditions.BANDS),
        "intent_band": set(conditions.BANDS),
    }


def objects_with_fields(manifest: Any) -> dict[str, list[str]]:
    """System -> its objects that people or companies are in."""
    found: dict[str, list[str]] = {}
    for source in manifest.sources.values():
        if source.config.meta.get("holds"):
            found.setdefault(source.source_name.removeprefix("raw_"), []).append(source.name)
    return found


def _answer_fields(manifest: Any) -> set[tuple[str, str, str]]:
    """Schema, object and field of the source columns that are marked is_answer."""
    return {
        (source.schema, source.name, column.name)
        for source in manifest.sources.values()
        for column in source.columns.values()
        if (column.config.meta or column.meta).get("is_answer")
    }


def _known_values(column: Column, book: Files) -> set[str] | None:
    if column.refers_to is None or column.refers_to[0] not in book:
        return None
    seed, name = column.refers_to
    return {row[name].strip() for _, row in book[seed].rows if name in row}
