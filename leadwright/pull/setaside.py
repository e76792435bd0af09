"""Records that a pull could not read: which, why and since when. Never their values.

A record that is set aside was not read, so nothing is known of it but that it is there: the row that the warehouse has
of it stays, also through a full pull.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from leadwright import warehouse
from leadwright.connectors.base import ObjectShape
from leadwright.connectors.batches import BROKEN_DATE, BROKEN_TEXT, NO_ID, row_id
from leadwright.connectors.errors import RecordError, SchemaDriftError
from leadwright.settings import Settings

_TABLE = (
    ("crm", "varchar"),
    ("object", "varchar"),
    ("record_id", "varchar"),
    ("reason", "varchar"),
    ("field", "varchar"),
    ("first_seen_at", "timestamptz"),
    ("last_seen_at", "timestamptz"),
)
REASONS = {
    NO_ID: "they have no id",
    BROKEN_TEXT: "a text of theirs is no text",
    BROKEN_DATE: "their date of change is none",
}
_TOO_MANY = 10
"""Broken records of one object from which on, where they outnumber the others, the answers are broken and not they."""


@dataclass(slots=True)
class Sift:
    """What one pull of one object has read and set aside.

    Attributes:
        whole: whether everything is read, and not what changed.
        watched: ids that earlier pulls have set aside.
        read: ids of the rows that came: of all of a small table, which has no cursor, else of those in `watched`.
        broken: what is set aside now.
        rows: how many rows came.
    """

    crm: str
    object: str
    shape: ObjectShape
    whole: bool
    watched: frozenset[str]
    read: set[str] = field(default_factory=set)
    broken: list[RecordError] = field(default_factory=list)
    rows: int = 0

    def see(self, batch: pa.RecordBatch) -> None:
        """Note the rows of a batch."""
        self.rows += batch.num_rows
        if self.watched or self.shape.cursor is None:
            keys = batch.select(list(self.shape.key)).to_pylist()
            ids = {identity for row in keys if (identity := row_id(row, self.shape.key))}
            self.read |= ids if self.shape.cursor is None else ids & self.watched

    def set_aside(self, error: RecordError) -> None:
        """Note a record that cannot be read."""
        self.broken.append(error)

    def add(self, later: Sift) -> None:
        """Take over what a later read of what changed has read and set aside."""
        self.rows += later.rows
        self.read |= later.read
        self.broken += later.broken

    def require_few(self) -> None:
        """Raise SchemaDriftError where most records are broken: then it is not the records."""
        if len(self.broken) >= _TOO_MANY and len(self.broken) > self.rows:
            first = self.broken[0]
            raise SchemaDriftError(
                f"{len(self.broken):,} {self.crm} {self.object} cannot be read and {self.rows:,} can; the first one: "
                f"{first} Nothing of them was taken over. The CRM's answers seem to have changed."
            )


def watched(db: warehouse.Connection, crm: str) -> dict[str, frozenset[str]]:
    """Ids that earlier pulls of `crm` have set aside, by object."""
    warehouse.ensure_table(db, "ops", "set_aside", _TABLE)
    found = db.execute("select object, record_id from ops.set_aside where crm = ?", [crm]).fetchall()
    return {name: frozenset(i for o, i in found if o == name and i) for name in {o for o, _ in found}}


def carry_over(sifts: Iterable[Sift], aside: Path, settings: Settings) -> None:
    """Put the same rows of large tables into the file `aside`, whose tables are to replace all rows."""
    for sift in sifts:
        if not sift.broken or sift.shape.cursor is None:
            continue
        ids = [error.record_id for error in sift.broken if error.record_id]
        warehouse.carry_over(
            settings.warehouse_file,
            aside,
            f"raw_{sift.crm}",
            sift.object,
            sift.shape.key,
            None if len(ids) < len(sift.broken) else ids,
            settings.lock_wait_seconds,
        )


def note(db: warehouse.Connection, sifts: Sequence[Sift], began: datetime) -> None:
    """Bring `ops.set_aside` up to date; a record that came whole, or is gone, leaves it."""
    warehouse.ensure_table(db, "ops", "set_aside", _TABLE)
    for sift in sifts:
        names = {"crm": sift.crm, "object": sift.object}
        here = "crm = $crm and object = $object"
        since = dict(
            db.execute(
                f"select record_id, min(first_seen_at) from ops.set_aside where {here} group by record_id",
                names,
            ).fetchall()
        )
        left = {*sift.read, *(error.record_id for error in sift.broken)}
        if sift.whole:
            db.execute(f"delete from ops.set_aside where {here}", names)
        else:
            db.execute(
                f"delete from ops.set_aside where {here} and (list_contains($left::varchar[], record_id) "
                "or record_id is null and $nameless)",
                {**names, "left": [each for each in left if each], "nameless": None in left},
            )
        for error in sift.broken:
            seen = since.get(error.record_id, began)
            values = [sift.crm, sift.object, error.record_id, error.code, error.field, seen, began]
            db.execute("insert into ops.set_aside values (?, ?, ?, ?, ?, ?, ?)", values)


def listed(db: warehouse.Connection) -> list[dict[str, Any]]:
    """Records that are set aside, in groups: crm, object, reason, field, how many, since when, one id."""
    if not warehouse.columns(db, "ops", "set_aside"):
        return []
    return warehouse.rows(
        db,
        "select crm, object, reason, field, count(*) as records, min(first_seen_at) as since, "
        "min(record_id) as example from ops.set_aside group by all order by all",
    )
