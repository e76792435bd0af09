"""What stands around a flow's work: its turn among other runs, and the note of how it ended."""

from __future__ import annotations

from pathlib import Path
from threading import Timer
from types import SimpleNamespace

import pytest
from filelock import FileLock

from leadwright import settings, warehouse
from leadwright.connectors.errors import DailyLimitError, GuardrailError, LockedError
from leadwright.flows import steps
from leadwright.operate import runs
from leadwright.transform import publication
from tests.fakes import RUNS


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LEADWRIGHT_HOME", str(tmp_path))
    monkeypatch.setenv("LEADWRIGHT_LOCK_WAIT_SECONDS", "0.1")
    project = SimpleNamespace(settings=settings.load(), raw_tables=lambda: [RUNS])
    monkeypatch.setattr(steps, "project", lambda: project)
    return tmp_path


def test_a_run_that_may_wait_for_hours_outlasts_the_one_before(home: Path) -> None:
    other = FileLock(settings.load().run_lock, thread_local=False)
    with other:
        with pytest.raises(LockedError), steps.one_run_at_a_time():
            pytest.fail("two runs")
        Timer(1, other.release, kwargs={"force": True}).start()
        with steps.one_run_at_a_time(wait_hours=0.1):
            assert not other.is_locked


def test_how_a_run_ended_is_published_beside_the_marts_that_are_there(home: Path) -> None:
    config = settings.load()
    with warehouse.writer(config.warehouse_file, 1) as db:
        db.execute(
            "create schema marts; create table marts.rpt_grades as select 'Hot' as grade; create schema ops"
        )
    publication.publish(config.warehouse_file, config.serving_file, 1)
    with warehouse.reader(config.serving_file) as db:
        before = warehouse.published_at(db)
    with warehouse.writer(config.warehouse_file, 1) as db:
        db.execute("update marts.rpt_grades set grade = 'half built'")
    with pytest.raises(GuardrailError), steps.noted(runs.start("qualify")):
        raise GuardrailError("hubspot refused everything")
    with warehouse.reader(config.serving_file) as db:
        (row,) = warehouse.rows(db, "select status, reason from ops.runs")
        assert warehouse.rows(db, "from marts.rpt_grades") == [{"grade": "Hot"}]
        assert warehouse.published_at(db) == before, "the figures are no newer"
    assert row == {"status": "failed", "reason": "hubspot refused everything"}


def test_a_failure_before_anything_was_published_publishes_nothing(home: Path) -> None:
    with pytest.raises(GuardrailError), steps.noted(runs.start("qualify")):
        raise GuardrailError("a rule of the warehouse is broken")
    assert not settings.load().serving_file.exists()
    with warehouse.writer(settings.load().warehouse_file, 1) as db:
        assert warehouse.rows(db, "select status from ops.runs") == [{"status": "failed"}]


def test_a_note_that_fails_does_not_hide_why_the_run_did(home: Path) -> None:
    with pytest.raises(GuardrailError) as caught, steps.noted(runs.start("qualify")):
        with warehouse.writer(settings.load().warehouse_file, 1) as db:
            db.execute("drop table ops.runs")
        raise GuardrailError("first")
    assert str(caught.value) == "first"
    assert "could not be noted" in caught.value.__notes__[0]


def test_where_a_run_failed_first_is_kept(home: Path) -> None:
    run = runs.start("qualify")
    for stage in ("write", "reports"):
        with pytest.raises(GuardrailError), steps.timed(run, stage):
            raise GuardrailError(stage)
    with steps.timed(run, "publish"):
        pass
    assert run.failed_stage == "write"
    assert run.seconds.keys() == {"write", "reports", "publish"}


def test_a_dry_run_is_not_noted(home: Path) -> None:
    with steps.noted(runs.start("sync", dry_run=True)):
        pass
    assert not settings.load().warehouse_file.exists()


def test_a_run_for_which_a_day_is_too_short_is_put_off_and_has_not_failed(home: Path) -> None:
    with pytest.raises(DailyLimitError), steps.noted(runs.start("qualify")):
        raise DailyLimitError("No calls are left.")
    with warehouse.writer(settings.load().warehouse_file, 1) as db:
        (row,) = runs.last(db)
    assert (row["status"], row["reason"]) == ("put off", "No calls are left.")
