"""What do Leadwright's scores and owners earn beside other ways? Run: python tests/benchmarks/bench_live_earnings.py

In the live sandbox, the same people for all: nothing written, grades and owners drawn by chance, Leadwright with the
rules as shipped (pulled, built and written back every few hours), and what follows the hidden truth, which nobody can
know. The others write as often. Leads that are answered are what counts; several seeds, since few leads decide a
fortnight.
"""

from __future__ import annotations

import argparse
import sys
from datetime import timedelta
from statistics import geometric_mean
from typing import Any

from tests.live_homes import living
from tests.live_policies import Office
from tests.live_worlds import World

FIGURES = ("answered", "median_response_minutes", "sqls", "expected_won", "expected_revenue")
POLICIES = ("none", "random", "leadwright", "oracle")


def with_leadwright(seed: int, leads: int, days: int, hours: int) -> dict[str, Any]:
    """The results of a sandbox that Leadwright writes to every so many hours."""
    with living(seed, leads, is_demo=False) as home:
        for _ in range(days * 24 // hours):
            home.run()
            home.advance(timedelta(hours=hours))
        return home.results()


def earned(policy: str, seed: int, leads: int, days: int, hours: int) -> dict[str, Any]:
    """The results of one policy in one world."""
    if policy == "leadwright":
        return with_leadwright(seed, leads, days, hours)
    world = World(seed, leads)
    try:
        return Office(world, policy).work(days, days * 24 // hours)
    finally:
        world.close()


def say(seed: int | str, policy: str, values: list[Any]) -> None:
    sys.stdout.write(f"{seed!s:>5} {policy:<11}" + "".join(f"{value!s:>25}" for value in values) + "\n")
    sys.stdout.flush()


def main() -> None:
    """Print what each policy earned in each world, and by how much more than where nothing was written."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--leads", type=int, default=2_000)
    parser.add_argument("--days", type=int, default=14)
    parser.add_argument(
        "--hours", type=int, choices=(1, 2, 3, 4, 6, 8, 12, 24), default=4, help="between runs"
    )
    parser.add_argument("--seeds", type=lambda text: [int(each) for each in text.split(",")], default=[8])
    given = parser.parse_args()
    sys.stdout.write(f"{'seed':>5} {'policy':<11}" + "".join(f"{name:>25}" for name in FIGURES) + "\n")
    won: dict[str, list[float]] = {policy: [] for policy in POLICIES}
    for seed in given.seeds:
        for policy in POLICIES:
            result = earned(policy, seed, given.leads, given.days, given.hours)
            won[policy].append(result["expected_won"])
            say(seed, policy, [result[name] for name in FIGURES])
    for policy in POLICIES:
        say("all", policy, [f"{_times(won[policy], won['none']):.2f} times the deals of none"])
    if _times(won["leadwright"], won["none"]) < 1:
        raise SystemExit("Leadwright earned less than what comes of writing nothing")


def _times(mine: list[float], others: list[float]) -> float:
    """By how much more was earned, world by world: else one with many leads decides."""
    return geometric_mean(one / other for one, other in zip(mine, others, strict=True))


if __name__ == "__main__":
    main()
