"""Commands for one person who asks: what is kept about me (access), forget me (forget)."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from itertools import groupby
from typing import Annotated, Any

import typer

from leadwright import settings
from leadwright.cli.output import err, out, print_json
from leadwright.cli.run import Json
from leadwright.cli.terminal import plain
from leadwright.connectors.errors import ConfigError
from leadwright.formatting import moment
from leadwright.operate import access as accesses
from leadwright.operate import forgetting
from leadwright.operate.access import PARTS, Kept
from leadwright.operate.forgetting import Forgotten
from leadwright.operate.person import Person
from leadwright.settings import Settings
from leadwright.transform.people import IdColumn

Key = Annotated[str, typer.Argument(metavar="EMAIL_OR_ID", help="E-mail address, lead id or CRM record id.")]


def register(app: typer.Typer) -> None:
    """Add the commands to `app`."""
    app.command()(access)
    app.command()(forget)


def access(person: Key, json: Json = False) -> None:
    """Show everything that is kept about one person, table by table."""
    config = settings.load()
    who, kept = accesses.access(person, config, _id_columns(config))
    if json:
        print_json(_as_dict(who, kept))
        return
    out.print(f"[bold]{_records(who.counts)}[/], known since {moment(who.records[0]['known_since'])}")
    for part, tables in groupby(kept, key=lambda one: one.part):
        _show_part(part, list(tables))


def forget(
    person: Key,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before the person is forgotten.")] = False,
    json: Json = False,
) -> None:
    """Take one person out of everything that is kept here, at once and for good, and say where.

    The CRMs are not changed. What they still show of him is kept out of later runs.
    """
    config = settings.load()
    who = forgetting.find(person, config)
    if not yes:
        _confirm(who, as_json=json)
    with nullcontext() if json else err.status("Taking the person out"):
        done = forgetting.forget(who.lead_id, config, _id_columns(config))
    if json:
        print_json(done.as_dict())
    else:
        _show_forgotten(done)


def _id_columns(config: Settings) -> list[IdColumn]:
    from leadwright.transform import people
    from leadwright.transform.project import Transform  # imports dbt, which takes a second

    return people.id_columns(Transform(config))


def _confirm(who: Person, *, as_json: bool) -> None:
    if as_json or not sys.stdin.isatty():
        raise ConfigError(f"This would forget {_records(who.counts)} for good. Say --yes to do it.")
    out.print(f"This is about {_records(who.counts)}. It cannot be taken back.")
    if not typer.confirm("Forget this person?"):
        raise ConfigError("Nothing was changed.")


def _records(counts: Counter[str]) -> str:
    total = counts.total()
    where = ", ".join(f"{n:,} in {name}" for name, n in sorted(counts.items()))
    return f"{total:,} {'record' if total == 1 else 'records'} ({where})"


def _show_forgotten(done: Forgotten) -> None:
    out.print(f"[bold]Forgotten:[/] {_records(done.records)}")
    for title, rows in (("warehouse", done.rows), ("published copy", done.published)):
        out.print(f"{rows.total():,} rows of {len(rows):,} tables of the {title}")
        for table, n in sorted(rows.items()):
            out.print(f"  {table}: {n:,}")
    if done.still_naming:
        tables = ", ".join(f"{table} ({n:,})" for table, n in done.still_naming.items())
        out.print(f"[yellow]Rows about others still have an address of his in their text: {tables}[/]")
    for remark in forgetting.REMAINS:
        out.print(remark, style="dim")


def _as_dict(who: Person, kept: Sequence[Kept]) -> dict[str, Any]:
    tables = [{"part": one.part, "table": one.table, "label": one.label, "rows": one.rows} for one in kept]
    return {"lead_id": who.lead_id, "records": who.records, "parts": PARTS, "tables": tables}


def _show_part(part: str, tables: Sequence[Kept]) -> None:
    out.print(f"\n[bold]{PARTS[part]}[/]")
    if part == "working":
        rows = sum(len(one.rows) for one in tables)
        out.print(f"  {rows:,} rows of {len(tables):,} tables repeat the above; --json has them.")
        return
    for one in tables:
        out.print(f"\n  [bold]{plain(one.label)}[/] ({one.table})")
        for row in one.rows:
            _show_row(row, is_only_one=len(one.rows) == 1)


def _show_row(row: Mapping[str, Any], *, is_only_one: bool) -> None:
    """Print what a row says: field by field where there is room, else on one line without the lead's own id."""
    said = [
        f"{plain(name)}: {plain(value)}"
        for name, value in row.items()
        if value not in (None, "") and (is_only_one or name != "lead_id")
    ]
    for line in said if is_only_one else ["; ".join(said)]:
        out.print(f"    {line}")
