"""Bulk 2.0 ingest jobs, for changes by the ten thousand: one call carries a file where collections would need hundreds.

Three files come back: rows stored, rows refused, and rows that the job never reached. Only the first two are a fate.
"""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Generator, Sequence
from datetime import datetime
from typing import Any

from connectors.base import Outcome, Value
from connectors.batches import iso
from connectors.errors import LeadwrightError, UnavailableError, brief
from connectors.salesforce.bulk import parsed
from connectors.salesforce.errors import PASSING_CODES, RefusedError
from connectors.salesforce.org import Org
from connectors.values import Row

_ROWS_PER_JOB = 50_000  # a file may have 100 MB; ours stay far below
_FIRST_WAIT = 0.2
_LONGEST_WAIT = 5.0
_LONGEST_JOB_SECONDS = 2 * 3600.0
_CLEARED = "#N/A"  # an empty cell would leave the field as it is


def send(org: Org, object_name: str, rows: Sequence[Row]) -> Generator[Outcome, None, list[Row]]:
    """Yield the fates of `rows`; return the rows that have none, to be sent in another way.

    That is safe at any point: a change names the value a field shall have, so sending it twice changes nothing.
    """
    left: list[Row] = []
    for start in range(0, len(rows), _ROWS_PER_JOB):
        left += yield from _job(org, object_name, rows[start : start + _ROWS_PER_JOB])
    return left


def _job(org: Org, object_name: str, rows: Sequence[Row]) -> Generator[Outcome, None, list[Row]]:
    what = f"updating {object_name} in bulk"
    try:
        job_id = _started(org, what, object_name, rows)
    except RefusedError:
        return list(rows)
    _wait(org, what, job_id)
    stored = {row["Id"] for row in _results(org, what, object_name, job_id, "successfulResults")}
    failed = {
        row["Id"]: row["sf__Error"] for row in _results(org, what, object_name, job_id, "failedResults")
    }
    _delete(org, job_id)
    left: list[Row] = []
    for row in rows:
        code, _, rest = (failed.get(row.record_id) or "").partition(":")
        if row.record_id in stored:
            yield Outcome(row.record_id, "accepted", row.values)
        elif code and code not in PASSING_CODES and "UNABLE_TO_LOCK_ROW" not in rest:
            message = brief(rest or code)
            yield Outcome(row.record_id, "rejected", row.values, code=code, message=message)
        else:
            left.append(row)
    return left


def _started(org: Org, what: str, object_name: str, rows: Sequence[Row]) -> str:
    # No assignmentRuleId: without one no assignment rule runs.
    body = {"object": object_name, "operation": "update", "contentType": "CSV", "lineEnding": "LF"}
    created = org.call(what, lambda sf: sf.restful("jobs/ingest", method="POST", json=body))
    job_id = str(created["id"])
    try:
        text = written(rows)
        org.call(what, lambda sf: _client(sf, object_name).upload_job_data(job_id, text))
        _set_state(org, what, job_id, "UploadComplete")
    except BaseException:
        _delete(org, job_id, abort=True)
        raise
    return job_id


def written(rows: Sequence[Row]) -> str:
    """`rows` as CSV. A row that lacks a field has an empty cell there, which leaves the field alone."""
    names = sorted({name for row in rows for name in row.values})
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["Id", *names])
    writer.writerows([row.record_id, *(_cell(row, name) for name in names)] for row in rows)
    return text.getvalue()


def _cell(row: Row, name: str) -> str:
    if name not in row.values:
        return ""
    value: Value = row.values[name]
    if value is None or value == "":
        return _CLEARED
    if isinstance(value, bool):
        return "true" if value else "false"
    return iso(value) if isinstance(value, datetime) else str(value)


def _wait(org: Org, what: str, job_id: str) -> None:
    """Wait for the end. A job that failed as a whole has results too: what it did not reach has none."""
    wait = _FIRST_WAIT
    deadline = time.monotonic() + _LONGEST_JOB_SECONDS
    while time.monotonic() < deadline:
        if org.get(what, f"jobs/ingest/{job_id}")["state"] in ("JobComplete", "Failed", "Aborted"):
            return
        time.sleep(wait)
        wait = min(wait * 1.5, _LONGEST_WAIT)
    raise UnavailableError(f"Salesforce did not end within two hours ({what}).")


def _results(org: Org, what: str, object_name: str, job_id: str, kind: str) -> list[dict[str, Any]]:
    text = org.call(what, lambda sf: _client(sf, object_name).get_ingest_results(job_id, kind))
    return list(parsed(text).to_pylist())


def _client(sf: Any, object_name: str) -> Any:
    # The SDK's public `update` gives counts only, and splits results at any line break, also inside a text.
    return getattr(sf.bulk2, object_name)._client


def _set_state(org: Org, what: str, job_id: str, state: str) -> None:
    org.call(what, lambda sf: sf.restful(f"jobs/ingest/{job_id}", method="PATCH", json={"state": state}))


def _delete(org: Org, job_id: str, *, abort: bool = False) -> None:
    """Tidy up; a job left behind ends by itself after seven days."""
    try:
        if abort:
            _set_state(org, "aborting a bulk update", job_id, "Aborted")
        org.call("deleting a bulk update", lambda sf: sf.restful(f"jobs/ingest/{job_id}", method="DELETE"))
    except LeadwrightError:
        return
