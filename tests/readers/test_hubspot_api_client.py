"""hubspot-api-client: full and incremental reads and writes; only `host` is not the default."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from hubspot import HubSpot
from hubspot.crm.associations.v4 import BatchInputPublicFetchAssociationsBatchRequest as Links
from hubspot.crm.contacts import (
    BatchInputSimplePublicObjectBatchInput as Updates,
)
from hubspot.crm.contacts import (
    BatchInputSimplePublicObjectBatchInputForCreate as Creates,
)
from hubspot.crm.contacts import (
    BatchInputSimplePublicObjectBatchInputUpsert as Upserts,
)
from hubspot.crm.contacts import (
    BatchInputSimplePublicObjectId as Ids,
)
from hubspot.crm.contacts import PublicMergeInput, PublicObjectSearchRequest
from urllib3.util.retry import Retry

from tests.conftest import Sandbox

OBJECTS = ("contacts", "companies", "deals", "emails", "calls", "meetings", "notes", "tasks")
CHANGED = {
    name: "lastmodifieddate" if name == "contacts" else "hs_lastmodifieddate"
    for name in ("contacts", "companies", "deals")
}


@pytest.fixture(scope="module")
def hubspot(crm: Sandbox) -> HubSpot:
    said, patient = (
        crm["hubspot"],
        Retry(total=5, backoff_factor=0.3, status_forcelist=(429,), allowed_methods=None),
    )
    return HubSpot(access_token=said["token"], host=said["url"], retry=patient)


def searched(hubspot: HubSpot, kind: str, since: str) -> list[Any]:
    """Every record changed since a moment, oldest change first, as incremental readers ask for it."""
    records: list[Any] = []
    after = None
    changed = {"propertyName": CHANGED[kind], "operator": "GTE", "value": since}
    while True:
        request = PublicObjectSearchRequest(
            filter_groups=[{"filters": [changed]}],
            sorts=[{"propertyName": CHANGED[kind], "direction": "ASCENDING"}],
            properties=[CHANGED[kind]],
            limit=200,
            after=after,
        )
        page = getattr(hubspot.crm, kind).search_api.do_search(request)
        records += page.results
        if page.paging is None:
            assert len(records) == page.total
            return records
        after = page.paging.next.after


@pytest.mark.parametrize("kind", OBJECTS)
def test_full_read(hubspot: HubSpot, control: httpx.Client, kind: str) -> None:
    control.delete("/requests")
    records = getattr(hubspot.crm, kind).get_all() if kind in CHANGED else hubspot.crm.objects.get_all(kind)
    assert len({record.id for record in records}) == len(records) > 0
    assert all(record.updated_at >= record.created_at for record in records)
    counted = control.get("/requests").json()["hubspot"]
    assert sum(counted.values()) == max(1, -(-len(records) // 100)), counted


def test_full_read_with_history_and_archived(hubspot: HubSpot) -> None:
    page = hubspot.crm.contacts.basic_api.get_page(limit=50, properties_with_history=["lifecyclestage"])
    assert len(page.results) == 50
    versions = [record.properties_with_history["lifecyclestage"] for record in page.results]
    assert any(len(each) > 1 for each in versions)
    assert all(each == sorted(each, key=lambda v: v.timestamp, reverse=True) for each in versions)
    made = hubspot.crm.contacts.basic_api.create({"properties": {"email": "archived@readers.example"}})
    hubspot.crm.contacts.basic_api.archive(made.id)
    gone = hubspot.crm.contacts.get_all(archived=True)
    assert made.id in {record.id for record in gone}
    assert made.id not in {record.id for record in hubspot.crm.contacts.get_all()}


@pytest.mark.parametrize("kind", CHANGED)
def test_incremental_read(hubspot: HubSpot, kind: str) -> None:
    everything = searched(hubspot, kind, "2000-01-01T00:00:00Z")
    api = getattr(hubspot.crm, kind)
    assert {record.id for record in everything} == {record.id for record in api.get_all()}
    last = max(record.properties[CHANGED[kind]] for record in everything)
    since = f"{last[:-1]}999Z"  # behind the last change, within its millisecond
    name = {"contacts": "jobtitle", "companies": "name", "deals": "dealname"}[kind]
    made = api.basic_api.create({"properties": {name: "new"}})
    touched = everything[0].id
    api.basic_api.update(touched, {"properties": {name: "changed"}})
    found = [record.id for record in searched(hubspot, kind, since)]
    assert set(found) - {record.id for record in everything if record.properties[CHANGED[kind]] == last} == {
        made.id,
        touched,
    }
    assert found[-2:] == [made.id, touched]


def test_links_of_everyone(hubspot: HubSpot) -> None:
    contacts = hubspot.crm.contacts.get_all()
    inputs = [{"id": contact.id} for contact in contacts[:1000]]
    read = hubspot.crm.associations.v4.batch_api.get_page("contacts", "companies", Links(inputs=inputs))
    companies = {company.id for company in hubspot.crm.companies.get_all()}
    linked = {str(to.to_object_id) for result in read.results for to in result.to}
    assert linked and linked <= companies


def test_batches_are_written(hubspot: HubSpot) -> None:
    api = hubspot.crm.contacts.batch_api
    rows = [{"properties": {"email": f"batch{i}@readers.example", "firstname": "A"}} for i in range(100)]
    made = api.create(Creates(inputs=rows)).results
    assert len(made) == 100
    updates = [{"id": record.id, "properties": {"firstname": "B"}} for record in made]
    assert {r.properties["firstname"] for r in api.update(Updates(inputs=updates)).results} == {"B"}
    upserts = [
        {"id": f"batch{i}@readers.example", "idProperty": "email", "properties": {"firstname": "C"}}
        for i in range(50, 150)
    ]
    upserted = api.upsert(Upserts(inputs=upserts)).results
    assert sum(record.new for record in upserted) == 50
    api.archive(Ids(inputs=[{"id": record.id} for record in upserted]))
    left = {r.id for r in hubspot.crm.contacts.get_all()}
    assert not left & {record.id for record in upserted}
    assert {record.id for record in made[:50]} <= left


def test_merge(hubspot: HubSpot) -> None:
    api = hubspot.crm.contacts.basic_api
    primary, other = (api.create({"properties": {"email": f"{n}@merge.example"}}).id for n in ("one", "two"))
    request = PublicMergeInput(primary_object_id=primary, object_id_to_merge=other)
    merged = api.merge(request).id
    assert merged not in (primary, other)
    for former in (primary, other):
        read = api.get_by_id(former, properties=["email", "hs_merged_object_ids"])
        assert (read.id, read.properties["hs_merged_object_ids"]) == (merged, f"{primary};{other}")
        assert read.properties["email"] == "one@merge.example"
