"""Writes changes to Salesforce as collections of 200 and reads each row's fate."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from connectors.base import Change, Outcome
from connectors.batches import iso
from connectors.errors import UnavailableError, brief
from connectors.salesforce import soql
from connectors.salesforce.errors import PASSING_CODES, RefusedError
from connectors.salesforce.org import Org
from connectors.values import Row, Shown, after_guard, guarded, in_order

_BATCH = 200
_WAITS = (0.3, 1.0, 3.0)  # seconds before the next tries for rows that somebody else holds
_HEADERS = {
    # Without it every update would run the assignment rules and move the lead to another owner.
    "Sforce-Auto-Assign": "FALSE",
    # Duplicate rules that warn would refuse the row; those that block still do.
    "Sforce-Duplicate-Rule-Header": "allowSave=true",
}


def push(org: Org, object_name: str, changes: Sequence[Change]) -> Iterator[Outcome]:
    """Send `changes`; yield one outcome each."""
    ordered = in_order(changes)
    for start in range(0, len(ordered), _BATCH):
        chunk = ordered[start : start + _BATCH]
        kept, skipped = after_guard(chunk, _shown(org, object_name, chunk))
        yield from skipped
        yield from _send(org, object_name, kept)


def _shown(org: Org, object_name: str, changes: Sequence[Change]) -> Shown:
    """What Salesforce shows now in the guarded fields."""
    ids, names = guarded(changes)
    if not ids:
        return {}
    text = soql.select(["Id", *names], object_name, f" WHERE Id IN {soql.literals(ids)}")
    return {row["Id"]: row for row in org.query(f"reading {object_name} before the write", text)}


def _send(org: Org, object_name: str, rows: Sequence[Row]) -> Iterator[Outcome]:
    """Outcomes of `rows`; a row that somebody else holds is sent again a few times."""
    for wait in (*_WAITS, None):
        again: list[Row] = []
        for row, answer in _answers(org, object_name, rows):
            outcome = _outcome(row, answer)
            if wait is not None and _passes(outcome):
                again.append(row)
            else:
                yield outcome
        if not again or wait is None:
            return
        time.sleep(wait * random.uniform(0.7, 1.3))
        rows = again


def _answers(org: Org, object_name: str, rows: Sequence[Row]) -> Iterator[tuple[Row, Mapping[str, Any]]]:
    """Each row with Salesforce's answer; a collection that is refused as a whole is sent by halves."""
    if not rows:
        return
    body = {"allOrNone": False, "records": [_record(object_name, row) for row in rows]}
    try:
        answers = org.call(
            f"updating {object_name}",
            lambda sf: sf.restful("composite/sobjects", method="PATCH", json=body, headers=_HEADERS),
        )
    except RefusedError as refusal:
        if len(rows) == 1:
            yield rows[0], {"errors": [{"statusCode": refusal.code, "message": str(refusal)}]}
            return
        middle = len(rows) // 2
        yield from _answers(org, object_name, rows[:middle])
        yield from _answers(org, object_name, rows[middle:])
        return
    if len(answers or ()) != len(rows):
        raise UnavailableError(
            f"Salesforce answered for {len(answers or ())} of {len(rows)} rows of {object_name}; which ones it "
            "stored shows the next run."
        )
    yield from zip(rows, answers, strict=True)


def _record(object_name: str, row: Row) -> dict[str, Any]:
    values = {name: iso(v) if isinstance(v, datetime) else v for name, v in row.values.items()}
    return {"attributes": {"type": object_name}, "id": row.record_id, **values}


def _outcome(row: Row, answer: Mapping[str, Any]) -> Outcome:
    if answer.get("success"):
        return Outcome(row.record_id, "accepted", row.values)
    error = (answer.get("errors") or [{}])[0]
    code = str(error.get("statusCode") or error.get("errorCode") or "UNKNOWN")
    fields = ", ".join(error.get("fields") or ())
    message = brief(error.get("message") or code) + (f" (fields: {fields})" if fields else "")
    return Outcome(row.record_id, "rejected", row.values, code=code, message=message)


def _passes(outcome: Outcome) -> bool:
    """Whether another try may succeed. A trigger may wrap a lock in a code of its own."""
    return outcome.status == "rejected" and (
        outcome.code in PASSING_CODES or "UNABLE_TO_LOCK_ROW" in (outcome.message or "")
    )
