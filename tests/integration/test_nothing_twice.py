"""What we wrote ourselves, and what was read before, is not read again; what others change meanwhile is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from leadwright import connectors, warehouse
from leadwright.connectors.base import Change, FieldSpec
from leadwright.pull import extract, reconcile
from leadwright.settings import Settings
from leadwright.transform.tables import RawTable, SyncModel
from leadwright.writeback import echo, sending
from tests.conftest import Sandbox
from tests.unit.test_writeback import OPS

_OWN = {"hubspot": "leadwright_score", "salesforce": "Leadwright_Score__c"}
_ARCHIVED = ("archived", "archived_at")
_LINKS = ("from_id", "to_id", "association_type")


def table(crm: str, name: str, cursor: str, *columns: str) -> RawTable:
    declared = (*((column, "varchar") for column in columns), (cursor, "timestamptz"))
    return RawTable(f"raw_{crm}", name, declared)


TABLES = [
    table("hubspot", "contacts", "lastmodifieddate", "hs_object_id", "jobtitle", "leadwright_score", *_ARCHIVED),
    table("hubspot", "companies", "hs_lastmodifieddate", "hs_object_id", *_ARCHIVED),
    table("hubspot", "contacts_to_companies", "changed_at", *_LINKS),
    table("salesforce", "Lead", "SystemModstamp", "Id", "Title", "Leadwright_Score__c", "IsDeleted", "IsConverted"),
    table("salesforce", "Account", "SystemModstamp", "Id", "IsDeleted"),
]  # fmt: skip


@dataclass
class Home:
    """One CRM and a home that pulls it and writes to one of its objects."""

    crm: Sandbox
    name: str
    settings: Settings

    @property
    def raw(self) -> RawTable:
        return next(t for t in TABLES if t.crm == self.name)

    @property
    def key(self) -> str:
        return self.raw.columns[0][0]

    @property
    def title(self) -> str:
        return self.raw.columns[1][0]

    def connect(self) -> Any:
        return connectors.connect(self.name, self.crm.credentials(self.name))

    def pull(self) -> dict[str, int]:
        """Pull; the rows that came, by table."""
        return extract.pull(self.connect(), TABLES, self.settings).rows

    def calls(self) -> int:
        served: dict[str, int] = httpx.get(f"{self.crm['control']['url']}/requests").json()[self.name]
        return sum(served.values())

    def rows(self) -> dict[str, dict[str, Any]]:
        with warehouse.writer(self.settings.warehouse_file, 5) as db:
            found = warehouse.rows(db, f'from "{self.raw.schema}"."{self.raw.name}"')
        return {row[self.key]: row for row in found}

    def live(self) -> list[str]:
        gone = ("archived", "IsDeleted", "IsConverted")
        return [i for i, row in sorted(self.rows().items()) if all(row.get(g) != "true" for g in gone)]

    def write(self, ids: list[str], score: int) -> sending.Written:
        """Write a score to records, as a run does."""
        own = _OWN[self.name]
        field, at = FieldSpec(own, own, "number"), ("sync", "sync_it", self.name, self.raw.name, self.key)
        model = SyncModel(*at, "lead_id", fields=(own,), guarded=(), owned=(field,))
        with warehouse.writer(self.settings.warehouse_file, 5) as db:
            warehouse.ensure_table(db, "ops", "writes", OPS)
            db.execute("create schema if not exists sync")
            db.execute(
                f"create or replace table sync.sync_it as select unnest(?::varchar[]) as record_id, 'L' as lead_id, "
                f"'h{score}' as payload_hash, {score} as {own}, null as before__{own}, ? as crm, "
                "timestamp '2026-01-01' as record_changed_at",
                [ids, self.name],
            )
        return sending.write_back(self.connect(), model, self.settings, f"run-{score}", raw=self.raw)

    def wait(self) -> None:
        """Let two seconds pass in a sandbox whose clock stands."""
        httpx.post(f"{self.crm['control']['url']}/clock", json={"advance": 2}).raise_for_status()

    def edit(self, record_id: str, title: str) -> None:
        """Somebody else changes a record."""
        list(self.connect().push(self.raw.name, [Change(record_id, {self.title: title})]))


def make(start_sandbox: Callable[..., Sandbox], name: str, folder: Path, *options: str) -> Home:
    crm = start_sandbox("--leads", "400", "--seed", "3", "--no-limits", "--control", *options)
    made = Home(crm, name, Settings(home=folder, lock_wait_seconds=5))
    made.connect().ensure_fields(made.raw.name, [FieldSpec(_OWN[made.name], "Score", "number")])
    made.pull()
    return made


@pytest.fixture(params=["hubspot", "salesforce"])
def home(request: pytest.FixtureRequest, start_sandbox: Callable[..., Sandbox], tmp_path: Path) -> Home:
    return make(start_sandbox, request.param, tmp_path)


def test_a_pull_after_writes_to_every_record_reads_none_of_them(home: Home) -> None:
    ids = home.live()
    assert len(ids) > 150
    done = home.write(ids, 7)
    assert done.outcomes["accepted"] == len(ids)
    assert {home.rows()[i][_OWN[home.name]] for i in ids} <= {"7", "7.0"}
    before = home.calls()
    came = home.pull()
    assert came == dict.fromkeys(came, 0)
    records = [name for name in came if "_to_" not in name]
    links = len(came) - len(records)
    account = 2 if home.name == "salesforce" else 1  # who it is, and which versions it speaks
    assert home.calls() - before - account <= 2 * len(records) + links
    home.connect()
    assert home.pull() == came


def test_what_others_change_meanwhile_comes(home: Home) -> None:
    first, second, third, *others = home.live()
    home.edit(first, "Before the write")
    home.write([first, second, *others], 8)
    home.edit(second, "After the write")
    home.edit(third, "Beside it")
    came = home.pull()
    assert 2 <= came[home.raw.name] <= 4
    rows = home.rows()
    assert [rows[i][home.title] for i in (first, second, third)] == [
        "Before the write",
        "After the write",
        "Beside it",
    ]
    assert rows[first][_OWN[home.name]] in ("8", "8.0")


@pytest.mark.parametrize("name", ["hubspot", "salesforce"])
def test_a_run_that_ends_before_it_reads_back_loses_no_change(
    start_sandbox: Callable[..., Sandbox], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    home = make(start_sandbox, name, tmp_path, "--speed", "0")  # so that all that is written has one date
    first, *others = home.live()[:60]
    home.wait()
    home.edit(first, "Before the write")
    home.wait()
    with monkeypatch.context() as cut:
        cut.setattr(echo, "read_back", lambda *_: None)
        home.write([first, *others], 9)
    home.wait()
    home.pull()
    row = home.rows()[first]
    assert row[home.title] == "Before the write"
    assert row[_OWN[home.name]] in ("9", "9.0")


def test_few_changes_cost_few_calls(home: Home) -> None:
    ids = home.live()
    home.pull()
    before = home.calls()
    home.pull()
    unchanged = home.calls() - before
    for record_id in ids[:10]:
        home.edit(record_id, "New")
    before = home.calls()
    assert home.pull()[home.raw.name] == 10
    assert home.calls() - before <= unchanged + 2


def test_a_record_that_is_erased_for_good_is_found_by_counting(home: Home) -> None:
    if home.name != "hubspot":
        pytest.skip("Salesforce shows what it deletes for fifteen days")
    gone, kept, *_ = home.live()
    said = home.crm["hubspot"]
    headers = {"Authorization": f"Bearer {said['token']}"}
    httpx.post(
        f"{said['url']}/crm/v3/objects/contacts/gdpr-delete", json={"objectId": gone}, headers=headers
    ).raise_for_status()
    httpx.delete(f"{said['url']}/crm/v3/objects/contacts/{kept}", headers=headers).raise_for_status()
    home.pull()
    rows = home.rows()
    assert gone not in rows
    assert rows[kept]["archived"] == "true"


def test_records_that_no_read_brought_are_found_by_counting(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reconcile, "LEAF", 20)
    before = home.rows()
    ids = home.live()
    missing = [ids[0], ids[len(ids) // 3], ids[len(ids) // 2], ids[-1]]
    with warehouse.writer(home.settings.warehouse_file, 5) as db:
        db.execute(
            f'delete from "{home.raw.schema}"."{home.raw.name}" where list_contains(?::varchar[], "{home.key}")',
            [missing],
        )
    came = home.pull()
    assert len(missing) <= came[home.raw.name] < len(ids) / 4
    assert home.rows() == before


def test_links_that_change_alone_come(home: Home) -> None:
    if home.name != "hubspot":
        pytest.skip("Salesforce keeps links in fields")
    contact = home.live()[0]
    said = home.crm["hubspot"]
    headers = {"Authorization": f"Bearer {said['token']}"}
    with warehouse.writer(home.settings.warehouse_file, 5) as db:
        companies = {i for (i,) in db.execute("select hs_object_id from raw_hubspot.companies").fetchall()}
        find = f"select to_id from raw_hubspot.contacts_to_companies where from_id = '{contact}'"
        linked = {i for (i,) in db.execute(find).fetchall()}
    other = sorted(companies - linked)[0]
    url = f"{said['url']}/crm/v4/objects/contacts/{contact}/associations/default/companies/{other}"
    httpx.put(url, headers=headers).raise_for_status()
    home.pull()
    with warehouse.writer(home.settings.warehouse_file, 5) as db:
        assert other in {i for (i,) in db.execute(find).fetchall()}


def test_a_formula_comes_new_each_day_though_no_record_changes(home: Home) -> None:
    if home.name != "salesforce":
        pytest.skip("the sandbox's HubSpot has no formulas of a company's own")
    tell = f"{home.crm['control']['url']}/salesforce/fields"
    formula = {"object": "Contact", "name": "Size__c", "type": "string", "formula": "{Account.Industry}"}
    httpx.put(tell, json=formula).raise_for_status()
    plain = table("salesforce", "Contact", "SystemModstamp", "Id", "AccountId", "IsDeleted")
    contacts = RawTable(plain.schema, plain.name, plain.declared, ("Size__c",))

    def pulled() -> dict[str, Any]:
        extract.pull(home.connect(), [contacts], home.settings)
        with warehouse.writer(home.settings.warehouse_file, 5) as db:
            rows = warehouse.rows(db, "from raw_salesforce.Contact where IsDeleted <> 'true'")
        return {row["Id"]: row for row in rows}

    contact = next(row for row in pulled().values() if row["AccountId"])
    list(home.connect().push("Account", [Change(contact["AccountId"], {"Industry": "Falconry"})]))
    assert pulled()[contact["Id"]] == contact
    with warehouse.writer(home.settings.warehouse_file, 5) as db:
        db.execute("update ops.own_fields set filled_at = filled_at - interval 25 hours")
    assert pulled()[contact["Id"]] == {**contact, "Size__c": "Falconry"}
