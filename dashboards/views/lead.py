"""One lead: its score and what it is made of, who owns it and why, what is known and what was done.

The address is the only place that holds which lead is shown: searching and picking change it, and the page shows
what it says, so every lead on screen can be linked to.
"""

from __future__ import annotations

import pandas as pd
import streamlit as st

from leadwright.dashboards import config, data, markup, palette, report_table, viewing
from leadwright.dashboards.data import Lead, Row
from leadwright.dashboards.explanation import Explanation, explain
from leadwright.dashboards.facts import facts_in_words, records_in_words, returns_in_words, touches_in_words
from leadwright.formatting import code_in_words, count, duration, moment, points
from leadwright.settings import Settings

LINK = "lead"
SEARCH = "search"
MATCHES = "matches"
TOUCHES_SHOWN = 25
PROMISES = {
    "kept": "kept: answered in time",
    "broken": "broken: not answered in time",
    "running": "still running: nobody has answered yet",
}
WIDTHS = {
    "Score": 60,
    "Grade": 80,
    "Stage": 110,
    "Name": 180,
    "Company": 180,
    "E-mail": 240,
    "CRM record": 250,
}


def show(settings: Settings, owner: str | None) -> None:
    """Draw the page, of the leads that the rep with the address `owner` has, or of all."""
    st.title("Lead" if owner is None else "Your leads")
    text = st.text_input(
        "Find a lead",
        key=SEARCH,
        placeholder="E-mail, name or id",
        type="search",
        on_change=_search,
        args=(settings, owner),
        width=480,
    )
    lead_id = st.query_params.get(LINK)
    if lead_id is None:
        found = data.find_leads(settings, text or "", owner)
        _show_matches(found, text or "", data.read_grade_colours(settings))
        return
    st.button("Back to the list", on_click=_forget_lead, type="tertiary", icon=":material/arrow_back:")
    lead = data.read_lead(settings, lead_id, owner)
    if lead is None:
        st.warning(
            "There is no lead with the id in this link"
            + (" among yours" if owner else "")
            + ". It may be newer than the "
            "last run, or the link is incomplete. Search by e-mail or name instead."
        )
        return
    _show_lead(lead, data.read_grade_colours(settings))


def _search(settings: Settings, owner: str | None) -> None:
    """Open the only match at once; here and not while drawing, so that the way back leads to the list."""
    _forget_lead()
    found = data.find_leads(settings, st.session_state[SEARCH] or "", owner)
    if len(found) == 1:
        st.query_params[LINK] = found[0]["lead_id"]


def _forget_lead() -> None:
    st.query_params.pop(LINK, None)


def _show_matches(found: list[Row], text: str, colours: dict[str, str]) -> None:
    if not found:
        st.info("No lead has this in its name or e-mail, or as its id in Leadwright, HubSpot or Salesforce.")
        return
    st.caption(_matches_title(text, len(found)))
    table = pd.DataFrame(
        {
            "Score": [row["score"] for row in found],
            "Grade": [row["grade"] for row in found],
            "Stage": [code_in_words(row["lifecycle_stage"] or "") for row in found],
            "Name": [row["full_name"] or "" for row in found],
            "Company": [row["company_name"] or "" for row in found],
            "E-mail": [row["email"] or "" for row in found],
            "CRM record": [row["record_id"] or "" for row in found],
        }
    )
    place = report_table.choose(table, colours, WIDTHS, MATCHES, "Leads, highest score first")
    if place is not None:
        st.query_params[LINK] = found[place]["lead_id"]
        st.rerun()


def _matches_title(text: str, number: int) -> str:
    if not text:
        return f"The {count(number)} highest scores of open leads. Select one to open it, or search."
    if number == data.MATCHES_SHOWN:
        return f"The {number} matches with the highest scores. Type more to narrow them down."
    return f"{number} match{'' if number == 1 else 'es'}, highest score first. Select one to open it."


def _show_lead(lead: Lead, colours: dict[str, str]) -> None:
    facts = lead.facts
    work = [facts["job_title"], facts["company_name"], facts["email"]]
    st.html(
        markup.name(
            facts["full_name"] or facts["email"] or "Somebody without a name or e-mail",
            " \u00b7 ".join(part for part in work if part) or "Nothing else is known about this person.",
        )
    )
    _show_figures(lead.score, colours)
    left, right = st.columns([3, 2], gap="large")
    with left:
        st.subheader("Why this score")
        st.caption(f"Points as of {moment(lead.score['as_of'])}, exact to the last decimal.")
        if any(row["kind"] == "model" for row in lead.contributions):
            st.html(markup.pairs([("In words", lead.score["top_reasons"])]))
        _show_explanation(explain(lead.score, lead.contributions))
        _show_touches(lead.touches)
    with right:
        _show_decision(lead.score, lead.owner)
        _show_response(lead.response, lead.returns)
        st.subheader("Facts")
        st.html(markup.pairs([*facts_in_words(facts), *records_in_words(lead.records)]))


def _show_figures(score: Row, colours: dict[str, str]) -> None:
    figures = [
        ("Grade", score["grade"], f"fit {score['fit_band']}, intent {score['intent_band']}"),
        ("Score", points(score["score"]), "fit + intent, in points"),
        ("Fit", points(score["fit_score"]), f"{score['fit_band']}: who they are"),
        ("Intent", points(score["intent_score"]), f"{score['intent_band']}: what they do"),
    ]
    for column, (label, value, note) in zip(st.columns(4), figures, strict=True):
        with column.container(key="grade" if label == "Grade" else None):
            if label == "Grade":
                st.html(markup.edge("grade", colours.get(value, palette.LINE)))
            st.metric(label, value, note, delta_color="off", delta_arrow="off", border=True)


def _show_explanation(explanation: Explanation) -> None:
    if not explanation.adds_up:
        st.error(
            f"The parts sum to {explanation.total_text}, but the score is {explanation.score_text}. "
            "Please report this: one query writes both, and they must agree."
        )
    st.html(explanation.html())


def _show_decision(score: Row, owner: Row) -> None:
    st.subheader("What to do")
    st.html(
        markup.pairs(
            [
                ("Grade because", score["disqualified_reason"] or ""),
                ("Play", score["play"]),
                ("Next action", score["next_action"]),
                ("Owner", owner.get("owner_name") or "nobody yet"),
                (
                    "Why this owner" if owner.get("owner_name") else "Why nobody",
                    owner.get("reason") or "no routing decision yet",
                ),
                # An owner whom a CRM had before us was only seen then; nobody knows since when.
                (
                    "Assigned" if owner.get("is_routed") else "First seen with this owner",
                    moment(owner["assigned_at"]) if owner.get("assigned_at") else "",
                ),
            ]
        )
    )


def _show_response(response: Row, returns: list[Row]) -> None:
    if not response:
        return
    touched, due = response["first_touch_at"], response["sla_due_at"]
    st.subheader("Response")
    st.html(
        markup.pairs(
            [
                ("Ready for sales", moment(response["ready_at"])),
                ("First touch due", moment(due) if due else "no promised time for this grade"),
                ("Promise", PROMISES.get(response["sla_status"], "")),
                ("First touch", moment(touched) if touched else "none yet"),
                ("Response time", duration(response["response_minutes"]) if touched else ""),
            ]
        )
    )
    if returns:
        st.caption("Asked again after an answer, newest first. Each time has a promise of its own.")
        st.html(markup.table(["Asked again", "Answer due", "Promise", "Answered"], returns_in_words(returns)))


def _show_touches(touches: list[Row]) -> None:
    st.subheader("Touches")
    if not touches:
        st.caption("Nobody has called, written to or met this lead yet. Automatic messages do not count.")
        return
    older = len(touches) - TOUCHES_SHOWN
    shown = "newest first" if older <= 0 else f"the newest {TOUCHES_SHOWN} shown"
    st.caption(f"{count(len(touches))} by people, {shown}. Automatic messages do not count.")
    st.html(markup.table(["When", "What", "By"], touches_in_words(touches[:TOUCHES_SHOWN])))


who = viewing.viewer(config.current())
if who:
    show(config.current(), who.leads_of)
