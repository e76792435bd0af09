"""Every command that fails under --json says so in one JSON object on stdout, whatever the command."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import typer

from leadwright.cli.app import app
from tests.installation import ROOT

_ARGUMENTS = {"explain": ["nobody"], "sandbox": ["--leads", "many"]}
"""What a command needs besides to get as far as failing."""


def _commands(group: Any, *path: str) -> list[tuple[str, ...]]:
    found = []
    for name, command in group.commands.items():
        inner = hasattr(command, "commands")
        found += _commands(command, *path, name) if inner else [(*path, name)]
    return found


def test_every_command_fails_in_one_json_object(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    settings = {name: value for name, value in os.environ.items() if not name.startswith("LEADWRIGHT_")}
    environment = {**settings, "LEADWRIGHT_HOME": str(tmp_path / "file" / "home"), "PYTHONPATH": str(ROOT)}
    commands = _commands(typer.main.get_command(app))
    assert {("run",), ("sandbox",), ("rules", "check")} <= set(commands)
    started = {
        command: subprocess.Popen(
            [sys.executable, "-m", "leadwright.cli", *command, *_ARGUMENTS.get(command[0], []), "--json"],
            cwd=tmp_path,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for command in commands
    }
    for command, process in started.items():
        said, complaint = process.communicate(timeout=300)
        assert process.returncode in (1, 2), (command, said, complaint)
        answer = json.loads(said)
        assert answer.get("error", {}).get("message") or answer.get("ok") is False, (command, said)
        assert "Traceback" not in complaint and "nanobind" not in complaint, (command, complaint)
