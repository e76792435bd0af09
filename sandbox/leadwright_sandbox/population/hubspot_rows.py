"""People, companies, deals and engagements as HubSpot keeps them; nothing later than now is written."""

from __future__ import annotations

from leadwright_sandbox.population.answers import answers
from leadwright_sandbox.population.hubspot_engagements import engagement, noticed
from leadwright_sandbox.population.hubspot_forms import memberships, submissions
from leadwright_sandbox.population.hubspot_signals import letter_fields, sales_fields, web_fields
from leadwright_sandbox.population.hubspot_stages import history_rows, stage_fields, stage_versions
from leadwright_sandbox.population.identifiers import Ids
from leadwright_sandbox.population.model import Activity, Company, Deal, Journey, Person, Rep, Row
from leadwright_sandbox.population.moments import hubspot_time
from leadwright_sandbox.population.records import Population, filled
from leadwright_sandbox.population.team_rows import STAGES, owner_id

_RANGES = ((5, "1-5"), (25, "5-25"), (50, "25-50"), (100, "50-100"), (500, "100-500"), (1000, "500-1000"))
_BUYING_ROLE = {
    "decision maker": "DECISION_MAKER",
    "economic buyer": "BUDGET_HOLDER",
    "champion": "CHAMPION",
    "influencer": "INFLUENCER",
    "user": "END_USER",
}


def _range(employees: int) -> str:
    return next((label for most, label in _RANGES if employees <= most), "1000+")


class HubSpotWriter:
    """Writes one block's rows into a population."""

    def __init__(self, population: Population, ids: Ids, now: int) -> None:
        self._rows, self._links = population.hubspot, population.hubspot_associations
        self._ids, self._now = ids, now

    def company(self, company: Company, created: int, owner: Rep | None) -> str:
        """Write a company; return its id."""
        record_id = self._ids.hubspot("companies")
        self._rows["companies"].append(
            filled(
                {
                    "hs_object_id": record_id,
                    **company_fields(company),
                    "hubspot_owner_id": owner_id(owner) if owner else None,
                    "createdate": hubspot_time(created),
                    "hs_lastmodifieddate": hubspot_time(created),
                }
            )
        )
        return record_id

    def contact(self, person: Person, journey: Journey, shown: Row, company_id: str | None) -> str:
        """Write a contact with the personal fields `shown`; return its id."""
        now, record_id = self._now, self._ids.hubspot("contacts")
        row: Row = {"hs_object_id": record_id, **shown, "associatedcompanyid": company_id}
        versions = stage_versions(person, journey, now)
        row |= stage_fields(versions)
        self._rows["history"] += history_rows("contacts", record_id, versions, person.created)
        row |= signal_fields(person, journey, now)
        row |= {f"leadwright_{topic}": said for topic, said in answers(person, journey, now).items()}
        changed = _last_change(person, journey, now)
        row |= {"createdate": hubspot_time(person.created), "lastmodifieddate": hubspot_time(changed)}
        self._rows["contacts"].append(filled(row))
        if company_id:
            self._links.append(("contacts", record_id, "companies", company_id))
        return record_id

    def forms(self, journey: Journey, shown: Row, contact_id: str) -> None:
        """Write what a contact sent through forms, and the lists that it came into by that."""
        self._rows["form_submissions"] += submissions(contact_id, shown, journey)
        self._rows["list_members"] += memberships(contact_id, journey)

    def deal(self, deal: Deal, name: str, company_id: str | None) -> str:
        """Write a deal; return its id."""
        now, record_id = self._now, self._ids.hubspot("deals")
        stage, closed = deal.stage_at(now), deal.closed_by(now)
        versions = [(at, STAGES[place][0]) for place, at in enumerate(deal.stages[:5]) if at <= now]
        if closed:
            versions.append((deal.closes, STAGES[stage][0]))
        self._rows["history"] += history_rows("deals", record_id, {"dealstage": versions}, deal.opened)
        self._rows["deals"].append(
            filled(
                {
                    "hs_object_id": record_id,
                    **deal_fields(deal, name, now),
                    "createdate": hubspot_time(deal.opened),
                    "hs_is_closed_won": "true" if stage == 5 else "false",
                    "hs_is_closed": "true" if closed else "false",
                    "hs_lastmodifieddate": hubspot_time(versions[-1][0]),
                }
            )
        )
        if company_id:
            self._links.append(("deals", record_id, "companies", company_id))
        return record_id

    def link_deal(self, deal_id: str, contact_id: str) -> None:
        """Associate a member of the buying group with the deal."""
        self._links.append(("deals", deal_id, "contacts", contact_id))

    def activity(self, activity: Activity, person: Person, journey: Journey, contact_id: str) -> None:
        """Write one engagement of a contact."""
        name, fields = activity_fields(activity, person, journey, self._now)
        record_id = self._ids.hubspot(name)
        created = hubspot_time(activity.at)
        happened = activity.due <= self._now and fields.get("hs_task_status") != "NOT_STARTED"
        changed = max(activity.at, activity.due) if happened else activity.at
        row: Row = {
            "hs_object_id": record_id,
            **fields,
            "hs_createdate": created,
            "hs_lastmodifieddate": hubspot_time(changed),
        }
        self._rows[name].append(filled(row))
        self._links.append((name, record_id, "contacts", contact_id))


def company_fields(company: Company) -> Row:
    """What HubSpot knows of a company."""
    return {
        "name": company.name,
        "domain": company.domain,
        "industry": company.industry.hubspot,
        "numberofemployees": company.employees,
        "annualrevenue": company.revenue,
        "country": company.country.name,
        "city": company.city,
    }


def signal_fields(person: Person, journey: Journey, now: int) -> Row:
    """What a contact shows at `now` of visits, forms, letters, talks and deals."""
    row = web_fields(person, journey) | letter_fields(journey, now) | sales_fields(journey, now)
    if person.role in _BUYING_ROLE and journey.joined_at is not None and journey.joined_at <= now:
        row["hs_buying_role"] = _BUYING_ROLE[person.role]
    return row


def deal_fields(deal: Deal, name: str, now: int) -> Row:
    """What a deal shows at `now`, apart from what follows from its stage."""
    return {
        "dealname": name,
        "amount": deal.amount,
        "dealstage": STAGES[deal.stage_at(now)][0],
        "pipeline": "default",
        "closedate": hubspot_time(deal.close_shown(now)),
        "hubspot_owner_id": owner_id(deal.rep),
        "closed_lost_reason": deal.lost_because if deal.closed_by(now) else None,
    }


def activity_fields(activity: Activity, person: Person, journey: Journey, now: int) -> tuple[str, Row]:
    """The object that holds an activity, and what it shows there at `now`."""
    name, fields = engagement(activity, now)
    if activity.kind == "email_out":
        fields |= noticed(activity, person, journey)
    owner = owner_id(activity.rep) if activity.rep else None
    return name, {"hs_timestamp": hubspot_time(activity.due), "hubspot_owner_id": owner, **fields}


def person_fields(person: Person) -> Row:
    """What HubSpot knows of the person, before any flaw."""
    company = person.company
    return {
        "email": person.email.strip().lower() if person.email else None,
        "firstname": person.first,
        "lastname": person.last,
        "jobtitle": person.title,
        "company": company.name if company else None,
        "website": company.domain if company and person.kind != "free_mail" else None,
        "phone": person.phone,
        "country": person.country.name,
        "city": company.city if company else None,
        "industry": company.industry.label if company else None,
        "numemployees": _range(company.employees) if company else None,
        "hs_language": person.language,
    }


def _last_change(person: Person, journey: Journey, now: int) -> int:
    moments = [person.created, *journey.visits[-1:], *(at for at, _ in journey.forms[-1:])]
    moments += [a.at for a in journey.activities]
    moments += [
        at
        for at in (journey.sent_at, journey.open_at, journey.click_at, journey.mql_at, journey.assigned_at,
                   journey.sql_at, journey.joined_at, journey.refused_at, journey.opted_out_at,
                   journey.deal.closes if journey.deal else None)
        if at is not None
    ]  # fmt: skip
    return max(at for at in moments if at <= now)
