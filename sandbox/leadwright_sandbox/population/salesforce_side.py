"""Brings groups of people into Salesforce: leads, conversions, and the flaws that records have there."""

from __future__ import annotations

from random import Random

from leadwright_sandbox.population.flaws import (
    blemish,
    company_spelling,
    mistyped,
    other_spelling,
    second_email,
)
from leadwright_sandbox.population.identifiers import Ids
from leadwright_sandbox.population.model import Campaign, Deal, Journey, Person, Row
from leadwright_sandbox.population.moments import DAY, date_of
from leadwright_sandbox.population.records import Population
from leadwright_sandbox.population.reps import Desk
from leadwright_sandbox.population.salesforce_rows import SalesforceWriter, person_fields
from leadwright_sandbox.population.sharing import activities_in, deal_in, deal_name, entered_again
from leadwright_sandbox.population.team_rows import user_id
from leadwright_sandbox.population.world import World

_DELETED, _MERGED, _ENTERED_TWICE, _TARGET_ACCOUNT, _STRAY = 0.002, 0.004, 0.026, 0.06, 0.012


class SalesforceSide:
    """One block's Salesforce records."""

    def __init__(self, population: Population, ids: Ids, rng: Random, world: World) -> None:
        self._rows = population.salesforce
        self._write = SalesforceWriter(population, ids, world.now)
        self._rng, self._desk, self._now = rng, world.desk, world.now
        self._attribution = world.attribution

    def add(self, group: list[tuple[Person, Journey]]) -> dict[int, list[str]]:
        """Write a group; return the lead ids of each person."""
        here = [pair for pair in group if pair[0].in_salesforce]
        deals: dict[int, str] = {}
        found = {}
        if here:
            account = _Account(self._write, self._rng, self._desk, here[0][0])
            found = {person.number: self._person(person, journey, account, deals) for person, journey in here}
        for person, _ in group:
            if not person.in_salesforce and person.email and self._rng.random() < _STRAY:
                shown = blemish(self._rng, person, person_fields(person))
                found[person.number] = [self._again(person, shown, second_email(self._rng, person.email))]
        return found

    def _person(
        self, person: Person, journey: Journey, account: _Account, deals: dict[int, str]
    ) -> list[str]:
        rng = self._rng
        shown = person_fields(person)
        if person.email and (person.in_hubspot or rng.random() < 0.1):
            shown["Email"] = other_spelling(rng, person.email)
        shown["Company"] = company_spelling(rng, str(shown["Company"]))
        blemish(rng, person, shown)
        deal = deal_in("salesforce", journey, self._now)
        converted = self._convert(person, journey, shown, deal, account, deals) if deal else {}
        lead_id = self._write.lead(person, journey, shown, converted)
        if not converted and rng.random() < _DELETED:
            self._rows["Lead"][-1]["IsDeleted"] = True
            return [lead_id]
        who = converted.get("ConvertedContactId")
        for campaign, at, answered in self._campaigns(person, journey):
            self._write.member(campaign, at, answered, lead_id, who)
        for activity in activities_in("salesforce", person, journey, self._now):
            what = converted.get("ConvertedOpportunityId") if deal and activity.at >= deal.opened else None
            self._write.activity(activity, who or lead_id, what)
        if person.email and rng.random() < _ENTERED_TWICE:
            return [lead_id, self._second(person, shown, lead_id)]
        return [lead_id]

    def _campaigns(self, person: Person, journey: Journey) -> list[tuple[Campaign, int, bool]]:
        """Campaigns with the moment of joining and whether the person answered: his source and his forms."""
        source, found = person.campaign, {}
        if source is not None:
            came = source.kind == "Conference" or (bool(journey.forms) and source.kind != "List")
            found[source.number] = (source, person.created, came)
        for at, form in journey.forms:
            campaign = self._attribution.campaign_of_form(form)
            if campaign.number not in found or not found[campaign.number][2]:
                found[campaign.number] = (campaign, at, True)
        return list(found.values())

    def _convert(
        self,
        person: Person,
        journey: Journey,
        shown: Row,
        deal: Deal,
        account: _Account,
        deals: dict[int, str],
    ) -> dict[str, str]:
        at = journey.joined_at or deal.opened
        account_id = account.id_at(at, user_id(deal.rep))
        contact_id = self._write.contact(person, journey, shown, account_id, at)
        primary = id(deal) not in deals
        if primary:
            deals[id(deal)] = self._write.opportunity(deal, deal_name(person), person, account_id)
        self._write.role(deals[id(deal)], contact_id, person, primary, at)
        return {
            "ConvertedDate": date_of(at),
            "ConvertedAccountId": account_id,
            "ConvertedContactId": contact_id,
            "ConvertedOpportunityId": deals[id(deal)],
        }

    def _second(self, person: Person, shown: Row, lead_id: str) -> str:
        """A second lead of the same person, at times merged into the first one since."""
        rng, email = self._rng, str(shown["Email"])
        second = self._again(person, shown, email if rng.random() < 0.5 else second_email(rng, email))
        if rng.random() < _MERGED / _ENTERED_TWICE:
            self._rows["Lead"][-1] |= {"IsDeleted": True, "MasterRecordId": lead_id}
        return second

    def _again(self, person: Person, shown: Row, email: str) -> str:
        rng = self._rng
        again: Row = {**shown, "Email": email, "Title": None, "Phone": None}
        again["Company"] = company_spelling(rng, str(shown["Company"]))
        if rng.random() < 0.4:
            again["LastName"] = mistyped(rng, str(again["LastName"]))
        return self._write.lead(entered_again(rng, person, self._now), Journey(), again, {})


class _Account:
    """A group's account: made on the first conversion, or long before for a company that sales wants to win."""

    def __init__(self, write: SalesforceWriter, rng: Random, desk: Desk, person: Person) -> None:
        self._write, self._person, self._id = write, person, ""
        if person.company and person.company.employees > 50 and rng.random() < _TARGET_ACCOUNT:
            before = person.company.wakes - int((10 + rng.random() * 300) * DAY)
            owner = desk.rep_for(rng, person.country, person.country.language, before)
            self.id_at(before, user_id(owner))

    def id_at(self, at: int, owner: str) -> str:
        """The account's id; it is written at `at` unless it was there."""
        if not self._id:
            self._id = self._write.account(self._person, at, owner)
        return self._id
