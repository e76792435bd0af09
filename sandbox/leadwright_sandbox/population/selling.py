"""What the sellers do: qualify, assign, answer, follow up, and how the hidden truth decides what comes of it."""

from __future__ import annotations

import math
from random import Random

from leadwright_sandbox.population.behaviour import HAND_RAISE_NAMES
from leadwright_sandbox.population.draws import logistic, pick
from leadwright_sandbox.population.model import Activity, Journey, Person, Rep
from leadwright_sandbox.population.moments import DAY, HOUR, MINUTE, half_hour, office_moment
from leadwright_sandbox.population.reps import Desk
from leadwright_sandbox.population.subjects import (
    CONFIRMATION,
    FIRST_MAIL,
    FOLLOW_UP,
    MEETING,
    NOTE,
    OUT_OF_OFFICE,
    REFUSALS,
    REPLY_PREFIX,
    TASK,
)


def speed_bonus(hours: float) -> float:
    """What a quick answer adds to the log-odds of qualifying: half of it is gone after some three hours."""
    return 1.5 * math.exp(-hours / 4)


def segment_for(person: Person) -> str:
    """The sales segment that a rep's skill for this person is looked up by."""
    return person.company.segment if person.company else "small"


def answering_odds(hours: float, skill: float) -> float:
    """What the answer adds to the log-odds of qualifying: how long it took and the rep's skill."""
    return speed_bonus(hours) + 2.0 * (skill - 0.5)


def sql_odds(person: Person) -> float:
    """The log-odds of qualifying, apart from who answers and how fast: fit, intent and hidden quality."""
    return -3.85 + 4.5 * (person.fit - 0.5) + 4.5 * (person.intent - 0.5) + 0.6 * person.quality


def sell(rng: Random, person: Person, journey: Journey, desk: Desk, now: int) -> None:
    """Add to `journey` what the sellers do about this person, also beyond `now`."""
    for at, _ in journey.forms:
        confirm(rng, person, journey, at)
    qualify(rng, person, journey, now)
    if journey.mql_at is None:
        leave_alone(rng, person, journey, desk, now)
        return
    if person.kind == "staff" or rng.random() < 0.03:
        return  # nobody picks it up
    rep = _assign(rng, person, journey, desk)
    _answer(rng, person, journey, rep)
    if journey.touched_at is not None:
        _decide(rng, person, journey, rep)
        follow_up(rng, person, journey, rep)


def confirm(rng: Random, person: Person, journey: Journey, at: int) -> None:
    """Let a machine confirm the form that was sent at `at`, half of the time."""
    if person.email and rng.random() < 0.5:
        journey.activities.append(Activity(at + 20, "auto_out", None, CONFIRMATION, at + 20))


def qualify(rng: Random, person: Person, journey: Journey, now: int) -> None:
    """Let marketing hand the lead to sales, if it will before `now`."""
    raised = [at for at, event in journey.forms if event in HAND_RAISE_NAMES]
    odds = -2.0 + 4.5 * (person.fit - 0.5) + 4 * (person.intent - 0.5) + (2.0 if raised else 0.0)
    journey.mql_chance = logistic(odds)
    if rng.random() >= journey.mql_chance:
        return
    if raised:
        at = raised[0] + 5 * MINUTE
    else:
        at = pick(rng, journey.visits or [person.created]) + HOUR + int(rng.expovariate(1 / (3 * DAY)))
    journey.mql_at = at if at < now else None


def leave_alone(rng: Random, person: Person, journey: Journey, desk: Desk, now: int) -> None:
    """A lead that marketing keeps: now and then a note, an import task, a cold call."""
    span = now - person.created
    if rng.random() < 0.5 and person.company:
        rep = desk.rep_for(rng, person.country, person.language, person.created)
        at = rep.calendar.after(person.created + int(rng.random() * min(span, 30 * DAY)), 30)
        subject = pick(rng, FIRST_MAIL[person.language])
        if rng.random() < 0.1:
            journey.rep, journey.assigned_at = rep, at - 10 * MINUTE
        journey.activities.append(Activity(at, "email_out", rep, subject, at))
        for step in range(1, 5):
            if rng.random() < 0.5:
                later = rep.calendar.after(at + 4 * step * DAY, 30)
                again = pick(rng, FOLLOW_UP[person.language])
                chased = rng.random() < 0.4 and person.phone
                journey.activities.append(
                    _call(rng, later, rep, 0.15)
                    if chased
                    else Activity(later, "email_out", rep, again, later)
                )
        if rng.random() < 0.12:
            journey.activities.append(_out_of_office(person, at))
    if rng.random() < 0.15:
        at = person.created + int(rng.random() * span)
        journey.activities.append(Activity(at, "note", None, pick(rng, NOTE), at))


def _assign(rng: Random, person: Person, journey: Journey, desk: Desk) -> Rep:
    at = journey.mql_at or 0
    rep = desk.rep_for(rng, person.country, person.language, at)
    journey.rep = rep
    journey.assigned_at = at + int(rng.lognormvariate(math.log(20), 1.2) * MINUTE)
    return rep


def _answer(rng: Random, person: Person, journey: Journey, rep: Rep) -> None:
    """The first human touch: the rep's pace in working hours, unless the lead is forgotten."""
    if rng.random() < rep.neglect or journey.assigned_at is None:
        return
    raised = any(event in HAND_RAISE_NAMES for _, event in journey.forms)
    minutes = rng.lognormvariate(math.log(rep.pace * (0.6 if raised else 1.3)), 1.0)
    at = rep.calendar.after(journey.assigned_at, minutes)
    touch(rng, person, journey, rep, at)


def touch(rng: Random, person: Person, journey: Journey, rep: Rep, at: int) -> None:
    """The first human touch at `at`: a call or an e-mail."""
    journey.touched_at = at
    if person.phone and rng.random() < 0.45:
        journey.activities.append(_call(rng, at, rep, 0.2 + 0.4 * person.intent))
    else:
        subject = pick(rng, FIRST_MAIL[person.language])
        journey.activities.append(Activity(at, "email_out", rep, subject, at))
        if rng.random() < 0.1:
            journey.activities.append(_out_of_office(person, at))


def _decide(rng: Random, person: Person, journey: Journey, rep: Rep) -> None:
    """Whether the lead becomes sales-qualified: fit, intent, hidden quality, speed and the rep's skill."""
    hours = ((journey.touched_at or 0) - (journey.mql_at or 0)) / HOUR
    journey.sql_chance = logistic(sql_odds(person) + answering_odds(hours, rep.skill[segment_for(person)]))
    wait = int(rng.lognormvariate(math.log(5), 0.7) * DAY)
    conclude(rng, journey, rep, wait, rng.random() < journey.sql_chance)


def conclude(rng: Random, journey: Journey, rep: Rep, wait: int, accepted: bool) -> None:
    """What comes of a lead that was answered: a first meeting after some `wait` seconds, a refusal, or silence."""
    if accepted:
        _meet(rng, journey, rep, (journey.touched_at or 0) + wait)
    elif rng.random() < 0.6:
        journey.refused_at = rep.calendar.after(
            (journey.touched_at or 0) + 9 * DAY + 2 * wait, rng.random() * 200
        )
        journey.refusal = pick(rng, REFUSALS)


def _meet(rng: Random, journey: Journey, rep: Rep, about: int) -> None:
    """The first conversation, after which the rep accepts the lead."""
    held = half_hour(rep.calendar.after(about, rng.random() * 300))
    booked = min(held, rep.calendar.after(max((journey.touched_at or 0), held - 4 * DAY), 20))
    journey.activities.append(Activity(booked, "meeting", rep, MEETING[0], held, 1800, "held"))
    journey.sql_at = held + int((30 + rng.random() * 60) * MINUTE)
    journey.activities.append(Activity(journey.sql_at, "note", rep, pick(rng, NOTE), journey.sql_at))


def follow_up(rng: Random, person: Person, journey: Journey, rep: Rep) -> None:
    """Calls, e-mails, replies and meetings until the lead is qualified or given up."""
    add, at = journey.activities.append, journey.touched_at or 0
    ends = journey.sql_at or journey.refused_at or at + 25 * DAY
    warm = journey.sql_at is not None
    reply_chance = 0.65 if warm else 0.08 + 0.3 * person.intent
    for _ in range(4 + int(rng.random() * 6)):
        if rng.random() < reply_chance and person.email:
            back = office_moment(rng, at + int(rng.expovariate(1 / (14 * HOUR))), person.country.zone)
            if at < back < ends:
                subject = REPLY_PREFIX.get(person.language, "Re: ") + pick(rng, FIRST_MAIL[person.language])
                add(Activity(back, "email_in", rep, subject, back))
        at = rep.calendar.after(at + int(rng.uniform(0.7, 4) * DAY), rng.random() * 120)
        if at >= ends:
            break
        if person.phone and rng.random() < 0.4:
            add(_call(rng, at, rep, 0.6 if warm else 0.25))
        else:
            add(Activity(at, "email_out", rep, pick(rng, FOLLOW_UP[person.language]), at))
        if rng.random() < 0.3:
            add(
                Activity(
                    at,
                    "task",
                    rep,
                    pick(rng, TASK),
                    at + 2 * DAY,
                    outcome="" if rng.random() < 0.2 else "done",
                )
            )


def _call(rng: Random, at: int, rep: Rep, reached: float) -> Activity:
    inbound = rng.random() < 0.08
    if inbound or rng.random() < reached:
        return Activity(
            at,
            "call_in" if inbound else "call_out",
            rep,
            "Call",
            at,
            60 + int(rng.expovariate(1 / 400)),
            "connected",
        )
    outcome = "voicemail" if rng.random() < 0.4 else "no answer"
    return Activity(at, "call_out", rep, "Call", at, int(rng.random() * 40), outcome)


def _out_of_office(person: Person, at: int) -> Activity:
    return Activity(at + 30, "auto_in", None, OUT_OF_OFFICE[person.language], at + 30)
