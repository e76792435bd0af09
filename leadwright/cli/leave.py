"""Says that somebody is away, or has left, and shows who takes over his leads: leave."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from leadwright import settings
from leadwright.cli.output import bars, err, out, print_json
from leadwright.cli.run import DryRun, Json
from leadwright.cli.terminal import plain
from leadwright.connectors.errors import ConfigError
from leadwright.formatting import count

if TYPE_CHECKING:  # they import dbt, and help must not wait for that
    from leadwright.rules.leaves import Leave
    from leadwright.trials.leaving import Handover, Rep

_LISTED = 20


def register(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command()(leave)


def leave(
    rep: Annotated[
        str | None,
        typer.Argument(metavar="[REP]", help="Address or whole name. Left out: list who is or will be away."),
    ] = None,
    first: Annotated[
        datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="First day away; today.")
    ] = None,
    last: Annotated[
        datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="Last day away.")
    ] = None,
    for_good: Annotated[bool, typer.Option("--for-good", help="He has left and does not come back.")] = False,
    give_to: Annotated[
        str | None, typer.Option(metavar="REP", help="Who takes over; else the routing rules say.")
    ] = None,
    reason: Annotated[str, typer.Option(help="Why, for who reads the file.")] = "",
    cancel: Annotated[bool, typer.Option("--cancel", help="Take the row of a leave out again.")] = False,
    dry_run: DryRun = False,
    json: Json = False,
) -> None:
    """Write down that somebody is away, or has left, and who takes over the leads that cannot wait.

    The next run hands them over, with its guard rails; `leadwright undo RUN --only owner` gives them back.
    """
    config = settings.load()
    if rep is None:
        _list(config, as_json=json)
    elif cancel:
        _cancel(rep, first, config, dry_run=dry_run, as_json=json)
    else:
        dates = _dates(first, last, config, for_good=for_good)
        _add(rep, dates, give_to, reason, config, dry_run=dry_run, as_json=json)


def _dates(
    first: datetime | None, last: datetime | None, config: settings.Settings, *, for_good: bool
) -> tuple[date, date | None]:
    if for_good == (last is not None):
        raise ConfigError("Say --to DATE for a leave, or --for-good for somebody who does not come back.")
    begins = first.date() if first else config.moment().date()
    if last and last.date() < begins:
        raise ConfigError(f"The last day, {last:%Y-%m-%d}, is before the first, {begins}.")
    return begins, last.date() if last else None


def _add(
    who: str,
    dates: tuple[date, date | None],
    give_to: str | None,
    reason: str,
    config: settings.Settings,
    *,
    dry_run: bool,
    as_json: bool,
) -> None:
    from leadwright.rules.leaves import Leave
    from leadwright.trials import leaving

    rep = leaving.find(who, config)
    heir = leaving.find(give_to, config) if give_to else None
    if heir and (heir == rep or not heir.is_active):
        raise ConfigError(
            f"{give_to!r} cannot take over: that must be somebody else who is active in the CRM."
        )
    row = Leave(rep.email, *dates, heir.email if heir else "", reason or _reason(dates))
    if dry_run:
        with bars(quiet=as_json):
            found = leaving.preview(row, rep, config)
        print_json(_as_dict(row, found)) if as_json else _show(rep, row, found)
        return
    file = _write(row, config, as_json=as_json)
    if as_json:
        print_json({"leave": row.as_dict(), "file": file})
        return
    out.print(f"[green]written[/] to {plain(file)}: {plain(_said(row))}")
    out.print(
        "The first run from that day on hands over what cannot wait; "
        "`leadwright run --dry-run` shows all that a run would write now."
    )


def _reason(dates: tuple[date, date | None]) -> str:
    return "Leave" if dates[1] else "Has left"


def _write(row: Leave, config: settings.Settings, *, as_json: bool) -> str:
    """Add the row to the workspace's file, which is made where it has none; how people know the file."""
    from leadwright.rules import files, leaves
    from leadwright.starters import make
    from leadwright.transform.project import Transform
    from leadwright.trials import leaving

    workspace = _workspace(config)
    with nullcontext() if as_json else err.status("Checking the rules"):
        transform = Transform(config)
        text = leaving.checked(row, config, transform)
        table = leaving.table(transform)
        if not table.path.is_relative_to(workspace):
            make.own(leaves.TABLE, workspace, table, whole=True)
            table = leaving.table(transform)
        files.replace(table.path, text)
    return table.label


def _workspace(config: settings.Settings) -> Path:
    if config.workspace is None:
        raise ConfigError("There is no workspace here. `leadwright init FOLDER` makes one.")
    return config.workspace


def _cancel(
    who: str, first: datetime | None, config: settings.Settings, *, dry_run: bool, as_json: bool
) -> None:
    from leadwright.rules import files, leaves
    from leadwright.transform.project import Transform
    from leadwright.trials import leaving

    workspace = _workspace(config)
    rep = leaving.find(who, config)
    with nullcontext() if as_json else err.status("Reading the rules"):
        table = leaving.table(Transform(config))
    chosen = [
        each
        for each in leaves.read(table)
        if each.email == rep.email.lower()
        and (each.first_on == first.date() if first else not each.is_over(config.moment().date()))
    ]
    if not chosen or not table.path.is_relative_to(workspace):
        raise ConfigError(f"{table.label} has no leave of {rep.full_name} that is not over.")
    if len(chosen) > 1:
        said = "; ".join(map(_said, chosen))
        raise ConfigError(f"There are several: {said}. Say which with --from DATE.")
    if not dry_run:
        files.replace(table.path, leaves.without(table, chosen))
    if as_json:
        print_json({"cancelled": chosen[0].as_dict(), "file": table.label, "dry_run": dry_run})
        return
    verb = "would be taken out of" if dry_run else "[green]taken out[/] of"
    out.print(f"{verb} {plain(table.label)}: {plain(_said(chosen[0]))}")
    out.print(
        "Leads that were handed over stay where they are; `leadwright undo RUN --only owner` gives them back."
    )


def _list(config: settings.Settings, *, as_json: bool) -> None:
    from leadwright.rules import leaves
    from leadwright.transform.project import Transform
    from leadwright.trials import leaving

    with nullcontext() if as_json else err.status("Reading the rules"):
        found = leaves.read(leaving.table(Transform(config)))
    there = [each for each in found if not each.is_over(config.moment().date())]
    if as_json:
        print_json({"leaves": [each.as_dict() for each in there]})
    elif not there:
        out.print("Nobody is away, or will be.")
    for each in there if not as_json else []:
        out.print(plain(_said(each)))


def _said(row: Leave) -> str:
    until = f"from {row.first_on} to {row.last_on}" if row.last_on else f"from {row.first_on} for good"
    to = f", {row.gives_to} stands in" if row.gives_to else ""
    return f"{row.email} {until}{to}"


def _as_dict(row: Leave, found: Handover) -> dict[str, Any]:
    return {
        "leave": row.as_dict(),
        "dry_run": True,
        "as_of": found.as_of,
        "takers": found.takers,
        "leads": found.leads,
        "staying": found.staying,
    }


def _show(rep: Rep, row: Leave, found: Handover) -> None:
    out.print(f"[bold]{plain(rep.full_name)}[/]: {plain(_said(row))}. Nothing was written.")
    if not found.leads:
        out.print(f"No lead would be handed over; {count(found.staying)} stay.")
        return
    table = Table("takes over", "leads")
    table.columns[1].justify = "right"
    for name, number in found.takers.items():
        table.add_row(plain(name), count(number))
    out.print(table)
    out.print(_leads(found.leads[:_LISTED]))
    if len(found.leads) > _LISTED:
        out.print(f"… and {len(found.leads) - _LISTED:,} more; --json lists all.", style="dim")
    out.print(f"{count(found.staying)} open leads would stay with {plain(rep.full_name)}.")


def _leads(leads: list[dict[str, Any]]) -> Table:
    table = Table("lead", "company", "grade", "goes to", "because")
    for lead in leads:
        who = str(lead["full_name"] or lead["email"] or lead["lead_id"])
        cells = (who, lead["company_name"] or "unknown", lead["grade"], lead["owner_name"], lead["reason"])
        table.add_row(*(plain(str(cell)) for cell in cells))
    return table
