"""Rules and fields go from a test org to production by git, as docs/workspace.md says; its commands are run."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from pathlib import Path

import pytest

from tests.dbt_warehouse import DbtWarehouse
from tests.installation import COMMAND, ROOT
from tests.workspaces import DEMO


@pytest.fixture(scope="module")
def commands() -> list[str]:
    """What the page lets a person type on production."""
    page = (ROOT / "docs" / "workspace.md").read_text(encoding="utf-8")
    section = page.split("## Test org and production", 1)[1].split("\n## ", 1)[0]
    (block,) = re.findall(r"```\n(.*?)```", section, re.DOTALL)
    lines = [line.partition("#")[0].strip() for line in block.splitlines()]
    return [command.strip() for line in lines for command in line.split("&&") if command.strip()]


def _git(folder: Path, *args: str) -> None:
    me = ["-c", "user.name=t", "-c", "user.email=t@t.example", "-c", "init.defaultBranch=main"]
    subprocess.run(["git", *me, *args], cwd=folder, check=True, capture_output=True)


def test_what_was_tried_in_a_test_org_is_looked_at_and_merged_on_production(
    commands: list[str], tmp_path: Path
) -> None:
    origin, test_org, production = (tmp_path / name for name in ("origin", "test_org", "production"))
    origin.mkdir()
    test_org.mkdir()
    _git(origin, "init", "--bare", "-q")
    for part in (p for p in DEMO.rglob("*") if p.is_file()):
        target = test_org / part.relative_to(DEMO)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(part.read_bytes())
    _git(test_org, "init", "-q")
    _git(test_org, "add", ".")
    _git(test_org, "commit", "-q", "-m", "Rules")
    _git(test_org, "push", "-q", str(origin), "main")
    _git(tmp_path, "clone", "-q", str(origin), "production")
    live = DbtWarehouse(tmp_path / "home", production)
    live.add_population(60)
    live.build()

    rules = test_org / "rules" / "score_rules.csv"
    rules.write_text(rules.read_text().replace("exists,,14,", "exists,,15,", 1))
    with rules.open("a") as table:
        table.write("tried,fit,answers,plan,equals,gold,3,,,,Has the gold plan,Tried in the test org\n")
    (test_org / "fields.csv").write_text(
        "source,object,field,feature,type,known_when,description\n"
        "hubspot,contacts,our_plan,plan,picklist,capture,Plan that was asked for\n"
    )
    _git(test_org, "add", ".")
    _git(test_org, "commit", "-q", "-m", "A plan of our own")
    _git(test_org, "push", "-q", str(origin), "main")

    assert [shlex.split(command)[0] for command in commands] == ["git", "leadwright", "git"]
    said = {}
    for command in commands:
        words = shlex.split(command)
        if words[0] == "git":
            _git(production, *words[1:])
        else:
            said[command] = _leadwright(live, *words[1:])
    (diff,) = said.values()
    assert "score_rules.csv tried" in diff and "fields.csv" in diff, diff
    assert "no fault" in _leadwright(live, "rules", "check")
    assert (production / "fields.csv").read_text() == (test_org / "fields.csv").read_text()


def _leadwright(live: DbtWarehouse, *args: str) -> str:
    clean = {k: v for k, v in os.environ.items() if not k.startswith("LEADWRIGHT_")}
    own = {"LEADWRIGHT_HOME": str(live.settings.home), "PYTHONPATH": str(ROOT), "COLUMNS": "160"}
    done = subprocess.run(
        [*COMMAND, *args],
        env={**clean, **own},
        cwd=live.settings.workspace,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
