"""What the control API does to both CRMs, seen through their own calls: each kind of trouble can be had at will."""

from __future__ import annotations

import csv
import gzip
import io
import json
import math
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from leadwright_sandbox.fault_rules import fault_from
from leadwright_sandbox.testing import Sandbox

VERSION = "/services/data/v62.0"
LONG = {"hubspot": "/crm/v3/properties/contacts", "salesforce": f"{VERSION}/sobjects"}  # answers of some kB
CONTACT_TO_COMPANY = {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 279}


@pytest.fixture(scope="module")
def crm(start_sandbox: Callable[..., Sandbox]) -> Sandbox:
    return start_sandbox("--leads", "0", "--control", "--no-limits")


@pytest.fixture
def control(crm: Sandbox) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=crm["control"]["url"], timeout=30) as client:
        yield client
        client.delete("/faults")
        for name in ("hubspot", "salesforce"):
            client.delete(f"/{name}/rules")
        client.put("/salesforce/sessions", json={"seconds": None})
        client.put("/salesforce/jobs", json={"polls": 0, "failures": 0})


@pytest.fixture
def hubspot(crm: Sandbox) -> Iterator[httpx.Client]:
    said = crm["hubspot"]
    headers = {"Authorization": f"Bearer {said['token']}"}
    with httpx.Client(base_url=said["url"], headers=headers, timeout=30) as client:
        yield client


@pytest.fixture
def salesforce(crm: Sandbox) -> Iterator[httpx.Client]:
    """Signed in anew, since some tests here end sessions."""
    said = crm["salesforce"]
    with httpx.Client(base_url=said["url"], verify=said["ca_file"], timeout=30) as client:
        client.headers["Authorization"] = f"Bearer {token(client, said)}"
        yield client


def token(client: httpx.Client, said: dict[str, Any]) -> str:
    form = {name: said[name] for name in ("client_id", "client_secret")}
    answer = client.post("/services/oauth2/token", data={"grant_type": "client_credentials", **form})
    return str(answer.json()["access_token"])


def told(answer: httpx.Response) -> None:
    assert answer.status_code < 300, answer.text


def lead(client: httpx.Client, **values: Any) -> str:
    body = {"LastName": "Doe", "Company": "Acme", **values}
    return str(client.post(f"{VERSION}/sobjects/Lead", json=body).json()["id"])


def contact(client: httpx.Client, **values: Any) -> str:
    return str(client.post("/crm/v3/objects/contacts", json={"properties": values}).json()["id"])


class TestNonsenseIsRefused:
    """At once and with 400: later it would break calls of the CRMs, or change nothing without a word."""

    @pytest.mark.parametrize(
        "wrong",
        [
            {"share": "x"},
            {"share": 0},
            {"times": "3"},
            {"times": 0},
            {"skip": "3"},
            {"skip": -1},
            {"seed": [1]},
            {"status": "abc"},
            {"status": 99},
            {"status": 204},
            {"method": "FETCH"},
            {"path": "("},
            {"path": None},
            {"kind": "cut", "keep": 5},
            {"kind": "cut", "keep": 1.0},
            {"kind": "latency", "seconds": [3, 1]},
            {"kind": "latency", "seconds": ["a", 1]},
            {"kind": "latency", "seconds": 3},
            {"kind": "fire"},
            {"crm": "other"},
            {"retry_after": "x"},
            {"message": 1},
            {"kind": "gzip", "length": "short"},
            {"policy": "hourly"},
            {"kind": "latency", "distribution": "normal"},
            {"kind": "latency", "distribution": "lognormal", "seconds": [0, 1]},
            {"happened": 3},
        ],
        ids=str,
    )
    def test_faults(self, wrong: dict[str, Any], control: httpx.Client, hubspot: httpx.Client) -> None:
        rule = {"crm": "hubspot", "kind": "status", **wrong}
        assert control.post("/faults", json=rule).status_code == 400
        assert control.get("/faults").json() == []
        assert hubspot.get("/crm/v3/owners").status_code == 200

    @pytest.mark.parametrize(
        ("call", "body"),
        [
            ("POST /clock", {"advance": 1e12}),
            ("POST /clock", {"advance": -1e12}),
            ("POST /clock", {"advance": "x"}),
            ("POST /hubspot/load", [1]),
            ("POST /hubspot/load", {"object": "contacts", "rows": "x"}),
            ("POST /hubspot/load", {"object": "contacts", "rows": ["x"]}),
            ("POST /hubspot/load", {"object": "contacts", "rows": [{"createdate": "yesterday"}]}),
            ("POST /salesforce/load", {"object": "Lead", "rows": "x"}),
            ("POST /salesforce/load", {"object": "Lead", "rows": [{"CreatedDate": "yesterday"}]}),
            ("PUT /hubspot/scopes", {"scopes": "crm.lists.read"}),
            ("PUT /hubspot/scopes", {"token": "unknown", "scopes": []}),
            ("PUT /hubspot/search-lag", {"seconds": -1}),
            ("PUT /hubspot/limits", {"per_hour": 3}),
            ("PUT /hubspot/limits", {"enforced": "false"}),
            ("PUT /hubspot/webhooks", {"duplicate": "x"}),
            ("PUT /hubspot/webhooks", {"duplicates": 1}),
            ("POST /hubspot/rules", {"object": "contacts", "required": "nope"}),
            ("POST /hubspot/rules", {"object": "contacts", "required": "email", "when": "x"}),
            ("PUT /hubspot/properties", {"object": "contacts", "name": "hs_object_id", "type": "number"}),
            ("DELETE /hubspot/properties", {"object": "contacts", "name": "createdate"}),
            ("DELETE /hubspot/properties", {"object": "contacts", "name": "nope"}),
            ("DELETE /salesforce/fields", {"object": "Lead", "name": "Id"}),
            ("DELETE /salesforce/fields", {"object": "Lead", "name": "SystemModstamp"}),
            ("PUT /salesforce/permissions", {"permissions": ["ReadLead"]}),
            ("POST /salesforce/users", {"username": "a@b.example", "without": "EditLeads"}),
            ("DELETE /salesforce/sessions", {"tokens": "x"}),
            ("PUT /salesforce/sessions", {"rotate": "yes"}),
            ("PUT /salesforce/limits", {"per_days": 1}),
            ("PUT /salesforce/jobs", {"polls": "x"}),
            ("POST /salesforce/locks", {"id": "00Q", "attempts": "x"}),
            ("POST /salesforce/rules", {"kind": "validation", "object": "Lead", "required": "Nope"}),
            ("POST /salesforce/rules", {"kind": "duplicate", "object": "Lead", "fields": "Email"}),
            ("POST /salesforce/rules", {"kind": "trigger", "object": "Lead"}),
            ("POST /salesforce/rules", {"kind": "trigger", "object": "Lead", "most": 1, "status": 200}),
            (
                "POST /salesforce/rules",
                {"kind": "assignment", "entries": [{"owner_id": "x", "criteria": {"Nope": 1}}]},
            ),
        ],
        ids=str,
    )
    def test_calls(
        self, call: str, body: Any, control: httpx.Client, hubspot: httpx.Client, salesforce: httpx.Client
    ) -> None:
        method, path = call.split()
        refused = control.request(method, path, json=body)
        assert (refused.status_code, bool(refused.json()["message"])) == (400, True)
        assert hubspot.get("/crm/v3/objects/contacts").status_code == 200
        soql = {"q": "SELECT Id, SystemModstamp FROM Lead"}
        assert salesforce.get(f"{VERSION}/query", params=soql).status_code == 200

    def test_a_method_may_be_written_small(self, control: httpx.Client, hubspot: httpx.Client) -> None:
        told(control.post("/faults", json={"crm": "hubspot", "kind": "status", "method": "get"}))
        assert hubspot.get("/crm/v3/owners").status_code == 503


def test_every_call_is_counted(
    control: httpx.Client, hubspot: httpx.Client, salesforce: httpx.Client
) -> None:
    """Those that a fault answers, those that are not served, and those that never come to a route."""
    control.delete("/requests")
    for name in ("hubspot", "salesforce"):
        told(control.post("/faults", json={"crm": name, "kind": "status", "status": 429, "times": 2}))
    for _ in range(3):
        hubspot.get("/crm/objects/2026-03/contacts")
        salesforce.get(f"{VERSION}/query", params={"q": "SELECT Id FROM Lead"})
    hubspot.get("/cms/v3/pages")
    hubspot.get("/crm/v3/owners", params={"after": "x" * 17_000})
    salesforce.get(f"{VERSION}/search")
    salesforce.get("/services/oauth2/userinfo")
    salesforce.get("/id/00DLw000000DMAQ/005Lw000000DMAQ")
    salesforce.put(f"{VERSION}/sobjects/Lead")
    lead = {"LastName": "Doe", "Company": "Acme"}
    made = salesforce.post(f"{VERSION}/sobjects/Lead", json=lead).json()["id"]
    salesforce.post(f"{VERSION}/sobjects/Lead/{made}?_HttpMethod=PATCH", json={"Title": "CTO"})
    assert control.get("/requests", params={"by": "status"}).json() == {
        "hubspot": {
            "GET /crm/v3/objects/{object}": {"200": 1, "429": 2},
            "GET /crm/v3/owners": {"414": 1},
            "GET not served": {"501": 1},
        },
        "salesforce": {
            "GET /services/data/{version}/query": {"200": 1, "429": 2},
            "GET /id/{organization}/{user}": {"403": 1},
            "GET /services/oauth2/userinfo": {"200": 1},
            "GET not served": {"501": 1},
            "PATCH /services/data/{version}/sobjects/{object}/{id}": {"204": 1},
            "POST /services/data/{version}/sobjects/{object}": {"201": 1},
            "PUT not served": {"405": 1},
        },
    }
    assert control.get("/requests").json()["hubspot"]["GET /crm/v3/objects/{object}"] == 3
    assert control.get("/requests", params={"by": "hour"}).status_code == 400


class TestRowsAreRefused:
    def test_hubspot(self, control: httpx.Client, hubspot: httpx.Client) -> None:
        """With trace ids the others are saved (207); without, nothing is (400); the seed decides which rows fail."""
        rule = {
            "crm": "hubspot",
            "kind": "rows",
            "path": "/batch/create",
            "share": 0.3,
            "seed": 4,
            "times": None,
        }

        def fate(prefix: str) -> list[str]:
            control.delete("/faults")
            told(control.post("/faults", json=rule | {"message": "No."}))
            inputs = [
                {"objectWriteTraceId": str(i), "properties": {"firstname": f"{prefix}{i}"}} for i in range(20)
            ]
            answer = hubspot.post("/crm/v3/objects/contacts/batch/create", json={"inputs": inputs})
            assert answer.status_code == 207
            body = answer.json()
            assert {error["message"] for error in body["errors"]} == {"No."}
            assert len(body["results"]) + body["numErrors"] == 20
            return [trace for error in body["errors"] for trace in error["context"]["objectWriteTraceId"]]

        first = fate("a")
        assert 0 < len(first) < 20
        assert fate("b") == first
        plain = {"inputs": [{"properties": {"firstname": "whole"}} for _ in range(20)]}
        assert hubspot.post("/crm/v3/objects/contacts/batch/create", json=plain).status_code == 400
        filters = [{"propertyName": "firstname", "operator": "EQ", "value": "whole"}]
        found = hubspot.post("/crm/v3/objects/contacts/search", json={"filters": filters})
        assert found.json()["total"] == 0

    def test_every_write_of_hubspot(self, control: httpx.Client, hubspot: httpx.Client) -> None:
        """The third record or link of a batch is refused and the whole call with it; a call about one, at once."""
        ids = [contact(hubspot, firstname="first") for _ in range(3)]
        company = str(hubspot.post("/crm/v3/objects/companies", json={"properties": {}}).json()["id"])
        pairs = [{"from": {"id": each}, "to": {"id": company}} for each in ids]
        typed = [pair | {"types": [CONTACT_TO_COMPANY]} for pair in pairs]
        fanned = [{"from": {"id": each}, "to": [{"id": company}]} for each in ids]
        changed = {"properties": {"firstname": "second"}}
        merged = {"primaryObjectId": ids[0], "objectIdToMerge": ids[1]}
        one, links = f"/crm/v3/objects/contacts/{ids[0]}", "/crm/v4/associations/contacts/companies/batch"
        batches = "/crm/v3/objects/contacts/batch"
        link = f"/crm/v4/objects/contacts/{ids[0]}/associations"

        def refuse(method: str, path: str, body: Any, skip: int) -> None:
            told(control.post("/faults", json={"crm": "hubspot", "kind": "rows", "skip": skip}))
            refused = hubspot.request(method, path, json=body)
            assert (path, refused.status_code) == (path, 400)
            assert refused.json()["message"] == "Injected refusal"
            assert control.get("/faults").json()[0]["happened"] == 1
            control.delete("/faults")

        refuse("POST", "/crm/v3/objects/contacts", changed, 0)
        refuse("PATCH", one, changed, 0)
        refuse("DELETE", one, None, 0)
        refuse("POST", "/crm/v3/objects/contacts/merge", merged, 0)
        refuse("POST", f"{batches}/update", {"inputs": [{"id": each, **changed} for each in ids]}, 2)
        refuse("POST", f"{batches}/archive", {"inputs": [{"id": each} for each in ids]}, 2)
        refuse("POST", f"{links}/create", {"inputs": typed}, 2)
        refuse("POST", "/crm/v3/associations/contacts/companies/batch/create", {"inputs": pairs}, 2)
        refuse("POST", f"{links}/associate/default", {"inputs": pairs}, 2)
        assert hubspot.get(f"{link}/companies").json()["results"] == []
        told(hubspot.post(f"{links}/associate/default", json={"inputs": pairs}))
        refuse("POST", f"{links}/archive", {"inputs": fanned}, 2)
        refuse("POST", f"{links}/labels/archive", {"inputs": typed}, 2)
        refuse("DELETE", f"{link}/companies/{company}", None, 0)
        refuse("PUT", f"{link}/default/companies/{company}", None, 0)
        assert len(hubspot.get(f"{link}/companies").json()["results"]) == 1
        told(hubspot.post(f"{batches}/read", json={"inputs": [{"id": each} for each in ids]}))
        names = {
            hubspot.get(f"/crm/v3/objects/contacts/{each}").json()["properties"]["firstname"] for each in ids
        }
        assert names == {"first"}

    def test_salesforce_collections(self, control: httpx.Client, salesforce: httpx.Client) -> None:
        ids = [lead(salesforce) for _ in range(4)]
        told(control.post("/faults", json={"crm": "salesforce", "kind": "rows", "skip": 1, "times": 2}))
        records = [{"attributes": {"type": "Lead"}, "id": each, "Title": "CTO"} for each in ids]
        body = {"allOrNone": False, "records": records}
        answer = salesforce.patch(f"{VERSION}/composite/sobjects", json=body).json()
        assert [row["success"] for row in answer] == [True, False, False, True]
        assert answer[1]["errors"][0]["statusCode"] == "UNABLE_TO_LOCK_ROW"
        assert all(
            row["success"] for row in salesforce.patch(f"{VERSION}/composite/sobjects", json=body).json()
        )

    def test_salesforce_bulk(self, control: httpx.Client, salesforce: httpx.Client) -> None:
        rule = {
            "crm": "salesforce",
            "kind": "rows",
            "path": "jobs/ingest",
            "times": 1,
            "code": "UNKNOWN_EXCEPTION",
        }
        told(control.post("/faults", json=rule | {"message": "try again"}))
        jobs = f"{VERSION}/jobs/ingest"
        job = salesforce.post(jobs, json={"object": "Lead", "operation": "insert", "lineEnding": "LF"}).json()
        salesforce.put(
            f"{jobs}/{job['id']}/batches",
            content=b"LastName,Company\nA,X\nB,X\n",
            headers={"Content-Type": "text/csv"},
        )
        salesforce.patch(f"{jobs}/{job['id']}", json={"state": "UploadComplete"})
        while salesforce.get(f"{jobs}/{job['id']}").json()["state"] not in ("JobComplete", "Failed"):
            time.sleep(0.05)
        failed = salesforce.get(f"{jobs}/{job['id']}/failedResults").text
        rows = list(csv.DictReader(io.StringIO(failed)))
        assert [(row["LastName"], row["sf__Error"]) for row in rows] == [
            ("A", "UNKNOWN_EXCEPTION:try again: --")
        ]


def test_a_job_takes_its_time_and_fails_while_hubspot_answers(
    control: httpx.Client, salesforce: httpx.Client, hubspot: httpx.Client
) -> None:
    """It goes on behind the answer that started it, even where that is cut."""
    told(control.put("/salesforce/jobs", json={"polls": 2, "failures": 1, "after": 1}))
    jobs = f"{VERSION}/jobs/ingest"
    job = f"{jobs}/{salesforce.post(jobs, json={'object': 'Lead', 'operation': 'insert'}).json()['id']}"
    salesforce.put(f"{job}/batches", content=b"LastName,Company\nA,X\nB,X\n")
    told(control.post("/faults", json={"crm": "salesforce", "kind": "cut", "method": "PATCH"}))
    with pytest.raises(httpx.RemoteProtocolError):
        salesforce.patch(job, json={"state": "UploadComplete"})
    assert hubspot.get("/crm/v3/owners").status_code == 200
    states = [salesforce.get(job).json()["state"] for _ in range(2)]
    while (said := salesforce.get(job).json())["state"] == "InProgress":
        time.sleep(0.01)
    assert states == ["InProgress", "InProgress"]
    assert (said["state"], said["numberRecordsProcessed"]) == ("Failed", 1)


class TestTokensEnd:
    def test_in_the_middle_of_a_salesforce_job(
        self, control: httpx.Client, salesforce: httpx.Client, crm: Sandbox
    ) -> None:
        lead(salesforce)
        told(
            control.post(
                "/faults", json={"crm": "salesforce", "kind": "expire", "path": "jobs/query", "skip": 1}
            )
        )
        query = {"operation": "query", "query": "SELECT Id FROM Lead"}
        job = salesforce.post(f"{VERSION}/jobs/query", json=query).json()["id"]
        refused = salesforce.get(f"{VERSION}/jobs/query/{job}")
        assert (refused.status_code, refused.json()[0]["errorCode"]) == (401, "INVALID_SESSION_ID")
        assert salesforce.get(f"{VERSION}/limits").status_code == 401
        salesforce.headers["Authorization"] = f"Bearer {token(salesforce, crm['salesforce'])}"
        assert salesforce.get(f"{VERSION}/jobs/query/{job}").status_code == 200

    def test_all_sessions_and_short_ones(
        self, control: httpx.Client, salesforce: httpx.Client, crm: Sandbox
    ) -> None:
        told(control.delete("/salesforce/sessions"))
        assert salesforce.get(f"{VERSION}/limits").status_code == 401
        told(control.put("/salesforce/sessions", json={"seconds": 0}))
        salesforce.headers["Authorization"] = f"Bearer {token(salesforce, crm['salesforce'])}"
        assert salesforce.get(f"{VERSION}/limits").status_code == 401

    def test_hubspot(self, control: httpx.Client, hubspot: httpx.Client) -> None:
        made = control.post("/hubspot/tokens", json={"scopes": ["crm.objects.contacts.read"]}).json()["token"]
        hubspot.headers["Authorization"] = f"Bearer {made}"
        path = "/crm/v3/objects/contacts"
        told(control.post("/faults", json={"crm": "hubspot", "kind": "expire", "path": path, "skip": 1}))
        assert [hubspot.get(path).status_code for _ in range(3)] == [200, 401, 401]
        other = control.post("/hubspot/tokens", json={"scopes": ["crm.objects.contacts.read"]}).json()[
            "token"
        ]
        assert other != made
        hubspot.headers["Authorization"] = f"Bearer {other}"
        assert hubspot.get(path).status_code == 200
        control.request("DELETE", "/hubspot/tokens", json={"token": other})
        assert hubspot.get(path).status_code == 401


class TestCallsOfTheControlApiAreScripted:
    def test_a_scope_is_revoked_after_the_second_page(
        self, control: httpx.Client, hubspot: httpx.Client
    ) -> None:
        scopes = ["crm.objects.contacts.read"]
        made = control.post("/hubspot/tokens", json={"scopes": scopes}).json()["token"]
        hubspot.headers["Authorization"] = f"Bearer {made}"
        path = "/crm/v3/objects/contacts"
        rule = {"crm": "hubspot", "kind": "do", "path": path, "call": "PUT /hubspot/scopes"}
        told(control.post("/faults", json=rule | {"skip": 2, "body": {"token": made, "scopes": []}}))
        told(control.post("/faults", json=rule | {"skip": 4, "body": {"token": made, "scopes": scopes}}))
        assert [hubspot.get(path).status_code for _ in range(6)] == [200, 200, 403, 403, 200, 200]
        assert [rule["happened"] for rule in control.get("/faults").json()] == [1, 1]

    def test_a_field_disappears_between_two_queries(
        self, control: httpx.Client, salesforce: httpx.Client
    ) -> None:
        given = {"object": "Lead", "name": "Gone__c"}
        told(control.put("/salesforce/fields", json=given | {"type": "string"}))
        rule = {"crm": "salesforce", "kind": "do", "path": "/query", "skip": 1, "body": given}
        told(control.post("/faults", json=rule | {"call": "delete /salesforce/fields"}))
        soql = {"q": "SELECT Gone__c FROM Lead"}
        statuses = [salesforce.get(f"{VERSION}/query", params=soql).status_code for _ in range(3)]
        assert statuses == [200, 400, 400]

    def test_what_cannot_be_done_is_said(self, control: httpx.Client, hubspot: httpx.Client) -> None:
        rule = {"crm": "hubspot", "kind": "do", "call": "PUT /hubspot/search-lag"}
        for wrong in ({"call": "PUT /hubspot/nothing"}, {"call": "GET /truth"}, {"body": [5]}):
            assert control.post("/faults", json=rule | wrong).status_code == 400
        told(control.post("/faults", json=rule | {"body": {"seconds": "five"}}))
        answer = hubspot.get("/crm/v3/owners")
        assert (answer.status_code, "'five'" in answer.json()["message"]) == (500, True)


class TestTheSchemaChanges:
    def test_hubspot(self, control: httpx.Client, hubspot: httpx.Client) -> None:
        path, given = "/crm/v3/properties/contacts/new_one", {"object": "contacts", "name": "new_one"}
        assert hubspot.get(path).status_code == 404
        told(control.put("/hubspot/properties", json=given | {"type": "string"}))
        made = contact(hubspot, new_one="many")
        shown = f"/crm/v3/objects/contacts/{made}?properties=new_one"
        told(control.put("/hubspot/properties", json=given | {"type": "number"}))
        assert hubspot.get(path).json()["type"] == "number"
        assert hubspot.get(shown).json()["properties"]["new_one"] == "many"
        refused = hubspot.patch(
            f"/crm/v3/objects/contacts/{made}", json={"properties": {"new_one": "some more"}}
        )
        assert refused.json()["errors"][0]["code"] == "INVALID_NUMBER"
        told(control.request("DELETE", "/hubspot/properties", json=given))
        assert "new_one" not in hubspot.get(shown).json()["properties"]
        assert hubspot.patch(
            f"/crm/v3/objects/contacts/{made}", json={"properties": {"new_one": "1"}}
        ).is_error

    def test_hubspot_searches_pass_over_an_archived_property(
        self, control: httpx.Client, hubspot: httpx.Client
    ) -> None:
        ids = [contact(hubspot, lastname="gone", phone=number) for number in ("0901", "0902")]
        among = {"propertyName": "hs_object_id", "operator": "IN", "values": ids}

        def found(*filters: dict[str, Any], **body: Any) -> list[str]:
            asked = {"filters": [among, *filters], **body}
            answer = hubspot.post("/crm/v3/objects/contacts/search", json=asked).json()
            assert answer["total"] == len(answer["results"])
            return [record["id"] for record in answer["results"]]

        has, lacks = ({"propertyName": "phone", "operator": f"{it}HAS_PROPERTY"} for it in ("", "NOT_"))
        equal = {"propertyName": "phone", "operator": "EQ", "value": "0901"}
        falling = [{"propertyName": "phone", "direction": "DESCENDING"}]
        given = {"object": "contacts", "name": "phone"}
        assert (found(has), found(lacks), found(equal), found(query="0902")) == (ids, [], ids[:1], ids[1:])
        assert found(sorts=falling) == ids[::-1]
        told(control.request("DELETE", "/hubspot/properties", json=given))
        assert (found(has), found(lacks), found(equal), found(query="0902")) == ([], ids, [], [])
        assert found(query="gone", sorts=falling) == ids
        told(control.put("/hubspot/properties", json=given | {"type": "string"}))
        assert found(has) == ids
        given = {"object": "leads", "name": "hs_lead_name"}  # all that a query of leads looks at
        told(control.request("DELETE", "/hubspot/properties", json=given))
        assert hubspot.post("/crm/v3/objects/leads/search", json={"query": "x"}).json()["total"] == 0
        told(control.put("/hubspot/properties", json=given | {"type": "string"}))

    def test_salesforce(self, control: httpx.Client, salesforce: httpx.Client) -> None:
        given = {"object": "Lead", "name": "New__c"}
        told(control.put("/salesforce/fields", json=given | {"type": "string"}))
        number, text = lead(salesforce, New__c="12"), lead(salesforce, New__c="a dozen")
        soql = f"SELECT New__c FROM Lead WHERE Id IN ('{number}', '{text}') ORDER BY Id"

        def shown() -> Any:
            return salesforce.get(f"{VERSION}/query", params={"q": soql}).json()

        assert [row["New__c"] for row in shown()["records"]] == ["12", "a dozen"]
        told(control.put("/salesforce/fields", json=given | {"type": "double"}))
        assert [row["New__c"] for row in shown()["records"]] == [12, None]
        fields = salesforce.get(f"{VERSION}/sobjects/Lead/describe").json()["fields"]
        assert [field["type"] for field in fields if field["name"] == "New__c"] == ["double"]
        told(control.request("DELETE", "/salesforce/fields", json=given))
        assert shown()[0]["errorCode"] == "INVALID_FIELD"
        told(control.request("DELETE", "/salesforce/fields", json={"object": "Lead", "name": "Fax"}))
        fields = salesforce.get(f"{VERSION}/sobjects/Lead/describe").json()["fields"]
        assert "Fax" not in {field["name"] for field in fields}

    def test_a_standard_field_keeps_its_type(self, control: httpx.Client) -> None:
        given = {"object": "Lead", "name": "Title", "type": "double"}
        assert control.put("/salesforce/fields", json=given).status_code == 400


class TestRules:
    def test_hubspot_enforces_them_from_2026_09_on(
        self, control: httpx.Client, hubspot: httpx.Client
    ) -> None:
        made = contact(hubspot, firstname="Ann")
        rule = {"object": "contacts", "required": "phone", "when": {"lifecyclestage": "customer"}}
        told(control.post("/hubspot/rules", json=rule))
        told(
            control.post(
                "/hubspot/rules", json={"object": "contacts", "required": "jobtitle", "on_create": True}
            )
        )
        customer = {"properties": {"lifecyclestage": "customer"}}
        for version in ("v3", "2026-03"):
            path = f"/crm/{version}/objects" if version == "v3" else f"/crm/objects/{version}"
            assert hubspot.patch(f"{path}/contacts/{made}", json=customer).status_code == 200
        new = "/crm/objects/2026-09/contacts"
        # the record breaks the rule already: a write of something else fails as well
        refused = hubspot.patch(f"{new}/{made}", json={"properties": {"firstname": "Bea"}})
        assert (refused.status_code, refused.json()["category"]) == (400, "VALIDATION_ERROR")
        assert refused.json()["errors"][0]["context"] == {"propertyName": ["phone"]}
        assert hubspot.patch(f"{new}/{made}", json={"properties": {"phone": "1"}}).status_code == 200
        assert hubspot.post(new, json={"properties": {"firstname": "Cleo"}}).status_code == 400
        assert hubspot.post(new, json={"properties": {"jobtitle": "CTO"}}).status_code == 201
        inputs = [
            {"id": made, "objectWriteTraceId": "1", "properties": {"phone": ""}},
            {"id": contact(hubspot), "objectWriteTraceId": "2", "properties": {"firstname": "Dan"}},
        ]
        answer = hubspot.post(f"{new}/batch/update", json={"inputs": inputs})
        assert (answer.status_code, answer.json()["numErrors"]) == (207, 1)

    def test_salesforce(self, control: httpx.Client, salesforce: httpx.Client) -> None:
        path = f"{VERSION}/sobjects/Lead"
        rule = {"kind": "validation", "object": "Lead", "required": "Phone", "when": {"Status": "Working"}}
        told(control.post("/salesforce/rules", json=rule | {"message": "Give a phone number"}))
        told(
            control.post(
                "/salesforce/rules", json={"kind": "duplicate", "object": "Lead", "fields": ["Email"]}
            )
        )
        body = {"LastName": "Doe", "Company": "Acme", "Email": "one@rules.example"}
        refused = salesforce.post(path, json=body | {"Status": "Working"}).json()[0]
        assert (refused["errorCode"], refused["message"]) == (
            "FIELD_CUSTOM_VALIDATION_EXCEPTION",
            "Give a phone number",
        )
        assert salesforce.post(path, json=body).status_code == 201
        assert salesforce.post(path, json=body).json()[0]["errorCode"] == "DUPLICATES_DETECTED"
        owner = salesforce.get(f"{VERSION}/query", params={"q": "SELECT Id FROM User"}).json()["records"][0][
            "Id"
        ]
        entries = [{"owner_id": owner, "criteria": {"Country": "DE"}}]
        told(control.post("/salesforce/rules", json={"kind": "assignment", "entries": entries}))
        made = lead(salesforce, Country="DE")
        assert salesforce.get(f"{path}/{made}").json()["OwnerId"] == owner
        assert control.post("/salesforce/rules", json={"kind": "other"}).status_code == 400

    def test_a_trigger_that_breaks(self, control: httpx.Client, salesforce: httpx.Client) -> None:
        path = f"{VERSION}/composite/sobjects"
        attributes = {"attributes": {"type": "Lead"}}
        made = [attributes | {"id": lead(salesforce)} for _ in range(3)]

        def fates(records: list[dict[str, Any]]) -> list[str]:
            said = salesforce.patch(path, json={"records": records}).json()
            return ["" if each.get("success") else each["errors"][0]["message"] for each in said]

        trigger = {"kind": "trigger", "object": "Lead", "most": 2}
        told(control.post("/salesforce/rules", json=trigger))
        broken = "LeadTrigger: System.LimitException: Apex CPU time limit exceeded"
        assert fates(made) == [broken] * 3
        assert fates(made[:2]) == ["", ""]
        told(control.post("/salesforce/rules", json=trigger | {"most": 9, "when": {"Title": "CTO"}}))
        assert fates([made[0], made[1] | {"Title": "cto"}]) == [broken] * 2
        told(control.delete("/salesforce/rules"))
        told(control.post("/salesforce/rules", json=trigger | {"status": 500}))
        refused = salesforce.patch(path, json={"records": made})
        assert (refused.status_code, refused.json()[0]["message"]) == (500, broken)
        new = [attributes | {"LastName": "Doe", "Company": "Acme"} for _ in range(3)]
        assert salesforce.post(path, json={"records": new}).status_code == 500

    def test_locks(self, control: httpx.Client, salesforce: httpx.Client) -> None:
        made = lead(salesforce)
        told(control.post("/salesforce/locks", json={"id": made, "attempts": 1}))
        path = f"{VERSION}/sobjects/Lead/{made}"
        assert salesforce.patch(path, json={"Title": "CTO"}).json()[0]["errorCode"] == "UNABLE_TO_LOCK_ROW"
        assert salesforce.patch(path, json={"Title": "CTO"}).status_code == 204


class TestRightsAreTakenAway:
    def test_mails_need_a_scope_of_their_own(self, control: httpx.Client, hubspot: httpx.Client) -> None:
        made = control.post("/hubspot/tokens", json={"scopes": ["crm.objects.contacts.read"]}).json()["token"]
        hubspot.headers["Authorization"] = f"Bearer {made}"
        assert hubspot.get("/crm/v3/objects/calls").status_code == 200
        refused = hubspot.get("/crm/v3/objects/emails")
        assert refused.status_code == 403
        assert "sales-email-read" in refused.text
        told(
            control.put(
                "/hubspot/scopes",
                json={"token": made, "scopes": ["crm.objects.contacts.read", "sales-email-read"]},
            )
        )
        assert hubspot.get("/crm/v3/objects/emails").status_code == 200

    def test_salesforce_permissions(
        self, control: httpx.Client, salesforce: httpx.Client, crm: Sandbox
    ) -> None:
        given = {"username": "reader@control.example", "without": ["EditLeads"]}
        made = control.post("/salesforce/users", json=given).json()["token"]
        headers = {"Authorization": f"Bearer {made}"}
        body = {"LastName": "Doe", "Company": "Acme"}
        refused = salesforce.post(f"{VERSION}/sobjects/Lead", json=body, headers=headers)
        assert refused.is_error and salesforce.get(f"{VERSION}/sobjects", headers=headers).is_success
        who = salesforce.get("/services/oauth2/userinfo", headers=headers).json()
        assert who["preferred_username"] == "reader@control.example"

    def test_limits(self, control: httpx.Client, salesforce: httpx.Client, hubspot: httpx.Client) -> None:
        told(control.put("/salesforce/limits", json={"enforced": True, "per_day": 1}))
        refused = salesforce.get(f"{VERSION}/limits")
        assert (refused.status_code, refused.json()[0]["errorCode"]) == (403, "REQUEST_LIMIT_EXCEEDED")
        told(control.put("/salesforce/limits", json={"enforced": False, "per_day": 100_000}))
        told(control.put("/hubspot/limits", json={"enforced": True, "per_day": 1}))
        refused = hubspot.get("/crm/v3/owners")
        assert (refused.status_code, refused.json()["policyName"]) == (429, "DAILY")
        told(control.put("/hubspot/limits", json={"enforced": False, "per_day": 650_000}))
        assert hubspot.get("/crm/v3/owners").status_code == 200


def test_the_clock_runs_wrong(control: httpx.Client, hubspot: httpx.Client, salesforce: httpx.Client) -> None:
    """Skewed back, a later write bears an earlier date than the one before it, in both CRMs."""
    person, made = contact(hubspot), lead(salesforce)
    row = f"{VERSION}/sobjects/Lead/{made}"
    before = hubspot.get(f"/crm/v3/objects/contacts/{person}").json()["updatedAt"]
    stamp = salesforce.get(row).json()["SystemModstamp"]
    control.post("/clock", json={"advance": -3600})
    hubspot.patch(f"/crm/v3/objects/contacts/{person}", json={"properties": {"firstname": "Late"}})
    salesforce.patch(row, json={"Title": "Late"})
    control.post("/clock", json={"advance": 3600})
    assert hubspot.get(f"/crm/v3/objects/contacts/{person}").json()["updatedAt"] < before
    assert salesforce.get(row).json()["SystemModstamp"] < stamp


@pytest.mark.parametrize("crm_name", ["hubspot", "salesforce"])
def test_answers_are_cut_and_gzip_ends_early(
    crm_name: str, control: httpx.Client, hubspot: httpx.Client, salesforce: httpx.Client
) -> None:
    client, path = {"hubspot": hubspot, "salesforce": salesforce}[crm_name], LONG[crm_name]
    told(control.post("/faults", json={"crm": crm_name, "kind": "cut"}))
    with pytest.raises(httpx.RemoteProtocolError):
        client.get(path)
    told(control.post("/faults", json={"crm": crm_name, "kind": "gzip", "keep": 0.5}))
    with pytest.raises((httpx.DecodingError, json.JSONDecodeError)):
        client.get(path).json()
    told(control.post("/faults", json={"crm": crm_name, "kind": "gzip", "length": "whole"}))
    with pytest.raises(httpx.RemoteProtocolError):
        client.get(path)
    told(control.post("/faults", json={"crm": crm_name, "kind": "gzip"}))
    asked_plain = client.get(path, headers={"Accept-Encoding": "identity"})
    assert asked_plain.headers["Content-Encoding"] == "gzip"
    with pytest.raises(json.JSONDecodeError):
        asked_plain.json()
    assert client.get(path).json()


def test_waits_follow_their_distribution() -> None:
    """Nineteen of twenty are below the second of `seconds`; the same seed waits the same."""

    def waits(distribution: str, seconds: list[float]) -> list[float]:
        given = {"crm": "hubspot", "kind": "latency", "distribution": distribution, "seconds": seconds}
        fault = fault_from({**given, "seed": 5})
        return sorted(fault.wait() for _ in range(4000))

    for distribution, median in (("lognormal", 0.2), ("exponential", 0.2 + 1.8 * math.log(2) / math.log(20))):
        drawn = waits(distribution, [0.2, 2.0])
        assert drawn == waits(distribution, [0.2, 2.0])
        assert drawn[2000] == pytest.approx(median, rel=0.1)
        assert drawn[3800] == pytest.approx(2.0, rel=0.1)
        assert drawn[-1] > 3.0
    drawn = waits("uniform", [0.2, 2.0])
    assert drawn[2000] == pytest.approx(1.1, rel=0.1) and drawn[0] >= 0.2 and drawn[-1] <= 2.0


@pytest.mark.parametrize("crm_name", ["hubspot", "salesforce"])
def test_an_answer_drips(
    crm_name: str, control: httpx.Client, hubspot: httpx.Client, salesforce: httpx.Client
) -> None:
    """It arrives whole, in parts that lie apart."""
    client, path = {"hubspot": hubspot, "salesforce": salesforce}[crm_name], LONG[crm_name]
    whole = client.get(path).json()
    told(control.post("/faults", json={"crm": crm_name, "kind": "drip", "seconds": [0.5, 0.5]}))
    started = time.monotonic()
    with client.stream("GET", path) as answer:
        parts = list(answer.iter_raw())
    assert time.monotonic() - started >= 0.5 and len(parts) > 1
    packed = b"".join(parts)
    plain = gzip.decompress(packed) if answer.headers.get("content-encoding") == "gzip" else packed
    assert json.loads(plain) == whole


def test_an_injected_429_is_spelt_as_the_limit_spells_it(
    control: httpx.Client, hubspot: httpx.Client, salesforce: httpx.Client
) -> None:
    def refused(path: str, **rule: Any) -> httpx.Response:
        told(control.post("/faults", json={"crm": "hubspot", "kind": "status", "status": 429, **rule}))
        return hubspot.post(path, json={}) if path.endswith("/search") else hubspot.get(path)

    told(control.put("/hubspot/limits", json={"enforced": True, "per_ten_seconds": 0}))
    real = hubspot.get("/crm/v3/owners").json()
    told(control.put("/hubspot/limits", json={"enforced": False, "per_ten_seconds": 190}))
    played = refused("/crm/v3/owners")
    assert {**played.json(), "correlationId": ""} == {**real, "correlationId": ""}
    assert (played.json()["policyName"], played.json()["errorType"]) == ("TEN_SECONDLY_ROLLING", "RATE_LIMIT")
    assert int(played.headers["X-HubSpot-RateLimit-Daily-Remaining"]) > 0
    search = refused("/crm/v3/objects/contacts/search").json()
    assert search["message"] == "You have reached your secondly limit." and "policyName" not in search
    daily = refused("/crm/v3/owners", policy="daily")
    assert daily.json()["policyName"] == "DAILY"
    assert daily.headers["X-HubSpot-RateLimit-Daily-Remaining"] == "0"
    told(control.post("/faults", json={"crm": "salesforce", "kind": "status", "status": 403}))
    limit = salesforce.get(f"{VERSION}/limits")
    assert limit.json()[0]["errorCode"] == "REQUEST_LIMIT_EXCEEDED"
    assert limit.headers["Sforce-Limit-Info"].startswith("api-usage=")


def test_an_injected_401_is_spelt_as_each_crm_spells_it(
    control: httpx.Client, hubspot: httpx.Client, salesforce: httpx.Client
) -> None:
    for name in ("hubspot", "salesforce"):
        told(control.post("/faults", json={"crm": name, "kind": "status", "status": 401}))
    assert hubspot.get("/crm/v3/owners").json()["category"] == "EXPIRED_AUTHENTICATION"
    assert salesforce.get(f"{VERSION}/limits").json()[0]["errorCode"] == "INVALID_SESSION_ID"


def test_what_a_sandbox_may_do_is_set_at_its_start(start_sandbox: Callable[..., Sandbox]) -> None:
    options = ("--leads", "0", "--seed", "12", "--salesforce-permissions", "ApiEnabled,ReadLeads")
    started = start_sandbox(*options, "--salesforce-session", "600", "--proxy")
    said = started["salesforce"]
    headers = {"Authorization": f"Bearer {said['token']}"}
    with httpx.Client(base_url=said["url"], verify=said["ca_file"], headers=headers) as client:
        names = [each["name"] for each in client.get(f"{VERSION}/sobjects").json()["sobjects"]]
        assert "Lead" in names and "Opportunity" not in names
        org_id = client.get("/services/oauth2/userinfo").json()["organization_id"]
    token = {"Authorization": f"Bearer {started['hubspot']['token']}"}
    account = httpx.get(started["hubspot"]["url"] + "/account-info/v3/details", headers=token)
    assert (account.json()["portalId"], org_id) == (7100112, "00DLw000000000DMAQ")
    proxied, contacts = started["proxy"], "https://api.hubapi.com/crm/v3/objects/contacts"
    with httpx.Client(proxy=proxied["url"], verify=proxied["ca_file"], headers=token) as client:
        for name in ("Ann", "Bob"):
            client.post(contacts, json={"properties": {"firstname": name}})
        link = client.get(contacts, params={"limit": 1}).json()["paging"]["next"]["link"]
        assert link.startswith(f"{contacts}?limit=1&after=")
        assert [it["properties"]["firstname"] for it in client.get(link).json()["results"]] == ["Bob"]
    refused = httpx.Client(proxy=started["proxy"]["url"], verify=False)
    with pytest.raises(httpx.ProxyError):
        refused.get("https://example.com/")
