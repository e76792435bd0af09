"""A study of a company that nobody has told us anything about, and advice on the rules of one that we know."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from leadwright.connectors.errors import ConfigError
from leadwright.settings import Settings
from leadwright.study import studying, suggesting
from leadwright.workspace import DEFAULT, STARTERS
from tests import built_warehouses
from tests.dbt_warehouse import DbtWarehouse
from tests.installation import Installation, Sandbox
from tests.real_data import tables
from tests.workspaces import whole

_LEADS = 45
_CONVERTED = ("ConvertedContactId", "ConvertedAccountId", "ConvertedOpportunityId")


def _some(source: Path, target: Path, people: str, key: str) -> None:
    """Copy an import folder with the first leads alone, and with what does not name any of the others."""
    rows = tables.read(source / f"{people}.csv")
    left_out = {row[name] for row in rows[_LEADS:] for name in row if name == key or name in _CONVERTED} - {
        ""
    }
    kept: dict[str, list[tables.Row]] = {}
    for file in sorted(source.glob("*.csv")):
        kept[file.stem] = [row for row in tables.read(file) if not left_out & set(row.values())]
    if "associations" in kept:  # what was done with nobody who is there goes, too
        linked = {row[side] for row in kept["associations"] for side in ("from_id", "to_id")}
        for name in ("calls", "emails", "meetings", "deals"):
            kept[name] = [row for row in kept[name] if row["hs_object_id"] in linked]
    for name, some in kept.items():
        if some:
            tables.write(target, name, list(some[0]), some)


@pytest.fixture(scope="module")
def foreign(
    shared: Path, start_sandbox: Callable[..., Sandbox], tmp_path_factory: pytest.TempPathFactory
) -> Installation:
    """A small company with one CRM in Spanish and one in German, pulled and built."""
    folder = tmp_path_factory.mktemp("foreign")
    _some(shared / "worlds" / "clinica" / "hubspot", folder / "hubspot", "contacts", "hs_object_id")
    _some(shared / "worlds" / "werkzeug" / "salesforce", folder / "salesforce", "Lead", "Id")
    sandbox = start_sandbox(
        *("--import", f"hubspot={folder / 'hubspot'}", "--import", f"salesforce={folder / 'salesforce'}"),
        *("--no-limits", "--now", "2026-07-01T00:00Z", "--speed", "0"),
    )
    workspace = Path(shutil.copytree(STARTERS / DEFAULT, folder / "workspace"))
    made = Installation(
        *(folder / "home", folder / "prefect", sandbox),
        {"LEADWRIGHT_AS_OF": "2026-07-01T00:00:00Z"},
        workspace,
    )
    made.command("ingest")
    made.command("transform")
    return made


@pytest.fixture(scope="module")
def studied(foreign: Installation) -> dict[str, Any]:
    return foreign.json("study")


@pytest.mark.shared
def test_words_in_spanish_and_german_are_understood(studied: dict[str, Any]) -> None:
    found = {row["value"]: row["stage"] for row in studied["stages"] if not row["is_known"]}
    assert found["NO CONTESTA"] == "disqualified"
    assert found["NO INTERESADO"] == "disqualified"
    assert found["Nicht qualifiziert"] == "disqualified"
    assert found["In Bearbeitung"] == "sal"
    assert found["Qualifiziert"] == "sql"


@pytest.mark.shared
def test_with_few_outcomes_the_points_stay_and_that_is_said(
    studied: dict[str, Any], foreign: Installation
) -> None:
    assert studied["outcome"]["converted"] < 30
    assert "too few to tell what predicts" in studied["too_few"]
    assert all(rule["points"] == rule["points_before"] for rule in studied["rules"])
    assert not {f for f in studied["files"] if "score" in f or "grades" in f}


@pytest.mark.shared
def test_what_is_proposed_lies_beside_and_has_no_fault(
    studied: dict[str, Any], foreign: Installation
) -> None:
    folder = foreign.workspace / "proposed"
    assert studied["folder"] == str(folder)
    assert set(studied["files"]) >= {"reference/lead_stages.csv", "rules/company_domains.csv"}
    proposed = folder / "rules" / "routing_pool.csv"
    if "rules/routing_pool.csv" in studied["files"]:
        with proposed.open(encoding="utf-8", newline="") as text:
            pool = list(csv.DictReader(text))
        assert pool and all(row["reason"] and row["pool"] == "everyone" for row in pool)
        assert not [
            row for row in pool if row["email_pattern"].startswith(("api@", "integration", "finanzas@"))
        ]
    assert not (foreign.workspace / "reference" / "lead_stages.csv").exists(), "nothing was taken"
    own = {row["feature"] for row in studied["own_fields"]}
    assert own, "the fields of the company were looked at"


@pytest.mark.shared
def test_accepted_proposals_are_rules_without_a_fault(
    studied: dict[str, Any], foreign: Installation, tmp_path: Path
) -> None:
    workspace = Path(shutil.copytree(foreign.workspace, tmp_path / "workspace"))
    shutil.copytree(workspace / "proposed", workspace, dirs_exist_ok=True)
    taken = replace(foreign, workspace=workspace).json("rules", "check")
    assert (taken["ok"], taken["faults"]) == (True, [])


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> DbtWarehouse:
    return built_warehouses.of_people(tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="module")
def config(made: DbtWarehouse, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The made population with a workspace of its own, connected to nothing."""
    workspace = whole(tmp_path_factory.mktemp("made") / "workspace")
    return made.settings.model_copy(update={"workspace": workspace})


def test_advice_is_a_change_of_the_file_and_leaves_the_warehouse_alone(
    made: DbtWarehouse, config: Settings
) -> None:
    before = made.settings.warehouse_file.read_bytes()
    found = suggesting.suggest(config, outcome_id="sql_90")
    assert made.settings.warehouse_file.read_bytes() == before
    assert config.workspace
    rules = (config.workspace / "rules" / "score_rules.csv").read_text()
    assert len(found.judged) == len(rules.splitlines()) - 1
    assert found.looked_at > found.converted
    moved = [j for j in found.judged if j.points != j.before]
    assert len([line for line in found.diff.splitlines() if line.startswith("+") and line[1] != "+"]) == len(
        moved
    )
    if not moved:
        assert (found.diff, found.text) == ("", rules)
    disqualifiers = [j for j in found.judged if j.row["dimension"] == "disqualify"]
    assert disqualifiers and all(j.finding == "not_judged" for j in disqualifiers)


def test_an_unknown_outcome_and_a_missing_workspace_are_named(config: Settings) -> None:
    with pytest.raises(ConfigError, match="There is no outcome 'nonsense'"):
        suggesting.suggest(config, outcome_id="nonsense")
    with pytest.raises(ConfigError, match="There is no workspace"):
        studying.study(config.model_copy(update={"workspace": None}), accept=True)


def test_without_a_build_it_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="leadwright ingest"):
        studying.study(Settings(home=tmp_path / "home", workspace=whole(tmp_path / "workspace")))
