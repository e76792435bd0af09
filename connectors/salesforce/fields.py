"""Creates the Salesforce fields that Leadwright writes and makes them visible.

A field made by the Tooling API is visible to nobody, not even to who made it. So the fields are opened in a
permission set of our own, which is given to the API user and which an admin can give to others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from leadwright.connectors.base import FieldInfo, FieldSpec
from leadwright.connectors.errors import AuthError, FatalError, SchemaDriftError, brief
from leadwright.connectors.salesforce import answers, soql
from leadwright.connectors.salesforce.errors import RefusedError
from leadwright.connectors.salesforce.rights import require_editable, require_writable
from leadwright.connectors.salesforce.transport import Transport

_SET = "Leadwright"
_KINDS: dict[str, dict[str, Any]] = {
    "string": {"type": "Text", "length": 255},
    "text": {"type": "LongTextArea", "length": 32768, "visibleLines": 4},
    "number": {"type": "Number", "precision": 18, "scale": 0},
    "date": {"type": "Date"},
    "datetime": {"type": "DateTime"},
    "boolean": {"type": "Checkbox", "defaultValue": "false"},
    "picklist": {"type": "Picklist"},
}
_DESCRIBED = {
    "string": "string",
    "text": "textarea",
    "number": "double",
    "date": "date",
    "datetime": "datetime",
    "boolean": "boolean",
    "picklist": "picklist",
}
"""How Salesforce's description of an object names each type."""
_DEFINED_ON = {"Task": "Activity", "Event": "Activity"}
"""Objects whose fields belong to another one, which has no records of its own."""

_BATCH = 200
_THERE = ("DUPLICATE_DEVELOPER_NAME", "DUPLICATE_VALUE")


def ensure(org: Transport, object_name: str, fields: Sequence[FieldSpec]) -> list[str]:
    """Create the fields that are missing and make them visible to the API user; return their names.

    A picklist that lacks some of our values gets them: it is restricted, and another value would be refused.

    Raises:
        AuthError: the API user may not create them, not change records of the object, or not change a field.
        SchemaDriftError: a field stays hidden.
    """
    there = require_writable(org, object_name)
    missing = [field for field in fields if field.name not in there]
    if missing:
        _make(org, object_name, missing)
        there = org.describe(object_name)
        _require_visible(object_name, fields, there)
    require_editable(object_name, [field.name for field in fields], there)
    for field in fields:
        if new := _new_values(field, there[field.name]):
            _add_values(org, object_name, field, there[field.name], new)
    return [field.name for field in missing]


def read_only(fields: Sequence[FieldSpec], there: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Names of those of `fields` that the API user sees and may not change."""
    return [f.name for f in fields if f.name in there and not there[f.name].get("updateable", True)]


def of_another_type(fields: Sequence[FieldSpec], there: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Those of `fields` that the org has as another type than we would make them, with both types."""
    found = ((field, there[field.name].get("type")) for field in fields if field.name in there)
    return [
        f"{field.name} ({kind}, not {_DESCRIBED[field.type]})"
        for field, kind in found
        if kind not in (None, _DESCRIBED[field.type])
    ]


def _require_visible(
    object_name: str, fields: Sequence[FieldSpec], there: Mapping[str, Mapping[str, Any]]
) -> None:
    if hidden := [field.name for field in fields if field.name not in there]:
        raise SchemaDriftError(
            f"Salesforce still hides these fields of {object_name}: {', '.join(hidden)}. Give the API user the "
            f"permission set {_SET!r} and run again."
        )


def _make(org: Transport, object_name: str, missing: Sequence[FieldSpec]) -> None:
    for field in missing:
        _create(org, object_name, field)
    set_id = _permission_set(org)
    _open(org, set_id, object_name, missing)
    _assign(org, set_id)


def _create(org: Transport, object_name: str, field: FieldSpec) -> None:
    body = {
        "FullName": f"{_DEFINED_ON.get(object_name, object_name)}.{field.name}",
        "Metadata": {"label": field.label, "description": field.description, **_kind(field)},
    }
    try:
        org.call(
            f"creating {object_name}.{field.name}",
            lambda sf: sf.toolingexecute("sobjects/CustomField", method="POST", data=body),
        )
    except RefusedError as refusal:
        if refusal.code in _THERE:  # it is there, but hidden
            return
        if not field.is_unique:
            raise
        # UNVERIFIED: that every org lets a field of activities be unique. Who makes records asks for their keys too.
        _create(org, object_name, replace(field, is_unique=False))
    except AuthError as error:
        raise _may_not(error, "Customize Application") from None


def _new_values(field: FieldSpec, described: Mapping[str, Any]) -> list[str]:
    """Values of `field` that its picklist lacks; none where the field is no picklist."""
    if described.get("type") != "picklist":
        return []
    there = {value["value"] for value in described["picklistValues"]}
    return [option for option in field.options if option not in there]


def _add_values(
    org: Transport, object_name: str, field: FieldSpec, described: Mapping[str, Any], new: Sequence[str]
) -> None:
    """Offer what is new behind what is there; a definition replaces the whole list."""
    where = f" WHERE DeveloperName = {soql.literal(field.name.removesuffix('__c'))}"
    where += f" AND TableEnumOrId = {soql.literal(object_name)}"
    what = f"adding values to {object_name}.{field.name}"
    text = soql.select(["Id"], "CustomField", where)
    found = org.call(what, lambda sf: sf.toolingexecute("query", params={"q": text}))
    there = [value["value"] for value in described["picklistValues"]]
    whole = replace(field, options=(*there, *new))
    body = {"Metadata": {"label": field.label, "description": field.description, **_kind(whole)}}
    place = f"sobjects/CustomField/{answers.row_id(what, found)}"
    try:
        org.call(what, lambda sf: sf.toolingexecute(place, method="PATCH", data=body))
    except AuthError as error:
        raise _may_not(error, "Customize Application") from None


def _kind(field: FieldSpec) -> dict[str, Any]:
    if field.is_unique:
        return {**_KINDS[field.type], "unique": True, "externalId": True, "caseSensitive": True}
    if field.type != "picklist":
        return _KINDS[field.type]
    values = [{"fullName": option, "label": option, "default": False} for option in field.options]
    definition = {"sorted": False, "value": values}
    return {**_KINDS[field.type], "valueSet": {"restricted": True, "valueSetDefinition": definition}}


def _permission_set(org: Transport) -> str:
    text = soql.select(["Id"], "PermissionSet", f" WHERE Name = {soql.literal(_SET)}")
    if found := org.query("looking for the permission set", text):
        return str(found[0]["Id"])
    body = {"Name": _SET, "Label": _SET, "Description": "Fields that Leadwright writes"}
    try:
        return org.read(
            "creating the permission set",
            answers.identified,
            lambda sf: sf.restful("sobjects/PermissionSet", method="POST", json=body),
        )
    except AuthError as error:
        raise _may_not(error, "Manage Profiles and Permission Sets") from None


def _open(org: Transport, set_id: str, object_name: str, fields: Sequence[FieldSpec]) -> None:
    names = [f"{object_name}.{field.name}" for field in fields]
    where = f" WHERE ParentId = {soql.literal(set_id)} AND SobjectType = {soql.literal(object_name)}"
    rows = org.query("reading field permissions", soql.select(["Field"], "FieldPermissions", where))
    there = {row["Field"] for row in rows}
    records = [
        {
            "attributes": {"type": "FieldPermissions"},
            "ParentId": set_id,
            "SobjectType": object_name,
            "Field": name,
            "PermissionsRead": True,
            "PermissionsEdit": True,
        }
        for name in names
        if name not in there
    ]
    _insert(org, "opening the fields", records)


def _assign(org: Transport, set_id: str) -> None:
    """Give the permission set to the user who is logged in."""
    record = {
        "attributes": {"type": "PermissionSetAssignment"},
        "PermissionSetId": set_id,
        "AssigneeId": _user_id(org, set_id),
    }
    _insert(org, "assigning the permission set", [record])


def _user_id(org: Transport, set_id: str) -> str:
    """Who is logged in. Where the token's scopes do not let him ask, it is who made the permission set: we did."""
    try:
        return org.read("asking who is logged in", answers.identified, lambda sf: sf.oauth2("userinfo"))
    except (RefusedError, AuthError):
        where = f" WHERE Id = {soql.literal(set_id)}"
        rows = org.query("reading the permission set", soql.select(["CreatedById"], "PermissionSet", where))
        return str(rows[0]["CreatedById"])


def _insert(org: Transport, what: str, records: Sequence[dict[str, Any]]) -> None:
    """Insert `records`; one that is there already is as good."""
    for start in range(0, len(records), _BATCH):
        for problem in _problems(org, what, records[start : start + _BATCH]):
            if problem.get("statusCode") not in _THERE:
                raise FatalError(f"Salesforce refused {what}: {brief(problem.get('message'))}")


def _problems(org: Transport, what: str, records: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    body = {"allOrNone": False, "records": list(records)}
    try:
        answers = org.call(what, lambda sf: sf.restful("composite/sobjects", method="POST", json=body))
    except AuthError as error:
        raise _may_not(error, "Manage Profiles and Permission Sets; Assign Permission Sets") from None
    return [problem for answer in answers or () for problem in answer.get("errors") or ()]


def _may_not(error: AuthError, permission: str) -> AuthError:
    return AuthError(f"{error} The API user needs: {permission}.", missing=(permission,))


_SHOWN_AS = {
    "picklist": "picklist",
    "multipicklist": "multi_select",
    "boolean": "flag",
    "date": "date",
    "datetime": "date",
    **dict.fromkeys(("int", "double", "currency", "percent", "long"), "number"),
}
_PARTS = {"address", "location", "base64", "complexvalue"}
"""Types of fields that are made of others, or hold no value that can be compared."""


def listed(org: Transport, object_name: str) -> list[FieldInfo]:
    """The fields of an object that the API user may read."""
    return [
        FieldInfo(
            name,
            str(item.get("label") or name),
            _SHOWN_AS.get(str(item.get("type")), "text"),
            bool(item.get("custom")),
            bool(item.get("calculated")),
        )
        for name, item in sorted(org.describe(object_name).items())
        if item.get("type") not in _PARTS
    ]
