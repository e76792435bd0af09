"""Writes changes to Salesforce as collections of 200, or fewer where triggers break, and reads each row's fate.

Thousands that set no owner go by jobs instead. Between a look at the owner and the turn of a job lie minutes, in which
a person may have set another one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from math import ceil
from typing import Any

from leadwright.connectors.base import Change, Outcome, OutcomeStatus
from leadwright.connectors.batches import iso
from leadwright.connectors.errors import GarbledError, SchemaDriftError, brief
from leadwright.connectors.retry import until_taken
from leadwright.connectors.salesforce import ingest, soql
from leadwright.connectors.salesforce.errors import PASSING_CODES, RefusedError, over_transaction_limit
from leadwright.connectors.salesforce.rights import require_writable
from leadwright.connectors.salesforce.transport import Transport
from leadwright.connectors.values import Row, after_guard, guarded, in_order, no_answer, without_refused

BATCH = 200
HEADERS = {
    # Without it every update would run the assignment rules and move the lead to another owner.
    "Sforce-Auto-Assign": "FALSE",
    # Duplicate rules that warn would refuse the row; those that block still do.
    "Sforce-Duplicate-Rule-Header": "allowSave=true",
}


# What a row is told where the user may not write it. It may be one row that is not shared with him, or all.
_RIGHTS = frozenset(
    {"INSUFFICIENT_ACCESS", "INSUFFICIENT_ACCESS_OR_READONLY", "INVALID_FIELD_FOR_INSERT_UPDATE"}
)

# Codes that mean that the new owner cannot have the record, or is none; he is the only record that we write to another.
_OF_OWNER = frozenset({"INACTIVE_OWNER_OR_USER", "INVALID_CROSS_REFERENCE_KEY", "TRANSFER_REQUIRES_READ"})

_ENOUGH_ALONE = 10
"""Rows that break a trigger by themselves, one after the other, from which on it breaks over whatever it is given."""


class Sizes:
    """How many rows of an object go into a collection; kept by a connector, so that no wall is run into twice.

    A trigger may break over the 200 rows that a collection can have, because they share its CPU time, its queries and
    its future calls (50 of these: one for each row is a common slip). So 50 comes next, and 10 bears nearly every
    trigger (people report 12 and 70). Steps in between would cost more calls that break than they save.
    """

    _LADDER = (200, 50, 10, 1)

    def __init__(self) -> None:
        self._largest: dict[str, int] = {}
        self._hopeless: set[str] = set()

    def of(self, object_name: str) -> Sequence[int]:
        """The sizes to try, one after the other."""
        largest = self._largest.get(object_name, self._LADDER[0])
        sizes = [size for size in self._LADDER if size <= largest]
        return sizes[:1] if object_name in self._hopeless else sizes

    def note(self, object_name: str, passed: Collection[int], broken: Sequence[int], alone: int) -> None:
        """Learn from the collections that some 200 rows were sent in.

        Where nothing passes, what follows is sent once and not in pieces, until something is taken.

        Args:
            passed: sizes at which a collection passed. The largest is kept, also where others of its size broke.
            broken: how many rows each collection had that broke, without those in which a row breaks it by itself:
                they say nothing of sizes, and must not send all that follow one by one.
            alone: how many rows broke by themselves.
        """
        if passed and broken:
            self._largest[object_name] = max(passed)
        if passed:
            self._hopeless.discard(object_name)
        elif alone >= _ENOUGH_ALONE:
            self._hopeless.add(object_name)


def push(
    org: Transport, object_name: str, changes: Sequence[Change], sizes: Sizes | None = None
) -> Iterator[Outcome]:
    """Send `changes`; yield one outcome each.

    Args:
        sizes: what earlier pushes learnt about the org's triggers.

    Raises:
        AuthError: the API user may not, or not any more, read or change the object or one of its fields.
    """
    try:
        known = sizes or Sizes()
        for load in _loads(in_order(changes)):
            yield from _sent(org, object_name, load, known)
    except SchemaDriftError:
        _require_rights(org, object_name, changes)  # says what is missing by now, where that is it
        raise


@dataclass(frozen=True, slots=True)
class _Load:
    """Changes that go out one after the other, and those of them that go by one job."""

    changes: Sequence[Change]
    by_job: Sequence[Change] = ()


def _loads(ordered: Sequence[Change]) -> Iterator[_Load]:
    """How changes that are pushed together go out."""
    if len(ordered) < ingest.FROM:
        yield _Load(ordered)
        return
    for start in range(0, len(ordered), ingest.ROWS):
        chunk = ordered[start : start + ingest.ROWS]
        free = [change for change in chunk if not guarded([change])]
        yield _Load(chunk, free if len(free) >= ingest.LEAST else ())


def at_a_time(records: int) -> int:
    """How many of so many changes are pushed together: what a job takes, where there are enough for one."""
    return ingest.ROWS if records >= ingest.FROM else BATCH


@dataclass(frozen=True, slots=True)
class Effort:
    """What a write takes where nothing goes wrong.

    Attributes:
        job_batches: of two hundred records or fewer, in which Salesforce saves the rows of jobs.
    """

    calls: int
    job_batches: int


def effort(changes: Sequence[Change]) -> Effort:
    """What a run takes to send `changes`, pushed as many at a time as `at_a_time` says."""
    size = at_a_time(len(changes))
    loads = [load for start in range(0, len(changes), size) for load in _loads(changes[start : start + size])]
    jobs = [len(load.by_job) for load in loads if load.by_job]
    collections = sum(ceil((len(load.changes) - len(load.by_job)) / BATCH) for load in loads)
    return Effort(ingest.CALLS * len(jobs) + 2 * collections, sum(ceil(rows / BATCH) for rows in jobs))


def _sent(org: Transport, object_name: str, load: _Load, sizes: Sizes) -> Iterator[Outcome]:
    """Outcomes of a load; what a job did not save goes on as all others do, and is told in their words."""
    told: set[str] = set()
    if load.by_job:
        rows = [Row(change.record_id, change.values) for change in load.by_job]
        outcomes = ingest.save(org, object_name, rows)
        yield from outcomes
        told = {outcome.record_id for outcome in outcomes}
    left = [change for change in load.changes if change.record_id not in told]
    yield from _pushed(org, object_name, left, sizes)


def _pushed(org: Transport, object_name: str, ordered: Sequence[Change], sizes: Sizes) -> Iterator[Outcome]:
    for start in range(0, len(ordered), BATCH):
        chunk = ordered[start : start + BATCH]
        shown = _shown(org, object_name, chunk)
        converted = {i for i, row in shown.items() if row.get("IsConverted")}
        rows, skipped = after_guard(chunk, shown, converted)
        yield from skipped
        yield from without_refused(lambda some: _until_taken(org, object_name, some, sizes), rows)


def _until_taken(org: Transport, object_name: str, rows: Sequence[Row], sizes: Sizes) -> Iterator[Outcome]:
    return until_taken(lambda some: _send(org, object_name, some, sizes), rows)


def _shown(org: Transport, object_name: str, changes: Sequence[Change]) -> dict[str, dict[str, Any]]:
    """What Salesforce shows now in the guarded fields. Deleted rows, and those that lost a merge, do not come."""
    names = ["Id", *guarded(changes), *(["IsConverted"] if object_name == "Lead" else [])]
    ids = soql.literals([change.record_id for change in changes])
    text = soql.select(names, object_name, f" WHERE Id IN {ids}")
    return {row["Id"]: row for row in org.query(f"reading {object_name} before the write", text)}


def _send(org: Transport, object_name: str, rows: Sequence[Row], sizes: Sizes) -> Iterator[Outcome]:
    """Outcomes of `rows`; those over which a trigger broke together are sent again, fewer at a time.

    At most 225 calls for 200 rows, and that once: 1, 4 and 20 that break, and each row by itself.
    """
    said: dict[str, object] = {}  # what each row that broke a trigger was told last
    passed: set[int] = set()
    fallen: list[list[str]] = []  # the collections that broke
    waiting, largest_broken, alone = list(rows), BATCH + 1, 0
    for size, smaller in pairwise((*sizes.of(object_name), 0)):
        if size >= largest_broken:
            continue
        broken: list[Row] = []
        largest_broken = 0
        for piece in _pieces(waiting, size):
            if not passed and alone >= _ENOUGH_ALONE:
                broken += piece
                continue
            answers = list(_answers(org, object_name, piece))
            if all(error_of(answer)[0] in _RIGHTS for _, answer in answers):
                _require_rights(org, object_name, piece)
            unsaved = {row.record_id: answer for row, answer in answers if _breaks_trigger(answer)}
            yield from (outcome_of(row, answer) for row, answer in answers if row.record_id not in unsaved)
            said |= unsaved
            broken += [row for row in piece if row.record_id in unsaved]
            if unsaved:
                fallen.append([row.record_id for row in piece])
                largest_broken = max(largest_broken, len(piece))
                alone += len(piece) == 1
            elif len(piece) > smaller:
                passed.add(size)
        waiting = broken
    rejected = {row.record_id for row in waiting}
    sizes.note(object_name, passed, [len(ids) for ids in fallen if rejected.isdisjoint(ids)], alone)
    yield from (outcome_of(row, said[row.record_id]) for row in waiting)


def _require_rights(org: Transport, object_name: str, rows: Sequence[Change | Row]) -> None:
    """Raise AuthError where rows are refused because the user may not write them: that is no fault of each record."""
    require_writable(org, object_name, sorted({name for row in rows for name in row.values}))


def _pieces(rows: Sequence[Row], size: int) -> Iterator[Sequence[Row]]:
    return (rows[start : start + size] for start in range(0, len(rows), size))


def _answers(org: Transport, object_name: str, rows: Sequence[Row]) -> Iterator[tuple[Row, object]]:
    """Each row with Salesforce's answer; a collection that is refused as a whole for a row in it is sent by halves."""
    if not rows:
        return
    body = {"allOrNone": False, "records": [_record(object_name, row) for row in rows]}
    try:
        answers = org.send(f"updating {object_name}", "PATCH", "composite/sobjects", body, HEADERS)
    except GarbledError:
        answers = None
    except RefusedError as refusal:
        if len(rows) == 1 or over_transaction_limit(str(refusal)):
            said = {"errors": [{"statusCode": refusal.code, "message": str(refusal)}]}
            yield from ((row, said) for row in rows)
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


def outcome_of(row: Row, answer: object) -> Outcome:
    """The outcome of a row for which Salesforce gave this answer."""
    if isinstance(answer, Mapping) and answer.get("success") is True:
        return Outcome(row.record_id, "accepted", row.values)
    code, message = error_of(answer)
    if not code:
        return no_answer(row, "Salesforce")
    status: OutcomeStatus = "deferred" if passes(code, message) else "rejected"
    named = tuple(name for name in _fields(answer) if name in row.values)
    return Outcome(row.record_id, status, row.values, code=code, message=message, named=named)


def error_of(answer: object) -> tuple[str, str]:
    """Code and message of a row's first error; empty where the answer has none."""
    errors = answer.get("errors") if isinstance(answer, Mapping) else None
    if not isinstance(errors, list) or not errors or not isinstance(errors[0], Mapping):
        return "", ""
    error = errors[0]
    code = str(error.get("statusCode") or error.get("errorCode") or "UNKNOWN")
    fields = ", ".join(error.get("fields") or ())
    return code, brief(error.get("message") or code) + (f" (fields: {fields})" if fields else "")


def _fields(answer: object) -> list[str]:
    """The fields that a row's errors name; of a refused owner Salesforce names none."""
    errors = answer.get("errors") if isinstance(answer, Mapping) else None
    named: dict[str, None] = {}
    for error in errors or ():
        if isinstance(error, Mapping):
            named |= dict.fromkeys(map(str, error.get("fields") or ()))
            if error.get("statusCode") in _OF_OWNER:
                named["OwnerId"] = None
    return list(named)


def _breaks_trigger(answer: object) -> bool:
    """Whether a row was refused because all of its call together were too much. A lock that a trigger met is a lock."""
    code, message = error_of(answer)
    return over_transaction_limit(message) and not passes(code, message)


def passes(code: str, message: str) -> bool:
    """Whether another try may succeed. A trigger may wrap a lock in a code of its own."""
    return code in PASSING_CODES or "UNABLE_TO_LOCK_ROW" in message
