"""When a CRM's rows were loaded, as dlt noted it; read without dlt, which takes seconds to import."""

from __future__ import annotations

from datetime import UTC, datetime

from leadwright import warehouse


def last_pull(db: warehouse.Connection, crm: str) -> datetime:
    """When the newest rows of `crm` were loaded; the beginning of time where none ever were."""
    loads = "from information_schema.tables where table_schema = $schema and table_name = '_dlt_loads'"
    if not db.execute(f"select 1 {loads}", {"schema": f"raw_{crm}"}).fetchone():
        return datetime.min.replace(tzinfo=UTC)
    (moment,) = db.execute(f'select max(inserted_at) from "raw_{crm}"._dlt_loads').fetchone() or (None,)
    return moment or datetime.min.replace(tzinfo=UTC)
