"""Whatever is done to leads, every way to read them tells the same story: query, rows, Bulk, deleted, history."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import Any
from xml.sax.saxutils import escape

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, multiple, rule
from starlette.testclient import TestClient

from leadwright_sandbox.salesforce import Salesforce
from leadwright_sandbox.store import Store
from leadwright_sandbox.testing.org import ENVELOPE, TestClock

BASE = "/services/data/v59.0"
FIELDS = "Id, Title, Status, IsDeleted, MasterRecordId, SystemModstamp"
TITLES = st.text(st.characters(exclude_categories=["C"]), max_size=20).map(str.strip)
STATUSES = st.sampled_from(["Open", "Working", "Nurturing"])


class Leads(RuleBasedStateMachine):
    """Any order of saves; `self.model` says what must be there."""

    live = Bundle("live")
    gone = Bundle("gone")

    @initialize()
    def start(self) -> None:
        self.clock = TestClock()
        self.salesforce = Salesforce(Store(), self.clock, limits=False)
        self.token = self.salesforce.org.sessions.open(self.salesforce.org.integration_user).token
        self.client = TestClient(
            self.salesforce.app, base_url="https://org", headers={"Authorization": f"Bearer {self.token}"}
        )
        self.model: dict[str, dict[str, Any]] = {}
        self.status_changes = 0

    def soap(self, name: str, body: str) -> None:
        text = ENVELOPE.format(token=self.token, name=name, body=body)
        answer = self.client.post("/services/Soap/u/59.0", content=text)
        assert "<success>true</success>" in answer.text, answer.text

    def note(self, lead_id: str, **values: Any) -> None:
        self.model.setdefault(lead_id, {"MasterRecordId": None, "IsDeleted": False})
        self.model[lead_id] |= values | {"SystemModstamp": self.clock.now().strftime("%Y-%m-%dT%H:%M:%S")}

    @rule(seconds=st.sampled_from([0.4, 1, 75]))
    def time_goes_by(self, seconds: float) -> None:
        self.clock.advance(seconds=seconds)

    @rule(target=live, titles=st.lists(TITLES, min_size=1, max_size=3))
    def create(self, titles: list[str]) -> Any:
        records = [
            {"attributes": {"type": "Lead"}, "LastName": "Doe", "Company": "Acme", "Title": title}
            for title in titles
        ]
        results = self.client.post(f"{BASE}/composite/sobjects", json={"records": records}).json()
        for result, title in zip(results, titles, strict=True):
            self.note(result["id"], Title=title or None, Status="Open")
        return multiple(*(result["id"] for result in results))

    @rule(lead_id=live, title=TITLES, status=STATUSES)
    def update(self, lead_id: str, title: str, status: str) -> None:
        body = {"Title": title or None, "Status": status}
        assert self.client.patch(f"{BASE}/sobjects/Lead/{lead_id}", json=body).status_code == 204
        self.status_changes += self.model[lead_id]["Status"] != status
        self.note(lead_id, Title=title or None, Status=status)

    @rule(lead_id=live)
    def refused_update(self, lead_id: str) -> None:
        body = {"Title": "never", "Email": "no address"}
        assert self.client.patch(f"{BASE}/sobjects/Lead/{lead_id}", json=body).status_code == 400

    @rule(target=gone, lead_id=consumes(live))
    def delete(self, lead_id: str) -> str:
        assert self.client.delete(f"{BASE}/sobjects/Lead/{lead_id}").status_code == 204
        self.note(lead_id, IsDeleted=True)
        return lead_id

    @rule(target=live, lead_id=consumes(gone))
    def undelete(self, lead_id: str) -> str:
        self.soap("undelete", f"<ids>{lead_id}</ids>")
        self.note(lead_id, IsDeleted=False, MasterRecordId=None)
        return lead_id

    @rule(target=gone, master=live, loser=consumes(live), title=TITLES)
    def merge(self, master: str, loser: str, title: str) -> Any:
        if master == loser:  # it was just taken out of the living: put nothing in the bin, leave it alone
            return multiple()
        record = f"<type>Lead</type><Id>{master}</Id><Title>{escape(title)}</Title>"
        body = f"<masterRecord>{record}</masterRecord><recordToMergeIds>{loser}</recordToMergeIds>"
        self.soap("merge", f"<request>{body}</request>")
        self.note(loser, IsDeleted=True, MasterRecordId=master)
        self.note(master, Title=title or None)
        return loser

    def rows(self, endpoint: str) -> dict[str, dict[str, Any]]:
        answer = self.client.get(f"{BASE}/{endpoint}", params={"q": f"SELECT {FIELDS} FROM Lead"}).json()
        found = {}
        for record in answer["records"]:
            del record["attributes"]
            record["SystemModstamp"] = record["SystemModstamp"][:19]
            found[record.pop("Id")] = record
        return found

    def bulk(self, operation: str) -> dict[str, dict[str, Any]]:
        body = {"operation": operation, "query": f"SELECT {FIELDS} FROM Lead"}
        job = self.client.post(f"{BASE}/jobs/query", json=body).json()["id"]
        text = self.client.get(f"{BASE}/jobs/query/{job}/results").text
        found = {}
        for row in csv.DictReader(io.StringIO(text, newline="")):
            record: dict[str, Any] = {name: value or None for name, value in row.items()}
            record |= {"IsDeleted": row["IsDeleted"] == "true", "SystemModstamp": row["SystemModstamp"][:19]}
            found[str(record.pop("Id"))] = record
        return found

    @invariant()
    def all_readers_agree(self) -> None:
        if not hasattr(self, "model"):
            return
        living = {lead_id: lead for lead_id, lead in self.model.items() if not lead["IsDeleted"]}
        assert self.rows("query") == self.bulk("query") == living
        assert self.rows("queryAll") == self.bulk("queryAll") == self.model
        start = (self.clock.now() - timedelta(days=1)).isoformat()
        end = (self.clock.now() + timedelta(minutes=2)).isoformat()
        span = {"start": start, "end": end}
        deleted = self.client.get(f"{BASE}/sobjects/Lead/deleted", params=span).json()["deletedRecords"]
        assert {each["id"] for each in deleted} == self.model.keys() - living.keys()
        updated = self.client.get(f"{BASE}/sobjects/Lead/updated", params=span).json()["ids"]
        assert set(updated) == living.keys()
        counted = self.client.get(
            f"{BASE}/queryAll", params={"q": "SELECT COUNT() FROM LeadHistory WHERE Field = 'Status'"}
        )
        assert counted.json()["totalSize"] == self.status_changes


TestLeads = Leads.TestCase
TestLeads.settings = settings(
    max_examples=25, stateful_step_count=15, deadline=None, suppress_health_check=list(HealthCheck)
)
