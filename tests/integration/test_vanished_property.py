"""A property that a portal has no more: HubSpot answers without it, and its values must not go with it."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from leadwright import connectors, warehouse
from leadwright.pull import extract
from leadwright.settings import Settings
from leadwright.transform.tables import RawTable
from leadwright_sandbox.clock import Clock
from leadwright_sandbox.hubspot import HubSpot
from leadwright_sandbox.hubspot.app import build_app
from leadwright_sandbox.store import Store
from leadwright_sandbox.testing.serving import serving

TEXTS = ("hs_object_id", "firstname", "plan", "leadwright_grade", "never_there", "archived", "archived_at")
TABLE = RawTable(
    "raw_hubspot",
    "contacts",
    (*((name, "varchar") for name in TEXTS), ("lastmodifieddate", "timestamptz")),
)


@pytest.mark.parametrize("full", [False, True])
def test_its_values_stay_and_the_object_stops(tmp_path: Path, full: bool) -> None:
    hubspot = HubSpot(Store(), Clock(), limits=False)
    config = Settings(home=tmp_path, lock_wait_seconds=5)
    with serving(build_app(hubspot)) as (port, _):
        url = f"http://127.0.0.1:{port}"
        api = httpx.Client(base_url=url, headers={"Authorization": f"Bearer {hubspot.token}"})
        connector = connectors.connect("hubspot", {"url": url, "token": hubspot.token})
        made = {"type": "string", "fieldType": "text", "groupName": "contactinformation"}
        for name in ("plan", "leadwright_grade"):
            body = {**made, "name": name, "label": name}
            api.post("/crm/v3/properties/contacts", json=body).raise_for_status()
        values = {"firstname": "Ann", "plan": "gold", "leadwright_grade": "Hot"}
        created = api.post("/crm/v3/objects/contacts", json={"properties": values}).raise_for_status()
        assert extract.pull(connector, [TABLE], config).stops.objects == {}, (
            "what never was there stays empty"
        )

        for name in ("plan", "leadwright_grade"):
            api.delete(f"/crm/v3/properties/contacts/{name}").raise_for_status()
        change = {"properties": {"firstname": "Anna"}}
        api.patch(f"/crm/v3/objects/contacts/{created.json()['id']}", json=change).raise_for_status()
        stopped = extract.pull(connector, [TABLE], config, full=full).stops.objects
        assert list(stopped) == ["contacts"]
        assert "no longer shows plan on contacts" in stopped["contacts"]
    with warehouse.writer(config.warehouse_file, 5) as db:
        found = db.execute("select firstname, plan, leadwright_grade from raw_hubspot.contacts").fetchall()
    assert found == [("Ann", "gold", "Hot")]
