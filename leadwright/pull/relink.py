"""Looks again at the links of some records, a few in every pull: a link that is added or taken away is no change of the
records, so nothing else would tell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa

from leadwright import warehouse
from leadwright.connectors.base import Linking
from leadwright.pull import landing
from leadwright.pull.sources import Source

AT_ONCE = 1_000
"""Records in one pull: what one call to HubSpot takes."""


@dataclass(slots=True)
class Relink:
    """The look at the links of the records that come next in the order of ids; after the last it begins again."""

    source: Source
    links: str
    records: Sequence[Mapping[str, str | None]]
    place: str | None
    _found: pa.RecordBatch | None = None

    @classmethod
    def begin(cls, db: warehouse.Connection, source: Source, name: str, links: str) -> Relink:
        """Choose the records of `name` whose `links` are looked at."""
        if not isinstance(source.connector, Linking):
            return cls(source, links, [], None)
        table, shape = source.tables[name], source.shape(name)
        key, cursor = shape.key[0], str(shape.cursor)
        noted = db.execute(
            "select coalesce(place, '') from ops.pulls where crm = ? and object = ?", [source.name, links]
        ).fetchone()
        records = warehouse.rows(
            db,
            f'select "{key}", "{cursor}"::varchar as "{cursor}" from "{table.schema}"."{table.name}" '
            f'where {landing.kept(table, shape)} and "{key}" > ? order by "{key}" limit {AT_ONCE}',
            [noted[0] if noted else ""],
        )
        return cls(source, links, records, records[-1][key] if len(records) == AT_ONCE else None)

    def read(self) -> None:
        """Read their links."""
        if self.records and isinstance(self.source.connector, Linking):
            self._found = self.source.let_in(
                self.links, self.source.connector.links(self.links, self.records)
            )

    def finish(self, db: warehouse.Connection) -> None:
        """Merge them, in the caller's transaction."""
        if self._found is not None:
            landing.merge(db, self.source.tables[self.links], self.source.shape(self.links), self._found)
        db.execute(
            "update ops.pulls set place = ? where crm = ? and object = ?",
            [self.place, self.source.name, self.links],
        )
