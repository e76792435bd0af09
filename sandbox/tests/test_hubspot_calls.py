"""The rest of the sandbox's HubSpot calls, each through its address, without a process of its own."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from leadwright_sandbox.hubspot.limits import Limits
from leadwright_sandbox.hubspot.routes import ROUTES
from leadwright_sandbox.population import generate
from leadwright_sandbox.testing.portal import Portal


@pytest.fixture
def portal() -> Iterator[Portal]:
    made = Portal()
    yield made
    made.close()


def test_a_record_is_created_with_its_links(portal: Portal) -> None:
    person = portal.contact(firstname="Ada")
    types = [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 3}]
    body = {"properties": {"dealname": "D"}, "associations": [{"to": {"id": person}, "types": types}]}
    deal = portal("POST", "/crm/v3/objects/deals", body, 201)
    assert deal["properties"]["pipeline"] == "default"
    read = portal("GET", f"/crm/v3/objects/deals/{deal['id']}?associations=contacts")
    assert read["associations"]["contacts"]["results"] == [{"id": person, "type": "deal_to_contact"}]
    wrong = {"properties": {}, "associations": [{"to": {"id": person}, "types": [{"associationTypeId": 1}]}]}
    portal("POST", "/crm/v3/objects/deals", wrong, 400)


def test_links_in_the_older_form(portal: Portal) -> None:
    person, company = portal.contact(firstname="Ada"), portal.company(name="Acme")
    path, pair = (
        "/crm/v3/associations/contacts/companies/batch",
        {"from": {"id": person}, "to": {"id": company}},
    )
    made = portal("POST", f"{path}/create", {"inputs": [{**pair, "type": "contact_to_company"}]}, 201)
    assert made["results"] == [{**pair, "type": "contact_to_company"}]
    [read] = portal("POST", f"{path}/read", {"inputs": [{"id": person}]})["results"]
    assert read == {"from": {"id": person}, "to": [{"id": company, "type": "contact_to_company"}]}
    one = f"/crm/v3/objects/contacts/{person}/associations/companies"
    assert portal("GET", one)["results"] == [{"id": company, "type": "contact_to_company"}]
    portal("DELETE", f"{one}/{company}/279", expect=204)
    assert portal("GET", one)["results"] == []
    assert portal("PUT", f"{one}/{company}/contact_to_company")["id"] == person
    portal("POST", f"{path}/archive", {"inputs": [pair]}, 204)
    assert portal("POST", f"{path}/read", {"inputs": [{"id": person}]}, 207)["numErrors"] == 1


def test_links_by_batch_with_labels(portal: Portal) -> None:
    person, company = portal.contact(firstname="Ada"), portal.company(name="Acme")
    path = "/crm/v4/associations/contacts/companies"
    [there, _] = portal("POST", f"{path}/labels", {"label": "Boss", "name": "boss"})["results"]
    spec = [{"associationCategory": "USER_DEFINED", "associationTypeId": there["typeId"]}]
    item = {"from": {"id": person}, "to": {"id": company}, "types": spec}
    assert portal("POST", f"{path}/batch/create", {"inputs": [item]}, 201)["results"][0]["labels"] == ["Boss"]
    portal("POST", f"{path}/batch/labels/archive", {"inputs": [item]}, 204)
    [link] = portal("GET", f"/crm/v4/objects/contacts/{person}/associations/companies")["results"]
    assert "Boss" not in [kind["label"] for kind in link["associationTypes"]]
    gone = {"from": {"id": person}, "to": [{"id": company}]}
    portal("POST", f"{path}/batch/archive", {"inputs": [gone]}, 204)
    assert portal("GET", f"/crm/v4/objects/contacts/{person}/associations/companies")["results"] == []
    portal("POST", f"{path}/labels", {"label": "Boss", "name": "boss"}, 409)
    portal("POST", f"{path}/batch/create", {"inputs": [{**item, "to": {"id": "999"}}]}, 404)
    portal("POST", f"{path}/batch/read", {"inputs": [{"id": str(n)} for n in range(1001)]}, 400)


def test_both_ways_of_a_label_have_names_and_a_type_has_its_category(portal: Portal) -> None:
    person, company = portal.contact(firstname="Ada"), portal.company(name="Acme")
    path = "/crm/v4/associations/contacts/companies/labels"
    given = {"label": "Works for", "inverseLabel": "Employs", "name": "works_for"}
    there, back = portal("POST", path, given)["results"]
    assert (there["label"], back["label"]) == ("Works for", "Employs")
    wrong = [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": there["typeId"]}]
    link = f"/crm/v4/objects/contacts/{person}/associations/companies/{company}"
    portal("PUT", link, wrong, 400)
    own = {"properties": {}, "associations": [{"to": {"id": company}, "types": wrong}]}
    portal("POST", "/crm/v3/objects/contacts", own, 400)
    portal("PUT", link, [{**wrong[0], "associationCategory": "USER_DEFINED"}], 201)
    [seen] = portal("GET", f"/crm/v4/objects/companies/{company}/associations/contacts")["results"]
    assert "Employs" in [kind["label"] for kind in seen["associationTypes"]]


def test_writes_that_would_contradict_the_portal_are_refused(portal: Portal) -> None:
    contacts, deals = "/crm/v3/objects/contacts", "/crm/v3/objects/deals"
    types = [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 279}]
    dangling = {
        "properties": {"email": "a@b.example"},
        "associations": [{"to": {"id": "nope"}, "types": types}],
    }
    portal("POST", contacts, dangling, 400)
    portal("POST", f"{contacts}/batch/create", {"inputs": [dangling]}, 400)
    portal("GET", f"{contacts}/a@b.example?idProperty=email", expect=404)
    portal("POST", contacts, {"properties": {"associatedcompanyid": "nope"}}, 400)
    for value in ({"a": 1}, ["a"]):
        portal("POST", contacts, {"properties": {"firstname": value}}, 400)
    stage = {"label": "Talk", "displayOrder": 0, "metadata": {"probability": "0.3"}}
    made = portal("POST", "/crm/v3/pipelines/deals", {"label": "Partners", "stages": [stage]}, 201)
    other = made["stages"][0]["id"]
    for refused in (
        {"pipeline": "nopipe"},
        {"dealstage": "nostage"},
        {"pipeline": "default", "dealstage": other},
        {"pipeline": made["id"], "dealstage": "closedwon"},
    ):
        portal("POST", deals, {"properties": {"dealname": "D", **refused}}, 400)
    deal = portal("POST", deals, {"properties": {"dealname": "D", "dealstage": "closedwon"}}, 201)["id"]
    for moved in ({"dealstage": other}, {"pipeline": made["id"]}):
        portal("PATCH", f"{deals}/{deal}", {"properties": moved}, 400)
    portal("PATCH", f"{deals}/{deal}", {"properties": {"pipeline": made["id"], "dealstage": other}})
    equation = {"name": "twice", "label": "Twice", "type": "number", "fieldType": "calculation_equation"}
    portal("POST", "/crm/v3/properties/deals", {**equation, "groupName": "dealinformation"}, 501)
    for version in ("2019-01", "2099-99"):
        portal("GET", f"/crm/objects/{version}/contacts", expect=501)


def test_a_made_population_has_primary_companies_and_merged_contacts(portal: Portal) -> None:
    made = generate(2, 150, datetime(2026, 6, 30, 12, tzinfo=UTC))
    for name, rows in made.hubspot.items():
        portal.hubspot.load(name, rows)
    portal.hubspot.load_associations(made.hubspot_associations)
    for name, company_of in (("contacts", "associatedcompanyid"), ("deals", None)):
        inputs = [{"id": row["hs_object_id"]} for row in made.hubspot[name] if "archived" not in row][:100]
        path = f"/crm/v4/associations/{name}/companies/batch/read"
        linked = portal("POST", path, {"inputs": inputs}, 207)  # some have no company, which the answer names
        primary = {
            entry["from"]["id"]: [
                str(link["toObjectId"])
                for link in entry["to"]
                if "Primary" in [kind["label"] for kind in link["associationTypes"]]
            ]
            for entry in linked["results"]
        }
        assert primary and all(len(companies) == 1 for companies in primary.values())
        if company_of:
            body = {"inputs": inputs, "properties": [company_of]}
            records = portal("POST", f"/crm/v3/objects/{name}/batch/read", body)["results"]
            shown = {it["id"]: it["properties"][company_of] for it in records}
            assert primary == {record_id: [company] for record_id, company in shown.items() if company}
    merged = [row for row in made.hubspot["contacts"] if "hs_merged_object_ids" in row]
    assert merged
    for row in merged:
        for former in str(row["hs_merged_object_ids"]).split(";"):
            assert portal("GET", f"/crm/v3/objects/contacts/{former}")["id"] == row["hs_object_id"]


def test_a_loaded_record_came_from_a_user(portal: Portal) -> None:
    dates = {"createdate": "2026-01-01T08:00:00.000Z", "lastmodifieddate": "2026-01-02T08:00:00.000Z"}
    portal.hubspot.load("contacts", [{"hs_object_id": "7", "firstname": "Ada", **dates}])
    asked = "propertiesWithHistory=firstname,lastmodifieddate"
    history = portal("GET", f"/crm/v3/objects/contacts/7?{asked}")["propertiesWithHistory"]
    assert [history[name][0]["timestamp"] for name in ("firstname", "lastmodifieddate")] == [*dates.values()]
    portal("PATCH", "/crm/v3/objects/contacts/7", {"properties": {"firstname": "Eve"}})
    history = portal("GET", f"/crm/v3/objects/contacts/7?{asked}")["propertiesWithHistory"]
    for name in ("firstname", "lastmodifieddate"):
        assert [version["sourceType"] for version in history[name]] == ["INTEGRATION", "CRM_UI"]


def test_properties_change_and_go(portal: Portal) -> None:
    base = "/crm/v3/properties/contacts"
    color = {
        "name": "color",
        "label": "Color",
        "type": "enumeration",
        "fieldType": "select",
        "groupName": "contactinformation",
    }
    portal("POST", base, color, 400)  # an enumeration without options
    portal("POST", base, {**color, "options": [{"label": "Red", "value": "red"}]}, 201)
    portal("POST", "/crm/v3/objects/contacts", {"properties": {"color": "blue"}}, 400)
    options = [{"label": "Red", "value": "red"}, {"label": "Blue", "value": "blue"}]
    assert len(portal("PATCH", f"{base}/color", {"label": "Colour", "options": options})["options"]) == 2
    person = portal.contact(color="blue")
    assert (
        portal("POST", f"{base}/batch/read", {"inputs": [{"name": "color"}, {"name": "no"}]}, 207)[
            "numErrors"
        ]
        == 1
    )
    portal("DELETE", f"{base}/color", expect=204)
    portal("GET", f"{base}/color", expect=404)
    assert portal("GET", f"{base}/color?archived=true")["archived"]
    assert "color" not in portal("GET", f"/crm/v3/objects/contacts/{person}?properties=color")["properties"]
    portal("PATCH", f"/crm/v3/objects/contacts/{person}", {"properties": {"color": "red"}}, 400)
    portal("DELETE", f"{base}/email", expect=400)
    portal("POST", base, {**color, "name": "Color"}, 400)
    portal("POST", base, {**color, "name": "c2", "fieldType": "text"}, 400)
    portal(
        "POST",
        base,
        {**color, "name": "c2", "groupName": "nowhere", "type": "string", "fieldType": "text"},
        400,
    )
    assert portal("GET", f"{base}/groups/contactinformation")["name"] == "contactinformation"
    portal("DELETE", f"{base}/groups/contactinformation", expect=400)
    portal("POST", f"{base}/groups", {"name": "ours", "label": "Ours"}, 201)
    assert portal("PATCH", f"{base}/groups/ours", {"label": "Mine"})["label"] == "Mine"
    portal("DELETE", f"{base}/groups/ours", expect=204)
    portal("GET", f"{base}/groups/ours", expect=404)


def test_unique_properties(portal: Portal) -> None:
    serial = {
        "name": "serial",
        "label": "Serial",
        "type": "string",
        "fieldType": "text",
        "hasUniqueValue": True,
    }
    portal("POST", "/crm/v3/properties/companies", {**serial, "groupName": "companyinformation"}, 201)
    first, second = portal.company(serial="S1"), portal.company(serial="S2")
    refused = portal("PATCH", f"/crm/v3/objects/companies/{second}", {"properties": {"serial": "s1"}}, 400)
    assert refused["errors"][0]["code"] == "CONFLICTING_UNIQUE_VALUE"
    inputs = [{"id": "S1", "idProperty": "serial", "properties": {"name": "One"}}]
    updated = portal("POST", "/crm/v3/objects/companies/batch/update", {"inputs": inputs})
    assert updated["results"][0]["id"] == first
    by_email = [{"id": "a@x.org", "idProperty": "email", "properties": {}}]
    answer = portal("POST", "/crm/v3/objects/contacts/batch/update", {"inputs": by_email}, 400)
    assert "non-unique 0-1 property" in answer["message"]
    asked = {"idProperty": "serial", "inputs": [{"id": "S2"}, {"id": "S9"}]}
    read = portal("POST", "/crm/v3/objects/companies/batch/read", asked, 207)
    assert [record["id"] for record in read["results"]] == [second] and read["numErrors"] == 1


def test_entries_of_a_mixed_answer(portal: Portal) -> None:
    """Exactly the members that the service sends: strict readers refuse others."""
    said = "Could not get some CONTACT objects, they may be deleted or not exist. Check that ids are valid."
    missing = {"status": "error", "category": "OBJECT_NOT_FOUND", "message": said}
    path, person = "/crm/v3/objects/contacts/batch", portal.contact(email="a@x.org")
    read = portal("POST", f"{path}/read", {"inputs": [{"id": "8"}, {"id": "9"}]}, 207)
    assert read["errors"] == [{**missing, "context": {"ids": ["8", "9"]}}] and read["results"] == []
    rows: list[dict[str, Any]] = [
        {"id": "9", "properties": {"firstname": "B"}},
        {"id": person, "properties": {"no_such_property": "B"}},
    ]
    traced = [row | {"objectWriteTraceId": f"t{place}"} for place, row in enumerate(rows)]
    first, second = portal("POST", f"{path}/update", {"inputs": traced}, 207)["errors"]
    assert first == {**missing, "context": {"ids": ["9"], "objectWriteTraceId": ["t0"]}}
    assert set(second) == {"status", "category", "message", "context"}
    assert (
        second["context"] == {"objectWriteTraceId": ["t1"]} and "PROPERTY_DOESNT_EXIST" in second["message"]
    )
    refused = portal("POST", f"{path}/update", {"inputs": rows[:1]}, 404)
    assert (refused["message"], refused["context"]) == (said, {"ids": ["9"]})
    asked = {"inputs": [{"id": person}]}
    [unlinked] = portal("POST", "/crm/v4/associations/contacts/companies/batch/read", asked, 207)["errors"]
    assert set(unlinked) == {"status", "category", "subCategory", "message", "context"}
    names = {"inputs": [{"name": "no_such_property"}]}
    [unknown] = portal("POST", "/crm/v3/properties/contacts/batch/read", names, 207)["errors"]
    assert unknown["context"] == {"name": ["no_such_property"]} and "errors" not in unknown


def test_pipelines_change(portal: Portal) -> None:
    stage = {"label": "Talk", "displayOrder": 0, "metadata": {"probability": "0.3"}}
    base = "/crm/v3/pipelines/deals"
    made = portal("POST", base, {"label": "Partners", "displayOrder": 1, "stages": [stage]}, 201)
    stages = f"{base}/{made['id']}/stages"
    won = {"label": "Signed", "metadata": {"probability": "1.0", "isClosed": "true"}}
    signed = portal("POST", stages, won, 201)["id"]
    assert [item["label"] for item in portal("GET", stages)["results"]] == ["Talk", "Signed"]
    body = {"properties": {"dealname": "P", "dealstage": signed}}
    deal = portal("POST", "/crm/v3/objects/deals", body, 201)["properties"]
    assert deal["pipeline"] == made["id"] and deal["hs_is_closed_won"] == "true"
    assert deal[f"hs_v2_date_entered_{signed}"] == deal["createdate"]
    assert portal("PATCH", f"{stages}/{signed}", {"label": "Won"})["label"] == "Won"
    changed = portal("PATCH", f"{base}/{made['id']}", {"label": "Allies", "displayOrder": 3})
    assert (changed["label"], changed["displayOrder"], len(changed["stages"])) == ("Allies", 3, 2)
    replaced = {"label": "Lost", "displayOrder": 9, "metadata": {"probability": "0.0"}}
    assert portal("PUT", f"{stages}/{signed}", replaced)["metadata"] == {"probability": "0.0"}
    portal("PUT", f"{stages}/{signed}", {"label": "Lost"}, 400)
    portal("PUT", f"{base}/{made['id']}", {"label": "Partners", "stages": [stage, {"label": "Bad"}]}, 400)
    assert [item["label"] for item in portal("GET", stages)["results"]] == ["Talk", "Lost"]
    kept = {"label": "Partners", "displayOrder": 1, "stages": [{**won, "stageId": signed}]}
    assert [item["id"] for item in portal("PUT", f"{base}/{made['id']}", kept)["stages"]] == [signed]
    portal("DELETE", f"{stages}/{signed}", expect=204)
    portal("GET", f"{stages}/{signed}", expect=404)
    portal("DELETE", f"{base}/{made['id']}", expect=204)
    assert [line["id"] for line in portal("GET", base)["results"]] == ["default"]
    portal("POST", base, {"label": "Sales Pipeline"}, 409)
    portal("GET", "/crm/v3/pipelines/contacts", expect=400)
    assert portal("GET", "/crm/pipelines/2026-09/leads")["results"][0]["stages"][0]["metadata"] == {
        "leadState": "NEW"
    }


def test_schemas_change(portal: Portal) -> None:
    name = {"name": "plate", "label": "Plate", "type": "string", "fieldType": "text"}
    egg = {"name": "car", "labels": {"singular": "Car", "plural": "Cars"}, "properties": [name]}
    portal("POST", "/crm/v3/schemas", {**egg, "requiredProperties": ["wheels"]}, 400)
    made = portal(
        "POST", "/crm-object-schemas/2026-03/schemas", {**egg, "primaryDisplayProperty": "plate"}, 201
    )
    path = f"/crm-object-schemas/v3/schemas/{made['objectTypeId']}"
    assert portal("PATCH", path, {"labels": {"plural": "Autos"}})["labels"] == {
        "singular": "Car",
        "plural": "Autos",
    }
    link = portal("POST", f"{path}/associations", {"toObjectTypeId": "0-1", "name": "driver"}, 201)
    assert link["toObjectTypeId"] == "0-1"
    portal("POST", "/crm/v3/schemas", egg, 409)
    portal("PATCH", "/crm/v3/schemas/contacts", {"labels": {}}, 400)
    assert portal("GET", "/crm/v3/schemas/CONTACT")["objectTypeId"] == "0-1"


def test_lists_by_name_and_by_record(portal: Portal) -> None:
    people = [portal.contact(firstname=str(number)) for number in range(3)]
    new = {"name": "Ours", "objectTypeId": "0-1", "processingType": "MANUAL"}
    made = portal("POST", "/crm/v3/lists", new)["list"]
    portal("POST", "/crm/v3/lists", new, 400)
    path = f"/crm/v3/lists/{made['listId']}"
    portal("PUT", f"{path}/memberships/add", people[:2])
    both = {"recordIdsToAdd": people[2:], "recordIdsToRemove": people[:1]}
    changed = portal("PUT", f"{path}/memberships/add-and-remove", both)
    assert changed["recordsIdsAdded"] == people[2:] and changed["recordIdsRemoved"] == people[:1]
    assert portal("GET", "/crm/v3/lists/object-type-id/0-1/name/Ours")["list"]["size"] == 2
    assert portal("GET", f"/crm/v3/lists/records/0-1/{people[2]}/memberships")["total"] == 1
    assert portal("POST", "/crm/v3/lists/search", {"query": "our"})["total"] == 1
    assert len(portal("GET", f"/crm/v3/lists?listIds={made['listId']}")["lists"]) == 1
    portal("DELETE", path, expect=204)
    portal("GET", path, expect=404)
    portal("PUT", f"{path}/restore", expect=204)
    portal("PUT", f"{path}/restore", expect=404)
    assert portal("GET", path)["list"]["size"] == 2
    other = portal("POST", "/crm/v3/lists", {**new, "name": "Theirs"})["list"]["listId"]
    portal("PUT", f"{path}/update-list-name?listName=Theirs", expect=400)
    assert portal("PUT", f"{path}/update-list-name?listName=Mine")["updatedList"]["name"] == "Mine"
    portal("PUT", f"/crm/v3/lists/{other}/memberships/add-from/{made['listId']}", expect=204)
    portal("DELETE", f"{path}/memberships", expect=204)
    sizes = {item["name"]: item["size"] for item in portal("POST", "/crm/v3/lists/search", {})["lists"]}
    assert sizes == {"Mine": 0, "Theirs": 2}


@pytest.mark.parametrize("count", [0, 1, 99, 100, 101])
def test_old_contacts_are_paged(portal: Portal, count: int) -> None:
    portal.hubspot.load("contacts", ({"hs_object_id": str(number)} for number in range(1, count + 1)))
    found: list[int] = []
    offset, more = 0, True
    while more:
        page = portal(
            "GET", f"/contacts/v1/lists/all/contacts/all?count=100&vidOffset={offset}&property=email"
        )
        found += [person["vid"] for person in page["contacts"]]
        offset, more = page["vid-offset"], page["has-more"]
    assert found == list(range(1, count + 1))


def test_old_contacts_are_made_and_found(portal: Portal) -> None:
    path = "/contacts/v1/contact/createOrUpdate/email/Old@x.org/"
    sent = {
        "properties": [
            {"property": "firstname", "value": "Old"},
            {"property": "closedate", "value": 1613001600000},
        ]
    }
    made = portal("POST", path, sent)
    assert made["isNew"] and not portal("POST", path, sent)["isNew"]
    profile = portal("GET", f"/contacts/v1/contact/vid/{made['vid']}/profile")
    assert profile["properties"]["email"]["value"] == "old@x.org"
    assert profile["properties"]["closedate"]["value"] == "1613001600000"
    assert {item["name"] for item in portal("GET", "/companies/v2/properties")} >= {"domain", "name"}
    assert {item["name"] for item in portal("GET", "/properties/v2/deals/properties")} >= {"dealstage"}


def test_webhook_settings(portal: Portal) -> None:
    portal("GET", "/webhooks/v3/1001/settings", expect=404)
    portal("PUT", "/webhooks/v3/1001/settings", {"targetUrl": "ftp://x"}, 400)
    assert portal("PUT", "/webhooks/v3/1001/settings", {"targetUrl": "http://127.0.0.1:9/x"})["targetUrl"]
    base = "/webhooks/v3/1001/subscriptions"
    made = portal("POST", base, {"eventType": "contact.creation"}, 201)
    assert portal("PATCH", f"{base}/{made['id']}", {"active": True})["active"]
    portal("POST", base, {"eventType": "contact.propertyChange"}, 400)
    portal("POST", base, {"eventType": "planet.creation"}, 400)
    portal("GET", "/webhooks/v3/7/subscriptions", expect=404)
    switched = {"inputs": [{"id": made["id"], "active": False}]}
    assert not portal("POST", f"{base}/batch/update", switched)["results"][0]["active"]
    portal("POST", f"{base}/batch/update", {"inputs": [{"id": "77", "active": True}]}, 404)
    portal("DELETE", f"{base}/{made['id']}", expect=204)
    assert portal("GET", base)["results"] == []


def test_submissions_that_are_loaded_in_any_order_come_newest_first(portal: Portal) -> None:
    ada = portal.contact(email="ada@example.com")
    moments = [f"2026-01-0{day}T10:00:00Z" for day in (3, 1, 4, 1, 2)]
    rows = [
        {
            "form": "Demo",
            "contact_id": ada,
            "submitted_at": at,
            "email": "ada@example.com",
            "jobtitle": str(n),
        }
        for n, at in enumerate(moments)
    ]
    portal.hubspot.load(
        "forms", [{"name": "Demo", "created_at": "2025-12-01T00:00:00Z", "fields": "email;jobtitle"}]
    )
    portal.hubspot.load("form_submissions", rows)
    (form,) = portal("GET", "/marketing/v3/forms")["results"]
    assert (form["name"], form["createdAt"]) == ("Demo", "2025-12-01T00:00:00.000Z")
    asked = [field for group in form["fieldGroups"] for field in group["fields"]]
    assert [(field["name"], field["fieldType"], field["required"]) for field in asked] == [
        ("email", "email", True),
        ("jobtitle", "single_line_text", False),
    ]
    path = f"/form-integrations/v1/submissions/forms/{form['id']}"
    found = [(entry["submittedAt"], entry["values"][1]["value"]) for entry in portal.pages(f"{path}?limit=1")]
    assert [value for _, value in found] == ["2", "0", "4", "3", "1"]
    assert found == [
        (entry["submittedAt"], entry["values"][1]["value"]) for entry in portal("GET", path)["results"]
    ]
    sent = {"fields": [{"name": "email", "value": "ada@example.com"}, {"name": "jobtitle", "value": "now"}]}
    portal("POST", f"/submissions/v3/integration/secure/submit/1/{form['id']}", sent)
    newest = portal("GET", f"{path}?limit=1")["results"][0]
    assert newest["values"][1]["value"] == "now"
    ids = [entry["conversionId"] for entry in portal("GET", path)["results"]]
    assert len(set(ids)) == len(ids) == 6


def test_lists_are_loaded_with_the_moments_of_joining(portal: Portal) -> None:
    ada, bob = portal.contact(email="ada@example.com"), portal.contact(email="bob@example.com")
    moments = {ada: "2026-01-02T10:00:00Z", bob: "2026-01-01T10:00:00Z"}
    rows = [{"list": "Guests", "contact_id": who, "added_at": at} for who, at in moments.items()]
    portal.hubspot.load("list_members", rows)
    found = portal("GET", "/crm/v3/lists/object-type-id/0-1/name/Guests")["list"]
    assert (found["size"], found["createdAt"]) == (2, "2026-01-01T10:00:00.000Z")
    members = portal("GET", f"/crm/v3/lists/{found['listId']}/memberships")["results"]
    assert {m["recordId"]: m["membershipTimestamp"] for m in members} == {
        who: at.replace("Z", ".000Z") for who, at in moments.items()
    }


def test_forms_have_one_type(portal: Portal) -> None:
    portal("POST", "/marketing/v3/forms", {"name": "Theirs", "formType": "captured"}, 501)
    made = portal("POST", "/marketing/v3/forms", {"name": "Ours", "formType": "hubspot"}, 201)
    for types, ids in (
        ("", [made["id"]]),
        ("?formTypes=all", [made["id"]]),
        ("?formTypes=captured,flow", []),
    ):
        assert [form["id"] for form in portal("GET", f"/marketing/v3/forms{types}")["results"]] == ids
    portal("GET", "/marketing/v3/forms?formTypes=popup", expect=400)


def test_what_is_left_of_the_limits(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    base, people = "/crm/limits/2026-03", [portal.contact(firstname=str(number)) for number in range(5)]
    assert portal("GET", f"{base}/calculated-properties")["overallUsage"] == 0
    assert portal("GET", f"{base}/custom-object-types")["usage"] == 0
    deals, leads, tickets = portal("GET", f"{base}/pipelines")["hubspotDefinedObjectTypes"]
    assert (deals["objectTypeId"], deals["usage"], leads["usage"], tickets["usage"]) == ("0-3", 1, 1, 1)
    path = "/crm/v4/associations/contacts/companies"
    assert portal("GET", f"{base}/associations/labels")["results"] == []
    portal("POST", f"{path}/labels", {"label": "Boss", "name": "boss"})
    there, back = portal("GET", f"{base}/associations/labels")["results"]
    assert (there["fromObjectType"]["objectTypeId"], there["allLabels"], there["usage"]) == (
        "0-1",
        ["Boss"],
        1,
    )
    only = portal("GET", f"{base}/associations/labels?fromObjectTypeId=0-2")["results"]
    assert only == [back]
    names = [
        item["name"] for item in portal("GET", "/crm/v3/associations/contacts/companies/types")["results"]
    ]
    assert names == ["contact_to_company_unlabeled", "contact_to_company", "boss"]
    companies = {count: portal.company(name=str(count)) for count in (3, 4, 5)}
    for count, company in companies.items():
        pairs = [{"from": {"id": person}, "to": {"id": company}} for person in people[:count]]
        portal("POST", f"{path}/batch/associate/default", {"inputs": pairs})
    monkeypatch.setattr("leadwright_sandbox.hubspot.routes.limits.MAX_LINKS", 5)
    [crowded] = portal("GET", f"{base}/associations/records/from")["results"]
    assert (
        crowded["objectTypeId"] == "0-2" and crowded["hasRecordsAtLimit"] and crowded["hasRecordsNearLimit"]
    )
    assert [it["objectTypeId"] for it in portal("GET", f"{base}/associations/records/0-2/to")["results"]] == [
        "0-1"
    ]
    assert portal("GET", f"{base}/associations/records/0-1/to")["results"] == []
    records = portal("GET", f"{base}/associations/records/0-2/0-1")
    assert [it["objectId"] for it in records["atLimitFromRecordSamples"]] == [int(companies[5])]
    assert [it["percentage"] for it in records["nearLimitFromRecordSamples"]] == [80.0]


def test_old_and_new_limits_of_batches(portal: Portal) -> None:
    inputs = [{"id": str(number)} for number in range(101)]
    path = "/crm/v3/objects/contacts/batch/read"
    portal("POST", path, {"inputs": inputs}, 400)
    portal("POST", path, {"inputs": inputs[:100]}, 207)
    portal("POST", path, {"inputs": inputs[:51], "propertiesWithHistory": ["email"]}, 400)
    portal("POST", path, {"inputs": inputs[:50], "propertiesWithHistory": ["email"]}, 207)
    portal("POST", path, {"inputs": []}, 400)
    portal("POST", path, {"inputs": "all"}, 400)


def test_owners_must_exist(portal: Portal) -> None:
    portal.hubspot.load("owners", [{"id": "7", "email": "r@x.org"}, {"id": "8", "archived": "true"}])
    person = portal.contact(hubspot_owner_id="7")
    read = portal("GET", f"/crm/v3/objects/contacts/{person}?properties=hubspot_owner_assigneddate")
    assert read["properties"]["hubspot_owner_assigneddate"] == read["createdAt"]
    portal("PATCH", f"/crm/v3/objects/contacts/{person}", {"properties": {"hubspot_owner_id": "8"}}, 400)
    portal("PATCH", f"/crm/v3/objects/contacts/{person}", {"properties": {"hubspot_owner_id": ""}})
    assert portal("GET", "/crm/v3/owners/7")["email"] == "r@x.org"
    portal("GET", "/crm/v3/owners/9", expect=404)
    assert portal("GET", "/account-info/v3/api-usage/daily/private-apps")["results"][0]["currentUsage"] > 0


def test_the_headers_of_a_second_count_a_second() -> None:
    moment = [0.0]
    limits = Limits(enforced=True, timer=lambda: moment[0])
    limits.per_ten_seconds = 50

    def left() -> tuple[int, int, int]:
        headers = limits.admit(search=False)
        names = ("Secondly", "Secondly-Remaining", "Remaining")
        return tuple(int(headers[f"X-HubSpot-RateLimit-{name}"]) for name in names)  # type: ignore[return-value]

    assert [left() for _ in range(6)] == [(5, max(0, 4 - n), 49 - n) for n in range(6)]
    moment[0] = 1.5
    assert left() == (5, 4, 43)
    moment[0] = 9.9
    assert left() == (5, 4, 42)
    moment[0] = 10.5
    assert left() == (5, 3, 47)


WORDS = [
    "inputs", "properties", "id", "idProperty", "from", "to", "types", "associationTypeId", "filters",
    "filterGroups", "propertyName", "operator", "value", "values", "sorts", "limit", "after", "query",
    "name", "label", "type", "fieldType", "groupName", "options", "displayOrder", "metadata", "stages",
    "associations", "propertiesWithHistory", "objectWriteTraceId", "labels", "eventType", "fields",
    "context", "vids", "emails", "definitionId", "email", "offset", "count",
]  # fmt: skip
VALUES = ["", "1", "x", "EQ", "IN", "email", "0-1", "2026-01-01", "\0", "é", None, True, 0, -1, 1.5, 10**20]


def anything(dice: random.Random, depth: int) -> Any:
    kind = dice.random()
    if depth > 3 or kind < 0.6:
        return dice.choice(VALUES)
    if kind < 0.75:
        return [anything(dice, depth + 1) for _ in range(dice.randrange(3))]
    return {dice.choice(WORDS): anything(dice, depth + 1) for _ in range(dice.randrange(5))}


def test_nothing_that_is_sent_breaks_the_portal(portal: Portal) -> None:
    portal.contact(email="a@x.org")
    dice = random.Random(5)
    for endpoint in ROUTES * 8:
        path = endpoint.path.replace("{app}", "1001")
        for name in ("{object}", "{from_object}", "{to_object}"):
            path = path.replace(name, dice.choice(["contacts", "companies"]))
        path = re.sub(r"\{\w+\}", lambda _: dice.choice(["101", "x", "email"]), path)
        path += dice.choice(
            ["", "?limit=x", "?after=x&limit=5", "?offset=x", "?idProperty=email", "?associations=deals"]
        )
        body = {dice.choice(WORDS): anything(dice, 1) for _ in range(4)}
        assert (
            portal.status(endpoint.method, path, body) < 500
            or portal.status(endpoint.method, path, body) == 501
        )


def test_what_is_sent_must_be_json(portal: Portal) -> None:
    for body in ([], "text", {"properties": []}, {}):
        portal("POST", "/crm/v3/objects/contacts", body, 400)
    portal("POST", "/crm/v3/objects/contacts/search", {"filters": "all"}, 400)


@pytest.mark.parametrize("version", ["v1", "2026-03"])
def test_a_refresh_token_becomes_an_access_token_of_half_an_hour(portal: Portal, version: str) -> None:
    app, path = portal.hubspot.app, f"/oauth/{version}/token"
    form = {
        "grant_type": "refresh_token",
        "client_id": app.client_id,
        "client_secret": app.client_secret,
        "refresh_token": app.refresh_token,
    }
    said = portal.form(path, form)
    assert (said["expires_in"], said["refresh_token"]) == (1800, app.refresh_token)
    bearer = {"Authorization": f"Bearer {said['access_token']}"}
    portal("GET", "/crm/v3/owners", headers=bearer)
    portal.hubspot.clock.advance(1801)
    portal("GET", "/crm/v3/owners", expect=401, headers=bearer)
    portal("GET", "/crm/v3/owners")  # a private app's token has no end
    app.rotates = True
    following = portal.form(path, form)["refresh_token"]
    assert following != form["refresh_token"]
    for wrong, error in (
        ({}, "invalid_grant"),
        ({"client_id": "x"}, "invalid_client"),
        ({"client_secret": "x"}, "invalid_client"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
    ):
        refused = portal.form(path, form | wrong, 400)
        assert refused["error"] == error
    assert portal.form(path, form | {"refresh_token": following})["access_token"]
    portal.form(path, form | {"grant_type": "authorization_code"}, 501)
