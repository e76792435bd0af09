"""A case: one person whom the live sandbox goes on with, what is hidden about him and what the CRMs show of him."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random

from leadwright_sandbox.population.deals import amount_for, win_odds
from leadwright_sandbox.population.model import Activity, Deal, Journey, Person, Rep, Row
from leadwright_sandbox.population.selling import sql_odds


@dataclass(slots=True)
class Card:
    """One CRM's record of a person as a rep reads it; `owned` also where the owner is nobody who sells here.

    Attributes:
        crm: `hubspot` (a contact) or `salesforce` (a lead).
        id: of the record; another one after a merge in HubSpot.
        person: whose record it is, by number.
        grade, score, due: what was written back; `due` in seconds since 1970.
        gone: archived, deleted, merged away or converted.
    """

    crm: str
    id: str
    person: int
    owner: Rep | None = None
    owned: bool = False
    grade: str = ""
    score: float | None = None
    due: int | None = None
    gone: bool = False

    @property
    def has_signs(self) -> bool:
        """Whether anything was written that tells a rep which lead comes first."""
        return bool(self.grade) or self.score is not None or self.due is not None


@dataclass(frozen=True, slots=True)
class Fate:
    """What is decided about a person before anybody answers: the dice are cast once, whoever answers and when.

    The lead qualifies if `sql_draw` is below its chance, and its deal is won if `win_draw` is; so the same person
    earns more with a better answer, never less.
    """

    sql_odds: float
    sql_draw: float
    deal_draw: float
    neglect_draw: float
    win_draw: float
    amount: int


@dataclass(slots=True)
class Sale:
    """A deal of a buying group, with its record."""

    deal: Deal
    opener: Case
    record_id: str
    shown: Row = field(default_factory=dict)


@dataclass(slots=True)
class Group:
    """The people of one company, with their deals."""

    key: int
    cases: list[Case] = field(default_factory=list)
    sales: list[Sale] = field(default_factory=list)
    account_id: str = ""


@dataclass(slots=True)
class Logged:
    """An activity that still changes, with its record in one CRM."""

    crm: str
    object_name: str
    record_id: str
    activity: Activity
    shown: Row


@dataclass(slots=True)
class Case:
    """One person.

    Attributes:
        row: the number of his row in the truth.
        written: which of the journey's activities are in the CRMs, by their place.
        planned: moments at which something of him is due to show.
        forgotten: nobody works on the lead unless something reminds the rep.
        sent: how many of the journey's forms HubSpot knows.
        expected: the chance to win that the first answer gave: to qualify, to get a deal and to close it.
    """

    person: Person
    journey: Journey
    fate: Fate
    group: Group
    row: int = 0
    expected: float = 0.0
    cards: list[Card] = field(default_factory=list)
    shown: dict[str, Row] = field(default_factory=dict)
    logged: list[Logged] = field(default_factory=list)
    written: set[int] = field(default_factory=set)
    planned: set[int] = field(default_factory=set)
    forgotten: bool = False
    sent: int = 0
    contact_id: str = ""
    hubspot_ids: list[str] = field(default_factory=list)
    salesforce_ids: list[str] = field(default_factory=list)

    @property
    def home(self) -> str:
        """The CRM in which the person is sold to."""
        return "salesforce" if self.person.in_salesforce else "hubspot"

    def card(self, crm: str) -> Card | None:
        """The record in `crm`, while it is there."""
        return next((card for card in self.cards if card.crm == crm and not card.gone), None)

    def _live(self) -> Iterator[Card]:
        yield from (card for card in self.cards if not card.gone)

    @property
    def owned(self) -> bool:
        """Whether a CRM shows an owner."""
        return any(card.owned for card in self._live())

    @property
    def owner(self) -> Rep | None:
        """Who answers: the owner in the CRM where the person is sold to, else in the other one."""
        return next((card.owner for card in self._live() if card.owner), None)

    @property
    def signs(self) -> Card | None:
        """The record that tells a rep what was written back, if one does."""
        return next((card for card in self._live() if card.has_signs), None)

    @property
    def is_open(self) -> bool:
        """Whether the lead waits for a first answer."""
        journey = self.journey
        return journey.mql_at is not None and journey.touched_at is None and any(self._live())


def draw_for(seed: int, number: int, concern: str) -> Random:
    """The dice of one person and one concern: nothing that happens to others changes them."""
    return Random(f"{seed}/live/{number}/{concern}")


def fate_of(seed: int, person: Person) -> Fate:
    """The person's fate; members of one company share what a deal is worth and whether it is won."""
    own, company = draw_for(seed, person.number, "fate"), person.company
    shared = company.number if company else person.number
    return Fate(
        sql_odds=sql_odds(person),
        sql_draw=own.random(),
        deal_draw=own.random(),
        neglect_draw=own.random(),
        win_draw=draw_for(seed, shared, "deal").random(),
        amount=amount_for(draw_for(seed, shared, "amount"), company),
    )


def hidden_row(case: Case) -> Row:
    """The potential outcomes of a person, as the truth tells them."""
    fate = case.fate
    return {
        "sql_odds": round(fate.sql_odds, 4),
        "win_odds": round(win_odds(case.person, 1), 4),
        "sql_draw": round(fate.sql_draw, 6),
        "deal_draw": round(fate.deal_draw, 6),
        "win_draw": round(fate.win_draw, 6),
        "amount_if_won": fate.amount,
    }
