"""The interval of a rate. Needs nothing that is not always installed, so that a study can use it, too."""

from __future__ import annotations

from math import sqrt

_Z = 1.96


def wilson(rate: float, size: int) -> tuple[float, float]:
    """The interval of 95% of a rate among so many, after Wilson (1927); 0 to 1 where there are none."""
    if size <= 0:
        return 0.0, 1.0
    middle = rate + _Z**2 / (2 * size)
    half = _Z * sqrt(rate * (1 - rate) / size + _Z**2 / (4 * size**2))
    whole = 1 + _Z**2 / size
    return max(0.0, (middle - half) / whole), min(1.0, (middle + half) / whole)
