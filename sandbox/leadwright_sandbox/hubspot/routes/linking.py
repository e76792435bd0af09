"""What the association calls have in common: their two ends, the links between them, and how links are shown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from leadwright_sandbox.hubspot import scopes
from leadwright_sandbox.hubspot.associations import Link, LinkType
from leadwright_sandbox.hubspot.calls import Answer, Call
from leadwright_sandbox.hubspot.errors import bad_request, check_not_refused, not_found
from leadwright_sandbox.hubspot.objects import ObjectType, unserved
from leadwright_sandbox.hubspot.routes.batches import batch_answer
from leadwright_sandbox.hubspot.routes.paging import behind
from leadwright_sandbox.hubspot.values import wire_id

PAGE = 500
V4 = "/crm/v4/associations/{from_object}/{to_object}"


def ends(call: Call) -> tuple[ObjectType, ObjectType]:
    """The object types at the two ends of a path."""
    return call.object_type(call.path["from_object"]), call.object_type(call.path["to_object"])


def reads(call: Call) -> tuple[str, ...]:
    """The scopes to read links."""
    one, other = read_ends(call)
    kinds = (one, other) if isinstance(other, ObjectType) else (one,)
    return tuple(dict.fromkeys(scopes.records(kind, write=False) for kind in kinds))


def read_ends(call: Call) -> tuple[ObjectType, ObjectType | str]:
    """The ends of a path whose links are read: an object that is not served is only a word, nothing is linked to it."""
    one, name = call.object_type(call.path["from_object"]), call.path["to_object"]
    return one, call.portal.types.find(name) or unserved(name) or call.object_type(name)


def links_of(call: Call, ids: Sequence[str]) -> dict[str, list[Link]]:
    """The links of the records `ids` that a path asks for, by record."""
    one, other = read_ends(call)
    if not isinstance(other, ObjectType):
        return {}
    found, records = call.portal.associations.of(one, other, ids), call.portal.records
    starts = records.seen(one, found)
    targets = records.seen(other, (link.to_id for links in found.values() for link in links))
    seen = {
        from_id: [link for link in links if link.to_id in targets]
        for from_id, links in found.items()
        if from_id in starts
    }
    return {from_id: links for from_id, links in seen.items() if links}


def no_links(call: Call, from_id: str) -> dict[str, Any]:
    """What a batch says about a record that has none of the links asked for."""
    one, other = read_ends(call)
    singular = other.singular if isinstance(other, ObjectType) else other
    return {
        "status": "error",
        "category": "OBJECT_NOT_FOUND",
        "subCategory": "crm.associations.NO_ASSOCIATIONS_FOUND",
        "message": f"No {singular} is associated with {one.singular} {from_id}.",
        "context": {
            "fromObjectId": [from_id],
            "fromObjectType": [one.singular],
            "toObjectType": [singular],
        },
    }


def writes(call: Call) -> tuple[str, ...]:
    """The scopes to write links."""
    return tuple(dict.fromkeys(scopes.records(kind, write=True) for kind in ends(call)))


def spec(kind: LinkType) -> dict[str, Any]:
    """A type of link as v4 shows it."""
    return {"category": kind.category, "typeId": kind.type_id, "label": kind.label}


def by_target(links: Sequence[Link]) -> list[dict[str, Any]]:
    """The v4 form: one entry per record linked to, with all its types."""
    targets: dict[str, list[dict[str, Any]]] = {}
    for link in links:
        targets.setdefault(link.to_id, []).append(spec(link.kind))
    return [{"toObjectId": wire_id(to_id), "associationTypes": kinds} for to_id, kinds in targets.items()]


def older_form(call: Call, links: Sequence[Link]) -> list[dict[str, Any]]:
    """The v3 form: id and type name of the links without a label."""
    if not links:
        return []
    one, other = ends(call)
    name = f"{one.singular}_to_{other.singular}"
    return [{"id": link.to_id, "type": name} for link in links if not link.kind.label]


def page_of(
    targets: Sequence[dict[str, Any]], after: str | None, limit: int
) -> tuple[Sequence[dict[str, Any]], str | None]:
    """Up to `limit` targets in either form behind `after`, and the id that the next page starts behind, if any."""

    def id_of(target: dict[str, Any]) -> str:
        return str(target.get("toObjectId", target.get("id")))

    targets = behind(after, targets, id_of)
    return targets[:limit], id_of(targets[limit - 1]) if len(targets) > limit else None


def _check_there(call: Call, kind: ObjectType, ids: Sequence[str]) -> None:
    missing = set(ids) - set(call.portal.records.many(kind, list(dict.fromkeys(ids)), kind.fixed))
    if missing:
        raise not_found(f"No {kind.singular} with the id {sorted(missing)[0]} was found")


def link_types(call: Call, specs: object) -> list[LinkType]:
    """The types of link that a caller names; raises ApiError for one that does not fit the two ends."""
    one, other = ends(call)
    if not isinstance(specs, list) or not specs:
        raise bad_request("Invalid input JSON: a list of association types is expected")
    kinds = []
    for spec in specs:
        found = call.portal.associations.find(one, other, int(spec.get("associationTypeId", 0)))
        if found is None or spec.get("associationCategory", found.category) != found.category:
            raise bad_request(
                f"{spec.get('associationTypeId')} is not a valid association type from {one.name} to {other.name}"
            )
        kinds.append(found)
    return kinds


def link_records(call: Call, wanted: list[tuple[str, str, LinkType]]) -> None:
    """Link records as (from id, to id, type), all of them there, or none."""
    one, other = ends(call)
    check_not_refused(len(wanted))
    _check_there(call, one, [from_id for from_id, _, _ in wanted])
    _check_there(call, other, [to_id for _, to_id, _ in wanted])
    with call.portal.atomic():
        call.portal.link(wanted)


def default_results(
    one: ObjectType, other: ObjectType, from_id: str, to_id: str, kind: LinkType
) -> list[dict[str, Any]]:
    """Two records that were linked without a label, seen from both ends."""
    ends = ((from_id, to_id, kind.type_id), (to_id, from_id, kind.inverse))
    return [
        {
            "from": {"id": start},
            "to": {"id": end},
            "associationSpec": {"associationCategory": kind.category, "associationTypeId": type_id},
        }
        for start, end, type_id in ends
    ]


def unlink_records(call: Call, from_id: str, to_ids: Sequence[str], kinds: Sequence[LinkType] = ()) -> None:
    """Remove the links of a record to others, all of them or those of some types."""
    one, other = ends(call)
    for to_id in to_ids:
        call.portal.unlink(one, from_id, other, to_id, kinds)


def labels_answer(call: Call, started: str, wanted: list[tuple[str, str, LinkType]]) -> Answer:
    """What a call answers that linked records with labels."""
    one, other = ends(call)
    results = [
        {
            "fromObjectTypeId": one.type_id,
            "fromObjectId": wire_id(from_id),
            "toObjectTypeId": other.type_id,
            "toObjectId": wire_id(to_id),
            "labels": [kind.label] if kind.label else [],
        }
        for from_id, to_id, kind in wanted
    ]
    return batch_answer(call, started, results, [], 201)
