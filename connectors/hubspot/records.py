"""Reads HubSpot records: all of them from the list, changed ones from the search, archived ones from the list."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from connectors.batches import Row, instant, iso, utc
from connectors.errors import FatalError
from connectors.hubspot.shapes import cursor
from connectors.hubspot.transport import Json, Transport

_LIST_PAGE = 100
_SEARCH_PAGE = 200
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
        if since is None or instant(row[cursor(object_name)]) >= utc(since):
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


def pages(what: str, hubspot: Transport, method: Any, *args: Any, **options: Any) -> Iterator[Json]:
    """Every page of a paged GET. Only a missing `after` ends it: HubSpot sends short pages in between."""
    after: Any = None
    while True:
        more = {} if after is None else {"after": after}
        page = hubspot.call(what, method, *args, **options, **more)
        yield page
        after = next_page(page)
        if after is None:
            return


def next_page(page: Mapping[str, Any]) -> str | None:
    """Where the next page starts; text or number, None at the end."""
    after = ((page.get("paging") or {}).get("next") or {}).get("after")
    return None if after in (None, "") else str(after)


def _listed(
    hubspot: Transport, object_name: str, properties: Sequence[str], *, archived: bool
) -> Iterator[Row]:
    what = f"listing {'archived ' if archived else ''}{object_name}"
    too_long = sum(len(name) + len("&properties=") for name in properties) > _LONGEST_PROPERTY_LIST
    asked = [cursor(object_name)] if too_long else list(properties)
    for page in pages(
        what,
        hubspot,
        hubspot.objects.get_page,
        object_name,
        limit=_LIST_PAGE,
        properties=asked,
        archived=archived,
    ):
        records = page.get("results") or []
        if too_long:
            ids = [record["id"] for record in records]
            records = by_id(hubspot, object_name, ids, properties, archived=archived)
        yield from (_row(record, object_name) for record in records)


def by_id(
    hubspot: Transport,
    object_name: str,
    ids: Sequence[str],
    properties: Sequence[str],
    *,
    archived: bool = False,
) -> list[Json]:
    """The records with these ids that exist; the properties travel in the body, however many there are."""
    found: list[Json] = []
    for start in range(0, len(ids), _BATCH_READ):
        body = {
            "properties": list(properties),
            "propertiesWithHistory": [],
            "inputs": [{"id": record_id} for record_id in ids[start : start + _BATCH_READ]],
        }
        answer = hubspot.call(
            f"reading {object_name} by id", hubspot.batches.read, object_name, body, archived=archived
        )
        found += answer.get("results") or []
    return found


def _changed(
    hubspot: Transport, object_name: str, properties: Sequence[str], since: datetime
) -> Iterator[Json]:
    """Records changed at or after `since`, oldest change first.

    Each page starts where the one before ended, by time and not by position: a record that changes meanwhile moves
    to the end and would shift the others past a position. So the search's limit of 10,000 positions is never met.
    """
    column = cursor(object_name)
    start = since.replace(microsecond=since.microsecond // 1000 * 1000)  # HubSpot knows no finer time
    while True:
        page = _search(hubspot, object_name, properties, column, [_filter(column, "GTE", iso(start))])
        records = page.get("results") or []
        moments = [_changed_at(record, column) for record in records]
        if next_page(page) is None:
            yield from records
            return
        newest = max([start, *moments])
        at_newest = moments.count(newest)
        yield from (record for record, moment in zip(records, moments, strict=True) if moment < newest)
        if newest > start and at_newest <= len(records) / 2:
            start = newest  # the rest of this millisecond comes with the next page
            continue
        yield from _of_one_millisecond(hubspot, object_name, properties, newest)
        start = newest + _MILLISECOND


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
        records = page.get("results") or []
        ids = [str(record["id"]) for record in records]
        _require_order(object_name, ids if last is None else [last, *ids])
        yield from records
        if next_page(page) is None or not ids:
            return
        last = ids[-1]


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
        object_name,
        {
            "filterGroups": [{"filters": filters}],
            "sorts": [{"propertyName": sort, "direction": "ASCENDING"}],
            "properties": list(properties),
            "limit": _SEARCH_PAGE,
        },
    )


def _filter(name: str, operator: str, value: str) -> Json:
    return {"propertyName": name, "operator": operator, "value": value}


def _changed_at(record: Mapping[str, Any], column: str) -> datetime:
    moment = instant((record.get("properties") or {}).get(column) or record["updatedAt"])
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def _row(record: Mapping[str, Any], object_name: str) -> Row:
    """A record as a row. Archiving counts as a change, though HubSpot leaves the date of the last change alone."""
    column = cursor(object_name)
    properties = record.get("properties") or {}
    archived_at = record.get("archivedAt") if record.get("archived") else None
    changed_at = properties.get(column) or record.get("updatedAt")
    if archived_at and (not changed_at or instant(archived_at) > instant(changed_at)):
        changed_at = archived_at
    return {
        **properties,
        "hs_object_id": str(record["id"]),
        "archived": "true" if record.get("archived") else "false",
        "archived_at": archived_at,
        column: changed_at,
    }
