"""Fetches the present values of a company's own fields for all records, once, when a field is new in `fields.csv`.

A pull of what changed would show them only as records change; a full pull would fetch everything else again. Fields
that the CRM calculates (formulas, roll-ups) are fetched again each day: their values change and no date tells it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

import pyarrow as pa

from leadwright import warehouse
from leadwright.connectors.base import Describable, Query
from leadwright.connectors.errors import AuthError
from leadwright.pull.drift import Stops
from leadwright.pull.sources import Source
from leadwright.settings import Settings
from leadwright.transform.tables import RawTable

_COLUMNS = (("crm", "varchar"), ("object", "varchar"), ("field", "varchar"), ("filled_at", "timestamptz"))
_FRESH_FOR = timedelta(days=1)
"""How old the values of a calculated field may become."""


def fill(
    source: Source, tables: Iterable[RawTable], settings: Settings, whole: Iterable[str], stops: Stops
) -> dict[str, int]:
    """Fetch each own field that has not been fetched for all records, or not today; records looked at, by object.

    Args:
        source: the CRM.
        tables: its raw tables, which are loaded.
        settings: where the warehouse is.
        whole: objects that have just been pulled as a whole, their own fields with them.
        stops: objects that were not read, which are left out; one whose own fields cannot be fetched joins them.

    Raises:
        LeadwrightError: as the connector raises them; what is not there yet is fetched by the next run.
    """
    done = _noted(source.name, settings)
    found: dict[str, int] = {}
    for table in tables:
        if stops.put_off:
            break
        if table.name in stops.objects:
            continue
        missing, old = _due(table, done)
        looked_at = list(table.own) if table.name in whole else [*missing, *old]
        with stops.reading(table.name):
            wanted = [] if table.name in whole else [*missing, *_calculated(source, table.name, old)]
            if wanted:
                found[table.name] = _fetch(source, table, wanted, settings)
            if looked_at or {field for name, field in done if name == table.name} - set(table.own):
                _note(source.name, table, looked_at, settings)
    return found


def _due(table: RawTable, done: Mapping[tuple[str, str], datetime]) -> tuple[list[str], list[str]]:
    """The own fields that were never fetched for all records, and those of which it is long ago."""
    earliest = datetime.now(UTC) - _FRESH_FOR
    noted = {field: done.get((table.name, field)) for field in table.own}
    missing = [field for field, filled_at in noted.items() if filled_at is None]
    return missing, [field for field, filled_at in noted.items() if filled_at and filled_at < earliest]


def _calculated(source: Source, name: str, fields: Sequence[str]) -> list[str]:
    """Those of `fields` that the CRM calculates; all, where the API user may not see which."""
    if not fields or not isinstance(source.connector, Describable):
        return []
    try:
        calculated = {info.name for info in source.connector.fields(name) if info.is_calculated}
    except AuthError:
        return list(fields)
    return [field for field in fields if field in calculated]


def _fetch(source: Source, table: RawTable, fields: Sequence[str], settings: Settings) -> int:
    """Fetch `fields` of all records and put them beside what was pulled; records without a value lose an old one."""
    shape = source.shape(table.name)
    kept = [*shape.key, *fields]
    sets = ", ".join(f'"{field}" = fetched."{field}"' for field in fields)
    same = " and ".join(f'pulled."{key}" = fetched."{key}"' for key in shape.key)
    differ = " or ".join(f'pulled."{field}" is distinct from fetched."{field}"' for field in fields)
    count = 0
    for piece in source.read(Query(table.name, list(fields)), lambda *_: None):
        count += piece.rows.num_rows
        with warehouse.writer(settings.warehouse_file, settings.lock_wait_seconds) as db:
            warehouse.ensure_table(db, table.schema, table.name, table.columns)
            db.register("fetched", pa.Table.from_batches([piece.rows]).select(kept))
            db.execute(
                f'update "{table.schema}"."{table.name}" as pulled set {sets} from fetched '
                f"where {same} and ({differ})"
            )
            db.unregister("fetched")
    return count


def _noted(crm: str, settings: Settings) -> dict[tuple[str, str], datetime]:
    """Object and field of every own field that was fetched for all records, or needed not to be, and when."""
    with warehouse.writer(settings.warehouse_file, settings.lock_wait_seconds) as db:
        warehouse.ensure_table(db, "ops", "own_fields", _COLUMNS)
        found = db.execute("select object, field, filled_at from ops.own_fields where crm = ?", [crm])
        return {(name, field): filled_at for name, field, filled_at in found.fetchall()}


def _note(crm: str, table: RawTable, looked_at: Sequence[str], settings: Settings) -> None:
    """Note that fields were `looked_at`, and forget those that are own fields of `table` no more: one that is put back
    is fetched again."""
    with warehouse.writer(settings.warehouse_file, settings.lock_wait_seconds) as db:
        db.execute("begin")
        db.execute(
            "delete from ops.own_fields where crm = ? and object = ? and (list_contains(?::varchar[], field) "
            "or not list_contains(?::varchar[], field))",
            [crm, table.name, list(looked_at), list(table.own)],
        )
        for field in looked_at:
            db.execute(
                "insert into ops.own_fields values (?, ?, ?, ?)", [crm, table.name, field, datetime.now(UTC)]
            )
        db.execute("commit")
