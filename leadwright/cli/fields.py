"""The command `fields`: what the CRM has that rules could look at."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import asdict
from typing import Annotated

import typer
from rich.table import Table

from leadwright import settings
from leadwright.cli.output import err, out, print_json
from leadwright.cli.run import Json
from leadwright.cli.terminal import plain
from leadwright.connectors.errors import ConfigError


def register(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command()(fields)


def fields(
    crm: Annotated[str, typer.Argument(help="The CRM account, such as hubspot.")],
    object_name: Annotated[
        str, typer.Argument(metavar="OBJECT", help="contacts, companies; Lead, Contact, Account.")
    ],
    everything: Annotated[
        bool, typer.Option("--all", help="Fields that come with the CRM too, and empty ones.")
    ] = False,
    sample: Annotated[int, typer.Option(min=1, max=10_000, help="How many records to look at.")] = 1_000,
    json: Json = False,
) -> None:
    """List the fields of an object with type, share filled and commonest values, to choose rows of fields.csv."""
    from leadwright.pull import fieldlist
    from leadwright.rules.checks import objects_with_fields
    from leadwright.transform.project import Transform

    config = settings.load()
    if crm not in config.crms():
        raise ConfigError(
            f"No CRM account {crm!r} is connected; there is: {', '.join(config.crms()) or 'none'}."
        )
    transform = Transform(config)
    objects = objects_with_fields(transform.manifest()).get(config.accounts[crm], [])
    if object_name not in objects:
        raise ConfigError(
            f"{object_name!r} is no object of people or companies; one of: {', '.join(objects)}."
        )
    table = next(t for t in transform.raw_tables() if (t.crm, t.name) == (crm, object_name))
    with nullcontext() if json else err.status(f"Looking at {sample:,} {object_name}"):
        own = transform.own_fields().get(crm, {}).get(object_name, ())
        declared = [name for name, _ in table.declared]
        found = fieldlist.survey(config.connect(crm), object_name, declared, own, sample)
    if json:
        print_json({"crm": crm, "object": object_name, "fields": [asdict(field) for field in found]})
        return
    shown = [f for f in found if everything or (f.is_custom and f.share)]
    grid = Table("field", "label", "type", "filled", "commonest values", "known as")
    grid.columns[0].no_wrap = True
    grid.columns[0].min_width = max((len(f.name) for f in shown), default=0)  # to be copied into fields.csv
    grid.columns[3].justify = "right"
    for field in shown:
        label = "" if field.label == field.name else field.label
        share = "" if field.share is None else f"{field.share:.0%}"
        values = ", ".join(f"{value} ({count:,})" for value, count in field.commonest)
        grid.add_row(*map(plain, (field.name, label, field.type, share, values, field.use)))
    out.print(grid)
    left_out = len(found) - len(shown)
    if left_out:
        out.print(f"{left_out:,} more come with the CRM or are empty; --all shows them", style="dim")
