"""What is the order of leads worth where a team cannot answer them all? Run it by its path.

In the live sandbox with three and a half times as many leads as the reps can answer. Owners are those that the CRMs
give and no due time is set, so all that differs is the score by which reps take the next lead: by chance, by the hidden
chance of a deal, and by that chance with noise. Eight weeks, because in the first two the reps still have room. The AUC
says how well a score tells who would become an SQL.
"""

from __future__ import annotations

import argparse
import math
import random
import sys
from collections.abc import Mapping, Sequence
from statistics import fmean, stdev
from typing import Any

from leadwright.connectors.base import Change
from tests.live_policies import answer_chance, deal_chance
from tests.live_worlds import FIELDS, World

NOISES = {"perfect": 0.0, "little noise": 0.7, "much noise": 1.5, "random": math.inf}
"""Standard deviations of what is added to the chance, in those of its logarithm among the leads."""

_T_975 = (12.71, 4.30, 3.18, 2.78, 2.57, 2.45, 2.36, 2.31, 2.26, 2.23, 2.20, 2.18, 2.16, 2.14, 2.13)


def scores(rows: Sequence[Mapping[str, Any]], noise: float, seed: int) -> dict[str, float]:
    """A score from 0 to 100 for each lead, the same one each time that it is asked for."""
    logs = {row["person_id"]: math.log(deal_chance(row)) for row in rows}
    middle, width = fmean(logs.values()), stdev(logs.values())
    found = {}
    for person, value in logs.items():
        dice = random.Random(f"{seed}/{person}")
        drawn = dice.gauss(0, 1)
        place = drawn if math.isinf(noise) else (value - middle) / width + noise * drawn
        found[person] = min(max(50 + 15 * place, 0.0), 100.0)
    return found


def auc(rows: Sequence[Mapping[str, Any]], found: Mapping[str, float]) -> float:
    """The chance that of two leads, one of whom would become an SQL and the other not, the one has the higher score."""
    ranked = sorted(rows, key=lambda row: found[row["person_id"]])
    below = right = yes = no = 0.0
    for row in ranked:
        chance = answer_chance(row)
        right += chance * below
        below += 1 - chance
        yes, no = yes + chance, no + 1 - chance
    same = sum(answer_chance(row) * (1 - answer_chance(row)) for row in ranked)
    return right / (yes * no - same)


def lived(seed: int, noise: float, given: argparse.Namespace) -> tuple[float, dict[str, Any]]:
    """AUC and results of one way of scoring in one world."""
    world = World(seed, given.leads, given.busy)
    wrote: set[str] = set()
    try:
        for _ in range(given.days):
            rows = world.truth()
            found = scores(rows, noise, seed)
            fresh = [row for row in rows if row["person_id"] not in wrote]
            wrote |= {row["person_id"] for row in fresh}
            for crm, (_, _, field, _) in FIELDS.items():
                changes = [
                    Change(str(row[f"{crm}_ids"]).split(";")[0], {field: round(found[row["person_id"]])})
                    for row in fresh
                    if row[f"{crm}_ids"] and row["home"] in (crm, "both")
                ]
                world.write(crm, changes)
            world.advance(1)
        rows = [row for row in world.truth() if row["mql_at"]]
        return auc(rows, scores(rows, noise, seed)), world.results()
    finally:
        world.close()


def interval(values: Sequence[float]) -> str:
    """The geometric mean of ratios with its 95% interval."""
    logs = [math.log(value) for value in values]
    middle = fmean(logs)
    if len(logs) < 2:
        return f"{math.exp(middle):.3f}"
    half = _T_975[min(len(logs) - 2, len(_T_975) - 1)] * stdev(logs) / math.sqrt(len(logs))
    return f"{math.exp(middle):.3f} ({math.exp(middle - half):.3f} to {math.exp(middle + half):.3f})"


def main() -> None:
    """Print what each way of scoring earns, against one by chance."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--leads", type=int, default=8_000)
    parser.add_argument("--days", type=int, default=56)
    parser.add_argument("--busy", type=float, default=3.5)
    parser.add_argument("--worlds", type=int, default=8)
    given = parser.parse_args()
    won: dict[str, list[float]] = {name: [] for name in NOISES}
    areas: dict[str, list[float]] = {name: [] for name in NOISES}
    for seed in range(1, given.worlds + 1):
        for name, noise in NOISES.items():
            area, results = lived(seed, noise, given)
            won[name].append(results["expected_won"])
            areas[name].append(area)
            print(
                f"{seed:>3} {name:<13} AUC {area:.3f}  MQLs {results['mqls']:>4}  answered {results['answered']:>4}  "
                f"expected deals {results['expected_won']:.2f}"
            )
            sys.stdout.flush()
    for name in NOISES:
        ratios = [mine / others for mine, others in zip(won[name], won["random"], strict=True)]
        print(f"{name:<13} AUC {fmean(areas[name]):.3f}  deals against random {interval(ratios)}")


if __name__ == "__main__":
    main()
