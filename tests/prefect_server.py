"""Prefect's server as a process, for tests."""

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

PREFECT = [sys.executable, "-m", "prefect"]


@contextmanager
def process(
    *command: str, env: Mapping[str, str], log: Path, cwd: Path | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("wb") as output:
        running = subprocess.Popen(command, env=dict(env), cwd=cwd, stdout=output, stderr=subprocess.STDOUT)
    try:
        yield running
    finally:
        running.terminate()
        try:
            running.wait(timeout=10)
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


@contextmanager
def serving(home: Path, log: Path) -> Iterator[dict[str, str]]:
    """A server with its state in `home`; gives the environment of those who are to use it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    env = {
        "PREFECT_HOME": str(home),
        "PREFECT_API_URL": f"http://127.0.0.1:{port}/api",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
    }
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("LEADWRIGHT_", "PREFECT_"))}
    start = [*PREFECT, "server", "start", "--host", "127.0.0.1", "--port", str(port)]
    with process(*start, env=clean | env, log=log):
        eventually(lambda: _answers(f"{env['PREFECT_API_URL']}/health"), "the server's start", log)
        yield env


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=5).status_code == 200
    except httpx.HTTPError:
        return False
