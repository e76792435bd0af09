"""How far outcomes support a rule: effects with intervals, shrunk by how much effects are seen to differ at all.

Two doubts are kept apart. One rule may seem to work by chance: its interval says so. And of many rules tried, some work
by chance: the measured spread of all of them says how far a single one may be believed (empirical Bayes).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp, log, sqrt

from leadwright.learn.intervals import wilson

_Z = 1.96
_POINTS = 10 / log(2)
"""Ten points for odds twice as good, as a model's rows have them (docs/learning.md)."""
_ROUNDS = 60
_A_LITTLE = 1e-6
_FAR = 30.0
_CLOSE_ENOUGH = 1e-4
_LARGEST_STEP = 2.0


@dataclass(frozen=True, slots=True)
class Counts:
    """Leads with a rule and without it, and at which rate each converted.

    Attributes:
        leads, rate: of those with it; a lead that is looked at at many moments counts as one.
        other_leads, other_rate: of those without.
    """

    leads: int
    rate: float
    other_leads: int
    other_rate: float

    @property
    def interval(self) -> tuple[float, float]:
        """Of the rate with it, 95%."""
        return wilson(self.rate, self.leads)

    @property
    def lift(self) -> float | None:
        """The rate with it in rates without; None where nobody converted without it."""
        return self.rate / self.other_rate if self.other_rate else None

    def said(self, verb: str) -> str:
        """The counts as a reason in a rule file has them."""
        return (
            f"{verb} {percent(self.rate)} of {self.leads:,} with it, "
            f"{percent(self.other_rate)} of {self.other_leads:,} without"
        )


@dataclass(frozen=True, slots=True)
class Effect:
    """A difference of log-odds, with its standard error."""

    log_odds: float
    error: float

    @property
    def low(self) -> float:
        """Lower bound of 95%."""
        return self.log_odds - _Z * self.error

    @property
    def high(self) -> float:
        """Upper bound of 95%."""
        return self.log_odds + _Z * self.error

    @property
    def is_clear(self) -> bool:
        """Whether the interval excludes that there is no effect."""
        return self.low > 0 or self.high < 0


def percent(rate: float) -> str:
    """A rate as people read it: whole percents from ten on."""
    return f"{100 * rate:.0f}%" if rate >= 0.1 or not rate else f"{100 * rate:.1f}%"


def effect(counts: Counts) -> Effect:
    """Log of the ratio of the odds with and without, after Haldane and Anscombe: half a lead more in each cell."""
    a, c = counts.leads * counts.rate + 0.5, counts.other_leads * counts.other_rate + 0.5
    b, d = counts.leads * (1 - counts.rate) + 0.5, counts.other_leads * (1 - counts.other_rate) + 0.5
    return Effect(log(a * d / (b * c)), sqrt(1 / a + 1 / b + 1 / c + 1 / d))


def spread(effects: Sequence[Effect], priors: Sequence[float] = ()) -> float:
    """The variance of true effects around `priors` (0 where there are none), by DerSimonian and Laird's moments.

    What is left of the observed variance when that of chance is taken off; 0 where chance explains all.
    """
    if not effects:
        return 0.0
    around = priors or [0.0] * len(effects)
    weights = [1 / e.error**2 for e in effects]
    q = sum(w * (e.log_odds - p) ** 2 for w, e, p in zip(weights, effects, around, strict=True))
    return max(0.0, (q - len(effects)) / sum(weights))


def shrunk(found: Effect, variance: float, prior: float = 0.0) -> Effect:
    """The effect drawn towards `prior`, the more the less is known of it; its error is that of the posterior."""
    if variance <= 0:
        return Effect(prior, 0.0)
    share = variance / (variance + found.error**2)
    return Effect(prior + share * (found.log_odds - prior), sqrt(share) * found.error)


def points(log_odds: float) -> int:
    """Log-odds in whole points."""
    return round(log_odds * _POINTS)


def log_odds_of(some_points: float) -> float:
    """Points in log-odds."""
    return some_points / _POINTS


@dataclass(frozen=True, slots=True)
class Pattern:
    """Leads for which the same rules hold: how many, and how many of them converted (both may be fractions)."""

    rules: tuple[str, ...]
    leads: float
    converted: float


def together(
    patterns: Sequence[Pattern], priors: Mapping[str, float], variances: Mapping[str, float]
) -> dict[str, float]:
    """Log-odds of rules that hold side by side: what each adds when the others are taken into account.

    A logistic regression with a normal prior for each rule, by Newton's method. Two rules that hold for the same leads
    share what alone each would claim.

    Args:
        patterns: which rules hold for whom.
        priors: what each rule is worth before anything is seen.
        variances: how far it may be from that; a rule without one, or with 0, stays where it is.
    """
    free = [rule for rule, variance in variances.items() if variance > 0]
    whole, won = sum(p.leads for p in patterns), sum(p.converted for p in patterns)
    if not whole or not free:
        return dict(priors)
    place = {rule: n for n, rule in enumerate(free, 1)}
    fixed = [sum(priors.get(r, 0.0) for r in p.rules if r not in place) for p in patterns]
    holds = [[0, *(place[r] for r in p.rules if r in place)] for p in patterns]
    start = [log((won + 0.5) / (whole - won + 0.5)), *(priors[rule] for rule in free)]
    found = list(start)
    for _ in range(_ROUNDS):
        slope = [0.0, *((start[n] - found[n]) / variances[r] for r, n in place.items())]
        bend = [[0.0] * len(found) for _ in found]
        bend[0][0] = _A_LITTLE
        for r, n in place.items():
            bend[n][n] = 1 / variances[r]
        for pattern, rules, given in zip(patterns, holds, fixed, strict=True):
            chance = _chance(given + sum(found[n] for n in rules))
            off, weight = pattern.converted - pattern.leads * chance, pattern.leads * chance * (1 - chance)
            for n in rules:
                slope[n] += off
                for m in rules:
                    bend[n][m] += weight
        steps = [max(-_LARGEST_STEP, min(_LARGEST_STEP, step)) for step in _solved(bend, slope)]
        found = [value + step for value, step in zip(found, steps, strict=True)]
        if max(map(abs, steps)) < _CLOSE_ENOUGH:
            break
    return dict(priors) | {rule: found[n] for rule, n in place.items()}


def _chance(log_odds: float) -> float:
    return 1 / (1 + exp(-max(-_FAR, min(_FAR, log_odds))))


def _solved(matrix: list[list[float]], right: list[float]) -> list[float]:
    """The solution of linear equations with a positive definite matrix, by Gauss; both are used up."""
    size = len(right)
    for n in range(size):
        for row in range(n + 1, size):
            share = matrix[row][n] / matrix[n][n]
            if share:
                for column in range(n, size):
                    matrix[row][column] -= share * matrix[n][column]
                right[row] -= share * right[n]
    for n in reversed(range(size)):
        right[n] = (right[n] - sum(matrix[n][m] * right[m] for m in range(n + 1, size))) / matrix[n][n]
    return right
