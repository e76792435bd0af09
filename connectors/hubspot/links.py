"""Reads which HubSpot records are linked: along with a list of records, or by their ids.

No link knows when it changed, so it carries its from-record's date, and all links of a record are read together: a link
that is gone is one that is not among them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from leadwright.connectors.batches import Row
from leadwright.connectors.hubspot import answers
from leadwright.connectors.hubspot.answers import Json
from leadwright.connectors.hubspot.shapes import LINKS, cursor
from leadwright.connectors.hubspot.transport import Transport

_BATCH = 1_000
NONE = "none"
"""The other record of a record without links: without a row nobody would see that it lost its last one."""

# A list names the types of its links; everything else numbers them.
_NUMBERS = {
    "contact_to_company": 1,
    "contact_to_company_unlabeled": 279,
    "deal_to_contact": 3,
    "deal_to_company": 5,
    "deal_to_company_unlabeled": 341,
    "email_to_contact": 198,
    "call_to_contact": 194,
    "meeting_event_to_contact": 200,
    "meeting_to_contact": 200,
    "task_to_contact": 204,
}


def of(hubspot: Transport, object_name: str, records: Iterable[Row]) -> Iterator[Row]:
    """The links of rows of records, asked for by their ids; rows without an id have none."""
    start, end = LINKS[object_name]
    named = (row for row in records if row["hs_object_id"])
    while chunk := list(islice(named, _BATCH)):
        changed_at = {row["hs_object_id"]: row[cursor(start)] for row in chunk}
        found = _links(hubspot, start, end, list(changed_at))
        for from_id, moment in changed_at.items():
            for link in found.get(from_id) or [{}]:
                yield _row(from_id, str(link["toObjectId"]) if link else NONE, _labels(link), moment)


class Listed:
    """The links of one object that a list of records shows along with them.

    A list that does not show links looks like records without any. So the first records that have links are looked up
    by their ids as well, and where that shows others, all are.
    """

    _TRIES = 5

    def __init__(self, hubspot: Transport, object_name: str) -> None:
        self._hubspot = hubspot
        self.name = self._object = object_name
        self._end = LINKS[object_name][1]
        self._is_shown: bool | None = None
        self._tries = 0

    def of(self, records: Sequence[Json], rows: Sequence[Row]) -> list[Row]:
        """The links of a page of a list, given also as rows."""
        if self._is_shown is False:
            return list(of(self._hubspot, self._object, rows))
        shown = [link for record, row in zip(records, rows, strict=True) for link in self._of(record, row)]
        if self._is_shown is None:
            return self._compared(shown, rows)
        return shown

    def _compared(self, shown: list[Row], rows: Sequence[Row]) -> list[Row]:
        asked = list(of(self._hubspot, self._object, rows))
        linked = _pairs(asked)
        self._tries += 1
        if linked or _pairs(shown):
            self._is_shown = linked == _pairs(shown)
        elif self._tries == self._TRIES:
            self._is_shown = True
        return asked

    def _of(self, record: Json, row: Row) -> Iterator[Row]:
        from_id = row["hs_object_id"]
        if not from_id:
            return
        held = (record.get("associations") or {}).get(self._end) or {}
        if held.get("paging"):  # more than a list shows
            yield from of(self._hubspot, self._object, [row])
            return
        kinds: dict[str, set[str]] = {}
        for link in held.get("results") or ():
            name = str(link.get("type"))
            kind = f"HUBSPOT_DEFINED:{_NUMBERS[name]}" if name in _NUMBERS else name
            kinds.setdefault(str(link["id"]), set()).add(kind)
        moment = row[cursor(LINKS[self._object][0])]
        for to_id, names in (kinds or {NONE: set()}).items():
            yield _row(from_id, to_id, _joined(names), moment)


def _pairs(links: Iterable[Row]) -> set[tuple[str, str]]:
    return {(link["from_id"], link["to_id"]) for link in links if link["to_id"] != NONE}


def _row(from_id: str, to_id: str, kinds: str | None, moment: object) -> Row:
    return {"from_id": from_id, "to_id": to_id, "association_type": kinds, "changed_at": moment}


def _links(hubspot: Transport, start: str, end: str, ids: Sequence[str]) -> dict[str, list[Json]]:
    """Links from `ids`.

    HubSpot names the records without links among its errors. One that an answer passes over is asked for once more,
    and has none where the next answer passes over it too.
    """
    found = _answered(hubspot, start, end, ids)
    if passed_over := [record_id for record_id in ids if record_id not in found]:
        found |= _answered(hubspot, start, end, passed_over)
    return found


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
    return _joined(names)


def _joined(names: Iterable[str]) -> str | None:
    # Without the half characters that an admin's label may hold: all links of a record are one, and none is set aside.
    return ", ".join(sorted(names)).encode("utf-8", "replace").decode() or None
