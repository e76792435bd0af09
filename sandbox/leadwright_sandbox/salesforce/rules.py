"""What an administrator sets up: assignment, validation and duplicate rules, triggers, and tracked fields."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from leadwright_sandbox.salesforce.derived import Values
from leadwright_sandbox.salesforce.errors import RowError
from leadwright_sandbox.salesforce.fields import ObjectType
from leadwright_sandbox.store import Row, quoted

if TYPE_CHECKING:
    from leadwright_sandbox.salesforce.org import Org
    from leadwright_sandbox.salesforce.records import Options


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
    """Refuses, or only reports, a record that is made equal to another one in `fields`."""

    object_name: str
    fields: tuple[str, ...]
    allow_save: bool  # an alert: the header Sforce-Duplicate-Rule-Header can save all the same


@dataclass(frozen=True)
class BreakingTrigger:
    """An Apex trigger that exceeds a limit of its transaction: then no record of the object in the call is saved.

    It does so for more than `most` records of a call (None: never for their number), and for one that equals `when`
    (None: for none). With a `status` the call is refused as a whole, else each of its records.
    """

    object_name: str
    most: int | None = None
    when: AssignmentEntry | None = None
    status: int | None = None

    CODE = "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY"

    @property
    def message(self) -> str:
        """What the service says of it."""
        return f"{self.object_name}Trigger: System.LimitException: Apex CPU time limit exceeded"

    def breaks(self, records: Sequence[Mapping[str, Any]]) -> bool:
        """Whether it exceeds its limit over `records`, which are saved in one transaction."""
        too_many = self.most is not None and len(records) > self.most
        return too_many or (self.when is not None and any(map(self.when.matches, records)))


@dataclass
class Rules:
    """The rules in force."""

    assignment_rule_id: str | None = None
    assignment: list[AssignmentEntry] = field(default_factory=list)
    validation: list[ValidationRule] = field(default_factory=list)
    duplicates: list[DuplicateRule] = field(default_factory=list)
    triggers: list[BreakingTrigger] = field(default_factory=list)
    tracked: dict[str, tuple[str, ...]] = field(
        default_factory=lambda: {
            "Lead": ("Status", "OwnerId"),
            "Opportunity": ("StageName", "Amount", "CloseDate", "OwnerId"),
        }
    )

    def clear(self) -> None:
        """Take every assignment, validation and duplicate rule and every trigger away."""
        self.assignment_rule_id = None
        for rules in (self.assignment, self.validation, self.duplicates, self.triggers):
            rules.clear()

    def assigned_owner(self, values: Mapping[str, Any]) -> str | None:
        """The owner the active rule gives a lead, or None."""
        return next((entry.owner_id for entry in self.assignment if entry.matches(values)), None)

    def broken(self, records: Mapping[str, Sequence[Mapping[str, Any]]]) -> dict[str, BreakingTrigger]:
        """The triggers that break over a call's records (object -> its records), by object."""
        return {
            each.object_name: each
            for each in self.triggers
            if each.object_name in records and each.breaks(records[each.object_name])
        }

    def check(
        self, org: Org, object_type: ObjectType, before: Row | None, after: Values, options: Options
    ) -> None:
        """Refuse a record that a validation or duplicate rule refuses; `before` is what an update changes."""
        for rule in self.validation:
            if rule.object_name == object_type.name and rule.breaks(after):
                fields = [rule.error_field] if rule.error_field else []
                raise RowError("FIELD_CUSTOM_VALIDATION_EXCEPTION", rule.message, fields)
        for duplicate in self.duplicates:
            if duplicate.object_name == object_type.name and not (
                duplicate.allow_save and options.save_duplicates
            ):
                _check_duplicates(org, object_type, duplicate, before, after, options)


def _check_duplicates(
    org: Org,
    object_type: ObjectType,
    rule: DuplicateRule,
    before: Row | None,
    after: Values,
    options: Options,
) -> None:
    """Refuse a record for which live records have the same values in all the rule's fields."""
    wanted = [after.get(name) for name in rule.fields]
    unchanged = before is not None and wanted == [before.get(name) for name in rule.fields]
    if unchanged or any(value is None for value in wanted):
        return
    same = " and ".join(f"{quoted(name)} = ?" for name in rule.fields)
    others = (
        f'select "Id" from {quoted(object_type.table)} where not "IsDeleted" and "Id" is not ? and {same}'
    )
    found = org.store.rows(f'{others} order by "Id"', [before and before["Id"], *wanted])
    if found:
        details = _details(rule, [str(row["Id"]) for row in found], options.base)
        raise RowError("DUPLICATES_DETECTED", details["errorMessage"], duplicates=details)


def _details(rule: DuplicateRule, ids: list[str], base: str) -> dict[str, Any]:
    """What the service tells about the records that a new one equals."""
    name = rule.object_name
    records = [
        {"attributes": {"type": name, "url": f"{base}/sobjects/{name}/{each}"}, "Id": each} for each in ids
    ]
    matches = [
        {"additionalInformation": [], "fieldDiffs": [], "matchConfidence": 100.0, "record": record}
        for record in records
    ]
    result: dict[str, Any] = {
        "entityType": name,
        "errors": [],
        "matchEngine": "ExactMatchEngine",
        "matchRecords": matches,
    }
    result |= {"rule": f"{name}_Matching_Rule", "size": len(ids), "success": True}
    return {
        "allowSave": rule.allow_save,
        "duplicateRule": f"{name}_Duplicate_Rule",
        "duplicateRuleEntityType": name,
        "errorMessage": "Use one of these records?",
        "matchResults": [result],
    }
