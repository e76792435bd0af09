"""HubSpot's lists of contacts, as far as people are put on them and taken off by calls.

A list that HubSpot fills by filters takes nobody. The SDK has no call for the lists of many records at once, so all of
these are made bare.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from urllib.parse import quote

from leadwright.connectors.batches import instant, utc
from leadwright.connectors.errors import GarbledError
from leadwright.connectors.hubspot import answers
from leadwright.connectors.hubspot.answers import Json
from leadwright.connectors.hubspot.errors import RefusedError
from leadwright.connectors.hubspot.transport import Transport
from leadwright.connectors.memberships import DONE, Fate, Listing, Member

READ, WRITE = "crm.lists.read", "crm.lists.write"
FIX = "Correct rules/nurture.csv, or make the list in HubSpot: one of contacts, static."

_LISTS = "/crm/v3/lists"
_CONTACTS = "0-1"
_TAKES_MEMBERS = ("MANUAL", "SNAPSHOT")


class Lists:
    """The lists of one account; what a list is, is asked once. See `connectors.memberships.Roll`."""

    crm = "HubSpot"
    # UNVERIFIED: how many records HubSpot takes in one question for their lists. A write takes 100,000.
    batch = 100

    def __init__(self, hubspot: Transport) -> None:
        self._hubspot = hubspot
        self._found: dict[str, Listing] = {}

    @property
    def now(self) -> datetime | None:
        """What time it was in HubSpot when it last answered."""
        return self._hubspot.now

    def find(self, name: str) -> Listing:
        """The list with this id, else with this name."""
        if name not in self._found:
            self._found[name] = self._asked(name)
        return self._found[name]

    def _asked(self, name: str) -> Listing:
        by_name = f"{_LISTS}/object-type-id/{_CONTACTS}/name/{quote(name, safe='')}"
        paths = [f"{_LISTS}/{name}", by_name] if name.isascii() and name.isdigit() else [by_name]
        for path in paths:
            try:
                said = self._hubspot.bare("asking for a list", answers.one_list, "GET", path)["list"]
            except RefusedError as refusal:
                if refusal.status != 404:
                    raise
            else:
                return _listing(said)
        words = f"HubSpot has no list of contacts with the id or name {name!r}."
        return Listing("", "LIST_NOT_FOUND", words, is_there=False)

    def members(self, listing: Listing, people: Sequence[str]) -> Mapping[str, Member]:
        """Those of `people` who are on a list now."""
        body = {"inputs": [{"objectTypeId": _CONTACTS, "recordId": person} for person in people]}
        path = f"{_LISTS}/records/memberships/batch/read"
        said = self._hubspot.bare("asking who is on a list", answers.memberships, "POST", path, body)
        return {
            str(record["recordId"]): Member(utc(instant(str(each["lastAddedTimestamp"]))))
            for record in said["results"]
            for each in record["recordListMemberships"]
            if str(each["listId"]) == listing.id and str(record["recordId"]) in people
        }

    def join(self, listing: Listing, people: Sequence[str]) -> Mapping[str, Fate]:
        """Put contacts on a list."""
        said, refused = self._changed("putting contacts on a list", f"{listing.id}/memberships/add", people)
        # the name with two s is what version 3 answers
        added = {*_ids(said, "recordsIdsAdded"), *_ids(said, "recordIdsAdded")}
        words = "HubSpot has no contact of this id: it was merged or deleted since the pull."
        missing = dict.fromkeys(_ids(said, "recordIdsMissing"), Fate("rejected", "RECORD_MISSING", words))
        return refused or {**dict.fromkeys(added, DONE), **missing}

    def leave(self, listing: Listing, people: Mapping[str, Member]) -> Mapping[str, Fate]:
        """Take contacts off a list."""
        path = f"{listing.id}/memberships/remove"
        said, refused = self._changed("taking contacts off a list", path, list(people))
        return refused or dict.fromkeys(_ids(said, "recordIdsRemoved"), DONE)

    def _changed(self, what: str, path: str, people: Sequence[str]) -> tuple[Json, dict[str, Fate]]:
        """The answer to a change, and what became of each where HubSpot refused it as a whole."""
        try:
            return self._hubspot.bare(what, _changes, "PUT", f"{_LISTS}/{path}", list(people)), {}
        except GarbledError:
            return {}, {}  # who is on it, HubSpot is asked
        except RefusedError as refusal:
            return {}, dict.fromkeys(people, Fate("rejected", refusal.code, str(refusal)))


def _listing(said: Json) -> Listing:
    list_id, name = str(said["listId"]), said.get("name")
    if str(said.get("objectTypeId")) != _CONTACTS:
        return Listing(
            list_id, "LIST_OF_OTHERS", f"The list {name!r} is not one of contacts.", is_there=False
        )
    if said.get("processingType") not in _TAKES_MEMBERS:
        words = f"HubSpot fills the list {name!r} by its filters ({said.get('processingType')}); it takes no members."
        return Listing(list_id, "LIST_IS_DYNAMIC", words, is_there=False)
    return Listing(list_id)


def _changes(what: str, answer: object) -> Json:
    if not isinstance(answer, dict):
        raise answers.garbled(what, "no object")
    return answer


def _ids(said: Mapping[str, object], name: str) -> Iterable[str]:
    found = said.get(name)
    return map(str, found) if isinstance(found, list) else ()
