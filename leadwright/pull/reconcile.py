"""Looks by counting whether a CRM has the records that the raw tables have, and finds those that differ.

A search for changes shows neither what was deleted nor a record that its index has not got yet. How many records there
are does; where that differs, ranges of ids are halved until the records are found.
"""

from __future__ import annotations

import logging
from bisect import bisect_right
from collections.abc import Collection, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

import pyarrow as pa

from leadwright import warehouse
from leadwright.connectors.base import Countable, Query, Section
from leadwright.pull import drift, landing
from leadwright.pull.setaside import Sift
from leadwright.pull.sources import Source
from leadwright.settings import Settings
from leadwright.transform.tables import RawTable

LEAF = 200
"""Records that are read one by one rather than counted by halves: a page of a search."""

_MOST_COUNTS = 200
"""Counts in one pull; what is not found with them is looked for by the next one."""

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Check:
    """The look at one object after what changed of it was read.

    Attributes:
        section: what is counted: all that is here, and nothing that came meanwhile.
        here: how many there are in the warehouse.
        noted: by how many the CRM counted more when that was last looked into.
        has_landed: something was merged since it began.
    """

    source: Source
    query: Query
    sift: Sift
    settings: Settings
    section: Section
    here: int
    noted: int
    has_landed: bool = False
    _counts_left: int = _MOST_COUNTS
    _difference: int = 0
    _gone: list[str] = field(default_factory=list)
    _there: int = 0
    _rest: int | None = None

    @classmethod
    def begin(
        cls, db: warehouse.Connection, source: Source, query: Query, sift: Sift, settings: Settings
    ) -> Check:
        """Count what is here."""
        (difference,) = db.execute(
            "select difference from ops.pulls where crm = ? and object = ?",
            [source.name, query.object_name],
        ).fetchone() or (None,)
        check = cls(source, query, sift, settings, landing.EVERYTHING, 0, difference or 0)
        check._count_here(db)
        return check

    @property
    def _table(self) -> RawTable:
        return self.source.tables[self.query.object_name]

    @property
    def _connector(self) -> Countable:
        connector = self.source.connector
        assert isinstance(connector, Countable)
        return connector

    def _count_here(self, db: warehouse.Connection) -> None:
        since = self.query.since
        assert since is not None
        dates = landing.dates_since(db, self._table, str(self.sift.shape.cursor), since)
        self.section = Section(before=since, at=dates)
        self.here = landing.count(db, self._table, self.sift.shape, self.section)

    def finds_a_difference(self) -> bool:
        """Whether the CRM counts other records than are here; False too where it does not count."""
        # What is never deleted may still be cleared away for its age, and what was read of it stays.
        if not isinstance(self.source.connector, Countable) or self.sift.shape.deleted is None:
            return False
        if self.has_landed:
            with self._open() as db:
                self._count_here(db)
        found = self._connector.count(self.query.object_name, self.section)
        if found is None:
            return False
        unread = len(self.source.watched(self.query.object_name) | {e.record_id for e in self.sift.broken})
        self._difference = found - self.here
        return self._difference != self.noted and not 0 <= self._difference <= unread

    def needs_reading(self) -> bool:
        """Whether records are there that a read without leaving any out may bring."""
        return self._difference > 0 and bool(self.query.known)

    def finish(self, db: warehouse.Connection) -> None:
        """Note what was counted, in the caller's transaction."""
        db.execute(
            "update ops.pulls set difference = coalesce(?, difference) where crm = ? and object = ?",
            [self._rest, self.source.name, self.query.object_name],
        )

    def settle(self) -> None:
        """Read the records that are there and not here, and take out those that are here and not there.

        Raises:
            GuardrailError: so many are gone that it may be a permission.
        """
        self._take_deleted()
        table, shape = self._table, self.sift.shape
        with self._open() as db:
            ids = sorted(landing.ids(db, table, shape), key=self._connector.place_of)
        found = self._connector.count(self.query.object_name, landing.EVERYTHING)
        if found is not None:
            self._there = len(ids)
            self._halve(ids, None, None, found)
            self._remove()
            self._count_rest()

    def _take_deleted(self) -> None:
        """Merge the rows that the CRM shows as deleted and that are here as others."""
        table, shape = self._table, self.sift.shape
        key = shape.key[0]
        with self._open() as db:
            known = landing.deleted_ids(db, table, shape)
        for batch in self._connector.gone(self.query.object_name, self.query.fields):
            shown = self.source.let_in(self.query.object_name, batch)
            fresh = _without(shown, key, known)
            with self._open() as db:
                landing.merge(db, table, shape, fresh)
            self.sift.see(fresh)
            self.source.moved(self.query.object_name, fresh.num_rows)

    def _halve(self, ids: Sequence[str], after: str | None, up_to: str | None, found: int) -> None:
        """Find what differs between `ids`, the rows here between two ids, and the `found` records there."""
        if found == len(ids):
            return
        if len(ids) <= LEAF:
            self._compare(ids, Section(after_id=after, up_to_id=up_to))
            return
        if self._counts_left <= 0:
            return
        self._counts_left -= 1
        middle = ids[len(ids) // 2 - 1]
        lower = self._connector.count(self.query.object_name, Section(after_id=after, up_to_id=middle))
        if lower is None:
            return
        place = bisect_right(ids, self._connector.place_of(middle), key=self._connector.place_of)
        self._halve(ids[:place], after, middle, lower)
        self._halve(ids[place:], middle, up_to, found - lower)

    def _compare(self, ids: Sequence[str], section: Section) -> None:
        table, shape = self._table, self.sift.shape
        key = shape.key[0]
        here, seen = set(ids), set[str]()
        for batch in self._connector.section(self.query.object_name, self.query.fields, section):
            names = batch.column(key).to_pylist()
            seen.update(names)
            shown = self.source.let_in(self.query.object_name, batch)
            fresh = _without(shown, key, here)
            with self._open() as db:
                landing.merge(db, table, shape, fresh)
            self.sift.see(fresh)
            self.source.moved(self.query.object_name, fresh.num_rows)
        missing = [record_id for record_id in ids if record_id not in seen]
        if missing:
            self._gone += sorted(self._connector.absent(self.query.object_name, missing))
        if drift.is_shrunk(len(self._gone), self._there, self.settings):
            raise drift.shrunk(
                f"{self.source.name} no longer shows {len(self._gone):,} or more of {self._there:,} "
                f"{self.query.object_name}. They were left as they are."
            )

    def _remove(self) -> None:
        if not self._gone:
            return
        table, shape = self._table, self.sift.shape
        links = [self.source.tables[name] for name in self.source.links(self.query.object_name)]
        with self._open() as db:
            db.execute("begin")
            landing.remove(db, table, shape.key[0], self._gone)
            for link in links:
                landing.remove(db, link, self.source.shape(link.name).group[0], self._gone)
            db.execute("commit")
        _log.info(
            "%s no longer has %d %s; they were taken out.",
            self.source.name,
            len(self._gone),
            self.query.object_name,
        )

    def _count_rest(self) -> None:
        """Keep a difference that was not found, so that it is not looked for in each pull."""
        with self._open() as db:
            self._count_here(db)
        found = self._connector.count(self.query.object_name, self.section)
        self._rest = found - self.here if found is not None and self._counts_left > 0 else 0

    def _open(self) -> AbstractContextManager[warehouse.Connection]:
        return warehouse.writer(self.settings.warehouse_file, self.settings.lock_wait_seconds)


def _without(rows: pa.RecordBatch, key: str, ids: Collection[str]) -> pa.RecordBatch:
    return rows.filter(pa.array([value not in ids for value in rows.column(key).to_pylist()], pa.bool_()))
