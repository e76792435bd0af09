"""The workflows of the portal, as the automation API shows them; they are listed and do nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from leadwright_sandbox.hubspot.objects import ObjectType

if TYPE_CHECKING:
    from leadwright_sandbox.hubspot.portal import HubSpot

SCOPE = "automation"


@dataclass(frozen=True, slots=True)
class Flow:
    """A workflow that enrols records in which one of `properties` is known."""

    flow_id: str
    name: str
    kind: ObjectType
    properties: Sequence[str]
    is_enabled: bool = True

    def summary(self, portal: HubSpot) -> dict[str, Any]:
        """As a list shows it."""
        moment = portal.clock.now().isoformat()
        return {
            "id": self.flow_id,
            "isEnabled": self.is_enabled,
            "flowType": "WORKFLOW",
            "objectTypeId": self.kind.type_id,
            "revisionId": "1",
            "name": self.name,
            "createdAt": moment,
            "updatedAt": moment,
        }

    def whole(self, portal: HubSpot) -> dict[str, Any]:
        """With what it enrols by."""
        filters = [
            {
                "property": name,
                "operation": {"operator": "IS_KNOWN", "operationType": "ALL_PROPERTY"},
                "filterType": "PROPERTY",
            }
            for name in self.properties
        ]
        branch = {"filterBranchType": "AND", "filterBranches": [], "filters": filters}
        criteria = {
            "type": "LIST_BASED",
            "shouldReEnroll": False,
            "listFilterBranch": {"filterBranchType": "OR", "filterBranches": [branch], "filters": []},
        }
        return {**self.summary(portal), "actions": [], "enrollmentCriteria": criteria}
