"""Eight companies as Leadwright would meet them: the demo's, three real exports, and the four of `../shared/worlds`.

Each is run twice through the command line, with sixteen days between, so that logs, promises and reports have something
to say. Nothing here reads a model: it works on any commit that has the command.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.conftest import SHARED, Sandbox
from tests.real_data import maven_crm, olist, xeducation
from tests.workspaces import DEMO

WORLDS = ("clinica", "cloudnote", "kleinstudio", "werkzeug")
_MADE = {"demo": "2000", "forty": "40"}
COMPANIES = ("demo", "olist", "maven", "xeducation", *WORLDS)
ROUNDS = ("2026-07-01T00:00:00Z", "2026-07-17T00:00:00Z")


def imports(company: str, folder: Path) -> list[str]:
    """Options of `leadwright sandbox` that load `company`; converted files go into `folder`."""
    if company in _MADE:
        return ["--leads", _MADE[company], "--seed", "7"]
    if company in WORLDS:
        source = SHARED / "worlds" / company
        given = {crm: source / crm for crm in ("hubspot", "salesforce") if (source / crm).is_dir()}
    elif company == "olist":
        given = {"hubspot": olist.convert(SHARED / "data" / "olist", folder)}
    elif company == "maven":
        given = {"salesforce": maven_crm.convert(SHARED / "data" / "maven_crm", folder)}
    else:
        given = {"salesforce": xeducation.convert(SHARED / "data" / "xeducation", folder)}
    return [arg for crm, path in given.items() for arg in ("--import", f"{crm}={path}")]


def run(company: str, folder: Path, rounds: Sequence[str] = ROUNDS) -> Path:
    """Run the whole job for `company` at each of `rounds`, with its state in `folder`; the warehouse that it leaves.

    Raises:
        RuntimeError: a run failed; the message is what it said.
    """
    with _crm(company, folder) as crm:
        for as_of in rounds:
            _command(["run"], folder, crm, as_of)
    return folder / "home" / "warehouse.duckdb"


def _command(args: list[str], folder: Path, crm: Sandbox, as_of: str) -> None:
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("LEADWRIGHT_", "PREFECT_"))}
    env = {**clean, **crm.environment(), "LEADWRIGHT_AS_OF": as_of, "LEADWRIGHT_HOME": str(folder / "home")}
    env["LEADWRIGHT_WORKSPACE"] = str(DEMO)
    done = subprocess.run(
        [sys.executable, "-m", "leadwright.cli", *args], env=env, capture_output=True, text=True
    )
    if done.returncode:
        raise RuntimeError(f"leadwright {' '.join(args)}: {(done.stderr or done.stdout)[-2000:]}")


@contextmanager
def _crm(company: str, folder: Path) -> Iterator[Sandbox]:
    """The local CRM with the company's records; only the systems that the company uses are named."""
    given = imports(company, folder / "import")
    options = [
        "--hubspot-port",
        "0",
        "--salesforce-port",
        "0",
        "--no-limits",
        "--now",
        ROUNDS[0],
        "--speed",
        "0",
    ]
    process = subprocess.Popen(
        [sys.executable, "-m", "leadwright_sandbox", *options, *given], stdout=subprocess.PIPE, text=True
    )
    try:
        line = process.stdout.readline() if process.stdout else ""
        if not line:
            raise RuntimeError(f"{company}: the local CRM did not start")
        used = [arg.partition("=")[0] for arg in given if "=" in arg] or ["hubspot", "salesforce"]
        yield Sandbox({crm: said for crm, said in json.loads(line).items() if crm in used}, process)
    finally:
        process.terminate()
        process.wait(timeout=60)
