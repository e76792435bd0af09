"""Putting people on lists: each gets a fate of his own, and only our own memberships are ended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

import pytest

from leadwright.connectors import memberships, retry
from leadwright.connectors.base import IS_MEMBER, Change, Ours, Outcome
from leadwright.connectors.memberships import DONE, Fate, Listing, Member

NOW = datetime(2026, 6, 30, 12, tzinfo=UTC)


class Crm:
    """A CRM with the list `L`, whose members joined at the moments of `there`; `says` how its answers to writes are."""

    crm = "Fake"
    batch = 2

    def __init__(self, says: str = "all", **there: datetime) -> None:
        self.there = {person: Member(since) for person, since in there.items()}
        self.says = says
        self.now: datetime | None = NOW
        self.listing = Listing("7")
        self.calls: list[str] = []

    def find(self, name: str) -> Listing:
        return self.listing

    def members(self, listing: Listing, people: Sequence[str]) -> Mapping[str, Member]:
        self.calls.append("ask")
        return {person: self.there[person] for person in people if person in self.there}

    def join(self, listing: Listing, people: Sequence[str]) -> Mapping[str, Fate]:
        self.calls.append(f"join {' '.join(people)}")
        if self.says == "locked once":
            self.says = "all"
            return dict.fromkeys(people, Fate("deferred", "LOCKED", "somebody is at it"))
        if self.says == "refused":
            return dict.fromkeys(people, Fate("rejected", "NO", "The rule's own words."))
        if self.says != "silent, nothing done":
            self.there |= {person: Member(NOW) for person in people}
        return dict.fromkeys(people, DONE) if self.says == "all" else {}

    def leave(self, listing: Listing, people: Mapping[str, Member]) -> Mapping[str, Fate]:
        self.calls.append(f"leave {' '.join(people)}")
        for person in people:
            del self.there[person]
        return dict.fromkeys(people, DONE) if self.says == "all" else {}


@pytest.fixture(autouse=True)
def no_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retry, "ROW_WAITS", (0.0,))


def push(crm: Crm, *changes: Change) -> dict[str, Outcome]:
    outcomes = list(memberships.push(crm, changes))
    assert len(outcomes) == len(changes)
    return {outcome.record_id: outcome for outcome in outcomes}


def joins(person: str, ours: Ours | None = None) -> Change:
    return Change(f"{person}/L", {IS_MEMBER: True}, ours=ours)


def leaves(person: str, ours: Ours | None = None) -> Change:
    return Change(f"{person}/L", {IS_MEMBER: False}, ours=ours)


def test_people_are_put_on_in_batches_and_who_was_there_is_left_alone() -> None:
    crm = Crm(b=NOW - timedelta(days=9))
    found = push(crm, joins("a"), joins("b"), joins("c"))
    assert {i: (o.status, o.code) for i, o in found.items()} == {
        "a/L": ("accepted", None),
        "b/L": ("skipped", "already_member"),
        "c/L": ("accepted", None),
    }
    assert crm.calls == ["ask", "join a", "ask", "join c"]
    assert found["a/L"].updated_at is not None and found["a/L"].updated_at >= NOW


@pytest.mark.parametrize(("says", "status"), [("silent", "accepted"), ("silent, nothing done", "unknown")])
def test_where_an_answer_does_not_say_the_list_is_asked(says: str, status: str) -> None:
    crm = Crm(says)
    assert push(crm, joins("a"))["a/L"].status == status
    assert crm.calls == ["ask", "join a", "ask"]


def test_a_refusal_is_told_in_the_service_s_words_and_a_lock_waited_for() -> None:
    refused = push(Crm("refused"), joins("a"))["a/L"]
    assert (refused.status, refused.code, refused.message) == ("rejected", "NO", "The rule's own words.")
    assert push(Crm("locked once"), joins("a"))["a/L"].status == "accepted"


def test_only_a_membership_that_was_there_when_ours_was_stored_is_ended() -> None:
    stored = Ours(stored_by=NOW)
    crm = Crm(ours=NOW, anew=NOW + timedelta(minutes=5), theirs=NOW - timedelta(days=1))
    found = push(
        crm, leaves("ours", stored), leaves("anew", stored), leaves("gone", stored), leaves("theirs")
    )
    assert {i: (o.status, o.code) for i, o in found.items()} == {
        "ours/L": ("accepted", None),
        "anew/L": ("skipped", "changed_by_person"),
        "gone/L": ("skipped", "no_member"),
        "theirs/L": ("skipped", "changed_by_person"),
    }
    assert set(crm.there) == {"anew", "theirs"}


@pytest.mark.parametrize(
    ("since", "is_ours"),
    [(-timedelta(hours=1), False), (timedelta(seconds=3), True), (timedelta(hours=2), False)],
)
def test_after_a_lost_answer_ours_is_known_by_when_it_began_on_the_crm_s_clock(
    since: timedelta, is_ours: bool
) -> None:
    tried = datetime.now(UTC) - timedelta(minutes=30)
    crm = Crm()
    crm.now = datetime.now(UTC) + timedelta(days=90)
    crm.there = {"a": Member(tried + timedelta(days=90) + since)}
    found = push(crm, joins("a", Ours(tried=(tried, tried))))["a/L"]
    assert (found.status, crm.calls) == ("accepted" if is_ours else "skipped", ["ask"])


@pytest.mark.parametrize(
    ("listing", "joining", "leaving"),
    [
        (
            Listing("", "NOT_FOUND", "No such list.", is_there=False),
            "rejected NOT_FOUND",
            "skipped list_gone",
        ),
        (Listing("", "SEVERAL", "Two have that name."), "rejected SEVERAL", "rejected SEVERAL"),
        (Listing("7", "INACTIVE", "It is not active."), "rejected INACTIVE", "accepted None"),
    ],
)
def test_a_list_that_takes_nobody_says_why(listing: Listing, joining: str, leaving: str) -> None:
    crm = Crm(b=NOW)
    crm.listing = listing
    found = push(crm, joins("a"), leaves("b", Ours(stored_by=NOW)))
    assert [f"{o.status} {o.code}" for _, o in sorted(found.items())] == [joining, leaving]


def test_people_leave_before_others_join() -> None:
    """A rule that names the list by its id now and named it by its name before means one list."""
    crm = Crm(a=NOW)
    push(crm, joins("a"), Change("a/Old name", {IS_MEMBER: False}, ours=Ours(stored_by=NOW)))
    assert [call for call in crm.calls if call != "ask"] == ["leave a", "join a"]
    assert set(crm.there) == {"a"}
