"""The portal's owners: people who can own records, also those who have left (archived)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from leadwright_sandbox.clock import Clock
from leadwright_sandbox.hubspot.values import iso, text
from leadwright_sandbox.store import Store

TABLE = "_owners"
COLUMNS = ("id", "email", "firstName", "lastName", "userId", "type", "archived", "createdAt", "updatedAt")


class Owners:
    """Owners by id."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        store.create_table(TABLE, dict.fromkeys(COLUMNS, "text"), "id")

    def load(self, rows: Iterable[Mapping[str, Any]]) -> int:
        """Store owners given with the fields of the API; only `id` is needed."""
        now = iso(self._clock.now())
        known = [
            {name: text(value) for name, value in row.items() if value not in (None, "")} for row in rows
        ]
        self._store.insert(
            TABLE,
            COLUMNS,
            [[{"createdAt": now, "updatedAt": now, **row}.get(name) for name in COLUMNS] for row in known],
        )
        return len(known)

    def exists(self, owner_id: str) -> bool:
        """Whether an active owner has this id."""
        rows = self._store.rows(f"select archived from {TABLE} where id = ?", (owner_id,))
        return bool(rows) and rows[0]["archived"] != "true"

    def any(self) -> bool:
        """Whether the portal has owners at all."""
        return bool(self._store.rows(f"select 1 from {TABLE} limit 1"))

    def all(self, archived: bool, email: str | None = None) -> list[dict[str, Any]]:
        """Owners as the API shows them, by id."""
        rows = self._store.rows(f"select * from {TABLE} order by length(id), id")
        return [
            _body(row)
            for row in rows
            if (row["archived"] == "true") == archived
            and (email is None or (row["email"] or "").lower() == email.lower())
        ]


def _body(row: Mapping[str, Any]) -> dict[str, Any]:
    archived = row["archived"] == "true"
    user_id = row["userId"] or (row["id"] if row["id"].isdigit() else None)
    shown: dict[str, Any] = {
        "id": row["id"],
        "email": row["email"],
        "type": row["type"] or "PERSON",
        "firstName": row["firstName"] or "",
        "lastName": row["lastName"] or "",
        "createdAt": row["createdAt"],
        "updatedAt": row["updatedAt"],
        "archived": archived,
    }
    if user_id is not None and user_id.isdigit():
        shown["userIdIncludingInactive"] = int(user_id)
        if not archived:
            shown["userId"] = int(user_id)
    return shown
