"""What `leadwright rules diff` prints of the changed rows, where they were tried alone and where they were not."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from leadwright.cli.rules import _cells, _show
from leadwright.rules.within import needed_faults

NOT_TRIED = "none was tried alone"
TOGETHER = "only several rows together"


def _found(moves: int | None, otherwise: int | None) -> dict[str, Any]:
    sides = {side: {"name": side, "borrowed": []} for side in ("before", "after")}
    row = {
        "file": "score_rules.csv",
        "row": "demo_requested",
        "before": {"points": "32"},
        "after": {"points": "35"},
    }
    return {
        **sides,
        "leads": 40,
        "as_of": datetime(2026, 6, 30, 12, tzinfo=UTC),
        "rows": [{**row, "moves": moves, "owner_moves": None}],
        "moved_otherwise": otherwise,
        "grades": [
            {"grade_before": "Cold", "grade_after": "Cold", "leads": 30},
            {"grade_before": "Cold", "grade_after": "Hot", "leads": 4},
            {"grade_before": "Hot", "grade_after": "Hot", "leads": 6},
        ],
        "rescored": 9,
        "moved": 0,
        "routing": None,
    }


@pytest.mark.parametrize(
    ("moves", "otherwise", "says", "does_not_say"),
    [
        (None, None, [NOT_TRIED, "not tried", "fewer rows"], [TOGETHER]),
        (2, 3, [TOGETHER], [NOT_TRIED, "not tried"]),
        (2, 0, [], [NOT_TRIED, TOGETHER]),
    ],
)
def test_rows_that_were_not_tried_alone_are_said_to_be_so(
    capsys: pytest.CaptureFixture[str],
    moves: int | None,
    otherwise: int | None,
    says: list[str],
    does_not_say: list[str],
) -> None:
    _show(_found(moves, otherwise))
    told = capsys.readouterr().out
    assert "9 leads get other points" in told
    assert all(words in told for words in says)
    assert not any(words in told for words in does_not_say)


def test_the_grades_are_counted_on_both_sides(capsys: pytest.CaptureFixture[str]) -> None:
    _show(_found(2, 0))
    assert "Cold: 34 → 30, Hot: 6 → 10" in capsys.readouterr().out


def test_a_new_row_says_what_it_does_without_its_name_and_reason() -> None:
    row = {
        "rule_id": "team", "dimension": "fit", "feature": "workspace_size", "operator": "gte", "value": "5",
        "points": "20", "half_life_days": "", "label": "Five people", "reason": "Teams pay",
    }  # fmt: skip
    assert _cells(row, None, "team") == "fit, workspace_size, gte, value 5, points 20, Five people"
    assert _cells(None, row, "team") == "(no such row)"
    assert (
        _cells({"domain": "provider.example", "reason": "Ours"}, None, "provider.example")
        == "provider.example"
    )
    assert _cells({"points": "5", "reason": ""}, {"points": "4", "reason": "x"}, "team") == "points 5"


def test_what_a_row_is_needed_for_is_said() -> None:
    found = list(needed_faults([(2, {"pool": "emea"})], "pool", {"everyone": "it takes the rest"}))
    assert found == [(2, "pool", "there is no row for 'everyone'; it is needed: it takes the rest")]
