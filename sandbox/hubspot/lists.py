"""Static lists of contacts, shared by the v3 lists API and the old one under /contacts/v1/lists."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sandbox.clock import Clock
from sandbox.hubspot.values import iso

FIRST_LIST = 1


@dataclass(slots=True)
class ContactList:
    """One list: its members by record id, each with the moment it joined."""

    id: int
    name: str
    type_id: str
    processing: str
    created_at: str
    updated_at: str
    members: dict[str, str] = field(default_factory=dict)
    version: int = 1

    def body(self) -> dict[str, Any]:
        """The list as the v3 API shows it."""
        return {
            "processingType": self.processing,
            "objectTypeId": self.type_id,
            "updatedById": "1",
            "filtersUpdatedAt": self.created_at,
            "listId": str(self.id),
            "createdAt": self.created_at,
            "processingStatus": "COMPLETE",
            "listVersion": self.version,
            "size": len(self.members),
            "name": self.name,
            "createdById": "1",
            "updatedAt": self.updated_at,
        }


class Lists:
    """The portal's lists by id."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lists: dict[int, ContactList] = {}
        self._next = FIRST_LIST

    def create(self, name: str, type_id: str, processing: str) -> ContactList:
        """Add an empty list."""
        now = iso(self._clock.now())
        made = ContactList(self._next, name, type_id, processing, now, now)
        self._lists[made.id] = made
        self._next += 1
        return made

    def all(self) -> list[ContactList]:
        """All lists in the order of their ids."""
        return list(self._lists.values())

    def find(self, list_id: str) -> ContactList | None:
        """The list with this id."""
        return self._lists.get(int(list_id)) if list_id.isdigit() else None

    def named(self, type_id: str, name: str) -> ContactList | None:
        """The list with this name."""
        return next((it for it in self.all() if (it.type_id, it.name) == (type_id, name)), None)

    def remove(self, found: ContactList) -> None:
        """Remove a list."""
        self._lists.pop(found.id, None)

    def add(self, found: ContactList, ids: Iterable[str]) -> list[str]:
        """Make records members; return those that were none."""
        now = iso(self._clock.now())
        added = [record_id for record_id in dict.fromkeys(ids) if record_id not in found.members]
        found.members |= dict.fromkeys(added, now)
        found.updated_at = now
        return added

    def drop(self, found: ContactList, ids: Iterable[str]) -> list[str]:
        """End memberships; return those that there were."""
        removed = [record_id for record_id in dict.fromkeys(ids) if record_id in found.members]
        for record_id in removed:
            del found.members[record_id]
        found.updated_at = iso(self._clock.now())
        return removed
