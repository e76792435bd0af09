"""Pages: which items come behind a cursor, and the link to the next page as the caller addressed the portal."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar
from urllib.parse import urlencode

from leadwright_sandbox.hubspot.calls import Call
from leadwright_sandbox.hubspot.objects import ObjectType
from leadwright_sandbox.hubspot.versions import is_dated

Item = TypeVar("Item")


def place(record_id: str) -> tuple[int, str]:
    """Where an id stands among others: shorter ones, smaller numbers that is, come first."""
    return len(record_id), record_id


def behind(after: str | None, items: Sequence[Item], id_of: Callable[[Item], str]) -> Sequence[Item]:
    """The items, given in the order of their ids, that come behind `after`, be that one still there or not."""
    if not after:
        return items
    return [item for item in items if place(id_of(item)) > place(after)]


def next_page(call: Call, after: str) -> dict[str, Any]:
    """The paging of a page that ends with `after`: its link is the caller's own, with another cursor."""
    kept = [(name, value) for name, value in call.query.multi_items() if name != "after"]
    return {"next": {"after": after, "link": f"{call.address}?{urlencode([*kept, ('after', after)])}"}}


def next_links(
    call: Call, version: str, links: tuple[ObjectType, str, ObjectType | str], after: str
) -> dict[str, Any]:
    """The paging of one record's links in a longer answer: its link leads to a list of them.

    `links`: the record's type, its id, the object linked to. `version`: the one to use where the caller's has no date.
    """
    one, record_id, other = links
    area = f"objects/{call.version}" if is_dated(call.version) else f"{version}/objects"
    path = (
        f"/crm/{area}/{one.name}/{record_id}/associations/{other if isinstance(other, str) else other.name}"
    )
    return {"next": {"after": after, "link": f"{call.site}{path}?{urlencode({'after': after})}"}}
