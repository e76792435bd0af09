"""How good scores are: figures with intervals that take a lead, or the leads of an account, for one thing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from leadwright.learn.examples import Floats, Ints

_DRAWS = 300
_SEED = 7
_TINY = 1e-9


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure, its interval of 95% where it has one, and how many leads it was measured on."""

    name: str
    value: float
    lower: float | None = None
    upper: float | None = None
    leads: int | None = None


class Ranking:
    """Scores in their order, so that an AUC under other weights takes no other sort.

    Args:
        scores, converted: of examples.
        strata: a number for each: pairs are made within one alone, such as leads of one age; None: all are one.
    """

    def __init__(self, scores: Floats, converted: Ints, strata: Ints | None = None) -> None:
        of = np.zeros(len(scores), dtype=np.int64) if strata is None else strata
        self._order = np.lexsort((scores, of))
        ordered, of = scores[self._order], of[self._order]
        self._converted = converted[self._order] == 1
        begins = np.r_[True, of[1:] != of[:-1]]
        self._starts = np.flatnonzero(begins | np.r_[True, ordered[1:] != ordered[:-1]])
        self._firsts = np.flatnonzero(begins[self._starts])

    def auc(self, weights: Floats) -> float:
        """The share of pairs, one converted and one not, in which the converted one stands higher; ties count half."""
        ordered = weights[self._order]
        won = np.add.reduceat(np.where(self._converted, ordered, 0), self._starts)
        lost = np.add.reduceat(np.where(self._converted, 0, ordered), self._starts)
        before = np.cumsum(lost) - lost
        sizes = np.diff(np.r_[self._firsts, len(self._starts)])
        below = before - np.repeat(before[self._firsts], sizes)
        pairs = (np.add.reduceat(won, self._firsts) * np.add.reduceat(lost, self._firsts)).sum()
        return float((won * (below + lost / 2)).sum() / pairs) if pairs else 0.5


class Draws:
    """Groups drawn with replacement, again and again: the same draws for all that is compared."""

    def __init__(self, groups: np.ndarray[Any, Any]) -> None:
        names, self._codes = np.unique(groups, return_inverse=True)
        draw = np.random.default_rng(_SEED)
        self._counts = [
            np.bincount(draw.integers(0, len(names), len(names)), minlength=len(names)) for _ in range(_DRAWS)
        ]

    def aucs(self, scores: Floats, converted: Ints, strata: Ints | None = None) -> Floats:
        """The AUC under each draw."""
        ranking = Ranking(scores, converted, strata)
        return np.array([ranking.auc(counts[self._codes].astype(np.float64)) for counts in self._counts])


def auc(scores: Floats, converted: Ints, strata: Ints | None = None) -> float:
    """The area under the ROC curve; within strata, where there are some."""
    return Ranking(scores, converted, strata).auc(np.ones(len(scores)))


def interval(drawn: Floats) -> tuple[float, float]:
    """The middle 95% of what was drawn."""
    low, high = np.quantile(drawn, [0.025, 0.975])
    return float(low), float(high)


def log_loss(probabilities: Floats, converted: Ints) -> float:
    """The mean surprise at what became of the examples."""
    kept = np.clip(probabilities, _TINY, 1 - _TINY)
    return float(-np.mean(np.where(converted == 1, np.log(kept), np.log(1 - kept))))


def calibration_error(probabilities: Floats, converted: Ints, bins: int = 10) -> float:
    """How far mean probability and rate are apart, on average over tenths of the examples."""
    tenths = np.array_split(np.argsort(probabilities, kind="stable"), bins)
    sizes = [len(t) for t in tenths if len(t)]
    gaps = [abs(float(probabilities[t].mean() - converted[t].mean())) for t in tenths if len(t)]
    return float(np.average(gaps, weights=sizes))


def shift(before: Floats, after: Floats) -> float:
    """The population stability index of scores: 0 for the same spread, .1 for some shift, .25 for others."""
    edges = np.unique(np.quantile(before, np.linspace(0.1, 0.9, 9)))
    shares = [
        np.maximum(
            np.bincount(np.searchsorted(edges, s, side="right"), minlength=len(edges) + 1) / len(s), 1e-4
        )
        for s in (before, after)
    ]
    return float(((shares[1] - shares[0]) * np.log(shares[1] / shares[0])).sum())
