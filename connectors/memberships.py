"""Puts people on lists and takes them off, the same way for every CRM, and only those whom we put there.

Who is on a list is asked before each write, and again where an answer does not say what became of somebody: who was not
on it before and is now was put there by us. A person who was on it already is left to whoever put him there, and so is
one who was taken off and put back by somebody: that membership began after ours.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

import pyarrow as pa

from leadwright.connectors.base import (
    IS_MEMBER,
    Change,
    Finding,
    ObjectShape,
    Ours,
    Outcome,
    OutcomeStatus,
    Piece,
)
from leadwright.connectors.errors import LeadwrightError
from leadwright.connectors.retry import PATIENCE_SECONDS, until_taken
from leadwright.connectors.values import CHANGED_BY_PERSON, Row, in_order, no_answer

ALREADY_MEMBER, NO_MEMBER, LIST_GONE = "already_member", "no_member", "list_gone"
_SKIPPED = {
    ALREADY_MEMBER: "The person was on the list already. Whoever put him there takes him off.",
    NO_MEMBER: "The person is not on the list any more: somebody took him off, or the record is gone.",
    LIST_GONE: "The list is gone, or takes no members by hand any more; nobody is left on it whom we put there.",
    CHANGED_BY_PERSON: "Somebody else put the person on the list, or put him back; that stays.",
}
_COARSE = timedelta(seconds=1)
"""Services tell the time of an answer, or the beginning of a membership, in whole seconds."""

_REPEATED = timedelta(seconds=PATIENCE_SECONDS)
"""So long one call is repeated: what was sent then may be stored as late."""

SHAPE = ObjectShape(key=("record_id",))
"""How memberships are read back."""


@dataclass(frozen=True, slots=True)
class Listing:
    """A list or campaign that a rule names.

    Attributes:
        id: empty where nobody can say which list is meant.
        code, words: why nobody can be put on it; empty: somebody can.
        is_there: whether people whom we put there may be on it.
    """

    id: str
    code: str = ""
    words: str = ""
    is_there: bool = True


@dataclass(frozen=True, slots=True)
class Member:
    """A person who is on a list.

    Attributes:
        id: of the membership, where it has one of its own.
    """

    since: datetime
    id: str = ""


@dataclass(frozen=True, slots=True)
class Fate:
    """What a service said of one person in a write."""

    status: OutcomeStatus
    code: str | None = None
    message: str | None = None


DONE = Fate("accepted")


class Roll(Protocol):
    """The lists of one CRM.

    Attributes:
        crm: as people call it.
        batch: people in a call.
    """

    crm: str
    batch: int

    @property
    def now(self) -> datetime | None:
        """What time it was in the CRM when it last answered, in whole seconds, rounded down."""

    def find(self, name: str) -> Listing:
        """The list with this id, else with this name."""

    def members(self, listing: Listing, people: Sequence[str]) -> Mapping[str, Member]:
        """Those of `people` who are on a list now."""

    def join(self, listing: Listing, people: Sequence[str]) -> Mapping[str, Fate]:
        """Put people on a list; of whom the answer says nothing is missing. May be repeated without harm."""

    def leave(self, listing: Listing, people: Mapping[str, Member]) -> Mapping[str, Fate]:
        """Take people off a list; of whom the answer says nothing is missing. May be repeated without harm."""


def person_and_list(record_id: str) -> tuple[str, str]:
    """The person's record id and the name of the list in the id of a membership."""
    person, _, name = record_id.partition("/")
    return person, name


def push(roll: Roll, changes: Sequence[Change]) -> Iterator[Outcome]:
    """Make and end memberships; yield one outcome each.

    People leave before others join: two rules may name one list by its id and by its name.
    """
    for joins in (False, True):
        some = [change for change in in_order(changes) if bool(change.values[IS_MEMBER]) is joins]
        for name, of_list in _by_list(change.record_id for change in some).items():
            listing = roll.find(name)
            ours = {change.record_id: change.ours for change in some}
            send = _joining if joins else _leaving
            for start in range(0, len(of_list), roll.batch):
                rows = [Row(each, {IS_MEMBER: joins}) for each in of_list[start : start + roll.batch]]
                yield from until_taken(_sending(send, roll, listing, ours), rows)


_Known = Mapping[str, Ours | None]
"""By what a membership of ours is known, by its id."""
_Send = Callable[[Roll, Listing, _Known, Sequence[Row]], Iterator[Outcome]]


def _sending(
    send: _Send, roll: Roll, listing: Listing, ours: _Known
) -> Callable[[Sequence[Row]], Iterator[Outcome]]:
    return lambda rows: send(roll, listing, ours, rows)


def read_back(roll: Roll, record_ids: Sequence[str]) -> Iterator[Piece]:
    """Who of these is on his list now. Of a list that is gone nothing comes."""
    for name, some in _by_list(record_ids).items():
        listing = roll.find(name)
        if not listing.is_there or not listing.id:
            continue
        for start in range(0, len(some), roll.batch):
            part = some[start : start + roll.batch]
            there = roll.members(listing, [person_and_list(each)[0] for each in part])
            said = ["true" if person_and_list(each)[0] in there else "false" for each in part]
            columns: Mapping[str, Any] = {"record_id": part, IS_MEMBER: said}
            yield Piece(pa.RecordBatch.from_pydict(columns, pa.schema(dict.fromkeys(columns, pa.string()))))


def findings(roll: Roll, names: Sequence[str], fix: str) -> Iterator[Finding]:
    """One finding for each list that takes nobody, and one for those that do; `fix` says what to do."""
    fine = []
    for name in names:
        check = f"{roll.crm} list {name!r}"
        try:
            listing = roll.find(name)
        except LeadwrightError as error:
            yield Finding(check, False, str(error), fix)
            continue
        if listing.code:
            yield Finding(check, False, listing.words, fix)
        else:
            fine.append(name)
    if fine:
        yield Finding(f"{roll.crm} lists", True, f"takes members: {', '.join(fine)}")


def _by_list(record_ids: Iterable[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for record_id in record_ids:
        found.setdefault(person_and_list(record_id)[1], []).append(record_id)
    return found


def _joining(roll: Roll, listing: Listing, ours: _Known, rows: Sequence[Row]) -> Iterator[Outcome]:
    if listing.code:
        yield from (_outcome(row, Fate("rejected", listing.code, listing.words)) for row in rows)
        return
    people = {person_and_list(row.record_id)[0]: row for row in rows}
    before = roll.members(listing, list(people))
    ahead = _ahead(roll)
    for person, member in before.items():
        row = people[person]
        yield (
            _accepted(row, member.since)
            if is_ours(member, ours[row.record_id], ahead)
            else _skipped(row, ALREADY_MEMBER)
        )
    asked = [person for person in people if person not in before]
    if not asked:
        return
    fates = dict(roll.join(listing, asked))
    at = _latest(roll)
    if unknown := [person for person in asked if person not in fates]:
        fates |= dict.fromkeys(roll.members(listing, unknown), DONE)
    for person in asked:
        yield _told(roll, people[person], fates.get(person), at)


def _leaving(roll: Roll, listing: Listing, ours: _Known, rows: Sequence[Row]) -> Iterator[Outcome]:
    if not listing.is_there:
        yield from (_skipped(row, LIST_GONE) for row in rows)
        return
    if not listing.id:
        yield from (_outcome(row, Fate("rejected", listing.code, listing.words)) for row in rows)
        return
    people = {person_and_list(row.record_id)[0]: row for row in rows}
    before = roll.members(listing, list(people))
    ahead = _ahead(roll)
    yield from (_skipped(row, NO_MEMBER) for person, row in people.items() if person not in before)
    mine = {p: member for p, member in before.items() if is_ours(member, ours[people[p].record_id], ahead)}
    yield from (_skipped(people[person], CHANGED_BY_PERSON) for person in before if person not in mine)
    if not mine:
        return
    fates = dict(roll.leave(listing, mine))
    at = _latest(roll)
    if unknown := [person for person in mine if person not in fates]:
        still = roll.members(listing, unknown)
        fates |= {person: DONE for person in unknown if person not in still}
    for person in mine:
        yield _told(roll, people[person], fates.get(person), at)


def is_ours(member: Member, ours: Ours | None, ahead: timedelta) -> bool:
    """Whether we made a membership: it was there when the CRM accepted ours, or began when a try was lost.

    Args:
        ahead: how far the CRM's clock is before ours.
    """
    if ours is None:
        return False
    if ours.stored_by is not None and member.since <= ours.stored_by:
        return True
    if ours.tried is None:
        return False
    first, last = (moment + ahead for moment in ours.tried)
    return first - _COARSE <= member.since <= last + _REPEATED


def _ahead(roll: Roll) -> timedelta:
    return roll.now - datetime.now(UTC) if roll.now else timedelta()


def _latest(roll: Roll) -> datetime | None:
    """No earlier than what was just stored."""
    return roll.now + _COARSE if roll.now else None


def _told(roll: Roll, row: Row, fate: Fate | None, at: datetime | None) -> Outcome:
    if fate is None:
        return no_answer(row, roll.crm)
    return _accepted(row, at) if fate.status == "accepted" else _outcome(row, fate)


def _accepted(row: Row, at: datetime | None) -> Outcome:
    return Outcome(row.record_id, "accepted", row.values, updated_at=at)


def _outcome(row: Row, fate: Fate) -> Outcome:
    return Outcome(row.record_id, fate.status, row.values, code=fate.code, message=fate.message)


def _skipped(row: Row, code: str) -> Outcome:
    return Outcome(row.record_id, "skipped", row.values, code=code, message=_SKIPPED[code])
