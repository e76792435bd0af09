"""What rules, model and a proposed change would have said at moments of the past: backtest."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from leadwright.cli.output import bars, out, print_json
from leadwright.cli.run import Json, prepare
from leadwright.cli.terminal import plain

if TYPE_CHECKING:  # it imports what fits models, and help must not wait for that
    from leadwright.learn.backtest.measures import Band
    from leadwright.learn.backtest.trial import BackTest
    from leadwright.learn.figures import Figure

_NAMES = {"rules": "the rules", "model": "the model", "change": "the change"}
_ORDERS = {name: f"in the order of {label}" for name, label in _NAMES.items()} | {"chance": "in any order"}
_FIGURES = {
    "auc": "tells leads apart (AUC)",
    "auc_same_age": "the same, of one age",
    "lift_top_tenth": "best tenth, times the rate of all",
    "best_to_worst_grade": "best grade, times the worst",
    "best_to_worst_share": "top 20%, times the lowest 25%",
    "log_loss": "log loss",
    "brier": "Brier score",
    "calibration_error": "probabilities are off by",
}
_KINDS = {"grade": "grade", "share": "leads by score", "tenth": "probability said"}


def register(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command()(backtest)


def backtest(
    outcome: Annotated[
        str | None, typer.Option(help="A row of learning_outcomes.csv; its first one where none is named.")
    ] = None,
    change: Annotated[
        str | None, typer.Option(help="Rules that are proposed: a folder, or a revision in git.")
    ] = None,
    calls: Annotated[int, typer.Option(min=1, help="How many leads your team can call in a week.")] = 50,
    json: Json = False,
) -> None:
    """Look back: what rules, model and a change would have said of past leads, and what became of them.

    Nothing that is shown or written changes. It needs a build (`leadwright run`), and no CRM.
    """
    prepare(quiet=json, needs_crm=False)
    from leadwright.flows.backtest import backtest as flow

    with bars(quiet=json):
        done = flow(outcome=outcome, change=change, calls=calls)
    print_json(done.as_dict()) if json else _show(done)


def _show(done: BackTest) -> None:
    card = done.card
    out.print(
        f"[bold]{plain(card['outcome_id'])}[/]: {card['lead_count']:,} leads in {card['month_count']} months from "
        f"{card['tested_from']:%Y-%m-%d}, of which {card['converted_count']:,} converted afterwards, within "
        f"{card['horizon_days']} days."
    )
    if done.too_few:
        out.print(f"Too few outcomes for a model: {plain(done.too_few)}.")
    elif "model" in done.figures:
        names = ", ".join(plain(name) for name in done.left_out)
        out.print(
            "The model had not seen these months."
            + (f" Left out of it as possible leaks: {names}." if names else "")
        )
    if card["basis"] == "cohort":
        out.print("No outcome has a date: each lead is looked at as it came, with its final outcome.")
    out.print(_figures(done.figures))
    out.print(*_calls(done), sep="\n")
    for kind in _KINDS:
        if some := [band for band in done.bands if band.kind == kind]:
            out.print(_bands(kind, some))
    for kind, title in (
        ("false_alarm", "stood high and did not convert"),
        ("missed_winner", "converted and stood low"),
    ):
        if rows := [row for row in done.mistakes if row["kind"] == kind]:
            out.print(_mistakes(title, rows))


def _figures(figures: dict[str, list[Figure]]) -> Table:
    told = [name for name in figures if name != "chance"]
    table = Table("", *(_NAMES[name] for name in told))
    for column in table.columns[1:]:
        column.justify = "right"
    by_name = {name: {f.name: f for f in figures[name]} for name in told}
    for figure, label in _FIGURES.items():
        table.add_row(label, *(_cell(by_name[name].get(figure)) for name in told))
    return table


def _cell(figure: Figure | None) -> str:
    if figure is None:
        return "-"
    if figure.lower is None:
        return f"{figure.value:.3f}"
    return f"{figure.value:.3f} ({figure.lower:.3f} to {figure.upper:.3f})"


def _calls(done: BackTest) -> Iterable[str]:
    for name, figures in done.figures.items():
        for figure in figures:
            if figure.name == "reached_by_calls":
                yield (
                    f"With {done.card['calls_per_week']:,} calls a week {_ORDERS[name]} you would have "
                    f"reached {figure.value:,.0f} of the {figure.leads:,} that converted."
                )


def _bands(kind: str, bands: list[Band]) -> Table:
    table = Table(
        "", _KINDS[kind], "leads", "converted", "rate", "95%", *(["said"] if kind == "tenth" else [])
    )
    for column in table.columns[2:]:
        column.justify = "right"
    before = None
    for band in bands:
        said = [f"{band.probability:.1%}"] if band.probability is not None else []
        table.add_row(
            _NAMES[band.scorer] if band.scorer != before else "",
            plain(band.label),
            f"{band.leads:,}",
            f"{band.converted:,}",
            *_rate(band),
            *said,
        )
        before = band.scorer
    return table


def _rate(band: Band) -> tuple[str, str]:
    if band.rate is None or band.lower is None or band.upper is None:
        return "-", "-"
    return f"{band.rate:.1%}", f"{band.lower:.1%} to {band.upper:.1%}"


def _mistakes(title: str, rows: list[dict[str, Any]]) -> Table:
    table = Table(title, "lead", "when", "stood above")
    before = None
    for row in rows:
        first = _NAMES[row["scorer"]] if row["scorer"] != before else ""
        before = row["scorer"]
        name = plain(row["name"] or row["lead_id"])
        table.add_row(first, name, f"{row['moment']:%Y-%m-%d}", f"{row['standing']:.0%}")
    return table
