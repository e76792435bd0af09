"""One line per run in `ops.runs`, from its start on, so that a run that failed or was killed can be seen too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from leadwright import warehouse
from leadwright.connectors.base import STATUSES, Finding
from leadwright.connectors.errors import DailyLimitError, LeadwrightError, brief
from leadwright.settings import Settings

if TYPE_CHECKING:  # dbt takes seconds to import; a command that only shows must not wait for them
    from leadwright.operate.erasure import Erased
    from leadwright.pull.extract import Pulled
    from leadwright.transform.tables import RawTable
    from leadwright.writeback.approvals import Stop
    from leadwright.writeback.ownermoves import OwnerMove
    from leadwright.writeback.pausing import Pause
    from leadwright.writeback.previews import Preview
    from leadwright.writeback.rollout import Rollout
    from leadwright.writeback.sending import Written

_NOTE_START = warehouse.statement(__file__, "runs_note_start")
_NOTE_END = warehouse.statement(__file__, "runs_note_end")
_LAST = warehouse.statement(__file__, "runs_last")

_LONGEST = 1_000  # our messages end with what to do


@dataclass(slots=True)
class Run:
    """What one run did.

    Attributes:
        run_id: names the run in the ledger and in Prefect.
        flow: what it does: qualify, ingest, transform, sync, link, train, refit, backtest, undo or
            reconcile.
        as_of: the moment that it scored every lead for; None until it has.
        built: what it built of the dbt project and found whole.
        not_whole: models that it could not build whole -> why.
        failure: why it failed, in our own words.
        failed_stage: the stage that failed first.
        pulled: rows by CRM and table.
        written: rows by sync model.
        with_owners: whether fields that set, name or explain the owner are among them.
        put_off: CRM -> why what is left of its pull or its writes waits for a later run.
        is_put_off: the whole run waits for a later one: there was nothing yet to score.
        preview: of a dry run, what would be written.
        stop: what a guard rail asks before anything is sent; None where nothing is asked.
        pause: why what differs was not sent, or not all of it.
        rollout: which step of the roll-out held; None where nothing was to be written.
        erased: records of people who were forgotten, or should have been.
        misfits: what the company's tables do not fit, by what was built.
        untold: who could not be told of what had changed, and why.
        seconds: duration of each stage.
    """

    run_id: str
    flow: str
    started_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    as_of: datetime | None = None
    built: list[str] = field(default_factory=list)
    not_whole: Mapping[str, str] = field(default_factory=dict)
    failure: str | None = None
    failed_stage: str | None = None
    pulled: list[Pulled] = field(default_factory=list)
    written: list[Written] = field(default_factory=list)
    erased: Erased | None = None
    misfits: list[Finding] = field(default_factory=list)
    untold: list[str] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)
    dry_run: bool = False
    with_owners: bool = True
    put_off: dict[str, str] = field(default_factory=dict)
    is_put_off: bool = False
    preview: Preview | None = None
    stop: Stop | None = None
    pause: Pause | None = None
    rollout: Rollout | None = None

    @property
    def status(self) -> str:
        """How it ended, as `ops.runs` has it."""
        if self.failure:
            return "put off" if self.is_put_off else "failed"
        return "stopped" if self.stop else "paused" if self.pause else "completed"

    @property
    def owner_moves(self) -> Sequence[OwnerMove]:
        """Of a dry run, who would get and lose leads."""
        return self.preview.owner_moves if self.preview else ()

    @property
    def held_back(self) -> int:
        """Records that differ and wait for a later run."""
        return sum(w.held_back for w in self.written)

    @property
    def sent(self) -> int:
        """Records that were sent to a CRM."""
        return sum(sum(w.outcomes.values()) for w in self.written)

    def left(self) -> list[str]:
        """What was not read or written, and why: objects that stopped, and what waits for a later run."""
        stopped = [
            f"{pulled.crm} {name} were not read; what is here of them is older. {why}"
            for pulled in self.pulled
            for name, why in pulled.stops.objects.items()
        ]
        return [
            *stopped,
            *(f"{crm}: the rest waits for a later run. {why}" for crm, why in self.put_off.items()),
        ]

    def as_dict(self) -> dict[str, Any]:
        """The run as plain values, for JSON and for the run's artifact."""
        return {
            "run_id": self.run_id,
            "dry_run": self.dry_run,
            "pulled": {p.crm: p.rows for p in self.pulled},
            "set_aside": {p.crm: p.set_aside for p in self.pulled if p.set_aside},
            "stopped_objects": {p.crm: p.stops.objects for p in self.pulled if p.stops.objects},
            "put_off": dict(self.put_off),
            "written": {
                w.model: {
                    "planned": w.planned,
                    "held_back": w.held_back,
                    "fields": dict(w.fields),
                    **{status: w.outcomes[status] for status in STATUSES},
                    "reasons": dict(w.reasons),
                    "created_fields": w.created_fields,
                    "interrupted_before": w.interrupted,
                }
                for w in self.written
            },
            "status": self.status,
            "stopped": self.stop.as_dict() if self.stop else None,
            "paused": str(self.pause) if self.pause else None,
            "with_owners": self.with_owners,
            "preview": self.preview.as_dict() if self.preview else None,
            "owner_moves": [move.as_dict() for move in self.owner_moves],
            "rollout": self.rollout.as_dict() if self.rollout else None,
            "erased": dict(self.erased.records) if self.erased else {},
            "not_erased": dict(self.erased.withheld) if self.erased else {},
            "stopped_reports": dict(self.not_whole),
            "misfits": [{"check": f.check, "detail": f.detail, "fix": f.fix} for f in self.misfits],
            "untold": list(self.untold),
            "seconds": {stage: round(seconds, 2) for stage, seconds in self.seconds.items()},
        }


def start(flow: str, *, dry_run: bool = False) -> Run:
    """A new run of `flow`."""
    return Run(run_id=str(uuid4()), flow=flow, dry_run=dry_run)


def note_start(run: Run, table: RawTable, settings: Settings) -> None:
    """Add `run` to `ops.runs`, and say of runs that never ended that they were killed; no other run is under way."""
    with warehouse.writer(settings.warehouse_file, settings.lock_wait_seconds) as db:
        warehouse.ensure_table(db, table.schema, table.name, table.columns)
        db.execute("update ops.runs set status = 'killed' where status = 'running'")
        db.execute(_NOTE_START, {"run_id": run.run_id, "flow": run.flow, "started_at": run.started_at})


def failed(run: Run, error: BaseException) -> None:
    """Keep in `run` why it failed; in our own words, because those of others may hold data."""
    run.failure = brief(error, _LONGEST) if isinstance(error, LeadwrightError) else type(error).__name__
    run.is_put_off = isinstance(error, DailyLimitError)


def note_end(run: Run, settings: Settings) -> None:
    """Note in `ops.runs` how `run` ended."""
    with warehouse.writer(settings.warehouse_file, settings.lock_wait_seconds) as db:
        db.execute(
            _NOTE_END,
            {
                "status": run.status,
                "reason": run.failure or _why_not_sent(run),
                "failed_stage": run.failed_stage,
                "as_of": run.as_of,
                "pulled_count": sum(p.total for p in run.pulled),
                "written_count": run.sent,
                "run_id": run.run_id,
            },
        )


def _why_not_sent(run: Run) -> str | None:
    """Why a run did not send what differs, without having failed."""
    why = run.stop or run.pause
    return str(why)[:_LONGEST] if why else None


_NOTHING_DONE = "Nothing was written back, and the figures are those of an earlier run."
_CONSEQUENCES = {
    "rules": _NOTHING_DONE,
    "pull": _NOTHING_DONE,
    "transform": _NOTHING_DONE,
    "write": "Not everything was written back; the figures do not wait for that.",
    "reports": "What is written back does not wait for them: scores and owners are those of this run.",
    "publish": "The figures that are shown are those of an earlier run.",
}


def consequence(run: Mapping[str, Any]) -> str:
    """What it means for the CRMs and the figures that a run, a row of `ops.runs`, failed where it did."""
    return _CONSEQUENCES.get(run.get("failed_stage") or "", "")


def last(db: warehouse.Connection) -> list[dict[str, Any]]:
    """The newest run of the job or of a part of it, and the newest linkage, which is no part: rows of `ops.runs`.

    How an undo, a comparison, a training or a look back ended says nothing of the figures.
    """
    if "flow" not in warehouse.columns(db, "ops", "runs"):
        return []
    return warehouse.rows(db, _LAST)
