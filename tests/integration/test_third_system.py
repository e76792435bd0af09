"""A third system is a package, a staging folder, a sync model and rows: `docs/adding-a-crm.md` and nothing else."""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from leadwright import warehouse
from tests.conftest import ROOT
from tests.installation import AS_OF
from tests.workspaces import DEMO, tables

SYSTEM = ROOT / "tests" / "third_system"
PEOPLE = [
    {
        "id": str(number),
        "mail": f"{first.lower()}@{firm}",
        "first": first,
        "last": last,
        "job": job,
        "firm": firm.partition(".")[0].title(),
        "land": "Germany",
        "status": status,
        "made": "2026-06-01T08:00:00Z",
        "changed": "2026-06-20T08:00:00Z",
    }
    for number, (first, last, job, firm, status) in enumerate(
        [
            ("Ada", "Stern", "Head of Marketing", "lumen-optik.example", "new"),
            ("Bo", "Kranz", "Sales Director", "kranzbau.example", "talking"),
            ("Cem", "Usta", "Buchhalter", "usta-textil.example", "new"),
        ],
        start=1,
    )
]
STAFF = [{"id": "s1", "mail": "kim@paperdesk.example", "name": "Kim Ray", "works_here": "true"}]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The dbt project with what the guide's steps add to it: files, and one line of `systems`."""
    folder = tmp_path_factory.mktemp("project") / "dbt_project"
    shutil.copytree(ROOT / "dbt_project", folder, ignore=shutil.ignore_patterns("target", "logs"))
    shutil.copytree(SYSTEM / "dbt_project", folder, dirs_exist_ok=True)
    settings = folder / "dbt_project.yml"
    there = settings.read_text()
    added = there.replace(
        "  systems:\n", "  systems:\n    paperdesk: [people, shown_people, owners, stage_values]\n"
    )
    assert added != there
    settings.write_text(added)
    return folder


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo's workspace with the guide's rows."""
    folder = shutil.copytree(DEMO, tmp_path_factory.mktemp("workspace") / "desk")
    (folder / "reference").mkdir()
    with (SYSTEM / "rows.csv").open(newline="") as rows:
        for row in csv.DictReader(rows):
            name = f"{row['seed']}.csv"
            own, added = folder / "rules" / name, folder / "reference" / name
            if not own.exists() and not added.exists():
                added.write_text(tables()[name].read_text().splitlines()[0] + "\n")
            with (own if own.exists() else added).open("a") as table:
                table.write(row["row"] + "\n")
    return folder


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("desk")
    (folder / "people.json").write_text(json.dumps(PEOPLE))
    (folder / "staff.json").write_text(json.dumps(STAFF))
    return folder


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


def _run(project: Path, workspace: Path, desk: Path, home: Path) -> dict[str, Any]:
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("LEADWRIGHT_", "PREFECT_", "DBT_"))}
    env = {
        **clean,
        "PYTHONPATH": str(SYSTEM / "package"),
        "PREFECT_HOME": str(home / "prefect"),
        "LEADWRIGHT_HOME": str(home),
        "LEADWRIGHT_AS_OF": AS_OF,
        "LEADWRIGHT_DBT_PROJECT": str(project),
        "LEADWRIGHT_WORKSPACE": str(workspace),
        "LEADWRIGHT_PAPERDESK_FOLDER": str(desk),
    }
    done = subprocess.run(
        [sys.executable, "-m", "leadwright.cli", "run", "--json"],
        env=env,
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_its_people_are_scored_routed_and_written_once(
    project: Path, workspace: Path, desk: Path, home: Path
) -> None:
    _run(project, workspace, desk, home)
    shown = {row["id"]: row for row in json.loads((desk / "people.json").read_text())}
    with warehouse.reader(home / "serving.duckdb") as db:
        scores = dict(
            db.execute(
                "select r.record_id, s.score from marts.dim_crm_records r join marts.fct_lead_scores s using (lead_id)"
            ).fetchall()
        )
        stages = dict(db.execute("select email, lifecycle_stage from marts.dim_leads").fetchall())
    assert {key: row["lw_score"] for key, row in shown.items()} == scores
    assert stages["bo@kranzbau.example"] == "sql"
    assert Counter(row["keeper"] for row in shown.values()) == {"s1": len(PEOPLE)}
    assert all(row["lw_owner"] == "Kim Ray" for row in shown.values())
    before = (desk / "people.json").read_text()
    _run(project, workspace, desk, home)
    assert (desk / "people.json").read_text() == before, "a second run sends nothing"


def test_nothing_else_of_the_project_knows_it() -> None:
    """What the third system brings are files of its own; ours name no third system."""
    ours = [p for p in (ROOT / "dbt_project").rglob("*") if p.suffix in {".sql", ".yml", ".csv"}]
    assert ours
    assert not [p.name for p in ours if "paperdesk" in p.read_text().lower()]
