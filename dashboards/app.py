"""Entry point of the dashboards: `streamlit run dashboards/app.py`.

It answers once, for every page, the questions that come before any figure: is there a published copy, does it
hold leads, and how old is it.
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta

import streamlit as st
from starlette.middleware import Middleware
from streamlit.navigation.page import StreamlitPage

from leadwright import warehouse
from leadwright.connectors.errors import LeadwrightError
from leadwright.dashboards import config, data, markup, viewing
from leadwright.dashboards.guard import Guard
from leadwright.dashboards.viewing import Viewer
from leadwright.formatting import duration, moment
from leadwright.operate import runs
from leadwright.settings import Settings
from leadwright.transform import reports

# `?lead=<lead_id>` opens a lead, on this address as on the lead page's own.
LINK = "lead"
LEAD = "lead"

TITLES = {
    "today": ("Today", "today"),
    "overview": ("Overview", "overview"),
    "kpis": ("Figures", "figures"),
    "team": ("Team", "team"),
    "money": ("Money", "money"),
    "health": ("Data health", "data-health"),
    "approval": ("Approval", "approval"),
    "lead": ("Lead", "lead"),
}
"""Title and address of each page, in the order in which they are offered."""


def main() -> None:
    """Show the chosen page, or the reason why there is nothing to show."""
    st.set_page_config(page_title="Leadwright", layout="wide")
    st.html(markup.style())
    try:
        settings = config.current()
        who = viewing.viewer(settings)
        if who:
            _show_page(settings, who)
            viewing.show_who(who)
    except LeadwrightError as error:
        logging.getLogger(__name__).warning("The page could not be shown: %s", error)
        st.error(str(error))


def _show_page(settings: Settings, who: Viewer) -> None:
    pages = _pages(who)
    home, page = pages[who.pages[0]], st.navigation(list(pages.values()), position="top")
    if page is home and LINK in st.query_params and LEAD in pages:
        st.switch_page(pages[LEAD], query_params={LINK: st.query_params[LINK]})
    if not _has_leads(settings):
        return
    notes = data.read_notes(settings)
    if who.looks_after_runs:
        _warn_of_failures(notes)
    left_out = [row["report"] for row in notes.stopped if row["figures_of"] is None]
    try:
        page.run()
    except warehouse.Error:
        if not left_out:
            raise
        st.error(f"This page cannot be shown without a report that is left out: {', '.join(left_out)}.")


def _pages(who: Viewer) -> dict[str, StreamlitPage]:
    """The pages that somebody may open, by name; the others do not exist for him, whatever address he types."""
    return {
        name: st.Page(f"views/{name}.py", title=title, url_path=path, default=name == who.pages[0])
        for name, (title, path) in TITLES.items()
        if name in who.pages
    }


def _has_leads(settings: Settings) -> bool:
    headlines = data.read_headlines(settings)
    if headlines is None:
        st.title("No figures yet")
        st.info(
            "Nothing has been published yet. Run `leadwright run` first: it pulls the leads, scores them and "
            "publishes the figures that these pages show. Then reload this page. `leadwright doctor` says how the "
            "last run ended."
        )
        return False
    if not headlines.totals.get("lead_count"):
        st.title("No leads yet")
        st.info(
            f"The last run, as of {moment(headlines.totals.get('as_of'))}, found no leads in the connected CRMs. "
            "`leadwright doctor` checks which CRMs are connected and what they allow Leadwright to read."
        )
        return False
    if settings.is_live:
        _warn_when_stale(headlines.published_at, settings.stale_after_hours)
    return True


def _warn_of_failures(notes: data.Notes) -> None:
    """Say that a run failed, what that means, and which reports are not of the last one."""
    for run in (r for r in notes.runs if r["status"] in ("stopped", "paused")):
        st.warning(
            f"The last {run['flow']}, begun {moment(run['started_at'])}, sent nothing or not all: {run['reason']}"
            + (" The page Approval shows what it would write." if run["status"] == "stopped" else "")
        )
    for run in (r for r in notes.runs if r["status"] in ("failed", "killed")):
        ended = f"failed {moment(run['ended_at'])}: {run['reason']}" if run["ended_at"] else "was killed."
        st.warning(
            f"The last {run['flow']}, begun {moment(run['started_at'])}, {ended} {runs.consequence(run)}"
        )
    for row in notes.stopped:
        st.warning(f"{reports.told(row)}.")


def _warn_when_stale(published_at: datetime, hours: float) -> None:
    age = datetime.now(UTC) - published_at
    if age > timedelta(hours=hours):
        st.warning(
            f"These figures were published {duration(age.total_seconds() / 60)} ago, on {moment(published_at)}. "
            "Runs have failed or stopped since; `leadwright doctor` says how the last one ended."
        )


if __name__ == "__main__":
    main()
else:  # Streamlit imports this file once to find what serves it, and runs it as a script for every page view
    app = st.App(__file__, middleware=[Middleware(Guard, hosts=config.current().dashboard_hosts)])
