"""What belongs into which CRM when a person is in both."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from leadwright_sandbox.population.model import Activity, Deal, Journey, Person


def activities_in(crm: str, person: Person, journey: Journey, now: int) -> list[Activity]:
    """The activities until `now` that were logged in `crm`: of a person in both each in one, some e-mails in both."""
    done = [activity for activity in journey.activities if activity.at <= now]
    if not (person.in_hubspot and person.in_salesforce):
        return done
    kept = []
    for activity in done:
        place = (activity.at * 7919 + len(activity.subject)) % 100
        here = place < 40 if crm == "hubspot" else place >= 40
        if here or (activity.kind == "email_out" and place % 10 == 0):
            kept.append(activity)
    return kept


def deal_in(crm: str, journey: Journey, now: int) -> Deal | None:
    """The person's deal if it is kept in `crm` and both have begun by `now`."""
    deal = journey.deal
    if deal is None or deal.crm != crm or journey.joined_at is None or journey.joined_at > now:
        return None
    return deal


def deal_name(person: Person) -> str:
    """What a rep calls the deal."""
    return f"{person.company.name if person.company else person.last} - new business"


def entered_again(rng: Random, person: Person, now: int) -> Person:
    """The person as a duplicate record knows him: entered later."""
    return replace(person, created=person.created + int(rng.random() * (now - person.created)))
