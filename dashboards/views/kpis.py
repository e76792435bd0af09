"""The monthly report: every figure with its counts, open months marked, thin data left without a percentage."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from leadwright.dashboards import config, data, markup, report_table, rollout
from leadwright.formatting import NO_DATES, NOTHING, code_in_words, count, duration, moment
from leadwright.settings import Settings

CUTS = {
    "all": "Month",
    "source": "Source",
    "campaign": "First campaign",
    "rep": "Owner",
    "segment": "Segment",
}
KNOWN = "all known months"
OWN = "own:"
"""How the name of a cut by a field of the company's own begins."""
BOUNDS = {"at_least": "at least", "at_most": "at most"}
CAVEATS = {"thin": report_table.TOO_FEW, "only_won": "no losses entered"}


def show(settings: Settings) -> None:
    """Draw the page."""
    kpis = data.read_kpis(settings)
    st.title("Figures")
    st.caption(
        f"Published {moment(kpis.published_at)}. Shares are of cohorts old enough for the outcome to be "
        "known; a figure that rests on too few, or of whose cases most have no date, is marked and has no percentage. "
        "Amounts are in the CRMs' own currency."
    )
    _show_figures(kpis.figures)
    _show_months(kpis.figures, kpis.months)
    _show_steps(kpis.figures, kpis.cohorts)
    _show_bands(kpis.bands)
    _show_audit(kpis.audit)
    _show_rollout(kpis.rollout)


def _show_figures(figures: pd.DataFrame) -> None:
    columns = ("unit", "value", "caveat")
    table = pd.DataFrame(
        {
            "Figure": figures["label"],
            "Value": [_value(*row) for row in zip(*(figures[c] for c in columns), strict=True)],
            **_targets(figures),
            "Numerator": _counted(figures, "numerator"),
            "Denominator": _counted(figures, "denominator"),
            "Without a date": figures["undated_count"],
            "Known after": [_days(days) for days in figures["maturity_days"]],
        }
    )
    report_table.show(table, "All figures with their counts")


def _targets(rows: pd.DataFrame) -> dict[str, list[str]]:
    """The columns of targets; none where no row has one."""
    if rows["target_bound"].isna().all():
        return {}
    stated = zip(rows["unit"], rows["target_bound"], rows["target_value"], strict=True)
    return {
        "Target": [
            "" if pd.isna(bound) else f"{BOUNDS[bound]} {_value(u, v, None)}" for u, bound, v in stated
        ],
        "On target": ["" if pd.isna(kept) else "yes" if kept else "no" for kept in rows["is_on_target"]],
    }


def _counted(figures: pd.DataFrame, side: str) -> list[str]:
    rows = zip(figures["unit"], figures[side], figures[f"{side}_meaning"], strict=True)
    return [f"{_part(unit, number, side)} {meaning}" for unit, number, meaning in rows]


def _part(unit: str, number: float, side: str) -> str:
    if unit == "times":
        return f"{100 * number:.1f}%"
    return f"{number:,.1f}" if unit in ("days", "minutes") and side == "numerator" else f"{number:,.0f}"


def _value(unit: str, value: float, caveat: str | None) -> str:
    if caveat == "undated":
        return NO_DATES
    if pd.isna(value):
        return NOTHING
    if unit == "share":
        return CAVEATS[caveat] if caveat in CAVEATS else f"{100 * value:.1f}%"
    text = {
        "amount": f"{value:,.0f}",
        "times": f"{value:.1f} times",
        "days": f"{value:.1f} days",
        "minutes": duration(value),
    }
    return text[unit] + (" (thin)" if caveat == "thin" else "")


def _show_months(figures: pd.DataFrame, months: pd.DataFrame) -> None:
    st.subheader("Month by month")
    known = set(months["kpi_id"])
    names = [kpi for kpi in figures["kpi_id"] if kpi in known]
    if not names:
        st.info("No figure has a month yet.")
        return
    labels = dict(zip(figures["kpi_id"], figures["label"], strict=True))
    chosen = st.selectbox("Figure", names, index=_default(names), format_func=labels.__getitem__, width=480)
    rows = months[months["kpi_id"] == chosen]
    undated = count(int(figures.set_index("kpi_id")["undated_count"][chosen]))
    st.caption(
        "A month whose outcome is open may still change, and is in no average. "
        f"Cases in no month, for want of a date: {undated}."
    )
    thin = rows["is_thin"].map({True: "thin", False: ""})
    table = pd.DataFrame(
        {
            "Month": [f"{month:%Y-%m}" for month in rows["month"]],
            "Value": [_value(*row) for row in zip(rows["unit"], rows["value"], thin, strict=True)],
            **_targets(rows),
            "Numerator": rows["numerator"].round().astype(int),
            "Denominator": rows["denominator"].round().astype(int),
            "Still open": rows["open_count"],
            "Outcome": rows["is_mature"].map({True: "known", False: "open"}),
        }
    )
    report_table.show(table, f"{labels[chosen]} by month")


def _default(names: list[str]) -> int:
    return names.index("mql_to_sql") if "mql_to_sql" in names else 0


def _days(days: float) -> str:
    return "at once" if pd.isna(days) else "1 day" if days == 1 else f"{days:.0f} days"


def _own_in_words(cut: str) -> str:
    return code_in_words(cut.removeprefix(OWN)).capitalize()


def _show_steps(figures: pd.DataFrame, cohorts: pd.DataFrame) -> None:
    st.subheader("Step by step")
    steps = [kpi for kpi in figures["kpi_id"] if kpi in set(cohorts["kpi_id"])]
    if not steps:
        st.info("No lead has entered a step yet.")
        return
    labels = dict(zip(figures["kpi_id"], figures["label"], strict=True))
    left, middle, right = st.columns(3)
    step = left.selectbox("Step", steps, index=_default(steps), format_func=labels.__getitem__)
    cuts = CUTS | {own: _own_in_words(own) for own in sorted(set(cohorts["cut"])) if own.startswith(OWN)}
    cut = middle.selectbox("By", list(cuts), format_func=cuts.__getitem__)
    rows = cohorts[(cohorts["kpi_id"] == step) & (cohorts["cut"] == cut)]
    in_words = code_in_words if cut == "source" else str
    only = None
    if cut != "all":
        groups = sorted(set(rows["cut_value"]))
        only = right.selectbox(
            "Only", [None, *groups], format_func=lambda g: in_words(g) if g else "every group"
        )
    if cut == "all" or only is not None:
        st.caption(
            "By the month in which leads entered the step; `undated` are those of whom no CRM says when. The truth of "
            "an open month lies between the two rates."
        )
        rows = rows if only is None else rows[rows["cut_value"] == only]
        table = _steps("Month", rows["cohort"].replace("mature", KNOWN), rows)
    else:
        st.caption(
            "All months together in which the outcome is known. Groups of fewer leads than the limit have no rate."
        )
        rows = rows[rows["cohort"] == "mature"].sort_values("denominator_count", ascending=False)
        table = _steps(cuts[cut], rows["cut_value"].map(in_words), rows)
    if table.empty:
        st.info("Nobody who entered this step has a date: by month, they are among the undated.")
        return
    title = f"{labels[step]} by {cuts[cut]}" + (f": {in_words(only)}" if only is not None else "")
    report_table.show(table, title, rates=("Rate",), days=("Median days",))


def _steps(heading: str, names: pd.Series[str], rows: pd.DataFrame) -> pd.DataFrame:
    thin = rows["is_thin"]
    at_most = (100 * rows["highest_rate"]).mask(thin | rows["is_mature"])
    return pd.DataFrame(
        {
            heading: names,
            "Entered": rows["denominator_count"],
            "Through": rows["numerator_count"],
            "Still open": rows["open_count"],
            "Rate": (100 * rows["rate"]).mask(thin),
            "Rate at most": [
                "" if mature else report_table.TOO_FEW if pd.isna(rate) else f"{rate:.1f}%"
                for mature, rate in zip(rows["is_mature"], at_most, strict=True)
            ],
            "Median days": rows["median_days"],
            "Outcome": rows["is_mature"].map({True: "known", False: "open"}),
        }
    )


def _show_bands(bands: pd.DataFrame) -> None:
    st.subheader("Does the score tell leads apart?")
    st.caption(
        "Leads by score today, and what became within 90 days of leads that had such a score at the age at which all "
        "are judged (7 days as shipped), of those that were undecided then."
    )
    if not bands["scored_count"].sum():
        st.info("No lead is old enough yet for its outcome to be known, or nobody has dated one.")
    table = pd.DataFrame(
        {
            "Score from": bands["cut_value"],
            "Leads today": bands["lead_count"],
            "Had it then": bands["scored_count"],
            "Became SQL": bands["sql_count"],
            "Won": bands["won_count"],
            "SQL rate": (100 * bands["sql_rate"]).mask(bands["is_thin"]),
        }
    )
    report_table.show(table, "Leads and outcomes by band of score", rates=("SQL rate",))


def _show_audit(audit: pd.DataFrame) -> None:
    st.subheader("Disqualified")
    due, untouched = (int(audit[column].sum()) for column in ("due_count", "without_touch_count"))
    st.caption(
        f"{count(due)} are due for this quarter's audit; {count(untouched)} were rejected before anybody was in touch."
    )
    table = pd.DataFrame(
        {
            "Reason": audit["reason_code"].map(code_in_words),
            "By": audit["disqualified_by"],
            "Leads": audit["lead_count"],
            "Due": audit["due_count"],
            "Without a touch": audit["without_touch_count"],
        }
    )
    report_table.show(table, "Disqualified leads by reason")


def _show_rollout(steps: pd.DataFrame) -> None:
    if steps.empty:
        return
    st.subheader("Roll-out")
    names = list(dict.fromkeys(steps["rollout_id"]))
    name = st.selectbox("Step", names, width=480) if len(names) > 1 else names[0]
    rows = steps[steps["rollout_id"] == name].to_dict("records")
    began, until = min(row["began_at"] for row in rows), max(row["until_at"] for row in rows)
    st.caption(
        f"{name}, from {moment(began)} until {moment(until)}. Leads were drawn by lot, and nothing counts that "
        "happened before a lead was drawn. In brackets the interval of 95%. Settle beforehand when to decide: whoever "
        "looks every day finds a difference where there is none."
    )
    table = [
        (rollout.MEASURES[row["measure"]], rollout.comparison(row), rollout.verdict(row), rollout.lift(row))
        for row in rows
    ]
    st.html(markup.table(["Measure", "Comparison", "Verdict", "Lift in all"], table))


show(config.current())
