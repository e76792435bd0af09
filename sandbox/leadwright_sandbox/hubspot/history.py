"""Former values of properties, for `propertiesWithHistory`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from leadwright_sandbox.hubspot.objects import ObjectType
from leadwright_sandbox.hubspot.values import spell
from leadwright_sandbox.store import Store

if TYPE_CHECKING:
    from leadwright_sandbox.hubspot.records import Record

TABLE = "_history"
USERS = "CRM_UI"  # also what records that were loaded come from
API = "INTEGRATION"
MERGE = "MERGE_OBJECTS"
COLUMNS = ("object", "record_id", "property", "changed_at", "value", "source")


class History:
    """Every value that a property has had since its first change.

    A property that never changed has no rows here: its one version is the present value, as old as the record.
    That keeps a large population small.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self.source = API
        columns = ", ".join(f"{name} text" for name in COLUMNS)
        store.db.execute(f"create table if not exists {TABLE} (version integer primary key, {columns})")
        store.db.execute(
            f"create index if not exists {TABLE}_by_record on {TABLE} (object, record_id, property, changed_at)"
        )

    @contextmanager
    def written_by(self, source: str) -> Iterator[None]:
        """Changes inside come from `source`, not from an integration."""
        self.source, before = source, self.source
        try:
            yield
        finally:
            self.source = before

    def record(self, kind: ObjectType, before: Record, changed: Mapping[str, str], now: str) -> None:
        """Note the properties that change on the record that was `before`."""
        known = self._known(kind, before.id, changed)
        rows = [
            (name, _first(kind, before, name), before.properties[name], before.source)
            for name in changed
            if name not in known and before.properties.get(name)
        ]
        rows += [(name, now, value, self.source) for name, value in changed.items()]
        self._insert((kind.name, before.id, *row) for row in rows)

    def take_over(self, kind: ObjectType, primary: Record, other: Record, merged: Record) -> None:
        """Give a merged record the versions of both; of two from one moment the primary record's."""
        names = [name for name in merged.properties if name not in kind.fixed]
        own, further = self.of(kind, primary, names), self.of(kind, other, names)
        rows = []
        for name in names:
            moments = {it["timestamp"] for it in own[name]}
            versions = [*own[name], *(it for it in further[name] if it["timestamp"] not in moments)]
            versions.sort(key=lambda it: str(it["timestamp"]), reverse=True)
            rows += [(name, it["timestamp"], it["value"], it["sourceType"]) for it in reversed(versions)]
            value = merged.properties[name] or ""
            if value != (versions[0]["value"] if versions else ""):
                rows.append((name, merged.updated_at, value, MERGE))
        self._insert((kind.name, merged.id, *row) for row in rows)

    def load(self, rows: Iterable[Mapping[str, Any]]) -> int:
        """Store versions given as `object`, `record_id`, `property`, `changed_at`, `value` (and `source`)."""
        return self._insert(
            (
                *(row[name] for name in ("object", "record_id", "property")),
                spell("datetime", row["changed_at"]),
                row.get("value") or "",
                row.get("source") or USERS,
            )
            for row in rows
        )

    def _insert(self, rows: Iterable[Sequence[Any]]) -> int:
        marks = ", ".join("?" * len(COLUMNS))
        sql = f"insert into {TABLE} ({', '.join(COLUMNS)}) values ({marks})"
        return self._store.db.executemany(sql, rows).rowcount

    def _known(self, kind: ObjectType, record_id: str, names: Iterable[str]) -> set[str]:
        """Those of `names` that have changed before; asked one by one, since a record can have many versions."""
        sql = f"select 1 from {TABLE} where object = ? and record_id = ? and property = ? limit 1"
        execute = self._store.db.execute
        return {name for name in names if execute(sql, (kind.name, record_id, name)).fetchone()}

    def forget(self, kind: ObjectType, record_id: str) -> None:
        """Drop the history of a record."""
        self._store.db.execute(
            f"delete from {TABLE} where object = ? and record_id = ?", (kind.name, record_id)
        )

    def of(self, kind: ObjectType, record: Record, names: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
        """The versions of `names`, newest first; `record` must carry their present values."""
        marks = ", ".join("?" * len(names))
        found: dict[str, list[dict[str, Any]]] = {name: [] for name in names}
        for row in self._store.db.execute(
            f"select property, value, changed_at, source from {TABLE} where object = ? and record_id = ? "
            f"and property in ({marks}) order by changed_at desc, version desc",
            (kind.name, record.id, *names),
        ):
            found[row[0]].append(_version(row[1], row[2], row[3]))
        for name, versions in found.items():
            value = record.properties.get(name)
            if not versions and value:
                versions.append(_version(value, _first(kind, record, name), record.source))
        return found


def _first(kind: ObjectType, record: Record, name: str) -> str:
    """When a property that never changed got its value."""
    return record.updated_at if name == kind.modified else record.created_at


def _version(value: str, timestamp: str, source: str) -> dict[str, Any]:
    return {
        "value": value,
        "timestamp": timestamp,
        "sourceType": source,
        "sourceId": "leadwright-sandbox" if source == API else "userId:1",
    }
