"""Writes changes to HubSpot in batches of 100 and finds out what became of each row.

HubSpot answers a batch in three ways: all stored (200), some stored (207), or none because of one row (4xx). In the
last case the rows that HubSpot names are set aside and the rest is sent again; where it names none, halves are. An
answer that is none of the three says nothing about any row.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from leadwright.connectors.base import Change, Outcome, OutcomeStatus, Value
from leadwright.connectors.batches import instant, iso
from leadwright.connectors.errors import GarbledError
from leadwright.connectors.hubspot.answers import Json
from leadwright.connectors.hubspot.errors import RefusedError
from leadwright.connectors.hubspot.listing import by_id
from leadwright.connectors.hubspot.refusals import Reason, reason
from leadwright.connectors.hubspot.shapes import cursor
from leadwright.connectors.hubspot.transport import Transport
from leadwright.connectors.retry import until_taken
from leadwright.connectors.values import (
    Row,
    Shown,
    after_guard,
    guarded,
    in_order,
    no_answer,
    without_refused,
)

BATCH = 100
# Categories of a single row's error that another try may not meet again.
_PASSING = frozenset({"RATE_LIMITS", "INTERNAL_ERROR", "SERVICE_UNAVAILABLE", "TIMEOUT", "LOCKED"})


def push(hubspot: Transport, object_name: str, changes: Sequence[Change]) -> Iterator[Outcome]:
    """Send `changes`; yield one outcome each."""
    ordered = in_order(changes)
    for start in range(0, len(ordered), BATCH):
        chunk = ordered[start : start + BATCH]
        shown = _shown(hubspot, object_name, chunk)
        rows, skipped = after_guard(chunk, shown, cursor=cursor(object_name))
        yield from skipped
        yield from without_refused(lambda some: _until_taken(hubspot, object_name, some), rows)


def _until_taken(hubspot: Transport, object_name: str, rows: Sequence[Row]) -> Iterator[Outcome]:
    return until_taken(lambda some: _send(hubspot, object_name, some), rows)


def _shown(hubspot: Transport, object_name: str, changes: Sequence[Change]) -> Shown:
    """What HubSpot shows now in the guarded properties. A merged record answers under the id that it got."""
    wanted = [cursor(object_name), *guarded(changes)]
    records = by_id(hubspot, object_name, [change.record_id for change in changes], wanted)
    return {str(record["id"]): record.get("properties") or {} for record in records}


def _send(hubspot: Transport, object_name: str, rows: Sequence[Row]) -> Iterator[Outcome]:
    if not rows:
        return
    try:
        answer = hubspot.call(f"updating {object_name}", hubspot.batches.update, object_name, _body(rows))
    except GarbledError:
        answer = {}
    except RefusedError as refusal:
        yield from _apart(hubspot, object_name, rows, refusal)
        return
    if not (listed(answer, "results") or listed(answer, "errors")):
        yield from (no_answer(row, "HubSpot") for row in rows)
        return
    stored = _stored(answer, rows)
    why = named(listed(answer, "errors"), rows)
    left: list[Row] = []
    for row in rows:
        if row.record_id in stored:
            yield Outcome(
                row.record_id,
                "accepted",
                row.values,
                updated_at=stored[row.record_id],
                changed_before=row.changed_at,
                stored={name: written(value) or None for name, value in row.values.items()},
            )
        elif row.record_id in why:
            yield refused(row, why[row.record_id])
        else:
            left.append(row)
    yield from _without_answer(hubspot, object_name, left, whole=len(left) == len(rows))


def _apart(
    hubspot: Transport, object_name: str, rows: Sequence[Row], refusal: RefusedError
) -> Iterator[Outcome]:
    """Outcomes of a batch that was refused as a whole."""
    why = named(refusal.errors, rows)
    if len(rows) == 1:
        yield refused(rows[0], why.get(rows[0].record_id) or Reason(refusal.code, str(refusal)))
        return
    if why:
        yield from (refused(row, why[row.record_id]) for row in rows if row.record_id in why)
        yield from _send(hubspot, object_name, [row for row in rows if row.record_id not in why])
        return
    yield from _halves(hubspot, object_name, rows)


def _halves(hubspot: Transport, object_name: str, rows: Sequence[Row]) -> Iterator[Outcome]:
    middle = len(rows) // 2
    yield from _send(hubspot, object_name, rows[:middle])
    yield from _send(hubspot, object_name, rows[middle:])


def _without_answer(
    hubspot: Transport, object_name: str, rows: Sequence[Row], *, whole: bool
) -> Iterator[Outcome]:
    """Rows that an answer passes over are sent again, fewer at a time; alone, nobody knows."""
    if not rows:
        return
    if len(rows) == 1 and whole:
        yield no_answer(rows[0], "HubSpot")
    elif whole:
        yield from _halves(hubspot, object_name, rows)
    else:
        yield from _send(hubspot, object_name, rows)


def _body(rows: Sequence[Row]) -> Json:
    return {
        "inputs": [
            {
                "id": row.record_id,
                # With a trace id on every input HubSpot stores the good rows of a batch and names the others.
                "objectWriteTraceId": row.record_id,
                "properties": {name: written(value) for name, value in row.values.items()},
            }
            for row in rows
        ]
    }


def written(value: Value) -> str:
    """`value` as HubSpot takes it; empty text clears a property."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return iso(value)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _stored(answer: Mapping[str, Any], rows: Sequence[Row]) -> dict[str, datetime | None]:
    """When each stored row was stored, by the id that was sent."""
    results = listed(answer, "results")
    if len(rows) == 1 and len(results) == 1:
        # A merged record answers with the id of the record it was merged into.
        return {rows[0].record_id: _updated_at(results[0])}
    return {str(r.get("objectWriteTraceId") or r.get("id")): _updated_at(r) for r in results}


def listed(answer: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """The objects in a list of the answer; none where there is no such list."""
    found = answer.get(name)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _updated_at(result: Mapping[str, Any]) -> datetime | None:
    moment = result.get("updatedAt")
    return instant(str(moment)) if moment else None


def named(errors: Sequence[Mapping[str, Any]], rows: Sequence[Row]) -> dict[str, Reason]:
    """Why each of `rows` was refused that HubSpot's errors name, by its id or its trace id."""
    ours = {row.record_id for row in rows}
    found: dict[str, list[Mapping[str, Any]]] = {}
    for error in errors:
        context = error.get("context") or {}
        names = [n for key in ("ids", "id", "objectWriteTraceId") for n in _as_list(context.get(key))]
        if len(rows) == 1:
            names = list(ours)  # a batch of one needs no name
        for name in ours.intersection(map(str, names)):
            found.setdefault(name, []).append(error)
    return {name: reason(some) for name, some in found.items()}


def _as_list(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def refused(row: Row, why: Reason) -> Outcome:
    """The outcome of a row that HubSpot did not take."""
    status: OutcomeStatus = "deferred" if why.code in _PASSING else "rejected"
    fields = tuple(name for name in why.properties if name in row.values)
    return Outcome(row.record_id, status, row.values, code=why.code, message=why.message, named=fields)
