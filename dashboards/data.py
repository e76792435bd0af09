"""What the pages read: plain selects of the published marts, each page's figures from one connection.

One connection per page view, so that a publish between two queries cannot mix two runs on one screen; what is read
says when the copy that it was read from was published.
Nothing is cached: a mart for the overview has a handful of rows, and a cache would show yesterday's run.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pandas as pd

from leadwright import warehouse
from leadwright.operate import runs
from leadwright.settings import Settings
from leadwright.transform import reports
from leadwright.writeback import approvals
from leadwright.writeback.approvals import Stop

Row = dict[str, Any]

MATCHES_SHOWN = 50

_FIND_LEADS = warehouse.statement(__file__, "data_find_leads")
_CALLS = warehouse.statement(__file__, "data_calls")
_NEW_BEST_LEADS = warehouse.statement(__file__, "data_new_best_leads")
_IS_OF = warehouse.statement(__file__, "data_is_of")
_AUDIT = warehouse.statement(__file__, "data_audit")
_WAITING = {
    name: warehouse.statement(__file__, f"data_waiting_{name}")
    for name in ("objects", "lists", "owners", "largest")
}

CHANGES_SHOWN = 10
CALLS_SHOWN_DAYS = 14
"""What has waited longer than this is no call of today: where nobody answered it in two weeks, a list does not help."""


@dataclass(frozen=True)
class Headlines:
    """What comes before any page: the one row of headline figures, empty where there is none."""

    published_at: datetime
    totals: Row


@dataclass(frozen=True)
class Notes:
    """How the newest runs ended, and which reports are not of the last build: rows of `ops`."""

    runs: list[Row]
    stopped: list[Row]


@dataclass(frozen=True)
class Today:
    """Everything on the page Today.

    Attributes:
        now: the moment that times are counted from: of the page view, or of the figures where they are of the past.
        calls: who waits for a person, those of the best grade first; `is_old`: has waited too long to be listed.
        new_best: who rose to the best grade within a week, newest first.
    """

    published_at: datetime
    totals: Row
    now: datetime
    calls: pd.DataFrame
    new_best: pd.DataFrame
    scale: pd.DataFrame


@dataclass(frozen=True)
class Overview:
    """Everything on the overview page; `scale` has the grades, the best one first, `grades` the cells of the grid."""

    published_at: datetime
    totals: Row
    scale: pd.DataFrame
    grades: pd.DataFrame
    funnel: pd.DataFrame
    sources: pd.DataFrame
    weeks: pd.DataFrame
    weekly_grades: pd.DataFrame


@dataclass(frozen=True)
class Kpis:
    """Everything on the page of figures."""

    published_at: datetime
    figures: pd.DataFrame
    months: pd.DataFrame
    cohorts: pd.DataFrame
    bands: pd.DataFrame
    audit: pd.DataFrame
    rollout: pd.DataFrame


@dataclass(frozen=True)
class Waiting:
    """What a run that stopped would write: numbers by object and list, whose leads go to whom, the largest changes."""

    stop: Stop
    objects: pd.DataFrame
    lists: pd.DataFrame
    owners: pd.DataFrame
    largest: pd.DataFrame


@dataclass(frozen=True)
class Reports:
    """Whole reports by the name of their mart."""

    published_at: datetime
    tables: dict[str, pd.DataFrame]

    def __getitem__(self, name: str) -> pd.DataFrame:
        return self.tables[name]


@dataclass(frozen=True)
class Lead:
    """Everything on the lead page; `response` is empty for a lead that was never ready for sales.

    `returns` has the times that it asked again after an answer, newest first.
    """

    facts: Row
    score: Row
    owner: Row
    response: Row
    returns: list[Row]
    contributions: list[Row]
    touches: list[Row]
    records: list[Row]


def read_headlines(settings: Settings) -> Headlines | None:
    """Read the headline figures; None where no run has published the marts that the pages read."""
    if not settings.serving_file.exists():
        return None
    with warehouse.reader(settings.serving_file) as db:
        if not warehouse.columns(db, "marts", "rpt_overview"):
            return None
        totals = _first(warehouse.rows(db, "select * from marts.rpt_overview"))
        return Headlines(warehouse.published_at(db), totals)


def read_notes(settings: Settings) -> Notes:
    """Read what is noted of the runs."""
    with warehouse.reader(settings.serving_file) as db:
        return Notes(runs.last(db), reports.stopped(db))


def read_waiting(settings: Settings) -> Waiting | None:
    """Read the plan that waits for an approval; None where none does."""
    with warehouse.reader(settings.serving_file) as db:
        stop = approvals.waiting(db)
        if stop is None:
            return None
        asked = {"run_id": stop.run_id}
        return Waiting(
            stop,
            db.execute(_WAITING["objects"], asked).df(),
            db.execute(_WAITING["lists"], asked).df(),
            db.execute(_WAITING["owners"], asked).df(),
            db.execute(_WAITING["largest"], {**asked, "most": CHANGES_SHOWN}).df(),
        )


def read_faults(settings: Settings) -> list[Row]:
    """Read what was wrong when the last run looked, and who was told: rows of `ops.notices`, the oldest first."""
    with warehouse.reader(settings.serving_file) as db:
        if not warehouse.columns(db, "ops", "notices"):
            return []
        return warehouse.rows(db, "from ops.notices order by since, subject, destination")


def read_today(settings: Settings, owner: str | None = None) -> Today:
    """Read who waits for a person; with `owner`, a rep's address, only his leads."""
    with warehouse.reader(settings.serving_file) as db:
        totals = _first(warehouse.rows(db, "select * from marts.rpt_overview"))
        now = datetime.now(UTC).replace(tzinfo=None) if settings.is_live else totals["as_of"]
        sought = {"owner": owner, "moment": now, "days": CALLS_SHOWN_DAYS}
        return Today(
            published_at=warehouse.published_at(db),
            totals=totals,
            now=now,
            calls=db.execute(_CALLS, sought).df(),
            new_best=db.execute(_NEW_BEST_LEADS, {"owner": owner}).df(),
            scale=db.execute("select * from marts.rpt_grade_totals order by place").df(),
        )


def read_overview(settings: Settings) -> Overview:
    """Read the marts behind the overview page."""
    with warehouse.reader(settings.serving_file) as db:
        return Overview(
            published_at=warehouse.published_at(db),
            totals=_first(warehouse.rows(db, "select * from marts.rpt_overview")),
            scale=db.execute("select * from marts.rpt_grade_totals order by place").df(),
            grades=db.execute("select * from marts.rpt_grades").df(),
            funnel=db.execute("select * from marts.rpt_funnel order by step_number").df(),
            sources=db.execute("select * from marts.rpt_sources order by lead_count desc, lead_source").df(),
            weeks=db.execute("select * from marts.rpt_weekly_trend order by week_start_on").df(),
            weekly_grades=db.execute("select * from marts.rpt_weekly_grades").df(),
        )


def read_kpis(settings: Settings) -> Kpis:
    """Read the marts behind the page of figures; the audit queue is counted by reason."""
    with warehouse.reader(settings.serving_file) as db:
        return Kpis(
            published_at=warehouse.published_at(db),
            figures=db.execute("select * from marts.rpt_kpis order by model, kpi_id").df(),
            months=db.execute("select * from marts.rpt_kpis_monthly order by month desc").df(),
            cohorts=db.execute("select * from marts.rpt_funnel_cohorts order by cut, cut_value, cohort").df(),
            bands=db.execute(
                "select * from marts.rpt_score_bands where cut = 'score' order by cast(cut_value as int)"
            ).df(),
            audit=db.execute(_AUDIT).df(),
            rollout=db.execute(
                "select * from marts.rpt_rollout order by began_at desc, rollout_id, place"
            ).df(),
        )


def read_reports(settings: Settings, reports: Mapping[str, str]) -> Reports:
    """Read whole reports: mart -> in which order, as SQL has it."""
    with warehouse.reader(settings.serving_file) as db:
        tables = {
            name: db.execute(f"select * from marts.{name} order by {order}").df()
            for name, order in reports.items()
        }
        return Reports(warehouse.published_at(db), tables)


def find_leads(settings: Settings, text: str, owner: str | None = None) -> list[Row]:
    """Find leads by part of a name or e-mail, or by an id of ours or of any of its CRM records; best score first.

    Without a text: the open leads, because nobody has to act on the others. With `owner`, a rep's address: his alone.
    """
    sought = {"wanted": text.strip().lower(), "at_most": MATCHES_SHOWN, "owner": owner}
    with warehouse.reader(settings.serving_file) as db:
        return warehouse.rows(db, _FIND_LEADS, sought)


def read_grade_colours(settings: Settings) -> dict[str, str]:
    """Read the colour of each grade by the grade's name."""
    with warehouse.reader(settings.serving_file) as db:
        return dict(db.execute("select grade, colour from marts.rpt_grade_totals").fetchall())


def read_lead(settings: Settings, lead_id: str, owner: str | None = None) -> Lead | None:
    """Read one lead with the parts of its score; None when no such lead is published, or `owner` is not its rep."""
    with warehouse.reader(settings.serving_file) as db:

        def of_lead(mart: str) -> list[Row]:
            return warehouse.rows(db, f"select * from {mart} where lead_id = $1", [lead_id])

        facts, scores = of_lead("marts.dim_leads"), of_lead("marts.fct_lead_scores")
        if not facts or not scores or not db.execute(_IS_OF, {"lead": lead_id, "owner": owner}).fetchone():
            return None
        return Lead(
            facts=facts[0],
            score=scores[0],
            owner=_first(of_lead("marts.fct_lead_assignments")),
            response=_first(of_lead("marts.fct_lead_responses")),
            returns=sorted(
                of_lead("marts.fct_lead_returns"), key=lambda back: back["returned_at"], reverse=True
            ),
            contributions=of_lead("marts.fct_lead_score_contributions"),
            touches=sorted(
                of_lead("marts.fct_lead_touches"), key=lambda touch: touch["touched_at"], reverse=True
            ),
            records=sorted(
                (row for row in of_lead("marts.dim_crm_records") if not row["is_deleted"]),
                key=lambda row: row["record_key"],
            ),
        )


def _first(rows: list[Row]) -> Row:
    return rows[0] if rows else {}
