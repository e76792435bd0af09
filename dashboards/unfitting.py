"""What a company's tables do not fit: words, domains and costs that nothing is known of, rules that hold for nobody."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from leadwright.dashboards import report_table
from leadwright.dashboards.data import Reports
from leadwright.formatting import code_in_words, count

REPORTS = {
    "rpt_unknown_stages": "lead_count desc, crm, field, value",
    "rpt_crowded_domains": "lead_count desc, domain",
    "rpt_unread_own_values": "unread_count desc, crm, object, field",
    "rpt_unread_words": "lead_count desc, kind, word",
    "rpt_costs": "month, lead_source, campaign",
    "rpt_score_rules": "dimension, lead_count desc, rule_id",
}
PROBLEMS = {
    "unknown_source": "No lead has this source",
    "unknown_campaign": "No CRM has such a campaign",
    "several_campaigns": "Several campaigns have this name; write the id",
}


def show(reports: Reports) -> None:
    """Draw the tables that are not empty."""
    _show_stages(reports["rpt_unknown_stages"])
    _show_domains(reports["rpt_crowded_domains"])
    _show_own_values(reports["rpt_unread_own_values"])
    _show_words(reports["rpt_unread_words"])
    _show_costs(reports["rpt_costs"])
    _show_rules(reports["rpt_score_rules"])


def _show_stages(stages: pd.DataFrame) -> None:
    if stages.empty:
        return
    st.subheader("Stages that are not known")
    st.warning(
        "Nobody knows where leads with these words stand. Say what they mean in `reference/lead_stages.csv` "
        "(`leadwright rules own lead_stages`)."
    )
    table = pd.DataFrame(
        {
            "Word": stages["value"],
            "Field": stages["field"],
            "CRM": stages["crm"],
            "Leads": stages["lead_count"],
        }
    )
    report_table.show(table, "Stages that are not known")


def _show_domains(domains: pd.DataFrame) -> None:
    if domains.empty:
        return
    st.subheader("Domains that many people write from")
    st.warning(
        "No CRM has a company of these, and their people count as colleagues. Mail providers, universities and "
        "the like belong into `reference/free_mail_domains.csv` (`leadwright rules own free_mail_domains`)."
    )
    table = pd.DataFrame({"Domain": domains["domain"], "Leads": domains["lead_count"]})
    report_table.show(table, "Domains that many people write from")


def _show_own_values(fields: pd.DataFrame) -> None:
    if fields.empty:
        return
    st.subheader("Fields of your own that cannot be read")
    st.warning("These values say nothing. Dates are written 2026-12-31, numbers as `number_format.csv` says.")
    table = pd.DataFrame(
        {
            "Field": fields["field"],
            "Object": fields["object"],
            "CRM": fields["crm"],
            "Type": fields["type"],
            "Values": fields["value_count"],
            "Not read": fields["unread_count"],
            "Such as": fields["example"],
        }
    )
    report_table.show(table, "Fields of your own that cannot be read")


def _show_words(words: pd.DataFrame) -> None:
    if words.empty:
        return
    st.subheader("Job titles and countries that are not known")
    st.caption(
        "Rules of level, function and region do not see them. Add rows with `leadwright rules own job_titles` and "
        "`leadwright rules own countries`."
    )
    table = pd.DataFrame(
        {"Word": words["word"], "Kind": words["kind"].map(code_in_words), "Leads": words["lead_count"]}
    )
    report_table.show(table.head(50), "Job titles and countries that are not known")


def _show_costs(costs: pd.DataFrame) -> None:
    costs = costs[costs["problem"].notna()]
    if costs.empty:
        return
    st.subheader("Costs that nothing is found for")
    st.warning("These rows of `costs.csv` count for no lead. Sources are spelled as on the page Overview.")
    table = pd.DataFrame(
        {
            "Source or campaign": costs["lead_source"].fillna(costs["campaign"]),
            "Month": [f"{month:%Y-%m}" for month in costs["month"]],
            "Amount": costs["cost_amount"].astype(float),
            "Problem": costs["problem"].map(PROBLEMS),
        }
    )
    report_table.show(table, "Rows of costs.csv that count for no lead", amounts=("Amount",))


def _show_rules(rules: pd.DataFrame) -> None:
    if rules.empty:
        return
    st.subheader("What the score rules do")
    idle = int((rules["lead_count"] == 0).sum())
    st.caption(
        f"{count(idle)} of {count(len(rules))} rules hold for no lead. A rule that looks at what no lead has "
        "moves no score."
    )
    table = pd.DataFrame(
        {
            "Rule": rules["label"],
            "Score": rules["dimension"],
            "Points": [f"{points:+.2f}".rstrip("0").rstrip(".") for points in rules["points"].astype(float)],
            "Holds for": rules["lead_count"],
            "Of them open": rules["open_lead_count"],
            "Looks at": rules["feature"].map(code_in_words),
            "Leads that have it": rules["known_count"],
        }
    )
    report_table.show(table, "Score rules and the leads that they hold for")
