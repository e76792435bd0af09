"""How the sum of a model's rows becomes a score and a grade, and how well these grades would have done.

What is found is written down with the model and stays: a lead's grade moves by what the lead does, not by who arrived.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from leadwright import warehouse
from leadwright.learn.examples import Examples, Flags, Floats, Ints
from leadwright.learn.figures import Figure
from leadwright.learn.intervals import wilson
from leadwright.learn.noting import POINTS
from leadwright.rules import bands
from leadwright.rules.bands import BEST, WORST, Bands, Grid, Heap
from leadwright.settings import Settings
from leadwright.transform import gradeframe
from leadwright.transform.gradeframe import Frame

_SHARES = (
    "select measure, number, lead_count, all_count from intermediate.int_learning__undecided_shares "
    "where model_id = $model_id"
)
_LEADS = warehouse.statement(__file__, "grading_leads")

_TAILS = (0.01, 0.99)
"""The leads between these quantiles differ in points; those beyond them stand at the limits."""
_DIGITS = 4
_Z = 1.96


@dataclass(frozen=True, slots=True)
class Scale:
    """How points of a model's rows become a score.

    Attributes:
        share: what they are multiplied with, the same in both dimensions, so that a point is worth the same.
        starts: points that the sum of a dimension begins with.
        limits: lowest and highest score.
    """

    share: float
    starts: Mapping[str, float]
    limits: Mapping[str, tuple[float, float]]

    def scores(self, points: Floats, dimension: str) -> Ints:
        """Whole points of a dimension, within its limits."""
        low, high = self.limits[dimension]
        found: Ints = np.clip(np.round(self.starts[dimension] + self.share * points), low, high).astype(
            np.int64
        )
        return found


def rows(model_id: str, settings: Settings) -> list[dict[str, Any]]:
    """The rows of `ops.score_model_bands` for a model, made from what it says of the leads that are undecided now."""
    with warehouse.writer(settings.warehouse_file, settings.lock_wait_seconds) as db:
        asked = gradeframe.read(db)
        found = db.execute(_LEADS, {"model_id": model_id}).fetchnumpy()
    points = {name: np.asarray(found[f"{name}_points"], dtype=np.float64) for name in asked.limits}
    out = np.asarray(np.ma.getdata(found["is_disqualified"])).astype(bool)
    if out.all():
        return []
    scale = scaled({name: each[~out] for name, each in points.items()}, asked.limits)
    scores = {name: scale.scores(each, name) for name, each in points.items()}
    chosen = bands.choose(
        list(_heaps(scores, np.asarray(found["probability"], dtype=np.float64), out)), asked.grid, asked.shape
    )
    if chosen is None:
        return []
    return [
        {
            "dimension": name,
            "points_share": scale.share,
            "start_points": scale.starts[name],
            "medium_from": begins[0],
            "high_from": begins[1],
            "lead_count": len(out),
        }
        for name, begins in (("fit", chosen.fit), ("intent", chosen.intent))
    ]


def shares(model_id: str, settings: Settings) -> list[dict[str, Any]]:
    """The rows of `ops.score_model_shares` for a model: the undecided leads as they are now."""
    with warehouse.writer(settings.warehouse_file, settings.lock_wait_seconds) as db:
        return warehouse.rows(db, _SHARES, {"model_id": model_id})


def scaled(points: Mapping[str, Floats], limits: Mapping[str, tuple[float, float]]) -> Scale:
    """The scale by which the leads with these points differ within the limits."""
    ends = {name: np.quantile(each, _TAILS) for name, each in points.items()}
    shares = [
        (limits[name][1] - limits[name][0]) / float(high - low)
        for name, (low, high) in ends.items()
        if high > low
    ]
    share = math.floor(min([1.0, *shares]) * 10**_DIGITS) / 10**_DIGITS
    starts = {name: round(limits[name][0] - share * float(low), 2) for name, (low, _) in ends.items()}
    return Scale(share, starts, limits)


def measured(
    examples: Examples, tested: Flags, recent: Flags, odds: Mapping[str, Floats], asked: Frame
) -> list[Figure]:
    """What grades would have been in the months that only test, and what became of them: by bands made without these.

    Args:
        examples: all of them.
        tested, recent: those that only test, and those that bands are made from.
        odds: log-odds of fit and of intent, by models that had not learned from these people.
        asked: what the company wants of grades.
    """
    points = {name: each * POINTS for name, each in odds.items()}
    scale = scaled({name: each[recent] for name, each in points.items()}, asked.limits)
    scores = {name: scale.scores(each, name) for name, each in points.items()}
    worth = 1 / (1 + np.exp(-(odds["fit"] + odds["intent"])))
    nobody = np.zeros(int(recent.sum()), dtype=bool)
    heaps = list(_heaps({name: each[recent] for name, each in scores.items()}, worth[recent], nobody))
    chosen = bands.choose(heaps, asked.grid, asked.shape)
    if chosen is None:
        return []
    kinds = _kinds(chosen, scores, tested, asked.grid)
    return list(_by_kind(kinds, examples.converted[tested], examples.leads[tested]))


def _heaps(scores: Mapping[str, Ints], worth: Floats, out: Flags) -> Iterator[Heap]:
    counts: Counter[tuple[int | None, int]] = Counter()
    sums: dict[tuple[int | None, int], float] = {}
    for fit, intent, each, is_out in zip(scores["fit"], scores["intent"], worth, out, strict=True):
        place = (None if is_out else int(fit), int(intent))
        counts[place] += 1
        sums[place] = sums.get(place, 0.0) + float(each)
    for (fit, intent), number in counts.items():
        yield Heap(fit, intent, number, sums[fit, intent])


def _kinds(chosen: Bands, scores: Mapping[str, Ints], some: Flags, grid: Grid) -> np.ndarray[Any, Any]:
    pairs = zip(scores["fit"][some], scores["intent"][some], strict=True)
    return np.array([chosen.kind(int(fit), int(intent), grid) for fit, intent in pairs])


def _by_kind(kinds: np.ndarray[Any, Any], converted: Ints, leads: np.ndarray[Any, Any]) -> Iterator[Figure]:
    """Share and rate of each kind of grade, and how many times as often the best converts as the worst."""
    rates: dict[str, tuple[float, int]] = {}
    for kind in (bands.BEST, bands.MIDDLE, bands.WORST):
        inside = kinds == kind
        size = len(np.unique(leads[inside]))
        yield Figure(f"share_{kind}", float(inside.mean()), leads=size)
        if size:
            rate = float(converted[inside].mean())
            rates[kind] = rate, size
            yield Figure(f"rate_{kind}", rate, *wilson(rate, size), size)
    if BEST in rates and WORST in rates:
        yield from _ratio(rates[BEST], rates[WORST])


def _ratio(best: tuple[float, int], worst: tuple[float, int]) -> Iterator[Figure]:
    """Their ratio with Katz' interval (Biometrics 34, 1978); half a lead is added where none converted."""
    (best_rate, best_size), (worst_rate, worst_size) = best, worst
    won, lost = best_rate * best_size, worst_rate * worst_size
    if not won or not lost:
        won, lost, best_size, worst_size = won + 0.5, lost + 0.5, best_size + 1, worst_size + 1
    ratio = (won / best_size) / (lost / worst_size)
    spread = _Z * math.sqrt(max(1 / won - 1 / best_size + 1 / lost - 1 / worst_size, 0.0))
    yield Figure(
        "best_to_worst", ratio, ratio * math.exp(-spread), ratio * math.exp(spread), best_size + worst_size
    )
    yield Figure("best_to_worst_lower", ratio * math.exp(-spread))


def parts(scores: Floats, fit: Floats) -> Mapping[str, Floats]:
    """Log-odds by dimension; where the sum starts counts for intent, which moves all leads alike."""
    return {"fit": fit, "intent": scores - fit}
