"""Works out from which scores on a band begins, so that the grades get the shape that a company wants.

What is worked out is written down and stays: nobody's grade moves because other leads arrived.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

BEST, MIDDLE, WORST = "best", "middle", "worst"

_BANDS = ("low", "medium", "high")
_EDGES = 20
"""Scores of a dimension that a band may begin with: more hardly change the shares, and all pairs of pairs are tried."""
_MARGIN = 0.2
"""The part of a wanted range that is left free at each end: leads that come later move the shares a little."""

Grid = Mapping[tuple[str, str], str]
"""Band of fit and band of intent -> best, middle or worst."""


@dataclass(frozen=True, slots=True)
class Heap:
    """Leads of one score.

    Attributes:
        fit, intent: whole points; of a disqualified lead `fit` is None, because its band is low whatever it has.
        worth: sum of what the leads are worth: probabilities, where there are some, or anything that more of is better.
    """

    fit: int | None
    intent: int
    leads: int
    worth: float


@dataclass(frozen=True, slots=True)
class Wanted:
    """Shares of all leads that a kind of grade should have."""

    least: float
    most: float

    def miss(self, share: float, margin: float = 0.0) -> float:
        """How far a share is outside, with a margin at each end."""
        inner = (self.most - self.least) * margin
        return max(0.0, self.least + inner - share, share - (self.most - inner))


@dataclass(frozen=True, slots=True)
class Bands:
    """From which scores on a band begins, and what share of the leads each kind of grade gets by that.

    Attributes:
        fit, intent: first score of the medium band, and of the high one.
    """

    fit: tuple[int, int]
    intent: tuple[int, int]
    shares: Mapping[str, float]

    def fits(self, shape: Mapping[str, Wanted]) -> bool:
        """Whether the shares are as wanted."""
        return all(wanted.miss(self.shares.get(kind, 0.0)) < 1e-9 for kind, wanted in shape.items())

    def kind(self, fit: int | None, intent: int, grid: Grid) -> str:
        """The kind of grade that a lead of these scores gets."""
        return grid[_band(fit, self.fit), _band(intent, self.intent)]


def choose(heaps: Sequence[Heap], grid: Grid, shape: Mapping[str, Wanted]) -> Bands | None:
    """The bands whose shares come nearest to `shape`; of several, those whose best and worst leads differ most.

    None where there is no lead. Every lead has a grade whatever the bands are.
    """
    total = sum(heap.leads for heap in heaps)
    if not total:
        return None
    fits = _edges([(h.fit, h.leads) for h in heaps if h.fit is not None])
    intents = _edges([(h.intent, h.leads) for h in heaps])
    sums = _Sums(heaps, fits, intents)
    found = min(
        ((_badness(counts, total, shape), fit, intent, counts) for fit, intent, counts in sums.by_kind(grid)),
        key=lambda each: each[:3],
    )
    _, fit, intent, counts = found
    shares = {kind: counts.get(kind, (0, 0.0))[0] / total for kind in (BEST, MIDDLE, WORST)}
    return Bands(fit, intent, shares)


def _badness(
    counts: Mapping[str, tuple[int, float]], total: int, shape: Mapping[str, Wanted]
) -> tuple[float, float]:
    """How far the shares are from what is wanted, then how little best and worst leads differ."""
    missed = sum(
        wanted.miss(counts.get(kind, (0, 0.0))[0] / total, _MARGIN) for kind, wanted in shape.items()
    )
    best, worst = counts.get(BEST, (0, 0.0)), counts.get(WORST, (0, 0.0))
    apart = best[1] / best[0] - worst[1] / worst[0] if best[0] and worst[0] else 0.0
    return round(missed, 6), -round(apart, 9)


def _edges(scores: Iterable[tuple[int, int]]) -> list[int]:
    """Scores that a band may begin with: as many leads between each two, one below all, and one that nobody reaches."""
    counts: dict[int, int] = {}
    for score, leads in scores:
        counts[score] = counts.get(score, 0) + leads
    distinct = sorted(counts)
    if not distinct:
        return [0]
    whole = sum(counts.values())
    reached = accumulate(counts[score] for score in distinct)
    places = {
        int(_EDGES * below / whole): score for below, score in zip((0, *reached), distinct, strict=False)
    }
    return sorted({distinct[0] - 1, distinct[0], *places.values(), distinct[-1] + 1})


class _Sums:
    """Leads and worth above any pair of edges, so that each try takes the same few sums."""

    def __init__(self, heaps: Sequence[Heap], fits: Sequence[int], intents: Sequence[int]) -> None:
        self._fits, self._intents = fits, intents
        # the first place is for those who are below every edge
        self._leads = [[0.0] * (len(intents) + 2) for _ in range(len(fits) + 2)]
        self._worth = [[0.0] * (len(intents) + 2) for _ in range(len(fits) + 2)]
        for heap in heaps:
            row = 0 if heap.fit is None else sum(edge <= heap.fit for edge in fits)
            column = sum(edge <= heap.intent for edge in intents)
            self._leads[row][column] += heap.leads
            self._worth[row][column] += heap.worth
        for table in (self._leads, self._worth):
            for row in range(len(fits), -1, -1):
                for column in range(len(intents), -1, -1):
                    table[row][column] += (
                        table[row + 1][column] + table[row][column + 1] - table[row + 1][column + 1]
                    )

    def by_kind(
        self, grid: Grid
    ) -> Iterator[tuple[tuple[int, int], tuple[int, int], dict[str, tuple[int, float]]]]:
        """Every choice of bands, with the leads and the worth of each kind of grade."""
        for fit_places in _pairs(len(self._fits)):
            for intent_places in _pairs(len(self._intents)):
                rows, columns = (
                    (0, *fit_places, len(self._fits) + 1),
                    (0, *intent_places, len(self._intents) + 1),
                )
                found: dict[str, tuple[int, float]] = {}
                for n, fit_band in enumerate(_BANDS):
                    for m, intent_band in enumerate(_BANDS):
                        kind = grid[fit_band, intent_band]
                        corners = rows[n], rows[n + 1], columns[m], columns[m + 1]
                        leads, worth = found.get(kind, (0, 0.0))
                        found[kind] = (
                            leads + round(_between(self._leads, *corners)),
                            worth + _between(self._worth, *corners),
                        )
                yield self._begin(self._fits, fit_places), self._begin(self._intents, intent_places), found

    @staticmethod
    def _begin(edges: Sequence[int], places: tuple[int, int]) -> tuple[int, int]:
        return edges[places[0] - 1], edges[places[1] - 1]


def _pairs(edges: int) -> Iterator[tuple[int, int]]:
    """Where a medium and a high band may begin, the high one later; the same place only where there is but one."""
    if edges == 1:
        yield 1, 1
    for low in range(1, edges + 1):
        for high in range(low + 1, edges + 1):
            yield low, high


def _between(table: Sequence[Sequence[float]], top: int, bottom: int, left: int, right: int) -> float:
    return table[top][left] - table[bottom][left] - table[top][right] + table[bottom][right]


def _band(score: int | None, begins: tuple[int, int]) -> str:
    if score is None or score < begins[0]:
        return "low"
    return "high" if score >= begins[1] else "medium"
