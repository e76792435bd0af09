"""The Salesforce objects that can be read, and how."""

from __future__ import annotations

from leadwright.connectors.base import ObjectShape
from leadwright.connectors.errors import ConfigError

_RECORDS = (
    "Lead",
    "Contact",
    "Account",
    "Opportunity",
    "OpportunityContactRole",
    "Task",
    "Event",
    "User",
    "Group",
    "Campaign",
    "CampaignMember",
)
_NEVER_DELETED = ("User", "Group")
_HISTORIES = ("LeadHistory", "OpportunityHistory")  # written once, never changed

SHAPES: dict[str, ObjectShape] = {
    **{
        name: ObjectShape(
            key=("Id",), cursor="SystemModstamp", deleted=None if name in _NEVER_DELETED else "IsDeleted"
        )
        for name in _RECORDS
    },
    **{name: ObjectShape(key=("Id",), cursor="CreatedDate") for name in _HISTORIES},
}


def shape(object_name: str) -> ObjectShape:
    """How `object_name` is read. Raises ConfigError where Salesforce has no such object that we know."""
    if object_name not in SHAPES:
        raise ConfigError(
            f"The Salesforce connector cannot read {object_name!r}. It reads: {', '.join(SHAPES)}. "
            "Correct the table's name in the source file of the dbt project."
        )
    return SHAPES[object_name]
