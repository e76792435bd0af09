"""Bands that give grades their shape, and months in which something jumped."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadwright.rules.bands import Wanted
from leadwright.study import bands, jumps

SHAPE = {"best": Wanted(0.15, 0.25), "middle": Wanted(0.5, 0.65), "worst": Wanted(0.1, 0.35)}

cells = st.lists(
    st.tuples(st.integers(0, 50), st.integers(0, 50), st.integers(1, 100)), min_size=1, max_size=40
)


def test_one_score_that_differs_makes_the_grades_alone() -> None:
    found = bands.find([(fit, 0, 10) for fit in range(40)], SHAPE)
    assert found is not None
    assert found.grid == "by_fit"
    assert found.intent == (1, 2), "nobody has a high intent"
    assert found.shares[0] == pytest.approx(0.2, abs=0.06)
    assert 0.45 <= found.shares[1] <= 0.7


def test_engagement_alone_makes_the_grades_alone() -> None:
    found = bands.find([(17, intent, 10) for intent in range(40)], SHAPE)
    assert found is not None
    assert found.shares[0] == pytest.approx(0.2, abs=0.06)


def test_where_both_differ_better_leads_have_better_grades() -> None:
    found = bands.find([(fit, intent, 1) for fit in range(30) for intent in range(30)], SHAPE)
    assert found is not None
    assert found.kind("high", "high") == "best"
    assert found.kind("low", "low") == "worst"


def test_of_leads_that_are_all_alike_nothing_is_said() -> None:
    assert bands.find([(17, 0, 200)], SHAPE) is None
    assert bands.find([], SHAPE) is None


@settings(deadline=None, max_examples=40)
@given(cells)
def test_bands_are_ordered_and_shares_are_whole(some: list[tuple[int, int, int]]) -> None:
    found = bands.find(some, SHAPE)
    if found is None:
        assert len({cell[:2] for cell in some}) == 1
        return
    assert found.fit[0] < found.fit[1]
    assert found.intent[0] < found.intent[1]
    assert sum(found.shares) == pytest.approx(1)


def _months(*parts: int, whole: int = 200) -> list[dict[str, Any]]:
    return [
        {
            "series": "source ads",
            "month_at": datetime(2025 + n // 12, 1 + n % 12, 1),
            "part": part,
            "whole": whole,
        }
        for n, part in enumerate(parts)
    ]


def test_a_jump_is_found_in_its_month() -> None:
    (found,) = jumps.of_shares(_months(*[40] * 10, *[90] * 6), {})
    assert found.month_at == datetime(2025, 11, 1)
    assert found.said == "from November 2025 on, source ads: 45%, in the months before 20%"


def test_a_slow_rise_and_noise_are_no_jumps() -> None:
    assert not jumps.of_shares(_months(*range(40, 72, 2)), {})
    assert not jumps.of_shares(_months(*[40, 52, 35, 44, 38, 50, 41, 47] * 2), {})
    assert not jumps.of_shares(_months(*[2] * 6, *[9] * 6, whole=10), {}), "of so few chance decides"


def test_what_comes_back_each_year_is_no_jump() -> None:
    fairs = [*[60] * 4, *[0] * 4, *[60] * 4] * 2
    assert not [j for j in jumps.of_shares(_months(*fairs), {}) if j.month_at.year == 2026]


def test_a_rule_that_ceases_to_tell_is_found() -> None:
    rows = [
        {
            "rule_id": "r",
            "month_at": datetime(2025 + n // 12, 1 + n % 12, 1),
            "leads": 100,
            "converted": 30 if n < 10 else 8,
            "other_leads": 300,
            "other_converted": 24,
        }
        for n in range(16)
    ]
    (found,) = jumps.of_effects(rows, {"r": "Plan: team"})
    assert found.month_at == datetime(2025, 11, 1)
    assert found.said.startswith("from November 2025 on, Plan: team multiplies the odds by 1.0, before by 4.")


def test_a_month_in_which_several_things_changed_is_named() -> None:
    some = [
        jumps.Jump(n, datetime(2025, month, 1), 0.1, 0.3, 6)
        for n, month in zip("abcd", (11, 11, 12, 3), strict=True)
    ]
    assert jumps.months_named(some) == [(datetime(2025, 11, 1), 3)]
