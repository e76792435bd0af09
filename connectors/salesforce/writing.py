"""Writes changes to Salesforce as collections of 200 and reads each row's fate."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from leadwright.connectors.base import Change, Outcome, OutcomeStatus
from leadwright.connectors.batches import iso
from leadwright.connectors.errors import GarbledError, brief
from leadwright.connectors.retry import until_taken
from leadwright.connectors.salesforce import soql
from leadwright.connectors.salesforce.errors import PASSING_CODES, RefusedError
from leadwright.connectors.salesforce.transport import Transport
from leadwright.connectors.values import Row, after_guard, guarded, in_order, no_answer

_BATCH = 200
_HEADERS = {
    # Without it every update would run the assignment rules and move the lead to another owner.
    "Sforce-Auto-Assign": "FALSE",
    # Duplicate rules that warn would refuse the row; those that block still do.
    "Sforce-Duplicate-Rule-Header": "allowSave=true",
}


def push(org: Transport, object_name: str, changes: Sequence[Change]) -> Iterator[Outcome]:
    """Send `changes`; yield one outcome each."""
    ordered = in_order(changes)
    for start in range(0, len(ordered), _BATCH):
        chunk = ordered[start : start + _BATCH]
        shown = _shown(org, object_name, chunk)
        converted = {i for i, row in shown.items() if row.get("IsConverted")}
        rows, skipped = after_guard(chunk, shown, converted)
        yield from skipped
        yield from until_taken(lambda rows: _send(org, object_name, rows), rows)


def _shown(org: Transport, object_name: str, changes: Sequence[Change]) -> dict[str, dict[str, Any]]:
    """What Salesforce shows now in the guarded fields. Deleted rows, and those that lost a merge, do not come."""
    names = ["Id", *guarded(changes), *(["IsConverted"] if object_name == "Lead" else [])]
    ids = soql.literals([change.record_id for change in changes])
    text = soql.select(names, object_name, f" WHERE Id IN {ids}")
    return {row["Id"]: row for row in org.query(f"reading {object_name} before the write", text)}


def _send(org: Transport, object_name: str, rows: Sequence[Row]) -> Iterator[Outcome]:
    for row, answer in _answers(org, object_name, rows):
        yield _outcome(row, answer)


def _answers(org: Transport, object_name: str, rows: Sequence[Row]) -> Iterator[tuple[Row, object]]:
    """Each row with Salesforce's answer; a collection that is refused as a whole is sent by halves."""
    if not rows:
        return
    body = {"allOrNone": False, "records": [_record(object_name, row) for row in rows]}
    try:
        answers = org.send(f"updating {object_name}", "PATCH", "composite/sobjects", body, _HEADERS)
    except GarbledError:
        answers = None
    except RefusedError as refusal:
        if len(rows) == 1:
            yield rows[0], {"errors": [{"statusCode": refusal.code, "message": str(refusal)}]}
            return
        middle = len(rows) // 2
        yield from _answers(org, object_name, rows[:middle])
        yield from _answers(org, object_name, rows[middle:])
        return
    if not isinstance(answers, list) or len(answers) != len(rows):
        answers = [None] * len(rows)  # which answer is whose, nobody can say
    yield from zip(rows, answers, strict=True)


def _record(object_name: str, row: Row) -> dict[str, Any]:
    values = {name: iso(v) if isinstance(v, datetime) else v for name, v in row.values.items()}
    return {"attributes": {"type": object_name}, "id": row.record_id, **values}


def _outcome(row: Row, answer: object) -> Outcome:
    said = answer if isinstance(answer, Mapping) else {}
    if said.get("success") is True:
        return Outcome(row.record_id, "accepted", row.values)
    errors = said.get("errors")
    if not isinstance(errors, list) or not errors or not isinstance(errors[0], Mapping):
        return no_answer(row, "Salesforce")
    error = errors[0]
    code = str(error.get("statusCode") or error.get("errorCode") or "UNKNOWN")
    fields = ", ".join(error.get("fields") or ())
    message = brief(error.get("message") or code) + (f" (fields: {fields})" if fields else "")
    status: OutcomeStatus = "deferred" if _passes(code, message) else "rejected"
    return Outcome(row.record_id, status, row.values, code=code, message=message)


def _passes(code: str, message: str) -> bool:
    """Whether another try may succeed. A trigger may wrap a lock in a code of its own."""
    return code in PASSING_CODES or "UNABLE_TO_LOCK_ROW" in message
