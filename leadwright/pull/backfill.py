"""Fetches the present values of a company's own fields for all records, once, when a field is new in `fields.csv`.

A pull of what changed would show them only as records change; a full pull would fetch everything else again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

import pyarrow as pa

from leadwright import warehouse
from leadwright.connectors.base import Query
from leadwright.pull.sources import Source
from leadwright.settings import Settings
from leadwright.transform.tables import RawTable

_COLUMNS = (("crm", "varchar"), ("object", "varchar"), ("field", "varchar"), ("filled_at", "timestamptz"))


def fill(
    source: Source, tables: Iterable[RawTable], settings: Settings, whole: Iterable[str]
) -> dict[str, int]:
    """Fetch each own field that has not been fetched for all records; records looked at, by object.

    Args:
        source: the CRM.
        tables: its raw tables, which are loaded.
        settings: where the warehouse is.
        whole: objects that have just been pulled as a whole, their own fields with them.

    Raises:
        LeadwrightError: as the connector raises them; what is not there yet is fetched by the next run.
    """
    done = _noted(source.name, settings)
    found: dict[str, int] = {}
    for table in tables:
        missing = [field for field in table.own if (table.name, field) not in done]
        if missing and table.name not in whole:
            found[table.name] = _fetch(source, table, missing, settings)
        _note(source.name, table, settings)
    return found


def _fetch(source: Source, table: RawTable, fields: Sequence[str], settings: Settings) -> int:
    """Fetch `fields` of all records and put them beside what was pulled; records without a value lose an old one."""
    shape = source.shape(table.name)
    kept = [*shape.key, *fields]
    sets = ", ".join(f'"{field}" = fetched."{field}"' for field in fields)
    same = " and ".join(f'pulled."{key}" = fetched."{key}"' for key in shape.key)
    count = 0
    for piece in source.read(Query(table.name, list(fields)), lambda *_: None):
        count += piece.rows.num_rows
        with warehouse.writer(settings.warehouse_file, settings.lock_wait_seconds) as db:
            warehouse.ensure_table(db, table.schema, table.name, table.columns)
            db.register("fetched", pa.Table.from_batches([piece.rows]).select(kept))
            db.execute(
                f'update "{table.schema}"."{table.name}" as pulled set {sets} from fetched where {same}'
            )
            db.unregister("fetched")
    return count


def _noted(crm: str, settings: Settings) -> set[tuple[str, str]]:
    """Object and field of every own field that has been fetched for all records."""
    with warehouse.writer(settings.warehouse_file, settings.lock_wait_seconds) as db:
        warehouse.ensure_table(db, "ops", "own_fields", _COLUMNS)
        return set(db.execute("select object, field from ops.own_fields where crm = ?", [crm]).fetchall())


def _note(crm: str, table: RawTable, settings: Settings) -> None:
    """Remember the own fields of `table`, and no other: one that is taken out and put back is fetched again."""
    with warehouse.writer(settings.warehouse_file, settings.lock_wait_seconds) as db:
        there = db.execute("select field from ops.own_fields where crm = ? and object = ?", [crm, table.name])
        if {field for (field,) in there.fetchall()} == set(table.own):
            return
        db.execute("begin")
        db.execute("delete from ops.own_fields where crm = ? and object = ?", [crm, table.name])
        for field in table.own:
            db.execute(
                "insert into ops.own_fields values (?, ?, ?, ?)", [crm, table.name, field, datetime.now(UTC)]
            )
        db.execute("commit")
