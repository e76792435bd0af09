"""Lead conversion: a lead becomes a contact at an account, usually with an opportunity, and is frozen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from leadwright_sandbox.salesforce.derived import Values
from leadwright_sandbox.salesforce.errors import RowError
from leadwright_sandbox.salesforce.history import write_entry
from leadwright_sandbox.salesforce.periods import moved, unit_start
from leadwright_sandbox.salesforce.records import Writer
from leadwright_sandbox.store import Row, quoted

ADDRESS = ("Street", "City", "State", "PostalCode", "Country")
TO_ACCOUNT = {"Company": "Name"} | {
    n: n for n in ("Industry", "AnnualRevenue", "NumberOfEmployees", "Phone", "Fax")
}
TO_ACCOUNT |= {"Website": "Website", "Rating": "Rating"} | {part: f"Billing{part}" for part in ADDRESS}
CONTACT_FIELDS = """FirstName LastName Salutation Email Phone MobilePhone Fax Title LeadSource HasOptedOutOfEmail
DoNotCall Description EmailBouncedReason EmailBouncedDate"""
TO_CONTACT = {name: name for name in CONTACT_FIELDS.split()} | {part: f"Mailing{part}" for part in ADDRESS}
MOVED = ("Task", "Event")


@dataclass(frozen=True)
class Conversion:
    """What is asked for one lead."""

    lead_id: str
    status: str
    account_id: str | None = None
    contact_id: str | None = None
    owner_id: str | None = None
    opportunity_name: str | None = None
    without_opportunity: bool = False


@dataclass(frozen=True)
class Converted:
    """What a lead became."""

    lead_id: str
    account_id: str
    contact_id: str
    opportunity_id: str | None


def convert_lead(writer: Writer, asked: Conversion) -> Converted:
    """Convert one lead; raises RowError."""
    org = writer.org
    lead_type = org.schema.require("Lead")
    lead = writer.find(lead_type, asked.lead_id)
    if lead["IsConverted"]:
        raise RowError("CANNOT_UPDATE_CONVERTED_LEAD", "lead has already been converted")
    statuses = org.store.rows(
        'select 1 from "sf_LeadStatus" where "ApiName" = ? and "IsConverted"', [asked.status]
    )
    if not statuses:
        raise RowError("INVALID_STATUS", f"invalid convertedStatus: {asked.status}")
    owner = asked.owner_id or str(lead["OwnerId"])
    if org.row("User", owner) is None:
        raise RowError(
            "INVALID_CROSS_REFERENCE_KEY", "Converted objects can only be owned by users.", ["OwnerId"]
        )
    account = asked.account_id or _create(writer, "Account", lead, TO_ACCOUNT, {"OwnerId": owner})
    contact = asked.contact_id or _create(
        writer, "Contact", lead, TO_CONTACT, {"OwnerId": owner, "AccountId": account}
    )
    deal = None if asked.without_opportunity else _opportunity(writer, lead, asked, account, contact, owner)
    _freeze(writer, lead, asked.status, Converted(str(lead["Id"]), account, contact, deal))
    _move_activities(writer, str(lead["Id"]), account, contact)
    return Converted(str(lead["Id"]), account, contact, deal)


def _create(writer: Writer, name: str, lead: Row, mapping: dict[str, str], more: Values) -> str:
    values: Values = {new: lead[old] for old, new in mapping.items() if lead.get(old) is not None}
    return writer.create(writer.org.schema.require(name), values | more)


def _opportunity(writer: Writer, lead: Row, asked: Conversion, account: str, contact: str, owner: str) -> str:
    org = writer.org
    today = date.fromisoformat(org.stamp()[:10])
    close = moved(unit_start(today, "QUARTER"), "QUARTER", 1) - timedelta(days=1)
    stages = org.store.rows(
        'select "ApiName" from "sf_OpportunityStage" where not "IsClosed" order by "SortOrder"'
    )
    values: Values = {"Name": asked.opportunity_name or f"{lead['Company']}-", "AccountId": account}
    values |= {"StageName": stages[0]["ApiName"], "CloseDate": close.isoformat(), "OwnerId": owner}
    values |= {"LeadSource": lead["LeadSource"]}
    deal = writer.create(org.schema.require("Opportunity"), values)
    role: Values = {"OpportunityId": deal, "ContactId": contact, "IsPrimary": 1}
    writer.create(org.schema.require("OpportunityContactRole"), role)
    return deal


def _freeze(writer: Writer, lead: Row, status: str, became: Converted) -> None:
    org = writer.org
    changes: Values = {"IsConverted": 1, "ConvertedDate": org.stamp()[:10], "Status": status}
    changes |= {"ConvertedAccountId": became.account_id, "ConvertedContactId": became.contact_id}
    changes |= {"ConvertedOpportunityId": became.opportunity_id}
    writer.write(org.schema.require("Lead"), lead, changes)
    if org.rules.tracked.get("Lead"):
        write_entry(org, "Lead", became.lead_id, writer.user.id, {"Field": "leadConverted"})


def _move_activities(writer: Writer, lead_id: str, account: str, contact: str) -> None:
    """A converted lead's activities and campaign memberships go on with the contact."""
    org, now = writer.org, writer.org.stamp()
    for name in MOVED:
        org.store.db.execute(
            f'update {quoted(org.schema.require(name).table)} set "WhoId" = ?, "AccountId" = ?, '
            f'"SystemModstamp" = ? where "WhoId" = ?',
            [contact, account, now, lead_id],
        )
    org.store.db.execute(
        'update "sf_CampaignMember" set "ContactId" = ?, "SystemModstamp" = ? where "LeadId" = ?',
        [contact, now, lead_id],
    )
