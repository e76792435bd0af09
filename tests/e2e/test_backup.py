"""A home that is lost and made anew from a backup goes on: same ids, same promises, nothing sent twice."""

from __future__ import annotations

import shutil
import stat
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.installation import AS_OF, Installation, Sandbox

_OPTIONS = ("--leads", "40", "--seed", "5", "--now", AS_OF, "--no-limits", "--control")
_KEPT = {
    "ids": "select record_key, lead_id from intermediate.int_identity__records order by all",
    "promises": "select lead_id, promise_number, promised_from, sla_minutes "
    "from memory.log_response_promises order by all",
    "assignments": "select * from memory.log_assignment_decisions order by all",
    "scores": "select * from marts.fct_lead_score_history order by all",
    "ledger": "select record_id, payload_hash, status, sent_at from ops.writes order by all",
}


def _kept(installation: Installation) -> dict[str, list[dict[str, Any]]]:
    return {name: installation.rows(sql) for name, sql in _KEPT.items()}


def test_a_home_is_made_anew_from_a_backup(
    start_sandbox: Callable[..., Sandbox], tmp_path: Path, prefect_home: Path, prefect_api: dict[str, str]
) -> None:
    """From one taken after a run, over the home that is there; and from one taken while the run was under way."""
    home, during, after = tmp_path / "home", tmp_path / "during.zip", tmp_path / "after.zip"
    installation = Installation(home, prefect_home, start_sandbox(*_OPTIONS), dict(prefect_api))
    running = installation.start("run")
    while not any((home / "dbt").glob("run/**/*.sql")):
        assert running.poll() is None
        time.sleep(0.05)
    told = installation.json("backup", str(during))
    assert running.poll() is None, "the run ended before the backup was taken"
    assert running.wait() == 0
    assert stat.S_IMODE(during.stat().st_mode) == 0o600
    assert told["rows"] > 0
    before, written = _kept(installation), installation.writes()
    assert written > 0

    installation.command("backup", str(after))
    refused = installation.command("restore", str(after), check=False)
    assert refused.returncode == 2
    assert "--yes" in refused.stderr
    installation.command("restore", str(after), "--yes")
    installation.command("run")
    assert installation.writes() == written
    assert _kept(installation) == before

    shutil.rmtree(home)
    installation.json("restore", str(during))
    refused = installation.command("transform", check=False)
    assert refused.returncode == 2
    assert "not pulled since" in refused.stderr
    done = installation.json("run")
    assert {name: w["planned"] for name, w in done["written"].items()} == dict.fromkeys(done["written"], 0)
    assert installation.writes() == written
    again = _kept(installation)
    for name in ("ids", "promises", "assignments"):
        assert again[name] == before[name], name
