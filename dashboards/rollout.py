"""The roll-out's comparison in words: how each group did, how far apart they are, and what that is worth."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from leadwright.dashboards.data import Row
from leadwright.formatting import MINUS, count, duration

MEASURES = {
    "answered": "Answered",
    "response_minutes": "Minutes to the first answer (geometric mean)",
    "answered_in_time": "Answered in time",
    "sql": "Became an SQL",
    "mql_to_sql": "MQL to SQL",
    "won": "Won",
    "revenue": "Revenue of a lead",
}
TREATED = {"pilot": "Pilot", "all": "Treated"}


def comparison(row: Row) -> str:
    """How each group did, and how far apart they are: a row of `rpt_rollout`."""
    value, effect = _KINDS[row["kind"]]
    sides = ((TREATED[row["mode"]], "treated"), ("control", "control"))
    groups = [f"{name} {_of(row, side, value)}" for name, side in sides]
    if pd.isna(row["effect"]):
        return ", ".join(groups)
    interval = (
        ""
        if pd.isna(row["effect_low"])
        else f" ({effect(row['effect_low'])} to {effect(row['effect_high'])})"
    )
    return f"{', '.join(groups)}: {effect(row['effect'])}{_UNITS[row['kind']]}{interval}"


def verdict(row: Row) -> str:
    """What the comparison is worth: a difference, none yet and how many leads are missing, or nothing at all."""
    if not row["treated_count"] or not row["control_count"]:
        return "nothing to compare with"
    if row["is_different"]:
        is_better = row["effect"] < 1 if row["kind"] == "ratio" else row["effect"] > 0
        return "better" if is_better else "worse"
    return f"no difference can be told yet{_missing(row)}"


def lift(row: Row) -> str:
    """What the treatment brought in all, with its interval; empty where there is no interval."""
    if row["kind"] != "amount" or pd.isna(row["lift_low_amount"]):
        return ""
    low, high = float(row["lift_low_amount"]), float(row["lift_high_amount"])
    return f"{_signed(float(row['lift_amount']), 0)} ({_signed(low, 0)} to {_signed(high, 0)})"


def _of(row: Row, side: str, value: Callable[[float], str]) -> str:
    cases, found = count(int(row[f"{side}_count"])), row[f"{side}_value"]
    return f"{value(found)} of {cases}" if row[f"{side}_count"] else "none"


def _missing(row: Row) -> str:
    """How many leads each group lacks; one number where both need as many."""
    if pd.isna(row["treated_missing_count"]):
        return ""
    treated, control = int(row["treated_missing_count"]), int(row["control_missing_count"])
    if not treated and not control:
        return ", though there are enough leads to see one that is worth finding"
    if treated + row["treated_count"] == control + row["control_count"]:
        return f": {count(max(treated, control))} more leads per group"
    return f": {count(treated)} more treated leads and {count(control)} more of the control group"


def _signed(value: float, decimals: int) -> str:
    sign = MINUS if round(value, decimals) < 0 else "+" if round(value, decimals) > 0 else ""
    return f"{sign}{abs(value):,.{decimals}f}"


_KINDS: dict[str, tuple[Callable[[float], str], Callable[[float], str]]] = {
    "share": (lambda v: f"{100 * v:.1f}%", lambda v: _signed(100 * v, 1)),
    "ratio": (duration, lambda v: f"{v:.2f}"),
    "amount": (lambda v: f"{v:,.2f}", lambda v: _signed(v, 2)),
}
"""Kind of measure -> how a group's value and the effect are written."""

_UNITS = {"share": " points", "ratio": " times as long", "amount": " a lead"}
