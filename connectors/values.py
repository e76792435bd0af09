"""Values on their way into a CRM, and whether the CRM already shows them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from connectors.base import Change, Outcome, Value
from connectors.batches import instant, iso, utc

CHANGED_BY_PERSON = "changed_by_person"


def in_order(changes: Sequence[Change]) -> list[Change]:
    """Changes by record id, so that two runs lock records in the same order. Each record may come once."""
    ordered = sorted(changes, key=lambda change: change.record_id)
    for one, other in pairwise(ordered):
        if one.record_id == other.record_id:
            raise ValueError(f"record {one.record_id} comes twice in one push")
    return ordered


@dataclass(frozen=True, slots=True)
class Row:
    """What is left of a change after the check for a person's edit."""

    record_id: str
    values: Mapping[str, Value]


Shown = Mapping[str, Mapping[str, object]]
"""What a CRM shows now, by record id."""


def guarded(changes: Sequence[Change]) -> tuple[list[str], list[str]]:
    """The records and the fields to look at before `changes` go out."""
    names = {c.record_id: [n for n in c.expected if n in c.values] for c in changes}
    return [i for i, found in names.items() if found], sorted({n for found in names.values() for n in found})


def after_guard(changes: Sequence[Change], shown: Shown) -> tuple[list[Row], list[Outcome]]:
    """What of `changes` is to be sent, and the outcomes of those of which nothing is left."""
    rows = [Row(change.record_id, still_ours(change, shown.get(change.record_id, {}))) for change in changes]
    return [row for row in rows if row.values], [_skipped(row) for row in rows if not row.values]


def still_ours(change: Change, shown: Mapping[str, object]) -> dict[str, Value]:
    """The values of `change` without the guarded ones for which the CRM now shows something else."""
    return {
        name: value
        for name, value in change.values.items()
        if name not in change.expected or same(change.expected[name], shown.get(name))
    }


def _skipped(row: Row) -> Outcome:
    return Outcome(
        row.record_id,
        "skipped",
        code=CHANGED_BY_PERSON,
        message="Somebody changed the record while this run computed; the CRM's value stays.",
    )


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
