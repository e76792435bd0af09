"""The command `demo`: the main job on a made-up population, with no account, no key and no network."""

from __future__ import annotations

import json as json_module
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.output import bars, err, out, print_json
from cli.run import Json
from connectors.errors import ConfigError, UnavailableError
from leadwright import settings
from leadwright.summary import examples, overview

NOW = "2026-06-30T12:00:00Z"
"""The demo's clock, so that every demo shows the same numbers."""


def register(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command()(demo)


def demo(
    leads: Annotated[int, typer.Option(min=1, help="How many leads to make up.")] = 2000,
    seed: Annotated[int, typer.Option(help="Another seed makes other people.")] = 7,
    json: Json = False,
) -> None:
    """Run everything once on a made-up population, then again to show that nothing is sent twice."""
    home = settings.load().home / "demo"
    shutil.rmtree(home, ignore_errors=True)
    began = time.monotonic()
    with _sandbox(leads, seed, home) as crm:
        ready = time.monotonic() - began
        os.environ.update(_environment(crm, home))
        settings.prepare_command_line(settings.load())
        from flows.qualify import qualify

        started = time.monotonic()
        with bars(quiet=json):
            first = qualify()
            middle = time.monotonic()
            second = qualify()
        prefect = middle - started - sum(first.seconds.values())
    result = {
        "overview": overview(settings.load()),
        "examples": examples(settings.load()),
        "first_run": first.as_dict(),
        "second_run": second.as_dict(),
        "seconds": {
            "sandbox start": round(ready, 1),
            **{stage: round(s, 1) for stage, s in first.seconds.items()},
            "Prefect's start-up": round(prefect, 1),
            "second run": round(time.monotonic() - middle, 1),
            "all": round(time.monotonic() - began, 1),
        },
    }
    print_json(result) if json else _show(result, home)


@contextmanager
def _sandbox(leads: int, seed: int, home: Path) -> Iterator[Mapping[str, Any]]:
    """Start the sandbox as a process of its own; yield where it listens; end it."""
    home.mkdir(parents=True)
    options = ["--leads", str(leads), "--seed", str(seed), "--now", NOW, "--no-limits"]
    ports = ["--hubspot-port", "0", "--salesforce-port", "0"]
    log = home / "sandbox.log"
    with log.open("w") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "sandbox", *ports, *options],
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
    try:
        with err.status("Making up a population"):
            line = process.stdout.readline() if process.stdout else ""
        if not line:
            raise UnavailableError(f"The sandbox did not start; it said: {log.read_text().strip()[-500:]}")
        yield json_module.loads(line)
    finally:
        process.terminate()
        process.wait(timeout=30)


def _environment(crm: Mapping[str, Any], home: Path) -> dict[str, str]:
    return {
        "LEADWRIGHT_HOME": str(home),
        "LEADWRIGHT_AS_OF": NOW,
        "LEADWRIGHT_HUBSPOT_URL": crm["hubspot"]["url"],
        "LEADWRIGHT_HUBSPOT_TOKEN": crm["hubspot"]["token"],
        "LEADWRIGHT_SALESFORCE_URL": crm["salesforce"]["url"],
        "LEADWRIGHT_SALESFORCE_TOKEN": crm["salesforce"]["token"],
        "LEADWRIGHT_SALESFORCE_CA": crm["salesforce"]["ca_file"],
    }


def _show(result: Mapping[str, Any], home: Path) -> None:
    if not result["overview"]:
        raise ConfigError("The run published no overview.")
