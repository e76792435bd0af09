"""The rule set that outcomes support, as rows of the workspace's tables, each with its reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from leadwright.rules.bands import Wanted
from leadwright.study import evidence
from leadwright.study.bands import BANDS, Bands
from leadwright.study.bench import Bench, Outcome
from leadwright.study.judging import START, Judged

_CELLS = (
    "select cast(fit_score as integer) as fit, cast(intent_score as integer) as intent, count(*) as leads "
    "from marts.fct_lead_scores group by all order by all"
)
_LOWEST = 0.05
"""The share of leads that may stand at the bottom of a score, where points cannot be told apart any more."""

Row = dict[str, str]


def score_rules(judged: Sequence[Judged], unused: Mapping[str, str], outcome: Outcome) -> list[Row]:
    """The rows of score_rules.csv.

    Args:
        judged: all rules that were tried, the company's own first.
        unused: rules of the company's that are left out, and why.
        outcome: for the reasons.
    """
    rows: list[Row] = []
    for each in judged:
        name = each.row["rule_id"]
        if each.points is None or name in unused or name == START:
            continue
        changed = each.before is None or each.points != each.before
        if changed and not each.points and each.before:
            continue  # nothing is left of it
        reason = reason_for(each, outcome) if changed else each.row["reason"]
        rows.append({**each.row, "points": f"{each.points:g}", "reason": reason})
    return rows


def reason_for(each: Judged, outcome: Outcome) -> str:
    """Why a rule has its points, as a RevOps person reads it."""
    assert each.counts is not None
    said = each.counts.said(outcome.verb)
    said = said[:1].upper() + said[1:]
    before = f"; was {each.before:g} points" if each.before is not None and each.before != each.points else ""
    return f"{said}{before}"


def start(rows: Sequence[Row], sums: Sequence[tuple[float, float]]) -> Row | None:
    """The rule that lifts all leads above the bottom of the score, where points are taken away.

    Args:
        rows: the rules.
        sums: points of fit, and how many leads have them.
    """
    if not any(row["dimension"] == "fit" and float(row["points"]) < 0 for row in rows):
        return None
    whole, so_far = sum(n for _, n in sums), 0.0
    for points, n in sorted(sums):
        so_far += n
        if so_far > _LOWEST * whole:
            lift = -round(points)
            return _start(lift) if lift > 0 else None
    return None


def _start(points: int) -> Row:
    return {
        "rule_id": START,
        "dimension": "fit",
        "signal_group": START,
        "feature": "days_since_created",
        "operator": "gte",
        "value": "0",
        "points": str(points),
        "half_life_days": "",
        "valid_from": "",
        "valid_to": "",
        "label": "Every lead begins here",
        "reason": "So that what speaks against a lead can be taken off: a score does not go below 0",
    }


def sums(bench: Bench, rows: Sequence[Row], chosen: Sequence[str]) -> list[tuple[float, float]]:
    """Points of fit by the rules of `rows`, and how many leads had them when they came."""
    worth = {row["rule_id"]: float(row["points"]) for row in rows if row["dimension"] == "fit"}
    found = bench.patterns([name for name in chosen if name in worth])["who"]
    return [(sum(worth[r] for r in p.rules), p.leads) for p in found]


def score_groups(rows: Sequence[Mapping[str, str]], there: Sequence[Mapping[str, str]]) -> list[Row]:
    """The rows of score_groups.csv: those that there are, with caps that no single rule goes beyond, and new ones."""
    caps = {(g["dimension"], g["signal_group"]): dict(g) for g in there}
    for row in rows:
        if row["dimension"] == "disqualify":
            continue
        key, points = (row["dimension"], row["signal_group"]), abs(float(row["points"]))
        group = caps.setdefault(
            key,
            {
                "dimension": key[0],
                "signal_group": key[1],
                "cap": "0",
                "reason": f"Rules that look at {row['feature']}; the largest of them",
            },
        )
        if float(group["cap"]) < points:
            group["cap"] = f"{points:g}"
    used = {(row["dimension"], row["signal_group"]) for row in rows}
    return [group for key, group in caps.items() if key in used or key[0] == "account"]


def cells(bench: Bench) -> list[tuple[int, int, int]]:
    """Fit, intent, and how many leads of the copy have both."""
    return [(row["fit"], row["intent"], row["leads"]) for row in bench.rows(_CELLS)]


def shape(rows: Sequence[Mapping[str, str]]) -> dict[str, Wanted]:
    """What the rows of grade_shape.csv ask for."""
    return {row["stands_for"]: Wanted(float(row["least_share"]), float(row["most_share"])) for row in rows}


def score_dimensions(there: Sequence[Mapping[str, str]], bands: Bands, leads: int) -> list[Row]:
    """The rows of score_dimensions.csv with bands for this company."""
    shares = ", ".join(evidence.percent(share) for share in bands.shares)
    limits = {"fit": bands.fit, "intent": bands.intent}
    return [
        {
            **row,
            "threshold_kind": "points",
            "medium_from": _within(limits[row["dimension"]][0], row),
            "high_from": _within(limits[row["dimension"]][1], row),
            "reason": f"Best, middle and worst grade have {shares} of {leads:,} leads",
        }
        if row["dimension"] in limits
        else dict(row)
        for row in there
    ]


def _within(score: int, row: Mapping[str, str]) -> str:
    """A limit that a score can reach."""
    return f"{min(float(score), float(row['max_points'])):g}"


def grades(there: Sequence[Mapping[str, str]], scale: Sequence[Mapping[str, str]], bands: Bands) -> list[Row]:
    """The rows of grades.csv with the grid that tells this company's leads apart; what is done for a grade stays."""
    names = {row["stands_for"]: row["grade"] for row in scale}
    by_cell = {(row["fit_band"], row["intent_band"]): row for row in there}
    like = {grade: next((row for row in there if row["grade"] == grade), None) for grade in names.values()}
    if by_cell[("medium", "medium")]["grade"] == names["middle"]:
        like[names["middle"]] = by_cell[("medium", "medium")]
    found: list[Row] = []
    for fit in reversed(BANDS):
        for intent in reversed(BANDS):
            row, grade = by_cell[(fit, intent)], names[bands.kind(fit, intent)]
            model = like[grade]
            if row["grade"] == grade or model is None:
                found.append(dict(row))
                continue
            reason = f"As {bands.grid.replace('_', ' ')}: the other score tells these leads little apart"
            if bands.grid in ("by_both", "as_shipped"):
                reason = "The sum of both scores says how good a lead is"
            found.append({**model, "fit_band": fit, "intent_band": intent, "grade": grade, "reason": reason})
    return found


def summary(judged: Sequence[Judged]) -> dict[str, Any]:
    """How many rules were found what."""
    found: dict[str, int] = {}
    for each in judged:
        found[each.finding] = found.get(each.finding, 0) + 1
    return found
