"""The run in words and numbers that a manager understands, from the published marts."""

from __future__ import annotations

from typing import Any

from leadwright import warehouse
from leadwright.runs import Run
from leadwright.settings import Settings

_EXAMPLES = """
    select l.full_name, l.email, l.company_name, s.score, s.grade, s.top_reasons, a.owner_name, a.reason
    from marts.fct_lead_scores s
    join marts.dim_leads l on l.lead_id = s.lead_id
    left join marts.fct_lead_assignments a on a.lead_id = s.lead_id
    qualify row_number() over (partition by s.grade order by s.score desc, s.lead_id) = 1
    order by s.score desc
"""


def overview(settings: Settings) -> dict[str, Any]:
    """The headline numbers: one row of `rpt_overview`, column name -> value."""
    with warehouse.reader(settings.serving_file) as db:
        return warehouse.rows(db, "select * from marts.rpt_overview")[0]


def examples(settings: Settings) -> list[dict[str, Any]]:
    """The best lead of each grade with its reasons and its owner's."""
    with warehouse.reader(settings.serving_file) as db:
        return warehouse.rows(db, _EXAMPLES)


def routed(settings: Settings) -> int:
    """How many leads have an owner."""
    with warehouse.reader(settings.serving_file) as db:
        rows = warehouse.rows(
            db, "select count(*) as n from marts.fct_lead_assignments where rep_id is not null"
        )
    return int(rows[0]["n"])


def as_markdown(run: Run) -> str:
    """What one run did, for Prefect's artifact page."""
    lines = ["## Pulled", "| CRM | object | rows |", "|---|---|---:|"]
    lines += [f"| {p.crm} | {name} | {n:,} |" for p in run.pulled for name, n in sorted(p.rows.items())]
    verb = "Would write" if run.dry_run else "Written"
    lines += [
        "",
        f"## {verb}",
        "| CRM | object | planned | accepted | rejected | skipped |",
        "|---|---|---:|---:|---:|---:|",
    ]
    lines += [
        f"| {w.crm} | {w.object} | {w.planned:,} | {w.outcomes['accepted']:,} | {w.outcomes['rejected']:,} "
        f"| {w.outcomes['skipped']:,} |"
        for w in run.written
    ]
    for w in run.written:
        lines += [
            f"- {w.model}: {n:,} not written because of {code}" for code, n in sorted(w.reasons.items())
        ]
    lines += ["", "## Seconds", "| stage | seconds |", "|---|---:|"]
    lines += [f"| {stage} | {seconds:.1f} |" for stage, seconds in run.seconds.items()]
    return "\n".join(lines)
