"""What a back-test measures, on a handful of leads whose fate is known."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import numpy as np
import pytest

from leadwright.learn.backtest import measures, scorers
from leadwright.learn.backtest.measures import HeldOut
from leadwright.learn.backtest.scorers import Scorer
from leadwright.learn.examples import Ints
from leadwright.learn.figures import Draws
from tests.unit.test_learning_parts import examples


def _tested(converted: Ints, months: int = 1) -> HeldOut:
    size = len(converted)
    leads = np.array([f"lead{n:03}" for n in range(size)], dtype=object)
    starts = (np.datetime64("2026-01-01", "M") + np.arange(size) % months).astype("datetime64[us]")
    return HeldOut(leads, leads, starts, starts, converted, np.zeros(size, dtype=np.int64))


_WON = np.array([1] * 10 + [0] * 90)
_BEST = Scorer("model", np.arange(100, 0, -1.0), np.where(_WON == 1, 0.9, 0.1))
_WORST = Scorer("rules", np.arange(100.0))
_ALL_ONE = Scorer("rules", np.zeros(100), grades=np.array(["Cold"] * 100, dtype=object))


def test_figures_of_the_best_order_and_of_none() -> None:
    tested = _tested(_WON)
    draws = Draws(tested.groups)
    best = {f.name: f for f in measures.of(_BEST, tested, draws)}
    assert best["auc"].value == 1 and best["lift_top_tenth"].value == pytest.approx(10)
    assert best["brier"].value == pytest.approx(0.01)
    assert best["calibration_error"].value == pytest.approx(0.1)
    none = {f.name: f.value for f in measures.of(_ALL_ONE, tested, draws)}
    assert none["auc"] == 0.5 and none["lift_top_tenth"] == pytest.approx(1)
    assert "brier" not in none, "points are no probabilities"


def test_bands_of_one_size_can_be_compared() -> None:
    tested = _tested(_WON)
    found = {b.label: b for b in measures.bands(_BEST, tested, ["Hot", "Cold"]) if b.kind == "share"}
    top, rest = found["top 20%"], found["lowest 25%"]
    assert (top.leads, top.converted, top.rate) == (20, 10, pytest.approx(0.5))
    assert 0.2 < top.lower < 0.5 < top.upper < 0.8
    assert (rest.leads, rest.converted, rest.rate) == (25, 0, 0)
    assert measures.best_to_worst(list(found.values()), "share") is None, "none of the worst converted"
    worst = list(measures.bands(_WORST, tested, []))
    ratio = measures.best_to_worst(worst, "share")
    assert ratio is not None and ratio.value == 0


def test_grades_are_bands_and_one_score_for_all_is_no_order() -> None:
    found = list(measures.bands(_ALL_ONE, _tested(_WON), ["Hot", "Cold"]))
    assert [(b.kind, b.label, b.leads, b.converted) for b in found] == [
        ("grade", "Hot", 0, 0),
        ("grade", "Cold", 100, 10),
    ]
    assert list(measures.mistakes(_ALL_ONE, _tested(_WON), 5)) == []


def test_many_of_one_score_share_the_last_places() -> None:
    scores = np.array([2.0] * 10 + [1.0] * 90)
    found = [b for b in measures.bands(Scorer("rules", scores), _tested(_WON), []) if b.kind == "share"]
    assert found[0].rate == pytest.approx(0.5), (
        "the ten best, and ten of the ninety others, none of whom converted"
    )
    assert found[1].leads == 90


def test_a_tenth_says_what_was_said_and_what_came() -> None:
    tenths = [b for b in measures.bands(_BEST, _tested(_WON), []) if b.kind == "tenth"]
    assert len(tenths) == 10
    assert (tenths[-1].rate, tenths[-1].probability) == (1, pytest.approx(0.9))
    assert (tenths[0].rate, tenths[0].probability) == (0, pytest.approx(0.1))


def test_calls_reach_as_many_as_there_is_time_for() -> None:
    tested = _tested(_WON)
    found = measures.calls([_BEST, _WORST], tested, per_week=2)  # nine calls in the 31 days of January
    assert found["model"].value == 9 and found["model"].leads == 10
    assert found["rules"].value == 0
    assert 0 < found["chance"].value < 3


def test_nobody_is_called_twice() -> None:
    """The same ten leads in two months, of whom one converts in the second: it was called in the first."""
    leads = np.array([f"lead{n}" for n in range(10)] * 2, dtype=object)
    months = np.repeat(np.array(["2026-01-01", "2026-02-01"], dtype="datetime64[us]"), 10)
    converted = np.array([0] * 10 + [1] + [0] * 9)
    tested = HeldOut(leads, leads, months, months, converted, np.zeros(20, dtype=np.int64))
    order = Scorer("model", np.tile(np.arange(10, 0, -1.0), 2))
    assert measures.calls([order], tested, per_week=1)["model"].value == 0
    later = replace(tested, converted=np.roll(converted, 5))
    assert measures.calls([order], later, per_week=1)["model"].value == 1, (
        "it was sixth, and first in February"
    )


def test_mistakes_are_of_the_wrong_half_and_the_furthest_first() -> None:
    found = list(measures.mistakes(_WORST, _tested(_WON), 3))
    assert [(m.kind, m.lead_id) for m in found] == [
        ("false_alarm", "lead099"),
        ("false_alarm", "lead098"),
        ("false_alarm", "lead097"),
        ("missed_winner", "lead000"),
        ("missed_winner", "lead001"),
        ("missed_winner", "lead002"),
    ]
    assert found[0].moment == datetime(2026, 1, 1) and found[3].standing == 0
    assert {m.kind for m in measures.mistakes(_BEST, _tested(_WON), 3)} == {"false_alarm"}


def test_points_become_probabilities_where_enough_converted_before() -> None:
    some = examples(3_000)
    some.rule_scores = some.values["visits"] * 10
    some.rule_scores[np.isnan(some.rule_scores)] = 0
    some.rule_grades = np.array(["Cold"] * 3_000, dtype=object)
    tested = some.months >= np.unique(some.months)[-8]
    said = scorers.of_rules("rules", some, tested)
    assert said.probabilities is not None
    assert abs(said.probabilities.mean() - some.converted[tested].mean()) < 0.05
    some.rule_scores[~tested] = np.nan
    assert scorers.of_rules("rules", some, tested).probabilities is None


def test_what_the_change_says_is_laid_beside_what_the_rules_say() -> None:
    some = examples(400)
    tested = np.arange(400) >= 300
    asked = examples(400)
    asked.rule_scores, asked.rule_grades = np.arange(400.0), np.array(["Hot"] * 400, dtype=object)
    order = np.random.default_rng(1).permutation(400)
    for name in ("leads", "moments", "rule_scores", "rule_grades"):
        setattr(asked, name, getattr(asked, name)[order])
    found = scorers.aligned(asked, some, tested)
    assert found.rule_scores.tolist() == list(range(400))
    asked.rule_scores = np.where(asked.rule_scores == 350, np.nan, asked.rule_scores)
    with pytest.raises(ValueError, match="not asked about every example"):
        scorers.aligned(asked, some, tested)
