"""The dashboards without a browser: what the pages say, on a real published copy."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from html import unescape
from importlib.machinery import PathFinder
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pyarrow as pa
import pytest
from streamlit.testing.v1 import AppTest

from leadwright import formatting, warehouse
from leadwright.dashboards import charts, config, markup
from leadwright.dashboards.explanation import explain
from leadwright.formatting import seen_in_words
from leadwright.writeback import approvals, plans
from tests import dashboard_marts as marts

APP = Path(__file__).resolve().parents[2] / "dashboards" / "app.py"
Tables = Mapping[str, Sequence[Mapping[str, Any]]]
Show = Callable[..., AppTest]


@pytest.fixture
def show(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Show:
    """Publish tables, run a page on them and give it back; no tables means that nothing was published."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LEADWRIGHT_HOME", str(tmp_path))

    def run(tables: Tables | None, page: str = "overview", **link: str) -> AppTest:
        config.current.cache_clear()
        if tables is not None:
            marts.publish(tmp_path / "serving.duckdb", tables)
        app = AppTest.from_file(APP, default_timeout=30)
        if page:
            app.run().switch_page(f"views/{page}.py")
        for key, value in link.items():
            app.query_params[key] = value
        return app.run()

    return run


def said(app: AppTest) -> str:
    """All text on the page, without mark-up."""
    kinds = ("title", "header", "subheader", "caption", "markdown", "info", "warning", "error", "html")
    parts = [element.proto.body for kind in kinds for element in app.get(kind)]
    return unescape(re.sub(r"<style>.*?</style>|<[^>]+>", "\n", "\n".join(parts), flags=re.S))


def figure(app: AppTest, label: str) -> tuple[str, str]:
    """The value of a headline figure and the note below it."""
    return next((m.value, m.delta) for m in app.metric if m.label == label)


def test_without_a_published_copy_the_page_says_what_to_run(show: Show) -> None:
    app = show(None)
    assert not app.exception
    assert "leadwright run" in said(app)
    assert not app.metric


def test_settings_are_read_once_for_all_page_views(show: Show, monkeypatch: pytest.MonkeyPatch) -> None:
    app = show(marts.full())
    monkeypatch.setenv("LEADWRIGHT_STALE_AFTER_HOURS", "no number")
    app.switch_page("views/kpis.py").run()
    assert not app.error
    assert app.title[0].value == "Figures"


def test_a_port_in_use_is_said_before_the_address_is_named(tmp_path: Path) -> None:
    marts.publish(tmp_path / "serving.duckdb", marts.full())
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        failed = subprocess.run(
            [sys.executable, "-m", "leadwright.cli", "dashboard", "--port", port, "--json"],
            env={**os.environ, "LEADWRIGHT_HOME": str(tmp_path)},
            cwd=APP.parents[1],
            capture_output=True,
            text=True,
            timeout=120,
        )
    assert failed.returncode == 2
    assert "--port" in json.loads(failed.stdout)["error"]["message"]
    assert port in failed.stderr


def test_a_copy_without_the_marts_counts_as_not_published(show: Show, tmp_path: Path) -> None:
    with duckdb.connect(str(tmp_path / "serving.duckdb")) as db:
        db.execute("create schema ops")
    assert "leadwright run" in said(show(None))


def test_a_file_that_is_no_database_gives_one_clear_message(show: Show, tmp_path: Path) -> None:
    (tmp_path / "serving.duckdb").write_bytes(b"not a database" * 1000)
    app = show(None)
    assert not app.exception
    assert "cannot be opened" in app.error[0].value


def test_without_leads_the_page_says_so_and_where_to_look(show: Show) -> None:
    app = show(marts.empty())
    assert not app.exception
    assert "found no leads" in said(app)
    assert "leadwright doctor" in said(app)
    assert not app.metric


def test_overview_shows_the_headline_figures_with_what_they_rest_on(show: Show) -> None:
    app = show(marts.full())
    assert not app.exception
    assert figure(app, "Leads") == ("2,417", "96 won so far")
    assert figure(app, "Hot") == ("363", "15.0% of leads; 62 closed")
    assert figure(app, "Warm") == ("1,209", "50.0% of leads")
    assert figure(app, "Cold") == ("845", "35.0% of leads; 145 closed")
    assert figure(app, "MQL to SQL") == ("25.0%", "n = 640 MQLs of known months; 21 more have no date")
    assert figure(app, "MQLs still open") == ("38.9%", "402 MQLs")
    assert figure(app, "Median response time") == ("48 min", "n = 611 answered leads")
    assert figure(app, "Answered in time") == ("24.4%", "n = 702 leads due; 38 still run")
    assert f"Data as of {formatting.moment(marts.AS_OF)}" in said(app)
    assert "tell nobody whom to call" not in said(app)


def test_a_rate_of_whose_leads_most_have_no_date_is_not_shown(show: Show) -> None:
    totals = marts.OVERVIEW | {"undated_mql_count": 518, "known_mql_count": 27, "known_mql_to_sql_count": 27}
    app = show(marts.full() | {"rpt_overview": [totals]})
    assert figure(app, "MQL to SQL") == ("no dates", "518 of 1,034 MQLs have no date; 287 are SQL so far")


def test_overview_draws_the_grid_the_funnel_and_the_weeks(show: Show) -> None:
    app = show(marts.full())
    drawn = [element.proto.spec for element in app.get("vega_lite_chart")]
    assert len(drawn) == 4
    assert all('"renderer": "svg"' in spec for spec in drawn)


def test_the_running_week_is_not_drawn_as_a_whole_one(show: Show) -> None:
    tables = marts.full()
    for back, week in enumerate(tables["rpt_weekly_trend"]):
        week |= {"is_complete": back > 0, "lead_count": 7}
    chart = show(tables).get("vega_lite_chart")[2].proto
    drawn = pa.ipc.open_stream(chart.datasets[0].data.data).read_pandas()
    newest = max(week["week_start_on"] for week in tables["rpt_weekly_trend"])
    assert drawn["week"].max() == str(newest - timedelta(weeks=1))


def test_sources_with_few_leads_have_no_rate(show: Show) -> None:
    app = show(marts.full())
    table = app.dataframe[0].value.set_index("Source")
    assert '"width": "medium"' in app.dataframe[0].proto.columns, (
        "the first column leaves room for others on a phone"
    )
    known = table.loc["organic search", ["Lead to MQL", "Lead to MQL, of", "Lead to won", "Lead to won, of"]]
    assert list(known) == [45, 800, 5, 400]
    assert pd.isna(table.loc["organic search", "MQL to SQL"])
    assert table.loc["partner", ["Lead to MQL", "MQL to SQL", "Lead to won"]].isna().all()
    assert list(table["Leads"]) == sorted(table["Leads"], reverse=True)


def test_shares_of_a_handful_are_counts_and_not_percentages(show: Show) -> None:
    few = {"lead_count": 6, "won_count": 0, "mql_count": 3}
    few |= {
        "known_mql_count": 3,
        "undated_mql_count": 0,
        "known_mql_to_sql_count": 1,
    }
    few |= {
        "mql_to_sql_count": 1,
        "mql_open_count": 2,
        "response_count": 0,
        "sla_broken_count": 0,
    }
    totals = {**marts.OVERVIEW, **few, "response_median_minutes": None, "sla_kept_count": 0}
    tables = marts.full()
    steps = [
        {"step_number": i, "step": step, "lead_count": 4 - i} for i, step in enumerate(("lead", "mql", "sql"))
    ]
    tables |= {"rpt_overview": [totals], "rpt_funnel": steps}
    for number, grade in enumerate(tables["rpt_grade_totals"], start=1):
        grade |= {"lead_count": number, "open_lead_count": number}
    tables |= {"rpt_sources": tables["rpt_sources"][-1:], "rpt_weekly_trend": tables["rpt_weekly_trend"][:1]}
    app = show(tables)
    assert not app.exception
    assert figure(app, "MQL to SQL") == ("1 of 3", "n = 3, too few MQLs of known months")
    assert figure(app, "Hot") == ("1", "too few leads for a share")
    assert figure(app, "Median response time") == ("no data yet", "no answered leads yet")
    assert not any("%" in metric.value + metric.delta for metric in app.metric)
    assert app.dataframe[0].value[["Lead to MQL", "Lead to won"]].isna().all(axis=None)
    assert "A trend needs leads from at least two weeks" in said(app)


def test_old_figures_carry_a_warning(show: Show, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not show(marts.full()).warning
    age(tmp_path / "serving.duckdb", timedelta(hours=3))
    assert "published 3.0 h ago" in show(None).warning[0].value
    monkeypatch.setenv("LEADWRIGHT_STALE_AFTER_HOURS", "4")
    assert not show(None).warning
    age(tmp_path / "serving.duckdb", timedelta(days=3))
    assert "published 3.0 days ago" in show(None).warning[0].value


def note(file: Path, status: str, failed_stage: str | None, *stopped: tuple[str, bool]) -> None:
    """Note in a published copy how the last run ended, and which reports are not of it: shown, or left out."""
    with duckdb.connect(str(file)) as db:
        db.execute("create schema if not exists ops")
        db.execute(
            "create or replace table ops.runs as select 'run-1' as run_id, 'qualify' as flow, ? as status, "
            "now() as started_at, now() as ended_at, 'dbt test x failed' as reason, ? as failed_stage",
            [status, failed_stage],
        )
        db.execute(
            "create or replace table ops.stopped_reports "
            "(report varchar, reason varchar, figures_of timestamptz, run_id varchar)"
        )
        for report, is_shown in stopped:
            values = [report, "dbt test x failed", datetime.now(UTC) if is_shown else None, "run-1"]
            db.execute("insert into ops.stopped_reports values (?, ?, ?, ?)", values)
            if not is_shown:
                db.execute(f"drop table marts.{report}")


def test_a_failed_run_and_what_it_means_are_told_on_every_page(show: Show, tmp_path: Path) -> None:
    marts.publish(tmp_path / "serving.duckdb", marts.full())
    note(tmp_path / "serving.duckdb", "failed", "transform")
    (warning,) = show(None).warning
    assert "dbt test x failed Nothing was written back" in warning.value
    note(tmp_path / "serving.duckdb", "failed", "reports", ("rpt_sources", True))
    run, report = show(None).warning
    assert "does not wait for them" in run.value
    assert "rpt_sources shows the figures that were published" in report.value
    note(tmp_path / "serving.duckdb", "completed", None)
    assert not show(None).warning


def test_a_page_whose_report_is_left_out_names_it(show: Show, tmp_path: Path) -> None:
    marts.publish(tmp_path / "serving.duckdb", marts.full())
    note(tmp_path / "serving.duckdb", "failed", "reports", ("rpt_sources", False))
    app = show(None)
    assert not app.exception
    assert "rpt_sources" in app.error[0].value
    assert not show(None, "team").error, "a page that does not need it is shown"


def test_the_demo_is_never_stale(show: Show, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    demo = tmp_path / "demo"
    demo.mkdir()
    marts.publish(demo / "serving.duckdb", marts.full())
    age(demo / "serving.duckdb", timedelta(days=3))
    monkeypatch.setenv("LEADWRIGHT_HOME", str(demo))
    app = show(None)
    assert figure(app, "Hot")
    assert not app.warning


def age(file: Path, by: timedelta) -> None:
    then = (datetime.now(UTC) - by).timestamp()
    os.utime(file, (then, then))


@pytest.mark.parametrize("page", ["lead", ""])
def test_a_link_opens_the_lead_with_score_owner_and_facts(show: Show, page: str) -> None:
    app = show(marts.full(), page, lead=marts.ADA)
    assert not app.exception
    assert [figure(app, name)[0] for name in ("Grade", "Score", "Fit", "Intent")] == ["Hot", "88", "50", "38"]
    text = said(app)
    for part in (
        "Ada Lovelace",
        "Call within 5 minutes",
        "Grace Hopper",
        "Owns the account Analytical Engines",
    ):
        assert part in text
    for part in (
        "1,240",
        "HubSpot contact",
        "Salesforce lead",
        "00Q000000000001AAA",
        "Meeting",
        "14 min",
        "UTC",
        "broken: not answered in time",
    ):
        assert part in text


def test_an_owner_whom_the_crm_had_before_us_was_seen_and_not_assigned(show: Show) -> None:
    tables = marts.full()
    tables["fct_lead_assignments"][0] |= {"is_routed": False, "reason": "Already owned in HubSpot"}
    text = said(show(tables, "lead", lead=marts.ADA))
    assert "First seen with this owner" in text
    assert "Assigned" not in text


def test_a_lead_without_an_owner_says_why(show: Show) -> None:
    tables = marts.full()
    tables["fct_lead_assignments"][0] |= {
        "rep_id": None,
        "owner_name": None,
        "reason_code": "nobody_takes_leads",
        "reason": "Nobody takes leads: routing_pool.csv names no active rep",
    }
    text = said(show(tables, "lead", lead=marts.ADA))
    assert re.search(r"Owner\s+nobody yet\s+Why nobody\s+Nobody takes leads: routing_pool.csv", text)


def test_a_lead_that_asked_again_has_each_request_with_its_promise(show: Show) -> None:
    app = show(marts.full(), "lead", lead=marts.ADA)
    requests = re.findall(
        r"<tr><td>([^<]*)</td><td>([^<]*)</td><td>([^<]*)</td><td>([^<]*)</td></tr>", _html(app)
    )
    day = timedelta(days=1)
    due = marts.AS_OF - day + timedelta(minutes=5)
    assert requests == [
        (formatting.moment(marts.AS_OF - day), formatting.moment(due), "broken", "not yet"),
        (
            formatting.moment(marts.AS_OF - 9 * day),
            "no promised time",
            "",
            formatting.moment(marts.AS_OF - 7 * day),
        ),
    ]


def test_a_lead_that_asked_once_has_no_further_requests(show: Show) -> None:
    tables = marts.full() | {"fct_lead_returns": []}
    assert "Asked again" not in said(show(tables, "lead", lead=marts.ADA))


def test_the_contributions_on_the_page_add_up_to_the_score(show: Show) -> None:
    app = show(marts.full(), "lead", lead=marts.ADA)
    rows = re.findall(
        r'<tr( class="lw-sum")?><td>(\w+)</td>.*?<td class="lw-number">(.*?)</td></tr>', _html(app)
    )
    amounts = [
        (bool(is_sum), part, Decimal(text.replace("\N{MINUS SIGN}", "-"))) for is_sum, part, text in rows
    ]
    parts = [(part, amount) for is_sum, part, amount in amounts if not is_sum]
    sums = {part: amount for is_sum, part, amount in amounts if is_sum}
    assert len(parts) == 9
    assert sum(amount for part, amount in parts if part == "Fit") == sums["Fit"] == 50
    assert sum(amount for part, amount in parts if part == "Intent") == sums["Intent"] == 38
    assert sum(amount for _, amount in parts) == sums["Score"] == 88
    assert not app.error


@pytest.mark.parametrize("is_champion", [True, False])
def test_a_champions_score_is_said_in_words_and_still_adds_up(show: Show, is_champion: bool) -> None:
    tables = marts.full()
    said = "38% likely to become SQL in 90 days (27-49%, 212 similar leads)"
    tables["fct_lead_scores"] = [{**row, "top_reasons": said} for row in tables["fct_lead_scores"]]
    if is_champion:
        lines = tables["fct_lead_score_contributions"]
        tables["fct_lead_score_contributions"] = [
            {**line, "kind": "model"} if line["kind"] == "rule" else line for line in lines
        ]
    app = show(tables, "lead", lead=marts.ADA)
    assert (said in _html(app)) == is_champion, "rules have their lines"
    assert not app.error


def test_contributions_that_do_not_add_up_are_called_out(show: Show) -> None:
    tables = marts.full()
    tables["fct_lead_score_contributions"] = tables["fct_lead_score_contributions"][1:]
    app = show(tables, "lead", lead=marts.ADA)
    assert "sum to 68, but the score is 88" in app.error[0].value


@pytest.mark.parametrize(
    "text", ["ada.l@analytical", "  LOVELACE ", "lead-ada", "501", "502", "00q000000000001aaa"]
)
def test_search_opens_the_only_match(show: Show, text: str) -> None:
    app = show(marts.full(), "lead")
    app.text_input(key="search").set_value(text).run()
    assert figure(app, "Score")[0] == "88"
    assert app.query_params["lead"] == marts.ADA


def test_search_lists_several_matches_best_first_and_opens_the_chosen_one(show: Show) -> None:
    app = show(marts.full(), "lead")
    app.text_input(key="search").set_value("john").run()
    assert list(app.dataframe[0].value["Name"]) == ["John Sample-0", "John Sample-1"]
    app.session_state["matches"] = {"selection": {"rows": [], "columns": [], "cells": [(1, "Name")]}}
    app.run()
    assert "John Sample-1" in said(app)
    app.button[0].click().run()
    assert list(app.dataframe[0].value["Name"]) == ["John Sample-0", "John Sample-1"]


def test_search_without_a_match_and_a_dead_link_say_so(show: Show) -> None:
    app = show(marts.full(), "lead")
    app.text_input(key="search").set_value("nobody at all").run()
    assert "No lead has this" in app.info[0].value
    dead = show(None, "lead", lead="gone")
    assert "There is no lead with the id in this link" in dead.warning[0].value


def test_a_lead_of_whom_little_is_known_still_has_a_page(show: Show) -> None:
    app = show(marts.full(), "lead", lead="lead-007")
    assert not app.exception
    assert "person7@company7.example" in said(app)
    assert "nobody yet" in said(app)
    assert "Automatic messages do not count" in said(app)


def test_text_from_a_crm_is_shown_as_text(show: Show) -> None:
    tables = marts.full()
    hostile = '<img src="http://stranger.example/x.png">![x](http://stranger.example/y.png)'
    tables["dim_leads"][0] |= {"full_name": hostile, "company_name": hostile}
    app = show(tables, "lead", lead=marts.ADA)
    assert "<img" not in _html(app)
    assert hostile in said(app)
    assert not any(
        "stranger" in element.proto.body for kind in ("markdown", "caption") for element in app.get(kind)
    )


def test_no_file_hides_a_module_that_others_import() -> None:
    # Streamlit puts the script's folder first on the path: a `profile.py` there once kept dbt from starting.
    folders = [Path(entry).resolve() for entry in sys.path if entry]
    others = [str(folder) for folder in folders if folder != APP.parent]
    names = {path.stem for path in APP.parent.iterdir() if not path.name.startswith((".", "_"))}
    assert names & sys.stdlib_module_names == set()
    assert {name for name in names if PathFinder.find_spec(name, others)} == set()


def test_grades_of_any_name_and_number_are_shown_in_their_colours(show: Show) -> None:
    """Cards, chart of weeks, grid, list of leads and column of sources take names and colours from the rows."""
    tables = marts.full()
    names = {"Hot": "A1", "Warm": "B", "Cold": "C / rest"}
    for table in ("rpt_grade_totals", "rpt_grades", "rpt_weekly_grades", "fct_lead_scores"):
        tables[table] = [row | {"grade": names[row["grade"]]} for row in tables[table]]
    fourth = {"grade": "A2", "place": 4, "lead_count": 9, "open_lead_count": 9, "stands_for": "best"}
    tables["rpt_grade_totals"].append(fourth | {"colour": "#00AA77"})
    app = show(tables)
    assert not app.exception
    assert figure(app, "A1") == ("363", "15.0% of leads; 62 closed")
    assert figure(app, "A2")[0] == "9"
    assert not any(metric.label in marts.COLOURS for metric in app.metric)
    edges = [element.proto.body for element in app.get("html")]
    assert markup.edge("grade-4", "#00AA77") in edges
    grid, _, weekly = (element.proto for element in app.get("vega_lite_chart")[:3])
    assert '"domain": ["A1", "B", "C / rest", "A2"]' in weekly.spec and '"#00AA77"' in weekly.spec
    drawn = pa.ipc.open_stream(weekly.datasets[0].data.data).read_pandas()
    assert set(drawn["grade"]) == {"A1", "B", "C / rest", "A2"}
    cells = pa.ipc.open_stream(grid.datasets[0].data.data).read_pandas()
    assert set(cells["colour"]) == set(marts.COLOURS.values())
    assert "A1 + A2" in app.dataframe[0].value.columns


def test_weeks_without_leads_stay_on_the_axis_and_very_old_ones_do_not() -> None:
    days = [date(1970, 1, 5), date(2026, 11, 2), date(2026, 11, 16)]
    weeks = pd.DataFrame({"week_start_on": days, "lead_count": [1, 5, 7]})
    filled = charts.unbroken(weeks).set_index("week_start_on")["lead_count"]
    assert len(filled) == charts.WEEKS_SHOWN
    assert list(filled.iloc[-3:]) == [5, 0, 7]


@pytest.mark.parametrize(
    ("minutes", "text"),
    [
        (None, "no data yet"),
        (0.2, "under 1 min"),
        (5, "5 min"),
        (89, "89 min"),
        (90, "1.5 h"),
        (21096, "14.7 days"),
    ],
)
def test_durations_have_the_unit_a_person_would_use(minutes: float | None, text: str) -> None:
    assert formatting.duration(minutes) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        ("3.00", "3"),
        ("1240.50", "1,240.5"),
        ("100", "100"),
        ("c_level", "c level"),
        ("VP_Sales x", "VP_Sales x"),
    ],
)
def test_what_a_rule_saw_reads_as_a_person_would_write_it(value: str | None, text: str) -> None:
    assert seen_in_words(value) == text


def test_a_lead_without_contributions_explains_a_score_of_zero() -> None:
    explanation = explain({"score": 0}, [])
    assert explanation.adds_up
    assert [line.amount for line in explanation.lines] == [0, 0, 0]


def _html(app: AppTest) -> str:
    return "\n".join(element.proto.body for element in app.get("html"))


def test_the_pilot_is_compared_with_its_control_group_in_words(show: Show) -> None:
    app = show(marts.full() | marts.kpis(), page="kpis")
    assert not app.exception
    text = said(app)
    assert "Pilot 41.0% of 312, control 33.0% of 305: +8.0 points (+0.4 to +15.5)" in text
    assert "no difference can be told yet" in text
    assert "+2,000 (\N{MINUS SIGN}400 to +4,400)" in text


def test_figures_stand_with_their_counts_and_thin_ones_without_a_percentage(show: Show) -> None:
    app = show(marts.full() | marts.kpis(), page="kpis")
    assert not app.exception
    figures_, months, steps = (app.dataframe[n].value for n in range(3))
    values = dict(zip(figures_["Figure"], figures_["Value"], strict=True))
    assert values == {
        "mql_to_sql": "25.0%",
        "lead_to_won": "too few",
        "cost_per_sql": "350 (thin)",
        "response_minutes": "48 min",
        "score_differentiation": "4.0 times",
        "repeat_purchase": "no data yet",
        "mql_to_sal": "no dates",
        "opportunity_to_won": "no losses entered",
    }
    row = figures_.set_index("Figure").loc["mql_to_sql"]
    assert (row["Target"], row["On target"]) == ("at least 20.5%", "yes")
    assert list(months["Target"]) == ["at least 25.0%"] * 2
    assert list(months["On target"]) == ["", "yes"]
    assert row["Numerator"] == "100 MQLs that sales has ever qualified"
    assert row["Denominator"] == "400 leads that became an MQL"
    assert list(months["Month"]) == ["2026-06", "2026-05"]
    assert list(months["Value"]) == ["too few", "30.0%"]
    assert list(months["Outcome"]) == ["open", "known"]
    assert list(steps["Month"]) == ["2026-05", "2026-06", "all known months"]
    assert list(steps["Outcome"]) == ["known", "open", "known"]
    assert steps["Rate"].isna().tolist() == [False, True, False]
    assert list(steps["Rate at most"]) == ["", "too few", ""]
    assert "7 are due for this quarter's audit; 2 were rejected" in said(app)
    assert list(app.dataframe[4].value["Reason"]) == ["not said"]


def test_without_targets_there_is_no_column_of_them(show: Show) -> None:
    tables = marts.full() | marts.kpis()
    without = [{**row, "target_bound": None, "target_value": None} for row in tables["rpt_kpis"]]
    app = show({**tables, "rpt_kpis": without}, page="kpis")
    assert "Target" not in app.dataframe[0].value.columns


def test_the_overview_says_when_all_open_leads_have_one_grade(show: Show) -> None:
    tables = marts.full()
    cold = [
        {**row, "open_lead_count": 40 if row["grade"] == "Cold" else 0} for row in tables["rpt_grade_totals"]
    ]
    assert "All open leads are Cold" in said(show({**tables, "rpt_grade_totals": cold}))


def test_steps_can_be_cut_by_source(show: Show) -> None:
    app = show(marts.full() | marts.kpis(), page="kpis")
    app.selectbox[2].select("source").run()
    assert not app.exception
    steps = app.dataframe[2].value
    assert list(steps["Source"]) == ["organic search"]
    assert list(steps["Entered"]) == [380]


def test_steps_can_be_cut_by_a_field_of_the_company_s_own_and_kept_to_one_of_its_values(show: Show) -> None:
    app = show(marts.full() | marts.kpis(), page="kpis")
    app.selectbox[2].select("own:treatment").run()
    assert not app.exception
    assert list(app.dataframe[2].value["Treatment"]) == ["Veneer", "Implant"]
    app.selectbox[3].select("Implant").run()
    assert not app.exception
    steps = app.dataframe[2].value
    assert list(steps["Month"]) == ["2026-05", "all known months"]
    assert list(steps["Entered"]) == [30, 30]
    assert steps["Rate"].tolist() == [30.0, 30.0]


def test_figures_without_any_data_say_so(show: Show) -> None:
    app = show(marts.full(), page="kpis")
    assert not app.exception
    assert "No lead has entered a step yet" in said(app)
    assert "No figure has a month yet" in said(app)


def test_the_team_page_shows_answers_workload_follow_ups_and_routing(show: Show) -> None:
    app = show(marts.full() | marts.work(), page="team")
    assert not app.exception
    answers, workload, follow_ups, routing, judged = (app.dataframe[n].value for n in range(5))
    assert list(answers["Rep"]) == ["Alan Turing", "Grace Hopper"]
    assert answers["Kept, of due"].isna().tolist() == [True, False]
    assert list(answers["Median"]) == ["30 min", "30 min"]
    assert list(workload["Standing"]) == ["on leave", "left"]
    assert list(follow_ups["Done, of due"]) == [75.0]
    assert routing["Right"].isna().tolist() == [False, True]
    assert list(zip(judged["Grade"], judged["Answers"], judged["Right"], strict=True)) == [
        ("Hot", 15, 50),
        ("Cold", 5, 50),
    ]
    assert "Decisions that nobody changed: 95.6% (n = 90 decisions old enough)" in said(app)
    assert "1 leads were ruled out before a second touch" in said(app)
    assert len(app.get("vega_lite_chart")) == 2
    app.selectbox[0].select("hour").run()
    assert list(app.dataframe[0].value["Hour"]) == ["09"]


def test_the_money_page_shows_costs_pipeline_revenue_and_customers_who_came_back(show: Show) -> None:
    app = show(marts.full() | marts.work(), page="money")
    assert not app.exception
    pipeline, campaigns, sources, months, channels, retention = (app.dataframe[n].value for n in range(6))
    assert list(months["Per lead"]) == [300]
    assert "By costs.csv, in EUR" in said(app)
    assert "75.0% of what is open, 25.0% of what was won" in said(app)
    assert list(pipeline["Source"]) == ["organic search"]
    assert list(campaigns["Per MQL"]) == [300]
    assert campaigns["Per SQL"].isna().all()
    assert list(campaigns["Outcome"]) == ["open"]
    assert list(sources["Per MQL"]) == [1250]
    assert list(channels["Deals"]) == ["3 (few)"]
    assert retention["Rate"].isna().all(), "a month that may still come back has no rate"
    assert "in the CRMs' own currency" in said(app)


def test_the_health_page_says_what_is_late_and_what_became_of_writes(show: Show) -> None:
    app = show(marts.full() | marts.work(), page="health")
    assert not app.exception
    assert "1 of 2 objects were not pulled for more than a day" in app.warning[0].value
    freshness, stages, domains, own, words, costs, rules, dates, owners, addresses, writes, fields = (
        app.dataframe[n].value for n in range(12)
    )
    assert list(own.iloc[0]) == ["termin", "contacts", "hubspot", "date", 40, 12, "31.12.2026"]
    assert list(words.iloc[0]) == ["meister", "job title", 30]
    assert list(stages.iloc[0]) == ["Neu", "Status", "salesforce", 7]
    assert list(domains.iloc[0]) == ["provider.example", 70]
    assert list(costs.iloc[0]) == ["piad_search", "2026-05", 70, "No lead has this source"]
    assert list(rules.iloc[0]) == ["Decides", "fit", "+14", 0, 0, "job level", 0]
    assert "1 of 1 rules hold for no lead" in said(app)
    assert list(dates.iloc[0]) == ["createdate", "contacts", "hubspot", "Too long ago", 2, "77"]
    assert any("Nobody takes leads" in w.value and "routing_pool.csv" in w.value for w in app.warning)
    assert any("routing_from.csv" in w.value for w in app.warning)
    assert list(zip(owners["Owner"], owners["Takes leads"], owners["A login?"], strict=True)) == [
        ("Web forms", "no", "perhaps"),
        ("Alan (left)", "no", ""),
    ]
    assert list(freshness["Pulled"]) == [formatting.moment(marts.AS_OF).removesuffix(" UTC"), "not known"]
    assert re.search(r"No e-mail address\s+3\s+33.3%", said(app))
    assert list(writes["Because"]) == ["changed meanwhile"]
    assert list(zip(fields["Field"], fields["Show something else"], strict=True)) == [
        ("hubspot_owner_id", 12),
        ("leadwright_score", 0),
    ]
    assert list(zip(addresses["Address"], addresses["Problem"], strict=True)) == [
        ("*@former.example", "Nobody of that address is active"),
        ("maya.okafr@leadwright.example", "No CRM has such a user"),
    ]


def test_what_waits_for_an_approval_is_shown_with_names_and_the_command(show: Show, tmp_path: Path) -> None:
    tables = marts.full() | marts.work()
    tables["dim_reps"] = [{"rep_id": "r1", "full_name": "Grace Hopper", "is_active": True}]
    tables["dim_rep_accounts"] = [{"rep_id": "r1", "crm": "hubspot", "owner_id": "71", "is_active": True}]
    marts.publish(tmp_path / "serving.duckdb", tables)
    wait_for_approval(tmp_path)
    app = show(None, page="approval")
    assert not app.exception
    assert "2 of 3 leads would get another owner" in app.warning[-1].value
    assert app.code[0].value == "leadwright sync --approve asks-run"
    objects, owners, largest = (each.value for each in app.dataframe)
    assert list(objects.iloc[0]) == ["contacts", "hubspot", 2, 1, 1, 1, 1]
    assert owners.values.tolist() == [["nobody", "Grace Hopper", 1]]
    assert list(largest["Grade"]) == ["Cold → Hot", "none → Warm"]
    assert list(largest["Score"]) == ["10 → 70", "none → 40"]


def wait_for_approval(home: Path) -> None:
    """Let the published copy tell of a run that stopped with the changes of two leads."""
    leads = [lead["lead_id"] for lead in marts.full()["dim_leads"][:2]]
    columns = (
        "crm object record_id lead_id grade_before grade_after score_before score_after owner_after is_new"
    )
    rows = [
        ("hubspot", "contacts", "1", leads[0], "Cold", "Hot", 10.0, 70.0, "71", False),
        ("hubspot", "contacts", "2", leads[1], None, "Warm", None, 40.0, None, True),
    ]
    with warehouse.writer(home / "serving.duckdb", 5) as db:
        approvals.ensure(db)
        for row in rows:
            names = ", ".join(columns.split())
            db.execute(
                f"insert into ops.planned_changes (run_id, {names}) values ('asks-run', {', '.join('?' * 10)})",
                row,
            )
        plan_hash = plans.digest(db, "(from ops.planned_changes where run_id = 'asks-run')")
        reasons = json.dumps(
            [{"code": "owner", "subject": "leads", "text": "2 of 3 leads would get another owner."}]
        )
        db.execute(
            "insert into ops.plans by name select 'asks-run' as run_id, run_id as asks_run_id, 'stopped' as verdict, "
            "now() as made_at, ? as plan_hash, 2 as record_count, true as with_owners, ? as reasons",
            [plan_hash, reasons],
        )


@pytest.mark.parametrize("page", ["team", "money", "health", "approval"])
def test_pages_of_reports_that_are_empty_say_so(show: Show, page: str) -> None:
    app = show(marts.full(), page=page)
    assert not app.exception
    assert app.info


def test_leads_that_are_closed_are_found_but_not_offered(show: Show) -> None:
    tables = marts.full()
    tables["dim_leads"][1] |= {"lifecycle_stage": "customer", "is_open": False}
    app = show(tables, "lead")
    assert "John Sample-0" not in list(app.dataframe[0].value["Name"])
    app.text_input(key="search").set_value("john").run()
    assert list(app.dataframe[0].value["Stage"]) == ["customer", ""]
