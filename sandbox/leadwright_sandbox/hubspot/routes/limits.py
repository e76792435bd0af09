"""How much of what the account may hold is used."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

from leadwright_sandbox.hubspot.associations import TABLE as LINKS
from leadwright_sandbox.hubspot.calls import Answer, Call
from leadwright_sandbox.hubspot.objects import ObjectType
from leadwright_sandbox.hubspot.properties import Property
from leadwright_sandbox.hubspot.routes.endpoint import Endpoint
from leadwright_sandbox.hubspot.values import wire_id
from leadwright_sandbox.hubspot.writing import STAGES
from leadwright_sandbox.store import quoted

MAX_PROPERTIES = 1000
MAX_CALCULATED = 200
MAX_CUSTOM_TYPES = 10
MAX_RECORDS = 15_000_000
MAX_CUSTOM_RECORDS = 500_000
MAX_PIPELINES = 100
MAX_LABELS = 50
MAX_LINKS = 50_000  # from one record to those of another object
NEAR = 0.8
SAMPLES = 10


def _named(kind: ObjectType) -> dict[str, Any]:
    return {"objectTypeId": kind.type_id, "singularLabel": kind.labels[0], "pluralLabel": kind.labels[1]}


def _used(usage: int, limit: int) -> dict[str, Any]:
    return {"limit": limit, "usage": usage, "percentage": round(100 * usage / limit, 4)}


def _overall(used: dict[str, Any]) -> dict[str, Any]:
    return {f"overall{name.capitalize()}": value for name, value in used.items()}


def _properties_used(call: Call, counts: Callable[[Property], bool], limit: int) -> Answer:
    """How many properties of each object `counts` says are of the kind that is limited."""
    used = [
        (kind, sum(counts(known) and not known.archived_at for known in kind.properties.values()))
        for kind in call.portal.types
    ]
    return 200, {
        "byObjectType": [_named(kind) | _used(count, limit) for kind, count in used],
        **_overall(_used(sum(count for _, count in used), limit * len(used))),
    }


def custom_properties(call: Call) -> Answer:
    """Custom properties per object."""
    return _properties_used(call, lambda known: not known.standard, MAX_PROPERTIES)


def calculated_properties(call: Call) -> Answer:
    """Calculated properties of the portal's own, per object."""
    return _properties_used(call, lambda known: known.calculated and not known.standard, MAX_CALCULATED)


def custom_object_types(call: Call) -> Answer:
    """Custom object types."""
    return 200, _used(sum(kind.custom for kind in call.portal.types), MAX_CUSTOM_TYPES)


def _by_origin(call: Call, counts: dict[str, int], limit: int, custom_limit: int) -> Answer:
    """Counts by object name; custom objects share a limit."""
    kinds = [kind for kind in call.portal.types if kind.name in counts]
    custom = [kind for kind in kinds if kind.custom]
    return 200, {
        "hubspotDefinedObjectTypes": [
            _named(kind) | _used(counts[kind.name], limit) for kind in kinds if not kind.custom
        ],
        "customObjectTypes": {
            "byObjectType": [_named(kind) | {"usage": counts[kind.name]} for kind in custom],
            **_overall(_used(sum(counts[kind.name] for kind in custom), custom_limit)),
        },
    }


def records(call: Call) -> Answer:
    """Records per object."""
    total = call.portal.records.total
    counts = {kind.name: total(quoted(kind.name), "_archived = 0", {}) for kind in call.portal.types}
    return _by_origin(call, counts, MAX_RECORDS, MAX_CUSTOM_RECORDS)


def pipelines(call: Call) -> Answer:
    """Pipelines per object that has some."""
    counts = {name: len(call.portal.pipelines.all(name)) for name in STAGES}
    return _by_origin(call, counts, MAX_PIPELINES, MAX_PIPELINES)


def association_labels(call: Call) -> Answer:
    """Labels of the portal's own per pair of objects, of those that have any or of one pair that is named."""
    kinds = list(call.portal.types)
    ends = [
        [call.object_type(call.query[name])] if call.query.get(name) else kinds
        for name in ("fromObjectTypeId", "toObjectTypeId")
    ]
    results = []
    for one, other in itertools.product(*ends):
        own = call.portal.associations.labels(one, other)
        if own:
            labels = [kind.label or "" for kind in own]
            pair = {"fromObjectType": _named(one), "toObjectType": _named(other), "allLabels": labels}
            results.append(pair | _used(len(own), MAX_LABELS))
    return 200, {"results": results}


def _crowded(call: Call) -> list[tuple[str, str, str, int]]:
    """Records that are linked to nearly as many others as may be: (from object, to object, id, count)."""
    rows = call.portal.store.db.execute(
        f"select from_object, to_object, from_id, count(distinct to_id) from {LINKS} "
        "group by from_object, from_id, to_object having count(distinct to_id) >= ?",  # in the order of the table
        (NEAR * MAX_LINKS,),
    )
    return [tuple(row) for row in rows]


def _near(call: Call, counts: dict[str, list[int]]) -> Answer:
    kinds = [kind for kind in call.portal.types if kind.name in counts]
    results = [
        _named(kind)
        | {
            "hasRecordsAtLimit": any(count >= MAX_LINKS for count in counts[kind.name]),
            "hasRecordsNearLimit": any(count < MAX_LINKS for count in counts[kind.name]),
        }
        for kind in kinds
    ]
    return 200, {"results": results}


def crowded_from(call: Call) -> Answer:
    """Objects with records that have nearly as many links as may be."""
    counts: dict[str, list[int]] = {}
    for one, _, _, count in _crowded(call):
        counts.setdefault(one, []).append(count)
    return _near(call, counts)


def crowded_to(call: Call) -> Answer:
    """The objects to which records of one object have nearly as many links as may be."""
    name, counts = call.object_type(call.path["from_object"]).name, dict[str, list[int]]()
    for one, other, _, count in _crowded(call):
        if one == name:
            counts.setdefault(other, []).append(count)
    return _near(call, counts)


def crowded_records(call: Call) -> Answer:
    """The records of one object that have nearly as many links to another one as may be."""
    pair = tuple(call.object_type(call.path[end]).name for end in ("from_object", "to_object"))
    found = [(record_id, count) for one, other, record_id, count in _crowded(call) if (one, other) == pair]
    full = [{"objectId": wire_id(it), "label": it} for it, count in found if count >= MAX_LINKS]
    nearly = [
        {"objectId": wire_id(it), "label": it, "usage": count, "percentage": 100 * count / MAX_LINKS}
        for it, count in found
        if count < MAX_LINKS
    ]
    return 200, {
        "limit": MAX_LINKS,
        "totalRecordsAtLimit": len(full),
        "totalRecordsNearLimit": len(nearly),
        "atLimitFromRecordSamples": full[:SAMPLES],
        "nearLimitFromRecordSamples": nearly[:SAMPLES],
    }


BASE = "/crm/v3/limits"
ROUTES = [
    Endpoint("GET", f"{BASE}/custom-properties", custom_properties),
    Endpoint("GET", f"{BASE}/calculated-properties", calculated_properties),
    Endpoint("GET", f"{BASE}/custom-object-types", custom_object_types),
    Endpoint("GET", f"{BASE}/records", records),
    Endpoint("GET", f"{BASE}/pipelines", pipelines),
    Endpoint("GET", f"{BASE}/associations/labels", association_labels),
    Endpoint("GET", f"{BASE}/associations/records/from", crowded_from),
    Endpoint("GET", f"{BASE}/associations/records/{{from_object}}/to", crowded_to),
    Endpoint("GET", f"{BASE}/associations/records/{{from_object}}/{{to_object}}", crowded_records),
]
