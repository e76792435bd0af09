"""What a user sees when something is wrong: one clear message with the way out, and nothing half written."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.installation import AS_OF, ROOT, Installation, Sandbox
from tests.workspaces import whole

Start = Callable[..., Sandbox]
_OPTIONS = ("--seed", "11", "--now", AS_OF, "--no-limits", "--control")


@pytest.fixture
def installation(
    start_sandbox: Start,
    tmp_path: Path,
    prefect_home: Path,
    prefect_api: dict[str, str],
    request: pytest.FixtureRequest,
) -> Installation:
    crm = start_sandbox(*_OPTIONS, *getattr(request, "param", ("--leads", "12")))
    return Installation(tmp_path / "home", prefect_home, crm, dict(prefect_api))


def fails(installation: Installation, *says: str, code: int) -> str:
    """Run and expect one message with `says` on stderr, the exit code, no traceback, and no write call."""
    failed = installation.command("run", check=False)
    message = failed.stderr.strip()
    assert failed.returncode == code, failed.stdout + message
    assert message.startswith("Error: "), message
    assert "Traceback" not in message + failed.stdout
    for part in says:
        assert part in message, message
    assert installation.writes() == 0
    return message


def test_a_wrong_token(installation: Installation) -> None:
    installation.extra["LEADWRIGHT_HUBSPOT_TOKEN"] = "pat-na1-not-the-token"
    message = fails(installation, "HubSpot", "LEADWRIGHT_HUBSPOT_TOKEN", code=1)
    assert "not-the-token" not in message
    (run,) = installation.rows("select status, reason from ops.runs")
    assert run["status"] == "failed"
    assert message == f"Error: {run['reason']}"


def test_a_wrong_salesforce_token(installation: Installation) -> None:
    installation.extra["LEADWRIGHT_SALESFORCE_TOKEN"] = "00Dnot-the-token"
    message = fails(installation, "Salesforce", "LEADWRIGHT_SALESFORCE", code=1)
    assert "not-the-token" not in message


def test_an_unreachable_host(installation: Installation) -> None:
    installation.extra["LEADWRIGHT_HUBSPOT_URL"] = "http://127.0.0.1:9"
    fails(installation, "HubSpot cannot be reached", "LEADWRIGHT_HUBSPOT_URL", code=1)


def test_a_prefect_server_that_is_not_there(installation: Installation) -> None:
    installation.extra["PREFECT_API_URL"] = "http://127.0.0.1:9/api"
    fails(installation, "Prefect's server cannot be reached at 127.0.0.1:9", "PREFECT_API_URL", code=1)


_READ_ONLY = (
    "crm.objects.contacts.read,crm.objects.companies.read,crm.objects.deals.read,crm.objects.owners.read,"
    "sales-email-read,crm.schemas.contacts.read"
)


@pytest.mark.parametrize("installation", [("--leads", "12", "--hubspot-scopes", _READ_ONLY)], indirect=True)
def test_a_missing_permission(installation: Installation) -> None:
    fails(installation, "crm.schemas.contacts.write", code=1)


def test_no_crm_is_connected(installation: Installation) -> None:
    for name in ("HUBSPOT_TOKEN", "HUBSPOT_URL", "SALESFORCE_URL", "SALESFORCE_TOKEN", "SALESFORCE_CA"):
        installation.extra[f"LEADWRIGHT_{name}"] = ""
    fails(installation, "No CRM is connected", ".env.example", code=2)


def test_a_broken_rule_names_file_line_and_column(installation: Installation, tmp_path: Path) -> None:
    installation.workspace = whole(tmp_path / "workspace")
    rules = installation.workspace / "rules" / "score_rules.csv"
    lines = rules.read_text().splitlines()
    header = lines[0].split(",")
    cells = lines[2].split(",")
    cells[header.index("operator")] = "resembles"
    lines[2] = ",".join(cells)
    rules.write_text("\n".join(lines) + "\n")
    fails(
        installation, "rules/score_rules.csv, line 3, column operator", "'resembles'", "contains_word", code=2
    )


@pytest.mark.parametrize("installation", [("--leads", "0")], indirect=True)
def test_an_empty_crm_is_not_an_error(installation: Installation) -> None:
    done = installation.json("run")
    assert {name: w["planned"] for name, w in done["written"].items()} == dict.fromkeys(done["written"], 0)
    assert installation.marts("select count(*) as n from marts.dim_leads") == [{"n": 0}]
    assert installation.writes() == 0


@pytest.mark.parametrize("installation", [("--leads", "1")], indirect=True)
def test_a_crm_with_one_lead(installation: Installation) -> None:
    done = installation.json("run")
    assert sum(w["accepted"] for w in done["written"].values()) >= 1
    assert installation.marts("select count(*) as n from marts.fct_lead_scores") == [{"n": 1}]


def test_an_error_with_json_is_one_object_too(installation: Installation) -> None:
    installation.extra["LEADWRIGHT_AS_OF"] = "the day before yesterday"
    failed = installation.command("run", "--json", check=False)
    assert failed.returncode == 2
    assert "LEADWRIGHT_AS_OF" in json.loads(failed.stdout)["error"]["message"]


def test_a_failed_test_of_a_report_stops_the_report_and_not_the_write_back(
    installation: Installation, tmp_path: Path
) -> None:
    """In a first run, whose report nobody has seen yet; and in a later one, which leaves what was shown."""
    _wants_nothing_of(installation, tmp_path, "rpt_sources")
    failed = installation.command("run", check=False)
    assert failed.returncode == 1
    assert installation.writes() > 0
    assert installation.marts("select count(*) as n from marts.rpt_grades")[0]["n"] > 0
    assert not installation.marts("select 1 from duckdb_tables() where table_name = 'rpt_sources'")
    broken = installation.extra.pop("LEADWRIGHT_DBT_PROJECT")
    installation.command("transform", "--select", "rpt_sources")
    assert not installation.marts("from ops.stopped_reports")

    shown = installation.marts("from marts.rpt_sources order by all")
    assert shown
    installation.extra["LEADWRIGHT_DBT_PROJECT"] = broken
    failed = installation.command("run", "--full", check=False)
    assert failed.returncode == 1
    assert "rpt_sources_has_no_rows failed" in failed.stderr
    _, second = installation.marts("select * from ops.runs where flow = 'qualify' order by started_at")
    assert (second["status"], second["failed_stage"]) == ("failed", "reports")
    assert second["as_of"] is not None
    assert installation.marts("from marts.rpt_sources order by all") == shown
    (stopped,) = installation.marts("select report, run_id from ops.stopped_reports")
    assert stopped == {"report": "rpt_sources", "run_id": second["run_id"]}
    found = json.loads(installation.command("doctor", "--json", check=False).stdout)["findings"]
    assert ["rpt_sources shows the figures" in f["detail"] for f in found if f["check"] == "reports"] == [
        True
    ]


def test_a_failed_test_above_a_sync_model_stops_the_write_back(
    installation: Installation, tmp_path: Path
) -> None:
    _wants_nothing_of(installation, tmp_path, "int_scoring__scores")
    fails(installation, "int_scoring__scores_has_no_rows failed", code=1)
    (run,) = installation.rows("select status, failed_stage from ops.runs")
    assert run == {"status": "failed", "failed_stage": "transform"}
    assert not installation.settings.serving_file.exists()


def _wants_nothing_of(installation: Installation, tmp_path: Path, model: str) -> None:
    """Let the installation run a project with a test that no row of `model` passes."""
    project = tmp_path / "dbt_project"
    shutil.copytree(ROOT / "dbt_project", project)
    test = "select 1 as found from {{ ref('" + model + "') }}"
    (project / "tests" / f"{model}_has_no_rows.sql").write_text(test)
    installation.extra["LEADWRIGHT_DBT_PROJECT"] = str(project)
