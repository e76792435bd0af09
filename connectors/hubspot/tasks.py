"""Makes tasks in HubSpot, none of them twice.

The property with our key is unique, so HubSpot refuses a second task of one key whatever became of the answer to the
first call: a call may be repeated. Which tasks are there is asked before anything is sent, and of all that an answer
does not name as stored.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from leadwright.connectors.base import NewTask, Outcome
from leadwright.connectors.errors import GarbledError
from leadwright.connectors.hubspot import answers
from leadwright.connectors.hubspot.answers import Json
from leadwright.connectors.hubspot.errors import RefusedError
from leadwright.connectors.hubspot.refusals import Reason
from leadwright.connectors.hubspot.transport import Transport
from leadwright.connectors.hubspot.writing import BATCH, listed, named, refused, written
from leadwright.connectors.retry import until_taken
from leadwright.connectors.values import Row, no_answer

_TO_CONTACT = 204
"""HubSpot's own type of the link from a task to a contact."""


def make(hubspot: Transport, object_name: str, tasks: Sequence[NewTask]) -> Iterator[Outcome]:
    """Make those of `tasks` that are not there; yield one outcome each."""
    for start in range(0, len(tasks), BATCH):
        chunk = tasks[start : start + BATCH]
        by_key = {task.key: task for task in chunk}
        there = _there(hubspot, object_name, chunk)
        yield from (Outcome(task.key, "accepted", task.values) for task in chunk if task.key in there)
        rows = [Row(task.key, task.values) for task in chunk if task.key not in there]
        yield from until_taken(lambda some: _send(hubspot, object_name, some, by_key), rows)  # noqa: B023


def _there(hubspot: Transport, object_name: str, tasks: Sequence[NewTask]) -> set[str]:
    """The keys of `tasks` that HubSpot has."""
    if not tasks:
        return set()
    name = tasks[0].key_field
    body = {
        "properties": [name],
        "propertiesWithHistory": [],
        "idProperty": name,
        "inputs": [{"id": task.key} for task in tasks],
    }
    what = f"asking which {object_name} are there"
    answer = hubspot.read(what, answers.keyed(name), hubspot.batches.read, object_name, body, archived=False)
    return {str(record["properties"][name]) for record in answer["results"]}


def _send(
    hubspot: Transport, object_name: str, rows: Sequence[Row], tasks: Mapping[str, NewTask]
) -> Iterator[Outcome]:
    """Outcomes of one call; of what it does not name as made HubSpot is asked, and the rest sent by halves."""
    if not rows:
        return
    refusal: RefusedError | None = None
    answer: Json = {}
    try:
        body = {"inputs": [_input(row, tasks[row.record_id]) for row in rows]}
        answer = hubspot.call(f"making {object_name}", hubspot.batches.create, object_name, body)
    except GarbledError:
        pass  # what was made, HubSpot is asked below
    except RefusedError as error:
        refusal = error
    made = {_key(result, tasks) for result in listed(answer, "results")}
    if not made.issuperset(row.record_id for row in rows):
        made |= _there(hubspot, object_name, [tasks[row.record_id] for row in rows])
    yield from (Outcome(row.record_id, "accepted", row.values) for row in rows if row.record_id in made)
    left = [row for row in rows if row.record_id not in made]
    why = named(refusal.errors if refusal else listed(answer, "errors"), left)
    if refusal and len(rows) == 1:
        why = {row.record_id: why.get(row.record_id) or Reason(refusal.code, str(refusal)) for row in left}
    yield from (refused(row, why[row.record_id]) for row in left if row.record_id in why)
    left = [row for row in left if row.record_id not in why]
    if len(rows) == 1:
        yield from (no_answer(row, "HubSpot") for row in left)
        return
    middle = -(-len(left) // 2)
    yield from _send(hubspot, object_name, left[:middle], tasks)
    yield from _send(hubspot, object_name, left[middle:], tasks)


def _input(row: Row, task: NewTask) -> Json:
    kind = {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": _TO_CONTACT}
    return {
        "objectWriteTraceId": row.record_id,
        "properties": {name: written(value) for name, value in row.values.items()},
        "associations": [{"to": {"id": task.person_id}, "types": [kind]}],
    }


def _key(result: Mapping[str, Any], tasks: Mapping[str, NewTask]) -> str:
    """The key of a task that was made: HubSpot shows it, and may show our name for the input besides."""
    field = next(iter(tasks.values())).key_field
    return str((result.get("properties") or {}).get(field) or result.get("objectWriteTraceId"))
