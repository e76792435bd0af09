"""Lists: static ones with their members. Lists that HubSpot fills by filters are not served."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from leadwright_sandbox.hubspot.calls import Answer, Call
from leadwright_sandbox.hubspot.errors import bad_request, not_found, not_served
from leadwright_sandbox.hubspot.lists import ALWAYS_SHOWN, TYPE_ID, ContactList, list_properties
from leadwright_sandbox.hubspot.routes.endpoint import Endpoint
from leadwright_sandbox.hubspot.routes.paging import behind, next_page, place
from leadwright_sandbox.hubspot.values import iso, milliseconds, text

BASE = "/crm/v3/lists"
MAX_MEMBERS = 250
MAX_LISTS = 500
MAX_RECORDS = 100
FILLED_BY_CALLS = ("MANUAL", "SNAPSHOT")
NOT_LISTS = ("folders", "idmapping")  # areas of their own that stand where a list's id does
SORTS = ("HS_LIST_ID", "")  # the order that lists are kept in; other orders are not served


def reads(call: Call) -> tuple[str, ...]:
    """The scope to read lists."""
    return ("crm.lists.read",)


def writes(call: Call) -> tuple[str, ...]:
    """The scope to change lists."""
    return ("crm.lists.write",)


def _list(call: Call) -> ContactList:
    if call.path["list"] in NOT_LISTS:
        raise not_served(f"{call.path['list']} of lists")
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


def _wanted(item: ContactList, body: Mapping[str, Any]) -> bool:
    """Whether a list is among those that a search asks for."""
    return (
        text(body.get("query") or "").lower() in item.name.lower()
        and (not body.get("listIds") or str(item.id) in map(text, body["listIds"]))
        and (not body.get("processingTypes") or item.processing in body["processingTypes"])
        and body.get("objectTypeId") in (None, item.type_id)
    )


def search_lists(call: Call) -> Answer:
    """Lists by their name, ids or kind, with the properties asked for."""
    body = call.body
    offset, count = int(body.get("offset") or 0), int(body.get("count") or 20)
    if not 0 < count <= MAX_LISTS or offset < 0:
        raise bad_request(f"count is between 1 and {MAX_LISTS}, offset not below 0")
    if text(body.get("sort") or "") not in SORTS:
        raise not_served(f"lists sorted by {body['sort']}")
    names = {*ALWAYS_SHOWN, *map(text, body.get("additionalProperties") or [])}
    found = [item for item in call.portal.lists.all() if _wanted(item, body)]
    shown = [
        item.body()
        | {"additionalProperties": {name: it for name, it in item.properties().items() if name in names}}
        for item in found[offset : offset + count]
    ]
    more = offset + count < len(found)
    return 200, {"offset": offset + len(shown), "hasMore": more, "lists": shown, "total": len(found)}


def list_list_properties(call: Call) -> Answer:
    """The properties that a search of lists can show."""
    return 200, {"results": [item.body() for item in list_properties()]}


def rename_list(call: Call) -> Answer:
    """Give a list another name."""
    found, name = _list(call), text(call.query.get("listName") or "")
    if not name:
        raise bad_request("Some required fields were not set: [listName]")
    other = call.portal.lists.named(found.type_id, name)
    if other is not None and other is not found:
        raise bad_request(f"A list already exists with name {name}.")
    call.portal.lists.rename(found, name)
    return 200, {"updatedList": found.body()}


def restore_list(call: Call) -> Answer:
    """Bring a removed list back."""
    if call.portal.lists.restore(call.path["list"]) is None:
        raise not_found(f"List does not exist with ID {call.path['list']}.")
    return 204, None


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
    if found.processing not in FILLED_BY_CALLS:
        raise bad_request(f"List {found.id} is of type {found.processing} and takes no members by hand.")
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


def clear_members(call: Call) -> Answer:
    """End all memberships."""
    found = _list(call)
    call.portal.lists.drop(found, list(found.members))
    return 204, None


def add_from_list(call: Call) -> Answer:
    """Make the members of another list members."""
    found, source = _list(call), call.portal.lists.find(call.path["source"])
    if source is None or source.type_id != found.type_id:
        raise not_found(f"List does not exist with ID {call.path['source']}.")
    call.portal.lists.add(found, source.members)
    return 204, None


def _members(call: Call, ids: Sequence[str], cursor: Callable[[str], str]) -> Answer:
    """A page of the members `ids`."""
    if call.query.get("before"):
        raise not_served("members before a cursor")
    found, limit = _list(call), call.number("limit", 100, MAX_MEMBERS)
    results = [
        {"recordId": record_id, "membershipTimestamp": found.members[record_id]} for record_id in ids[:limit]
    ]
    body: dict[str, Any] = {"total": len(found.members), "results": results}
    if len(ids) > limit:
        body["paging"] = next_page(call, cursor(ids[limit - 1]))
    return 200, body


def list_members(call: Call) -> Answer:
    """A page of members in the order of their ids."""
    return _members(call, behind(call.query.get("after"), sorted(_list(call).members, key=place), str), str)


def list_by_joining(call: Call) -> Answer:
    """A page of members, those that joined last first."""
    members = _list(call).members

    def joined(record_id: str) -> tuple[int, tuple[int, str]]:
        return -milliseconds(members[record_id]), place(record_id)

    ids: Sequence[str] = sorted(members, key=joined)
    if after := call.query.get("after"):
        moment, _, last = after.partition("-")
        ids = [record_id for record_id in ids if joined(record_id) > (-int(moment), place(last))]
    return _members(call, ids, lambda record_id: f"{milliseconds(members[record_id])}-{record_id}")


def _memberships(call: Call, type_id: str, record_id: str) -> list[dict[str, Any]]:
    return [
        {
            "listId": str(item.id),
            "listVersion": item.version,
            "firstAddedTimestamp": item.members[record_id],
            "lastAddedTimestamp": item.members[record_id],
        }
        for item in call.portal.lists.all()
        if item.type_id == type_id and record_id in item.members
    ]


def memberships_of(call: Call) -> Answer:
    """The lists that a record is in."""
    results = _memberships(call, call.kind.type_id, call.path["id"])
    return 200, {"total": len(results), "results": results}


def memberships_of_many(call: Call) -> Answer:
    """The lists that each of some records is in."""
    inputs = call.body.get("inputs") or []
    if len(inputs) > MAX_RECORDS:
        raise bad_request(f"The maximum batch size is {MAX_RECORDS}.")
    asked = [
        (call.object_type(text(each["objectTypeId"])).type_id, text(each["recordId"])) for each in inputs
    ]
    results = [
        {
            "objectTypeId": type_id,
            "recordId": record_id,
            "recordListMemberships": _memberships(call, type_id, record_id),
        }
        for type_id, record_id in asked
    ]
    now = iso(call.portal.clock.now())
    return 200, {"status": "COMPLETE", "startedAt": now, "completedAt": now, "results": results}


ROUTES = [
    Endpoint("GET", f"/crm/v3/properties/{TYPE_ID}", list_list_properties, reads),
    Endpoint("POST", f"{BASE}/search", search_lists, reads),
    Endpoint("POST", BASE, create_list, writes),
    Endpoint("GET", BASE, get_lists, reads),
    Endpoint("GET", f"{BASE}/object-type-id/{{object}}/name/{{name}}", get_by_name, reads),
    Endpoint("GET", f"{BASE}/records/{{object}}/{{id}}/memberships", memberships_of, reads),
    Endpoint("POST", f"{BASE}/records/memberships/batch/read", memberships_of_many, reads),
    Endpoint("GET", f"{BASE}/{{list}}", get_list, reads),
    Endpoint("DELETE", f"{BASE}/{{list}}", delete_list, writes),
    Endpoint("PUT", f"{BASE}/{{list}}/update-list-name", rename_list, writes),
    Endpoint("PUT", f"{BASE}/{{list}}/restore", restore_list, writes),
    Endpoint("GET", f"{BASE}/{{list}}/memberships", list_members, reads),
    Endpoint("DELETE", f"{BASE}/{{list}}/memberships", clear_members, writes),
    Endpoint("GET", f"{BASE}/{{list}}/memberships/join-order", list_by_joining, reads),
    Endpoint("PUT", f"{BASE}/{{list}}/memberships/add-from/{{source}}", add_from_list, writes),
    Endpoint("PUT", f"{BASE}/{{list}}/memberships/add", add_members, writes),
    Endpoint("PUT", f"{BASE}/{{list}}/memberships/remove", remove_members, writes),
    Endpoint("PUT", f"{BASE}/{{list}}/memberships/add-and-remove", add_and_remove, writes),
]
