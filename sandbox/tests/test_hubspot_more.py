"""The less usual calls of the sandbox's HubSpot: history, merges, schemas, lists, labels, lag and faults."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from hubspot import HubSpot as Client
from hubspot.crm.schemas import ObjectSchemaEgg, ObjectTypeDefinitionLabels, ObjectTypePropertyCreate

from leadwright_sandbox.testing import Sandbox


@pytest.fixture(scope="module")
def portal(start_sandbox: Callable[..., Sandbox]) -> Sandbox:
    return start_sandbox("--leads", "0", "--no-limits", "--control")


@pytest.fixture(scope="module")
def client(portal: Sandbox) -> Client:
    return Client(access_token=portal["hubspot"]["token"], host=portal["hubspot"]["url"])


@pytest.fixture(scope="module")
def http(portal: Sandbox) -> Iterator[httpx.Client]:
    headers = {"Authorization": f"Bearer {portal['hubspot']['token']}"}
    with httpx.Client(base_url=portal["hubspot"]["url"], headers=headers, timeout=30) as session:
        yield session


@pytest.fixture
def control(portal: Sandbox) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=portal["control"]["url"], timeout=30) as session:
        yield session
        session.delete("/faults")
        session.put("/hubspot/search-lag", json={"seconds": 0})


def new_contact(http: httpx.Client, **properties: str) -> str:
    properties.setdefault("email", f"{uuid.uuid4()}@example.com")
    answer = http.post("/crm/v3/objects/contacts", json={"properties": properties})
    assert answer.status_code == 201, answer.text
    made: str = answer.json()["id"]
    return made


def new_company(http: httpx.Client, name: str) -> str:
    made: str = http.post("/crm/v3/objects/companies", json={"properties": {"name": name}}).json()["id"]
    return made


def change(http: httpx.Client, record_id: str, **properties: str) -> None:
    assert (
        http.patch(f"/crm/v3/objects/contacts/{record_id}", json={"properties": properties}).status_code
        == 200
    )


def test_history_lists_every_version_newest_first(http: httpx.Client) -> None:
    record_id = new_contact(http, lifecyclestage="lead", jobtitle="Clerk")
    for stage in ("marketingqualifiedlead", "marketingqualifiedlead", "salesqualifiedlead"):
        change(http, record_id, lifecyclestage=stage)
    asked = {
        "propertiesWithHistory": "lifecyclestage,jobtitle,phone,lastmodifieddate",
        "properties": "hs_v2_date_entered_salesqualifiedlead",
    }
    read = http.get(f"/crm/v3/objects/contacts/{record_id}", params=asked).json()
    history = read["propertiesWithHistory"]
    assert [version["value"] for version in history["lifecyclestage"]] == [
        "salesqualifiedlead", "marketingqualifiedlead", "lead",
    ]  # fmt: skip
    versions = [version for name in history for version in history[name]]
    assert {version["sourceType"] for version in versions} == {"INTEGRATION"}, "the API has written all"
    changes = history["lastmodifieddate"]
    assert len(changes) == 4 and all(version["value"] == version["timestamp"] for version in changes)
    assert (changes[0]["value"], changes[-1]["value"]) == (read["updatedAt"], read["createdAt"])
    assert history["lifecyclestage"][-1]["timestamp"] == read["createdAt"]
    assert [version["value"] for version in history["jobtitle"]] == ["Clerk"] and history["phone"] == []
    assert (
        read["properties"]["hs_v2_date_entered_salesqualifiedlead"]
        == history["lifecyclestage"][0]["timestamp"]
    )


def merged(http: httpx.Client, kind: str, primary: str, other: str) -> str:
    ids = {"primaryObjectId": primary, "objectIdToMerge": other}
    answer = http.post(f"/crm/v3/objects/{kind}/merge", json=ids)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["id"])


def test_a_merge_makes_a_new_record_that_both_ids_lead_to(http: httpx.Client) -> None:
    primary = new_contact(http, firstname="Ann", lifecyclestage="lead")
    other = new_contact(http, firstname="Anne", phone="555", lifecyclestage="customer")
    names = "firstname,phone,lifecyclestage,hs_merged_object_ids,hs_additional_emails,createdate"
    before = [
        http.get(f"/crm/v3/objects/contacts/{it}", params={"properties": f"email,{names}"}).json()
        for it in (primary, other)
    ]
    company = new_company(http, "Merged Inc")
    put = f"/crm/v4/objects/contacts/{other}/associations/default/companies/{company}"
    assert http.put(put).status_code == 200
    there = merged(http, "contacts", primary, other)
    assert there not in (primary, other)
    asked = {"properties": names, "associations": "companies", "propertiesWithHistory": "firstname,phone"}
    for record_id in (primary, other, there):
        read = http.get(f"/crm/v3/objects/contacts/{record_id}", params=asked).json()
        shown = read["properties"]
        assert read["id"] == there
        assert (shown["firstname"], shown["phone"], shown["lifecyclestage"]) == ("Ann", "555", "customer")
        assert shown["hs_merged_object_ids"] == f"{primary};{other}"
        assert shown["hs_additional_emails"] == before[1]["properties"]["email"]
        assert shown["createdate"] == before[0]["createdAt"]
        assert [link["id"] for link in read["associations"]["companies"]["results"]] == [company] * 2
        versions = [it["value"] for it in read["propertiesWithHistory"]["firstname"]]
        assert versions == ["Ann", "Anne", "Ann"]  # the newest one says what the merge decided
    inputs = [{"id": primary}, {"id": other}]
    found = http.post("/crm/v3/objects/contacts/batch/read", json={"inputs": inputs}).json()["results"]
    assert [record["id"] for record in found] == [there]
    gone = http.get("/crm/v3/objects/contacts", params={"archived": "true", "limit": 100}).json()["results"]
    assert {primary, other} <= {record["id"] for record in gone}
    search = {"filters": [{"propertyName": "hs_object_id", "operator": "EQ", "value": other}]}
    assert http.post("/crm/v3/objects/contacts/search", json=search).json()["total"] == 0
    again = {"primaryObjectId": there, "objectIdToMerge": primary}
    assert http.post("/crm/v3/objects/contacts/merge", json=again).status_code == 400


def test_a_further_email_finds_its_contact_wherever_the_first_does(http: httpx.Client) -> None:
    emails = [f"{number}@further.example" for number in range(2)]
    there = merged(http, "contacts", *(new_contact(http, email=email) for email in emails))
    contacts = "/crm/v3/objects/contacts"
    for given in (emails[1], emails[1].upper()):
        found = http.get(f"{contacts}/{given}", params={"idProperty": "email"})
        assert found.json()["id"] == there
        for operator, value in (
            ("EQ", {"value": given}),
            ("IN", {"values": [given, "nobody@further.example"]}),
        ):
            for name in ("email", "hs_additional_emails"):
                filters = [{"propertyName": name, "operator": operator, **value}]
                search = http.post(f"{contacts}/search", json={"filters": filters}).json()
                assert [record["id"] for record in search["results"]] == [there], (name, operator)
    by_email = {"idProperty": "email", "inputs": [{"id": email} for email in emails]}
    read = http.post(f"{contacts}/batch/read", json=by_email).json()
    assert [record["id"] for record in read["results"]] == [there]
    assert http.get(f"/contacts/v1/contact/email/{emails[1]}/profile").json()["vid"] == int(there)
    refused = http.post(contacts, json={"properties": {"email": emails[1]}})
    assert refused.status_code == 409 and refused.json()["message"].endswith(there)
    again = {"idProperty": "email", "id": emails[1], "properties": {"firstname": "Again"}}
    [upserted] = http.post(f"{contacts}/batch/upsert", json={"inputs": [again]}).json()["results"]
    assert (upserted["id"], upserted["new"]) == (there, False)
    http.patch(f"{contacts}/{there}", json={"properties": {"email": emails[1]}})
    shown = http.get(f"{contacts}/{there}", params={"properties": "email,hs_additional_emails"}).json()[
        "properties"
    ]
    assert [shown["email"], shown["hs_additional_emails"]] == emails[::-1]


def test_a_contact_has_one_primary_company_whatever_is_merged(http: httpx.Client) -> None:
    people = [new_contact(http), new_contact(http)]
    companies = [new_company(http, f"Primary {number}") for number in range(3)]

    def primaries(person: str) -> tuple[str | None, list[str]]:
        path = f"/crm/v3/objects/contacts/{person}"
        read = http.get(path, params={"properties": "associatedcompanyid"}).json()
        links = http.get(f"/crm/v4/objects/contacts/{person}/associations/companies").json()["results"]
        named = [
            str(link["toObjectId"])
            for link in links
            if "Primary" in [kind["label"] for kind in link["associationTypes"]]
        ]
        return read["properties"]["associatedcompanyid"], named

    def link(person: str, company: str, type_id: int) -> None:
        path = f"/crm/v4/objects/contacts/{person}/associations/companies/{company}"
        kind = {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": type_id}
        assert http.put(path, json=[kind]).status_code == 201

    for person, company in zip(people, companies, strict=False):
        link(person, company, 279)
    link(people[0], companies[2], 1)
    assert primaries(people[0]) == (companies[2], [companies[2]])
    there = merged(http, "contacts", *people)
    assert primaries(there) == (companies[2], [companies[2]])
    company = merged(http, "companies", companies[1], companies[2])
    assert primaries(there) == (company, [company])
    changes = {"properties": {"associatedcompanyid": companies[0]}}
    assert http.patch(f"/crm/v3/objects/contacts/{there}", json=changes).status_code == 200
    assert primaries(there) == (companies[0], [companies[0]])
    http.delete(f"/crm/v3/objects/companies/{companies[0]}")
    assert primaries(there) == (None, [])


def test_a_first_company_becomes_the_primary_one(http: httpx.Client) -> None:
    person, first, second = new_contact(http), new_company(http, "First"), new_company(http, "Second")
    before = http.get(f"/crm/v3/objects/contacts/{person}").json()["updatedAt"]
    for company in (first, second):
        http.put(f"/crm/v4/objects/contacts/{person}/associations/default/companies/{company}")
    read = http.get(f"/crm/v3/objects/contacts/{person}", params={"properties": "associatedcompanyid"}).json()
    assert read["properties"]["associatedcompanyid"] == first
    assert read["updatedAt"] == before  # links do not count as a change
    links = http.get(f"/crm/v4/objects/contacts/{person}/associations/companies").json()["results"]
    labels = {str(link["toObjectId"]): [kind["label"] for kind in link["associationTypes"]] for link in links}
    assert labels == {first: ["Primary", None], second: [None]}
    http.delete(f"/crm/v4/objects/contacts/{person}/associations/companies/{first}")
    read = http.get(f"/crm/v3/objects/contacts/{person}", params={"properties": "associatedcompanyid"}).json()
    assert read["properties"]["associatedcompanyid"] is None


@pytest.mark.parametrize("count", [499, 500, 501])
def test_links_of_one_record_are_paged(http: httpx.Client, count: int) -> None:
    company = new_company(http, f"With {count}")
    people: list[str] = []
    for start in range(0, count, 100):
        inputs = [{"properties": {"firstname": "P"}} for _ in range(min(100, count - start))]
        made = http.post("/crm/v3/objects/contacts/batch/create", json={"inputs": inputs}).json()
        people += [record["id"] for record in made["results"]]
    pairs = [{"from": {"id": company}, "to": {"id": person}} for person in people]
    path = "/crm/associations/2026-03/companies/contacts"
    assert http.post(f"{path}/batch/associate/default", json={"inputs": pairs}).status_code == 200
    found: list[str] = []
    item: dict[str, str] = {"id": company}
    while True:
        [result] = http.post(f"{path}/batch/read", json={"inputs": [item]}).json()["results"]
        found += [str(target["toObjectId"]) for target in result["to"]]
        if "paging" not in result:
            break
        item = {"id": company, "after": result["paging"]["next"]["after"]}
    assert sorted(found) == sorted(people)


def test_labels_of_the_portals_own(http: httpx.Client) -> None:
    person, company = new_contact(http), new_company(http, "Labelled")
    made = http.post(
        "/crm/v4/associations/contacts/companies/labels", json={"label": "Champion", "name": "champion"}
    )
    there, back = made.json()["results"]
    spec = [{"associationCategory": "USER_DEFINED", "associationTypeId": there["typeId"]}]
    assert (
        http.put(f"/crm/v4/objects/contacts/{person}/associations/companies/{company}", json=spec).status_code
        == 201
    )
    [link] = http.get(f"/crm/v4/objects/companies/{company}/associations/contacts").json()["results"]
    assert {kind["typeId"] for kind in link["associationTypes"]} >= {back["typeId"], 280}
    assert http.delete(f"/crm/v4/associations/contacts/companies/labels/{there['typeId']}").status_code == 204
    labels = http.get("/crm/v4/associations/contacts/companies/labels").json()["results"]
    assert [kind["label"] for kind in labels] == [None, "Primary"]


def test_custom_objects(client: Client, http: httpx.Client) -> None:
    name = ObjectTypePropertyCreate(
        name="plate", label="Plate", type="string", field_type="text", has_unique_value=True
    )
    egg = ObjectSchemaEgg(
        name="car",
        labels=ObjectTypeDefinitionLabels(singular="Car", plural="Cars"),
        required_properties=["plate"],
        searchable_properties=["plate"],
        primary_display_property="plate",
        properties=[name],
        associated_objects=["CONTACT"],
    )
    made = client.crm.schemas.core_api.create(egg)
    assert [schema.name for schema in client.crm.schemas.core_api.get_all().results] == ["car"]
    api = client.crm.objects.basic_api
    car = api.create(made.object_type_id, {"properties": {"plate": "B-LW 1"}})
    assert api.get_by_id("car", car.id, properties=["plate"]).properties["plate"] == "B-LW 1"
    assert api.get_by_id(made.fully_qualified_name, "B-LW 1", id_property="plate").id == car.id
    assert http.post(f"/crm/v3/objects/{made.object_type_id}", json={"properties": {}}).status_code == 400
    assert http.delete(f"/crm/v3/schemas/{made.object_type_id}").status_code == 400
    api.archive(made.object_type_id, car.id)
    assert http.delete(f"/crm/v3/schemas/{made.object_type_id}").status_code == 204
    assert http.get("/crm/v3/objects/car").status_code == 400


def test_lists(client: Client, http: httpx.Client) -> None:
    people = [new_contact(http) for _ in range(3)]
    made = client.crm.lists.lists_api.create(
        {"name": "Ours", "objectTypeId": "0-1", "processingType": "MANUAL"}
    ).list
    api = client.crm.lists.memberships_api
    changed = api.add(made.list_id, [*people, "999999"])
    assert changed.records_ids_added == people and changed.record_ids_missing == ["999999"]
    assert [row.record_id for row in api.get_page(made.list_id, limit=2).results] == people[:2]
    api.remove(made.list_id, people[:1])
    assert client.crm.lists.lists_api.get_by_id(made.list_id).list.size == 2
    dynamic = {"name": "Theirs", "objectTypeId": "0-1", "processingType": "DYNAMIC"}
    assert http.post("/crm/v3/lists", json=dynamic).status_code == 501


@pytest.mark.parametrize("count", [0, 1, 49, 50, 51])
def test_form_submissions_come_newest_first(client: Client, http: httpx.Client, count: int) -> None:
    form = http.post("/marketing/v3/forms", json={"name": f"Demo {count}"}).json()
    email = f"{uuid.uuid4()}@example.com"
    for number in range(count):
        fields = [{"name": "email", "value": email}, {"name": "jobtitle", "value": f"Job {number}"}]
        sent = {"fields": fields, "context": {"pageUri": "https://x.example/demo", "pageName": "Demo page"}}
        path = f"/submissions/v3/integration/secure/submit/1/{form['id']}"
        assert http.post(path, json=sent).status_code == 200
    found: list[str] = []
    after = ""
    while True:
        path = f"/form-integrations/v1/submissions/forms/{form['id']}?limit=50" + (
            f"&after={after}" if after else ""
        )
        page = http.get(path).json()
        found += [entry["values"][1]["value"] for entry in page["results"]]
        if "paging" not in page:
            break
        after = page["paging"]["next"]["after"]
    assert found == [f"Job {number}" for number in reversed(range(count))]
    assert form["id"] in [known.id for known in client.marketing.forms.forms_api.get_page(limit=100).results]
    if count:
        asked = {
            "idProperty": "email",
            "properties": "num_conversion_events,recent_conversion_event_name,jobtitle",
        }
        read = http.get(f"/crm/v3/objects/contacts/{email}", params=asked).json()["properties"]
        assert read["num_conversion_events"] == str(count) and read["jobtitle"] == f"Job {count - 1}"
        assert read["recent_conversion_event_name"] == f"Demo page: Demo {count}"


def test_a_submission_that_does_not_fit_changes_nothing(http: httpx.Client) -> None:
    form = http.post("/marketing/v3/forms", json={"name": "Strict"}).json()
    path = f"/submissions/v3/integration/secure/submit/1/{form['id']}"
    for fields in ([{"name": "firstname", "value": "No e-mail"}], [{"name": "email", "value": "nobody"}]):
        assert http.post(path, json={"fields": fields}).status_code == 400
    assert http.get(f"/form-integrations/v1/submissions/forms/{form['id']}").json()["results"] == []


def test_what_the_account_holds(http: httpx.Client) -> None:
    new_contact(http)
    contacts = http.get("/crm/limits/2026-03/records").json()["hubspotDefinedObjectTypes"][0]
    assert contacts["objectTypeId"] == "0-1" and contacts["usage"] >= 1
    assert http.get("/crm/v3/limits/custom-properties").json()["overallUsage"] == 0


def test_the_search_can_lag(http: httpx.Client, control: httpx.Client) -> None:
    mark, other = uuid.uuid4().hex, uuid.uuid4().hex
    record_id = new_contact(http, company=mark)

    def search(company: str) -> list[str]:
        body = {
            "filters": [{"propertyName": "company", "operator": "EQ", "value": company}],
            "properties": ["company"],
        }
        answer = http.post("/crm/v3/objects/contacts/search", json=body).json()
        return [record["properties"]["company"] for record in answer["results"]]

    control.put("/hubspot/search-lag", json={"seconds": 30})
    change(http, record_id, company=other)
    new_contact(http, company=mark)
    assert search(mark) == [other]  # what is matched is old, what is shown is new
    assert search(other) == []
    control.post("/clock", json={"advance": 31})
    assert search(mark) == [mark] and search(other) == [other]


def test_statuses_and_waits_on_demand(http: httpx.Client, control: httpx.Client) -> None:
    rule = {
        "crm": "hubspot",
        "kind": "status",
        "status": 429,
        "retry_after": 3,
        "path": "/owners",
        "skip": 1,
        "times": 2,
    }
    assert control.post("/faults", json=rule).status_code == 200
    answers = [http.get("/crm/v3/owners") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 429, 429, 200]
    assert answers[1].headers["retry-after"] == "3" and answers[1].json()["category"] == "RATE_LIMITS"
    control.post("/faults", json={"crm": "hubspot", "kind": "latency", "seconds": [0.3, 0.3]})
    started = time.monotonic()
    http.get("/crm/v3/owners")
    assert time.monotonic() - started >= 0.3
    assert control.get("/faults").json()[1]["happened"] == 1
    assert control.post("/faults", json={"crm": "hubspot", "kind": "fire"}).status_code == 400


def test_faults_repeat_themselves(http: httpx.Client, control: httpx.Client) -> None:
    def statuses() -> list[int]:
        control.delete("/faults")
        rule = {"crm": "hubspot", "kind": "status", "status": 502, "share": 0.5, "times": None, "seed": 3}
        control.post("/faults", json=rule)
        return [http.get("/crm/v3/owners").status_code for _ in range(20)]

    first = statuses()
    assert set(first) == {200, 502} and statuses() == first


def test_an_answer_can_be_lost_after_the_write(
    portal: Sandbox, http: httpx.Client, control: httpx.Client
) -> None:
    email = f"{uuid.uuid4()}@example.com"
    control.post("/faults", json={"crm": "hubspot", "kind": "cut", "method": "POST"})
    with pytest.raises(httpx.RemoteProtocolError):
        http.post("/crm/v3/objects/contacts", json={"properties": {"email": email}})
    assert http.get(f"/crm/v3/objects/contacts/{email}", params={"idProperty": "email"}).status_code == 200
    control.post("/faults", json={"crm": "hubspot", "kind": "gzip"})
    url = portal["hubspot"]["url"] + "/crm/v3/properties/contacts"
    with httpx.stream("GET", url, headers=dict(http.headers)) as answer:
        body = b"".join(answer.iter_raw())
    assert answer.headers["content-encoding"] == "gzip" and len(body) == int(answer.headers["content-length"])


def test_a_calculation_leaves_the_date_of_change(http: httpx.Client, control: httpx.Client) -> None:
    record_id = new_contact(http)
    before = http.get(f"/crm/v3/objects/contacts/{record_id}").json()["updatedAt"]
    given = {"object": "contacts", "id": record_id, "properties": {"hubspotscore": "42"}}
    assert control.post("/hubspot/calculate", json=given).json() == {"changed": True}
    read = http.get(f"/crm/v3/objects/contacts/{record_id}?properties=hubspotscore").json()
    assert read["properties"]["hubspotscore"] == "42" and read["updatedAt"] == before


def test_late_rows_have_old_dates(http: httpx.Client, control: httpx.Client) -> None:
    row = {
        "hs_object_id": "late-1",
        "createdate": "2020-01-01T00:00:00Z",
        "lastmodifieddate": "2020-01-02T00:00:00Z",
    }
    assert control.post("/hubspot/load", json={"object": "contacts", "rows": [row]}).status_code == 204
    search = {"filters": [{"propertyName": "lastmodifieddate", "operator": "LT", "value": "2020-01-03"}]}
    found = http.post("/crm/v3/objects/contacts/search", json=search).json()["results"]
    assert [record["id"] for record in found] == ["late-1"]


def test_addresses_have_a_limit(http: httpx.Client) -> None:
    for size, status in ((15_000, 200), (17_000, 414)):
        path = "/crm/v3/objects/contacts?properties=" + "x" * size
        assert http.get(path).status_code == status


def test_the_truth_is_told_page_by_page(sandbox: Sandbox) -> None:
    url = sandbox["control"]["url"] + "/truth"
    whole = httpx.get(url, params={"limit": 10_000}).json()["results"]
    assert len({row["person_id"] for row in whole}) == len(whole) >= 300
    paged: list[Any] = []
    after: int | None = 0
    while after is not None:
        page = httpx.get(url, params={"after": after, "limit": 150}).json()
        paged, after = paged + page["results"], page["after"]
    assert paged == whole


def test_scopes_can_be_taken_away(http: httpx.Client, control: httpx.Client, portal: Sandbox) -> None:
    token = control.post("/hubspot/tokens", json={"scopes": ["crm.objects.contacts.read"]}).json()["token"]
    headers = {"Authorization": f"Bearer {token}"}
    assert http.get("/crm/v3/objects/contacts", headers=headers).status_code == 200
    control.put("/hubspot/scopes", json={"token": token, "scopes": []})
    refused = http.get("/crm/v3/objects/contacts", headers=headers)
    assert refused.status_code == 403 and json.loads(refused.text)["category"] == "MISSING_SCOPES"


def test_contacts_are_deleted_for_good(http: httpx.Client) -> None:
    record_id = new_contact(http)
    answer: Any = http.post("/crm/v3/objects/contacts/gdpr-delete", json={"objectId": record_id})
    assert answer.status_code == 204
    for archived in ("true", "false"):
        assert http.get(f"/crm/v3/objects/contacts/{record_id}?archived={archived}").status_code == 404
