"""The dashboards, served for a real browser, which can resolve no name but this machine's."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from playwright.sync_api import expect

ROOT = Path(__file__).resolve().parents[1]
CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
]
SECONDS_TO_START = 60
PATIENCE = 30_000
expect.set_options(timeout=PATIENCE)


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def served(home: Path, port: int | None = None, workspace: Path | None = None) -> Iterator[str]:
    """Run the dashboards on `home` as the command does, and give their address."""
    port = port or free_port()
    command = [sys.executable, "-m", "streamlit", "run", str(ROOT / "dashboards" / "app.py")]
    log = (home / "streamlit.log").open("w")
    process = subprocess.Popen(
        [*command, "--server.port", str(port)],
        cwd=workspace or home,
        env={
            **os.environ,
            **({"LEADWRIGHT_WORKSPACE": str(workspace)} if workspace else {}),
            "LEADWRIGHT_HOME": str(home),
            "PYTHONPATH": str(ROOT),
        },
        stdout=log,
        stderr=subprocess.STDOUT,
    )
    try:
        _wait_until_up(f"http://localhost:{port}/_stcore/health", process, home / "streamlit.log")
        yield f"http://localhost:{port}/"
    finally:
        process.terminate()
        process.wait(15)
        log.close()


def _wait_until_up(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urlopen(url, timeout=2):
                return
        except (URLError, OSError):
            time.sleep(0.2)
    pytest.fail(f"Streamlit did not start:\n{log.read_text()}")
