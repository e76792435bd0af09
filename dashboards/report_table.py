"""How a report is shown as a table, the same on every page: narrow enough for a phone, and thin rates left out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from leadwright.dashboards import palette
from leadwright.formatting import duration, no_formula

TOO_FEW = "too few"


def show(
    table: pd.DataFrame,
    alt: str,
    *,
    rates: tuple[str, ...] = (),
    days: tuple[str, ...] = (),
    amounts: tuple[str, ...] = (),
    missing: str = TOO_FEW,
) -> None:
    """Draw `table`; `rates` are in percent, `amounts` in the CRM's currency, and what is not known reads `missing`."""
    counts = [c for c in table.select_dtypes("integer").columns if c not in (*rates, *days, *amounts)]
    formats: dict[Any, Any] = {
        **dict.fromkeys(counts, "{:,}"),
        **dict.fromkeys(rates, "{:.1f}%"),
        **dict.fromkeys(days, "{:.1f}"),
        **dict.fromkeys(amounts, "{:,.0f}"),
    }
    # A first column as wide as its longest text would fill a phone alone.
    first = {str(table.columns[0]): st.column_config.Column(width="medium")}
    st.dataframe(
        inert(table).style.format(formats, na_rep=missing),
        hide_index=True,
        placeholder=missing if rates or amounts else "",
        column_config=first,
        height="content",
        alt=alt,
    )


def choose(
    table: pd.DataFrame, colours: Mapping[str, str], widths: Mapping[str, int], key: str, alt: str
) -> int | None:
    """Draw leads, each with its grade in a column Grade; the place of the row that was selected, None where none was.

    Args:
        table: the leads.
        colours: grade -> its colour.
        widths: column -> its width in pixels.
        key: of the table on its page.
        alt: what the table is, for who does not see it.
    """
    chosen = st.dataframe(
        inert(table).style.map(lambda name: palette.tint(colours.get(str(name))), subset=["Grade"]),
        hide_index=True,
        column_config={name: st.column_config.Column(width=width) for name, width in widths.items()},
        height=min(len(table), 15) * 35 + 38,
        on_select="rerun",
        selection_mode="single-cell",
        key=key,
        alt=alt,
    )
    cells = chosen["selection"]["cells"]
    return int(cells[0][0]) if cells else None


def durations(minutes: pd.Series[float]) -> list[str]:
    """Write lengths of time in the unit a person would use; empty where there is none."""
    return ["" if pd.isna(value) else duration(value) for value in minutes]


def inert(table: pd.DataFrame) -> pd.DataFrame:
    """`table` as it may be downloaded, with no text that a spreadsheet would take for a formula.

    Every table can be saved as CSV with the button that Streamlit puts above it.
    """
    return table.map(lambda cell: no_formula(cell) if isinstance(cell, str) else cell)
