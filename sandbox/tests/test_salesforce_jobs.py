"""Bulk jobs of the sandbox's Salesforce under way: seen, aborted, failed, while others are answered."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from leadwright_sandbox import store
from leadwright_sandbox.salesforce import bulk_ingest, stretches
from leadwright_sandbox.testing.org import Served, served

BASE = "/services/data/v62.0"
ASYNC = "/services/async/62.0"
ROWS = 2 * bulk_ingest.ROWS_AT_ONCE + 10
FOR_EVER = 10**9


@pytest.fixture
def org(tmp_path: Path) -> Iterator[Served]:
    with served(tmp_path, limits=False) as running:
        yield running


def query_job(org: Served, soql: str = "SELECT Id FROM Lead") -> str:
    body = {"operation": "query", "query": soql}
    return f"{BASE}/jobs/query/{org.call('POST', f'{BASE}/jobs/query', json=body).json()['id']}"


def ingest_job(org: Served, text: str, start: bool = True) -> str:
    body = {"object": "Lead", "operation": "insert", "lineEnding": "LF"}
    path = f"{BASE}/jobs/ingest/{org.call('POST', f'{BASE}/jobs/ingest', json=body).json()['id']}"
    assert org.call("PUT", f"{path}/batches", data=text.encode()).status_code == 201
    if start:
        assert org.call("PATCH", path, json={"state": "UploadComplete"}).json()["state"] == "UploadComplete"
    return path


def people(number: int) -> str:
    return "LastName,Company\n" + "".join(f"N{n},Acme\n" for n in range(number))


def rows(org: Served, path: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(org.call("GET", path).text, newline="")))


def leads(org: Served) -> int:
    return int(org.client().query("SELECT COUNT() FROM Lead")["totalSize"])


def load(org: Served, number: int) -> list[str]:
    ids = [f"{n:05}" for n in range(number)]
    org.salesforce.load("Lead", ({"Id": each, "LastName": "Doe", "Title": each} for each in ids))
    return ids


class TestIngest:
    def test_a_job_is_aborted_in_the_middle(self, org: Served) -> None:
        pace = org.salesforce.org.jobs.pace
        pace.polls = FOR_EVER
        path = ingest_job(org, people(ROWS))
        seen = org.call("GET", path).json()
        assert (seen["state"], seen["numberRecordsProcessed"]) == ("InProgress", bulk_ingest.ROWS_AT_ONCE)
        assert leads(org) == bulk_ingest.ROWS_AT_ONCE
        assert org.call("DELETE", path).json()[0]["errorCode"] == "INVALIDJOBSTATE"
        assert org.call("PATCH", path, json={"state": "Aborted"}).json()["state"] == "Aborted"
        pace.polls = 0
        assert org.ended(ingest_job(org, people(1)))["state"] == "JobComplete"
        assert leads(org) == bulk_ingest.ROWS_AT_ONCE + 1
        assert len(rows(org, f"{path}/successfulResults")) == bulk_ingest.ROWS_AT_ONCE
        left = [row["LastName"] for row in rows(org, f"{path}/unprocessedrecords")]
        assert left == [f"N{n}" for n in range(bulk_ingest.ROWS_AT_ONCE, ROWS)]
        assert org.call("PATCH", path, json={"state": "Aborted"}).status_code == 400

    def test_a_job_goes_on_after_so_many_polls(self, org: Served) -> None:
        org.salesforce.org.jobs.pace.polls = 2
        path = ingest_job(org, people(ROWS))
        states = [org.call("GET", path).json()["state"] for _ in range(2)]
        done = org.ended(path)
        assert states == ["InProgress", "InProgress"]
        assert (done["state"], done["numberRecordsProcessed"], leads(org)) == ("JobComplete", ROWS, ROWS)

    def test_a_job_fails_after_so_many_rows(self, org: Served) -> None:
        pace = org.salesforce.org.jobs.pace
        pace.failures, pace.after = 1, 7
        path = ingest_job(org, people(ROWS))
        failed = org.ended(path)
        assert (failed["state"], failed["numberRecordsProcessed"], leads(org)) == ("Failed", 7, 7)
        assert failed["errorMessage"].startswith("InternalServerError : ")
        assert len(rows(org, f"{path}/unprocessedrecords")) == ROWS - 7
        assert org.ended(ingest_job(org, people(1)))["state"] == "JobComplete"

    def test_what_a_job_never_began_is_unprocessed(self, org: Served) -> None:
        unknown = ingest_job(org, "LastName,Nope\nA,1\nB,2\n")
        assert org.ended(unknown)["errorMessage"] == "InvalidBatch : Field name not found : Nope"
        assert [row["Nope"] for row in rows(org, f"{unknown}/unprocessedrecords")] == ["1", "2"]
        dropped = ingest_job(org, people(2), start=False)
        assert org.call("PATCH", dropped, json={"state": "Aborted"}).json()["state"] == "Aborted"
        assert [row["LastName"] for row in rows(org, f"{dropped}/unprocessedrecords")] == ["N0", "N1"]
        assert rows(org, f"{dropped}/successfulResults") == []


class TestQuery:
    def test_a_job_is_aborted_in_the_middle(self, org: Served) -> None:
        load(org, 3)
        org.salesforce.org.jobs.pace.seconds = 60  # of the org's clock, which stands
        path = query_job(org)
        assert org.call("GET", path).json()["state"] == "InProgress"
        assert org.call("GET", f"{path}/results").json()[0]["errorCode"] == "INVALIDJOBSTATE"
        assert org.call("PATCH", path, json={"state": "Aborted"}).json()["state"] == "Aborted"
        assert org.call("GET", path).json()["state"] == "Aborted"
        assert org.call("GET", f"{path}/results").status_code == 400
        assert org.call("DELETE", path).status_code == 204
        other = query_job(org)
        assert org.call("GET", other).json()["state"] == "InProgress"
        org.clock.advance(seconds=60)
        assert org.ended(other)["state"] == "JobComplete"

    def test_a_job_fails(self, org: Served) -> None:
        org.salesforce.org.jobs.pace.failures = 1
        path = query_job(org)
        failed = org.ended(path)
        assert failed["state"] == "Failed"
        assert failed["errorMessage"].startswith("InternalServerError : ")
        assert org.call("GET", f"{path}/results").status_code == 400
        assert org.ended(query_job(org))["state"] == "JobComplete"

    @pytest.mark.parametrize("count", [0, 9, 10, 11, 35])
    def test_a_large_object_is_read_stretch_by_stretch(
        self, org: Served, monkeypatch: pytest.MonkeyPatch, count: int
    ) -> None:
        monkeypatch.setattr(store, "MOMENT", 1)
        monkeypatch.setattr(stretches, "STRETCH", 10)
        ids = load(org, count)
        for each in ids[3:5]:
            org.client().Lead.delete(each)
        done = org.ended(path := query_job(org, "SELECT Id, Owner.Name, Title FROM Lead WHERE Title != '7'"))
        found = rows(org, f"{path}/results")
        assert [row["Id"] for row in found] == [row["Title"] for row in found] == ids[:3] + ids[5:]
        assert done["numberRecordsProcessed"] == len(found)
        some = org.ended(query_job(org, "SELECT Id FROM Lead ORDER BY Title DESC LIMIT 12"))
        assert some["numberRecordsProcessed"] == min(12, len(found))

    def test_a_field_disappears_in_the_middle(self, org: Served, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(store, "MOMENT", 1)
        monkeypatch.setattr(stretches, "STRETCH", 10)
        org.salesforce.set_field("Lead", "Score__c", "double")
        load(org, 11)
        org.salesforce.org.jobs.pace.polls = 1
        path = query_job(org, "SELECT Id, Score__c FROM Lead")
        org.salesforce.remove_field("Lead", "Score__c")
        failed = org.ended(path)
        assert (failed["state"], "Score__c" in failed["errorMessage"]) == ("Failed", True)


class TestOlderApi:
    def job(self, org: Served, operation: str) -> str:
        body = {"operation": operation, "object": "Lead", "contentType": "JSON"}
        return f"{ASYNC}/job/{org.call('POST', f'{ASYNC}/job', json=body).json()['id']}"

    def batch(self, org: Served, job: str, body: bytes) -> str:
        made = org.call("POST", f"{job}/batch", data=body)
        assert (made.status_code, made.json()["state"]) == (201, "Queued")
        return f"{job}/batch/{made.json()['id']}"

    @pytest.mark.parametrize(
        ("operation", "body"),
        [("insert", b"[1, 2]"), ("insert", b"{}"), ("insert", b"\xff"), ("query", b"\xff")],
    )
    def test_what_cannot_be_a_batch_is_refused(self, org: Served, operation: str, body: bytes) -> None:
        job = self.job(org, operation)
        refused = org.call("POST", f"{job}/batch", data=body)
        assert refused.status_code == 400
        assert set(refused.json()) == {"exceptionCode", "exceptionMessage"}
        assert org.call("GET", job).json()["numberBatchesTotal"] == 0

    def test_a_job_is_aborted_in_the_middle(self, org: Served) -> None:
        org.salesforce.org.jobs.pace.polls = FOR_EVER
        job = self.job(org, "insert")
        batch = self.batch(org, job, json.dumps([{"LastName": "N", "Company": "Acme"}] * ROWS).encode())
        seen = org.call("GET", batch).json()
        assert (seen["state"], seen["numberRecordsProcessed"]) == ("InProgress", bulk_ingest.ROWS_AT_ONCE)
        assert org.call("GET", f"{batch}/result").json()["exceptionMessage"] == "Batch not completed"
        assert org.call("POST", job, json={"state": "Aborted"}).json()["state"] == "Aborted"
        assert org.call("GET", batch).json()["state"] == "NotProcessed"
        assert leads(org) == bulk_ingest.ROWS_AT_ONCE

    def test_a_batch_fails_after_so_many_rows_and_the_next_is_read_in_stretches(
        self, org: Served, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(store, "MOMENT", 1)
        monkeypatch.setattr(stretches, "STRETCH", 10)
        ids = load(org, 25)
        pace = org.salesforce.org.jobs.pace
        pace.failures, pace.after = 1, 10
        job = self.job(org, "query")
        batches = [self.batch(org, job, b"SELECT Id FROM Lead") for _ in range(2)]
        failed, done = (org.ended(batch) for batch in batches)
        assert (failed["state"], failed["numberRecordsProcessed"]) == ("Failed", 10)
        assert failed["stateMessage"].startswith("InvalidBatch : InternalServerError: ")
        assert (done["state"], done["numberRecordsProcessed"]) == ("Completed", 25)
        (result,) = org.call("GET", f"{batches[1]}/result").json()
        found = org.call("GET", f"{batches[1]}/result/{result}").json()
        assert [row["Id"] for row in found] == ids


def test_polls_and_lists_tell_the_type_of_a_job(org: Served) -> None:
    paths = {"V2Query": query_job(org), "V2Ingest": ingest_job(org, people(1))}
    for kind, path in paths.items():
        assert org.ended(path)["jobType"] == kind
        (listed,) = org.call("GET", path.rpartition("/")[0]).json()["records"]
        assert (listed["jobType"], path.endswith(listed["id"])) == (kind, True)


@pytest.mark.parametrize("path", [f"{BASE}/jobs/query", f"{ASYNC}/job"])
def test_a_composite_call_starts_no_job(org: Served, path: str) -> None:
    body = {"operation": "query", "query": "SELECT Id FROM Lead", "object": "Lead", "contentType": "JSON"}
    inner = {"method": "POST", "url": path, "referenceId": "job", "body": body}
    answer = org.call("POST", f"{BASE}/composite", json={"compositeRequest": [inner]}).json()
    assert answer["compositeResponse"][0]["httpStatusCode"] == 400
    batch = {"batchRequests": [{"method": "POST", "url": path, "richInput": body}]}
    assert org.call("POST", f"{BASE}/composite/batch", json=batch).json()["results"][0]["statusCode"] == 400
    assert org.salesforce.org.jobs.by_id == org.salesforce.org.bulk_jobs == {}


class TestDailyLimits:
    def left(self, org: Served, name: str) -> int:
        limit = org.client().limits()[name]
        return int(limit["Max"] - limit["Remaining"])

    def test_batches(self, org: Served, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(bulk_ingest, "BATCH_ROWS", 10)
        assert org.ended(ingest_job(org, people(21)))["state"] == "JobComplete"
        assert self.left(org, "DailyBulkApiBatches") == 3
        usage = org.salesforce.org.usage
        usage.enforced, usage.batches_total = True, 4
        path = ingest_job(org, people(ROWS))
        failed = org.ended(path)
        assert (failed["state"], failed["numberRecordsProcessed"]) == ("Failed", 0)
        assert failed["errorMessage"] == "ExceededQuota : ApiBatchItems Limit exceeded"
        assert len(rows(org, f"{path}/unprocessedrecords")) == ROWS
        body = {"operation": "query", "object": "Lead", "contentType": "JSON"}
        job = f"{ASYNC}/job/{org.call('POST', f'{ASYNC}/job', json=body).json()['id']}"
        refused = org.call("POST", f"{job}/batch", data=b"SELECT Id FROM Lead")
        assert (refused.status_code, refused.json()["exceptionCode"]) == (400, "ExceededQuota")
        org.clock.advance(hours=24)
        assert org.call("POST", f"{job}/batch", data=b"SELECT Id FROM Lead").status_code == 201

    def test_results_of_queries(self, org: Served) -> None:
        load(org, 3)
        org.ended(path := query_job(org))
        for _ in range(2):
            text = org.call("GET", f"{path}/results").text
        usage = org.salesforce.org.usage
        assert (usage.query_bytes, self.left(org, "DailyBulkV2QueryFileStorageMB")) == (len(text), 1)
        usage.enforced, usage.query_megabytes_total = True, 0
        body = {"operation": "query", "query": "SELECT Id FROM Lead"}
        refused = org.call("POST", f"{BASE}/jobs/query", json=body).json()[0]
        assert refused["errorCode"] == "LIMIT_EXCEEDED"
        assert (
            refused["message"] == "Max bulk v2 query result size stored (0) kb per 24 hrs has been exceeded"
        )

    def test_a_composite_is_one_call_and_a_batch_is_several(self, org: Served) -> None:
        url, usage = f"{BASE}/limits", org.salesforce.org.usage
        inner = [{"method": "GET", "url": url, "referenceId": f"r{n}"} for n in range(4)]
        before = usage.used
        done = org.call("POST", f"{BASE}/composite", json={"compositeRequest": inner}).json()
        assert [each["httpStatusCode"] for each in done["compositeResponse"]] == [200] * 4
        assert usage.used == before + 1
        org.call("POST", f"{BASE}/composite/batch", json={"batchRequests": inner})
        assert usage.used == before + 1 + 1 + 4
