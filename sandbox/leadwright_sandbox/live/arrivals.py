"""New people: they arrive at the population's rate, in one CRM or both, with the flaws that records have."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from random import Random

from leadwright_sandbox.live.books import Books
from leadwright_sandbox.live.cases import Case, draw_for, fate_of
from leadwright_sandbox.live.doings import PERIOD, Doings
from leadwright_sandbox.population import hubspot_rows, salesforce_rows
from leadwright_sandbox.population.campaigns import Attribution, make_campaigns
from leadwright_sandbox.population.flaws import (
    blemish,
    company_spelling,
    mistyped,
    other_spelling,
    second_email,
)
from leadwright_sandbox.population.model import Campaign, Journey, Person, Row
from leadwright_sandbox.population.moments import DAY
from leadwright_sandbox.population.people import make_group
from leadwright_sandbox.population.world import YEAR, World

_PACE = 4 / 3  # business has grown: the last leads of the year came quicker than the average one
_EVEN = 1.0  # no growth inside a period
_COST_EVERY = 30 * DAY
_TWICE_HUBSPOT, _TWICE_SALESFORCE, _NOTICED, _DISCARDED = 0.018, 0.026, 0.3, 0.4


class Arrivals:
    """Brings people, period by period, and campaigns, year by year."""

    def __init__(self, books: Books, doings: Doings, leads: int) -> None:
        self._books, self._doings, self._note = books, doings, books.agenda.note
        self._rate, self._next = leads * _PACE * PERIOD / YEAR, leads
        self._leads = leads
        self._base = books.world.campaigns

    # -- time ----------------------------------------------------------------------------------------------------

    def begin_year(self, year: int, now: int) -> None:
        """Plan the campaigns of a year; the people of that year come through them."""
        books = self._books
        made = make_campaigns(books.seed + 1_000_003 * (year + 1), self._leads, now, now + YEAR)
        campaigns = tuple(replace(each, number=each.number + 100 * (year + 1)) for each in made)
        books.world = replace(
            books.world, campaigns=campaigns, attribution=Attribution((*campaigns, *self._base))
        )
        for campaign in campaigns:
            self._note(campaign.starts, partial(self._begin_campaign, campaign))
        self._note(now + YEAR, partial(self.begin_year, year + 1))

    def _begin_campaign(self, campaign: Campaign, now: int) -> None:
        books, owner = self._books, self._books.world.team[0]
        books.salesforce.add_campaign(campaign, owner)
        for at in [*range(now + _COST_EVERY, campaign.ends, _COST_EVERY), campaign.ends]:
            self._note(at, partial(books.salesforce.book_cost, campaign, owner))

    def begin_period(self, period: int, now: int) -> None:
        """Plan who arrives in the four weeks from `now`, and who comes back."""
        for case in self._books.cases:
            if case.person.created < now - PERIOD or period == 0:
                self._doings.come_back(case, period, now)
        for group in self._groups(period, now):
            for person in group:
                key = person.company.number if person.company else person.number
                self._note(person.created, partial(self._arrive, person, key))
        self._note(now + PERIOD, partial(self.begin_period, period + 1))

    def _groups(self, period: int, now: int) -> Iterator[list[Person]]:
        world: World = replace(self._books.world, start=now, now=now + PERIOD, growth=_EVEN)
        dice = Random(f"{world.seed}/live/people/{period}")
        left = int(self._rate + dice.random())
        while left > 0:
            group = make_group(dice, self._next, world, left)
            self._next += len(group)
            left -= len(group)
            yield group

    # -- one person ----------------------------------------------------------------------------------------------

    def _arrive(self, person: Person, key: int, now: int) -> None:
        books = self._books
        case = Case(person, Journey(), fate_of(books.seed, person), books.group_of(key))
        books.add(case)
        if person.in_hubspot:
            self._enter_hubspot(case, now)
        if person.in_salesforce:
            self._enter_salesforce(case, now)
        books.show(case, now)
        self._doings.begin(case, now)

    def _enter_hubspot(self, case: Case, now: int) -> None:
        person = case.person
        dice = draw_for(self._books.seed, person.number, "hubspot")
        known = blemish(dice, person, hubspot_rows.person_fields(person))
        case.hubspot_ids.append(self._books.hubspot.add_contact(case, known, now))
        case.shown["hubspot"] = self._books.hubspot.contact_row(case, now)
        self._books.add_card(case, "hubspot", case.hubspot_ids[0])
        if person.email and dice.random() < _TWICE_HUBSPOT:
            again: Row = {**known, "email": second_email(dice, str(known["email"])), "jobtitle": None}
            if dice.random() < 0.4:
                again["lastname"] = mistyped(dice, str(again["lastname"]))
            self._note(now + int(dice.random() * 20 * DAY), partial(self._enter_hubspot_again, case, again))
        if person.kind == "gibberish" and dice.random() < _DISCARDED:
            self._note(now + int((1 + dice.random() * 6) * DAY), partial(self._discard, case))

    def _enter_hubspot_again(self, case: Case, again: Row, now: int) -> None:
        case.hubspot_ids.append(self._books.hubspot.add_duplicate(again))
        self._books.dirty[case.row] = case
        dice = draw_for(self._books.seed, case.person.number, "hubspot again")
        if dice.random() < _NOTICED:
            self._note(now + int((1 + dice.random() * 9) * DAY), partial(self._merge_contacts, case))

    def _merge_contacts(self, case: Case, now: int) -> None:
        self._books.merge_contacts(case)

    def _enter_salesforce(self, case: Case, now: int) -> None:
        person, books = case.person, self._books
        dice = draw_for(books.seed, person.number, "salesforce")
        known = salesforce_rows.person_fields(person)
        if person.email and (person.in_hubspot or dice.random() < 0.1):
            known["Email"] = other_spelling(dice, person.email)
        known["Company"] = company_spelling(dice, str(known["Company"]))
        blemish(dice, person, known)
        case.salesforce_ids.append(books.salesforce.add_lead(case, known, now))
        case.shown["salesforce"] = books.salesforce.lead_row(case, now)
        books.add_card(case, "salesforce", case.salesforce_ids[0])
        if person.campaign is not None:
            came = person.campaign.kind == "Conference"
            books.salesforce.add_member(case, person.campaign, came, now)
        if person.email and dice.random() < _TWICE_SALESFORCE:
            same = dice.random() < 0.5
            email = str(known["Email"])
            again: Row = {**known, "Email": email if same else second_email(dice, email), "Title": None}
            self._note(
                now + int(dice.random() * 20 * DAY), partial(self._enter_salesforce_again, case, again)
            )
        if person.kind == "gibberish" and dice.random() < _DISCARDED:
            self._note(now + int((1 + dice.random() * 6) * DAY), partial(self._discard, case))

    def _enter_salesforce_again(self, case: Case, again: Row, now: int) -> None:
        case.salesforce_ids.append(self._books.salesforce.add_duplicate(case, again))
        self._books.dirty[case.row] = case
        dice = draw_for(self._books.seed, case.person.number, "salesforce again")
        if dice.random() < _NOTICED:
            self._note(now + int((1 + dice.random() * 9) * DAY), partial(self._merge_leads, case))

    def _merge_leads(self, case: Case, now: int) -> None:
        author = case.owner or self._books.world.team[0]
        winner, loser = case.salesforce_ids[:2]
        self._books.salesforce.merge_leads(winner, loser, author)

    def _discard(self, case: Case, now: int) -> None:
        """Somebody notices nonsense and puts it in the recycle bin, unless a rep is at it."""
        if case.journey.touched_at is not None:
            return
        for card in case.cards:
            if not card.gone and card.crm == "hubspot":
                self._books.hubspot.archive_contact(card.id)
            elif not card.gone:
                self._books.salesforce.delete_lead(card.id, self._books.world.team[0])
            card.gone = True
