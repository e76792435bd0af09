"""What a HubSpot contact shows of visits, forms, letters and talks: totals and latest moments, no events."""

from __future__ import annotations

from leadwright_sandbox.population.model import Journey, Person, Row
from leadwright_sandbox.population.moments import hubspot_time
from leadwright_sandbox.population.trades import OWN_DOMAIN, PAGES


def web_fields(person: Person, journey: Journey) -> Row:
    """Where the contact came from, what he looked at and which forms he sent."""
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


def letter_fields(journey: Journey, now: int) -> Row:
    """Marketing e-mails: sent, opened, clicked, by people and by machines."""
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


def sales_fields(journey: Journey, now: int) -> Row:
    """When reps and the lead last talked."""
    done = [a for a in journey.activities if a.at <= now]
    touches = [a.at for a in done if a.rep and a.kind in ("email_out", "call_out", "call_in")]
    touches += [a.due for a in done if a.kind == "meeting" and a.due <= now]
    replies = [a.at for a in done if a.kind == "email_in"]
    return {
        "notes_last_contacted": hubspot_time(max(touches)) if touches else None,
        "num_contacted_notes": len(touches),
        "hs_sales_email_last_replied": hubspot_time(max(replies)) if replies else None,
        "hs_email_last_reply_date": hubspot_time(max(replies)) if replies else None,
    }


def _time(at: int | None, now: int) -> str | None:
    return None if at is None or at > now else hubspot_time(at)
