"""Bulk 2.0 ingest jobs: a CSV file in, three CSV files out (saved, failed, not processed)."""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Callable, Iterable, Iterator
from itertools import islice

from starlette.background import BackgroundTask
from starlette.responses import Response

from leadwright_sandbox.salesforce.bulk_query import CHUNK_ROWS, csv_parts, csv_reply, reply_with
from leadwright_sandbox.salesforce.derived import Values
from leadwright_sandbox.salesforce.errors import ApiError, RowError
from leadwright_sandbox.salesforce.fields import Field, ObjectType
from leadwright_sandbox.salesforce.http import Call, Endpoint, empty, reply
from leadwright_sandbox.salesforce.jobs import FINISHED, Job, job_facts
from leadwright_sandbox.salesforce.org import Org
from leadwright_sandbox.salesforce.records import Options, Writer, read_text
from leadwright_sandbox.salesforce.values import json_datetime
from leadwright_sandbox.salesforce.work import Run, carry_out

OPERATIONS = ("insert", "update", "upsert", "delete", "hardDelete")
MOST_BYTES = 150 * 1024 * 1024
ROWS_AT_ONCE = 50  # some 10 ms of work
BATCH_ROWS = 10_000  # the real service cuts a file into batches of so many rows, and counts them
NULL_CELL = "#N/A"  # clears a field; an empty cell leaves it alone
csv.field_size_limit(min(sys.maxsize, 2**31 - 1))


async def create_job(call: Call) -> Response:
    """POST jobs/ingest"""
    body, org = await call.json_object(), call.org
    operation = body.get("operation")
    if operation not in OPERATIONS:
        raise ApiError(400, "INVALIDJOB", f"operation must be one of {', '.join(OPERATIONS)}")
    object_type = call.view.find(str(body.get("object")))
    if object_type is None or not object_type.bulk:
        raise ApiError(
            400, "INVALIDENTITY", f"entity type {body.get('object')} is not supported by the Bulk API"
        )
    if operation == "hardDelete" and "BulkApiHardDelete" not in call.user.permissions:
        raise ApiError(400, "FEATURENOTENABLED", "hardDelete permission is required")
    if operation == "upsert" and not body.get("externalIdFieldName"):
        raise ApiError(400, "INVALIDJOB", "externalIdFieldName is required for upsert")
    now, job_id = json_datetime(org.stamp()), org.ids.next("750")
    facts = {
        "operation": operation,
        "object": object_type.name,
        "createdById": call.user.id,
        "createdDate": now,
    }
    facts |= {"systemModstamp": now, "state": "Open"}
    job = Job(job_id, job_facts(job_id, body, facts), call.user.id)
    for name in ("externalIdFieldName", "assignmentRuleId"):
        if body.get(name):
            job.facts[name] = body[name]
    version = call.path("version")[1:]
    job.facts |= {
        "apiVersion": float(version),
        "contentUrl": f"services/data/v{version}/jobs/ingest/{job_id}/batches",
    }
    org.jobs.by_id[job_id] = job
    return reply(job.facts)


async def upload(call: Call) -> Response:
    """PUT jobs/ingest/{id}/batches: the CSV file, once."""
    job = _job(call)
    if job.state != "Open" or job.upload is not None:
        raise ApiError(400, "INVALIDJOBSTATE", "The job takes one upload while it is Open")
    body = await call.request.body()
    if len(body) > MOST_BYTES:
        raise ApiError(413, "ClientInputError", "The upload is larger than 150 MB")
    job.upload = body
    return Response(status_code=201)


async def set_state(call: Call) -> Response:
    """PATCH jobs/ingest/{id}: UploadComplete starts the work, Aborted ends it; what was saved until then stays."""
    job, body = _job(call), await call.json_object()
    state = body.get("state")
    if state == "Aborted" and job.state not in FINISHED:
        job.move(state, call.org.stamp())
        return reply(job.facts)
    if state != "UploadComplete" or job.state != "Open":
        raise ApiError(400, "INVALIDJOBSTATE", f"The job is {job.state}: it cannot be set to {state}")
    if job.upload is None:
        raise ApiError(400, "INVALIDJOBSTATE", "Found no data to process: upload a CSV file first")
    job.move(state, call.org.stamp())
    options = Options(auto_assign="assignmentRuleId" in job.facts)
    writer = Writer(call.org, call.user, call.view, options)
    return reply_with(job, BackgroundTask(run, call.org, job, writer))


async def run(org: Org, job: Job, writer: Writer) -> None:
    """Save the rows of the upload, each with its own fate; a broken file fails the job as a whole."""
    object_type = org.schema.require(str(job.facts["object"]))
    await carry_out(org, job, lambda under_way: _run_rows(org, job, writer, object_type, under_way))


def _rows(job: Job) -> Iterator[list[str]]:
    """The rows of the upload; the header becomes the job's columns."""
    text = (job.upload or b"").decode("utf-8-sig", errors="replace")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=job.delimiter)
    job.columns = next(reader, [])
    return filter(None, reader)


async def _run_rows(org: Org, job: Job, writer: Writer, object_type: ObjectType, under_way: Run) -> None:
    rows = _rows(job)
    save = _saver(job, writer, object_type)
    async for part in under_way.slices(rows, ROWS_AT_ONCE):
        while job.batches * BATCH_ROWS < job.processed + len(part):
            org.usage.take_batch()
            job.batches += 1
        with org.transaction():
            for row in part:
                _run_row(org, job, save, row)
                job.processed += 1


def _run_row(org: Org, job: Job, save: Callable[[list[str]], tuple[str, bool]], row: list[str]) -> None:
    try:
        if len(row) != len(job.columns):
            message = f"The row has {len(row)} cells where the header has {len(job.columns)}"
            raise RowError("INVALID_FIELD", message)
        with org.transaction():
            record_id, created = save(row)
        job.successes.append([record_id, str(created).lower(), *row])
    except RowError as error:
        job.failed += 1
        job.failures.append(["", error.cell(), *row])


def _fields(job: Job, writer: Writer, object_type: ObjectType) -> list[Field]:
    found = [writer.view.find_field(object_type, name) for name in job.columns]
    unknown = [name for name, field in zip(job.columns, found, strict=True) if field is None]
    if unknown:
        raise ApiError(400, "InvalidBatch", f"Field name not found : {unknown[0]}")
    return [field for field in found if field is not None]


def _saver(job: Job, writer: Writer, object_type: ObjectType) -> Callable[[list[str]], tuple[str, bool]]:
    """What is done with each row: its id and whether it is new."""
    fields, operation = _fields(job, writer, object_type), job.facts["operation"]

    def cells(row: list[str]) -> tuple[str, Values]:
        values = _values(fields, row)
        return str(values.pop("Id", "") or ""), values

    def save(row: list[str]) -> tuple[str, bool]:
        record_id, values = cells(row)
        if operation == "insert":
            return writer.create(object_type, values), True
        if operation == "upsert":
            key_field = str(job.facts["externalIdFieldName"])
            key = record_id if key_field.lower() == "id" else str(values.get(key_field) or "")
            return writer.upsert(object_type, key_field, key, values)
        if not record_id:
            raise RowError("MISSING_ARGUMENT", "Id not specified in an update call")
        if operation == "update":
            writer.update(object_type, record_id, values)
        elif operation == "delete":
            writer.delete(object_type, record_id)
        else:
            writer.hard_delete(object_type, str(writer.find(object_type, record_id)["Id"]))
        return record_id, False

    return save


def _values(fields: list[Field], row: list[str]) -> Values:
    values: Values = {}
    for field, cell in zip(fields, row, strict=True):
        if cell == "":
            continue
        values[field.name] = None if cell == NULL_CELL else read_text(field, cell)
    return values


def _job(call: Call) -> Job:
    return call.org.jobs.require(call.path("id"), "ingest")


def shown(job: Job) -> dict[str, object]:
    """What a poll shows."""
    counts = {"numberRecordsProcessed": job.processed, "numberRecordsFailed": job.failed, "retries": 0}
    times = {"totalProcessingTime": 1, "apiActiveProcessingTime": 1, "apexProcessingTime": 0}
    return job.told | counts | times | ({"errorMessage": job.error} if job.error else {})


async def get_job(call: Call) -> Response:
    """GET jobs/ingest/{id}"""
    job = _job(call)
    job.polls += 1
    return reply(shown(job))


async def list_jobs(call: Call) -> Response:
    """GET jobs/ingest"""
    jobs = [j.told for j in call.org.jobs.by_id.values() if j.facts["operation"] in OPERATIONS]
    return reply({"done": True, "records": jobs, "nextRecordsUrl": None})


async def delete_job(call: Call) -> Response:
    """DELETE jobs/ingest/{id}"""
    job = _job(call)
    if job.state in ("UploadComplete", "InProgress"):
        raise ApiError(400, "INVALIDJOBSTATE", "A job that is being worked on cannot be deleted")
    del call.org.jobs.by_id[job.id]
    return empty()


def _csv(job: Job, head: list[str], rows: Iterable[list[str]]) -> Response:
    left = iter(rows)
    parts = iter(lambda: list(islice(left, CHUNK_ROWS)), [])
    return csv_reply(csv_parts(job, [*head, *job.columns], parts))


async def successful(call: Call) -> Response:
    """GET jobs/ingest/{id}/successfulResults"""
    job = _job(call)
    return _csv(job, ["sf__Id", "sf__Created"], job.successes)


async def failed(call: Call) -> Response:
    """GET jobs/ingest/{id}/failedResults"""
    job = _job(call)
    return _csv(job, ["sf__Id", "sf__Error"], job.failures)


async def unprocessed(call: Call) -> Response:
    """GET jobs/ingest/{id}/unprocessedrecords: the rows that a failed or aborted job did not come to"""
    job = _job(call)
    ended_early = job.state in ("Failed", "Aborted")
    return _csv(job, [], islice(_rows(job), job.processed, None) if ended_early else ())


ENDPOINTS: list[Endpoint] = [
    ("POST", "/jobs/ingest", create_job),
    ("GET", "/jobs/ingest", list_jobs),
    ("GET", "/jobs/ingest/{id}", get_job),
    ("PATCH", "/jobs/ingest/{id}", set_state),
    ("DELETE", "/jobs/ingest/{id}", delete_job),
    ("PUT", "/jobs/ingest/{id}/batches", upload),
    ("GET", "/jobs/ingest/{id}/successfulResults", successful),
    ("GET", "/jobs/ingest/{id}/failedResults", failed),
    ("GET", "/jobs/ingest/{id}/unprocessedrecords", unprocessed),
    ("GET", "/jobs/ingest/{id}/unprocessedRecords", unprocessed),  # as simple-salesforce spells it
]
