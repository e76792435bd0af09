"""In the live sandbox better scoring and routing visibly earns more: three policies in the same world."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.conftest import Sandbox
from tests.live_policies import Office

DAYS, STEPS = 14, 28


@pytest.fixture(scope="module")
def earned(start_sandbox: Callable[..., Sandbox]) -> dict[str, dict[str, Any]]:
    """Results of two weeks, by policy: the same seed, written back twice a day."""
    found = {}
    for policy in ("none", "random", "oracle"):
        sandbox = start_sandbox(
            "--seed", "8", "--leads", "2000", "--now", "2026-03-18T15:30:00Z", "--no-limits", "--control",
            "--live", "--speed", "0",
        )  # fmt: skip
        found[policy] = Office(sandbox, policy).work(DAYS, STEPS)
        sandbox.stop()
    return found


def test_following_the_truth_earns_more_than_chance(earned: dict[str, dict[str, Any]]) -> None:
    for figure in ("expected_won", "expected_revenue"):
        assert earned["oracle"][figure] > 1.4 * earned["random"][figure], figure
        assert earned["oracle"][figure] > 1.4 * earned["none"][figure], figure
    ahead = {policy: row["revenue"] + row["revenue_ahead"] for policy, row in earned.items()}
    assert ahead["oracle"] >= max(ahead["random"], ahead["none"])
    assert earned["oracle"]["sqls"] > earned["random"]["sqls"]


def test_chance_earns_about_as_much_as_habit(earned: dict[str, dict[str, Any]]) -> None:
    assert earned["random"]["expected_won"] == pytest.approx(earned["none"]["expected_won"], rel=0.35)


def test_everybody_had_the_same_leads(earned: dict[str, dict[str, Any]]) -> None:
    assert len({row["leads"] for row in earned.values()}) == 1
    assert all(row["answered"] > 15 for row in earned.values())
