"""Values on their way into a CRM, and whether the CRM already shows them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise

from leadwright.connectors.base import Change, Outcome, Refusal, Value
from leadwright.connectors.batches import instant, instant_or_none, iso, utc

CHANGED_BY_PERSON = "changed_by_person"
MERGED_OR_DELETED = "merged_or_deleted"
CONVERTED = "converted"
NO_ANSWER = "no_answer"
_SKIPPED = {
    CHANGED_BY_PERSON: "Somebody changed the record while this run computed; the CRM's value stays.",
    MERGED_OR_DELETED: (
        "The CRM no longer has a record of this id: it was merged or deleted since the pull. The next run writes to "
        "what it has become."
    ),
    CONVERTED: "The lead was converted since the pull. The next run writes to its contact.",
}


def in_order(changes: Sequence[Change]) -> list[Change]:
    """Changes by record id, so that two runs lock records in the same order. Each record may come once."""
    ordered = sorted(changes, key=lambda change: change.record_id)
    for one, other in pairwise(ordered):
        if one.record_id == other.record_id:
            raise ValueError(f"record {one.record_id} comes twice in one push")
    return ordered


@dataclass(frozen=True, slots=True)
class Row:
    """What is left of a change after the check for a person's edit; and when the record was last changed, if shown."""

    record_id: str
    values: Mapping[str, Value]
    changed_at: datetime | None = None


Shown = Mapping[str, Mapping[str, object]]
"""What a CRM shows now, by the id under which it answered."""


def guarded(changes: Sequence[Change]) -> list[str]:
    """The fields to look at before `changes` go out."""
    return sorted({name for change in changes for name in change.expected if name in change.values})


def after_guard(
    changes: Sequence[Change], shown: Shown, converted: Collection[str] = (), cursor: str | None = None
) -> tuple[list[Row], list[Outcome]]:
    """What of `changes` is to be sent, and the outcomes of those of which nothing is left.

    A record that the CRM does not answer for, or answers for under another id, is left alone: nobody knows what it
    shows, and of two ids that became one, one would overwrite the other.
    """
    rows: list[Row] = []
    skipped: list[Outcome] = []
    for change in changes:
        now = shown.get(change.record_id)
        values = {} if now is None or change.record_id in converted else still_ours(change, now)
        if values:
            changed_at = instant_or_none(now.get(cursor)) if now and cursor else None
            rows.append(Row(change.record_id, values, changed_at))
        else:
            skipped.append(_skipped(change.record_id, _why(change.record_id, shown, converted)))
    return rows, skipped


def _why(record_id: str, shown: Shown, converted: Collection[str]) -> str:
    if record_id not in shown:
        return MERGED_OR_DELETED
    return CONVERTED if record_id in converted else CHANGED_BY_PERSON


def without_refused(
    send: Callable[[Sequence[Row]], Iterable[Outcome]], rows: Sequence[Row]
) -> Iterator[Outcome]:
    """Outcomes of `rows`; where the CRM names the fields that it refuses, the record is sent again without them."""
    refused: dict[str, list[Refusal]] = defaultdict(list)
    while rows:
        by_id = {row.record_id: row for row in rows}
        again: list[Row] = []
        for outcome in send(rows):
            row = by_id[outcome.record_id]
            left = {name: value for name, value in row.values.items() if name not in outcome.named}
            if outcome.status == "rejected" and left and len(left) < len(row.values):
                values = {name: row.values[name] for name in outcome.named}
                refused[row.record_id].append(Refusal(values, outcome.code, outcome.message))
                again.append(replace(row, values=left))
            elif outcome.status == "accepted":
                yield replace(outcome, refused=tuple(refused[row.record_id]))
            else:
                yield outcome
        rows = again


def still_ours(change: Change, shown: Mapping[str, object]) -> dict[str, Value]:
    """The values of `change` without the guarded ones for which the CRM now shows something else.

    What it shows already is no edit: a write whose answer was lost has stored it.
    """
    return {
        name: value
        for name, value in change.values.items()
        if name not in change.expected
        or same(change.expected[name], shown.get(name))
        or same(value, shown.get(name))
    }


def _skipped(record_id: str, code: str) -> Outcome:
    return Outcome(record_id, "skipped", code=code, message=_SKIPPED[code])


def no_answer(row: Row, crm: str) -> Outcome:
    """The outcome of a row for which the answer to its write says nothing."""
    message = f"{crm}'s answer does not say whether it stored the record; the next pull shows it."
    return Outcome(row.record_id, "unknown", row.values, code=NO_ANSWER, message=message)


def same(one: object, other: object) -> bool:
    """Whether two spellings mean the same value; empty text means no value."""
    a, b = _meaning(one), _meaning(other)
    return a == b or (isinstance(a, str) and isinstance(b, str) and _read(a) == _read(b))


def _meaning(value: object) -> str | None:
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return iso(value)
    return str(value)


def _read(text: str) -> object:
    """`text` as number or moment where it is one, so that 5 and 5.0, Z and +0000 are the same."""
    try:
        return float(text)
    except ValueError:
        pass
    try:
        return utc(instant(text))
    except ValueError:
        return text
