"""The worked example of docs/scoring-for-revops.md, done as a RevOps person would: every command in it is run."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
from pathlib import Path

import pytest

from leadwright.transform import publication
from tests.dbt_warehouse import DbtWarehouse
from tests.installation import COMMAND, ROOT
from tests.workspaces import whole

_EDIT = re.compile(r"^# (?P<file>\S+\.csv)\n-(?P<old>.+)\n\+(?P<new>.+)$", re.MULTILINE)
_COMMAND = re.compile(r"^ *(?:\$ )?leadwright (?P<args>.+)$", re.MULTILINE)


@pytest.fixture(scope="module")
def example() -> str:
    """The section of the page, without the indentation of its numbered steps."""
    page = (ROOT / "docs" / "scoring-for-revops.md").read_text()
    section = page.split("## Worked example", 1)[1].split("\n## ", 1)[0]
    return "\n".join(line.removeprefix("   ") for line in section.splitlines())


def test_the_worked_example_does_what_the_page_says(example: str, tmp_path: Path) -> None:
    """Only `leadwright run` is done without its CRMs, by building and publishing: test_run.py has the rest of it."""
    workspace = whole(tmp_path / "workspace")
    git = ["git", "-C", str(tmp_path), "-c", "user.name=t", "-c", "user.email=t@t.example"]
    for command in (["init", "-q"], ["add", "workspace"], ["commit", "-q", "-m", "Rules"]):
        subprocess.run([*git, *command], check=True)
    made = DbtWarehouse(tmp_path / "home", workspace)
    made.add_population(80)
    _run(made)
    lead_id, email, shown = made.rows(
        "select l.lead_id, l.email, s.score from marts.dim_leads l join marts.fct_lead_scores s using (lead_id) "
        "join marts.fct_lead_score_contributions c using (lead_id) where c.rule_id = 'webinar_registered' "
        "and l.email is not null and s.intent_score < 45 order by c.points desc, lead_id limit 1"
    )[0]

    edits = list(_EDIT.finditer(example))
    assert len(edits) == 2
    for edit in edits:
        file = workspace / edit["file"]
        assert f"{edit['old']}\n" in file.read_text()
        file.write_text(file.read_text().replace(f"{edit['old']}\n", f"{edit['new']}\n"))

    said = {}
    for match in _COMMAND.finditer(example):
        args = match["args"]
        if args == "run":
            _run(made)
            said[args] = ""
        else:
            said[args] = _leadwright(made, *shlex.split(args.replace("EMAIL", email)))
    assert {args.split()[0] for args in said} == {"rules", "explain", "run"}
    assert "no fault" in said["rules check"]
    assert "score_rules.csv webinar_registered" in said["rules diff"]
    assert re.search(r"\d+ leads get other points", said["rules diff"])
    assert "Registered for a webinar" in said["rules diff --lead EMAIL"]

    ((now,),) = made.rows(f"select score from marts.fct_lead_scores where lead_id = '{lead_id}'")
    assert now > shown
    assert f"Score {now} = " in said["explain EMAIL"]
    assert made.rows(
        "select earlier_value, value, cause from marts.fct_lead_changes "
        f"where lead_id = '{lead_id}' and subject = 'score' and earlier_value is not null"
    ) == [(str(shown), str(now), "rule change")]
    assert json.loads(_leadwright(made, "rules", "diff", "--json"))["rows"] == []

    rules = workspace / "rules" / "score_rules.csv"
    rules.write_text(rules.read_text().replace(",exists,", ",exist,", 2))
    found = json.loads(_leadwright(made, "rules", "check", "--json", code=2))
    assert [fault["column"] for fault in found["faults"]] == ["operator", "operator"]
    text = _leadwright(made, "rules", "check", code=2)
    assert (
        len(re.findall(r"^rules/score_rules.csv, line \d+, column operator: 'exist' is not", text, re.M)) == 2
    )


def _run(made: DbtWarehouse) -> None:
    made.build()
    publication.publish(made.settings.warehouse_file, made.settings.serving_file, 10)


def _leadwright(made: DbtWarehouse, *args: str, code: int = 0) -> str:
    """What `leadwright args` prints, run as a person does."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith("LEADWRIGHT_")}
    own = {
        "LEADWRIGHT_HOME": str(made.settings.home),
        "LEADWRIGHT_WORKSPACE": str(made.settings.workspace),
        "COLUMNS": "160",  # so that no text is broken over lines
    }
    done = subprocess.run(
        [*COMMAND, *args], env={**clean, **own}, cwd=ROOT, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == code, f"{args}: {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout
