"""What the last build found that a company's tables do not fit: words, domains and costs that nothing is known of, and
rules that give everybody the same grade. A run goes well all the same, and what it says helps nobody."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from leadwright import warehouse
from leadwright.connectors.base import Finding
from leadwright.formatting import count
from leadwright.rules import files
from leadwright.rules.files import RuleFile
from leadwright.settings import Settings

ENOUGH = 20
"""Of so few open leads all may well have one grade."""

_SHOWN = 8

COST_PROBLEMS = {
    "unknown_source": "no lead has that source",
    "unknown_campaign": "no CRM has such a campaign",
    "several_campaigns": "several campaigns have that name; write the id of one",
}


def faults(settings: Settings) -> list[Finding]:
    """The findings that somebody has to do something about."""
    with warehouse.writer(settings.warehouse_file, settings.lock_wait_seconds) as db:
        return [finding for finding in findings(db, settings) if not finding.ok]


def findings(db: warehouse.Connection, settings: Settings) -> Iterator[Finding]:
    """What does not fit, as the last build left it; nothing before the first one."""
    rules = settings.rules_folder
    if finding := one_grade(db, str(rules / "rules" / "score_rules.csv")):
        yield finding
    yield from _stages(db)
    yield from _domains(db)
    yield from _words(db)
    yield from _own_values(db)
    for row in _reported(db, "rpt_costs", "problem is not null order by month, lead_source, campaign"):
        name = row["lead_source"] or row["campaign"]
        yield Finding(
            "costs",
            False,
            f"costs.csv, {row['month']:%Y-%m}: {name}: {COST_PROBLEMS[row['problem']]}; the row counts for no lead",
            "Correct it. Sources are spelled as in the report rpt_sources and on the page Overview.",
        )


def nobody_yet(tables: Sequence[RuleFile], settings: Settings) -> Iterator[Finding]:
    """Say, before the first run has routed anything, that no table names anybody who takes leads."""
    takers = [table for table in tables if table.name in ("routing_pool", "routing_fallback")]
    faults = [fault for table in takers for fault in files.read(table)]
    if settings.write_owners and not faults and not any(table.rows for table in takers):
        yield Finding(
            "routing",
            True,
            "nobody takes leads yet, and no lead is given to anybody: put the addresses of those who do into "
            f"{settings.rules_folder / 'rules' / 'routing_pool.csv'} (pool everyone)",
        )


def one_grade(db: warehouse.Connection, file: str = "score_rules.csv") -> Finding | None:
    """Say that all open leads have one grade, and which rules hold for nobody; None where the grades differ.

    Where a champion makes the score no rule gives points, so none is named.
    """
    grades = _reported(db, "rpt_grade_totals", "open_lead_count > 0 order by place")
    rules = _reported(db, "rpt_score_rules", "true order by rule_id")
    if len(grades) != 1 or grades[0]["open_lead_count"] < ENOUGH or not rules:
        return None
    if "is_champion" in warehouse.columns(db, "marts", "rpt_models") and _reported(
        db, "rpt_models", "is_champion"
    ):
        return Finding(
            "grades",
            False,
            f"all {count(grades[0]['open_lead_count'])} open leads are {grades[0]['grade']}, so the grade tells nobody "
            "whom to call: the model that makes the score finds no difference between them",
            "`leadwright train` makes another one; `leadwright model rollback` goes back to the rules.",
        )
    idle = [rule for rule in rules if not rule["lead_count"]]
    unknown = Counter(rule["feature"] for rule in rules if not rule["known_count"])
    lacking = ", ".join(name for name, _ in unknown.most_common(_SHOWN))
    why = f" No lead has {lacking}{' and others' if len(unknown) > _SHOWN else ''}." if unknown else ""
    return Finding(
        "grades",
        False,
        f"all {count(grades[0]['open_lead_count'])} open leads are {grades[0]['grade']}, so the grade tells nobody "
        f"whom to call: {len(idle)} of {len(rules)} rules of fit and intent hold for no lead.{why}",
        "`leadwright study` proposes rules that your outcomes support. Or put rules into "
        f"{file} that look at what your leads have (`leadwright fields` lists your CRM's fields), or "
        "move the limits in score_dimensions.csv. The page Data health says how many leads each rule holds for.",
    )


def _stages(db: warehouse.Connection) -> Iterator[Finding]:
    words = _reported(db, "rpt_unknown_stages", "true order by lead_count desc, crm, field, value")
    if words:
        shown = "; ".join(f"{_row(word)} ({count(word['lead_count'])} leads)" for word in words[:_SHOWN])
        more = f"; and {len(words) - _SHOWN} more" if len(words) > _SHOWN else ""
        yield Finding(
            "stages",
            False,
            f"{len(words)} words of your CRMs' stages are not known, so nobody knows where these leads stand: "
            f"{shown}{more}",
            "`leadwright study` proposes what they mean. By hand: "
            "`leadwright rules own lead_stages` makes reference/lead_stages.csv: write a row for each, which goes on "
            "with lead, recycled, mql, sal, sql or disqualified, a reason_code where it is a rejection (not_said where "
            f"the word says none), and why, such as {_row(words[0])},disqualified,not_said,Ours (docs/lifecycle.md).",
        )


def _row(word: dict[str, Any]) -> str:
    """How the row of lead_stages.csv begins that says what the word means."""
    return files.spelled([word["crm"], word["field"], word["value"]])


def _domains(db: warehouse.Connection) -> Iterator[Finding]:
    domains = _reported(db, "rpt_crowded_domains", "true order by lead_count desc, domain")
    if domains:
        shown = ", ".join(f"{d['domain']} ({count(d['lead_count'])})" for d in domains[:_SHOWN])
        yield Finding(
            "domains",
            True,
            f"many people write from {shown}, and no CRM has a company of it: they count as colleagues. Mail "
            "providers, universities and the like belong into reference/free_mail_domains.csv (`leadwright rules own "
            "free_mail_domains`)",
        )


def _own_values(db: warehouse.Connection) -> Iterator[Finding]:
    for row in _reported(db, "rpt_unread_own_values", "true order by crm, object, field"):
        yield Finding(
            "own fields",
            False,
            f"{row['crm']} {row['object']}.{row['field']}, of the type {row['type']} in fields.csv: "
            f"{count(row['unread_count'])} of {count(row['value_count'])} values are none to us and say nothing",
            "Dates are written 2026-12-31, numbers as number_format.csv says. Correct them in the CRM, or give the "
            "field the type text; the page Data health has an example.",
        )


_LISTS = {"job_title": ("job titles", "job_titles"), "country": ("countries", "countries")}


def _words(db: warehouse.Connection) -> Iterator[Finding]:
    words = _reported(db, "rpt_unread_words", "true order by kind, lead_count desc, word")
    for kind, (said, table) in _LISTS.items():
        if found := [word for word in words if word["kind"] == kind]:
            shown = ", ".join(f"{word['word']} ({count(word['lead_count'])})" for word in found[:_SHOWN])
            yield Finding(
                "words",
                True,
                f"{said} that {table}.csv does not know, so that no rule can go by them: {shown}. `leadwright rules "
                f"own {table}` makes a file for rows of your own",
            )


def _reported(db: warehouse.Connection, mart: str, which: str) -> list[dict[str, Any]]:
    """Rows of a mart as the last build left it; none before the first one."""
    return (
        warehouse.rows(db, f"from marts.{mart} where {which}") if warehouse.columns(db, "marts", mart) else []
    )
