"""Counts and hashes of a warehouse's marts and sync models that do not depend on the order of rows or columns."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb

Table = dict[str, Any]
Fingerprint = dict[str, Table]
"""Table -> `within` and `columns`; each column -> its type, its count of values, and its hash."""

_COLUMNS = """
    select table_schema || '.' || table_name, column_name, data_type from information_schema.columns
    where table_catalog = current_database() and table_schema in ('marts', 'sync') order by 1, ordinal_position
"""

_MOMENTS_OF_THE_MACHINE = {"run_id", "sent_at", "answered_at", "started_at", "ended_at", "pulled_at"}
"""Columns that tell when and as which run something was done here: other in every run, so their hash is left out."""


def take(file: Path) -> Fingerprint:
    """The fingerprint of the DuckDB warehouse `file`, which no process may have open."""
    with duckdb.connect(str(file), read_only=True) as db:
        db.execute("set timezone = 'UTC'")
        columns: dict[str, list[tuple[str, str]]] = {}
        for table, name, kind in db.execute(_COLUMNS).fetchall():
            columns.setdefault(table, []).append((name, kind))
        return {table: _table(db, table, named) for table, named in columns.items()}


def _table(db: duckdb.DuckDBPyConnection, table: str, columns: list[tuple[str, str]]) -> Table:
    """Each column's values are hashed together with the row's first column, so that values that change rows show."""
    anchor = _spelled(*columns[0])
    sums = ", ".join(
        f"count({_quoted(name)}), sum(md5_number_lower(concat({anchor}, '|', {_spelled(name, kind)}))::hugeint)"
        for name, kind in columns
    )
    rows, *numbers = db.execute(f"select count(*), {sums} from {table}").fetchall()[0]
    found = zip(columns, numbers[::2], numbers[1::2], strict=True)
    return {
        "rows": rows,
        "columns": {
            name: {"type": kind, "values": count}
            | ({} if name in _MOMENTS_OF_THE_MACHINE else {"hash": str(total or 0)})
            for (name, kind), count, total in found
        },
    }


def _spelled(name: str, kind: str) -> str:
    """A value as text, the same on every version of DuckDB; floats to nine digits, as sums of other order give them."""
    if kind in {"DOUBLE", "FLOAT"}:
        return f"coalesce(printf('%.9g', {_quoted(name)} + 0), 'null')"
    return f"coalesce(cast({_quoted(name)} as varchar), 'null')"


def _quoted(name: str) -> str:
    return f'"{name}"'
