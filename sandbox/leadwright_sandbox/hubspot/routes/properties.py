"""Properties and their groups."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from leadwright_sandbox.hubspot import scopes, writing
from leadwright_sandbox.hubspot.calls import Answer, Call
from leadwright_sandbox.hubspot.errors import ApiError, bad_request, conflict, not_found, not_served
from leadwright_sandbox.hubspot.objects import ObjectType
from leadwright_sandbox.hubspot.properties import FIELD_TYPES, PROPERTY_NAME, Property, option
from leadwright_sandbox.hubspot.routes.batches import batch_answer
from leadwright_sandbox.hubspot.routes.endpoint import Endpoint
from leadwright_sandbox.hubspot.values import text

BASE = "/crm/v3/properties/{object}"
MAX_INPUTS = 100
REQUIRED = ("name", "label", "type", "fieldType", "groupName")


def reads(call: Call) -> tuple[str, ...]:
    """The scope to read properties."""
    return (scopes.schemas(call.kind, write=False),)


def writes(call: Call) -> tuple[str, ...]:
    """The scope to change properties."""
    return (scopes.schemas(call.kind, write=True),)


def find(kind: ObjectType, name: str, archived: bool = False) -> Property:
    """The property called `name`; raises ApiError."""
    known = kind.properties.get(name)
    if known is None or (known.archived_at is not None) != archived:
        raise not_found(
            f'Property "{name}" does not exist on object {kind.name}',
            subCategory="Properties.PROPERTY_NOT_FOUND",
        )
    return known


def build(
    call: Call, kind: ObjectType, body: Mapping[str, Any], groups: Mapping[str, str] | None = None
) -> Property:
    """The property that a create call describes; raises ApiError where HubSpot refuses it."""
    missing = [name for name in REQUIRED if not body.get(name)]
    if missing:
        raise bad_request(f"Some required fields were not set: [{', '.join(missing)}]")
    name, kind_of_value, field_type = (text(body[key]) for key in ("name", "type", "fieldType"))
    if not PROPERTY_NAME.fullmatch(name):
        raise bad_request(
            f"Invalid property name: {name}. Names are lower case letters, digits and underscores."
        )
    if kind_of_value not in FIELD_TYPES:
        raise bad_request(f"Invalid property type: {kind_of_value}")
    if field_type not in FIELD_TYPES[kind_of_value]:
        raise bad_request(f"Field type {field_type} cannot be used with the type {kind_of_value}")
    if field_type == "calculation_equation":
        raise not_served("calculated properties of the portal's own")
    if name in kind.properties and not kind.properties[name].archived_at:
        raise conflict(f"A property named '{name}' already exists.", subCategory="Properties.PROPERTY_EXISTS")
    if text(body["groupName"]) not in (call.portal.groups(kind) if groups is None else groups):
        raise bad_request(
            f"Property group {body['groupName']} does not exist", subCategory="Properties.GROUP_NOT_FOUND"
        )
    now = writing.stamp(call.portal)
    return Property(
        name=name,
        label=text(body["label"]),
        type=kind_of_value,
        field_type=field_type,
        group=text(body["groupName"]),
        description=text(body.get("description") or ""),
        options=_options(kind_of_value, body),
        unique=bool(body.get("hasUniqueValue")),
        external=bool(body.get("externalOptions")),
        standard=False,
        hidden=bool(body.get("hidden")),
        form_field=bool(body.get("formField")),
        display_order=int(body.get("displayOrder") or -1),
        created_at=now,
        updated_at=now,
    )


def _options(kind_of_value: str, body: Mapping[str, Any]) -> list[dict[str, Any]]:
    given = body.get("options") or []
    if kind_of_value == "bool":
        return [option("true", "True", 0), option("false", "False", 1)]
    if not given and kind_of_value == "enumeration" and not body.get("externalOptions"):
        raise bad_request("An enumeration needs at least one option")
    try:
        return [
            option(
                text(choice["value"]),
                text(choice.get("label") or choice["value"]),
                int(choice.get("displayOrder") or place),
            )
            for place, choice in enumerate(given)
        ]
    except (KeyError, TypeError, AttributeError) as problem:
        raise bad_request("Invalid input JSON: options have label and value") from problem


def list_properties(call: Call) -> Answer:
    """All properties of an object."""
    archived = call.flag("archived")
    known = call.kind.properties.values()
    return 200, {"results": [item.body() for item in known if (item.archived_at is not None) == archived]}


def get_property(call: Call) -> Answer:
    """One property."""
    return 200, find(call.kind, call.path["name"], call.flag("archived")).body()


def create_property(call: Call) -> Answer:
    """Create one property."""
    created = build(call, call.kind, call.body)
    call.portal.records.tables.add_property(call.kind, created)
    return 201, created.body()


def update_property(call: Call) -> Answer:
    """Change what a property is called and how it is shown."""
    known, body = find(call.kind, call.path["name"]), call.body
    if "type" in body and body["type"] != known.type:
        raise bad_request("The type of a property cannot be changed through the API")
    known.label = text(body.get("label") or known.label)
    known.group = text(body.get("groupName") or known.group)
    known.description = text(body.get("description", known.description))
    known.hidden = bool(body.get("hidden", known.hidden))
    if "options" in body:
        known.set_options(_options(known.type, body))
    known.updated_at = writing.stamp(call.portal)
    return 200, known.body()


def archive_property(call: Call) -> Answer:
    """Archive a property of the portal's own."""
    known = find(call.kind, call.path["name"])
    if known.standard:
        raise bad_request(f"{known.name} is defined by HubSpot and cannot be archived")
    known.archived_at = writing.stamp(call.portal)
    return 204, None


def batch_create(call: Call) -> Answer:
    """Create properties: all of them or, where one is refused, none."""
    started, kind = writing.stamp(call.portal), call.kind
    created = [build(call, kind, item) for item in call.inputs(MAX_INPUTS)]
    names = [item.name for item in created]
    if len(set(names)) < len(names):
        raise bad_request("Duplicate property names in the batch")
    for item in created:
        call.portal.records.tables.add_property(kind, item)
    return batch_answer(call, started, [item.body() for item in created], [], 201)


def batch_read(call: Call) -> Answer:
    """Read properties by name."""
    started = writing.stamp(call.portal)
    archived = bool(call.body.get("archived"))
    results: list[dict[str, Any]] = []
    errors: list[dict[str, Any]] = []
    for item in call.inputs(MAX_INPUTS):
        name = text(item.get("name", ""))
        try:
            results.append(find(call.kind, name, archived).body())
        except ApiError as error:
            errors.append(error.in_batch(name=[name]))
    return batch_answer(call, started, results, errors)


def batch_archive(call: Call) -> Answer:
    """Archive properties of the portal's own."""
    now = writing.stamp(call.portal)
    for item in call.inputs(MAX_INPUTS):
        known = find(call.kind, text(item.get("name", "")))
        if not known.standard:
            known.archived_at = now
    return 204, None


def list_groups(call: Call) -> Answer:
    """The groups that properties are shown in."""
    return 200, {"results": [_group(name, label) for name, label in call.portal.groups(call.kind).items()]}


def get_group(call: Call) -> Answer:
    """One group."""
    groups = call.portal.groups(call.kind)
    if call.path["name"] not in groups:
        raise not_found(f"Property group {call.path['name']} does not exist")
    return 200, _group(call.path["name"], groups[call.path["name"]])


def create_group(call: Call) -> Answer:
    """Add a group."""
    body, groups = call.body, call.portal.groups(call.kind)
    name, label = text(body.get("name") or ""), text(body.get("label") or "")
    if not PROPERTY_NAME.fullmatch(name) or not label:
        raise bad_request("Some required fields were not set: [name, label]")
    if name in groups:
        raise conflict(f"A property group named '{name}' already exists.")
    groups[name] = label
    return 201, _group(name, label)


def update_group(call: Call) -> Answer:
    """Call a group otherwise."""
    groups, (_, known) = call.portal.groups(call.kind), get_group(call)
    groups[known["name"]] = text(call.body.get("label") or known["label"])
    return 200, _group(known["name"], groups[known["name"]])


def delete_group(call: Call) -> Answer:
    """Remove a group that no property is in; there is no error where it is gone already."""
    name = call.path["name"]
    if any(known.group == name and not known.archived_at for known in call.kind.properties.values()):
        raise bad_request(f"Property group {name} has properties and cannot be removed")
    call.portal.groups(call.kind).pop(name, None)
    return 204, None


def _group(name: str, label: str) -> dict[str, Any]:
    return {"archived": False, "name": name, "displayOrder": 0, "label": label}


ROUTES = [
    Endpoint("POST", f"{BASE}/batch/create", batch_create, writes),
    Endpoint("POST", f"{BASE}/batch/read", batch_read, reads),
    Endpoint("POST", f"{BASE}/batch/archive", batch_archive, writes),
    Endpoint("GET", f"{BASE}/groups", list_groups, reads),
    Endpoint("POST", f"{BASE}/groups", create_group, writes),
    Endpoint("GET", f"{BASE}/groups/{{name}}", get_group, reads),
    Endpoint("PATCH", f"{BASE}/groups/{{name}}", update_group, writes),
    Endpoint("DELETE", f"{BASE}/groups/{{name}}", delete_group, writes),
    Endpoint("GET", BASE, list_properties, reads),
    Endpoint("POST", BASE, create_property, writes),
    Endpoint("GET", f"{BASE}/{{name}}", get_property, reads),
    Endpoint("PATCH", f"{BASE}/{{name}}", update_property, writes),
    Endpoint("DELETE", f"{BASE}/{{name}}", archive_property, writes),
]
