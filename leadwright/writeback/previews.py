"""What a plan means, for whoever is to approve it: how many records of which grade change in which field, the largest
changes and some at random, who gets whose leads, what else may be set off in the CRM, and what it costs in calls.

Plain values all the way, so that a terminal, a file and a page show the same.
"""

from __future__ import annotations

import hashlib
import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import Any

from leadwright import warehouse
from leadwright.connectors.base import (
    IS_MEMBER,
    MEMBERSHIPS,
    Automated,
    Automation,
    Cost,
    Estimates,
    Value,
)
from leadwright.connectors.errors import LeadwrightError, brief
from leadwright.settings import Settings
from leadwright.writeback import guards, limits, plans, sending
from leadwright.writeback.ledger import Entry
from leadwright.writeback.ownermoves import OwnerMove, owner_moves
from leadwright.writeback.plans import Part, Plan

_EXAMPLES = 10
_NO_GRADE = "no grade"
_SUBJECTS = warehouse.statement(__file__, "previews_subjects")
_NAMES = warehouse.statement(__file__, "previews_names")


@dataclass(frozen=True, slots=True)
class FieldCount:
    """How many records of one object change in one field, by the grade that they have or get."""

    crm: str
    object: str
    field: str
    records: int
    by_grade: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field of one record; an owner as a name, not as an id.

    Attributes:
        shows: score, grade or owner where it is the field for that, or `on the list`; else empty.
    """

    field: str
    shows: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class RecordChange:
    """What one record would get.

    Attributes:
        who: name of the person or company, where a run has published it; else empty.
    """

    crm: str
    object: str
    record_id: str
    subject_id: str
    who: str
    grade: str
    fields: Sequence[FieldChange]


@dataclass(frozen=True, slots=True)
class TaskCount:
    """How many tasks one rep would get in one CRM."""

    crm: str
    name: str
    tasks: int


@dataclass(frozen=True, slots=True)
class ListCount:
    """How many people would be put on a list or into a campaign, and how many taken off."""

    crm: str
    name: str
    put_on: int
    taken_off: int


@dataclass(frozen=True, slots=True)
class SetOff:
    """What a write to one object may set off; why that is not known, where it is not."""

    crm: str
    object: str
    automations: Sequence[Automation] = ()
    unknown: str = ""


@dataclass(frozen=True, slots=True)
class ObjectCost:
    """What the write to one object takes; None where the connector cannot say."""

    crm: str
    object: str
    records: int
    cost: Cost | None = None


@dataclass(frozen=True, slots=True)
class Preview:
    """A plan, told.

    Attributes:
        plan_hash: names the plan; the same plan has the same hash and the same examples.
        largest: the records whose score changes most, then those with the best score.
        chosen: some records at random.
        asked: what a run that would write this stops and asks about.
        tasks: the tasks that would be made, most first.
        lists: the lists and campaigns whose members would change.
    """

    plan_hash: str
    records: int
    with_owners: bool
    fields: Sequence[FieldCount] = ()
    largest: Sequence[RecordChange] = ()
    chosen: Sequence[RecordChange] = ()
    owner_moves: Sequence[OwnerMove] = ()
    set_off: Sequence[SetOff] = ()
    costs: Sequence[ObjectCost] = ()
    asked: Sequence[str] = ()
    tasks: Sequence[TaskCount] = ()
    lists: Sequence[ListCount] = ()

    def as_dict(self) -> dict[str, Any]:
        """The preview as plain values, for JSON and for a page."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class _Facts:
    """What the warehouse knows beside the plan.

    Attributes:
        grades, scores: by lead or account.
        people: names by lead or account.
        owners: what to call an owner, by CRM and the CRM's id.
    """

    plan_hash: str
    grades: Mapping[str, str]
    scores: Mapping[str, float]
    people: Mapping[str, str]
    owners: Mapping[tuple[str, str], str]


def make(plan: Plan, settings: Settings) -> Preview:
    """The preview of a plan. Calls the CRMs to ask what a write may set off and what is left of the day's calls."""
    facts = _facts(plan, settings)
    return Preview(
        facts.plan_hash,
        plan.record_count,
        plan.with_owners,
        list(_field_counts(plan, facts)),
        [_told(part, entry, facts) for part, entry in _largest(plan, facts)],
        [_told(part, entry, facts) for part, entry in _at_random(plan, facts)],
        owner_moves(plan.written, settings),
        [_set_off(part, settings) for part in plan.parts if part.entries],
        [_cost(part, settings) for part in plan.parts if part.entries],
        [reason.text for reason in guards.asked(plan, limits.read(settings.rules_folder), settings)],
        list(_tasks(plan, facts)),
        list(_lists(plan)),
    )


def changes(plan: Plan, settings: Settings) -> Iterator[RecordChange]:
    """Every record of a plan, as the examples of its preview are told."""
    facts = _facts(plan, settings)
    for part, entry in _all(plan):
        yield _told(part, entry, facts)


def _facts(plan: Plan, settings: Settings) -> _Facts:
    with warehouse.writer(settings.warehouse_file, settings.lock_wait_seconds) as db:
        db.register("planned", plan.rows)
        subjects = db.execute(_SUBJECTS).fetchall()
        people = db.execute(_NAMES).fetchall() if warehouse.columns(db, "marts", "dim_leads") else []
        owners = db.execute(
            "select crm, owner_id, full_name, is_active from intermediate.int_identity__crm_owners"
        ).fetchall()
        plan_hash = plans.digest(db, "planned")
    return _Facts(
        plan_hash,
        {subject_id: grade for subject_id, grade, _ in subjects},
        {subject_id: score for subject_id, _, score in subjects},
        dict(people),
        {
            (crm, owner_id): name if is_active else f"{name} (left)"
            for crm, owner_id, name, is_active in owners
        },
    )


def _all(plan: Plan) -> Iterator[tuple[Part, Entry]]:
    return ((part, entry) for part in plan.parts for entry in part.entries)


def _subject(part: Part, entry: Entry) -> str:
    return entry.about[part.model.subject]


def _field_counts(plan: Plan, facts: _Facts) -> Iterator[FieldCount]:
    for part in plan.parts:
        counted: dict[str, Counter[str]] = {}
        for entry in part.entries:
            grade = facts.grades.get(_subject(part, entry), _NO_GRADE)
            for name in entry.after:
                counted.setdefault(name, Counter())[grade] += 1
        for name in (name for name in part.model.fields if name in counted):
            by_grade = dict(counted[name].most_common())
            yield FieldCount(part.model.crm, part.model.object, name, counted[name].total(), by_grade)


def _tasks(plan: Plan, facts: _Facts) -> Iterator[TaskCount]:
    counted: Counter[tuple[str, str]] = Counter()
    for part, entry in _all(plan):
        if making := part.model.making:
            counted[part.model.crm, _owner(part.model.crm, entry.after[making.assignee], facts)] += 1
    for (crm, name), tasks in sorted(counted.items(), key=lambda each: (-each[1], each[0])):
        yield TaskCount(crm, name, tasks)


def _lists(plan: Plan) -> Iterator[ListCount]:
    counted: dict[tuple[str, str], Counter[bool]] = {}
    for part, entry in _all(plan):
        if part.model.object == MEMBERSHIPS:
            name = entry.record_id.partition("/")[2]
            counted.setdefault((part.model.crm, name), Counter())[bool(entry.after[IS_MEMBER])] += 1
    for (crm, name), people in sorted(counted.items()):
        yield ListCount(crm, name, people[True], people[False])


def _owner(crm: str, owner_id: Value, facts: _Facts) -> str:
    return facts.owners.get((crm, str(owner_id)), f"somebody unknown ({owner_id})")


def _largest(plan: Plan, facts: _Facts) -> list[tuple[Part, Entry]]:
    """The records whose score moves most; of those that move equally far, and of new ones, the best leads."""

    def size(each: tuple[Part, Entry]) -> tuple[float, bool, float, str]:
        part, entry = each
        before, after = (values.get(part.model.score) for values in (entry.before, entry.after))
        moved = 0.0
        if isinstance(before, int | float) and isinstance(after, int | float):
            moved = abs(after - before)
        has_owner = any(name in entry.after for name in part.model.guarded)
        return -moved, not has_owner, -facts.scores.get(_subject(part, entry), 0.0), entry.record_id

    return sorted(_all(plan), key=size)[:_EXAMPLES]


def _at_random(plan: Plan, facts: _Facts) -> list[tuple[Part, Entry]]:
    """Some records; of the same plan the same."""
    every = list(_all(plan))
    seed = int.from_bytes(hashlib.sha256(facts.plan_hash.encode()).digest()[:8])
    return random.Random(seed).sample(every, min(_EXAMPLES, len(every)))


def _told(part: Part, entry: Entry, facts: _Facts) -> RecordChange:
    model, subject_id = part.model, _subject(part, entry)
    owners = (*model.guarded, *((model.making.assignee,) if model.making else ()))
    shows = {model.score: "score", model.grade: "grade", **dict.fromkeys(owners, "owner")}
    if model.object == MEMBERSHIPS:
        shows[IS_MEMBER] = "on the list"

    def spelled(name: str, value: Value) -> str:
        if value is None:
            return ""
        if name in owners:
            return _owner(model.crm, value, facts)
        if name == IS_MEMBER:
            return "yes" if value else "no"
        return str(value)

    return RecordChange(
        model.crm,
        model.object,
        entry.record_id,
        subject_id,
        facts.people.get(subject_id, ""),
        facts.grades.get(subject_id, _NO_GRADE),
        [
            FieldChange(name, shows.get(name, ""), spelled(name, entry.before[name]), spelled(name, value))
            for name, value in entry.after.items()
        ],
    )


def _set_off(part: Part, settings: Settings) -> SetOff:
    model = part.model
    written = sorted({name for entry in part.entries for name in entry.after})
    try:
        connector = settings.connect(model.crm)
        if not isinstance(connector, Automated):
            return SetOff(model.crm, model.object, unknown="this connector cannot ask for it")
        return SetOff(model.crm, model.object, connector.automations(model.object, written))
    except LeadwrightError as error:
        return SetOff(model.crm, model.object, unknown=brief(error))


def _cost(part: Part, settings: Settings) -> ObjectCost:
    model, records = part.model, len(part.entries)
    made = records if model.making else 0
    changes = [] if made else [sending.change(entry, model.guarded) for entry in part.entries]
    cost = None
    with suppress(LeadwrightError):  # a CRM that does not answer now is told above
        connector = settings.connect(model.crm)
        cost = connector.cost(model.object, changes, made) if isinstance(connector, Estimates) else None
    return ObjectCost(model.crm, model.object, records, cost)
