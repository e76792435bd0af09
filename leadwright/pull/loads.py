"""When a CRM was last pulled; read without what pulls it."""

from __future__ import annotations

from datetime import UTC, datetime

from leadwright import warehouse


def last_pull(db: warehouse.Connection, crm: str) -> datetime:
    """When the last pull of `crm` began; the beginning of time where none ever did."""
    if not warehouse.columns(db, "ops", "pulls"):
        return datetime.min.replace(tzinfo=UTC)
    (moment,) = db.execute("select max(pulled_at) from ops.pulls where crm = ?", [crm]).fetchone() or (None,)
    return moment or datetime.min.replace(tzinfo=UTC)
