"""Looks at every feature whose past no event dates, and says which of them a model must not learn from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from leadwright.learn import figures, folds, models
from leadwright.learn.examples import Examples, Flags, Floats, Ints
from leadwright.learn.leaks import signs, words
from leadwright.learn.leaks.evidence import Evidence, Verdict, verdict
from leadwright.learn.leaks.readings import Change, Now, Readings
from leadwright.learn.parts import Choice, Coded, Parts

_LEAST_LEADS = 20
"""Of how many leads a value must be to be looked at as a word, and quoted."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A feature that may leak, why, and whether it is left out; it is not where a person says that it may be used."""

    feature: str
    verdict: Verdict
    evidence: Sequence[Evidence]
    is_left_out: bool


def find(
    examples: Examples, choices: Sequence[Choice], learned: Flags, readings: Readings
) -> tuple[list[Choice], list[Finding]]:
    """The choices without those that leak, and what was found.

    Args:
        examples: leads at moments.
        choices: what was made of each feature.
        learned: the examples that are learned from: the others only test, and are not looked at.
        readings: what is known besides.
    """
    used = {c.name: c.parts for c in choices if c.parts}
    leads = _Leads.of(examples, learned)
    codes = {name: parts.code(examples)[leads.places] for name, parts in used.items()}
    looked_at = [n for n in used if n in readings.looked_at and readings.answers.get(n) != "no"]
    measured = {name: signs.strength(codes[name], used[name].count, leads.converted) for name in looked_at}
    found = {
        name: [*_of_feature(used[name], codes[name], measured[name], leads, examples, readings)]
        for name in looked_at
    }
    for name in looked_at:
        if verdict(found[name]) == "clean" and signs.is_strong(measured[name]):
            others = [n for n in used if n != name and verdict(found.get(n, ())) == "clean"]
            rest = _together([used[n] for n in others], [codes[n] for n in others], leads)
            found[name] += [e for e in (signs.too_good(measured[name], rest),) if e]
    kept = [_finding(name, evidence, readings.answers) for name, evidence in found.items()]
    findings = [each for each in kept if each.verdict != "clean"]
    left_out = {each.feature: each.verdict for each in findings if each.is_left_out}
    return [_without(choice, left_out, readings.answers) for choice in choices], findings


def _finding(name: str, evidence: Sequence[Evidence], answers: Mapping[str, str]) -> Finding:
    ordered = sorted(evidence, key=lambda e: -e.weight)
    return Finding(name, verdict(evidence), ordered, answers.get(name) != "yes")


def _without(choice: Choice, left_out: Mapping[str, Verdict], answers: Mapping[str, str]) -> Choice:
    if choice.parts and answers.get(choice.name) == "no":
        return replace(choice, reason="declined", parts=None)
    if choice.parts and choice.name in left_out:
        return replace(choice, reason="leak" if left_out[choice.name] == "leak" else "asked", parts=None)
    return choice


@dataclass(frozen=True, slots=True)
class _Leads:
    """The leads that are learned from, by the newest example of each.

    Attributes:
        places: of these examples.
        converted: whether any example of the lead did.
        groups: a number for each account.
    """

    places: Ints
    converted: Ints
    groups: Ints

    @classmethod
    def of(cls, examples: Examples, learned: Flags) -> _Leads:
        among = np.flatnonzero(learned)
        _, leads = np.unique(examples.leads[among], return_inverse=True)
        order = np.lexsort((examples.moments[among], leads))
        ordered = leads[order]
        starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])
        places = among[order[np.r_[starts[1:], len(order)] - 1]]
        converted = np.maximum.reduceat(examples.converted[among][order], starts)
        groups = np.unique(folds.groups(examples)[places], return_inverse=True)[1]
        return cls(places, converted, groups)


def _of_feature(
    parts: Parts,
    codes: Coded,
    strength: signs.Strength,
    leads: _Leads,
    examples: Examples,
    readings: Readings,
) -> Iterator[Evidence]:
    if found := signs.too_good(strength):
        yield found
    if found := signs.too_sure(parts, codes, leads.converted):
        yield found
    if strength.lower >= signs.TELLS:
        yield from _of_words(parts, leads, examples, readings)
    if readings.now and parts.known.name in readings.now.values:
        yield from _of_now(parts, examples, readings)


def _of_words(parts: Parts, leads: _Leads, examples: Examples, readings: Readings) -> Iterator[Evidence]:
    """What a field is called and what stands in it; a feature of ours has a name that we gave it."""
    name = parts.known.name
    if name not in readings.names:
        return
    if found := words.of_name(readings.names[name], readings.vocabulary):
        yield found
    if parts.known.is_number:
        return
    places, counts = np.unique(examples.values[name][leads.places], return_counts=True)
    said = {
        examples.words[name][place]: int(count)
        for place, count in zip(places, counts, strict=True)
        if place >= 0 and count >= _LEAST_LEADS
    }
    if found := words.of_values(said, readings.vocabulary):
        yield found


def _of_now(parts: Parts, examples: Examples, readings: Readings) -> Iterator[Evidence]:
    now, name = readings.now, parts.known.name
    if now is None:
        return
    values = now.values[name]
    codes = parts.code_of(values, examples.words.get(name, ()))
    days = examples.outcome.horizon_days
    found = [
        signs.filled_by_decision(
            parts, codes, now.decided & ~now.converted, ~now.decided, now.ages, now.systems
        ),
        signs.then_and_now(parts, codes, now.ages, now.converted, days),
    ]
    if name in readings.dates:
        found.append(_dated(values, now))
    elif parts.known.is_number:
        found.append(signs.runs_with_time(values, now.ages, now.decided))
    change = now.changes.get(name)
    if change is not None and name not in readings.dates:
        found += _logged(parts, codes, change, examples, now)
    yield from (each for each in found if each)


def _dated(values: Floats, now: Now) -> Evidence | None:
    there = ~np.isnan(values)
    both = there & ~np.isnan(now.reached)
    shares = [float(there[side].mean()) if side.any() else 0.0 for side in (now.converted, ~now.converted)]
    return signs.dated_by_outcome(now.reached[both] - values[both], *shares)


def _logged(
    parts: Parts, codes: Coded, change: Change, examples: Examples, now: Now
) -> Iterator[Evidence | None]:
    reached = now.reached[change.places]
    known = ~np.isnan(reached)
    yield signs.logged_after(change.days[known], reached[known])
    logged = codes.copy()
    logged[change.places] = parts.code_of(change.before, examples.words.get(parts.known.name, ()))
    # undecided when they were first seen, and what became of them is known
    open_then = (now.watched > 0) & ~(now.reached >= now.watched) & (~now.converted | ~np.isnan(now.reached))
    inside = open_then & (now.converted | (now.watched >= examples.outcome.horizon_days))
    if inside.any():
        draws = figures.Draws(np.flatnonzero(inside))
        yield signs.later_than_logged(
            logged[inside], codes[inside], parts.count, now.converted[inside].astype(np.int64), draws
        )


def _together(parts: Sequence[Parts], codes: Sequence[Coded], leads: _Leads) -> float:
    """The AUC of some features together, for leads that were not learned from."""
    if not parts:
        return 0.5
    fold = leads.groups % folds.FOLDS
    scores = np.zeros(len(leads.places))
    for n in range(folds.FOLDS):
        others = fold != n
        if len(np.unique(leads.converted[others])) < 2:
            return 0.5
        model = models.fit(
            "logistic", parts, [c[others] for c in codes], leads.converted[others], leads.groups[others]
        )
        scores[~others] = model.scores([c[~others] for c in codes])
    return figures.auc(scores, leads.converted)
