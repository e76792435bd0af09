"""People, companies, deals and engagements as HubSpot keeps them; nothing later than now is written."""

from __future__ import annotations

from sandbox.population.hubspot_stages import history_rows, stage_fields, stage_versions
from sandbox.population.identifiers import Ids
from sandbox.population.model import Activity, Company, Deal, Journey, Person, Rep, Row
from sandbox.population.moments import hubspot_time
from sandbox.population.records import Population, filled
from sandbox.population.team_rows import STAGES, owner_id
from sandbox.population.trades import OWN_DOMAIN, PAGES

_DISPOSITION = {
    "connected": "f240bbac-87c9-4f6e-bf70-924b57d47db7",
    "voicemail": "b2cf5968-551e-4856-9783-52b3da59a7d0",
    "no answer": "73a0d17f-1163-4015-bdd5-ec830791da20",
}
_RANGES = ((5, "1-5"), (25, "5-25"), (50, "25-50"), (100, "50-100"), (500, "100-500"), (1000, "500-1000"))
_BUYING_ROLE = {
    "decision maker": "DECISION_MAKER",
    "economic buyer": "BUDGET_HOLDER",
    "champion": "CHAMPION",
    "influencer": "INFLUENCER",
    "user": "END_USER",
}


def _time(at: int | None, now: int) -> str | None:
    return None if at is None or at > now else hubspot_time(at)


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
                    "name": company.name,
                    "domain": company.domain,
                    "industry": company.industry.hubspot,
                    "numberofemployees": company.employees,
                    "annualrevenue": company.revenue,
                    "country": company.country.name,
                    "city": company.city,
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
        row |= _web_fields(person, journey)
        row |= _letter_fields(journey, now)
        row |= self._sales_fields(journey)
        changed = _last_change(person, journey, now)
        row |= {"createdate": hubspot_time(person.created), "lastmodifieddate": hubspot_time(changed)}
        if person.role in _BUYING_ROLE and journey.joined_at is not None and journey.joined_at <= now:
            row["hs_buying_role"] = _BUYING_ROLE[person.role]
        self._rows["contacts"].append(filled(row))
        if company_id:
            self._links.append(("contacts", record_id, "companies", company_id))
        return record_id

    def _sales_fields(self, journey: Journey) -> Row:
        done = [a for a in journey.activities if a.at <= self._now]
        touches = [a.at for a in done if a.rep and a.kind in ("email_out", "call_out", "call_in")]
        touches += [a.due for a in done if a.kind == "meeting" and a.due <= self._now]
        replies = [a.at for a in done if a.kind == "email_in"]
        return {
            "notes_last_contacted": hubspot_time(max(touches)) if touches else None,
            "num_contacted_notes": len(touches),
            "hs_sales_email_last_replied": hubspot_time(max(replies)) if replies else None,
            "hs_email_last_reply_date": hubspot_time(max(replies)) if replies else None,
        }

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
                    "dealname": name,
                    "amount": deal.amount,
                    "dealstage": STAGES[stage][0],
                    "pipeline": "default",
                    "createdate": hubspot_time(deal.opened),
                    "closedate": hubspot_time(deal.close_shown(now)),
                    "hubspot_owner_id": owner_id(deal.rep),
                    "hs_is_closed_won": "true" if stage == 5 else "false",
                    "hs_is_closed": "true" if closed else "false",
                    "closed_lost_reason": deal.lost_because if closed else None,
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
        name, fields = self._engagement(activity)
        if activity.kind == "email_out":
            fields |= _noticed(activity, person, journey)
        record_id = self._ids.hubspot(name)
        created = hubspot_time(activity.at)
        changed = max(activity.at, activity.due) if activity.due <= self._now else activity.at
        row: Row = {
            "hs_object_id": record_id,
            "hs_timestamp": hubspot_time(activity.due),
            "hubspot_owner_id": owner_id(activity.rep) if activity.rep else None,
            **fields,
            "hs_createdate": created,
            "hs_lastmodifieddate": hubspot_time(changed),
        }
        self._rows[name].append(filled(row))
        self._links.append((name, record_id, "contacts", contact_id))

    def _engagement(self, activity: Activity) -> tuple[str, Row]:
        kind = activity.kind
        if kind in ("email_out", "email_in", "auto_out", "auto_in", "mass_out"):
            return "emails", {
                "hs_email_direction": "EMAIL" if kind.endswith("out") else "INCOMING_EMAIL",
                "hs_email_status": "SENT",
                "hs_email_subject": activity.subject,
                "hs_email_from_email": None if activity.rep or kind == "auto_in" else f"hello@{OWN_DOMAIN}",
            }
        if kind in ("call_out", "call_in"):
            return "calls", {
                "hs_call_title": activity.subject,
                "hs_call_direction": "OUTBOUND" if kind == "call_out" else "INBOUND",
                "hs_call_disposition": _DISPOSITION[activity.outcome],
                "hs_call_status": "COMPLETED" if activity.outcome == "connected" else "NO_ANSWER",
                "hs_call_duration": activity.seconds * 1000,
            }
        if kind == "meeting":
            held = "COMPLETED" if activity.outcome == "held" else "NO_SHOW"
            return "meetings", {
                "hs_meeting_title": activity.subject,
                "hs_meeting_start_time": hubspot_time(activity.due),
                "hs_meeting_end_time": hubspot_time(activity.due + activity.seconds),
                "hs_meeting_outcome": held if activity.due + activity.seconds <= self._now else "SCHEDULED",
            }
        if kind == "task":
            done = activity.outcome == "done" and activity.due <= self._now
            return "tasks", {
                "hs_task_subject": activity.subject,
                "hs_task_type": "CALL" if activity.subject.startswith("Call") else "TODO",
                "hs_task_status": "COMPLETED" if done else "NOT_STARTED",
                "hs_task_completion_date": hubspot_time(activity.due) if done else None,
            }
        return "notes", {"hs_note_body": activity.subject}


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


def _noticed(activity: Activity, person: Person, journey: Journey) -> Row:
    """Opens and clicks of a rep's e-mail, by people and by machines; the moment stands in for the dice."""
    chance = activity.at * 31 % 100 / 100
    opened = journey.proxy_opens or chance < 0.2 + 0.4 * person.intent
    scanned = person.company is not None and person.company.scans_links
    clicked = scanned or chance < 0.15 * person.intent
    return {"hs_email_open_count": int(opened or scanned), "hs_email_click_count": int(clicked)}


def _web_fields(person: Person, journey: Journey) -> Row:
    campaign, visits, forms = person.campaign, journey.visits, journey.forms
    row: Row = {
        "hs_analytics_source": person.source.hubspot,
        "hs_analytics_source_data_1": person.source.detail,
        "hs_analytics_source_data_2": campaign.name if campaign else None,
        "hs_analytics_num_page_views": journey.page_views,
        "hs_analytics_num_visits": len(visits),
        "num_conversion_events": len(forms),
    }
    if visits:
        row["hs_analytics_last_visit_timestamp"] = hubspot_time(visits[-1])
        row["hs_analytics_first_visit_timestamp"] = hubspot_time(visits[0])
        row["hs_analytics_last_url"] = f"https://www.{OWN_DOMAIN}{journey.last_page}"
    if forms:
        first, last = forms[0], forms[-1]
        row |= {
            "first_conversion_event_name": first[1],
            "first_conversion_date": hubspot_time(first[0]),
            "recent_conversion_event_name": last[1],
            "recent_conversion_date": hubspot_time(last[0]),
            "hs_analytics_first_url": f"https://www.{OWN_DOMAIN}{PAGES[first[1]]}",
        }
    return row


def _letter_fields(journey: Journey, now: int) -> Row:
    return {
        "hs_email_optout": "true"
        if journey.opted_out_at is not None and journey.opted_out_at <= now
        else "false",
        "hs_email_bounce": 1 if journey.bounced_at is not None else None,
        "hs_email_delivered": journey.delivered,
        "hs_email_open": journey.opened,
        "hs_email_click": journey.clicked,
        "hs_email_last_send_date": _time(journey.sent_at, now),
        "hs_email_last_open_date": _time(journey.open_at, now),
        "hs_email_last_click_date": _time(journey.click_at, now),
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
