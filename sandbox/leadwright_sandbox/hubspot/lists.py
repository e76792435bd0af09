"""Static lists of contacts, shared by the v3 lists API and the old one under /contacts/v1/lists."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from leadwright_sandbox.clock import Clock
from leadwright_sandbox.hubspot.properties import Property
from leadwright_sandbox.hubspot.values import iso, milliseconds, spell, text

FIRST_LIST = 1
CONTACTS = "0-1"
TYPE_ID = "0-45"  # HubSpot's id of the object "list", whose properties a search of lists can show
_NUMBERS = ("hs_list_size", "hs_list_reference_count")
_MOMENTS = ("hs_lastmodifieddate", "hs_createdate", "hs_last_record_added_at", "hs_last_record_removed_at")
ALWAYS_SHOWN = (
    "hs_list_size",
    "hs_last_record_added_at",
    "hs_last_record_removed_at",
    "hs_list_reference_count",
)


def list_properties() -> list[Property]:
    """The properties of lists."""
    kinds = [("number", name) for name in _NUMBERS] + [("datetime", name) for name in _MOMENTS]
    return [
        Property(
            name, name, kind, {"number": "number", "datetime": "date"}[kind], "list_info", read_only=True
        )
        for kind, name in kinds
    ]


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
    added_at: str | None = None
    removed_at: str | None = None

    def properties(self) -> dict[str, str]:
        """The properties of the list that have a value, moments in milliseconds."""
        moments = dict(
            zip(_MOMENTS, (self.updated_at, self.created_at, self.added_at, self.removed_at), strict=True)
        )
        spelt = {name: str(milliseconds(moment)) for name, moment in moments.items() if moment}
        return spelt | {"hs_list_size": str(len(self.members)), "hs_list_reference_count": "0"}

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
        self._removed: dict[int, ContactList] = {}
        self._next = FIRST_LIST

    def create(self, name: str, type_id: str, processing: str) -> ContactList:
        """Add an empty list."""
        now = iso(self._clock.now())
        made = ContactList(self._next, name, type_id, processing, now, now)
        self._lists[made.id] = made
        self._next += 1
        return made

    def load(self, rows: Iterable[Mapping[str, Any]]) -> int:
        """Make contacts members of lists: rows of list, contact_id, added_at. A list that is not there is made."""
        count, named = 0, {found.name: found for found in self.all() if found.type_id == CONTACTS}
        for row in rows:
            name, at = text(row["list"]), spell("datetime", row.get("added_at") or iso(self._clock.now()))
            found = named.get(name)
            if found is None:
                found = named[name] = self.create(name, CONTACTS, "MANUAL")
                found.created_at = at
            found.members.setdefault(text(row["contact_id"]), at)
            found.created_at = min(found.created_at, at)
            found.added_at = found.updated_at = max(found.added_at or at, at)
            count += 1
        return count

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
        """Remove a list; it can be restored."""
        self._removed[found.id] = self._lists.pop(found.id)

    def restore(self, list_id: str) -> ContactList | None:
        """Bring a removed list back as it was; None where there is none."""
        found = self._removed.pop(int(list_id), None) if list_id.isdigit() else None
        if found is not None:
            self._lists = dict(sorted({**self._lists, found.id: found}.items()))
        return found

    def rename(self, found: ContactList, name: str) -> None:
        """Give a list another name."""
        found.name, found.updated_at = name, iso(self._clock.now())

    def add(self, found: ContactList, ids: Iterable[str]) -> list[str]:
        """Make records members; return those that were none."""
        now = iso(self._clock.now())
        added = [record_id for record_id in dict.fromkeys(ids) if record_id not in found.members]
        found.members |= dict.fromkeys(added, now)
        found.updated_at, found.added_at = now, now if added else found.added_at
        return added

    def leave(self, type_id: str, ids: Iterable[str]) -> None:
        """End all memberships of records that are gone."""
        gone = set(ids)
        for found in self.all():
            if found.type_id == type_id and gone & found.members.keys():
                self.drop(found, gone)

    def move(self, type_id: str, gone: Sequence[str], there: str) -> None:
        """Put a merged record into the lists of the first of `gone`; the memberships of all `gone` end."""
        for found in self.all():
            if found.type_id == type_id and gone[0] in found.members:
                found.members[there] = found.members[gone[0]]
        self.leave(type_id, gone)

    def drop(self, found: ContactList, ids: Iterable[str]) -> list[str]:
        """End memberships; return those that there were."""
        removed = [record_id for record_id in dict.fromkeys(ids) if record_id in found.members]
        for record_id in removed:
            del found.members[record_id]
        now = iso(self._clock.now())
        found.updated_at, found.removed_at = now, now if removed else found.removed_at
        return removed
