"""What is wrong at the moment and who was told of it, on the page Data health."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from leadwright.connectors.errors import ConfigError
from leadwright.dashboards import data, report_table
from leadwright.formatting import moment
from leadwright.notices import destinations
from leadwright.notices.findings import NOBODY
from leadwright.settings import Settings


def show(settings: Settings) -> None:
    """Draw the part of the page."""
    st.subheader("Who is told when something is wrong")
    _show_destinations(settings)
    faults = data.read_faults(settings)
    if not faults:
        st.caption("When the last run looked, nothing was wrong that people are told of.")
        return
    table = pd.DataFrame(
        {
            "What": [row["subject"] for row in faults],
            "About": [row["kind"].replace("_", " ") for row in faults],
            "Since": [moment(row["since"]).removesuffix(" UTC") for row in faults],
            "Told": [_told(row) for row in faults],
        }
    )
    report_table.show(table, "What is wrong and who was told")


def _show_destinations(settings: Settings) -> None:
    try:
        names = list(destinations.read(settings.rules_folder).destinations)
    except ConfigError as error:
        st.warning(str(error))
        return
    if names:
        st.caption(f"Notices go to {', '.join(names)}: one when something begins, one when it is over.")
    else:
        st.info(f"{NOBODY[0].upper()}{NOBODY[1:]}.")


def _told(row: data.Row) -> str:
    if row["destination"] is None:
        return "nobody"
    if row["told_at"] is None:
        return f"{row['destination']}: not yet{'; ' + row['failure'] if row['failure'] else ''}"
    return f"{row['destination']}, {moment(row['told_at']).removesuffix(' UTC')}"
