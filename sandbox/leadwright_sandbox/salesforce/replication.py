"""deleted and updated: which records of an object changed in a span of time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from starlette.responses import Response

from leadwright_sandbox.salesforce.errors import ApiError
from leadwright_sandbox.salesforce.fields import ObjectType
from leadwright_sandbox.salesforce.http import Call, Endpoint, reply
from leadwright_sandbox.salesforce.rows import object_of
from leadwright_sandbox.salesforce.values import BadValueError, json_datetime, parse_datetime, stamp
from leadwright_sandbox.store import Row, quoted

KEPT = timedelta(days=15)
OLDEST = timedelta(days=30)
MOST_IDS = 600_000


def _moment(call: Call, name: str) -> str:
    text = call.query(name)
    if not text:
        raise ApiError(400, "MISSING_ARGUMENT", f"{name} is needed")
    try:
        return parse_datetime(text.replace(" ", "+"), lenient=False)
    except BadValueError as error:
        raise ApiError(
            400, "INVALID_REPLICATION_DATE", f"{name} is not a datetime with a time zone"
        ) from error


def _changed(call: Call, object_type: ObjectType, deleted: bool) -> tuple[list[Row], str]:
    start, end = _moment(call, "start"), _moment(call, "end")
    now = call.org.clock.now()
    if object_type.get("SystemModstamp") is None:
        raise ApiError(400, "INVALID_TYPE", f"{object_type.name} is not replicateable")
    if datetime.fromisoformat(end) - datetime.fromisoformat(start) < timedelta(minutes=1):
        raise ApiError(
            400, "INVALID_REPLICATION_DATE", "startDate must be at least one minute before endDate"
        )
    if now - datetime.fromisoformat(start) > (KEPT if deleted else OLDEST):
        raise ApiError(400, "INVALID_REPLICATION_DATE", "startDate is before the earliest date available")
    is_deleted = '"IsDeleted"' if object_type.get("IsDeleted") else "false"  # some objects have no bin
    shared = call.view.shared(object_type, "t") or "true"
    rows = call.org.store.rows(
        f'select "Id", "SystemModstamp" from {quoted(object_type.table)} as t where {is_deleted} is {deleted} '
        f'and {shared} and "SystemModstamp" >= ? and "SystemModstamp" < ? order by "SystemModstamp", "Id"',
        [start, end],
    )
    if len(rows) > MOST_IDS:
        raise ApiError(400, "EXCEEDED_ID_LIMIT", "The span has more than 600,000 ids: ask for a shorter one")
    return rows, min(end, stamp(now))


async def get_deleted(call: Call) -> Response:
    """GET sobjects/{object}/deleted?start=&end="""
    rows, covered = _changed(call, object_of(call), deleted=True)
    earliest = stamp((call.org.clock.now() - KEPT).astimezone(UTC))
    records = [{"deletedDate": json_datetime(row["SystemModstamp"]), "id": row["Id"]} for row in rows]
    dates = {"earliestDateAvailable": json_datetime(earliest), "latestDateCovered": json_datetime(covered)}
    return reply({"deletedRecords": records, **dates})


async def get_updated(call: Call) -> Response:
    """GET sobjects/{object}/updated?start=&end="""
    rows, covered = _changed(call, object_of(call), deleted=False)
    return reply({"ids": [row["Id"] for row in rows], "latestDateCovered": json_datetime(covered)})


ENDPOINTS: list[Endpoint] = [
    ("GET", "/sobjects/{object}/deleted", get_deleted),
    ("GET", "/sobjects/{object}/updated", get_updated),
]
