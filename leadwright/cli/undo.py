"""Takes back what a run wrote to the CRMs: undo."""

from __future__ import annotations

from collections import Counter
from contextlib import nullcontext
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from leadwright import settings, warehouse
from leadwright.cli.output import bars, err, out, print_json
from leadwright.cli.run import DryRun, Json, prepare
from leadwright.cli.terminal import plain
from leadwright.connectors.errors import ConfigError
from leadwright.formatting import moment

if TYPE_CHECKING:  # it imports Arrow, and help must not wait for that
    from leadwright.writeback.undoing import Undoing

_LISTED = 20


def register(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command()(undo)


def undo(
    run: Annotated[
        str | None,
        typer.Argument(help="The run: the beginning of its id, or `last`. Left out: list the latest."),
    ] = None,
    only: Annotated[
        str | None, typer.Option(help="owner, scores (all but the owner), or the name of one CRM field.")
    ] = None,
    dry_run: DryRun = False,
    lift: Annotated[
        bool, typer.Option("--lift", help="Let the rules write again what was undone of that run, or by it.")
    ] = False,
    json: Json = False,
) -> None:
    """Put back what stood in the CRMs before a run wrote, wherever nobody has changed it since.

    It stays so until the rules or the lead want another value, or --lift. An undo is a run and can be undone.
    """
    config = settings.load()
    if run is None:
        _list(config, as_json=json)
        return
    if lift and dry_run:
        raise ConfigError("Say --lift or --dry-run, not both: --lift sends nothing by itself.")
    from leadwright.writeback import writingruns

    with warehouse.writer(config.warehouse_file, config.lock_wait_seconds) as db:
        run_id = writingruns.named(db, run)
    if lift:
        _lift(config, run_id, only, as_json=json)
        return
    prepare(quiet=json)
    from leadwright.flows.undo import undo as flow

    with bars(quiet=json):
        done = flow(run_id, only=only, dry_run=dry_run)
    if json:
        print_json({"run_id": run_id, "dry_run": dry_run, "undone": [each.as_dict() for each in done]})
    else:
        _show(done, dry_run=dry_run)


def _lift(config: settings.Settings, run_id: str, only: str | None, *, as_json: bool) -> None:
    from leadwright.transform.project import Transform  # imports dbt, which takes a second
    from leadwright.writeback import undoing, undone

    with nullcontext() if as_json else err.status("Reading the rules"):
        models = Transform(config).sync_models(everything=True)
    fields = undoing.require_chosen(only, models)
    with (
        warehouse.locked(config.run_lock, config.lock_wait_seconds, "has been running"),
        warehouse.writer(config.warehouse_file, config.lock_wait_seconds) as db,
    ):
        lifted = undone.lift(db, run_id, fields)
    if as_json:
        print_json({"run_id": run_id, "lifted": dict(lifted)})
        return
    for name, count in lifted.most_common():
        out.print(f"  {count:,} {plain(name)}")
    out.print(
        f"{lifted.total():,} values are let through: the next run writes what the rules want."
        if lifted
        else "Nothing of that run stays away."
    )


def _list(config: settings.Settings, *, as_json: bool) -> None:
    from leadwright.writeback import writingruns

    with warehouse.writer(config.warehouse_file, config.lock_wait_seconds) as db:
        found = writingruns.latest(db)
    if as_json:
        print_json({"runs": found})
        return
    if not found:
        out.print("No run has written to a CRM yet.")
        return
    table = Table("run", "flow", "began", "records written", "undone", "of these kept away")
    for column in table.columns[3:]:
        column.justify = "right"
    for row in found:
        counts = (row["record_count"], row["undone_count"], row["held_count"])
        began = moment(row["began_at"])
        table.add_row(row["run_id"][:8], row["flow"] or "", began, *(f"{count:,}" for count in counts))
    out.print(table)


def _show(done: list[Undoing], *, dry_run: bool) -> None:
    table = Table("CRM", "object", "would be put back" if dry_run else "put back", "not put back")
    for column in table.columns[2:]:
        column.justify = "right"
    for each in (each for each in done if each.fields or each.left):
        kept = len({one.record_id for one in each.missing})
        table.add_row(each.model.crm, each.model.object, f"{each.record_count:,}", f"{kept:,}")
        counts = Counter(one.field for one in each.missing)
        for name in dict.fromkeys([*each.fields, *counts]):
            table.add_row("", f"  {name}", f"{each.fields[name]:,}", f"{counts[name]:,}")
    out.print(table)
    for each in done:
        _show_left(each)
        if each.written and each.written.put_off:
            err.print(f"{plain(each.written.put_off)} Undo the run again then; nothing is put back twice.")
    if not dry_run and any(each.record_count for each in done):
        out.print(
            "What was undone stays away until the rules or the lead want another value; "
            "`leadwright undo RUN --lift` lets it through."
        )


def _show_left(each: Undoing) -> None:
    where = f"{each.model.crm} {each.model.object}"
    already = len(each.left) - len(each.missing)
    if already:
        out.print(f"[bold]{where}[/] showed already what stood there before: {already:,}")
    for why, count in Counter(one.why for one in each.missing).most_common():
        some = [one for one in each.missing if one.why == why]
        out.print(f"[bold]{where}[/] not put back, {plain(some[0].words)}: {count:,}")
        for one in some[:_LISTED]:
            detail = f" ({plain(one.detail)})" if one.detail else ""
            out.print(f"  {plain(one.record_id)} {plain(one.field)}{detail}")
        if len(some) > _LISTED:
            out.print(f"  … and {len(some) - _LISTED:,} more; --json lists all.", style="dim")
