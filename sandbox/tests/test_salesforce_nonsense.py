"""Nonsense of any kind gets an error array and a reason, never a broken sandbox."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from leadwright_sandbox.salesforce import Salesforce
from leadwright_sandbox.salesforce.app import ENDPOINTS
from leadwright_sandbox.salesforce.bulk_v1 import ENDPOINTS as BULK_V1
from leadwright_sandbox.store import Store
from leadwright_sandbox.testing.org import TestClock

WORDS = st.sampled_from(
    [
        "Lead",
        "Contact",
        "Id",
        "00Q1",
        "1",
        "Email",
        "a@b.co",
        "type",
        "insert",
        "query",
        "SELECT Id FROM Lead",
        "",
        "@{a.b}",
    ]
)
LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=8),
    WORDS,
)
NAMES = """attributes type id Id Email LastName Company OwnerId IsConverted AnnualRevenue records allOrNone ids fields
compositeRequest batchRequests method url body richInput referenceId httpHeaders operation object query contentType
externalIdFieldName state FullName Metadata length precision lineEnding columnDelimiter"""
KEYS = st.sampled_from(NAMES.split())
BODIES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=4)),
    max_leaves=12,
)
ANY = st.one_of(LEAVES, BODIES)
RECORD = st.fixed_dictionaries(
    {},
    optional=dict.fromkeys(("id", "Email", "OwnerId", "LastName", "IsConverted"), ANY)
    | {"attributes": st.one_of(ANY, st.fixed_dictionaries({"type": st.one_of(ANY, st.just("Lead"))}))},
)
INNER_URL = st.sampled_from(
    ["/services/data/v59.0/sobjects/Lead", "/services/data/v59.0/composite/sobjects", "v59.0/limits"]
)
INNER = st.fixed_dictionaries(
    {},
    optional={"url": st.one_of(ANY, INNER_URL), "method": st.one_of(ANY, st.sampled_from(["GET", "POST"]))}
    | dict.fromkeys(("body", "richInput", "referenceId", "httpHeaders"), ANY),
)
METADATA = st.fixed_dictionaries(
    {"type": st.one_of(ANY, st.sampled_from(["Text", "Number", "Picklist", "Checkbox"]))},
    optional=dict.fromkeys(
        ("length", "precision", "scale", "valueSet", "defaultValue", "label", "description"), ANY
    ),
)
# method and path -> bodies that come far enough to be misread
NEARLY_RIGHT = {
    ("POST", "/composite/sobjects"): st.fixed_dictionaries(
        {"records": st.lists(RECORD, min_size=1, max_size=3)}
    ),
    ("PATCH", "/composite/sobjects"): st.fixed_dictionaries(
        {"records": st.lists(RECORD, min_size=1, max_size=3)}
    ),
    ("PATCH", "/composite/sobjects/Lead/Id"): st.fixed_dictionaries(
        {"records": st.lists(RECORD, min_size=1)}
    ),
    ("POST", "/composite"): st.fixed_dictionaries(
        {"compositeRequest": st.lists(INNER, min_size=1), "allOrNone": ANY}
    ),
    ("POST", "/composite/batch"): st.fixed_dictionaries({"batchRequests": st.lists(INNER, min_size=1)}),
    ("POST", "/tooling/sobjects/CustomField"): st.fixed_dictionaries(
        {"FullName": st.one_of(ANY, st.just("Lead.A__c")), "Metadata": METADATA}
    ),
    ("POST", "/composite/sobjects/Lead"): st.fixed_dictionaries({"ids": ANY, "fields": ANY}),
    ("POST", "/jobs/query"): st.fixed_dictionaries(
        {"operation": st.just("query")},
        optional=dict.fromkeys(("query", "contentType", "lineEnding", "columnDelimiter"), ANY),
    ),
    ("POST", "/jobs/ingest"): st.fixed_dictionaries(
        {"operation": st.just("upsert"), "object": st.just("Lead")},
        optional=dict.fromkeys(("externalIdFieldName", "contentType", "lineEnding"), ANY),
    ),
    ("POST", "/sobjects/Lead"): RECORD,
    ("PATCH", "/sobjects/Lead/00Q1"): RECORD,
}
CALLS = [("/services/data/v59.0", *each[:2]) for each in ENDPOINTS]
CALLS += [("/services/async/59.0", *each[:2]) for each in BULK_V1]


@pytest.fixture(scope="module")
def client() -> TestClient:
    salesforce = Salesforce(Store(), TestClock(), limits=False)
    salesforce.load("Lead", [{"Id": "00Q1", "LastName": "Doe", "Company": "Acme"}])
    token = salesforce.org.sessions.open(salesforce.org.integration_user).token
    return TestClient(salesforce.app, base_url="https://org", headers={"Authorization": f"Bearer {token}"})


@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    call=st.sampled_from(CALLS),
    body=BODIES,
    names=st.lists(WORDS, min_size=4, max_size=4),
    data=st.data(),
)
def test_any_body_on_any_endpoint(
    client: TestClient, call: Any, body: Any, names: list[str], data: Any
) -> None:
    base, method, template = call
    path = template
    for place, name in zip(("object", "id", "batch", "field"), names, strict=True):
        path = path.replace(f"{{{place}}}", name or "x")
    path = path.replace("{value}", names[1] or "x").replace("{locator}", "01g-5").replace("{result}", "x")
    parameters = data.draw(
        st.dictionaries(st.sampled_from(["q", "ids", "fields", "start", "end", "locator"]), WORDS, max_size=3)
    )
    answer = client.request(method, base + path, json=body, params=parameters)
    assert answer.status_code < 500 or answer.status_code == 501
    if answer.status_code >= 400:
        error = answer.json()
        if base.endswith("async/59.0"):
            assert {"exceptionCode", "exceptionMessage"} <= error.keys()
        else:
            assert {"errorCode", "message"} <= error[0].keys()


@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(call=st.sampled_from(sorted(NEARLY_RIGHT)), data=st.data())
def test_nearly_right_bodies(client: TestClient, call: tuple[str, str], data: Any) -> None:
    answer = client.request(call[0], f"/services/data/v59.0{call[1]}", json=data.draw(NEARLY_RIGHT[call]))
    assert answer.status_code < 500 or answer.status_code == 501


@pytest.mark.parametrize(
    "soql",
    [
        "SELECT Id FROM Lead LIMIT 99999999999999999999999",
        "SELECT Id FROM Lead WHERE CreatedDate = LAST_N_DAYS:99999999999",
        "SELECT Id FROM Lead WHERE CreatedDate > 2020-99-01T00:00:00Z",
        "SELECT Id FROM Lead WHERE " + "(" * 900 + "Id = '1'" + ")" * 900,
        "SELECT COUNT_DISTINCT() FROM Lead",
        "SELECT Id FROM Lead WHERE COUNT(Id) > 1",
    ],
)
def test_odd_queries(client: TestClient, soql: str) -> None:
    answer = client.get("/services/data/v59.0/query", params={"q": soql})
    assert (answer.status_code, answer.json()[0]["errorCode"]) == (400, "MALFORMED_QUERY")


def test_long_chain_of_conditions(client: TestClient) -> None:
    soql = "SELECT Id FROM Lead WHERE Id = '00Q1'" + " OR Id = '1'" * 5000
    body = {"operation": "query", "query": soql}
    job = client.post("/services/data/v59.0/jobs/query", json=body).json()["id"]
    assert client.get(f"/services/data/v59.0/jobs/query/{job}").json()["numberRecordsProcessed"] == 1


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.text(max_size=80), st.sampled_from(["login", "merge", "convertLead", "undelete", "query"]))
def test_any_soap_text(client: TestClient, text: str, name: str) -> None:
    inner = text.replace("&", "").replace("<", "")
    for content in (text, f"<E><Body><{name}><x>{inner}</x></{name}></Body></E>"):
        answer = client.post("/services/Soap/u/59.0", content=content.encode())
        assert (answer.status_code, "faultcode" in answer.text) == (500, True)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.binary(max_size=60), st.sampled_from(["insert", "update", "delete", "hardDelete"]))
def test_any_upload(client: TestClient, content: bytes, operation: str) -> None:
    base = "/services/data/v59.0/jobs/ingest"
    job = client.post(base, json={"object": "Lead", "operation": operation}).json()["id"]
    assert client.put(f"{base}/{job}/batches", content=content).status_code == 201
    client.patch(f"{base}/{job}", json={"state": "UploadComplete"})
    assert client.get(f"{base}/{job}").json()["state"] in ("JobComplete", "Failed")
