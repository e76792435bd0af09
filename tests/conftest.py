"""What all tests share: a sandbox CRM as a process of its own, and skips that cannot hide in continuous integration."""

from __future__ import annotations

import json
import os
import select
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from leadwright.workspace import SETTING
from tests.workspaces import DEMO

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"
READY_SECONDS = 120

Require = Callable[[object, str], None]


@dataclass(frozen=True)
class Sandbox:
    """A running sandbox CRM: what it printed when it was ready, and its process."""

    ready: dict[str, Any]
    process: subprocess.Popen[str]

    def __getitem__(self, crm: str) -> dict[str, Any]:
        return self.ready[crm]

    def credentials(self, crm: str) -> dict[str, Any]:
        """Connector credentials for `crm`."""
        said = self.ready[crm]
        if crm != "salesforce":
            return {"url": said["url"], "token": said["token"]}
        return {"url": said["url"], "token": said["token"], "ca": said["ca_file"]}

    def environment(self) -> dict[str, str]:
        """LEADWRIGHT_ settings for both CRMs."""
        values = {crm: self.credentials(crm) for crm in ("hubspot", "salesforce") if crm in self.ready}
        return {
            f"LEADWRIGHT_{crm}_{name}".upper(): str(value)
            for crm, fields in values.items()
            for name, value in fields.items()
        }

    def stop(self) -> int:
        """End it as an operator would; its exit code."""
        self.process.terminate()
        return self.process.wait(timeout=20)


@pytest.fixture(scope="session", autouse=True)
def _session_folder(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Name the folder that the workers of this session have in common, and the workspace where a test names none."""
    os.environ.setdefault(SETTING, str(DEMO))
    base = tmp_path_factory.getbasetemp()
    os.environ["TESTS_SESSION_FOLDER"] = str(base.parent if "PYTEST_XDIST_WORKER" in os.environ else base)


@pytest.fixture(scope="session")
def require() -> Require:
    """Skip a test where what it needs is missing; fail instead where LEADWRIGHT_REQUIRE_ALL is set."""

    def require(there: object, what: str) -> None:
        if there:
            return
        if os.environ.get("LEADWRIGHT_REQUIRE_ALL", "") not in ("", "0"):
            pytest.fail(f"missing: {what}")
        pytest.skip(f"missing: {what}")

    return require


@pytest.fixture(scope="session")
def shared(require: Require) -> Path:
    """Folder with the real data and recorded exchanges, beside the repository."""
    require(SHARED.is_dir(), "the folder ../shared with real data")
    return SHARED


@pytest.fixture(scope="session")
def chromium(require: Require) -> str:
    """Path of Debian's chromium."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    require(path, "chromium")
    return str(path)


@pytest.fixture(scope="session")
def java(require: Require) -> str:
    """Path of Java."""
    path = shutil.which("java")
    require(path, "Java 17")
    return str(path)


@pytest.fixture(scope="session")
def start_sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Sandbox]]:
    """A function that starts a sandbox with the given options and ports of its own; all end with the session."""
    running: list[Sandbox] = []

    def start(*options: str) -> Sandbox:
        errors = tmp_path_factory.mktemp("sandbox") / "stderr.txt"
        command = [sys.executable, "-m", "sandbox", "--hubspot-port", "0", "--salesforce-port", "0", *options]
        with errors.open("w") as stderr:
            process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=stderr, text=True)
        line = _first_line(process)
        if not line:
            process.kill()
            process.wait()
            pytest.fail(f"the sandbox did not start ({' '.join(options)}): {errors.read_text()[-2000:]}")
        running.append(Sandbox(json.loads(line), process))
        return running[-1]

    yield start
    for sandbox in running:  # all at once: each may take some seconds, and removes its files
        sandbox.process.terminate()
    for sandbox in running:
        sandbox.process.wait(timeout=60)


@pytest.fixture(scope="session")
def sandbox(start_sandbox: Callable[..., Sandbox]) -> Sandbox:
    """One sandbox with a small population, shared by tests that do not mind what others wrote to it."""
    return start_sandbox("--seed", "7", "--leads", "600", "--control")


def _first_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    ready, _, _ = select.select([process.stdout], [], [], READY_SECONDS)
    return process.stdout.readline() if ready else ""
