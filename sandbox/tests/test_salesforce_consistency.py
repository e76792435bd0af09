"""Whatever is done to the sandbox's leads through its APIs, every way of reading them tells the same."""

from __future__ import annotations

import csv
import io
import time
from typing import Any
from xml.sax.saxutils import escape

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, multiple, rule
from starlette.testclient import TestClient

from leadwright_sandbox.salesforce import Salesforce
from leadwright_sandbox.store import Store
from leadwright_sandbox.testing.org import TestClock

BASE = "/services/data/v62.0"
FIELDS = ("LastName", "Title", "Status", "Key__c")
NAMES = st.sampled_from(["Ann", "Bob", "Łukasz", 'O"Neil, Pat'])
TITLES = st.sampled_from([None, "CTO", "two\nlines"])
STATUSES = st.sampled_from(["Open", "Working", "Nurturing"])
KEYS = st.sampled_from(["k1", "k2", "k3"])
Shown = dict[str, dict[str, str | None]]


class Leads(RuleBasedStateMachine):
    """An org beside a plain model of what it should hold."""

    people = Bundle("people")

    def __init__(self) -> None:
        super().__init__()
        self.clock = TestClock()
        self.org = Salesforce(Store(), self.clock, limits=False)
        self.org.load("Lead", [])
        self.org.set_field("Lead", "Key__c", "string")
        self.org.org.schema.require("Lead").fields["key__c"].external_id = True
        self.token = self.org.credentials()["token"]
        headers = {"Authorization": f"Bearer {self.token}"}
        self.client = TestClient(self.org.app, base_url="https://org.example", headers=headers)
        self.live: Shown = {}
        self.gone: dict[str, str | None] = {}  # id -> the record that it was merged into
        self.statuses: dict[str, list[tuple[str, str]]] = {}
        self.start = self.clock.now()

    def call(self, method: str, path: str, body: object = None, **more: Any) -> Any:
        self.clock.advance(seconds=1)
        answer = self.client.request(method, BASE + path, json=body, **more)
        assert answer.status_code < 300, answer.text
        return answer.json() if answer.content else None

    def wrote(self, lead: str, values: dict[str, str | None]) -> None:
        before = self.live.setdefault(lead, dict.fromkeys(FIELDS))
        status = values.get("Status")
        if status and before["Status"] and status != before["Status"]:
            self.statuses.setdefault(lead, []).append((before["Status"], status))
        before |= values

    @rule(target=people, name=NAMES, title=TITLES, status=STATUSES)
    def create(self, name: str, title: str | None, status: str) -> str:
        values = {"LastName": name, "Title": title, "Status": status}
        made: str = self.call("POST", "/sobjects/Lead", {"Company": "Acme", **values})["id"]
        self.wrote(made, values)
        return made

    @rule(target=people, names=st.lists(NAMES, min_size=1, max_size=3))
    def insert_by_bulk(self, names: list[str]) -> Any:
        rows = [{"LastName": name, "Company": "Acme", "Status": "Open"} for name in names]
        done = self.ingest("insert", rows)
        for row in done:
            self.wrote(row["sf__Id"], {"LastName": row["LastName"], "Status": "Open"})
        return multiple(*(row["sf__Id"] for row in done))

    @rule(person=people, title=TITLES)
    def update(self, person: str, title: str | None) -> None:
        self.call("PATCH", f"/sobjects/Lead/{person}", {"Title": title})
        self.wrote(person, {"Title": title})

    @rule(person=people, status=STATUSES)
    def update_by_collection(self, person: str, status: str) -> None:
        records = [{"attributes": {"type": "Lead"}, "id": person, "Status": status}]
        assert self.call("PATCH", "/composite/sobjects", {"records": records})[0]["success"]
        self.wrote(person, {"Status": status})

    @rule(person=people, status=STATUSES)
    def update_by_bulk(self, person: str, status: str) -> None:
        assert len(self.ingest("update", [{"Id": person, "Status": status}])) == 1
        self.wrote(person, {"Status": status})

    @rule(target=people, key=KEYS, name=NAMES)
    def upsert(self, key: str, name: str) -> Any:
        known = [lead for lead, row in self.live.items() if row["Key__c"] == key]
        made = self.call("PATCH", f"/sobjects/Lead/Key__c/{key}", {"LastName": name, "Company": "Acme"})
        assert made["created"] is not bool(known)
        if known:
            self.wrote(known[0], {"LastName": name})
            return multiple()
        self.wrote(made["id"], {"LastName": name, "Key__c": key, "Status": "Open"})
        return made["id"]

    @rule(person=consumes(people))
    def delete(self, person: str) -> None:
        self.call("DELETE", f"/sobjects/Lead/{person}")
        self.remove(person, None)

    @rule(winner=people, loser=consumes(people))
    def merge(self, winner: str, loser: str) -> None:
        if winner == loser:  # consumed as well: let it be deleted instead
            return self.delete(winner)
        self.soap(
            f"<request><masterRecord><type>Lead</type><Id>{winner}</Id></masterRecord>"
            f"<recordToMergeIds>{loser}</recordToMergeIds></request>"
        )
        self.remove(loser, winner)
        return None

    def remove(self, lead: str, winner: str | None) -> None:
        del self.live[lead]
        self.gone[lead] = winner

    def soap(self, request: str) -> None:
        self.clock.advance(seconds=1)
        text = (
            '<env:Envelope xmlns:env="http://schemas.xmlsoap.org/soap/envelope/" xmlns="urn:partner.soap.sforce.com">'
            f"<env:Header><SessionHeader><sessionId>{escape(self.token)}</sessionId></SessionHeader></env:Header>"
            f"<env:Body><merge>{request}</merge></env:Body></env:Envelope>"
        )
        headers = {"Content-Type": "text/xml", "SOAPAction": "merge"}
        answer = self.client.post("/services/Soap/u/62.0", content=text.encode(), headers=headers)
        assert "<success>true</success>" in answer.text, answer.text

    def ingest(self, operation: str, rows: list[dict[str, str]]) -> list[dict[str, str]]:
        """A Bulk job; its successful rows."""
        text = io.StringIO()
        writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        job = self.call(
            "POST", "/jobs/ingest", {"object": "Lead", "operation": operation, "lineEnding": "LF"}
        )
        path = f"/jobs/ingest/{job['id']}"
        self.client.put(
            f"{BASE}{path}/batches", content=text.getvalue().encode(), headers={"Content-Type": "text/csv"}
        )
        self.call("PATCH", path, {"state": "UploadComplete"})
        self.wait(path)
        done = self.client.get(f"{BASE}{path}/successfulResults").content.decode()
        return list(csv.DictReader(io.StringIO(done, newline="")))

    def wait(self, path: str) -> None:
        for _ in range(500):
            state = self.call("GET", path)["state"]
            if state == "JobComplete":
                return
            time.sleep(0.001)
        raise AssertionError(f"{path} is {state}")

    def query(self, soql: str, path: str = "/query") -> list[dict[str, Any]]:
        return list(self.call("GET", path, params={"q": soql})["records"])

    def bulk(self, soql: str, operation: str = "query") -> list[dict[str, str]]:
        path = (
            f"/jobs/query/{self.call('POST', '/jobs/query', {'operation': operation, 'query': soql})['id']}"
        )
        self.wait(path)
        text = self.client.get(f"{BASE}{path}/results").content.decode()
        return list(csv.DictReader(io.StringIO(text, newline="")))

    def shown(self, rows: list[dict[str, Any]]) -> Shown:
        return {row["Id"]: {name: row[name] or None for name in FIELDS} for row in rows}

    @invariant()
    def query_bulk_and_rows_agree(self) -> None:
        soql = f"SELECT Id, SystemModstamp, {', '.join(FIELDS)} FROM Lead"
        listed, by_bulk = self.query(soql), self.bulk(soql)
        assert self.shown(listed) == self.shown(by_bulk) == self.live
        stamps = {row["Id"]: row["SystemModstamp"][:19] for row in listed}
        assert stamps == {row["Id"]: row["SystemModstamp"][:19] for row in by_bulk}
        if self.live:
            body = {"ids": list(self.live), "fields": ["Id", *FIELDS]}
            assert self.shown(self.call("POST", "/composite/sobjects/Lead", body)) == self.live

    @invariant()
    def filters_find_what_the_list_shows(self) -> None:
        for status in ("Open", "Working"):
            wanted = {lead for lead, row in self.live.items() if row["Status"] == status}
            soql = f"FROM Lead WHERE Status = '{status}'"
            assert {row["Id"] for row in self.query(f"SELECT Id {soql}")} == wanted
            assert self.call("GET", "/query", params={"q": f"SELECT COUNT() {soql}"})["totalSize"] == len(
                wanted
            )

    @invariant()
    def what_is_gone_is_told_alike(self) -> None:
        soql = "SELECT Id, MasterRecordId FROM Lead WHERE IsDeleted = true"
        by_rest = {row["Id"]: row["MasterRecordId"] for row in self.query(soql, "/queryAll")}
        by_bulk = {row["Id"]: row["MasterRecordId"] or None for row in self.bulk(soql, "queryAll")}
        assert by_rest == by_bulk == self.gone
        assert not self.query(soql)
        window = {
            "start": self.start.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "end": self.clock.now().strftime("%Y-%m-%dT23:59:59Z"),
        }
        told = self.call("GET", "/sobjects/Lead/deleted", params=window)["deletedRecords"]
        assert {each["id"] for each in told} == set(self.gone)
        changed = self.call("GET", "/sobjects/Lead/updated", params=window)["ids"]
        assert set(changed) == set(self.live)

    @invariant()
    def history_has_every_change_of_status(self) -> None:
        soql = "SELECT LeadId, OldValue, NewValue FROM LeadHistory WHERE Field = 'Status' ORDER BY CreatedDate, Id"
        told: dict[str, list[tuple[str, str]]] = {}
        for row in self.query(soql):
            if row["LeadId"] in self.live:
                told.setdefault(row["LeadId"], []).append((row["OldValue"], row["NewValue"]))
        assert told == {lead: changes for lead, changes in self.statuses.items() if lead in self.live}

    def teardown(self) -> None:
        self.client.close()


Leads.TestCase.settings = settings(
    max_examples=8,
    stateful_step_count=10,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
TestLeads = Leads.TestCase
