"""Values on their way into a CRM, and whether the CRM already shows them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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


def still_ours(change: Change, shown: Mapping[str, object]) -> dict[str, Value]:
    """The values of `change` without the guarded ones for which the CRM now shows something else."""
    return {
        name: value
        for name, value in change.values.items()
        if name not in change.expected or same(change.expected[name], shown.get(name))
    }


def skipped(change: Change) -> Outcome:
    """The outcome of a change of which nothing is left to send."""
    return Outcome(
        change.record_id,
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
