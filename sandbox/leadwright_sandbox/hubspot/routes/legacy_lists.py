"""The first generation of the lists API: static lists of contacts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from leadwright_sandbox.hubspot.calls import Answer, Call
from leadwright_sandbox.hubspot.errors import bad_request, not_found
from leadwright_sandbox.hubspot.lists import CONTACTS, ContactList
from leadwright_sandbox.hubspot.routes.endpoint import Endpoint
from leadwright_sandbox.hubspot.routes.legacy_contacts import contacts, reads, writes
from leadwright_sandbox.hubspot.values import milliseconds, text, wire_id

LISTS = "/contacts/v1/lists"
MAX_LISTS = 500


def _list_body(call: Call, found: ContactList) -> dict[str, Any]:
    created, updated = milliseconds(found.created_at), milliseconds(found.updated_at)
    return {
        "portalId": call.portal.portal_id,
        "listId": found.id,
        "internalListId": found.id,
        "createdAt": created,
        "updatedAt": updated,
        "name": found.name,
        "listType": "STATIC",
        "filters": [],
        "metaData": {
            "size": len(found.members),
            "lastSizeChangeAt": updated if found.members else 0,
            "processing": "DONE",
            "lastProcessingStateChangeAt": created,
            "error": "",
            "listReferencesCount": None,
            "parentFolderId": None,
        },
        "archived": False,
        "teamIds": [],
        "dynamic": False,
    }


def _list(call: Call) -> ContactList:
    found = call.portal.lists.find(call.path["list"])
    if found is None:
        raise not_found(f"List {call.path['list']} does not exist")
    return found


def static_lists(call: Call) -> Answer:
    """A page of lists."""
    count, offset = call.number("count", 20, MAX_LISTS), int(call.query.get("offset") or 0)
    lists = call.portal.lists.all()
    shown = [_list_body(call, item) for item in lists[offset : offset + count]]
    return 200, {"offset": offset + count, "lists": shown, "has-more": offset + count < len(lists)}


def get_list(call: Call) -> Answer:
    """One list."""
    return 200, _list_body(call, _list(call))


def create_list(call: Call) -> Answer:
    """Add a static list."""
    name = text(call.body.get("name") or "")
    if not name:
        raise bad_request("Some required fields were not set: [name]")
    if call.body.get("dynamic"):
        raise bad_request("The sandbox serves static lists only")
    return 200, _list_body(call, call.portal.lists.create(name, CONTACTS, "MANUAL"))


def delete_list(call: Call) -> Answer:
    """Remove a list."""
    call.portal.lists.remove(_list(call))
    return 204, None


def _members(call: Call) -> tuple[list[str], list[str], list[str]]:
    """The contacts that a body means, by e-mail or id; and the e-mails and ids that mean none."""
    kind, body = contacts(call), call.body
    emails, vids = [text(it) for it in body.get("emails") or []], [text(it) for it in body.get("vids") or []]
    by_email = call.portal.records.ids_by(kind, "email", emails) if emails else {}
    known = call.portal.records.many(kind, vids, ["hs_object_id"]) if vids else {}
    ids = [by_email[email.lower()] for email in emails if email.lower() in by_email]
    ids += [vid for vid in vids if vid in known]
    invalid_emails = [email for email in emails if email.lower() not in by_email]
    return ids, [vid for vid in vids if vid not in known], invalid_emails


def _membership_answer(
    changed: Sequence[str], ids: Sequence[str], vids: Sequence[str], emails: Sequence[str]
) -> Answer:
    return 200, {
        "updated": [wire_id(record_id) for record_id in changed],
        "discarded": [wire_id(record_id) for record_id in ids if record_id not in changed],
        "invalidVids": [wire_id(vid) for vid in vids],
        "invalidEmails": list(emails),
    }


def add_to_list(call: Call) -> Answer:
    """Make contacts members."""
    ids, vids, emails = _members(call)
    return _membership_answer(call.portal.lists.add(_list(call), ids), ids, vids, emails)


def remove_from_list(call: Call) -> Answer:
    """End memberships."""
    ids, vids, emails = _members(call)
    return _membership_answer(call.portal.lists.drop(_list(call), ids), ids, vids, emails)


ROUTES = [
    Endpoint("GET", f"{LISTS}/static", static_lists, reads),
    Endpoint("GET", LISTS, static_lists, reads),
    Endpoint("GET", f"{LISTS}/{{list}}", get_list, reads),
    Endpoint("POST", LISTS, create_list, writes),
    Endpoint("DELETE", f"{LISTS}/{{list}}", delete_list, writes),
    Endpoint("POST", f"{LISTS}/{{list}}/add", add_to_list, writes),
    Endpoint("POST", f"{LISTS}/{{list}}/remove", remove_from_list, writes),
]
