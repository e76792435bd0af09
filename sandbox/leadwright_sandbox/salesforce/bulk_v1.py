"""The older Bulk API in its JSON form: jobs, batches, results. Its errors are objects of their own kind."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from starlette.background import BackgroundTask
from starlette.responses import Response

from leadwright_sandbox.salesforce.bulk_ingest import ROWS_AT_ONCE
from leadwright_sandbox.salesforce.bulk_query import check_bulk
from leadwright_sandbox.salesforce.errors import ApiError, RowError, not_served
from leadwright_sandbox.salesforce.fields import ObjectType
from leadwright_sandbox.salesforce.http import Call, Endpoint, reply
from leadwright_sandbox.salesforce.jobs import QUERIES
from leadwright_sandbox.salesforce.records import Options, Writer
from leadwright_sandbox.salesforce.results import shape
from leadwright_sandbox.salesforce.soql import translate
from leadwright_sandbox.salesforce.stretches import Statement, read_all
from leadwright_sandbox.salesforce.values import TO_JSON, json_datetime
from leadwright_sandbox.salesforce.work import RUNNING, Run, Work, carry_out

OPERATIONS = ("insert", "update", "upsert", "delete", "hardDelete", *QUERIES)
MOST_RECORDS = 10_000


class BulkError(ApiError):
    """A refused call, spelled as this API does."""

    def body(self) -> Any:
        """The error object."""
        return {"exceptionCode": self.code, "exceptionMessage": self.message}


@dataclass
class Batch(Work):
    """One batch: what came in and what came out."""

    WAITING, DONE = "Queued", "Completed"

    facts: dict[str, Any]
    request: Any
    result: list[dict[str, Any]] = field(default_factory=list)
    polls: int = 0
    processed: int = 0

    def add(self, results: list[dict[str, Any]]) -> int:
        """Note the results of further records; how many they are."""
        self.result += results
        self.processed = len(self.result)
        self.facts["numberRecordsProcessed"] = self.processed
        return len(results)

    def fail(self, error: ApiError, now: str) -> None:
        """End without success; what was saved until then stays."""
        self.facts["stateMessage"] = f"InvalidBatch : {error.code}: {error.message}"
        self.move("Failed", now)


@dataclass
class BulkJob:
    """One job and its batches."""

    facts: dict[str, Any]
    batches: dict[str, Batch] = field(default_factory=dict)

    @property
    def is_query(self) -> bool:
        """Whether its batches are queries."""
        return self.facts["operation"] in QUERIES


def epoch_milliseconds(value: Any) -> Any:
    """A stored datetime as this API spells it."""
    return None if value is None else int(datetime.fromisoformat(value).timestamp() * 1000)


CONVERT = TO_JSON | {"datetime": epoch_milliseconds}


def _job(call: Call) -> BulkJob:
    found = call.org.bulk_jobs.get(call.path("id"))
    if found is None:
        raise BulkError(400, "InvalidJob", f"Unable to find job: {call.path('id')}")
    return found


def _batch(call: Call) -> tuple[BulkJob, Batch]:
    job = _job(call)
    found = job.batches.get(call.path("batch"))
    if found is None:
        raise BulkError(400, "InvalidBatch", f"Unable to find batch: {call.path('batch')}")
    return job, found


async def create_job(call: Call) -> Response:
    """POST job"""
    body, org = await call.json_object(), call.org
    operation, object_type = body.get("operation"), call.view.find(str(body.get("object")))
    if body.get("contentType") != "JSON":
        raise not_served("Bulk API jobs with a content type other than JSON")
    if operation not in OPERATIONS:
        raise BulkError(400, "InvalidJob", "Invalid operation")
    if object_type is None or not object_type.bulk:
        raise BulkError(400, "InvalidJob", f"Unable to find object: {body.get('object')}")
    now, job_id = json_datetime(org.stamp()), org.ids.next("750")
    facts = {"id": job_id, "operation": operation, "object": object_type.name, "state": "Open"}
    facts |= {"createdById": call.user.id, "createdDate": now, "systemModstamp": now, "contentType": "JSON"}
    facts |= {"concurrencyMode": "Serial" if body.get("concurrencyMode") in (1, "Serial") else "Parallel"}
    facts |= {
        "externalIdFieldName": body.get("externalIdFieldName"),
        "apiVersion": float(call.path("version")),
    }
    org.bulk_jobs[job_id] = BulkJob(facts)
    return reply(facts, 201)


def _polled(job: BulkJob) -> list[dict[str, Any]]:
    for batch in job.batches.values():
        batch.polls += 1
    return [batch.facts for batch in job.batches.values()]


async def get_job(call: Call) -> Response:
    """GET job/{id}"""
    job = _job(call)
    done = _polled(job)
    counts = {
        "numberBatchesTotal": len(done),
        "numberBatchesCompleted": sum(facts["state"] == "Completed" for facts in done),
        "numberBatchesFailed": sum(facts["state"] == "Failed" for facts in done),
        "numberRecordsProcessed": sum(facts["numberRecordsProcessed"] for facts in done),
        "numberRecordsFailed": sum(facts["numberRecordsFailed"] for facts in done),
    }
    return reply(job.facts | counts)


async def set_job_state(call: Call) -> Response:
    """POST job/{id} with state Closed or Aborted; an aborted job leaves its batches where they are"""
    job, body = _job(call), await call.json_object()
    if body.get("state") not in ("Closed", "Aborted"):
        raise BulkError(400, "InvalidJobState", "A job can be set to Closed or Aborted")
    job.facts["state"] = body["state"]
    for batch in job.batches.values():
        if body["state"] == "Aborted" and batch.state in (batch.WAITING, RUNNING):
            batch.move("NotProcessed", call.org.stamp())
    return reply(job.facts)


async def add_batch(call: Call) -> Response:
    """POST job/{id}/batch: a SOQL text, or a list of records"""
    job, org = _job(call), call.org
    if job.facts["state"] != "Open":
        raise BulkError(400, "InvalidJobState", f"Job is {job.facts['state']}, not Open")
    request = await (_soql(call) if job.is_query else _records(call))
    org.usage.take_batch()
    now, batch_id = json_datetime(org.stamp()), org.ids.next("751")
    facts = {"id": batch_id, "jobId": job.facts["id"], "state": "Queued", "createdDate": now}
    facts |= {"systemModstamp": now, "numberRecordsProcessed": 0, "numberRecordsFailed": 0}
    batch = job.batches[batch_id] = Batch(facts, request)
    response = reply(facts, 201)
    response.background = BackgroundTask(_run, call, job, batch)
    return response


async def _soql(call: Call) -> str:
    try:
        return (await call.request.body()).decode()
    except UnicodeDecodeError as error:
        raise BulkError(400, "InvalidBatch", "The query is not UTF-8") from error


async def _records(call: Call) -> list[dict[str, Any]]:
    records = await call.json()
    if not isinstance(records, list) or not all(isinstance(each, dict) for each in records):
        raise BulkError(400, "InvalidBatch", "A batch is a list of records")
    if len(records) > MOST_RECORDS:
        raise BulkError(400, "InvalidBatch", "A batch has at most 10,000 records")
    return records


async def _run(call: Call, job: BulkJob, batch: Batch) -> None:
    act = _query if job.is_query else _save
    await carry_out(call.org, batch, lambda under_way: act(call, job, batch, under_way))


async def _query(call: Call, job: BulkJob, batch: Batch, under_way: Run) -> None:
    deleted = job.facts["operation"] == "queryAll"
    plan = translate(batch.request, call.view, call.org.clock.now(), deleted=deleted)
    check_bulk(plan)
    made = shape(plan, f"/services/data/v{call.path('version')}", CONVERT)

    def take(statement: Statement) -> int:
        return batch.add([made.build(row) for row in call.org.store.db.execute(*statement)])

    await read_all(call.org.store, plan, made.expressions, under_way, take)


async def _save(call: Call, job: BulkJob, batch: Batch, under_way: Run) -> None:
    object_type = call.org.schema.require(job.facts["object"])
    writer = Writer(call.org, call.user, call.view, Options(auto_assign=False))
    async for part in under_way.slices(iter(batch.request), ROWS_AT_ONCE):
        with call.org.transaction():
            results = [_save_one(writer, object_type, job, record) for record in part]
        batch.add(results)
        batch.facts["numberRecordsFailed"] += sum(not each["success"] for each in results)


def _save_one(
    writer: Writer, object_type: ObjectType, job: BulkJob, record: dict[str, Any]
) -> dict[str, Any]:
    record_id = next((str(value) for name, value in record.items() if name.lower() == "id"), "")
    try:
        with writer.org.transaction():
            saved, created = _apply(writer, object_type, job, record, record_id)
        return {"success": True, "created": created, "id": saved, "errors": []}
    except (RowError, ApiError) as error:
        fields = error.fields if isinstance(error, RowError) else []
        shown = {
            "statusCode": error.code,
            "message": error.message,
            "fields": fields,
            "extendedErrorDetails": None,
        }
        return {"success": False, "created": False, "id": None, "errors": [shown]}


def _apply(
    writer: Writer, object_type: ObjectType, job: BulkJob, record: dict[str, Any], record_id: str
) -> tuple[str, bool]:
    operation = job.facts["operation"]
    if operation == "delete":
        writer.delete(object_type, record_id)
        return record_id, False
    if operation == "hardDelete":
        if "BulkApiHardDelete" not in writer.user.permissions:
            raise RowError("INSUFFICIENT_ACCESS", "hardDelete permission is required")
        writer.hard_delete(object_type, str(writer.find(object_type, record_id)["Id"]))
        return record_id, False
    values = writer.read_json(object_type, record)
    if operation == "insert":
        return writer.create(object_type, values), True
    if operation == "upsert":
        key = str(job.facts["externalIdFieldName"])
        text = (
            record_id if key.lower() == "id" else str(values.get(object_type.fields[key.lower()].name) or "")
        )
        return writer.upsert(object_type, key, text, values)
    writer.update(object_type, record_id, values)
    return record_id, False


async def get_batch(call: Call) -> Response:
    """GET job/{id}/batch/{batch}"""
    batch = _batch(call)[1]
    batch.polls += 1
    return reply(batch.facts)


async def list_batches(call: Call) -> Response:
    """GET job/{id}/batch"""
    return reply({"batchInfo": _polled(_job(call))})


async def get_request(call: Call) -> Response:
    """GET job/{id}/batch/{batch}/request"""
    request = _batch(call)[1].request
    return Response(
        request if isinstance(request, str) else json.dumps(request), media_type="application/json"
    )


async def get_result(call: Call) -> Response:
    """GET job/{id}/batch/{batch}/result: the results of a save, or the ids of a query's results"""
    job, batch = _batch(call)
    if batch.state != batch.DONE:
        raise BulkError(400, "InvalidBatch", batch.facts.get("stateMessage", "Batch not completed"))
    return reply([f"752{batch.facts['id'][3:]}"] if job.is_query else batch.result)


async def get_query_result(call: Call) -> Response:
    """GET job/{id}/batch/{batch}/result/{result}"""
    return reply(_batch(call)[1].result)


ENDPOINTS: list[Endpoint] = [
    ("POST", "/job", create_job),
    ("GET", "/job/{id}", get_job),
    ("POST", "/job/{id}", set_job_state),
    ("POST", "/job/{id}/batch", add_batch),
    ("GET", "/job/{id}/batch", list_batches),
    ("GET", "/job/{id}/batch/{batch}", get_batch),
    ("GET", "/job/{id}/batch/{batch}/request", get_request),
    ("GET", "/job/{id}/batch/{batch}/result", get_result),
    ("GET", "/job/{id}/batch/{batch}/result/{result}", get_query_result),
]
