"""Known effects, drawn again and again and put through the report's own SQL: how often it finds the truth.

One draw is one step of the roll-out, so that the report judges a hundred of them at once.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pytest
from scipy import stats

from leadwright import warehouse
from tests.dbt_warehouse import DbtWarehouse

DRAWS = 100
_COLUMNS = {
    "is_answered": pa.bool_(),
    "response_minutes": pa.float64(),
    "is_answered_in_time": pa.bool_(),
    "is_sql": pa.bool_(),
    "is_sql_of_mql": pa.bool_(),
    "is_won": pa.bool_(),
    "revenue_amount": pa.float64(),
}

Cells = Mapping[str, np.ndarray]


class Report:
    """The report's SQL, compiled once, on a warehouse that holds nothing else."""

    def __init__(self, made: DbtWarehouse) -> None:
        made.execute("create schema marts; create schema seeds")
        self._sql = made.compiled("rpt_rollout_groups", "rpt_rollout")
        self.rows = made.rows
        self._file = made.settings.warehouse_file

    def put_through(self, share: float, is_treated: np.ndarray, outcomes: Cells) -> None:
        """Make the report of draws: a row of `is_treated` and of each outcome is one draw, a column a lead."""
        draws, leads = is_treated.shape
        names = np.repeat([f"draw_{n:02}" for n in range(draws)], leads)
        drawn = pa.table(
            {
                "rollout_id": names,
                "rollout_group": np.where(is_treated, "treated", "control").ravel(),
                **{name: pa.array(values.ravel(), _COLUMNS[name]) for name, values in outcomes.items()},
                **{
                    name: pa.nulls(names.size, kind)
                    for name, kind in _COLUMNS.items()
                    if name not in outcomes
                },
            }
        )
        with warehouse.writer(self._file, 5) as db:
            db.register("drawn", drawn)
            db.execute(
                "create or replace table marts.fct_rollout_leads as "
                "select *, timestamp '2026-03-01' as drawn_at, timestamp '2026-04-01' as until_at from drawn"
            )
            db.execute(
                "create or replace table seeds.rollout as select distinct rollout_id, 'pilot' as mode, "
                f"cast({share} as decimal(9, 4)) as share, null::varchar as segment_id, "
                "null::decimal(9, 4) as smallest_difference, null::decimal(9, 4) as smallest_ratio, "
                "null::decimal(9, 2) as smallest_amount from drawn"
            )
            for name, sql in self._sql.items():
                db.execute(f"create or replace table marts.{name} as {sql}")


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    return Report(DbtWarehouse(tmp_path_factory.mktemp("home")))


@pytest.mark.parametrize(("share", "leads"), [(0.5, 600), (0.95, 3_000)], ids=["pilot", "hold-out"])
def test_the_interval_holds_the_true_effect_in_90_to_99_of_100_draws(
    report: Report, share: float, leads: int
) -> None:
    chance = np.random.default_rng(14)
    size = (DRAWS, leads)
    is_treated = chance.random(size) < share
    is_won = chance.random(size) < np.where(is_treated, 0.2, 0.15)
    outcomes = {
        "is_answered_in_time": chance.random(size) < np.where(is_treated, 0.41, 0.33),
        "is_sql": chance.random(size) < np.where(is_treated, 0.02, 0.02),
        "response_minutes": np.exp(chance.normal(np.where(is_treated, 4.6, 5.0), 1.5)),
        "is_won": is_won,
        "revenue_amount": np.round(is_won * chance.gamma(2, 500, size), 2),
    }
    report.put_through(share, is_treated, outcomes)
    truth = {
        "answered_in_time": 0.08,
        "sql": 0.0,
        "response_minutes": np.exp(-0.4),
        "won": 0.05,
        "revenue": 0.05 * 1000,
    }
    held = {
        measure: report.rows(
            f"select count(*), count(*) filter ({effect} between effect_low and effect_high) from marts.rpt_rollout "
            f"where measure = '{measure}'"
        )[0]
        for measure, effect in truth.items()
    }
    assert {measure: cases for measure, (cases, _) in held.items()} == dict.fromkeys(truth, DRAWS)
    assert {measure: n for measure, (_, n) in held.items() if not 90 <= n <= 99} == {}


def test_the_intervals_of_means_are_those_of_scipy(report: Report) -> None:
    """Down to five leads in a group, where the expansion of Student's t is at its worst."""
    chance = np.random.default_rng(3)
    is_treated = np.tile(np.arange(12) < 5, (20, 1))
    minutes = np.exp(chance.normal(5, 1, is_treated.shape))
    report.put_through(0.5, is_treated, {"response_minutes": minutes, "revenue_amount": minutes})
    for measure, values, read in (("revenue", minutes, float), ("response_minutes", np.log(minutes), np.log)):
        found = report.rows(
            f"select effect_low, effect_high from marts.rpt_rollout where measure = '{measure}' order by rollout_id"
        )
        for row, ends in zip(values, found, strict=True):
            welch = stats.ttest_ind(row[:5], row[5:], equal_var=False).confidence_interval()
            assert [read(end) for end in ends] == pytest.approx(
                list(welch), abs=0.002 * (welch.high - welch.low)
            )


def test_so_many_leads_find_the_smallest_difference_in_four_of_five_draws(report: Report) -> None:
    chance = np.random.default_rng(5)
    leads = 1_418  # of each group, for 5 points on 33%
    is_treated = np.tile(np.arange(2 * leads) < leads, (DRAWS, 1))
    answered = chance.random(is_treated.shape) < np.where(is_treated, 0.38, 0.33)
    report.put_through(0.5, is_treated, {"is_answered": answered})
    needed, found = report.rows(
        "select median(control_count + control_missing_count), count(*) filter (is_different) from marts.rpt_rollout"
    )[0]
    assert needed == pytest.approx(leads, rel=0.05)
    assert 70 <= found <= 90


def test_five_leads_are_needed_for_an_interval_of_means_and_a_difference_for_one_at_all(
    report: Report,
) -> None:
    is_treated = np.array([[True] * 4 + [False] * 8, [True] * 6 + [False] * 6])
    minutes = np.full(is_treated.shape, 60.0)
    minutes[0] = np.arange(1, 13)
    report.put_through(0.5, is_treated, {"response_minutes": minutes})
    rows = report.rows(
        "select effect_low, is_different, control_missing_count from marts.rpt_rollout order by rollout_id"
    )
    assert rows == [(None, False, None)] * 2
