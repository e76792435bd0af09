"""Tooling API: custom fields. A new field is invisible to everybody until a permission set grants it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from starlette.responses import Response

from leadwright_sandbox.salesforce.errors import ApiError, RowError, not_found, not_served
from leadwright_sandbox.salesforce.fields import Field, ObjectType
from leadwright_sandbox.salesforce.http import Call, Endpoint, empty, reply
from leadwright_sandbox.salesforce.org import Org
from leadwright_sandbox.salesforce.values import BadValueError, to_stored
from leadwright_sandbox.store import quoted

# metadata type -> describe type, whether a length is needed, the length where none is given
TYPES: dict[str, tuple[str, bool, int]] = {
    "Text": ("string", True, 0),
    "TextArea": ("textarea", False, 255),
    "LongTextArea": ("textarea", True, 0),
    "Html": ("textarea", True, 0),
    "Email": ("email", False, 80),
    "Phone": ("phone", False, 40),
    "Url": ("url", False, 255),
    "Checkbox": ("boolean", False, 0),
    "Number": ("double", False, 0),
    "Currency": ("currency", False, 0),
    "Percent": ("percent", False, 0),
    "Date": ("date", False, 0),
    "DateTime": ("datetime", False, 0),
    "Picklist": ("picklist", False, 255),
}

ACTIVITY = "Activity"
ACTIVITIES = ("Task", "Event")
"""Fields of tasks and events are defined on an object that has no records: both get them."""


def refuse(message: str, field: str, code: str = "FIELD_INTEGRITY_EXCEPTION") -> RowError:
    """The error of a field definition that is not right."""
    return RowError(code, message, [field])


def require_metadata_right(call: Call) -> None:
    """Only a user who may change the org's metadata goes on."""
    if "ModifyMetadata" not in call.user.permissions:
        message = "You do not have the level of access necessary to perform the operation you requested."
        raise ApiError(403, "INSUFFICIENT_ACCESS", message)


def _whole(metadata: Mapping[str, Any], name: str, default: int = 0) -> int:
    """A number of the definition, which may come as a text."""
    try:
        return int(metadata.get(name) or default)
    except (TypeError, ValueError, OverflowError) as error:
        raise refuse(f"{name} must be a whole number", name) from error


def _values_of(metadata: Mapping[str, Any]) -> tuple[tuple[str, ...], bool]:
    value_set = metadata.get("valueSet") or {}
    definition = value_set.get("valueSetDefinition") or {} if isinstance(value_set, dict) else None
    listed = definition.get("value") or [] if isinstance(definition, dict) else None
    if not isinstance(listed, list) or not all(isinstance(each, dict) for each in listed):
        raise refuse("valueSet must hold a valueSetDefinition with a list of values", "valueSet")
    names = tuple(str(each.get("fullName") or each.get("valueName") or each.get("label")) for each in listed)
    return names, bool(value_set.get("restricted"))


def field_from_metadata(org: Org, object_type: ObjectType, name: str, metadata: Mapping[str, Any]) -> Field:
    """The field a definition describes."""
    kind_name = str(metadata.get("type"))
    if metadata.get("formula"):
        raise not_served("formula fields through the Tooling API")
    if kind_name not in TYPES:
        if kind_name in ("None", ""):
            raise refuse("Required fields are missing: [Metadata.type]", "Metadata", "REQUIRED_FIELD_MISSING")
        raise not_served(f"custom fields of type {kind_name}")
    kind, needs_length, default_length = TYPES[kind_name]
    length = _whole(metadata, "length", default_length)
    if needs_length and not length:
        raise refuse(f"Must specify a non-empty 'length' for a CustomField of type {kind_name}", "length")
    if kind == "string" and length > 255:
        raise refuse("Value too long: a Text field has at most 255 characters", "length")
    if kind_name in ("Number", "Currency", "Percent") and metadata.get("precision") is None:
        raise refuse(
            f"Must specify 'precision' and 'scale' for a CustomField of type {kind_name}", "precision"
        )
    values, restricted = _values_of(metadata)
    default = metadata.get("defaultValue")
    return Field(
        f"{name}__c",
        kind,
        length=length,
        label=str(metadata.get("label") or name),
        custom=True,
        nillable=not metadata.get("required", False),
        precision=_whole(metadata, "precision"),
        scale=_whole(metadata, "scale"),
        picklist=values,
        restricted=restricted,
        external_id=bool(metadata.get("externalId")),
        unique=bool(metadata.get("unique")),
        default=int(str(default).lower() == "true") if kind == "boolean" else None,
        record_id=org.ids.next("00N"),
        guarded=True,
    )


def register(org: Org, object_type: ObjectType, field: Field, description: str | None = None) -> None:
    """Make the field known: its column, and the CustomField record the Tooling API finds."""
    if object_type.get(field.name) is not None:
        name = field.name.removesuffix("__c")
        message = f"There is already a field named {name} on {object_type.label}."
        raise RowError("DUPLICATE_DEVELOPER_NAME", message, ["FullName"])
    field.record_id = field.record_id or org.ids.next("00N")
    org.schema.add_field(object_type, field)
    owner = object_type.name
    if owner in ACTIVITIES:
        owner = ACTIVITY
        for name in ACTIVITIES:
            if org.schema.require(name).get(field.name) is None:
                org.schema.add_field(org.schema.require(name), replace(field))
    row = {
        "Id": field.record_id,
        "DeveloperName": field.name.removesuffix("__c"),
        "TableEnumOrId": owner,
        "FullName": f"{owner}.{field.name}",
        "Description": description,
        "ManageableState": "unmanaged",
        "Length": field.length or None,
        "Precision": field.precision or None,
        "Scale": field.scale or None,
    }
    custom_field = org.schema.require("CustomField")
    org.insert(custom_field, org.loaded_values(custom_field, row))


async def create_field(call: Call) -> Response:
    """POST tooling/sobjects/CustomField"""
    require_metadata_right(call)
    body, org = await call.json_object(), call.org
    full_name = re.fullmatch(r"(\w+)\.(\w+)__c", str(body.get("FullName") or ""))
    metadata = body.get("Metadata")
    if full_name is None or not isinstance(metadata, dict):
        raise refuse("FullName must be Object.Field__c and Metadata an object", "FullName")
    object_type = org.schema.find(ACTIVITIES[0] if full_name[1] == ACTIVITY else full_name[1])
    if object_type is None or object_type.tooling or full_name[1] in ACTIVITIES:
        raise refuse(
            f"Entity Enumeration Or ID: bad value for restricted picklist field: {full_name[1]}", "FullName"
        )
    if not re.fullmatch(r"[A-Za-z](?:\w*[A-Za-z0-9])?", full_name[2]) or "__" in full_name[2]:
        raise refuse(
            "The field name must begin with a letter and use only letters, digits and single _", "FullName"
        )
    field = field_from_metadata(org, object_type, full_name[2], metadata)
    description = metadata.get("description")
    register(org, object_type, field, None if description is None else str(description))
    return reply({"id": field.record_id, "success": True, "errors": [], "warnings": [], "infos": []}, 201)


def _find(call: Call) -> tuple[ObjectType, Field]:
    row = call.org.row("CustomField", call.path("id"))
    if row is None:
        raise not_found()
    name = str(row["TableEnumOrId"])
    owner = call.org.schema.require(ACTIVITIES[0] if name == ACTIVITY else name)
    return owner, owner.fields[f"{row['DeveloperName']}__c".lower()]


async def get_field(call: Call) -> Response:
    """GET tooling/sobjects/CustomField/{id}"""
    owner, field = _find(call)
    kind = next((name for name, facts in TYPES.items() if facts[0] == field.kind), field.kind)
    metadata = {"type": kind, "label": field.label, "length": field.length or None}
    metadata |= {"precision": field.precision or None, "scale": field.scale if field.precision else None}
    metadata |= {"externalId": field.external_id, "unique": field.unique, "required": not field.nillable}
    return reply(
        {
            "attributes": {
                "type": "CustomField",
                "url": f"{call.base}/tooling/sobjects/CustomField/{field.record_id}",
            },
            "Id": field.record_id,
            "DeveloperName": field.name.removesuffix("__c"),
            "TableEnumOrId": ACTIVITY if owner.name in ACTIVITIES else owner.name,
            "FullName": f"{ACTIVITY if owner.name in ACTIVITIES else owner.name}.{field.name}",
            "Metadata": metadata,
        }
    )


async def update_field(call: Call) -> Response:
    """PATCH tooling/sobjects/CustomField/{id}: the label and the values of a picklist"""
    require_metadata_right(call)
    owner, field = _find(call)
    metadata = (await call.json_object()).get("Metadata")
    if not isinstance(metadata, dict):
        raise refuse("Metadata must be an object", "Metadata")
    given = field_from_metadata(call.org, owner, field.name.removesuffix("__c"), metadata)
    if given.kind != field.kind:
        raise not_served("a change of a field's type through the Tooling API")
    field.label, field.picklist, field.restricted = given.label, given.picklist, given.restricted
    return empty()


async def delete_field(call: Call) -> Response:
    """DELETE tooling/sobjects/CustomField/{id}"""
    require_metadata_right(call)
    owner, field = _find(call)
    remove(call.org, owner, field)
    return empty()


def retype(org: Org, owner: ObjectType, field: Field, kind: str) -> None:
    """Give a custom field another type: values that can be read as one are kept, the others are lost."""
    if not field.custom or field.formula is not None:
        raise ValueError(f"{owner.name}.{field.name} is no custom field: its type cannot change")
    table, column = quoted(owner.table), quoted(field.name)
    values = {row["Id"]: row[field.name] for row in org.store.rows(f'select "Id", {column} from {table}')}
    org.schema.remove_field(owner, field.name)
    changed = replace(field, kind=kind, length=0)
    org.schema.add_field(owner, changed)
    for record_id, value in values.items():
        try:
            org.store.update(owner.table, "Id", record_id, {changed.name: to_stored(changed, value)})
        except BadValueError:
            continue  # lost, as in the real service


def remove(org: Org, owner: ObjectType, field: Field) -> None:
    """Take a custom field away, with its values and the permissions that named it."""
    org.store.db.execute('delete from "sf_CustomField" where "Id" = ?', [field.record_id])
    for name in ACTIVITIES if owner.name in ACTIVITIES else [owner.name]:
        org.schema.remove_field(org.schema.require(name), field.name)
        org.store.db.execute('delete from "sf_FieldPermissions" where "Field" = ?', [f"{name}.{field.name}"])


ENDPOINTS: list[Endpoint] = [
    ("POST", "/tooling/sobjects/CustomField", create_field),
    ("GET", "/tooling/sobjects/CustomField/{id}", get_field),
    ("PATCH", "/tooling/sobjects/CustomField/{id}", update_field),
    ("DELETE", "/tooling/sobjects/CustomField/{id}", delete_field),
]
