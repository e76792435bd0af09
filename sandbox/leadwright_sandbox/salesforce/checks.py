"""What a value must be to be saved: the checks a create and an update have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leadwright_sandbox.salesforce.derived import Values
from leadwright_sandbox.salesforce.errors import RowError
from leadwright_sandbox.salesforce.fields import TEXT_KINDS, Field, ObjectType
from leadwright_sandbox.salesforce.schema import View
from leadwright_sandbox.salesforce.values import EMAIL, Stored
from leadwright_sandbox.store import quoted

if TYPE_CHECKING:
    from leadwright_sandbox.salesforce.org import Org


def check_writable(view: View, object_type: ObjectType, values: Values, *, creating: bool) -> None:
    """Refuse fields that this user cannot write, all named in one error."""
    if not view.can("Edit", object_type):
        raise RowError("INSUFFICIENT_ACCESS_OR_READONLY", "insufficient access rights on object id")
    if not (object_type.createable if creating else object_type.updateable):
        deed = "create" if creating else "update"
        message = f"entity type {object_type.name} does not support {deed}"
        raise RowError("INVALID_TYPE_FOR_OPERATION", message)
    refused = []
    for name in values:
        field = object_type.fields[name.lower()]
        allowed = field.createable if creating else field.updateable
        if not allowed or not view.edits(object_type, field):
            refused.append(field.name)
    if refused:
        names = ", ".join(refused)
        raise RowError(
            "INVALID_FIELD_FOR_INSERT_UPDATE",
            f"Unable to create/update fields: {names}. Please check the security settings of this field and verify "
            "that it is read/write for your profile or permission set.",
            refused,
        )


def check_required(object_type: ObjectType, values: Values, *, creating: bool) -> None:
    """Refuse a record without its required fields, and one that clears what it must have."""
    if values.get("OwnerId", "") is None and not object_type.fields["ownerid"].nillable:
        raise RowError("INVALID_CROSS_REFERENCE_KEY", "Owner ID: owner cannot be blank", ["OwnerId"])
    if creating:
        missing = [f.name for f in object_type.required if values.get(f.name) is None]
    else:
        cleared = (object_type.fields[name.lower()] for name, value in values.items() if value is None)
        missing = [field.name for field in cleared if not field.nillable]
    if missing:
        raise RowError(
            "REQUIRED_FIELD_MISSING", f"Required fields are missing: [{', '.join(missing)}]", missing
        )


def check_values(org: Org, object_type: ObjectType, values: Values, record_id: str | None) -> None:
    """Refuse values that are too long, no e-mail, no id of the right object, or taken."""
    for name, value in values.items():
        field = object_type.fields[name.lower()]
        if value is None:
            continue
        if isinstance(value, str):
            _check_text(field, value)
        if field.kind == "reference" and field.references:
            values[name] = _checked_reference(org, field, str(value))
        if field.unique:
            _check_unique(org, object_type, field, value, record_id)
        if field.precision and isinstance(value, (int, float)):
            _check_digits(field, value)


def _check_text(field: Field, value: str) -> None:
    if field.kind == "email" and not EMAIL.fullmatch(value):
        raise RowError(
            "INVALID_EMAIL_ADDRESS", f"{field.label}: invalid email address: {value}", [field.name]
        )
    if field.kind in TEXT_KINDS and len(value) > field.length:
        raise RowError(
            "STRING_TOO_LONG",
            f"{field.label}: data value too large: {value} (max length={field.length})",
            [field.name],
        )
    if field.restricted and value not in field.picklist:
        raise RowError(
            "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
            f"{field.label}: bad value for restricted picklist field: {value}",
            [field.name],
        )


def _check_digits(field: Field, value: float) -> None:
    if abs(value) >= 10 ** (field.precision - field.scale):
        raise RowError(
            "NUMBER_OUTSIDE_VALID_RANGE",
            f"{field.label}: value outside of valid range on numeric field: {value}",
            [field.name],
        )


def _checked_reference(org: Org, field: Field, value: str) -> str:
    for target in field.references:
        row = org.row(target, value) if org.schema.find(target) else None
        if row is None or row.get("IsDeleted"):
            continue
        if field.name == "OwnerId" and target == "User" and not row["IsActive"]:
            message = f"operation performed with inactive user [{value}] as owner"
            raise RowError("INACTIVE_OWNER_OR_USER", message, [])
        return str(row["Id"])
    raise RowError("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", [])


def _check_unique(
    org: Org, object_type: ObjectType, field: Field, value: Stored, record_id: str | None
) -> None:
    found = org.store.rows(
        f'select "Id" from {quoted(object_type.table)} where {quoted(field.name)} = ? and "Id" is not ? limit 1',
        [value, record_id],
    )
    if found:
        message = f"duplicate value found: {field.name} duplicates value on record with id: {str(found[0]['Id'])[:15]}"
        raise RowError("DUPLICATE_VALUE", message, [])


def check_member(org: Org, values: Values) -> None:
    """Refuse a campaign member who is nobody, a converted lead, or a member already."""
    name = next((name for name in ("LeadId", "ContactId") if values.get(name)), None)
    if name is None:
        message = "Required fields are missing: [LeadId, ContactId]"
        raise RowError("REQUIRED_FIELD_MISSING", message, ["LeadId", "ContactId"])
    person = values[name]
    if name == "LeadId" and (org.row("Lead", str(person)) or {}).get("IsConverted"):
        raise RowError("CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead")
    sql = f'select 1 from "sf_CampaignMember" where "CampaignId" = ? and {quoted(name)} = ? and not "IsDeleted" limit 1'
    if org.store.rows(sql, [values["CampaignId"], person]):
        raise RowError("DUPLICATE_VALUE", "Already a campaign member.")
