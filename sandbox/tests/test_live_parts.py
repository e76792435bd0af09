"""The parts of the live sandbox that decide: what is due next, and which lead a rep answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadwright_sandbox.clock import Clock
from leadwright_sandbox.hubspot import HubSpot
from leadwright_sandbox.hubspot.writing import create, merge
from leadwright_sandbox.live.agenda import Agenda
from leadwright_sandbox.live.books import Books
from leadwright_sandbox.live.cases import Card, Case, Fate, Group
from leadwright_sandbox.live.desks import Desk, calendar_ahead, minutes_in_hand
from leadwright_sandbox.live.signs import moment_in, number_in
from leadwright_sandbox.population.blocks import groups_of
from leadwright_sandbox.population.model import Journey, Person, Rep
from leadwright_sandbox.population.moments import DAY, seconds
from leadwright_sandbox.population.team_rows import owner_id
from leadwright_sandbox.population.world import make_world
from leadwright_sandbox.salesforce import Salesforce
from leadwright_sandbox.store import Store

NOW = seconds(datetime(2026, 3, 18, 15, 30, tzinfo=UTC))
WORLD = make_world(3, 20, NOW)
REP = WORLD.team[0]
PERSON: Person = next(groups_of(WORLD, 0, 20))[0][0]
FATE = Fate(sql_odds=0, sql_draw=0.5, deal_draw=0.5, neglect_draw=0.9, win_draw=0.5, amount=1000)


def lead(number: int, waits: int = 60, rep: Rep = REP, **shown: object) -> Case:
    """A lead of `rep` that has waited for so many seconds, with what was written on its record."""
    person = replace(PERSON, number=number, last=f"Name {9 - number}")
    card = Card("hubspot", str(number), number, owner=rep, owned=True)
    for name, value in shown.items():
        setattr(card, name, value)
    return Case(person, Journey(mql_at=NOW - waits), FATE, Group(number), cards=[card])


def desk(rep: Rep = REP, in_hand: int = 0) -> Desk:
    return Desk(rep, rep.calendar, in_hand)


@given(st.lists(st.integers(NOW - 50, NOW + 50), max_size=30))
def test_the_agenda_goes_forward_and_keeps_the_order_of_equals(moments: list[int]) -> None:
    agenda, done = Agenda(NOW), []
    for place, at in enumerate(moments):
        agenda.note(at, lambda now, place=place: done.append((now, place)))  # type: ignore[misc]
    while agenda.is_due(NOW + 50):
        at, deed = agenda.take()
        deed(at)
    assert done == sorted((max(at, NOW), place) for place, at in enumerate(moments))


def test_grade_then_due_time_then_score_decide_the_order() -> None:
    cases = [
        lead(1, waits=900),
        lead(2, grade="cold", score=99.0),
        lead(3, grade="hot", due=NOW + 600),
        lead(4, grade="hot", due=NOW + 300),
        lead(5, grade="warm", score=40.0),
        lead(6, grade="warm", score=80.0),
    ]
    order = []
    while cases:
        found = desk().next(cases, NOW)
        assert found is not None
        order.append(found.person.number)
        cases.remove(found)
    assert order == [4, 3, 6, 1, 5, 2]


@pytest.mark.parametrize(("rep", "first"), [(0, 3), (1, 2), (2, 3)])
def test_without_signs_each_rep_has_a_habit(rep: int, first: int) -> None:
    """Oldest first, newest first, by name."""
    who = WORLD.team[rep]
    cases = [lead(1, 100, who), lead(2, 50, who), lead(3, 200, who)]
    found = desk(who).next(cases, NOW)
    assert found is not None and found.person.number == first


@pytest.mark.parametrize(
    ("grade", "in_hand", "answers"),
    [("hot", 3, True), ("hot", 4, False), ("warm", 2, True), ("warm", 3, False), ("cold", 2, False), ("", 3, True)],
)  # fmt: skip
def test_the_last_places_are_kept_for_better_leads(grade: str, in_hand: int, answers: bool) -> None:
    assert (desk(in_hand=in_hand).next([lead(1, grade=grade)], NOW) is not None) == answers


def test_only_the_owner_answers() -> None:
    assert desk(WORLD.team[1]).next([lead(1)], NOW) is None


def test_a_due_time_reminds_of_recent_leads_that_were_forgotten() -> None:
    def forgotten(case: Case) -> Case:
        case.forgotten = True
        return case

    find: Callable[[Case], Case | None] = lambda case: desk().next([forgotten(case)], NOW)  # noqa: E731
    assert find(lead(1)) is None and find(lead(1, grade="warm")) is None
    assert find(lead(1, due=NOW)) is not None and find(lead(1, grade="hot")) is not None
    assert find(lead(1, waits=20 * DAY, grade="hot")) is None


def test_a_lead_keeps_its_rep_busy_for_longer_where_there_are_fewer() -> None:
    assert minutes_in_hand(20_000, 12) == pytest.approx(minutes_in_hand(2_000, 12) / 10)
    assert minutes_in_hand(0, 12) == minutes_in_hand(1, 12)


def test_reps_go_on_leave_in_the_years_to_come() -> None:
    ahead = calendar_ahead(3, REP, NOW)
    days = [day for day in range(NOW // DAY, NOW // DAY + 3650) if day in ahead.days_off]
    assert 0.05 < len(days) / 3650 < 0.12
    assert ahead == calendar_ahead(3, REP, NOW)


@pytest.mark.parametrize(
    ("text", "number", "moment"),
    [("12.5", 12.5, None), ("", None, None), (None, None, None), ("soon", None, None),
     ("2026-03-18T15:29:59.000Z", None, NOW), ("2026-03-18T15:29:59", None, NOW)],
)  # fmt: skip
def test_what_was_written_is_read_as_far_as_it_can_be(
    text: str | None, number: float | None, moment: int | None
) -> None:
    assert number_in(text) == number
    assert moment_in(text) == moment


@pytest.mark.parametrize("by_hand", [False, True])
def test_a_card_follows_its_contact_through_a_merge(by_hand: bool) -> None:
    clock = Clock(datetime.fromtimestamp(NOW, UTC), speed=0)
    portal = HubSpot(Store(), clock)
    books = Books(WORLD, portal, Salesforce(Store(), clock), Agenda(NOW))
    contacts = portal.object_type("contacts")
    ids = [str(create(portal, contacts, {"email": f"{n}@example.com"})["id"]) for n in ("a", "b")]
    case = Case(PERSON, Journey(), FATE, Group(1), hubspot_ids=list(ids))
    books.add(case)
    for record_id in ids:
        books.add_card(case, "hubspot", record_id)
    books.signs.settle()
    if by_hand:
        there = str(merge(portal, contacts, *ids)["id"])
    else:
        books.merge_contacts(case)
        there = case.hubspot_ids[0]
    books.signs.read()
    card = case.card("hubspot")
    assert card and card.id == there and there not in ids
    assert [each.gone for each in case.cards] == [False, True], "one record has one card"
    books.assign(case, REP)
    shown = portal.records.get(contacts, there, ["hubspot_owner_id"])
    assert shown and shown.properties["hubspot_owner_id"] == owner_id(REP)
