"""Two accounts of one system, as after a merger of two companies: their ids mean other records, and people are one."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from leadwright import warehouse
from leadwright.writeback.ledger import Entry
from leadwright.writeback.sending import planned_entries
from tests.dbt_warehouse import NOW, DbtWarehouse
from tests.workspaces import DEMO

ROW = "hubspot_emea,hubspot,HubSpot EMEA,Portal of the company that was bought\n"
LEADS = 120


def workspace_with(folder: Path, *rows: str) -> Path:
    """The demo's workspace with further rows of crm_systems."""
    workspace = shutil.copytree(DEMO, folder / "workspace")
    (workspace / "reference").mkdir()
    (workspace / "reference" / "crm_systems.csv").write_text("".join(["crm,system,label,reason\n", *rows]))
    return workspace


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> DbtWarehouse:
    """A second portal whose ids are those of the first: a quarter of its people and of its reps are known there."""
    folder = tmp_path_factory.mktemp("accounts")
    made = DbtWarehouse(folder / "home", workspace_with(folder, ROW))
    made.add_population(LEADS)
    tables = made.rows("select table_name from information_schema.tables where table_schema = 'raw_hubspot'")
    for (table,) in tables:
        made.execute(f'insert into raw_hubspot_emea."{table}" by name select * from raw_hubspot."{table}"')
    made.execute(
        "update raw_hubspot_emea.contacts set email = 'emea.' || email, firstname = 'Emea ' || firstname, "
        "lastname = lastname || 'ova', phone = null where hash(hs_object_id) % 4 > 0; "
        "update raw_hubspot_emea.companies set domain = 'emea-' || domain, name = 'Emea ' || name, phone = null, "
        "address = null where hash(hs_object_id) % 4 > 0; "
        "update raw_hubspot_emea.owners set email = 'emea.' || email where hash(id) % 4 > 0"
    )
    made.build()
    return made


def test_records_of_both_are_there_under_keys_of_their_own(built: DbtWarehouse) -> None:
    counted = "select crm, count(*), count(distinct record_key) from marts.dim_crm_records group by crm order by crm"
    (one, emea, salesforce) = built.rows(counted)
    assert [row[0] for row in (one, emea, salesforce)] == ["hubspot", "hubspot_emea", "salesforce"]
    assert one[1] == emea[1] == one[2] == emea[2]
    labels = "select distinct crm_label from marts.dim_crm_records where crm = 'hubspot_emea'"
    assert built.rows(labels) == [("HubSpot EMEA",)]


def test_one_address_is_one_person_and_one_id_is_not(built: DbtWarehouse) -> None:
    pairs = built.rows(
        """
        select a.email_key = b.email_key, a.lead_id = b.lead_id, count(*)
        from marts.dim_crm_records a
        join marts.dim_crm_records b on b.record_id = a.record_id and b.crm = 'hubspot_emea'
        where a.crm = 'hubspot' and a.email_key is not null and not a.is_deleted
        group by all order by all
        """
    )
    assert {(same, joined) for same, joined, _ in pairs} == {(False, False), (True, True)}
    assert all(count > 5 for *_, count in pairs)


def test_stages_owners_and_deals_are_those_of_the_own_portal(built: DbtWarehouse) -> None:
    deals = built.rows(
        "select crm, count(*), count(distinct opportunity_id), count(account_id) from marts.fct_opportunities "
        "where crm like 'hubspot%' group by crm order by crm"
    )
    assert [row[0] for row in deals] == ["hubspot", "hubspot_emea"]
    assert deals[0][1:] == deals[1][1:]
    stages = built.rows(
        """
        select count(*), count(*) filter (a.lifecycle_stage = b.lifecycle_stage)
        from marts.dim_crm_records r
        join marts.dim_crm_records s on s.record_id = r.record_id and s.crm = 'hubspot_emea'
        join marts.dim_leads a on a.lead_id = r.lead_id
        join marts.dim_leads b on b.lead_id = s.lead_id
        where r.crm = 'hubspot' and r.lead_id != s.lead_id
          and r.lead_id not in (select lead_id from marts.dim_crm_records where crm = 'salesforce')
        """
    )
    assert stages[0][0] > 5 and stages[0][0] == stages[0][1]


def test_each_portal_is_written_what_it_does_not_show_and_owners_that_it_has(built: DbtWarehouse) -> None:
    written = built.rows(
        "select crm, count(*), count(distinct record_id) from sync.sync_hubspot__contacts group by crm order by crm"
    )
    assert [row[0] for row in written] == ["hubspot", "hubspot_emea"]
    assert all(count == distinct for _, count, distinct in written)
    strangers = built.rows(
        """
        select s.crm, s.record_id, s.hubspot_owner_id from sync.sync_hubspot__contacts s
        left join marts.dim_rep_accounts a on a.crm = s.crm and a.owner_id = s.hubspot_owner_id
        where s.hubspot_owner_id is not null and a.owner_id is null
        """
    )
    assert strangers == []
    models = [m for m in built.transform.sync_models() if m.name == "sync_hubspot__contacts"]
    assert [(m.crm, m.title) for m in models] == [
        ("hubspot", "sync_hubspot__contacts"),
        ("hubspot_emea", "sync_hubspot__contacts of hubspot_emea"),
    ]
    with warehouse.writer(built.settings.warehouse_file, 5) as db:
        planned = {m.crm: planned_entries(db, m) for m in models}
    assert {crm: len(entries) for crm, entries in planned.items()} == {c: n for c, n, _ in written}


def test_what_one_portal_accepted_is_still_to_be_written_to_the_other(built: DbtWarehouse) -> None:
    first = next(m for m in built.transform.sync_models() if m.crm == "hubspot" and m.object == "contacts")
    with warehouse.writer(built.settings.warehouse_file, 5) as db:
        entries: list[Entry] = planned_entries(db, first)
        db.executemany(
            "insert into ops.writes by name select 'r1' as run_id, 'hubspot' as crm, 'contacts' as object, "
            "? as record_id, ? as payload_hash, 'accepted' as status, now() as answered_at, "
            "timestamptz '2026-07-01 00:00:00Z' as crm_updated_at",
            [[entry.record_id, entry.payload_hash] for entry in entries],
        )
    before = built.rows("select crm, count(*) from sync.sync_hubspot__contacts group by crm order by crm")
    built.transform.build(select="sync_hubspot__contacts", as_of=NOW, tests=False)
    after = built.rows("select crm, count(*) from sync.sync_hubspot__contacts group by crm order by crm")
    assert dict(before).keys() == {"hubspot", "hubspot_emea"}
    assert dict(after) == {"hubspot_emea": dict(before)["hubspot_emea"]}


def test_a_second_run_gives_nobody_another_id_or_owner(built: DbtWarehouse) -> None:
    shown = "select record_key, lead_id from marts.dim_crm_records order by all"
    owners = "select lead_id, rep_id from marts.fct_lead_assignments order by all"
    before = built.rows(shown), built.rows(owners)
    built.build(NOW + timedelta(days=1))
    assert (built.rows(shown), built.rows(owners)) == before


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("salesforce_us,salesfroce,Salesforce US,Misspelt\n", "'salesfroce' is not in crm_systems.csv"),
        ("EMEA,hubspot,HubSpot EMEA,Capitals\n", "'EMEA' is not a name of small letters"),
        ("emea,hubspot,EMEA,Once\nemea,hubspot,EMEA,Twice\n", "'emea' is already on line"),
        ("salesforce_refresh,salesforce,Salesforce,Its token\n", "LEADWRIGHT_SALESFORCE_REFRESH_TOKEN"),
    ],
)
def test_a_name_that_cannot_be_is_told_where_it_stands(tmp_path: Path, row: str, says: str) -> None:
    made = DbtWarehouse(tmp_path / "home", workspace_with(tmp_path, row))
    faults = [str(fault) for fault in made.transform.rule_faults()]
    assert any(says in fault and "crm_systems.csv" in fault for fault in faults), faults
