"""The monthly report: every figure with its counts, open months marked, thin data left without a percentage."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from dashboards import data
from leadwright import settings
from leadwright.figures import NOTHING, code_in_words, count, moment

AMOUNTS = ("cost_per_lead", "cost_per_sql")
CUTS = {
    "all": "Month",
    "source": "Source",
    "campaign": "First campaign",
    "rep": "Owner",
    "segment": "Segment",
}
MODELS = {"first_amount": "First touch", "last_amount": "Last touch", "linear_amount": "Linear",
          "position_amount": "By position"}  # fmt: skip


def show() -> None:
    """Draw the page."""
    current = settings.load()
    kpis = data.read_kpis(current)
    st.title("Figures")
    st.caption(
        f"Published {moment(data.published_at(current))}. Shares are of cohorts old enough for the outcome to be "
        "known; a figure that rests on too few is marked and has no percentage."
    )
    _show_figures(kpis.figures)
    _show_steps(kpis.figures, kpis.cohorts)
    _show_bands(kpis.bands)
    _show_channels(kpis.channels)
    left, right = st.columns(2, gap="large")
    with left:
        _show_audit(kpis.audit)
    with right:
        _show_quality(kpis.quality)


def _show_figures(figures: pd.DataFrame) -> None:
    table = pd.DataFrame(
        {
            "Figure": figures["label"],
            "Value": [
                _value(*row)
                for row in zip(*(figures[c] for c in ("kpi_id", "value", "is_thin")), strict=True)
            ],
            "Numerator": _counted(figures["numerator"], figures["numerator_meaning"]),
            "Denominator": _counted(figures["denominator"], figures["denominator_meaning"]),
            "Known after": [_days(days) for days in figures["maturity_days"]],
        }
    )
    _table(table, "All figures with their counts")


def _counted(numbers: pd.Series[float], meanings: pd.Series[str]) -> list[str]:
    return [f"{number:,.0f} {meaning}" for number, meaning in zip(numbers, meanings, strict=True)]


def _value(kpi_id: str, value: float, is_thin: bool) -> str:
    if pd.isna(value):
        return NOTHING
    if kpi_id in AMOUNTS:
        return f"{value:,.0f}" + (" (thin)" if is_thin else "")
    return "too few" if is_thin else f"{100 * value:.1f}%"


def _days(days: float) -> str:
    return "at once" if pd.isna(days) else f"{days:.0f} days"


def _show_steps(figures: pd.DataFrame, cohorts: pd.DataFrame) -> None:
    st.subheader("Step by step")
    steps = [kpi for kpi in figures["kpi_id"] if kpi in set(cohorts["kpi_id"])]
    if not steps:
        st.info("No lead has entered a step yet.")
        return
    labels = dict(zip(figures["kpi_id"], figures["label"], strict=True))
    left, right = st.columns(2)
    step = left.selectbox("Step", steps, format_func=labels.__getitem__)
    cut = right.selectbox("By", list(CUTS), format_func=CUTS.__getitem__)
    rows = cohorts[(cohorts["kpi_id"] == step) & (cohorts["cut"] == cut)]
    if cut == "all":
        st.caption(
            "By the month in which leads entered the step. The truth of an open month lies between the two rates."
        )
        name = rows["cohort"]
    else:
        st.caption(
            "All months together in which the outcome is known. Groups of fewer leads than the limit have no rate."
        )
        rows = rows[rows["cohort"] == "mature"].sort_values("denominator_count", ascending=False)
        name = rows["cut_value"].map(code_in_words) if cut == "source" else rows["cut_value"]
    thin = rows["is_thin"]
    table = pd.DataFrame(
        {
            CUTS[cut]: name,
            "Entered": rows["denominator_count"],
            "Through": rows["numerator_count"],
            "Still open": rows["open_count"],
            "Rate": (100 * rows["rate"]).mask(thin),
            "Rate at most": (100 * rows["highest_rate"]).mask(thin),
            "Median days": rows["median_days"],
            "Outcome": rows["is_mature"].map({True: "known", False: "open"}),
        }
    )
    _table(table, f"{labels[step]} by {CUTS[cut]}", rates=("Rate", "Rate at most"), days=("Median days",))


def _show_bands(bands: pd.DataFrame) -> None:
    st.subheader("Does the score tell leads apart?")
    st.caption(
        "Leads by score today, and what became within 90 days of leads that had such a score beforehand."
    )
    if not bands["scored_count"].sum():
        st.info("No score is old enough yet: outcomes can be read 90 days after the first run.")
    table = pd.DataFrame(
        {
            "Score from": bands["cut_value"],
            "Leads today": bands["lead_count"],
            "Scored beforehand": bands["scored_count"],
            "Became SQL": bands["sql_count"],
            "Won": bands["won_count"],
            "SQL rate": (100 * bands["sql_rate"]).mask(bands["is_thin"]),
        }
    )
    _table(table, "Leads and outcomes by band of score", rates=("SQL rate",))


def _show_channels(channels: pd.DataFrame) -> None:
    st.subheader("Where revenue came from")
    st.caption("Won revenue by source and answered campaign. Each model shares out the same total.")
    names = [
        code_in_words(str(channel)) if kind == "source" else str(channel)
        for kind, channel in zip(channels["touch_type"], channels["channel"], strict=True)
    ]
    table = pd.DataFrame(
        {"Channel": names, "Kind": channels["touch_type"], "Deals": channels["opportunity_count"]}
    )
    for column, label in MODELS.items():
        table[label] = channels[column].astype(float)
    _table(table, "Revenue by channel in four models", amounts=tuple(MODELS.values()))


def _show_audit(audit: pd.DataFrame) -> None:
    st.subheader("Disqualified")
    due, untouched = (int(audit[column].sum()) for column in ("due_count", "without_touch_count"))
    st.caption(
        f"{count(due)} are due for this quarter's audit; {count(untouched)} were rejected before anybody was in touch."
    )
    table = audit[["disqualified_by", "reason_code", "lead_count", "due_count", "without_touch_count"]]
    _table(
        table.set_axis(["By", "Reason", "Leads", "Due", "Without a touch"], axis=1),
        "Disqualified leads by reason",
    )


def _show_quality(quality: pd.DataFrame) -> None:
    st.subheader("Data quality")
    leads = int(quality["of_lead_count"].max()) if len(quality) else 0
    st.caption(f"Of {count(leads)} leads.")
    table = pd.DataFrame(
        {"Check": quality["meaning"], "Leads": quality["lead_count"], "Share": 100 * quality["rate"]}
    )
    _table(table, "Checks of the CRMs' records", rates=("Share",))


def _table(
    table: pd.DataFrame,
    alt: str,
    rates: tuple[str, ...] = (),
    days: tuple[str, ...] = (),
    amounts: tuple[str, ...] = (),
) -> None:
    counts = [c for c in table.select_dtypes("integer").columns if c not in rates]
    formats: dict[Any, Any] = {
        **dict.fromkeys(counts, "{:,}"),
        **dict.fromkeys(rates, "{:.1f}%"),
        **dict.fromkeys(days, "{:.1f}"),
        **dict.fromkeys(amounts, "{:,.2f}"),
    }
    st.dataframe(
        table.style.format(formats, na_rep="too few"),
        hide_index=True,
        placeholder="too few" if rates else "",
        height="content",
        alt=alt,
    )


show()
