"""Pulls a CRM's records into its raw schema: whole objects the first time, then what changed.

What has been read is the only cursor. Of the time that the CRM may show late, rows whose dates of change are there
already are not asked for again, whether an earlier pull read them or we wrote them. Rows are merged by key, piece by
piece, each in one transaction with the links that came with it; so a pull that is killed loses nothing, and the next
one goes on.
"""

from __future__ import annotations

import shutil
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import pyarrow as pa

from leadwright import tenants, warehouse
from leadwright.connectors.base import Connector, ObjectShape, Query
from leadwright.connectors.errors import SchemaDriftError
from leadwright.pull import backfill, forgotten, landing, setaside
from leadwright.pull.changes import Changes
from leadwright.pull.drift import Stops
from leadwright.pull.setaside import Sift
from leadwright.pull.sources import PULLS, OnRows, Source
from leadwright.pull.whole import Whole, drop_old
from leadwright.settings import Settings
from leadwright.transform.tables import RawTable


@dataclass(slots=True)
class Pulled:
    """Rows pulled from one CRM, by table."""

    crm: str
    rows: dict[str, int] = field(default_factory=dict)
    sifts: dict[str, Sift] = field(default_factory=dict)
    filled: dict[str, int] = field(default_factory=dict)
    """Records whose own fields were fetched because these are new, by table."""
    stops: Stops = field(default_factory=Stops)
    """Objects that were not read because their fields are not what they were, and why others are put off."""

    @property
    def set_aside(self) -> dict[str, int]:
        """Records that could not be read, by table, where there are any."""
        return {name: len(sift.broken) for name, sift in self.sifts.items() if sift.broken}

    @property
    def total(self) -> int:
        """Rows of all tables."""
        return sum(self.rows.values())


def pull(
    connector: Connector,
    tables: Sequence[RawTable],
    settings: Settings,
    *,
    full: bool = False,
    on_rows: OnRows | None = None,
) -> Pulled:
    """Bring the connector's raw schema up to date.

    Args:
        connector: the CRM.
        tables: all declared raw tables; those of other CRMs are left alone.
        full: read everything again instead of what changed; rows that are gone from the CRM go too.
        on_rows: called as batches arrive.

    Raises:
        GuardrailError: the warehouse holds the records of another account, or far fewer records came than there were.
        SchemaDriftError: an object that was never read cannot be read; one that was is in `Pulled.stops`.
        DailyLimitError: the calls of the day are used up before everything was read once.
        LeadwrightError: as the connector raises them; what was read until then is kept.
        LockedError: another process holds the warehouse.
    """
    tenants.require_same(connector, settings)
    shutil.rmtree(settings.home / "dlt", ignore_errors=True)  # cursors, and perhaps rows, of earlier versions
    own = {t.name: _dated(t, connector.shape(t.name)) for t in tables if t.crm == connector.name}
    result = Pulled(connector.name, dict.fromkeys(own, 0))
    with warehouse.writer(settings.warehouse_file, settings.lock_wait_seconds) as db:
        _ensure(db, list(own.values()))
        source = Source(
            connector,
            own,
            _counting(result, on_rows, [n for n in own if connector.shape(n).comes_with]),
            setaside.watched(db, connector.name),
            forgotten.kept_out(db, connector.name),
        )
        records = source.records()
        whole = records if full else [name for name in records if _is_unread(db, source, name)]
        changed = [Changes.begin(db, source, name, settings) for name in records if name not in whole]
    if whole:
        changed += _read_whole(source, whole, settings, result)
    else:
        drop_old(settings, connector.name)
    parts = _read([*(_Small(source, name) for name in source.small()), *changed], result)
    _finish(source, parts, settings, result)
    fresh = {name for name, sift in result.sifts.items() if sift.whole}
    result.filled = backfill.fill(source, list(own.values()), settings, fresh, result.stops)
    return result


def _read_whole(source: Source, names: Sequence[str], settings: Settings, result: Pulled) -> list[Changes]:
    """Read whole objects; what changed of them is still to be read where a part is as old as an earlier pull."""
    read = Whole(source, names, settings)
    read.pull(result.stops)
    result.sifts |= read.sifts
    if not read.went_on or result.stops.put_off:
        return []
    with warehouse.writer(settings.warehouse_file, settings.lock_wait_seconds) as db:
        return [Changes.begin(db, source, name, settings) for name in read.objects]


def _finish(source: Source, parts: Sequence[_Small | Changes], settings: Settings, result: Pulled) -> None:
    """Note what was read to its end, set aside or stopped. Raises where an object was never read to its end."""
    with warehouse.writer(settings.warehouse_file, settings.lock_wait_seconds) as db:
        db.execute("begin")
        for each in parts:
            each.finish(db)
        setaside.note(db, list(result.sifts.values()), datetime.now(UTC))
        never_read = _note_stops(db, source, result.stops)
        db.execute("commit")
    if never_read:
        raise result.stops.put_off or SchemaDriftError(result.stops.objects[never_read[0]])


def _read(parts: Sequence[_Small | Changes], result: Pulled) -> list[_Small | Changes]:
    """Read the parts; those that were read to their end."""
    done: list[_Small | Changes] = []
    for each in parts:
        if result.stops.put_off:
            break
        with result.stops.reading(each.name):
            each.read()
            done.append(each)
            if each.name in result.sifts:
                result.sifts[each.name].add(each.sift)
            else:
                result.sifts[each.name] = each.sift
    return done


def _note_stops(db: warehouse.Connection, source: Source, stops: Stops) -> list[str]:
    """Note which objects stopped, in the caller's transaction; those that were never read to their end."""
    for name, why in stops.objects.items():
        db.execute("update ops.pulls set stopped = ? where crm = ? and object = ?", [why, source.name, name])
    due = source.tables if stops.put_off else stops.objects
    return [
        name
        for name in due
        if not db.execute(
            "select 1 from ops.pulls where crm = ? and object = ?", [source.name, name]
        ).fetchone()
    ]


def ensure_tables(tables: Sequence[RawTable], settings: Settings) -> None:
    """Make the declared raw tables and the notes on pulls where they are missing."""
    with warehouse.writer(settings.warehouse_file, settings.lock_wait_seconds) as db:
        _ensure(db, tables)


def _ensure(db: warehouse.Connection, tables: Sequence[RawTable]) -> None:
    warehouse.ensure_table(db, "ops", "pulls", PULLS)
    warehouse.ensure_table(db, "ops", "unsettled", landing.UNSETTLED)
    for table in tables:
        warehouse.ensure_table(db, table.schema, table.name, table.columns)


def _dated(table: RawTable, shape: ObjectShape) -> RawTable:
    """The table with the cursor as a moment, whether it is declared as one or not."""
    declared = [(name, "timestamptz" if name == shape.cursor else kind) for name, kind in table.declared]
    return replace(table, declared=tuple(declared))


def _counting(result: Pulled, on_rows: OnRows | None, links: Collection[str]) -> OnRows:
    def count(name: str, rows: int) -> None:
        result.rows[name] += rows
        if on_rows and name not in links:  # how many there will be of these, nobody knows before
            on_rows(name, rows)

    return count


def _is_unread(db: warehouse.Connection, source: Source, name: str) -> bool:
    """Whether an object was never read to its end, it or the links that it brings, or has no rows."""
    noted = {
        found
        for (found,) in db.execute("select object from ops.pulls where crm = ?", [source.name]).fetchall()
    }
    newest = landing.newest(db, source.tables[name], str(source.shape(name).cursor))
    return newest is None or not noted.issuperset({name, *source.links(name)})


class _Small:
    """A small table, which is always read whole."""

    def __init__(self, source: Source, name: str) -> None:
        self.name = name
        self.sift = Sift(source.name, name, source.shape(name), True, source.watched(name))
        self._source = source
        self._began = datetime.now(UTC)
        self._batches: list[pa.RecordBatch] = []

    def read(self) -> None:
        """Read it."""
        table = self._source.tables[self.name]
        for piece in self._source.read(Query(self.name, self._source.fields(table)), self.sift.set_aside):
            self.sift.see(piece.rows)
            self._batches.append(piece.rows)
            self._source.moved(self.name, piece.rows.num_rows)
        self.sift.require_few()

    def finish(self, db: warehouse.Connection) -> None:
        """Put it in place of the old one, but for rows of records that were set aside."""
        ids = [error.record_id for error in self.sift.broken]
        keep = None if None in ids else [each for each in ids if each]
        table, shape = self._source.tables[self.name], self.sift.shape
        landing.replace(db, table, shape, pa.Table.from_batches(self._batches), keep)
        self._source.note(db, {self.name: self.sift.rows}, self._began, None)
