"""From log-odds to a probability that comes true, by ranges of log-odds that can be written down as rows."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from sklearn.linear_model import LogisticRegression
from venn_abers import VennAbers

from leadwright.learn.examples import Floats, Ints
from leadwright.learn.intervals import wilson

Method = Literal["raw", "platt", "venn_abers"]
METHODS: tuple[Method, ...] = ("raw", "platt", "venn_abers")

_STEPS = (*np.arange(0.1, 0.9, 0.1), 0.9, 0.93, 0.96, 0.98)
_PER_RANGE = 5
"""Conversions for each range, on average: fewer say nothing of its rate."""
_MOST = 50_000


@dataclass(frozen=True)
class Range:
    """One range of log-odds: what a probability is there, and between which bounds."""

    low: float | None
    high: float | None
    probability: float | None
    lower: float
    upper: float
    leads: int


@dataclass(frozen=True)
class Calibration:
    """A way to read log-odds.

    Attributes:
        method: raw or platt read `slope` times log-odds and `shift` as log-odds; venn_abers has one per range.
    """

    method: Method
    slope: float
    shift: float
    ranges: Sequence[Range]

    def probabilities(self, scores: Floats) -> Floats:
        """The probability of each of some log-odds."""
        if self.method != "venn_abers":
            return 1 / (1 + np.exp(-(self.slope * scores + self.shift)))
        edges = [r.high for r in self.ranges[:-1]]
        of_range = np.array([r.probability for r in self.ranges], dtype=np.float64)
        return of_range[np.searchsorted(np.array(edges, dtype=np.float64), scores, side="right")]


def calibrate(method: Method, scores: Floats, converted: Ints, leads: np.ndarray[Any, Any]) -> Calibration:
    """Read `scores`, of examples that the model had not learned from, by what became of them."""
    edges = _edges(scores, int(converted.sum()))
    slope, shift = _platt(scores, converted) if method == "platt" else (1.0, 0.0)
    places = np.searchsorted(np.array(edges), scores, side="right")
    middles = np.array([np.median(scores[places == n]) for n in range(len(edges) + 1)])
    of_range = _venn_abers(scores, converted, middles) if method == "venn_abers" else None
    ranges = [
        Range(low, high, float(of_range[n]) if of_range is not None else None, *bounds)
        for n, (low, high, bounds) in enumerate(
            zip(
                [None, *edges], [*edges, None], _bounds(places, converted, leads, len(edges) + 1), strict=True
            )
        )
    ]
    return Calibration(method, slope, shift, ranges)


def _edges(scores: Floats, conversions: int) -> list[float]:
    """Where ranges begin, all but the lowest: the more conversions, the more ranges, and finer at the top."""
    wanted = max(2, min(len(_STEPS) + 1, conversions // _PER_RANGE))
    every = len(_STEPS) / (wanted - 1)
    steps = sorted({_STEPS[int(n * every)] for n in range(wanted - 1)})
    found = np.unique(np.round(np.quantile(scores, steps), 6))
    return [float(edge) for edge in found if scores.min() < edge]


def _platt(scores: Floats, converted: Ints) -> tuple[float, float]:
    model = LogisticRegression(C=1e6).fit(scores[:, None], converted)
    return float(model.coef_[0][0]), float(model.intercept_[0])


def _venn_abers(scores: Floats, converted: Ints, middles: Floats) -> Floats:
    """The probability at the middle of each range: of two isotonic ones, the one of least regret."""
    some = np.linspace(0, len(scores) - 1, min(len(scores), _MOST)).astype(int)
    given = 1 / (1 + np.exp(-scores[some]))
    asked = 1 / (1 + np.exp(-middles))
    model = VennAbers()
    with warnings.catch_warnings():  # of a score below or above all that it was given
        warnings.simplefilter("ignore", RuntimeWarning)
        model.fit(np.stack([1 - given, given], axis=1), converted[some], precision=4)
        found, _ = model.predict_proba(np.stack([1 - asked, asked], axis=1))
    return np.maximum.accumulate(found[:, 1])


def _bounds(
    places: Ints,
    converted: Ints,
    leads: np.ndarray[Any, Any],
    count: int,
) -> Iterator[tuple[float, float, int]]:
    """Wilson's interval of each range, and its leads: one that is there at many moments counts once."""
    for place in range(count):
        inside = places == place
        size = len(np.unique(leads[inside]))
        yield (*wilson(float(converted[inside].mean()), size), size)
