"""Takes over the made population where it ends: what it had planned for people after that moment is decided anew.

What was begun goes on: open deals, first answers that were given, meetings and tasks that lie ahead.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import Any

from leadwright_sandbox.live.books import Books
from leadwright_sandbox.live.cases import Case, Sale, fate_of
from leadwright_sandbox.live.doings import Doings
from leadwright_sandbox.live.sales import Sales
from leadwright_sandbox.population.blocks import BLOCK, groups_of
from leadwright_sandbox.population.hubspot_rows import deal_fields as hubspot_deal
from leadwright_sandbox.population.model import Deal, Journey, Person
from leadwright_sandbox.population.moments import MINUTE
from leadwright_sandbox.population.salesforce_rows import deal_fields as salesforce_deal
from leadwright_sandbox.population.sharing import activities_in, deal_name
from leadwright_sandbox.population.world import World


def people(world: World, leads: int) -> Iterator[list[tuple[Person, Journey]]]:
    """The made population's groups, in the order of the truth."""
    for block, first in enumerate(range(0, leads, BLOCK)):
        yield from groups_of(world, block, min(BLOCK, leads - first))


class Beginning:
    """Opens a case for everybody who is there already."""

    def __init__(self, books: Books, doings: Doings, sales: Sales) -> None:
        self._books, self._doings, self._sales = books, doings, sales
        self._now = books.started

    def take_over(self, leads: int, truth: Iterable[Mapping[str, Any]]) -> None:
        """Open a case for each of the made population's `leads` people; `truth` has their rows in order."""
        rows = iter(truth)
        for group in people(self._books.world, leads):
            for person, journey in group:
                self._open(person, journey, next(rows))
        self._books.signs.read()
        for case in self._books.cases:
            self._go_on(case)

    def _open(self, person: Person, journey: Journey, row: Mapping[str, Any]) -> None:
        books, now = self._books, self._now
        key = person.company.number if person.company else person.number
        case = Case(person, journey, fate_of(books.seed, person), books.group_of(key))
        case.hubspot_ids = [each for each in str(row["hubspot_ids"]).split(";") if each]
        case.salesforce_ids = [each for each in str(row["salesforce_ids"]).split(";") if each]
        books.add(case)
        if person.in_hubspot:
            books.add_card(case, "hubspot", case.hubspot_ids[0])
            case.shown["hubspot"] = books.hubspot.contact_row(case, now)
            case.sent = len(journey.forms)
        if person.in_salesforce:
            books.add_card(case, "salesforce", case.salesforce_ids[0])
            case.shown["salesforce"] = books.salesforce.lead_row(case, now)
            became = books.salesforce.became(case.salesforce_ids[0])
            case.contact_id = became.get("ConvertedContactId", "")
            case.group.account_id = case.group.account_id or became.get("ConvertedAccountId", "")

    def _go_on(self, case: Case) -> None:
        journey, now = case.journey, self._now
        self._find_ahead(case)
        deal = journey.deal
        if deal is not None and journey.joined_at is not None and journey.joined_at <= now:
            self._find_deal(case, deal)
        elif journey.touched_at is not None and journey.touched_at <= now:
            self._sell_on(case)
        else:
            self._wait_on(case)
        case.written = {place for place, each in enumerate(journey.activities) if each.at <= now}
        self._books.plan(case, now)
        self._doings.go_on_writing(case, now)

    def _find_ahead(self, case: Case) -> None:
        """Meetings and tasks that lie ahead, with their records."""
        books, now = self._books, self._now
        ahead = [each for each in case.journey.activities if each.at <= now < each.due + each.seconds]
        for activity in ahead:
            for card in case.cards:
                if activity not in activities_in(card.crm, case.person, case.journey, now):
                    continue
                hand = books.hubspot if card.crm == "hubspot" else books.salesforce
                logged = hand.find_logged(case, activity, now)
                case.logged += [logged] if logged else []

    def _find_deal(self, case: Case, deal: Deal) -> None:
        books, now = self._books, self._now
        if deal.closes <= now or books.sale_of(case.group, deal) is not None:
            return
        if deal.crm == "hubspot":
            card = case.card("hubspot")
            record_id = books.hubspot.deal_of(card) if card else None
            shown = hubspot_deal(deal, deal_name(case.person), now)
        else:
            record_id = books.salesforce.became(case.salesforce_ids[0]).get("ConvertedOpportunityId")
            shown = salesforce_deal(deal, now)
        if record_id:
            books.follow(Sale(deal, case, record_id, shown), now)

    def _sell_on(self, case: Case) -> None:
        """Somebody who was answered: his meeting stays as planned, the deal is decided when he qualifies."""
        journey, now = case.journey, self._now
        had_deal, deal = journey.deal is not None, journey.deal
        journey.deal, journey.joined_at = None, None
        if journey.is_drawn_in and (journey.sql_at or 0) > now:
            journey.sql_at, journey.is_drawn_in = None, False
        if deal is not None:
            _forget_from(journey, max(now, deal.opened - 1))
        if journey.sql_at is not None and (journey.sql_at > now or had_deal):
            self._books.agenda.note(max(journey.sql_at, now + MINUTE), partial(self._sales.qualified, case))

    def _wait_on(self, case: Case) -> None:
        """Somebody who waits for an answer, or for nothing."""
        journey, now = case.journey, self._now
        assigned, answered = journey.assigned_at, journey.touched_at
        if journey.is_drawn_in and (journey.mql_at or 0) > now:
            journey.mql_at = None
        if journey.touched_at is not None:
            _forget_from(journey, now)
        journey.touched_at = journey.sql_at = journey.joined_at = journey.refused_at = None
        journey.deal, journey.refusal, journey.is_drawn_in = None, None, False
        if journey.mql_at is None:
            return
        if assigned is not None and assigned > now:
            journey.rep, journey.assigned_at = None, None
        case.forgotten = answered is None
        self._sales.enlist(case, now)
        if not case.forgotten and not case.owned:
            self._books.agenda.note(max(assigned or now, now + MINUTE), partial(self._sales.assign, case))


def _forget_from(journey: Journey, moment: int) -> None:
    """Drop what would have been done after `moment`, apart from what machines send."""
    journey.activities[:] = [
        each for each in journey.activities if each.at <= moment or each.kind in ("auto_out", "mass_out")
    ]
