"""What a dry run shows: fields by grade, owners, examples, what may be set off, calls and time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.table import Table

from leadwright.cli.output import out
from leadwright.cli.terminal import plain
from leadwright.connectors.base import Automation
from leadwright.formatting import count, duration
from leadwright.writeback.ownermoves import OwnerMove
from leadwright.writeback.previews import Preview, RecordChange

_MOST = 3
"""People from whom somebody gets leads, by name; a file has all of them."""


def show_preview(preview: Preview) -> None:
    """Print a preview."""
    _show_fields(preview)
    if preview.owner_moves:
        out.print(_owners(preview.owner_moves))
    else:
        out.print("Nobody would get or lose a lead." if preview.with_owners else "Owners are left out.")
    for some in preview.tasks:
        out.print(
            f"{plain(some.name)} would get {count(some.tasks)} task{'s' if some.tasks > 1 else ''} in {some.crm}"
        )
    for list_ in preview.lists:
        changes = f"would get {count(list_.put_on)} people and lose {count(list_.taken_off)}"
        out.print(f"{plain(list_.name)} in {list_.crm} {changes}")
    _show_examples("The largest changes", preview.largest)
    _show_examples("Some at random", preview.chosen)
    for each in preview.set_off:
        said = f"not known, because: {each.unknown}" if each.unknown else _automations(each.automations)
        out.print(f"May set off in {each.crm} {each.object}: {plain(said)}")
    _show_costs(preview)
    if preview.asked:
        out.print("[bold yellow]A run would stop and ask:[/]")
        for text in preview.asked:
            out.print(f"  {plain(text)}")


def _show_fields(preview: Preview) -> None:
    if not preview.fields:
        out.print("Every record shows what it should.")
        return
    table = Table("CRM", "object", "field", "records", "by grade")
    table.columns[3].justify = "right"
    for row in preview.fields:
        table.add_row(row.crm, row.object, row.field, count(row.records), _counts(row.by_grade))
    out.print(table)


def _owners(moves: Sequence[OwnerMove]) -> Table:
    table = Table("owner", "leads now", "would get", "would lose", "then", "gets from")
    for column in table.columns[1:5]:
        column.justify = "right"
    for move in moves:
        counts = (move.leads_before, move.gets, move.loses, move.leads_after)
        name = plain(move.name) + ("" if move.is_active else " (left)")
        table.add_row(name, *map(count, counts), _sources(move.gets_from))
    return table


def _sources(gets_from: Mapping[str, int]) -> str:
    first = list(gets_from.items())[:_MOST]
    others = sum(gets_from.values()) - sum(number for _, number in first)
    named = [*first, *([("others", others)] if others else [])]
    return ", ".join(f"{plain(name)} {count(number)}" for name, number in named)


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count(number)} {plain(name)}" for name, number in counts.items())


def _show_examples(title: str, changes: Sequence[RecordChange]) -> None:
    if not changes:
        return
    out.print(f"[bold]{title}[/]")
    for change in changes:
        record = f"{change.crm} {change.object} {change.record_id}"
        out.print(f"  {plain(change.who or change.subject_id)} ({plain(record)}): {_changed(change)}")


def _changed(change: RecordChange) -> str:
    """What a record would get, the fields that say least as a number."""
    shown = [each for each in change.fields if each.shows]
    parts = [f"{each.shows} {plain(each.before or 'none')} → {plain(each.after)}" for each in shown]
    if others := len(change.fields) - len(shown):
        parts.append(f"{others} other fields" if others > 1 else change.fields[0].field)
    return "; ".join(parts)


def _automations(found: Sequence[Automation]) -> str:
    if not found:
        return "nothing that is switched on"
    return ", ".join(
        f"{one.kind} {one.name}" + (f" (watches {', '.join(one.fields)})" if one.fields else "")
        for one in found
    )


def _show_costs(preview: Preview) -> None:
    for each in preview.costs:
        what = f"{count(each.records)} {each.crm} {each.object}"
        if each.cost is None:
            out.print(f"{what}: calls not known")
            continue
        left = "" if each.cost.calls_left is None else f" of {count(each.cost.calls_left)} left today"
        out.print(f"{what}: {count(each.cost.calls)} calls{left}, about {duration(each.cost.seconds / 60)}")
