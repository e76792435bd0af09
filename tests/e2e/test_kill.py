"""A run that is killed at any moment, and run again, ends as if it had never been killed."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from leadwright.transform.project import Transform
from leadwright.transform.tables import SyncModel
from tests import parsed_project
from tests.installation import AS_OF, Installation, Sandbox
from tests.readback import crm_state

Start = Callable[..., Sandbox]
_OPTIONS = (
    "--leads",
    "60",
    "--seed",
    "5",
    "--now",
    AS_OF,
    "--no-limits",
    "--control",
    "--live",
    "--speed",
    "0",
)
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


@dataclass(frozen=True)
class Pair:
    """Two installations of the same company: one is never killed."""

    unbroken: Installation
    killed: Installation
    models: list[SyncModel]

    def is_same(self) -> bool:
        """Fail unless both warehouses and what both pairs of CRMs show are the same."""
        assert _marts(self.killed) == _marts(self.unbroken)
        assert crm_state(self.killed, self.models) == crm_state(self.unbroken, self.models)
        return True

    def live_on(self, seconds: int, until: str) -> None:
        """Let both companies live on."""
        for installation in (self.unbroken, self.killed):
            url = f"{installation.crm['control']['url']}/clock"
            httpx.post(url, json={"advance": seconds}, timeout=60).raise_for_status()
            installation.extra["LEADWRIGHT_AS_OF"] = until


@pytest.fixture(scope="module")
def pair(
    start_sandbox: Start,
    tmp_path_factory: pytest.TempPathFactory,
    prefect_home: Path,
    prefect_api: dict[str, str],
) -> Pair:
    """The one has run; the other has not yet."""
    folder = tmp_path_factory.mktemp("pair")
    unbroken, killed = (
        Installation(folder / name, prefect_home, start_sandbox(*_OPTIONS), dict(prefect_api))
        for name in ("unbroken", "killed")
    )
    unbroken.command("run")
    return Pair(unbroken, killed, Transform(unbroken.settings, parsed_project.manifest()).sync_models())


def _pulling(i: Installation, begun: float) -> bool:
    return sum(i.requests()["hubspot"].values()) >= 3


def _loading(i: Installation, begun: float) -> bool:
    """Rows of one CRM are there, and not all."""
    return any(i.home.glob("full/*/pulled.duckdb"))


def _building(i: Installation, begun: float) -> bool:
    return _built_since(i, begun, "*")


def _writing(i: Installation, begun: float) -> bool:
    return i.writes() >= 1


def _reporting(i: Installation, begun: float) -> bool:
    """All is written, and the first statement of a report runs or has run."""
    return _built_since(i, begun, "rpt_*")


def _publishing(i: Installation, begun: float) -> bool:
    return i.settings.serving_file.with_suffix(".draft").exists() or i.settings.serving_file.exists()


def test_a_first_run_that_is_killed_six_times(pair: Pair) -> None:
    """Each run goes on where the one before was killed, and comes a step further."""
    for moment in (_pulling, _loading, _building, _writing, _reporting, _publishing):
        begun = time.time()
        _kill(pair.killed, partial(moment, pair.killed, begun))
        if moment is _building:
            assert pair.killed.writes() == 0
    pair.killed.command("run")
    assert pair.is_same()


@pytest.mark.timeout(1200)  # six runs
def test_a_later_run_that_is_killed_three_times(pair: Pair) -> None:
    """Where it has noted some of a week's changes and not the others, in either half, and where it writes."""
    unbroken, killed = pair.unbroken, pair.killed
    first = _marts(unbroken)
    pair.live_on(_WEEK, _LATER)
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
    assert pair.is_same()
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
    """The statement of a model whose name fits `model` was written after `begun`, so it runs or has run."""
    statements = (installation.home / "dbt").glob(f"run/**/{model}.sql")
    return any(statement.stat().st_mtime > begun for statement in statements)


def _kill(installation: Installation, moment: Callable[[], bool]) -> None:
    """Start a run and kill it, with all that it started, when `moment` has come."""
    running = installation.start("run")
    try:
        _wait_for(moment, running)
    finally:
        # Prefect's server ends by itself, but only a moment later
        left_behind = psutil.Process(running.pid).children(recursive=True)
        running.send_signal(signal.SIGKILL)
        running.wait()
        for process in left_behind:
            with suppress(psutil.NoSuchProcess):
                process.kill()
    assert running.returncode == -signal.SIGKILL, "the run ended before it could be killed"


def _wait_for(probe: Callable[[], bool], running: Any, seconds: float = 120) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and running.poll() is None:
        if probe():
            return
        time.sleep(0.01)
    pytest.fail(f"the moment to kill did not come; exit code {running.poll()}")
