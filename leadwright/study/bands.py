"""Where fit and intent are high, medium and low, so that grades have the shape that a sales team can work with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

HOT, WARM = (0.15, 0.25), (0.50, 0.65)
"""The shares of leads that the best and the middle grade should have."""
BANDS = ("low", "medium", "high")
_MOST_CUTS = 10
_SHAPE_WEIGHS = 4.0

# The grid of each choice: grade (2 best, 1 middle, 0 worst) by band of fit (row) and of intent (column), low first.
_GRIDS: Mapping[str, tuple[tuple[int, int, int], ...]] = {
    "as_shipped": ((0, 0, 0), (0, 1, 1), (0, 1, 2)),
    "by_both": ((0, 0, 1), (0, 1, 2), (1, 2, 2)),
    "by_fit": ((0, 0, 0), (1, 1, 1), (2, 2, 2)),
    "by_intent": ((0, 1, 2), (0, 1, 2), (0, 1, 2)),
}


@dataclass(frozen=True, slots=True)
class Bands:
    """Where the bands begin, and which grid they make.

    Attributes:
        fit, intent: from which score each is medium, and high.
        grid: the name of the choice.
        shares: of the leads that are worst, middle and best.
    """

    fit: tuple[int, int]
    intent: tuple[int, int]
    grid: str
    shares: tuple[float, float, float]

    def grade(self, fit_band: str, intent_band: str) -> int:
        """The grade of a cell: 2 best, 1 middle, 0 worst."""
        return _GRIDS[self.grid][BANDS.index(fit_band)][BANDS.index(intent_band)]


def find(cells: Sequence[tuple[int, int, int]]) -> Bands | None:
    """The bands that come closest to the shape, and of these those that put the best leads highest.

    Args:
        cells: score of fit, score of intent, and how many leads have both.

    Returns:
        None where all leads have one score.
    """
    whole = sum(n for *_, n in cells)
    if not whole or len({(f, i) for f, i, _ in cells}) < 2:
        return None
    fits, intents = (list(_cuts([(cell[side], cell[2]) for cell in cells])) for side in (0, 1))
    mean = sum((f + i) * n for f, i, n in cells) / whole
    best: tuple[float, Bands] | None = None
    for fit in fits:
        for intent in intents:
            table = _bands_of(cells, fit, intent)
            for name, grid in _GRIDS.items():
                found = _tried(table, grid, mean, whole)
                if best is None or found[0] > best[0] + 1e-9:
                    best = (found[0], Bands(fit, intent, name, found[1]))
    return best[1] if best else None


def _cuts(scores: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Pairs of scores at which bands could begin: those that cut leads into tenths, as far as they differ."""
    counts: dict[int, int] = {}
    for score, n in scores:
        counts[score] = counts.get(score, 0) + n
    whole, so_far = sum(counts.values()), 0
    found: list[int] = []
    places = iter(sorted(counts))
    next(places)  # the lowest score is low
    so_far = counts[min(counts)]
    for score in places:
        if not found or so_far / whole >= len(found) / _MOST_CUTS or len(counts) <= _MOST_CUTS:
            found.append(score)
        so_far += counts[score]
    if len(found) > 1:
        yield from combinations(found, 2)
    else:
        first = found[0] if found else max(counts) + 1
        yield first, first + 1


def _bands_of(
    cells: Sequence[tuple[int, int, int]], fit: tuple[int, int], intent: tuple[int, int]
) -> list[list[tuple[int, int, int]]]:
    """For each cell of the grid how many leads are in it, the sum of their scores, and that of the squares."""
    table = [[(0, 0, 0)] * 3 for _ in range(3)]
    for f, i, n in cells:
        row, column = (f >= fit[0]) + (f >= fit[1]), (i >= intent[0]) + (i >= intent[1])
        count, total, squares = table[row][column]
        table[row][column] = (count + n, total + (f + i) * n, squares + (f + i) ** 2 * n)
    return table


def _tried(
    table: Sequence[Sequence[tuple[int, int, int]]],
    grid: tuple[tuple[int, int, int], ...],
    mean: float,
    whole: int,
) -> tuple[float, tuple[float, float, float]]:
    """How good a choice is: the share of the spread of scores that grades tell apart, less what the shape is off."""
    counts, totals, squares = [0, 0, 0], [0, 0, 0], 0
    for row, grades in zip(table, grid, strict=True):
        for (count, total, square), grade in zip(row, grades, strict=True):
            counts[grade] += count
            totals[grade] += total
            squares += square
    spread = squares - whole * mean**2
    told = sum(n * (t / n - mean) ** 2 for n, t in zip(counts, totals, strict=True) if n)
    shares = (counts[0] / whole, counts[1] / whole, counts[2] / whole)
    off = _off(shares[2], HOT) + _off(shares[1], WARM) / 2
    return (told / spread if spread else 0.0) - _SHAPE_WEIGHS * off, shares


def _off(share: float, wanted: tuple[float, float]) -> float:
    return max(wanted[0] - share, share - wanted[1], 0.0)
