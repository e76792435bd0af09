"""What is kept about one person, table by table: the answer to whoever asks for it by law.

It reads the same places that `forgetting` empties, so nothing is kept that this does not show.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from leadwright import warehouse
from leadwright.operate import person, places
from leadwright.operate.person import Person
from leadwright.operate.places import Place
from leadwright.settings import Settings
from leadwright.transform.people import IdColumn

PARTS = {
    "crm": "What the CRMs say, as it was pulled",
    "result": "What was made of it: score with its lines, owner with the reason, touches",
    "log": "What is remembered of earlier runs",
    "note": "What was written to the CRMs, and other notes of runs",
    "working": "Working tables, which each run makes anew from the others",
}
"""Kinds of tables, in the order in which they are told."""

_OF_SCHEMA = {"marts": "result", "memory": "log", "ops": "note"}
_LABELS = {
    "ops.writes": "written to the CRMs",
    "ops.undone": "put back in the CRMs as it was before",
    "ops.retries": "asked to be sent to the CRMs again",
    "ops.set_aside": "records that could not be read",
    "ops.moments": "moments that scores are computed for",
    "ops.identity_links": "records that are probably one person's",
}
_KIND_OF_MODEL = re.compile(r"^(dim|fct|rpt|log|int|stg|sync|unified)_")


@dataclass(frozen=True, slots=True)
class Kept:
    """The rows of one table that are about somebody; `part` is a key of `PARTS`."""

    part: str
    table: str
    label: str
    rows: Sequence[dict[str, Any]]


def access(key: str, settings: Settings, ids: Sequence[IdColumn]) -> tuple[Person, list[Kept]]:
    """The person that `key` names, and every row of every table that is about him.

    Args:
        key: e-mail address of any of his records, lead id, or a CRM's record id.
        settings: say where the warehouse is.
        ids: columns that hold ids of people; see `transform.people`.

    Raises:
        ConfigError: nothing was built yet, nobody has that key, or several have it.
    """
    with person.found(key, settings) as (db, who):
        kept = [_kept(db, place) for place in places.places(db, ids)]
    order = list(PARTS)
    return who, sorted((one for one in kept if one.rows), key=lambda one: (order.index(one.part), one.table))


def _kept(db: warehouse.Connection, place: Place) -> Kept:
    rows = warehouse.rows(db, f"select distinct * from {place.quoted} where {place.condition} order by all")
    is_raw = place.schema.startswith("raw_")
    part = "crm" if is_raw else _OF_SCHEMA.get(place.schema, "working")
    return Kept(part, place.name, _label(place), rows)


def _label(place: Place) -> str:
    """The table in words: `marts.fct_lead_touches` is "lead touches"."""
    if place.schema.startswith("raw_"):
        return f"{place.schema.removeprefix('raw_')} {place.table.replace('_', ' ')}"
    words = _KIND_OF_MODEL.sub("", place.table).replace("__", ": ").replace("_", " ")
    return _LABELS.get(place.name, words)
