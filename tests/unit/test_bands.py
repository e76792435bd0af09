"""Limits of bands that give grades a wanted shape, whatever the scores are."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadwright.rules import bands
from leadwright.rules.bands import Heap, Wanted

_BANDS = ("low", "medium", "high")
GRID = {
    (fit, intent): "best"
    if (fit, intent) == ("high", "high")
    else "worst"
    if "low" in (fit, intent)
    else "middle"
    for fit in _BANDS
    for intent in _BANDS
}
SHAPE = {"best": Wanted(0.15, 0.25), "middle": Wanted(0.5, 0.65), "worst": Wanted(0.1, 0.35)}


def heaps(*scores: tuple[int | None, int]) -> list[Heap]:
    return [Heap(fit, intent, 1, (fit or 0) + intent) for fit, intent in scores]


def test_scores_that_spread_get_the_shape() -> None:
    found = bands.choose(heaps(*((i % 51, i * 7 % 51) for i in range(3000))), GRID, SHAPE)
    assert found is not None and found.fits(SHAPE)
    assert sum(found.shares.values()) == pytest.approx(1)


def test_a_dimension_that_tells_nobody_apart_leaves_the_grades_to_the_other() -> None:
    found = bands.choose(heaps(*((0, i % 40) for i in range(1000))), GRID, SHAPE)
    assert found is not None and found.fits(SHAPE)
    assert found.fit[1] <= 0, "all are in the high band of fit"


def test_of_bands_that_fit_those_win_whose_best_leads_are_worth_most() -> None:
    """Only intent says what a lead is worth, so fit decides as little as it may."""
    some = [Heap(fit, intent, 1, float(intent)) for fit in range(40) for intent in range(40)]
    found = bands.choose(some, GRID, SHAPE)
    assert found is not None and found.fits(SHAPE)
    best = [h.intent for h in some if found.kind(h.fit, h.intent, GRID) == "best"]
    worst = [h.intent for h in some if found.kind(h.fit, h.intent, GRID) == "worst"]
    assert sum(best) / len(best) - sum(worst) / len(worst) > 25


def test_the_disqualified_count_and_stay_low() -> None:
    some = [*heaps(*((i % 50, i % 49) for i in range(900))), *heaps(*((None, 50) for _ in range(100)))]
    found = bands.choose(some, GRID, SHAPE)
    assert found is not None and found.fits(SHAPE)
    assert found.kind(None, 50, GRID) == "worst"


def test_of_nobody_there_are_no_bands_and_of_one_score_the_nearest() -> None:
    assert bands.choose([], GRID, SHAPE) is None
    same = bands.choose([Heap(10, 10, 500, 500.0)], GRID, SHAPE)
    assert same is not None and not same.fits(SHAPE)
    assert same.shares == {"best": 0.0, "middle": 1.0, "worst": 0.0}, "the shape is nearest so"


@settings(deadline=None, max_examples=25)
@given(
    st.lists(
        st.tuples(st.one_of(st.none(), st.integers(-60, 60)), st.integers(-60, 60), st.integers(1, 9)),
        min_size=1,
        max_size=30,
    )
)
def test_the_shares_that_are_told_are_those_of_the_grades_that_leads_get(
    scores: list[tuple[int | None, int, int]],
) -> None:
    some = [Heap(fit, intent, leads, float(leads)) for fit, intent, leads in scores]
    found = bands.choose(some, GRID, SHAPE)
    assert found is not None
    total = sum(heap.leads for heap in some)
    for kind in ("best", "middle", "worst"):
        leads = sum(h.leads for h in some if found.kind(h.fit, h.intent, GRID) == kind)
        assert found.shares[kind] == pytest.approx(leads / total)
    assert found.fit[0] < found.fit[1] or {h.fit for h in some} == {None}
    assert found.intent[0] < found.intent[1]
