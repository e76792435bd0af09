"""What `ops.runs` says of a run from its start on, and what the doctor makes of it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from leadwright import warehouse
from leadwright.connectors.base import Finding, ObjectShape
from leadwright.connectors.errors import AuthError, RecordError
from leadwright.operate import doctor, runs
from leadwright.pull import setaside
from leadwright.pull.setaside import Sift
from leadwright.settings import Settings
from tests.fakes import RUNS

NOON = datetime(2026, 6, 30, 12, tzinfo=UTC)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path, lock_wait_seconds=1)


def begin(settings: Settings, flow: str = "qualify") -> runs.Run:
    run = runs.start(flow)
    runs.note_start(run, RUNS, settings)
    return run


def fail(run: runs.Run, error: Exception, settings: Settings) -> None:
    runs.failed(run, error)
    runs.note_end(run, settings)


def noted(settings: Settings) -> list[dict[str, Any]]:
    with warehouse.writer(settings.warehouse_file, 1) as db:
        return warehouse.rows(db, "select * from ops.runs order by started_at")


def said(settings: Settings, check: str) -> Finding:
    (finding,) = (f for f in doctor._home(settings) if f.check == check)
    return finding


def test_a_run_is_there_while_it_runs_and_says_how_it_ended(settings: Settings) -> None:
    run = begin(settings)
    (row,) = noted(settings)
    assert (row["status"], row["ended_at"], row["as_of"]) == ("running", None, None)
    with warehouse.locked(settings.run_lock, 1, ""):
        assert (said(settings, "last run").ok, "under way" in said(settings, "last run").detail) == (
            True,
            True,
        )
    run.as_of = NOON
    runs.note_end(run, settings)
    (row,) = noted(settings)
    assert (row["status"], row["reason"], row["as_of"]) == ("completed", None, NOON)
    assert row["ended_at"] >= row["started_at"]
    assert said(settings, "last run").ok


def test_a_failed_run_keeps_its_reason_in_our_words_only(settings: Settings) -> None:
    fail(begin(settings), AuthError("HubSpot refused the token\nof ada@example.com."), settings)
    fail(begin(settings), ValueError("ada@example.com"), settings)
    assert [(row["status"], row["reason"]) for row in noted(settings)] == [
        ("failed", "HubSpot refused the token of (e-mail)"),
        ("failed", "ValueError"),
    ]
    finding = said(settings, "last run")
    assert not finding.ok
    assert "ValueError" in finding.detail
    assert "leadwright run" in finding.fix


@pytest.mark.parametrize(
    ("stage", "says"),
    [
        ("transform", "Nothing was written back, and the figures are those of an earlier run."),
        ("write", "Not everything was written back"),
        ("reports", "does not wait for them"),
    ],
)
def test_the_doctor_says_what_it_means_that_a_run_failed_there(
    settings: Settings, stage: str, says: str
) -> None:
    run = begin(settings)
    run.failed_stage = stage
    fail(run, AuthError("no"), settings)
    assert [row["failed_stage"] for row in noted(settings)] == [stage]
    assert says in said(settings, "last run").detail


@pytest.mark.parametrize("flow", ["undo", "reconcile", "train", "refit", "backtest"])
def test_what_is_no_part_of_the_job_hides_no_run_that_failed(settings: Settings, flow: str) -> None:
    fail(begin(settings), AuthError("The token was refused."), settings)
    runs.note_end(begin(settings, flow), settings)
    assert not said(settings, "last run").ok
    assert "The token was refused." in said(settings, "last run").detail


def test_the_doctor_names_reports_that_are_not_of_the_last_run(settings: Settings) -> None:
    runs.note_end(begin(settings), settings)
    with warehouse.writer(settings.warehouse_file, 1) as db:
        db.execute(
            "create table ops.stopped_reports as select 'rpt_kpis' as report, 'dbt test x failed' as reason, "
            f"timestamptz '{NOON}' as figures_of, 'run-1' as run_id"
        )
    finding = said(settings, "reports")
    assert not finding.ok
    assert "rpt_kpis shows the figures that were published 30 Jun 2026" in finding.detail
    assert "dbt test x failed" in finding.detail


def test_a_run_that_was_killed_is_seen_at_once_and_noted_by_the_next(settings: Settings) -> None:
    begin(settings)
    assert "killed" in said(settings, "last run").detail
    runs.note_end(begin(settings), settings)
    assert [row["status"] for row in noted(settings)] == ["killed", "completed"]


def test_the_linkage_is_told_apart_from_the_job(settings: Settings) -> None:
    fail(begin(settings, "link"), AuthError("no"), settings)
    runs.note_end(begin(settings, "qualify"), settings)
    runs.note_end(begin(settings, "sync"), settings)
    assert not said(settings, "last linkage").ok
    assert said(settings, "last run").detail.startswith("sync began")


def test_a_home_without_runs_or_with_those_of_an_older_version_is_healthy(settings: Settings) -> None:
    assert said(settings, "last run").detail == "none yet"
    with warehouse.writer(settings.warehouse_file, 1) as db:
        db.execute(
            "create schema ops; create table ops.runs as select 'old' as run_id, 'completed' as status"
        )
    assert said(settings, "last run").detail == "none yet"
    begin(settings)
    assert len(noted(settings)) == 2


def test_a_warehouse_that_a_run_has_open_is_no_reason_to_move_it(settings: Settings) -> None:
    with warehouse.locked(settings.warehouse_file.with_suffix(".lock"), 1, ""):
        (finding,) = doctor._home(settings)
    assert finding.ok
    assert "under way" in finding.detail


def test_the_doctor_names_addresses_of_the_routing_files_that_nobody_has(settings: Settings) -> None:
    runs.note_end(begin(settings), settings)
    assert not [f for f in doctor._home(settings) if f.check == "addresses"]
    with warehouse.writer(settings.warehouse_file, 1) as db:
        db.execute("create schema marts")
        db.execute(
            "create table marts.rpt_unmatched_addresses as from (values "
            "('routing_pool', 'garce@example.com', 'unknown', false), "
            "('routing_pool', 'maya.okafor@leadwright.example', 'unknown', true), "
            "('rep_leaves', 'katrin.vogt@leadwright.example', 'unknown', true)) "
            "t(rule_file, email_pattern, problem, is_demo)"
        )
    fault, demo = (f for f in doctor._home(settings) if f.check == "addresses")
    assert not fault.ok
    assert "routing_pool.csv names garce@example.com" in fault.detail
    assert demo.ok, "nobody has to do anything about the demo's people"
    assert demo.detail.startswith("2 in the routing files are of the demo's people")


def publish_owners(settings: Settings, *, takes_leads: bool, reason_code: str) -> None:
    with warehouse.writer(settings.warehouse_file, 1) as db:
        db.execute("create schema if not exists marts")
        db.execute(
            "create or replace table marts.rpt_lead_owners as select *, "
            f"{takes_leads} as takes_leads, true as is_active from (values "
            "('Web forms', 'forms@x.example', 300, 0, 0, true), ('Ana', 'ana@x.example', 9, 4, 0, false), "
            "('Tomas', 'books@x.example', 2, 0, 0, false)) "
            "t(full_name, email, lead_count, touch_count, opportunity_count, may_be_login)"
        )
        db.execute(
            "create or replace table marts.fct_lead_assignments as "
            f"select 'a' as lead_id, '{reason_code}' as reason_code"
        )


def test_the_doctor_says_that_nobody_takes_leads_and_what_to_put_where(settings: Settings) -> None:
    runs.note_end(begin(settings), settings)
    publish_owners(settings, takes_leads=False, reason_code="nobody_takes_leads")
    finding = said(settings, "routing")
    assert not finding.ok
    assert "1 open leads have no owner" in finding.detail
    assert "routing_pool.csv" in finding.fix and "routing_fallback.csv" in finding.fix
    assert "ana@x.example" in finding.fix and "books@x.example" not in finding.fix
    assert said(settings.model_copy(update={"write_owners": False}), "routing").ok
    publish_owners(settings, takes_leads=False, reason_code="already_owned")
    assert said(settings, "routing").ok, "no lead waits"
    publish_owners(settings, takes_leads=True, reason_code="nobody_takes_leads")
    assert said(settings, "routing").ok


def test_the_doctor_names_a_login_that_holds_leads_and_does_not_fail_for_it(settings: Settings) -> None:
    runs.note_end(begin(settings), settings)
    publish_owners(settings, takes_leads=True, reason_code="rule")
    finding = said(settings, "owners")
    assert finding.ok
    assert "Web forms (forms@x.example) owns 300 leads" in finding.detail
    assert "routing_from.csv" in finding.detail


def test_the_doctor_names_fields_with_dates_that_cannot_be_true(settings: Settings) -> None:
    runs.note_end(begin(settings), settings)
    with warehouse.writer(settings.warehouse_file, 1) as db:
        db.execute("create schema marts")
        db.execute(
            "create table marts.rpt_implausible_dates as select 'hubspot' as crm, 'deals' as object, "
            "'closedate' as field, 'too_late' as problem, 1200 as record_count, '77' as example_record_id"
        )
    finding = said(settings, "dates")
    assert not finding.ok
    assert "hubspot deals.closedate: 1,200 dates too far ahead" in finding.detail
    assert "77" in finding.detail


@pytest.mark.parametrize("unread", [0, 12])
def test_the_doctor_names_fields_with_numbers_that_cannot_be_read(settings: Settings, unread: int) -> None:
    runs.note_end(begin(settings), settings)
    with warehouse.writer(settings.warehouse_file, 1) as db:
        db.execute("create schema marts")
        db.execute(
            "create table marts.rpt_unread_numbers as select 'hubspot' as crm, 'deals' as object, 'amount' as field, "
            f"1200 as value_count, {unread} as unread_count, 3 as doubtful_count, 'few' as unread_example"
        )
    finding = said(settings, "numbers")
    assert finding.ok == (unread == 0)
    assert f"hubspot deals.amount, 1,200 values: {unread} are no number" in finding.detail
    assert "3 such as 50.000 are read as number_format.csv says" in finding.detail
    assert "few" not in finding.detail, "what somebody wrote into a CRM is no text for a terminal or a log"


def test_records_that_were_set_aside_are_told_with_what_to_do(settings: Settings) -> None:
    shape = ObjectShape(key=("id",), cursor="changed_at")
    why = {"code": "broken_date", "field": "changed_at"}
    broken = [RecordError("no", record_id=each, **why) for each in ("7", "8")]
    sifts = [Sift("fake", "contacts", shape, True, frozenset(), broken=broken)]
    with warehouse.writer(settings.warehouse_file, 1) as db:
        setaside.note(db, sifts, NOON)
    finding = said(settings, "records")
    assert not finding.ok
    assert finding.fix
    assert finding.detail.startswith("fake contacts: 2 set aside since 30 Jun 2026, 12:00 UTC")
    assert "their date of change is none (changed_at), such as record 7" in finding.detail
    with warehouse.writer(settings.warehouse_file, 1) as db:
        setaside.note(db, [Sift("fake", "contacts", shape, True, frozenset())], NOON)
    assert not [f for f in doctor._home(settings) if f.check == "records"]
