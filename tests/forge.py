"""Commands of Leadwright as processes that find the large libraries imported: forked from one that has imported them.

Most of the processor time before a command does anything goes into imports of Prefect and dbt. Nothing of ours is
imported before the fork. Prefect reads its settings as it is imported, so a command with others of these gets a process
of the usual kind; the first run of tests/e2e/test_run.py is such a one, as a user's is.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import IO, Any, Protocol

_IMPORTED = (
    "dbt.cli.main",
    "dbt.adapters.duckdb",
    "duckdb",
    "prefect.artifacts",
    "prefect.flow_engine",
    "prefect.task_engine",
    "pyarrow",
    "pydantic_settings",
    "hubspot",
    "simple_salesforce",
    "rich.table",
    "typer",
)
_FOR_PEOPLE = {"PREFECT_LOGGING_LEVEL": "CRITICAL"}
"""What `leadwright.settings.prepare_command_line` sets before Prefect is imported."""

_forges: list[Forge] = []


class Running(Protocol):
    """A command under way; subprocess.Popen is one, too."""

    pid: int
    returncode: int | Any

    def poll(self) -> int | None: ...
    def wait(self, timeout: float | None = None) -> int: ...
    def send_signal(self, sig: int) -> None: ...


class Forked:
    """A command that was forked and goes on by itself."""

    def __init__(self, pid: int, ends: IO[str]) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._ending = Thread(target=self._await, args=(ends,), daemon=True)
        self._ending.start()

    def _await(self, ends: IO[str]) -> None:
        self.returncode = int(ends.readline() or -signal.SIGKILL)

    def poll(self) -> int | None:
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        self._ending.join(timeout)
        assert self.returncode is not None, f"process {self.pid} is still running"
        return self.returncode

    def send_signal(self, sig: int) -> None:
        if self.returncode is None:
            os.kill(self.pid, sig)


class Forge:
    """The process that the commands are forked from; one command at a time."""

    def __init__(self, prefect: Mapping[str, str], cwd: Path) -> None:
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("LEADWRIGHT_", "PREFECT_"))}
        self.prefect, self.cwd = dict(prefect), cwd
        self._started: Forked | None = None
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.forge"],
            env=clean | self.prefect | _FOR_PEOPLE,
            cwd=cwd,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def run(self, args: Sequence[str], env: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
        """Run `leadwright args` in the environment `env`, as subprocess.run would."""
        with tempfile.TemporaryDirectory() as folder:
            out, err = Path(folder, "out"), Path(folder, "err")
            self._fork(args, env, out, err)
            code = self._told(args)
            return subprocess.CompletedProcess(list(args), code, out.read_text(), err.read_text())

    def start(self, args: Sequence[str], env: Mapping[str, str], log: Path) -> Forked:
        """Start `leadwright args` in the environment `env` and return at once; what it says goes to `log`."""
        assert self.process.stdout
        self._started = Forked(self._fork(args, env, log, log), self.process.stdout)
        return self._started

    @property
    def is_busy(self) -> bool:
        """Whether a command that was started is still running."""
        return self._started is not None and self._started.poll() is None

    def _fork(self, args: Sequence[str], env: Mapping[str, str], out: Path, err: Path) -> int:
        assert self.process.stdin
        asked = {"args": list(args), "env": dict(env), "out": str(out), "err": str(err)}
        print(json.dumps(asked), file=self.process.stdin, flush=True)
        return self._told(args)

    def _told(self, args: Sequence[str]) -> int:
        assert self.process.stdout
        told = self.process.stdout.readline()
        assert told, f"the process that commands are forked from ended during {args}"
        return int(told)

    def end(self) -> None:
        """End it, and a command that a test has given up waiting for."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


@contextmanager
def commands(prefect: Mapping[str, str], cwd: Path) -> Iterator[None]:
    """Fork commands with these settings of Prefect, and no others of these names, while the block lasts."""
    before = list(_forges)
    _forges.append(Forge(prefect, cwd))
    try:
        yield
    finally:
        for forge in [each for each in _forges if each not in before]:
            _forges.remove(forge)
            forge.end()


def of(env: Mapping[str, str]) -> Forge | None:
    """A process from which a command with the environment `env` can be forked now; another one where that is busy."""
    wanted = {name: value for name, value in env.items() if name.startswith("PREFECT_")}
    fit = [forge for forge in _forges if forge.prefect == wanted]
    if fit and all(forge.is_busy for forge in fit):
        fit.append(Forge(wanted, fit[0].cwd))
        _forges.append(fit[-1])
    return next((forge for forge in fit if not forge.is_busy), None)


def _serve() -> None:
    for name in _IMPORTED:
        importlib.import_module(name)
    gc.freeze()
    for line in sys.stdin:
        child = os.fork()
        if not child:
            _become(json.loads(line))
        sys.stdout.write(f"{child}\n")
        sys.stdout.flush()
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


def _become(asked: Mapping[str, Any]) -> None:
    os.environ.clear()
    os.environ.update(asked["env"])
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    for number, name in ((1, "out"), (2, "err")):
        os.dup2(os.open(asked[name], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), number)
    sys.stdin, sys.argv = open(0, closefd=False), ["leadwright", *asked["args"]]  # noqa: SIM115
    from leadwright.cli import main

    code: object = 1
    try:
        main()  # ends the process itself, but for some calls that Typer refuses
        code = 0
    except SystemExit as ended:
        code = ended.code
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code if isinstance(code, int) else 0 if code is None else 1)


if __name__ == "__main__":
    _serve()
