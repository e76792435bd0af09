"""The hidden values of a person, for evaluation only: no CRM ever shows them."""

from __future__ import annotations

from collections.abc import Sequence

from leadwright_sandbox.population.model import Journey, Person, Row
from leadwright_sandbox.population.moments import MINUTE, salesforce_time


def truth_row(
    person: Person, journey: Journey, hubspot_ids: Sequence[str], salesforce_ids: Sequence[str], now: int
) -> Row:
    """One row per person: who it is in both CRMs, what drives him, what came and what will come of it."""
    deal, company = journey.deal, person.company
    closes = deal.closes if deal else None
    answered = journey.touched_at is not None and journey.mql_at is not None and not journey.is_drawn_in
    return {
        "person_id": f"p{person.number:07d}",
        "kind": person.kind,
        "email": person.email,
        "home": _home(person),
        "hubspot_ids": ";".join(hubspot_ids),
        "salesforce_ids": ";".join(salesforce_ids),
        "company_domain": company.domain if company else None,
        "segment": company.segment if company else None,
        "buying_role": person.role,
        "language": person.language,
        "time_zone": person.country.zone,
        "fit": person.fit,
        "intent": person.intent,
        "quality": person.quality,
        "demand": round(company.demand, 4) if company else None,
        "scans_links": bool(company and company.scans_links),
        "proxy_opens": journey.proxy_opens,
        "machine_clicks": journey.machine_clicks,
        "rep_email": journey.rep.email if journey.rep else None,
        "rep_skill": journey.rep.skill[company.segment if company else "small"] if journey.rep else None,
        "created_at": salesforce_time(person.created),
        "response_minutes": ((journey.touched_at or 0) - (journey.mql_at or 0)) // MINUTE
        if answered
        else None,
        "mql_chance": round(journey.mql_chance, 4),
        "sql_chance": round(journey.sql_chance, 4),
        "win_chance": round(journey.win_chance, 4),
        "mql_at": _spelt(journey.mql_at),
        "touched_at": _spelt(journey.touched_at),
        "sql_at": _spelt(journey.sql_at),
        "opportunity_at": _spelt(journey.joined_at),
        "closes_at": _spelt(closes),
        "wins": bool(deal and deal.wins),
        "lost_because": deal.lost_because if deal else None,
        "amount": deal.amount if deal else None,
        "is_drawn_in": journey.is_drawn_in,
        "is_sql": _past(journey.sql_at, now),
        "is_won": bool(deal and deal.wins and _past(closes, now)),
        "is_lost": bool(deal and not deal.wins and _past(closes, now)),
    }


def _home(person: Person) -> str:
    if person.in_hubspot and person.in_salesforce:
        return "both"
    return "hubspot" if person.in_hubspot else "salesforce"


def _past(at: int | None, now: int) -> bool:
    return at is not None and at <= now


def _spelt(at: int | None) -> str | None:
    return None if at is None else salesforce_time(at)
