"""What a test may ask of the Salesforce half through the control API."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sandbox.salesforce import AssignmentEntry, DuplicateRule, Salesforce, ValidationRule

Handlers = dict[tuple[str, str], Callable[[Any], Any]]


def salesforce_handlers(salesforce: Salesforce) -> Handlers:
    """Method and path -> what is done with the JSON that was sent."""
    org = salesforce.org

    def make_user(given: Any) -> Any:
        permissions = given.get("permissions", salesforce.all_permissions())
        allowed = set(permissions) - set(given.get("without", ()))
        return {"token": salesforce.token_for(given["username"], allowed)}

    def set_sessions(given: Any) -> None:
        org.sessions.seconds = None if given["seconds"] is None else float(given["seconds"])

    def end_sessions(given: Any) -> None:
        if "token" in given:
            org.sessions.revoke(given["token"])
        else:
            org.sessions.expire_all()

    def set_limits(given: Any) -> None:
        usage = org.usage
        usage.enforced = bool(given.get("enforced", usage.enforced))
        usage.total = int(given.get("per_day", usage.total))
        usage.query_jobs_total = int(given.get("query_jobs_per_day", usage.query_jobs_total))
        usage.batches_total = int(given.get("batches_per_day", usage.batches_total))
        usage.query_megabytes_total = int(given.get("query_megabytes_per_day", usage.query_megabytes_total))

    def set_jobs(given: Any) -> None:
        pace = org.jobs.pace
        pace.polls = int(given.get("polls", pace.polls))
        pace.seconds = float(given.get("seconds", pace.seconds))
        pace.failures = int(given.get("failures", pace.failures))
        pace.after = int(given.get("after", pace.after))

    return {
        ("POST", "/salesforce/load"): lambda given: _load(salesforce, given),
        ("POST", "/salesforce/users"): make_user,
        ("PUT", "/salesforce/permissions"): lambda given: salesforce.permit(given["permissions"]),
        ("PUT", "/salesforce/sessions"): set_sessions,
        ("DELETE", "/salesforce/sessions"): end_sessions,
        ("PUT", "/salesforce/limits"): set_limits,
        ("PUT", "/salesforce/jobs"): set_jobs,
        ("PUT", "/salesforce/fields"): lambda given: _set_field(salesforce, given),
        ("DELETE", "/salesforce/fields"): lambda given: _remove_field(salesforce, given),
        ("POST", "/salesforce/rules"): lambda given: _add_rule(salesforce, given),
        ("DELETE", "/salesforce/rules"): lambda _: org.rules.clear(),
        ("POST", "/salesforce/locks"): lambda given: org.locks.hold(
            given["id"], int(given.get("attempts", 1))
        ),
    }


def _load(salesforce: Salesforce, given: Any) -> None:
    """Rows with dates of their own: late ones, out of order, or as many as a test needs."""
    salesforce.load(given["object"], given["rows"])


def _set_field(salesforce: Salesforce, given: Any) -> None:
    """A custom field appears or changes its type; with a `formula` it is a calculated one."""
    if "formula" in given:
        salesforce.load_formula_field(given["object"], given["name"], given["type"], given["formula"])
    else:
        salesforce.set_field(given["object"], given["name"], given["type"])


def _remove_field(salesforce: Salesforce, given: Any) -> None:
    """A field disappears: a custom one with its values, a standard one from everybody's sight."""
    field = salesforce.org.schema.require(given["object"]).fields[given["name"].lower()]
    take_away = salesforce.remove_field if field.custom else salesforce.hide_field
    take_away(given["object"], field.name)


def _add_rule(salesforce: Salesforce, given: Mapping[str, Any]) -> None:
    rules, kind = salesforce.org.rules, given["kind"]
    if kind == "assignment":
        entries = [AssignmentEntry(each["owner_id"], each.get("criteria", {})) for each in given["entries"]]
        salesforce.load_assignment_rule(entries)
    elif kind == "duplicate":
        fields = tuple(given["fields"])
        rules.duplicates.append(DuplicateRule(given["object"], fields, bool(given.get("allow_save"))))
    elif kind == "validation":
        required, when = given["required"], AssignmentEntry("", given.get("when", {}))
        rules.validation.append(
            ValidationRule(
                given["object"],
                lambda values: when.matches(values) and values.get(required) is None,
                given.get("message", f"{required} is needed"),
                required,
            )
        )
    else:
        raise ValueError(f"{kind} is not validation, duplicate or assignment")
