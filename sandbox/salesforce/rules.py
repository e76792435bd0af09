"""What an administrator sets up: assignment, validation and duplicate rules, and tracked fields."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sandbox.salesforce.derived import Values
from sandbox.salesforce.errors import RowError
from sandbox.salesforce.fields import ObjectType
from sandbox.store import quoted

if TYPE_CHECKING:
    from sandbox.salesforce.org import Org


@dataclass(frozen=True)
class AssignmentEntry:
    """One line of the lead assignment rule: leads whose fields equal `criteria` go to `owner_id`."""

    owner_id: str
    criteria: Mapping[str, Any] = field(default_factory=dict)

    def matches(self, values: Mapping[str, Any]) -> bool:
        """Whether a lead with `values` goes to this line's owner (texts compare without case)."""
        return all(_same(values.get(name), wanted) for name, wanted in self.criteria.items())


def _same(value: Any, wanted: Any) -> bool:
    if isinstance(value, str) and isinstance(wanted, str):
        return value.lower() == wanted.lower()
    return bool(value == wanted)


@dataclass(frozen=True)
class ValidationRule:
    """Refuses a record for which `breaks` is true, with the administrator's own message."""

    object_name: str
    breaks: Callable[[Mapping[str, Any]], bool]
    message: str
    error_field: str | None = None


@dataclass(frozen=True)
class DuplicateRule:
    """Refuses, or only reports, a new record that equals another one in `fields`."""

    object_name: str
    fields: tuple[str, ...]
    allow_save: bool  # an alert: the header Sforce-Duplicate-Rule-Header can save all the same


@dataclass
class Rules:
    """The rules in force."""

    assignment_rule_id: str | None = None
    assignment: list[AssignmentEntry] = field(default_factory=list)
    validation: list[ValidationRule] = field(default_factory=list)
    duplicates: list[DuplicateRule] = field(default_factory=list)
    tracked: dict[str, tuple[str, ...]] = field(
        default_factory=lambda: {
            "Lead": ("Status", "OwnerId"),
            "Opportunity": ("StageName", "Amount", "CloseDate", "OwnerId"),
        }
    )

    def clear(self) -> None:
        """Take every assignment, validation and duplicate rule away."""
        self.assignment_rule_id = None
        for rules in (self.assignment, self.validation, self.duplicates):
            rules.clear()

    def assigned_owner(self, values: Mapping[str, Any]) -> str | None:
        """The owner the active rule gives a lead, or None."""
        return next((entry.owner_id for entry in self.assignment if entry.matches(values)), None)

    def validation_of(self, object_name: str) -> Iterable[ValidationRule]:
        """The validation rules of an object."""
        return [rule for rule in self.validation if rule.object_name == object_name]

    def check(self, org: Org, object_type: ObjectType, values: Values, *, save_duplicates: bool) -> None:
        """Refuse a new record that a validation or duplicate rule refuses."""
        self.check_valid(object_type, values)
        for rule in self.duplicates:
            if rule.object_name != object_type.name or (rule.allow_save and save_duplicates):
                continue
            if _has_duplicate(org, object_type, rule, values):
                raise RowError("DUPLICATES_DETECTED", "Use one of these records?")

    def check_valid(self, object_type: ObjectType, values: Values) -> None:
        """Refuse a record that breaks a validation rule."""
        for rule in self.validation_of(object_type.name):
            if rule.breaks(values):
                fields = [rule.error_field] if rule.error_field else []
                raise RowError("FIELD_CUSTOM_VALIDATION_EXCEPTION", rule.message, fields)


def _has_duplicate(org: Org, object_type: ObjectType, rule: DuplicateRule, values: Values) -> bool:
    """Whether a live record has the same values in all the rule's fields."""
    wanted = [values.get(name) for name in rule.fields]
    if any(value is None for value in wanted):
        return False
    same = " and ".join(f"{quoted(name)} = ?" for name in rule.fields)
    sql = f'select 1 from {quoted(object_type.table)} where {same} and not "IsDeleted" limit 1'
    return bool(org.store.rows(sql, wanted))
