"""A model becomes champion and is rolled back: the run that scores everybody anew asks first, and is undone."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from leadwright.workspace import MARK
from tests import made_models
from tests.dbt_warehouse import NOW, DbtWarehouse
from tests.installation import AS_OF, Installation, Sandbox
from tests.workspaces import DEMO

Start = Callable[..., Sandbox]
_FIELDS = ["leadwright_score", "leadwright_grade", "leadwright_reasons"]


@pytest.fixture
def installation(start_sandbox: Start, tmp_path: Path, prefect_home: Path) -> Installation:
    """One that has written the score of its rules, and has a model."""
    workspace = shutil.copytree(DEMO, tmp_path / "workspace")
    made = DbtWarehouse(tmp_path / "home", workspace)
    made_models.add(made, NOW.isoformat())
    crm = start_sandbox("--leads", "80", "--seed", "3", "--now", AS_OF, "--no-limits", "--control")
    found = Installation(tmp_path / "home", prefect_home, crm, workspace=workspace)
    found.json("run")
    # the demo asks about nothing
    (workspace / MARK).write_text("[writing]\nalways_allowed = 5\n")
    return found


@pytest.mark.usefixtures("prefect_api")
def test_promoted_asked_about_undone_and_rolled_back(installation: Installation) -> None:
    by_rules, sent = _shown(installation), installation.writes()
    refused = installation.command("model", "promote", made_models.MODEL_ID, "--json", check=False)
    assert refused.returncode == 2
    assert (
        "is not promoted: too few outcomes: 0 of 2" in refused.stdout and "--despite GATE" in refused.stdout
    )
    assert not (installation.workspace / "rules" / "score_champions.csv").exists()
    closed = _closed(installation)
    despite = [word for gate in closed for word in ("--despite", gate)]
    installation.json("model", "promote", made_models.MODEL_ID, *despite, "--reason", "A trial")
    assert f"{made_models.MODEL_ID},2026-06-30,,A trial" in _champions(installation)

    stopped = installation.command("run", "--json", check=False)
    assert stopped.returncode == 3, stopped.stdout + stopped.stderr
    run = json.loads(stopped.stdout)
    said = " ".join(reason["text"] for reason in run["stopped"]["reasons"])
    assert "the model by-hand became champion since the last write" in said
    assert (installation.writes(), _shown(installation)) == (sent, by_rules)
    assert installation.rows(
        "select count(*) as n from marts.fct_lead_score_contributions where kind = 'rule' and dimension != 'disqualify'"
    ) == [{"n": 0}]

    done = installation.json("sync", "--approve", run["run_id"][:8])
    by_model = _shown(installation)
    assert by_model.keys() == by_rules.keys() and by_model != by_rules
    scored = {key for key, shown in by_rules.items() if shown["leadwright_reasons"]}
    assert len(scored) > 20
    assert {
        key
        for key, shown in by_model.items()
        if "% likely to become SQL in 90 days (" in (shown["leadwright_reasons"] or "")
    } == scored

    installation.json("undo", done["run_id"][:8])
    assert _shown(installation) == by_rules
    installation.json("model", "rollback")
    assert f"{made_models.MODEL_ID},2026-06-30,2026-06-29,A trial" in _champions(installation)
    again = installation.json("run")
    assert again["stopped"] is None
    assert _shown(installation) == by_rules
    (state,) = [m["verdict_text"] for m in installation.json("model", "list")["models"]]
    assert state.startswith("too few outcomes")


def _closed(installation: Installation) -> list[str]:
    gates = installation.rows(
        "select gate_id from marts.rpt_model_gates group by gate_id having not bool_or(is_passed) order by gate_id"
    )
    return [gate["gate_id"] for gate in gates]


def _champions(installation: Installation) -> str:
    return (installation.workspace / "rules" / "score_champions.csv").read_text()


def _shown(installation: Installation) -> dict[str, dict[str, Any]]:
    """What HubSpot shows of each contact."""
    batches = installation.connector("hubspot").pull("contacts", _FIELDS, None)
    rows = [row for batch in batches for row in batch.to_pylist()]
    return {row["hs_object_id"]: {name: row[name] for name in _FIELDS} for row in rows}
