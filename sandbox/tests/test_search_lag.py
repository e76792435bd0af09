"""Single records that HubSpot's search shows late, while it is up to date for all others."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from leadwright_sandbox.testing import Sandbox

DAY = 86_400
OLD = "2026-01-01T00:00:00.000Z"


@pytest.fixture(scope="module")
def crm(start_sandbox: Any) -> Any:
    return start_sandbox(
        "--leads", "0", "--no-limits", "--control", "--now", "2026-03-01T00:00Z", "--speed", "0"
    )


@pytest.fixture
def control(crm: Sandbox) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=crm["control"]["url"], timeout=30) as client:
        yield client
        client.delete("/hubspot/search-lag")


@pytest.fixture
def hubspot(crm: Sandbox, control: httpx.Client) -> Iterator[httpx.Client]:
    rows = [{"hs_object_id": str(number), "lastmodifieddate": OLD, "city": "Oslo"} for number in range(1, 5)]
    control.post("/hubspot/load", json={"object": "contacts", "rows": rows})
    headers = {"Authorization": f"Bearer {crm['hubspot']['token']}"}
    with httpx.Client(base_url=crm["hubspot"]["url"], headers=headers, timeout=30) as client:
        yield client


def changed(hubspot: httpx.Client, since: str) -> list[str]:
    body = {
        "filters": [{"propertyName": "lastmodifieddate", "operator": "GTE", "value": since}],
        "sorts": ["lastmodifieddate"],
        "limit": 100,
    }
    answer = hubspot.post("/crm/v3/objects/contacts/search", json=body)
    assert answer.status_code == 200, answer.text
    return [record["id"] for record in answer.json()["results"]]


def move(hubspot: httpx.Client, *ids: str) -> None:
    inputs = [{"id": each, "properties": {"city": "Bergen"}} for each in ids]
    assert hubspot.post("/crm/v3/objects/contacts/batch/update", json={"inputs": inputs}).status_code == 200


def late(control: httpx.Client, **given: Any) -> None:
    assert control.post("/hubspot/search-lag", json={"object": "contacts", **given}).status_code == 204


def now(control: httpx.Client) -> str:
    return str(control.get("/clock").json()["now"])


def test_a_late_record_is_found_under_its_old_date(hubspot: httpx.Client, control: httpx.Client) -> None:
    late(control, seconds=600, ids=["2"])
    moment = now(control)
    move(hubspot, "1", "2", "3")
    assert changed(hubspot, moment) == ["1", "3"]
    assert sorted(changed(hubspot, OLD)) == ["1", "2", "3", "4"], "the old date is still its place"
    shown = hubspot.get("/crm/v3/objects/contacts/2?properties=city").json()
    assert shown["properties"]["city"] == "Bergen", "only the search is late"
    control.post("/clock", json={"advance": 599})
    assert changed(hubspot, moment) == ["1", "3"]
    control.post("/clock", json={"advance": 2})
    assert changed(hubspot, moment) == ["1", "2", "3"]


def test_a_new_record_is_not_found_at_all(hubspot: httpx.Client, control: httpx.Client) -> None:
    late(control, seconds=60, writes=1)
    made = [
        hubspot.post("/crm/v3/objects/contacts", json={"properties": {"firstname": name}}).json()["id"]
        for name in ("late", "in time")
    ]
    found = changed(hubspot, OLD)
    assert made[0] not in found
    assert made[1] in found, "one write was to be late"
    control.post("/clock", json={"advance": 61})
    assert set(made) <= set(changed(hubspot, OLD))


def test_rows_that_are_loaded_can_be_late(hubspot: httpx.Client, control: httpx.Client) -> None:
    late(control, seconds=60, ids=["501"])
    rows = [{"hs_object_id": each, "lastmodifieddate": OLD} for each in ("501", "502")]
    control.post("/hubspot/load", json={"object": "contacts", "rows": rows})
    assert "502" in changed(hubspot, OLD) and "501" not in changed(hubspot, OLD)
    assert control.delete("/hubspot/search-lag").status_code == 204
    assert "501" in changed(hubspot, OLD), "the search has caught up"


def test_nonsense_is_refused(control: httpx.Client) -> None:
    for given in (
        {"object": "planets", "seconds": 1},
        {"object": "contacts"},
        {"object": "contacts", "seconds": -1},
        {"object": "contacts", "seconds": 1, "ids": "1"},
        {"object": "contacts", "seconds": 1, "writes": -1},
        {"object": "contacts", "seconds": 1, "record": "1"},
    ):
        assert control.post("/hubspot/search-lag", json=given).status_code == 400, given
