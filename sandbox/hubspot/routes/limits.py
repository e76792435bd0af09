"""How much of what the account may hold is used."""

from __future__ import annotations

from typing import Any

from sandbox.hubspot.calls import Answer, Call
from sandbox.hubspot.objects import ObjectType
from sandbox.hubspot.routes.endpoint import Endpoint

MAX_PROPERTIES = 1000
MAX_RECORDS = 15_000_000
MAX_CUSTOM_RECORDS = 500_000


def _named(kind: ObjectType) -> dict[str, Any]:
    return {"objectTypeId": kind.type_id, "singularLabel": kind.labels[0], "pluralLabel": kind.labels[1]}


def _used(usage: int, limit: int) -> dict[str, Any]:
    return {"limit": limit, "usage": usage, "percentage": round(100 * usage / limit, 4)}


def custom_properties(call: Call) -> Answer:
    """Custom properties per object."""
    counts = [
        (kind, sum(not known.standard and not known.archived_at for known in kind.properties.values()))
        for kind in call.portal.types
    ]
    total, limit = sum(count for _, count in counts), MAX_PROPERTIES * len(counts)
    return 200, {
        "byObjectType": [_named(kind) | _used(count, MAX_PROPERTIES) for kind, count in counts],
        "overallLimit": limit,
        "overallUsage": total,
        "overallPercentage": round(100 * total / limit, 4),
    }


def records(call: Call) -> Answer:
    """Records per object."""
    counts = {
        kind.name: call.portal.records.total(f'"{kind.name}"', "_archived = 0", {})
        for kind in call.portal.types
    }
    custom = [kind for kind in call.portal.types if kind.custom]
    used = _used(sum(counts[kind.name] for kind in custom), MAX_CUSTOM_RECORDS)
    return 200, {
        "hubspotDefinedObjectTypes": [
            _named(kind) | _used(counts[kind.name], MAX_RECORDS)
            for kind in call.portal.types
            if not kind.custom
        ],
        "customObjectTypes": {
            "byObjectType": [_named(kind) | {"usage": counts[kind.name]} for kind in custom],
            "overallLimit": used["limit"],
            "overallUsage": used["usage"],
            "overallPercentage": used["percentage"],
        },
    }


ROUTES = [
    Endpoint("GET", "/crm/v3/limits/custom-properties", custom_properties),
    Endpoint("GET", "/crm/v3/limits/records", records),
]
