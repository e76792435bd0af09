"""Puts rows that were read into raw tables, by key and in the caller's transaction, and says what is there already."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

import pyarrow as pa
import pyarrow.compute as pc

from leadwright import warehouse
from leadwright.connectors.base import ObjectShape, Piece, Section
from leadwright.transform.tables import RawTable

UNSETTLED = (("crm", "varchar"), ("object", "varchar"), ("changed_at", "timestamptz"))
"""Dates of change of which rows may be there that were not read: another read must not leave them out."""


EVERYTHING = Section()


def merge(db: warehouse.Connection, table: RawTable, shape: ObjectShape, rows: pa.RecordBatch) -> None:
    """Put rows in place of those with the same key, or of all rows of the same groups."""
    db.register("incoming", pa.Table.from_batches([rows]))
    same = " and ".join(f'there."{name}" = incoming."{name}"' for name in shape.group or shape.key)
    db.execute(f"delete from {_name(table)} as there where exists (select 1 from incoming where {same})")
    db.execute(f"insert into {_name(table)} by name select {_listed(rows.schema.names)} from incoming")
    db.unregister("incoming")


def replace(
    db: warehouse.Connection, table: RawTable, shape: ObjectShape, rows: pa.Table, keep: Sequence[str] | None
) -> None:
    """Put rows in place of all others, but for those to `keep`, ids as `row_id` spells them; None keeps all others."""
    identity = " || '/' || ".join(f'there."{name}"' for name in shape.key)
    db.register("incoming", rows)
    same = " and ".join(f'there."{name}" = incoming."{name}"' for name in shape.key)
    db.execute(
        f"delete from {_name(table)} as there where exists (select 1 from incoming where {same}) "
        f"or not ($keep is null or list_contains($keep::varchar[], {identity}))",
        {"keep": keep if keep is None else list(keep)},
    )
    db.execute(f"insert into {_name(table)} by name select {_listed(rows.schema.names)} from incoming")
    db.unregister("incoming")


def remove(db: warehouse.Connection, table: RawTable, key: str, ids: Iterable[str]) -> None:
    """Take rows out by their ids."""
    db.execute(f'delete from {_name(table)} where list_contains(?::varchar[], "{key}")', [list(ids)])


def note_unsettled(
    db: warehouse.Connection, crm: str, name: str, shape: ObjectShape, piece: Piece, *, is_last: bool
) -> None:
    """Note which dates of a piece must not be left out by another read, and forget those that may be now.

    Args:
        is_last: nothing of this read is still to come. Otherwise others of the dates at its end may be.
    """
    if shape.cursor is None or not piece.rows.num_rows:
        return
    dates = piece.rows.column(shape.cursor).drop_null()
    db.register("dates", pa.table({"changed_at": dates}))
    db.execute(
        "delete from ops.unsettled where crm = ? and object = ? and changed_at in (select changed_at from dates)",
        [crm, name],
    )
    db.unregister("dates")
    open_ended: set[datetime] = set()
    if piece.settled_before is not None:
        late = pc.greater_equal(dates, pa.scalar(piece.settled_before, dates.type))
        open_ended |= set(dates.filter(late).to_pylist())
    if not is_last:
        open_ended |= {dates[-1].as_py(), pc.max(dates).as_py()}
    for moment in sorted(open_ended):
        db.execute("insert into ops.unsettled values (?, ?, ?)", [crm, name, moment])


def known_since(db: warehouse.Connection, table: RawTable, cursor: str, since: datetime) -> list[datetime]:
    """The dates of change from `since` on all of whose rows were read, oldest first."""
    found = db.execute(
        f'select distinct "{cursor}" as moment from {_name(table)} where "{cursor}" >= $since '
        "and moment not in (select changed_at from ops.unsettled where crm = $crm and object = $object) order by 1",
        {"since": since, "crm": table.crm, "object": table.name},
    )
    return [moment for (moment,) in found.fetchall()]


def dates_since(db: warehouse.Connection, table: RawTable, cursor: str, since: datetime) -> list[datetime]:
    """All dates of change from `since` on, oldest first."""
    found = db.execute(
        f'select distinct "{cursor}" from {_name(table)} where "{cursor}" >= ? order by 1', [since]
    )
    return [moment for (moment,) in found.fetchall()]


def newest(db: warehouse.Connection, table: RawTable, cursor: str) -> datetime | None:
    """The newest date of change; None where there are no rows."""
    (moment,) = db.execute(f'select max("{cursor}") from {_name(table)}').fetchone() or (None,)
    return moment if isinstance(moment, datetime) else None


def count(db: warehouse.Connection, table: RawTable, shape: ObjectShape, section: Section) -> int:
    """How many rows of `section` are not deleted."""
    conditions: list[str] = [kept(table, shape)]
    values: dict[str, object] = {}
    if section.before is not None or section.at:
        conditions.append(
            f'coalesce("{shape.cursor}" < $before::timestamptz, false) '
            f'or list_contains($at::timestamptz[], "{shape.cursor}")'
        )
        values = {"before": section.before, "at": list(section.at)}
    where = " and ".join(f"({condition})" for condition in conditions)
    found = db.execute(f"select count(*) from {_name(table)} where {where}", values)
    (number,) = found.fetchone() or (0,)
    return int(number)


def has_values(db: warehouse.Connection, table: RawTable, column: str) -> bool:
    """Whether any row has a value in a column."""
    if column not in warehouse.columns(db, table.schema, table.name):
        return False
    found = db.execute(f'select 1 from {_name(table)} where "{column}" is not null limit 1')
    return found.fetchone() is not None


def ids(db: warehouse.Connection, table: RawTable, shape: ObjectShape) -> list[str]:
    """The ids of the rows that are not deleted."""
    found = db.execute(f'select "{shape.key[0]}" from {_name(table)} where {kept(table, shape)}')
    return [record_id for (record_id,) in found.fetchall()]


def deleted_ids(db: warehouse.Connection, table: RawTable, shape: ObjectShape) -> set[str]:
    """The ids of the rows that are deleted."""
    found = db.execute(f'select "{shape.key[0]}" from {_name(table)} where not ({kept(table, shape)})')
    return {record_id for (record_id,) in found.fetchall()}


def kept(table: RawTable, shape: ObjectShape) -> str:
    """The condition, in SQL, that a row is not deleted."""
    is_told = shape.deleted and any(name == shape.deleted for name, _ in table.columns)
    return f"\"{shape.deleted}\" is distinct from 'true'" if is_told else "true"


def _name(table: RawTable) -> str:
    return f'"{table.schema}"."{table.name}"'


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)
