"""One line per run in `ops.runs`, and the summary that people read at its end."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from leadwright import warehouse
from leadwright.settings import Settings

if TYPE_CHECKING:  # dlt and dbt take seconds to import; a command that only shows must not wait for them
    from leadwright.extract import Pulled
    from leadwright.writeback import Written


@dataclass(slots=True)
class Run:
    """What one run did.

    Attributes:
        run_id: names the run in the ledger and in Prefect.
        as_of: the moment that it scored for; None until it has.
        pulled: rows by CRM and table.
        written: rows by sync model.
        seconds: duration of each stage.
    """

    run_id: str
    started_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    as_of: datetime | None = None
    pulled: list[Pulled] = field(default_factory=list)
    written: list[Written] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)
    dry_run: bool = False

    @property
    def sent(self) -> int:
        """Records that were sent to a CRM."""
        return sum(sum(w.outcomes.values()) for w in self.written)

    def as_dict(self) -> dict[str, Any]:
        """The run as plain values, for JSON and for the run's artifact."""
        return {
            "run_id": self.run_id,
            "dry_run": self.dry_run,
            "pulled": {p.crm: p.rows for p in self.pulled},
            "written": {
                w.model: {
                    "planned": w.planned,
                    "fields": dict(w.fields),
                    **{status: w.outcomes[status] for status in ("accepted", "rejected", "skipped")},
                    "reasons": dict(w.reasons),
                    "created_fields": w.created_fields,
                    "interrupted_before": w.interrupted,
                }
                for w in self.written
            },
            "seconds": {stage: round(seconds, 2) for stage, seconds in self.seconds.items()},
        }


def start(*, dry_run: bool = False) -> Run:
    """A new run."""
    return Run(run_id=str(uuid4()), dry_run=dry_run)


def record(run: Run, settings: Settings) -> None:
    """Add `run` to `ops.runs`."""
    with warehouse.writer(settings.warehouse_file, settings.lock_wait_seconds) as db:
        db.execute(
            "insert into ops.runs by name select ? as run_id, ?::timestamptz as started_at, now() as ended_at, "
            "'completed' as status, ?::timestamptz as as_of, ? as pulled_count, ? as written_count",
            [run.run_id, run.started_at, run.as_of, sum(p.total for p in run.pulled), run.sent],
        )
