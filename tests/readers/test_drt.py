"""drt-core, started as its command: rows of an SQLite file go to HubSpot and to Salesforce, all or only new ones.

HubSpot's address is fixed in drt, so its environment leads api.hubapi.com to the sandbox; Salesforce's is a setting.
"""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.conftest import Sandbox

DRT = Path(sys.executable).with_name("drt")
DATABASE = "people.sqlite"
RATE = {"requests_per_second": 100}


class Project:
    """A drt project in a folder, reading `people` of an SQLite file."""

    def __init__(self, folder: Path, crm: Sandbox) -> None:
        self.folder, self.crm = folder, crm
        (folder / ".drt").mkdir()
        (folder / "syncs").mkdir()
        source = {"local": {"type": "sqlite", "database": str(folder / DATABASE)}}
        # JSON is YAML
        (folder / ".drt" / "profiles.yml").write_text(json.dumps(source))
        (folder / "drt_project.yml").write_text(json.dumps({"name": "readers", "profile": "local"}))

    def sync(self, name: str, destination: dict[str, Any], **options: Any) -> None:
        model = "SELECT * FROM people ORDER BY changed"
        sync = {"mode": "full", "on_error": "skip", "rate_limit": RATE, **options}
        written = {"name": name, "model": model, "destination": destination, "sync": sync}
        (self.folder / "syncs" / f"{name}.yml").write_text(json.dumps(written))

    def hold(self, columns: str, rows: Iterable[tuple[Any, ...]]) -> None:
        with sqlite3.connect(self.folder / DATABASE) as db:
            db.execute("drop table if exists people")
            db.execute(f"create table people ({columns})")
            db.executemany(f"insert into people values ({','.join('?' * (columns.count(',') + 1))})", rows)

    def run(self, name: str) -> dict[str, Any]:
        """`drt run`; what it says about the one sync."""
        said = self.crm["salesforce"]
        environment = os.environ | {
            "HOME": str(self.folder),
            "DO_NOT_TRACK": "1",
            "HTTPS_PROXY": self.crm["proxy"]["url"],
            "NO_PROXY": "localhost",
            "SSL_CERT_FILE": self.crm["proxy"]["ca_file"],
            "HUBSPOT_TOKEN": self.crm["hubspot"]["token"],
            "SF_ID": said["client_id"],
            "SF_SECRET": said["client_secret"],
            "SF_USER": said["username"],
            "SF_PASSWORD": said["password"] + said["security_token"],
        }
        done = subprocess.run(
            [DRT, "run", "--select", name, "--output", "json"],
            cwd=self.folder,
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.stdout.lstrip().startswith("{"), done.stdout + done.stderr
        [result] = json.loads(done.stdout)["syncs"]
        return dict(result)


@pytest.fixture
def project(tmp_path: Path, crm: Sandbox) -> Project:
    return Project(tmp_path, crm)


CONTACTS = {
    "type": "hubspot",
    "object_type": "contacts",
    "id_property": "email",
    "properties_template": '{"email": "{{ row.email }}", "firstname": "{{ row.name }}"}',
    "auth": {"type": "bearer", "token_env": "HUBSPOT_TOKEN"},
}


class TestHubSpot:
    def shown(self, crm: Sandbox) -> dict[str, str]:
        """First names by e-mail address."""
        filters = [{"propertyName": "email", "operator": "CONTAINS_TOKEN", "value": "*@drt.example"}]
        answer = httpx.post(
            crm["hubspot"]["url"] + "/crm/v3/objects/contacts/search",
            json={"filters": filters, "properties": ["email", "firstname"], "limit": 200},
            headers={"Authorization": f"Bearer {crm['hubspot']['token']}"},
            trust_env=False,
        )
        records = [record["properties"] for record in answer.json()["results"]]
        return {record["email"]: record["firstname"] for record in records}

    def test_full_and_incremental(self, project: Project, crm: Sandbox, control: httpx.Client) -> None:
        people = [(f"p{i:02}@drt.example", "Ann", f"2026-01-{i + 1:02}") for i in range(25)]
        columns = "email text, name text, changed text"
        project.sync("everyone", CONTACTS)
        project.sync("changed", CONTACTS, mode="incremental", cursor_field="changed")
        project.hold(columns, people)
        first = project.run("everyone")
        assert (first["status"], first["rows_synced"], first["rows_failed"]) == ("success", 25, 0)
        assert self.shown(crm) == {email: "Ann" for email, _, _ in people}
        assert project.run("changed")["rows_synced"] == 25

        people[3] = ("p03@drt.example", "Bea", "2026-02-01")
        people.append(("p25@drt.example", "Cleo", "2026-02-02"))
        project.hold(columns, people)
        control.delete("/requests")
        assert project.run("changed")["rows_synced"] == 2
        counted = control.get("/requests").json()["hubspot"]
        assert sorted(counted.values()) == [1, 2], (
            counted
        )  # two creates, one of them a conflict and so an update
        assert self.shown(crm) == {email: name for email, name, _ in people}

    def test_a_refused_row_is_told(self, project: Project) -> None:
        project.sync("bad", CONTACTS)
        project.hold(
            "email text, name text, changed text",
            [("no address", "X", "1"), ("good@drt-bad.example", "Y", "2")],
        )
        done = project.run("bad")
        assert (done["status"], done["rows_synced"], done["rows_failed"]) == ("partial", 1, 1)

    def test_what_is_there_is_read_and_kept(self, project: Project, crm: Sandbox) -> None:
        columns = "email text, name text, changed text"
        project.sync("first", CONTACTS)
        project.sync("fill", CONTACTS, write_policy="fill_empty")
        project.hold(columns, [("kept@drt.example", "Old", "1")])
        project.run("first")
        project.hold(columns, [("kept@drt.example", "New", "2"), ("filled@drt.example", "New", "2")])
        assert project.run("fill")["status"] == "success"
        shown = self.shown(crm)
        assert (shown["kept@drt.example"], shown["filled@drt.example"]) == ("Old", "New")


class TestSalesforce:
    def leads(self, crm: Sandbox, company: str) -> dict[str, tuple[str, str | None]]:
        """Id -> last name and title of a company's leads."""
        said = crm["salesforce"]
        soql = f"SELECT Id, LastName, Title FROM Lead WHERE Company = '{company}'"
        answer = httpx.get(
            said["url"] + "/services/data/v58.0/query",
            params={"q": soql},
            headers={"Authorization": f"Bearer {said['token']}"},
            verify=said["ca_file"],
            trust_env=False,
        )
        return {row["Id"]: (row["LastName"], row["Title"]) for row in answer.json()["records"]}

    def destination(self, crm: Sandbox, operation: str) -> dict[str, Any]:
        return {
            "type": "salesforce_bulk",
            "instance_url": crm["salesforce"]["url"],
            "object_name": "Lead",
            "operation": operation,
            "client_id_env": "SF_ID",
            "client_secret_env": "SF_SECRET",
            "username_env": "SF_USER",
            "password_env": "SF_PASSWORD",
            "poll_interval_seconds": 1,
        }

    def test_full_and_incremental(self, project: Project, crm: Sandbox) -> None:
        named = {"changed": "Description"}
        project.sync("insert", self.destination(crm, "insert"), field_mappings=named)
        project.hold(
            "LastName text, Company text, changed text",
            [(f"Lead {i}", "drt full", "2026-01-01") for i in range(40)] + [("Nobody", "", "2026-01-01")],
        )
        done = project.run("insert")
        assert (done["status"], done["rows_synced"], done["rows_failed"]) == ("partial", 40, 1)
        made = self.leads(crm, "drt full")
        assert len(made) == 40

        project.sync(
            "update",
            self.destination(crm, "upsert"),
            field_mappings=named,
            mode="incremental",
            cursor_field="changed",
        )
        columns = "Id text, LastName text, Title text, changed text"
        rows = [(each, name, "CTO", "2026-01-02") for each, (name, _) in made.items()]
        project.hold(columns, rows)
        assert project.run("update")["rows_synced"] == 40
        assert {title for _, title in self.leads(crm, "drt full").values()} == {"CTO"}
        rows[0] = (*rows[0][:2], "CEO", "2026-01-03")
        project.hold(columns, rows)
        assert project.run("update")["rows_synced"] == 1
        titles = sorted(str(title) for _, title in self.leads(crm, "drt full").values())
        assert titles == ["CEO"] + ["CTO"] * 39

        project.sync("delete", self.destination(crm, "delete"))
        project.hold("Id text, changed text", [])
        with sqlite3.connect(project.folder / DATABASE) as db:
            db.execute("create table gone (Id text)")
            db.executemany("insert into gone values (?)", [(each,) for each in made])
        written = project.folder / "syncs" / "delete.yml"
        told = json.loads(written.read_text()) | {"model": "SELECT Id FROM gone"}
        written.write_text(json.dumps(told))
        assert project.run("delete")["rows_synced"] == 40
        assert self.leads(crm, "drt full") == {}
