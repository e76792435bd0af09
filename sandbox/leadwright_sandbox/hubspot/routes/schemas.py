"""Object schemas: the standard ones read-only, custom ones created, changed and removed."""

from __future__ import annotations

from typing import Any

from leadwright_sandbox.hubspot import schemas, scopes
from leadwright_sandbox.hubspot.associations import USER_DEFINED
from leadwright_sandbox.hubspot.calls import Answer, Call
from leadwright_sandbox.hubspot.errors import bad_request
from leadwright_sandbox.hubspot.objects import ObjectType
from leadwright_sandbox.hubspot.routes.endpoint import Endpoint
from leadwright_sandbox.hubspot.routes.properties import build
from leadwright_sandbox.hubspot.values import text


def _reads(call: Call) -> tuple[str, ...]:
    if "object" in call.path:
        return (scopes.schemas(call.kind, write=False),)
    return ("crm.schemas.custom.read",)


def _writes(call: Call) -> tuple[str, ...]:
    return ("crm.schemas.custom.write",)


def _custom(call: Call) -> ObjectType:
    if not call.kind.custom:
        raise bad_request(f"{call.path['object']} is defined by HubSpot and cannot be changed")
    return call.kind


def list_schemas(call: Call) -> Answer:
    """All custom objects."""
    return 200, {"results": [schemas.body_of(call.portal, kind) for kind in call.portal.types if kind.custom]}


def get_schema(call: Call) -> Answer:
    """One object, standard or custom."""
    return 200, schemas.body_of(call.portal, call.kind)


def create_schema(call: Call) -> Answer:
    """Add a custom object."""
    body = call.body
    group = f"{text(body.get('name') or '')}_information"
    # the properties of a new object are checked as any others, against an object that has none yet
    blank = ObjectType("", "", "", "hs_createdate", "hs_lastmodifieddate", ())
    given: list[Any] = body.get("properties") or []
    properties = {}
    for item in given:
        if not isinstance(item, dict):
            raise bad_request("Invalid input JSON: properties is a list of objects")
        made = build(call, blank, {"groupName": group, **item}, groups={group: group})
        properties[made.name] = made
    return 201, schemas.body_of(call.portal, schemas.create(call.portal, body, properties))


def update_schema(call: Call) -> Answer:
    """Change what a custom object is called and which of its properties are required, searched and shown."""
    kind, body = _custom(call), call.body
    labels = body.get("labels") or {}
    kind.labels = (
        text(labels.get("singular") or kind.labels[0]),
        text(labels.get("plural") or kind.labels[1]),
    )
    kind.required = tuple(map(text, body.get("requiredProperties", kind.required)))
    kind.searched = tuple(map(text, body.get("searchableProperties", kind.searched)))
    primary = text(body.get("primaryDisplayProperty") or "")
    kind.display = (primary, *kind.display[1:]) if primary else kind.display
    return 200, schemas.body_of(call.portal, kind)


def delete_schema(call: Call) -> Answer:
    """Remove a custom object that has no records."""
    kind = _custom(call)
    if call.portal.records.page(kind, ["hs_object_id"], None, 1, archived=False):
        raise bad_request(f"Cannot delete object type {kind.type_id}: it has records")
    call.portal.types.remove(kind)
    call.portal.records.tables.drop(kind)
    return 204, None


def create_association(call: Call) -> Answer:
    """Allow links from a custom object to another one."""
    body = call.body
    other = call.object_type(text(body.get("toObjectTypeId") or ""))
    name = text(body.get("name") or f"{call.kind.singular}_to_{other.singular}")
    kind, _ = call.portal.associations.label(call.kind.name, other.name, name, name)
    return 201, {
        "id": str(kind.type_id),
        "fromObjectTypeId": call.kind.type_id,
        "toObjectTypeId": other.type_id,
        "name": name,
        "category": USER_DEFINED,
        "createdAt": None,
        "updatedAt": None,
    }


ROUTES = [
    endpoint
    for base in ("/crm/v3/schemas", "/crm-object-schemas/v3/schemas")
    for endpoint in (
        Endpoint("GET", base, list_schemas, _reads),
        Endpoint("POST", base, create_schema, _writes),
        Endpoint("GET", f"{base}/{{object}}", get_schema, _reads),
        Endpoint("PATCH", f"{base}/{{object}}", update_schema, _writes),
        Endpoint("DELETE", f"{base}/{{object}}", delete_schema, _writes),
        Endpoint("POST", f"{base}/{{object}}/associations", create_association, _writes),
    )
]
