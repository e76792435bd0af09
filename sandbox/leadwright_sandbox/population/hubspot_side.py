"""Brings groups of people into HubSpot, with the flaws that records have there."""

from __future__ import annotations

from random import Random

from leadwright_sandbox.population.flaws import blemish, mistyped, second_email
from leadwright_sandbox.population.hubspot_rows import HubSpotWriter, person_fields
from leadwright_sandbox.population.identifiers import Ids
from leadwright_sandbox.population.model import Deal, Journey, Person, Row
from leadwright_sandbox.population.records import Population, filled
from leadwright_sandbox.population.sharing import activities_in, deal_in, deal_name, entered_again

_ARCHIVED, _MERGED, _ENTERED_TWICE, _NOT_LINKED, _STRAY = 0.0025, 0.004, 0.018, 0.04, 0.02


class HubSpotSide:
    """One block's HubSpot records."""

    def __init__(self, population: Population, ids: Ids, rng: Random, now: int) -> None:
        self._rows = population.hubspot
        self._write = HubSpotWriter(population, ids, now)
        self._ids, self._rng, self._now = ids, rng, now

    def add(self, group: list[tuple[Person, Journey]]) -> dict[int, list[str]]:
        """Write a group; return the contact ids of each person."""
        here = [pair for pair in group if pair[0].in_hubspot]
        deals: dict[int, str] = {}
        found = {}
        if here:
            company_id = self._company(here)
            found = {
                person.number: self._person(person, journey, company_id, deals) for person, journey in here
            }
        for person, _ in group:
            if not person.in_hubspot and person.email and self._rng.random() < _STRAY:
                found[person.number] = [
                    self._second(person, blemish(self._rng, person, person_fields(person)))
                ]
        return found

    def _company(self, group: list[tuple[Person, Journey]]) -> str | None:
        """The company record; HubSpot makes none from a free mailbox."""
        person = group[0][0]
        if person.company is None or person.kind == "free_mail":
            return None
        created = min(person.created for person, _ in group)
        reps = [j.rep for _, j in group if j.rep and j.assigned_at is not None and j.assigned_at <= self._now]
        return self._write.company(person.company, created, reps[0] if reps else None)

    def _person(
        self, person: Person, journey: Journey, company_id: str | None, deals: dict[int, str]
    ) -> list[str]:
        rng = self._rng
        shown = blemish(rng, person, person_fields(person))
        archived = rng.random() < _ARCHIVED and journey.deal is None
        linked = None if archived or rng.random() < _NOT_LINKED else company_id
        merged = not archived and rng.random() < _MERGED
        former = [self._ids.hubspot("contacts") for _ in range(2)] if merged else []
        contact_id = self._write.contact(person, journey, shown, linked)
        row = self._rows["contacts"][-1]
        if archived:
            row |= {"archived": "true", "archived_at": row["lastmodifieddate"]}
            return [contact_id]
        if former:
            self._merge(row, former, shown)
        self._write.forms(journey, shown, contact_id)
        for activity in activities_in("hubspot", person, journey, self._now):
            self._write.activity(activity, person, journey, contact_id)
        deal = deal_in("hubspot", journey, self._now)
        if deal is not None:
            self._join(deal, person, contact_id, linked, deals)
        if person.email and rng.random() < _ENTERED_TWICE:
            return [contact_id, self._second(person, shown), *former]
        return [contact_id, *former]

    def _merge(self, row: Row, former: list[str], shown: Row) -> None:
        """The two contacts in whose place the one of `row` came, in the recycle bin."""
        primary, other = former
        dice = Random(f"{row['hs_object_id']}/merged")  # of its own: nobody else's draws move
        row["hs_merged_object_ids"] = ";".join(former)
        dates = {
            "createdate": row["createdate"],
            "lastmodifieddate": row["lastmodifieddate"],
            "archived": "true",
            "archived_at": row["lastmodifieddate"],
        }
        known = {**shown, "lifecyclestage": "lead", "hs_v2_date_entered_lead": row["createdate"]}
        self._rows["contacts"].append(filled({"hs_object_id": primary, **known, **dates}))
        email = shown.get("email")
        if email:
            row["hs_additional_emails"] = known["email"] = second_email(dice, str(email))
        self._rows["contacts"].append(filled({"hs_object_id": other, **known, **dates}))

    def _join(
        self, deal: Deal, person: Person, contact_id: str, company_id: str | None, deals: dict[int, str]
    ) -> None:
        if id(deal) not in deals:
            deals[id(deal)] = self._write.deal(deal, deal_name(person), company_id)
        self._write.link_deal(deals[id(deal)], contact_id)

    def _second(self, person: Person, shown: Row) -> str:
        """A second contact of the same person: HubSpot keeps e-mails unique, so this one differs."""
        rng = self._rng
        again: Row = {
            **shown,
            "email": second_email(rng, str(shown["email"])),
            "jobtitle": None,
            "phone": None,
        }
        if rng.random() < 0.4:
            again["lastname"] = mistyped(rng, str(again["lastname"]))
        twin = entered_again(rng, person, self._now)
        return self._write.contact(twin, Journey(visits=[twin.created], page_views=1), again, None)
