"""A population as rows: what one block of leads leaves in both CRMs, and the truth behind it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from leadwright_sandbox.population.model import Row

HUBSPOT_OBJECTS = (
    "owners", "deal_stages", "companies", "contacts", "deals", "emails", "calls", "meetings", "tasks",
    "notes", "history", "forms", "form_submissions", "list_members",
)  # fmt: skip
SALESFORCE_OBJECTS = (
    "UserRole", "User", "Group", "Campaign", "Account", "Contact", "Lead", "Opportunity", "OpportunityContactRole",
    "OpportunityHistory", "CampaignMember", "Task", "Event", "LeadHistory",
)  # fmt: skip


@dataclass(frozen=True)
class Population:
    """Rows by object for both CRMs, links between HubSpot records, and the hidden values of each person."""

    hubspot: dict[str, list[Row]] = field(default_factory=lambda: {name: [] for name in HUBSPOT_OBJECTS})
    hubspot_associations: list[tuple[str, str, str, str]] = field(default_factory=list)
    salesforce: dict[str, list[Row]] = field(
        default_factory=lambda: {name: [] for name in SALESFORCE_OBJECTS}
    )
    truth: list[Row] = field(default_factory=list)

    def extend(self, others: Iterable[Population]) -> None:
        """Add the rows of `others`, in order."""
        for other in others:
            for name, rows in other.hubspot.items():
                self.hubspot[name] += rows
            for name, rows in other.salesforce.items():
                self.salesforce[name] += rows
            self.hubspot_associations.extend(other.hubspot_associations)
            self.truth.extend(other.truth)


def filled(row: Row) -> Row:
    """`row` without the fields that have no value."""
    return {name: value for name, value in row.items() if value is not None}
