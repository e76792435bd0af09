"""A live sandbox in a process of its own, and a home of Leadwright that pulls from it and writes to it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

from leadwright.pull import extract
from leadwright.settings import Settings
from leadwright.transform.project import Transform
from leadwright.writeback import sending
from leadwright_sandbox.live.desks import BUSY
from tests.live_worlds import NOW
from tests.workspaces import whole

_ROOT = Path(__file__).resolve().parents[1]
_CREDENTIALS = {"hubspot": ("url", "token"), "salesforce": ("url", "token", "ca_file")}
_PAGE = 10_000


@dataclass(frozen=True)
class LiveHome:
    """A home, and the control API of the sandbox that it is connected to."""

    settings: Settings
    project: Transform
    control: httpx.Client

    def now(self) -> datetime:
        """The present moment of the sandbox."""
        return datetime.fromisoformat(self._asked("/clock")["now"])

    def advance(self, time: timedelta) -> None:
        """Let the sandbox live on."""
        answer = self.control.post("/clock", json={"advance": time.total_seconds()})
        answer.raise_for_status()

    def results(self) -> dict[str, Any]:
        """What was earned so far."""
        found: dict[str, Any] = self._asked("/results")
        return found

    def truth(self) -> list[dict[str, Any]]:
        """All rows of the hidden truth."""
        rows: list[dict[str, Any]] = []
        after: int | None = 0
        while after is not None:
            page = self._asked(f"/truth?after={after}&limit={_PAGE}")
            rows, after = [*rows, *page["results"]], page["after"]
        return rows

    def pull(self) -> None:
        """Bring the raw tables up to date."""
        extract.ensure_tables(self.project.raw_tables(), self.settings)
        for crm in self.settings.require_crms():
            extract.pull(self.settings.connect(crm), self.project.raw_tables(), self.settings)

    def build(self, select: str | None = None) -> None:
        """Build everything, or what `select` names, as of now and without the tests of data."""
        self.project.build(select=select, as_of=self.now(), tests=False)

    def run(self) -> None:
        """One run, as the flow `qualify` does it, but for guard rails and reports."""
        self.pull()
        self.build()
        models = [m for m in self.project.sync_models() if m.crm in self.settings.require_crms()]
        for model in models:
            sending.create_fields(self.settings.connect(model.crm), model, self.settings)
        for model in models:
            connector = self.settings.connect(model.crm)
            sending.write_back(connector, model, self.settings, str(uuid4())).require_some_accepted()

    def _asked(self, path: str) -> Any:
        answer = self.control.get(path)
        answer.raise_for_status()
        return answer.json()


@cache
def _parsed() -> Any:
    """The parsed project, for all homes of this process."""
    with tempfile.TemporaryDirectory(prefix="live-parse-") as home:
        return Transform(Settings(home=Path(home))).manifest()


@contextmanager
def living(seed: int, leads: int, busy: float = BUSY, *, is_demo: bool = True) -> Iterator[LiveHome]:
    """A home and a sandbox whose clock stands until it is moved; both end with the block.

    Sets the credentials in the environment of this process, where settings are read.

    Args:
        is_demo: with a workspace of the demo's rules, which name the sandbox's reps; else with the rules as shipped.
    """
    options = ["--seed", str(seed), "--leads", str(leads), "--now", NOW.isoformat(), "--no-limits"]
    options += ["--busy", str(busy), "--hubspot-port", "0", "--salesforce-port", "0"]
    command = [sys.executable, "-m", "leadwright_sandbox", *options, "--control", "--live", "--speed", "0"]
    process = subprocess.Popen(command, cwd=_ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        ready: Mapping[str, Mapping[str, str]] = json.loads(process.stdout.readline())
        for crm, names in _CREDENTIALS.items():
            for name in names:
                os.environ[f"LEADWRIGHT_{crm}_{name.removesuffix('_file')}".upper()] = ready[crm][name]
        with (
            tempfile.TemporaryDirectory(prefix="live-home-") as folder,
            httpx.Client(base_url=ready["control"]["url"], timeout=600) as control,
        ):
            workspace = whole(Path(folder) / "workspace") if is_demo else None
            settings = Settings(home=Path(folder) / "home", workspace=workspace, threads=1)
            yield LiveHome(settings, Transform(settings, _parsed()), control)
    finally:
        process.terminate()
        process.wait()
