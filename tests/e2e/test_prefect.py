"""The deployment as it runs in production: a Prefect server, a worker, `prefect.yaml`, all as processes."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from prefect.client.base import PrefectHttpxSyncClient

from leadwright import warehouse
from leadwright.settings import Settings
from tests import parsed_project, prefect_server
from tests.installation import Sandbox
from tests.prefect_server import PREFECT, ROOT, eventually, process


class Server:
    """A Prefect server with the project's deployments and one worker, and what the two of them log.

    Its calls go through Prefect's own client, which asks again where the server's database was busy.
    """

    def __init__(self, api: str, log: Path, own_log: Path) -> None:
        self.log = log
        self.own_log = own_log
        self._client = PrefectHttpxSyncClient(base_url=api, timeout=60)

    def get(self, path: str) -> Any:
        return self._client.get(path).json()

    def post(self, path: str, body: Any) -> Any:
        return self._client.post(path, json=body).json()

    @contextmanager
    def due_every(self, seconds: int, deployment: str, settings: Mapping[str, str]) -> Iterator[str]:
        """Give `deployment` a short schedule and the environment `settings` for a while; its id."""
        found = self.get(f"/deployments/name/{deployment}")
        path = f"/deployments/{found['id']}"
        self._client.patch(path, json={"job_variables": {"env": dict(settings)}})
        wanted = [{"active": True, "schedule": {"interval": seconds}}]
        (made,) = self.post(f"{path}/schedules", wanted)
        try:
            yield found["id"]
        finally:
            self._client.delete(f"{path}/schedules/{made['id']}")
            self._client.patch(path, json={"job_variables": found["job_variables"]})

    def completed(self, deployment_id: str) -> list[dict[str, Any]]:
        """The runs of a deployment that nobody triggered and that have ended well."""
        wanted = {
            "deployments": {"id": {"any_": [deployment_id]}},
            "flow_runs": {"state": {"type": {"any_": ["COMPLETED"]}}},
        }
        return [run for run in self.post("/flow_runs/filter", wanted) if run["auto_scheduled"]]

    def run(self, deployment: str, settings: Mapping[str, str]) -> dict[str, Any]:
        """Trigger `deployment` with the environment `settings`, and wait for its end."""
        found = self.get(f"/deployments/name/{deployment}")
        wanted = {"job_variables": {"env": dict(settings)}}
        made = self.post(f"/deployments/{found['id']}/create_flow_run", wanted)

        def ended() -> dict[str, Any] | None:
            run: dict[str, Any] = self.get(f"/flow_runs/{made['id']}")
            return run if run["state_type"] in {"COMPLETED", "FAILED", "CRASHED", "CANCELLED"} else None

        return dict(eventually(ended, f"the end of {deployment}", self.log))

    def faults(self) -> list[str]:
        """What the server logged as errors; that SQLite was busy is no fault, the server asks again."""
        records = re.split(r"^(?=\d\d:\d\d:\d\d\.\d)", self.own_log.read_text(), flags=re.MULTILINE)
        return [r for r in records if re.match(r"\S+ \| ERROR ", r) and "database is locked" not in r]

    def tasks(self, run: dict[str, Any]) -> dict[str, dict[str, Any]]:
        rows = self.post("/task_runs/filter", {"flow_runs": {"id": {"any_": [run["id"]]}}})
        return {row["name"]: row for row in rows}

    def summaries(self, run: dict[str, Any]) -> list[dict[str, Any]]:
        wanted = {"flow_run_id": {"any_": [run["id"]]}, "key": {"any_": ["leadwright-run"]}}
        return list(self.post("/artifacts/filter", {"artifacts": wanted}))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with `prefect.yaml` deployed, and a worker."""
    parsed_project.ensure()
    folder = tmp_path_factory.mktemp("deployed")
    own_log = folder / "server.log"
    with prefect_server.serving(folder / "prefect", own_log) as prefect:
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("LEADWRIGHT_", "PREFECT_"))}
        env = clean | prefect | {"PREFECT_CLI_PROMPT": "false"}
        for command in (["work-pool", "create", "leadwright", "--type", "process"], ["deploy", "--all"]):
            done = subprocess.run(
                [*PREFECT, *command], env=env, cwd=ROOT, capture_output=True, text=True, timeout=240
            )
            assert done.returncode == 0, done.stdout + done.stderr
        worker = [*PREFECT, "worker", "start", "--pool", "leadwright", "--prefetch-seconds", "0"]
        log = folder / "worker.log"
        with process(*worker, env=env, log=log):
            yield Server(prefect["PREFECT_API_URL"], log, own_log)


@pytest.fixture
def settings(tmp_path: Path, start_sandbox: Callable[..., Sandbox]) -> dict[str, str]:
    """The environment of a run: a new home, connected to a sandbox."""
    crm = start_sandbox("--leads", "20", "--seed", "3")
    own = {"LEADWRIGHT_HOME": str(tmp_path / "home"), "LEADWRIGHT_RETRY_SECONDS": "[0.1, 0.1]"}
    return {**crm.environment(), **own}


def test_a_schedule_starts_runs_by_itself(server: Server, tmp_path: Path) -> None:
    """The deployment that is cheapest to run, in a home with nobody to compare."""
    home = Settings(home=tmp_path / "home")
    with warehouse.writer(home.warehouse_file, 1) as db:
        texts = ("id", "first_name", "last_name", "email", "phone", "employer", "city")
        columns = [(name, "varchar") for name in texts]
        warehouse.ensure_table(db, "intermediate", "int_accounts__linkage_records", columns)
    with server.due_every(15, "link/nightly-link", {"LEADWRIGHT_HOME": str(home.home)}) as deployment:
        eventually(
            lambda: len(server.completed(deployment)) >= 2, "a second run by the schedule", server.own_log
        )
    with warehouse.writer(home.warehouse_file, 10) as db:
        ended = db.execute("select flow, status from ops.runs where ended_at is not null").fetchall()
    assert ended.count(("link", "completed")) >= 2, ended
    assert not server.faults()


def test_the_deployment_runs(server: Server, settings: dict[str, str]) -> None:
    run = server.run("qualify/every-15-minutes", settings)
    assert run["state_type"] == "COMPLETED", server.log.read_text()[-3000:]
    assert run["name"].startswith("qualify-2")
    assert {"pull-hubspot", "pull-salesforce"} <= set(server.tasks(run))
    (artifact,) = server.summaries(run)
    assert "| hubspot | contacts |" in artifact["data"]


def test_the_frequent_run_is_left_out_while_another_is_under_way(
    server: Server, settings: dict[str, str]
) -> None:
    home = Path(settings["LEADWRIGHT_HOME"])
    with warehouse.locked(home / "run.lock", 1, "is the test"):
        run = server.run("qualify/every-15-minutes", settings | {"LEADWRIGHT_LOCK_WAIT_SECONDS": "0.1"})
    assert (run["state_type"], run["state_name"]) == ("CANCELLED", "Skipped"), server.log.read_text()[-3000:]
    assert "Another process has been running" in run["state"]["message"]
    assert not (home / "warehouse.duckdb").exists()


def test_the_rare_runs_wait_for_hours(server: Server) -> None:
    for deployment in ("qualify/sunday-full", "link/nightly-link"):
        assert server.get(f"/deployments/name/{deployment}")["parameters"]["wait_hours"] >= 6


@pytest.mark.parametrize(
    ("broken", "attempts"),
    [
        (
            {"LEADWRIGHT_HUBSPOT_URL": "http://127.0.0.1:9"},
            3,
        ),  # nothing listens there: an outage, tried again
        ({"LEADWRIGHT_HUBSPOT_TOKEN": "wrong"}, 1),  # no number of tries mends a token
    ],
)
def test_a_failed_task_is_retried_only_where_that_may_help(
    server: Server, settings: dict[str, str], broken: dict[str, str], attempts: int
) -> None:
    run = server.run("qualify/every-15-minutes", settings | broken)
    assert run["state_type"] == "FAILED"
    pull = server.tasks(run)["pull-hubspot"]
    assert (pull["state_type"], pull["run_count"]) == ("FAILED", attempts)
    (artifact,) = server.summaries(run)
    assert artifact["data"].startswith("## Failed\n"), "its summary says why, and shows nothing as done"
    assert "| hubspot |" not in artifact["data"]
