"""Fields the system fills from others when a record is saved or loaded."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from leadwright_sandbox.salesforce.values import Stored

if TYPE_CHECKING:
    from leadwright_sandbox.salesforce.org import Org

Values = dict[str, Stored]


def full_name(values: Mapping[str, Any]) -> str | None:
    """First and last name as one text."""
    return " ".join(str(part) for part in (values.get("FirstName"), values.get("LastName")) if part) or None


def _person(org: Org, given: Values, after: Values) -> Values:
    return {"Name": full_name(after)} if {"FirstName", "LastName"} & given.keys() else {}


def _opportunity(org: Org, given: Values, after: Values) -> Values:
    if not given.get("StageName"):
        return {}
    stage = org.stage(str(given["StageName"]))
    derived: Values = {
        "IsClosed": stage["IsClosed"],
        "IsWon": stage["IsWon"],
        "ForecastCategory": stage["ForecastCategory"],
        "ForecastCategoryName": stage["ForecastCategoryName"],
        "LastStageChangeDate": given.get("LastModifiedDate") or org.stamp(),
    }
    if given.get("Probability") is None:
        derived["Probability"] = stage["DefaultProbability"]
    return derived


def _task(org: Org, given: Values, after: Values) -> Values:
    derived: Values = {} if after.get("TaskSubtype") else {"TaskSubtype": "Task"}
    if "Status" in given or "IsClosed" not in after:
        closed = after.get("Status") == "Completed"
        derived["IsClosed"] = int(closed)
        when = (
            after.get("CompletedDateTime") or given.get("LastModifiedDate") or org.stamp() if closed else None
        )
        derived["CompletedDateTime"] = when
    return derived


def _event(org: Org, given: Values, after: Values) -> Values:
    start = given.get("StartDateTime") or given.get("ActivityDateTime")
    if not isinstance(start, str):
        return {}
    return {"StartDateTime": start, "ActivityDateTime": start, "ActivityDate": start[:10]}


def activity_account(org: Org, object_name: str, given: Values, after: Values) -> Values:
    """The account of an activity: what it is about, or whom it is with (a look-up, so not done on loading)."""
    if object_name not in ("Task", "Event") or not {"WhatId", "WhoId"} & given.keys():
        return {}
    for key, target, column in (
        ("WhatId", "Account", "Id"),
        ("WhatId", "Opportunity", "AccountId"),
        ("WhoId", "Contact", "AccountId"),
    ):
        row = org.row(target, str(after[key])) if after.get(key) else None
        if row is not None:
            return {"AccountId": row[column]}
    return {}


def _campaign_member(org: Org, given: Values, after: Values) -> Values:
    if "Status" not in given:
        return {}
    responded = given["Status"] == "Responded"
    first = after.get("FirstRespondedDate") or org.stamp()[:10]
    return {"HasResponded": int(responded), "FirstRespondedDate": first if responded else None}


DERIVE: dict[str, Callable[[Org, Values, Values], Values]] = {
    "Lead": _person,
    "Contact": _person,
    "User": _person,
    "Opportunity": _opportunity,
    "Task": _task,
    "Event": _event,
    "CampaignMember": _campaign_member,
}


def derived(org: Org, object_name: str, given: Values, after: Values) -> Values:
    """What follows from the `given` fields of a record that is `after` once they are set."""
    derive = DERIVE.get(object_name)
    return derive(org, given, after) if derive else {}
