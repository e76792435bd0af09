"""What is measured of each: figures, bands, calls that a team has time for, and where it was wrong."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from leadwright.learn import figures
from leadwright.learn.backtest.scorers import SHARES, Scorer
from leadwright.learn.examples import Flags, Floats, Ints
from leadwright.learn.figures import Draws, Figure
from leadwright.learn.intervals import wilson

_TENTH = 0.1
_TENTHS = 10
_HALF = 0.5
_DAYS_OF_WEEK = 7
_ORDERS, _SEED = 50, 11
_BY_CHANCE = "chance"


@dataclass(frozen=True)
class HeldOut:
    """The examples that test, a place each."""

    leads: np.ndarray[Any, Any]
    groups: np.ndarray[Any, Any]
    months: np.ndarray[Any, Any]
    moments: np.ndarray[Any, Any]
    converted: Ints
    ages: Ints


@dataclass(frozen=True, slots=True)
class Band:
    """Leads that something puts together: by grade, by share of all, or by a tenth of the probabilities.

    Attributes:
        rate, lower, upper: None where nobody is in it.
        probability: the mean of what was said, of a tenth.
    """

    scorer: str
    kind: str
    place: int
    label: str
    leads: int
    converted: int
    rate: float | None
    lower: float | None
    upper: float | None
    probability: float | None = None


@dataclass(frozen=True, slots=True)
class Mistake:
    """A lead that stood high and did not convert, or that converted and stood low.

    Attributes:
        standing: the share of examples that stood lower, 0 to 1.
    """

    scorer: str
    kind: str
    lead_id: str
    moment: Any
    score: float
    standing: float


def of(scorer: Scorer, tested: HeldOut, draws: Draws) -> Iterator[Figure]:
    """AUC with intervals, lift, and how true its probabilities came."""
    leads = len(np.unique(tested.leads))
    for name, strata in (("auc", None), ("auc_same_age", tested.ages)):
        whole = figures.auc(scorer.scores, tested.converted, strata)
        drawn = draws.aucs(scorer.scores, tested.converted, strata)
        yield Figure(name, whole, *figures.interval(drawn), leads)
    yield _lift(scorer, tested)
    if scorer.probabilities is not None:
        said, rate = scorer.probabilities, tested.converted
        yield Figure("log_loss", figures.log_loss(said, rate), leads=leads)
        yield Figure("brier", float(((said - rate) ** 2).mean()), leads=leads)
        yield Figure("calibration_error", figures.calibration_error(said, rate), leads=leads)


def _lift(scorer: Scorer, tested: HeldOut) -> Figure:
    """How many times the rate of all the best tenth has; leads of one score share the last places."""
    weights = _share_in(scorer.scores, 0.0, _TENTH)
    rate, base = float(np.average(tested.converted, weights=weights)), float(tested.converted.mean())
    size = len(np.unique(tested.leads[weights > 0]))
    low, high = wilson(rate, size)
    times = 1 / base if base else 0.0
    return Figure("lift_top_tenth", rate * times, low * times, high * times, size)


def _share_in(scores: Floats, low: float, high: float) -> Floats:
    """How much of each example is in a band of the best: where many have one score, each is in it in part."""
    _, place, sizes = np.unique(-scores, return_inverse=True, return_counts=True)
    ends = np.cumsum(sizes) / len(scores)
    starts = ends - sizes / len(scores)
    inside = np.clip(np.minimum(ends, high) - np.maximum(starts, low), 0, None) / (sizes / len(scores))
    found: Floats = np.round(inside, 9)[place]
    return found


def bands(scorer: Scorer, tested: HeldOut, grades: Sequence[str]) -> Iterator[Band]:
    """Its grades, best first; the same shares for all; and tenths of its probabilities."""
    if scorer.grades is not None:
        for place, grade in enumerate(grades, 1):
            yield _band(scorer, tested, "grade", place, grade, (scorer.grades == grade).astype(np.float64))
    if np.ptp(scorer.scores) == 0:  # one score for all is no order
        return
    low = 0.0
    for place, (label, high) in enumerate(SHARES, 1):
        yield _band(scorer, tested, "share", place, label, _share_in(scorer.scores, low, high))
        low = high
    if scorer.probabilities is None:
        return
    order = np.argsort(scorer.probabilities, kind="stable")
    for place, some in enumerate(np.array_split(order, _TENTHS), 1):
        if len(some):
            inside = np.zeros(len(order))
            inside[some] = 1
            said = scorer.probabilities[some]
            label = f"{said.min():.1%} to {said.max():.1%}"
            found = _band(scorer, tested, "tenth", place, label, inside)
            yield replace(found, probability=float(said.mean()))


def _band(scorer: Scorer, tested: HeldOut, kind: str, place: int, label: str, weights: Floats) -> Band:
    """Rates are of examples; the interval and the counts take a lead for one, however many moments it is there at."""
    inside = weights > 0
    leads = len(np.unique(tested.leads[inside]))
    won = len(np.unique(tested.leads[inside & (tested.converted == 1)]))
    if not leads:
        return Band(scorer.name, kind, place, label, 0, 0, None, None, None)
    rate = float(np.average(tested.converted, weights=weights))
    low, high = wilson(rate, leads)
    return Band(scorer.name, kind, place, label, leads, won, rate, low, high)


def best_to_worst(found: Sequence[Band], kind: str) -> Figure | None:
    """How many times the rate of the worst band the best one has; None where no two bands, or no conversion there."""
    rates = [(band.rate, band.leads) for band in found if band.kind == kind and band.rate is not None]
    if len(rates) < 2 or not rates[-1][0]:
        return None
    return Figure(f"best_to_worst_{kind}", rates[0][0] / rates[-1][0], leads=rates[0][1] + rates[-1][1])


def calls(scorers: Sequence[Scorer], tested: HeldOut, per_week: int) -> dict[str, Figure]:
    """Of the leads that converted, how many would have been called before, by name of what orders them and by chance.

    Each month the best of those that nobody has called yet are called, as many as there is time for.
    """
    draw = np.random.default_rng(_SEED)
    whole = len(np.unique(tested.leads[tested.converted == 1]))
    found = {
        s.name: float(np.mean([_reached(_untied(s.scores, draw), tested, per_week) for _ in range(5)]))
        for s in scorers
    }
    chance = [_reached(draw.random(len(tested.leads)), tested, per_week) for _ in range(_ORDERS)]
    return {
        name: Figure("reached_by_calls", reached, leads=whole)
        for name, reached in {**found, _BY_CHANCE: float(np.mean(chance))}.items()
    }


def _untied(scores: Floats, draw: np.random.Generator) -> Floats:
    """Places in the order of the scores; those of one score in the order of a draw."""
    order = np.lexsort((draw.random(len(scores)), scores))
    places = np.empty(len(scores))
    places[order] = np.arange(len(scores))
    return places


def _reached(places: Floats, tested: HeldOut, per_week: int) -> int:
    called: set[str] = set()
    reached = 0
    months = np.unique(tested.months)
    for month in months:
        days = (month.astype("datetime64[M]") + 1).astype("datetime64[D]") - month.astype("datetime64[D]")
        left = round(per_week * days.astype(int) / _DAYS_OF_WEEK)
        inside = np.flatnonzero(tested.months == month)
        for n in inside[np.argsort(-places[inside])]:
            if not left:
                break
            if tested.leads[n] not in called:
                called.add(tested.leads[n])
                reached += int(tested.converted[n])
                left -= 1
    return reached


def mistakes(scorer: Scorer, tested: HeldOut, most: int) -> Iterator[Mistake]:
    """The leads that it had highest of those that never converted, and lowest of those that did.

    Only what stood in the upper half is a false alarm, and only what stood in the lower half is a missed winner.
    """
    won = np.isin(tested.leads, np.unique(tested.leads[tested.converted == 1]))
    standing = _standing(scorer.scores)
    if np.ptp(scorer.scores) == 0:
        return
    alarms, missed = ~won & (standing >= _HALF), (tested.converted == 1) & (standing < _HALF)
    for kind, inside, sign in (("false_alarm", alarms, -1), ("missed_winner", missed, 1)):
        yield from _furthest(scorer, tested, kind, inside, sign * standing, standing, most)


def _standing(scores: Floats) -> Floats:
    """The share of all scores that each is above."""
    ordered = np.sort(scores)
    return np.searchsorted(ordered, scores, side="left") / len(scores)


def _furthest(
    scorer: Scorer, tested: HeldOut, kind: str, inside: Flags, order: Floats, standing: Floats, most: int
) -> Iterator[Mistake]:
    told: set[str] = set()
    places = np.flatnonzero(inside)
    for n in places[np.argsort(order[places], kind="stable")]:
        lead = str(tested.leads[n])
        if lead in told:
            continue
        told.add(lead)
        moment = tested.moments[n].astype("datetime64[us]").item()
        yield Mistake(scorer.name, kind, lead, moment, float(scorer.scores[n]), float(standing[n]))
        if len(told) == most:
            return
