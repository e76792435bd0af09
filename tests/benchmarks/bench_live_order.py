"""What is the order of leads worth where a team cannot answer them all? Run it by its path.

In the live sandbox with three and a half times as many leads as the reps can answer. Owners are those that the CRMs
give and no due time is set, so all that differs is the score by which reps take the next lead: by chance, by the hidden
chance of a deal, by that chance with noise, and by Leadwright's own score with the demo's rules, computed from what the
CRMs show at each step. Eight weeks, because in the first two the reps still have room. The AUC says how well a score
tells who would become an SQL; of Leadwright's it is that of the last score before the lead was answered.
"""

from __future__ import annotations

import argparse
import math
import random
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from statistics import fmean, stdev
from typing import Any

from leadwright import warehouse
from leadwright.connectors.base import Change, FieldSpec
from tests.live_homes import LiveHome, living
from tests.live_policies import answer_chance, deal_chance
from tests.live_worlds import FIELDS, World

NOISES = {"perfect": 0.0, "little noise": 0.7, "much noise": 1.5, "random": math.inf}
"""Standard deviations of what is added to the chance, in those of its logarithm among the leads."""

OURS = "leadwright"
_SCORES = "+int_scoring__scores"
_OBJECTS = {"hubspot": "contacts", "salesforce": "Lead"}

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
        for _ in range(0, given.days, given.every):
            rows = world.truth()
            found = scores(rows, noise, seed)
            fresh = [row for row in rows if row["person_id"] not in wrote]
            wrote |= {row["person_id"] for row in fresh}
            for crm, changes in written(fresh, found).items():
                world.write(crm, changes)
            world.advance(given.every)
        rows = [row for row in world.truth() if row["mql_at"]]
        return auc(rows, scores(rows, noise, seed)), world.results()
    finally:
        world.close()


def written(rows: Sequence[Mapping[str, Any]], found: Mapping[str, float]) -> dict[str, list[Change]]:
    """What shows each lead's score in the CRM or the CRMs that it is in."""
    return {
        crm: [
            Change(record_id, {field: round(found[row["person_id"]])})
            for row in rows
            if (record_id := _record_id(row, crm))
        ]
        for crm, (_, _, field, _) in FIELDS.items()
    }


def _record_id(row: Mapping[str, Any], crm: str) -> str:
    return str(row[f"{crm}_ids"]).split(";")[0] if row["home"] in (crm, "both") else ""


def lived_with_ours(seed: int, given: argparse.Namespace) -> tuple[float, dict[str, Any]]:
    """AUC and results of Leadwright's own score in one world: pulled, scored and written at each step."""
    with living(seed, given.leads, given.busy) as home:
        connectors = {crm: home.settings.connect(crm) for crm in FIELDS}
        for crm, (_, _, field, _) in FIELDS.items():
            connectors[crm].ensure_fields(_OBJECTS[crm], [FieldSpec(field, "Leadwright score", "number")])
        shown: dict[str, float] = {}
        for step in range(0, given.days, given.every):
            home.pull()
            home.build(f"{_SCORES},resource_type:model" if step else _SCORES)
            now = home.now()
            rows = [row for row in home.truth() if not _is_answered(row, now)]
            found = ours(home, rows)
            told = {person for person, score in found.items() if score != shown.get(person)}
            fresh = [row for row in rows if row["person_id"] in told]
            shown |= found
            for crm, changes in written(fresh, found).items():
                for outcome in connectors[crm].push(_OBJECTS[crm], changes):
                    assert outcome.status in ("accepted", "skipped"), outcome
            home.advance(timedelta(days=given.every))
        judged = [row for row in home.truth() if row["mql_at"] and row["person_id"] in shown]
        return auc(judged, shown), home.results()


def _is_answered(row: Mapping[str, Any], now: datetime) -> bool:
    return bool(row["touched_at"]) and datetime.fromisoformat(row["touched_at"]) <= now


def ours(home: LiveHome, rows: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    """Leadwright's score of each of these people that it knows."""
    with warehouse.writer(home.settings.warehouse_file, 5) as db:
        scored: dict[tuple[str, str], float] = {
            (crm, record_id): score
            for crm, record_id, score in db.execute(
                "select r.crm, r.record_id, s.score from intermediate.int_identity__records as r "
                "inner join intermediate.int_scoring__scores as s on r.lead_id = s.lead_id "
                "where s.is_current and s.score is not null"
            ).fetchall()
        }
    found: dict[str, float] = {}
    for row in rows:
        for crm in FIELDS:
            score = scored.get((crm, _record_id(row, crm)))
            if score is not None:
                found.setdefault(row["person_id"], score)
    return found


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
    parser.add_argument("--every", type=int, default=1, help="days between two writes")
    parser.add_argument("--worlds", type=int, default=8)
    given = parser.parse_args()
    names = [*NOISES, OURS]
    won: dict[str, list[float]] = {name: [] for name in names}
    areas: dict[str, list[float]] = {name: [] for name in names}
    for seed in range(1, given.worlds + 1):
        for name in names:
            area, results = lived_with_ours(seed, given) if name == OURS else lived(seed, NOISES[name], given)
            won[name].append(results["expected_won"])
            areas[name].append(area)
            print(
                f"{seed:>3} {name:<13} AUC {area:.3f}  MQLs {results['mqls']:>4}  answered {results['answered']:>4}  "
                f"expected deals {results['expected_won']:.2f}"
            )
            sys.stdout.flush()
    for name in names:
        ratios = [mine / others for mine, others in zip(won[name], won["random"], strict=True)]
        print(f"{name:<13} AUC {fmean(areas[name]):.3f}  deals against random {interval(ratios)}")


if __name__ == "__main__":
    main()
