"""A run that is killed at any moment, and run again, ends as if it had never been killed."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from leadwright.transform import Transform
from tests.installation import AS_OF, Installation, Sandbox
from tests.readback import crm_state

Start = Callable[..., Sandbox]
_OPTIONS = ("--leads", "60", "--seed", "5", "--now", AS_OF, "--no-limits", "--control")
_MARTS = {
    "dim_leads": "lead_id",
    "fct_lead_scores": "lead_id",
    "fct_lead_score_contributions": "lead_id, dimension, kind, rule_id, signal_group, label, points",
    "fct_lead_assignments": "lead_id",
    "fct_lead_score_history": "lead_id, change_number",
    "fct_lead_changes": "lead_id, changed_at, subject, value, earlier_value",
}
_LATER = "2026-07-07T12:00:00Z"
_WEEK = 7 * 86400


def _marts(installation: Installation) -> dict[str, list[dict[str, Any]]]:
    """The marts without the columns that say when a decision was taken."""
    found = {}
    for name, order in _MARTS.items():
        rows = installation.marts(f"select * from marts.{name} order by {order}")
        found[name] = [
            {k: v for k, v in row.items() if k not in {"assigned_at", "first_seen_at"}} for row in rows
        ]
    return found


@pytest.fixture(scope="module")
def unbroken(
    start_sandbox: Start,
    tmp_path_factory: pytest.TempPathFactory,
    prefect_home: Path,
    prefect_api: dict[str, str],
) -> Iterator[dict[str, Any]]:
    home = tmp_path_factory.mktemp("unbroken") / "home"
    installation = Installation(home, prefect_home, start_sandbox(*_OPTIONS), dict(prefect_api))
    installation.command("run")
    models = Transform(installation.settings).sync_models()
    yield {"marts": _marts(installation), "crm": crm_state(installation, models), "models": models}


@pytest.fixture
def a_week_later(
    start_sandbox: Start, prefect_home: Path, prefect_api: dict[str, str]
) -> Callable[[Path], Installation]:
    """Makes an installation that has run, and whose CRMs have lived on for a week since."""

    def make(home: Path) -> Installation:
        crm = start_sandbox(*_OPTIONS, "--live", "--speed", "0")
        installation = Installation(home, prefect_home, crm, dict(prefect_api))
        installation.command("run")
        advanced = httpx.post(f"{crm['control']['url']}/clock", json={"advance": _WEEK}, timeout=60)
        advanced.raise_for_status()
        installation.extra["LEADWRIGHT_AS_OF"] = _LATER
        return installation

    return make


def _pulling(i: Installation) -> bool:
    return sum(i.requests()["hubspot"].values()) >= 3


def _loading(i: Installation) -> bool:
    """Rows of one CRM are packed and about to be loaded, or half loaded."""
    return any((i.home / "dlt").glob("*/load/new/*/started_jobs/*")) or any(
        (i.home / "dlt").glob("*/load/loaded/*")
    )


def _building(i: Installation) -> bool:
    return any((i.home / "dbt").glob("run/**/*.sql"))


def _publishing(i: Installation) -> bool:
    return i.settings.serving_file.with_suffix(".draft").exists() or i.settings.serving_file.exists()


def _writing(i: Installation) -> bool:
    return i.writes() >= 1


def _reporting(i: Installation) -> bool:
    """All is written, and the first statement of a report runs or has run."""
    return any((i.home / "dbt").glob("run/**/rpt_*.sql"))


@pytest.mark.parametrize(
    "moment", [_pulling, _loading, _building, _writing, _reporting, _publishing], ids=lambda f: f.__name__
)
def test_kill_and_run_again(
    moment: Callable[[Installation], bool],
    unbroken: dict[str, Any],
    start_sandbox: Start,
    tmp_path: Path,
    prefect_home: Path,
    prefect_api: dict[str, str],
) -> None:
    installation = Installation(tmp_path / "home", prefect_home, start_sandbox(*_OPTIONS), dict(prefect_api))
    _kill(installation, lambda: moment(installation))
    installation.command("run")
    assert _marts(installation) == unbroken["marts"]
    assert crm_state(installation, unbroken["models"]) == unbroken["crm"]


@pytest.mark.timeout(1500)  # seven runs, each with a start of its own
def test_kill_a_later_run(a_week_later: Callable[[Path], Installation], tmp_path: Path) -> None:
    """Killed where it has noted some of the week's changes and not the others, in either half, and where it writes."""
    unbroken, killed = a_week_later(tmp_path / "unbroken"), a_week_later(tmp_path / "killed")
    models = Transform(unbroken.settings).sync_models()
    first = _marts(unbroken)
    unbroken.command("run")
    assert _marts(unbroken) != first, "nothing happened in the week"
    assert _scored_before(unbroken, AS_OF) == [datetime.fromisoformat(AS_OF)], "the first run's moment stays"
    assert _marts(killed) == first

    begun, written = time.time(), killed.writes()
    _kill(killed, lambda: _built_since(killed, begun, "log_assignment_decisions"))
    assert killed.writes() == written
    _kill(killed, lambda: killed.writes() > written)
    again = time.time()
    _kill(killed, lambda: _built_since(killed, again, "fct_lead_score_line_changes"))
    killed.command("run")
    assert _marts(killed) == _marts(unbroken)
    assert crm_state(killed, models) == crm_state(unbroken, models)
    written = killed.writes()
    killed.command("run")
    assert killed.writes() == written, "a further run had something left to send"


def _scored_before(installation: Installation, moment: str) -> list[datetime]:
    """When leads that were ready by `moment` were first scored."""
    rows = installation.marts(
        "select distinct timezone('UTC', scored_at) as scored_at from marts.fct_lead_responses "
        f"where ready_at <= timestamp '{moment}'"
    )
    return [row["scored_at"] for row in rows]


def _built_since(installation: Installation, begun: float, model: str) -> bool:
    """The statement of `model` was written after `begun`, so it runs or has run."""
    statements = (installation.home / "dbt").glob(f"run/**/{model}.sql")
    return any(statement.stat().st_mtime > begun for statement in statements)


def _kill(installation: Installation, moment: Callable[[], bool]) -> None:
    """Start a run and kill it, with all that it started, when `moment` has come."""
    running = installation.start("run")
    try:
        _wait_for(moment, running)
    finally:
        # Prefect's server outlives a killed parent
        left_behind = psutil.Process(running.pid).children(recursive=True)
        running.send_signal(signal.SIGKILL)
        running.wait()
        for process in left_behind:
            process.kill()
    assert running.returncode == -signal.SIGKILL, "the run ended before it could be killed"


def _wait_for(probe: Callable[[], bool], running: Any, seconds: float = 120) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and running.poll() is None:
        if probe():
            return
        time.sleep(0.01)
    pytest.fail(f"the moment to kill did not come; exit code {running.poll()}")
