"""Field history: a row for each tracked change, and a snapshot of an opportunity whenever its forecast moves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leadwright_sandbox.salesforce.derived import Values
from leadwright_sandbox.store import Row

if TYPE_CHECKING:
    from leadwright_sandbox.salesforce.org import Org

HISTORY_OF = {"Lead": ("LeadHistory", "LeadId"), "Opportunity": ("OpportunityFieldHistory", "OpportunityId")}
DATA_TYPES = {"picklist": "DynamicEnum", "currency": "Currency", "date": "DateOnly"}
SNAPSHOT = ("StageName", "Amount", "Probability", "CloseDate", "ForecastCategory")


def write_entry(
    org: Org, object_name: str, record_id: str, user_id: str, entry: Values, data_type: str = "Text"
) -> None:
    """Add one history row; `entry` holds Field, OldValue and NewValue."""
    history, parent = HISTORY_OF[object_name]
    object_type = org.schema.require(history)
    row: Values = {"Id": org.ids.next(object_type.prefix), parent: record_id, "DataType": data_type}
    row |= {"CreatedById": user_id, "CreatedDate": org.stamp(), "IsDeleted": 0}
    org.insert(object_type, row | entry)


def track_created(org: Org, object_name: str, record_id: str, user_id: str) -> None:
    """The row that says a record was created, and an opportunity's first snapshot."""
    if object_name in HISTORY_OF and org.rules.tracked.get(object_name):
        write_entry(org, object_name, record_id, user_id, {"Field": "created"})
    if object_name == "Opportunity":
        snapshot(org, record_id, user_id)


def track_changes(org: Org, object_name: str, before: Row, after: Values, user_id: str) -> None:
    """The rows for what changed between `before` and `after`."""
    record_id = str(before["Id"])
    for name in org.rules.tracked.get(object_name, ()) if object_name in HISTORY_OF else ():
        old, new = before[name], after.get(name)
        if old == new:
            continue
        if name == "OwnerId":  # the real service writes the change twice: by name and by id
            names: Values = {
                "Field": "Owner",
                "OldValue": _owner_name(org, old),
                "NewValue": _owner_name(org, new),
            }
            write_entry(org, object_name, record_id, user_id, names, "Text")
            ids: Values = {"Field": "Owner", "OldValue": old, "NewValue": new}
            write_entry(org, object_name, record_id, user_id, ids, "EntityId")
        else:
            values: Values = {"Field": name, "OldValue": old, "NewValue": new}
            kind = org.schema.require(object_name).fields[name.lower()].kind
            write_entry(org, object_name, record_id, user_id, values, DATA_TYPES.get(kind, "Text"))
    if object_name == "Opportunity" and any(before[name] != after.get(name) for name in SNAPSHOT):
        snapshot(org, record_id, user_id)


def _owner_name(org: Org, owner_id: object) -> str | None:
    for name in ("User", "Group"):
        row = org.row(name, str(owner_id))
        if row is not None:
            return str(row["Name"])
    return None


def snapshot(org: Org, opportunity_id: str, user_id: str) -> None:
    """An OpportunityHistory row with the opportunity's present forecast."""
    row = org.row("Opportunity", opportunity_id)
    if row is None:
        return
    values: Values = {name: row[name] for name in SNAPSHOT}
    if row["Amount"] is not None and row["Probability"] is not None:
        values["ExpectedRevenue"] = row["Amount"] * row["Probability"] / 100.0
    object_type = org.schema.require("OpportunityHistory")
    values |= {"Id": org.ids.next(object_type.prefix), "OpportunityId": opportunity_id, "IsDeleted": 0}
    values |= {"CreatedById": user_id, "CreatedDate": org.stamp(), "SystemModstamp": org.stamp()}
    org.insert(object_type, values)
