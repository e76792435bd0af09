"""Makes tasks in Salesforce, none of them twice.

An insert whose answer was lost may have been stored, so none is repeated before Salesforce was asked for our keys, the
recycle bin included: a task that somebody deleted is not made again.

UNVERIFIED: that an org lets a field of activities be unique, which would refuse a second task while the first insert is
still under way. Where it does not, asking is what keeps tasks from being made twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from leadwright.connectors.base import NewTask, Outcome
from leadwright.connectors.batches import iso
from leadwright.connectors.errors import GarbledError
from leadwright.connectors.retry import patiently, until_taken
from leadwright.connectors.salesforce import soql
from leadwright.connectors.salesforce.errors import RefusedError, over_transaction_limit
from leadwright.connectors.salesforce.transport import Transport
from leadwright.connectors.salesforce.writing import HEADERS, error_of, outcome_of
from leadwright.connectors.values import Row

BATCH = 50
"""Tasks in a collection: triggers that break over many rows break over 200, and there are never many tasks."""


def make(org: Transport, object_name: str, tasks: Sequence[NewTask]) -> Iterator[Outcome]:
    """Make those of `tasks` that are not there; yield one outcome each."""
    for start in range(0, len(tasks), BATCH):
        chunk = tasks[start : start + BATCH]
        by_key = {task.key: task for task in chunk}
        rows = [Row(task.key, task.values) for task in chunk]
        yield from until_taken(lambda some: _made(org, object_name, some, by_key), rows)  # noqa: B023


def _made(
    org: Transport, object_name: str, rows: Sequence[Row], tasks: Mapping[str, NewTask]
) -> Iterator[Outcome]:
    """Outcomes of one collection. One that fails on the way is sent again once Salesforce was asked what is there."""
    outcomes, apart = patiently(lambda: _attempt(org, object_name, [tasks[row.record_id] for row in rows]))
    yield from outcomes
    if apart:
        middle = -(-len(apart) // 2)
        yield from _made(org, object_name, apart[:middle], tasks)
        yield from _made(org, object_name, apart[middle:], tasks)


def _attempt(
    org: Transport, object_name: str, tasks: Sequence[NewTask]
) -> tuple[list[Outcome], Sequence[Row]]:
    """Outcomes of one call, and the rows that are to be sent again, fewer at a time."""
    there = _there(org, object_name, tasks)
    outcomes = [Outcome(task.key, "accepted", task.values) for task in tasks if task.key in there]
    left = [task for task in tasks if task.key not in there]
    rows = [Row(task.key, task.values) for task in left]
    if not left:
        return outcomes, ()
    body = {"allOrNone": False, "records": [_record(object_name, task) for task in left]}
    try:
        answers = org.send_once(f"making {object_name}", "POST", "composite/sobjects", body, HEADERS)
    except RefusedError as refusal:
        if len(left) > 1:
            return outcomes, rows
        answers = [{"errors": [{"statusCode": refusal.code, "message": str(refusal)}]}]
    if not isinstance(answers, list) or len(answers) != len(left):
        raise GarbledError(f"Salesforce's answer does not say which tasks it made ({object_name}).")
    if len(left) > 1 and any(over_transaction_limit(error_of(answer)[1]) for answer in answers):
        return outcomes, rows  # what was made is found there
    return [*outcomes, *(_outcome(row, answer) for row, answer in zip(rows, answers, strict=True))], ()


def _there(org: Transport, object_name: str, tasks: Sequence[NewTask]) -> set[str]:
    """The keys of `tasks` that Salesforce has, or had until somebody deleted the task."""
    if not tasks:
        return set()
    name = tasks[0].key_field
    text = soql.select([name], object_name, f" WHERE {name} IN {soql.literals(task.key for task in tasks)}")
    return {str(row[name]) for row in org.rows(f"asking which {object_name} are there", text, deleted=True)}


def _record(object_name: str, task: NewTask) -> dict[str, Any]:
    values = {name: iso(v) if isinstance(v, datetime) else v for name, v in task.values.items()}
    return {"attributes": {"type": object_name}, "WhoId": task.person_id, **values}


def _outcome(row: Row, answer: object) -> Outcome:
    """The outcome of a task. A second one of its key is refused: it is there, and the next try finds it."""
    outcome = outcome_of(row, answer)
    return replace(outcome, status="deferred") if outcome.code == "DUPLICATE_VALUE" else outcome
