"""The sandbox as a process: how it ends."""

from __future__ import annotations

import subprocess
import sys
import time

import psutil

WAIT_SECONDS = 60


def test_a_signal_while_the_population_is_made_leaves_no_process() -> None:
    command = [sys.executable, "-m", "leadwright_sandbox", "--leads", "100000"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        makers = _children(process.pid)
        process.terminate()
        line, _ = process.communicate(timeout=WAIT_SECONDS)
        assert (process.returncode, line) == (0, "")
        _, alive = psutil.wait_procs(makers, timeout=WAIT_SECONDS)
        assert alive == []
    finally:
        process.kill()


def _children(pid: int) -> list[psutil.Process]:
    """The processes that make the population, as soon as there are any."""
    until = time.monotonic() + WAIT_SECONDS
    while not (children := psutil.Process(pid).children(recursive=True)):
        assert time.monotonic() < until, "no second process was started for a large population"
        time.sleep(0.1)
    return children
