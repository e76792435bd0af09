"""A CRM as a pull reads it: what its connector can do beyond the least is used, and what it cannot is done without."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import pyarrow as pa

from leadwright import warehouse
from leadwright.connectors.base import (
    Clocked,
    Connector,
    ObjectShape,
    Piece,
    Query,
    ResumableSource,
    SetAside,
)
from leadwright.pull import forgotten
from leadwright.transform.tables import RawTable

OnRows = Callable[[str, int], None]
"""Called with a table's name and the number of rows as each batch arrives."""

PULLS = (
    ("crm", "varchar"),
    ("object", "varchar"),
    ("pulled_at", "timestamptz"),
    ("row_count", "bigint"),
    ("crm_time", "timestamptz"),
    ("place", "varchar"),
    ("difference", "bigint"),
    ("stopped", "varchar"),
)
"""When each object was last read to its end: when that began by this machine's clock and by the CRM's; after which
record the next look at its links begins; how many records more the CRM counts than could be found; and why the latest
pull did not read it to its end, where it stopped."""


@dataclass(frozen=True, slots=True)
class Source:
    """One account of a CRM.

    Attributes:
        tables: its raw tables, by object.
        set_aside_before: ids that earlier pulls have set aside, by object.
        kept_out: hashes of the records of people who were forgotten at their request.
    """

    connector: Connector
    tables: Mapping[str, RawTable]
    on_rows: OnRows | None = None
    set_aside_before: Mapping[str, frozenset[str]] = field(default_factory=dict)
    kept_out: frozenset[str] = frozenset()

    @property
    def name(self) -> str:
        """What the account is called."""
        return self.connector.name

    @property
    def now(self) -> datetime:
        """What time it is in the CRM, as far as it says; else what time it is here."""
        said = self.connector.now if isinstance(self.connector, Clocked) else None
        return said or datetime.now(UTC)

    def shape(self, name: str) -> ObjectShape:
        """How an object is read."""
        return self.connector.shape(name)

    def fields(self, table: RawTable) -> list[str]:
        """The fields to ask for: all columns but those that come anyway."""
        shape = self.shape(table.name)
        own = {*shape.key, *shape.always, shape.cursor}
        return [name for name, _ in table.columns if name not in own]

    def records(self) -> list[str]:
        """The objects of which can be read what changed, and that come with no other."""
        return [n for n in self.tables if self.shape(n).cursor is not None and not self._comes_with(n)]

    def small(self) -> list[str]:
        """The objects that are always read whole."""
        return [name for name in self.tables if self.shape(name).cursor is None]

    def links(self, name: str) -> tuple[str, ...]:
        """The objects that come with this one."""
        return tuple(other for other in self.tables if self._comes_with(other) == name)

    def _comes_with(self, name: str) -> str | None:
        start = self.shape(name).comes_with if isinstance(self.connector, ResumableSource) else None
        return start if start in self.tables else None

    def read(self, query: Query, set_aside: SetAside) -> Iterator[Piece]:
        """The rows of a query, in pieces."""
        if isinstance(self.connector, ResumableSource):
            pieces = self.connector.read(query, set_aside)
        else:
            rows = self.connector.pull(query.object_name, query.fields, query.since, set_aside)
            pieces = (Piece(batch) for batch in rows)
        for piece in pieces:
            links = {name: self.let_in(name, rows) for name, rows in piece.links.items()}
            yield replace(piece, rows=self.let_in(query.object_name, piece.rows), links=links)

    def let_in(self, name: str, rows: pa.RecordBatch) -> pa.RecordBatch:
        """Rows of an object but for those that name somebody who was forgotten."""
        return forgotten.without(rows, self.tables[name], self.kept_out)

    def watched(self, name: str) -> frozenset[str]:
        """Ids of an object that earlier pulls have set aside."""
        return self.set_aside_before.get(name, frozenset())

    def moved(self, name: str, count: int) -> None:
        """Tell that so many rows of an object arrived."""
        if self.on_rows:
            self.on_rows(name, count)

    def note(
        self,
        db: warehouse.Connection,
        counts: Mapping[str, int],
        began_at: datetime,
        crm_time: datetime | None,
    ) -> None:
        """Note in `ops.pulls` that objects were read to their end, in the caller's transaction."""
        for name, count in counts.items():
            said = [began_at, count, crm_time, self.name, name]
            db.execute(
                "update ops.pulls set pulled_at = ?, row_count = ?, crm_time = ?, stopped = null "
                "where crm = ? and object = ?",
                said,
            )
            db.execute(
                "insert into ops.pulls (pulled_at, row_count, crm_time, crm, object) select * from "
                "(values (?::timestamptz, ?::bigint, ?::timestamptz, ?, ?)) as noted (pulled_at, row_count, crm_time, "
                "crm, object) where not exists (from ops.pulls p where p.crm = noted.crm and p.object = noted.object)",
                said,
            )
