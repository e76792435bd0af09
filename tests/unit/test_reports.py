"""What the published copy shows of a report that could not be built whole."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from leadwright import warehouse
from leadwright.operate import runs
from leadwright.operate.summary import as_markdown
from leadwright.settings import Settings
from leadwright.transform import reports

_WHY = "dbt test not_null_rpt_b failed"


@pytest.fixture
def config(tmp_path: Path) -> Settings:
    config = Settings(home=tmp_path, lock_wait_seconds=1)
    _all(config, "create schema marts; create schema ops")
    _build(config, 1)
    return config


def _all(config: Settings, sql: str) -> list[tuple[Any, ...]]:
    with warehouse.writer(config.warehouse_file, 1) as db:
        return db.execute(sql).fetchall()


def _build(config: Settings, run: int) -> None:
    for name in ("rpt_a", "rpt_b"):
        _all(config, f"create or replace table marts.{name} as select {run} as run")


def _shown(config: Settings) -> dict[str, int]:
    """Which run's rows each report of the published copy has."""
    with warehouse.reader(config.serving_file) as db:
        names = sorted(warehouse.tables(db, "current_database()", "marts"))
        return {name: warehouse.rows(db, f"from marts.{name}")[0]["run"] for name in names}


def _stopped(config: Settings) -> list[dict[str, Any]]:
    with warehouse.reader(config.serving_file) as db:
        return reports.stopped(db)


def _publish(config: Settings, run: int, *whole: str, fails: str = "") -> None:
    _build(config, run)
    reports.publish(config, f"run-{run}", whole=whole, not_whole={fails: _WHY} if fails else {})


def test_it_stays_as_it_last_was_until_a_run_makes_it_whole(config: Settings) -> None:
    _publish(config, 1, "rpt_a", "rpt_b")
    assert (_shown(config), _stopped(config)) == ({"rpt_a": 1, "rpt_b": 1}, [])
    with warehouse.reader(config.serving_file) as db:
        first = warehouse.published_at(db)
    for run in (2, 3):
        _publish(config, run, "rpt_a", fails="rpt_b")
        assert _shown(config) == {"rpt_a": run, "rpt_b": 1}
        (row,) = _stopped(config)
        assert (row["report"], row["figures_of"], row["run_id"]) == ("rpt_b", first, "run-2")
        assert _WHY in reports.told(row)
    _publish(config, 4, "rpt_a")
    assert _shown(config) == {"rpt_a": 4, "rpt_b": 1}, "a build of a part does not make the other whole"
    _publish(config, 5, "rpt_a", "rpt_b")
    assert (_shown(config), _stopped(config)) == ({"rpt_a": 5, "rpt_b": 5}, [])


def test_it_is_left_out_where_nothing_of_it_was_published(config: Settings) -> None:
    _publish(config, 1, "rpt_a", fails="rpt_b")
    assert _shown(config) == {"rpt_a": 1}
    (row,) = _stopped(config)
    assert "left out" in reports.told(row)


def test_it_is_left_out_where_somebody_was_forgotten_since(config: Settings) -> None:
    _publish(config, 1, "rpt_a", "rpt_b")
    _publish(config, 2, "rpt_a", fails="rpt_b")
    _all(config, "create table ops.erasures as select now() as erased_at")
    _publish(config, 3, "rpt_a", fails="rpt_b")
    assert _shown(config) == {"rpt_a": 3}
    _publish(config, 4, "rpt_a", fails="rpt_b")
    assert _shown(config) == {"rpt_a": 4}


def test_a_model_that_is_no_mart_is_not_published_and_not_named(config: Settings) -> None:
    _publish(config, 1, "rpt_a", "rpt_b", fails="int_kpis")
    assert (_shown(config), _stopped(config)) == ({"rpt_a": 1, "rpt_b": 1}, [])


def test_the_summary_of_a_run_names_what_failed_and_what_that_means() -> None:
    run = runs.start("qualify")
    assert "Failed" not in as_markdown(run)
    run.failure, run.failed_stage, run.not_whole = "a test failed", "reports", {"rpt_b": _WHY}
    told = as_markdown(run)
    assert told.startswith("## Failed")
    assert "a test failed" in told and f"- rpt_b: {_WHY}" in told
    assert runs.consequence({"failed_stage": "reports"}) in told
