"""Forgetting one person at once, and showing one person all that is kept: who is found, what goes, what stays."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import typer
from filelock import FileLock

from leadwright import warehouse
from leadwright.cli import person as command
from leadwright.connectors.errors import ConfigError, LockedError
from leadwright.operate import backup, erasure, forgetting
from leadwright.operate.access import access
from leadwright.pull.forgotten import record_hash
from leadwright.settings import Settings
from leadwright.transform import publication
from leadwright.transform.people import IdColumn

ADA, BOB = "hubspot:contacts:1", "hubspot:contacts:2"
IDS = [
    IdColumn("raw_hubspot", "contacts", "id", ("contacts",), "hubspot"),
    IdColumn("raw_hubspot", "emails", "id", ("emails",), "hubspot"),
    IdColumn("raw_hubspot", "emails_to_contacts", "to_id", ("contacts",), "hubspot"),
    IdColumn("raw_salesforce", "Lead", "Id", ("leads",), "salesforce"),
    IdColumn("raw_salesforce", "Task", "WhoId", ("leads", "contacts"), "salesforce"),
    IdColumn("staging", "stg_hubspot__contacts", "contact_id", ("contacts",)),
    IdColumn("raw_hubspot", "emails", "not_pulled_yet", ("contacts",), "hubspot"),
    IdColumn("raw_desk", "not_there", "id", ("people",), "desk"),
]
_HOME = """
    create schema raw_hubspot; create schema raw_salesforce; create schema staging; create schema unified;
    create schema intermediate; create schema marts; create schema ops; create schema memory; create schema seeds;

    create table raw_hubspot.contacts as from (values
        ('1', 'Ada.L+news@Home.example'), ('2', 'bob@acme.example'), ('5', 'gone@bin.example')) t(id, email);
    create table raw_hubspot.emails as from (values
        ('10', 'Hello Ada'), ('11', 'Hello both'), ('12', 'Hello Bob, not ada.l@home.example')) t(id, subject);
    create table raw_hubspot.emails_to_contacts as from (values
        ('10', '1'), ('11', '1'), ('11', '2'), ('12', '2')) t(from_id, to_id);
    create table raw_salesforce."Task" as from (values
        ('T1', '00Q1', 'Call Ada'), ('T2', '00Q9', 'Call'), ('T3', '1', 'Call')) t("Id", "WhoId", "Subject");
    create table staging.stg_hubspot__contacts as from (values
        ('hubspot', '1', 'Ada'), ('hubspot_emea', '1', 'Other Ada'), ('hubspot', '2', 'Bob')) t(crm, contact_id, name);
    create table unified.unified_people as from (values
        ('hubspot:contacts:1', 'Ada.L+news@Home.example', 'ada.l@home.example'),
        ('salesforce:leads:00Q1', 'ada@acme.example', 'ada@acme.example'),
        ('hubspot:contacts:2', 'bob@acme.example', 'bob@acme.example'),
        ('hubspot:contacts:5', 'gone@bin.example', 'gone@bin.example')) t(record_key, email, email_key);
    create table unified.unified_activity_people as from (values
        ('hubspot:emails:10', 'hubspot:contacts:1'), ('hubspot:emails:11', 'hubspot:contacts:1'),
        ('hubspot:emails:11', 'hubspot:contacts:2'), ('hubspot:emails:12', 'hubspot:contacts:2'))
        t(activity_key, record_key);
    create table memory.log_identity_decisions as from (values
        ('hubspot:contacts:1', 'hubspot', 'contacts', '1', 'ada', null, 1, null, timestamp '2026-01-02'),
        ('salesforce:leads:00Q1', 'salesforce', 'leads', '00Q1', 'ada-2', null, 1, null, timestamp '2026-01-01'),
        ('salesforce:leads:00Q1', 'salesforce', 'leads', '00Q1', 'ada', 'ada-2', 2, 'hubspot:contacts:1',
            timestamp '2026-01-03'),
        ('hubspot:contacts:2', 'hubspot', 'contacts', '2', 'bob', null, 1, 'email:x', timestamp '2026-01-01'),
        ('hubspot:contacts:5', 'hubspot', 'contacts', '5', 'binned', null, 1, null, timestamp '2026-01-01'))
        t(record_key, crm, object, record_id, lead_id, previous_lead_id, decision_number, link_key, decided_at);
    create table memory.log_account_decisions as from (values
        ('leads:domains:home.example', 'leads', 'home'), ('leads:domains:acme.example', 'leads', 'acme'),
        ('hubspot:companies:7', 'hubspot', 'acme')) t(record_key, crm, account_id);
    create table intermediate.int_accounts__of_leads as from (values
        ('ada', 'home'), ('ada', 'acme'), ('bob', 'acme')) t(lead_id, account_id);
    create table intermediate.int_accounts__records as from (values
        ('leads:domains:home.example'), ('leads:domains:acme.example')) t(record_key);
    create table marts.dim_leads as from (values
        ('ada', 'ada@acme.example', 'Ada'), ('bob', 'bob@acme.example', 'Bob')) t(lead_id, email, full_name);
    create table marts.dim_accounts as from (values ('home', 'Ada at home'), ('acme', 'Acme')) t(account_id, name);
    create table marts.dim_crm_records as from (values
        ('hubspot:contacts:1', 'ada', '1', 'ada.l@home.example'),
        ('salesforce:leads:00Q1', 'ada', '00Q1', 'ada@acme.example'),
        ('hubspot:contacts:2', 'bob', '2', 'bob@acme.example'),
        ('hubspot:contacts:5', 'binned', '5', 'gone@bin.example')) t(record_key, lead_id, record_id, email_key);
    create table marts.dim_lead_ids as from (values ('ada-2', 'ada'), ('ada', 'ada')) t(lead_id, current_lead_id);
    create table ops.writes as from (values
        ('hubspot', 'contacts', '1', 'ada', 'p', '{"a": 1}', '{"a": 2}', 'said', 'accepted'),
        ('salesforce', 'Lead', '00Q1', 'ada', 'p', '{}', '{}', null, 'rejected'),
        ('hubspot', 'contacts', '2', 'bob', 'p', '{}', '{}', null, 'accepted'))
        t(crm, object, record_id, lead_id, payload_hash, before_values, after_values, message, status);
    create table ops.set_aside as from (values
        ('hubspot', 'contacts', '1', 'broken_date'), ('hubspot', 'companies', '1', 'no_id'))
        t(crm, object, record_id, reason);
    create table seeds.identity_splits as from (values ('hubspot', 'contacts', '1')) t(crm, object, record_id);
"""


@pytest.fixture
def config(tmp_path: Path) -> Settings:
    config = Settings(home=tmp_path / "home", lock_wait_seconds=0.1)
    _all(config, _HOME)
    for table in erasure.MIXED:
        _all(
            config, f"create table {table} as from (values ('ada', 'told'), ('bob', 'told')) t(lead_id, told)"
        )
    publication.publish(config.warehouse_file, config.serving_file, 1)
    return config


def _all(config: Settings, sql: str) -> list[tuple[Any, ...]]:
    with warehouse.writer(config.warehouse_file, 1) as db:
        return db.execute(sql).fetchall()


def _rows(config: Settings) -> dict[str, list[tuple[Any, ...]]]:
    tables = _all(config, "select schema_name || '.\"' || table_name || '\"' from duckdb_tables()")
    return {table.replace('"', ""): _all(config, f"from {table} order by all") for (table,) in tables}


@pytest.mark.parametrize(
    "key", ["ADA.L@home.example", "ada.l+other@home.example", "ada@acme.example", "ada", "ada-2", "00Q1"]
)
def test_a_person_is_found_by_any_address_and_any_id(config: Settings, key: str) -> None:
    who = forgetting.find(key, config)
    assert who.lead_id == "ada"
    assert who.counts == {"hubspot.contacts": 1, "salesforce.leads": 1}
    assert who.addresses == {"ada.l+news@home.example", "ada.l@home.example", "ada@acme.example"}
    assert str(who.records[0]["known_since"]) == "2026-01-01 00:00:00"


def test_a_person_in_a_recycle_bin_is_found(config: Settings) -> None:
    assert forgetting.forget("gone@bin.example", config, IDS).records == {"hubspot.contacts": 1}
    assert ("5", "gone@bin.example") not in _all(config, "from raw_hubspot.contacts")


def test_a_person_without_an_address_is_forgotten_by_the_id(config: Settings) -> None:
    _all(
        config, "update unified.unified_people set email = null, email_key = null where record_key like '%:5'"
    )
    _all(config, "update raw_hubspot.contacts set email = null where id = '5'")
    done = forgetting.forget("binned", config, IDS)
    assert done.rows["raw_hubspot.contacts"] == 1
    assert done.still_naming == {}


def test_nobody_and_nothing_built_are_said(config: Settings, tmp_path: Path) -> None:
    before = _rows(config)
    with pytest.raises(ConfigError, match="No lead has"):
        forgetting.forget("nobody@acme.example", config, IDS)
    assert _rows(config) == before
    empty = Settings(home=tmp_path / "empty", lock_wait_seconds=0.1)
    for _ in range(2):
        with pytest.raises(ConfigError, match="Run `leadwright run` first"):
            forgetting.find("ada", empty)
        _all(empty, "select 1")  # a home with a warehouse in which nothing was built


def test_all_that_is_about_the_person_goes_and_nothing_else(config: Settings) -> None:
    before = _rows(config)
    done = forgetting.forget("ada@acme.example", config, IDS)
    after = _rows(config)
    noted = after.pop("ops.erasures")
    masked = [
        ("hubspot", "contacts", record_hash("hubspot", "contacts", "1"), *[None] * 5, "accepted"),
        ("salesforce", "Lead", record_hash("salesforce", "leads", "00Q1"), *[None] * 5, "rejected"),
    ]
    assert sorted(after.pop("ops.writes"), key=lambda row: row[2] == "2") == [
        *sorted(masked),
        before["ops.writes"][1],
    ]
    assert after.pop("ops.set_aside") == [("hubspot", "companies", "1", "no_id")]
    assert after.pop("staging.stg_hubspot__contacts") == [
        ("hubspot", "2", "Bob"),
        ("hubspot_emea", "1", "Other Ada"),
    ]
    assert after.pop("raw_salesforce.Task") == before["raw_salesforce.Task"][1:]
    assert after.pop("raw_hubspot.emails") == before["raw_hubspot.emails"][1:], (
        "what others had, too, is theirs"
    )
    assert after.pop("marts.dim_accounts") == [("acme", "Acme")], (
        "an account that was her mail domain and no more"
    )
    assert after.pop("seeds.identity_splits") == before["seeds.identity_splits"], "the company's own file"
    gone = ("ada", "ada-2", "hubspot:contacts:1", "salesforce:leads:00Q1", "hubspot:emails:10", "home")
    for table, rows in after.items():
        theirs = [
            row for row in before[table]
            if not {*gone, "leads:domains:home.example"} & {*row} and not (table.startswith("raw_") and "1" in row)
        ]  # fmt: skip
        assert rows == theirs, table
    assert {(crm, name, hashed) for crm, name, hashed, *_ in noted} == {
        ("hubspot", "contacts", record_hash("hubspot", "contacts", "1")),
        ("salesforce", "leads", record_hash("salesforce", "leads", "00Q1")),
        ("hubspot", "emails", record_hash("hubspot", "emails", "10")),
    }
    assert all(rewritten_at and is_kept_out for *_, rewritten_at, is_kept_out in noted)
    assert done.rows["raw_hubspot.emails_to_contacts"] == 2
    assert done.rows["ops.writes"] == 2
    assert done.still_naming == {"raw_hubspot.emails": 1}


def test_the_published_copy_and_kept_files_tell_nothing_either(config: Settings) -> None:
    kept = config.home / "logs" / "error-20260101-000000.txt"
    kept.parent.mkdir()
    kept.write_text("ValueError: ada@acme.example")
    with warehouse.reader(config.serving_file) as db:
        published_at = warehouse.published_at(db)
    done = forgetting.forget("ada", config, IDS)
    assert done.published == {
        "marts.dim_accounts": 1, "marts.dim_crm_records": 2, "marts.dim_lead_ids": 2, "marts.dim_leads": 1,
        "ops.set_aside": 1, "ops.writes": 2,
    }  # fmt: skip
    with warehouse.reader(config.serving_file) as db:
        assert db.execute("select lead_id from marts.dim_leads").fetchall() == [("bob",)]
        assert db.execute("select count(*) from ops.erasures where is_kept_out").fetchone() == (3,)
        assert warehouse.published_at(db) == published_at, "its figures are as old as before"
    assert not kept.exists()
    for file in (config.warehouse_file, config.serving_file):
        assert not any(mark in file.read_bytes() for mark in (b"ada@acme", b"Ada at home", b"said"))
    assert sorted(path.name for path in config.home.glob("*.duckdb*")) == [
        "serving.duckdb",
        "warehouse.duckdb",
    ]


def test_without_a_published_copy_the_warehouse_is_emptied_all_the_same(config: Settings) -> None:
    config.serving_file.unlink()
    assert forgetting.forget("ada", config, IDS).published == {}
    assert not config.serving_file.exists()


def test_a_crm_that_does_not_say_where_its_people_are_stops_it(config: Settings) -> None:
    before = _rows(config)
    with pytest.raises(
        ConfigError, match="sources of salesforce do not say which column has the ids of its leads"
    ):
        forgetting.forget("ada", config, [each for each in IDS if each.crm != "salesforce"])
    assert _rows(config) == before


def test_not_while_a_run_is_under_way(config: Settings) -> None:
    before = _rows(config)
    with FileLock(config.run_lock), pytest.raises(LockedError, match="has been running"):
        forgetting.forget("ada", config, IDS)
    assert _rows(config) == before


def test_a_backup_of_before_forgets_again_and_keeps_out(config: Settings, tmp_path: Path) -> None:
    file = tmp_path / "kept.zip"
    tables = {("memory", "log_identity_decisions"), *(tuple(name.split(".")) for name in erasure.MIXED)}
    backup.back_up(config, file, tables, 1)  # type: ignore[arg-type]
    forgetting.forget("ada", config, IDS)
    backup.restore(config, file)
    assert {row[4] for row in _all(config, "from memory.log_identity_decisions")} == {"bob", "binned"}
    assert _all(config, "select count(*), bool_and(is_kept_out) from ops.erasures") == [(3, True)]


def test_access_shows_the_rows_that_forgetting_takes(config: Settings) -> None:
    who, kept = access("ada@acme.example", config, IDS)
    assert who.lead_id == "ada"
    shown = {one.table: one for one in kept}
    assert shown["raw_hubspot.contacts"].rows == [{"id": "1", "email": "Ada.L+news@Home.example"}]
    assert (shown["raw_salesforce.Task"].part, shown["raw_salesforce.Task"].label) == (
        "crm",
        "salesforce Task",
    )
    assert shown["ops.writes"].label == "written to the CRMs"
    assert shown["memory.log_identity_decisions"].label == "identity decisions"
    assert [one.part for one in kept] == sorted(
        (one.part for one in kept), key=["crm", "result", "log", "note", "working"].index
    )
    rows = forgetting.forget("ada", config, IDS).rows
    assert {table: len(one.rows) for table, one in shown.items()} == rows


@pytest.fixture
def at_the_command(config: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setattr(command.settings, "load", lambda: config)
    monkeypatch.setattr(command, "_id_columns", lambda _: IDS)
    return config


def test_the_command_asks_first(at_the_command: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    before = _rows(at_the_command)
    for as_json, is_terminal in ((False, False), (True, True)):
        monkeypatch.setattr(command.sys, "stdin", SimpleNamespace(isatty=lambda found=is_terminal: found))
        with pytest.raises(
            ConfigError, match=r"2 records \(1 in hubspot.contacts, 1 in salesforce.leads\).*--yes"
        ):
            command.forget("ada", json=as_json)
    monkeypatch.setattr(command.sys, "stdin", SimpleNamespace(isatty=lambda: True))
    monkeypatch.setattr(typer, "confirm", lambda _: False)
    with pytest.raises(ConfigError, match="Nothing was changed"):
        command.forget("ada")
    assert _rows(at_the_command) == before
    monkeypatch.setattr(typer, "confirm", lambda _: True)
    command.forget("ada")
    assert _all(at_the_command, "select id from raw_hubspot.contacts order by id") == [("2",), ("5",)]


def test_the_commands_say_where_in_words(
    at_the_command: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    command.access("ada")
    said = capsys.readouterr().out
    assert "2 records (1 in hubspot.contacts, 1 in salesforce.leads), known since 1 Jan 2026" in said
    assert "hubspot contacts (raw_hubspot.contacts)" in said and "email: Ada.L+news@Home.example" in said
    assert "repeat the above; --json has them" in said
    command.forget("ada", yes=True)
    said = capsys.readouterr().out
    assert "raw_hubspot.emails_to_contacts: 2" in said
    assert "still have an address of his in their text: raw_hubspot.emails (1)" in said
    assert "The CRMs still have the person" in said and "Backups" in said
