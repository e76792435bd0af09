"""Commands about the rules: rules check, rules diff, rules own, rules bands, rules suggest."""

from __future__ import annotations

from collections import Counter
from contextlib import nullcontext
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from leadwright import settings
from leadwright.cli.bands import bands
from leadwright.cli.lines import show_side_by_side
from leadwright.cli.output import bars, err, out, print_json
from leadwright.cli.run import Json
from leadwright.cli.study import Outcome, Since, Until, day_of
from leadwright.cli.terminal import plain
from leadwright.connectors.errors import ConfigError
from leadwright.formatting import NUMBER, moment

WRONG_RULES = 2

_SET = "live, a folder of rule files, or a revision in git"


def register(app: typer.Typer) -> None:
    """Add the group of commands to `app`."""
    group = typer.Typer(no_args_is_help=True, help="Check the rules, and preview a change of them.")
    group.command()(check)
    group.command()(diff)
    group.command()(own)
    group.command()(bands)
    group.command()(suggest)
    app.add_typer(group, name="rules")


def check(json: Json = False) -> None:
    """Name every fault in the rule files: file, line, column, what is wrong, what is allowed."""
    from leadwright.transform.project import Transform

    config = settings.load()
    with nullcontext() if json else err.status("Reading the rules"):
        transform = Transform(config)
        faults = transform.rule_faults()
        count = len(transform.rule_files())
    if json:
        rows = [{"file": f.file, "line": f.line, "column": f.column, "message": f.message} for f in faults]
        print_json({"ok": not faults, "files": count, "faults": rows})
    elif faults:
        for fault in faults:
            out.print(plain(fault), highlight=False)
        err.print(f"[bold red]{len(faults)} fault(s)[/] in {len({f.file for f in faults})} of {count} files")
    else:
        out.print(f"[green]ok[/]: {count} rule files, no fault")
    raise typer.Exit(WRONG_RULES if faults else 0)


def diff(
    before: Annotated[str, typer.Argument(metavar="[A]", help=f"The rules now: {_SET}.")] = "live",
    after: Annotated[
        str | None, typer.Argument(metavar="[B]", help="The rules to try, named likewise; your edited files.")
    ] = None,
    top: Annotated[int, typer.Option(min=0, help="How many of the furthest moves to show.")] = 10,
    lead: Annotated[
        str | None, typer.Option(help="Show this lead's lines too: address, lead id or CRM record id.")
    ] = None,
    json: Json = False,
) -> None:
    """Say who would get another grade or owner if the rules B went live in place of A. Nothing is changed."""
    from leadwright.trials import differences

    with bars(quiet=json):
        found = differences.diff(before, after, settings.load_for_reading(), top=top, lead=lead)
    print_json(found) if json else _show(found)


def own(
    table: Annotated[str, typer.Argument(help="Name of the table, such as plays or job_titles.")],
    whole: Annotated[
        bool, typer.Option("--whole", help="Take all of its rows, and none that a later version brings.")
    ] = False,
    json: Json = False,
) -> None:
    """Put a table that comes with Leadwright into your workspace, so that you can change it."""
    from leadwright.starters import make
    from leadwright.transform.project import Transform

    config = settings.load()
    if config.workspace is None:
        raise ConfigError("There is no workspace here. `leadwright init FOLDER` makes one.")
    tables = {file.name: file for file in Transform(config).rule_files()}
    name = table.removesuffix(".csv")
    if name not in tables:
        raise ConfigError(f"There is no table {name!r}; one of: {', '.join(sorted(tables))}.")
    file = make.own(name, config.workspace, tables[name], whole=whole)
    if json:
        print_json({"file": str(file)})
        return
    adds = " Its rows are added to ours, and take the place of those with the same key." if not whole else ""
    out.print(f"[green]made[/]: {plain(file)}.{adds if file.parent.name == 'reference' else ''}")


def suggest(
    outcome: Outcome = None,
    since: Since = None,
    until: Until = None,
    accept: Annotated[bool, typer.Option("--accept", help="Change score_rules.csv so.")] = False,
    json: Json = False,
) -> None:
    """Say which points past outcomes support, and which rules never hold, always hold or point the wrong way."""
    first, last = day_of(since), day_of(until)
    config = settings.load()
    if accept and config.workspace is None:
        raise ConfigError("There is no workspace to change: `leadwright init FOLDER` makes one.")
    from leadwright.study import suggesting

    with bars(quiet=json):
        found = suggesting.suggest(config, outcome_id=outcome, since=first, until=last)
    if accept and found.diff:
        suggesting.accept(found, config)
    if json:
        print_json({**found.as_dict(), "accepted": accept and bool(found.diff)})
        return
    from leadwright.cli.study_text import suggested

    for line in suggested(found, accepted=accept):
        out.print(line)
    out.print(found.diff, markup=False, highlight=False, end="")


def _show(found: dict[str, Any]) -> None:
    sides = [plain(_name(found[side]["name"])) for side in ("before", "after")]
    out.print(
        f"[bold]{sides[0]}[/] → [bold]{sides[1]}[/]: {found['leads']:,} leads as of {moment(found['as_of'])}"
    )
    for side in ("before", "after"):
        if found[side]["borrowed"]:
            files = ", ".join(found[side]["borrowed"])
            out.print(f"{plain(found[side]['name'])} lack {files}: taken from the workspace", style="dim")
    if not found["rows"]:
        out.print("The rules are the same.")
        return
    out.print(_rows(found))
    if found["moved_otherwise"] is None:
        out.print(
            "So many rows differ that none was tried alone. To see what each does, compare rules that differ in "
            "fewer rows, such as two revisions in git."
        )
    out.print(
        f"[bold]{found['rescored']:,}[/] leads get other points, [bold]{found['moved']:,}[/] move to another grade."
    )
    out.print(_totals(found["grades"]))
    if found["moved"]:
        out.print(_grades(found["grades"]))
        out.print(_largest(found["largest"]))
    if found["routing"]:
        _show_routing(found["routing"])
    if "lead" in found:
        one = found["lead"]
        out.print(f"\n[bold]{plain(_who(one))}[/] · {plain(one['company_name'] or 'no company known')}")
        show_side_by_side(one["contributions"], sides[0], sides[1], one["score_before"], one["score_after"])


def _name(name: str) -> str:
    path = Path(name)
    return str(path) if not path.is_absolute() else path.name


def _rows(found: dict[str, Any]) -> Table:
    with_owners = found["routing"] is not None
    table = Table("changed row", "before", "after", "other grade", *(["other owner"] if with_owners else []))
    table.columns[0].overflow = "fold"
    for column in table.columns[1:]:
        column.min_width = 7
    for column in table.columns[3:]:
        column.justify = "right"
    for row in found["rows"]:
        cells = [
            _cells(row[side], row["before" if side == "after" else "after"], row["row"])
            for side in ("before", "after")
        ]
        moves = [row["moves"], *([row["owner_moves"]] if with_owners else [])]
        counts = ["not tried" if n is None else f"{n:,}" for n in moves]
        table.add_row(plain(f"{row['file']} {row['row']}".strip()), *map(plain, cells), *counts)
    if found["moved_otherwise"]:
        table.add_row("only several rows together", "", "", f"{found['moved_otherwise']:,}")
    return table


def _show_routing(routing: dict[str, Any]) -> None:
    out.print(
        f"If all that our rules have decided were decided anew, [bold]{routing['moved']:,}[/] leads would get another "
        "owner. What was decided stays: the rules count for leads that need an owner from now on."
    )
    table = Table("owner", "leads before", "leads after")
    for column in table.columns[1:]:
        column.justify = "right"
    for rep in routing["reps"]:
        table.add_row(
            plain(rep["owner_name"] or "nobody"), f"{rep['leads_before']:,}", f"{rep['leads_after']:,}"
        )
    out.print(table)
    if routing["leads"]:
        table = Table("lead", "company", "grade", "owner", "because")
        for row in routing["leads"]:
            owners = (plain(row[f"owner_{side}"] or "nobody") for side in ("before", "after"))
            table.add_row(
                plain(_who(row)),
                plain(row["company_name"] or "unknown"),
                row["grade"],
                " → ".join(owners),
                plain(row["reason_after"]),
            )
        out.print(table)


def _who(lead: dict[str, Any]) -> str:
    """The person as a colleague would name him; the id where a CRM has neither name nor address."""
    return str(lead["full_name"] or lead["email"] or lead["lead_id"])


def _cells(cells: dict[str, str] | None, other: dict[str, str] | None, key: str) -> str:
    """The cells in words: of a row that stays what counts, which the reason does not; of another one what it says."""
    if cells is None:
        return "(no such row)"
    if other is None:
        said = {n: v for n, v in cells.items() if v and n != "reason" and f" {v} " not in f" {key} "}
        return ", ".join(f"{n} {v}" if NUMBER.fullmatch(v) else v for n, v in said.items()) or key
    shown = {n: v for n, v in cells.items() if n != "reason" or len(cells) == 1}
    return ", ".join(f"{name} {value or 'empty'}" for name, value in shown.items())


def _totals(grades: list[dict[str, Any]]) -> str:
    """How many leads each grade has on both sides, those first that most have."""
    totals = Counter[str]()
    before = Counter[str]()
    for row in grades:
        before[row["grade_before"]] += row["leads"]
        totals[row["grade_after"]] += row["leads"]
    names = [name for name, _ in (before + totals).most_common()]
    return ", ".join(f"{plain(name)}: {before[name]:,} → {totals[name]:,}" for name in names)


def _grades(grades: list[dict[str, Any]]) -> Table:
    table = Table("from", "to", "leads")
    table.columns[2].justify = "right"
    for row in grades:
        if row["grade_before"] != row["grade_after"]:
            table.add_row(row["grade_before"], row["grade_after"], f"{row['leads']:,}")
    return table


def _largest(largest: list[dict[str, Any]]) -> Table:
    table = Table("lead", "company", "score", "grade", "mostly because of")
    for row in largest:
        line = next((c for c in row["contributions"] if c["difference"]), None)
        why = row["disqualified_after"] or row["disqualified_before"] or "the grade's limits"
        table.add_row(
            plain(_who(row)),
            plain(row["company_name"] or "unknown"),
            f"{row['score_before']} → {row['score_after']}",
            f"{row['grade_before']} → {row['grade_after']}",
            plain(f"{line['label']} ({line['difference'].normalize():+f})" if line else why),
        )
    return table
