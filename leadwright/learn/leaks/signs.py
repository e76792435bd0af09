"""Evidence by figures: what values say of the outcome, and where and when they are filled.

All of it looks at leads, one place in each array for each, and at the parts that a feature is cut into.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy import stats

from leadwright.learn import figures
from leadwright.learn.examples import Flags, Floats, Ints
from leadwright.learn.intervals import wilson
from leadwright.learn.leaks.evidence import DOUBT, PROOF, Evidence
from leadwright.learn.parts import Coded, Parts

_Z = 1.96
_FOLDS, _SEED, _PRIOR = 3, 5, 4.0

TELLS = 0.53
"""Lower bound of the AUC from which a feature tells anything: of one that does not nobody needs to be asked."""
_TOO_GOOD, _VERY_GOOD, _ALONE = 0.92, 0.85, 0.8
"""Lower bounds of the AUC of one feature. What a lead states itself stays below; honest models of many features reach
.83 to .88 on public data."""
_SURE, _NEARLY_SURE = 5.0, 4.0
"""By how much, as log-odds, one value changes the rate at the least: 5 is from 2 of 100 to 75 of 100."""
_LEAST, _LEAST_OF_AGE = 30, 10
_FEW, _FEWER = 1 / 3, 0.1
_TIMES = 4.0
_RARE = 0.03
_YOUNG_DAYS = 30
_AGES, _COMPARED = 20, 0.2
"""Leads are of one age within a twentieth of all; a fifth of the lost ones at least must have others of their age."""
_RUNS = 0.9
_NEAR_DAYS, _NEAR_SHARE, _LATER_SHARE = 2, 0.3, 0.8
_GAIN = 0.03


@dataclass(frozen=True, slots=True)
class Strength:
    """How well one feature tells leads apart, measured on leads that its rates were not taken from."""

    auc: float
    lower: float
    scores: Floats


def strength(codes: Coded, count: int, converted: Ints) -> Strength:
    """The AUC of one feature by the rates of its parts, and the lower bound of 95% (Hanley and McNeil 1982)."""
    fold = np.random.default_rng(_SEED).integers(0, _FOLDS, len(codes))
    scores = np.zeros(len(codes))
    for n in range(_FOLDS):
        others = fold != n
        scores[~others] = _rates(codes[others], count, converted[others])[codes[~others]]
    auc = figures.auc(scores, converted)
    return Strength(auc, auc - _Z * _error(auc, converted), scores)


def _rates(codes: Coded, count: int, converted: Ints) -> Floats:
    sizes = np.bincount(codes, minlength=count)
    won = np.bincount(codes, weights=converted, minlength=count)
    found: Floats = (won + _PRIOR * converted.mean()) / (sizes + _PRIOR)
    return found


def _error(auc: float, converted: Ints) -> float:
    won = int(converted.sum())
    lost = len(converted) - won
    if not won or not lost:
        return 1.0
    of_won, of_lost = auc / (2 - auc), 2 * auc**2 / (1 + auc)
    spread = auc * (1 - auc) + (won - 1) * (of_won - auc**2) + (lost - 1) * (of_lost - auc**2)
    return math.sqrt(max(spread, 0.0) / (won * lost))


def too_good(of: Strength, rest: float | None = None) -> Evidence | None:
    """One feature that tells more than one can.

    Args:
        of: its strength.
        rest: the AUC of all other features together; None where it was not measured.
    """
    if of.lower >= _TOO_GOOD:
        return Evidence("too_good", PROOF, f"alone it has an AUC of {of.auc:.2f}: too good to be true")
    if of.lower >= _VERY_GOOD:
        return Evidence("too_good", DOUBT, f"alone it has an AUC of {of.auc:.2f}, which is rare")
    if rest is not None and of.lower >= _ALONE and of.auc > rest:
        text = f"alone it has an AUC of {of.auc:.2f}, all other features together {rest:.2f}"
        return Evidence("too_good", DOUBT, text)
    return None


def is_strong(of: Strength) -> bool:
    """Whether it is worth asking what all others tell together."""
    return of.lower >= _ALONE


def too_sure(parts: Parts, codes: Coded, converted: Ints) -> Evidence | None:
    """One value, or any value at all, with which nearly all or nearly none convert, against the rate of all leads."""
    base = _logit(float(converted.mean()))
    found: list[tuple[float, str]] = []
    for label, inside in (*_values(parts, codes), ("no value", codes == 0)):
        size = int(inside.sum())
        if size < _LEAST:
            continue
        rate = float(converted[inside].mean())
        low, high = wilson(rate, size)
        sure = max(_logit(low) - base, base - _logit(high))
        found.append(
            (sure, f"{rate:.1%} of {size:,} leads with {label} converted, {converted.mean():.1%} of all")
        )
    sure, text = max(found, default=(0.0, ""))
    if sure < _NEARLY_SURE:
        return None
    return Evidence("too_sure", PROOF if sure >= _SURE else DOUBT, text)


def filled_by_decision(
    parts: Parts, codes: Coded, lost: Flags, undecided: Flags, ages: Floats, systems: Ints
) -> Evidence | None:
    """A value that leads of one age have nearly only where they are lost. Of those that converted `too_sure` tells.

    Leads of one CRM are compared with each other: one may close its leads where another leaves them open.

    Args:
        parts, codes: of the values of now.
        lost: decided otherwise than hoped for.
        undecided: what will become of them is open.
        ages: days since each lead came.
        systems: a number for the CRMs that have it.
    """
    edges = np.quantile(ages, np.linspace(0, 1, _AGES + 1)[1:-1])
    _, of_age = np.unique(systems * _AGES + np.searchsorted(edges, ages), return_inverse=True)
    sizes = [np.bincount(of_age[side], minlength=of_age.max() + 1) for side in (lost, undecided)]
    both = (sizes[0] >= _LEAST_OF_AGE) & (sizes[1] >= _LEAST_OF_AGE)
    weights = np.where(both, sizes[0], 0)
    others = int(sizes[1][both].sum())
    if weights.sum() < max(_LEAST, _COMPARED * lost.sum()) or others < _LEAST:
        return None
    for label, there in _values(parts, codes):
        yes, no = (_standardised(there, side, of_age, weights) for side in (lost, undecided))
        low, _ = wilson(yes, int(weights.sum()))
        _, high = wilson(no, others)
        if low < _RARE or high >= _FEW * low:
            continue
        text = f"{yes:.0%} of the lost leads have {label}, {no:.1%} of the undecided ones of their age"
        return Evidence("filled_late", PROOF if high < _FEWER * low else DOUBT, text)
    return None


def _standardised(there: Flags, among: Flags, of_age: Ints, weights: Ints) -> float:
    """The share of `among`, as if they had the ages that `weights` count."""
    shares = [float(there[among & (of_age == n)].mean()) if w else 0.0 for n, w in enumerate(weights)]
    return float(np.average(shares, weights=weights))


def then_and_now(parts: Parts, codes: Coded, ages: Floats, converted: Flags, days: int) -> Evidence | None:
    """A value that leads had, as it looks today, and that those who have just come do not have.

    Args:
        parts, codes: of the values of now.
        ages: days since each lead came.
        converted: what became of them.
        days: after which an outcome is known.
    """
    young = ages <= _YOUNG_DAYS
    old = ages >= days
    if young.sum() < _LEAST or old.sum() < _LEAST:
        return None
    old &= ages <= np.quantile(ages[old], 0.25)  # a form that has lost a field long ago is no leak
    base = float(converted[old].mean())
    for label, there in _values(parts, codes):
        then, now = float(there[old].mean()), float(there[young].mean())
        low, _ = wilson(then, int(old.sum()))
        _, high = wilson(now, int(young.sum()))
        if low < _RARE or high * _TIMES >= low or not (there & old).any():
            continue
        rate = float(converted[there & old].mean())
        if base / 2 < rate < base * 2:
            continue
        text = (
            f"{then:.0%} of the leads of {days} days and more have {label}, "
            f"{now:.1%} of those of the last {_YOUNG_DAYS} days"
        )
        return Evidence("then_and_now", DOUBT, text)
    return None


def runs_with_time(values: Floats, ages: Floats, decided: Flags) -> Evidence | None:
    """A number that grows with every day: today's is not the one of that moment."""
    there = ~np.isnan(values) & ~decided
    if there.sum() < _LEAST or len(np.unique(values[there])) < _LEAST // 3:
        return None
    found = float(stats.spearmanr(values[there], ages[there]).statistic)
    if not found >= _RUNS:
        return None
    text = f"it grows with every day that a lead is open (rank correlation with its age {found:.2f})"
    return Evidence("runs_with_time", PROOF, text)


def dated_by_outcome(days_after: Floats, of_converted: float, of_others: float) -> Evidence | None:
    """A day that is that of the outcome, or later.

    Args:
        days_after: days from the outcome of a converted lead to the day in its field, where it has both.
        of_converted, of_others: shares of leads that have a day.
    """
    if len(days_after) < _LEAST // 2:
        return None
    near = float((np.abs(days_after) <= _NEAR_DAYS).mean())
    later = float((days_after >= 0).mean())
    text = (
        f"of {len(days_after):,} converted leads that have a day, {near:.0%} have that of their outcome, "
        f"{later:.0%} a later one or the same"
    )
    if near >= _NEAR_SHARE:
        return Evidence("dated_by_outcome", PROOF, text)
    if later >= _LATER_SHARE and of_others < of_converted * _FEW:
        return Evidence("dated_by_outcome", DOUBT, text)
    return None


def logged_after(changed: Floats, reached: Floats) -> Evidence | None:
    """A value that was seen to come or change once the outcome was there.

    Args:
        changed: of converted leads, when a run first saw a change: days before now.
        reached: when each came to the outcome: days before now.
    """
    if len(changed) < _LEAST // 2:
        return None
    share = float((changed <= reached).mean())
    low, _ = wilson(share, len(changed))
    if low < 0.5:
        return None
    text = (
        f"of {len(changed):,} converted leads in which a run saw it change, {share:.0%} had converted by then"
    )
    return Evidence("logged_late", PROOF, text)


def later_than_logged(
    logged: Coded, later: Coded, count: int, converted: Ints, draws: figures.Draws
) -> Evidence | None:
    """What today's values say of the outcome, and what those that were logged before it had said.

    Args:
        logged, later: the part of each lead, undecided when it was logged, then and now.
        count: of the parts.
        converted: what became of it afterwards.
        draws: of these leads.
    """
    if min(converted.sum(), len(converted) - converted.sum()) < _LEAST // 2 or (logged == later).all():
        return None
    rates = _rates(later, count, converted)
    now, then = rates[later], rates[logged]
    low, _ = figures.interval(draws.aucs(now, converted) - draws.aucs(then, converted))
    if low <= _GAIN:
        return None
    before, after = figures.auc(then, converted), figures.auc(now, converted)
    turned = ", and says the opposite" if before < 0.5 else ""
    text = (
        f"as it was logged it has an AUC of {before:.2f}{turned}; "
        f"as it is filled in now, for the same {len(converted):,} leads, {after:.2f}"
    )
    return Evidence("later_than_logged", PROOF, text)


def _values(parts: Parts, codes: Coded) -> Iterator[tuple[str, Flags]]:
    """Any value, and each category or range, with who has it."""
    yield "a value", codes != 0
    for place, category in enumerate(parts.categories, 1):
        yield f'"{category}"', codes == place
    ranges = list(parts.rows())[1:] if parts.known.is_number else []
    for place, _, _, low, high in ranges:
        yield _range(low, high), codes == place


def _range(low: float | None, high: float | None) -> str:
    if low is None:
        return f"less than {high:g}" if high is not None else "a value"
    return f"{low:g} or more" if high is None else f"{low:g} to {high:g}"


def _logit(rate: float) -> float:
    kept = min(max(rate, 1e-6), 1 - 1e-6)
    return math.log(kept / (1 - kept))
