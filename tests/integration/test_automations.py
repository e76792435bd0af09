"""What else a write may set off, and what it takes, as far as each service tells."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from leadwright import connectors
from leadwright.connectors.base import Automated, Automation, Change, Estimates
from leadwright.connectors.errors import AuthError, LeadwrightError
from leadwright.connectors.hubspot import automations
from tests.conftest import Sandbox


@pytest.fixture(scope="module")
def crm(start_sandbox: Callable[..., Sandbox]) -> Sandbox:
    return start_sandbox("--leads", "5", "--seed", "3", "--control")


def control(crm: Sandbox, method: str, path: str, body: object = None) -> Any:
    answer = httpx.request(method, crm["control"]["url"] + path, json=body)
    answer.raise_for_status()
    return answer.json() if answer.content else None


def connect(crm: Sandbox, name: str, **other: str) -> Any:
    return connectors.connect(name, {**crm.credentials(name), **other})


def test_workflows_that_look_at_a_property_of_ours_are_named(
    crm: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    hubspot = connect(crm, "hubspot")
    assert isinstance(hubspot, Automated)
    assert hubspot.automations("contacts", ["jobtitle"]) == []
    monkeypatch.setattr(automations, "_PAGE", 2)
    for name, kind, watched, enabled in [
        ("Tell the rep", "contacts", ["jobtitle", "email"], True),
        ("Off", "contacts", ["jobtitle"], False),
        ("Of something else", "contacts", ["phone"], True),
        ("Of companies", "companies", ["domain"], True),
        ("Nurture", "contacts", ["jobtitle"], True),
    ]:
        flow = {"name": name, "object": kind, "properties": watched, "enabled": enabled}
        control(crm, "POST", "/hubspot/flows", flow)
    assert hubspot.automations("contacts", ["jobtitle", "lastname"]) == [
        Automation("workflow", "Nurture", ("jobtitle",)),
        Automation("workflow", "Tell the rep", ("jobtitle",)),
    ]
    assert [one.name for one in hubspot.automations("companies", ["domain"])] == ["Of companies"]


def test_a_token_that_may_not_see_workflows_says_so(crm: Sandbox) -> None:
    token = control(crm, "POST", "/hubspot/tokens", {"scopes": ["crm.objects.contacts.read"]})["token"]
    with pytest.raises(LeadwrightError, match="automation"):
        connect(crm, "hubspot", token=token).automations("contacts", ["jobtitle"])


def test_flows_and_triggers_that_run_at_a_change_are_named(crm: Sandbox) -> None:
    org = connect(crm, "salesforce")
    assert isinstance(org, Automated)
    assert org.automations("Lead", ["Title"]) == []
    for label, name, trigger, active in [
        ("Tell the rep", "Lead", "CreateAndUpdate", True),
        ("At first", "Lead", "Create", True),
        ("Off", "Lead", "Update", False),
        ("Of contacts", "Contact", "Update", True),
    ]:
        flow = {"kind": "flow", "object": name, "label": label, "trigger": trigger, "active": active}
        control(crm, "POST", "/salesforce/rules", flow)
    control(crm, "POST", "/salesforce/rules", {"kind": "trigger", "object": "Lead", "most": 500})
    assert org.automations("Lead", ["Title"]) == [
        Automation("flow", "Tell the rep"),
        Automation("Apex trigger", "LeadTrigger"),
    ]
    control(crm, "DELETE", "/salesforce/rules")
    assert org.automations("Lead", ["Title"]) == []


def test_a_user_who_may_not_see_flows_says_so(crm: Sandbox) -> None:
    user = {"username": "narrow@acme.example", "permissions": ["ApiEnabled", "ReadLeads"]}
    token = control(crm, "POST", "/salesforce/users", user)["token"]
    with pytest.raises(AuthError, match="View Setup and Configuration"):
        connect(crm, "salesforce", token=token).automations("Lead", ["Title"])


@pytest.mark.parametrize(
    ("name", "object_name", "batch"), [("hubspot", "contacts", 100), ("salesforce", "Lead", 200)]
)
def test_a_write_takes_two_calls_a_batch(crm: Sandbox, name: str, object_name: str, batch: int) -> None:
    connector = connect(crm, name)
    assert isinstance(connector, Estimates)
    changes = [Change(str(number), {"Title": "T"}) for number in range(2 * batch + 1)]
    one, three = (connector.cost(object_name, changes[:count]) for count in (batch, 2 * batch + 1))
    assert (one.calls, three.calls) == (2, 6)
    assert three.seconds == pytest.approx(3 * one.seconds)
    assert one.calls_left is not None and one.calls_left > 1_000
