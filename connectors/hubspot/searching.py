"""Searches HubSpot's records: those that changed, how many there are, and those between two ids."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import islice, pairwise
from typing import Any, TypeVar

from leadwright.connectors.base import Section
from leadwright.connectors.batches import Page, Row, instant_or_none, iso, utc
from leadwright.connectors.errors import FatalError
from leadwright.connectors.hubspot import answers
from leadwright.connectors.hubspot.answers import Json
from leadwright.connectors.hubspot.errors import RefusedError
from leadwright.connectors.hubspot.links import of as links_of
from leadwright.connectors.hubspot.rows import rows_of
from leadwright.connectors.hubspot.shapes import cursor
from leadwright.connectors.hubspot.transport import Transport

_SEARCH_PAGE = 200
_LAST = 20
"""Records at a page's end that tell how far it reaches."""

_CHUNK = 1_000
"""Records whose links are asked for at once."""

MOST_KNOWN = 500
"""Dates in one condition: the service says of no limit; a body of some kilobytes it takes."""

_MOST_GROUPS = 5
_MOST_SHOWN = 10_000
_MILLISECOND = timedelta(milliseconds=1)
T = TypeVar("T")


def changed(
    hubspot: Transport,
    object_name: str,
    properties: Sequence[str],
    since: datetime,
    known: Sequence[datetime] = (),
    links: Sequence[str] = (),
) -> Iterator[Page]:
    """Records that are not archived and were changed at or after `since`, each once, without those of `known` dates."""
    wanted = [cursor(object_name), *properties]
    found = (
        row
        for start, end, left_out in _windows(utc(since), known)
        for row in rows_of(_changed(hubspot, object_name, wanted, start, end, left_out), object_name)
    )
    rows = _each_once(found)
    while chunk := list(islice(rows, _CHUNK)):
        yield Page(chunk, {name: list(links_of(hubspot, name, chunk)) for name in links})


def count(hubspot: Transport, object_name: str, section: Section) -> int | None:
    """How many records that are not archived the search counts in `section`; None where it may not count on.

    A search shows no more than 10,000 records. That it counts further is not documented.
    """
    column = cursor(object_name)
    ids = _ids(section)
    groups = [] if section.before is None else [[*ids, _filter(column, "LT", iso(section.before))]]
    groups += [[*ids, _one_of(column, "IN", part)] for part in batched(section.at, MOST_KNOWN)]
    groups = groups or [ids]
    total = 0
    for some in batched(
        [group or [_filter("hs_object_id", "HAS_PROPERTY")] for group in groups], _MOST_GROUPS
    ):
        body = {"filterGroups": [{"filters": group} for group in some], "properties": [], "limit": 1}
        found = int(hubspot.search(f"counting {object_name}", answers.total, object_name, body)["total"])
        if found == _MOST_SHOWN:
            return None
        total += found
    return total


def between(
    hubspot: Transport, object_name: str, properties: Sequence[str], section: Section
) -> Iterator[Row]:
    """The records between the ids of `section` that are not archived."""
    filters = _ids(section) or [_filter("hs_object_id", "HAS_PROPERTY")]
    wanted = [cursor(object_name), *properties]
    yield from rows_of(_by_order_of_id(hubspot, object_name, wanted, filters, section.after_id), object_name)


def _ids(section: Section) -> list[Json]:
    return [
        _filter("hs_object_id", operator, value)
        for operator, value in (("GT", section.after_id), ("LTE", section.up_to_id))
        if value is not None
    ]


def _windows(
    since: datetime, known: Sequence[datetime]
) -> Iterator[tuple[datetime, datetime | None, Sequence[datetime]]]:
    """Stretches of time from `since` on, none of which has more known dates than a search can leave out."""
    parts = list(batched(sorted({_in_milliseconds(utc(moment)) for moment in known}), MOST_KNOWN)) or [()]
    ends = [part[0] for part in parts[1:]]
    yield from zip([since, *ends], [*ends, None], parts, strict=True)


def _changed(
    hubspot: Transport,
    object_name: str,
    properties: Sequence[str],
    since: datetime,
    until: datetime | None = None,
    known: Sequence[datetime] = (),
) -> Iterator[Json]:
    """Records changed from `since` to before `until`, but for those of `known` dates, oldest first; some come twice.

    Each page starts where the one before ended, by time and not by position: a record that changes meanwhile moves
    to the end and would shift the others past a position. So the search's limit of 10,000 positions is never met.
    """
    column = cursor(object_name)
    start = _in_milliseconds(since)
    others = [_filter(column, "LT", iso(until))] if until else []
    others += [_one_of(column, "NOT_IN", known)] if known else []
    while True:
        try:
            page = _search(
                hubspot, object_name, properties, column, [_filter(column, "GTE", iso(start)), *others]
            )
        except RefusedError:
            if not known:
                raise
            # That dates can be left out is in no documentation. What is known then comes again.
            yield from _changed(hubspot, object_name, properties, start, until)
            return
        records = page["results"]
        yield from records
        if not _has_more(object_name, page):
            return
        moments = [moment for record in records if (moment := _changed_at(record, column))]
        if not moments or max(moments) < start:
            raise answers.garbled(_searching(object_name), "records that were not asked for")
        # The search finds a record by the date that it had a while ago and shows the new one. A page's end is where
        # most of its last records are, not where the newest of them is: from there on others would be passed over.
        end = min(moments[-_LAST:])
        if end <= start:
            yield from _of_one_millisecond(hubspot, object_name, properties, start)
            end = start + _MILLISECOND
        start = end


def _of_one_millisecond(
    hubspot: Transport, object_name: str, properties: Sequence[str], moment: datetime
) -> Iterator[Json]:
    """Every record last changed at `moment`, by id. An import changes any number at once."""
    filters = [_filter(cursor(object_name), "EQ", iso(moment))]
    yield from _by_order_of_id(hubspot, object_name, properties, filters)


def _by_order_of_id(
    hubspot: Transport,
    object_name: str,
    properties: Sequence[str],
    filters: list[Json],
    last: str | None = None,
) -> Iterator[Json]:
    """Every record that `filters` let through, those after the id `last`."""
    others = [each for each in filters if (each["propertyName"], each["operator"]) != ("hs_object_id", "GT")]
    while True:
        after = [] if last is None else [_filter("hs_object_id", "GT", last)]
        page = _search(hubspot, object_name, properties, "hs_object_id", [*others, *after])
        records = page["results"]
        ids = [str(record["id"]) for record in records if record.get("id")]
        _require_order(object_name, ids if last is None else [last, *ids])
        yield from records
        if not _has_more(object_name, page):
            return
        if not ids:
            raise answers.garbled(_searching(object_name), "no id on a page before the last")
        last = ids[-1]


def batched(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """`items` in order, `size` at a time."""
    return (items[start : start + size] for start in range(0, len(items), size))


def _has_more(object_name: str, page: Json) -> bool:
    return answers.next_page(_searching(object_name), page) is not None


def _require_order(object_name: str, ids: Sequence[str]) -> None:
    """Going on from the last id is only right while ids come in order, numbers as numbers."""
    if any(place(one) >= place(other) for one, other in pairwise(ids)):
        raise FatalError(
            f"HubSpot's search returned {object_name} out of order, so changed records could be missed. "
            "Read everything instead (a full pull)."
        )


def place(record_id: str) -> tuple[bool, int, str]:
    """What orders ids as HubSpot does: numbers as numbers."""
    number = record_id.isdigit()
    return not number, int(record_id) if number else 0, record_id


def _search(
    hubspot: Transport, object_name: str, properties: Sequence[str], sort: str, filters: list[Json]
) -> Json:
    return hubspot.search(
        _searching(object_name),
        answers.found(_SEARCH_PAGE),
        object_name,
        {
            "filterGroups": [{"filters": filters}],
            "sorts": [{"propertyName": sort, "direction": "ASCENDING"}],
            "properties": list(properties),
            "limit": _SEARCH_PAGE,
        },
    )


def _searching(object_name: str) -> str:
    return f"searching {object_name}"


def _filter(name: str, operator: str, value: str | None = None) -> Json:
    given = {} if value is None else {"value": value}
    return {"propertyName": name, "operator": operator, **given}


def _one_of(name: str, operator: str, moments: Iterable[datetime]) -> Json:
    values = [str(round(moment.timestamp() * 1000)) for moment in moments]
    return {"propertyName": name, "operator": operator, "values": values}


def _changed_at(record: Mapping[str, Any], column: str) -> datetime | None:
    moment = instant_or_none(record["properties"].get(column) or record.get("updatedAt"))
    return moment and _in_milliseconds(moment)


def _each_once(rows: Iterable[Row]) -> Iterator[Row]:
    """Rows but for those of an id that came before; those without an id too."""
    seen: set[str] = set()
    for row in rows:
        record_id = row["hs_object_id"]
        if record_id is None or record_id not in seen:
            yield row
        if record_id is not None:
            seen.add(record_id)


def _in_milliseconds(moment: datetime) -> datetime:
    """`moment` as HubSpot knows it."""
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)
