"""Reads which HubSpot records are linked. No link knows when it changed, so it carries its from-record's date, and
all links of a record are read together: a link that is gone is one that is not among them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from leadwright.connectors.batches import Row
from leadwright.connectors.hubspot import answers
from leadwright.connectors.hubspot.answers import Json
from leadwright.connectors.hubspot.reading import live
from leadwright.connectors.hubspot.shapes import LINKS, cursor
from leadwright.connectors.hubspot.transport import Transport

_BATCH = 1_000
NONE = "none"
"""The other record of a record without links: without a row nobody would see that it lost its last one."""


def read(hubspot: Transport, object_name: str, since: datetime | None) -> Iterator[Row]:
    """Links of the from-records that changed at or after `since` (None: of all)."""
    start, end = LINKS[object_name]
    records = (row for row in live(hubspot, start, [], since) if row["hs_object_id"])
    while chunk := list(islice(records, _BATCH)):
        changed_at = {row["hs_object_id"]: row[cursor(start)] for row in chunk}
        for from_id, link in _links(hubspot, start, end, list(changed_at)):
            yield {
                "from_id": from_id,
                "to_id": str(link["toObjectId"]) if link else NONE,
                "association_type": _labels(link),
                "changed_at": changed_at.get(from_id),
            }


def _links(hubspot: Transport, start: str, end: str, ids: Sequence[str]) -> Iterator[tuple[str, Json]]:
    """Links from `ids`; an empty one of a record that has none.

    HubSpot names the records without links among its errors. One that an answer passes over is asked for once more,
    and has none where the next answer passes over it too.
    """
    found = _answered(hubspot, start, end, ids)
    if passed_over := [record_id for record_id in ids if record_id not in found]:
        found |= _answered(hubspot, start, end, passed_over)
    for record_id in ids:
        for link in found.get(record_id) or [{}]:
            yield record_id, link


def _answered(hubspot: Transport, start: str, end: str, ids: Sequence[str]) -> dict[str, list[Json]]:
    """The links of those of `ids` that the answers speak of."""
    what = f"reading links of {start} to {end}"
    found: dict[str, list[Json]] = {}
    places: set[tuple[str, str]] = set()
    inputs: list[Json] = [{"id": record_id} for record_id in ids]
    while inputs:
        promise = answers.links_of([given["id"] for given in inputs])
        answer = hubspot.read(what, promise, hubspot.links.get_page, start, end, {"inputs": inputs})
        found |= {record_id: [] for record_id in _without_links(answer)}
        inputs = []
        for result in answer["results"]:
            from_id = str(result["from"]["id"])
            found.setdefault(from_id, []).extend(result["to"])
            # A record with many links has pages of its own; it is asked again with its own `after`.
            if after := answers.next_page(what, result):
                if (from_id, after) in places:
                    raise answers.repeated(what)
                places.add((from_id, after))
                inputs.append({"id": from_id, "after": after})
    return found


def _without_links(answer: Json) -> Iterator[str]:
    """Records that the answer names as having no link; it leaves them out of its results."""
    for error in answer.get("errors") or []:
        if str(error.get("subCategory") or "").endswith("NO_ASSOCIATIONS_FOUND"):
            yield from map(str, error["context"].get("fromObjectId") or [])


def _labels(link: Mapping[str, Any]) -> str | None:
    """The link's types by category and number, and their labels, which may be spelled in other languages."""
    kinds = link.get("associationTypes") or []
    names = {f"{k.get('category')}:{k.get('typeId')}" for k in kinds} | {
        str(k["label"]) for k in kinds if k.get("label")
    }
    # Without the half characters that an admin's label may hold: all links of a record are one, and none is set aside.
    return ", ".join(sorted(names)).encode("utf-8", "replace").decode() or None
