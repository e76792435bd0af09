"""Commands about notices: what is wrong since when and who was told of it, and whether notices arrive."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

import typer
from rich.table import Table

from leadwright import settings
from leadwright.cli.output import err, out, print_json
from leadwright.cli.run import Json
from leadwright.cli.terminal import plain
from leadwright.connectors.errors import ConfigError
from leadwright.formatting import moment


def register(app: typer.Typer) -> None:
    """Add the group of commands to `app`."""
    group = typer.Typer(help="What is wrong since when, and who was told; test sends a notice to everybody.")
    group.callback(invoke_without_command=True)(notices)
    group.command()(test)
    app.add_typer(group, name="notices")


def notices(context: typer.Context, json: Json = False) -> None:
    """List what is wrong since when, and who was told of it."""
    if context.invoked_subcommand:
        return
    from leadwright.notices import destinations, telling
    from leadwright.notices.findings import NOBODY

    config = settings.load()
    plan, book = destinations.read(config.rules_folder), telling.known(config)
    rows: list[dict[str, Any]] = [
        {
            "subject": fault.subject,
            "kind": fault.kind,
            "state": fault.state,
            "since": fault.since,
            "told": book.told_of(fault, plan),
        }
        for fault in book.faults()
    ]
    if json:
        print_json({"open": rows, "destinations": list(plan.destinations), "not_reached": book.failures})
        return
    if not plan.destinations:
        out.print(f"{plain(NOBODY[0].upper() + NOBODY[1:])}.")
    if rows:
        out.print(_table(rows))
    else:
        out.print("Nothing is open: when the last run looked, nothing was wrong that people are told of.")
    for name, why in book.failures.items():
        out.print(f"[yellow]Did not arrive at {plain(name)}:[/] {plain(why)}. The next run tells it.")


def test(json: Json = False) -> None:
    """Send one notice to each destination of [notices] in leadwright.toml, and say which of them arrived."""
    from leadwright.notices import destinations, texts

    config = settings.load()
    plan = destinations.read(config.rules_folder)
    if not plan.destinations:
        raise ConfigError(
            f"There is no [notices] in {config.rules_folder / 'leadwright.toml'}: nobody to send to. "
            "docs/operations.md says what to write there."
        )
    settings.prepare_command_line(config)
    with nullcontext() if json else err.status("Sending"):
        from leadwright.flows.notices import send
        from leadwright.notices.telling import SendError

        config = settings.load()
        failures: dict[str, str | None] = {}
        for name, each in plan.destinations.items():
            try:
                send(name, each, texts.test_message(name, config), config)
                failures[name] = None
            except SendError as error:
                failures[name] = str(error)
    if json:
        print_json({"sent": [n for n, why in failures.items() if why is None], "not_sent": _wrong(failures)})
    else:
        for name, why in failures.items():
            mark = "[green]sent[/]" if why is None else "[red]not sent[/]"
            out.print(f"{mark}  {plain(name)}{'' if why is None else f': {plain(why)}'}")
    raise typer.Exit(1 if _wrong(failures) else 0)


def _wrong(failures: dict[str, str | None]) -> dict[str, str]:
    return {name: why for name, why in failures.items() if why is not None}


def _table(rows: list[dict[str, Any]]) -> Table:
    table = Table("what", "about", "since", "told")
    for row in rows:
        told = ", ".join(
            f"{name} {moment(at)}" if at else f"{name} not yet" for name, at in row["told"].items()
        )
        cells = (row["subject"], row["kind"].replace("_", " "), moment(row["since"]), told or "nobody")
        table.add_row(*(plain(cell) for cell in cells))
    return table
