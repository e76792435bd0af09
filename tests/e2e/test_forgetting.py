"""Somebody who asks is shown all that is kept of him, is forgotten at once, and stays away while the CRMs show him."""

from __future__ import annotations

import csv
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from leadwright import connectors, warehouse
from tests.installation import AS_OF, Installation, Sandbox
from tests.marked_people import Crms, Person, found, lead_id
from tests.workspaces import whole

Start = Callable[..., Sandbox]


@dataclass
class Asked:
    """An installation of two people; one asked what is kept of him, then to be forgotten."""

    installation: Installation
    person: Person
    other: Person
    other_before: set[str]
    access: dict[str, Any]
    shown: str
    forgotten: dict[str, Any]
    refused: int
    tasks: list[str]
    lists: list[str]


@pytest.fixture(scope="module")
def asked(
    start_sandbox: Start,
    tmp_path_factory: pytest.TempPathFactory,
    prefect_home: Path,
    prefect_api: dict[str, str],
) -> Asked:
    crm = start_sandbox("--leads", "40", "--seed", "3", "--now", AS_OF, "--no-limits", "--control")
    _make_lists(crm)
    home = tmp_path_factory.mktemp("forgetting") / "home"
    workspace = _with_tasks_and_lists(home.parent)
    installation = Installation(home, prefect_home, crm, dict(prefect_api), workspace)
    crms, person, other = Crms(crm), Person("987654321001"), Person("987654321002")
    crms.enter(person)
    crms.enter(other)
    installation.command("run")
    tasks = installation.rows(
        "select after_values from ops.writes where object in ('tasks', 'Task') and status = 'accepted'"
    )
    lists = installation.rows(
        "select record_id from ops.writes where object = 'memberships' and status = 'accepted'"
    )
    person.lead_id, other.lead_id = lead_id(installation, person), lead_id(installation, other)
    (home / "logs").mkdir(exist_ok=True)
    (home / "logs" / "error-20260101-000000.txt").write_text(f"ValueError: {person.email}")
    (home / "full" / "hubspot").mkdir(parents=True)
    (home / "full" / "hubspot" / "warehouse.duckdb").write_text(
        person.email
    )  # of a full pull that was killed
    return Asked(
        installation,
        person,
        other,
        set(found(installation, other.all_marks | other.marks)),
        installation.json("access", person.email.upper()),
        installation.command("access", person.email).stdout,
        refused=installation.command("forget", person.email, check=False).returncode,
        forgotten=installation.json("forget", person.email, "--yes"),
        tasks=[row["after_values"] for row in tasks],
        lists=[row["record_id"] for row in lists],
    )


def _make_lists(crm: Sandbox) -> None:
    """A list in HubSpot and a campaign in Salesforce, both named Everybody."""
    said = crm["hubspot"]
    httpx.post(
        f"{said['url']}/crm/v3/lists",
        json={"name": "Everybody", "objectTypeId": "0-1", "processingType": "MANUAL"},
        headers={"Authorization": f"Bearer {said['token']}"},
    ).raise_for_status()
    salesforce: Any = connectors.connect("salesforce", crm.credentials("salesforce"))
    salesforce._org.call("making", lambda sf: sf.Campaign.create({"Name": "Everybody", "IsActive": True}))


def _with_tasks_and_lists(folder: Path) -> Path:
    """A workspace that has a task made about every new lead, and whose every play puts leads on a list."""
    workspace = whole(folder / "workspace")
    with (workspace / "leadwright.toml").open("a") as limits:
        limits.write("lists_at_most = 1\n")
    with (workspace / "rules" / "plays.csv").open(encoding="utf-8") as plays:
        named = [row["play"] for row in csv.DictReader(plays)]
    listed = "".join(f"{play},{crm},Everybody,\n" for play in named for crm in ("hubspot", "salesforce"))
    (workspace / "rules" / "nurture.csv").write_text(f"play,crm,list_or_campaign,reason\n{listed}")
    rows = "".join(
        f"reached_grade,{grade},2026-06-30,,Call {{who}},All\n" for grade in ("Hot", "Warm", "Cold")
    )
    (workspace / "rules" / "crm_tasks.csv").write_text(
        f"kind,grade,made_from,quiet_days,subject,reason\n{rows}"
    )
    return workspace


def _tables_with(connection: AbstractContextManager[warehouse.Connection], marks: set[str]) -> set[str]:
    """The tables that have one of `marks` in a row: in the file they may be packed."""
    holding = set()
    with connection as db:
        for schema, table in db.execute("select schema_name, table_name from duckdb_tables()").fetchall():
            text = str(db.execute(f'from "{schema}"."{table}"').fetchall())
            holding |= {f"{schema}.{table}" for mark in marks if mark in text}
    return holding


def _left(asked: Asked) -> set[str]:
    """Files and tables that tell of who asked."""
    settings, marks = asked.installation.settings, asked.person.all_marks | {asked.person.hubspot_id}
    files = {file for files in found(asked.installation, marks).values() for file in files}
    of_warehouse = _tables_with(warehouse.writer(settings.warehouse_file, 10), marks)
    return files | of_warehouse | _tables_with(warehouse.reader(settings.serving_file), marks)


def test_all_that_is_kept_is_shown_before(asked: Asked) -> None:
    tables = {each["table"]: each["rows"] for each in asked.access["tables"]}
    assert {
        "raw_hubspot.contacts",
        "raw_salesforce.Lead",
        "marts.fct_lead_scores",
        "marts.fct_lead_score_contributions",
        "marts.fct_lead_assignments",
        "memory.log_identity_decisions",
        "memory.log_lead_score_history",
        "ops.writes",
    } <= tables.keys()
    assert {m for m in asked.person.all_marks if m in str(tables)} == asked.person.all_marks
    assert not {m for m in asked.other.all_marks if m in str(tables)}
    assert {record["crm"] for record in asked.access["records"]} == {"hubspot", "salesforce"}
    assert asked.person.hubspot["phone"] in asked.shown and "written to the CRMs" in asked.shown


def test_without_a_terminal_nobody_is_forgotten_by_mistake(asked: Asked) -> None:
    assert asked.refused == 2


def test_no_table_and_no_byte_tells_of_who_asked_and_the_rows_are_counted(asked: Asked) -> None:
    assert _left(asked) == set()
    assert asked.forgotten["records"] == {"hubspot.contacts": 1, "salesforce.leads": 1}
    shown = {each["table"]: len(each["rows"]) for each in asked.access["tables"]}
    assert asked.forgotten["rows"] == shown
    assert asked.forgotten["published"]["marts.dim_leads"] == 1
    assert asked.forgotten["still_naming"] == {}


def test_a_task_named_who_asked_and_says_no_more_that_it_did(asked: Asked) -> None:
    """Its CRM goes on showing it: no pull brings its subject back, see below."""
    named = [text for text in asked.tasks if asked.person.hubspot["lastname"] in text]
    assert len(named) == 1 and len(asked.tasks) == 2
    left = asked.installation.rows(
        "select after_values, lead_id from ops.writes where object in ('tasks', 'Task') order by 1 nulls first"
    )
    assert (left[0]["after_values"], left[0]["lead_id"]) == (None, None)
    assert left[1]["lead_id"] == asked.other.lead_id
    kept_out = asked.installation.rows("select is_kept_out from ops.erasures where object = 'made_tasks'")
    assert kept_out == [{"is_kept_out": True}]


def test_who_was_on_lists_is_named_by_no_note_of_it(asked: Asked) -> None:
    """Not even by his record ids, which name a membership: see above for all other tables."""
    ids = [record["record_id"] for record in asked.access["records"]]
    put_on = [each for each in asked.lists if each.partition("/")[0] in ids]
    assert len(put_on) == 2, "a contact in HubSpot and a lead in Salesforce"
    left = asked.installation.rows("select record_id, lead_id from ops.writes where object = 'memberships'")
    assert len(left) == len(asked.lists)
    assert sum(row["lead_id"] is None for row in left) == 2
    assert not [row for row in left if row["record_id"].partition("/")[0] in ids]


def test_everybody_else_stays(asked: Asked) -> None:
    assert lead_id(asked.installation, asked.other) == asked.other.lead_id
    assert set(found(asked.installation, asked.other.all_marks | asked.other.marks)) == asked.other_before


def test_no_pull_brings_the_person_back_while_the_crms_show_him(asked: Asked) -> None:
    sent = "select * from ops.writes order by all"
    before = asked.installation.rows(sent)
    asked.installation.command("ingest", "--full")
    assert _left(asked) == set()
    asked.installation.command("run")
    assert _left(asked) == set()
    assert asked.installation.rows(sent) == before, "nothing is sent"
    again = asked.installation.command("access", asked.person.email, check=False)
    assert again.returncode == 2 and asked.person.email not in again.stdout + again.stderr
