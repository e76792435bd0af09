"""Associations: v4 single and batch calls with labels, and the older v3 forms that callers still use."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sandbox.hubspot import scopes, writing
from sandbox.hubspot.associations import Link, LinkType
from sandbox.hubspot.calls import Answer, Call
from sandbox.hubspot.errors import bad_request, conflict, not_found
from sandbox.hubspot.objects import ObjectType
from sandbox.hubspot.routes.batches import batch_answer
from sandbox.hubspot.routes.endpoint import Endpoint
from sandbox.hubspot.values import text, wire_id

MAX_READ = 1000
MAX_WRITE = 2000
PAGE = 500
V4 = "/crm/v4/associations/{from_object}/{to_object}"
V3 = "/crm/v3/associations/{from_object}/{to_object}"
ONE = "/crm/v4/objects/{from_object}/{from_id}/associations"
ONE_V3 = "/crm/v3/objects/{from_object}/{from_id}/associations/{to_object}"


def _ends(call: Call) -> tuple[ObjectType, ObjectType]:
    return call.object_type(call.path["from_object"]), call.object_type(call.path["to_object"])


def _reads(call: Call) -> tuple[str, ...]:
    return tuple(dict.fromkeys(scopes.records(kind, write=False) for kind in _ends(call)))


def _writes(call: Call) -> tuple[str, ...]:
    return tuple(dict.fromkeys(scopes.records(kind, write=True) for kind in _ends(call)))


def _spec(kind: LinkType) -> dict[str, Any]:
    return {"category": kind.category, "typeId": kind.type_id, "label": kind.label}


def _by_target(links: Sequence[Link]) -> list[dict[str, Any]]:
    """The v4 form: one entry per record linked to, with all its types."""
    targets: dict[str, list[dict[str, Any]]] = {}
    for link in links:
        targets.setdefault(link.to_id, []).append(_spec(link.kind))
    return [{"toObjectId": wire_id(to_id), "associationTypes": kinds} for to_id, kinds in targets.items()]


def _page(
    targets: list[dict[str, Any]], after: str | None, limit: int
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Up to `limit` targets behind `after`, and the paging that belongs to them."""
    if after:
        ids = [str(target["toObjectId"]) for target in targets]
        targets = targets[ids.index(after) + 1 :] if after in ids else []
    if len(targets) <= limit:
        return targets, {}
    return targets[:limit], {"paging": {"next": {"after": str(targets[limit - 1]["toObjectId"])}}}


def _no_links(one: ObjectType, other: ObjectType, from_id: str) -> dict[str, Any]:
    return {
        "status": "error",
        "category": "OBJECT_NOT_FOUND",
        "subCategory": "crm.associations.NO_ASSOCIATIONS_FOUND",
        "message": f"No {other.singular} is associated with {one.singular} {from_id}.",
        "context": {
            "fromObjectId": [from_id],
            "fromObjectType": [one.singular],
            "toObjectType": [other.singular],
        },
        "errors": [],
        "links": {},
    }


def _from_id(item: dict[str, Any]) -> str:
    if item.get("id") in (None, ""):
        raise bad_request("Some required fields were not set: [id]")
    return text(item["id"])


def batch_read(call: Call) -> Answer:
    """The links of up to a thousand records; each input pages through its own."""
    started = writing.stamp(call.portal)
    one, other = _ends(call)
    inputs = call.inputs(MAX_READ)
    links = call.portal.associations.of(one, other, [_from_id(item) for item in inputs])
    results, errors = [], []
    for item in inputs:
        from_id = _from_id(item)
        if from_id not in links:
            errors.append(_no_links(one, other, from_id))
            continue
        shown, paging = _page(_by_target(links[from_id]), item.get("after"), PAGE)
        results.append({"from": {"id": from_id}, "to": shown, **paging})
    return batch_answer(call, started, results, errors)


def batch_read_v3(call: Call) -> Answer:
    """The links of records in the older form: id and type name."""
    started = writing.stamp(call.portal)
    one, other = _ends(call)
    ids = [_from_id(item) for item in call.inputs(MAX_READ)]
    links = call.portal.associations.of(one, other, ids)
    kind = f"{one.singular}_to_{other.singular}"
    results = [
        {
            "from": {"id": from_id},
            "to": [{"id": link.to_id, "type": kind} for link in links[from_id] if not link.kind.label],
        }
        for from_id in ids
        if from_id in links
    ]
    errors = [_no_links(one, other, from_id) for from_id in ids if from_id not in links]
    return batch_answer(call, started, results, errors)


def list_links(call: Call) -> Answer:
    """The links of one record."""
    one, other = _ends(call)
    found = call.portal.associations.of(one, other, [call.path["from_id"]]).get(call.path["from_id"], [])
    shown, paging = _page(_by_target(found), call.query.get("after"), call.number("limit", PAGE, PAGE))
    return 200, {"results": shown, **paging}


def list_links_v3(call: Call) -> Answer:
    """The links of one record in the older form."""
    one, other = _ends(call)
    found = call.portal.associations.of(one, other, [call.path["from_id"]]).get(call.path["from_id"], [])
    kind = f"{one.singular}_to_{other.singular}"
    shown, paging = _page(
        [{"toObjectId": link.to_id} for link in found if not link.kind.label], call.query.get("after"), PAGE
    )
    return 200, {"results": [{"id": str(target["toObjectId"]), "type": kind} for target in shown], **paging}


def _check_there(call: Call, kind: ObjectType, ids: Sequence[str]) -> None:
    missing = set(ids) - set(call.portal.records.many(kind, list(dict.fromkeys(ids)), kind.fixed))
    if missing:
        raise not_found(f"No {kind.singular} with the id {sorted(missing)[0]} was found")


def _kinds(call: Call, specs: object) -> list[LinkType]:
    one, other = _ends(call)
    if not isinstance(specs, list) or not specs:
        raise bad_request("Invalid input JSON: a list of association types is expected")
    kinds = []
    for spec in specs:
        found = call.portal.associations.find(one, other, int(spec.get("associationTypeId", 0)))
        if found is None:
            raise bad_request(
                f"{spec.get('associationTypeId')} is not a valid association type from {one.name} to {other.name}"
            )
        kinds.append(found)
    return kinds


def _link(call: Call, wanted: list[tuple[str, str, LinkType]]) -> None:
    one, other = _ends(call)
    _check_there(call, one, [from_id for from_id, _, _ in wanted])
    _check_there(call, other, [to_id for _, to_id, _ in wanted])
    with call.portal.atomic():
        call.portal.associations.link(wanted)
        for from_id, to_id, _ in wanted:
            call.portal.linked(one, from_id, other, to_id)


def _pair(item: dict[str, Any]) -> tuple[str, str]:
    try:
        return text(item["from"]["id"]), text(item["to"]["id"])
    except (KeyError, TypeError) as problem:
        raise bad_request("Invalid input JSON: inputs have from.id and to.id") from problem


def _labels_answer(call: Call, started: str, wanted: list[tuple[str, str, LinkType]]) -> Answer:
    one, other = _ends(call)
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


def batch_create(call: Call) -> Answer:
    """Link records with given types."""
    started = writing.stamp(call.portal)
    wanted = [
        (*_pair(item), kind) for item in call.inputs(MAX_WRITE) for kind in _kinds(call, item.get("types"))
    ]
    _link(call, wanted)
    return _labels_answer(call, started, wanted)


def batch_create_v3(call: Call) -> Answer:
    """Link records, the type given by its name."""
    started = writing.stamp(call.portal)
    one, other = _ends(call)
    kind = call.portal.associations.default(one, other)
    wanted = [(*_pair(item), kind) for item in call.inputs(MAX_WRITE)]
    _link(call, wanted)
    name = f"{one.singular}_to_{other.singular}"
    results = [{"from": {"id": from_id}, "to": {"id": to_id}, "type": name} for from_id, to_id, _ in wanted]
    return batch_answer(call, started, results, [], 201)


def _default_results(
    one: ObjectType, other: ObjectType, from_id: str, to_id: str, kind: LinkType
) -> list[dict[str, Any]]:
    ends = ((from_id, to_id, kind.type_id), (to_id, from_id, kind.inverse))
    return [
        {
            "from": {"id": start},
            "to": {"id": end},
            "associationSpec": {"associationCategory": kind.category, "associationTypeId": type_id},
        }
        for start, end, type_id in ends
    ]


def batch_default(call: Call) -> Answer:
    """Link records with the type that has no label."""
    started = writing.stamp(call.portal)
    one, other = _ends(call)
    kind = call.portal.associations.default(one, other)
    pairs = [_pair(item) for item in call.inputs(MAX_WRITE)]
    _link(call, [(from_id, to_id, kind) for from_id, to_id in pairs])
    results = [
        entry for from_id, to_id in pairs for entry in _default_results(one, other, from_id, to_id, kind)
    ]
    return batch_answer(call, started, results, [])


def _unlink(call: Call, from_id: str, to_ids: Sequence[str], kinds: Sequence[LinkType] = ()) -> None:
    one, other = _ends(call)
    for to_id in to_ids:
        call.portal.associations.unlink(from_id, to_id, one, other, [kind.type_id for kind in kinds])
        if not kinds:
            call.portal.unlinked(one, from_id, other, to_id)


def batch_archive(call: Call) -> Answer:
    """Remove all links between records; v4 lists several targets per record, v3 one."""
    for item in call.inputs(MAX_WRITE):
        targets = item["to"] if isinstance(item.get("to"), list) else [item.get("to")]
        for target in targets:
            from_id, to_id = _pair({**item, "to": target})
            _unlink(call, from_id, [to_id])
    return 204, None


def batch_archive_labels(call: Call) -> Answer:
    """Remove links of given types."""
    for item in call.inputs(MAX_WRITE):
        from_id, to_id = _pair(item)
        _unlink(call, from_id, [to_id], _kinds(call, item.get("types")))
    return 204, None


def put_link(call: Call) -> Answer:
    """Link two records with given types (the body is a list)."""
    specs = call.items
    from_id, to_id = call.path["from_id"], call.path["to_id"]
    wanted = [(from_id, to_id, kind) for kind in _kinds(call, specs)]
    _link(call, wanted)
    _, answer = _labels_answer(call, writing.stamp(call.portal), wanted)
    labels = [label for entry in answer["results"] for label in entry["labels"]]
    return 201, answer["results"][0] | {"labels": labels}


def put_link_v3(call: Call) -> Answer:
    """Link two records, the type in the path."""
    one, other = _ends(call)
    kind = call.portal.associations.default(one, other)
    if call.path["kind"].isdigit():
        kind = _kinds(call, [{"associationTypeId": int(call.path["kind"])}])[0]
    _link(call, [(call.path["from_id"], call.path["to_id"], kind)])
    record = call.portal.records.get(one, call.path["from_id"], call.portal.records.asked(one, []))
    if record is None:
        raise not_found()
    return 200, record.body()


def put_default(call: Call) -> Answer:
    """Link two records with the type that has no label."""
    one, other = _ends(call)
    kind = call.portal.associations.default(one, other)
    from_id, to_id = call.path["from_id"], call.path["to_id"]
    started = writing.stamp(call.portal)
    _link(call, [(from_id, to_id, kind)])
    return batch_answer(call, started, _default_results(one, other, from_id, to_id, kind), [])


def delete_link(call: Call) -> Answer:
    """Remove the links between two records."""
    _unlink(call, call.path["from_id"], [call.path["to_id"]])
    return 204, None


def list_labels(call: Call) -> Answer:
    """The link types between two objects."""
    return 200, {"results": [_spec(kind) for kind in call.portal.associations.types(*_ends(call))]}


def create_label(call: Call) -> Answer:
    """Add a label of the portal's own, in both directions."""
    one, other = _ends(call)
    body = call.body
    label, name = text(body.get("label") or ""), text(body.get("name") or "")
    if not label or not name:
        raise bad_request("Some required fields were not set: [label, name]")
    if any(kind.name == name for kind in call.portal.associations.types(one, other)):
        raise conflict(f"There is a label {name} already")
    return 200, {
        "results": [_spec(kind) for kind in call.portal.associations.label(one.name, other.name, label, name)]
    }


def delete_label(call: Call) -> Answer:
    """Remove a label of the portal's own."""
    kind = _kinds(call, [{"associationTypeId": int(call.path["type_id"])}])[0]
    if kind.category != "USER_DEFINED":
        raise bad_request("Only labels of the portal's own can be removed")
    call.portal.associations.forget(kind)
    return 204, None


ROUTES = [
    Endpoint("POST", f"{V4}/batch/read", batch_read, _reads),
    Endpoint("POST", f"{V4}/batch/create", batch_create, _writes),
    Endpoint("POST", f"{V4}/batch/associate/default", batch_default, _writes),
    Endpoint("POST", f"{V4}/batch/archive", batch_archive, _writes),
    Endpoint("POST", f"{V4}/batch/labels/archive", batch_archive_labels, _writes),
    Endpoint("GET", f"{V4}/labels", list_labels, _reads),
    Endpoint("POST", f"{V4}/labels", create_label, _writes),
    Endpoint("DELETE", f"{V4}/labels/{{type_id}}", delete_label, _writes),
    Endpoint("POST", f"{V3}/batch/read", batch_read_v3, _reads),
    Endpoint("POST", f"{V3}/batch/create", batch_create_v3, _writes),
    Endpoint("POST", f"{V3}/batch/archive", batch_archive, _writes),
    Endpoint("PUT", f"{ONE}/default/{{to_object}}/{{to_id}}", put_default, _writes),
    Endpoint("GET", f"{ONE}/{{to_object}}", list_links, _reads),
    Endpoint("PUT", f"{ONE}/{{to_object}}/{{to_id}}", put_link, _writes),
    Endpoint("DELETE", f"{ONE}/{{to_object}}/{{to_id}}", delete_link, _writes),
    Endpoint("GET", ONE_V3, list_links_v3, _reads),
    Endpoint("PUT", f"{ONE_V3}/{{to_id}}/{{kind}}", put_link_v3, _writes),
    Endpoint("DELETE", f"{ONE_V3}/{{to_id}}/{{kind}}", delete_link, _writes),
]
