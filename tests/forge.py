"""Commands of Leadwright as processes that find the large libraries imported: forked from one that has imported them.

Most of the ten seconds of processor time before a command does anything are imports of Prefect and dbt. Nothing of
ours is imported before the fork. Prefect reads its settings as it is imported, so a command with others of these gets
a process of the usual kind; so does one that is killed, and tests/e2e/test_run.py runs commands as a user does.
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
from typing import Any

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


class Forge:
    """The process that the commands are forked from; one command at a time."""

    def __init__(self, prefect: Mapping[str, str], cwd: Path) -> None:
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("LEADWRIGHT_", "PREFECT_"))}
        self.prefect = dict(prefect)
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
        assert self.process.stdin and self.process.stdout
        with tempfile.TemporaryDirectory() as folder:
            out, err = Path(folder, "out"), Path(folder, "err")
            asked = {"args": list(args), "env": dict(env), "out": str(out), "err": str(err)}
            print(json.dumps(asked), file=self.process.stdin, flush=True)
            code = self.process.stdout.readline()
            assert code, f"the process that commands are forked from ended during {args}"
            return subprocess.CompletedProcess(list(args), int(code), out.read_text(), err.read_text())

    def end(self) -> None:
        """End it, and a command that a test has given up waiting for."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


@contextmanager
def commands(prefect: Mapping[str, str], cwd: Path) -> Iterator[None]:
    """Fork commands with these settings of Prefect, and no others of these names, while the block lasts."""
    forge = Forge(prefect, cwd)
    _forges.append(forge)
    try:
        yield
    finally:
        _forges.remove(forge)
        forge.end()


def of(env: Mapping[str, str]) -> Forge | None:
    """The process from which a command with the environment `env` can be forked."""
    wanted = {name: value for name, value in env.items() if name.startswith("PREFECT_")}
    return next((forge for forge in _forges if forge.prefect == wanted), None)


def _serve() -> None:
    for name in _IMPORTED:
        importlib.import_module(name)
    gc.freeze()
    for line in sys.stdin:
        child = os.fork()
        if not child:
            _become(json.loads(line))
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


def _become(asked: Mapping[str, Any]) -> None:
    os.environ.clear()
    os.environ.update(asked["env"])
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    for number, name in ((1, "out"), (2, "err")):
        os.dup2(os.open(asked[name], os.O_WRONLY | os.O_CREAT, 0o600), number)
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
