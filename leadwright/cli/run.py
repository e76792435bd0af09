"""Commands that do the job: run, ingest, transform, sync, link."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from leadwright import settings
from leadwright.cli import start
from leadwright.cli.output import bars, err, out, print_json
from leadwright.cli.terminal import plain
from leadwright.connectors.base import STATUSES
from leadwright.operate.erasure import WITHHELD, Erased
from leadwright.operate.runs import Run
from leadwright.transform.preview import preview_home

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout and nothing else.")]
Full = Annotated[bool, typer.Option("--full", help="Pull everything again instead of what changed.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would be written; send nothing.")]
WithoutOwners = Annotated[
    bool, typer.Option("--without-owners", help="Leave out all that sets, names or explains owners.")
]


def register(app: typer.Typer) -> None:
    """Add the commands to `app`."""
    for command in (run, ingest, transform, sync, link):
        app.command()(command)


def run(
    full: Full = False, dry_run: DryRun = False, without_owners: WithoutOwners = False, json: Json = False
) -> None:
    """Do the whole job: pull, score, route, publish, write back what differs.

    With --dry-run on a copy that is thrown away: neither the CRMs nor the warehouse change; says who would get leads.
    """
    with preview_home(settings.load()) if dry_run else nullcontext():
        prepare(quiet=json)
        from leadwright.flows.qualify import qualify

        with bars(quiet=json):
            done = qualify(full=full, dry_run=dry_run, without_owners=without_owners)
    show(done, as_json=json)


def ingest(full: Full = False, json: Json = False) -> None:
    """Pull what changed in the connected CRMs."""
    prepare(quiet=json)
    from leadwright.flows.ingest import ingest as flow

    with bars(quiet=json):
        done = flow(full=full)
    show(done, as_json=json)


def transform(
    select: Annotated[str | None, typer.Option(help="Part of the dbt project, in dbt's own syntax.")] = None,
    json: Json = False,
) -> None:
    """Compute scores, segments, routing and KPIs, and publish them."""
    prepare(quiet=json, needs_crm=False)
    from leadwright.flows.transform import transform as flow

    with bars(quiet=json):
        done = flow(select=select)
    show(done, as_json=json)


def sync(dry_run: DryRun = False, without_owners: WithoutOwners = False, json: Json = False) -> None:
    """Write scores and routing back into the CRMs: only what differs."""
    prepare(quiet=json)
    from leadwright.flows.sync import sync as flow

    with bars(quiet=json):
        done = flow(dry_run=dry_run, without_owners=without_owners)
    show(done, as_json=json)


def link(json: Json = False) -> None:
    """Find records of one person that share no e-mail address; the next run joins them."""
    prepare(quiet=json, needs_crm=False)
    from leadwright.flows.link import link as flow

    with err.status("Comparing people") if not json else nullcontext():
        linked = flow()
    if json:
        print_json({"records": linked.records, "links": linked.links})
    else:
        out.print(f"{linked.records:,} records compared, {linked.links:,} pairs are probably one person.")


def show(done: Run, *, as_json: bool) -> None:
    """Print what a run did."""
    if as_json:
        print_json(done.as_dict())
        return
    for pulled in done.pulled:
        rows = ", ".join(f"{n:,} {name}" for name, n in pulled.rows.items() if n)
        out.print(f"[bold]{pulled.crm}[/]: pulled {rows or 'nothing new'}")
        for name, n in pulled.set_aside.items():
            out.print(f"  {n:,} {name} could not be read and are set aside; `leadwright doctor` says why")
    for line in done.left():
        out.print(f"[yellow]{escape(line)}[/]")
    if done.erased:
        _show_erased(done.erased)
    if done.written:
        out.print(_written_table(done))
    if done.dry_run and done.written:
        out.print(_owners_table(done) if done.owner_moves else _no_owner(done))
    out.print("  ".join(f"{stage} {seconds:.1f} s" for stage, seconds in done.seconds.items()), style="dim")


def _show_erased(erased: Erased) -> None:
    for name, n in erased.records.items():
        out.print(f"[bold]{name}[/]: {n:,} people forgotten, whom the CRM shows no more")
    for name, n in erased.withheld.items():
        out.print(f"[yellow]{name}[/]: {n:,} {WITHHELD}")


def _written_table(done: Run) -> Table:
    usual = {"accepted", "rejected", "skipped"}
    statuses = [s for s in STATUSES if s in usual or any(w.outcomes[s] for w in done.written)]
    table = Table("CRM", "object", "would write" if done.dry_run else "differed", *statuses)
    for w in done.written:
        counts = [w.planned, *(w.outcomes[status] for status in statuses)]
        table.add_row(w.crm, w.object, *(f"{n:,}" for n in counts))
        for code, n in sorted(w.reasons.items()):
            table.add_row("", f"  {plain(code)}", f"{n:,}")
        if done.dry_run:
            for name, n in w.fields.most_common():
                table.add_row("", f"  {name}", f"{n:,}")
    return table


def _owners_table(done: Run) -> Table:
    table = Table("owner", "leads now", "would get", "would lose", "then")
    for column in table.columns[1:]:
        column.justify = "right"
    for move in done.owner_moves:
        counts = (move.leads_before, move.gets, move.loses, move.leads_after)
        table.add_row(escape(move.name) + ("" if move.is_active else " (left)"), *(f"{n:,}" for n in counts))
    return table


def _no_owner(done: Run) -> str:
    return "Nobody would get or lose a lead." if done.with_owners else "Owners are left out."


def prepare(*, quiet: bool, needs_crm: bool = True) -> None:
    """Check the settings, then start Prefect's server and parse the dbt project side by side."""
    config = settings.load()
    for crm in config.require_crms() if needs_crm else ():
        config.connect(crm)  # a wrong value is said before anything starts, not after half a minute
    settings.prepare_command_line(config)
    server = start.begin()
    with err.status("Reading the rules, starting Prefect") if not quiet else nullcontext():
        start.finish(server)
