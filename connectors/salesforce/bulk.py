"""Bulk 2.0 query jobs: started, waited for, read page by page as CSV, counted, and deleted."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
from pyarrow import csv
from simple_salesforce import Salesforce

from leadwright.connectors.errors import (
    DailyLimitError,
    GarbledError,
    LeadwrightError,
    LostPlaceError,
    RetryableError,
    SchemaDriftError,
    UnavailableError,
    brief,
)
from leadwright.connectors.salesforce import answers, soql
from leadwright.connectors.salesforce.answers import Promise
from leadwright.connectors.salesforce.errors import RefusedError
from leadwright.connectors.salesforce.transport import Transport

_ROWS_PER_PAGE = 50_000
FIRST_WAIT = 0.1
LONGEST_WAIT = 5.0
_LONGEST_JOB_SECONDS = 2 * 3600.0


@dataclass(frozen=True, slots=True)
class Job:
    """A query job that is complete."""

    id: str
    object_name: str
    rows: int
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a job's results a read is: the locator of the next page, and how many rows it has read."""

    locator: str = ""
    read: int = 0

    def spelled(self, job: Job) -> str:
        """The place, with the job, as text."""
        return json.dumps(
            {
                "job": job.id,
                "object": job.object_name,
                "rows": job.rows,
                "fields": job.fields,
                "locator": self.locator,
                "read": self.read,
            }
        )


def start(org: Transport, object_name: str, query: str) -> Job | None:
    """Run `query` as a job; None where Salesforce takes no such query in bulk (object or field type)."""
    body = {
        "operation": "queryAll",
        "query": query,
        "contentType": "CSV",
        "columnDelimiter": "COMMA",
        "lineEnding": "LF",
    }
    what = f"starting a bulk query of {object_name}"
    try:
        created = org.read(what, answers.job, lambda sf: sf.restful("jobs/query", method="POST", json=body))
        return _completed(org, object_name, created["id"], tuple(soql.selected(query)))
    except RefusedError as error:
        if _not_for_bulk(f"{error.code} {error}"):
            return None
        raise


def tables(org: Transport, job: Job, place: Place = Place()) -> Iterator[tuple[pa.Table, str]]:
    """The job's rows as tables of text columns, each with the place after it; the job is deleted at the end.

    Raises:
        LostPlaceError: the job is gone: Salesforce keeps one for seven days.
        UnavailableError: fewer or more rows came than Salesforce counted, or the same page twice.
    """
    what = f"reading a bulk query of {job.object_name}"
    read = place.read
    places = [place.locator]
    try:
        while True:
            table, following = _table(org, what, job, places[-1])
            read += table.num_rows
            if table.num_rows:
                yield table, Place(following, read).spelled(job) if following else ""
            if not following:
                break
            if following in places:
                raise answers.repeated(what)
            places.append(following)
        if read != job.rows:
            raise _miscounted(what, job.rows, read)
    except Exception as error:
        if isinstance(error, GarbledError) or not isinstance(error, RetryableError):
            _delete(org, job.id)  # else the next read goes on with this job
        raise
    _delete(org, job.id)


def _table(org: Transport, what: str, job: Job, locator: str) -> tuple[pa.Table, str]:
    try:
        return org.read(what, _page(job), _page_reader(job, locator))
    except RefusedError as error:
        if error.status == 404:
            raise LostPlaceError(f"Salesforce no longer has the bulk query of {job.object_name}.") from None
        raise


def resumed(place: str) -> tuple[Job, Place]:
    """The job and the place that `Place.spelled` noted."""
    said = json.loads(place)
    job = Job(said["job"], said["object"], said["rows"], tuple(said["fields"]))
    return job, Place(said["locator"], said["read"])


def _page(job: Job) -> Promise[tuple[pa.Table, str]]:
    """A page of results, which has the job's fields and as many rows as its header says; and the next one's place."""

    def promise(what: str, answer: Mapping[str, Any]) -> tuple[pa.Table, str]:
        try:
            table = parsed(answer["records"])
        except pa.ArrowInvalid:
            raise answers.garbled(what, "a page that is cut off or no CSV") from None
        if table.num_rows != answer["number_of_records"]:
            raise _miscounted(what, answer["number_of_records"], table.num_rows)
        if table.num_rows and (lacking := set(job.fields).difference(table.column_names)):
            raise answers.garbled(what, f"a page without {', '.join(sorted(lacking))}")
        return table, answer["locator"]

    return promise


def parsed(data: bytes) -> pa.Table:
    """A page of CSV as columns of text: nothing is guessed, so that "NA" stays "NA"; empty is null.

    A column in which a value is no text stays bytes: its row is to be set aside, not the whole page.
    """
    data = data.replace(b"\x00", b"")
    if not data.strip():
        return pa.table({})
    header = data.split(b"\n", 1)[0].decode()
    table = csv.read_csv(
        pa.py_buffer(data),
        # One block: a text longer than a block would be refused.
        read_options=csv.ReadOptions(block_size=len(data) + 1),
        parse_options=csv.ParseOptions(newlines_in_values=True),
        convert_options=csv.ConvertOptions(
            column_types={name.strip('"\r'): pa.binary() for name in header.split(",")},
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=True,
        ),
    )
    return pa.table({name: _as_text(table.column(name)) for name in table.column_names})


def _as_text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    try:
        return column.cast(pa.string())
    except pa.ArrowInvalid:
        return column


def _completed(org: Transport, object_name: str, job_id: str, fields: tuple[str, ...]) -> Job:
    """Wait until the job is complete; a job that is not waited for to the end is aborted and deleted."""
    try:
        return _waited(org, object_name, job_id, fields)
    except BaseException:
        _delete(org, job_id, abort=True)
        raise


def _waited(org: Transport, object_name: str, job_id: str, fields: tuple[str, ...]) -> Job:
    wait = FIRST_WAIT
    deadline = time.monotonic() + _LONGEST_JOB_SECONDS
    while time.monotonic() < deadline:
        info = org.get(f"waiting for a bulk query of {object_name}", answers.job, f"jobs/query/{job_id}")
        if info["state"] == "JobComplete":
            return Job(job_id, object_name, info["numberRecordsProcessed"], fields)
        if info["state"] in ("Failed", "Aborted"):
            raise _failure(object_name, info)
        time.sleep(wait)
        wait = min(wait * 1.5, LONGEST_WAIT)
    raise UnavailableError(f"Salesforce's bulk query of {object_name} did not end within two hours.")


def _failure(object_name: str, info: dict[str, Any]) -> LeadwrightError:
    said = brief(info.get("errorMessage") or "no reason given")
    message = f"Salesforce's bulk query of {object_name} ended as {info['state']}: {said}"
    if "INVALID_FIELD" in said or "No such column" in said:
        return SchemaDriftError(
            f"{message} Either the field does not exist or field-level security hides it from the API user."
        )
    if _not_for_bulk(said):
        return RefusedError(message, status=400, code="NOT_FOR_BULK")
    if "LIMIT_EXCEEDED" in said:
        return DailyLimitError(f"{message} Run again later, or raise the org's limit.")
    return UnavailableError(message)


def _not_for_bulk(text: str) -> bool:
    return any(
        sign in text
        for sign in (
            "INVALIDENTITY",
            "NOT_FOR_BULK",
            "not supported by the Bulk API",
            "not supported in Bulk",
        )
    )


def _page_reader(job: Job, place: str) -> Callable[[Salesforce], Mapping[str, Any]]:
    """Reads a page as it came: the SDK's methods give the rows without their count, or fail for one broken text."""

    def read(sf: Salesforce) -> Mapping[str, Any]:
        params = {"maxRecords": _ROWS_PER_PAGE, **({"locator": place} if place else {})}
        address = f"{sf.base_url}jobs/query/{job.id}/results"
        answer = sf._call_salesforce("GET", address, params=params, headers={"Accept": "text/csv"})
        following = answer.headers.get("Sforce-Locator", "")
        return {
            "records": answer.content,
            "number_of_records": int(answer.headers["Sforce-NumberOfRecords"]),
            "locator": "" if following == "null" else following,
        }

    return read


def _delete(org: Transport, job_id: str, *, abort: bool = False) -> None:
    """Tidy up. A job left behind ends by itself after seven days, so a failure here is no failure of the pull."""
    path = f"jobs/query/{job_id}"
    if abort:
        state = {"state": "Aborted"}
        with suppress(LeadwrightError):  # a job that has failed cannot be aborted, but deleted
            org.call("aborting a bulk query", lambda sf: sf.restful(path, method="PATCH", json=state))
    with suppress(LeadwrightError):
        org.call("deleting a bulk query", lambda sf: sf.restful(path, method="DELETE"))


def _miscounted(what: str, promised: int, sent: int) -> UnavailableError:
    return answers.garbled(what, f"{promised} rows promised and {sent} sent")
