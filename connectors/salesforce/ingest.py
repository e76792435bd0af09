"""Bulk 2.0 ingest jobs: thousands of rows in one file, and what became of each read from the job's own files.

A job takes some eight calls however many rows it has, where collections take one for two hundred; but it tells a
refusal in a text of one cell, sends no header that lets a warning of a duplicate rule pass, and gives each trigger two
hundred rows. So what a job did not save is told as such, and goes on in collections.
"""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from simple_salesforce import Salesforce

from leadwright.connectors.base import Outcome, Value
from leadwright.connectors.batches import iso
from leadwright.connectors.errors import LeadwrightError, UnavailableError
from leadwright.connectors.salesforce import answers, bulk
from leadwright.connectors.salesforce.errors import RefusedError
from leadwright.connectors.salesforce.transport import Transport
from leadwright.connectors.values import Row, no_answer

FROM = 2_000
"""Changes from which on a job is used: what Salesforce itself advises, and half the calls of collections."""

ROWS = 5_000
"""The most rows of a job; a run looks between two jobs whether writing is paused."""

LEAST = 1_000
"""Rows from which on one more job is worth its calls: below, collections take fewer (bench_write_jobs.py)."""

CALLS = 8
"""Calls of a job that has ended when it is first asked about: create, upload, close, ask, three files, delete."""

_CLEARED = "#N/A"  # an empty cell leaves the field as it is
_LONGEST_JOB_SECONDS = 2 * 3600.0


@dataclass(frozen=True, slots=True)
class Fates:
    """What a job says of its rows: the ids of those that it saved, and of those that it refused or did not come to."""

    saved: frozenset[str]
    unsaved: frozenset[str]


def save(org: Transport, object_name: str, rows: Sequence[Row]) -> list[Outcome]:
    """Save rows by a job; the outcomes of those that it saved, and of those of which it says nothing.

    Raises:
        LeadwrightError: as `Transport.call` does.
    """
    try:
        job = _uploaded(org, object_name, rows)
    except RefusedError:  # an object or a field that is not for Bulk; nothing was processed
        return []
    try:
        fates = _fates(org, object_name, job)
    except RefusedError:  # the job is gone, with what it knew
        fates = Fates(frozenset(), frozenset())
    saved = [Outcome(row.record_id, "accepted", row.values) for row in rows if row.record_id in fates.saved]
    told = fates.saved | fates.unsaved
    return saved + [no_answer(row, "Salesforce") for row in rows if row.record_id not in told]


def _uploaded(org: Transport, object_name: str, rows: Sequence[Row]) -> str:
    """The id of a job that has the rows and has not begun with them."""
    what = f"updating {object_name} in bulk"
    body = {"object": object_name, "operation": "update", "contentType": "CSV", "lineEnding": "LF"}
    created = org.read(what, answers.job, lambda sf: sf.restful("jobs/ingest", method="POST", json=body))
    job = str(created["id"])
    try:
        org.call(what, _upload(job, _file(rows)))
    except BaseException:
        _set_state(org, what, job, "Aborted")
        raise
    return job


def _file(rows: Sequence[Row]) -> bytes:
    """The rows as CSV; each leaves alone what it has no value for."""
    names = sorted({name for row in rows for name in row.values})
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["Id", *names])
    for row in rows:
        cells = [_cell(row.values[name]) if name in row.values else "" for name in names]
        writer.writerow([row.record_id, *cells])
    return text.getvalue().encode()


def _cell(value: Value) -> str:
    if value is None or value == "":
        return _CLEARED
    if isinstance(value, bool):
        return "true" if value else "false"
    return iso(value) if isinstance(value, datetime) else str(value)


def _upload(job: str, data: bytes) -> Callable[[Salesforce], Any]:
    def send(sf: Salesforce) -> Any:
        address = f"{sf.base_url}jobs/ingest/{job}/batches"
        return sf._call_salesforce("PUT", address, data=data, headers={"Content-Type": "text/csv"})

    return send


def _set_state(org: Transport, what: str, job: str, state: str) -> None:
    """Set a job's state. One that has it already, since an answer was lost, refuses to be set again."""
    with suppress(RefusedError):
        org.call(what, lambda sf: sf.restful(f"jobs/ingest/{job}", method="PATCH", json={"state": state}))


def _wait(org: Transport, what: str, job: str) -> None:
    deadline = time.monotonic() + _LONGEST_JOB_SECONDS
    wait = bulk.FIRST_WAIT
    while time.monotonic() < deadline:
        info = org.get(what, answers.job, f"jobs/ingest/{job}")
        if info["state"] in ("JobComplete", "Failed", "Aborted"):
            return
        time.sleep(wait)
        wait = min(wait * 1.5, bulk.LONGEST_WAIT)
    _set_state(org, what, job, "Aborted")
    raise UnavailableError(f"Salesforce's job did not end within two hours ({what}).")


def _fates(org: Transport, object_name: str, job: str) -> Fates:
    """Let the job work, and read what became of its rows."""
    what = f"updating {object_name} in bulk"
    _set_state(org, what, job, "UploadComplete")
    _wait(org, what, job)
    saved = frozenset(_ids(org, what, job, "successfulResults"))
    unsaved = {*_ids(org, what, job, "failedResults"), *_ids(org, what, job, "unprocessedrecords")}
    with suppress(LeadwrightError):  # a job that is left behind ends by itself after seven days
        org.call("deleting a job", lambda sf: sf.restful(f"jobs/ingest/{job}", method="DELETE"))
    return Fates(saved, frozenset(unsaved) - saved)


def _ids(org: Transport, what: str, job: str, file: str) -> Iterator[str]:
    def read(sf: Salesforce) -> bytes:
        answer = sf._call_salesforce(
            "GET", f"{sf.base_url}jobs/ingest/{job}/{file}", headers={"Accept": "text/csv"}
        )
        return bytes(answer.content)

    yield from org.read(what, _named, read)


def _named(what: str, data: bytes) -> Collection[str]:
    """The ids in one of a job's files."""
    table = bulk.parsed(data)
    if not table.num_rows:
        return []
    if "Id" not in table.column_names:
        raise answers.garbled(what, "a file without the column Id")
    return [str(each) for each in table.column("Id").to_pylist()]
