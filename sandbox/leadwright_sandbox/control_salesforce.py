"""What a test may ask of the Salesforce half through the control API."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from leadwright_sandbox.given import Given, count, flag, members, number, objects, only, texts
from leadwright_sandbox.salesforce import (
    AssignmentEntry,
    BreakingTrigger,
    DuplicateRule,
    Salesforce,
    ValidationRule,
)
from leadwright_sandbox.salesforce.fields import Field
from leadwright_sandbox.store import quoted

Handlers = dict[tuple[str, str], Callable[[Any], Any]]
ALWAYS_SEEN = (  # no field-level security applies to these
    "Id", "IsDeleted", "CreatedDate", "CreatedById", "LastModifiedDate", "LastModifiedById", "SystemModstamp",
)  # fmt: skip


def _set_sharing(salesforce: Salesforce, given: Any) -> None:
    only(given, "owners", "username")
    owners = None if given["owners"] is None else texts(given, "owners")
    salesforce.share(owners, given.get("username"))


def salesforce_handlers(salesforce: Salesforce) -> Handlers:
    """Method and path -> what is done with the JSON that was sent."""
    org = salesforce.org

    def permissions(given: Any, name: str) -> frozenset[str]:
        named = frozenset(texts(given, name))
        unknown = sorted(named - salesforce.all_permissions())
        if unknown:
            raise ValueError(f"{', '.join(unknown)}: there is no such permission")
        return named

    def make_user(given: Any) -> Any:
        only(given, "username", "permissions", "without")
        allowed = (
            permissions(given, "permissions") if "permissions" in given else salesforce.all_permissions()
        )
        taken = permissions(given, "without") if "without" in given else frozenset()
        return {"token": salesforce.token_for(given["username"], allowed - taken)}

    def set_sessions(given: Any) -> None:
        only(given, "seconds", "rotate")
        sessions = org.sessions
        sessions.rotates = flag(given, "rotate", sessions.rotates)
        if "seconds" in given:
            sessions.seconds = None if given["seconds"] is None else number(given, "seconds")

    def end_sessions(given: Any) -> None:
        only(given, "token")
        if "token" in given:
            org.sessions.revoke(given["token"])
        else:
            org.sessions.expire_all()

    def set_limits(given: Any) -> None:
        only(given, "enforced", "per_day", "query_jobs_per_day", "batches_per_day", "query_megabytes_per_day")
        usage = org.usage
        usage.enforced = flag(given, "enforced", usage.enforced)
        usage.total = count(given, "per_day", usage.total)
        usage.query_jobs_total = count(given, "query_jobs_per_day", usage.query_jobs_total)
        usage.batches_total = count(given, "batches_per_day", usage.batches_total)
        usage.query_megabytes_total = count(given, "query_megabytes_per_day", usage.query_megabytes_total)

    def set_jobs(given: Any) -> None:
        only(given, "polls", "seconds", "failures", "after")
        pace = org.jobs.pace
        pace.polls = count(given, "polls", pace.polls)
        pace.seconds = number(given, "seconds", pace.seconds)
        pace.failures = count(given, "failures", pace.failures)
        pace.after = count(given, "after", pace.after)

    return {
        ("POST", "/salesforce/load"): lambda given: _load(salesforce, given),
        ("POST", "/salesforce/users"): make_user,
        ("PUT", "/salesforce/permissions"): lambda given: salesforce.permit(
            permissions(given, "permissions")
        ),
        ("PUT", "/salesforce/sharing"): lambda given: _set_sharing(salesforce, given),
        ("PUT", "/salesforce/sessions"): set_sessions,
        ("DELETE", "/salesforce/sessions"): end_sessions,
        ("PUT", "/salesforce/limits"): set_limits,
        ("PUT", "/salesforce/jobs"): set_jobs,
        ("PUT", "/salesforce/fields"): lambda given: _set_field(salesforce, given),
        ("DELETE", "/salesforce/fields"): lambda given: _remove_field(salesforce, given),
        ("POST", "/salesforce/rules"): lambda given: _add_rule(salesforce, given),
        ("DELETE", "/salesforce/rules"): lambda _: _clear_rules(salesforce),
        ("POST", "/salesforce/locks"): lambda given: org.locks.hold(given["id"], count(given, "attempts", 1)),
    }


def _load(salesforce: Salesforce, given: Any) -> None:
    """Rows with dates of their own: late ones, out of order, or as many as a test needs."""
    salesforce.load(given["object"], objects(given, "rows"))


def _set_field(salesforce: Salesforce, given: Any) -> None:
    """A custom field appears or changes its type; with a `formula` it is a calculated one."""
    if "formula" in given:
        salesforce.load_formula_field(given["object"], given["name"], given["type"], given["formula"])
    else:
        salesforce.set_field(given["object"], given["name"], given["type"])


def _remove_field(salesforce: Salesforce, given: Any) -> None:
    """A field disappears: a custom one with its values, a standard one from everybody's sight."""
    field = _known(salesforce, given["object"], given["name"])
    if field.name in ALWAYS_SEEN:
        raise ValueError(f"{field.name} can be hidden from nobody: it is part of every record")
    take_away = salesforce.remove_field if field.custom else salesforce.hide_field
    take_away(given["object"], field.name)


def _known(salesforce: Salesforce, object_name: str, name: str) -> Field:
    field = salesforce.org.schema.require(object_name).get(name)
    if field is None:
        raise ValueError(f"{object_name} has no field {name}")
    return field


def _criteria(salesforce: Salesforce, object_name: str, given: Given, name: str) -> dict[str, Any]:
    """Field -> wanted value; a field that is not there would never match."""
    wanted = members(given, name)
    return {_known(salesforce, object_name, field).name: value for field, value in wanted.items()}


def _add_rule(salesforce: Salesforce, given: Given) -> None:
    rules, kind = salesforce.org.rules, given["kind"]
    if kind == "assignment":
        entries = [
            AssignmentEntry(str(each["owner_id"]), _criteria(salesforce, "Lead", each, "criteria"))
            for each in objects(given, "entries")
        ]
        salesforce.load_assignment_rule(entries)
    elif kind == "duplicate":
        object_name = salesforce.org.schema.require(given["object"]).name
        fields = tuple(_known(salesforce, object_name, name).name for name in texts(given, "fields"))
        rules.duplicates.append(DuplicateRule(object_name, fields, flag(given, "allow_save", False)))
    elif kind == "validation":
        rules.validation.append(_validation_rule(salesforce, given))
    elif kind == "trigger":
        rules.triggers.append(_trigger(salesforce, given))
        _list_trigger(salesforce, rules.triggers[-1].object_name)
    elif kind == "flow":
        _list_flow(salesforce, given)
    else:
        raise ValueError(f"{kind} is not validation, duplicate, assignment, trigger or flow")


def _clear_rules(salesforce: Salesforce) -> None:
    salesforce.org.rules.clear()
    for name in ("ApexTrigger", "FlowDefinitionView", "EntityDefinition"):
        table = salesforce.org.schema.require(name).table
        salesforce.org.store.db.execute(f"delete from {quoted(table)}")


def _list_trigger(salesforce: Salesforce, object_name: str) -> None:
    """Let a query find the trigger; an object has one, whatever it breaks over."""
    name = f"{object_name}Trigger"
    there = salesforce.org.store.rows('select 1 from "sf_ApexTrigger" where "Name" = ?', [name])
    if not there:
        row = {"Name": name, "TableEnumOrId": object_name, "Status": "Active"}
        salesforce.load("ApexTrigger", [row | {"UsageBeforeUpdate": True, "UsageAfterUpdate": False}])


def _list_flow(salesforce: Salesforce, given: Given) -> None:
    """A flow that a query finds and that does nothing."""
    only(given, "kind", "object", "label", "trigger", "active")
    object_name = salesforce.org.schema.require(given["object"]).name
    entity = {"Id": salesforce.org.ids.next("4ie"), "DurableId": object_name, "QualifiedApiName": object_name}
    salesforce.load("EntityDefinition", [entity | {"Label": object_name}])
    flow = {
        "ApiName": str(given["label"]).replace(" ", "_"),
        "Label": str(given["label"]),
        "ProcessType": "AutoLaunchedFlow",
        "TriggerType": "RecordAfterSave",
        "RecordTriggerType": str(given.get("trigger", "Update")),
        "TriggerObjectOrEventId": entity["Id"],
        "IsActive": flag(given, "active", True),
    }
    salesforce.load("FlowDefinitionView", [flow])


def _trigger(salesforce: Salesforce, given: Given) -> BreakingTrigger:
    only(given, "kind", "object", "most", "when", "status")
    object_name = salesforce.org.schema.require(given["object"]).name
    most = count(given, "most", 0) if "most" in given else None
    when = AssignmentEntry("", _criteria(salesforce, object_name, given, "when")) if "when" in given else None
    status = count(given, "status", 400) if "status" in given else None
    if most is None and when is None:
        raise ValueError("a trigger breaks over `most` records, or over a record that equals `when`")
    if status is not None and not 400 <= status < 600:
        raise ValueError(f"status is 400 to 599, not {status}")
    return BreakingTrigger(object_name, most, when, status)


def _validation_rule(salesforce: Salesforce, given: Given) -> ValidationRule:
    object_name = salesforce.org.schema.require(given["object"]).name
    required = _known(salesforce, object_name, given["required"]).name
    when = AssignmentEntry("", _criteria(salesforce, object_name, given, "when"))
    return ValidationRule(
        object_name,
        lambda values: when.matches(values) and values.get(required) is None,
        str(given.get("message", f"{required} is needed")),
        required,
    )
