"""Two models that say one number for each part of each feature, and add them up: boosting without interactions, and a
ridge logistic regression that runs beside it, because where the world drifts the plainer one can win.
"""

from __future__ import annotations

import warnings
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from interpret.glassbox import ExplainableBoostingClassifier
from scipy import sparse
from sklearn.isotonic import isotonic_regression
from sklearn.linear_model import LogisticRegression

from leadwright.learn.examples import Floats, Ints
from leadwright.learn.parts import Coded, Parts

Kind = Literal["additive", "logistic"]
KINDS: tuple[Kind, ...] = ("additive", "logistic")

_SEED = 20260101
_DIGITS = 6
"""Log-odds are rounded as they are written down, so that what is measured is what is used."""
_RIDGE = 0.03
_HELD = 0.15
"""The share of leads and accounts that tell each boosted model when to stop."""


@dataclass(frozen=True)
class Model:
    """A sum: where it starts, and the log-odds of each part of each feature."""

    kind: Kind
    parts: Sequence[Parts]
    start: float
    log_odds: Sequence[Floats]

    def scores(self, codes: Sequence[Coded]) -> Floats:
        """The log-odds of examples, a column of parts per feature."""
        return self._sum(codes, {p.known.dimension for p in self.parts}, self.start)

    def scores_of(self, dimension: str, codes: Sequence[Coded]) -> Floats:
        """The part of the log-odds that the features of one dimension give."""
        return self._sum(codes, {dimension}, 0.0)

    def _sum(self, codes: Sequence[Coded], dimensions: Collection[str], start: float) -> Floats:
        total = np.full(len(codes[0]) if codes else 0, start)
        for parts, numbers, code in zip(self.parts, self.log_odds, codes, strict=True):
            if parts.known.dimension in dimensions:
                total += numbers[code]
        return total

    def against_sign(self) -> int:
        """How many features run against what is known of them beforehand."""
        return sum(
            bool((np.diff(numbers[parts.order]) * parts.sign < -(10.0**-_DIGITS)).any())
            for parts, numbers in zip(self.parts, self.log_odds, strict=True)
            if parts.sign
        )


def fit(
    kind: Kind, parts: Sequence[Parts], codes: Sequence[Coded], converted: Ints, groups: Ints, bags: int = 8
) -> Model:
    """Learn `converted` from the parts of each feature.

    Args:
        kind: of model.
        parts, codes: of each feature, and which one each example is in.
        converted: 1 or 0 of each example; both occur.
        groups: a number for each lead or account: its examples are alike, and tell nothing of one another.
        bags: how many boosted models the additive one is the mean of.
    """
    if kind == "additive":
        start, numbers = _boosted(parts, codes, converted, _bags(groups, converted, bags))
    else:
        start, numbers = _ridge(parts, codes, converted)
    rounded = [np.round(each, _DIGITS) + 0.0 for each in numbers]
    return Model(kind, parts, round(start, _DIGITS), rounded)


def _boosted(
    parts: Sequence[Parts], codes: Sequence[Coded], converted: Ints, bags: Ints
) -> tuple[float, list[Floats]]:
    model = ExplainableBoostingClassifier(
        interactions=0,
        max_bins=1024,  # the parts are the bins
        outer_bags=len(bags),
        feature_types=["continuous" if p.known.is_number else "nominal" for p in parts],
        monotone_constraints=[p.sign for p in parts],
        random_state=_SEED,
        n_jobs=1,
    )
    with warnings.catch_warnings():  # about plots of missing values; ours have a row
        warnings.simplefilter("ignore", UserWarning)
        columns = np.stack([_placed(p, c) for p, c in zip(parts, codes, strict=True)], axis=1)
        model.fit(columns, converted, bags=bags.T)
        most = max(p.count for p in parts)
        every = np.stack(
            [_placed(p, np.minimum(np.arange(most), p.count - 1).astype(np.int16)) for p in parts], axis=1
        )
        terms = model.eval_terms(every)
    of_feature = {features[0]: terms[:, n] for n, features in enumerate(model.term_features_)}
    found = [of_feature.get(n, np.zeros(most))[: p.count].copy() for n, p in enumerate(parts)]
    return float(np.ravel(model.intercept_)[0]), [
        _unlearned(p, c, f) for p, c, f in zip(parts, codes, found, strict=True)
    ]


def _bags(groups: Ints, converted: Ints, count: int) -> Ints:
    """For each boosted model 1 where an example is learned from, -1 where it says when to stop: whole groups, because
    a lead that is there at many moments would vouch for itself.
    """
    draw = np.random.default_rng(_SEED)
    found = [np.where((draw.random(int(groups.max()) + 1) < _HELD)[groups], -1, 1) for _ in range(count)]
    told = [b for b in found if all(len(np.unique(converted[b == side])) == 2 for side in (1, -1))]
    # a handful of outcomes may all be on one side; then example by example
    rows = np.where(draw.random((1, len(groups))) < _HELD, -1, 1)
    return np.array(told or rows, dtype=np.int8)


def _placed(parts: Parts, code: Coded) -> Floats:
    """Parts as numbers in their order; not a number for a missing one that has no place in it."""
    place = np.full(parts.count, np.nan)
    if parts.known.is_number:
        place[parts.order] = np.arange(len(parts.order))
    else:
        place = np.arange(parts.count, dtype=np.float64)
    return place[code]


def _unlearned(parts: Parts, code: Coded, numbers: Floats) -> Floats:
    """The numbers, with 0 for a missing value or another text where no example had one: nothing is known of it."""
    counts = np.bincount(code, minlength=parts.count)
    apart = [0] if parts.known.is_number and parts.known.missing_is == "unknown" else []
    if not parts.known.is_number:
        apart = [0, parts.count - 1]
    for part in apart:
        if counts[part] == 0:
            numbers[part] = 0.0
    return numbers


def _ridge(parts: Sequence[Parts], codes: Sequence[Coded], converted: Ints) -> tuple[float, list[Floats]]:
    bases = [_basis(p) for p in parts]
    columns = sparse.hstack([sparse.csr_array(b)[c] for b, c in zip(bases, codes, strict=True)], format="csr")
    model = LogisticRegression(C=_RIDGE, max_iter=500)
    model.fit(columns, converted)
    start = float(model.intercept_[0])
    weights = np.split(model.coef_[0], np.cumsum([b.shape[1] for b in bases])[:-1])
    found: list[Floats] = []
    for p, basis, code, some in zip(parts, bases, codes, weights, strict=True):
        counts = np.bincount(code, minlength=p.count)
        numbers = _signed(p, basis @ some, counts)
        middle = float(np.average(numbers, weights=counts))
        start += middle
        found.append(_unlearned(p, code, numbers - middle))
    return start, found


def _basis(parts: Parts) -> Floats:
    """Columns of each part: of a text one for each; of a number one for each cut that it is beyond, so that ridge
    pulls neighbours together, and one for a missing value that has no place among the numbers.
    """
    if not parts.known.is_number:
        return np.eye(parts.count)
    order = parts.order
    steps = np.zeros((parts.count, len(order) - 1))
    for place, part in enumerate(order):
        steps[part, :place] = 1
    apart = np.zeros((parts.count, 1))
    apart[0] = 1
    return steps if len(order) == parts.count else np.hstack([steps, apart])


def _signed(parts: Parts, numbers: Floats, counts: Ints) -> Floats:
    """The numbers, evened out where they run against the sign that is known."""
    if not parts.sign:
        return numbers
    order = parts.order
    weights: Any = np.maximum(counts[order], 1e-3)
    numbers = numbers.copy()
    numbers[order] = isotonic_regression(numbers[order], sample_weight=weights, increasing=parts.sign > 0)
    return numbers
