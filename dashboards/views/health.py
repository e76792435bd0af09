"""Whether the figures can be trusted: how fresh and complete the records are, and what became of our writes."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from leadwright.dashboards import config, data, markup, notices, report_table, unfitting
from leadwright.formatting import code_in_words, count, moment
from leadwright.settings import Settings

REPORTS = {
    "rpt_freshness": "crm, object",
    "rpt_sync_health": "crm, object, record_count desc, status, code",
    "rpt_reconciliations": "differing_count desc, crm, object, field",
    "rpt_data_quality": "lead_count desc, check_id",
    "rpt_unmatched_addresses": "rule_file, email_pattern",
    "rpt_implausible_dates": "record_count desc, crm, object, field, problem",
    "rpt_unread_numbers": "unread_count desc, doubtful_count desc, crm, object, field",
    **unfitting.REPORTS,
    "rpt_lead_owners": "lead_count desc, full_name",
}
UNTRUE = {"too_early": "Too long ago", "too_late": "Too far ahead", "unreadable": "Not a date"}
PROBLEMS = {"unknown": "No CRM has such a user", "left": "Nobody of that address is active"}


def show(settings: Settings) -> None:
    """Draw the page."""
    reports = data.read_reports(settings, REPORTS)
    st.title("Data health")
    st.caption(f"Published {moment(reports.published_at)}. All times are in UTC.")
    _show_freshness(reports["rpt_freshness"])
    _show_quality(reports["rpt_data_quality"])
    unfitting.show(reports)
    _show_dates(reports["rpt_implausible_dates"])
    _show_numbers(reports["rpt_unread_numbers"])
    _show_owners(reports["rpt_lead_owners"])
    _show_addresses(reports["rpt_unmatched_addresses"])
    _show_writes(reports["rpt_sync_health"])
    _show_reconciliations(reports["rpt_reconciliations"])
    notices.show(settings)


def _show_freshness(freshness: pd.DataFrame) -> None:
    st.subheader("How fresh the records are")
    late = int(freshness["is_late"].sum())
    if late:
        st.warning(
            f"{count(late)} of {count(len(freshness))} objects were not pulled for more than a day. `leadwright "
            "doctor` says why a CRM cannot be read."
        )
    stopped = freshness.dropna(subset=["stopped_reason"])
    for crm, name, why in zip(stopped["crm"], stopped["object"], stopped["stopped_reason"], strict=True):
        st.warning(f"{crm} {name} were not read; what is here of them is older. {why}")
    st.caption("A CRM where nothing changed is quiet, not stale: what counts is when it was pulled.")
    table = pd.DataFrame(
        {
            "Object": freshness["object"],
            "CRM": freshness["crm"],
            "Records": freshness["record_count"],
            "Deleted": freshness["deleted_count"],
            "Pulled": _moments(freshness["pulled_at"], "not known"),
            "Latest change": _moments(freshness["last_changed_at"], ""),
        }
    )
    report_table.show(table, "Objects with their last pull")


def _show_quality(quality: pd.DataFrame) -> None:
    st.subheader("Data quality")
    leads = int(quality["of_lead_count"].max()) if len(quality) else 0
    st.caption(f"Of {count(leads)} leads.")
    rows = zip(quality["meaning"], quality["lead_count"], quality["rate"], strict=True)
    st.html(
        markup.table(
            ["Check", "Leads", "Share"],
            [(check, count(n), "" if pd.isna(rate) else f"{100 * rate:.1f}%") for check, n, rate in rows],
            numbers=frozenset({1, 2}),
        )
    )


def _show_dates(dates: pd.DataFrame) -> None:
    if dates.empty:
        return
    st.subheader("Dates that cannot be true")
    st.warning("These are taken for empty. Correct them in the CRM; the next run follows.")
    table = pd.DataFrame(
        {
            "Field": dates["field"],
            "Object": dates["object"],
            "CRM": dates["crm"],
            "Problem": dates["problem"].map(UNTRUE),
            "Records": dates["record_count"],
            "Such as": dates["example_record_id"],
        }
    )
    report_table.show(table, "Fields with dates that cannot be true")


def _show_numbers(numbers: pd.DataFrame) -> None:
    if numbers.empty:
        return
    st.subheader("Numbers that cannot be read")
    st.caption(
        "They count as no number. Those that could be read in two ways, such as 50.000, are read as the file "
        "number_format.csv says."
    )
    table = pd.DataFrame(
        {
            "Field": numbers["field"],
            "Object": numbers["object"],
            "CRM": numbers["crm"],
            "Values": numbers["value_count"],
            "Not read": numbers["unread_count"],
            "Not read, such as": numbers["unread_example"].fillna(""),
            "In two ways": numbers["doubtful_count"],
            "In two ways, such as": numbers["doubtful_example"].fillna(""),
        }
    )
    report_table.show(table, "Fields with numbers that cannot be read")


def _show_owners(owners: pd.DataFrame) -> None:
    st.subheader("Who owns leads, and who takes them")
    shown = owners[(owners["lead_count"] > 0) | owners["takes_leads"].astype(bool)]
    if shown.empty:
        st.info("No CRM shows an owner of any lead, and nobody is named to take leads.")
        return
    if not shown["takes_leads"].any():
        st.warning(
            "Nobody takes leads: an open lead without an owner gets none. Put who takes leads into `routing_pool.csv`, "
            "and into `routing_fallback.csv` for what nobody has room for."
        )
    if shown["may_be_login"].any():
        st.warning(
            "Who is marked below owns leads and may be no person: called like a program, or never had a call, an "
            "e-mail, a meeting or an opportunity. The login of an integration belongs into `routing_from.csv`; its "
            "leads are routed then."
        )
    table = pd.DataFrame(
        {
            "Owner": shown["full_name"] + shown["is_active"].map({True: "", False: " (left)"}),
            "Takes leads": shown["pools"].fillna("no"),
            "Leads": shown["lead_count"],
            "Open": shown["open_lead_count"],
            "Calls, e-mails, meetings": shown["touch_count"],
            "Opportunities": shown["opportunity_count"],
            "A login?": shown["may_be_login"].map({True: "perhaps", False: ""}),
        }
    )
    report_table.show(table, "Owners of leads and who takes them")


def _show_addresses(addresses: pd.DataFrame) -> None:
    addresses = addresses[~addresses["is_demo"].astype(bool)]
    if addresses.empty:
        return
    st.subheader("Routing files that name nobody")
    st.warning("These rows do nothing: nobody is found by their address. Correct or remove them.")
    table = pd.DataFrame(
        {
            "Address": addresses["email_pattern"],
            "File": addresses["rule_file"] + ".csv",
            "Problem": addresses["problem"].map(PROBLEMS),
        }
    )
    report_table.show(table, "Addresses of the routing files that name nobody")


def _show_writes(writes: pd.DataFrame) -> None:
    st.subheader("What the CRMs made of our writes")
    if writes.empty:
        st.info("No run has written to a CRM yet.")
        return
    st.caption(
        "All runs so far. A skipped record was changed, merged or converted in the meantime; what was "
        "deferred or is not known is sent again where the CRM does not show it."
    )
    table = pd.DataFrame(
        {
            "Object": writes["object"],
            "CRM": writes["crm"],
            "Fate": writes["status"],
            "Because": writes["code"].map(code_in_words),
            "Records": writes["record_count"],
            "Latest": _moments(writes["last_at"], ""),
        }
    )
    report_table.show(table, "Records written by fate")


def _show_reconciliations(fields: pd.DataFrame) -> None:
    st.subheader("Whether the CRMs still show what we wrote")
    if fields.empty:
        st.info(
            "That was not looked at yet. `leadwright reconcile` does, and the nightly deployment of that name."
        )
        return
    st.caption(
        "A person may change an owner. A field that nobody fills by hand and that differs often is written by "
        "something else, too: a workflow, an import, another integration. `leadwright reconcile` says who changed it."
    )
    table = pd.DataFrame(
        {
            "Field": fields["field"],
            "Object": fields["object"],
            "CRM": fields["crm"],
            "Compared": fields["compared_count"],
            "Show something else": fields["differing_count"],
            "Gone": fields["missing_count"],
            "Looked at": _moments(fields["reconciled_at"], ""),
        }
    )
    report_table.show(table, "Written fields compared with the CRMs")


def _moments(moments: pd.Series[pd.Timestamp], unknown: str) -> list[str]:
    return [unknown if pd.isna(at) else moment(at.to_pydatetime()).removesuffix(" UTC") for at in moments]


show(config.current())
