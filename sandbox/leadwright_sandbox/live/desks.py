"""How reps work: in their hours, with room for so many leads at a time, in the order that they are told or used to.

A lead that is answered keeps its rep busy for a while. How long follows from the size of the population, so that the
team is about as busy with 500 leads a year as with 500,000. Whoever is graded Hot gets the last free place, Cold
leads only the first ones; without a grade nobody keeps a place free.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from random import Random

from leadwright_sandbox.live.cases import Case, draw_for
from leadwright_sandbox.population.behaviour import HAND_RAISE_NAMES
from leadwright_sandbox.population.draws import clamp
from leadwright_sandbox.population.model import Rep
from leadwright_sandbox.population.moments import DAY, HOUR, MINUTE, Calendar
from leadwright_sandbox.population.reps import is_holiday

ROOM = {"hot": 4, "warm": 3, "cold": 2}
MOST_ROOM = 4
_RANK = {"hot": 0, "warm": 1, "cold": 2}
_HABITS = ("oldest", "newest", "name")
BUSY = 0.8  # the share of their room that the population's leads fill
_QUALIFIED = 0.36  # the share of leads that marketing hands to sales
_WORKING_MINUTES = 350  # of a rep on an average day of the year, weekends and leave included
REMEMBERED = 14 * DAY  # how long a reminder brings a forgotten lead back
USUAL_SCORE = 50.0
_YEARS, _LEAVES = 10, 3  # how far leave is planned, and how often a year


@dataclass(slots=True)
class Desk:
    """One rep at work; the calendar is the rep's own with the leave of the years to come."""

    rep: Rep
    calendar: Calendar
    in_hand: int = 0

    @property
    def habit(self) -> str:
        """The order in which the rep works when nothing tells him a better one."""
        return _HABITS[self.rep.number % len(_HABITS)]

    def next(self, cases: Iterable[Case], at: int) -> Case | None:
        """The lead that the rep answers now; None where there is none, or no room for it."""
        mine = [case for case in cases if case.owner is self.rep and _is_on_the_list(case, self.rep, at)]
        if not mine:
            return None
        told = any(case.signs for case in mine)
        first = min(mine, key=_told_order if told else _HABIT_ORDERS[self.habit])
        return first if self.in_hand < _room_for(first) else None


def calendar_ahead(seed: int, rep: Rep, start: int) -> Calendar:
    """The rep's calendar with public holidays and three leaves in each of the years after `start`."""
    dice, first = Random(f"{seed}/live/leave/{rep.number}"), start // DAY
    off = set(rep.calendar.days_off) | {day for day in range(first, first + _YEARS * 365) if is_holiday(day)}
    for _ in range(_LEAVES * _YEARS):
        begins = first + int(dice.random() * _YEARS * 365)
        off.update(range(begins, begins + 7 + int(dice.random() * 8)))
    return replace(rep.calendar, days_off=frozenset(off))


def _is_on_the_list(case: Case, rep: Rep, at: int) -> bool:
    """A rep forgets some leads; a due time or the grade Hot reminds him of the recent ones."""
    reminded = _due(case) is not None or (case.signs is not None and case.signs.grade == "hot")
    if reminded and at - (case.journey.mql_at or 0) <= REMEMBERED:
        return True
    return not case.forgotten and case.fate.neglect_draw >= rep.neglect


def _due(case: Case) -> int | None:
    """When an answer is due; a time that had passed before the lead was handed over tells nobody anything."""
    due = case.signs.due if case.signs is not None else None
    return due if due is not None and due > (case.journey.mql_at or 0) else None


def _room_for(case: Case) -> int:
    return ROOM.get(case.signs.grade, MOST_ROOM) if case.signs else MOST_ROOM


def _told_order(case: Case) -> tuple[float, ...]:
    """By grade, then by due time, then by score; what carries no sign counts as middling."""
    card = case.signs
    ready = float(case.journey.mql_at or 0)
    if card is None:
        return 1.0, math.inf, -USUAL_SCORE, ready, case.person.number
    score = USUAL_SCORE if card.score is None else card.score
    due = _due(case)
    return (
        float(_RANK.get(card.grade, 1)),
        math.inf if due is None else float(due),
        -score,
        ready,
        case.person.number,
    )


_HABIT_ORDERS = {
    "oldest": lambda case: (case.journey.mql_at or 0, case.person.number),
    "newest": lambda case: (-(case.journey.mql_at or 0), case.person.number),
    "name": lambda case: (case.person.last, case.person.number),
}


def minutes_in_hand(leads_a_year: int, reps: int, busy: float = BUSY) -> float:
    """How many working minutes an answered lead keeps a rep busy, so that leads fill `busy` of the team's room.

    Above 1 more leads come than the team can answer.
    """
    answered_a_day = max(1, leads_a_year) * _QUALIFIED / 365
    return clamp(busy * MOST_ROOM * reps * _WORKING_MINUTES / answered_a_day, 20, 20 * 8 * 60)


def reaction(seed: int, case: Case, desk: Desk, at: int) -> int:
    """When the rep looks at a lead that is new on his list: at his pace, or sooner where a due time says so."""
    raised = any(event in HAND_RAISE_NAMES for _, event in case.journey.forms)
    dice = draw_for(seed, case.person.number, "reaction")
    minutes = dice.lognormvariate(math.log(desk.rep.pace * (0.6 if raised else 1.3)), 1.0)
    due = _due(case)
    if due is not None:
        minutes = min(minutes, max(3.0, (due - at) / MINUTE))
    return desk.calendar.after(at, minutes)


def hours_to_answer(case: Case, at: int) -> float:
    """How long the lead has waited for its first answer."""
    return (at - (case.journey.mql_at or at)) / HOUR
