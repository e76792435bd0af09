"""What is wrong, since when, and who was told of it: the state that makes one notice of one change.

It knows no clock, no file and no Prefect. What is wrong has a state in a word or two; another state is news, and so is
its end; the same state again is none. A destination is due a notice whenever what it was last told differs from how it
is, so one that could not be reached is told by the next run, and is told nothing where it is over meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from leadwright.notices.destinations import Plan

FINE = ""
"""The state of what is as it should be."""


@dataclass(frozen=True, slots=True)
class Condition:
    """How something is at the moment. What nobody can judge at the moment has none, and stays as it was.

    Attributes:
        subject: names it for ever, such as `run/qualify`.
        kind: one of `destinations.KINDS`.
        state: how it is wrong, in a word or two; `FINE` where it is not.
        since: when that began; None: now.
        facts: what a notice tells: counts, names of sources and runs, what to do.
    """

    subject: str
    kind: str
    state: str = FINE
    since: datetime | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Told:
    """What a destination was last told of a subject, and when."""

    condition: Condition
    at: datetime


@dataclass(frozen=True, slots=True)
class Notice:
    """What a destination is to be told.

    Attributes:
        condition: how it is now.
        before: what the destination was told last; None: nothing.
    """

    destination: str
    condition: Condition
    before: Condition | None

    @property
    def is_over(self) -> bool:
        """Whether it tells of an end."""
        return self.condition.state == FINE

    @property
    def since(self) -> datetime | None:
        """When what it tells of began."""
        return self.before.since if self.is_over and self.before else self.condition.since

    @property
    def facts(self) -> dict[str, Any]:
        """What it tells; of an end also what was told of the beginning."""
        return {**(self.before.facts if self.is_over and self.before else {}), **self.condition.facts}


@dataclass(slots=True)
class Book:
    """What is wrong or was, by subject; what each destination was told of it; why one could not be reached."""

    subjects: dict[str, Condition] = field(default_factory=dict)
    told: dict[str, dict[str, Told]] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)

    def faults(self) -> list[Condition]:
        """What is wrong, the oldest first."""
        wrong = [each for each in self.subjects.values() if each.state != FINE]
        return sorted(wrong, key=lambda each: (str(each.since), each.subject))

    def note(self, conditions: Iterable[Condition], now: datetime) -> None:
        """Take over how things are at the moment; what goes on keeps its beginning."""
        for condition in conditions:
            known = self.subjects.get(condition.subject)
            if known is None and condition.state == FINE:
                continue
            goes_on = known is not None and known.state == condition.state != FINE
            since = known.since if known and goes_on else condition.since or now
            self.subjects[condition.subject] = Condition(
                condition.subject, condition.kind, condition.state, since, condition.facts
            )

    def due(self, plan: Plan) -> Iterator[Notice]:
        """What is still to be told, to whom."""
        for condition in self.subjects.values():
            for name in plan.told_of(condition.kind):
                told = self.told.get(name, {}).get(condition.subject)
                if condition.state != (told.condition.state if told else FINE):
                    yield Notice(name, condition, told.condition if told else None)

    def told_of(self, fault: Condition, plan: Plan) -> dict[str, datetime | None]:
        """Who is told of what is wrong, and when he was; None: not yet."""
        found: dict[str, datetime | None] = {}
        for name in plan.told_of(fault.kind):
            told = self.told.get(name, {}).get(fault.subject)
            found[name] = told.at if told and told.condition.state == fault.state else None
        return found

    def delivered(self, notice: Notice, now: datetime) -> None:
        """Note that a destination was told."""
        told = self.told.setdefault(notice.destination, {})
        if notice.is_over:
            told.pop(notice.condition.subject, None)
        else:
            told[notice.condition.subject] = Told(notice.condition, now)

    def settle(self, plan: Plan) -> None:
        """Forget what is over and was told so, and destinations that are no more."""
        self.told = {name: told for name, told in self.told.items() if name in plan.destinations and told}
        self.failures = {name: why for name, why in self.failures.items() if name in plan.destinations}
        waiting = {notice.condition.subject for notice in self.due(plan)}
        self.subjects = {
            name: each for name, each in self.subjects.items() if each.state != FINE or name in waiting
        }
        for told in self.told.values():
            for subject in [name for name in told if name not in self.subjects]:
                del told[subject]
