"""In the live sandbox better scoring and routing visibly earns more: three policies in the same worlds."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from itertools import cycle
from statistics import geometric_mean
from typing import Any

import pytest

from leadwright.connectors.base import Change
from tests.live_policies import Office
from tests.live_worlds import NOW, World

POLICIES = ("none", "random", "oracle")
SEEDS = range(1, 7)  # few leads decide a fortnight of one world
LEADS, DAYS = 1000, 14
Results = dict[str, Any]


@contextmanager
def world(seed: int) -> Iterator[World]:
    made = World(seed, LEADS)
    yield made
    made.close()


@pytest.fixture(scope="module")
def earned() -> dict[str, list[Results]]:
    """Results of two weeks in each world, by policy; written back once a day."""
    found: dict[str, list[Results]] = {policy: [] for policy in POLICIES}
    for seed in SEEDS:
        for policy in POLICIES:
            with world(seed) as made:
                found[policy].append(Office(made, policy).work(DAYS, DAYS))
    return found


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def times(earned: dict[str, list[Results]], better: str, worse: str, figure: str) -> list[float]:
    """By how much more one policy earned than another, world by world: else one large company decides."""
    return [mine[figure] / others[figure] for mine, others in zip(earned[better], earned[worse], strict=True)]


@pytest.mark.parametrize("figure", ["expected_won", "expected_revenue"])
@pytest.mark.parametrize(("worse", "least"), [("none", 1.8), ("random", 1.25)])
def test_following_the_truth_earns_more(
    earned: dict[str, list[Results]], figure: str, worse: str, least: float
) -> None:
    ratios = times(earned, "oracle", worse, figure)
    assert geometric_mean(ratios) > least
    assert sum(ratio > 1 for ratio in ratios) >= len(ratios) - 1
    assert sum(row["sqls"] for row in earned["oracle"]) > sum(row["sqls"] for row in earned[worse])


def test_everybody_had_the_same_leads(earned: dict[str, list[Results]]) -> None:
    for rows in zip(*earned.values(), strict=True):
        assert len({row["leads"] for row in rows}) == 1
    assert all(sum(row["answered"] for row in rows) > 50 for rows in earned.values())


def test_after_months_it_is_in_the_books() -> None:
    """What was to be expected comes in: deals are won, and their revenue counts."""
    books = {}
    for policy in ("none", "oracle"):
        with world(8) as made:
            books[policy] = Office(made, policy).work(120, 120)
    for figure in ("won", "revenue", "expected_won"):
        assert books["oracle"][figure] > 1.2 * books["none"][figure], figure


def test_what_an_answer_is_worth_is_what_the_page_says() -> None:
    """Also where somebody answers who does not speak the lead's language."""
    with world(8) as made:
        reps = {rep["email"]: rep for rep in made.results()["reps"] if rep["is_active"]}
        english = [rep["hubspot_owner_id"] for rep in reps.values() if rep["languages"] == ["en"]]
        others = [
            row for row in made.truth() if row["language"] != "en" and row["home"] in ("hubspot", "both")
        ]
        made.write(
            "hubspot",
            (
                Change(str(row["hubspot_ids"]).split(";")[0], {"hubspot_owner_id": owner})
                for row, owner in zip(others, cycle(english), strict=False)
            ),
        )
        made.advance(28)
        since = NOW.isoformat()[:19]
        answered = [
            row
            for row in made.truth()
            # who joins a colleague's deal was not answered
            if row["touched_at"] and row["touched_at"][:19] > since and not row["is_drawn_in"]
        ]
    foreign = 0
    for row in answered:
        rep = reps[row["rep_email"]]
        is_foreign = row["language"] not in rep["languages"]
        skill = rep["skill"][row["segment"] or "small"] - 0.5 * is_foreign
        hours = (moment(row["touched_at"]) - moment(row["mql_at"])).total_seconds() / 3600
        odds = row["sql_odds"] + 1.5 * math.exp(-hours / 4) + 2 * (skill - 0.5)
        assert row["sql_chance"] == pytest.approx(1 / (1 + math.exp(-odds)), abs=1e-3)
        foreign += is_foreign
    assert 0 < foreign < len(answered)
