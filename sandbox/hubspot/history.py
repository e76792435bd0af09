"""Former values of properties, for `propertiesWithHistory`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sandbox.hubspot.objects import ObjectType
from sandbox.hubspot.values import spell
from sandbox.store import Store

if TYPE_CHECKING:
    from sandbox.hubspot.records import Record

TABLE = "_history"
COLUMNS = ("object", "record_id", "property", "changed_at", "value", "source")


class History:
    """Every value that a property has had since its first change.

    A property that never changed has no rows here: its one version is the present value, as old as the record.
    That keeps a large population small.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self.source = "INTEGRATION"
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
        if not changed:
            return
        known = self._known(kind, before.id)
        rows = [
            (name, before.created_at, before.properties[name], "CRM_UI")
            for name in changed
            if name not in known and before.properties.get(name)
        ]
        rows += [(name, now, value, self.source) for name, value in changed.items()]
        self._insert((kind.name, before.id, *row) for row in rows)

    def load(self, rows: Iterable[Mapping[str, Any]]) -> int:
        """Store versions given as `object`, `record_id`, `property`, `changed_at`, `value` (and `source`)."""
        return self._insert(
            (
                *(row[name] for name in ("object", "record_id", "property")),
                spell("datetime", row["changed_at"]),
                row.get("value") or "",
                row.get("source") or "CRM_UI",
            )
            for row in rows
        )

    def _insert(self, rows: Iterable[Sequence[Any]]) -> int:
        marks = ", ".join("?" * len(COLUMNS))
        sql = f"insert into {TABLE} ({', '.join(COLUMNS)}) values ({marks})"
        return self._store.db.executemany(sql, rows).rowcount

    def _known(self, kind: ObjectType, record_id: str) -> set[str]:
        rows = self._store.db.execute(
            f"select distinct property from {TABLE} where object = ? and record_id = ?",
            (kind.name, record_id),
        )
        return {row[0] for row in rows}

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
                versions.append(_version(value, record.created_at, "CRM_UI"))
        return found


def _version(value: str, timestamp: str, source: str) -> dict[str, Any]:
    return {
        "value": value,
        "timestamp": timestamp,
        "sourceType": source,
        "sourceId": "leadwright-sandbox" if source == "INTEGRATION" else "userId:1",
    }
