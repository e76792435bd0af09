"""The first generation of the engagements API: calls, e-mails, meetings, notes and tasks in one list, to read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sandbox.hubspot import scopes
from sandbox.hubspot.calls import Answer, Call
from sandbox.hubspot.objects import ObjectType
from sandbox.hubspot.properties import Property
from sandbox.hubspot.records import Record
from sandbox.hubspot.routes.endpoint import Endpoint
from sandbox.hubspot.values import datetime_text, iso, milliseconds, wire_id
from sandbox.store import quoted

BASE = "/engagements/v1/engagements"
MAX_PAGE = 250
MAX_RECENT_PAGE = 100
MAX_RECENT = 10_000
RECENT = timedelta(days=30)
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
    return {
        "id": wire_id(record.id),
        "portalId": call.portal.portal_id,
        "active": True,
        "createdAt": milliseconds(record.created_at),
        "lastUpdated": milliseconds(record.updated_at),
        "ownerId": wire_id(owner) if owner else None,
        "type": name,
        "timestamp": milliseconds(moment or record.created_at),
    }


def _shown(call: Call, places: Sequence[tuple[str, str]]) -> list[dict[str, Any]]:
    """Engagements given as (object, id), in this order."""
    shown: dict[tuple[str, str], dict[str, Any]] = {}
    for name in dict.fromkeys(name for name, _ in places):
        kind, ids = call.object_type(name), [record_id for other, record_id in places if other == name]
        links = {
            member: call.portal.associations.of(kind, call.object_type(other), ids)
            for other, member in LINKED.items()
        }
        for record in call.portal.records.many(kind, ids, list(kind.properties)).values():
            linked = {
                member: list(dict.fromkeys(wire_id(link.to_id) for link in of.get(record.id, [])))
                for member, of in links.items()
            }
            shown[name, record.id] = {
                "engagement": _engagement(call, kind, record),
                "associations": linked | {member: [] for member in NEVER_LINKED},
                "attachments": [],
                "metadata": _metadata(kind, record),
            }
    return [shown[place] for place in places]


def _union(columns: str) -> str:
    return " union all ".join(
        f"select '{name}' as object, {columns} from {quoted(name)} where _archived = 0" for name in KINDS
    )


def _offset(call: Call) -> int:
    return call.number("offset", 0, 1 << 62) if call.query.get("offset") not in (None, "", "0") else 0


def list_engagements(call: Call) -> Answer:
    """A page of all engagements in the order of their ids."""
    limit, offset = call.number("limit", 100, MAX_PAGE), _offset(call)
    rows = call.portal.store.db.execute(
        f"select object, hs_object_id from ({_union('hs_object_id, _order')}) "
        "order by _order, hs_object_id, object limit ? offset ?",
        (limit + 1, offset),
    ).fetchall()
    shown = _shown(call, [(row[0], row[1]) for row in rows[:limit]])
    return 200, {"results": shown, "hasMore": len(rows) > limit, "offset": offset + len(shown)}


def recent_engagements(call: Call) -> Answer:
    """Engagements of the last thirty days, those that changed last first; no more than ten thousand."""
    count, offset = call.number("count", 20, MAX_RECENT_PAGE), _offset(call)
    moment = max(iso(call.portal.clock.now() - RECENT), datetime_text(call.query.get("since") or "0"))
    changed = f"from ({_union('hs_object_id, hs_lastmodifieddate')}) where hs_lastmodifieddate >= ?"
    total = call.portal.store.db.execute(f"select count(*) {changed}", (moment,)).fetchone()[0]
    rows = call.portal.store.db.execute(
        f"select object, hs_object_id {changed} "
        "order by hs_lastmodifieddate desc, hs_object_id, object limit ? offset ?",
        (moment, max(0, min(count, MAX_RECENT - offset)), offset),
    ).fetchall()
    shown, end = _shown(call, [(row[0], row[1]) for row in rows]), offset + len(rows)
    more = end < min(total, MAX_RECENT)
    return 200, {"results": shown, "hasMore": more, "offset": end, "total": min(total, MAX_RECENT)}


ROUTES = [
    Endpoint("GET", f"{BASE}/paged", list_engagements, _reads),
    Endpoint("GET", f"{BASE}/recent/modified", recent_engagements, _reads),
]
