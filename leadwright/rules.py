"""Checks the rule seeds before anything moves, and says file, line, column, what is wrong and what is allowed.

What is allowed is declared once, beside the seeds, as column types, dbt tests and `meta`; this module reads the
declarations from dbt's manifest. dbt would find some of the faults, but names neither line nor column.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from connectors.errors import ConfigError
from leadwright import accounts, catalogue, cells, conditions, crosschecks, rulecells, rulefiles, rulerows
from leadwright.cells import Column
from leadwright.rulefiles import Fault, RuleFile
from leadwright.transform import Transform

Files = Mapping[str, RuleFile]


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
    faults = [fault for file in by_name.values() for fault in rulefiles.read(file)]
    if not all(file.is_legible for file in by_name.values()):
        return faults  # what other files refer to would be missing everywhere
    for file in by_name.values():
        faults += _check_cells(file, by_name)
        findings = [*_row_findings(file, by_name), *_outer_findings(file, by_name, transform)]
        faults += [Fault(file.label, *finding) for finding in findings]
    return sorted(faults, key=lambda f: (f.file, f.line, f.column))


def files(transform: Transform, project: Path | None = None) -> list[RuleFile]:
    """The rule files as declared, unread."""
    manifest = transform.manifest()
    return [
        RuleFile(
            node.name,
            (project or transform.project) / node.original_file_path,
            _columns(node, manifest),
            node.config.meta,
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
    return [cells.column(c, tests.get(c.name, {})) for c in seed.columns.values()]


def _check_cells(file: RuleFile, files: Files) -> Iterator[Fault]:
    for column in file.columns:
        seen: dict[str, int] = {}
        known = _known_values(column, files)
        for line, row in file.rows:
            if column.name not in row:
                continue
            cell = row[column.name]
            value = cell.strip()
            if message := cells.fault_in(cell, column, known):
                yield Fault(file.label, line, column.name, message)
            elif column.is_unique and value:
                if value in seen:
                    yield Fault(file.label, line, column.name, f"{value!r} is already on line {seen[value]}")
                seen.setdefault(value, line)
        if column.is_unique and column.is_required and file.whole_rows:
            for finding in rulerows.needed_faults(file.rows, column.name, column.allowed):
                yield Fault(file.label, *finding)


def _row_findings(file: RuleFile, files: Files) -> Iterator[rulerows.Finding]:
    """Faults that lie between cells. Files without the columns in question have none."""
    names = {column.name for column in file.columns}
    rows = file.whole_rows
    yield from rulerows.declared_faults(rows, file.meta)
    if {"feature", "operator", "value"} <= names:
        features = {row["feature"].strip(): row for row in _rows_of("feature_catalogue", files)}
        yield from conditions.faults(rows, features, _closed_values(files))
    if {"dimension", "signal_group", "points"} <= names:
        yield from conditions.group_faults(rows, _rows_of("score_groups", files))
    if {"fit_band", "intent_band", "grade"} <= names:
        yield from conditions.grid_faults(rows)


def _outer_findings(file: RuleFile, files: Files, transform: Transform) -> Iterator[rulerows.Finding]:
    """Faults beside other files, and beside what the models are."""
    rows = file.whole_rows
    tables = {name: other.whole_rows for name, other in files.items()}
    yield from rulecells.cell_faults(rows, file.meta, tables)
    yield from crosschecks.faults(file.name, tables)
    if file.name == "answer_fields":
        yield from conditions.answer_field_faults(rows, _answer_fields(transform.manifest()), _systems(files))
    if file.name == "crm_systems":
        yield from accounts.row_faults(rows)
    if file.name == "feature_catalogue":
        patterns = files["signal_patterns"].whole_rows
        yield from catalogue.faults(rows, patterns, file.meta["computed"], file.meta["signals"])


def _rows_of(seed: str, files: Files) -> list[dict[str, str]]:
    """The rows of a seed that have all its columns."""
    return [row for _, row in files[seed].whole_rows] if seed in files else []


def _systems(files: Files) -> dict[str, str]:
    """Account -> its system."""
    return {row["crm"].strip(): row["system"].strip() for row in _rows_of("crm_systems", files)}


def _closed_values(files: Files) -> dict[str, set[str]]:
    """The values that a feature can have, in lower case, where rule files list them all."""

    def of(seed: str, column: str, kind: str = "") -> set[str]:
        return {row[column].strip().lower() for row in _rows_of(seed, files) if kind in ("", row.get("kind"))}

    return {
        "job_level": of("job_titles", "value", "level"),
        "job_function": of("job_titles", "value", "function"),
        "company_kind": {v for c in files["company_domains"].columns if c.name == "kind" for v in c.allowed},
        "region": of("countries", "region"),
        "lifecycle_stage": of("stages", "stage"),
        "grade": of("grades", "grade"),
        "fit_band": set(conditions.BANDS),
        "intent_band": set(conditions.BANDS),
    }


def _answer_fields(manifest: Any) -> set[tuple[str, str, str]]:
    """Schema, object and field of the source columns that are marked is_answer."""
    return {
        (source.schema, source.name, column.name)
        for source in manifest.sources.values()
        for column in source.columns.values()
        if (column.config.meta or column.meta).get("is_answer")
    }


def _known_values(column: Column, files: Files) -> set[str] | None:
    if column.refers_to is None or column.refers_to[0] not in files:
        return None
    seed, name = column.refers_to
    return {row[name].strip() for _, row in files[seed].rows if name in row}
