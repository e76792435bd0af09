"""describe: the facts of objects and fields as the real service spells them, for what this user may see."""

from __future__ import annotations

import json
import re
import zlib
from typing import Any

from starlette.responses import Response

from leadwright_sandbox.salesforce.fields import NUMBER_KINDS, Field, ObjectType
from leadwright_sandbox.salesforce.http import Call, Endpoint, reply
from leadwright_sandbox.salesforce.org import AUDITED
from leadwright_sandbox.salesforce.rows import http_date, modified_after, object_of

NEVER_HIDDEN = frozenset({"EmailBouncedReason", "EmailBouncedDate", "IndividualId"})
MASTER_RECORD_TYPE = "012000000000000AAA"
RESOURCES = ("sobjects", "query", "queryAll", "limits", "tooling", "composite", "jobs", "recent", "search")


def describe_field(field: Field, object_type: ObjectType, *, editable: bool) -> dict[str, Any]:
    """One field."""
    number, text = field.kind in NUMBER_KINDS, field.length if field.column_type.startswith("text") else 0
    dated = field.kind in ("date", "datetime", "address")
    return {
        "aggregatable": field.filterable and field.kind != "boolean",
        "autoNumber": False,
        "byteLength": 0 if dated else (text if field.kind in ("id", "reference") else text * 3),
        "calculated": field.formula is not None and field.custom,
        "calculatedFormula": field.formula if field.custom else None,
        "cascadeDelete": False,
        "caseSensitive": False,
        "compoundFieldName": _compound(field, object_type),
        "controllerName": None,
        "createable": field.createable and editable,
        "custom": field.custom,
        "defaultValue": bool(field.default) if field.kind == "boolean" else None,
        "defaultValueFormula": None,
        "defaultedOnCreate": _is_defaulted(field),
        "dependentPicklist": False,
        "deprecatedAndHidden": False,
        "digits": 8 if field.kind == "int" else 0,
        "displayLocationInDecimal": False,
        "encrypted": False,
        "externalId": field.external_id,
        "extraTypeInfo": _extra_type(field, object_type),
        "filterable": field.filterable or field.kind == "address",
        "filteredLookupInfo": None,
        "groupable": field.filterable and not (number and field.kind != "int") and field.kind != "datetime",
        "highScaleNumber": False,
        "htmlFormatted": False,
        "idLookup": field.kind == "id" or field.external_id,
        "inlineHelpText": None,
        "label": field.label,
        "length": 0 if dated else text,
        "mask": None,
        "maskType": None,
        "name": field.name,
        "nameField": field.name == "Name",
        "namePointing": len(field.references) > 1,
        "nillable": field.nillable,
        "permissionable": _is_permissionable(field, object_type),
        "picklistValues": [
            {
                "active": True,
                "defaultValue": value == field.default,
                "label": value,
                "validFor": None,
                "value": value,
            }
            for value in field.picklist
        ],
        "polymorphicForeignKey": len(field.references) > 1,
        "precision": (field.precision or 18) if number and field.kind != "int" else 0,
        "queryByDistance": False,
        "referenceTargetField": None,
        "referenceTo": list(field.references),
        # a key of Data.com is called a relationship although it leads nowhere
        "relationshipName": field.name[:-2]
        if re.fullmatch(r"Jigsaw\w+Id", field.name)
        else field.relationship,
        "relationshipOrder": None,
        "restrictedDelete": False,
        "restrictedPicklist": field.restricted,
        "scale": field.scale,
        "searchPrefilterable": False,
        "soapType": field.soap_type,
        "sortable": field.filterable,
        "type": field.kind,
        "unique": field.unique,
        "updateable": field.updateable and editable,
        "writeRequiresMasterRead": False,
    }


def _is_defaulted(field: Field) -> bool:
    """Whether the system fills the field of a new record."""
    filled = field.kind in ("id", "boolean") or field.name in AUDITED
    return filled or (field.default is not None and not field.nillable)


def _is_permissionable(field: Field, object_type: ObjectType) -> bool:
    """Whether a permission set can hide the field."""
    if field.custom or field.kind == "address":
        return True
    optional = field.createable and (field.nillable or field.kind == "boolean")
    return optional and field.name not in NEVER_HIDDEN and _compound(field, object_type) != "Name"


def _extra_type(field: Field, object_type: ObjectType) -> str | None:
    if field.kind == "textarea":
        return "plaintextarea"
    if field.name == "PhotoUrl":
        return "imageurl"
    is_person = object_type.get("LastName") is not None
    if field.name == "Name" and object_type.name == "Account":
        return "switchablepersonname"
    named = field.name == "Name" or _compound(field, object_type) == "Name"
    return "personname" if is_person and named else None


def _compound(field: Field, object_type: ObjectType) -> str | None:
    if field.name in ("FirstName", "LastName", "Salutation") and object_type.get("Name"):
        return "Name"
    if field.name == "Name" and object_type.name == "Account":  # which could be a person
        return "Name"
    parts = ("Street", "City", "State", "PostalCode", "Country", "Latitude", "Longitude", "GeocodeAccuracy")
    stem = next((field.name.removesuffix(part) for part in parts if field.name.endswith(part)), None)
    owner = object_type.get(f"{stem}Address") if stem is not None else None
    return owner.name if owner else None


def describe_global(call: Call, object_type: ObjectType) -> dict[str, Any]:
    """The facts of an object that the list of objects shows too."""
    edits, name = call.view.can("Edit", object_type), object_type.name
    return {
        "activateable": False,
        "createable": object_type.createable and edits,
        "custom": object_type.custom,
        "customSetting": False,
        "deletable": object_type.deletable and edits,
        "deprecatedAndHidden": False,
        "feedEnabled": name in ("Lead", "Contact", "Account", "Opportunity"),
        "hasSubtypes": False,
        "isSubtype": False,
        "keyPrefix": object_type.prefix,
        "label": object_type.label,
        "labelPlural": object_type.plural,
        "layoutable": object_type.createable,
        "mergeable": name in ("Lead", "Contact", "Account"),
        "mruEnabled": object_type.createable,
        "name": name,
        "queryable": True,
        "replicateable": object_type.get("SystemModstamp") is not None,
        "retrieveable": True,
        "searchable": object_type.createable,
        "triggerable": object_type.createable,
        "undeletable": object_type.get("IsDeleted") is not None and object_type.deletable,
        "updateable": object_type.updateable and edits,
        "urls": {
            "rowTemplate": f"{call.base}/sobjects/{name}/{{ID}}",
            "describe": f"{call.base}/sobjects/{name}/describe",
            "sobject": f"{call.base}/sobjects/{name}",
        },
    }


def child_relationships(call: Call, object_type: ObjectType) -> list[dict[str, Any]]:
    """The references of other objects to this one."""
    return [
        {
            "cascadeDelete": field.cascades,
            "childSObject": child.name,
            "deprecatedAndHidden": False,
            "field": field.name,
            "junctionIdListNames": [],
            "junctionReferenceTo": [],
            "relationshipName": field.children,
            "restrictedDelete": False,
        }
        for child in call.view.schema.objects.values()
        if call.view.find(child.name)
        for field in call.view.fields(child)
        if object_type.name in field.references
    ]


def describe_object(call: Call, object_type: ObjectType) -> dict[str, Any]:
    """One object with its fields."""
    view = call.view
    layout = f"{call.base}/sobjects/{object_type.name}/describe/layouts/{MASTER_RECORD_TYPE}"
    record_type: dict[str, Any] = {
        "active": True,
        "available": True,
        "defaultRecordTypeMapping": True,
        "master": True,
    }
    record_type |= {"name": "Master", "recordTypeId": MASTER_RECORD_TYPE, "urls": {"layout": layout}}
    return describe_global(call, object_type) | {
        "actionOverrides": [],
        "childRelationships": child_relationships(call, object_type),
        "compactLayoutable": object_type.createable,
        "fields": [
            describe_field(field, object_type, editable=view.edits(object_type, field))
            for field in view.fields(object_type)
        ],
        "listviewable": None,
        "lookupLayoutable": None,
        "namedLayoutInfos": [],
        "networkScopeFieldName": None,
        "recordTypeInfos": [record_type],
        "searchLayoutable": object_type.createable,
        "sobjectDescribeOption": "FULL",
        "supportedScopes": [{"label": f"All {object_type.plural.lower()}", "name": "everything"}],
    }


async def list_objects(call: Call) -> Response:
    """GET sobjects"""
    objects = [describe_global(call, o) for o in call.view.schema.objects.values() if call.view.find(o.name)]
    return reply({"encoding": "UTF-8", "maxBatchSize": 200, "sobjects": objects})


async def object_basics(call: Call) -> Response:
    """GET sobjects/{object}"""
    return reply({"objectDescribe": describe_global(call, object_of(call)), "recentItems": []})


async def describe(call: Call) -> Response:
    """GET sobjects/{object}/describe: 304 where it is still as the caller has it"""
    body, headers = describe_object(call, object_of(call)), call.request.headers
    etag = f'"{zlib.crc32(json.dumps(body).encode()):08x}"'
    changed = call.org.described.setdefault(etag, call.org.stamp())
    since = headers.get("If-Modified-Since")
    known = etag in headers.get("If-None-Match", "")
    if known or (since and not modified_after(changed, since)):
        return Response(status_code=304, headers={"ETag": etag})
    return reply(body, headers={"ETag": etag, "Last-Modified": http_date(changed)})


async def list_resources(call: Call) -> Response:
    """GET /services/data/{version}"""
    return reply({name: f"{call.base}/{name}" for name in RESOURCES})


async def limits(call: Call) -> Response:
    """GET limits"""
    return reply(call.org.usage.limits())


ENDPOINTS: list[Endpoint] = [
    ("GET", "", list_resources),
    ("GET", "/limits", limits),
    ("GET", "/sobjects", list_objects),
    ("GET", "/sobjects/{object}", object_basics),
    ("GET", "/sobjects/{object}/describe", describe),
]
