"""HubSpot's limits, made smaller: a limit of seconds makes a pull slower, a limit of the day ends it with a time."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pyarrow as pa
import pytest

from leadwright import connectors
from leadwright.connectors import retry
from leadwright.connectors.base import Change
from leadwright.connectors.errors import DailyLimitError, FatalError
from tests.conftest import Sandbox

LONG_AGO = datetime.now(UTC) - timedelta(days=9_999)
NAMES = ("contacts", "companies", "deals", "emails", "calls", "meetings", "tasks")


@pytest.fixture(scope="module")
def crm(start_sandbox: Callable[..., Sandbox]) -> Sandbox:
    limited = start_sandbox("--leads", "150", "--seed", "5", "--control")
    control(limited, "PUT", "/hubspot/limits", {"per_ten_seconds": 12, "window": 0.4})
    return limited


def control(crm: Sandbox, method: str, path: str, body: object = None) -> Any:
    answer = httpx.request(method, crm["control"]["url"] + path, json=body)
    answer.raise_for_status()
    return answer.json() if answer.content else None


def refusals(crm: Sandbox) -> int:
    served = control(crm, "GET", "/requests?by=status")["hubspot"]
    return sum(calls.get("429", 0) for calls in served.values())


def rows(crm: Sandbox, name: str, since: datetime | None = None) -> int:
    connector = connectors.connect(
        "hubspot", crm.credentials("hubspot")
    )  # a connection of its own, as each task has
    return pa.Table.from_batches(list(connector.pull(name, [], since))).num_rows


def test_tasks_side_by_side_keep_to_the_limits_from_the_first_call_on(crm: Sandbox) -> None:
    assert rows(crm, "owners") > 0  # the first answer tells the limit
    control(crm, "DELETE", "/requests")
    with ThreadPoolExecutor(4) as tasks:
        whole = list(tasks.map(lambda name: rows(crm, name), NAMES))
        changed = list(tasks.map(lambda name: rows(crm, name, LONG_AGO), NAMES))
    assert whole == changed
    connector = connectors.connect("hubspot", crm.credentials("hubspot"))
    contacts = pa.Table.from_batches(list(connector.pull("contacts", [], None))).to_pylist()
    ids = [row["hs_object_id"] for row in contacts if row["archived"] == "false"]
    outcomes = list(connector.push("contacts", [Change(i, {"city": "Oslo"}, {"city": None}) for i in ids]))
    assert len(outcomes) == len(ids)
    served = control(crm, "GET", "/requests")["hubspot"]
    assert sum(served.values()) > 3 * 12, "several windows of calls, and of searches"
    assert refusals(crm) == 0


@pytest.mark.parametrize("policy", ["ten_secondly", "secondly"])
def test_more_refusals_than_tries_only_take_longer(
    crm: Sandbox, policy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = rows(crm, "owners")
    monkeypatch.setattr("leadwright.connectors.hubspot.errors.SEARCHES_SECONDS", 0.1)
    fault = {"crm": "hubspot", "kind": "status", "status": 429, "path": "/owners", "policy": policy}
    control(crm, "POST", "/faults", {**fault, "times": retry.TRIES + 2})
    assert rows(crm, "owners") == whole


def test_the_day_is_over_and_when_the_next_begins(crm: Sandbox) -> None:
    connector = connectors.connect("hubspot", crm.credentials("hubspot"))
    connector.account()
    fault = {"crm": "hubspot", "kind": "status", "status": 429, "path": "/owners", "policy": "daily"}
    control(crm, "POST", "/faults", fault)
    with pytest.raises(FatalError, match=r"used up \(listing owners\).*\d\d:\d\d UTC"):
        list(connector.pull("owners", [], None))
    url = crm["hubspot"]["url"] + "/account-info/v3/details"
    told = httpx.get(url, headers={"Authorization": f"Bearer {crm['hubspot']['token']}"}).headers
    most, left = (int(told[f"X-HubSpot-RateLimit-Daily{name}"]) for name in ("", "-Remaining"))
    control(crm, "PUT", "/hubspot/limits", {"per_day": most - left + 3})
    control(crm, "DELETE", "/requests")
    try:
        with pytest.raises(DailyLimitError, match=r"calls that the HubSpot account may make.*UTC"):
            for _ in range(4):
                rows(crm, "owners")
        assert refusals(crm) == 0
    finally:
        control(crm, "PUT", "/hubspot/limits", {"per_day": most})
