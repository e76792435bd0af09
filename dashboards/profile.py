"""What is known about a lead and what was done about it, in words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from dashboards.data import Row
from dashboards.figures import count, moment

# The facts a rep looks for, in the order of the question "who is this, and where do they stand?"
FACTS = {
    "job_title": "Job title",
    "company_name": "Company",
    "industry": "Industry",
    "employee_count": "Employees",
    "country": "Country",
    "email": "E-mail",
    "is_free_mail": "Private mail address",
    "is_opted_out": "Opted out of e-mail",
    "lead_source": "Source",
    "lifecycle_stage": "Stage",
    "created_at": "Created",
    "mql_at": "MQL since",
    "sql_at": "SQL since",
    "won_at": "Won",
    "hubspot_contact_id": "HubSpot contact",
    "salesforce_lead_id": "Salesforce lead",
    "salesforce_contact_id": "Salesforce contact",
    "lead_id": "Leadwright id",
}
ABBREVIATIONS = {"mql": "MQL", "sql": "SQL"}


def facts_in_words(facts: Row) -> list[tuple[str, str]]:
    """List the known facts, each with its name and value as a person would write them."""
    return [(name, in_words(facts.get(column))) for column, name in FACTS.items()]


def touches_in_words(touches: Sequence[Row]) -> list[tuple[str, str, str]]:
    """List the touches: when, what and by whom."""
    return [
        (moment(touch["touched_at"]), in_words(touch["channel"]).capitalize(), touch["rep_name"] or "unknown")
        for touch in touches
    ]


def in_words(value: object) -> str:
    """Write one value; empty for what is not known."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, date):
        return f"{value:%d %b %Y}".lstrip("0")
    if isinstance(value, int):
        return count(value)
    text = str(value)
    return ABBREVIATIONS.get(text, text)
