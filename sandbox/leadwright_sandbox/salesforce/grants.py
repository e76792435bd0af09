"""What a new grant of a permission set must be: of a field that there is, and the only one of its kind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leadwright_sandbox.salesforce.derived import Values
from leadwright_sandbox.salesforce.errors import RowError
from leadwright_sandbox.salesforce.fields import ObjectType
from leadwright_sandbox.store import quoted

if TYPE_CHECKING:
    from leadwright_sandbox.salesforce.org import Org

SAME = "duplicate value found: <unknown> duplicates value on record with id: <unknown>"
ONE_OF = {
    "FieldPermissions": (("ParentId", "Field"), SAME),
    "ObjectPermissions": (("ParentId", "SobjectType"), SAME),
    "PermissionSetAssignment": (
        ("PermissionSetId", "AssigneeId"),
        "Duplicate PermissionSetAssignment. Assignee: {AssigneeId}; Permission Set: {PermissionSetId}",
    ),
}


def check_grant(org: Org, object_type: ObjectType, given: Values) -> None:
    """Refuse a grant that cannot be."""
    if object_type.name == "FieldPermissions":
        _check_field(org, str(given["SobjectType"]), str(given["Field"]))
    if object_type.name not in ONE_OF:
        return
    names, message = ONE_OF[object_type.name]
    same = " and ".join(f"{quoted(name)} = ?" for name in names)
    sql = f"select 1 from {quoted(object_type.table)} where {same} limit 1"
    if org.store.rows(sql, [given[name] for name in names]):
        raise RowError("DUPLICATE_VALUE", message.format_map(given))


def _check_field(org: Org, object_name: str, path: str) -> None:
    owner = org.schema.find(object_name)
    if owner is None:
        _refuse("Sobject Type Name", "SobjectType", object_name)
    elif owner.get(path.removeprefix(f"{owner.name}.")) is None or not path.startswith(f"{owner.name}."):
        _refuse("Field Name", "Field", path)


def _refuse(label: str, field: str, value: str) -> None:
    message = f"{label}: bad value for restricted picklist field: {value}"
    raise RowError("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", message, [field])
