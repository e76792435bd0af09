"""What Salesforce remembers of a lead's changes, as its field history has it."""

from __future__ import annotations

from leadwright_sandbox.population.identifiers import Ids
from leadwright_sandbox.population.model import Journey, Row
from leadwright_sandbox.population.moments import salesforce_time
from leadwright_sandbox.population.team_rows import MACHINE_ID, QUEUE_ID, QUEUE_NAME, user_id

Steps = list[tuple[int, str]]


def statuses(journey: Journey, now: int, converted: bool) -> Steps:
    """The statuses that a new lead has got until `now`, with the moment of each."""
    moves = [
        (journey.mql_at, "Marketing Qualified"),
        (journey.touched_at, "Working"),
        (journey.sql_at, "Sales Qualified"),
        (journey.refused_at, "Unqualified"),
        (journey.joined_at if converted else None, "Converted"),
    ]
    return [(at, status) for at, status in moves if at is not None and at <= now]


def lead_history(ids: Ids, lead_id: str, created: int, journey: Journey, steps: Steps, now: int) -> list[Row]:
    """The rows of one lead: created, owner (the real service writes it twice, by name and by id), statuses."""
    rep = journey.rep
    by = user_id(rep) if rep else MACHINE_ID
    changes: list[tuple[int, str, str, str | None, str | None, str]] = [
        (created, "created", "Text", None, None, MACHINE_ID)
    ]
    before = "New"
    for at, status in steps:
        author = MACHINE_ID if status == "Marketing Qualified" else by
        changes.append((at, "Status", "DynamicEnum", before, status, author))
        before = status
    assigned = journey.assigned_at
    if rep and assigned is not None and assigned <= now:
        name = f"{rep.first} {rep.last}"
        changes.append((assigned, "Owner", "Text", QUEUE_NAME, name, MACHINE_ID))
        changes.append((assigned, "Owner", "EntityId", QUEUE_ID, by, MACHINE_ID))
    changes.sort(key=lambda change: change[0])
    return [
        {
            "Id": ids.salesforce("LeadHistory"),
            "LeadId": lead_id,
            "Field": name,
            "DataType": kind,
            "OldValue": old,
            "NewValue": new,
            "CreatedDate": salesforce_time(at),
            "CreatedById": author,
            "IsDeleted": False,
        }
        for at, name, kind, old, new, author in changes
    ]
