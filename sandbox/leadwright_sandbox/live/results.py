"""What the live sandbox has earned since it began, for comparing one way of scoring and routing with another."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from statistics import median
from typing import Any

from leadwright_sandbox.live.cases import Case
from leadwright_sandbox.live.desks import Desk
from leadwright_sandbox.population.model import Deal, Rep
from leadwright_sandbox.population.moments import DAY, HOUR, MINUTE, offset_on, salesforce_time
from leadwright_sandbox.population.team_rows import owner_id, user_id


def results(
    cases: Sequence[Case], team: Sequence[Rep], desks: Mapping[int, Desk], since: int, now: int
) -> dict[str, Any]:
    """Totals of what happened after `since` up to `now`, and by rep.

    SQLs, deals and revenue are those of leads that were answered since then, so that what was begun before does not
    blur a comparison. `revenue` is the sum of deals won so far, `revenue_ahead` of those that are open and will be
    won; `expected_won` and `expected_revenue` are what the first answers were worth when they were given (the chance
    to qualify, to get a deal and to win it; the same times the amount), which varies far less.
    """

    def happened(at: int | None) -> bool:
        return at is not None and since < at <= now

    answered = [case for case in cases if case.expected]
    found = {id(case.journey.deal): case.journey.deal for case in answered if case.journey.deal}
    deals = [deal for deal in found.values() if happened(deal.opened)]
    closed = [deal for deal in deals if deal.closes <= now]
    return {
        "since": salesforce_time(since),
        "now": salesforce_time(now),
        "leads": sum(happened(case.person.created) for case in cases),
        "mqls": sum(happened(case.journey.mql_at) for case in cases),
        "answered": len(answered),
        "median_response_minutes": _median_response(answered),
        "sqls": sum(happened(case.journey.sql_at) for case in answered),
        "deals_opened": len(deals),
        "won": sum(deal.wins for deal in closed),
        "lost": sum(not deal.wins for deal in closed),
        "revenue": _revenue(closed),
        "revenue_ahead": _revenue(deals) - _revenue(closed),
        "expected_won": round(sum(case.expected for case in answered), 3),
        "expected_revenue": round(sum(case.expected * case.fate.amount for case in answered)),
        "reps": [_rep_row(rep, answered, closed, now) | _today(desks.get(rep.number), now) for rep in team],
    }


def _today(desk: Desk | None, now: int) -> dict[str, Any]:
    """How many leads keep the rep busy, and when the next working hours begin or began."""
    if desk is None:
        return {"in_hand": 0, "works_next": None}
    return {"in_hand": desk.in_hand, "works_next": salesforce_time(desk.calendar.next_open(now))}


def _median_response(answered: Iterable[Case]) -> int | None:
    waits = [
        (case.journey.touched_at - case.journey.mql_at) // MINUTE
        for case in answered
        if case.journey.touched_at is not None and case.journey.mql_at is not None
    ]
    return int(median(waits)) if waits else None


def _revenue(closed: Iterable[Deal]) -> int:
    return sum(deal.amount for deal in closed if deal.wins)


def _rep_row(rep: Rep, answered: Iterable[Case], closed: Iterable[Deal], now: int) -> dict[str, Any]:
    mine = [deal for deal in closed if deal.rep is rep]
    return {
        "email": rep.email,
        "hubspot_owner_id": owner_id(rep),
        "salesforce_user_id": user_id(rep),
        "is_active": rep.left_at is None,
        "languages": list(rep.languages),
        "time_zone": rep.country.zone,
        "utc_offset_hours": offset_on(rep.country.zone, now // DAY) / HOUR,
        "opens_at_hour": rep.calendar.opens / HOUR,
        "closes_at_hour": rep.calendar.closes / HOUR,
        "skill": dict(rep.skill),
        "pace_minutes": rep.pace,
        "neglect": rep.neglect,
        "answered": sum(case.journey.rep is rep for case in answered),
        "won": sum(deal.wins for deal in mine),
        "revenue": _revenue(mine),
    }
