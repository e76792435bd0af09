"""What reps and leads did, as HubSpot's engagement objects."""

from __future__ import annotations

from leadwright_sandbox.population.model import Activity, Journey, Person, Row
from leadwright_sandbox.population.moments import hubspot_time
from leadwright_sandbox.population.trades import OWN_DOMAIN

_DISPOSITION = {
    "connected": "f240bbac-87c9-4f6e-bf70-924b57d47db7",
    "voicemail": "b2cf5968-551e-4856-9783-52b3da59a7d0",
    "no answer": "73a0d17f-1163-4015-bdd5-ec830791da20",
}


def engagement(activity: Activity, now: int) -> tuple[str, Row]:
    """The HubSpot object that holds the activity, and its fields there."""
    kind = activity.kind
    if kind in ("email_out", "email_in", "auto_out", "auto_in", "mass_out"):
        return "emails", {
            "hs_email_direction": "EMAIL" if kind.endswith("out") else "INCOMING_EMAIL",
            "hs_email_status": "SENT",
            "hs_email_subject": activity.subject,
            "hs_email_from_email": None if activity.rep or kind == "auto_in" else f"hello@{OWN_DOMAIN}",
        }
    if kind in ("call_out", "call_in"):
        return "calls", {
            "hs_call_title": activity.subject,
            "hs_call_direction": "OUTBOUND" if kind == "call_out" else "INBOUND",
            "hs_call_disposition": _DISPOSITION[activity.outcome],
            "hs_call_status": "COMPLETED" if activity.outcome == "connected" else "NO_ANSWER",
            "hs_call_duration": activity.seconds * 1000,
        }
    if kind == "meeting":
        held = "COMPLETED" if activity.outcome == "held" else "NO_SHOW"
        return "meetings", {
            "hs_meeting_title": activity.subject,
            "hs_meeting_start_time": hubspot_time(activity.due),
            "hs_meeting_end_time": hubspot_time(activity.due + activity.seconds),
            "hs_meeting_outcome": held if activity.due + activity.seconds <= now else "SCHEDULED",
        }
    if kind == "task":
        done = activity.outcome == "done" and activity.due <= now
        return "tasks", {
            "hs_task_subject": activity.subject,
            "hs_task_type": "CALL" if activity.subject.startswith("Call") else "TODO",
            "hs_task_status": "COMPLETED" if done else "NOT_STARTED",
            "hs_task_completion_date": hubspot_time(activity.due) if done else None,
        }
    return "notes", {"hs_note_body": activity.subject}


def noticed(activity: Activity, person: Person, journey: Journey) -> Row:
    """Opens and clicks of a rep's e-mail, by people and by machines; the moment stands in for the dice."""
    chance = activity.at * 31 % 100 / 100
    opened = journey.proxy_opens or chance < 0.2 + 0.4 * person.intent
    scanned = person.company is not None and person.company.scans_links
    clicked = scanned or chance < 0.15 * person.intent
    return {"hs_email_open_count": int(opened or scanned), "hs_email_click_count": int(clicked)}
