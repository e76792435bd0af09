"""Commands that keep what cannot be made again: backup, restore."""

from __future__ import annotations

import sys
from contextlib import nullcontext
from pathlib import Path
from typing import Annotated

import typer

from leadwright import settings
from leadwright.cli.output import err, out, print_json
from leadwright.cli.run import Json
from leadwright.connectors.errors import ConfigError
from leadwright.operate.archive import About


def register(app: typer.Typer) -> None:
    """Add the commands to `app`."""
    app.command()(backup)
    app.command()(restore)


def backup(
    file: Annotated[Path, typer.Argument(help="The file to write; it must not be there yet.")],
    wait: Annotated[
        float, typer.Option(min=0, help="Minutes to wait for the stage of a run that is under way.")
    ] = 60,
    json: Json = False,
) -> None:
    """Keep ids, promises, logs and the ledger in one file, also while a run is under way.

    It holds personal data. Raw tables are not in it: the first run after a restore pulls everything.
    """
    from leadwright.operate import backup as backups
    from leadwright.transform import logs
    from leadwright.transform.project import Transform  # imports dbt, which takes a second

    config = settings.load()
    with nullcontext() if json else err.status("Waiting for a pause of the run, where one is under way"):
        tables = logs.declared(Transform(config))
        about = backups.back_up(config, file.absolute(), tables, wait * 60)
    _show(file, about, "Kept", as_json=json)


def restore(
    file: Annotated[Path, typer.Argument(help="What `leadwright backup` wrote.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before a warehouse is replaced.")] = False,
    json: Json = False,
) -> None:
    """Make the warehouse anew from a backup; then `leadwright run` pulls everything and goes on from there."""
    from leadwright.operate import backup as backups

    config = settings.load()
    if config.warehouse_file.exists() and not yes:
        if json or not sys.stdin.isatty():
            raise ConfigError(f"There is a warehouse in {config.home}. Say --yes to replace it.")
        if not typer.confirm(f"Replace the warehouse in {config.home}?"):
            raise ConfigError("Nothing was changed.")
    _show(file, backups.restore(config, file.absolute()), "Restored", as_json=json)


def _show(file: Path, about: About, verb: str, *, as_json: bool) -> None:
    rows = sum(stored.rows for stored in about.tables)
    if as_json:
        told = {"file": str(file), "made_at": about.made_at, "version": about.version}
        print_json({**told, "tables": len(about.tables), "rows": rows})
        return
    out.print(f"{verb} {rows:,} rows of {len(about.tables)} tables as of {about.made_at[:16]} UTC: {file}")
