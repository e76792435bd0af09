"""Limits of the bands that fit a company's leads: rules bands."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from leadwright import settings
from leadwright.cli.output import err, out, print_json
from leadwright.cli.run import Json
from leadwright.cli.terminal import plain
from leadwright.connectors.errors import ConfigError
from leadwright.formatting import count

if TYPE_CHECKING:  # it imports dbt, and help must not wait for that
    from leadwright.trials.fitting import Proposal


def bands(
    accept: Annotated[
        bool, typer.Option("--accept", help="Write the limits into score_dimensions.csv.")
    ] = False,
    json: Json = False,
) -> None:
    """Work out from which scores on a band begins, so that the grades get the shape of grade_shape.csv.

    Shows the rows of score_dimensions.csv that would change. Nothing is written without --accept.
    """
    from leadwright.transform.project import Transform
    from leadwright.trials import fitting

    config = settings.load()
    transform = Transform(config)
    with nullcontext() if json else err.status("Looking at the open leads"):
        found = fitting.propose(config, transform)
    file = _write(found, config) if accept and found.diff else None
    if json:
        print_json({**found.as_dict(), "file": file})
        return
    _show(found)
    if file:
        out.print(
            f"[green]written[/] to {plain(file)}. `leadwright run --dry-run` shows what that would write."
        )
    elif found.diff:
        out.print("Nothing was written: `--accept` puts these rows into your workspace.")


def _write(found: Proposal, config: settings.Settings) -> str:
    from leadwright.rules import files
    from leadwright.starters import make
    from leadwright.transform.project import Transform
    from leadwright.trials import fitting

    if config.workspace is None:
        raise ConfigError("There is no workspace here. `leadwright init FOLDER` makes one.")
    tables = {file.name: file for file in Transform(config).rule_files()}
    table = tables[fitting.TABLE]
    path = table.path
    if not path.is_relative_to(config.workspace):
        path = make.own(fitting.TABLE, config.workspace, table, whole=True)
    files.replace(path, found.text)
    return f"{path.parent.name}/{path.name}"


def _show(found: Proposal) -> None:
    table = Table(f"of {count(found.leads)} open leads", "today", "would be", "aimed at")
    for column in table.columns[1:]:
        column.justify = "right"
    for kind, wanted in found.shape.items():
        table.add_row(
            f"{kind} grade",
            f"{found.before.get(kind, 0.0):.1%}",
            f"{found.bands.shares.get(kind, 0.0):.1%}",
            f"{wanted.least:.0%} to {wanted.most:.0%}",
        )
    out.print(table)
    if not found.diff:
        out.print("The limits are these already.")
        return
    out.print(plain(found.diff.rstrip()), highlight=False)
    if not found.is_reached:
        out.print(
            "Nearer than that whole points do not come: too many leads have the same score, or a rule rules them out.",
            style="dim",
        )
