"""A command that is told to end does so within seconds, in one line, and leaves nothing behind that outlives it."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from tests import dashboard_marts

ROOT = Path(__file__).resolve().parents[2]
_BUSY = """
import signal, sys, threading, time
from pathlib import Path
from leadwright.cli import stopping

def endless():
    with duckdb.connect() as db:
        db.execute("set enable_progress_bar = false")
        # one range: a second would be kept in memory, all of it
        db.execute("select sum(hash(i)) from range(1000000000000) t(i)")

stopping.watch()
stopping.before(Path(sys.argv[1]).unlink)
import duckdb
if "--as-prefect-does" in sys.argv:
    signal.signal(signal.SIGTERM, lambda *_: None)
threading.Thread(target=endless).start()  # one that nobody can end
print("busy", flush=True)
endless()
"""


_STARTED: list[subprocess.Popen[str]] = []


@pytest.fixture(autouse=True)
def nothing_goes_on() -> Iterator[None]:
    """A command that did not end as it was told is ended: what it counts takes all memory."""
    yield
    while _STARTED:
        _STARTED.pop().kill()


@pytest.mark.parametrize(
    ("told", "options", "code"),
    [
        (signal.SIGINT, [], 130),
        (signal.SIGINT, ["--json"], 130),
        (signal.SIGTERM, ["--as-prefect-does"], 143),
        (signal.SIGHUP, [], 129),
    ],
)
def test_a_command_ends_where_it_is(
    tmp_path: Path, told: signal.Signals, options: list[str], code: int
) -> None:
    outlives = tmp_path / "copy"
    outlives.touch()
    process = _start("-c", _BUSY, str(outlives), *options)
    assert process.stdout and process.stdout.readline() == "busy\n"
    process.send_signal(told)
    said, complaint = process.communicate(timeout=60)
    assert process.returncode == code
    assert complaint == "Error: Stopped. Run the same command again; nothing is sent twice.\n"
    assert not outlives.exists()
    if "--json" in options:
        assert json.loads(said)["error"]["kind"] == "Interrupted"
    else:
        assert not said


def test_a_command_under_nohup_outlives_its_terminal(tmp_path: Path) -> None:
    outlives = tmp_path / "copy"
    outlives.touch()
    process = _start(
        "-c", f"import signal; signal.signal(signal.SIGHUP, signal.SIG_IGN)\n{_BUSY}", str(outlives)
    )
    assert process.stdout and process.stdout.readline() == "busy\n"
    process.send_signal(signal.SIGHUP)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    assert process.returncode == 130


@pytest.mark.parametrize(
    "command",
    [["-m", "leadwright.cli", "sandbox"], ["-m", "leadwright_sandbox"]],
    ids=["leadwright", "its own"],
)
def test_the_sandbox_ends_with_ctrl_c(command: list[str]) -> None:
    process = _start(*command, "--leads", "1", "--hubspot-port", "0", "--salesforce-port", "0")
    assert process.stdout and process.stdout.readline()
    process.send_signal(signal.SIGINT)
    _, complaint = process.communicate(timeout=60)
    assert process.returncode == 130
    assert len(complaint.splitlines()) == 1 and "Stopped." in complaint


def test_the_dashboards_end_with_ctrl_c(tmp_path: Path) -> None:
    dashboard_marts.publish(tmp_path / "serving.duckdb", dashboard_marts.full())
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = ["-m", "leadwright.cli", "dashboard", "--port", str(port)]
    process = _start(*command, LEADWRIGHT_HOME=str(tmp_path))
    assert process.stdout and process.stdout.readline()
    while process.poll() is None:
        with suppress(httpx.HTTPError):
            if httpx.get(f"http://127.0.0.1:{port}/").status_code == 200:
                break
        time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    _, complaint = process.communicate(timeout=60)
    assert process.returncode == 130
    assert complaint.splitlines()[-1] == "Stopped." and "Traceback" not in complaint, complaint


def _start(*arguments: str, **environment: str) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    _STARTED.append(process)
    return process
