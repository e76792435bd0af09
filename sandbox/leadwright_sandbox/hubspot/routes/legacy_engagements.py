"""The first generation of the engagements API: calls, e-mails, meetings, notes and tasks in one list, to read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from leadwright_sandbox.hubspot import scopes
from leadwright_sandbox.hubspot.calls import Answer, Call
from leadwright_sandbox.hubspot.errors import bad_request
from leadwright_sandbox.hubspot.objects import ObjectType
from leadwright_sandbox.hubspot.properties import Property
from leadwright_sandbox.hubspot.records import Record
from leadwright_sandbox.hubspot.routes.endpoint import Endpoint
from leadwright_sandbox.hubspot.values import datetime_text, iso, milliseconds, wire_id
from leadwright_sandbox.store import quoted

BASE = "/engagements/v1/engagements"
MAX_PAGE = 250
MAX_RECENT_PAGE = 100
MAX_RECENT = 10_000
RECENT = timedelta(days=30)
OFFSETS = 8  # more than there are kinds
LINKED = {"contacts": "contactIds", "companies": "companyIds", "deals": "dealIds"}
NEVER_LINKED = ("ownerIds", "workflowIds", "ticketIds", "contentIds", "quoteIds", "marketingEventIds")
# object -> (what the old API calls it, its metadata: the old name of each property)
KINDS: dict[str, tuple[str, dict[str, str]]] = {
    "calls": (
        "CALL",
        {
            "hs_call_title": "title", "hs_call_body": "body", "hs_call_status": "status",
            "hs_call_disposition": "disposition", "hs_call_duration": "durationMilliseconds",
            "hs_call_to_number": "toNumber", "hs_call_from_number": "fromNumber",
            "hs_call_recording_url": "recordingUrl", "hs_call_source": "source",
        },
    ),
    "emails": (
        "EMAIL",
        {
            "hs_email_subject": "subject", "hs_email_text": "text", "hs_email_html": "html",
            "hs_email_status": "status", "hs_email_message_id": "messageId", "hs_email_thread_id": "threadId",
        },
    ),
    "meetings": (
        "MEETING",
        {
            "hs_meeting_title": "title", "hs_meeting_body": "body", "hs_meeting_start_time": "startTime",
            "hs_meeting_end_time": "endTime", "hs_meeting_outcome": "meetingOutcome",
            "hs_internal_meeting_notes": "internalMeetingNotes",
        },
    ),
    "notes": ("NOTE", {"hs_note_body": "body"}),
    "tasks": (
        "TASK",
        {
            "hs_task_subject": "subject", "hs_task_body": "body", "hs_task_status": "status",
            "hs_task_priority": "priority", "hs_task_type": "taskType",
        },
    ),
}  # fmt: skip
INCOMING = "INCOMING_EMAIL"


def _reads(call: Call) -> tuple[str, ...]:
    return ("crm.objects.contacts.read", scopes.EMAILS)


def _spelt(known: Property, value: str) -> Any:
    if known.type in ("datetime", "date"):
        return milliseconds(value)
    return int(value) if known.type == "number" and value.isdigit() else value


def _address(record: Record, end: str) -> dict[str, str]:
    names = {"email": "email", "firstname": "firstName", "lastname": "lastName"}
    given = {old: record.properties.get(f"hs_email_{end}_{name}") for name, old in names.items()}
    return {old: value for old, value in given.items() if value}


def _metadata(kind: ObjectType, record: Record) -> dict[str, Any]:
    shown: dict[str, Any] = {
        old: _spelt(kind.properties[name], value)
        for name, old in KINDS[kind.name][1].items()
        if (value := record.properties[name])
    }
    if kind.name == "emails":
        to = _address(record, "to")
        shown |= {"from": _address(record, "from"), "to": [to] if to else [], "cc": [], "bcc": []}
    return shown


def _engagement(call: Call, kind: ObjectType, record: Record) -> dict[str, Any]:
    properties, name = record.properties, KINDS[kind.name][0]
    if properties.get("hs_email_direction") == INCOMING:
        name = INCOMING
    owner, moment = properties["hubspot_owner_id"], properties["hs_timestamp"]
    shown = {
        "id": wire_id(record.id),
        "portalId": call.portal.portal_id,
        "active": True,
        "createdAt": milliseconds(record.created_at),
        "lastUpdated": milliseconds(record.updated_at),
        "type": name,
        "timestamp": milliseconds(moment or record.created_at),
    }
    return shown | ({"ownerId": wire_id(owner)} if owner else {})


def _shown(call: Call, found: Sequence[tuple[ObjectType, Record]]) -> list[dict[str, Any]]:
    """Engagements with what they are linked to."""
    ids: dict[str, list[str]] = {}
    for kind, record in found:
        ids.setdefault(kind.name, []).append(record.id)
    links = {
        (name, member): call.portal.associations.of(call.object_type(name), call.object_type(other), of)
        for name, of in ids.items()
        for other, member in LINKED.items()
    }
    nothing: dict[str, list[Any]] = {member: [] for member in NEVER_LINKED}
    return [
        {
            "engagement": _engagement(call, kind, record),
            "associations": nothing
            | {
                member: list(
                    dict.fromkeys(wire_id(it.to_id) for it in links[kind.name, member].get(record.id, []))
                )
                for member in LINKED.values()
            },
            "attachments": [],
            "metadata": _metadata(kind, record),
        }
        for kind, record in found
    ]


def _offset_behind(kind: ObjectType, record_id: str) -> int | str:
    """The offset that goes on behind an engagement: its id and kind in one number, as far as the id is one."""
    place = list(KINDS).index(kind.name) + 1
    return int(record_id) * OFFSETS + place if isinstance(wire_id(record_id), int) else f"{place}:{record_id}"


def _start(given: str | None) -> tuple[int, str | None]:
    """What an offset means: the place of the kind of engagement, and the id behind which to go on."""
    if given in (None, "", "0"):
        return 0, None
    place, _, record_id = str(given).partition(":")
    if not record_id:
        number, kind = divmod(int(place), OFFSETS)
        place, record_id = str(kind), str(number)
    if not 0 < int(place) <= len(KINDS):
        raise bad_request(f"Invalid offset: {given}")
    return int(place) - 1, record_id


def list_engagements(call: Call) -> Answer:
    """A page of all engagements, one kind after the other, each in the order of its ids."""
    limit, (place, after) = call.number("limit", 100, MAX_PAGE), _start(call.query.get("offset"))
    found: list[tuple[ObjectType, Record]] = []
    for kind in map(call.object_type, list(KINDS)[place:]):
        left = limit + 1 - len(found)
        if left > 0:
            records = call.portal.records.page(kind, list(kind.properties), after, left, archived=False)
            found += [(kind, record) for record in records]
        after = None
    shown = found[:limit]
    offset = _offset_behind(shown[-1][0], shown[-1][1].id) if shown else 0
    return 200, {"results": _shown(call, shown), "hasMore": len(found) > limit, "offset": offset}


def _changed_since(call: Call, moment: str) -> list[tuple[str, str]]:
    """The engagements that changed since a moment, last ones first, as (object, id): not more than can be had."""
    each = " union all ".join(
        f"select * from (select '{name}' as object, hs_object_id, hs_lastmodifieddate as changed from {quoted(name)} "
        "where _archived = 0 and hs_lastmodifieddate >= :moment "
        f"order by hs_lastmodifieddate desc, _order desc, hs_object_id desc limit {MAX_RECENT})"
        for name in KINDS
    )
    rows = call.portal.store.db.execute(
        f"select object, hs_object_id from ({each}) order by changed desc, hs_object_id, object limit {MAX_RECENT}",
        {"moment": moment},
    )
    return [(row[0], row[1]) for row in rows]


def recent_engagements(call: Call) -> Answer:
    """Engagements of the last thirty days, those that changed last first; no more than ten thousand."""
    count, given = call.number("count", 20, MAX_RECENT_PAGE), call.query.get("offset") or "0"
    offset = call.number("offset", 0, MAX_RECENT) if given != "0" else 0
    moment = max(iso(call.portal.clock.now() - RECENT), datetime_text(call.query.get("since") or "0"))
    changed = _changed_since(call, moment)
    places = changed[offset : offset + count]
    known: dict[tuple[str, str], tuple[ObjectType, Record]] = {}
    for kind in map(call.object_type, dict.fromkeys(name for name, _ in places)):
        ids = [record_id for name, record_id in places if name == kind.name]
        for record in call.portal.records.many(kind, ids, list(kind.properties)).values():
            known[kind.name, record.id] = kind, record
    shown, end = _shown(call, [known[place] for place in places if place in known]), offset + len(places)
    return 200, {"results": shown, "hasMore": end < len(changed), "offset": end, "total": len(changed)}


ROUTES = [
    Endpoint("GET", f"{BASE}/paged", list_engagements, _reads),
    Endpoint("GET", f"{BASE}/recent/modified", recent_engagements, _reads),
]
