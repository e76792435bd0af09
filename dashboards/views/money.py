"""What leads cost and bring: pipeline, campaigns, sources, revenue by channel and customers who came back."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from leadwright.dashboards import config, data, report_table
from leadwright.formatting import code_in_words, count, moment, share
from leadwright.settings import Settings

MODELS = {"first_amount": "First touch", "last_amount": "Last touch", "linear_amount": "Linear",
          "position_amount": "By position"}  # fmt: skip
COSTS = {
    "cost_per_lead_amount": "Per lead",
    "cost_per_mql_amount": "Per MQL",
    "cost_per_sql_amount": "Per SQL",
}
REPORTS = {
    "rpt_pipeline": "cut, won_amount + open_amount desc, cut_value",
    "rpt_campaigns": "cost_amount desc nulls last, name",
    "rpt_sources": "cost_amount desc nulls last, lead_source",
    "rpt_source_costs": "month desc, cost_amount desc, lead_source",
    "rpt_attribution": "linear_amount desc, channel",
    "rpt_retention": "cohort_month desc",
}


def show(settings: Settings) -> None:
    """Draw the page."""
    reports = data.read_reports(settings, REPORTS)
    st.title("Money")
    st.caption(
        f"Published {moment(reports.published_at)}. Amounts are in the CRMs' own currency and not converted."
    )
    _show_pipeline(reports["rpt_pipeline"])
    _show_campaigns(reports["rpt_campaigns"])
    _show_sources(reports["rpt_sources"])
    _show_source_months(reports["rpt_source_costs"])
    _show_channels(reports["rpt_attribution"])
    _show_retention(reports["rpt_retention"])


def _show_pipeline(pipeline: pd.DataFrame) -> None:
    st.subheader("Pipeline and revenue")
    whole = pipeline[pipeline["cut"] == "all"]
    if whole.empty:
        st.info("No CRM has an opportunity yet.")
        return
    total = whole.iloc[0]
    st.caption(
        "Qualified is what began with somebody who was an MQL before the opportunity was opened: "
        f"{_of(total, 'open')} of what is open, {_of(total, 'won')} of what was won."
    )
    cut = st.selectbox(
        "By", ["source", "rep"], format_func={"source": "Source", "rep": "Owner"}.__getitem__, width=320
    )
    rows = pipeline[pipeline["cut"] == cut]
    table = pd.DataFrame(
        {
            cut.capitalize(): rows["cut_value"].map(code_in_words) if cut == "source" else rows["cut_value"],
            "Open": rows["open_count"],
            "Open amount": rows["open_amount"].astype(float),
            "Qualified open": rows["qualified_open_amount"].astype(float),
            "Won": rows["won_count"],
            "Won amount": rows["won_amount"].astype(float),
            "Qualified won": rows["qualified_won_amount"].astype(float),
        }
    )
    amounts = ("Open amount", "Qualified open", "Won amount", "Qualified won")
    report_table.show(table, f"Pipeline and revenue by {cut}", amounts=amounts)


def _of(total: pd.Series[float], state: str) -> str:
    undated, of = int(total[f"undated_{state}_count"]), int(total[f"{state}_count"])
    if 2 * undated > of:
        return f"nobody knows how much (no date as an MQL for {count(undated)} of {count(of)})"
    part, whole = float(total[f"qualified_{state}_amount"]), float(total[f"{state}_amount"])
    return share(round(part), round(whole))


def _show_campaigns(campaigns: pd.DataFrame) -> None:
    st.subheader("Campaigns")
    if campaigns.empty:
        st.info("Salesforce has no campaign; HubSpot's are not pulled.")
        return
    st.caption(
        "A lead counts for the campaign it was first in. Costs are those of costs.csv, else the campaign's own. "
        "While one runs, and for a while "
        "after, its leads may still become SQLs."
    )
    table = pd.DataFrame(
        {
            "Campaign": campaigns["name"],
            "Cost": campaigns["cost_amount"].astype(float),
            "Leads": campaigns["lead_count"],
            "MQL": campaigns["mql_count"],
            "SQL": campaigns["sql_count"],
            "Won": campaigns["won_count"],
            **{label: campaigns[column].astype(float) for column, label in COSTS.items()},
            "Outcome": campaigns["is_mature"].map({True: "known", False: "open"}),
        }
    )
    report_table.show(table, "Campaigns with costs", amounts=("Cost", *COSTS.values()), missing="none")


def _show_sources(sources: pd.DataFrame) -> None:
    st.subheader("Cost by source")
    rows = sources[sources["cost_amount"].notna()]
    if rows.empty:
        st.info("No campaign has a cost, and costs.csv says nothing of a source.")
        return
    st.caption(
        "What the first campaigns of its leads cost, shared equally among the leads of each, and what costs.csv says "
        "of the source. Per lead, MQL and SQL it is of the leads that such a cost is for."
    )
    table = pd.DataFrame(
        {
            "Source": rows["lead_source"].map(code_in_words),
            "Leads": rows["lead_count"],
            "With a cost": rows["costed_count"],
            "Cost": rows["cost_amount"].astype(float),
            **{label: rows[column].astype(float) for column, label in COSTS.items()},
        }
    )
    report_table.show(table, "Cost by source", amounts=("Cost", *COSTS.values()), missing="none")


def _show_source_months(months: pd.DataFrame) -> None:
    if months.empty:
        return
    st.subheader("Cost by source and month")
    st.caption(f"By costs.csv, in {months['currency'].iloc[0]}, with the leads that came in that month.")
    table = pd.DataFrame(
        {
            "Source": months["lead_source"].map(code_in_words),
            "Month": [f"{month:%Y-%m}" for month in months["month"]],
            "Cost": months["cost_amount"].astype(float),
            "Leads": months["lead_count"],
            "MQL": months["mql_count"],
            "SQL": months["sql_count"],
            "Per lead": months["cost_per_lead_amount"].astype(float),
        }
    )
    report_table.show(table, "Cost by source and month", amounts=("Cost", "Per lead"), missing="none")


def _show_channels(channels: pd.DataFrame) -> None:
    st.subheader("Where revenue came from")
    st.caption(
        "Won revenue by source and answered campaign. Each model shares out the same total. Channels that touched few "
        "deals are marked: one large deal decides them."
    )
    names = [
        code_in_words(str(channel)) if kind == "source" else str(channel)
        for kind, channel in zip(channels["touch_type"], channels["channel"], strict=True)
    ]
    table = pd.DataFrame(
        {
            "Channel": names,
            "Kind": channels["touch_type"],
            "Deals": [f"{count(n)} (few)" if thin else count(n) for n, thin in _deals(channels)],
        }
    )
    for column, label in MODELS.items():
        table[label] = channels[column].astype(float)
    report_table.show(table, "Revenue by channel in four models", amounts=tuple(MODELS.values()))


def _deals(channels: pd.DataFrame) -> list[tuple[int, bool]]:
    return list(zip(channels["opportunity_count"], channels["is_thin"], strict=True))


def _show_retention(retention: pd.DataFrame) -> None:
    st.subheader("Customers who came back")
    if retention.empty:
        st.info("No account has won an opportunity yet.")
        return
    st.caption(
        "By the month of an account's first won opportunity. CRMs hold no contracts: this is repeat purchase."
    )
    thin = retention["is_thin"] | ~retention["is_mature"]
    table = pd.DataFrame(
        {
            "Month": [f"{month:%Y-%m}" for month in retention["cohort_month"]],
            "Customers": retention["customer_count"],
            "Came back": retention["repeat_count"],
            "Still may": retention["open_count"],
            "Rate": (100 * retention["repeat_rate"]).mask(thin),
            "First revenue": retention["first_amount"].astype(float),
            "Later revenue": retention["later_amount"].astype(float),
            "Outcome": retention["is_mature"].map({True: "known", False: "open"}),
        }
    )
    amounts = ("First revenue", "Later revenue")
    report_table.show(table, "Customers who came back", rates=("Rate",), amounts=amounts, missing="not yet")


show(config.current())
