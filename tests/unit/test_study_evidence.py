"""The arithmetic of a study: effects, how far they are believed, and what rules are worth beside each other."""

from __future__ import annotations

import random
from math import exp, log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadwright.study import evidence
from leadwright.study.evidence import Counts, Effect, Pattern

counts = st.builds(
    Counts,
    leads=st.integers(20, 10_000),
    rate=st.floats(0, 1),
    other_leads=st.integers(20, 10_000),
    other_rate=st.floats(0, 1),
)
effects = st.builds(Effect, st.floats(-5, 5), st.floats(0.05, 3))


def test_a_reason_says_both_rates_and_of_how_many() -> None:
    said = Counts(812, 0.14, 7188, 0.06).said("won")
    assert said == "won 14% of 812 with it, 6.0% of 7,188 without"


def test_an_effect_is_the_log_of_the_odds_ratio() -> None:
    found = evidence.effect(Counts(1000, 0.2, 1000, 0.1))
    assert found.log_odds == pytest.approx(log((0.2 / 0.8) / (0.1 / 0.9)), abs=0.01)
    assert found.error == pytest.approx((1 / 200 + 1 / 800 + 1 / 100 + 1 / 900) ** 0.5, abs=0.001)
    assert found.is_clear


@given(counts)
def test_an_effect_is_finite_and_turns_with_its_sides(one: Counts) -> None:
    found = evidence.effect(one)
    other = evidence.effect(Counts(one.other_leads, one.other_rate, one.leads, one.rate))
    assert found.error > 0
    assert found.log_odds == pytest.approx(-other.log_odds, abs=1e-9)
    assert found.low < found.log_odds < found.high


@given(st.lists(effects, min_size=1, max_size=30))
def test_the_spread_is_never_negative_and_nothing_where_there_is_no_difference(some: list[Effect]) -> None:
    assert evidence.spread(some) >= 0
    assert evidence.spread(some, [e.log_odds for e in some]) == 0


@given(effects, st.floats(0, 4), st.floats(-3, 3))
def test_shrinking_goes_towards_the_prior_and_never_beyond_it(
    one: Effect, variance: float, prior: float
) -> None:
    found = evidence.shrunk(one, variance, prior)
    low, high = sorted((one.log_odds, prior))
    assert low - 1e-9 <= found.log_odds <= high + 1e-9
    assert found.error <= one.error + 1e-9


@given(effects, st.floats(0.01, 4))
def test_what_is_known_less_well_is_shrunk_more(one: Effect, variance: float) -> None:
    less = Effect(one.log_odds, one.error * 2)
    known, unknown = evidence.shrunk(one, variance), evidence.shrunk(less, variance)
    assert abs(unknown.log_odds) <= abs(known.log_odds) + 1e-12


def test_of_many_rules_that_are_noise_none_is_believed() -> None:
    """One in twenty is beyond its own interval by chance; the measured spread takes that back."""
    chance = random.Random(3)
    some = []
    for _ in range(200):
        leads = chance.randint(50, 900)
        won = sum(chance.random() < 0.1 for _ in range(leads))
        some.append(evidence.effect(Counts(leads, won / leads, 4000, 0.1)))
    alone = sum(e.is_clear for e in some)
    variance = evidence.spread(some)
    believed = [e for e in some if variance > 0 and evidence.shrunk(e, variance).is_clear]
    assert alone >= 4
    assert len(believed) <= 1


def test_of_rules_that_differ_the_clear_ones_are_believed() -> None:
    truths = [0.0] * 20 + [1.0, -1.0, 0.8, 1.5]
    some = [evidence.effect(Counts(600, 0.1 * exp(t) / (0.9 + 0.1 * exp(t)), 4000, 0.1)) for t in truths]
    variance = evidence.spread(some)
    believed = [evidence.shrunk(e, variance).is_clear for e in some]
    assert believed == [False] * 20 + [True] * 4


@pytest.mark.parametrize(("log_odds", "expected"), [(log(2), 10), (-log(2), -10), (0, 0), (log(1.5), 6)])
def test_ten_points_are_odds_twice_as_good(log_odds: float, expected: int) -> None:
    assert evidence.points(log_odds) == expected
    assert evidence.log_odds_of(10) == pytest.approx(log(2))


def _patterns(truth: dict[str, float], joined: dict[tuple[str, ...], int]) -> list[Pattern]:
    made = []
    for rules, leads in joined.items():
        odds = exp(-2 + sum(truth[r] for r in rules))
        made.append(Pattern(rules, leads, leads * odds / (1 + odds)))
    return made


def test_rules_side_by_side_get_what_each_adds() -> None:
    truth = {"a": 1.0, "b": -0.7}
    some = _patterns(truth, {(): 9000, ("a",): 3000, ("b",): 3000, ("a", "b"): 2000})
    found = evidence.together(some, {"a": 0.0, "b": 0.0}, {"a": 100.0, "b": 100.0})
    assert found == pytest.approx(truth, abs=0.02)


def test_two_rules_for_the_same_leads_share_what_one_would_claim() -> None:
    some = _patterns({"a": 1.0, "b": 0.0}, {(): 9000, ("a", "b"): 3000})
    found = evidence.together(some, {"a": 0.0, "b": 0.0}, {"a": 1.0, "b": 1.0})
    assert found["a"] == pytest.approx(found["b"], abs=0.05)
    assert found["a"] + found["b"] == pytest.approx(1.0, abs=0.05)


def test_a_prior_stays_where_nothing_was_seen_or_nothing_may_move_it() -> None:
    some = [Pattern((), 100, 10), Pattern(("a",), 100, 40)]
    assert evidence.together(some, {"a": 0.5}, {"a": 0.0}) == {"a": 0.5}
    assert evidence.together([], {"a": 0.5}, {"a": 1.0}) == {"a": 0.5}


@given(
    st.lists(st.tuples(st.sets(st.sampled_from("abc")), st.integers(1, 500), st.floats(0, 1)), max_size=8),
    st.floats(0.01, 3),
)
def test_the_fit_always_ends_in_numbers(rows: list[tuple[set[str], int, float]], variance: float) -> None:
    some = [Pattern(tuple(sorted(rules)), leads, leads * rate) for rules, leads, rate in rows]
    found = evidence.together(some, dict.fromkeys("abc", 0.0), dict.fromkeys("abc", variance))
    assert all(abs(value) < 100 for value in found.values())
