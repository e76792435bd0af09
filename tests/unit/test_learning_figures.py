"""Figures are those of the textbooks, and probabilities come true."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics

from leadwright.learn import calibration, figures, intervals
from leadwright.learn.calibration import METHODS, Method


def _world(size: int = 4000, seed: int = 3) -> tuple[np.ndarray, np.ndarray]:  # type: ignore[type-arg]
    draw = np.random.default_rng(seed)
    scores = np.round(draw.normal(-2, 1.2, size), 1)
    return scores, (draw.random(size) < 1 / (1 + np.exp(-scores))).astype(np.int64)


def test_auc_and_log_loss_are_those_of_others_with_ties_too() -> None:
    scores, converted = _world()
    given = 1 / (1 + np.exp(-scores))
    assert figures.auc(scores, converted) == pytest.approx(metrics.roc_auc_score(converted, scores))
    assert figures.log_loss(given, converted) == pytest.approx(metrics.log_loss(converted, given))
    weights = np.random.default_rng(1).integers(0, 3, len(scores)).astype(float)
    assert figures.Ranking(scores, converted).auc(weights) == pytest.approx(
        metrics.roc_auc_score(converted, scores, sample_weight=weights)
    )


def test_within_strata_pairs_of_two_strata_do_not_count() -> None:
    scores, converted = _world(900)
    strata = np.arange(900) % 3
    parts = [strata == n for n in range(3)]
    pairs = [converted[p].sum() * (1 - converted[p]).sum() for p in parts]
    each = [metrics.roc_auc_score(converted[p], scores[p]) for p in parts]
    assert figures.auc(scores, converted, strata) == pytest.approx(np.average(each, weights=pairs))
    assert figures.auc(scores + 9.0 * strata, converted, strata) == pytest.approx(
        figures.auc(scores, converted, strata)
    ), "whoever is right about the strata alone has said nothing"


def test_a_lead_that_is_there_ten_times_makes_no_interval_narrower() -> None:
    scores, converted = _world(300)
    once = figures.interval(figures.Draws(np.arange(300)).aucs(scores, converted))
    many = np.repeat(np.arange(300), 10)
    again = figures.interval(figures.Draws(many).aucs(scores[many], converted[many]))
    assert again == pytest.approx(once, abs=0.01)


def test_the_interval_of_noise_holds_a_half() -> None:
    scores, converted = _world(1000)
    low, high = figures.interval(
        figures.Draws(np.arange(1000)).aucs(np.random.default_rng(5).permutation(scores), converted)
    )
    assert low < 0.5 < high


def test_a_shifted_population_is_seen() -> None:
    scores, _ = _world()
    assert figures.shift(scores[:2000], scores[2000:]) < 0.02
    assert figures.shift(scores, scores + 1) > 0.25


@pytest.mark.parametrize("method", METHODS)
def test_a_probability_comes_true(method: Method) -> None:
    scores, converted = _world()
    wrong = scores * 2 + 1 if method != "raw" else scores  # a model that is too sure of itself
    found = calibration.calibrate(method, wrong, converted, np.arange(len(scores)))
    later, became = _world(seed=4)
    asked = later * 2 + 1 if method != "raw" else later
    assert figures.calibration_error(found.probabilities(asked), became) < 0.02
    assert [r.high for r in found.ranges[:-1]] == [r.low for r in found.ranges[1:]]
    assert (found.ranges[0].low, found.ranges[-1].high) == (None, None)
    assert sum(r.leads for r in found.ranges) == len(scores)
    assert all(0 <= r.lower < r.upper <= 1 for r in found.ranges)


def test_ranges_are_few_where_outcomes_are_few() -> None:
    scores, converted = _world(200)
    found = calibration.calibrate("venn_abers", scores, converted, np.arange(200))
    assert 2 <= len(found.ranges) <= converted.sum() // 5
    few = calibration.calibrate("platt", scores[:40], converted[:40], np.arange(40))
    assert len(few.ranges) >= 2


def test_wilson_s_interval() -> None:
    assert intervals.wilson(0.1, 100) == pytest.approx((0.0552, 0.1744), abs=1e-4)
    assert intervals.wilson(0.0, 10)[0] == 0
