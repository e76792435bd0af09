"""A published copy with made-up leads, for the dashboards' tests.

The columns are those that the marts' contracts promise, so a renamed column fails the dashboards' tests and not a
manager's page; the rows are few and counted by hand.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import yaml

AS_OF = datetime.now(UTC).replace(hour=6, minute=0, second=0, microsecond=0) - timedelta(hours=1)

MARTS = Path(__file__).resolve().parents[1] / "dbt_project" / "models" / "marts"
CONTRACTS = tuple(file for file in MARTS.rglob("_*.yml") if "unit_tests" not in file.name)

OVERVIEW = {
    "as_of": AS_OF, "lead_count": 2_417,
    "mql_count": 1_034, "mql_to_sql_count": 287, "mql_open_count": 402, "won_count": 96,
    "known_mql_count": 640, "known_mql_to_sql_count": 160, "undated_mql_count": 21,
    "response_count": 611, "response_median_minutes": 47.5, "sla_kept_count": 171,
    "sla_broken_count": 531, "sla_running_count": 38, "routed_count": 2_400,
}  # fmt: skip
BANDS = ("high", "medium", "low")
COLOURS = {"Hot": "#C8500A", "Warm": "#E9A93A", "Cold": "#4A8DB7"}
SCALE = [
    ("Hot", 1, "best", COLOURS["Hot"], 363, 301),
    ("Warm", 2, "middle", COLOURS["Warm"], 1_209, 1_209),
    ("Cold", 3, "worst", COLOURS["Cold"], 845, 700),
]
SCALE_COLUMNS = ("grade", "place", "stands_for", "colour", "lead_count", "open_lead_count")
GRID = {
    ("high", "high"): ("Hot", "call now, book a meeting", 363),
    ("high", "medium"): ("Warm", "nurture, invite within 7 days", 402),
    ("high", "low"): ("Cold", "long-form nurture", 118),
    ("medium", "high"): ("Warm", "case study, qualify deeper", 391),
    ("medium", "medium"): ("Warm", "nurture, ask the next question", 416),
    ("medium", "low"): ("Cold", "long-form nurture", 305),
    ("low", "high"): ("Cold", "polite decline, alternative", 12),
    ("low", "medium"): ("Cold", "polite decline, alternative", 139),
    ("low", "low"): ("Cold", "polite decline, alternative", 271),
}
FUNNEL = [("lead", 2_417), ("mql", 1_034), ("sql", 287), ("opportunity", 141), ("won", 96)]
SOURCES = [
    ("organic_search", 912, 170, 401, 122, 47),
    ("paid_search", 644, 88, 288, 71, 22),
    ("referral", 371, 61, 180, 58, 19),
    ("event_or_trade_show_with_a_long_name", 318, 30, 110, 28, 7),
    ("unknown", 158, 14, 52, 8, 1),
    ("partner", 14, 0, 3, 0, 0),
]
SOURCE_COLUMNS = ("lead_source", "lead_count", "best_count", "mql_count", "sql_count", "won_count")
KNOWN_RATES = {
    "lead_to_mql_basis_count": 800, "lead_to_mql_rate": 0.45, "mql_to_sql_basis_count": 12, "mql_to_sql_rate": None,
    "lead_to_won_basis_count": 400, "lead_to_won_rate": 0.05, "costed_count": 10, "cost_amount": 5000,
    "cost_per_lead_amount": 500.0, "cost_per_mql_amount": 1250.0, "cost_per_sql_amount": None,
}  # fmt: skip
ADA = "lead-ada"


def ada() -> dict[str, list[dict[str, Any]]]:
    """One lead whose points pass every kind of line: rules, a cap, rounding and the limit of the scale."""
    lines = [
        ("fit", "rule", "fit_title_decision_maker", "title", "seniority", "director", "20", "Decides on purchases"),
        ("fit", "rule", "fit_industry_core", "industry", "industry", "software", "18", "Works in a core industry"),
        ("fit", "rule", "fit_size_mid", "size", "employee_count", "240", "15", "Company of the size we serve best"),
        ("fit", "clamp", "clamp_fit", None, None, None, "-3", "Fit stops at 50"),
        ("intent", "rule", "demo_request", "hand_raise", "demo_requests", "1", "25", "Asked for a demo"),
        ("intent", "rule", "pricing_views", "web", "pricing_page_views", "4", "10.91", "Looked at prices"),
        ("intent", "rule", "email_opens", "mail", "email_opens", "31", "6.2", "Opened our e-mails"),
        ("intent", "group_cap", "cap_mail", "mail", None, None, "-4.2", "E-mail opens count 2 points at most"),
        ("intent", "rounding", "rounding_intent", None, None, None, "0.09", "Rounded to whole points"),
    ]  # fmt: skip
    names = ("dimension", "kind", "rule_id", "signal_group", "feature", "value", "points", "label")
    return {
        "dim_leads": [
            {
                "lead_id": ADA, "email": "ada.l@analytical-engines.example", "full_name": "Ada Lovelace",
                "job_title": "Director of Computation", "company_name": "Analytical Engines", "country": "GB",
                "industry": "software", "employee_count": 1_240, "lead_source": "organic_search",
                "lifecycle_stage": "sql", "is_open": True, "is_closed": False, "is_converted": False,
                "created_at": AS_OF - timedelta(days=20),
                "mql_at": AS_OF - timedelta(days=12), "sql_at": AS_OF - timedelta(days=3),
                "is_free_mail": False, "is_opted_out": False,
            }
        ],
        "fct_lead_scores": [
            {
                "lead_id": ADA, "as_of": AS_OF, "fit_raw": Decimal("53"), "fit_score": 50,
                "intent_raw": Decimal("42.11"), "intent_score": 38, "score": 88, "fit_band": "high",
                "intent_band": "high", "grade": "Hot", "play": "call now, book a meeting",
                "next_action": "Call within 5 minutes and offer two times for a meeting",
                "top_reasons": "Asked for a demo; Decides on purchases", "rule_set_hash": "abc",
            }
        ],
        "fct_lead_score_contributions": [
            {"lead_id": ADA, **dict(zip(names, line, strict=True))} for line in lines
        ],
        "fct_lead_assignments": [
            {
                "lead_id": ADA, "rep_id": "rep-1", "owner_name": "Grace Hopper", "is_routed": True,
                "reason": "Owns the account Analytical Engines", "rule_id": "account_owner", "assigned_at": AS_OF,
                "reason_code": "account_owner",
            }
        ],
        "fct_lead_touches": [
            {"lead_id": ADA, "touched_at": AS_OF - timedelta(days=days), "touch_type": kind, "owner_name": who}
            for days, kind, who in ((3, "meeting", "Grace Hopper"), (11, "call", "Grace Hopper"), (12, "email", None))
        ],
        "fct_lead_responses": [
            {
                "lead_id": ADA, "ready_at": AS_OF - timedelta(days=12, minutes=14),
                "first_touch_at": AS_OF - timedelta(days=12), "response_minutes": 14,
                "sla_minutes": 5, "sla_due_at": AS_OF - timedelta(days=12, minutes=9), "sla_status": "broken",
            }
        ],
        "fct_lead_returns": [
            {
                "lead_id": ADA, "return_number": n, "returned_at": AS_OF - timedelta(days=days), "is_latest": n == 2,
                "first_touch_at": AS_OF - timedelta(days=days - 2) if n == 1 else None,
                "sla_minutes": 5 if n == 2 else None,
                "sla_due_at": AS_OF - timedelta(days=days, minutes=-5) if n == 2 else None,
                "sla_status": "broken" if n == 2 else None,
            }
            for n, days in ((1, 9), (2, 1))
        ],
        "dim_crm_records": [
            {"record_key": f"{crm.lower()}:{kind}:{n}", "crm": crm.lower(), "crm_label": crm, "object": kind,
             "record_id": n, "lead_id": ADA, "is_deleted": n == "502"}
            for crm, kind, n in (("HubSpot", "contacts", "501"), ("HubSpot", "contacts", "502"),
                                 ("Salesforce", "leads", "00Q000000000001AAA"))
        ],
        "dim_reps": [{"rep_id": "rep-1", "full_name": "Grace Hopper", "is_active": True}],
    }  # fmt: skip


def others() -> dict[str, list[dict[str, Any]]]:
    """Thirty more leads, one of them with no name and two called John, so that a search can find several."""
    leads, scores = [], []
    for n in range(30):
        lead_id = f"lead-{n:03}"
        grade = ("Hot", "Warm", "Cold")[n % 3]
        name = None if n == 7 else f"{'John' if n < 2 else 'Maria'} Sample-{n}"
        leads.append(
            {
                "lead_id": lead_id, "email": f"person{n}@company{n}.example", "full_name": name,
                "company_name": f"Company {n}", "created_at": AS_OF - timedelta(days=n), "is_open": True,
                "is_converted": False,
            }
        )  # fmt: skip
        scores.append(
            {
                "lead_id": lead_id, "as_of": AS_OF, "fit_score": 40 - n, "intent_score": 30 - n, "score": 70 - 2 * n,
                "fit_band": "medium", "intent_band": "medium", "grade": grade, "play": "nurture",
                "next_action": "Send the case study",
            }
        )  # fmt: skip
    return {"dim_leads": leads, "fct_lead_scores": scores}


def full() -> dict[str, list[dict[str, Any]]]:
    """Marts of an installation with 2,417 leads, of whom 31 are there one by one."""
    monday = AS_OF.date() - timedelta(days=AS_OF.weekday())
    weeks = [(monday - timedelta(weeks=back), 150 + 17 * (back * 7 % 5) - 6 * back) for back in range(12)]
    people = [ada(), others()]
    return {
        **{table: [row for part in people for row in part.get(table, [])] for table in ada()},
        "rpt_overview": [OVERVIEW],
        "rpt_grade_totals": [dict(zip(SCALE_COLUMNS, row, strict=True)) for row in SCALE],
        "rpt_grades": [
            {
                "fit_band": fit,
                "intent_band": intent,
                "grade": grade,
                "colour": COLOURS[grade],
                "play": play,
                "next_action": play,
                "lead_count": n,
                "open_lead_count": n - n // 10,
            }
            for (fit, intent), (grade, play, n) in GRID.items()
        ],
        "rpt_funnel": [
            {"step_number": i, "step": step, "lead_count": n} for i, (step, n) in enumerate(FUNNEL, start=1)
        ],
        "rpt_sources": [
            dict(zip(SOURCE_COLUMNS, row, strict=True)) | (KNOWN_RATES if row[1] > 900 else {})
            for row in SOURCES
        ],
        "rpt_weekly_trend": [_week(start, n) for start, n in weeks],
        "rpt_weekly_grades": [row for start, n in weeks for row in _week_by_grade(start, n)],
    }


def today() -> dict[str, list[dict[str, Any]]]:
    """Leads that wait: one late, one soon, one later, a follow-up without an owner, and one forgotten for a month."""

    def call(number: int, minutes: float, **also: Any) -> dict[str, Any]:
        due = AS_OF + timedelta(minutes=minutes)
        return {
            "lead_id": f"lead-{number:03}", "full_name": f"John Sample-{number}", "company_name": f"Company {number}",
            "rep_id": "rep-2", "owner_name": "Alan Turing", "grade": "Warm", "grade_place": 2, "score": 50,
            "next_action": "Send a case study", "waits_for": "first_answer", "since_at": due - timedelta(hours=9),
            "due_at": due, "promised_at": due,
        } | also  # fmt: skip

    ada = {
        "lead_id": ADA, "full_name": "Ada Lovelace", "company_name": "Analytical Engines", "rep_id": "rep-1",
        "owner_name": "Grace Hopper", "grade": "Hot", "score": 88, "top_reasons": "Asked for a demo",
    }  # fmt: skip
    return {
        "rpt_calls": [
            call(1, 42),
            call(2, -130),
            call(3, 3 * 1440),
            call(4, 600, waits_for="follow_up", promised_at=None, rep_id=None, owner_name=None),
            call(5, -40 * 1440),
            call(6, -15, **ada, grade_place=1, waits_for="came_back", phone="+44 20 7946 0018"),
        ],
        "rpt_new_best_leads": [
            {**ada, "earlier_grade": "Warm", "changed_at": AS_OF - timedelta(hours=20), "touched_at": None},
            {
                **ada, "lead_id": "lead-007", "full_name": None, "rep_id": "rep-2", "owner_name": "Alan Turing",
                "earlier_grade": None, "changed_at": AS_OF - timedelta(days=3), "touched_at": AS_OF - timedelta(days=2),
            },
        ],
    }  # fmt: skip


def kpis() -> dict[str, list[dict[str, Any]]]:
    """Marts of the page of figures: one figure that is sure, one thin, one an amount, one without data."""

    def figure(
        kpi_id: str, of: str, numerator: float, denominator: float, thin: bool, unit: str = "share"
    ) -> dict[str, Any]:
        return {
            "kpi_id": kpi_id, "label": kpi_id, "unit": unit, "numerator_meaning": of, "numerator": numerator,
            "denominator_meaning": "leads that became an MQL", "denominator": denominator, "is_thin": thin,
            "value": _value(unit, numerator, denominator), "maturity_days": 60, "undated_count": 0,
            "caveat": "thin" if thin else None, "target_bound": None, "target_value": None, "is_on_target": None,
        }  # fmt: skip

    def month(start: date, numerator: float, denominator: float, mature: bool) -> dict[str, Any]:
        return {
            "kpi_id": "mql_to_sql", "label": "mql_to_sql", "unit": "share", "month": start, "numerator": numerator,
            "denominator": denominator, "value": numerator / denominator, "open_count": 5, "is_mature": mature,
            "is_thin": denominator < 30, "target_bound": "at_least", "target_value": 0.25,
            "is_on_target": numerator / denominator >= 0.25 if mature else None,
        }  # fmt: skip

    def cohort(cut: str, value: str, name: str, entered: int, through: int, mature: bool) -> dict[str, Any]:
        return {
            "cut": cut, "cut_value": value, "kpi_id": "mql_to_sql", "cohort": name, "denominator_count": entered,
            "numerator_count": through, "open_count": 5, "rate": through / entered, "is_thin": entered < 30,
            "highest_rate": (through + 5) / entered, "median_days": 6.5, "is_mature": mature,
        }  # fmt: skip

    return {
        "rpt_kpis": [
            figure("mql_to_sql", "MQLs that sales has ever qualified", 100, 400, False)
            | {"target_bound": "at_least", "target_value": 0.205, "is_on_target": True},
            figure("lead_to_won", "won", 1, 12, True),
            figure("cost_per_sql", "cost", 3500, 10, True, "amount"),
            figure("response_minutes", "minutes (median)", 47.5, 611, False, "minutes"),
            figure("score_differentiation", "Hot", 0.4, 0.1, False, "times"),
            figure("repeat_purchase", "again", 0, 0, True),
            figure("mql_to_sal", "accepted", 40, 40, False) | {"undated_count": 41, "caveat": "undated"},
            figure("opportunity_to_won", "won", 40, 40, False) | {"caveat": "only_won"},
        ],
        "rpt_kpis_monthly": [month(date(2026, 6, 1), 3, 20, False), month(date(2026, 5, 1), 12, 40, True)],
        "rpt_funnel_cohorts": [
            cohort("all", "all", "2026-05", 40, 12, True),
            cohort("all", "all", "2026-06", 20, 3, False),
            cohort("all", "all", "mature", 400, 100, True),
            cohort("source", "organic_search", "2026-06", 20, 3, False),
            cohort("source", "organic_search", "mature", 380, 95, True),
            cohort("own:treatment", "Implant", "2026-05", 30, 9, True),
            cohort("own:treatment", "Implant", "mature", 30, 9, True),
            cohort("own:treatment", "Veneer", "mature", 50, 5, True),
        ],
        "rpt_rollout": [
            {
                "rollout_id": "spring", "mode": "pilot", "began_at": AS_OF - timedelta(days=30), "until_at": AS_OF,
                "measure": "answered_in_time", "place": 3, "kind": "share", "treated_count": 312, "control_count": 305,
                "treated_value": 0.41, "control_value": 0.33, "effect": 0.08, "effect_low": 0.004,
                "effect_high": 0.155, "is_different": True, "treated_missing_count": 1_124,
                "control_missing_count": 1_131,
            },
            {
                "rollout_id": "spring", "mode": "pilot", "began_at": AS_OF - timedelta(days=30), "until_at": AS_OF,
                "measure": "revenue", "place": 7, "kind": "amount", "treated_count": 400, "control_count": 390,
                "treated_value": 25.0, "control_value": 20.0, "effect": 5.0, "effect_low": -1.0, "effect_high": 11.0,
                "is_different": False, "lift_amount": 2_000, "lift_low_amount": -400, "lift_high_amount": 4_400,
            },
        ],
        "rpt_disqualified": [
            {
                "lead_id": f"out-{n}", "disqualified_by": "a person", "reason_code": "not_said",
                "is_audit_due": n < 7, "is_without_touch": n < 2,
            }
            for n in range(9)
        ],
    }  # fmt: skip


def work() -> dict[str, list[dict[str, Any]]]:
    """Marts of the pages Team, Money and Data health, counted by hand."""
    monday = AS_OF.date() - timedelta(days=AS_OF.weekday())

    def answers(cut: str, value: str, kept: int, broken: int) -> dict[str, Any]:
        return {
            "cut": cut, "cut_value": value, "ready_count": 50, "response_count": 40, "median_minutes": 30.0,
            "p90_minutes": 300.0, "median_working_minutes": 25.0, "sla_kept_count": kept, "sla_broken_count": broken,
            "sla_running_count": 3, "sla_kept_share": kept / (kept + broken),
        }  # fmt: skip

    def decided(cut: str, value: str, number: int, thin: bool) -> dict[str, Any]:
        return {
            "cut": cut, "cut_key": value, "cut_value": value, "routed_count": number, "replaced_count": 2,
            "refused_count": 1, "rerouted_count": 0, "reassigned_count": 1, "mature_count": number - 10,
            "mature_kept_count": number - 14,
            "accuracy_share": (number - 14) / (number - 10), "is_thin": thin,
        }  # fmt: skip

    def judged(cut: str, value: str, number: int) -> dict[str, Any]:
        return {
            "cut": cut, "cut_value": value, "lead_count": number, "answer_count": number // 2,
            "right_count": number // 4, "too_high_count": number // 4, "too_low_count": 0, "right_share": 0.5,
        }  # fmt: skip

    return {
        "rpt_responses": [
            answers("all", "all", 20, 10),
            answers("rep", "Grace Hopper", 18, 6),
            answers("rep", "Alan Turing", 2, 4),
            answers("hour", "09", 20, 10),
        ],
        "rpt_weekly_responses": [
            {
                "week_start_on": monday - timedelta(weeks=back), "ready_count": 12, "response_count": 9,
                "median_minutes": 30.0, "sla_kept_count": 6, "sla_broken_count": 3, "sla_running_count": 0,
                "follow_up_due_count": 8, "follow_up_done_count": 5, "is_complete": back > 0,
            }
            for back in range(4)
        ],
        "rpt_routing": [
            decided("all", "all", 100, False),
            decided("rep", "Grace Hopper", 80, False),
            decided("rep", "Alan Turing", 20, True),
        ],
        "rpt_score_feedback": [
            judged("all", "all", 40),
            judged("grade", "Hot", 30),
            judged("grade", "Cold", 10),
            judged("source", "paid_search", 40),
        ],
        "rpt_workload": [
            {
                "rep_id": "rep-1", "full_name": "Grace Hopper", "is_active": True, "is_in_pool": True,
                "weight": 3, "capacity": 40, "open_load": 30.0, "utilisation": 0.75, "is_on_leave": True,
                "given_count": 12, "taken_over_count": 1, "given_load": 20.0, "given_share": 0.8, "weight_share": 0.75,
            },
            {
                "rep_id": "rep-2", "full_name": "Alan Turing", "is_active": False, "is_in_pool": False,
                "weight": 0, "capacity": None, "open_load": 4.0, "utilisation": None, "is_on_leave": False,
                "given_count": 3, "taken_over_count": 0, "given_load": 5.0, "given_share": 0.2, "weight_share": 0.0,
            },
        ],
        "rpt_follow_ups": [
            {
                "cut": "rep", "cut_key": "rep-1", "cut_value": "Grace Hopper", "due_count": 40, "done_count": 30,
                "late_count": 4, "overdue_count": 6, "open_count": 2, "dropped_count": 1, "done_share": 0.75,
            }
        ],
        "rpt_early_disqualifications": [{"lead_id": "out-1", "disqualified_at": AS_OF, "touch_count": 1}],
        "rpt_pipeline": [
            {
                "cut": cut, "cut_key": value, "cut_value": value, "open_count": 5, "qualified_open_count": 4,
                "undated_open_count": 0, "undated_won_count": 0,
                "open_amount": 1000, "qualified_open_amount": 750, "won_count": 2, "qualified_won_count": 1,
                "won_amount": 400, "qualified_won_amount": 100,
            }
            for cut, value in (("all", "all"), ("source", "organic_search"), ("rep", "Grace Hopper"))
        ],
        "rpt_campaigns": [
            {
                "campaign_id": "c", "name": "Fair", "cost_amount": 3000, "lead_count": 30, "mql_count": 10,
                "sql_count": 0, "won_count": 0, "cost_per_lead_amount": 100.0, "cost_per_mql_amount": 300.0,
                "cost_per_sql_amount": None, "is_mature": False,
            }
        ],
        "rpt_source_costs": [
            {
                "lead_source": "paid_search", "month": date(2026, 5, 1), "cost_amount": 900, "currency": "EUR",
                "lead_count": 3, "mql_count": 1, "sql_count": 0, "cost_per_lead_amount": 300.0,
            }
        ],
        "rpt_unknown_stages": [{"crm": "salesforce", "field": "Status", "value": "Neu", "lead_count": 7}],
        "rpt_crowded_domains": [{"domain": "provider.example", "lead_count": 70}],
        "rpt_unread_own_values": [
            {
                "crm": "hubspot", "object": "contacts", "field": "termin", "feature": "needed_by", "type": "date",
                "value_count": 40, "unread_count": 12, "example": "31.12.2026",
            }
        ],
        "rpt_unread_words": [{"kind": "job_title", "word": "meister", "lead_count": 30}],
        "rpt_score_rules": [
            {
                "rule_id": "title", "dimension": "fit", "label": "Decides", "feature": "job_level", "points": 14,
                "lead_count": 0, "open_lead_count": 0, "known_count": 0,
            }
        ],
        "rpt_costs": [
            {
                "lead_source": "piad_search", "campaign": None, "month": date(2026, 5, 1), "cost_amount": 70,
                "problem": "unknown_source",
            },
            {
                "lead_source": None, "campaign": "Fair", "month": date(2026, 5, 1), "cost_amount": 70, "problem": None,
            },
        ],
        "rpt_attribution": [
            {
                "touch_type": "source", "channel": "organic_search", "opportunity_count": 3, "first_amount": 400,
                "last_amount": 400, "linear_amount": 400, "position_amount": 400, "is_thin": True,
            }
        ],
        "rpt_retention": [
            {
                "cohort_month": date(2026, 5, 1), "customer_count": 40, "repeat_count": 4, "open_count": 36,
                "repeat_rate": 0.1, "first_amount": 9000, "later_amount": 500, "is_mature": False, "is_thin": False,
            }
        ],
        "rpt_freshness": [
            {
                "crm": "hubspot", "object": name, "record_count": 9, "deleted_count": 0, "pulled_at": at,
                "last_changed_at": AS_OF - timedelta(days=30), "is_late": at is None,
            }
            for name, at in (("contacts", AS_OF), ("deals", None))
        ],
        "rpt_sync_health": [
            {
                "crm": "hubspot", "object": "contacts", "status": "skipped", "code": "CHANGED_MEANWHILE",
                "record_count": 3, "last_at": AS_OF,
            }
        ],
        "rpt_reconciliations": [
            {
                "crm": "hubspot", "object": "contacts", "field": field, "compared_count": 200,
                "differing_count": differs, "differing_share": differs / 200, "missing_count": 1, "is_sample": True,
                "reconciled_at": AS_OF,
            }
            for field, differs in (("hubspot_owner_id", 12), ("leadwright_score", 0))
        ],
        "rpt_unmatched_addresses": [
            {
                "rule_file": "routing_pool", "email_pattern": "maya.okafr@leadwright.example", "problem": "unknown",
                "is_demo": False,
            },
            {"rule_file": "routing_pool", "email_pattern": "*@former.example", "problem": "left", "is_demo": False},
            {"rule_file": "rep_leaves", "email_pattern": "a@leadwright.example", "problem": "unknown", "is_demo": True},
        ],
        "rpt_lead_owners": [
            {
                "rep_id": name, "full_name": name, "is_active": name != "Alan", "takes_leads": False,
                "is_routed_from": False, "lead_count": count, "open_lead_count": count, "touch_count": 0,
                "opportunity_count": 0, "may_be_login": name == "Web forms",
            }
            for name, count in (("Web forms", 300), ("Alan", 40), ("Nora", 0))
        ],
        "rpt_implausible_dates": [
            {
                "crm": "hubspot", "object": "contacts", "field": "createdate", "problem": "too_early",
                "record_count": 2, "example_record_id": "77",
            }
        ],
        "rpt_data_quality": [
            {"check_id": "no_email", "meaning": "No e-mail address", "lead_count": 3, "of_lead_count": 9, "rate": 1 / 3}
        ],
    }  # fmt: skip


def empty() -> dict[str, list[dict[str, Any]]]:
    """Marts after a run against CRMs without a single lead."""
    zeros: dict[str, Any] = dict.fromkeys(OVERVIEW, 0) | {"as_of": AS_OF, "response_median_minutes": None}
    return {"rpt_overview": [zeros]}


def contracts() -> dict[str, dict[str, str]]:
    """The columns of every mart and their types, as its contract has them."""
    models = [model for file in CONTRACTS for model in yaml.safe_load(file.read_text())["models"]]
    return {model["name"]: {c["name"]: c["data_type"] for c in model["columns"]} for model in models}


def publish(file: Path, tables: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
    """Write `tables` (mart -> rows) to `file`; marts that are not given exist and are empty."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(file)) as db:
        db.execute("set TimeZone = 'UTC'")
        db.execute("create schema marts")
        for table, columns in contracts().items():
            body = ", ".join(f"{name} {kind}" for name, kind in columns.items())
            db.execute(f"create table marts.{table} ({body})")
            for row in tables.get(table, []):
                marks = ", ".join("?" * len(row))
                db.execute(
                    f"insert into marts.{table} ({', '.join(row)}) values ({marks})", list(row.values())
                )


def _value(unit: str, numerator: float, denominator: float) -> float | None:
    if unit == "minutes":
        return numerator
    return numerator / denominator if denominator else None


def _week(start: date, leads: int) -> dict[str, Any]:
    return {
        "week_start_on": start, "lead_count": leads, "mql_count": leads * 43 // 100, "sql_count": leads * 12 // 100,
        "won_count": leads * 4 // 100, "is_complete": start + timedelta(days=7) <= AS_OF.date(),
    }  # fmt: skip


def _week_by_grade(start: date, leads: int) -> list[dict[str, Any]]:
    hot, warm = leads * 15 // 100, leads // 2
    numbers = (hot, warm, leads - hot - warm)
    return [
        {"week_start_on": start, "grade": row[0], "place": row[1], "lead_count": n}
        for row, n in zip(SCALE, numbers, strict=True)
    ]
