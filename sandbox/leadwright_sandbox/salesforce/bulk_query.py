"""Bulk 2.0 query jobs: a snapshot of the rows, handed out as CSV pages straight from SQLite's cursor."""

from __future__ import annotations

import asyncio
import csv
import io
import sqlite3
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from typing import Any

from starlette.background import BackgroundTask
from starlette.responses import Response, StreamingResponse

from leadwright_sandbox.salesforce.errors import ApiError, not_found
from leadwright_sandbox.salesforce.http import Call, Endpoint, empty, reply
from leadwright_sandbox.salesforce.jobs import FINISHED, QUERIES, Job, job_facts
from leadwright_sandbox.salesforce.org import Org
from leadwright_sandbox.salesforce.results import drop
from leadwright_sandbox.salesforce.soql import Column, Plan, translate
from leadwright_sandbox.salesforce.stretches import Statement, read_all
from leadwright_sandbox.salesforce.values import json_datetime
from leadwright_sandbox.salesforce.work import Run, carry_out
from leadwright_sandbox.store import quoted

DEFAULT_PAGE = 250_000
CHUNK_ROWS = 5000
Rows = Iterable[Sequence[Any]]


def csv_cell(column: Column) -> str:
    """The SQL of a column as the CSV spells it; datetimes are stored in that spelling."""
    if column.kind == "boolean":
        return f"case when {column.sql} then 'true' else 'false' end"
    return column.sql


def check_bulk(plan: Plan) -> None:
    """Refuse what the Bulk API cannot do."""
    if not plan.object.bulk:
        raise ApiError(
            400, "INVALIDENTITY", f"entity type {plan.object.name} is not supported by the Bulk API"
        )
    nested = any(column.children for column in plan.columns)
    if plan.aggregate or plan.count_only or plan.offset is not None or nested:
        message = "Aggregate Relationships, GROUP BY, OFFSET and COUNT() are not supported in Bulk Query"
        raise ApiError(400, "API_ERROR", message)
    if any(column.kind == "address" for column in plan.columns):
        raise ApiError(
            400, "FUNCTIONALITY_NOT_ENABLED", "Selecting compound data not supported in Bulk Query"
        )


async def create_job(call: Call) -> Response:
    """POST jobs/query"""
    body, org = await call.json_object(), call.org
    operation = body.get("operation")
    if operation not in QUERIES or not isinstance(body.get("query"), str):
        raise ApiError(400, "INVALIDJOB", "operation must be query or queryAll, and query a text")
    deleted = operation == "queryAll"
    plan = translate(body["query"], call.view, org.clock.now(), deleted=deleted)
    check_bulk(plan)
    org.usage.take_query_job()
    now, job_id = json_datetime(org.stamp()), org.ids.next("750")
    facts = {
        "operation": operation,
        "object": plan.object.name,
        "createdById": call.user.id,
        "createdDate": now,
    }
    facts |= {"systemModstamp": now, "state": "UploadComplete"}
    job = Job(job_id, job_facts(job_id, body, facts), call.user.id, deleted)
    job.facts |= {"apiVersion": float(call.path("version")[1:])}
    job.columns = [".".join(column.path) for column in plan.columns]
    org.jobs.by_id[job_id] = job
    return reply_with(job, BackgroundTask(run, org, job, plan))


def reply_with(job: Job, task: BackgroundTask) -> Response:
    """The job as it is now; the work starts once that is sent."""
    response = reply(job.facts)
    response.background = task
    return response


async def run(org: Org, job: Job, plan: Plan) -> None:
    """Keep the rows of the query in a table of their own, which the pages are read from."""
    await carry_out(org, job, lambda under_way: _take_rows(org, job, plan, under_way))
    if job.state != "JobComplete":
        drop(org.store, job.table)


async def _take_rows(org: Org, job: Job, plan: Plan, under_way: Run) -> None:
    table = f"temp.{quoted(job.table)}"
    columns = ", ".join(f"c{place}" for place in range(len(plan.columns)))
    org.store.db.execute(f"create table {table} ({columns})")

    def take(statement: Statement) -> int:
        sql, parameters = statement
        taken = org.store.db.execute(f"insert into {table} {sql}", parameters).rowcount
        job.processed += taken
        return taken

    try:
        await read_all(org.store, plan, [csv_cell(column) for column in plan.columns], under_way, take)
    except sqlite3.OperationalError as error:  # a field that the query names was deleted meanwhile
        raise ApiError(400, "InvalidBatch", f"Failed to process query: {error}") from error


def shown(job: Job) -> dict[str, object]:
    """What a poll shows."""
    if job.state not in FINISHED:
        return job.told
    done = {"numberRecordsProcessed": job.processed, "retries": 0, "totalProcessingTime": 1}
    return (
        job.told | done | ({"errorMessage": job.error} if job.error else {}) | {"isPkChunkingSupported": True}
    )


async def get_job(call: Call) -> Response:
    """GET jobs/query/{id}"""
    job = call.org.jobs.require(call.path("id"), "query")
    job.polls += 1
    return reply(shown(job))


async def list_jobs(call: Call) -> Response:
    """GET jobs/query"""
    jobs = [j.told for j in call.org.jobs.by_id.values() if j.facts["operation"] in QUERIES]
    return reply({"done": True, "records": jobs, "nextRecordsUrl": None})


async def abort_job(call: Call) -> Response:
    """PATCH jobs/query/{id} with state Aborted"""
    job, body = call.org.jobs.require(call.path("id"), "query"), await call.json_object()
    if body.get("state") != "Aborted":
        raise ApiError(400, "INVALIDJOBSTATE", "A query job can only be set to Aborted")
    if job.state in FINISHED:
        raise ApiError(400, "INVALIDJOBSTATE", f"Aborting already {job.state} Job not allowed")
    job.move("Aborted", call.org.stamp())
    return reply(job.facts)


async def delete_job(call: Call) -> Response:
    """DELETE jobs/query/{id}"""
    job = call.org.jobs.require(call.path("id"), "query")
    if job.state not in FINISHED:
        raise ApiError(400, "INVALIDJOBSTATE", "Only a finished or aborted job can be deleted")
    drop(call.org.store, job.table)
    del call.org.jobs.by_id[job.id]
    return empty()


async def get_results(call: Call) -> Response:
    """GET jobs/query/{id}/results: one page of CSV, its header always there."""
    job = call.org.jobs.require(call.path("id"), "query")
    if job.owner_id != call.user.id:  # it shows what its creator may see
        raise not_found()
    if job.state != "JobComplete":
        raise ApiError(400, "INVALIDJOBSTATE", f"The job is {job.state}: it has no results")
    start, size = _page(call, job)
    end = min(start + size, job.processed)
    headers = {
        "Sforce-Locator": _locator(end) if end < job.processed else "null",
        "Sforce-NumberOfRecords": str(end - start),
    }
    body = csv_parts(job, job.columns, page_rows(call.org, job, start, end))
    if start >= job.counted:  # what was sent before is not counted again
        job.counted = end
        body = map(call.org.usage.take_query_result, body)
    return csv_reply(body, headers)


def csv_reply(parts: Iterator[bytes], headers: Mapping[str, str] | None = None) -> Response:
    """A CSV file that is sent as it is made."""
    return StreamingResponse(_sent(parts), headers=headers, media_type="text/csv; charset=utf-8")


async def _sent(parts: Iterator[bytes]) -> AsyncIterator[bytes]:
    """The parts one by one on the event loop: a thread per part would cost more than the part."""
    for part in parts:
        yield part
        await asyncio.sleep(0)  # sending alone lets nobody else in until the connection is full


def csv_parts(job: Job, header: list[str], parts: Iterable[Rows]) -> Iterator[bytes]:
    """A CSV file as the job spells it, part by part."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=job.delimiter, lineterminator=job.line_end, quoting=csv.QUOTE_ALL)
    if header:
        writer.writerow(header)
    for rows in parts:
        writer.writerows(rows)
        yield buffer.getvalue().encode()
        buffer.seek(0)
        buffer.truncate()
    yield buffer.getvalue().encode()


def _locator(place: int) -> str:
    """An opaque locator, as clients must not count themselves."""
    return f"L{place:x}x"


def _page(call: Call, job: Job) -> tuple[int, int]:
    locator, asked = call.query("locator"), call.query("maxRecords")
    try:
        start = int(locator[1:-1], 16) if locator else 0
        size = int(asked) if asked else DEFAULT_PAGE
    except ValueError as error:
        raise ApiError(400, "INVALID_QUERY_LOCATOR", "The locator or maxRecords is not valid") from error
    if size < 1 or start < 0 or (start and start >= job.processed):
        raise ApiError(400, "INVALID_QUERY_LOCATOR", "The locator or maxRecords is not valid")
    return start, size


def page_rows(org: Org, job: Job, start: int, end: int) -> Iterator[Rows]:
    """The rows after `start` up to `end`, a few thousand at a time."""
    sql = f"select * from temp.{quoted(job.table)} where rowid > ? and rowid <= ?"
    while start < end:
        # no cursor stays open between two chunks: SQLite drops and alters no table while one reads
        cursor = org.store.db.cursor()
        cursor.row_factory = None
        last = min(start + CHUNK_ROWS, end)
        yield cursor.execute(sql, [start, last]).fetchall()
        start = last


ENDPOINTS: list[Endpoint] = [
    ("POST", "/jobs/query", create_job),
    ("GET", "/jobs/query", list_jobs),
    ("GET", "/jobs/query/{id}", get_job),
    ("PATCH", "/jobs/query/{id}", abort_job),
    ("DELETE", "/jobs/query/{id}", delete_job),
    ("GET", "/jobs/query/{id}/results", get_results),
]
