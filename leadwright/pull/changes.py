"""Reads what changed of one object, with its links, and looks whether anything is there that did not come."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

from leadwright import warehouse
from leadwright.connectors.base import Piece, Query
from leadwright.pull import drift, landing
from leadwright.pull.reconcile import Check
from leadwright.pull.relink import Relink
from leadwright.pull.setaside import Sift
from leadwright.pull.sources import Source
from leadwright.settings import Settings


@dataclass(slots=True)
class Changes:
    """The read of one object.

    Attributes:
        began_at, crm_time: when the pull began, by this machine and by the CRM.
    """

    source: Source
    query: Query
    sift: Sift
    check: Check
    relinks: list[Relink]
    settings: Settings
    crm_time: datetime
    began_at: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def name(self) -> str:
        """The object."""
        return self.query.object_name

    @classmethod
    def begin(cls, db: warehouse.Connection, source: Source, name: str, settings: Settings) -> Changes:
        """Find out what is to be read."""
        table, shape, links, now = source.tables[name], source.shape(name), source.links(name), source.now
        cursor = str(shape.cursor)
        newest = landing.newest(db, table, cursor) or now
        (last,) = db.execute(
            "select coalesce(crm_time, pulled_at) from ops.pulls where crm = ? and object = ?",
            [source.name, name],
        ).fetchone() or (newest,)
        since = min(newest, last) - shape.overlap
        known = landing.known_since(db, table, cursor, since)
        query = Query(name, source.fields(table), since, links, known)
        sift = Sift(source.name, name, shape, False, source.watched(name))
        relinks = [Relink.begin(db, source, name, link) for link in links]
        return cls(
            source, query, sift, Check.begin(db, source, query, sift, settings), relinks, settings, now
        )

    def read(self) -> None:
        """Read it, and merge each piece as it comes."""
        self._read(self.query)
        if self.check.finds_a_difference():
            if self.check.needs_reading():
                self._read(Query(self.name, self.query.fields, self.query.since, self.query.links))
            self.check.settle()
        self.sift.require_few()
        for relink in self.relinks:
            relink.read()

    def _read(self, query: Query) -> None:
        waiting: Piece | None = None
        for piece in self.source.read(query, self.sift.set_aside):
            drift.require_known(self.source, self.name, piece.unknown, self.settings)
            if waiting is not None:
                self._land(waiting, is_last=False)
            waiting = piece
            self.sift.see(piece.rows)
            self.source.moved(self.name, piece.rows.num_rows)
            for link, rows in piece.links.items():
                self.source.moved(link, rows.num_rows)
        if waiting is not None:
            self._land(waiting, is_last=True)

    def _land(self, piece: Piece, *, is_last: bool) -> None:
        """Merge a piece and the links that came with it, in one transaction."""
        if not piece.rows.num_rows:
            return
        with warehouse.writer(self.settings.warehouse_file, self.settings.lock_wait_seconds) as db:
            db.execute("begin")
            for table, rows in {self.name: piece.rows, **piece.links}.items():
                landing.merge(db, self.source.tables[table], self.source.shape(table), rows)
            landing.note_unsettled(db, self.source.name, self.name, self.sift.shape, piece, is_last=is_last)
            db.execute("commit")
        self.check.has_landed = True

    def finish(self, db: warehouse.Connection) -> None:
        """Note that it was read to its end, and merge the links that were looked at again."""
        counts = {self.name: self.sift.rows, **dict.fromkeys(self.query.links, 0)}
        self.source.note(db, counts, self.began_at, self.crm_time)
        self.check.finish(db)
        for relink in self.relinks:
            relink.finish(db)
