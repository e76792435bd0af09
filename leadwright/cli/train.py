"""Whether past outcomes tell leads apart better than the rules do: train."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from leadwright import formatting
from leadwright.cli.output import bars, out, print_json
from leadwright.cli.run import Json, prepare
from leadwright.cli.terminal import plain

if TYPE_CHECKING:  # it imports what fits models, and help must not wait for that
    from leadwright.learn.training import Trained

_VERDICTS = {"leak": "left out", "ask": "left out, asked"}
_RANKED = {"auc_rules": "the rules", "auc_logistic": "logistic regression", "auc_additive": "additive model"}


def register(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command()(train)


def train(
    outcome: Annotated[
        str | None, typer.Option(help="A row of learning_outcomes.csv; its first one where none is named.")
    ] = None,
    json: Json = False,
) -> None:
    """Learn from what became of leads which ones convert, and say whether that may be believed.

    The model is a shadow: no grade, owner or written value changes. It needs a build (`leadwright run`), and no CRM.
    """
    prepare(quiet=json, needs_crm=False)
    from leadwright.flows.train import train as flow

    with bars(quiet=json):
        done = flow(outcome=outcome)
    print_json(done.as_dict()) if json else _show(done)


def _show(done: Trained) -> None:
    card, figures = done.card, {f["figure"]: f for f in done.figures}
    colour = "green" if card["verdict"] == "passes" else "yellow"
    stage = "SQL" if card["stage"] == "sql" else plain(card["stage"] or "")
    out.print(
        f"[bold]{plain(card['outcome_id'])}[/] ({stage} within {card['horizon_days']} days): "
        f"[bold {colour}]{plain(card['verdict_text'])}[/]"
    )
    out.print(_counts(figures, card))
    if done.leaks:
        out.print(_leaks(done.leaks))
        out.print(_question(done.leaks))
    if card["kind"] != "none":
        out.print(_rankings(figures, card))
        out.print(_probabilities(figures, card))
        out.print(_grades(figures))
        out.print(_gates(done.gates))
        out.print(_features(done.features), style="dim")
    out.print("Nothing that is shown or written changes: the model is a shadow.", style="dim")
    if card["verdict"] == "passes":
        out.print(f"`leadwright model promote {card['model_id'][:8]}` lets it make the score.", style="dim")


def _counts(figures: dict[str, dict[str, Any]], card: dict[str, Any]) -> str:
    leads, won = (f"{figures[name]['value']:,.0f}" for name in ("decided_leads", "conversions"))
    basis = (
        "No date says when they did, so the final outcome is taken, by when a lead was created."
        if card["basis"] == "cohort"
        else f"{card['example_count']:,} moments of them are learned from."
    )
    drawn_in = card["excluded_count"]
    more = f" {drawn_in:,} moments before a colleague's sale drew a lead in are left out." if drawn_in else ""
    return f"{leads} leads whose outcome is known, of which {won} converted. {basis}{more}"


def _rankings(figures: dict[str, dict[str, Any]], card: dict[str, Any]) -> Table:
    """How well each tells leads apart that it had not learned from, in the newest months."""
    since = f"{card['tested_from']:%Y-%m-%d}"
    table = Table(f"tells leads apart, since {since}", "AUC", "95%", "of one age", "95%", "leads")
    for column in table.columns[1:]:
        column.justify = "right"
    for name, label in _RANKED.items():
        if name in figures:
            both = (figures[name], figures[f"{name}_same_age"])
            cells = [
                cell
                for f in both
                for cell in (f"{f['value']:.3f}", f"{f['lower_value']:.3f} to {f['upper_value']:.3f}")
            ]
            mark = " (kept)" if name == f"auc_{card['kind']}" else ""
            table.add_row(label + mark, *cells, f"{both[0]['lead_count']:,}")
    return table


def _probabilities(figures: dict[str, dict[str, Any]], card: dict[str, Any]) -> str:
    value = {name: each["value"] for name, each in figures.items()}
    return (
        f"Probabilities ({card['calibration'].replace('_', '-')}): log loss {value['log_loss']:.4f}, "
        f"{value['log_loss_base']:.4f} by the rate of {value['base_rate']:.1%} alone; off by "
        f"{value['calibration_error']:.1%} on average."
    )


def _grades(figures: dict[str, dict[str, Any]]) -> str:
    """What grades would have been in the months that only test, and what became of them."""
    parts = []
    for kind in (k for k in ("best", "middle", "worst") if f"rate_{k}" in figures):
        rate = figures[f"rate_{kind}"]
        parts.append(
            f"{kind} {figures[f'share_{kind}']['value']:.0%}, of which {rate['value']:.1%} converted "
            f"({rate['lower_value']:.1%} to {rate['upper_value']:.1%})"
        )
    ratio = figures.get("best_to_worst")
    times = (
        f" The best convert {ratio['value']:.1f} times as often as the worst ({ratio['lower_value']:.1f} to "
        f"{ratio['upper_value']:.1f})."
        if ratio
        else ""
    )
    return f"Grades there: {'; '.join(parts)}.{times}"


def _gates(gates: list[dict[str, Any]]) -> Table:
    table = Table("before it may go live", "is", "asked for", "")
    table.columns[1].justify = table.columns[2].justify = "right"
    for gate in gates:
        asked = formatting.asked_for(gate["comparison"], gate["threshold"])
        passed = "[green]yes[/]" if gate["is_passed"] else "[red]no[/]"
        table.add_row(plain(gate["label"]), formatting.figure(gate["value"]), asked, passed)
    return table


def _leaks(leaks: list[dict[str, Any]]) -> Table:
    """Features that say, or may say, what became of a lead."""
    table = Table("may say what became of a lead", "", "what speaks for it")
    before = None
    for row in leaks:
        first = row["feature"] != before
        before = row["feature"]
        kept = "used: you said yes" if not row["is_left_out"] else _VERDICTS[row["verdict"]]
        table.add_row(plain(row["feature"]) if first else "", kept if first else "", plain(row["finding"]))
    return table


def _question(leaks: list[dict[str, Any]]) -> str:
    asked = sorted({row["feature"] for row in leaks if row["verdict"] == "ask" and row["is_left_out"]})
    if not asked:
        return "A feature that leads state themselves before anybody works on them gets a yes in learning_features.csv."
    names = ", ".join(plain(name) for name in asked)
    return (
        f"[bold]Please answer:[/] who fills in {names}, and when? Write a row for each in learning_features.csv "
        "(feature, use, reason; `leadwright rules own learning_features` makes the file): yes where leads state it "
        "themselves before anybody works on them, else no. Until then it is left out."
    )


def _features(features: list[dict[str, Any]]) -> str:
    counts = {row["reason_code"]: row["feature_count"] for row in features}
    return (
        f"{counts.get('used', 0)} features used; left out: {counts.get('no_past', 0)} whose past is not known yet, "
        f"{counts.get('nearly_empty', 0)} that next to nobody has, "
        f"{counts.get('same_for_all', 0) + counts.get('too_many_values', 0)} that tell nobody apart, "
        f"{counts.get('leak', 0) + counts.get('asked', 0)} that may say what became of a lead, "
        f"{counts.get('declined', 0)} that you declined."
    )
