"""Reports that the last build could not make whole: what the published copy shows in their place, and since when.

A report whose test failed is built already, and may be wrong; so the published copy shows it, and what hangs on it, as
it was when it last passed. Where nothing of it was published, or somebody was forgotten since, it is left out.
`ops.stopped_reports` says so; a report leaves it with the build that makes it whole.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from leadwright import warehouse
from leadwright.formatting import moment
from leadwright.settings import Settings
from leadwright.transform import publication

_TABLE = "stopped_reports"
_COLUMNS = (
    ("report", "varchar"),
    ("reason", "varchar"),
    ("figures_of", "timestamptz"),
    ("run_id", "varchar"),
)


def publish(settings: Settings, run_id: str, *, whole: Collection[str], not_whole: Mapping[str, str]) -> None:
    """Publish what is whole, and the earlier rows of what is not.

    Args:
        settings: say where the warehouse and the published copy are.
        run_id: the run that built.
        whole: models that it built and that passed.
        not_whole: those that did not -> why.
    """
    file, wait = settings.warehouse_file, settings.lock_wait_seconds
    with warehouse.writer(file, wait) as db:
        warehouse.ensure_table(db, "ops", _TABLE, _COLUMNS)
        marts = warehouse.tables(db, "current_database()", publication.MARTS)
        earlier = {row["report"]: row for row in stopped(db) if row["report"] not in whole}
        new = {name: why for name, why in not_whole.items() if name in marts and name not in earlier}
        rows = list(earlier.values())
        if new:
            published_at, shown = _published(settings)
            rows += [
                {
                    "report": name,
                    "reason": why,
                    "figures_of": published_at if name in shown else None,
                    "run_id": run_id,
                }
                for name, why in sorted(new.items())
            ]
        for row in rows:
            if _somebody_was_forgotten(db, row["figures_of"]):
                row["figures_of"] = None
        db.execute("begin")
        db.execute(f"delete from ops.{_TABLE}")
        for row in rows:
            db.execute(f"insert into ops.{_TABLE} values (?, ?, ?, ?)", [row[name] for name, _ in _COLUMNS])
        db.execute("commit")
    publication.publish(
        file,
        settings.serving_file,
        wait,
        leave_out=[row["report"] for row in rows],
        keep=[row["report"] for row in rows if row["figures_of"]],
    )


def stopped(db: warehouse.Connection) -> list[dict[str, Any]]:
    """The reports that are not of the last build: report, reason, figures_of (null: left out), run_id."""
    if not warehouse.columns(db, "ops", _TABLE):
        return []
    return warehouse.rows(db, f"from ops.{_TABLE} order by report")


def told(row: Mapping[str, Any]) -> str:
    """What a row of `stopped` means, in words."""
    shows = (
        f"shows the figures that were published {moment(row['figures_of'])}"
        if row["figures_of"]
        else "is left out of the published copy"
    )
    return f"{row['report']} {shows}, because {row['reason']}"


def _published(settings: Settings) -> tuple[datetime | None, set[str]]:
    """When the published copy was made, and which marts are in it."""
    if not settings.serving_file.exists():
        return None, set()
    with warehouse.reader(settings.serving_file) as db:
        return warehouse.published_at(db), warehouse.tables(db, "current_database()", publication.MARTS)


def _somebody_was_forgotten(db: warehouse.Connection, since: datetime | None) -> bool:
    if since is None or not warehouse.columns(db, "ops", "erasures"):
        return False
    return (
        db.execute("select 1 from ops.erasures where erased_at > ?::timestamptz limit 1", [since]).fetchone()
        is not None
    )
