"""Commands that do the job: run, ingest, transform, sync, link."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from leadwright import settings
from leadwright.cli import start
from leadwright.cli.misfits import show_misfits
from leadwright.cli.output import bars, err, out, print_json
from leadwright.cli.terminal import plain
from leadwright.connectors.base import STATUSES
from leadwright.connectors.errors import ConfigError
from leadwright.operate.erasure import WITHHELD, Erased
from leadwright.operate.runs import Run

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout and nothing else.")]
Full = Annotated[bool, typer.Option("--full", help="Pull everything again instead of what changed.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would be written; send nothing.")]
WithoutOwners = Annotated[
    bool, typer.Option("--without-owners", help="Leave out all that sets, names or explains owners.")
]

Approve = Annotated[
    str | None,
    typer.Option(
        metavar="RUN", help="Send what a run that stopped has asked about; the id, or how it begins."
    ),
]

Output = Annotated[
    Path | None,
    typer.Option(help="With --dry-run: write it to a file too; .html is a page, .csv has every change."),
]

STOPPED, PAUSED = 3, 4
"""Exit codes of a run that asks before it sends, and of one that did not send because writing is paused."""


def register(app: typer.Typer) -> None:
    """Add the commands to `app`."""
    for command in (run, ingest, transform, sync, link):
        app.command()(command)


def run(
    full: Full = False,
    dry_run: DryRun = False,
    without_owners: WithoutOwners = False,
    output: Output = None,
    json: Json = False,
) -> None:
    """Do the whole job: pull, score, route, publish, write back what differs.

    With --dry-run it keeps what it pulled and does all else on a copy: nothing is written, scored or routed for good.
    """
    file = _output(output, dry_run=dry_run)
    prepare(quiet=json)
    from leadwright.flows.qualify import qualify

    with bars(quiet=json):
        done = qualify(full=full, dry_run=dry_run, without_owners=without_owners, output=file)
    show(done, as_json=json)
    _end(done)


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


def sync(
    dry_run: DryRun = False,
    without_owners: WithoutOwners = False,
    approve: Approve = None,
    output: Output = None,
    json: Json = False,
) -> None:
    """Write scores and routing back into the CRMs: only what differs."""
    if approve is not None and dry_run:
        raise ConfigError("Give --dry-run to look, or --approve RUN to send.")
    file = _output(output, dry_run=dry_run)
    prepare(quiet=json)
    from leadwright.flows.sync import sync as flow

    with bars(quiet=json):
        done = flow(dry_run=dry_run, without_owners=without_owners, approve=approve, output=file)
    show(done, as_json=json)
    _end(done)


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
    if done.rollout:
        out.print(f"[bold]roll-out[/]: {escape(done.rollout.told)}")
    if done.written:
        out.print(_written_table(done))
    if done.preview:
        from leadwright.cli.preview import show_preview  # imports Arrow, which help must not wait for

        show_preview(done.preview)
    _show_waiting(done)
    show_misfits(done.misfits)
    for line in done.untold:
        out.print(f"[yellow]A notice did not arrive:[/] {plain(line)}. The next run tells it.")
    out.print("  ".join(f"{stage} {seconds:.1f} s" for stage, seconds in done.seconds.items()), style="dim")


def _output(file: Path | None, *, dry_run: bool) -> str | None:
    """The file for a preview, as a flow takes it. Raises ConfigError where it cannot be one."""
    if file is None:
        return None
    if not dry_run:
        raise ConfigError("--output is for --dry-run.")
    from leadwright.writeback.previewfiles import require_writable

    require_writable(file.absolute())
    return str(file.absolute())


def _end(done: Run) -> None:
    """End with a code of its own where a person is to do something before anything is sent."""
    if done.stop or done.pause:
        raise typer.Exit(STOPPED if done.stop else PAUSED)


def _show_waiting(done: Run) -> None:
    """Say what was not sent, why, and how it goes on."""
    if done.stop:
        out.print("[bold yellow]Stopped before anything was sent.[/]")
        for reason in done.stop.reasons:
            out.print(f"  {plain(reason.text)}")
        out.print("Look: leadwright sync --dry-run")
        out.print(f"Send: leadwright sync --approve {done.stop.short_id}")
    elif done.pause:
        left = f"{done.held_back:,} records wait."
        out.print(f"[bold yellow]{plain(str(done.pause))}[/] {left} {plain(done.pause.way_out)}")
    elif done.held_back:
        out.print(
            f"{done.held_back:,} records wait for the next run: leadwright.toml limits how many are sent."
        )


def _show_erased(erased: Erased) -> None:
    for name, n in erased.records.items():
        out.print(f"[bold]{name}[/]: {n:,} people forgotten, whom the CRM shows no more")
    for name, n in erased.withheld.items():
        out.print(f"[yellow]{name}[/]: {n:,} {WITHHELD}")


def _written_table(done: Run) -> Table:
    usual = set() if done.dry_run else {"accepted", "rejected", "skipped"}
    statuses = [s for s in STATUSES if s in usual or any(w.outcomes[s] for w in done.written)]
    table = Table("CRM", "object", "would write" if done.dry_run else "differed", *statuses)
    for w in done.written:
        counts = [w.planned, *(w.outcomes[status] for status in statuses)]
        table.add_row(w.crm, w.object, *(f"{n:,}" for n in counts))
        for code, n in sorted(w.reasons.items()):
            table.add_row("", f"  {plain(code)}", f"{n:,}")
    return table


def prepare(*, quiet: bool, needs_crm: bool = True) -> None:
    """Check the settings, then start Prefect's server and parse the dbt project side by side."""
    config = settings.load()
    for crm in config.require_crms() if needs_crm else ():
        config.connect(crm)  # a wrong value is said before anything starts, not after half a minute
    settings.prepare_command_line(config)
    server = start.begin()
    with err.status("Reading the rules, starting Prefect") if not quiet else nullcontext():
        start.finish(server)
