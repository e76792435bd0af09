"""CRM records in SQLite: reading, writing and loading them, with HubSpot's rules for values and dates."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from leadwright_sandbox.clock import Clock
from leadwright_sandbox.hubspot.derived import Derived
from leadwright_sandbox.hubspot.errors import InvalidPropertiesError, bad_request, conflict
from leadwright_sandbox.hubspot.history import USERS, History
from leadwright_sandbox.hubspot.lag import SearchLag
from leadwright_sandbox.hubspot.objects import ObjectType, ObjectTypes
from leadwright_sandbox.hubspot.sharing import Sight
from leadwright_sandbox.hubspot.tables import FURTHER_EMAILS, Tables, order_of
from leadwright_sandbox.hubspot.values import InvalidValueError, iso
from leadwright_sandbox.store import Store, quoted

# Without the sign SQLite takes the index of live records for the better one as soon as there are some ten keys, and
# goes through all of them.
BY_KEY = "+_archived"


@lru_cache(maxsize=256)
def _selected(names: tuple[str, ...]) -> str:
    """The columns of a select: callers ask for the same ones again and again."""
    return ", ".join(map(quoted, names))


@dataclass(slots=True)
class Record:
    """One record as read from the store."""

    id: str
    properties: dict[str, str | None]
    created_at: str
    updated_at: str
    archived_at: str | None = None
    source: str = USERS

    def body(self) -> dict[str, Any]:
        """The record as the API shows it."""
        shown: dict[str, Any] = {
            "id": self.id,
            "properties": self.properties,
            "createdAt": self.created_at,
            "updatedAt": self.updated_at,
            "archived": self.archived_at is not None,
        }
        if self.archived_at is not None:
            shown["archivedAt"] = self.archived_at
        return shown


@dataclass(frozen=True, slots=True)
class Written:
    """What an update stored, and the part of it that is new."""

    values: dict[str, str]
    changed: dict[str, str]


class Records:
    """All CRM records of the portal."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        types: ObjectTypes,
        history: History,
        derived: Derived,
        lag: SearchLag,
    ) -> None:
        self._store = store
        self._clock = clock
        self._types = types
        self._history = history
        self._derived = derived
        self._lag = lag
        self._sight: Sight | None = None
        self.tables = Tables(store)
        for kind in types:
            self.tables.create(kind)

    @contextmanager
    def seen_by(self, sight: Sight | None) -> Iterator[None]:
        """Records are read inside as somebody with `sight` sees them; None sees all."""
        before, self._sight = self._sight, sight
        try:
            yield
        finally:
            self._sight = before

    def _seen(self, kind: ObjectType, source: str) -> str:
        return self._sight.of(kind, source) if self._sight else source

    def seen(self, kind: ObjectType, ids: Iterable[str]) -> set[str]:
        """Those of `ids` whose records are not hidden from who reads; links are of live records only."""
        listed = list(dict.fromkeys(ids))
        return set(self.many(kind, listed, kind.fixed)) if self._sight else set(listed)

    # -- reading -----------------------------------------------------------------------------------------------

    def asked(self, kind: ObjectType, names: Iterable[str]) -> list[str]:
        """The properties to show where a caller asks for `names`: unknown ones are left out without a word."""
        wanted = list(names) or list(kind.shown)
        return sorted({name for name in wanted if kind.has(name)} | set(kind.fixed))

    def fetch(
        self,
        kind: ObjectType,
        names: Sequence[str],
        where: str,
        parameters: Sequence[Any] | Mapping[str, Any] = (),
        source: str | None = None,
    ) -> list[Record]:
        """Records with the properties `names`, by the tail of an SQL query: conditions, order and limit."""
        columns = _selected(tuple(names))
        sql = (
            f"select hs_object_id, {quoted(kind.created)}, {quoted(kind.modified)}, _archived_at, _source, {columns}"
            f" from {source or self._seen(kind, quoted(kind.name))} {where}"
        )
        cursor = self._store.db.cursor()
        cursor.row_factory = None
        return [
            Record(row[0], dict(zip(names, row[5:], strict=True)), row[1], row[2], row[3], row[4] or USERS)
            for row in cursor.execute(sql, parameters)
        ]

    def page(
        self, kind: ObjectType, names: Sequence[str], after: str | None, limit: int, archived: bool
    ) -> list[Record]:
        """Up to `limit` records in the order of their ids, from the one behind `after`."""
        where = "where _archived = ? order by _order, hs_object_id limit ?"
        if after is None:
            return self.fetch(kind, names, where, (int(archived), limit))
        where = where.replace("order", "and (_order, hs_object_id) > (?, ?) order", 1)
        return self.fetch(kind, names, where, (int(archived), order_of(after), after, limit))

    def get(
        self, kind: ObjectType, record_id: str, names: Sequence[str], archived: bool = False
    ) -> Record | None:
        """The record with `record_id`, also by the id of one that was merged into it."""
        found = self.fetch(
            kind, names, "where hs_object_id = ? and _archived = ?", (record_id, int(archived))
        )
        if found or archived:
            return found[0] if found else None
        now = self.current(kind, [record_id])[record_id]
        return self.get(kind, now, names) if now != record_id else None

    def current(self, kind: ObjectType, ids: Sequence[str]) -> dict[str, str]:
        """Id -> id that it leads to today: another one where the record was merged."""
        found = {record_id: record_id for record_id in ids}
        while True:
            marks = ", ".join("?" * len(found))
            rows = self._store.db.execute(
                f"select hs_object_id, _merged_into from {quoted(kind.name)} "
                f"where hs_object_id in ({marks}) and _merged_into is not null",
                list(found.values()),
            )
            further = {row[0]: row[1] for row in rows}
            if not further:
                return found
            found = {record_id: further.get(now, now) for record_id, now in found.items()}

    def many(
        self, kind: ObjectType, ids: Sequence[str], names: Sequence[str], archived: bool = False
    ) -> dict[str, Record]:
        """The records with `ids` that are there, by id."""
        marks = ", ".join("?" * len(ids))
        found = self.fetch(
            kind, names, f"where hs_object_id in ({marks}) and {BY_KEY} = ?", (*ids, int(archived))
        )
        return {record.id: record for record in found}

    def ids_by(self, kind: ObjectType, name: str, values: Sequence[str]) -> dict[str, str]:
        """Value (in lower case) -> id, for the live records whose property `name` is one of `values`.

        A contact is found by its further e-mails as well.
        """
        marks = ", ".join("?" * len(values))
        rows = self._store.db.execute(
            f"select {quoted(name)}, hs_object_id from {quoted(kind.name)} "
            f"where {quoted(name)} in ({marks}) and {quoted(name)} <> '' and {BY_KEY} = 0",
            [value.lower() if name == "email" else value for value in values],
        )
        found = {row[0].lower(): row[1] for row in rows}
        missing = {value.lower() for value in values} - found.keys()
        if name != "email" or kind.name != "contacts" or not missing:
            return found
        marks = ", ".join("?" * len(missing))
        rows = self._store.db.execute(
            f"select further.email, hs_object_id from {FURTHER_EMAILS} as further "
            f"join contacts on hs_object_id = further.record_id where further.email in ({marks}) and {BY_KEY} = 0",
            list(missing),
        )
        return found | {row[0]: row[1] for row in rows}

    def searchable(self, kind: ObjectType) -> str:
        """The table that the search reads."""
        return self._seen(kind, self._lag.source(kind))

    def total(self, source: str, where: str, parameters: Mapping[str, Any]) -> int:
        """How many records of `source` fit a condition."""
        row = self._store.db.execute(f"select count(*) from {source} where {where}", parameters).fetchone()
        return int(row[0])

    # -- writing -----------------------------------------------------------------------------------------------

    def checked(self, kind: ObjectType, values: Mapping[str, Any]) -> dict[str, str]:
        """`values` as they will be stored; raises InvalidPropertiesError naming every value that does not fit."""
        stored: dict[str, str] = {}
        problems: list[tuple[str, InvalidValueError]] = []
        for name, value in values.items():
            known = kind.properties.get(name)
            try:
                if known is None or known.archived_at:
                    raise InvalidValueError("PROPERTY_DOESNT_EXIST", f'Property "{name}" does not exist')
                if known.read_only:
                    message = f'"{name}" is a read only property; its value cannot be set.'
                    raise InvalidValueError("READ_ONLY_VALUE", message)
                if isinstance(value, dict | list):
                    # the service fails to read the body at all, before it looks at any property
                    what = "Object" if isinstance(value, dict) else "Array"
                    raise bad_request(
                        f"Invalid input JSON: Cannot deserialize value of type `java.lang.String` from {what} value"
                    )
                stored[name] = known.stored("" if value is None else value)
            except InvalidValueError as problem:
                problems.append((name, problem))
        if problems:
            raise InvalidPropertiesError(problems)
        return stored

    def check_unique(self, kind: ObjectType, values: Mapping[str, str], record_id: str | None) -> None:
        """Refuse values of unique properties that another record has."""
        for name, value in values.items():
            if not kind.properties[name].unique or not value:
                continue
            holder = self.ids_by(kind, name, [value]).get(value.lower())
            if holder is None or holder == record_id:
                continue
            if record_id is None and name == "email":
                raise conflict(f"Contact already exists. Existing ID: {holder}")
            raise bad_request(
                f"Cannot set PropertyValueCoordinates{{objectTypeId={kind.type_id}, propertyName={name}, "
                f"value={value}}} on {record_id or 'new object'}. {holder} already has that value.",
                errors=[{"message": f"{holder} already has that value.", "code": "CONFLICTING_UNIQUE_VALUE"}],
            )

    def create(self, kind: ObjectType, values: Mapping[str, str]) -> str:
        """Store a new record of checked `values`; return its id."""
        now = iso(self._clock.now())
        record_id = self.tables.next_id(kind)
        row: dict[str, Any] = {kind.created: now, kind.modified: now, "hs_object_id": record_id}
        row |= {name: value for name, value in values.items() if value != ""}
        row |= self._derived.on_create(kind, row, now)
        self._insert(kind, record_id, row)
        return record_id

    def create_merged(
        self, kind: ObjectType, values: Mapping[str, str | None], gone: Sequence[str]
    ) -> Record:
        """Store a record that takes the place of others, which are archived and lead to it."""
        record_id = self.tables.next_id(kind)
        row: dict[str, Any] = {name: value for name, value in values.items() if value}
        row |= {kind.modified: iso(self._clock.now()), "hs_object_id": record_id}
        if kind.name == "contacts":
            row["hs_all_contact_vids"] = f"{record_id};{row['hs_merged_object_ids']}"
        self._insert(kind, record_id, row)
        self.archive(kind, gone, merged_into=record_id)
        with self.seen_by(None):
            return self.fetch(kind, sorted(kind.properties), "where hs_object_id = ?", (record_id,))[0]

    def _insert(self, kind: ObjectType, record_id: str, row: dict[str, Any]) -> None:
        row |= {"_order": order_of(record_id), "_archived": 0, "_source": self._history.source}
        self._lag.keep(kind, [record_id])
        self._store.insert_row(kind.name, row)

    def update(self, kind: ObjectType, record_id: str, values: Mapping[str, str]) -> Written:
        """Store checked `values` in a live record; return what was written, derived properties included."""
        now = iso(self._clock.now())
        before = self.fetch(kind, list(kind.properties), "where hs_object_id = ?", (record_id,))[0]
        written = {**values, **self._derived.on_update(kind, before.properties, values, now)}
        changed = {
            name: value for name, value in written.items() if value != (before.properties.get(name) or "")
        }
        written[kind.modified] = now
        self._history.record(kind, before, changed | {kind.modified: now}, now)
        self._lag.keep(kind, [record_id])
        self._store.update(kind.name, "hs_object_id", record_id, written)
        return Written(written, changed)

    def set_silently(self, kind: ObjectType, record_id: str, values: Mapping[str, str]) -> bool:
        """Change a record as a calculation does, without a new date of change; whether it is there."""
        return self._store.update(kind.name, "hs_object_id", record_id, values) == 1

    def archive(self, kind: ObjectType, ids: Sequence[str], merged_into: str | None = None) -> None:
        """Move the records to the recycle bin; those that are not there are passed over."""
        now = iso(self._clock.now())
        self._lag.keep(kind, ids)
        self._store.db.executemany(
            f"update {quoted(kind.name)} set _archived = 1, _archived_at = ?, _merged_into = ?, "
            f"{quoted(kind.modified)} = ? where hs_object_id = ? and _archived = 0",
            [(now, merged_into, now, record_id) for record_id in ids],
        )

    def purge(self, kind: ObjectType, record_id: str) -> None:
        """Remove a record for good."""
        self._store.db.execute(f"delete from {quoted(kind.name)} where hs_object_id = ?", (record_id,))
        self._history.forget(kind, record_id)
