"""Whom to call now, which promises are about to break, and who turned out to be worth a call.

The address holds whose calls are shown, so that a view can be shared.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from leadwright.dashboards import charts, config, data, markup, report_table, viewing
from leadwright.formatting import count, duration, moment
from leadwright.settings import Settings

OWNER = "owner"
LINK = "lead"
EVERYBODY = "Everybody"
NOBODY = "nobody yet"
SOON_MINUTES = 4 * 60
CALLS_SHOWN = 100
WAITS_FOR = {"first_answer": "First answer", "came_back": "Came back", "follow_up": "Follow-up"}
WIDTHS = {
    "Due": 110,
    "Grade": 70,
    "Lead": 170,
    "Company": 170,
    "Phone": 160,
    "Waits for": 110,
    "Owner": 140,
    "Next action": 260,
    "Because": 320,
}


def show(settings: Settings, rep: str | None) -> None:
    """Draw the page, of the leads that the rep with the address `rep` has, or of all."""
    today = data.read_today(settings, rep)
    st.title("Today")
    st.caption(
        f"Data as of {moment(today.totals['as_of'])}, published {moment(today.published_at)}. "
        "A promise counts working time; a follow-up is due the whole day."
    )
    calls = today.calls.assign(
        owner_name=today.calls["owner_name"].fillna(NOBODY),
        minutes=(today.calls["due_at"] - pd.Timestamp(today.now)).dt.total_seconds() / 60,
    )
    listed = calls[~calls["is_old"]]
    listed = listed.assign(urgency=[_urgency(minutes) for minutes in listed["minutes"]])
    _show_tiles(listed)
    owner = _choose_owner(listed) if rep is None else EVERYBODY
    _show_calls(listed if owner == EVERYBODY else listed[listed["owner_name"] == owner], today.scale)
    _show_old(int(calls["is_old"].sum()))
    if rep is None:
        _show_owners(listed)
    _show_new_best(today)


def _urgency(minutes: float) -> str:
    if minutes < 0:
        return "late"
    return "soon" if minutes <= SOON_MINUTES else "later"


def _show_tiles(calls: pd.DataFrame) -> None:
    promised = calls[calls["waits_for"] != "follow_up"]
    figures = (
        ("Promises about to break", promised["urgency"] == "soon", "the time ends within 4 hours"),
        ("Promises broken", promised["urgency"] == "late", "and nobody has answered yet"),
        ("Came back", calls["waits_for"] == "came_back", "asked again after an answer"),
        ("Follow-ups", calls["waits_for"] == "follow_up", "due today or earlier"),
    )
    for column, (label, holds, note) in zip(st.columns(len(figures)), figures, strict=True):
        column.metric(label, count(int(holds.sum())), note, delta_color="off", delta_arrow="off", border=True)


def _choose_owner(calls: pd.DataFrame) -> str:
    names = [EVERYBODY, *sorted(calls["owner_name"].unique())]
    asked = st.query_params.get(OWNER, EVERYBODY)
    chosen: str = st.selectbox(
        "Owner", names, index=names.index(asked) if asked in names else 0, width=320, key="today_owner"
    )
    if chosen == EVERYBODY:
        st.query_params.pop(OWNER, None)
    else:
        st.query_params[OWNER] = chosen
    return chosen


def _show_calls(calls: pd.DataFrame, scale: pd.DataFrame) -> None:
    st.subheader("To call now")
    if calls.empty:
        st.info(
            "Nobody waits for a call. Promises run for leads whose grade has a time in `grades.csv`, from the moment "
            "at which they are ready for sales."
        )
        return
    shown = calls.head(CALLS_SHOWN)
    more = f" The {CALLS_SHOWN} first are shown." if len(calls) > CALLS_SHOWN else ""
    st.caption(
        f"{count(len(calls))} leads: the best grade first, promises before follow-ups, then what is due first.{more} "
        "Select one to open it."
    )
    table = pd.DataFrame(
        {
            "Due": [due_in_words(minutes) for minutes in shown["minutes"]],
            "Grade": shown["grade"],
            "Lead": shown["full_name"].fillna("without a name"),
            "Company": shown["company_name"].fillna(""),
            "Waits for": shown["waits_for"].map(WAITS_FOR),
            "Owner": shown["owner_name"],
            "Phone": [_tel(number) for number in shown["phone"]],
            "Next action": shown["next_action"].fillna(""),
            "Because": shown["top_reasons"].fillna(""),
        }
    )
    colours = dict(zip(scale["grade"], scale["colour"], strict=True))
    _open_chosen(table, list(shown["lead_id"]), "to_call", colours)


def _open_chosen(table: pd.DataFrame, lead_ids: Sequence[str], key: str, colours: dict[str, str]) -> None:
    """Draw a table of leads; selecting one opens it."""
    place = report_table.choose(table, colours, WIDTHS, key, "Leads that wait for a person")
    if place is not None:
        st.switch_page("views/lead.py", query_params={LINK: lead_ids[place]})


def _tel(number: object) -> str:
    """A phone number, behind a sign: a text that begins with + is one that a spreadsheet would reckon with."""
    return f"\N{BLACK TELEPHONE} {number.strip()}" if isinstance(number, str) and number.strip() else ""


def due_in_words(minutes: float) -> str:
    """How long until something is due, or since when it is late."""
    return f"{duration(-minutes)} late" if minutes < 0 else f"in {duration(minutes)}"


def _show_old(number: int) -> None:
    if number:
        st.caption(
            f"Left out: {count(number)} that waited longer than {data.CALLS_SHOWN_DAYS} days. Give such leads to "
            "somebody else, recycle or reject them in the CRM; the page Team counts their promises as broken."
        )


def _show_owners(calls: pd.DataFrame) -> None:
    if calls.empty:
        return
    late = calls[calls["urgency"] == "late"]["owner_name"].value_counts()
    late = late.sort_index().sort_values(ascending=False, kind="stable")
    st.html(markup.heading(_who_is_behind(late)))
    owners = calls.groupby(["owner_name", "urgency"], as_index=False).size()
    st.altair_chart(
        charts.waiting(owners.rename(columns={"size": "lead_count"})),
        alt="Leads that wait, by owner and urgency",
    )


def _who_is_behind(late: pd.Series) -> str:
    """What the chart of owners says."""
    if late.empty:
        return "Nobody is late"
    return f"{late.index[0]} has {count(int(late.iloc[0]))} of {count(int(late.sum()))} leads that are late"


def _show_new_best(today: data.Today) -> None:
    best = " + ".join(today.scale[today.scale["stands_for"] == "best"]["grade"]) or "Best grade"
    rows = today.new_best
    untouched = int(rows["touched_at"].isna().sum())
    st.subheader(f"New {best} leads this week")
    if rows.empty:
        st.info(f"No open lead became {best} within the last seven days.")
        return
    st.caption(f"{count(len(rows))} leads; nobody has been in touch with {count(untouched)} of them since.")
    shown = rows.head(CALLS_SHOWN)
    table = pd.DataFrame(
        {
            "Since": [moment(at).removesuffix(" UTC") for at in shown["changed_at"]],
            "Grade": shown["grade"],
            "Before": shown["earlier_grade"].fillna("new"),
            "Lead": shown["full_name"].fillna("without a name"),
            "Company": shown["company_name"].fillna(""),
            "Owner": shown["owner_name"].fillna(NOBODY),
            "First touch": [
                "none yet" if pd.isna(at) else moment(at).removesuffix(" UTC") for at in shown["touched_at"]
            ],
            "Because": shown["top_reasons"].fillna(""),
        }
    )
    colours = dict(zip(today.scale["grade"], today.scale["colour"], strict=True))
    _open_chosen(table, list(shown["lead_id"]), "new_best", colours)


who = viewing.viewer(config.current())
if who:
    show(config.current(), who.leads_of)
