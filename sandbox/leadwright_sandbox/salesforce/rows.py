"""sObject rows: read, create, change, delete and upsert one record."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from typing import Any

from starlette.responses import Response

from leadwright_sandbox.salesforce.errors import ApiError, not_found, not_served
from leadwright_sandbox.salesforce.fields import ObjectType
from leadwright_sandbox.salesforce.http import Call, Endpoint, empty, reply
from leadwright_sandbox.salesforce.results import shape
from leadwright_sandbox.salesforce.soql import Plan, translate
from leadwright_sandbox.store import Row


def object_of(call: Call) -> ObjectType:
    """The object a path names."""
    found = call.view.find(call.path("object"))
    if found is None:
        raise not_found()
    return found


def fields_plan(call: Call, object_type: ObjectType, names: list[str]) -> Plan:
    """The plan that reads `names` of records of one object, deleted ones too."""
    return translate(
        f"SELECT {', '.join(names)} FROM {object_type.name}", call.view, call.org.clock.now(), deleted=True
    )


def read_record(call: Call, object_type: ObjectType, record_id: str, names: list[str]) -> dict[str, Any]:
    """One record as the REST API shows it."""
    plan = fields_plan(call, object_type, names)
    made = shape(plan, call.base)
    row = call.org.store.db.execute(
        plan.of_one(made.expressions), plan.parameters | {"record": record_id}
    ).fetchone()
    if row is None:
        raise not_found()
    return made.build(row)


def asked_fields(call: Call, object_type: ObjectType) -> list[str]:
    """The fields a GET asks for; all that the user sees if it names none."""
    asked = call.query("fields")
    if asked:
        return [name.strip() for name in asked.split(",")]
    return [field.name for field in call.view.fields(object_type)]


def live_row(call: Call, object_type: ObjectType, record_id: str) -> Row:
    """A record that can be changed, or 404."""
    row = call.org.row(object_type.name, record_id)
    if row is None or not call.view.shows(object_type, str(row["Id"])):
        raise not_found()
    if row.get("IsDeleted"):
        raise ApiError(404, "ENTITY_IS_DELETED", "entity is deleted")
    return row


def http_date(stored: str) -> str:
    """A stored datetime as HTTP spells it."""
    return format_datetime(datetime.fromisoformat(stored).astimezone(UTC), usegmt=True)


def modified_after(stored: str, http_date_text: str) -> bool:
    """Whether a stored moment is later than a date in HTTP's spelling."""
    try:
        return datetime.fromisoformat(stored) > parsedate_to_datetime(http_date_text)
    except (TypeError, ValueError) as error:
        raise ApiError(400, "INVALID_REQUEST", "A date in a header is not an HTTP date in GMT") from error


def _freshness(object_type: ObjectType, row: Row) -> dict[str, str]:
    if not row.get("LastModifiedDate"):
        return {}
    headers = {"Last-Modified": http_date(row["LastModifiedDate"])}
    if object_type.name == "Account":  # the only object the real service gives an ETag
        digest = hashlib.sha256(f"{row['Id']} {row['SystemModstamp']}".encode()).digest()
        headers["ETag"] = f'"{base64.b64encode(digest).decode()}"'
    return headers


def _check_precondition(call: Call, object_type: ObjectType, row: Row) -> None:
    """412 where the record changed after the moment the caller read it."""
    headers = call.request.headers
    since, etag = headers.get("If-Unmodified-Since"), headers.get("If-Match")
    changed = False
    if since and row.get("LastModifiedDate"):
        changed = modified_after(row["LastModifiedDate"], since)
    if etag and object_type.name == "Account":
        changed = changed or etag != _freshness(object_type, row)["ETag"]
    if changed:
        raise ApiError(412, "PRECONDITION_FAILED", "The record was changed after the given moment")


async def get_row(call: Call) -> Response:
    """GET sobjects/{object}/{id}"""
    object_type = object_of(call)
    row = call.org.row(object_type.name, call.path("id"))
    if row is None or row.get(
        "IsDeleted"
    ):  # a deleted record is not found, as was recorded from the real service
        raise not_found()
    record = read_record(call, object_type, str(row["Id"]), asked_fields(call, object_type))
    return reply(record, headers=_freshness(object_type, row))


async def create_row(call: Call) -> Response:
    """POST sobjects/{object}"""
    object_type, body, writer = object_of(call), await call.json_object(), call.writer()
    with call.org.transaction():
        record_id = writer.create(object_type, writer.read_json(object_type, body))
    location = f"{call.base}/sobjects/{object_type.name}/{record_id}"
    return reply({"id": record_id, "success": True, "errors": []}, 201, {"Location": location})


async def update_row(call: Call) -> Response:
    """PATCH sobjects/{object}/{id}"""
    object_type, body, writer = object_of(call), await call.json_object(), call.writer()
    row = live_row(call, object_type, call.path("id"))
    _check_precondition(call, object_type, row)
    _refuse_id(body)
    with call.org.transaction():
        writer.update(object_type, str(row["Id"]), writer.read_json(object_type, body))
    return empty()


def _refuse_id(body: Mapping[str, Any]) -> None:
    if any(name.lower() == "id" for name in body):
        raise ApiError(400, "INVALID_FIELD", "The Id field should not be specified in the sobject data.")


async def delete_row(call: Call) -> Response:
    """DELETE sobjects/{object}/{id}"""
    object_type, writer = object_of(call), call.writer()
    row = live_row(call, object_type, call.path("id"))
    with call.org.transaction():
        writer.delete(object_type, str(row["Id"]))
    return empty()


def _matching(call: Call, object_type: ObjectType) -> list[str]:
    """The records of an external id; two more kinds of path look like one."""
    name = call.path("field")
    if object_type.get(name) is None and (name == "describe" or call.org.row(object_type.name, name)):
        raise not_served(f"layouts and relationships as paths ({name}/{call.path('value')})")
    return call.writer().match(object_type, call.path("field"), call.path("value"))


async def get_by_external_id(call: Call) -> Response:
    """GET sobjects/{object}/{field}/{value}"""
    object_type = object_of(call)
    found = _matching(call, object_type)
    if not found:
        raise not_found()
    if len(found) > 1:
        return reply([f"{call.base}/sobjects/{object_type.name}/{each}" for each in found], 300)
    return reply(read_record(call, object_type, found[0], asked_fields(call, object_type)))


async def upsert_row(call: Call) -> Response:
    """PATCH sobjects/{object}/{field}/{value}: 201 where it is new, else 200."""
    object_type, body, writer = object_of(call), await call.json_object(), call.writer()
    found = _matching(call, object_type)
    if len(found) > 1:
        return reply([f"{call.base}/sobjects/{object_type.name}/{each}" for each in found], 300)
    given = writer.read_json(object_type, body)
    with call.org.transaction():
        record_id, created = writer.upsert(object_type, call.path("field"), call.path("value"), given)
    return reply(
        {"id": record_id, "success": True, "errors": [], "created": created}, 201 if created else 200
    )


async def delete_by_external_id(call: Call) -> Response:
    """DELETE sobjects/{object}/{field}/{value}"""
    object_type = object_of(call)
    found = _matching(call, object_type)
    if len(found) != 1:
        raise not_found()
    with call.org.transaction():
        call.writer().delete(object_type, found[0])
    return empty()


ENDPOINTS: list[Endpoint] = [
    ("POST", "/sobjects/{object}", create_row),
    ("GET", "/sobjects/{object}/{id}", get_row),
    ("PATCH", "/sobjects/{object}/{id}", update_row),
    ("DELETE", "/sobjects/{object}/{id}", delete_row),
    ("GET", "/sobjects/{object}/{field}/{value}", get_by_external_id),
    ("PATCH", "/sobjects/{object}/{field}/{value}", upsert_row),
    ("DELETE", "/sobjects/{object}/{field}/{value}", delete_by_external_id),
]
