"""The rows that exist before any lead: reps, pipeline, queue and campaigns."""

from __future__ import annotations

from leadwright_sandbox.population.hubspot_forms import form_rows
from leadwright_sandbox.population.identifiers import salesforce_id
from leadwright_sandbox.population.model import Campaign, Rep, Row
from leadwright_sandbox.population.moments import DAY, date_of, salesforce_time
from leadwright_sandbox.population.records import Population, filled
from leadwright_sandbox.population.trades import OWN_DOMAIN

# (HubSpot id, label, Salesforce name, probability)
STAGES = (
    ("appointmentscheduled", "Appointment scheduled", "Prospecting", 0.2),
    ("qualifiedtobuy", "Qualified to buy", "Qualification", 0.4),
    ("presentationscheduled", "Presentation scheduled", "Needs Analysis", 0.6),
    ("decisionmakerboughtin", "Decision maker bought-in", "Proposal/Price Quote", 0.8),
    ("contractsent", "Contract sent", "Negotiation/Review", 0.9),
    ("closedwon", "Closed won", "Closed Won", 1.0),
    ("closedlost", "Closed lost", "Closed Lost", 0.0),
)
QUEUE_NAME = "Inbound Leads"
QUEUE_ID = salesforce_id("Group", 5_000_017)
HEAD_ROLE_ID, REP_ROLE_ID = (salesforce_id("UserRole", 5_000_000 + number) for number in (3, 7))
MACHINE_ID = salesforce_id("User", 5_000_001)


def owner_id(rep: Rep) -> str:
    """The rep's HubSpot owner id (not the user id)."""
    return str(71_230_011 + rep.number * 37)


def user_id(rep: Rep) -> str:
    """The rep's Salesforce user id."""
    return salesforce_id("User", 5_000_100 + rep.number * 41)


def campaign_id(campaign: Campaign) -> str:
    """The campaign's Salesforce id."""
    return salesforce_id("Campaign", 5_000_100 + campaign.number * 29)


def team_rows(team: tuple[Rep, ...], campaigns: tuple[Campaign, ...], start: int, now: int) -> Population:
    """Everything both CRMs hold before the first lead arrives."""
    population = Population()
    before = salesforce_time(start - 30 * DAY)
    audit: Row = {"CreatedDate": before, "LastModifiedDate": before, "SystemModstamp": before}
    population.hubspot["owners"] += [_owner(rep) for rep in team]
    population.hubspot["forms"] += form_rows(start)
    population.hubspot["deal_stages"] += [_stage(place) for place in range(len(STAGES))]
    population.salesforce["UserRole"] += _roles(before)
    population.salesforce["User"] += [_user(rep, audit) for rep in team]
    population.salesforce["User"].append(
        {"Id": MACHINE_ID, "Name": "Automated Process", "LastName": "Automated Process",
         "Email": f"automated.process@{OWN_DOMAIN}", "Username": f"automated.process@{OWN_DOMAIN}",
         "IsActive": True, "UserType": "AutomatedProcess", "TimeZoneSidKey": "UTC", **audit}
    )  # fmt: skip
    population.salesforce["Group"].append(
        {"Id": QUEUE_ID, "Name": QUEUE_NAME, "DeveloperName": "Inbound_Leads", "Type": "Queue", **audit}
    )
    population.salesforce["Campaign"] += [
        _campaign(campaign, user_id(team[0]), audit, now) for campaign in campaigns
    ]
    return population


def _owner(rep: Rep) -> Row:
    return {
        "id": owner_id(rep),
        "email": rep.email,
        "firstName": rep.first,
        "lastName": rep.last,
        "userId": str(50_310_007 + rep.number * 53),
        "type": "PERSON",
        "archived": "true" if rep.left_at else "false",
    }


def _stage(place: int) -> Row:
    stage_id, label, _, probability = STAGES[place]
    return {
        "pipeline_id": "default",
        "pipeline_label": "Sales Pipeline",
        "stage_id": stage_id,
        "stage_label": label,
        "display_order": place,
        "is_closed": "true" if place > 4 else "false",
        "probability": probability,
    }


def _roles(before: str) -> list[Row]:
    dates: Row = {"LastModifiedDate": before, "SystemModstamp": before}
    head: Row = {"Id": HEAD_ROLE_ID, "Name": "Head of Sales", "DeveloperName": "HeadOfSales"}
    rep: Row = {"Id": REP_ROLE_ID, "Name": "Sales Representative", "DeveloperName": "SalesRepresentative"}
    return [head | dates, rep | dates | {"ParentRoleId": HEAD_ROLE_ID}]


def _user(rep: Rep, audit: Row) -> Row:
    return {
        "Id": user_id(rep),
        "Name": f"{rep.first} {rep.last}",
        "FirstName": rep.first,
        "LastName": rep.last,
        "Email": rep.email,
        "Username": rep.email,
        "IsActive": rep.left_at is None,
        "UserType": "Standard",
        "TimeZoneSidKey": rep.country.zone,
        "UserRoleId": REP_ROLE_ID,
        **audit,
    }


def _campaign(campaign: Campaign, owner: str, audit: Row, now: int) -> Row:
    over = campaign.ends < now
    return filled(
        {
            "Id": campaign_id(campaign),
            "Name": campaign.name,
            "Type": campaign.kind,
            "Status": "Completed" if over else "In Progress",
            "IsActive": not over,
            "StartDate": date_of(campaign.starts),
            "EndDate": date_of(campaign.ends),
            "BudgetedCost": campaign.budget,
            "ActualCost": campaign.cost,
            "NumberSent": campaign.sent or None,
            "OwnerId": owner,
            "IsDeleted": False,
            **audit,
        }
    )
