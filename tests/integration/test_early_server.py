"""Prefect's short-lived server comes up before Prefect is imported, and never outlives the process that started it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.conftest import ROOT

_STARTER = """
import os, sys, time
from leadwright import settings
settings.prepare_command_line(settings.load())
from leadwright.flows import early
server = early.start()
print(server.use(), "prefect" in sys.modules, os.environ.get("PREFECT_API_URL", ""), flush=True)
if "--stop" in sys.argv:
    server.stop()
else:
    time.sleep(600)
"""


@pytest.mark.parametrize("way", ["it stops it", "it is killed"])
def test_it_ends_with_the_process_that_started_it(tmp_path: Path, way: str) -> None:
    with _started(tmp_path, *["--stop"][: way == "it stops it"]) as process:
        assert process.stdout
        used, imported, url = process.stdout.readline().split()
        assert (used, imported) == ("True", "False")
        if way == "it is killed":
            process.kill()
        process.wait(timeout=60)
    port = int(url.removeprefix("http://127.0.0.1:").removesuffix("/api"))
    give_up_at = time.monotonic() + 60
    while _listens(port):
        assert time.monotonic() < give_up_at, "the server outlives the process that started it"
        time.sleep(0.1)


def test_a_server_of_the_user_s_own_profile_comes_first(tmp_path: Path) -> None:
    (tmp_path / "prefect").mkdir()
    (tmp_path / "prefect" / "profiles.toml").write_text(
        'active = "own"\n[profiles.own]\nPREFECT_API_URL = "http://127.0.0.1:9/api"\n'
    )
    with _started(tmp_path, "--stop") as process:
        assert process.stdout and process.stdout.readline().split() == ["False", "False"]


@contextmanager
def _started(home: Path, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    env = {n: v for n, v in os.environ.items() if not n.startswith(("LEADWRIGHT_", "PREFECT_"))}
    env |= {"LEADWRIGHT_HOME": str(home), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", _STARTER, *arguments]
    with subprocess.Popen(command, cwd=home, env=env, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
