"""What a run that stopped would write, for whoever is to approve it. It is approved on the command line."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from leadwright.dashboards import config, data, report_table
from leadwright.formatting import count, moment
from leadwright.settings import Settings


def show(settings: Settings) -> None:
    """Draw the page."""
    st.title("Waiting for approval")
    waiting = data.read_waiting(settings)
    if waiting is None:
        st.info(
            "Nothing waits for an approval. A run that would change the grade, score or owner of many leads, or that "
            "writes to a CRM for the first time, stops before it sends anything and is shown here."
        )
        return
    stop = waiting.stop
    st.caption(f"Planned {moment(stop.made_at)}. Nothing of it was sent. All times are in UTC.")
    for reason in stop.reasons:
        st.warning(reason.text)
    st.markdown(f"To send these {count(stop.record_count)} records:")
    st.code(stop.command, language=None)
    _show_objects(waiting.objects)
    _show_lists(waiting.lists)
    _show_owners(waiting.owners)
    _show_largest(waiting.largest)
    st.caption(
        "`leadwright sync --dry-run --output preview.html` shows every field, what may be set off in the CRM, and what "
        "it takes in calls and minutes."
    )


def _show_objects(objects: pd.DataFrame) -> None:
    st.subheader("Records")
    table = pd.DataFrame(
        {
            "Object": objects["object"],
            "CRM": objects["crm"],
            "Records": objects["record_count"],
            "For the first time": objects["new_count"],
            "Another grade": objects["regraded_count"],
            "Another score": objects["rescored_count"],
            "Another owner": objects["moved_count"],
        }
    )
    report_table.show(table, "Records that would be written, by object")


def _show_lists(lists: pd.DataFrame) -> None:
    if lists.empty:
        return
    st.subheader("Lists and campaigns")
    table = pd.DataFrame(
        {
            "List or campaign": lists["list_or_campaign"],
            "CRM": lists["crm"],
            "Put on": lists["put_on_count"],
            "Taken off": lists["taken_off_count"],
        }
    )
    report_table.show(table, "People who would be put on lists or taken off")


def _show_owners(owners: pd.DataFrame) -> None:
    if owners.empty:
        return
    st.subheader("Whose leads go to whom")
    table = pd.DataFrame(
        {"From": owners["owner_before"], "To": owners["owner_after"], "Leads": owners["lead_count"]}
    )
    report_table.show(table, "Leads that would get another owner")


def _show_largest(largest: pd.DataFrame) -> None:
    if largest.empty:
        return
    st.subheader("The largest changes")
    table = pd.DataFrame(
        {
            "Lead": largest["lead_name"],
            "CRM": largest["crm"],
            "Grade": _change(largest["grade_before"], largest["grade_after"]),
            "Score": _change(largest["score_before"], largest["score_after"]),
        }
    )
    report_table.show(table, "Leads whose score or grade would change most")


def _change(before: pd.Series[Any], after: pd.Series[Any]) -> list[str]:
    """Before and after as text; what stays is empty."""
    return [
        "" if pd.isna(new) else f"{_spelled(old)} → {_spelled(new)}"
        for old, new in zip(before, after, strict=True)
    ]


def _spelled(value: Any) -> str:
    if pd.isna(value):
        return "none"
    return f"{value:g}" if isinstance(value, float) else str(value)


show(config.current())
