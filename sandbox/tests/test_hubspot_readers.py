"""The calls that common readers of HubSpot make, in their order: dlt, Airbyte, Estuary and older taps.

Each test walks through one reader's calls as its source describes them and counts what it got against the portal.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from leadwright_sandbox.hubspot.values import milliseconds
from leadwright_sandbox.testing.portal import Portal

ENGAGEMENTS = ("calls", "emails", "meetings", "notes", "tasks")


@pytest.fixture
def portal() -> Iterator[Portal]:
    made = Portal()
    yield made
    made.close()


def fill(portal: Portal, people: int) -> list[str]:
    """`people` contacts of one company and one deal, each with one engagement of every kind."""
    rows = [
        {"hs_object_id": str(n), "email": f"p{n}@x.org", "firstname": f"P{n}"} for n in range(1, people + 1)
    ]
    portal.hubspot.load("contacts", rows)
    company, ids = portal.company(name="Acme", domain="x.org"), [row["hs_object_id"] for row in rows]
    deal = portal("POST", "/crm/v3/objects/deals", {"properties": {"dealname": "D"}}, 201)["id"]
    now = portal.hubspot.clock.now().isoformat()
    for place, kind in enumerate(ENGAGEMENTS):
        made = [{"hs_object_id": f"{1 + place}{record_id:0>4}", "hs_timestamp": now} for record_id in ids]
        portal.hubspot.load(kind, made)
        portal.hubspot.load_associations(
            (kind, row["hs_object_id"], "contacts", record_id)
            for row, record_id in zip(made, ids, strict=True)
        )
    portal.hubspot.load_associations(("companies", company, "contacts", record_id) for record_id in ids)
    portal.hubspot.load_associations(("deals", deal, "contacts", record_id) for record_id in ids)
    return ids


def test_dlt_reads_by_links(portal: Portal) -> None:
    """Associations with objects that the portal has not are asked for in the list; every page comes by its link."""
    ids = fill(portal, 120)
    names = [item["name"] for item in portal("GET", "/crm/v3/properties/contacts")["results"]]
    asked = "associations=deals,products,tickets,quotes&limit=100&properties=" + ",".join(names)[:2000]
    people = portal.pages(f"/crm/v3/objects/contacts?{asked}")
    assert [record["id"] for record in people] == ids
    assert all(set(record["associations"]) == {"deals"} for record in people)
    assert all(record["properties"]["createdate"] for record in people)
    companies = portal.pages(
        "/crm/v3/objects/companies?associations=contacts,deals,products,tickets,quotes&limit=100"
    )
    [links] = [company["associations"]["contacts"] for company in companies]
    assert {link["id"] for link in links["results"]} == set(ids) and "paging" not in links
    history = portal.pages("/crm/v3/objects/contacts?propertiesWithHistory=email&limit=50")
    assert [record["id"] for record in history] == ids
    assert len(portal.pages("/crm/v3/objects/deals?archived=true&associations=engagements,line_items")) == 0
    assert portal("GET", "/crm/v3/pipelines/deals")["results"][0]["stages"]


def test_airbyte_reads_old_lists_and_links_to_anything(portal: Portal) -> None:
    ids = fill(portal, 120)
    assert {item["name"] for item in portal("GET", "/properties/v2/contact/properties")} > {"email"}
    for other, status in (("deals", 200), ("tickets", 207), ("line_items", 207)):
        asked = {"inputs": [{"id": record_id} for record_id in ids]}
        read = portal("POST", f"/crm/v4/associations/contacts/{other}/batch/read", asked, status)
        assert len(read["results"]) + read.get("numErrors", 0) == len(ids)
    assert read["errors"][0]["message"] == "No line_item is associated with contact 1."
    assert portal("GET", "/crm/v4/objects/contacts/1/associations/tickets")["results"] == []
    portal("POST", "/crm/v4/associations/contacts/engagements/batch/read", {"inputs": [{"id": "1"}]}, 400)
    [pipeline] = portal("GET", "/crm-pipelines/v1/pipelines/deals")["results"]
    assert (pipeline["pipelineId"], pipeline["default"], pipeline["active"]) == ("default", True, True)
    won = next(stage for stage in pipeline["stages"] if stage["stageId"] == "closedwon")
    assert won["metadata"] == {"isClosed": "true", "probability": "1.0"} and won["updatedAt"] > 0
    found: list[dict[str, Any]] = []
    portal.hubspot.load("tasks", [{"hs_object_id": "not-a-number"}, {"hs_object_id": "nor-this"}])
    portal("DELETE", "/crm/v3/objects/tasks/nor-this", expect=204)
    page: dict[str, Any] = {"offset": 0, "hasMore": True}
    while page["hasMore"]:
        page = portal("GET", f"/engagements/v1/engagements/paged?limit=7&offset={page['offset']}")
        found += page["results"]
    assert found.pop()["engagement"]["id"] == "not-a-number"
    goes_on = portal("GET", f"/engagements/v1/engagements/paged?limit=1&offset={page['offset']}")
    assert goes_on == {"results": [], "hasMore": False, "offset": 0}
    portal("GET", "/engagements/v1/engagements/paged?offset=7", expect=400)
    assert len({item["engagement"]["id"] for item in found}) == len(found) == len(ids) * len(ENGAGEMENTS)
    assert {item["engagement"]["type"] for item in found} == {"CALL", "EMAIL", "MEETING", "NOTE", "TASK"}
    assert all(len(item["associations"]["contactIds"]) == 1 for item in found)


def test_airbyte_reads_recent_engagements(portal: Portal) -> None:
    """Those that changed last come first, up to ten thousand, none older than thirty days."""
    now = portal.hubspot.clock.now()
    moments = [now - timedelta(days=day) for day in (40, 20, 10, 1)]
    rows = [
        {
            "hs_object_id": str(place),
            "hs_lastmodifieddate": moment.isoformat(),
            "hs_note_body": f"Day {place}",
        }
        for place, moment in enumerate(moments, 1)
    ]
    portal.hubspot.load("notes", rows)
    mail = {
        "hs_email_direction": "INCOMING_EMAIL",
        "hs_email_subject": "Re",
        "hs_email_from_email": "a@x.org",
    }
    portal(
        "POST",
        "/crm/v3/objects/emails",
        {"properties": {**mail, "hs_timestamp": "2026-01-01T00:00:00Z"}},
        201,
    )
    path = "/engagements/v1/engagements/recent/modified?count=2"
    first = portal("GET", path)
    assert (first["total"], first["hasMore"], first["offset"]) == (4, True, 2)
    assert first["results"][0]["engagement"]["type"] == "INCOMING_EMAIL"
    assert first["results"][0]["metadata"]["from"] == {"email": "a@x.org"}
    assert first["results"][1]["metadata"] == {"body": "Day 4"}
    second = portal("GET", f"{path}&offset=2")
    assert [item["engagement"]["id"] for item in second["results"]] == [3, 2] and not second["hasMore"]
    since = milliseconds((now - timedelta(days=15)).isoformat())
    assert portal("GET", f"{path}&since={since}")["total"] == 3


def test_airbyte_reads_merges_and_submissions_from_contacts(portal: Portal) -> None:
    form = portal("POST", "/marketing/v3/forms", {"name": "Demo"}, 201)["id"]
    sent = {"context": {"pageUri": "https://x.org/demo", "pageName": "Demo page"}}
    for email in ("a@x.org", "b@x.org", "a@x.org"):
        fields = {"fields": [{"name": "email", "value": email}]}
        portal("POST", f"/submissions/v3/integration/secure/submit/1/{form}", sent | fields)
    ids = {
        item["properties"]["email"]: item["id"]
        for item in portal("GET", "/crm/v3/objects/contacts")["results"]
    }
    merged = {"primaryObjectId": ids["a@x.org"], "objectIdToMerge": ids["b@x.org"]}
    portal("POST", "/crm/v3/objects/contacts/merge", merged)
    path = "/contacts/v1/lists/all/contacts/all?count=100"
    [person] = portal("GET", f"{path}&formSubmissionMode=all")["contacts"]
    assert person["merged-vids"] and person["addedAt"] > 0
    audits = {audit["vid-to-merge"]: audit for audit in person["merge-audits"]}
    assert audits[int(ids["b@x.org"])]["merged_from_email"]["value"] == "b@x.org"
    assert {audit["canonical-vid"] for audit in audits.values()} == {person["vid"]}
    assert [entry["form-id"] for entry in person["form-submissions"]] == [form] * 3
    assert person["form-submissions"][0]["page-title"] == "Demo page"
    assert len(portal("GET", path)["contacts"][0]["form-submissions"]) == 1
    assert portal("GET", f"{path}&formSubmissionMode=none")["contacts"][0]["form-submissions"] == []


def test_estuary_reads_lists_by_their_last_change(portal: Portal) -> None:
    """Lists carry the properties asked for; members come those that joined last first, also while some leave."""
    ids = fill(portal, 5)
    names = [item["name"] for item in portal("GET", "/crm/v3/properties/0-45")["results"]]
    new = {"objectTypeId": "0-1", "processingType": "MANUAL"}
    made = [portal("POST", "/crm/v3/lists", {**new, "name": f"L{n}"})["list"]["listId"] for n in range(3)]
    members = f"/crm/v3/lists/{made[0]}/memberships"
    for record_id in ids:
        portal.hubspot.clock.advance(60)
        portal("PUT", f"{members}/add", [record_id])
    asked = {"count": 2, "offset": 0, "sort": "HS_LIST_ID", "additionalProperties": names}
    page = portal("POST", "/crm/v3/lists/search", asked)
    assert page["hasMore"] and [item["listId"] for item in page["lists"]] == made[:2]
    first = page["lists"][0]["additionalProperties"]
    assert int(first["hs_lastmodifieddate"]) == milliseconds(page["lists"][0]["updatedAt"])
    assert (first["hs_list_size"], first["hs_last_record_added_at"]) == ("5", first["hs_lastmodifieddate"])
    assert "hs_last_record_removed_at" not in first
    rest = portal("POST", "/crm/v3/lists/search", {**asked, "offset": page["offset"]})
    assert [item["listId"] for item in rest["lists"]] == made[2:] and not rest["hasMore"]
    page = portal("GET", f"{members}/join-order?limit=2")
    assert [member["recordId"] for member in page["results"]] == ids[:2:-1]
    portal("PUT", f"{members}/remove", ids[3:4])
    link = page["paging"]["next"]["link"]
    assert [member["recordId"] for member in portal.pages(link)] == ids[2::-1]
    portal("GET", f"{members}/join-order?before=1", expect=501)
    portal("POST", "/crm/v3/lists/search", {"sort": "HS_FOLDER_NAME"}, 501)
    only = portal("POST", "/crm/v3/lists/search", {"listIds": made[1:2], "processingTypes": ["MANUAL"]})
    assert [item["listId"] for item in only["lists"]] == made[1:2]
    assert portal("POST", "/crm/v3/lists/search", {"processingTypes": ["DYNAMIC"]})["total"] == 0


def test_older_taps_ask_for_groups_lists_and_their_token(portal: Portal) -> None:
    groups = portal("GET", "/properties/v1/contacts/groups?includeProperties=true")
    assert {group["name"] for group in groups} == set(
        portal.hubspot.groups(portal.hubspot.object_type("contacts"))
    )
    assert any(item["name"] == "email" for group in groups for item in group["properties"])
    made = portal("POST", "/contacts/v1/lists", {"name": "Old"})
    assert [item["listId"] for item in portal("GET", "/contacts/v1/lists?count=250")["lists"]] == [
        made["listId"]
    ]
    assert portal("GET", f"/contacts/v1/lists/{made['listId']}")["name"] == "Old"
    token = portal.hubspot.token
    said = portal("GET", f"/oauth/v1/access-tokens/{token}", headers={"Authorization": ""})
    assert said["hub_id"] == portal.hubspot.portal_id and "oauth" in said["scopes"]
    portal("GET", "/oauth/v1/access-tokens/unknown", expect=404)


@pytest.mark.parametrize("name", ["tickets", "products", "line_items", "quotes"])
def test_objects_that_readers_ask_for_are_there_and_empty(portal: Portal, name: str) -> None:
    for base in ("/crm/v3/objects", "/crm/objects/2026-09"):
        for archived in ("false", "true"):
            assert portal("GET", f"{base}/{name}?limit=100&archived={archived}") == {"results": []}
        found = portal("POST", f"{base}/{name}/search", {"sorts": ["hs_lastmodifieddate"], "limit": 100})
        assert found == {"total": 0, "results": []}
    known = {item["name"] for item in portal("GET", f"/crm/v3/properties/{name}")["results"]}
    assert known >= {"hs_object_id", "hs_lastmodifieddate", "hubspot_owner_id"}
    assert portal("GET", f"/crm/v3/schemas/{name}")["fullyQualifiedName"] == name.removesuffix("s").upper()
    assert portal("GET", "/marketing/v3/forms") == {"results": []}


def test_a_ticket_can_be_made_and_linked(portal: Portal) -> None:
    [pipeline] = portal("GET", "/crm/v3/pipelines/tickets")["results"]
    assert pipeline["stages"][0]["label"] == "New"
    link = {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 16}
    body = {
        "properties": {"subject": "Help", "hs_pipeline_stage": pipeline["stages"][0]["id"]},
        "associations": [{"to": {"id": portal.contact(firstname="Ada")}, "types": [link]}],
    }
    made = portal("POST", "/crm/v3/objects/tickets", body, 201)
    assert made["properties"]["hs_pipeline"] == pipeline["id"]
    links = portal("GET", f"/crm/v4/objects/tickets/{made['id']}/associations/contacts")["results"]
    assert [each["associationTypes"][0]["typeId"] for each in links] == [16]
    body["properties"]["hs_pipeline_stage"] = "none"
    portal("POST", "/crm/v3/objects/tickets", body, 400)
