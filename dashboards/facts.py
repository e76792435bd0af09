"""What is known about a lead and what was done about it, in words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from leadwright.dashboards.data import Row
from leadwright.formatting import code_in_words, count, moment

# The facts a rep looks for, in the order of the question "who is this, and where do they stand?"
FACTS = {
    "job_title": "Job title",
    "company_name": "Company",
    "industry": "Industry",
    "employee_count": "Employees",
    "city": "City",
    "country": "Country",
    "company_kind": "Kind of company",
    "email": "E-mail",
    "phone": "Phone",
    "is_free_mail": "Private mail address",
    "is_role_address": "Shared mailbox",
    "has_bounced": "E-mail bounced",
    "is_opted_out": "Opted out of e-mail",
    "lead_source": "Source",
    "lead_source_detail": "Source detail",
    "landing_page": "Landing page",
    "lifecycle_stage": "Stage",
    "created_at": "Created",
    "mql_at": "MQL since",
    "sql_at": "SQL since",
    "opportunity_at": "Opportunity since",
    "won_at": "Won",
    "lead_id": "Leadwright id",
}
CODES = ("lead_source", "lifecycle_stage", "company_kind", "industry")


def facts_in_words(facts: Row) -> list[tuple[str, str]]:
    """List the known facts, each with its name and value as a person would write them; flags only where they hold."""
    known = {**facts, **{column: code_in_words(facts[column]) for column in CODES if facts[column]}}
    return [
        (name, in_words(known[column]))
        for column, name in FACTS.items()
        if known[column] not in (None, False)
    ]


def records_in_words(records: Sequence[Row]) -> list[tuple[str, str]]:
    """List the records of a lead in its CRMs, each with what it is and its id."""
    return [(f"{row['crm_label']} {row['object'].removesuffix('s')}", row["record_id"]) for row in records]


def touches_in_words(touches: Sequence[Row]) -> list[tuple[str, str, str]]:
    """List the touches: when, what and by whom."""
    return [
        (
            moment(touch["touched_at"]),
            in_words(touch["touch_type"]).capitalize(),
            touch["owner_name"] or "unknown",
        )
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
    return str(value)


def returns_in_words(returns: Sequence[Row]) -> list[tuple[str, str, str, str]]:
    """The requests after the first one: when, until when an answer is due, what became of it, when it came."""
    return [
        (
            moment(back["returned_at"]),
            moment(back["sla_due_at"]) if back["sla_due_at"] else "no promised time",
            back["sla_status"] or "",
            moment(back["first_touch_at"]) if back["first_touch_at"] else "not yet",
        )
        for back in returns
    ]
