"""The deployment as it runs in production: a Prefect server, a worker, `prefect.yaml`, all as processes."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from prefect.client.base import PrefectHttpxSyncClient

from tests import parsed_project
from tests.installation import Sandbox

ROOT = Path(__file__).resolve().parents[2]
PREFECT = [sys.executable, "-m", "prefect"]


@contextmanager
def process(*command: str, env: Mapping[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("wb") as output:
        running = subprocess.Popen(command, env=dict(env), cwd=ROOT, stdout=output, stderr=subprocess.STDOUT)
    try:
        yield running
    finally:
        running.terminate()
        try:
            running.wait(timeout=30)
        except subprocess.TimeoutExpired:
            running.kill()
            running.wait()


def eventually(probe: Callable[[], Any], what: str, log: Path, seconds: float = 240) -> Any:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := probe():
            return found
        time.sleep(0.5)
    pytest.fail(f"{what} did not happen within {seconds} s; the log ends with: {log.read_text()[-3000:]}")


class Server:
    """A Prefect server with the project's deployments and one worker.

    Its calls go through Prefect's own client, which asks again where the server's database was busy.
    """

    def __init__(self, api: str, log: Path) -> None:
        self.log = log
        self._client = PrefectHttpxSyncClient(base_url=api, timeout=60)

    def get(self, path: str) -> Any:
        return self._client.get(path).json()

    def post(self, path: str, body: dict[str, Any]) -> Any:
        return self._client.post(path, json=body).json()

    def run(self, deployment: str, parameters: dict[str, Any] | None = None) -> dict[str, Any]:
        """Trigger `deployment` and wait for its end."""
        found = self.get(f"/deployments/name/{deployment}")
        made = self.post(f"/deployments/{found['id']}/create_flow_run", {"parameters": parameters or {}})

        def ended() -> dict[str, Any] | None:
            run: dict[str, Any] = self.get(f"/flow_runs/{made['id']}")
            return run if run["state_type"] in {"COMPLETED", "FAILED", "CRASHED", "CANCELLED"} else None

        return dict(eventually(ended, f"the end of {deployment}", self.log))

    def tasks(self, run: dict[str, Any]) -> dict[str, dict[str, Any]]:
        rows = self.post("/task_runs/filter", {"flow_runs": {"id": {"any_": [run["id"]]}}})
        return {row["name"]: row for row in rows}

    def summaries(self, run: dict[str, Any]) -> list[dict[str, Any]]:
        wanted = {"flow_run_id": {"any_": [run["id"]]}, "key": {"any_": ["leadwright-run"]}}
        return list(self.post("/artifacts/filter", {"artifacts": wanted}))


@contextmanager
def serving(tmp_path: Path, leadwright: Mapping[str, str]) -> Iterator[Server]:
    """Start a server, deploy `prefect.yaml` and start a worker whose environment has the settings `leadwright`."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    parsed_project.ensure()
    api = f"http://127.0.0.1:{port}/api"
    env = {
        **{k: v for k, v in os.environ.items() if not k.startswith(("LEADWRIGHT_", "PREFECT_"))},
        "PREFECT_HOME": str(tmp_path / "prefect"),
        "PREFECT_API_URL": api,
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        "PREFECT_CLI_PROMPT": "false",
        "LEADWRIGHT_HOME": str(tmp_path / "home"),
        **leadwright,
    }
    log = tmp_path / "worker.log"
    start = [*PREFECT, "server", "start", "--host", "127.0.0.1", "--port", str(port)]
    with process(*start, env=env, log=tmp_path / "server.log"):
        server = Server(api, log)
        eventually(lambda: _answers(f"{api}/health"), "the server's start", tmp_path / "server.log")
        for command in (["work-pool", "create", "leadwright", "--type", "process"], ["deploy", "--all"]):
            done = subprocess.run(
                [*PREFECT, *command], env=env, cwd=ROOT, capture_output=True, text=True, timeout=240
            )
            assert done.returncode == 0, done.stdout + done.stderr
        worker = [*PREFECT, "worker", "start", "--pool", "leadwright", "--prefetch-seconds", "0"]
        with process(*worker, env=env, log=log):
            yield server


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=5).status_code == 200
    except httpx.HTTPError:
        return False


def test_the_deployment_runs_retries_and_stops_by_the_kind_of_error(
    tmp_path: Path, start_sandbox: Callable[..., Sandbox]
) -> None:
    crm = start_sandbox("--leads", "40", "--seed", "3")
    env = {**crm.environment(), "LEADWRIGHT_RETRY_SECONDS": "[0.1, 0.1]"}
    with serving(tmp_path, env) as server:
        run = server.run("qualify/every-15-minutes")
        assert run["state_type"] == "COMPLETED", server.log.read_text()[-3000:]
        assert run["name"].startswith("qualify-2")
        assert {"pull-hubspot", "pull-salesforce"} <= set(server.tasks(run))
        (artifact,) = server.summaries(run)
        assert "| hubspot | contacts |" in artifact["data"]


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
    tmp_path: Path, start_sandbox: Callable[..., Sandbox], broken: dict[str, str], attempts: int
) -> None:
    crm = start_sandbox("--leads", "5", "--seed", "3")
    env = {**crm.environment(), "LEADWRIGHT_RETRY_SECONDS": "[0.1, 0.1]", **broken}
    with serving(tmp_path, env) as server:
        run = server.run("qualify/every-15-minutes")
        assert run["state_type"] == "FAILED"
        pull = server.tasks(run)["pull-hubspot"]
        assert (pull["state_type"], pull["run_count"]) == ("FAILED", attempts)
        assert not server.summaries(run)
