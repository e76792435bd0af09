"""Lists: static ones with their members. Lists that HubSpot fills by filters are not served."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sandbox.hubspot.calls import Answer, Call
from sandbox.hubspot.errors import bad_request, not_found, not_served
from sandbox.hubspot.lists import ContactList
from sandbox.hubspot.routes.endpoint import Endpoint
from sandbox.hubspot.routes.paging import behind, next_page, place
from sandbox.hubspot.values import text

BASE = "/crm/v3/lists"
MAX_MEMBERS = 250


def reads(call: Call) -> tuple[str, ...]:
    """The scope to read lists."""
    return ("crm.lists.read",)


def writes(call: Call) -> tuple[str, ...]:
    """The scope to change lists."""
    return ("crm.lists.write",)


def _list(call: Call) -> ContactList:
    found = call.portal.lists.find(call.path["list"])
    if found is None:
        raise not_found(f"List does not exist with ID {call.path['list']}.")
    return found


def create_list(call: Call) -> Answer:
    """Add an empty static list."""
    body = call.body
    name, processing = text(body.get("name") or ""), text(body.get("processingType") or "")
    kind = call.object_type(text(body.get("objectTypeId") or ""))
    if not name or not processing:
        raise bad_request("Some required fields were not set: [name, processingType]")
    if processing == "DYNAMIC" or body.get("filterBranch"):
        raise not_served("lists that are filled by filters")
    if call.portal.lists.named(kind.type_id, name):
        raise bad_request(f"A list already exists with name {name}.")
    return 200, {"list": call.portal.lists.create(name, kind.type_id, processing).body()}


def get_list(call: Call) -> Answer:
    """One list."""
    return 200, {"list": _list(call).body()}


def get_lists(call: Call) -> Answer:
    """Lists by id."""
    found = [call.portal.lists.find(list_id) for list_id in call.names("listIds")]
    return 200, {"lists": [item.body() for item in found if item is not None]}


def get_by_name(call: Call) -> Answer:
    """One list by its name."""
    found = call.portal.lists.named(call.kind.type_id, call.path["name"])
    if found is None:
        raise not_found(f"No list has the name {call.path['name']}.")
    return 200, {"list": found.body()}


def search_lists(call: Call) -> Answer:
    """Lists whose name has a text in it."""
    body = call.body
    wanted = text(body.get("query") or "").lower()
    offset, count = int(body.get("offset") or 0), int(body.get("count") or 20)
    found = [item for item in call.portal.lists.all() if wanted in item.name.lower()]
    shown = [item.body() | {"additionalProperties": {}} for item in found[offset : offset + count]]
    more = offset + count < len(found)
    return 200, {"offset": offset + len(shown), "hasMore": more, "lists": shown, "total": len(found)}


def delete_list(call: Call) -> Answer:
    """Remove a list."""
    call.portal.lists.remove(_list(call))
    return 204, None


def _there(call: Call, found: ContactList, ids: Sequence[str]) -> list[str]:
    kind = call.object_type(found.type_id)
    known = call.portal.records.many(kind, ids, ["hs_object_id"])
    return [record_id for record_id in ids if record_id in known]


def _change(call: Call, add: Sequence[Any], remove: Sequence[Any]) -> Answer:
    found = _list(call)
    to_add, to_remove = [text(item) for item in add], [text(item) for item in remove]
    known = _there(call, found, to_add)
    return 200, {
        "recordsIdsAdded": call.portal.lists.add(found, known),
        "recordIdsMissing": [record_id for record_id in to_add if record_id not in known],
        "recordIdsRemoved": call.portal.lists.drop(found, to_remove),
    }


def add_members(call: Call) -> Answer:
    """Make records members."""
    return _change(call, call.items, [])


def remove_members(call: Call) -> Answer:
    """End memberships."""
    return _change(call, [], call.items)


def add_and_remove(call: Call) -> Answer:
    """Both at once."""
    return _change(call, call.body.get("recordIdsToAdd") or [], call.body.get("recordIdsToRemove") or [])


def list_members(call: Call) -> Answer:
    """A page of members in the order of their ids."""
    found = _list(call)
    limit = call.number("limit", 100, MAX_MEMBERS)
    ids = behind(call.query.get("after"), sorted(found.members, key=place), str)
    results = [
        {"recordId": record_id, "membershipTimestamp": found.members[record_id]} for record_id in ids[:limit]
    ]
    body: dict[str, Any] = {"total": len(found.members), "results": results}
    if len(ids) > limit:
        body["paging"] = next_page(call, ids[limit - 1])
    return 200, body


def memberships_of(call: Call) -> Answer:
    """The lists that a record is in."""
    results = [
        {
            "listId": str(item.id),
            "listVersion": item.version,
            "firstAddedTimestamp": item.members[call.path["id"]],
            "lastAddedTimestamp": item.members[call.path["id"]],
        }
        for item in call.portal.lists.all()
        if item.type_id == call.kind.type_id and call.path["id"] in item.members
    ]
    return 200, {"total": len(results), "results": results}


ROUTES = [
    Endpoint("POST", f"{BASE}/search", search_lists, reads),
    Endpoint("POST", BASE, create_list, writes),
    Endpoint("GET", BASE, get_lists, reads),
    Endpoint("GET", f"{BASE}/object-type-id/{{object}}/name/{{name}}", get_by_name, reads),
    Endpoint("GET", f"{BASE}/records/{{object}}/{{id}}/memberships", memberships_of, reads),
    Endpoint("GET", f"{BASE}/{{list}}", get_list, reads),
    Endpoint("DELETE", f"{BASE}/{{list}}", delete_list, writes),
    Endpoint("GET", f"{BASE}/{{list}}/memberships", list_members, reads),
    Endpoint("PUT", f"{BASE}/{{list}}/memberships/add", add_members, writes),
    Endpoint("PUT", f"{BASE}/{{list}}/memberships/remove", remove_members, writes),
    Endpoint("PUT", f"{BASE}/{{list}}/memberships/add-and-remove", add_and_remove, writes),
]
