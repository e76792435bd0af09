"""Each kind of evidence of a leak is seen where it is planted, and not in clean features."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadwright.learn import parts
from leadwright.learn.examples import Examples, Floats, Ints, Known
from leadwright.learn.figures import Draws
from leadwright.learn.leaks import findings, signs, words
from leadwright.learn.leaks.evidence import DOUBT, HINT, PROOF, Evidence, verdict
from leadwright.learn.leaks.readings import Readings
from leadwright.learn.leaks.words import Vocabulary, Word
from leadwright.learn.parts import Coded, Parts
from tests.unit.test_learning_parts import examples

_TEXT = Parts(Known("said", "fit", "", "unknown", False, True), categories=("a", "b", "c"))
_FILLED = Parts(Known("filled", "fit", "", "unknown", False, True))
_NUMBER = Parts(Known("number", "fit", "", "unknown", True, True), cuts=(10.0, 50.0))
_WORDS = Vocabulary(
    [
        Word("name", "last", "moment"),
        Word("name", "abschluss", "outcome"),
        Word("name", "score", "judgement"),
        Word("name", "dernier", "moment"),
        Word("name", "perdida", "outcome"),
        Word("value", "no contesta", "contact"),
        Word("value", "lost", "outcome"),
        Word("value", "high", "judgement"),
        Word("value", "low", "judgement"),
    ]
)


def _codes(size: int, seed: int, count: int = 5) -> Coded:
    return np.random.default_rng(seed).integers(0, count, size).astype(np.int16)


def _converted(size: int, rate: float, seed: int) -> Ints:
    return (np.random.default_rng(seed + 1000).random(size) < rate).astype(np.int64)


@pytest.mark.parametrize(
    ("weights", "says"),
    [
        ((), "clean"),
        ((HINT,), "clean"),
        ((HINT, HINT), "ask"),
        ((DOUBT,), "ask"),
        ((DOUBT, HINT), "ask"),
        ((DOUBT, DOUBT), "leak"),
        ((PROOF,), "leak"),
    ],
)
def test_evidence_adds_up(weights: Sequence[float], says: str) -> None:
    assert verdict(Evidence(str(kind), weight, "") for kind, weight in enumerate(weights)) == says


def test_evidence_of_one_kind_counts_once() -> None:
    assert verdict([Evidence("name", DOUBT, ""), Evidence("name", DOUBT, "")]) == "ask"


@pytest.mark.parametrize(
    "name",
    [
        "Last Activity",
        "LastActivityDate",
        "Abschlussdatum__c",
        "lead_score",
        "Dernière visite",
        "motivo_pérdida",
    ],
)
def test_a_name_speaks(name: str) -> None:
    found = words.of_name(["field", name], _WORDS)
    assert found and found.weight == DOUBT and name in found.text


@pytest.mark.parametrize("name", ["lasting_power", "blast", "Underscore", "abschlus", "company"])
def test_other_names_do_not(name: str) -> None:
    assert words.of_name([name], _WORDS) is None


def test_values_speak_by_how_many_have_them() -> None:
    def weight(**counts: int) -> float:
        found = words.of_values({name.replace("_", " "): n for name, n in counts.items()}, _WORDS)
        return found.weight if found else 0.0

    assert weight(no_contesta=300, implante=700) == DOUBT
    assert weight(lost=30, implant=970) == HINT
    assert weight(lost=3, implant=997) == 0
    assert weight(high=300, low=300, unknown=100) == DOUBT, "a judgement"
    assert weight(high=300, furniture=700) == 0, "one word among others"


@given(seed=st.integers(0, 10_000), size=st.integers(50, 3_000), rate=st.floats(0.02, 0.6))
def test_no_chance_is_taken_for_a_leak(seed: int, size: int, rate: float) -> None:
    """Values, ages and fates that have nothing to do with each other."""
    codes, converted = _codes(size, seed), _converted(size, rate, seed)
    draw = np.random.default_rng(seed + 2000)
    ages = draw.uniform(0, 700, size)
    lost = (converted == 0) & (draw.random(size) < 0.5)
    undecided = (converted == 0) & ~lost
    numbers = np.where(draw.random(size) < 0.3, np.nan, draw.gamma(2, 20, size))
    strength = signs.strength(codes, _TEXT.count, converted)
    found = [
        signs.too_good(strength, 0.5),
        signs.too_sure(_TEXT, codes, converted),
        signs.filled_by_decision(_TEXT, codes, lost, undecided, ages, np.zeros(size, dtype=np.int64)),
        signs.then_and_now(_TEXT, codes, ages, converted == 1, 90),
        signs.runs_with_time(numbers, ages, converted == 1),
    ]
    assert found == [None] * 5


@given(seed=st.integers(0, 10_000), rate=st.floats(0.05, 0.5), odds=st.floats(-1.5, 1.5))
def test_an_honest_strong_feature_is_no_leak(seed: int, rate: float, odds: float) -> None:
    """A value that every tenth lead states, and that makes odds up to twenty times better or worse."""
    draw = np.random.default_rng(seed)
    has = draw.random(4_000) < 0.1
    base = np.log(rate / (1 - rate))
    chance = 1 / (1 + np.exp(-(base + 2 * odds * has)))
    converted = (draw.random(4_000) < chance).astype(np.int64)
    codes = has.astype(np.int16)
    assert signs.too_sure(_FILLED, codes, converted) is None
    assert signs.too_good(signs.strength(codes, 2, converted)) is None
    ages = draw.uniform(0, 700, 4_000)
    assert signs.then_and_now(_FILLED, codes, ages, converted == 1, 90) is None


def test_one_feature_may_be_too_good() -> None:
    draw = np.random.default_rng(3)
    converted = _converted(2_000, 0.2, 3)

    def weight(noise: float, rest: float | None = None) -> float:
        score = converted + draw.normal(0, noise, 2_000)
        codes = np.searchsorted(np.quantile(score, np.linspace(0.1, 0.9, 9)), score).astype(np.int16)
        found = signs.too_good(signs.strength(codes, 10, converted), rest)
        return found.weight if found else 0.0

    assert weight(0.3) == PROOF
    assert weight(0.55) == DOUBT
    assert weight(0.8) == 0
    assert weight(0.62, rest=0.6) == DOUBT, "more than all others together"
    assert weight(0.62, rest=0.95) == 0


def test_a_value_that_only_those_who_converted_have() -> None:
    """A third by its AUC: four in ten of those who converted have it, and nobody else."""
    converted = _converted(3_000, 0.1, 5)
    codes = ((converted == 1) & (np.random.default_rng(5).random(3_000) < 0.4)).astype(np.int16)
    assert signs.strength(codes, 2, converted).auc < 0.72
    found = signs.too_sure(_FILLED, codes, converted)
    assert found and found.weight == PROOF and "100.0% of" in found.text and "10" in found.text


def test_a_value_that_only_the_lost_have() -> None:
    draw = np.random.default_rng(6)
    ages, lost = draw.uniform(0, 400, 2_000), draw.random(2_000) < 0.3
    one = np.zeros(2_000, dtype=np.int64)
    reason = (lost & (draw.random(2_000) < 0.5)).astype(np.int16)
    found = signs.filled_by_decision(_FILLED, reason, lost, ~lost, ages, one)
    assert found and found.weight == PROOF
    by_age = (ages > 200).astype(np.int16)
    assert signs.filled_by_decision(_FILLED, by_age, lost, ~lost, ages, one) is None, "old leads have it"
    old = ages > 200
    assert signs.filled_by_decision(_FILLED, by_age, old, ~old, ages, one) is None, (
        "nobody of one age to compare"
    )


def test_a_crm_that_closes_its_leads_is_no_leak() -> None:
    draw = np.random.default_rng(7)
    ages, system = draw.uniform(0, 400, 2_000), draw.integers(0, 2, 2_000)
    lost = (system == 1) & (draw.random(2_000) < 0.9) | (draw.random(2_000) < 0.05)
    only_there = system.astype(np.int16)
    assert signs.filled_by_decision(_FILLED, only_there, lost, ~lost, ages, np.zeros(2_000, dtype=np.int64))
    assert signs.filled_by_decision(_FILLED, only_there, lost, ~lost, ages, system) is None


def test_a_share_then_is_that_of_now() -> None:
    draw = np.random.default_rng(8)
    ages, converted = draw.uniform(0, 400, 4_000), draw.random(4_000) < 0.2
    late = (converted & (ages > 60) & (draw.random(4_000) < 0.8)).astype(np.int16)
    found = signs.then_and_now(_FILLED, late, ages, converted, 90)
    assert found and found.weight == DOUBT and "of the last 30 days" in found.text
    given_up = ((ages > 300) & converted).astype(np.int16)
    assert signs.then_and_now(_FILLED, given_up, ages, converted, 90) is None, "a form that has lost a field"


def test_a_number_that_runs_with_time() -> None:
    draw = np.random.default_rng(9)
    ages, decided = draw.uniform(0, 400, 500), draw.random(500) < 0.4
    in_stage = ages * draw.uniform(0.9, 1.0, 500)
    found = signs.runs_with_time(in_stage, ages, decided)
    assert found and found.weight == PROOF
    stopped = np.where(decided, 20.0, in_stage)
    assert signs.runs_with_time(stopped, ages, decided), "the decided stand still"
    assert signs.runs_with_time(draw.permutation(in_stage), ages, decided) is None


def test_a_day_that_is_the_one_of_the_outcome() -> None:
    near, wide = np.random.default_rng(10).normal(0, 1, 80), np.linspace(-200, 200, 80)
    found = signs.dated_by_outcome(near, 0.8, 0.7)
    assert found and found.weight == PROOF
    assert signs.dated_by_outcome(wide, 0.8, 0.7) is None
    later = signs.dated_by_outcome(np.linspace(5, 90, 80), 0.8, 0.01)
    assert later and later.weight == DOUBT
    assert signs.dated_by_outcome(np.linspace(5, 90, 80), 0.8, 0.7) is None, "wanted by some later day"


def test_what_was_logged_after_the_outcome() -> None:
    reached = np.linspace(10, 300, 40)
    found = signs.logged_after(reached - 1, reached)
    assert found and found.weight == PROOF
    assert signs.logged_after(reached + 5, reached) is None


def test_what_is_filled_in_now_says_more_than_what_was_logged() -> None:
    converted = _converted(1_000, 0.3, 11)
    draws = Draws(np.arange(1_000))
    logged = _codes(1_000, 11, 2)
    assert signs.later_than_logged(logged, logged, 2, converted, draws) is None
    later = np.where(converted == 1, 1, logged * 0).astype(np.int16)
    found = signs.later_than_logged(logged, later, 2, converted, draws)
    assert found and found.weight == PROOF
    turned = signs.later_than_logged((1 - later).astype(np.int16), later, 2, converted, draws)
    assert turned and "the opposite" in turned.text
    changed = np.where(np.random.default_rng(1).random(1_000) < 0.2, 1 - logged, logged).astype(np.int16)
    assert signs.later_than_logged(logged, changed, 2, converted, draws) is None, (
        "it changes, but not with the outcome"
    )


def _planted() -> Examples:
    """Two honest features, of which one is strong; a leak that is third by itself; one that a name gives away."""
    some = examples(4_000, seed=4)
    draw = np.random.default_rng(4)
    won = some.converted == 1
    invoice = np.where(won & (draw.random(4_000) < 0.35), draw.integers(0, 50, 4_000), -1)
    score: Floats = np.round(50 + 20 * some.converted + draw.normal(0, 30, 4_000))
    some.values |= {"invoice": invoice.astype(np.int32), "fitness": score}
    some.words["invoice"] = [f"i{n}" for n in range(50)]
    some.known = (
        *some.known,
        Known("invoice", "fit", "", "unknown", False, True),
        Known("fitness", "fit", "", "unknown", True, True),
    )
    return some


def _found(some: Examples, **answers: str) -> tuple[dict[str, str], dict[str, findings.Finding]]:
    learned = np.ones(len(some), dtype=bool)
    known = Readings(
        frozenset(k.name for k in some.known),
        {"fitness": ["fitness", "Other_Tool_Score__c", "Fitness"], "invoice": ["invoice"]},
        answers=answers,
        vocabulary=_WORDS,
    )
    choices, found = findings.find(some, parts.choose(some, learned), learned, known)
    return {c.name: c.reason for c in choices}, {f.feature: f for f in found}


def test_a_leak_that_is_third_by_itself_is_left_out_and_strong_ones_are_kept() -> None:
    reasons, found = _found(_planted())
    assert reasons == {
        "visits": "used",
        "days_since": "used",
        "size": "used",
        "country": "used",
        "invoice": "leak",
        "fitness": "asked",
    }
    assert [e.kind for e in found["invoice"].evidence] == ["too_sure"]
    assert [e.kind for e in found["fitness"].evidence] == ["name"]


def test_a_person_has_the_last_word() -> None:
    reasons, found = _found(_planted(), invoice="yes", fitness="no", size="no")
    assert (reasons["invoice"], reasons["fitness"], reasons["size"]) == ("used", "declined", "declined")
    assert found.keys() == {"invoice"} and not found["invoice"].is_left_out


def test_what_only_tests_is_not_looked_at() -> None:
    """A leak in the months that test alone is none that could be known of."""
    some = _planted()
    learned = np.arange(4_000) < 3_000
    some.values["invoice"] = np.where(learned, -1, some.values["invoice"])
    some.values["invoice"][:60] = 1
    known = Readings(frozenset({"invoice"}))
    _, found = findings.find(some, parts.choose(some, learned), learned, known)
    assert found == []
