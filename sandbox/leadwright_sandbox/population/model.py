"""What the population is made of before any CRM spells it: companies, people, reps, campaigns and what they do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from leadwright_sandbox.population.countries import Country
from leadwright_sandbox.population.moments import DAY, Calendar
from leadwright_sandbox.population.trades import Industry, Source

Value = str | int | float | bool | None
Row = dict[str, Value]


@dataclass(frozen=True, slots=True)
class Rep:
    """A sales rep, known to both CRMs by the same e-mail; `skill` by segment and `pace` are hidden."""

    number: int
    first: str
    last: str
    email: str
    languages: tuple[str, ...]
    country: Country
    calendar: Calendar
    skill: Mapping[str, float]
    pace: float
    neglect: float
    left_at: int | None = None


@dataclass(frozen=True, slots=True)
class Campaign:
    """A marketing campaign and what it cost."""

    number: int
    name: str
    kind: str
    source: str
    starts: int
    ends: int
    cost: int
    budget: int
    sent: int


@dataclass(slots=True)
class Company:
    """A company; `demand` (0..1) and `fit` (0..1) are hidden."""

    number: int
    name: str
    domain: str
    industry: Industry
    employees: int
    revenue: int
    country: Country
    city: str
    segment: str
    fit: float
    demand: float
    wakes: int
    scans_links: bool


@dataclass(slots=True)
class Person:
    """A person who is a lead in one CRM or both; `fit`, `intent` (0..1) and `quality` (z) are hidden."""

    number: int
    kind: str
    company: Company | None
    first: str | None
    last: str
    email: str | None
    title: str | None
    level: int
    department: str
    language: str
    country: Country
    phone: str | None
    role: str
    source: Source
    campaign: Campaign | None
    created: int
    in_hubspot: bool
    in_salesforce: bool
    fit: float
    intent: float
    quality: float


class Activity(NamedTuple):
    """One thing that was done: `at` when it was recorded, `due` when it takes or took place."""

    at: int
    kind: str
    rep: Rep | None
    subject: str
    due: int
    seconds: int = 0
    outcome: str = ""


@dataclass(slots=True)
class Deal:
    """A sale to one company in one CRM, shared by the buying group.

    `closes`, `wins` and `lost_because` may lie ahead and are hidden until then; `hoped` is the rep's first guess.
    """

    crm: str
    company: Company | None
    rep: Rep
    opened: int
    closes: int
    hoped: int
    wins: bool
    lost_because: str | None
    amount: int
    stages: list[int]  # when each open stage was entered
    members: list[Person] = field(default_factory=list)

    def closed_by(self, now: int) -> bool:
        """Whether it is decided at `now`."""
        return self.closes <= now

    def close_shown(self, now: int) -> int:
        """The closing date that the CRM shows: the rep's guess, put off while it passes, and the truth at last."""
        return self.closes if self.closes <= now else max(self.hoped, now + 7 * DAY)

    def stage_at(self, now: int) -> int:
        """The stage at `now`: 0..4 open, 5 won, 6 lost."""
        if self.closes <= now:
            return 5 if self.wins else 6
        return max(0, sum(1 for entered in self.stages if entered <= now) - 1)


@dataclass(slots=True)
class Journey:
    """What one person did and what was done for him; moments after now are cut off by whoever writes rows."""

    visits: list[int] = field(default_factory=list)
    page_views: int = 0
    last_page: str = "/"
    forms: list[tuple[int, str]] = field(default_factory=list)
    delivered: int = 0
    opened: int = 0
    clicked: int = 0
    sent_at: int | None = None
    open_at: int | None = None
    click_at: int | None = None
    machine_clicks: int = 0
    proxy_opens: bool = False
    bounced_at: int | None = None
    opted_out_at: int | None = None
    mql_at: int | None = None
    mql_chance: float = 0.0
    rep: Rep | None = None
    assigned_at: int | None = None
    touched_at: int | None = None
    sql_at: int | None = None
    sql_chance: float = 0.0
    win_chance: float = 0.0
    refused_at: int | None = None
    refusal: str | None = None
    deal: Deal | None = None
    joined_at: int | None = None
    is_drawn_in: bool = False  # accepted because colleagues were buying
    activities: list[Activity] = field(default_factory=list)
