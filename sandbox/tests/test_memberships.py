"""Who is on HubSpot's lists and in Salesforce's campaigns, and what is refused."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from simple_salesforce.exceptions import SalesforceMalformedRequest

from leadwright_sandbox.testing.org import Served, served
from leadwright_sandbox.testing.portal import Portal

MANY = "/crm/v3/lists/records/memberships/batch/read"


@pytest.fixture
def portal() -> Iterator[Portal]:
    made = Portal()
    yield made
    made.close()


@pytest.fixture
def org(tmp_path: Path) -> Iterator[Served]:
    with served(tmp_path, limits=False) as running:
        yield running


def asked(*ids: str) -> dict[str, object]:
    return {"inputs": [{"objectTypeId": "0-1", "recordId": each} for each in ids]}


def test_the_lists_of_several_contacts_come_in_one_answer(portal: Portal) -> None:
    ann, bo = portal.contact(email="ann@x.example"), portal.contact(email="bo@x.example")
    made = portal(
        "POST", "/crm/v3/lists", {"name": "News", "objectTypeId": "0-1", "processingType": "MANUAL"}
    )
    list_id = made["list"]["listId"]
    portal("PUT", f"/crm/v3/lists/{list_id}/memberships/add", [ann])
    for path in (MANY, MANY.replace("/crm/v3/lists", "/crm/lists/2026-09")):
        results = portal("POST", path, asked(ann, bo))["results"]
        lists = {
            each["recordId"]: [one["listId"] for one in each["recordListMemberships"]] for each in results
        }
        assert lists == {ann: [list_id], bo: []}
    portal("POST", MANY, asked(*map(str, range(101))), expect=400)


def test_a_list_that_filters_fill_takes_nobody(portal: Portal) -> None:
    ann = portal.contact(email="ann@x.example")
    found = portal.hubspot.lists.create("By filters", "0-1", "DYNAMIC")
    for way in ("add", "remove"):
        portal("PUT", f"/crm/v3/lists/{found.id}/memberships/{way}", [ann], expect=400)
    assert found.members == {}


def test_a_person_is_in_a_campaign_once(org: Served) -> None:
    client = org.client()
    campaign = client.Campaign.create({"Name": "News", "IsActive": True})["id"]
    lead = client.Lead.create({"LastName": "Doe", "Company": "Acme"})["id"]
    member = {"CampaignId": campaign, "LeadId": lead}
    first = client.CampaignMember.create(member)["id"]
    with pytest.raises(SalesforceMalformedRequest, match="Already a campaign member"):
        client.CampaignMember.create(member)
    with pytest.raises(SalesforceMalformedRequest, match="LeadId, ContactId"):
        client.CampaignMember.create({"CampaignId": campaign})
    client.CampaignMember.delete(first)
    assert client.CampaignMember.create(member)["success"]
