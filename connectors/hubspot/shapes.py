"""The HubSpot objects that can be read, and how."""

from __future__ import annotations

from datetime import timedelta

from leadwright.connectors.base import ObjectShape
from leadwright.connectors.errors import ConfigError

# HubSpot's search shows a change late, usually by seconds; others lost rows that it showed after an hour. What is known
# of these hours is not read again, so that they may be many.
SEARCH_LAG = timedelta(hours=3)

_ARCHIVED = ("archived", "archived_at")
RECORDS = ("contacts", "companies", "deals", "emails", "calls", "meetings", "tasks", "notes")
LINKS = {
    f"{start}_to_{end}": (start, end)
    for start, end in [
        ("contacts", "companies"),
        ("deals", "contacts"),
        ("deals", "companies"),
        ("emails", "contacts"),
        ("calls", "contacts"),
        ("meetings", "contacts"),
        ("tasks", "contacts"),
    ]
}


def cursor(object_name: str) -> str:
    """The property that says when a record last changed. Searching by the other one finds nothing, silently."""
    return "lastmodifieddate" if object_name == "contacts" else "hs_lastmodifieddate"


SHAPES: dict[str, ObjectShape] = {
    **{
        name: ObjectShape(
            key=("hs_object_id",),
            cursor=cursor(name),
            overlap=SEARCH_LAG,
            always=_ARCHIVED,
            deleted="archived",
        )
        for name in RECORDS
    },
    **{
        name: ObjectShape(
            key=("from_id", "to_id"),
            cursor="changed_at",
            overlap=SEARCH_LAG,
            always=("association_type",),
            group=("from_id",),
            comes_with=start,
        )
        for name, (start, _) in LINKS.items()
    },
    "owners": ObjectShape(key=("id",)),
    "deal_stages": ObjectShape(key=("pipeline_id", "stage_id")),
}


def shape(object_name: str) -> ObjectShape:
    """How `object_name` is read. Raises ConfigError where HubSpot has no such object that we know."""
    if object_name not in SHAPES:
        raise ConfigError(
            f"The HubSpot connector cannot read {object_name!r}. It reads: {', '.join(SHAPES)}. "
            "Correct the table's name in the source file of the dbt project."
        )
    return SHAPES[object_name]
