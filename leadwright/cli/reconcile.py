"""Whether the CRMs still show what was written: reconcile."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from leadwright.cli.output import bars, out, print_json
from leadwright.cli.run import Json, prepare
from leadwright.cli.terminal import plain

if TYPE_CHECKING:  # it imports Arrow, and help must not wait for that
    from leadwright.writeback.reconciling import Reconciled


def register(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command()(reconcile)


def reconcile(
    sample: Annotated[
        int | None,
        typer.Option(min=1, help="So many records of each object, drawn anew each time, and not all."),
    ] = None,
    examples: Annotated[int, typer.Option(min=0, help="How many differences to show for each field.")] = 3,
    json: Json = False,
) -> None:
    """Compare every field that was written with what the CRMs show now, and say who changed what differs.

    Nothing is sent. The counts are kept for the page Data health and `rpt_reconciliations`.
    """
    prepare(quiet=json)
    from leadwright.flows.reconcile import reconcile as flow

    with bars(quiet=json):
        done = flow(sample=sample, examples=examples)
    if json:
        print_json({"reconciled": [each.as_dict() for each in done]})
    else:
        _show(done)


def _show(done: list[Reconciled]) -> None:
    table = Table("CRM", "object", "records", "fields compared", "differ", "gone")
    for column in table.columns[2:]:
        column.justify = "right"
    for each in done:
        sums = (sum(f.compared for f in each.fields.values()), each.differing)
        gone = max((f.missing for f in each.fields.values()), default=0)
        counts = (each.record_count, *sums, gone)
        table.add_row(each.model.crm, each.model.object, *(f"{number:,}" for number in counts))
        for name, f in each.fields.items():
            if f.differing:
                table.add_row("", f"  {name}", "", f"{f.compared:,}", f"{f.differing:,}")
    out.print(table)
    if any(each.is_sample for each in done):
        out.print("Of a sample; without --sample all records are compared.", style="dim")
    for each in done:
        for e in each.examples:
            wrote, shows = (plain("nothing" if value is None else value) for value in (e.wrote, e.shows))
            by = f" ({plain(e.by)})" if e.by else ""
            out.print(
                f"{each.model.crm} {each.model.object} {plain(e.record_id)} {e.field}: {wrote} → {shows}{by}"
            )
    if done and not any(each.differing for each in done):
        out.print("Every field shows what was written last.")
