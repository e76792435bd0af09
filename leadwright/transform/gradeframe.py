"""What a company's tables say of grades: the grid of bands, the shape that is aimed at, and the limits of scores."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from leadwright import warehouse
from leadwright.rules.bands import Grid, Wanted

_GRID = (
    "select fit_band, intent_band, stands_for from seeds.grades inner join seeds.grade_scale using (grade)"
)
_SHAPE = "select stands_for, least_share, most_share from seeds.grade_shape"
_LIMITS = "select dimension, min_points, max_points from seeds.score_dimensions where dimension in ('fit', 'intent')"


@dataclass(frozen=True, slots=True)
class Frame:
    """Grades, as the last build has them.

    Attributes:
        grid: of band of fit and band of intent, whether the grade is best, middle or worst.
        shape: which share of the leads each of these should have.
        limits: lowest and highest score of each dimension.
    """

    grid: Grid
    shape: Mapping[str, Wanted]
    limits: Mapping[str, tuple[float, float]]


def read(db: warehouse.Connection) -> Frame:
    """The grades in a warehouse that was built."""
    grid = {(fit, intent): kind for fit, intent, kind in db.execute(_GRID).fetchall()}
    shape = {kind: Wanted(float(least), float(most)) for kind, least, most in db.execute(_SHAPE).fetchall()}
    limits = {name: (float(low), float(high)) for name, low, high in db.execute(_LIMITS).fetchall()}
    return Frame(grid, shape, limits)
