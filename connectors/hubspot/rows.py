"""HubSpot's records as rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from leadwright.connectors.batches import Row, instant_or_none
from leadwright.connectors.hubspot.answers import Json
from leadwright.connectors.hubspot.shapes import cursor


def rows_of(records: Iterable[Json], object_name: str) -> Iterator[Row]:
    """Records as rows."""
    return (row(record, object_name) for record in records)


def row(record: Mapping[str, Any], object_name: str) -> Row:
    """A record as a row. Archiving counts as a change, though HubSpot leaves the date of the last change alone."""
    column = cursor(object_name)
    properties = record["properties"]
    archived_at = record.get("archivedAt") if record.get("archived") else None
    changed_at = properties.get(column) or record.get("updatedAt")
    if archived_at and (not changed_at or _is_later(archived_at, changed_at)):
        changed_at = archived_at
    record_id = record.get("id")
    return {
        **properties,
        "hs_object_id": record_id if record_id is None else str(record_id),
        "archived": "true" if record.get("archived") else "false",
        "archived_at": archived_at,
        column: changed_at,
    }


def _is_later(one: object, other: object) -> bool:
    """Whether both are moments and `one` is the later one."""
    first, second = instant_or_none(one), instant_or_none(other)
    return bool(first and second and first > second)
