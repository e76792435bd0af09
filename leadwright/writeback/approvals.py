"""Plans that stopped a run and wait for a person, and what persons approved.

A run that is due while a plan waits, was made with the same rules and would change no more than that, waits with it; so
who looks in the morning approves what the first run of the night has shown. One plan waits at a time: a later one that
goes further, or that other rules made, takes its place.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from leadwright import warehouse
from leadwright.connectors.errors import ConfigError
from leadwright.formatting import moment
from leadwright.settings import Settings
from leadwright.writeback import plans
from leadwright.writeback.pausing import os_user
from leadwright.writeback.plans import Plan

_PLANS = (
    ("run_id", "varchar"),
    ("made_at", "timestamptz"),
    ("verdict", "varchar"),
    ("asks_run_id", "varchar"),
    ("plan_hash", "varchar"),
    ("record_count", "bigint"),
    ("with_owners", "boolean"),
    ("rules_version", "varchar"),
    ("reasons", "varchar"),
)
_APPROVALS = (
    ("run_id", "varchar"),
    ("approved_by", "varchar"),
    ("approved_at", "timestamptz"),
    ("plan_hash", "varchar"),
    ("reasons", "varchar"),
)

_SHORT = 8
"""Letters of a run's id that people are shown and that tell it from the others."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a run stops before it sends.

    Attributes:
        code: first_write, grade, score, owner, task or list.
        subject: the CRM account of a first write, ` tasks` or ` lists` behind it where these are meant; else what was
            counted: leads or accounts.
    """

    code: str
    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class Stop:
    """A run that stopped before it sent anything.

    Attributes:
        run_id: the run whose plan is to be approved: this one, or an earlier one with whose plan it waits.
        made_at: when that plan was made.
        record_count: records of the plan.
        rules_version: of the rules that it was made with; see `guards`.
    """

    run_id: str
    made_at: datetime
    plan_hash: str
    record_count: int
    with_owners: bool
    reasons: Sequence[Reason] = field(default_factory=tuple)
    rules_version: str = ""

    @property
    def short_id(self) -> str:
        """The run as people type it."""
        return self.run_id[:_SHORT]

    @property
    def command(self) -> str:
        """What approves it."""
        return f"leadwright sync --approve {self.short_id}"

    def __str__(self) -> str:
        why = " ".join(reason.text for reason in self.reasons)
        return f"Stopped before anything was sent. {why} To send it: `{self.command}`."

    def as_dict(self) -> dict[str, Any]:
        """The stop as plain values."""
        return {
            "approve": self.run_id,
            "plan_hash": self.plan_hash,
            "records": self.record_count,
            "reasons": [{"code": r.code, "subject": r.subject, "text": r.text} for r in self.reasons],
        }


@dataclass(frozen=True, slots=True)
class Cover:
    """A plan whose changes are not asked about again.

    Attributes:
        since: changes that were sent after this are.
    """

    run_id: str = ""
    since: datetime | None = None


def ensure(db: warehouse.Connection) -> None:
    """Make the tables where they are missing."""
    warehouse.ensure_table(db, "ops", "plans", _PLANS)
    warehouse.ensure_table(db, "ops", "approvals", _APPROVALS)
    warehouse.ensure_table(db, "ops", "planned_changes", plans.CHANGES)


def approve(run: str, settings: Settings) -> bool:
    """Note that whoever runs this approves the plan that `run` stopped with; whether owners are among it.

    Args:
        run: the id of the run, or how it begins. One that was approved last is so still.

    Raises:
        ConfigError: no such run waits for an approval.
    """
    with warehouse.writer(settings.warehouse_file, settings.lock_wait_seconds) as db:
        ensure(db)
        stop = waiting(db)
        found = db.execute(
            "select distinct asks_run_id from ops.plans where verdict = 'stopped' and starts_with(run_id, ?)",
            [run],
        ).fetchall()
        if run and stop is None and found == [(latest(db).run_id,)]:
            return _has_owners(db, latest(db).run_id)
        if not run or stop is None or found != [(stop.run_id,)]:
            raise ConfigError(_not_waiting(run, stop))
        db.execute(
            "insert into ops.approvals values (?, ?, now(), ?, ?)",
            [stop.run_id, os_user(), stop.plan_hash, _spelled(stop.reasons)],
        )
    return stop.with_owners


def waiting(db: warehouse.Connection) -> Stop | None:
    """The plan that waits for an approval; None where none does, or people whom it names were forgotten since."""
    if not warehouse.columns(db, "ops", "plans"):
        return None
    latest = warehouse.rows(db, "from ops.plans order by made_at desc limit 1")
    if not latest or latest[0]["verdict"] != "stopped":
        return None
    (plan,) = warehouse.rows(db, "from ops.plans where run_id = ?", [latest[0]["asks_run_id"]])
    run_id = plan["run_id"]
    if db.execute("select 1 from ops.approvals where run_id = ?", [run_id]).fetchone():
        return None
    if plans.digest(db, f"(from ops.planned_changes where run_id = '{run_id}')") != plan["plan_hash"]:
        return None
    return Stop(
        run_id,
        plan["made_at"],
        plan["plan_hash"],
        plan["record_count"],
        plan["with_owners"],
        tuple(Reason(**each) for each in json.loads(latest[0]["reasons"])),
        plan["rules_version"] or "",
    )


def latest(db: warehouse.Connection) -> Cover:
    """The plan that was approved last."""
    found = db.execute(
        "select run_id, approved_at from ops.approvals order by approved_at desc limit 1"
    ).fetchone()
    return Cover(*found) if found else Cover()


def accounts_asked_about(db: warehouse.Connection) -> set[str]:
    """The CRM accounts whose first write was approved."""
    found = db.execute("select reasons from ops.approvals").fetchall()
    reasons = [each for (said,) in found for each in json.loads(said)]
    return {each["subject"] for each in reasons if each["code"] == "first_write"}


def rules_of_last_write(db: warehouse.Connection) -> str | None:
    """The version of the rules with which a run last passed the guard rails; None where none did."""
    found = db.execute(
        "select rules_version from ops.plans where verdict = 'passed' order by made_at desc limit 1"
    ).fetchone()
    return found[0] if found else None


def note_passed(db: warehouse.Connection, run_id: str, plan: Plan, rules_version: str) -> None:
    """Note that a run's plan may be sent. The plan is in the relation `planned`."""
    _note(db, run_id, "passed", run_id, plan, rules_version, ())


def note_stopped(
    db: warehouse.Connection,
    run_id: str,
    plan: Plan,
    rules_version: str,
    reasons: Sequence[Reason],
    asks: Stop | None,
) -> Stop:
    """Note that a run stopped, and keep its plan; its stop.

    Args:
        asks: the plan that waits already and covers this one; then no other is kept.
    """
    db.execute("begin")
    if asks is None:
        kept = latest(db).run_id
        db.execute("delete from ops.planned_changes where run_id != ?", [kept])
        db.execute("insert into ops.planned_changes by name select ? as run_id, * from planned", [run_id])
    _note(db, run_id, "stopped", asks.run_id if asks else run_id, plan, rules_version, reasons)
    db.execute("commit")
    stop = waiting(db)
    assert stop is not None
    return stop


def _note(
    db: warehouse.Connection,
    run_id: str,
    verdict: str,
    asks_run_id: str,
    plan: Plan,
    rules_version: str,
    reasons: Sequence[Reason],
) -> None:
    row = [run_id, verdict, asks_run_id, plans.digest(db, "planned"), plan.record_count, plan.with_owners]
    db.execute(
        "insert into ops.plans values (?, now(), ?, ?, ?, ?, ?, ?, ?)",
        [*row, rules_version, _spelled(reasons)],
    )


def _spelled(reasons: Sequence[Reason]) -> str:
    return json.dumps([{"code": r.code, "subject": r.subject, "text": r.text} for r in reasons])


def _has_owners(db: warehouse.Connection, run_id: str) -> bool:
    (found,) = db.execute("select with_owners from ops.plans where run_id = ?", [run_id]).fetchone() or (
        True,
    )
    return bool(found)


def _not_waiting(run: str, stop: Stop | None) -> str:
    if stop is None:
        return "No run waits for an approval."
    return (
        f"Run {run} waits for no approval; run {stop.short_id} does, since {moment(stop.made_at)}, with "
        f"{stop.record_count:,} records. Look with `leadwright sync --dry-run`, then `{stop.command}`."
    )
