"""Associations of many records at a time: the v4 batch calls, and the older v3 forms that callers still use."""

from __future__ import annotations

from typing import Any

from leadwright_sandbox.hubspot import writing
from leadwright_sandbox.hubspot.calls import Answer, Call
from leadwright_sandbox.hubspot.errors import bad_request, check_not_refused
from leadwright_sandbox.hubspot.routes.batches import batch_answer
from leadwright_sandbox.hubspot.routes.endpoint import Endpoint
from leadwright_sandbox.hubspot.routes.linking import (
    PAGE,
    V4,
    by_target,
    default_results,
    ends,
    labels_answer,
    link_records,
    link_types,
    links_of,
    no_links,
    older_form,
    page_of,
    read_ends,
    reads,
    unlink_records,
    writes,
)
from leadwright_sandbox.hubspot.routes.paging import next_links
from leadwright_sandbox.hubspot.values import text

MAX_READ = 1000
MAX_WRITE = 2000
V3 = "/crm/v3/associations/{from_object}/{to_object}"


def _from_id(item: dict[str, Any]) -> str:
    if item.get("id") in (None, ""):
        raise bad_request("Some required fields were not set: [id]")
    return text(item["id"])


def batch_read(call: Call) -> Answer:
    """The links of up to a thousand records; each input pages through its own."""
    started = writing.stamp(call.portal)
    one, other = read_ends(call)
    inputs = call.inputs(MAX_READ)
    links = links_of(call, [_from_id(item) for item in inputs])
    results, errors = [], []
    for item in inputs:
        from_id = _from_id(item)
        if from_id not in links:
            errors.append(no_links(call, from_id))
            continue
        shown, last = page_of(by_target(links[from_id]), item.get("after"), PAGE)
        paging = {"paging": next_links(call, "v4", (one, from_id, other), last)} if last else {}
        results.append({"from": {"id": from_id}, "to": shown, **paging})
    return batch_answer(call, started, results, errors)


def batch_read_v3(call: Call) -> Answer:
    """The links of records in the older form: id and type name."""
    started = writing.stamp(call.portal)
    ids = [_from_id(item) for item in call.inputs(MAX_READ)]
    links = links_of(call, ids)
    results = [
        {"from": {"id": from_id}, "to": older_form(call, links[from_id])}
        for from_id in ids
        if from_id in links
    ]
    errors = [no_links(call, from_id) for from_id in ids if from_id not in links]
    return batch_answer(call, started, results, errors)


def _pair(item: dict[str, Any]) -> tuple[str, str]:
    try:
        return text(item["from"]["id"]), text(item["to"]["id"])
    except (KeyError, TypeError) as problem:
        raise bad_request("Invalid input JSON: inputs have from.id and to.id") from problem


def batch_create(call: Call) -> Answer:
    """Link records with given types."""
    started = writing.stamp(call.portal)
    wanted = [
        (*_pair(item), kind)
        for item in call.inputs(MAX_WRITE)
        for kind in link_types(call, item.get("types"))
    ]
    link_records(call, wanted)
    return labels_answer(call, started, wanted)


def batch_create_v3(call: Call) -> Answer:
    """Link records, the type given by its name."""
    started = writing.stamp(call.portal)
    one, other = ends(call)
    kind = call.portal.associations.default(one, other)
    wanted = [(*_pair(item), kind) for item in call.inputs(MAX_WRITE)]
    link_records(call, wanted)
    name = f"{one.singular}_to_{other.singular}"
    results = [{"from": {"id": from_id}, "to": {"id": to_id}, "type": name} for from_id, to_id, _ in wanted]
    return batch_answer(call, started, results, [], 201)


def batch_default(call: Call) -> Answer:
    """Link records with the type that has no label."""
    started = writing.stamp(call.portal)
    one, other = ends(call)
    kind = call.portal.associations.default(one, other)
    pairs = [_pair(item) for item in call.inputs(MAX_WRITE)]
    link_records(call, [(from_id, to_id, kind) for from_id, to_id in pairs])
    results = [
        entry for from_id, to_id in pairs for entry in default_results(one, other, from_id, to_id, kind)
    ]
    return batch_answer(call, started, results, [])


def batch_archive(call: Call) -> Answer:
    """Remove all links between records; v4 lists several targets per record, v3 one."""
    pairs = [
        _pair({**item, "to": target})
        for item in call.inputs(MAX_WRITE)
        for target in (item["to"] if isinstance(item.get("to"), list) else [item.get("to")])
    ]
    check_not_refused(len(pairs))
    for from_id, to_id in pairs:
        unlink_records(call, from_id, [to_id])
    return 204, None


def batch_archive_labels(call: Call) -> Answer:
    """Remove links of given types."""
    inputs = call.inputs(MAX_WRITE)
    check_not_refused(len(inputs))
    for item in inputs:
        from_id, to_id = _pair(item)
        unlink_records(call, from_id, [to_id], link_types(call, item.get("types")))
    return 204, None


def list_types(call: Call) -> Answer:
    """The types of link between two objects in the older form: id and name."""
    one, other = ends(call)
    names = call.portal.associations.wire_names(one, other)
    return 200, {"results": [{"id": str(type_id), "name": name} for type_id, name in names.items()]}


ROUTES = [
    Endpoint("POST", f"{V4}/batch/read", batch_read, reads),
    Endpoint("POST", f"{V4}/batch/create", batch_create, writes),
    Endpoint("POST", f"{V4}/batch/associate/default", batch_default, writes),
    Endpoint("POST", f"{V4}/batch/archive", batch_archive, writes),
    Endpoint("POST", f"{V4}/batch/labels/archive", batch_archive_labels, writes),
    Endpoint("GET", f"{V3}/types", list_types, reads),
    Endpoint("POST", f"{V3}/batch/read", batch_read_v3, reads),
    Endpoint("POST", f"{V3}/batch/create", batch_create_v3, writes),
    Endpoint("POST", f"{V3}/batch/archive", batch_archive, writes),
]
