"""Sales to companies: opened by the first qualified member of a buying group, joined by the others."""

from __future__ import annotations

import math
from random import Random

from leadwright_sandbox.population.draws import clamp, logistic, pick
from leadwright_sandbox.population.model import Activity, Company, Deal, Journey, Person
from leadwright_sandbox.population.moments import DAY, HOUR, half_hour
from leadwright_sandbox.population.selling import speed_bonus
from leadwright_sandbox.population.subjects import FIRST_MAIL, FOLLOW_UP, MEETING, NOTE, TASK

DEAL_CHANCE = 0.85  # that a qualified lead without a colleague who is buying gets a deal
_SEGMENT_DAYS = {"small": 18, "middle": 32, "large": 55}


def open_deals(rng: Random, group: list[tuple[Person, Journey]]) -> None:
    """Give every qualified member of a buying group a deal, shared inside one CRM while it is open."""
    qualified = sorted(
        ((journey.sql_at, place) for place, (_, journey) in enumerate(group) if journey.sql_at is not None)
    )
    opened: dict[str, Deal] = {}
    for sql_at, place in qualified:
        person, journey = group[place]
        crm = "salesforce" if person.in_salesforce else "hubspot"
        deal = opened.get(crm)
        if deal is not None and joins(deal, sql_at):
            journey.joined_at = sql_at + HOUR
        elif rng.random() < DEAL_CHANCE:
            deal = opened[crm] = open_deal(rng, person, journey, crm, sql_at, len(group))
            journey.joined_at = deal.opened
            work(rng, person, journey, deal)
        else:
            continue
        deal.members.append(person)
        journey.deal = deal
    for deal in opened.values():
        draw_in(rng, deal, group)


def joins(deal: Deal, at: int) -> bool:
    """Whether somebody who is qualified at `at` joins the deal of a colleague."""
    return deal.opened < at < deal.closes - HOUR


def draw_in(rng: Random, deal: Deal, group: list[tuple[Person, Journey]]) -> None:
    """Colleagues are often accepted at once because their company is buying, whatever they did themselves."""
    for person, journey in group:
        same = ("salesforce" if person.in_salesforce else "hubspot") == deal.crm
        if not same or journey.sql_at is not None or journey.refused_at is not None or rng.random() < 0.5:
            continue
        known = max(deal.opened, person.created, journey.assigned_at or 0, journey.touched_at or 0)
        known = max(known, journey.mql_at or 0)
        at = deal.rep.calendar.after(known + int(rng.random() * 6 * DAY), rng.random() * 60)
        if at + 3 * HOUR >= deal.closes:
            continue
        if journey.rep is None:
            journey.rep, journey.assigned_at = deal.rep, at
        journey.mql_at = journey.mql_at or at
        if journey.touched_at is None:
            journey.touched_at = at + HOUR
            subject = pick(rng, FIRST_MAIL[person.language])
            journey.activities.append(Activity(at + HOUR, "email_out", deal.rep, subject, at + HOUR))
        journey.sql_at, journey.joined_at, journey.deal = at + 2 * HOUR, at + 3 * HOUR, deal
        journey.is_drawn_in = True
        deal.members.append(person)


def win_odds(person: Person, members: int) -> float:
    """The log-odds of winning, apart from who sells and how fast the lead was answered."""
    return (
        -3.0
        + 2.5 * (person.fit - 0.5)
        + 2.0 * (person.intent - 0.5)
        + 0.9 * person.quality
        + 0.12 * (members - 1)
    )


def selling_odds(hours: float, skill: float) -> float:
    """What the rep's skill and the speed of the first answer add to the log-odds of winning."""
    return 2.0 * (skill - 0.5) + 0.4 * speed_bonus(hours)


def amount_for(rng: Random, company: Company | None) -> int:
    """What a company pays: by the number of its employees."""
    seats = clamp((company.employees if company else 5) * 0.04, 3, 400)
    return int(seats * rng.lognormvariate(math.log(620), 0.35) / 10) * 10


def open_deal(rng: Random, person: Person, journey: Journey, crm: str, sql_at: int, members: int) -> Deal:
    """A deal with its hidden course, opened by a qualified lead's rep within days."""
    rep, company = journey.rep, person.company
    if rep is None:
        raise ValueError("a qualified lead has a rep")
    segment = company.segment if company else "small"
    hours = ((journey.touched_at or 0) - (journey.mql_at or 0)) / HOUR
    journey.win_chance = logistic(win_odds(person, members) + selling_odds(hours, rep.skill[segment]))
    wins = rng.random() < journey.win_chance
    opened = rep.calendar.after(sql_at + int(rng.random() * 3 * DAY), rng.random() * 90)
    usual = _SEGMENT_DAYS[segment] * math.exp(0.5 - person.intent)  # the eager decide sooner
    length = rng.lognormvariate(math.log(usual), 0.5) * DAY
    closes = rep.calendar.after(opened + max(3 * DAY, int(length)), rng.random() * 400)
    reached = 5 if wins else 1 + int(rng.random() * 5)
    cuts = sorted(rng.random() for _ in range(reached - 1))
    stages = [opened, *(opened + int(cut * (closes - opened)) for cut in cuts)]
    amount = amount_for(rng, company)
    hoped = opened + int(1.2 * _SEGMENT_DAYS[segment]) * DAY
    lost_because = None if wins else _loss(rng, person, hours)
    return Deal(crm, company, rep, opened, closes, hoped, wins, lost_because, amount, stages)


def _loss(rng: Random, person: Person, hours: float) -> str:
    """Why it was lost: slow answers lose eager buyers to competitors, weak demand ends without a budget."""
    demand = person.company.demand if person.company else 0.3
    if rng.random() < 0.1 + 0.4 * person.intent * (1 if hours > 8 else 0.4):
        return "Chose a competitor"
    return (
        "No budget"
        if rng.random() < 0.7 - 0.5 * demand
        else pick(rng, ("No decision", "Missing feature", "No reply"))
    )


def work(rng: Random, person: Person, journey: Journey, deal: Deal) -> None:
    """What the rep does while the deal is open: a meeting for most stages, calls and e-mails between them."""
    add, rep = journey.activities.append, deal.rep
    for stage, entered in enumerate(deal.stages[:5]):
        if rng.random() < 0.7:
            booked = rep.calendar.after(entered, 30)
            takes_place = half_hour(rep.calendar.after(booked + 2 * DAY, rng.random() * 300))
            outcome = "held" if rng.random() < 0.88 else "missed"
            if takes_place < deal.closes:
                add(Activity(booked, "meeting", rep, MEETING[stage], takes_place, 2700, outcome))
        at = rep.calendar.after(entered + DAY, rng.random() * 400)
        if at < deal.closes:
            add(Activity(at, "email_out", rep, pick(rng, FOLLOW_UP[person.language]), at))
        if person.phone and rng.random() < 0.4 and at + DAY < deal.closes:
            at = rep.calendar.after(at + DAY, rng.random() * 100)
            add(Activity(at, "call_out", rep, "Call", at, 300 + int(rng.random() * 900), "connected"))
        if rng.random() < 0.3:
            add(Activity(at, "task", rep, pick(rng, TASK), at + 3 * DAY, outcome="done"))
    if rng.random() < 0.5:
        add(Activity(deal.closes, "note", rep, pick(rng, NOTE), deal.closes))
