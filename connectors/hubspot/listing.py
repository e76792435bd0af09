"""Reads HubSpot's lists of records: all of an object page by page, archived ones, and single ones by their ids."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any

from leadwright.connectors.batches import Page, Row
from leadwright.connectors.hubspot import answers
from leadwright.connectors.hubspot.answers import Json, Promise
from leadwright.connectors.hubspot.links import Listed
from leadwright.connectors.hubspot.rows import row
from leadwright.connectors.hubspot.shapes import LINKS, cursor
from leadwright.connectors.hubspot.transport import Transport

_LIST_PAGE = 100
_BATCH_READ = 100
_LIVE, _ARCHIVED = "live", "archived"
# A URL of 8 kB has been refused. Each property costs its name and "&properties=".
_LONGEST_PROPERTY_LIST = 4_000


def whole(
    hubspot: Transport,
    object_name: str,
    properties: Sequence[str],
    links: Sequence[str] = (),
    place: str | None = None,
) -> Iterator[Page]:
    """All records, archived ones last, page by page.

    Args:
        links: the links that come with them.
        place: of the page after which to go on.
    """
    wanted = [cursor(object_name), *properties]
    state, _, after = (place or "").partition(":")
    if state != _ARCHIVED:
        listed = [Listed(hubspot, name) for name in links]
        for records, rows, following in _listed(hubspot, object_name, wanted, listed, after or None):
            shown = {each.name: each.of(records, rows) for each in listed}
            yield Page(rows, shown, f"{_LIVE}:{following}" if following else f"{_ARCHIVED}:")
        after = ""
    for _, rows, following in _listed(hubspot, object_name, wanted, None, after or None):
        yield Page(rows, {}, f"{_ARCHIVED}:{following}" if following else None)


def archived(hubspot: Transport, object_name: str, properties: Sequence[str]) -> Iterator[Row]:
    """All archived records: they cannot be searched, nor listed by date."""
    wanted = [cursor(object_name), *properties]
    for _, rows, _ in _listed(hubspot, object_name, wanted, None, None):
        yield from rows


def sample(hubspot: Transport, object_name: str, properties: Sequence[str], most: int) -> Iterator[Row]:
    """The first `most` records of the list."""
    pages = _listed(hubspot, object_name, [cursor(object_name), *properties], [], None)
    return islice((row for _, rows, _ in pages for row in rows), most)


def pages(
    what: str,
    hubspot: Transport,
    promise: Promise,
    method: Any,
    *args: Any,
    start: str | None = None,
    **options: Any,
) -> Iterator[Json]:
    """Every page of a paged GET. Only a missing `next` ends it: HubSpot sends short pages in between.

    Args:
        start: where the first page begins; None: at the beginning.

    Raises:
        UnavailableError: a page names a place where an earlier one began, so there would be no end.
    """
    places: list[str | None] = [start]
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
    hubspot: Transport,
    object_name: str,
    properties: Sequence[str],
    links: Sequence[Listed] | None,
    start: str | None,
) -> Iterator[tuple[list[Json], list[Row], str | None]]:
    """Each page of a list as records and as rows, and where the next one begins.

    Args:
        links: what comes along; None: the records are archived, which have none.
    """
    is_archived = links is None
    what = f"listing {'archived ' if is_archived else ''}{object_name}"
    too_long = sum(len(name) + len("&properties=") for name in properties) > _LONGEST_PROPERTY_LIST
    ends = [LINKS[each.name][1] for each in links or ()]
    options = {"associations": ends} if ends else {}
    for page in pages(
        what,
        hubspot,
        answers.linked(ends),
        hubspot.objects.get_page,
        object_name,
        start=start,
        limit=_LIST_PAGE,
        properties=[cursor(object_name)] if too_long else list(properties),
        archived=is_archived,
        **options,
    ):
        records = page["results"]
        rows = [row(record, object_name) for record in records]
        if too_long:
            ids = [str(record["id"]) for record in records if record.get("id")]
            read = by_id(
                hubspot, object_name, ids, properties, promise=answers.records_of, archived=is_archived
            )
            whole = {str(record["id"]): row(record, object_name) for record in read}
            kept = [r for r in records if not r.get("id") or str(r["id"]) in whole]
            rows = [whole[str(r["id"])] if r.get("id") else row(r, object_name) for r in kept]
            records = kept
        yield records, rows, answers.next_page(what, page)


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
