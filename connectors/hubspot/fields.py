"""Creates the HubSpot properties that Leadwright writes, in a property group of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from leadwright.connectors.base import FieldInfo, FieldSpec
from leadwright.connectors.errors import SchemaDriftError
from leadwright.connectors.hubspot import answers, scopes
from leadwright.connectors.hubspot.answers import Json
from leadwright.connectors.hubspot.errors import RefusedError
from leadwright.connectors.hubspot.transport import Transport

_GROUP = "leadwright"
_KINDS = {
    "string": ("string", "text"),
    "text": ("string", "textarea"),
    "number": ("number", "number"),
    "date": ("date", "date"),
    "datetime": ("datetime", "date"),
    "boolean": ("bool", "booleancheckbox"),
    "picklist": ("enumeration", "select"),
}
_BATCH = 100

# By fieldType where that says more (a checkbox holds several values), else by type.
_SHOWN_AS = {
    "checkbox": "multi_select",
    "booleancheckbox": "flag",
    "bool": "flag",
    "enumeration": "picklist",
    "number": "number",
    "date": "date",
    "datetime": "date",
}


def ensure(hubspot: Transport, object_name: str, fields: Sequence[FieldSpec]) -> list[str]:
    """Create the properties that are missing; return their names. None is made where records cannot be written.

    A picklist that lacks some of our options gets them: a value that is none of them would be refused.
    """
    there = _definitions(hubspot, object_name)
    _require_unique(object_name, fields, there)
    missing = [field for field in fields if field.name not in there]
    short = [field for field in fields if field.name in there and _new_options(field, there[field.name])]
    creating = [scopes.to_create_properties(object_name)] if missing or short else []
    scopes.demand(hubspot, f"writing {object_name}", [scopes.to_write(object_name), *creating])
    for field in short:
        _add_options(hubspot, object_name, field, there[field.name])
    if not missing:
        return []
    _ensure_group(hubspot, object_name)
    for start in range(0, len(missing), _BATCH):
        inputs = [_definition(field) for field in missing[start : start + _BATCH]]
        _unless_there(hubspot, object_name, inputs)
    there = _definitions(hubspot, object_name)
    if still := [field.name for field in missing if field.name not in there]:
        names = ", ".join(still)
        raise SchemaDriftError(
            f"HubSpot did not create these properties of {object_name}: {names}. Create them by hand, or look in "
            "HubSpot's settings whether the limit of custom properties is reached."
        )
    return [field.name for field in missing]


def _require_unique(object_name: str, fields: Sequence[FieldSpec], there: Mapping[str, Json]) -> None:
    """Raise SchemaDriftError where a property that is to be unique is not: HubSpot cannot make it so later."""
    for field in fields:
        if field.is_unique and field.name in there and not there[field.name].get("hasUniqueValue"):
            raise SchemaDriftError(
                f"HubSpot's property {field.name} of {object_name} must have unique values and does not, so that one "
                "thing could be made twice. Delete it in HubSpot's settings; the next run creates it as it should be."
            )


def described(hubspot: Transport, object_name: str) -> list[FieldInfo]:
    """The properties of an object that people may see."""
    return [
        FieldInfo(
            name,
            str(item.get("label") or name),
            _SHOWN_AS.get(str(item.get("fieldType")), _SHOWN_AS.get(str(item.get("type")), "text")),
            not item.get("hubspotDefined", False),
            bool(item.get("calculated")),
        )
        for name, item in sorted(_definitions(hubspot, object_name).items())
        if not item.get("hidden")
    ]


def types(hubspot: Transport, object_name: str) -> dict[str, str]:
    """The type of every property of the object, by name."""
    return {name: str(item.get("type")) for name, item in _definitions(hubspot, object_name).items()}


def _definitions(hubspot: Transport, object_name: str) -> dict[str, Json]:
    what = f"listing properties of {object_name}"
    answer = hubspot.read(what, answers.properties, hubspot.properties.get_all, object_name)
    return {item["name"]: item for item in answer["results"]}


def _new_options(field: FieldSpec, definition: Json) -> list[str]:
    """Options of `field` that its property lacks; none where the property is no picklist."""
    if definition.get("type") != "enumeration":
        return []
    there = {option.get("value") for option in definition.get("options") or ()}
    return [option for option in field.options if option not in there]


def _add_options(hubspot: Transport, object_name: str, field: FieldSpec, definition: Json) -> None:
    """Offer what is new behind what is there; HubSpot replaces the whole list."""
    there = definition.get("options") or []
    new = _choices([(name, name) for name in _new_options(field, definition)], len(there))
    hubspot.call(
        f"adding options to {object_name}.{field.name}",
        hubspot.properties.update,
        object_name,
        field.name,
        {"options": [*there, *new]},
    )


def of_another_type(fields: Sequence[FieldSpec], there: Mapping[str, str]) -> list[str]:
    """Those of `fields` that HubSpot has as another type than we would make them, with both types."""
    return [
        f"{field.name} ({there[field.name]}, not {_KINDS[field.type][0]})"
        for field in fields
        if there.get(field.name, _KINDS[field.type][0]) != _KINDS[field.type][0]
    ]


def _ensure_group(hubspot: Transport, object_name: str) -> None:
    body = {"name": _GROUP, "label": "Leadwright", "displayOrder": -1}
    try:
        hubspot.call("creating the property group", hubspot.property_groups.create, object_name, body)
    except RefusedError as refusal:
        if refusal.status != 409:
            raise


def _unless_there(hubspot: Transport, object_name: str, inputs: list[Json]) -> None:
    """Create properties; one that another run created meanwhile is as good."""
    try:
        hubspot.call(
            f"creating properties of {object_name}",
            hubspot.property_batches.create,
            object_name,
            {"inputs": inputs},
        )
    except RefusedError as refusal:
        if refusal.status != 409:
            raise


def _definition(field: FieldSpec) -> Json:
    kind, control = _KINDS[field.type]
    body: Json = {
        "name": field.name,
        "label": field.label,
        "groupName": _GROUP,
        "type": kind,
        "fieldType": control,
        "description": field.description,
        "formField": False,
        "hasUniqueValue": field.is_unique,
        "hidden": False,
    }
    choices = (
        [("Yes", "true"), ("No", "false")] if field.type == "boolean" else [(o, o) for o in field.options]
    )
    if choices:
        body["options"] = _choices(choices)
    return body


def _choices(options: Sequence[tuple[str, str]], first: int = 0) -> list[Json]:
    """Options, each with its label and value, as HubSpot takes them."""
    return [
        {"label": label, "value": value, "displayOrder": order, "hidden": False}
        for order, (label, value) in enumerate(options, first)
    ]
