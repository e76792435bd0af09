"""The parts that a feature is cut into: ranges of a number, categories of a text, and what is missing or was not seen.

A model says one number for each part and nothing else, which is why it can be written down as rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from leadwright.learn.examples import Examples, Flags, Ints, Known

MOST_PARTS = 31
_LEAST_LEADS = 20
"""Of how many leads a category must be: fewer would say what one person did, and name it."""
_LEAST_SHARE = 0.002

Coded = np.ndarray[Any, np.dtype[np.int16]]


@dataclass(frozen=True)
class Parts:
    """How the values of one feature are told apart.

    Part 0 is a missing value; of a number the ranges follow, the lowest first; of a text its categories, then others.

    Attributes:
        cuts: first numbers of all ranges but the lowest.
        categories: the texts that have a part of their own.
    """

    known: Known
    cuts: tuple[float, ...] = ()
    categories: tuple[str, ...] = ()

    @property
    def count(self) -> int:
        """How many parts there are."""
        return (len(self.cuts) if self.known.is_number else len(self.categories)) + 2

    @property
    def sign(self) -> int:
        """1 where more is better, -1 where it is worse, 0 where nobody knows."""
        return {"better": 1, "worse": -1}.get(self.known.more_is, 0)

    @property
    def order(self) -> list[int]:
        """The parts in the order of their numbers; without the missing one where it stands for no number."""
        ranges = list(range(1, self.count))
        if self.known.missing_is == "zero":
            return [0, *ranges]
        return [*ranges, 0] if self.known.missing_is == "never" else ranges

    def code(self, examples: Examples) -> Coded:
        """The part that each example is in."""
        name = self.known.name
        return self.code_of(examples.values[name], examples.words.get(name, ()))

    def code_of(self, values: np.ndarray[Any, Any], words: Sequence[str]) -> Coded:
        """The part that each value is in; of a text they are places in `words`."""
        if self.known.is_number:
            places = 1 + np.searchsorted(np.array(self.cuts), values, side="right")
            return np.where(np.isnan(values), 0, places).astype(np.int16)
        place = {text: 1 + n for n, text in enumerate(self.categories)}
        own = [place.get(word, self.count - 1) for word in words]
        found: Coded = np.array([*own, 0], dtype=np.int16)[values]
        return found

    def rows(self) -> Iterator[tuple[int, str, str | None, float | None, float | None]]:
        """Part, kind, category, first number and first number beyond it, of each part."""
        yield 0, "missing", None, None, None
        if self.known.is_number:
            ends = [None, *self.cuts, None]
            for place, (low, high) in enumerate(pairwise(ends), 1):
                yield place, "range", None, low, high
            return
        for place, text in enumerate(self.categories, 1):
            yield place, "category", text, None, None
        yield self.count - 1, "other", None, None, None


@dataclass(frozen=True, slots=True)
class Choice:
    """What was made of a feature: its parts, or why it is left out."""

    name: str
    reason: str
    filled: float
    parts: Parts | None = None


def choose(examples: Examples, learned: Flags) -> list[Choice]:
    """Cut every feature into parts, by the examples that are `learned` from; outcomes are not looked at."""
    _, leads = np.unique(examples.leads, return_inverse=True)
    return [_choice(examples, known, learned, leads) for known in examples.known]


def _choice(examples: Examples, known: Known, learned: Flags, leads: Ints) -> Choice:
    if not known.is_known:
        return Choice(known.name, "no_past", 0.0)
    values = examples.values[known.name][learned]
    there = ~np.isnan(values) if known.is_number else values >= 0
    filled = float(there.mean())
    if len(np.unique(leads[learned][there])) < _LEAST_LEADS or filled < _LEAST_SHARE:
        return Choice(known.name, "nearly_empty", filled)
    of_there = values[there]
    if known.is_number:
        parts = Parts(known, cuts=_cuts(of_there))
        told = bool(parts.cuts)
    else:
        parts = Parts(
            known, categories=_categories(examples.words[known.name], of_there, leads[learned][there])
        )
        told = len(parts.categories) > 1
        if not parts.categories and filled > 1 - _LEAST_SHARE:
            return Choice(known.name, "too_many_values", filled)
    if not told and filled > 1 - _LEAST_SHARE:
        return Choice(known.name, "same_for_all", filled)
    return Choice(known.name, "used", filled, parts)


def _cuts(numbers: np.ndarray[Any, Any]) -> tuple[float, ...]:
    """First numbers of ranges with about as many examples each, with two digits, as the warehouse has numbers."""
    distinct = np.unique(np.round(numbers, 2))
    if len(distinct) <= MOST_PARTS:
        return tuple(float(n) for n in distinct[1:])
    steps = np.quantile(numbers, np.linspace(0, 1, MOST_PARTS + 1)[1:-1], method="higher")
    return tuple(float(n) for n in np.unique(np.round(steps, 2)) if n > distinct[0])


def _categories(words: Sequence[str], texts: Ints, leads: Ints) -> tuple[str, ...]:
    """The texts that most leads have, if enough have them."""
    pairs = np.unique(np.stack([texts, leads]), axis=1)
    found, counts = np.unique(pairs[0], return_counts=True)
    order = np.argsort(-counts, kind="stable")[: MOST_PARTS - 1]
    return tuple(words[found[n]] for n in order if counts[n] >= _LEAST_LEADS)
