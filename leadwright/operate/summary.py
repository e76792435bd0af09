"""The run in words and numbers that a manager understands, from the published marts."""

from __future__ import annotations

from typing import Any

from leadwright import warehouse
from leadwright.connectors.base import STATUSES
from leadwright.operate.erasure import WITHHELD
from leadwright.operate.runs import Run, consequence
from leadwright.settings import Settings


def overview(settings: Settings) -> dict[str, Any]:
    """The headline numbers: one row of `rpt_overview`, column name -> value."""
    with warehouse.reader(settings.serving_file) as db:
        return warehouse.rows(db, "select * from marts.rpt_overview")[0]


def grades(settings: Settings) -> list[dict[str, Any]]:
    """How many leads each grade has, the best grade first: the rows of `rpt_grade_totals`."""
    with warehouse.reader(settings.serving_file) as db:
        return warehouse.rows(db, "select * from marts.rpt_grade_totals order by place")


def examples(settings: Settings) -> list[dict[str, Any]]:
    """The best lead of each grade with its reasons and its owner's."""
    with warehouse.reader(settings.serving_file) as db:
        return warehouse.rows(db, "select * from marts.rpt_example_leads order by score desc")


def as_markdown(run: Run) -> str:
    """What one run did, for Prefect's artifact page."""
    lines = [*_failed(run), *_waiting(run), "## Pulled", "| CRM | object | rows |", "|---|---|---:|"]
    lines += [f"| {p.crm} | {name} | {n:,} |" for p in run.pulled for name, n in sorted(p.rows.items())]
    lines += [
        f"- {n:,} {p.crm} {name} could not be read and are set aside; `leadwright doctor` says why"
        for p in run.pulled
        for name, n in sorted(p.set_aside.items())
    ]
    lines += [f"- {line}" for line in run.left()]
    if run.erased:
        lines += [f"- {name}: {n:,} people forgotten" for name, n in run.erased.records.items()]
        lines += [f"- {name}: {n:,} {WITHHELD}" for name, n in run.erased.withheld.items()]
    verb = "Would write" if run.dry_run else "Written"
    lines += [
        "",
        f"## {verb}",
        *([f"Roll-out: {run.rollout.told}.", ""] if run.rollout else []),
        f"| CRM | object | planned | {' | '.join(STATUSES)} |",
        f"|---|---|---:|{'---:|' * len(STATUSES)}",
    ]
    lines += [
        f"| {w.crm} | {w.object} | {w.planned:,} | {' | '.join(f'{w.outcomes[s]:,}' for s in STATUSES)} |"
        for w in run.written
    ]
    for w in run.written:
        lines += [
            f"- {w.model}: {n:,} not written because of {code}" for code, n in sorted(w.reasons.items())
        ]
    if run.owner_moves:
        lines += [
            "",
            "## Owners",
            "| person | leads now | gets | loses | then | gets from |",
            "|---|---:|---:|---:|---:|---|",
        ]
        lines += [
            f"| {m.name}{'' if m.is_active else ' (left)'} | {m.leads_before:,} | {m.gets:,} | {m.loses:,} "
            f"| {m.leads_after:,} | {', '.join(f'{name} {n:,}' for name, n in m.gets_from.items())} |"
            for m in run.owner_moves
        ]
    if run.misfits:
        lines += ["", "## To fix", *(f"- {f.check}: {f.detail}. {f.fix}" for f in run.misfits)]
    if run.untold:
        lines += [
            "",
            "## Notices that did not arrive",
            *(f"- {line}" for line in run.untold),
            "The next run tells it.",
        ]
    lines += ["", "## Seconds", "| stage | seconds |", "|---|---:|"]
    lines += [f"| {stage} | {seconds:.1f} |" for stage, seconds in run.seconds.items()]
    return "\n".join(lines)


def _waiting(run: Run) -> list[str]:
    """What was not sent, why, and how it goes on."""
    if run.stop:
        reasons = [f"- {reason.text}" for reason in run.stop.reasons]
        again = f"Look with `leadwright sync --dry-run`; `{run.stop.command}` sends it."
        return ["## Stopped before anything was sent", *reasons, "", again, ""]
    if run.pause:
        return ["## Paused", f"{run.pause} {run.held_back:,} records wait. {run.pause.way_out}", ""]
    if run.held_back:
        return [f"{run.held_back:,} records wait for the next run, by the limits in `leadwright.toml`.", ""]
    return []


def _failed(run: Run) -> list[str]:
    """Why a run failed, and what that means."""
    if run.failure is None:
        return []
    stopped = [f"- {name}: {why}" for name, why in sorted(run.not_whole.items())]
    heading = ["", "Not built whole:", *stopped] if stopped else []
    return ["## Failed", run.failure, "", consequence({"failed_stage": run.failed_stage}), *heading, ""]
