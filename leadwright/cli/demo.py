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
from rich.table import Table

from leadwright import extras, settings, workspace
from leadwright.cli import start, stopping
from leadwright.cli.output import bars, err, out, print_json
from leadwright.cli.run import Json
from leadwright.cli.terminal import plain
from leadwright.connectors.errors import UnavailableError
from leadwright.formatting import duration, mql_to_sql, share
from leadwright.operate.summary import examples, grades, overview

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
    extras.require("sandbox")
    home = settings.load().make_home() / settings.DEMO
    shutil.rmtree(home, ignore_errors=True)
    began = time.monotonic()
    os.environ["LEADWRIGHT_HOME"] = str(home)
    os.environ[workspace.SETTING] = str(workspace.STARTERS / settings.DEMO)
    settings.prepare_command_line(settings.load())
    server = start.begin()
    with _sandbox(leads, seed, home) as crm:
        ready = time.monotonic() - began
        os.environ.update(_environment(crm))
        with err.status("Reading the rules, starting Prefect"):
            start.finish(server)
        # not before: the flows read the settings, the clock among them, as they are imported
        from leadwright.flows.qualify import qualify

        with bars(quiet=json):
            first = qualify()
            middle = time.monotonic()
            second = qualify()
            ended = time.monotonic()
        prefect = middle - began - ready - sum(first.seconds.values())
    result = {
        "overview": overview(settings.load()),
        "grades": grades(settings.load()),
        "examples": examples(settings.load()),
        "first_run": first.as_dict(),
        "second_run": second.as_dict(),
        "seconds": {
            "sandbox start": round(ready, 1),
            **{stage: round(s, 1) for stage, s in first.seconds.items()},
            "Prefect's start-up": round(prefect, 1),
            "second run": round(ended - middle, 1),
            "all": round(ended - began, 1),
        },
    }
    print_json(result) if json else _show(result)


@contextmanager
def _sandbox(leads: int, seed: int, home: Path) -> Iterator[Mapping[str, Any]]:
    """Start the sandbox as a process of its own; yield where it listens; end it."""
    options = ["--leads", str(leads), "--seed", str(seed), "--now", NOW, "--no-limits"]
    ports = ["--hubspot-port", "0", "--salesforce-port", "0"]
    log = home / "sandbox.log"
    with log.open("w") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "leadwright_sandbox", *ports, *options],
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            env=settings.environment_without_secrets(),
        )
    stopping.before(process.terminate)
    try:
        with err.status("Making up a population"):
            line = process.stdout.readline() if process.stdout else ""
        if not line:
            raise UnavailableError(f"The sandbox did not start; it said: {log.read_text().strip()[-500:]}")
        yield json_module.loads(line)
    finally:
        process.terminate()
        process.wait(timeout=30)


def _environment(crm: Mapping[str, Any]) -> dict[str, str]:
    return {
        **settings.without_credentials(),  # the user's own have no business in a demo
        "LEADWRIGHT_AS_OF": NOW,
        "LEADWRIGHT_HUBSPOT_URL": crm["hubspot"]["url"],
        "LEADWRIGHT_HUBSPOT_TOKEN": crm["hubspot"]["token"],
        "LEADWRIGHT_SALESFORCE_URL": crm["salesforce"]["url"],
        "LEADWRIGHT_SALESFORCE_TOKEN": crm["salesforce"]["token"],
        "LEADWRIGHT_SALESFORCE_CA": crm["salesforce"]["ca_file"],
    }


def _show(result: Mapping[str, Any]) -> None:
    numbers, first, second = result["overview"], result["first_run"], result["second_run"]
    leads, mqls = numbers["lead_count"], numbers["mql_count"]
    written = sum(w["accepted"] for w in first["written"].values())
    refused = sum(w["rejected"] + w["skipped"] for w in first["written"].values())
    again = sum(w["planned"] for w in second["written"].values())
    table = Table(show_header=False, box=None, padding=(0, 2))
    table.add_row("Pulled", f"[bold]{leads:,}[/] leads from " + " and ".join(first["pulled"]))
    graded = ((grade["grade"], grade["lead_count"]) for grade in result["grades"])
    table.add_row(
        "Graded", ", ".join(f"[bold]{n:,}[/] {plain(grade)} ({n / leads:.0%})" for grade, n in graded)
    )
    owned = numbers["routed_count"]
    table.add_row("Routed", f"[bold]{owned:,}[/] of {leads:,} have an owner, each with the reason")
    table.add_row("Written", f"[bold]{written:,}[/] CRM records, {refused:,} refused")
    table.add_row("Second run", f"[bold]{again:,}[/] records to write: nothing had changed")
    table.add_row(
        "MQL → SQL",
        "[bold]{}[/] ({}); ".format(*mql_to_sql(numbers))
        + f"{share(numbers['mql_open_count'], mqls)} of all {mqls:,} are still open",
    )
    table.add_row(
        "First response",
        f"median [bold]{duration(numbers['response_median_minutes'])}[/] over {numbers['response_count']:,} leads",
    )
    out.print(table)
    for lead in result["examples"]:
        who, company, why, owner, reason = (
            plain(lead[name] or "unknown")
            for name in ("full_name", "company_name", "top_reasons", "owner_name", "owner_reason")
        )
        out.print(f"\n[bold]{who}[/], {company}: {lead['grade']}, score {lead['score']}")
        out.print(f"  because {why}")
        out.print(f"  owner {owner}: {reason}")
    seconds = "  ".join(f"{stage} {s:.1f} s" for stage, s in result["seconds"].items())
    out.print(f"\n{seconds}", style="dim")
    out.print(
        f"\nSee more:\n  {_command()} dashboard      or: make dashboard"
        f"\n  {_command()} explain {result['examples'][0]['email']}"
        f"\n  {_command()} sandbox      to keep such a CRM running; README.md says how to connect a real one"
    )


def _command() -> str:
    """The command as it can be typed from here."""
    command = Path(sys.argv[0]).absolute()
    here = Path.cwd()
    return str(command.relative_to(here)) if command.is_relative_to(here) else command.name
