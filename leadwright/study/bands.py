"""Which grid of grades, with which bands, gives a company's leads the shape that a sales team can work with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from leadwright.rules import bands
from leadwright.rules.bands import BEST, MIDDLE, WORST, Grid, Heap, Wanted

BANDS = ("low", "medium", "high")
_MISS_WEIGHS = 4.0
"""What a share that is off by a quarter counts as much as: that grades tell everything of the scores, or nothing."""


def _grid(*rows: str) -> Grid:
    """A grid from a letter for each cell, a row for each band of fit, low bands first."""
    kinds = {"b": BEST, "m": MIDDLE, "w": WORST}
    return {
        (fit, intent): kinds[letter]
        for fit, row in zip(BANDS, rows, strict=True)
        for intent, letter in zip(BANDS, row, strict=True)
    }


_GRIDS: Mapping[str, Grid] = {
    "as_shipped": _grid("www", "wmm", "wmb"),
    "by_both": _grid("wwm", "wmb", "mbb"),
    "by_fit": _grid("www", "mmm", "bbb"),
    "by_intent": _grid("wmb", "wmb", "wmb"),
}


@dataclass(frozen=True, slots=True)
class Bands:
    """Where the bands begin, and which grid they make.

    Attributes:
        fit, intent: from which score each is medium, and high.
        grid: the name of the choice.
        shares: of the leads that get the best, the middle and the worst grade.
    """

    fit: tuple[int, int]
    intent: tuple[int, int]
    grid: str
    shares: tuple[float, float, float]

    def kind(self, fit_band: str, intent_band: str) -> str:
        """Whether a cell is `best`, `middle` or `worst`."""
        return _GRIDS[self.grid][fit_band, intent_band]


def find(cells: Sequence[tuple[int, int, int]], shape: Mapping[str, Wanted]) -> Bands | None:
    """The bands and the grid that come closest to `shape`, and of these those that put the best leads highest.

    Args:
        cells: score of fit, score of intent, and how many leads have both.
        shape: which share of the leads the best, the middle and the worst grade should have.

    Returns:
        None where all leads have one score.
    """
    if len({cell[:2] for cell in cells}) < 2:
        return None
    alike = [side for side in (0, 1) if len({cell[side] for cell in cells}) == 1]
    if alike:  # a score that all leads share tells nothing: no band of it is reached, and the other one makes the grade
        beyond = cells[0][alike[0]] + 1, cells[0][alike[0]] + 2
        return _best(cells, shape, ["by_intent" if alike == [0] else "by_fit"], {alike[0]: beyond})
    return _best(cells, shape, list(_GRIDS), {})


def _best(
    cells: Sequence[tuple[int, int, int]],
    shape: Mapping[str, Wanted],
    names: Sequence[str],
    fixed: Mapping[int, tuple[int, int]],
) -> Bands:
    """The best of some grids; `fixed` has the bands of a dimension (0 is fit) that are not chosen."""
    heaps = [Heap(fit, intent, leads, float((fit + intent) * leads)) for fit, intent, leads in cells]
    tried: list[tuple[float, Bands]] = []
    for name in names:
        grid = _GRIDS[name]
        if chosen := bands.choose(heaps, grid, shape):
            shares = (chosen.shares[BEST], chosen.shares[MIDDLE], chosen.shares[WORST])
            miss = sum(wanted.miss(chosen.shares[kind]) for kind, wanted in shape.items())
            worth = _told(cells, chosen, grid) - _MISS_WEIGHS * miss
            fit, intent = fixed.get(0, chosen.fit), fixed.get(1, chosen.intent)
            tried.append((round(worth, 9), Bands(fit, intent, name, shares)))
    return max(tried, key=lambda each: each[0])[1]


def _told(cells: Sequence[tuple[int, int, int]], chosen: bands.Bands, grid: Grid) -> float:
    """The share of the spread of all scores that grades tell apart, 0 to 1."""
    whole = sum(leads for *_, leads in cells)
    mean = sum((fit + intent) * leads for fit, intent, leads in cells) / whole
    spread = sum(leads * (fit + intent - mean) ** 2 for fit, intent, leads in cells)
    counts, totals = dict.fromkeys((BEST, MIDDLE, WORST), 0), dict.fromkeys((BEST, MIDDLE, WORST), 0.0)
    for fit, intent, leads in cells:
        kind = chosen.kind(fit, intent, grid)
        counts[kind] += leads
        totals[kind] += (fit + intent) * leads
    told = sum(n * (totals[kind] / n - mean) ** 2 for kind, n in counts.items() if n)
    return told / spread if spread else 0.0
