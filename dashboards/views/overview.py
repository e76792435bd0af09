"""How the leads stand: grades, the way to a deal, sources and the weeks behind."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from leadwright.dashboards import charts, config, data, markup, report_table
from leadwright.dashboards.data import Row
from leadwright.formatting import ENOUGH, basis, code_in_words, count, duration, moment, mql_to_sql, share
from leadwright.settings import Settings

RATES = {"lead_to_mql": "Lead to MQL", "mql_to_sql": "MQL to SQL", "lead_to_won": "Lead to won"}


def show(settings: Settings) -> None:
    """Draw the page."""
    overview = data.read_overview(settings)
    st.title("Overview")
    st.caption(
        f"Data as of {moment(overview.totals['as_of'])}, published {moment(overview.published_at)}. "
        "All times and weeks are in UTC."
    )
    _warn_of_one_grade(overview.scale)
    _show_grade_totals(overview.totals, overview.scale)
    _show_sales_totals(overview.totals)
    left, right = st.columns(2, gap="large")
    with left:
        _show_grid(overview.grades)
    with right:
        _show_funnel(overview.funnel)
    _show_weeks(overview)
    _show_sources(overview.sources, _best(overview.scale))


def _warn_of_one_grade(scale: pd.DataFrame) -> None:
    held = scale[scale["open_lead_count"] > 0]
    if len(held) == 1 and held["open_lead_count"].iloc[0] >= ENOUGH:
        st.warning(
            f"All open leads are {held['grade'].iloc[0]}: the rules tell nobody whom to call. The page Data health "
            "says how many leads each rule holds for, and `leadwright doctor` what to do."
        )


def _show_grade_totals(totals: Row, scale: pd.DataFrame) -> None:
    leads = totals["lead_count"]
    columns = st.columns(1 + len(scale))
    _figure(columns[0], "Leads", count(leads), f"{count(totals['won_count'])} won so far")
    for column, grade in zip(columns[1:], scale.to_dict("records"), strict=True):
        number, key = grade["lead_count"], f"grade-{grade['place']}"
        with column.container(key=key):
            st.html(markup.edge(key, grade["colour"]))
            part = f"{share(number, leads)} of leads" if leads >= ENOUGH else "too few leads for a share"
            closed = number - grade["open_lead_count"]
            _figure(
                st,
                grade["grade"],
                count(number),
                f"{part}; {count(closed)} closed" if closed else part,
                "Closed are leads that are won, lost or rejected: they keep their grade, and nobody is to call them.",
            )


def _show_sales_totals(totals: Row) -> None:
    mql, answered, kept = totals["mql_count"], totals["response_count"], totals["sla_kept_count"]
    due = kept + totals["sla_broken_count"]
    columns = st.columns(4)
    _figure(
        columns[0],
        "MQL to SQL",
        *mql_to_sql(totals),
        "Of the leads that became an MQL in months whose outcome is known, those that sales accepted as an SQL. Leads "
        "of whom no CRM says since when they are an MQL belong to no month. The page "
        "Figures shows the same rate month by month.",
    )
    _figure(
        columns[1],
        "MQLs still open",
        share(totals["mql_open_count"], mql),
        f"{count(totals['mql_open_count'])} MQLs",
        "Of all MQLs so far, these are neither SQL nor closed. Most belong to months whose outcome is not known yet.",
    )
    _figure(
        columns[2],
        "Median response time",
        duration(totals["response_median_minutes"]),
        basis(answered, "answered leads"),
        "From the moment a lead is ready for sales to the first touch by a person. Calendar time.",
    )
    _figure(
        columns[3],
        "Answered in time",
        share(kept, due),
        f"{basis(due, 'leads due')}; {count(totals['sla_running_count'])} still run",
        "Of the leads whose grade promises an answer and whose time is over or that were answered, those that a "
        "person touched in time. Each grade's promise is in working time.",
    )


def _figure(place: Any, label: str, value: str, note: str, meaning: str | None = None) -> None:
    place.metric(label, value, note, help=meaning, delta_color="off", delta_arrow="off", border=True)


def _show_grid(grades: pd.DataFrame) -> None:
    st.subheader("Leads by fit and intent")
    st.caption("Fit is who they are, intent is what they do. Stronger colour means more leads.")
    st.altair_chart(charts.grade_grid(grades), alt=_grid_in_words(grades))


def _show_funnel(steps: pd.DataFrame) -> None:
    st.subheader("From lead to deal")
    st.caption(
        "Leads that have reached a step so far, whatever their step now, and their share of the step before. Recent "
        "leads may still move on; the rates of months whose outcome is known are on the page Figures."
    )
    drawn = steps.assign(
        name=steps["step"].map(charts.STEP_NAMES),
        of_previous=_of_previous(list(steps["lead_count"])),
    )
    drawn["caption"] = [
        count(n) + (f" ({part})" if part else "")
        for n, part in zip(drawn["lead_count"], drawn["of_previous"], strict=True)
    ]
    st.altair_chart(charts.funnel(drawn), alt="; ".join(drawn["name"] + " " + drawn["caption"]))


def _of_previous(counts: list[int]) -> list[str]:
    # A CRM that does not use a step has more leads beyond it than at it; a share of that step would say nothing.
    pairs = zip(counts, [0, *counts], strict=False)
    return [share(part, whole) if whole >= ENOUGH and part <= whole else "" for part, whole in pairs]


def _show_weeks(overview: data.Overview) -> None:
    st.subheader("Week by week")
    # A week that still runs would end every line in a fall.
    weeks = overview.weeks[overview.weeks["is_complete"]].drop(columns="is_complete")
    if len(weeks) < 2:
        st.info("A trend needs leads from at least two weeks.")
        return
    st.caption(
        f"The last {charts.WEEKS_SHOWN} weeks at most, by the week a lead was created in; weeks start on Monday. "
        "Recent leads have had less time to move on, and the running week is not shown."
    )
    graded = charts.by_grade(weeks, overview.weekly_grades, overview.scale)
    left, right = st.columns(2, gap="large")
    left.altair_chart(
        charts.weekly_leads(charts.unbroken(graded), overview.scale), alt="New leads per week by grade"
    )
    right.altair_chart(
        charts.weekly_progress(charts.unbroken(weeks)), alt="MQL, SQL and won leads by week of creation"
    )


def _best(scale: pd.DataFrame) -> str:
    """What the grades are called that stand for the best."""
    return " + ".join(scale[scale["stands_for"] == "best"]["grade"]) or "Best grade"


def _show_sources(sources: pd.DataFrame, best: str) -> None:
    st.subheader("Sources")
    st.caption(
        "Most leads first. Counts are so far; rates are of the leads of months whose outcome is known, and left out "
        "where those are too few, or fewer than the leads that nobody dated."
    )
    table = pd.DataFrame(
        {
            "Source": sources["lead_source"].map(code_in_words),
            "Leads": sources["lead_count"],
            best: sources["best_count"],
            "MQL": sources["mql_count"],
            "SQL": sources["sql_count"],
            "Won": sources["won_count"],
        }
    )
    for step, label in RATES.items():
        table[label] = 100 * sources[f"{step}_rate"].astype(float)
        table[f"{label}, of"] = sources[f"{step}_basis_count"]
    report_table.show(table, "Leads and conversion by source", rates=tuple(RATES.values()))


def _grid_in_words(grades: pd.DataFrame) -> str:
    return "; ".join(
        f"fit {cell.fit_band}, intent {cell.intent_band}: {cell.lead_count:,} leads, {cell.grade}"
        for cell in grades.itertuples()
    )


show(config.current())
