"""Fits and measures a model on examples: what it would have said of people whom it had not learned from, in months that
it had not seen.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from leadwright.learn import calibration, figures, folds, models, parts
from leadwright.learn.calibration import Calibration
from leadwright.learn.examples import Examples, Flags, Floats, Ints
from leadwright.learn.figures import Draws, Figure
from leadwright.learn.leaks import findings
from leadwright.learn.leaks.findings import Finding
from leadwright.learn.leaks.readings import Readings
from leadwright.learn.models import Kind, Model
from leadwright.learn.parts import Choice, Coded, Parts

_BAGS_OF_FOLDS = 4
_AGES = (7, 30, 60, 90, 180, 365)
"""Days up to which leads are of one age."""
_NEWEST = 0.5
"""The share of what was not tested on, the newest of it, that choices are made by."""


@dataclass
class Judged:
    """A model with what was measured of it; without one where there was nothing to learn from.

    Attributes:
        leaks: features that say, or may say, what became of a lead.
        model: made from all examples, those that tested included.
        calibration: made from all examples.
        read: made without the months that test.
        counts: how many examples each part of each feature had, in the order of the model's features.
        tested: the examples that only tested.
        scores: log-odds of all examples, by models that had not learned from their people or the months that test.
        fit_scores: the part of them that features of fit give.
    """

    choices: list[Choice] = field(default_factory=list)
    leaks: list[Finding] = field(default_factory=list)
    figures: list[Figure] = field(default_factory=list)
    tested: Flags = field(default_factory=lambda: np.zeros(0, dtype=bool))
    model: Model | None = None
    calibration: Calibration | None = None
    read: Calibration | None = None
    counts: list[list[int]] = field(default_factory=list)
    scores: Floats = field(default_factory=lambda: np.zeros(0))
    fit_scores: Floats = field(default_factory=lambda: np.zeros(0))


def counted(examples: Examples) -> Judged:
    """How much there is to learn from; no model yet."""
    tested = folds.tested(examples)
    conversions = examples.converted == 1
    leads = examples.leads
    found = [
        Figure("conversions", _distinct(leads[conversions])),
        Figure("decided_leads", _distinct(leads)),
        Figure("test_months", _distinct(examples.months[tested])),
        Figure("test_conversions", _distinct(leads[tested & conversions])),
        Figure("test_leads", _distinct(leads[tested])),
    ]
    return Judged(figures=found, tested=tested)


def judge(examples: Examples, judged: Judged, readings: Readings | None = None) -> None:
    """Fit and measure, into `judged`; without features that leak, where `readings` to find them by are given."""
    learned = ~judged.tested
    if not _can_be_learned(examples, learned):
        return
    judged.choices = parts.choose(examples, learned)
    if readings:
        judged.choices, judged.leaks = findings.find(examples, judged.choices, learned, readings)
    used = [choice.parts for choice in judged.choices if choice.parts]
    if not used:
        return
    codes = [each.code(examples) for each in used]
    groups = folds.groups(examples)
    said = {kind: _scores(kind, used, codes, examples, learned, groups) for kind in models.KINDS}
    scores = {kind: each for kind, (each, _) in said.items()}
    kind = _better(scores, examples, learned)
    judged.scores, judged.fit_scores = said[kind]
    chosen = judged.read = _calibrated(scores[kind], examples, judged)
    judged.figures += _of_ranking(scores, kind, examples, judged.tested, groups)
    judged.figures += _of_probabilities(chosen, scores[kind], examples, judged.tested)
    judged.model = models.fit(kind, used, codes, examples.converted, _numbered(groups))
    judged.counts = [np.bincount(c, minlength=p.count).tolist() for p, c in zip(used, codes, strict=True)]
    judged.figures.append(Figure("signs_against_rule", judged.model.against_sign()))
    recent = newest(examples, np.ones(len(examples), dtype=bool))
    judged.calibration = calibration.calibrate(
        chosen.method, scores[kind][recent], examples.converted[recent], examples.leads[recent]
    )


def _can_be_learned(examples: Examples, learned: Flags) -> bool:
    """Whether every fold of those who are learned from has both outcomes."""
    fold = folds.of_groups(folds.groups(examples))
    return bool(learned.any() and (~learned).any()) and all(
        len(np.unique(examples.converted[learned & (fold != n)])) == 2 for n in range(folds.FOLDS)
    )


def _scores(
    kind: Kind,
    used: Sequence[Parts],
    codes: Sequence[Coded],
    examples: Examples,
    learned: Flags,
    groups: np.ndarray[Any, Any],
) -> tuple[Floats, Floats]:
    """The log-odds, and the part that fit has in them."""
    fold, numbers = folds.of_groups(groups), _numbered(groups)
    found, of_fit = np.zeros(len(examples)), np.zeros(len(examples))
    for n in range(folds.FOLDS):
        others, own = learned & (fold != n), fold == n
        some = [c[others] for c in codes]
        model = models.fit(kind, used, some, examples.converted[others], numbers[others], _BAGS_OF_FOLDS)
        asked = [c[own] for c in codes]
        found[own], of_fit[own] = model.scores(asked), model.scores_of("fit", asked)
    return found, of_fit


def newest(examples: Examples, among: Flags) -> Flags:
    """The newest half of some examples, by months."""
    months = np.sort(examples.months[among])
    found: Flags = among & (examples.months >= months[int(len(months) * _NEWEST)])
    return found


def _better(scores: dict[Kind, Floats], examples: Examples, learned: Flags) -> Kind:
    """The kind that surprises least on the newest of what does not test."""
    recent = newest(examples, learned)

    def surprise(kind: Kind) -> float:
        return figures.log_loss(_probability(scores[kind][recent]), examples.converted[recent])

    return min(models.KINDS, key=surprise)


def _calibrated(scores: Floats, examples: Examples, judged: Judged) -> Calibration:
    """The way to read log-odds, made without the months that test, that surprises least on them."""
    recent, tested = newest(examples, ~judged.tested), judged.tested
    tried = [
        calibration.calibrate(m, scores[recent], examples.converted[recent], examples.leads[recent])
        for m in calibration.METHODS
    ]
    losses = [figures.log_loss(c.probabilities(scores[tested]), examples.converted[tested]) for c in tried]
    judged.figures += [Figure(f"log_loss_{c.method}", loss) for c, loss in zip(tried, losses, strict=True)]
    return tried[int(np.argmin(losses))]


def _of_ranking(
    scores: dict[Kind, Floats], kind: Kind, examples: Examples, tested: Flags, groups: np.ndarray[Any, Any]
) -> list[Figure]:
    """How well each tells leads apart: all of them, and those of one age, because that old ones seldom convert is
    easily known.
    """
    converted, draws = examples.converted[tested], Draws(groups[tested])
    leads, of_age = _distinct(examples.leads[tested]), ages(examples)[tested]
    ranked: dict[str, Floats] = {name: each[tested] for name, each in scores.items()}
    rules = examples.rule_scores[tested]
    if not np.isnan(rules).any():
        ranked["rules"] = rules
    found: list[Figure] = []
    for suffix, strata in (("", None), ("_same_age", of_age)):
        drawn = {name: draws.aucs(each, converted, strata) for name, each in ranked.items()}
        whole = {name: figures.auc(each, converted, strata) for name, each in ranked.items()}
        of = {n: Figure(f"auc_{n}{suffix}", whole[n], *figures.interval(drawn[n]), leads) for n in ranked}
        best = of[kind]
        found += [*of.values(), Figure(f"auc{suffix}", best.value, best.lower, best.upper, leads)]
        found.append(Figure(f"auc{suffix}_lower", best.lower or 0.0))
        if "rules" in ranked:
            low, high = figures.interval(drawn[kind] - drawn["rules"])
            found += [
                Figure(f"gain_over_rules{suffix}", whole[kind] - whole["rules"], low, high, leads),
                Figure(f"gain_over_rules{suffix}_lower", low),
                Figure(f"gain_over_rules{suffix}_upper", high),
            ]
    recent = newest(examples, ~tested)
    found.append(Figure("population_shift", figures.shift(scores[kind][recent], scores[kind][tested])))
    return found


def ages(examples: Examples) -> Ints:
    """A number for leads of about one age."""
    days = examples.values.get("days_since_created")
    if days is None:
        return np.zeros(len(examples), dtype=np.int64)
    return np.searchsorted(np.array(_AGES), days, side="left")


def _of_probabilities(read: Calibration, scores: Floats, examples: Examples, tested: Flags) -> list[Figure]:
    converted, probabilities = examples.converted[tested], read.probabilities(scores[tested])
    rate = float(converted.mean())
    loss = figures.log_loss(probabilities, converted)
    base = figures.log_loss(np.full(len(converted), rate), converted)
    error = figures.calibration_error(probabilities, converted)
    return [
        Figure("base_rate", rate),
        Figure("log_loss", loss),
        Figure("log_loss_base", base),
        Figure("log_loss_ratio", loss / base if base else math.inf),
        Figure("calibration_error", error),
        Figure("calibration_error_share", error / rate if rate else math.inf),
    ]


def _probability(scores: Floats) -> Floats:
    return 1 / (1 + np.exp(-scores))


def _numbered(groups: np.ndarray[Any, Any]) -> Ints:
    return np.unique(groups, return_inverse=True)[1]


def _distinct(values: np.ndarray[Any, Any]) -> int:
    return len(np.unique(values))
