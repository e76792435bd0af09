"""One installation of Leadwright against a sandbox, driven through the command line as a user would."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import httpx

from leadwright import connectors, warehouse
from leadwright.connectors.base import Connector
from leadwright.settings import Settings
from tests import forge, parsed_project
from tests.workspaces import DEMO

ROOT = Path(__file__).resolve().parents[1]
COMMAND = [sys.executable, "-m", "leadwright.cli"]
AS_OF = "2026-06-30T12:00:00Z"
"""The clock of sandboxes and scores in tests, so that a test does not depend on the day it runs."""


class Sandbox(Protocol):
    """A running sandbox CRM, as `start_sandbox` gives it."""

    def __getitem__(self, key: str) -> dict[str, Any]:
        """A part of what it printed when it was ready."""

    def credentials(self, crm: str) -> dict[str, Any]:
        """What a connector needs to connect to one of its CRMs."""

    def environment(self) -> dict[str, str]:
        """The settings that connect Leadwright to it."""


@dataclass
class Installation:
    """A home directory and the settings that go with it."""

    home: Path
    prefect_home: Path
    crm: Sandbox
    extra: dict[str, str] = field(default_factory=dict)
    workspace: Path = DEMO

    def __post_init__(self) -> None:
        parsed_project.ensure()

    @property
    def env(self) -> dict[str, str]:
        """The environment of its commands: nothing of the machine's own settings."""
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("LEADWRIGHT_", "PREFECT_"))}
        return {
            **clean,
            "PREFECT_HOME": str(self.prefect_home),
            "LEADWRIGHT_HOME": str(self.home),
            "LEADWRIGHT_WORKSPACE": str(self.workspace),
            "LEADWRIGHT_AS_OF": AS_OF,
            "LEADWRIGHT_THREADS": "1",  # tests run two at a time, on two processors
            **self.crm.environment(),
            **self.extra,
        }

    def command(self, *args: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run `leadwright args`; where `check`, fail unless it ends with exit code 0."""
        if forked := forge.of(self.env):
            done = forked.run(args, self.env)
        else:
            done = subprocess.run(
                [*COMMAND, *args], env=self.env, cwd=ROOT, capture_output=True, text=True, timeout=300
            )
        assert "leaked" not in done.stderr, done.stderr  # DuckDB's binding, where objects outlive it
        assert not check or done.returncode == 0, f"{args}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done

    def json(self, *args: str) -> dict[str, Any]:
        """Run `leadwright args --json` and return what it printed: one JSON object and nothing else."""
        found = json.loads(self.command(*args, "--json").stdout)
        assert isinstance(found, dict)
        return found

    def start(self, *args: str) -> forge.Running:
        """Start `leadwright args` and return at once."""
        log = self.home.parent / f"{self.home.name}.log"
        log.unlink(missing_ok=True)
        if forked := forge.of(self.env):
            return forked.start(args, self.env, log)
        with log.open("wb") as said:
            return subprocess.Popen(
                [*COMMAND, *args], env=self.env, cwd=ROOT, stdout=said, stderr=subprocess.STDOUT
            )

    @property
    def settings(self) -> Settings:
        """Its settings, for reading its files."""
        return Settings(home=self.home, workspace=self.workspace, lock_wait_seconds=10)

    def marts(self, sql: str) -> list[dict[str, Any]]:
        """Rows of a query on the published copy."""
        with warehouse.reader(self.settings.serving_file) as db:
            return warehouse.rows(db, sql)

    def rows(self, sql: str) -> list[dict[str, Any]]:
        """Rows of a query on the working warehouse."""
        with warehouse.writer(self.settings.warehouse_file, 10) as db:
            return warehouse.rows(db, sql)

    def connector(self, crm: str) -> Connector:
        """A connector of its own to `crm`, to read back what a run wrote."""
        return connectors.connect(crm, self.crm.credentials(crm))

    def requests(self) -> dict[str, dict[str, int]]:
        """Calls that the sandbox has served, by CRM and route; it must run with --control."""
        return dict(httpx.get(f"{self.crm['control']['url']}/requests", timeout=10).json())

    def writes(self) -> int:
        """Calls that the sandbox has served and that change records."""
        marks = ("batch/update", "batch/upsert", "batch/create", "PATCH ", "ingest")
        served = self.requests()
        return sum(
            n for calls in served.values() for route, n in calls.items() if any(m in route for m in marks)
        )
