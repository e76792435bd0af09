"""When a CRM was last pulled, what of it could not be, and which pull the last build of what is written back has read.

Read without what pulls and what builds.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from leadwright import warehouse

_BUILDS = (
    ("crm", "varchar"),
    ("pulled_at", "timestamptz"),
    ("began_at", "timestamptz"),
    ("ended_at", "timestamptz"),
)

_NEVER = datetime.min.replace(tzinfo=UTC)


def last_pull(db: warehouse.Connection, crm: str) -> datetime:
    """When the last pull of `crm` began; the beginning of time where none ever did."""
    return last_pulls(db).get(crm, _NEVER)


def last_pulls(db: warehouse.Connection) -> Mapping[str, datetime]:
    """When the last pull of each CRM began that was ever pulled."""
    if not warehouse.columns(db, "ops", "pulls"):
        return {}
    return dict(
        db.execute(
            "select crm, max(pulled_at) from ops.pulls where pulled_at is not null group by crm"
        ).fetchall()
    )


def stopped(db: warehouse.Connection) -> list[dict[str, Any]]:
    """Objects that the latest pull did not read to their end: crm, object, why, and when they last were."""
    if "stopped" not in warehouse.columns(db, "ops", "pulls"):
        return []
    return warehouse.rows(
        db,
        "select crm, object, stopped, pulled_at from ops.pulls where stopped is not null order by crm, object",
    )


def note_build_begins(db: warehouse.Connection) -> None:
    """Note that what is written back is built from now on, and of which pulls."""
    warehouse.ensure_table(db, "ops", "builds", _BUILDS)
    db.execute("begin")
    db.execute("delete from ops.builds")
    for crm, moment in last_pulls(db).items():
        db.execute("insert into ops.builds values (?, ?, now(), null)", [crm, moment])
    db.execute("commit")


def note_build_ended(db: warehouse.Connection) -> None:
    """Note that all that is written back was built and passed its tests."""
    db.execute("update ops.builds set ended_at = now()")


def is_whole(db: warehouse.Connection) -> bool:
    """Whether the last build of what is written back came to its end; True too where none was noted."""
    if not warehouse.columns(db, "ops", "builds"):
        return True
    return db.execute("select 1 from ops.builds where ended_at is null limit 1").fetchone() is None


def built_on(db: warehouse.Connection, crm: str) -> datetime:
    """When the pull of `crm` began that was built on; the last pull where no build was noted."""
    if warehouse.columns(db, "ops", "builds"):
        found = db.execute("select pulled_at from ops.builds where crm = ?", [crm]).fetchone()
        if found:
            return found[0]  # type: ignore[no-any-return]
    return last_pull(db, crm)
