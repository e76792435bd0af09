"""Keeps the books: every case, and both CRMs brought to what the cases say at a moment."""

from __future__ import annotations

from functools import partial

from leadwright_sandbox.hubspot import HubSpot
from leadwright_sandbox.live.agenda import Agenda
from leadwright_sandbox.live.cases import Card, Case, Group, Logged, Sale
from leadwright_sandbox.live.hubspot_hand import HubSpotHand
from leadwright_sandbox.live.salesforce_hand import SalesforceHand
from leadwright_sandbox.live.signs import Signs
from leadwright_sandbox.population.model import Activity, Deal, Rep
from leadwright_sandbox.population.sharing import activities_in
from leadwright_sandbox.population.world import World
from leadwright_sandbox.salesforce import Salesforce


class Books:
    """All cases; `dirty` are those whose truth has changed since it was last told."""

    def __init__(self, world: World, hubspot: HubSpot, salesforce: Salesforce, agenda: Agenda) -> None:
        self.world, self.agenda, self.seed = world, agenda, world.seed
        self.started = agenda.now
        self.hubspot, self.salesforce = HubSpotHand(hubspot), SalesforceHand(salesforce)
        self.signs = Signs(hubspot, salesforce, world.team)
        self.cases: list[Case] = []
        self.groups: dict[int, Group] = {}
        self.dirty: dict[int, Case] = {}

    def add(self, case: Case) -> None:
        """Keep a case from now on; its row in the truth comes after all others'."""
        self.cases.append(case)
        case.row = len(self.cases)
        case.group.cases.append(case)
        self.dirty[case.row] = case

    def group_of(self, key: int) -> Group:
        """The group of the company, or of the single person, with this number."""
        return self.groups.setdefault(key, Group(key))

    def add_card(self, case: Case, crm: str, record_id: str) -> None:
        """Note the record of a case in a CRM; the one where the person is sold to comes first."""
        card = Card(crm, record_id, case.person.number)
        case.cards.insert(0 if crm == case.home else len(case.cards), card)
        self.signs.watch(card)

    def merge_contacts(self, case: Case) -> None:
        """Merge the first two contacts of a case; its card is that of the new one from then on."""
        first, again = case.hubspot_ids[:2]
        there = self.hubspot.merge_contacts(first, again)
        if there is None:
            return
        case.hubspot_ids.insert(0, there)
        self.dirty[case.row] = case
        if card := case.card("hubspot"):
            self.signs.move(card, there)

    def assign(self, case: Case, rep: Rep) -> None:
        """Make `rep` the owner in every CRM that shows none; what others wrote stays."""
        for card in case.cards:
            if not card.gone and not card.owned:
                (self.hubspot if card.crm == "hubspot" else self.salesforce).assign(card, rep)
                card.owner, card.owned = rep, True

    def show(self, case: Case, now: int) -> None:
        """Bring both CRMs to what they show of a case at `now`, and note when something more is due."""
        journey = case.journey
        if journey.rep and journey.assigned_at is not None and journey.assigned_at <= now and not case.owned:
            self.assign(case, journey.rep)
        for card in case.cards:
            if not card.gone:
                (self.hubspot if card.crm == "hubspot" else self.salesforce).show(case, card, now)
        self._log(case, now)
        self._relog(case, now)
        self.dirty[case.row] = case
        self.plan(case, now)

    def plan(self, case: Case, now: int) -> None:
        """Show the case again whenever something of it is due."""
        for at in _moments(case):
            if at > now and at not in case.planned:
                case.planned.add(at)
                self.agenda.note(at, partial(self.show, case))

    def show_deal(self, sale: Sale, now: int) -> None:
        """Bring the deal and its people to `now`."""
        if sale.deal.crm == "hubspot":
            self.hubspot.show_deal(sale, now)
        else:
            self.salesforce.show_deal(sale, now)

    def follow(self, sale: Sale, now: int) -> None:
        """Move a deal from stage to stage as its course says."""
        sale.opener.group.sales.append(sale)
        for at in {*sale.deal.stages[1:], sale.deal.closes}:
            if at > now:
                self.agenda.note(at, partial(self.show_deal, sale))

    def sale_of(self, group: Group, deal: Deal) -> Sale | None:
        """The deal's record, if it has one."""
        return next((sale for sale in group.sales if sale.deal is deal), None)

    def _log(self, case: Case, now: int) -> None:
        journey = case.journey
        fresh = [
            (place, activity)
            for place, activity in enumerate(journey.activities)
            if place not in case.written and activity.at <= now
        ]
        if not fresh:
            return
        here = {
            crm: {id(each) for each in activities_in(crm, case.person, journey, now)}
            for crm in ("hubspot", "salesforce")
        }
        for place, activity in sorted(fresh, key=lambda each: each[1].at):
            case.written.add(place)
            for logged in self._logged(case, activity, now, here):
                if _changes_later(activity, now):
                    case.logged.append(logged)

    def _logged(self, case: Case, activity: Activity, now: int, here: dict[str, set[int]]) -> list[Logged]:
        made = []
        for card in case.cards:
            if id(activity) not in here[card.crm]:
                continue
            if card.crm == "hubspot" and not card.gone:
                made.append(self.hubspot.log(case, card, activity, now))
            elif card.crm == "salesforce" and self.salesforce.reaches(case, card):
                made.append(self.salesforce.log(case, card, activity, now))
        return made

    def _relog(self, case: Case, now: int) -> None:
        for logged in case.logged:
            if logged.crm == "hubspot":
                self.hubspot.relog(case, logged, now)
            else:
                self.salesforce.relog(logged, now)
        case.logged = [logged for logged in case.logged if _changes_later(logged.activity, now)]


def _ends(activity: Activity) -> tuple[int, ...]:
    if activity.kind == "meeting":
        return (activity.due, activity.due + activity.seconds)
    return (activity.due,) if activity.kind == "task" else ()


def _changes_later(activity: Activity, now: int) -> bool:
    return any(at > now for at in _ends(activity))


def _moments(case: Case) -> set[int]:
    journey = case.journey
    deal = journey.deal
    known = {
        journey.mql_at, journey.assigned_at, journey.touched_at, journey.sql_at, journey.joined_at,
        journey.refused_at, journey.opted_out_at, deal.closes if deal else None,
    }  # fmt: skip
    for activity in journey.activities:
        known |= {activity.at, *_ends(activity)}
    return {at for at in known if at is not None}
