"""The commands `init` and `upgrade`: make a company's own folder, and bring it up to date."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from leadwright import connectors, settings
from leadwright.cli.output import out, print_json
from leadwright.cli.run import Json
from leadwright.cli.terminal import plain
from leadwright.connectors.errors import ConfigError
from leadwright.crm_accounts import setting_names
from leadwright.starters import make
from leadwright.starters.takeover import Taken


def register(app: typer.Typer) -> None:
    """Add the commands to `app`."""
    for command in (init, upgrade):
        app.command()(command)


def init(
    folder: Annotated[Path, typer.Argument(help="Where to make it; it may be there already.")],
    rules: Annotated[
        str | None, typer.Option(help=f"The rules to begin with: {', '.join(make.CHOICES)}.")
    ] = None,
    system: Annotated[list[str] | None, typer.Option(help="A CRM in use; say it once for each.")] = None,
    own_domain: Annotated[
        list[str] | None, typer.Option(help="An e-mail domain of your own people; say it once for each.")
    ] = None,
    time_zone: Annotated[str | None, typer.Option(help="Where you work, such as Europe/Berlin.")] = None,
    hours: Annotated[str | None, typer.Option(help="When you work, such as 9:00-18:00.")] = None,
    days: Annotated[str | None, typer.Option(help="On which days, such as mon-fri or sun-thu.")] = None,
    decimal_mark: Annotated[
        str | None, typer.Option(help="How you write numbers: point (1,234.5) or comma (1.234,5).")
    ] = None,
    taken_from: Annotated[
        Path | None,
        typer.Option("--from", help="The rule files of an older version: its folder dbt_project/seeds."),
    ] = None,
    json: Json = False,
) -> None:
    """Make a workspace: your own rules, settings and schedule, in a folder for your own git.

    Asks what was not said, where somebody can be asked. Nobody is given leads until you name who takes them.
    """
    asks = sys.stdin.isatty() and not json
    shown = make.Answers()

    def answer(said: str | None, question: str, default: str) -> str:
        return said if said is not None else typer.prompt(question, default=default) if asks else default

    known = connectors.available()
    systems = (
        ",".join(system) if system else answer(None, f"CRMs in use ({', '.join(known)})", ",".join(known))
    )
    domains = ",".join(own_domain) if own_domain else answer(None, "E-mail domains of your own people", "")
    answers = make.Answers(
        starter=answer(rules, f"Rules to begin with ({', '.join(make.CHOICES)})", shown.starter),
        systems=_parts(systems),
        own_domains=_parts(domains),
        time_zone=answer(time_zone, "Time zone", shown.time_zone),
        hours=answer(hours, "Working hours", shown.hours),
        days=answer(days, "Working days", shown.days),
        decimal_mark=answer(decimal_mark, "Decimal mark (point, comma)", shown.decimal_mark),
    )
    if strange := [name for name in answers.systems if name not in known]:
        raise ConfigError(
            f"There is no connector for {strange[0]!r}; one of: {', '.join(known)}. Nothing was written."
        )
    if taken_from is not None and not taken_from.is_dir():
        raise ConfigError(f"There is no folder {taken_from}. Nothing was written.")
    config = settings.load()
    made = make.create(folder, answers, config.dbt_project / "seeds")
    taken = _take_over(taken_from, folder, config) if taken_from else None
    if json:
        told = {"taken": asdict(taken)} if taken else {}
        print_json({"folder": str(folder), "files": made, "systems": list(answers.systems), **told})
        return
    _show(folder, len(made), taken, answers.systems)


def _show(folder: Path, files: int, taken: Taken | None, systems: Sequence[str]) -> None:
    out.print(f"[green]made[/]: {plain(folder)}, {files} files")
    if taken:
        out.print(f"taken over: {plain(', '.join(taken.whole))}")
        for table, count in taken.added.items():
            out.print(f"  {count:,} rows of your own beside ours in reference/{plain(table)}.csv")
        if taken.unknown:
            out.print(f"no table of this version: {plain(', '.join(taken.unknown))}; look into the changelog")
    keys = ", ".join(f"{name} ({', '.join(_first_settings(name))})" for name in systems)
    out.print(
        f"\nNext, in {plain(folder)}:\n  copy .env.example to .env and fill in {keys or 'your CRM'}"
        "\n  leadwright doctor\n  leadwright run --dry-run\nREADME.md there says the rest."
    )


def upgrade(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would change.")] = False,
    json: Json = False,
) -> None:
    """Move the tables of your workspace to this version of Leadwright, and say what it brings.

    Columns are added or renamed, and rows that this version needs are added; all others, their order and their reasons
    stay. The home is moved by the next run.
    """
    from leadwright.rules import upgrade as upgrades
    from leadwright.transform.project import Transform

    config = settings.load()
    if config.workspace is None:
        raise ConfigError("There is no workspace here. `leadwright init FOLDER` makes one.")
    found = upgrades.plan(config.workspace, Transform(config).rule_files())
    if not dry_run:
        upgrades.carry_out(config.workspace, found)
    if json:
        print_json(
            {
                "from": found.version_before,
                "to": found.version,
                "changes": [asdict(change) for change in found.changes],
                "dry_run": dry_run,
            }
        )
        return
    would = "would change" if dry_run else "changed"
    out.print(f"{found.version_before} → {found.version}: {len(found.changes)} columns and rows {would}")
    for change in found.changes:
        out.print(f"  {plain(change.file)}, {plain(change.column)}: {plain(change.what)}")
    if not dry_run:
        out.print("Look at it with git diff, then: leadwright rules check")


def _take_over(seeds: Path, folder: Path, config: settings.Settings) -> Taken:
    from leadwright.rules import upgrade as upgrades
    from leadwright.starters import takeover
    from leadwright.transform.project import Transform

    shipped = config.model_copy(update={"workspace": make.nothing_of_its_own()})
    taken = takeover.take_over(seeds, folder, Transform(shipped).rule_files())
    own = config.model_copy(update={"workspace": folder.absolute()})
    upgrades.write(upgrades.plan(folder.absolute(), Transform(own).rule_files()))
    return taken


def _parts(text: str) -> tuple[str, ...]:
    return tuple(part for part in text.replace(";", ",").replace(" ", "").lower().split(",") if part)


def _first_settings(system: str) -> list[str]:
    """What a system cannot do without, and its token."""
    fields = connectors.load(system).Credentials.model_fields
    names = setting_names(system, system)
    return [names[field] for field, info in fields.items() if info.is_required() or field == "token"]
