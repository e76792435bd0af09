"""The same people as Salesforce keeps them: leads, their conversion, activities and history until now."""

from __future__ import annotations

from collections.abc import Mapping

from leadwright_sandbox.population.answers import answers
from leadwright_sandbox.population.identifiers import Ids
from leadwright_sandbox.population.model import Activity, Campaign, Deal, Journey, Person, Row
from leadwright_sandbox.population.moments import date_of, salesforce_time
from leadwright_sandbox.population.records import Population, filled
from leadwright_sandbox.population.salesforce_activities import event_fields, task_fields
from leadwright_sandbox.population.salesforce_history import lead_history, statuses
from leadwright_sandbox.population.team_rows import MACHINE_ID, QUEUE_ID, STAGES, campaign_id, user_id

ROLES = {
    "decision maker": "Decision Maker",
    "economic buyer": "Economic Buyer",
    "champion": "Evaluator",
    "influencer": "Influencer",
    "user": "Business User",
}
_ANSWERED = {"Webinar": "Attended", "Conference": "Visited", "Email": "Responded"}


def _audit(created: int, changed: int) -> Row:
    at = salesforce_time(changed)
    return {
        "IsDeleted": False,
        "CreatedDate": salesforce_time(created),
        "LastModifiedDate": at,
        "SystemModstamp": at,
    }


class SalesforceWriter:
    """Writes one block's rows into a population."""

    def __init__(self, population: Population, ids: Ids, now: int) -> None:
        self._rows, self._ids, self._now = population.salesforce, ids, now

    def account(self, person: Person, created: int, owner: str) -> str:
        """Write the account of the person's company, or of the person himself; return its id."""
        record_id = self._ids.salesforce("Account")
        known = account_fields(person)
        self._rows["Account"].append({"Id": record_id, **known, "OwnerId": owner, **_audit(created, created)})
        return record_id

    def contact(self, person: Person, journey: Journey, shown: Row, account_id: str | None, at: int) -> str:
        """Write the contact a lead was converted into; return its id."""
        record_id = self._ids.salesforce("Contact")
        row: Row = {
            "Id": record_id,
            "AccountId": account_id,
            **{name: shown.get(name) for name in ("FirstName", "LastName", "Email", "Title", "Phone")},
            "Department": person.department.title(),
            "MailingCountry": shown.get("Country"),
            "LeadSource": person.source.salesforce,
            "OwnerId": user_id(journey.rep) if journey.rep else MACHINE_ID,
            "HasOptedOutOfEmail": _past(journey.opted_out_at, self._now),
            **_stated(person, journey, self._now),
            **_audit(at, max(at, _last_change(journey, self._now, at))),
        }
        self._rows["Contact"].append(filled(row))
        return record_id

    def lead(self, person: Person, journey: Journey, shown: Row, converted: Mapping[str, str]) -> str:
        """Write a lead with the personal fields `shown`, and its history; return its id."""
        now, record_id = self._now, self._ids.salesforce("Lead")
        steps = statuses(journey, now, bool(converted))
        owned = journey.rep is not None and _past(journey.assigned_at, now)
        changed = _last_change(journey, now, max([person.created, *(at for at, _ in steps)]))
        row: Row = {
            "Id": record_id,
            **shown,
            "LeadSource": person.source.salesforce,
            "Status": steps[-1][1] if steps else "New",
            **signal_fields(person, journey, now),
            "OwnerId": user_id(journey.rep) if journey.rep and owned else QUEUE_ID,
            "IsConverted": bool(converted),
            **converted,
            **_stated(person, journey, now),
            **_audit(person.created, changed),
        }
        self._rows["Lead"].append(filled(row))
        self._rows["LeadHistory"] += lead_history(self._ids, record_id, person.created, journey, steps, now)
        return record_id

    def opportunity(self, deal: Deal, name: str, person: Person, account_id: str) -> str:
        """Write an opportunity and its stage history; return its id."""
        now, record_id = self._now, self._ids.salesforce("Opportunity")
        stage, closed = deal.stage_at(now), deal.closed_by(now)
        moves = [(at, place) for place, at in enumerate(deal.stages[:5]) if at <= now]
        if closed:
            moves.append((deal.closes, stage))
        self._rows["Opportunity"].append(
            filled(
                {
                    "Id": record_id,
                    "Name": name,
                    "AccountId": account_id,
                    **deal_fields(deal, now),
                    "IsWon": stage == 5,
                    "IsClosed": closed,
                    "OwnerId": user_id(deal.rep),
                    "LeadSource": person.source.salesforce,
                    "CampaignId": campaign_id(person.campaign) if person.campaign else None,
                    **_audit(deal.opened, moves[-1][0]),
                }
            )
        )
        self._rows["OpportunityHistory"] += [
            self._snapshot(record_id, deal, at, place) for at, place in moves
        ]
        return record_id

    def _snapshot(self, opportunity_id: str, deal: Deal, at: int, place: int) -> Row:
        _, _, stage, probability = STAGES[place]
        return {
            "Id": self._ids.salesforce("OpportunityHistory"),
            "OpportunityId": opportunity_id,
            "StageName": stage,
            "Amount": deal.amount,
            "Probability": int(probability * 100),
            "ExpectedRevenue": round(deal.amount * probability, 2),
            "CloseDate": date_of(deal.closes if place > 4 else deal.hoped),
            "CreatedDate": salesforce_time(at),
            "CreatedById": user_id(deal.rep),
            "IsDeleted": False,
        }

    def role(self, opportunity_id: str, contact_id: str, person: Person, primary: bool, at: int) -> None:
        """Write a member of the buying group."""
        self._rows["OpportunityContactRole"].append(
            {
                "Id": self._ids.salesforce("OpportunityContactRole"),
                "OpportunityId": opportunity_id,
                "ContactId": contact_id,
                "Role": ROLES.get(person.role, "Other"),
                "IsPrimary": primary,
                **_audit(at, at),
            }
        )

    def member(
        self, campaign: Campaign, at: int, answered: bool, lead_id: str, contact_id: str | None
    ) -> None:
        """Write the lead's membership of a campaign."""
        self._rows["CampaignMember"].append(
            filled(
                {
                    "Id": self._ids.salesforce("CampaignMember"),
                    "CampaignId": campaign_id(campaign),
                    "LeadId": lead_id,
                    "ContactId": contact_id,
                    "Status": _ANSWERED.get(campaign.kind, "Responded") if answered else "Sent",
                    "HasResponded": answered,
                    "FirstRespondedDate": date_of(at) if answered else None,
                    **_audit(at, at),
                }
            )
        )

    def activity(self, activity: Activity, who: str, what: str | None) -> None:
        """Write one task or event of a lead, or of the contact it was converted into."""
        name = "Event" if activity.kind == "meeting" else "Task"
        fields = activity_fields(activity, self._now)
        owner = user_id(activity.rep) if activity.rep else MACHINE_ID
        happened = activity.due <= self._now and fields.get("IsClosed") is not False
        changed = activity.due if happened else activity.at
        row: Row = {
            "Id": self._ids.salesforce(name),
            "WhoId": who,
            "WhatId": what,
            "OwnerId": owner,
            **fields,
        }
        self._rows[name].append(filled(row | _audit(activity.at, changed)))


def account_fields(person: Person) -> Row:
    """What Salesforce knows of the person's company, or of the person himself where there is none."""
    company = person.company
    if company is None:
        return {"Name": person.last, "BillingCountry": person.country.name}
    return {
        "Name": company.name,
        "Website": f"https://www.{company.domain}",
        "Industry": company.industry.salesforce,
        "NumberOfEmployees": company.employees,
        "AnnualRevenue": company.revenue,
        "BillingCountry": company.country.name,
        "BillingCity": company.city,
    }


def signal_fields(person: Person, journey: Journey, now: int) -> Row:
    """What a lead shows at `now` of letters and of the rep's guess."""
    return {
        "Rating": _rating(person, journey, now),
        "HasOptedOutOfEmail": _past(journey.opted_out_at, now),
        "EmailBouncedDate": salesforce_time(journey.bounced_at) if journey.bounced_at is not None else None,
    }


def deal_fields(deal: Deal, now: int) -> Row:
    """What an opportunity shows at `now`."""
    stage = STAGES[deal.stage_at(now)]
    return {
        "StageName": stage[2],
        "Probability": int(stage[3] * 100),
        "Amount": deal.amount,
        "CloseDate": date_of(deal.close_shown(now)),
    }


def activity_fields(activity: Activity, now: int) -> Row:
    """What an event (meetings) or a task (everything else) shows at `now`."""
    return event_fields(activity, now) if activity.kind == "meeting" else task_fields(activity, now)


def person_fields(person: Person) -> Row:
    """What Salesforce knows of the person, before any flaw."""
    company = person.company
    return {
        "FirstName": person.first,
        "LastName": person.last,
        "Email": person.email,
        "Company": company.name if company else "[not provided]",
        "Title": person.title,
        "Industry": company.industry.salesforce if company else None,
        "NumberOfEmployees": company.employees if company else None,
        "AnnualRevenue": company.revenue if company else None,
        "Country": person.country.name,
        "City": company.city if company else None,
        "Phone": person.phone,
        "Website": f"https://www.{company.domain}" if company and person.kind != "free_mail" else None,
    }


def _stated(person: Person, journey: Journey, now: int) -> Row:
    return {f"Leadwright_{topic.title()}__c": said for topic, said in answers(person, journey, now).items()}


def _past(at: int | None, now: int) -> bool:
    return at is not None and at <= now


def _rating(person: Person, journey: Journey, now: int) -> str | None:
    """A rep's guess, given to half of the leads worked on; it is worth a little."""
    if not _past(journey.touched_at, now) or person.number % 2:
        return None
    guess = person.intent + 0.25 * person.quality
    return "Hot" if guess > 0.75 else "Warm" if guess > 0.4 else "Cold"


def _last_change(journey: Journey, now: int, since: int) -> int:
    moments = (journey.assigned_at, journey.opted_out_at, journey.bounced_at)
    return max([since, *(at for at in moments if at is not None and at <= now)])
