"""The first generation of the properties, pipelines and associations APIs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from leadwright_sandbox.hubspot.calls import Answer, Call
from leadwright_sandbox.hubspot.errors import bad_request
from leadwright_sandbox.hubspot.objects import ObjectType
from leadwright_sandbox.hubspot.pipelines import Pipeline
from leadwright_sandbox.hubspot.properties import Property
from leadwright_sandbox.hubspot.routes.endpoint import Endpoint
from leadwright_sandbox.hubspot.routes.legacy_contacts import reads, writes
from leadwright_sandbox.hubspot.routes.paging import behind
from leadwright_sandbox.hubspot.routes.pipelines import pipelines_of
from leadwright_sandbox.hubspot.routes.pipelines import reads as pipeline_reads
from leadwright_sandbox.hubspot.values import milliseconds, text, wire_id

LINKS = "/crm-associations/v1/associations"


def _property_body(known: Property) -> dict[str, Any]:
    nothing = (
        "fieldLevelPermission", "deleted", "createdUserId", "externalOptionsReferenceType", "optionSortStrategy",
        "showCurrencySymbol", "numberDisplayHint", "textDisplayHint", "optionsAreMutable", "searchTextAnalysisMode",
        "updatedUserId", "currencyPropertyName", "referencedObjectType",
    )  # fmt: skip
    return dict.fromkeys(nothing) | {
        "name": known.name,
        "label": known.label,
        "description": known.description,
        "groupName": known.group,
        "type": known.type,
        "fieldType": known.field_type,
        "hidden": known.hidden,
        "displayOrder": known.display_order,
        "searchableInGlobalSearch": False,
        "hasUniqueValue": known.unique,
        "isCustomizedDefault": False,
        "readOnlyDefinition": known.standard,
        "createdAt": milliseconds(known.created_at),
        "formField": known.form_field,
        "readOnlyValue": known.read_only,
        "mutableDefinitionNotDeletable": known.standard,
        "favorited": False,
        "favoritedOrder": -1,
        "calculated": known.calculated,
        "externalOptions": known.external,
        "displayMode": "current_value",
        "options": [
            {**choice, "description": "", "readOnly": False, "doubleData": 0.0} for choice in known.options
        ],
        "hubspotDefined": known.standard,
        "updatedAt": milliseconds(known.updated_at),
    }


def _properties(kind: ObjectType) -> list[dict[str, Any]]:
    return [_property_body(known) for known in kind.properties.values() if not known.archived_at]


def list_properties(call: Call) -> Answer:
    """All properties of an object."""
    return 200, _properties(call.kind)


def company_properties(call: Call) -> Answer:
    """All properties of companies."""
    return 200, _properties(call.object_type("companies"))


def list_groups(call: Call) -> Answer:
    """The groups of an object's properties, on demand with the properties."""
    standard = {known.group for known in call.kind.properties.values() if known.standard}
    groups = [
        {"name": name, "displayName": label, "displayOrder": place, "hubspotDefined": name in standard}
        for place, (name, label) in enumerate(call.portal.groups(call.kind).items())
    ]
    if call.flag("includeProperties"):
        for group in groups:
            group["properties"] = [it for it in _properties(call.kind) if it["groupName"] == group["name"]]
    return 200, groups


def _pipeline_body(kind: ObjectType, pipeline: Pipeline, first: bool) -> dict[str, Any]:
    stages = [
        {
            "stageId": stage.id,
            "label": stage.label,
            "displayOrder": stage.order,
            "metadata": stage.metadata,
            "active": True,
            "createdAt": milliseconds(stage.created_at),
            "updatedAt": milliseconds(stage.updated_at),
        }
        for stage in pipeline.in_order()
    ]
    return {
        "pipelineId": pipeline.id,
        "objectType": kind.singular.upper(),
        "objectTypeId": kind.type_id,
        "label": pipeline.label,
        "displayOrder": pipeline.order,
        "active": True,
        "default": first,
        "stages": stages,
        "createdAt": milliseconds(pipeline.created_at),
        "updatedAt": milliseconds(pipeline.updated_at),
    }


def list_pipelines(call: Call) -> Answer:
    """All pipelines of an object with their stages."""
    known = pipelines_of(call).values()
    return 200, {"results": [_pipeline_body(call.kind, it, not place) for place, it in enumerate(known)]}


def _definition(call: Call, given: object) -> tuple[ObjectType, ObjectType, int]:
    kind = call.portal.associations.by_id(int(text(given))) if text(given).isdigit() else None
    if kind is None:
        raise bad_request(f"{given} is not a valid association definition")
    return call.object_type(kind.from_object), call.object_type(kind.to_object), kind.type_id


def linked_ids(call: Call) -> Answer:
    """The records that one record is linked to; as recorded, the offset is the last one's id."""
    one, other, _ = _definition(call, call.path["definition"])
    limit, offset = call.number("limit", 100, 100), call.query.get("offset")
    links = call.portal.associations.of(one, other, [call.path["id"]]).get(call.path["id"], [])
    ids = behind("" if offset == "0" else offset, list(dict.fromkeys(link.to_id for link in links)), str)
    shown = [wire_id(record_id) for record_id in ids[:limit]]
    return 200, {"results": shown, "hasMore": len(ids) > limit, "offset": shown[-1] if shown else 0}


def _ends(body: Mapping[str, Any]) -> tuple[str, str]:
    if not body.get("fromObjectId") or not body.get("toObjectId"):
        raise bad_request("Some required fields were not set: [fromObjectId, toObjectId]")
    return text(body["fromObjectId"]), text(body["toObjectId"])


def link(call: Call) -> Answer:
    """Link two records."""
    one, other, type_id = _definition(call, call.body.get("definitionId"))
    from_id, to_id = _ends(call.body)
    for kind, record_id in ((one, from_id), (other, to_id)):
        if not call.portal.records.many(kind, [record_id], ["hs_object_id"]):
            raise bad_request(f"No {kind.singular} with the id {record_id} was found")
    found = call.portal.associations.find(one, other, type_id)
    call.portal.link([(from_id, to_id, found)] if found else [])
    return 204, None


def unlink(call: Call) -> Answer:
    """Remove the links between two records."""
    one, other, _ = _definition(call, call.body.get("definitionId"))
    from_id, to_id = _ends(call.body)
    call.portal.unlink(one, from_id, other, to_id)
    return 204, None


ROUTES = [
    Endpoint("GET", "/properties/v1/{object}/properties", list_properties, reads),
    Endpoint("GET", "/properties/v2/{object}/properties", list_properties, reads),
    Endpoint("GET", "/companies/v2/properties", company_properties, reads),
    Endpoint("GET", "/properties/v1/{object}/groups", list_groups, reads),
    Endpoint("GET", "/properties/v2/{object}/groups", list_groups, reads),
    Endpoint("GET", "/crm-pipelines/v1/pipelines/{object}", list_pipelines, pipeline_reads),
    Endpoint("GET", f"{LINKS}/{{id}}/HUBSPOT_DEFINED/{{definition}}", linked_ids, reads),
    Endpoint("PUT", LINKS, link, writes),
    Endpoint("PUT", f"{LINKS}/delete", unlink, writes),
]
