"""Merging duplicates, and what the recycle bin gives back."""

from __future__ import annotations

from leadwright_sandbox.salesforce.derived import Values
from leadwright_sandbox.salesforce.errors import RowError
from leadwright_sandbox.salesforce.fields import ObjectType
from leadwright_sandbox.salesforce.history import HISTORY_OF, write_entry
from leadwright_sandbox.salesforce.records import Writer
from leadwright_sandbox.store import quoted

MERGEABLE = ("Lead", "Contact", "Account")
MOST_LOSERS = 2


def merge(
    writer: Writer, object_type: ObjectType, master_id: str, losers: list[str], values: Values
) -> list[str]:
    """Fold `losers` into the master record, which takes `values`; the ids of the records that moved."""
    if object_type.name not in MERGEABLE:
        raise RowError("INVALID_OPERATION", f"{object_type.name} records cannot be merged")
    if not 1 <= len(losers) <= MOST_LOSERS:
        raise RowError("INVALID_OPERATION", "one or two records can be merged into the master record")
    master = writer.find(object_type, master_id)
    rows = [writer.find(object_type, loser) for loser in losers]
    if any(row["Id"] == master["Id"] for row in rows):
        raise RowError("INVALID_ID_FIELD", "the master record cannot be merged with itself")
    if any(row.get("IsConverted") for row in rows):
        raise RowError("CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead")
    moved = [
        each
        for row in rows
        for each in _move_children(writer, object_type, str(row["Id"]), str(master["Id"]))
    ]
    for row in rows:
        writer.write(object_type, row, {"IsDeleted": 1, "MasterRecordId": str(master["Id"])})
    writer.update(object_type, str(master["Id"]), values)
    if object_type.name in HISTORY_OF and writer.org.rules.tracked.get(object_type.name):
        entry: Values = {"Field": f"{object_type.name.lower()}Merged"}
        write_entry(writer.org, object_type.name, str(master["Id"]), writer.user.id, entry)
    return moved


def _move_children(writer: Writer, object_type: ObjectType, old: str, new: str) -> list[str]:
    """Point everything that names the old record to the new one."""
    org, moved = writer.org, []
    for child in org.schema.objects.values():
        for field in child.fields.values():
            if (
                object_type.name not in field.references
                or field.name == "MasterRecordId"
                or not child.createable
            ):
                continue  # a merge does not carry histories over
            table, column = quoted(child.table), quoted(field.name)
            found = org.store.rows(f'select "Id" from {table} where {column} = ?', [old])
            moved += [str(row["Id"]) for row in found]
            stamp = ', "SystemModstamp" = :now' if child.get("SystemModstamp") else ""
            org.store.db.execute(
                f"update {table} set {column} = :new{stamp} where {column} = :old",
                {"new": new, "old": old, "now": org.stamp()},
            )
    return moved


def undelete(writer: Writer, record_id: str) -> None:
    """Take a record out of the recycle bin."""
    object_type = writer.org.object_of(record_id)
    row = writer.org.row(object_type.name, record_id) if object_type else None
    if object_type is None or row is None or not object_type.get("IsDeleted"):
        raise RowError("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id")
    if not row["IsDeleted"]:
        raise RowError("UNDELETE_FAILED", "Entity is not in the recycle bin")
    writer.restore(object_type, row)


def empty_recycle_bin(writer: Writer, record_id: str) -> None:
    """Remove a deleted record for good."""
    object_type = writer.org.object_of(record_id)
    row = writer.org.row(object_type.name, record_id) if object_type else None
    if object_type is None or row is None or not row.get("IsDeleted"):
        raise RowError("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id")
    writer.hard_delete(object_type, str(row["Id"]))
