"""Loads records as they are, with dates and ids of their own: imports and made populations come in here."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Mapping
from typing import Any

from leadwright_sandbox.clock import Clock
from leadwright_sandbox.hubspot.derived import Derived
from leadwright_sandbox.hubspot.lag import SearchLag
from leadwright_sandbox.hubspot.objects import ObjectType
from leadwright_sandbox.hubspot.properties import Property
from leadwright_sandbox.hubspot.records import Records
from leadwright_sandbox.hubspot.tables import order_of
from leadwright_sandbox.hubspot.values import iso, spell, text
from leadwright_sandbox.store import Store, quoted

CHUNK = 5000
STORED_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
ARCHIVAL = ("archived", "archived_at")  # columns of a row that are no properties
MERGED = "hs_merged_object_ids"
OWN_COLUMNS = ("_order", "_archived", "_archived_at")


class Loader:
    """Stores rows of one object type after the other."""

    def __init__(
        self, store: Store, clock: Clock, records: Records, derived: Derived, lag: SearchLag
    ) -> None:
        self._store = store
        self._clock = clock
        self._records = records
        self._derived = derived
        self._lag = lag

    def load(self, kind: ObjectType, rows: Iterable[Mapping[str, Any]]) -> int:
        """Store `rows`; return how many. A field that `kind` does not know becomes a text property."""
        rows = iter(rows)
        loaded = 0
        merged: list[tuple[str, str]] = []
        while chunk := list(itertools.islice(rows, CHUNK)):
            self._load_chunk(kind, chunk)
            loaded += len(chunk)
            merged += [
                (text(row["hs_object_id"]), former)
                for row in chunk
                if row.get(MERGED) and row.get("hs_object_id")
                for former in text(row[MERGED]).split(";")
            ]
        # the ids of records that were merged lead to the new one, where the rows hold them too
        self._store.db.executemany(
            f"update {quoted(kind.name)} set _merged_into = ? where hs_object_id = ? and _archived = 1",
            merged,
        )
        self._records.tables.forget_next_id(kind)
        return loaded

    def _load_chunk(self, kind: ObjectType, chunk: list[Mapping[str, Any]]) -> None:
        names = dict.fromkeys(itertools.chain.from_iterable(chunk))
        for name in names:
            if name not in kind.properties and name not in ARCHIVAL:
                group = f"{kind.singular}information"
                self._records.tables.add_property(
                    kind, Property(name, name, "string", "text", group, standard=False)
                )
        now = iso(self._clock.now())
        rows = [self._row(kind, row, now) for row in chunk]
        columns = list(dict.fromkeys(itertools.chain(OWN_COLUMNS, *rows)))
        self._lag.keep(kind, [row["hs_object_id"] for row in rows])
        self._store.insert(kind.name, columns, ([row.get(name) for name in columns] for row in rows))

    def _row(self, kind: ObjectType, given: Mapping[str, Any], now: str) -> dict[str, Any]:
        properties = kind.properties
        row: dict[str, Any] = {
            name: _loaded_value(properties[name], value)
            for name, value in given.items()
            if value is not None and value != "" and name not in ARCHIVAL
        }
        record_id = row.setdefault("hs_object_id", None) or self._records.tables.next_id(kind)
        created = row.get(kind.created) or now
        row |= {
            "hs_object_id": record_id,
            "_order": order_of(record_id),
            "_archived": 0,
            kind.created: created,
        }
        row.setdefault(kind.modified, created)
        if text(given.get("archived") or "false").lower() == "true":
            row |= {"_archived": 1, "_archived_at": spell("datetime", given.get("archived_at") or now)}
        return self._derived.on_load(kind, row) | row


def _loaded_value(known: Property, value: Any) -> str:
    if known.type == "datetime" and type(value) is str and STORED_MOMENT.fullmatch(value):
        return value  # most of what a large population brings; reading it again would double the time
    if known.name == "hs_object_id":
        return text(value)
    if known.type == "enumeration" and not known.external:
        return _chosen(known, text(value))
    if known.name == "email":
        return text(value).lower()
    return spell(known.type, value)


def _chosen(known: Property, value: str) -> str:
    """A choice, made one of the property's options: an export brings the options of its own portal."""
    if not known.read_only:
        for choice in value.split(";") if known.field_type == "checkbox" else [value]:
            if choice and choice not in known.allowed():
                known.add_option(choice)
    return value
