"""How things are at the moment, as far as somebody should be told: runs, guard rails, refusals, sources, scores.

What is decided about leads is decided in SQL: `rpt_source_silence`, `rpt_score_drift` and `rpt_model_drift` say what is
silent and what has drifted, and where nobody can tell. Facts are counts, names of sources and runs, and what to do;
nobody's data.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from leadwright import warehouse
from leadwright.connectors.errors import brief
from leadwright.notices import texts
from leadwright.notices.changes import Condition
from leadwright.notices.destinations import Alarms
from leadwright.writeback import approvals

_RUNS = warehouse.statement(__file__, "conditions_runs")
_REJECTED = warehouse.statement(__file__, "conditions_rejected")

_MODEL_DRIFT = warehouse.statement(__file__, "conditions_model_drift")

_WRONG = ("failed", "killed")
_LABELS = {"crm": "all of", "source": "the source"}


def of_runs(db: warehouse.Connection) -> Iterator[Condition]:
    """How the last run of each flow ended."""
    if "flow" not in warehouse.columns(db, "ops", "runs"):
        return
    for row in warehouse.rows(db, _RUNS):
        yield of_run(
            row["flow"],
            row["status"] if row["status"] in _WRONG else "",
            row["started_at"],
            run=row["run_id"][:8],
            stage=row["failed_stage"],
            reason=row["reason"],
        )


def of_run(
    flow: str,
    state: str,
    began_at: datetime | None,
    *,
    run: str,
    stage: str | None = None,
    reason: str | None = None,
) -> Condition:
    """How a run ended; `state` is `failed`, `killed` or empty."""
    command = "run" if flow == "qualify" else flow
    facts: dict[str, Any] = {"flow": flow, "command": f"leadwright {command}"}
    if state:
        why = texts.plain(brief(reason)).strip() if reason else ""
        facts |= {"run": run, "began_at": began_at, "stage": stage, "reason": why or None, "ended": state}
    else:
        facts |= {"next_run": run}
    # that another run fails in another way is no news: it still fails
    return Condition(f"run/{flow}", "failed_run", "failed" if state else "", began_at, facts)


def everything(db: warehouse.Connection, alarms: Alarms, known: Iterable[str]) -> Iterator[Condition]:
    """How everything is that can be judged.

    Args:
        db: the warehouse.
        alarms: from when on something is worth a notice.
        known: subjects that were wrong before: of what is not refused any more no row tells.
    """
    yield from of_runs(db)
    yield _guard_rail(db)
    yield from _refusals(db, alarms, known)
    yield from _sources(db)
    yield from _drift(db)
    yield from _model_drift(db)


def _guard_rail(db: warehouse.Connection) -> Condition:
    stop = approvals.waiting(db) if warehouse.columns(db, "ops", "approvals") else None
    if stop is None:
        return Condition("guard_rail", "guard_rail")
    facts = {
        "run": stop.short_id,
        "command": stop.command,
        "record_count": stop.record_count,
        "reasons": [reason.text for reason in stop.reasons],
    }
    return Condition("guard_rail", "guard_rail", f"asks {stop.short_id}", stop.made_at, facts)


def _refusals(db: warehouse.Connection, alarms: Alarms, known: Iterable[str]) -> Iterator[Condition]:
    """Between the limit and half of it nothing is said, or a share that wavers would be told again and again."""
    rows = warehouse.rows(db, _REJECTED) if warehouse.columns(db, "ops", "writes") else []
    seen = set()
    for row in rows:
        seen.add(subject := f"rejected/{row['crm']}/{row['object']}")
        share = row["rejected_count"] / row["sent_count"]
        facts = {**row, "share": share, "limit": alarms.rejected_at_most}
        if share > alarms.rejected_at_most and row["rejected_count"] > alarms.rejected_allowed:
            yield Condition(subject, "rejected_share", "refused", None, facts)
        elif 2 * share <= alarms.rejected_at_most or 2 * row["rejected_count"] <= alarms.rejected_allowed:
            yield Condition(subject, "rejected_share", facts=facts)
    for subject in known:
        if subject.startswith("rejected/") and subject not in seen:
            yield Condition(
                subject, "rejected_share", facts={"sent_count": 0, "rejected_count": 0, "share": 0.0}
            )


def _sources(db: warehouse.Connection) -> Iterator[Condition]:
    if not warehouse.columns(db, "marts", "rpt_source_silence"):
        return
    found = "from marts.rpt_source_silence where state in ('silent', 'usual') order by cut, cut_value"
    for row in warehouse.rows(db, found):
        facts = {
            "what": f"{_LABELS[row['cut']]} {brief(row['cut_value'])}",
            "last_lead_at": _utc(row["last_lead_at"]),
            "silent_from": _utc(row["silent_from"]),
            "lead_count": row["lead_count"],
        }
        subject = f"{row['cut']}/{brief(row['cut_value'])}"
        if row["state"] == "silent":
            yield Condition(subject, "silent_source", "silent", _utc(row["silent_from"]), facts)
        else:
            yield Condition(
                subject, "silent_source", facts={"what": facts["what"], "heard_at": facts["last_lead_at"]}
            )


def _drift(db: warehouse.Connection) -> Iterator[Condition]:
    if not warehouse.columns(db, "marts", "rpt_score_drift"):
        return
    found = "from marts.rpt_score_drift where state in ('drifted', 'steady') order by cut"
    for row in warehouse.rows(db, found):
        facts = {
            "measure": {"grade": "grades", "score": "scores"}.get(row["cut"], row["cut"]),
            "index": row["stability_index"],
            "band": brief(row["moved_band"]),
            "earlier_share": row["moved_band_earlier_share"],
            "recent_share": row["moved_band_recent_share"],
            "recent_count": row["recent_count"],
            "earlier_count": row["earlier_count"],
        }
        state = "drifted" if row["state"] == "drifted" else ""
        yield Condition(
            f"drift/{row['cut']}", "score_drift", state, _utc(row["as_of"]) if state else None, facts
        )


def _model_drift(db: warehouse.Connection) -> Iterator[Condition]:
    """Of the champion alone: nobody acts by a model in shadow."""
    if not warehouse.columns(db, "marts", "rpt_model_drift"):
        return
    for row in warehouse.rows(db, _MODEL_DRIFT):
        facts = {name: row[name] for name in ("model", "measure", "lead_count", "expected_rate", "rate")}
        facts["subjects"] = [brief(name) for name in (row["drifted"] or ())]
        state = "drifted" if facts["subjects"] else ""
        yield Condition(
            f"model_drift/{row['measure']}",
            "model_drift",
            state,
            _utc(row["as_of"]) if state else None,
            facts,
        )


def _utc(at: datetime | None) -> datetime | None:
    return at.replace(tzinfo=UTC) if at and at.tzinfo is None else at
