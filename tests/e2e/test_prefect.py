"""The deployment as it runs in production: the wheels, a workspace, a Prefect server, a worker, all as processes."""

from __future__ import annotations

import json
import re
import socket
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from prefect.client.base import PrefectHttpxSyncClient

from leadwright import warehouse
from leadwright.settings import Settings
from tests import prefect_server, wheels
from tests.conftest import ROOT, Sandbox
from tests.prefect_server import eventually, process
from tests.wheels import Environment


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

    def pause(self) -> dict[str, list[str]]:
        """Pause every schedule that was deployed: deployment -> the crons that were active."""
        crons: dict[str, list[str]] = {}
        for deployment in self.post("/deployments/filter", {}):
            for schedule in (s for s in deployment["schedules"] if s["active"]):
                crons.setdefault(deployment["name"], []).append(schedule["schedule"]["cron"])
                path = f"/deployments/{deployment['id']}/schedules/{schedule['id']}"
                self._client.patch(path, json={"active": False})
        return crons

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
def installed(tmp_path_factory: pytest.TempPathFactory) -> Environment:
    return Environment(tmp_path_factory.mktemp("installed"), ["leadwright", "leadwright-sandbox"])


@pytest.fixture(scope="module")
def workspace(
    installed: Environment, start_sandbox: Callable[..., Sandbox], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A company's workspace as `init` makes it, its `.env` filled in."""
    folder = tmp_path_factory.mktemp("company")
    made = installed.leadwright(
        "init", "crm", "--system", "hubspot", "--system", "salesforce", "--json", cwd=folder
    )
    assert made.returncode == 0, made.stdout + made.stderr
    crm = start_sandbox("--leads", "20", "--seed", "3")
    lines = [f"{name}={value}" for name, value in crm.environment().items()]
    settings = (folder / "crm" / ".env.example").read_text() + "\n".join(lines) + "\n"
    (folder / "crm" / ".env").write_text(settings)
    with (folder / "crm" / "leadwright.toml").open("a") as mark:
        mark.write("[writing]\nask_before_first = false\n")
    return folder / "crm"


@pytest.fixture(scope="module")
def server(
    installed: Environment, workspace: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """A server with the `prefect.yaml` of the workspace deployed, and a worker that was started there."""
    folder = tmp_path_factory.mktemp("deployed")
    own_log = folder / "server.log"
    prefect = [installed.python, "-m", "prefect"]
    with prefect_server.serving(folder / "prefect", own_log) as said:
        env = wheels.clean() | said | {"PREFECT_CLI_PROMPT": "false"}
        for command in (["work-pool", "create", "leadwright", "--type", "process"], ["deploy", "--all"]):
            done = subprocess.run(
                [*prefect, *command], env=env, cwd=workspace, capture_output=True, text=True, timeout=240
            )
            assert done.returncode == 0, done.stdout + done.stderr
        worker = [*prefect, "worker", "start", "--pool", "leadwright", "--prefetch-seconds", "0"]
        log = folder / "worker.log"
        with process(*worker, env=env, log=log, cwd=workspace):
            made = Server(said["PREFECT_API_URL"], log, own_log)
            # at a quarter of an hour a run of its own would be in the way of those of the tests
            assert made.pause() == {
                "every-15-minutes": ["*/15 * * * *"],
                "sunday-full": ["20 3 * * 0"],
                "nightly-link": ["50 2 * * *"],
                "nightly-reconcile": ["10 2 * * *"],
                "monthly-refit": ["40 4 2 * *"],
            }
            yield made


def test_the_wheel_alone_makes_a_workspace_and_checks_rules(tmp_path: Path) -> None:
    alone = Environment(tmp_path / "alone", ["leadwright"])
    ours = {path.name for path in alone.packages.iterdir() if not path.name.startswith("_")}
    assert {name for name in ours if "." not in name} == {"leadwright"}, "one module name of ours"
    for args in (["init", "crm", "--json"], ["rules", "check", "--json"]):
        done = alone.leadwright(*args, cwd=tmp_path / "crm" if args[0] == "rules" else tmp_path)
        assert done.returncode == 0, done.stdout + done.stderr
    refused = alone.leadwright("demo", cwd=tmp_path)
    assert refused.returncode == 2
    assert "pip install 'leadwright[sandbox]'" in refused.stderr


def test_the_demo_runs_with_the_sandbox_s_wheel(installed: Environment, tmp_path: Path) -> None:
    done = installed.leadwright("demo", "--leads", "20", "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert not done.stderr
    said = json.loads(done.stdout)
    assert said["overview"]["as_of"] == "2026-06-30T12:00:00"
    assert sum(w["accepted"] for w in said["first_run"]["written"].values()) > 20
    assert sum(w["planned"] for w in said["second_run"]["written"].values()) == 0


def test_a_schedule_starts_runs_by_itself(server: Server, workspace: Path, installed: Environment) -> None:
    """Two runs of the main job that nobody triggered; then the dashboards show what they found.

    Due when the first is about to be done: each that is due before is a process that finds the other and ends.
    """
    with server.due_every(45, "qualify/every-15-minutes", {}) as deployment:
        eventually(
            lambda: len(server.completed(deployment)) >= 2, "a second run by the schedule", server.log, 420
        )
    first, *_ = sorted(server.completed(deployment), key=lambda run: run["start_time"])
    assert first["name"].startswith("qualify-2")
    assert {"pull-hubspot", "pull-salesforce"} <= set(server.tasks(first))
    (artifact,) = server.summaries(first)
    assert "| hubspot | contacts |" in artifact["data"]
    home = Settings(home=workspace / ".leadwright")
    with warehouse.writer(home.warehouse_file, 60) as db:
        ended = db.execute(
            "select flow, status, written_count > 0 from ops.runs where ended_at is not null order by started_at"
        ).fetchall()
    assert ended[:2] == [("qualify", "completed", True), ("qualify", "completed", False)], ended
    assert not server.faults()
    with _dashboards(installed, workspace) as url:
        assert httpx.get(f"{url}/_stcore/health").text == "ok"
    checked = installed.leadwright("rules", "check", "--json", cwd=workspace)
    assert checked.returncode == 0, checked.stdout + checked.stderr


@contextmanager
def _dashboards(installed: Environment, workspace: Path) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [str(installed.scripts / "leadwright"), "dashboard", "--port", str(port)]
    log = workspace.parent / "dashboards.log"
    with process(*command, env=wheels.clean(), log=log, cwd=workspace):
        url = f"http://127.0.0.1:{port}"
        eventually(lambda: _answers(f"{url}/_stcore/health"), "the dashboards' start", log)
        yield url


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=5).status_code == 200
    except httpx.HTTPError:
        return False


def test_the_link_of_people_runs(server: Server, tmp_path: Path) -> None:
    """In a home with nobody to compare."""
    home = Settings(home=tmp_path / "home")
    with warehouse.writer(home.warehouse_file, 1) as db:
        texts = ("id", "first_name", "last_name", "email", "phone", "employer", "city")
        columns = [(name, "varchar") for name in texts]
        warehouse.ensure_table(db, "intermediate", "int_accounts__linkage_records", columns)
    run = server.run("link/nightly-link", {"LEADWRIGHT_HOME": str(home.home)})
    assert run["state_type"] == "COMPLETED", server.log.read_text()[-3000:]


def test_the_repository_s_schedule_is_the_workspace_s(workspace: Path) -> None:
    of_ours, of_theirs = (
        yaml.safe_load((folder / "prefect.yaml").read_text())["deployments"] for folder in (ROOT, workspace)
    )
    assert [d["entrypoint"] for d in of_ours] == [d["entrypoint"] for d in of_theirs]
    assert [d["parameters"] for d in of_ours] == [d["parameters"] for d in of_theirs]


@pytest.fixture
def settings(tmp_path: Path) -> dict[str, str]:
    """The environment of a run: a new home, and no long waits."""
    return {"LEADWRIGHT_HOME": str(tmp_path / "home"), "LEADWRIGHT_RETRY_SECONDS": "[0.1, 0.1]"}


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
    for deployment in ("qualify/sunday-full", "link/nightly-link", "reconcile/nightly-reconcile"):
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
