"""What all tests share: a sandbox CRM as a process of its own, and skips that cannot hide in continuous integration."""

from __future__ import annotations

import os
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from leadwright.workspace import SETTING
from leadwright_sandbox import testing
from tests.workspaces import DEMO

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"

Require = Callable[[object, str], None]

_LONG_SECONDS, _FILES_TOLD = 600, 40


class Sandbox(testing.Sandbox):
    """A running sandbox that knows Leadwright's settings."""

    def environment(self) -> dict[str, str]:
        """LEADWRIGHT_ settings for both CRMs."""
        values = {crm: self.credentials(crm) for crm in ("hubspot", "salesforce") if crm in self.ready}
        return {
            f"LEADWRIGHT_{crm}_{name}".upper(): str(value)
            for crm, fields in values.items()
            for name, value in fields.items()
        }


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
    with testing.sandboxes(tmp_path_factory.mktemp, Sandbox) as start:
        yield start


@pytest.fixture(scope="session")
def sandbox(start_sandbox: Callable[..., Sandbox]) -> Sandbox:
    """One sandbox with a small population, shared by tests that do not mind what others wrote to it."""
    return start_sandbox("--seed", "7", "--leads", "600", "--control")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say after a long session which files took how long, so that what takes longest can be mended."""
    seconds: Counter[str] = Counter()
    for reports in terminalreporter.stats.values():
        for report in reports:
            if isinstance(report, pytest.TestReport):
                seconds[report.nodeid.partition("::")[0]] += report.duration
    if seconds.total() < _LONG_SECONDS:
        return
    terminalreporter.section("seconds by file")
    for file, took in seconds.most_common(_FILES_TOLD):
        terminalreporter.write_line(f"{took:7.0f}  {file}")
    terminalreporter.write_line(f"{seconds.total():7.0f}  all {len(seconds)} files, on all workers together")
