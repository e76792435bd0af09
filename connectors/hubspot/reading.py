"""Reads HubSpot records: all of them from the list, changed ones from the search, archived ones from the list."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from leadwright.connectors.batches import Row, instant_or_none, iso, utc
from leadwright.connectors.errors import FatalError
from leadwright.connectors.hubspot import answers
from leadwright.connectors.hubspot.answers import Json, Promise
from leadwright.connectors.hubspot.shapes import cursor
from leadwright.connectors.hubspot.transport import Transport

_LIST_PAGE = 100
_SEARCH_PAGE = 200
_LAST = 20
"""Records at a page's end that tell how far it reaches."""

_BATCH_READ = 100
# A URL of 8 kB has been refused. Each property costs its name and "&properties=".
_LONGEST_PROPERTY_LIST = 4_000
_MILLISECOND = timedelta(milliseconds=1)


def read(
    hubspot: Transport, object_name: str, properties: Sequence[str], since: datetime | None
) -> Iterator[Row]:
    """Rows changed at or after `since` (None: all), archived ones included."""
    yield from live(hubspot, object_name, properties, since)
    wanted = [cursor(object_name), *properties]
    # Archived records cannot be searched, nor listed by date: the list is read whole and sifted here.
    for row in _listed(hubspot, object_name, wanted, archived=True):
        changed_at = instant_or_none(row[cursor(object_name)])
        if since is None or changed_at is None or changed_at >= utc(since):
            yield row


def live(
    hubspot: Transport, object_name: str, properties: Sequence[str], since: datetime | None
) -> Iterator[Row]:
    """Rows of records that are not archived, changed at or after `since` (None: all)."""
    wanted = [cursor(object_name), *properties]
    if since is None:
        yield from _listed(hubspot, object_name, wanted, archived=False)
    else:
        yield from (_row(r, object_name) for r in _changed(hubspot, object_name, wanted, utc(since)))


def pages(
    what: str, hubspot: Transport, promise: Promise, method: Any, *args: Any, **options: Any
) -> Iterator[Json]:
    """Every page of a paged GET. Only a missing `next` ends it: HubSpot sends short pages in between.

    Raises:
        UnavailableError: a page names a place where an earlier one began, so there would be no end.
    """
    places: list[str | None] = [None]
    while True:
        more = {} if places[-1] is None else {"after": places[-1]}
        page = hubspot.read(what, promise, method, *args, **options, **more)
        yield page
        after = answers.next_page(what, page)
        if after is None:
            return
        if after in places:
            raise answers.repeated(what)
        places.append(after)


def _listed(
    hubspot: Transport, object_name: str, properties: Sequence[str], *, archived: bool
) -> Iterator[Row]:
    what = f"listing {'archived ' if archived else ''}{object_name}"
    too_long = sum(len(name) + len("&properties=") for name in properties) > _LONGEST_PROPERTY_LIST
    asked = [cursor(object_name)] if too_long else list(properties)
    for page in pages(
        what,
        hubspot,
        answers.records,
        hubspot.objects.get_page,
        object_name,
        limit=_LIST_PAGE,
        properties=asked,
        archived=archived,
    ):
        records = page["results"]
        if too_long:
            yield from (_row(record, object_name) for record in records if not record.get("id"))
            ids = [str(record["id"]) for record in records if record.get("id")]
            records = by_id(
                hubspot, object_name, ids, properties, promise=answers.records_of, archived=archived
            )
        yield from (_row(record, object_name) for record in records)


def by_id(
    hubspot: Transport,
    object_name: str,
    ids: Sequence[str],
    properties: Sequence[str],
    *,
    promise: Callable[[Sequence[str]], Promise] = lambda _: answers.identified,
    archived: bool = False,
) -> list[Json]:
    """The records with these ids that exist; the properties travel in the body, however many there are.

    Args:
        promise: what the answer for some of `ids` must hold.
    """
    found: list[Json] = []
    what = f"reading {object_name} by id"
    for start in range(0, len(ids), _BATCH_READ):
        part = ids[start : start + _BATCH_READ]
        body = {
            "properties": list(properties),
            "propertiesWithHistory": [],
            "inputs": [{"id": record_id} for record_id in part],
        }
        answer = hubspot.read(what, promise(part), hubspot.batches.read, object_name, body, archived=archived)
        found += answer["results"]
    return found


def _changed(
    hubspot: Transport, object_name: str, properties: Sequence[str], since: datetime
) -> Iterator[Json]:
    """Records changed at or after `since`, oldest change first; some come twice.

    Each page starts where the one before ended, by time and not by position: a record that changes meanwhile moves
    to the end and would shift the others past a position. So the search's limit of 10,000 positions is never met.
    """
    column = cursor(object_name)
    start = since.replace(microsecond=since.microsecond // 1000 * 1000)  # HubSpot knows no finer time
    while True:
        page = _search(hubspot, object_name, properties, column, [_filter(column, "GTE", iso(start))])
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
    column = cursor(object_name)
    last: str | None = None
    while True:
        filters = [_filter(column, "EQ", iso(moment))]
        if last is not None:
            filters.append(_filter("hs_object_id", "GT", last))
        page = _search(hubspot, object_name, properties, "hs_object_id", filters)
        records = page["results"]
        ids = [str(record["id"]) for record in records if record.get("id")]
        _require_order(object_name, ids if last is None else [last, *ids])
        yield from records
        if not _has_more(object_name, page):
            return
        if not ids:
            raise answers.garbled(_searching(object_name), "no id on a page before the last")
        last = ids[-1]


def _has_more(object_name: str, page: Json) -> bool:
    return answers.next_page(_searching(object_name), page) is not None


def _require_order(object_name: str, ids: Sequence[str]) -> None:
    """Going on from the last id is only right while ids come in order, numbers as numbers."""
    if any(_place(one) >= _place(other) for one, other in pairwise(ids)):
        raise FatalError(
            f"HubSpot's search returned {object_name} out of order, so changed records could be missed. "
            "Read everything instead (a full pull)."
        )


def _place(record_id: str) -> tuple[bool, int, str]:
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


def _filter(name: str, operator: str, value: str) -> Json:
    return {"propertyName": name, "operator": operator, "value": value}


def _changed_at(record: Mapping[str, Any], column: str) -> datetime | None:
    moment = instant_or_none(record["properties"].get(column) or record.get("updatedAt"))
    return moment and moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def _row(record: Mapping[str, Any], object_name: str) -> Row:
    """A record as a row. Archiving counts as a change, though HubSpot leaves the date of the last change alone."""
    column = cursor(object_name)
    properties = record["properties"]
    archived_at = record.get("archivedAt") if record.get("archived") else None
    changed_at = properties.get(column) or record.get("updatedAt")
    changed, archived = instant_or_none(changed_at), instant_or_none(archived_at)
    if archived_at and (not changed_at or (changed and archived and archived > changed)):
        changed_at = archived_at
    record_id = record.get("id")
    return {
        **properties,
        "hs_object_id": record_id if record_id is None else str(record_id),
        "archived": "true" if record.get("archived") else "false",
        "archived_at": archived_at,
        column: changed_at,
    }
