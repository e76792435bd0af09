"""When a CRM was last pulled, and what of it could not be; read without what pulls it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from leadwright import warehouse


def last_pull(db: warehouse.Connection, crm: str) -> datetime:
    """When the last pull of `crm` began; the beginning of time where none ever did."""
    if not warehouse.columns(db, "ops", "pulls"):
        return datetime.min.replace(tzinfo=UTC)
    (moment,) = db.execute("select max(pulled_at) from ops.pulls where crm = ?", [crm]).fetchone() or (None,)
    return moment or datetime.min.replace(tzinfo=UTC)


def stopped(db: warehouse.Connection) -> list[dict[str, Any]]:
    """Objects that the latest pull did not read to their end: crm, object, why, and when they last were."""
    if "stopped" not in warehouse.columns(db, "ops", "pulls"):
        return []
    return warehouse.rows(
        db,
        "select crm, object, stopped, pulled_at from ops.pulls where stopped is not null order by crm, object",
    )
