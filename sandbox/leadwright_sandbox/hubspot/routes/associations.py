"""Associations of one record: the v4 calls with labels, and the older v3 forms that callers still use."""

from __future__ import annotations

from typing import Any

from leadwright_sandbox.hubspot import writing
from leadwright_sandbox.hubspot.associations import Link
from leadwright_sandbox.hubspot.calls import Answer, Call
from leadwright_sandbox.hubspot.errors import bad_request, check_not_refused, conflict, not_found
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
    older_form,
    page_of,
    reads,
    spec,
    unlink_records,
    writes,
)
from leadwright_sandbox.hubspot.routes.paging import next_page
from leadwright_sandbox.hubspot.values import text

ONE = "/crm/v4/objects/{from_object}/{from_id}/associations"
ONE_V3 = "/crm/v3/objects/{from_object}/{from_id}/associations/{to_object}"


def list_links(call: Call) -> Answer:
    """The links of one record."""
    return _page(call, by_target(_found(call)))


def _found(call: Call) -> list[Link]:
    return links_of(call, [call.path["from_id"]]).get(call.path["from_id"], [])


def _page(call: Call, targets: list[dict[str, Any]]) -> Answer:
    shown, last = page_of(targets, call.query.get("after"), call.number("limit", PAGE, PAGE))
    return 200, {"results": shown} | ({"paging": next_page(call, last)} if last else {})


def list_links_v3(call: Call) -> Answer:
    """The links of one record in the older form."""
    return _page(call, older_form(call, _found(call)))


def put_link(call: Call) -> Answer:
    """Link two records with given types (the body is a list)."""
    specs = call.items
    from_id, to_id = call.path["from_id"], call.path["to_id"]
    wanted = [(from_id, to_id, kind) for kind in link_types(call, specs)]
    link_records(call, wanted)
    _, answer = labels_answer(call, writing.stamp(call.portal), wanted)
    labels = [label for entry in answer["results"] for label in entry["labels"]]
    return 201, answer["results"][0] | {"labels": labels}


def put_link_v3(call: Call) -> Answer:
    """Link two records, the type in the path."""
    one, other = ends(call)
    kind = call.portal.associations.default(one, other)
    if call.path["kind"].isdigit():
        kind = link_types(call, [{"associationTypeId": int(call.path["kind"])}])[0]
    link_records(call, [(call.path["from_id"], call.path["to_id"], kind)])
    record = call.portal.records.get(one, call.path["from_id"], call.portal.records.asked(one, []))
    if record is None:
        raise not_found()
    return 200, record.body()


def put_default(call: Call) -> Answer:
    """Link two records with the type that has no label."""
    one, other = ends(call)
    kind = call.portal.associations.default(one, other)
    from_id, to_id = call.path["from_id"], call.path["to_id"]
    started = writing.stamp(call.portal)
    link_records(call, [(from_id, to_id, kind)])
    return batch_answer(call, started, default_results(one, other, from_id, to_id, kind), [])


def delete_link(call: Call) -> Answer:
    """Remove the links between two records."""
    check_not_refused()
    unlink_records(call, call.path["from_id"], [call.path["to_id"]])
    return 204, None


def list_labels(call: Call) -> Answer:
    """The link types between two objects."""
    return 200, {"results": [spec(kind) for kind in call.portal.associations.types(*ends(call))]}


def create_label(call: Call) -> Answer:
    """Add a label of the portal's own, in both directions."""
    one, other = ends(call)
    body = call.body
    label, name = text(body.get("label") or ""), text(body.get("name") or "")
    if not label or not name:
        raise bad_request("Some required fields were not set: [label, name]")
    if any(kind.name == name for kind in call.portal.associations.types(one, other)):
        raise conflict(f"There is a label {name} already")
    back = text(body.get("inverseLabel") or "")
    made = call.portal.associations.label(one.name, other.name, label, name, back or None)
    return 200, {"results": [spec(kind) for kind in made]}


def delete_label(call: Call) -> Answer:
    """Remove a label of the portal's own."""
    kind = link_types(call, [{"associationTypeId": int(call.path["type_id"])}])[0]
    if kind.category != "USER_DEFINED":
        raise bad_request("Only labels of the portal's own can be removed")
    call.portal.associations.forget(kind)
    return 204, None


ROUTES = [
    Endpoint("GET", f"{V4}/labels", list_labels, reads),
    Endpoint("POST", f"{V4}/labels", create_label, writes),
    Endpoint("DELETE", f"{V4}/labels/{{type_id}}", delete_label, writes),
    Endpoint("PUT", f"{ONE}/default/{{to_object}}/{{to_id}}", put_default, writes),
    Endpoint("GET", f"{ONE}/{{to_object}}", list_links, reads),
    Endpoint("PUT", f"{ONE}/{{to_object}}/{{to_id}}", put_link, writes),
    Endpoint("DELETE", f"{ONE}/{{to_object}}/{{to_id}}", delete_link, writes),
    Endpoint("GET", ONE_V3, list_links_v3, reads),
    Endpoint("PUT", f"{ONE_V3}/{{to_id}}/{{kind}}", put_link_v3, writes),
    Endpoint("DELETE", f"{ONE_V3}/{{to_id}}/{{kind}}", delete_link, writes),
]
