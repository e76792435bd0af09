"""Whether the grades tell leads apart: how many each has, and whether the best ones convert more often."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from leadwright import warehouse
from leadwright.connectors.base import Finding
from leadwright.formatting import count
from leadwright.operate.unfitting import ENOUGH

_SHARES = warehouse.statement(__file__, "gradeshapes_shares")
_RATES = warehouse.statement(__file__, "gradeshapes_rates")

LEAST_LEADS = 30
"""Of fewer leads of a kind of grade whose outcome is known no rate is told."""

_FIX = (
    "`leadwright rules bands` works out limits for score_dimensions.csv that fit your leads; grade_shape.csv says "
    "which shares are aimed at, and which are told."
)


def findings(db: warehouse.Connection) -> Iterator[Finding]:
    """What is wrong with the grades as the last build left them; nothing before the first one."""
    if warehouse.columns(db, "seeds", "grade_shape") and warehouse.columns(db, "marts", "rpt_grade_totals"):
        rows = warehouse.rows(db, _SHARES)
        yield from (_of_share(row) for row in rows if row["all_count"] >= ENOUGH)
    if warehouse.columns(db, "marts", "rpt_score_bands"):
        yield from (_of_rates(row) for row in warehouse.rows(db, _RATES, {"least_leads": LEAST_LEADS}))


def _of_share(row: dict[str, Any]) -> Finding:
    return Finding(
        "grades",
        False,
        f"{count(row['lead_count'])} of {count(row['all_count'])} open leads are {row['grades']}: "
        f"{row['share']:.1%} ({row['lower_share']:.1%} to {row['upper_share']:.1%}), and {row['least_share']:.0%} to "
        f"{row['most_share']:.0%} is aimed at",
        _FIX,
    )


def _of_rates(row: dict[str, Any]) -> Finding:
    said = (
        f"of {count(row['best_count'])} leads that were {row['best_grades']} {row['best_rate']:.1%} became an SQL, of "
        f"{count(row['worst_count'])} that were {row['worst_grades']} {row['worst_rate']:.1%}: a difference of "
        f"{100 * row['lower_difference']:.1f} to {100 * row['upper_difference']:.1f} points"
    )
    if row["lower_difference"] > 0:
        return Finding("grades", True, said)
    return Finding(
        "grades",
        False,
        f"{row['best_grades']} converts no better than {row['worst_grades']}, as far as anybody can tell: {said}",
        "Look at rpt_score_rules for rules that hold for the wrong leads. `leadwright train` says whether your "
        "outcomes tell leads apart at all; docs/learning.md.",
    )
