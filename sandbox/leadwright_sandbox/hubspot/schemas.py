"""Custom object types: built from what a caller sends, shown in the form of the schemas API."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from leadwright_sandbox.hubspot.errors import bad_request, conflict
from leadwright_sandbox.hubspot.objects import ObjectType
from leadwright_sandbox.hubspot.properties import Property
from leadwright_sandbox.hubspot.values import iso, text

if TYPE_CHECKING:
    from leadwright_sandbox.hubspot.portal import HubSpot

NAME = re.compile(r"[a-z][a-z0-9_]{0,49}")
FIRST_CUSTOM_TYPE = 3_600_001


def body_of(portal: HubSpot, kind: ObjectType) -> dict[str, Any]:
    """The schema of `kind`."""
    number = kind.type_id.partition("-")[2]
    return {
        "labels": {"singular": kind.labels[0], "plural": kind.labels[1]},
        "requiredProperties": list(kind.required),
        "searchableProperties": list(kind.searched),
        "primaryDisplayProperty": kind.display[0] if kind.display else None,
        "secondaryDisplayProperties": list(kind.display[1:]),
        "archived": False,
        "restorable": True,
        "metaType": "PORTAL_SPECIFIC" if kind.custom else "HUBSPOT",
        "id": number,
        "fullyQualifiedName": kind.capitals,
        "createdAt": kind.defined_at,
        "updatedAt": kind.defined_at,
        "objectTypeId": kind.type_id,
        "properties": [known.body() for known in kind.properties.values() if not known.archived_at],
        "associations": [
            {
                "fromObjectTypeId": kind.type_id,
                "toObjectTypeId": other.type_id,
                "name": f"{kind.singular}_to_{other.singular}".upper(),
                "cardinality": "ONE_TO_MANY",
                "inverseCardinality": "ONE_TO_MANY",
                "id": str(portal.associations.default(kind, other).type_id),
                "createdAt": None,
                "updatedAt": None,
            }
            for other in portal.associations.partners(kind, portal.types)
        ],
        "name": kind.singular if kind.custom else kind.capitals,
    }


def _own_properties(group: str, now: str) -> dict[str, Property]:
    """The properties that HubSpot gives every custom object."""
    kinds = {
        "hs_object_id": ("number", "number", True),
        "hs_createdate": ("datetime", "date", True),
        "hs_lastmodifieddate": ("datetime", "date", True),
        "hubspot_owner_id": ("enumeration", "select", False),
        "hubspot_owner_assigneddate": ("datetime", "date", True),
        "hs_merged_object_ids": ("enumeration", "checkbox", True),
    }
    return {
        name: Property(
            name,
            name.replace("_", " "),
            kind,
            field_type,
            group,
            read_only=read_only,
            external=name == "hubspot_owner_id",
            created_at=now,
            updated_at=now,
        )
        for name, (kind, field_type, read_only) in kinds.items()
    }


def create(portal: HubSpot, given: Mapping[str, Any], properties: Mapping[str, Property]) -> ObjectType:
    """Add a custom object with `properties` of its own to the portal."""
    name = text(given.get("name") or "")
    labels = given.get("labels")
    if not NAME.fullmatch(name) or not isinstance(labels, dict) or not properties:
        raise bad_request("Some required fields were not set: [name, labels, properties]")
    full_name = f"p{portal.portal_id}_{name}"
    if portal.types.find(full_name) or portal.types.find(name):
        raise conflict(f"An object named '{name}' already exists.")
    display = [given.get("primaryDisplayProperty"), *(given.get("secondaryDisplayProperties") or [])]
    required = given.get("requiredProperties") or []
    searched = given.get("searchableProperties") or []
    unknown = {text(item) for item in (*display, *required, *searched) if item} - set(properties)
    if unknown:
        raise bad_request(f"The schema names properties that it does not define: {sorted(unknown)}")
    now = iso(portal.clock.now())
    kind = ObjectType(
        name=full_name,
        singular=name,
        type_id=f"2-{FIRST_CUSTOM_TYPE + sum(known.custom for known in portal.types)}",
        created="hs_createdate",
        modified="hs_lastmodifieddate",
        shown=(),
        searched=tuple(map(text, searched)),
        scope="custom",
        properties=_own_properties(f"{name}_information", now) | dict(properties),
        custom=True,
        labels=(text(labels.get("singular") or name), text(labels.get("plural") or name)),
        required=tuple(map(text, required)),
        display=tuple(text(item) for item in display if item),
        defined_at=now,
    )
    portal.types.add(kind)
    portal.records.tables.create(kind)
    for wanted in given.get("associatedObjects") or []:
        other = portal.types.find(text(wanted))
        if other is not None:
            portal.associations.default(kind, other)
    return kind
