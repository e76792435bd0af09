"""The charts, as functions from a mart's rows to an Altair chart; they count and decide nothing."""

from __future__ import annotations

from typing import TypeVar

import altair as alt
import pandas as pd

from leadwright.dashboards import palette

Drawing = TypeVar("Drawing", alt.Chart, alt.LayerChart)

# SVG and not canvas: text stays sharp when printed, can be selected, and is read by screen readers and tests.
CRISP = {"embedOptions": {"renderer": "svg"}}
BANDS = ["high", "medium", "low"]
WEEKS_SHOWN = 53
ROOM_FOR_LAST_WEEK = {"left": 5, "top": 5, "right": 24, "bottom": 5}
STEP_NAMES = {"lead": "Lead", "mql": "MQL", "sql": "SQL", "opportunity": "Opportunity", "won": "Won"}


def grade_grid(grades: pd.DataFrame) -> alt.LayerChart:
    """Draw fit against intent: the colour is the grade's, its strength the number of leads."""
    cells = grades.assign(
        leads=grades["lead_count"].map("{:,}".format),
        caption=grades["grade"],
        strength=0.18 + 0.55 * grades["lead_count"] / max(1, grades["lead_count"].max()),
    )
    base = alt.Chart(cells).encode(
        x=alt.X("intent_band:N", sort=BANDS, title="Intent", axis=_band_axis("top")),
        y=alt.Y("fit_band:N", sort=BANDS, title="Fit", axis=_band_axis("left")),
        tooltip=[
            alt.Tooltip("fit_band:N", title="Fit"),
            alt.Tooltip("intent_band:N", title="Intent"),
            alt.Tooltip("grade:N", title="Grade"),
            alt.Tooltip("play:N", title="Play"),
            alt.Tooltip("lead_count:Q", title="Leads", format=","),
            alt.Tooltip("open_lead_count:Q", title="Of them open", format=","),
        ],
    )
    squares = base.mark_rect(stroke="white", strokeWidth=3, cornerRadius=4).encode(
        color=alt.Color("colour:N", scale=None, legend=None),
        opacity=alt.Opacity("strength:Q", scale=None),
    )
    numbers = base.mark_text(fontSize=20, fontWeight=600, dy=-8, color=palette.INK).encode(text="leads:N")
    names = base.mark_text(fontSize=13, dy=14, color=palette.INK).encode(text="caption:N")
    return _finish(alt.layer(squares, numbers, names), height=300)


def funnel(steps: pd.DataFrame) -> alt.LayerChart:
    """Draw how many leads reached each step; the text beside a bar says how many of the step before."""
    base = alt.Chart(steps).encode(
        y=alt.Y("name:N", sort=list(STEP_NAMES.values()), title=None, axis=_quiet_axis()),
        tooltip=[
            alt.Tooltip("name:N", title="Step"),
            alt.Tooltip("lead_count:Q", title="Leads", format=","),
            alt.Tooltip("of_previous:N", title="Of the step before"),
        ],
    )
    room = 1.35 * max(1, int(steps["lead_count"].max()))
    length = alt.X("lead_count:Q", title=None, axis=None, scale=alt.Scale(domain=[0, room]))
    bars = base.mark_bar(color=palette.BAR, cornerRadiusEnd=3, size=30).encode(x=length)
    text = base.mark_text(align="left", dx=8, fontSize=13, color=palette.INK).encode(
        x=length, text="caption:N"
    )
    return _finish(alt.layer(bars, text), height=300)


WAITING = {"late": "Late", "soon": "Due within 4 hours", "later": "Due later"}


def waiting(owners: pd.DataFrame) -> alt.Chart:
    """Draw how many leads wait for each owner, by how urgent they are; columns owner_name, urgency and lead_count."""
    names = list(WAITING.values())
    drawn = owners.assign(
        urgency_name=owners["urgency"].map(WAITING), place=owners["urgency"].map(list(WAITING).index)
    )
    chart = (
        alt.Chart(drawn)
        .mark_bar(cornerRadiusEnd=3, size=18)
        .encode(
            y=alt.Y("owner_name:N", sort="-x", title=None, axis=_quiet_axis()),
            x=alt.X("lead_count:Q", title="Leads that wait", axis=_number_axis()),
            color=alt.Color(
                "urgency_name:N",
                scale=alt.Scale(domain=names, range=[palette.LATE, palette.ALERT, palette.BAR]),
                title=None,
                legend=_legend("square"),
            ),
            order=alt.Order("place:Q"),
            tooltip=[
                alt.Tooltip("owner_name:N", title="Owner"),
                alt.Tooltip("urgency_name:N", title="Due"),
                alt.Tooltip("lead_count:Q", title="Leads", format=","),
            ],
        )
    )
    return _finish(chart, height=alt.Step(28))


def unbroken(weeks: pd.DataFrame) -> pd.DataFrame:
    """Give the last weeks without a gap: one without leads is a zero, and not a place where the axis skips."""
    starts = pd.to_datetime(weeks["week_start_on"])
    last = starts.max()
    first = max(starts.min(), last - pd.Timedelta(weeks=WEEKS_SHOWN - 1))
    every = pd.date_range(first, last, freq="7D", name="week_start_on")
    return (
        weeks.assign(week_start_on=starts)
        .set_index("week_start_on")
        .reindex(every, fill_value=0)
        .reset_index()
    )


def by_grade(weeks: pd.DataFrame, grades: pd.DataFrame, scale: pd.DataFrame) -> pd.DataFrame:
    """Give `weeks` with the leads of each grade in a column of its own: the grade's name, in the order of `scale`."""
    wide = grades.pivot(index="week_start_on", columns="grade", values="lead_count")
    return weeks[["week_start_on"]].join(wide.reindex(columns=list(scale["grade"])), on="week_start_on")


def weekly_leads(weeks: pd.DataFrame, scale: pd.DataFrame) -> alt.Chart:
    """Draw new leads per week (`by_grade`), stacked by the grade they have today in its colour of `scale`."""
    names = list(scale["grade"])
    colours = alt.Scale(domain=names, range=list(scale["colour"]))
    chart = (
        alt.Chart(_by_week(weeks, {name: name for name in names}, "grade"))
        .mark_bar()
        .encode(
            x=_week_axis(),
            y=alt.Y("leads:Q", title="New leads", axis=_number_axis()),
            color=alt.Color("grade:N", scale=colours, title="Grade today", legend=_legend("square")),
            order=alt.Order("place:Q"),
            tooltip=_week_tooltip("grade", "Grade"),
        )
    )
    return _finish(chart.properties(padding=ROOM_FOR_LAST_WEEK), height=260)


def weekly_progress(weeks: pd.DataFrame) -> alt.Chart:
    """Draw how many of each week's new leads have become MQL, SQL or won since."""
    names = {"mql_count": "MQL", "sql_count": "SQL", "won_count": "Won"}
    steps = list(names.values())
    legend = _legend("stroke")
    chart = (
        alt.Chart(_by_week(weeks, names, "step"))
        .mark_line(strokeWidth=2.5)
        .encode(
            x=_week_axis(),
            y=alt.Y("leads:Q", title="Of that week's leads", axis=_number_axis()),
            color=alt.Color(
                "step:N",
                scale=alt.Scale(domain=steps, range=[palette.BAR, palette.ACCENT, palette.INK]),
                title="Reached",
                legend=legend,
            ),
            strokeDash=alt.StrokeDash(
                "step:N",
                scale=alt.Scale(domain=steps, range=[[1, 0], [7, 3], [2, 2]]),
                title="Reached",
                legend=legend,
            ),
            tooltip=_week_tooltip("step", "Reached"),
        )
    )
    return _finish(chart.properties(padding=ROOM_FOR_LAST_WEEK), height=260)


def weekly_promises(weeks: pd.DataFrame) -> alt.Chart:
    """Draw, per week in which leads became ready, how many were answered as promised."""
    names = {
        "sla_kept_count": "In time",
        "sla_broken_count": "Too late",
        "sla_running_count": "Still running",
    }
    legend = _legend("square")
    chart = (
        alt.Chart(_by_week(weeks, names, "answer"))
        .mark_bar()
        .encode(
            x=_week_axis(),
            y=alt.Y("leads:Q", title="Leads ready", axis=_number_axis()),
            color=alt.Color(
                "answer:N",
                scale=alt.Scale(
                    domain=list(names.values()), range=[palette.ACCENT, palette.ALERT, palette.LINE]
                ),
                title="Answered",
                legend=legend,
            ),
            order=alt.Order("place:Q"),
            tooltip=_week_tooltip("answer", "Answered"),
        )
    )
    return _finish(chart.properties(padding=ROOM_FOR_LAST_WEEK), height=260)


def weekly_follow_ups(weeks: pd.DataFrame) -> alt.Chart:
    """Draw, per week, the follow-ups that were due and those done in time."""
    names = {"follow_up_due_count": "Due", "follow_up_done_count": "Done in time"}
    legend = _legend("stroke")
    chart = (
        alt.Chart(_by_week(weeks, names, "kind"))
        .mark_line(strokeWidth=2.5)
        .encode(
            x=_week_axis(),
            y=alt.Y("leads:Q", title="Follow-ups", axis=_number_axis()),
            color=alt.Color(
                "kind:N",
                scale=alt.Scale(domain=list(names.values()), range=[palette.BAR, palette.ACCENT]),
                title="",
                legend=legend,
            ),
            tooltip=_week_tooltip("kind", "Follow-ups"),
        )
    )
    return _finish(chart.properties(padding=ROOM_FOR_LAST_WEEK), height=260)


def _by_week(weeks: pd.DataFrame, names: dict[str, str], kind: str) -> pd.DataFrame:
    long = weeks.melt(id_vars=["week_start_on"], value_vars=list(names), var_name=kind, value_name="leads")
    long["place"] = long[kind].map(list(names).index)
    long[kind] = long[kind].map(names)
    # Text and not a date: a browser west of Greenwich would move a date to the day before.
    long["week"] = long["week_start_on"].dt.strftime("%Y-%m-%d")
    return long.drop(columns="week_start_on")


def _week_axis() -> alt.X:
    axis = alt.Axis(
        labelExpr="utcFormat(toDate(datum.value), '%-d %b %y')",
        labelAngle=0,
        labelOverlap="greedy",
        labelSeparation=12,
        labelColor=palette.QUIET,
        ticks=False,
        grid=False,
    )
    return alt.X("week:O", title=None, axis=axis)


def _week_tooltip(kind: str, title: str) -> list[alt.Tooltip]:
    return [
        alt.Tooltip("week:N", title="Week from"),
        alt.Tooltip(f"{kind}:N", title=title),
        alt.Tooltip("leads:Q", title="Leads", format=","),
    ]


def _number_axis() -> alt.Axis:
    return alt.Axis(
        format=",d",
        tickMinStep=1,
        tickCount=5,
        labelColor=palette.QUIET,
        titleColor=palette.QUIET,
        gridColor=palette.LINE,
    )


def _band_axis(orient: str) -> alt.Axis:
    return alt.Axis(
        orient=orient,
        labelAngle=0,
        labelFontSize=13,
        labelColor=palette.INK,
        titleColor=palette.QUIET,
        domain=False,
        ticks=False,
    )


def _quiet_axis() -> alt.Axis:
    return alt.Axis(labelFontSize=13, labelColor=palette.INK, domain=False, ticks=False, labelLimit=160)


def _legend(symbol: str) -> alt.Legend:
    return alt.Legend(
        orient="top",
        symbolType=symbol,
        symbolSize=180,
        labelFontSize=12,
        titleColor=palette.QUIET,
        titleOrient="left",
    )


def _finish(chart: Drawing, height: int | alt.Step) -> Drawing:
    return chart.properties(height=height, usermeta=CRISP).configure_view(strokeWidth=0)
