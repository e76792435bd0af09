"""What a command needs before it does anything, this tree beside an older one, in turn.

Two times: until `leadwright run` makes its first call, and until `leadwright --help` has ended. The CRM is a local HTTP
server that refuses every call, which ends the run. Each tree has a home of its own, in which one run goes before those
that count: it makes Prefect's database and parses the dbt project from nothing.
Run: git worktree add ../older COMMIT; python tests/benchmarks/bench_startup.py ../older [--times 5]
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread

ROOT = Path(__file__).resolve().parents[2]


class Refusing(ThreadingHTTPServer):
    """A CRM that answers every call with 401, and notes that there was one."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Refusal)
        self.called = Event()


class _Refusal(BaseHTTPRequestHandler):
    server: Refusing

    def do_GET(self) -> None:
        self.server.called.set()
        self.send_response(401)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_POST = do_GET  # noqa: N815

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def main(older: Path, times: int) -> None:
    """Measure both trees in turn, and compare."""
    with _refusing() as crm, tempfile.TemporaryDirectory(prefix="bench-startup-") as folder:
        trees = {"older": older.resolve(), "this": ROOT}
        for name, tree in trees.items():
            _first_call(tree, Path(folder) / name, crm)
        _compare(
            "first call of run",
            times,
            {n: lambda n=n, t=t: _first_call(t, Path(folder) / n, crm) for n, t in trees.items()},
        )
        _compare("--help", times, {n: lambda t=t: _help(t) for n, t in trees.items()})


@contextmanager
def _refusing() -> Iterator[Refusing]:
    with Refusing() as crm:
        Thread(target=crm.serve_forever, daemon=True).start()
        yield crm
        crm.shutdown()


def _compare(what: str, times: int, measures: dict[str, Callable[[], float]]) -> None:
    seconds: dict[str, list[float]] = {name: [] for name in measures}
    for _ in range(times):
        for name, measure in measures.items():
            seconds[name].append(measure())
            print(f"{what}, {name} tree: {seconds[name][-1]:.2f} s", file=sys.stderr, flush=True)
    medians = {name: statistics.median(each) for name, each in seconds.items()}
    for name, each in seconds.items():
        print(f"{what}, {name} tree: median {medians[name]:.2f} s of", *(f"{s:.2f}" for s in sorted(each)))
    print(f"{what}: this takes {medians['this'] / medians['older']:.2f} of the older one\n")


def _first_call(tree: Path, home: Path, crm: Refusing) -> float:
    """Seconds from the start of `leadwright run` to its first call."""
    crm.called.clear()
    settings = {
        "LEADWRIGHT_HOME": str(home),
        "LEADWRIGHT_HUBSPOT_URL": f"http://127.0.0.1:{crm.server_port}",
        "LEADWRIGHT_HUBSPOT_TOKEN": "refused",
    }
    home.mkdir(exist_ok=True)
    started = time.perf_counter()
    process = _start(tree, home, settings, "run", "--json")
    while not crm.called.wait(0.01):
        if process.poll() is not None:
            sys.exit(f"The run ended without a call: {process.communicate()}")
    seconds = time.perf_counter() - started
    process.communicate(timeout=120)
    return seconds


def _help(tree: Path) -> float:
    started = time.perf_counter()
    _start(tree, tree, {}, "--help").communicate(timeout=120)
    return time.perf_counter() - started


def _start(tree: Path, cwd: Path, settings: dict[str, str], *args: str) -> subprocess.Popen[bytes]:
    """Start the command of `tree`; nothing that this machine has set reaches it."""
    env = {n: v for n, v in os.environ.items() if not n.startswith(("LEADWRIGHT_", "PREFECT_"))}
    env |= {"PYTHONPATH": f"{tree}{os.pathsep}{tree / 'sandbox'}", **settings}
    command = [sys.executable, "-m", "leadwright.cli", *args]
    return subprocess.Popen(command, cwd=cwd, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("older", type=Path, help="a checkout to compare with")
    parser.add_argument("--times", type=int, default=5)
    given = parser.parse_args()
    main(given.older, given.times)
