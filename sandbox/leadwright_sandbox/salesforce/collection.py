"""sObject collections: up to 200 records in one call, each with its own fate."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from starlette.responses import Response

from leadwright_sandbox.salesforce.derived import Values
from leadwright_sandbox.salesforce.errors import ApiError, RowError
from leadwright_sandbox.salesforce.fields import ObjectType
from leadwright_sandbox.salesforce.http import Call, Endpoint, reply
from leadwright_sandbox.salesforce.results import shape
from leadwright_sandbox.salesforce.rows import fields_plan, object_of
from leadwright_sandbox.salesforce.rules import BreakingTrigger

MOST_RECORDS = 200
MOST_CHUNKS = 10
MOST_READ = 2000
ROLLED_BACK = RowError(
    "ALL_OR_NONE_OPERATION_ROLLED_BACK",
    "Record rolled back because not all records were valid and the request was using AllOrNone header",
)
Result = dict[str, Any]
Save = Callable[[], Result]


class _RollBackError(Exception):
    """Ends the transaction of a request that asked for all or none."""


def _failed(error: RowError, record_id: str | None = None) -> Result:
    found = {"id": record_id} if record_id else {}
    return {**found, "success": False, "errors": [error.result()]}


def save_all(call: Call, saves: Iterable[Save], *, all_or_none: bool) -> list[Result]:
    """Run each save; with `all_or_none` one failure undoes the rest."""
    results: list[Result] = []
    try:
        with call.org.transaction():
            for save in saves:
                results.append(_attempt(call, save))
            if all_or_none and not all(result["success"] for result in results):
                raise _RollBackError
    except _RollBackError:
        results = [result if not result["success"] else _failed(ROLLED_BACK) for result in results]
    return results


def _attempt(call: Call, save: Save) -> Result:
    try:
        with call.org.transaction():
            return save()
    except RowError as error:
        return _failed(error)


async def _records(call: Call) -> tuple[list[dict[str, Any]], bool]:
    body = await call.json_object()
    records = body.get("records")
    if not isinstance(records, list) or not all(isinstance(each, dict) for each in records):
        raise ApiError(400, "INVALID_REQUEST", "The request body must have a list of records")
    if len(records) > MOST_RECORDS:
        raise ApiError(
            400, "EXCEEDED_MAX_SIZE_REQUEST", "record limit reached. cannot submit more than 200 records"
        )
    return records, bool(body.get("allOrNone", False))


def _types(call: Call, records: list[dict[str, Any]]) -> list[ObjectType]:
    """The object of each record; runs of one object are chunks, of which 10 are taken."""
    types = []
    for record in records:
        attributes = record.get("attributes")
        name = attributes.get("type") if isinstance(attributes, dict) else None
        if not name:
            raise ApiError(400, "INVALID_INPUT", "Each record must have attributes with a type")
        types.append(call.view.object(str(name)))
    chunks = sum(1 for place, each in enumerate(types) if place == 0 or each is not types[place - 1])
    if chunks > MOST_CHUNKS:
        message = "Cannot have more than 10 chunks in a single operation. Please rearrange the data to reduce chunking."
        raise ApiError(400, "INVALID_INPUT", message)
    return types


def _read(call: Call, types: list[ObjectType], records: list[dict[str, Any]]) -> list[Values]:
    writer = call.writer()
    return [writer.read_json(each, record) for each, record in zip(types, records, strict=True)]


def _after_triggers(
    call: Call, types: list[ObjectType], records: list[Values], saves: list[Save]
) -> Iterable[Save]:
    """`saves`, or the refusals of those whose object has a trigger that breaks over this call's `records`."""
    together: dict[str, list[Values]] = {}
    for each, values in zip(types, records, strict=True):
        together.setdefault(each.name, []).append(values)
    broken = call.org.rules.broken(together)
    for trigger in broken.values():
        if trigger.status is not None:
            raise ApiError(trigger.status, trigger.CODE, trigger.message)

    def refusing(trigger: BreakingTrigger) -> Save:
        def save() -> Result:
            raise RowError(trigger.CODE, trigger.message)

        return save

    return [
        refusing(broken[each.name]) if each.name in broken else save
        for each, save in zip(types, saves, strict=True)
    ]


async def create_many(call: Call) -> Response:
    """POST composite/sobjects"""
    records, all_or_none = await _records(call)
    types, writer = _types(call, records), call.writer()

    def creating(object_type: ObjectType, values: Values) -> Save:
        return lambda: {"id": writer.create(object_type, values), "success": True, "errors": []}

    values = _read(call, types, records)
    saves = [creating(*each) for each in zip(types, values, strict=True)]
    return reply(save_all(call, _after_triggers(call, types, values, saves), all_or_none=all_or_none))


async def update_many(call: Call) -> Response:
    """PATCH composite/sobjects"""
    records, all_or_none = await _records(call)
    types, writer = _types(call, records), call.writer()

    def updating(object_type: ObjectType, record: dict[str, Any], values: Values, seen: bool) -> Save:
        def save() -> Result:
            record_id = str(record.get("id") or record.get("Id") or "")
            if not record_id:
                raise RowError("MISSING_ARGUMENT", "Id not specified in an update call", ["Id"])
            if seen:
                raise RowError("DUPLICATE_VALUE", f"duplicate id in the request: {record_id}", ["Id"])
            writer.update(object_type, record_id, values)
            return {"id": record_id, "success": True, "errors": []}

        return save

    ids = [record.get("id") or record.get("Id") for record in records]
    seen = [each is not None and each in ids[:place] for place, each in enumerate(ids)]
    values = _read(call, types, records)
    saves = [updating(*each) for each in zip(types, records, values, seen, strict=True)]
    now = (call.org.row(each.name, str(record_id)) or {} for each, record_id in zip(types, ids, strict=True))
    after = [{**before, **given} for before, given in zip(now, values, strict=True)]
    return reply(save_all(call, _after_triggers(call, types, after, saves), all_or_none=all_or_none))


async def upsert_many(call: Call) -> Response:
    """PATCH composite/sobjects/{object}/{field}"""
    records, all_or_none = await _records(call)
    object_type, writer, field_name = object_of(call), call.writer(), call.path("field")
    writer.match(object_type, field_name, "")

    def upserting(record: dict[str, Any], values: Values) -> Save:
        def save() -> Result:
            key = next((value for name, value in record.items() if name.lower() == field_name.lower()), None)
            if key is None:
                raise RowError("MISSING_ARGUMENT", f"{field_name} not specified")
            record_id, created = writer.upsert(object_type, field_name, str(key), values)
            return {"id": record_id, "success": True, "errors": [], "created": created}

        return save

    types = [object_type] * len(records)
    values = _read(call, types, records)
    saves = [upserting(*each) for each in zip(records, values, strict=True)]
    return reply(save_all(call, _after_triggers(call, types, values, saves), all_or_none=all_or_none))


async def delete_many(call: Call) -> Response:
    """DELETE composite/sobjects?ids="""
    ids = [each for each in (call.query("ids") or "").split(",") if each]
    if not ids or len(ids) > MOST_RECORDS:
        raise ApiError(400, "INVALID_REQUEST", "The parameter ids must have 1 to 200 ids")
    writer = call.writer()

    def deleting(record_id: str) -> Save:
        def save() -> Result:
            owner = call.org.object_of(record_id)
            if owner is None or call.view.find(owner.name) is None:
                raise RowError("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id")
            writer.delete(owner, record_id)
            return {"id": record_id, "success": True, "errors": []}

        return save

    all_or_none = (call.query("allOrNone") or "").lower() == "true"
    return reply(save_all(call, [deleting(each) for each in ids], all_or_none=all_or_none))


def _read_many(call: Call, ids: list[str], names: list[str]) -> Response:
    object_type = object_of(call)
    if not names or not ids or len(ids) > MOST_READ:
        raise ApiError(400, "INVALID_REQUEST", "ids (at most 2,000) and fields are needed")
    plan = fields_plan(call, object_type, names)
    made = shape(plan, call.base)
    live = ' and not t."IsDeleted"' if object_type.get("IsDeleted") else ""
    sql = plan.of_one(made.expressions) + live
    rows = [call.org.store.db.execute(sql, plan.parameters | {"record": each}).fetchone() for each in ids]
    return reply([None if row is None else made.build(row) for row in rows])


async def read_many(call: Call) -> Response:
    """GET composite/sobjects/{object}?ids=&fields="""
    ids, names = (call.query(name) or "" for name in ("ids", "fields"))
    return _read_many(call, [i for i in ids.split(",") if i], [n.strip() for n in names.split(",") if n])


async def read_many_by_body(call: Call) -> Response:
    """POST composite/sobjects/{object} with ids and fields"""
    body = await call.json_object()
    ids, names = body.get("ids"), body.get("fields")
    if not isinstance(ids, list) or not isinstance(names, list):
        raise ApiError(400, "INVALID_REQUEST", "ids and fields must be lists")
    return _read_many(call, [str(each) for each in ids], [str(each) for each in names])


ENDPOINTS: list[Endpoint] = [
    ("POST", "/composite/sobjects", create_many),
    ("PATCH", "/composite/sobjects", update_many),
    ("DELETE", "/composite/sobjects", delete_many),
    ("GET", "/composite/sobjects/{object}", read_many),
    ("POST", "/composite/sobjects/{object}", read_many_by_body),
    ("PATCH", "/composite/sobjects/{object}/{field}", upsert_many),
]
