"""The sandbox's HubSpot, driven by HubSpot's own client as a separate process serves it."""

from __future__ import annotations

import json
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from hubspot import HubSpot as Client
from hubspot.crm.associations.v4 import (
    BatchInputPublicAssociationMultiPost,
    BatchInputPublicFetchAssociationsBatchRequest,
)
from hubspot.crm.contacts import (
    BatchInputSimplePublicObjectBatchInput,
    BatchInputSimplePublicObjectBatchInputForCreate,
    BatchInputSimplePublicObjectBatchInputUpsert,
    BatchInputSimplePublicObjectId,
    BatchReadInputSimplePublicObjectId,
    PublicObjectSearchRequest,
    SimplePublicObjectInput,
    SimplePublicObjectInputForCreate,
)
from hubspot.crm.contacts.exceptions import ApiException
from hubspot.crm.properties import BatchInputPropertyCreate, PropertyCreate

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


def create_contacts(client: Client, count: int, **properties: str) -> list[str]:
    """Create contacts with e-mails of their own; their ids."""
    ids: list[str] = []
    for start in range(0, count, 100):
        inputs = [
            {"properties": {"email": f"{uuid.uuid4()}@example.com", **properties}}
            for _ in range(min(100, count - start))
        ]
        answer = client.crm.contacts.batch_api.create(
            BatchInputSimplePublicObjectBatchInputForCreate(inputs=inputs)
        )
        ids += [record.id for record in answer.results]
    return ids


def found(client: Client, **request: Any) -> Any:
    return client.crm.contacts.search_api.do_search(PublicObjectSearchRequest(**request))


def one_filter(name: str, operator: str, **values: Any) -> list[dict[str, Any]]:
    return [{"filters": [{"propertyName": name, "operator": operator, **values}]}]


def error_of(raised: pytest.ExceptionInfo[ApiException]) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(raised.value.body)
    return body


def test_create_get_update_archive(client: Client) -> None:
    api = client.crm.contacts.basic_api
    made = api.create(
        SimplePublicObjectInputForCreate(properties={"email": "Ada@Example.com", "firstname": "Ada"})
    )
    assert made.properties["email"] == "ada@example.com"
    assert made.properties["hs_email_domain"] == "example.com"
    assert made.created_at == made.updated_at

    changed = api.update(
        made.id, SimplePublicObjectInput(properties={"firstname": "", "jobtitle": "Countess"})
    )
    assert changed.properties["jobtitle"] == "Countess"
    assert changed.updated_at >= made.updated_at
    read = api.get_by_id(made.id, properties=["firstname", "jobtitle", "phone", "no_such_property"])
    assert read.properties["firstname"] == "" and read.properties["phone"] is None
    assert "no_such_property" not in read.properties

    assert api.get_by_id("ADA@example.com", id_property="email").id == made.id
    api.archive(made.id)
    with pytest.raises(ApiException) as raised:
        api.get_by_id(made.id)
    assert raised.value.status == 404
    gone = api.get_by_id(made.id, archived=True)
    assert gone.archived and gone.archived_at is not None
    assert made.id in [record.id for record in client.crm.contacts.get_all(archived=True)]


@pytest.mark.parametrize("count", [0, 1, 99, 100, 101, 200, 201])
def test_list_pages_lose_and_repeat_nothing(
    start_sandbox: Callable[..., Sandbox], client: Client, count: int
) -> None:
    kinds = {
        0: "notes",
        1: "tasks",
        99: "calls",
        100: "meetings",
        101: "emails",
        200: "communications",
        201: "deals",
    }
    api = getattr(client.crm, "deals", None) if count == 201 else getattr(client.crm.objects, kinds[count])
    name = "dealname" if count == 201 else "hs_timestamp"
    value = "A deal" if count == 201 else "2026-01-01T00:00:00Z"
    made: list[str] = []
    for start in range(0, count, 100):
        inputs = [{"properties": {name: value}} for _ in range(min(100, count - start))]
        made += [record.id for record in api.batch_api.create({"inputs": inputs}).results]
    pages, after = [], None
    while True:
        page = api.basic_api.get_page(limit=100, after=after, properties=[name])
        pages.append([record.id for record in page.results])
        after = page.paging.next.after if page.paging else None
        if after is None:
            break
    assert [record_id for page in pages for record_id in page] == made
    assert len(pages) == max(1, -(-count // 100))


def test_list_limits(http: httpx.Client) -> None:
    assert http.get("/crm/v3/objects/contacts?limit=101").status_code == 400
    assert http.get("/crm/v3/objects/contacts?limit=51&propertiesWithHistory=email").status_code == 400
    assert http.get("/crm/v3/objects/contacts?limit=50&propertiesWithHistory=email").status_code == 200


def test_search_operators(client: Client) -> None:
    mark = f"Search-{uuid.uuid4().hex[:8]}"
    ids = create_contacts(client, 3, company=mark, hs_analytics_num_visits="9")
    api = client.crm.contacts.basic_api
    for record_id, revenue, seen in zip(
        ids, ("9", "10", "100"), ("2026-01-01", "2026-02-01", "2026-03-01"), strict=True
    ):
        values = {
            "hs_analytics_num_visits": revenue,
            "closedate": seen + "T00:00:00Z",
            "jobtitle": f"Head of {revenue} Sales",
        }
        api.update(record_id, SimplePublicObjectInput(properties=values))
    here = {"propertyName": "company", "operator": "EQ", "value": mark.lower()}

    def ids_where(name: str, operator: str, **values: Any) -> list[str]:
        filters = [here, {"propertyName": name, "operator": operator, **values}]
        return [record.id for record in found(client, filter_groups=[{"filters": filters}], limit=10).results]

    client_ids = {
        ("hs_analytics_num_visits", "LT", "10"): ids[:1],
        ("hs_analytics_num_visits", "GTE", "10"): ids[1:],
        ("closedate", "GT", "2026-01-15"): ids[1:],
        ("closedate", "LTE", "1767225600000"): ids[:1],
        ("hs_object_id", "GT", ids[0]): ids[1:],
        ("hs_object_id", "EQ", ids[2]): ids[2:],
        ("hs_analytics_num_visits", "NEQ", "10"): [ids[0], ids[2]],
        ("jobtitle", "CONTAINS_TOKEN", "sal*"): ids,
        ("jobtitle", "NOT_CONTAINS_TOKEN", "100"): ids[:2],
    }
    for (name, operator, value), expected in client_ids.items():
        assert ids_where(name, operator, value=value) == expected, (name, operator)
    assert ids_where("closedate", "BETWEEN", value="2026-01-15", highValue="2026-02-15") == ids[1:2]
    assert ids_where("hs_analytics_num_visits", "IN", values=["9", "100"]) == [ids[0], ids[2]]
    assert ids_where("hs_analytics_num_visits", "NOT_IN", values=["9", "100"]) == ids[1:2]
    assert ids_where("phone", "HAS_PROPERTY") == []
    assert ids_where("phone", "NOT_HAS_PROPERTY") == ids
    assert ids_where("lastmodifieddate", "GTE", value="2020-01-01") == ids
    assert ids_where("hs_lastmodifieddate", "GTE", value="2020-01-01") == []


def test_search_pages_sorts_and_stops_at_ten_thousand(client: Client, http: httpx.Client) -> None:
    mark = uuid.uuid4().hex
    ids = create_contacts(client, 201, company=mark)
    groups = one_filter("company", "EQ", value=mark)
    first = found(client, filter_groups=groups, limit=200)
    assert first.total == 201 and len(first.results) == 200 and first.paging.next.after == "200"
    last = found(client, filter_groups=groups, limit=200, after="200")
    assert len(last.results) == 1 and last.paging is None
    newest = found(
        client,
        filter_groups=groups,
        limit=1,
        sorts=[{"propertyName": "hs_object_id", "direction": "DESCENDING"}],
    )
    assert newest.results[0].id == ids[-1]

    flat = {"filters": groups[0]["filters"], "sorts": ["-hs_object_id"], "limit": 1}
    assert http.post("/crm/v3/objects/contacts/search", json=flat).json()["results"][0]["id"] == ids[-1]
    for after, limit, status in ((9800, 200, 200), (9801, 200, 400), (10_000, 1, 400)):
        answer = http.post("/crm/v3/objects/contacts/search", json={"after": after, "limit": limit})
        assert answer.status_code == status
    assert http.post("/crm/v3/objects/contacts/search", json={"limit": 201}).status_code == 400


def test_batch_read_update_upsert_archive(client: Client) -> None:
    api = client.crm.contacts.batch_api
    ids = create_contacts(client, 3)
    inputs = [
        {"id": record_id, "properties": {"firstname": f"N{place}"}} for place, record_id in enumerate(ids)
    ]
    api.update(BatchInputSimplePublicObjectBatchInput(inputs=inputs))
    asked = BatchReadInputSimplePublicObjectId(
        properties=["firstname"],
        properties_with_history=["firstname"],
        inputs=[{"id": record_id} for record_id in ids],
    )
    read = api.read(asked)
    assert [record.properties["firstname"] for record in read.results] == ["N0", "N1", "N2"]
    assert [entry.value for entry in read.results[0].properties_with_history["firstname"]] == ["N0"]

    email = f"{uuid.uuid4()}@example.com"
    upserts = [
        {"id": email, "idProperty": "email", "properties": {"firstname": name}} for name in ("New", "Old")
    ]
    states = [
        api.upsert(BatchInputSimplePublicObjectBatchInputUpsert(inputs=[item])).results[0].new
        for item in upserts
    ]
    assert states == [True, False]
    api.archive(BatchInputSimplePublicObjectId(inputs=[{"id": record_id} for record_id in ids]))
    assert api.read(asked).num_errors == 1


def test_one_bad_row_fails_the_batch_unless_every_row_has_a_trace_id(
    client: Client, http: httpx.Client
) -> None:
    ids = create_contacts(client, 2, firstname="Before")
    inputs: list[dict[str, Any]] = [
        {"id": ids[0], "properties": {"firstname": "After"}},
        {"id": ids[1], "properties": {"closedate": "asd000"}},
    ]
    path = "/crm/v3/objects/contacts/batch/update"
    refused = http.post(path, json={"inputs": inputs})
    assert refused.status_code == 400 and "INVALID_LONG" in refused.json()["message"]
    assert client.crm.contacts.basic_api.get_by_id(ids[0]).properties["firstname"] == "Before"

    traced = [{**item, "objectWriteTraceId": f"row-{place}"} for place, item in enumerate(inputs)]
    mixed = http.post(path, json={"inputs": traced})
    assert mixed.status_code == 207 and mixed.json()["numErrors"] == 1
    assert mixed.json()["errors"][0]["context"]["objectWriteTraceId"] == ["row-1"]
    assert client.crm.contacts.basic_api.get_by_id(ids[0]).properties["firstname"] == "After"

    too_many = [{"id": str(number), "properties": {}} for number in range(101)]
    assert http.post(path, json={"inputs": too_many}).status_code == 400
    repeated = [{"id": ids[0], "properties": {}}, {"id": ids[0], "properties": {}}]
    assert http.post(path, json={"inputs": repeated}).status_code == 400


def test_values_are_checked(client: Client) -> None:
    def problem(**properties: str) -> str:
        with pytest.raises(ApiException) as raised:
            client.crm.contacts.basic_api.create(SimplePublicObjectInputForCreate(properties=properties))
        body = error_of(raised)
        assert raised.value.status == 400 and body["category"] == "VALIDATION_ERROR"
        code: str = body["errors"][0]["code"]
        return code

    assert problem(no_such_property="x") == "PROPERTY_DOESNT_EXIST"
    assert problem(closedate="soon") == "INVALID_LONG"
    assert problem(hs_analytics_num_visits="lots") == "INVALID_NUMBER"
    assert problem(lifecyclestage="friend") == "INVALID_OPTION"
    assert problem(email="nobody") == "INVALID_EMAIL"
    assert problem(lastmodifieddate="2026-01-01") == "READ_ONLY_VALUE"


def test_conflict_names_the_existing_contact(client: Client) -> None:
    made = client.crm.contacts.basic_api.create(
        SimplePublicObjectInputForCreate(properties={"email": "twice@example.com"})
    )
    with pytest.raises(ApiException) as raised:
        client.crm.contacts.basic_api.create(
            SimplePublicObjectInputForCreate(properties={"email": "Twice@example.com"})
        )
    assert raised.value.status == 409
    assert error_of(raised)["message"] == f"Contact already exists. Existing ID: {made.id}"


def test_properties_are_created_and_used(client: Client) -> None:
    def property_create(name: str, kind: str, field_type: str) -> PropertyCreate:
        return PropertyCreate(
            name=name, label=name, type=kind, field_type=field_type, group_name="contactinformation"
        )

    core = client.crm.properties.core_api
    client.crm.properties.groups_api.create("contacts", {"name": "ours", "label": "Ours"})
    core.create("contacts", property_create("our_text", "string", "text"))
    batch = BatchInputPropertyCreate(
        inputs=[
            property_create("our_number", "number", "number"),
            property_create("our_date", "datetime", "date"),
        ]
    )
    assert len(client.crm.properties.batch_api.create("contacts", batch).results) == 2
    names = {known.name for known in core.get_all("contacts").results}
    assert {"our_text", "our_number", "our_date", "email"} <= names
    assert core.get_by_name("contacts", "our_date").type == "datetime"
    [record_id] = create_contacts(client, 1, our_text="hello", our_number="4.50", our_date="1767225600000")
    read = client.crm.contacts.basic_api.get_by_id(
        record_id, properties=["our_text", "our_number", "our_date"]
    )
    assert (
        read.properties["our_number"] == "4.50" and read.properties["our_date"] == "2026-01-01T00:00:00.000Z"
    )
    with pytest.raises(Exception, match="PROPERTY_EXISTS"):
        core.create("contacts", property_create("our_text", "string", "text"))


def test_associations(client: Client) -> None:
    people = create_contacts(client, 2)
    company = client.crm.companies.basic_api.create(
        {"properties": {"name": "Acme", "domain": "acme.example"}}
    ).id
    types = [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 1}]
    inputs = [{"from": {"id": people[0]}, "to": {"id": company}, "types": types}]
    api = client.crm.associations.v4.batch_api
    api.create("contacts", "companies", BatchInputPublicAssociationMultiPost(inputs=inputs))
    asked = BatchInputPublicFetchAssociationsBatchRequest(inputs=[{"id": record_id} for record_id in people])
    read = api.get_page("contacts", "companies", asked)
    assert [(result._from.id, result.to[0].to_object_id) for result in read.results] == [(people[0], company)]
    assert sorted(kind.type_id for kind in read.results[0].to[0].association_types) == [1, 279]
    assert read.num_errors == 1 and "NO_ASSOCIATIONS_FOUND" in read.errors[0].sub_category
    page = client.crm.contacts.basic_api.get_by_id(people[0], associations=["companies"])
    assert page.associations["companies"].results[0].id == company
    linked = found(client, filter_groups=one_filter("associations.company", "EQ", value=company))
    assert [record.id for record in linked.results] == people[:1]
    client.crm.companies.basic_api.archive(company)
    assert api.get_page("contacts", "companies", asked).num_errors == 2


def test_deals_pipelines_and_stages(client: Client) -> None:
    [pipeline] = client.crm.pipelines.pipelines_api.get_all("deals").results
    assert [stage.id for stage in pipeline.stages][-2:] == ["closedwon", "closedlost"]
    deal = client.crm.deals.basic_api.create({"properties": {"dealname": "D", "dealstage": "closedwon"}})
    read = client.crm.deals.basic_api.get_by_id(
        deal.id, properties=["hs_is_closed_won", "hs_v2_date_entered_closedwon"]
    )
    assert read.properties["hs_is_closed_won"] == "true" and read.properties["hs_v2_date_entered_closedwon"]
    with pytest.raises(Exception, match="INVALID_OPTION"):
        client.crm.deals.basic_api.create({"properties": {"dealname": "D", "dealstage": "nowhere"}})


def test_owners_with_archived_ones(sandbox: Sandbox) -> None:
    client = Client(access_token=sandbox["hubspot"]["token"], host=sandbox["hubspot"]["url"])
    api = client.crm.owners.owners_api
    active, archived = api.get_page().results, api.get_page(archived=True).results
    assert active and archived
    assert not any(owner.archived for owner in active) and all(owner.archived for owner in archived)
    assert len(api.get_page(limit=1).results) == 1


@pytest.mark.parametrize("version", ["v3", "2026-03", "2026-09"])
def test_dated_paths(http: httpx.Client, version: str) -> None:
    def path(area: str, rest: str) -> str:
        return f"/crm/v3/{area}{rest}" if version == "v3" else f"/crm/{area}/{version}{rest}"

    made = http.post(path("objects", "/contacts"), json={"properties": {"firstname": "Dated"}})
    assert made.status_code == 201
    assert http.get(path("objects", f"/contacts/{made.json()['id']}")).status_code == 200
    assert http.get(path("properties", "/contacts")).status_code == 200
    assert http.get(path("owners", "")).status_code == 200
    assert http.get(path("pipelines", "/deals")).status_code == 200
    assert http.get(path("objects", "/0-1")).json()["results"]


def test_who_may_do_what(start_sandbox: Callable[..., Sandbox], http: httpx.Client) -> None:
    refused = http.get("/crm/v3/objects/contacts", headers={"Authorization": "Bearer wrong"})
    assert refused.status_code == 401 and refused.json()["category"] == "INVALID_AUTHENTICATION"
    scoped = start_sandbox(
        "--leads", "0", "--hubspot-scopes", "crm.objects.contacts.read,crm.objects.contacts.write"
    )
    headers = {"Authorization": f"Bearer {scoped['hubspot']['token']}"}
    url = scoped["hubspot"]["url"]
    assert httpx.get(f"{url}/crm/v3/objects/contacts", headers=headers).status_code == 200
    answer = httpx.get(f"{url}/crm/v3/objects/deals", headers=headers)
    assert answer.status_code == 403
    assert answer.json()["errors"][0]["context"]["requiredGranularScopes"] == ["crm.objects.deals.read"]
    body = {"tokenKey": scoped["hubspot"]["token"]}
    info = httpx.post(f"{url}/oauth/v2/private-apps/get/access-token-info", json=body, headers=headers).json()
    assert info["scopes"] == ["crm.objects.contacts.read", "crm.objects.contacts.write"]
    assert httpx.get(f"{url}/account-info/v3/details", headers=headers).json()["portalId"] == info["hubId"]


def test_limits_are_kept(start_sandbox: Callable[..., Sandbox]) -> None:
    limited = start_sandbox("--leads", "0")
    headers = {"Authorization": f"Bearer {limited['hubspot']['token']}"}
    with httpx.Client(base_url=limited["hubspot"]["url"], headers=headers) as session:
        searches = [session.post("/crm/v3/objects/contacts/search", json={}) for _ in range(6)]
        assert [answer.status_code for answer in searches] == [200] * 5 + [429]
        assert searches[-1].json()["message"] == "You have reached your secondly limit."
        assert "X-HubSpot-RateLimit-Remaining" not in searches[0].headers
        calls = [session.get("/crm/v3/owners") for _ in range(191)]
    assert [answer.status_code for answer in calls] == [200] * 190 + [429]
    assert calls[-1].json()["policyName"] == "TEN_SECONDLY_ROLLING"
    assert calls[0].headers["X-HubSpot-RateLimit-Remaining"] == "189"


def test_what_is_not_served_says_so(http: httpx.Client) -> None:
    for path in ("/cms/v3/pages", "/crm/v3/objects/invoices"):
        answer = http.get(path)
        assert answer.status_code == 501 and "does not serve" in answer.json()["message"]
    assert http.get("/crm/v3/objects/gadgets").status_code == 400


def test_requests_are_counted(portal: Sandbox, http: httpx.Client) -> None:
    control = portal["control"]["url"]
    httpx.delete(f"{control}/requests")
    for _ in range(3):
        http.get("/crm/objects/2026-03/contacts")
    assert httpx.get(f"{control}/requests").json()["hubspot"] == {"GET /crm/v3/objects/{object}": 3}


def test_a_port_that_is_taken_is_named(portal: Sandbox) -> None:
    port = portal["hubspot"]["url"].rpartition(":")[2]
    command = [sys.executable, "-m", "leadwright_sandbox", "--leads", "0", "--hubspot-port", port]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 1 and len(ended.stderr.splitlines()) == 1
    assert f"port {port} " in ended.stderr


def test_it_ends_with_exit_code_0(start_sandbox: Callable[..., Sandbox]) -> None:
    running = start_sandbox("--leads", "0")
    assert httpx.get(f"{running['hubspot']['url']}/_control/requests").status_code == 501
    assert running.stop() == 0
