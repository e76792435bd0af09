"""Who would be given which leads by one set of routing rules and by another.

What was decided stays decided, so changed rules move nobody on the day they go live. To show what they say, both copies
forget what our rules decided so far, and decide it anew; owners whom people chose stay, and count in the loads.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from leadwright import warehouse
from leadwright.settings import Settings
from leadwright.transform.tables import SyncModel

FILES = ("routing_", "rep_", "grade_scale", "calendars", "business_hours", "holidays")
"""How the names begin of the rule files that decide who is given a lead."""
MART = "fct_lead_assignments"
MODELS = (
    "+unified_people,path:models/staging",  # tables, some of them, which the copy has as they were
    "unified_people",
    "int_identity__person_values",
    "int_identity__member_records",
    "int_identity__people",
    "unified_owner_writes",
    *(
        f"{model}+,+{MART}"
        for model in (
            "int_identity__crm_owners",
            "log_owner_sightings",
            "int_routing__earlier_decisions",
            "int_routing__owner_standings",
        )
    ),
)
"""What has to be built anew, as dbt selects, to see that owners are forgotten: what reads them, and what follows."""
_ROUTED = "select lead_id from marts.fct_lead_assignments where is_routed"
_RECORDS = (  # of leads whose owner is forgotten
    "select {column} from marts.dim_crm_records "
    "where crm = '{crm}' and lead_id in (select lead_id from forgotten)"
)
_CHANGED = warehouse.statement(__file__, "owners_changed")
_REPS = warehouse.statement(__file__, "owners_reps")


def is_about(file: str) -> bool:
    """Tell whether the rule file of that name decides who is given a lead."""
    return file.startswith(FILES)


def forget(side: Settings, models: Iterable[SyncModel]) -> None:
    """Take back, in a copy, what our rules decided about owners: in the log, in the CRMs' records, in what was sent."""
    with warehouse.writer(side.warehouse_file, side.lock_wait_seconds) as db:
        db.execute(f"create temp table forgotten as {_ROUTED}")
        for model in (m for m in models if m.subject == "lead_id"):
            records = _RECORDS.format(column="record_id", crm=model.crm)
            for owner in model.guarded:
                db.execute(
                    f'update "raw_{model.crm}"."{model.object}" set "{owner}" = null where "{model.key}" in ({records})'
                )
            keys = _RECORDS.format(column="record_key", crm=model.crm)
            db.execute(f"delete from memory.log_owner_sightings where record_key in ({keys})")
            db.execute(f"delete from ops.writes where crm = '{model.crm}' and record_id in ({records})")
        db.execute("delete from memory.log_assignment_decisions where lead_id in (from forgotten)")


def compare(db: warehouse.Connection, top: int) -> dict[str, Any]:
    """How many leads `moved` to another owner, the `top` best of them, and how many each person has on both sides."""
    moved = warehouse.rows(db, _CHANGED)
    return {"moved": len(moved), "reps": warehouse.rows(db, _REPS), "leads": moved[:top]}


def moved_ids(db: warehouse.Connection) -> set[str]:
    """Leads whose owner would be another."""
    return {row["lead_id"] for row in warehouse.rows(db, _CHANGED)}
