"""Batch calls on records: read, create, update, upsert, archive, up to a hundred at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from leadwright_sandbox.hubspot import rules, writing
from leadwright_sandbox.hubspot.calls import Answer, Call
from leadwright_sandbox.hubspot.errors import ApiError, bad_request, check_not_refused, gone
from leadwright_sandbox.hubspot.routes.endpoint import Endpoint
from leadwright_sandbox.hubspot.routes.objects import BASE, reads, with_history, writes
from leadwright_sandbox.hubspot.values import text

MAX_INPUTS = 100
MAX_INPUTS_WITH_HISTORY = 50
Write = Callable[[Mapping[str, Any]], dict[str, Any]]


def batch_answer(
    call: Call, started: str, results: list[Any], errors: list[Any], status: int = 200
) -> Answer:
    """The envelope of a batch answer; 207 where some inputs failed."""
    body: dict[str, Any] = {"status": "COMPLETE", "results": results}
    if errors:
        body |= {"numErrors": len(errors), "errors": errors}
        status = 207
    return status, body | {"startedAt": started, "completedAt": writing.stamp(call.portal)}


def read(call: Call) -> Answer:
    """Records by id or by the values of a unique property."""
    body, kind, records = call.body, call.kind, call.portal.records
    started = writing.stamp(call.portal)
    history = [text(name) for name in body.get("propertiesWithHistory") or []]
    inputs = call.inputs(MAX_INPUTS_WITH_HISTORY if history else MAX_INPUTS)
    wanted = list(dict.fromkeys(_input_id(item) for item in inputs))
    id_property = body.get("idProperty")
    ids = records.current(kind, wanted)
    if id_property and id_property != "hs_object_id":
        known = kind.properties.get(id_property)
        if known is None or not known.unique:
            raise bad_request(f"Property {id_property} is not a unique property of {kind.name}")
        found_ids = records.ids_by(kind, id_property, wanted)
        ids = {value: found_ids[value.lower()] for value in wanted if value.lower() in found_ids}
    names = records.asked(kind, map(text, body.get("properties") or []))
    found = records.many(kind, list(ids.values()), names, call.flag("archived"))
    missing = [value for value in wanted if ids.get(value) not in found]
    shown = [found[record_id].body() for record_id in dict.fromkeys(ids.values()) if record_id in found]
    with_history(call, kind, shown, history)
    return batch_answer(call, started, shown, [gone(kind.capitals, missing).in_batch()] if missing else [])


def _input_id(item: Mapping[str, Any]) -> str:
    if item.get("id") in (None, ""):
        raise bad_request("Some required fields were not set: [id]")
    return text(item["id"])


def _properties(item: Mapping[str, Any]) -> Mapping[str, Any]:
    properties = item.get("properties")
    if not isinstance(properties, dict):
        raise bad_request("Some required fields were not set: [properties]")
    return properties


def _unless_refused(write: Write) -> Write:
    """`write`, but for the inputs that the control API wants refused."""

    def write_one(item: Mapping[str, Any]) -> dict[str, Any]:
        check_not_refused()
        return write(item)

    return write_one


def _write_all(call: Call, write: Write, status: int) -> Answer:
    """Run `write` on every input: all or none, unless each input can be told apart by its own trace id."""
    inputs = call.inputs(MAX_INPUTS)
    write = _unless_refused(write)
    started = writing.stamp(call.portal)
    traces = [text(item.get("objectWriteTraceId") or "") for item in inputs]
    if not all(traces):
        with call.portal.atomic():
            return batch_answer(call, started, [write(item) for item in inputs], [], status)
    if len(set(traces)) < len(traces):
        raise bad_request("Each objectWriteTraceId must be unique within the batch")
    results: list[dict[str, Any]] = []
    errors: list[dict[str, Any]] = []
    for item, trace in zip(inputs, traces, strict=True):
        try:
            results.append(write(item) | {"objectWriteTraceId": trace})
        except ApiError as error:
            errors.append(error.in_batch(objectWriteTraceId=[trace]))
    return batch_answer(call, started, results, errors, status)


def _create(call: Call, properties: Mapping[str, Any], links: Sequence[Any] = ()) -> dict[str, Any]:
    rules.check(call.portal, call.version, call.kind, None, properties)
    return writing.create(call.portal, call.kind, properties, links)


def _update(call: Call, record_id: str, properties: Mapping[str, Any]) -> dict[str, Any]:
    rules.check(call.portal, call.version, call.kind, record_id, properties)
    return writing.update(call.portal, call.kind, record_id, properties)


def create(call: Call) -> Answer:
    """Create records."""

    def write(item: Mapping[str, Any]) -> dict[str, Any]:
        return _create(call, _properties(item), item.get("associations") or [])

    return _write_all(call, write, 201)


def _refuse_repeats(call: Call) -> None:
    counts = Counter(text(item.get("id", "")) for item in call.inputs(MAX_INPUTS))
    repeated = sorted(record_id for record_id, count in counts.items() if count > 1)
    if repeated:
        raise bad_request(f"Duplicate IDs found in batch input: [{', '.join(repeated)}]. IDs must be unique")


def update(call: Call) -> Answer:
    """Update records."""
    _refuse_repeats(call)

    def write(item: Mapping[str, Any]) -> dict[str, Any]:
        record_id = _unique_id(call, item) if item.get("idProperty") else _input_id(item)
        try:
            return _update(call, record_id, _properties(item))
        except ApiError as error:
            if error.status == 404:
                raise gone(call.kind.capitals, [record_id]) from error
            raise

    return _write_all(call, write, 200)


def _unique_id(call: Call, item: Mapping[str, Any]) -> str:
    """The record that an input means by the value of a unique property; e-mail is not unique enough here."""
    name, value = text(item["idProperty"]), _input_id(item)
    known = call.kind.properties.get(name)
    if known is None or not known.unique or name == "email":
        raise bad_request(f"Unable to perform update/upsert by non-unique 0-1 property {name}")
    found = call.portal.records.ids_by(call.kind, name, [value]).get(value.lower())
    if found is None:
        raise gone(call.kind.capitals, [value])
    return found


def upsert(call: Call) -> Answer:
    """Update the records that are there by a unique property, create the others."""
    kind, records = call.kind, call.portal.records
    _refuse_repeats(call)

    def write(item: Mapping[str, Any]) -> dict[str, Any]:
        name, value = text(item.get("idProperty") or ""), _input_id(item)
        if not name or name == "hs_object_id":
            return _update(call, value, _properties(item)) | {"new": False}
        known = kind.properties.get(name)
        if known is None or not known.unique:
            raise bad_request(f"Unable to perform update/upsert by non-unique property {name}")
        found = records.ids_by(kind, name, [value]).get(value.lower())
        if found:
            return _update(call, found, _properties(item)) | {"new": False}
        return _create(call, {name: value, **_properties(item)}) | {"new": True}

    return _write_all(call, write, 200)


def archive(call: Call) -> Answer:
    """Move records to the recycle bin; ids that are not there are passed over."""
    ids = [_input_id(item) for item in call.inputs(MAX_INPUTS)]
    check_not_refused(len(ids))
    writing.archive(call.portal, call.kind, ids)
    return 204, None


ROUTES = [
    Endpoint("POST", f"{BASE}/batch/read", read, reads),
    Endpoint("POST", f"{BASE}/batch/create", create, writes),
    Endpoint("POST", f"{BASE}/batch/update", update, writes),
    Endpoint("POST", f"{BASE}/batch/upsert", upsert, writes),
    Endpoint("POST", f"{BASE}/batch/archive", archive, writes),
]
