"""Merging two records: a new one takes the place of both, and both ids lead to it.

So the service does for every object now; contacts and companies used to keep the primary record's id.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from leadwright_sandbox.hubspot.associations import LinkType
from leadwright_sandbox.hubspot.errors import bad_request, not_found
from leadwright_sandbox.hubspot.objects import ObjectType
from leadwright_sandbox.hubspot.records import Record
from leadwright_sandbox.hubspot.tables import MORE_EMAILS
from leadwright_sandbox.hubspot.values import text

if TYPE_CHECKING:
    from leadwright_sandbox.hubspot.portal import HubSpot

MERGED = "hs_merged_object_ids"
FURTHEST = "lifecyclestage"
ADDED_UP = "num_conversion_events"


def merge(portal: HubSpot, kind: ObjectType, primary_id: str, other_id: str) -> str:
    """Merge two records; return the id of the new one."""
    names = sorted(kind.properties)
    primary, other = (portal.records.get(kind, record_id, names) for record_id in (primary_id, other_id))
    if primary is None or other is None:
        raise not_found()
    if primary.id == other.id:
        raise bad_request("A record cannot be merged with itself")
    gone = [primary.id, other.id]
    values = _values(kind, primary, other)
    with portal.atomic():
        there = portal.records.create_merged(kind, values, gone)
        portal.history.take_over(kind, primary, other, there)
        _move_links(portal, kind, gone, there.id)
        portal.lists.move(kind.type_id, gone, there.id)
    moved = sum(bool(value) and not primary.properties[name] for name, value in other.properties.items())
    portal.merged(kind, gone, there.id, moved)
    return there.id


def _move_links(portal: HubSpot, kind: ObjectType, gone: list[str], there: str) -> None:
    """Give the new record the links of both; of two primary partners the primary record's stays."""
    kept: list[tuple[str, str, LinkType]] = []
    settled: set[LinkType] = set()
    for record_id in gone:
        links = portal.associations.take(kind, record_id)
        primary = {link for _, link in links if link == portal.associations.primary_type(link)}
        kept += [
            (there, to_id, link)
            for to_id, link in links
            if link not in primary & settled and not (link.to_object == kind.name and to_id in gone)
        ]
        settled |= primary
    portal.associations.link(kept)
    if kind.name in ("contacts", "companies"):
        portal.primaries.mirror([there] if kind.name == "contacts" else portal.primaries.holders(there))


def _listed(record: Record) -> list[str]:
    return [part for part in (record.properties[MERGED] or "").split(";") if part]


def _values(kind: ObjectType, primary: Record, other: Record) -> dict[str, str | None]:
    """The new record's values: the primary one's, and where that has none the other's."""
    values = {name: primary.properties[name] or other.properties[name] for name in primary.properties}
    values[kind.created] = min(primary.created_at, other.created_at)
    values[MERGED] = ";".join([*_listed(primary), primary.id, *_listed(other), other.id])
    if FURTHEST in kind.properties:
        places = {choice["value"]: place for place, choice in enumerate(kind.properties[FURTHEST].options)}
        reached = [value for it in (primary, other) if (value := it.properties[FURTHEST])]
        values[FURTHEST] = max(reached, key=lambda stage: places.get(stage, -1), default=None)
    if kind.name == "contacts":
        values |= _contact_values(primary, other)
    return values


def _contact_values(primary: Record, other: Record) -> dict[str, str | None]:
    emails = [it.properties["email"] or "" for it in (primary, other)]
    more = [email for it in (primary, other) for email in (it.properties[MORE_EMAILS] or "").split(";")]
    main = emails[0] or emails[1]
    further = dict.fromkeys(email for email in (*emails, *more) if email and email != main)
    counts = [float(count) for it in (primary, other) if (count := it.properties[ADDED_UP])]
    return {
        "email": main or None,
        "hs_email_domain": main.partition("@")[2] or None,
        MORE_EMAILS: ";".join(further) or None,
        ADDED_UP: text(sum(counts)) if counts else None,
    }
