"""The command `study`: what a CRM's history shows, and which rules would fit."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from leadwright import settings
from leadwright.cli.output import bars, err, out, print_json
from leadwright.cli.run import Json
from leadwright.connectors.errors import ConfigError

if TYPE_CHECKING:  # it imports dbt, and help must not wait for that
    from leadwright.study.report import Report

Until = Annotated[
    str | None,
    typer.Option(
        metavar="DATE", help="Learn only from leads that came before that day, to try it on later ones."
    ),
]
Since = Annotated[
    str | None,
    typer.Option(
        metavar="DATE", help="Learn only from leads since that day, such as one on which much changed."
    ),
]
Outcome = Annotated[
    str | None,
    typer.Option(
        help="A row of learning_outcomes.csv; won business, where enough leads have it, when left out."
    ),
]


def register(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command()(study)


def study(
    accept: Annotated[
        bool, typer.Option("--accept", help="Take what is proposed into the workspace.")
    ] = False,
    outcome: Outcome = None,
    since: Since = None,
    until: Until = None,
    output: Annotated[
        Path | None,
        typer.Option(help="Folder for what is proposed; `proposed` in the workspace when left out."),
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Show all rules, sources and fields.")] = False,
    json: Json = False,
) -> None:
    """Read the history that was pulled: what there is, what it tells of the outcome, and which rules would fit.

    Needs `leadwright ingest` and `transform`. Writes to no CRM; the company's own fields are read there.
    """
    if accept and output:
        raise ConfigError(
            "--accept takes the rules into the workspace, --output puts them elsewhere; give one."
        )
    first, last = day_of(since), day_of(until)
    config = settings.load()
    from leadwright.study import studying

    with bars(quiet=json):
        found = studying.study(
            config, outcome_id=outcome, since=first, until=last, folder=output, accept=accept
        )
    if json:
        print_json(found.as_dict())
        return
    from leadwright.cli.study_text import lines

    for line in lines(found, everything=everything):
        out.print(line)
    if not accept and _may_ask(found, config):
        from rich.prompt import Confirm

        if Confirm.ask("Take these tables into the workspace?", console=err, default=False):
            studying.accept(found, config)
            out.print("Taken. `leadwright run --dry-run` shows what a run would do with them.")


def _may_ask(found: Report, config: settings.Settings) -> bool:
    is_terminal = sys.stdin.isatty() and sys.stdout.isatty()
    return bool(found.files) and config.workspace is not None and is_terminal


def day_of(text: str | None) -> datetime | None:
    """The beginning of a day that was given as 2026-05-31. Raises ConfigError where it is none."""
    if text is None:
        return None
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        raise ConfigError(f"{text!r} is no day such as 2026-05-31.") from None
