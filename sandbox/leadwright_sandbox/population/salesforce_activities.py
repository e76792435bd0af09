"""What reps and leads did, as Salesforce's tasks and events."""

from __future__ import annotations

from leadwright_sandbox.population.model import Activity, Row
from leadwright_sandbox.population.moments import date_of, salesforce_time


def event_fields(activity: Activity, now: int) -> Row:
    """A meeting, held or planned."""
    over = activity.due + activity.seconds <= now
    missed = " (no show)" if over and activity.outcome == "missed" else ""
    starts, ends = salesforce_time(activity.due), salesforce_time(activity.due + activity.seconds)
    return {
        "Subject": activity.subject + missed,
        "StartDateTime": starts,
        "EndDateTime": ends,
        "ActivityDateTime": starts,
        "ActivityDate": date_of(activity.due),
        "DurationInMinutes": activity.seconds // 60,
    }


def task_fields(activity: Activity, now: int) -> Row:
    """An e-mail, a call, a note or a thing to do; `CallType` tells the direction of e-mails too."""
    kind = activity.kind
    done = kind != "task" or (activity.outcome == "done" and activity.due <= now)
    row: Row = {
        "Subject": _subject(activity),
        "Description": activity.subject if kind == "note" else None,
        "TaskSubtype": _subtype(kind),
        "Status": "Completed" if done else "Not Started",
        "IsClosed": done,
        "Priority": "Normal",
        "ActivityDate": date_of(activity.due),
        "CompletedDateTime": salesforce_time(activity.due) if done else None,
    }
    if row["TaskSubtype"] != "Task":
        row["CallType"] = "Inbound" if kind.endswith("in") else "Outbound"
    if row["TaskSubtype"] == "Call":
        row["CallDurationInSeconds"] = activity.seconds
        row["CallDisposition"] = activity.outcome.capitalize()
    return row


def _subtype(kind: str) -> str:
    if kind in ("task", "note"):
        return "Task"
    if kind.startswith("call"):
        return "Call"
    return "ListEmail" if kind == "mass_out" else "Email"


def _subject(activity: Activity) -> str:
    if activity.kind == "email_out":
        return f"Email: {activity.subject}"
    if activity.kind == "email_in":
        return f"Email received: {activity.subject}"
    return "Note" if activity.kind == "note" else activity.subject
