"""Stages, lead status and owner of a HubSpot contact, with the moment of each change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from leadwright_sandbox.population.model import Journey, Person, Row
from leadwright_sandbox.population.moments import hubspot_time
from leadwright_sandbox.population.team_rows import owner_id

Versions = list[tuple[int, str]]


def stage_versions(person: Person, journey: Journey, now: int) -> dict[str, Versions]:
    """The values that each property has had until `now`, oldest first."""
    deal, rep = journey.deal, journey.rep
    replies = [activity.at for activity in journey.activities if activity.kind == "email_in"]
    stages = (
        (person.created, "lead"),
        (journey.mql_at, "marketingqualifiedlead"),
        (journey.sql_at, "salesqualifiedlead"),
        (journey.joined_at, "opportunity"),
        (deal.closes if deal and deal.wins else None, "customer"),
    )
    statuses = (
        (person.created, "NEW"),
        (journey.assigned_at, "OPEN"),
        (journey.touched_at, "ATTEMPTED_TO_CONTACT"),
        (min(replies, default=None), "IN_PROGRESS"),
        (journey.sql_at, "CONNECTED"),
        (journey.joined_at, "OPEN_DEAL"),
        (journey.refused_at, "UNQUALIFIED"),
    )
    return {
        "lifecyclestage": _reached(stages, now),
        "hs_lead_status": _reached(statuses, now),
        "hubspot_owner_id": _reached(((journey.assigned_at, owner_id(rep)),), now) if rep else [],
    }


def _reached(moves: Iterable[tuple[int | None, str]], now: int) -> Versions:
    """The moves made until `now`; one that would step back in time was overtaken and is left out."""
    made: Versions = []
    for at, value in moves:
        if at is not None and at <= now and (not made or at >= made[-1][0]):
            made.append((at, value))
    return made


def stage_fields(versions: Mapping[str, Versions]) -> Row:
    """The present values, and when each stage was entered."""
    stages, owners = versions["lifecyclestage"], versions["hubspot_owner_id"]
    row: Row = {f"hs_v2_date_entered_{stage}": hubspot_time(at) for at, stage in stages}
    row["lifecyclestage"] = stages[-1][1]
    row["hs_lead_status"] = versions["hs_lead_status"][-1][1]
    if owners:
        row["hubspot_owner_id"] = owners[-1][1]
        row["hubspot_owner_assigneddate"] = hubspot_time(owners[-1][0])
    return row


def history_rows(
    object_name: str, record_id: str, versions: Mapping[str, Versions], created: int
) -> list[Row]:
    """Former and present values; a property that has been the same since the record began needs none."""
    return [
        {
            "object": object_name,
            "record_id": record_id,
            "property": name,
            "changed_at": hubspot_time(at),
            "value": value,
        }
        for name, moves in versions.items()
        if len(moves) > 1 or (moves and moves[0][0] > created)
        for at, value in moves
    ]
