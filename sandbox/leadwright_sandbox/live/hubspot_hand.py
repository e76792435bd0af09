"""Writes what happens to people into HubSpot, dated by the clock, as its own users and tracking would.

Everything goes through the portal's own records, so that history, search lag, webhooks and dates follow.
"""

from __future__ import annotations

from collections.abc import Mapping

from leadwright_sandbox.hubspot import HubSpot
from leadwright_sandbox.hubspot.history import USERS
from leadwright_sandbox.hubspot.objects import ObjectType
from leadwright_sandbox.hubspot.properties import Property
from leadwright_sandbox.hubspot.values import spell
from leadwright_sandbox.hubspot.writing import archive, merge
from leadwright_sandbox.live.cases import Card, Case, Logged, Sale
from leadwright_sandbox.population.hubspot_forms import ASKED, memberships, submissions
from leadwright_sandbox.population.hubspot_rows import (
    activity_fields,
    company_fields,
    deal_fields,
    signal_fields,
)
from leadwright_sandbox.population.hubspot_stages import stage_versions
from leadwright_sandbox.population.model import Activity, Deal, Journey, Rep, Row
from leadwright_sandbox.population.moments import hubspot_time
from leadwright_sandbox.population.records import filled
from leadwright_sandbox.population.sharing import deal_name
from leadwright_sandbox.population.team_rows import owner_id

CRM = "hubspot"
# properties that a small population may not have brought yet
_NEEDED = {
    "contacts": ("hs_buying_role", "hs_email_bounce", "hs_sales_email_last_replied", "hs_email_last_reply_date"),
    "deals": ("closed_lost_reason",),
}  # fmt: skip


class HubSpotHand:
    """Writes into one portal."""

    def __init__(self, portal: HubSpot) -> None:
        self._portal = portal
        for object_name, names in _NEEDED.items():
            kind = portal.object_type(object_name)
            for name in names:
                if name not in kind.properties:
                    group = f"{kind.singular}information"
                    text = Property(name, name, "string", "text", group, standard=False)
                    portal.records.tables.add_property(kind, text)

    def contact_row(self, case: Case, now: int) -> Row:
        """What the contact shows at `now`; the owner is left to whoever assigns it."""
        versions = stage_versions(case.person, case.journey, now)
        stages: Row = {name: versions[name][-1][1] for name in ("lifecyclestage", "hs_lead_status")}
        return filled(stages | signal_fields(case.person, case.journey, now))

    def add_contact(self, case: Case, known: Row, now: int) -> str:
        """Create a contact with the personal fields `known`; return its id."""
        company = self._company_of(case)
        record_id = self._create("contacts", filled(known) | self.contact_row(case, now))
        if company:
            self._link("contacts", record_id, "companies", company)
        return record_id

    def add_duplicate(self, known: Row) -> str:
        """Create a second contact of somebody; return its id."""
        return self._create("contacts", filled(known) | {"lifecyclestage": "lead", "hs_lead_status": "NEW"})

    def merge_contacts(self, first: str, again: str) -> str | None:
        """Merge a duplicate with the first contact, as a user does who notices; nothing where one is gone.

        Return the id of the contact that takes the place of both.
        """
        kind = self._portal.object_type("contacts")
        if len(self._portal.records.many(kind, [first, again], ["email"])) < 2:
            return None
        with self._portal.history.written_by(USERS):
            return str(merge(self._portal, kind, first, again)["id"])

    def archive_contact(self, record_id: str) -> None:
        """Put a contact in the recycle bin; nothing where it is gone."""
        archive(self._portal, self._portal.object_type("contacts"), [record_id])

    def show(self, case: Case, card: Card, now: int) -> None:
        """Bring the contact to what it shows at `now`: only what is new is written, other people's edits stay."""
        row = self.contact_row(case, now)
        before = case.shown.get(CRM, {})
        changes = {name: value for name, value in row.items() if before.get(name) != value}
        case.shown[CRM] = row
        if changes:
            self._update("contacts", card.id, changes)
        self._send_forms(case, card)

    def _send_forms(self, case: Case, card: Card) -> None:
        """Bring the forms up to date: what was sent since, with what the contact says of the sender."""
        new = case.journey.forms[case.sent :]
        contact = (
            self._portal.records.get(self._portal.object_type("contacts"), card.id, ASKED) if new else None
        )
        if contact is None:
            return
        case.sent += len(new)
        sent = Journey(forms=new)
        self._portal.load("form_submissions", submissions(card.id, dict(contact.properties), sent))
        self._portal.load("list_members", memberships(card.id, sent))

    def assign(self, card: Card, rep: Rep) -> None:
        """Make `rep` the owner of a contact."""
        self._update("contacts", card.id, {"hubspot_owner_id": owner_id(rep)})

    def log(self, case: Case, card: Card, activity: Activity, now: int) -> Logged:
        """Create an engagement of the contact."""
        name, row = activity_fields(activity, case.person, case.journey, now)
        record_id = self._create(name, filled(row))
        self._link(name, record_id, "contacts", card.id)
        return Logged(CRM, name, record_id, activity, row)

    def relog(self, case: Case, logged: Logged, now: int) -> None:
        """Bring an engagement to what it shows at `now`."""
        _, row = activity_fields(logged.activity, case.person, case.journey, now)
        changes = {name: value for name, value in filled(row).items() if logged.shown.get(name) != value}
        logged.shown = row
        if changes:
            self._update(logged.object_name, logged.record_id, changes)

    def find_logged(self, case: Case, activity: Activity, now: int) -> Logged | None:
        """The engagement that the made population has for an activity of a contact."""
        card = case.card(CRM)
        name, row = activity_fields(activity, case.person, case.journey, now)
        if card is None:
            return None
        kind, contacts = self._portal.object_type(name), self._portal.object_type("contacts")
        links = self._portal.associations.of(contacts, kind, [card.id]).get(card.id, [])
        for record in self._portal.records.many(
            kind, [link.to_id for link in links], ["hs_timestamp"]
        ).values():
            same = record.properties["hs_timestamp"] == row["hs_timestamp"]
            if same and record.created_at == hubspot_time(activity.at):
                return Logged(CRM, name, record.id, activity, row)
        return None

    def open_deal(self, case: Case, deal: Deal, now: int) -> Sale:
        """Create a deal; it is linked to its people by `join`."""
        row = deal_fields(deal, deal_name(case.person), now)
        record_id = self._create("deals", filled(row))
        company = self._company_of(case)
        if company:
            self._link("deals", record_id, "companies", company)
        return Sale(deal, case, record_id, row)

    def join(self, sale: Sale, card: Card) -> None:
        """Link a member of the buying group to the deal."""
        self._link("deals", sale.record_id, "contacts", card.id)

    def show_deal(self, sale: Sale, now: int) -> None:
        """Bring a deal to what it shows at `now`."""
        row = deal_fields(sale.deal, deal_name(sale.opener.person), now)
        changes = {name: value for name, value in filled(row).items() if sale.shown.get(name) != value}
        sale.shown = row
        if changes:
            self._update("deals", sale.record_id, changes)

    def deal_of(self, card: Card) -> str | None:
        """The id of the latest deal that the contact takes part in."""
        contacts, deals = self._portal.object_type("contacts"), self._portal.object_type("deals")
        links = self._portal.associations.of(contacts, deals, [card.id]).get(card.id, [])
        return links[-1].to_id if links else None

    def _company_of(self, case: Case) -> str | None:
        """The company's record, made where there is none; HubSpot makes none from a free mailbox."""
        company = case.person.company
        if company is None or case.person.kind == "free_mail":
            return None
        found = self._portal.store.rows(
            "select hs_object_id from companies where domain = ? and _archived = 0 order by _order limit 1",
            (company.domain,),
        )
        return str(found[0]["hs_object_id"]) if found else self._create("companies", company_fields(company))

    # -- the portal's own doors ----------------------------------------------------------------------------------

    def _spelt(self, kind: ObjectType, row: Row) -> dict[str, str]:
        known = kind.properties
        return {name: spell(known[name].type, value) for name, value in row.items() if name in known}

    def _create(self, object_name: str, row: Row) -> str:
        kind = self._portal.object_type(object_name)
        values = self._spelt(kind, row)
        with self._portal.history.written_by(USERS):
            record_id = self._portal.records.create(kind, values)
        self._portal.changed(kind, record_id, "creation")
        self._tell(kind, record_id, values)
        return record_id

    def _update(self, object_name: str, record_id: str, row: Row) -> None:
        kind = self._portal.object_type(object_name)
        if self._portal.records.many(kind, [record_id], ["hs_object_id"]):  # somebody may have archived it
            with self._portal.history.written_by(USERS):
                written = self._portal.records.update(kind, record_id, self._spelt(kind, row))
            self._tell(kind, record_id, written.changed)

    def _tell(self, kind: ObjectType, record_id: str, values: Mapping[str, str]) -> None:
        for name, value in values.items():
            self._portal.changed(kind, record_id, "propertyChange", name, value)

    def _link(self, one: str, from_id: str, other: str, to_id: str) -> None:
        start, end = self._portal.object_type(one), self._portal.object_type(other)
        if self._portal.records.many(end, [to_id], ["hs_object_id"]):
            self._portal.link([(from_id, to_id, self._portal.associations.default(start, end))])
