"""The validation rules that an administrator sets up; the API enforces them from version 2026-09 on.

Earlier versions ignore them. How the refusal is worded is not proved.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from leadwright_sandbox.hubspot.errors import bad_request
from leadwright_sandbox.hubspot.objects import ObjectType
from leadwright_sandbox.hubspot.versions import is_dated

if TYPE_CHECKING:
    from leadwright_sandbox.hubspot.portal import HubSpot

FIRST_VERSION = "2026-09"


@dataclass(frozen=True, slots=True)
class ValidationRule:
    """Property `required` must have a value where the record's properties equal `when`.

    `on_create`: only new records are looked at, as for a property that is required on create.
    """

    object_name: str
    required: str
    when: Mapping[str, str] = field(default_factory=dict)
    on_create: bool = False

    def breaks(self, values: Mapping[str, str | None]) -> bool:
        """Whether a record with these values is refused."""
        concerned = all((values.get(name) or "") == wanted for name, wanted in self.when.items())
        return concerned and not values.get(self.required)


def check(
    portal: HubSpot, version: str, kind: ObjectType, record_id: str | None, properties: Mapping[str, Any]
) -> None:
    """Refuse a write through a version that enforces rules where the record would break one."""
    rules = [rule for rule in portal.rules if rule.object_name == kind.name]
    if not rules or not is_dated(version) or version < FIRST_VERSION:
        return
    before = portal.records.get(kind, record_id, sorted(kind.properties)) if record_id else None
    after = (before.properties if before else {}) | {
        name: str(value if value is not None else "") for name, value in properties.items()
    }
    broken = sorted(
        {rule.required for rule in rules if rule.breaks(after) and not (rule.on_create and before)}
    )
    if broken:
        raise bad_request(
            f"Property validation rules were not met: [{', '.join(broken)}]",
            errors=[
                {
                    "message": f"{name} is required",
                    "code": "CONDITIONALLY_REQUIRED_PROPERTY_MISSING",
                    "context": {"propertyName": [name]},
                }
                for name in broken
            ],
        )
