"""Which learned model makes the score: model list, model promote, model rollback."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from leadwright import settings
from leadwright.cli.output import err, out, print_json
from leadwright.cli.run import DryRun, Json
from leadwright.cli.terminal import plain
from leadwright.connectors.errors import ConfigError

if TYPE_CHECKING:  # it imports dbt, and help must not wait for that
    from leadwright.rules.champions import Champion
    from leadwright.transform.project import Transform

_SHORT = 8
"""Letters of a model's id that tell it from the others."""

Reason = Annotated[str, typer.Option(help="Why, for who reads the file.")]
From = Annotated[
    datetime | None,
    typer.Option("--from", formats=["%Y-%m-%d"], help="First day on which it counts, in UTC; today."),
]


def register(app: typer.Typer) -> None:
    """Add the group of commands to `app`."""
    group = typer.Typer(no_args_is_help=True, help="Let a learned model make the score, or the rules again.")
    group.command("list")(show)
    group.command()(promote)
    group.command()(rollback)
    app.add_typer(group, name="model")


def show(json: Json = False) -> None:
    """List the models there are, what the gates say of each, and which one makes the score."""
    from leadwright.transform.project import Transform
    from leadwright.trials import promotion

    config = settings.load()
    with nullcontext() if json else err.status("Reading the models"):
        found = promotion.models(config, Transform(config))
    if json:
        print_json({"models": found})
    elif not found:
        out.print("There is no model yet. `leadwright train` makes one; the rules make the score.")
    else:
        out.print(_table(found, config.moment().date()))
        if not any(_state(model, config.moment().date()) == "champion" for model in found):
            out.print("The rules make the score.")


def promote(
    model: Annotated[str, typer.Argument(metavar="MODEL", help="Its id, or the first letters of it.")],
    begins: From = None,
    despite: Annotated[
        list[str] | None,
        typer.Option(metavar="GATE", help="A gate that is closed and may be. May be repeated."),
    ] = None,
    reason: Reason = "",
    dry_run: DryRun = False,
    json: Json = False,
) -> None:
    """Let a model make the score from a day on, if its gates are open.

    Writes a row into score_champions.csv. The next run gives every lead a new score and stops before it writes;
    `leadwright run --dry-run` shows that run.
    """
    from leadwright.transform.project import Transform
    from leadwright.trials import promotion

    config = settings.load()
    day = begins.date() if begins else config.moment().date()
    transform = Transform(config)
    with nullcontext() if json else err.status("Looking at its gates and checking the rules"):
        row, text = promotion.promote(model, day, config, transform, despite=despite or (), reason=reason)
    file = _written(text, config, transform, dry_run=dry_run)
    if json:
        print_json({"champion": row.as_dict(), "file": file, "dry_run": dry_run})
        return
    out.print(f"{_verb(dry_run)} {plain(file)}: from {row.valid_from} on {row.model_id} makes the score.")
    out.print(
        "The first run from then on gives every lead a new score, and stops before it writes so that you can look at "
        "it. `leadwright run --dry-run` shows what it would write; `leadwright model rollback` goes back to the rules."
    )


def rollback(dry_run: DryRun = False, json: Json = False) -> None:
    """Let the rules make the score again, from today on. What the model said until now stays on record."""
    from leadwright.transform.project import Transform
    from leadwright.trials import promotion

    config = settings.load()
    transform = Transform(config)
    today = config.moment().date()
    with nullcontext() if json else err.status("Checking the rules"):
        held, text = promotion.roll_back(today, config, transform)
    file = _written(text, config, transform, dry_run=dry_run)
    if json:
        print_json({"rolled_back": held.as_dict(), "from": today, "file": file, "dry_run": dry_run})
        return
    out.print(
        f"{_verb(dry_run)} {plain(file)}: from {today} on the rules make the score, and no more {held.model_id}."
    )
    out.print("The next run scores by the rules; `leadwright undo RUN` takes back what a run has written.")


def _verb(dry_run: bool) -> str:
    return "Nothing was written. This would go into" if dry_run else "[green]written[/] to"


def _written(text: str, config: settings.Settings, transform: Transform, *, dry_run: bool) -> str:
    """Put `text` into the workspace's file, which is made where it has none; how people know the file."""
    from leadwright.rules import champions, files
    from leadwright.starters import make
    from leadwright.trials import promotion

    table = promotion.table(transform)
    if config.workspace is None:
        raise ConfigError("There is no workspace here. `leadwright init FOLDER` makes one.")
    if dry_run:
        return table.label
    if not table.path.is_relative_to(config.workspace):
        make.own(champions.TABLE, config.workspace, table, whole=True)
        table = promotion.table(transform)
    files.replace(table.path, text)
    return table.label


def _state(model: dict[str, Any], today: date) -> str:
    row = _row(model)
    if row is None:
        return ""
    if row.holds_on(today):
        return "champion"
    return (
        f"champion from {row.valid_from}"
        if row.valid_from > today and not row.valid_to
        else f"until {row.valid_to}"
    )


def _row(model: dict[str, Any]) -> Champion | None:
    from leadwright.rules.champions import Champion

    if model["valid_from"] is None:
        return None
    return Champion(model["model_id"], model["valid_from"], model["valid_to"])


def _table(found: list[dict[str, Any]], today: date) -> Table:
    table = Table("model", "foresees", "made", "learned from", "gates", "state")
    for model in found:
        table.add_row(
            model["model_id"][:_SHORT],
            plain(model["outcome_id"]),
            f"{model['trained_at']:%Y-%m-%d}",
            f"{model['lead_count']:,} leads",
            plain(model["verdict_text"]),
            _state(model, today),
        )
    return table
