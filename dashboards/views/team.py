"""How the team works: answers and promises, follow-ups, who carries what, and whether routing was right."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from leadwright.dashboards import charts, config, data, report_table
from leadwright.formatting import ENOUGH, basis, code_in_words, count, moment, share
from leadwright.settings import Settings

CUTS = {
    "rep": "Rep",
    "source": "Source",
    "grade": "Grade",
    "hour": "Hour",
    "channel": "Channel of the first touch",
}
JUDGED_BY = {"grade": "Grade", "source": "Source"}
ROUTED_BY = {"rep": "Rep", "rule": "Rule", "month": "Month"}
REPORTS = {
    "rpt_responses": "cut, ready_count desc, cut_value",
    "rpt_weekly_responses": "week_start_on",
    "rpt_routing": "cut, routed_count desc, cut_value",
    "rpt_workload": "open_load desc, full_name",
    "rpt_follow_ups": "cut, due_count desc, cut_value",
    "rpt_early_disqualifications": "disqualified_at desc, lead_id",
    "rpt_score_feedback": "cut, lead_count desc, cut_value",
}


def show(settings: Settings) -> None:
    """Draw the page."""
    reports = data.read_reports(settings, REPORTS)
    st.title("Team")
    st.caption(
        f"Published {moment(reports.published_at)}. Response times are from the moment a lead is ready for sales "
        "to the first touch by a person, of the leads that were answered; promises are in working time."
    )
    _show_responses(reports["rpt_responses"])
    _show_weeks(reports["rpt_weekly_responses"])
    _show_workload(reports["rpt_workload"])
    left, right = st.columns(2, gap="large")
    with left:
        _show_follow_ups(reports["rpt_follow_ups"], reports["rpt_early_disqualifications"])
    with right:
        _show_routing(reports["rpt_routing"])
    _show_score_feedback(reports["rpt_score_feedback"])


def _show_responses(responses: pd.DataFrame) -> None:
    st.subheader("Answers and promises")
    if responses.empty:
        st.info("No lead has been ready for sales yet.")
        return
    cut = st.selectbox("By", list(CUTS), format_func=CUTS.__getitem__, width=320)
    rows = responses[responses["cut"] == cut]
    if cut == "hour":
        rows = rows.sort_values("cut_value")
    due = rows["sla_kept_count"] + rows["sla_broken_count"]
    table = pd.DataFrame(
        {
            CUTS[cut]: rows["cut_value"].map(code_in_words)
            if cut in ("source", "channel")
            else rows["cut_value"],
            "Ready": rows["ready_count"],
            "Answered": rows["response_count"],
            "Median": report_table.durations(rows["median_minutes"]),
            "Nine in ten within": report_table.durations(rows["p90_minutes"]),
            "In working time": report_table.durations(rows["median_working_minutes"]),
            "Kept": rows["sla_kept_count"],
            "Broken": rows["sla_broken_count"],
            "Running": rows["sla_running_count"],
            "Kept, of due": (100 * rows["sla_kept_share"].astype(float)).mask(due < ENOUGH),
        }
    )
    report_table.show(table, f"Answers and promises by {CUTS[cut]}", rates=("Kept, of due",))


def _show_weeks(weeks: pd.DataFrame) -> None:
    weeks = weeks[weeks["is_complete"]].drop(columns=["is_complete", "median_minutes"])
    if len(weeks) < 2:
        return
    st.subheader("Week by week")
    st.caption(
        f"The last {charts.WEEKS_SHOWN} weeks at most; the running week is not shown. Left by the week in which leads "
        "became ready, right by the week in which follow-ups were due."
    )
    weeks = charts.unbroken(weeks)
    left, right = st.columns(2, gap="large")
    left.altair_chart(
        charts.weekly_promises(weeks), alt="Leads answered in time, too late and not yet, by week"
    )
    right.altair_chart(charts.weekly_follow_ups(weeks), alt="Follow-ups due and done in time, by week")


def _show_workload(workload: pd.DataFrame) -> None:
    st.subheader("Workload and fairness")
    st.caption(
        "Open load weighs leads by grade and counts open opportunities. What our rules gave over the last weeks should "
        "follow the weights, as far as languages, leave and capacity allow."
    )
    table = pd.DataFrame(
        {
            "Rep": workload["full_name"],
            "Standing": [_standing(row) for row in workload.to_dict("records")],
            "Open load": workload["open_load"].astype(float),
            "Of capacity": 100 * workload["utilisation"].astype(float),
            "Given": workload["given_count"],
            "Taken over": workload["taken_over_count"],
            "Share given": 100 * workload["given_share"].astype(float),
            "Share by weight": 100 * workload["weight_share"].astype(float),
        }
    )
    rates = ("Of capacity", "Share given", "Share by weight")
    report_table.show(table, "Workload by rep", rates=rates, amounts=("Open load",), missing="none")


def _standing(row: Mapping[Any, Any]) -> str:
    if not row["is_active"]:
        return "left"
    if not row["is_in_pool"]:
        return "not in the pool"
    return "on leave" if row["is_on_leave"] else "takes leads"


def _show_follow_ups(follow_ups: pd.DataFrame, early: pd.DataFrame) -> None:
    st.subheader("Follow-ups")
    st.caption(
        f"{count(len(early))} leads were ruled out before a second touch. Done is done on the day or before; what was "
        "dropped because the lead answered or moved on does not count."
    )
    rows = follow_ups[follow_ups["cut"] == "rep"]
    table = pd.DataFrame(
        {
            "Rep": rows["cut_value"],
            "Due": rows["due_count"],
            "Done": rows["done_count"],
            "Late": rows["late_count"],
            "Overdue": rows["overdue_count"],
            "Done, of due": (100 * rows["done_share"].astype(float)).mask(rows["due_count"] < ENOUGH),
        }
    )
    report_table.show(table, "Follow-ups by rep", rates=("Done, of due",))


def _show_routing(routing: pd.DataFrame) -> None:
    st.subheader("Routing")
    whole = routing[routing["cut"] == "all"]
    if whole.empty:
        st.info("Our rules have not given a lead to anybody yet.")
        return
    total = whole.iloc[0]
    kept, mature = int(total["mature_kept_count"]), int(total["mature_count"])
    st.caption(
        f"Decisions that nobody changed: {share(kept, mature)} ({basis(mature, 'decisions old enough')}). "
        f"{count(int(total['replaced_count']))} were changed by a person, "
        f"{count(int(total['refused_count']))} refused by the rep as not theirs, "
        f"{count(int(total['reassigned_count']))} because the lead lay, "
        f"{count(int(total['rerouted_count']))} because the rep left."
    )
    cut = st.selectbox("Decisions by", list(ROUTED_BY), format_func=ROUTED_BY.__getitem__, width=320)
    rows = routing[routing["cut"] == cut]
    table = pd.DataFrame(
        {
            ROUTED_BY[cut]: rows["cut_value"].map(code_in_words) if cut == "rule" else rows["cut_value"],
            "Decisions": rows["routed_count"],
            "Changed": rows["replaced_count"],
            "Refused": rows["refused_count"],
            "Lay": rows["reassigned_count"],
            "Old enough": rows["mature_count"],
            "Right": (100 * rows["accuracy_share"].astype(float)).mask(rows["is_thin"]),
        }
    )
    report_table.show(table, f"Routing decisions by {ROUTED_BY[cut]}", rates=("Right",))


def _show_score_feedback(feedback: pd.DataFrame) -> None:
    st.subheader("What reps say of the score")
    answered = int(feedback[feedback["cut"] == "all"]["answer_count"].sum())
    if not answered:
        st.info("No rep has answered yet whether a score was right. The field is in the CRM, on the lead.")
        return
    st.caption(
        f"{count(answered)} answers. Nobody has to answer, and reps do so about leads that surprised them: "
        "compare groups, and mind how many leads an answer speaks for."
    )
    cut = st.selectbox("Answers by", list(JUDGED_BY), format_func=JUDGED_BY.__getitem__, width=320)
    rows = feedback[feedback["cut"] == cut]
    table = pd.DataFrame(
        {
            JUDGED_BY[cut]: rows["cut_value"].map(code_in_words) if cut == "source" else rows["cut_value"],
            "Leads": rows["lead_count"],
            "Answers": rows["answer_count"],
            "Too high": rows["too_high_count"],
            "Too low": rows["too_low_count"],
            "Right": 100 * rows["right_share"].astype(float),
        }
    )
    report_table.show(table, f"What reps say of the score by {JUDGED_BY[cut]}", rates=("Right",))


show(config.current())
