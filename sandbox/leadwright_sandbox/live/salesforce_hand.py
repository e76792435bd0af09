"""Writes what happens to people into Salesforce, dated by the clock, as its own users and machines would.

Everything goes through the org's own saves, so that history, conversion, formulas and stamps follow.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from leadwright_sandbox.live.cases import Card, Case, Logged, Sale
from leadwright_sandbox.population.model import Activity, Campaign, Deal, Rep, Row
from leadwright_sandbox.population.moments import date_of, salesforce_time
from leadwright_sandbox.population.records import filled
from leadwright_sandbox.population.salesforce_history import statuses
from leadwright_sandbox.population.salesforce_rows import (
    ROLES,
    account_fields,
    activity_fields,
    deal_fields,
    signal_fields,
)
from leadwright_sandbox.population.sharing import deal_name
from leadwright_sandbox.population.team_rows import MACHINE_ID, QUEUE_ID, campaign_id, user_id
from leadwright_sandbox.salesforce import Salesforce
from leadwright_sandbox.salesforce.convert import Conversion, Converted, convert_lead
from leadwright_sandbox.salesforce.derived import activity_account, derived
from leadwright_sandbox.salesforce.errors import RowError
from leadwright_sandbox.salesforce.history import track_created
from leadwright_sandbox.salesforce.merge import merge
from leadwright_sandbox.salesforce.records import Writer
from leadwright_sandbox.salesforce.sessions import User
from leadwright_sandbox.salesforce.values import to_stored
from leadwright_sandbox.store import quoted

CRM = "salesforce"
CONVERTED = "Converted"
RESPONDED = "Responded"
T = TypeVar("T")


class SalesforceHand:
    """Writes into one org."""

    def __init__(self, salesforce: Salesforce) -> None:
        self._org = salesforce.org
        known = self._org.store.rows('select 1 from "sf_LeadStatus" where "ApiName" = ?', [CONVERTED])
        if not known:  # the status that the made population's converted leads have
            status = {"MasterLabel": CONVERTED, "ApiName": CONVERTED, "SortOrder": 9, "IsConverted": True}
            salesforce.load("LeadStatus", [{**status, "IsDefault": False}])

    def lead_row(self, case: Case, now: int) -> Row:
        """What the lead shows at `now`; the owner is left to whoever assigns it."""
        steps = statuses(case.journey, now, converted=False)
        return {"Status": steps[-1][1] if steps else "New", **signal_fields(case.person, case.journey, now)}

    def add_lead(self, case: Case, known: Row, now: int) -> str:
        """Create a lead with the personal fields `known`, in the queue; return its id."""
        source: Row = {"LeadSource": case.person.source.salesforce, "OwnerId": QUEUE_ID}
        return self._create("Lead", {**known, **source, **self.lead_row(case, now)}, MACHINE_ID)

    def add_duplicate(self, case: Case, known: Row) -> str:
        """Create a second lead of somebody; return its id."""
        source: Row = {"LeadSource": case.person.source.salesforce, "OwnerId": QUEUE_ID, "Status": "New"}
        return self._create("Lead", {**known, **source}, MACHINE_ID)

    def show(self, case: Case, card: Card, now: int) -> None:
        """Bring the lead to what it shows at `now`: only what is new is written, other people's edits stay."""
        row = self.lead_row(case, now)
        before = case.shown.get(CRM, {})
        changes = {name: value for name, value in row.items() if before.get(name) != value}
        case.shown[CRM] = row
        if changes:
            rep = case.journey.rep
            self._update("Lead", card.id, changes, user_id(rep) if rep else MACHINE_ID)

    def assign(self, card: Card, rep: Rep) -> None:
        """Make `rep` the owner of a lead."""
        self._update("Lead", card.id, {"OwnerId": user_id(rep)}, MACHINE_ID)

    def add_member(self, case: Case, campaign: Campaign, answered: bool, now: int) -> None:
        """Make the lead a member of a campaign, or note that the member answered."""
        card = case.card(CRM)
        if card is None:
            return
        found = self._org.store.rows(
            'select "Id", "HasResponded" from "sf_CampaignMember" where "LeadId" = ? and "CampaignId" = ? '
            'and not "IsDeleted"',
            [card.id, campaign_id(campaign)],
        )
        row: Row = {"Status": RESPONDED if answered else "Sent", "HasResponded": answered}
        row |= {"FirstRespondedDate": date_of(now)} if answered else {}
        if not found:
            member: Row = {"CampaignId": campaign_id(campaign), "LeadId": card.id}
            self._create("CampaignMember", member | row, MACHINE_ID)
        elif answered and not found[0]["HasResponded"]:
            self._update("CampaignMember", str(found[0]["Id"]), row, MACHINE_ID)

    def add_campaign(self, campaign: Campaign, owner: Rep) -> None:
        """Create a campaign that begins; its cost is booked as it runs."""
        row: Row = {"Id": campaign_id(campaign), "Name": campaign.name, "Type": campaign.kind}
        row |= {"Status": "In Progress", "IsActive": True, "BudgetedCost": campaign.budget, "ActualCost": 0}
        row |= {"StartDate": date_of(campaign.starts), "EndDate": date_of(campaign.ends)}
        row |= {"NumberSent": campaign.sent or None, "OwnerId": user_id(owner)}
        self._create("Campaign", row, user_id(owner))

    def book_cost(self, campaign: Campaign, owner: Rep, now: int) -> None:
        """Book what the campaign has cost until `now`, and end it at its end."""
        share = min(1.0, (now - campaign.starts) / max(1, campaign.ends - campaign.starts))
        row: Row = {"ActualCost": int(campaign.cost * share)}
        if now >= campaign.ends:
            row |= {"Status": "Completed", "IsActive": False}
        self._update("Campaign", campaign_id(campaign), row, user_id(owner))

    def reaches(self, case: Case, card: Card) -> bool:
        """Whether the lead, or the contact that it became, is there."""
        return self._is_there("Contact", case.contact_id) if case.contact_id else not card.gone

    def log(self, case: Case, card: Card, activity: Activity, now: int) -> Logged:
        """Create a task or an event of the lead, or of the contact that it became."""
        name = "Event" if activity.kind == "meeting" else "Task"
        row = activity_fields(activity, now)
        who: Row = {"WhoId": case.contact_id or card.id}
        owner = user_id(activity.rep) if activity.rep else MACHINE_ID
        record_id = self._create(name, filled(row) | who | {"OwnerId": owner}, owner)
        return Logged(CRM, name, record_id, activity, row)

    def relog(self, logged: Logged, now: int) -> None:
        """Bring a task or an event to what it shows at `now`."""
        row = activity_fields(logged.activity, now)
        changes = {name: value for name, value in filled(row).items() if logged.shown.get(name) != value}
        logged.shown = row
        if changes:
            rep = logged.activity.rep
            self._update(logged.object_name, logged.record_id, changes, user_id(rep) if rep else MACHINE_ID)

    def find_logged(self, case: Case, activity: Activity, now: int) -> Logged | None:
        """The task or event that the made population has for an activity."""
        name = "Event" if activity.kind == "meeting" else "Task"
        who = case.contact_id or (case.salesforce_ids[0] if case.salesforce_ids else "")
        found = self._org.store.rows(
            f'select "Id" from {quoted(self._org.schema.require(name).table)} '
            'where "WhoId" = ? and "CreatedDate" = ? and "Subject" = ? limit 1',
            [who, salesforce_time(activity.at), activity_fields(activity, now)["Subject"]],
        )
        if not found:
            return None
        return Logged(CRM, name, str(found[0]["Id"]), activity, activity_fields(activity, now))

    def open_deal(self, case: Case, card: Card, deal: Deal, now: int) -> Sale | None:
        """Convert the lead with an opportunity; None where the org's own rules refuse that."""
        converted = self._convert(case, card, deal, opportunity=True)
        if converted is None:
            return None
        opportunity = converted.opportunity_id or ""
        row = deal_fields(deal, now)
        campaign = case.person.campaign
        more: Row = {"CampaignId": campaign_id(campaign) if campaign else None}
        self._update("Opportunity", opportunity, row | more, user_id(deal.rep))
        self._set_role(case, opportunity, user_id(deal.rep))
        return Sale(deal, case, opportunity, row)

    def join(self, case: Case, card: Card, sale: Sale) -> None:
        """Convert the lead of a further member of the buying group, unless the org's own rules refuse that."""
        if not self._is_there("Opportunity", sale.record_id):
            return
        if self._convert(case, card, sale.deal, opportunity=False) is None:
            return
        author = user_id(sale.deal.rep)
        role: Row = {"OpportunityId": sale.record_id, "ContactId": case.contact_id, "IsPrimary": False}
        self._create("OpportunityContactRole", {**role, "Role": ROLES.get(case.person.role, "Other")}, author)
        self._update("Lead", card.id, {"ConvertedOpportunityId": sale.record_id}, author)

    def show_deal(self, sale: Sale, now: int) -> None:
        """Bring an opportunity to what it shows at `now`."""
        row = deal_fields(sale.deal, now)
        changes = {name: value for name, value in row.items() if sale.shown.get(name) != value}
        sale.shown = row
        if changes:
            self._update("Opportunity", sale.record_id, changes, user_id(sale.deal.rep))

    def became(self, lead_id: str) -> dict[str, str]:
        """The ids of the records that a lead was converted into."""
        row = self._org.row("Lead", lead_id) or {}
        names = ("ConvertedAccountId", "ConvertedContactId", "ConvertedOpportunityId")
        return {name: str(row[name]) for name in names if row.get(name)}

    def delete_lead(self, lead_id: str, author: Rep) -> None:
        """Put a lead in the recycle bin; nothing where it is gone."""
        row = self._org.row("Lead", lead_id)
        if row is not None and not row["IsDeleted"] and not row["IsConverted"]:
            writer, leads = self._writer(user_id(author)), self._org.schema.require("Lead")
            self._tried(lambda: writer.delete(leads, lead_id))

    def merge_leads(self, winner: str, loser: str, author: Rep) -> None:
        """Merge a duplicate into the first lead, as a user does who notices; nothing where one is gone."""
        rows = [self._org.row("Lead", record_id) for record_id in (winner, loser)]
        if all(row and not row["IsDeleted"] and not row["IsConverted"] for row in rows):
            writer, leads = self._writer(user_id(author)), self._org.schema.require("Lead")
            self._tried(lambda: merge(writer, leads, winner, [loser], {}))

    def _convert(self, case: Case, card: Card, deal: Deal, opportunity: bool) -> Converted | None:
        """Convert a lead; its account and contact are written as people type them: not all would pass a check."""
        owner, known = user_id(deal.rep), case.group.account_id
        found = known if known and self._is_there("Account", known) else self._account_of(case)

        def convert() -> Converted:
            account = found or self._add_account(case, owner)
            asked = Conversion(
                card.id,
                CONVERTED,
                account_id=account,
                contact_id=self._add_contact(case, card, account, owner),
                owner_id=owner,
                opportunity_name=deal_name(case.person),
                without_opportunity=not opportunity,
            )
            return convert_lead(self._writer(owner), asked)

        made = self._tried(convert)
        if made is not None:
            case.group.account_id, case.contact_id = made.account_id, made.contact_id
        return made

    def _is_there(self, name: str, record_id: str) -> bool:
        row = self._org.row(name, record_id)
        return row is not None and not row["IsDeleted"]

    def _tried(self, deed: Callable[[], T]) -> T | None:
        """What a user's deed gives; None where a rule or a lock of the org refuses it: people then let it be."""
        try:
            with self._org.transaction():
                return deed()
        except RowError:
            return None

    def _account_of(self, case: Case) -> str | None:
        company = case.person.company
        if company is None:
            return None
        found = self._org.store.rows(
            'select "Id" from "sf_Account" where "Website" = ? and not "IsDeleted" order by "Id" limit 1',
            [f"https://www.{company.domain}"],
        )
        return str(found[0]["Id"]) if found else None

    def _add_account(self, case: Case, owner: str) -> str:
        return self._create("Account", {**account_fields(case.person), "OwnerId": owner}, owner)

    def _add_contact(self, case: Case, card: Card, account: str, owner: str) -> str:
        lead = self._org.row("Lead", card.id) or {}
        row: Row = {name: lead[name] for name in ("FirstName", "LastName", "Email", "Title", "Phone")}
        row |= {"AccountId": account, "Department": case.person.department.title()}
        row |= {"MailingCountry": lead["Country"], "LeadSource": lead["LeadSource"], "OwnerId": owner}
        return self._create("Contact", row | {"HasOptedOutOfEmail": lead["HasOptedOutOfEmail"]}, owner)

    def _set_role(self, case: Case, opportunity: str, author: str) -> None:
        found = self._org.store.rows(
            'select "Id" from "sf_OpportunityContactRole" where "OpportunityId" = ? and "ContactId" = ?',
            [opportunity, case.contact_id],
        )
        for row in found:
            role: Row = {"Role": ROLES.get(case.person.role, "Other")}
            self._update("OpportunityContactRole", str(row["Id"]), role, author)

    # -- the org's own doors -------------------------------------------------------------------------------------

    def _writer(self, author: str) -> Writer:
        org = self._org
        return Writer(org, User(author, author, org.all_permissions()), org.view(org.integration_user))

    def _create(self, name: str, row: Row, author: str) -> str:
        object_type = self._org.schema.require(name)
        values = self._org.loaded_values(
            object_type, filled(row) | {"CreatedById": author, "LastModifiedById": author}
        )
        values |= activity_account(self._org, name, values, values)
        self._org.insert(object_type, values)
        track_created(self._org, name, str(values["Id"]), author)
        return str(values["Id"])

    def _update(self, name: str, record_id: str, row: Row, author: str) -> None:
        object_type = self._org.schema.require(name)
        before = self._org.row(name, record_id)
        if before is None or before.get("IsDeleted"):  # somebody may have deleted it
            return
        changes = {
            field.name: to_stored(field, value)
            for column, value in row.items()
            if (field := object_type.get(column)) is not None
        }
        changes |= derived(self._org, name, changes, before | changes) | changes
        self._writer(author).write(object_type, before, changes)
