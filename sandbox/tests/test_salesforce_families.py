"""Whatever happens to accounts, their contacts and their tasks, every way to read them tells the same story.

Accounts fill more than one page, so that a second page is read after every step.
"""

from __future__ import annotations

import csv
import io
import time
from datetime import timedelta
from typing import Any
from xml.etree import ElementTree as Xml

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, rule
from starlette.testclient import TestClient

from leadwright_sandbox.salesforce import Salesforce
from leadwright_sandbox.store import Store
from leadwright_sandbox.testing.org import ENVELOPE, TestClock

BASE = "/services/data/v59.0"
FIELDS = {
    "Account": ("Name", "IsDeleted", "MasterRecordId"),
    "Contact": ("LastName", "IsDeleted", "MasterRecordId", "AccountId"),
    "Task": ("Subject", "IsDeleted", "WhoId"),
}
PAGE = 200  # the smallest a caller can ask for
NAMES = st.sampled_from(["Acme", "Initech", "Ümlaut & Co"])
Rows = dict[str, dict[str, Any]]


class Families(RuleBasedStateMachine):
    """Any order of saves; `self.model` says what must be there, `self.went` what went into the bin with an account."""

    accounts = Bundle("accounts")
    binned = Bundle("binned")
    contacts = Bundle("contacts")

    @initialize()
    def start(self) -> None:
        self.clock = TestClock()
        self.salesforce = Salesforce(Store(), self.clock, limits=False)
        self.token = self.salesforce.credentials()["token"]
        self.client = TestClient(
            self.salesforce.app, base_url="https://org", headers={"Authorization": f"Bearer {self.token}"}
        )
        filler: Rows = {f"a{number:03}": self.row("Account", Name="Filler") for number in range(PAGE)}
        self.salesforce.load("Account", [{"Id": each, "Name": "Filler"} for each in filler])
        self.model: dict[str, Rows] = {"Account": filler, "Contact": {}, "Task": {}}
        self.went: dict[str, list[tuple[str, str]]] = {}

    def row(self, name: str, **values: Any) -> dict[str, Any]:
        return dict.fromkeys(FIELDS[name]) | {"IsDeleted": False} | values

    def call(self, method: str, path: str, status: int, **more: Any) -> Any:
        self.clock.advance(seconds=0.3)
        answer = self.client.request(method, BASE + path, **more)
        assert answer.status_code == status, answer.text
        return answer.json() if answer.content else None

    def create(self, name: str, **values: Any) -> str:
        made: str = self.call("POST", f"/sobjects/{name}", 201, json=values)["id"]
        self.model[name][made] = self.row(name, **values)
        return made

    def soap(self, name: str, body: str) -> Xml.Element:
        text = ENVELOPE.format(token=self.token, name=name, body=body)
        answer = self.client.post("/services/Soap/u/59.0", content=text)
        assert "<success>true</success>" in answer.text, answer.text
        return Xml.fromstring(answer.content)

    def living(self, name: str, **values: Any) -> list[str]:
        wanted = values.items() | {("IsDeleted", False)}
        return [each for each, row in self.model[name].items() if wanted <= row.items()]

    def is_there(self, contact: str) -> bool:
        return not self.model["Contact"][contact]["IsDeleted"]

    @rule(target=accounts, name=NAMES)
    def create_account(self, name: str) -> str:
        return self.create("Account", Name=name)

    @rule(target=contacts, account=accounts, name=NAMES)
    def create_contact(self, account: str, name: str) -> str:
        return self.create("Contact", LastName=name, AccountId=account)

    @rule(contact=contacts, subject=NAMES)
    def create_task(self, contact: str, subject: str) -> None:
        if self.is_there(contact):
            self.create("Task", Subject=subject, WhoId=contact)
        else:
            self.call("POST", "/sobjects/Task", 400, json={"Subject": subject, "WhoId": contact})

    @rule(contact=contacts, account=accounts)
    def move_contact(self, contact: str, account: str) -> None:
        there = self.is_there(contact)
        path = f"/sobjects/Contact/{contact}"
        self.call("PATCH", path, 204 if there else 404, json={"AccountId": account})
        if there:
            self.model["Contact"][contact]["AccountId"] = account

    @rule(target=contacts, account=accounts, name=NAMES)
    def convert_a_lead(self, account: str, name: str) -> str:
        lead = self.call("POST", "/sobjects/Lead", 201, json={"LastName": name, "Company": "x"})["id"]
        task = self.create("Task", Subject="Call", WhoId=lead)
        asked = f"<leadId>{lead}</leadId><convertedStatus>Qualified</convertedStatus><accountId>{account}</accountId>"
        asked += "<doNotCreateOpportunity>true</doNotCreateOpportunity>"
        became = self.soap("convertLead", f"<leadConverts>{asked}</leadConverts>")
        (contact,) = (each.text or "" for each in became.iter() if each.tag.endswith("contactId"))
        self.model["Contact"][contact] = self.row("Contact", LastName=name, AccountId=account)
        self.model["Task"][task]["WhoId"] = contact
        return contact

    @rule(contact=contacts)
    def delete_contact(self, contact: str) -> None:
        there = self.is_there(contact)
        self.call("DELETE", f"/sobjects/Contact/{contact}", 204 if there else 404)
        if there:
            self.drop("Contact", contact)

    def drop(self, name: str, record: str) -> list[tuple[str, str]]:
        """Delete a record of the model with what hangs on it; all that went."""
        self.model[name][record]["IsDeleted"] = True
        child, key = {"Account": ("Contact", "AccountId"), "Contact": ("Task", "WhoId")}.get(name, ("", ""))
        below = self.living(child, **{key: record}) if child else []
        return [(name, record)] + [gone for each in below for gone in self.drop(child, each)]

    @rule(target=binned, account=consumes(accounts))
    def delete_account(self, account: str) -> str:
        self.call("DELETE", f"/sobjects/Account/{account}", 204)
        self.went[account] = self.drop("Account", account)
        return account

    @rule(target=accounts, account=consumes(binned))
    def restore_account(self, account: str) -> str:
        self.soap("undelete", f"<ids>{account}</ids>")
        for name, record in self.went.pop(account):
            self.model[name][record]["IsDeleted"] = False
        return account

    @rule(winner=accounts, loser=consumes(accounts))
    def merge_accounts(self, winner: str, loser: str) -> Any:
        if winner == loser:  # it was just taken out of the living
            return
        self.merge("Account", winner, loser, "Contact", "AccountId")

    @rule(winner=contacts, loser=contacts)
    def merge_contacts(self, winner: str, loser: str) -> None:
        if winner != loser and self.is_there(winner) and self.is_there(loser):
            self.merge("Contact", winner, loser, "Task", "WhoId")

    def merge(self, name: str, winner: str, loser: str, child: str, key: str) -> None:
        record = f"<masterRecord><type>{name}</type><Id>{winner}</Id></masterRecord>"
        self.soap("merge", f"<request>{record}<recordToMergeIds>{loser}</recordToMergeIds></request>")
        self.model[name][loser] |= {"IsDeleted": True, "MasterRecordId": winner}
        for row in self.model[child].values():
            row[key] = winner if row[key] == loser else row[key]

    def rows(self, name: str, endpoint: str) -> Rows:
        """All pages of a query."""
        soql = f"SELECT Id, {', '.join(FIELDS[name])} FROM {name} ORDER BY Id"
        headers = {"Sforce-Query-Options": f"batchSize={PAGE}"}
        page = self.call("GET", f"/{endpoint}", 200, params={"q": soql}, headers=headers)
        records = page["records"]
        while not page["done"]:
            following = page["nextRecordsUrl"].removeprefix(BASE)
            page = self.call("GET", following, 200, headers=headers)
            records += page["records"]
        assert len(records) == page["totalSize"]
        return {each["Id"]: {field: each[field] for field in FIELDS[name]} for each in records}

    def bulk(self, name: str, operation: str) -> Rows:
        body = {"operation": operation, "query": f"SELECT Id, {', '.join(FIELDS[name])} FROM {name}"}
        path = f"/jobs/query/{self.call('POST', '/jobs/query', 200, json=body)['id']}"
        for _ in range(500):
            if self.call("GET", path, 200)["state"] == "JobComplete":
                break
            time.sleep(0.001)
        found = csv.DictReader(io.StringIO(self.client.get(f"{BASE}{path}/results").text, newline=""))
        rows: Rows = {row.pop("Id"): {field: value or None for field, value in row.items()} for row in found}
        return {each: row | {"IsDeleted": row["IsDeleted"] == "true"} for each, row in rows.items()}

    @invariant()
    def all_readers_agree(self) -> None:
        if not hasattr(self, "model"):
            return
        start, end = self.clock.now() - timedelta(days=1), self.clock.now() + timedelta(minutes=2)
        span = {"start": start.isoformat(), "end": end.isoformat()}
        for name, model in self.model.items():
            living = {each: row for each, row in model.items() if not row["IsDeleted"]}
            assert self.rows(name, "query") == self.bulk(name, "query") == living
            assert self.rows(name, "queryAll") == self.bulk(name, "queryAll") == model
            deleted = self.call("GET", f"/sobjects/{name}/deleted", 200, params=span)["deletedRecords"]
            assert {each["id"] for each in deleted} == model.keys() - living.keys()
            updated = self.call("GET", f"/sobjects/{name}/updated", 200, params=span)["ids"]
            assert set(updated) == living.keys()

    @invariant()
    def parents_and_children_know_each_other(self) -> None:
        if not hasattr(self, "model"):
            return
        soql = (
            "SELECT Id, (SELECT Id, (SELECT Id FROM Tasks) FROM Contacts) FROM Account WHERE Name != 'Filler'"
        )
        for account in self.call("GET", "/query", 200, params={"q": soql})["records"]:
            children = (account["Contacts"] or {"records": []})["records"]
            assert {each["Id"] for each in children} == set(self.living("Contact", AccountId=account["Id"]))
            for each in children:
                tasks = (each["Tasks"] or {"records": []})["records"]
                assert {task["Id"] for task in tasks} == set(self.living("Task", WhoId=each["Id"]))

    def teardown(self) -> None:
        if hasattr(self, "client"):
            self.client.close()


TestFamilies = Families.TestCase
TestFamilies.settings = settings(
    max_examples=6,
    stateful_step_count=12,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
