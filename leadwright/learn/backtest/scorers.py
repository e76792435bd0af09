"""Who is compared: everything that puts leads in an order, with what it says of the same examples."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from leadwright.learn import calibration
from leadwright.learn.examples import Examples, Flags, Floats
from leadwright.learn.judging import Judged

_LEAST_CONVERSIONS = 30
"""Fewer conversions before the months that test make no probability of points."""
_SCALE = 10.0

SHARES = (("top 20%", 0.2), ("next 55%", 0.75), ("lowest 25%", 1.0))
"""Bands of one size for all, so that what each has in them can be compared."""


@dataclass(frozen=True)
class Scorer:
    """What one of those compared says of the examples that test.

    Attributes:
        scores: the more, the likelier.
        probabilities: None where its scores stand for none.
        grades: the grade of each, or None: a model has none yet.
    """

    name: str
    scores: Floats
    probabilities: Floats | None = None
    grades: np.ndarray[Any, Any] | None = None


def of_rules(name: str, examples: Examples, tested: Flags) -> Scorer:
    """Rules, whose points become probabilities by what became of leads before the months that test (Platt)."""
    before = ~tested & ~np.isnan(examples.rule_scores)
    scores = examples.rule_scores / _SCALE
    probabilities = None
    if _conversions(examples, before) >= _LEAST_CONVERSIONS and np.ptp(scores[before]) > 0:
        read = calibration.calibrate(
            "platt", scores[before], examples.converted[before], examples.leads[before]
        )
        probabilities = read.probabilities(scores[tested])
    return Scorer(name, examples.rule_scores[tested], probabilities, examples.rule_grades[tested])


def of_model(judged: Judged) -> Iterator[Scorer]:
    """The model, by those of its folds that had not learned from these leads; none where there was none to fit."""
    if judged.model is None or judged.read is None:
        return
    scores = judged.scores[judged.tested]
    yield Scorer("model", scores, judged.read.probabilities(scores))


def aligned(change: Examples, examples: Examples, tested: Flags) -> Examples:
    """The examples with what the changed rules say of those that test.

    Args:
        change: examples that the changed rules were asked about, in any order.
        examples, tested: all examples, and which of them test.
    """
    place = {pair: n for n, pair in enumerate(zip(change.leads, change.moments.tolist(), strict=True))}
    scores, grades = np.full(len(examples), np.nan), np.full(len(examples), None, dtype=object)
    for n, pair in enumerate(zip(examples.leads, examples.moments.tolist(), strict=True)):
        if (other := place.get(pair)) is not None:
            scores[n], grades[n] = change.rule_scores[other], change.rule_grades[other]
    if np.isnan(scores[tested]).any():
        raise ValueError("The changed rules were not asked about every example that tests.")
    return Examples(**{**vars(examples), "rule_scores": scores, "rule_grades": grades})


def _conversions(examples: Examples, among: Flags) -> int:
    return len(np.unique(examples.leads[among & (examples.converted == 1)]))
