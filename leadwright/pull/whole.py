"""Reads whole objects of a CRM into a file beside the warehouse, and then puts its tables in place of the old ones.

What was read stays in the file with the place at which to go on, so a read that is cut off, by a fault or a kill, goes
on there. The warehouse has all old rows until it has all new ones.
"""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event, Lock

from leadwright import progress, warehouse
from leadwright.connectors.base import Countable, Piece, Query, SideBySide
from leadwright.connectors.errors import (
    ConfigError,
    DailyLimitError,
    LostPlaceError,
    RecordError,
    RetryableError,
)
from leadwright.pull import drift, landing, setaside
from leadwright.pull.drift import Stops
from leadwright.pull.setaside import Sift
from leadwright.pull.sources import Source
from leadwright.settings import Settings

_FILE = "pulled.duckdb"
_KEPT_FOR = timedelta(days=5)
"""How long a read may go on where it stopped; Salesforce keeps the results of a query for seven days."""

_TABLES = {
    "about": (("signature", "varchar"), ("began_at", "timestamptz"), ("crm_time", "timestamptz")),
    "places": (("object", "varchar"), ("place", "varchar"), ("is_done", "boolean"), ("row_count", "bigint")),
    "broken": (("object", "varchar"), ("record_id", "varchar"), ("code", "varchar"), ("field", "varchar")),
    "unsettled": landing.UNSETTLED,
}


def drop_old(settings: Settings, crm: str) -> None:
    """Remove a read that was cut off so long ago that none goes on with it."""
    file = settings.home / "full" / crm / _FILE
    if file.exists() and time.time() - file.stat().st_mtime > _KEPT_FOR.total_seconds():
        shutil.rmtree(file.parent)


@dataclass(slots=True)
class Whole:
    """A read of whole objects.

    Attributes:
        objects: the objects that are read, with the links that come with them.
        began_at, crm_time: when it began, by this machine and by the CRM.
        sifts: what was read and set aside, by object.
        went_on: a part of it was read by an earlier pull.
    """

    source: Source
    objects: Sequence[str]
    settings: Settings
    began_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    crm_time: datetime | None = None
    sifts: dict[str, Sift] = field(default_factory=dict)
    went_on: bool = False
    _turn: Lock = field(default_factory=Lock)
    _is_over: Event = field(default_factory=Event)

    @property
    def folder(self) -> Path:
        """Where the file is."""
        return self.settings.home / "full" / self.source.name

    @property
    def names(self) -> set[str]:
        """The tables that are read."""
        return {*self.objects, *(link for name in self.objects for link in self.source.links(name))}

    def pull(self, stops: Stops) -> None:
        """Read what was not read yet, then put it in place; what was read stays where the rest is put off.

        Raises:
            GuardrailError: far fewer records came than there were; nothing was put in place.
            LeadwrightError: as the connector raises them; what can be tried again goes on where it stopped.
        """
        signature = json.dumps(
            {name: [list(c) for c in self.source.tables[name].columns] for name in sorted(self.names)}
        )
        self.went_on = self._goes_on(signature)
        if not self.went_on:
            shutil.rmtree(self.folder, ignore_errors=True)
            self.folder.mkdir(mode=0o700, parents=True)
        with warehouse.unshared(self.folder / _FILE) as db:
            if not warehouse.columns(db, "ops", "about"):
                self._begin(db, signature)
            self._expect(db, stops)
            self._read_all(db, stops)
            if stops.put_off:
                return
            now = self._counts(db)
        with warehouse.writer(self.settings.warehouse_file, self.settings.lock_wait_seconds) as db:
            before = self._counts(db)
        self._require_most(before, now)
        setaside.carry_over(self.sifts.values(), self.folder / _FILE, self.settings)
        self._take_over()

    def _read_all(self, db: warehouse.Connection, stops: Stops) -> None:
        """Read the objects, some at a time; those that stop are left out of what is put in place."""
        connector = self.source.connector
        at_once = connector.at_once if isinstance(connector, SideBySide) else 1
        with ThreadPoolExecutor(at_once) as pool:
            for read in [pool.submit(self._read_one, db, name, stops) for name in self.objects]:
                read.result()
        if stops.put_off:
            return
        self.objects = [name for name in self.objects if name not in stops.objects]
        self.sifts = {name: sift for name, sift in self.sifts.items() if name in self.objects}

    def _read_one(self, db: warehouse.Connection, name: str, stops: Stops) -> None:
        """Read an object, unless another one failed or put off the rest; these end after the piece they are at."""
        if self._is_over.is_set() or stops.put_off or name in stops.objects:
            return
        try:
            with stops.reading(name):
                self._read(db, name)
        except BaseException:
            self._is_over.set()
            raise

    def _goes_on(self, signature: str) -> bool:
        """Whether the file of an earlier read of the same is there."""
        if not (self.folder / _FILE).exists():
            return False
        with suppress(warehouse.Error, ConfigError), warehouse.unshared(self.folder / _FILE) as db:
            noted = db.execute("select signature, began_at, crm_time from ops.about").fetchone()
            if noted and noted[0] == signature and noted[1] > self.began_at - _KEPT_FOR:
                _, self.began_at, self.crm_time = noted
                return True
        return False

    def _begin(self, db: warehouse.Connection, signature: str) -> None:
        self.crm_time = self.source.now
        db.execute("begin")
        for name, columns in _TABLES.items():
            warehouse.ensure_table(db, "ops", name, columns)
        for name in self.names:
            table = self.source.tables[name]
            warehouse.ensure_table(db, table.schema, name, table.columns)
        db.execute("insert into ops.about values (?, ?, ?)", [signature, self.began_at, self.crm_time])
        db.execute("commit")

    def _expect(self, db: warehouse.Connection, stops: Stops) -> None:
        """Say how many records are to come, where the CRM can count them."""
        connector = self.source.connector
        for name in self.objects:
            _, _, is_done = self._read_before(db, name)
            if not isinstance(connector, Countable) or is_done:
                continue
            with stops.reading(name):
                there = connector.count(name, landing.EVERYTHING) or 0
                here = landing.count(
                    db, self.source.tables[name], self.source.shape(name), landing.EVERYTHING
                )
                progress.expect("pull", max(there - here, 0))

    def _read(self, db: warehouse.Connection, name: str) -> None:
        with self._turn:
            sift, place, is_done = self._read_before(db, name)
        self.sifts[name] = sift
        if is_done:
            return
        try:
            self._read_from(db, name, sift, place)
        except LostPlaceError:
            with self._turn:
                self._forget(db, name)
            self.sifts[name] = sift = self._sift(name)
            self._read_from(db, name, sift, None)
        except (RetryableError, DailyLimitError):
            raise
        except Exception:
            with self._turn:
                self._forget(db, name)
            raise

    def _read_from(self, db: warehouse.Connection, name: str, sift: Sift, place: str | None) -> None:
        links = self.source.links(name)
        query = Query(name, self.source.fields(self.source.tables[name]), links=links, place=place)
        for piece in self.source.read(query, sift.set_aside):
            if self._is_over.is_set():
                return
            sift.see(piece.rows)
            with self._turn:
                drift.require_known(self.source, name, piece.unknown, self.settings)
                self._land(db, name, sift, piece)
            for table, rows in {name: piece.rows, **piece.links}.items():
                self.source.moved(table, rows.num_rows)
        sift.require_few()
        with self._turn:
            db.execute("update ops.places set is_done = true where object = ?", [name])

    def _land(self, db: warehouse.Connection, name: str, sift: Sift, piece: Piece) -> None:
        """Merge a piece with its links and note the place after it."""
        db.execute("begin")
        try:
            self._put(db, name, sift, piece)
        except BaseException:
            db.execute("rollback")
            raise
        db.execute("commit")

    def _put(self, db: warehouse.Connection, name: str, sift: Sift, piece: Piece) -> None:
        for table, rows in {name: piece.rows, **piece.links}.items():
            landing.merge(db, self.source.tables[table], self.source.shape(table), rows)
        # Others may have been changed, while this is read, at a date that is here.
        settled = min(self.crm_time or self.began_at, piece.settled_before or self.crm_time or self.began_at)
        dated = replace(piece, settled_before=settled)
        landing.note_unsettled(db, self.source.name, name, sift.shape, dated, is_last=True)
        db.execute("delete from ops.places where object = ?", [name])
        db.execute("insert into ops.places values (?, ?, false, ?)", [name, piece.place, sift.rows])
        db.execute("delete from ops.broken where object = ?", [name])
        for error in sift.broken:
            said = [name, error.record_id, error.code, error.field]
            db.execute("insert into ops.broken values (?, ?, ?, ?)", said)

    def _read_before(self, db: warehouse.Connection, name: str) -> tuple[Sift, str | None, bool]:
        """What an earlier read got of an object, where to go on, and whether that was all."""
        sift = self._sift(name)
        noted = db.execute(
            "select place, is_done, row_count from ops.places where object = ?", [name]
        ).fetchone()
        if noted is None:
            return sift, None, False
        place, is_done, sift.rows = noted
        if place is None and not is_done:  # from there no read can go on
            self._forget(db, name)
            return self._sift(name), None, False
        for record_id, code, where in db.execute(
            "select record_id, code, field from ops.broken where object = ?", [name]
        ).fetchall():
            sift.set_aside(
                RecordError("A record was set aside.", record_id=record_id, code=code, field=where)
            )
        return sift, place, is_done

    def _sift(self, name: str) -> Sift:
        return Sift(self.source.name, name, self.source.shape(name), True, self.source.watched(name))

    def _forget(self, db: warehouse.Connection, name: str) -> None:
        for table in (name, *self.source.links(name)):
            db.execute(f'delete from "{self.source.tables[table].schema}"."{table}"')
        db.execute("delete from ops.places where object = ?", [name])
        db.execute("delete from ops.broken where object = ?", [name])

    def _counts(self, db: warehouse.Connection) -> dict[str, int]:
        """How many records of each object are not deleted."""
        tables = [(self.source.tables[name], self.source.shape(name)) for name in self.objects]
        return {table.name: landing.count(db, table, shape, landing.EVERYTHING) for table, shape in tables}

    def _require_most(self, before: Mapping[str, int], now: Mapping[str, int]) -> None:
        """Raise GuardrailError where an object lost many of its records: a user who sees fewer gets fewer, silently."""
        for name in self.objects:
            lost = before[name] - now[name]
            if drift.is_shrunk(lost, before[name], self.settings):
                shutil.rmtree(self.folder, ignore_errors=True)
                raise drift.shrunk(
                    f"{self.source.name} shows {now[name]:,} {name}, and there were {before[name]:,}. Nothing of it "
                    "was taken over."
                )

    def _take_over(self) -> None:
        file = self.folder / _FILE
        counts = {**dict.fromkeys(self.names, 0), **{name: sift.rows for name, sift in self.sifts.items()}}
        with warehouse.writer(self.settings.warehouse_file, self.settings.lock_wait_seconds) as db:
            db.execute(f"attach '{warehouse.sql_text(file)}' as incoming (read_only)")
            db.execute("begin")
            for name in sorted(self.names):
                table = f'"{self.source.tables[name].schema}"."{name}"'
                db.execute(f"drop table if exists {table}")
                db.execute(f"create table {table} as from incoming.{table}")
            db.execute(
                "delete from ops.unsettled where crm = $crm and list_contains($names::varchar[], object)",
                {"crm": self.source.name, "names": list(self.names)},
            )
            db.execute("insert into ops.unsettled select distinct * from incoming.ops.unsettled")
            self.source.note(db, counts, self.began_at, self.crm_time)
            db.execute("commit")
        shutil.rmtree(self.folder, ignore_errors=True)
