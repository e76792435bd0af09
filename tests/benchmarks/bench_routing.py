"""How good is the routing beside the best there could be, and how fair over weeks?

Leads of made-up profiles are routed by the models, and by scipy's optimal assignment under the same capacities: as many
leads of each grade for each rep as the shares by weight allow. Both use the same win rates, so the ratio is what the
set-based matching loses to a solver. The floor is what handing out at random would give.

The population of the sandbox is routed over four weeks by the rules as shipped, with different weights and a limit for
everybody: once with room for all leads but for one rep, once with too little room for all. Run:
python tests/benchmarks/bench_routing.py
"""

from __future__ import annotations

import tempfile
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from tests.dbt_warehouse import NOW, DbtWarehouse
from tests.routing_weeks import SHARING, four_weeks, free_all_records, shares

_REPS = 12
_PROFILES = 40
_SIZES = (24, 120, 600)
_SPREADS = (0.02, 0.05, 0.10)
"""Standard deviation of the win rate between reps for the same profile; the mean is 0.25."""
_GRADES = ("Hot", "Warm", "Cold")
_LEAST = 0.95
_LEADS = 2000
_WEIGHTS = {"maya.okafor": 2.0, "tom.brennan": 0.5, "priya.raman": 1.5}
_SMALL, _SMALL_CAPACITY = "hannah.cole", 90
_ROOMS = {"room for all": 1000, "too little room": 190}
_MOST = 0.05

Rates = NDArray[np.float64]


def main() -> None:
    """Print one line per case; fail where one is below what was promised."""
    faults = [*_beside_the_optimum(), *_over_four_weeks()]
    if faults:
        raise SystemExit("; ".join(faults))


def _beside_the_optimum() -> Iterator[str]:
    rng = np.random.default_rng(7)
    cases = {f"n{size}s{spread}": (size, spread) for size in _SIZES for spread in _SPREADS}
    rates = {case: _win_rates(rng, size, spread) for case, (size, spread) in cases.items()}
    grades = {case: rng.choice(_GRADES, size, p=(0.1, 0.4, 0.5)) for case, (size, _) in cases.items()}
    with tempfile.TemporaryDirectory(prefix="bench-routing-") as home:
        chosen = _route(DbtWarehouse(Path(home)), rates, grades)
    print(f"{'leads':>6} {'spread':>7} {'random':>8} {'routed':>8}   of the optimum")
    worst = 1.0
    for case, (size, spread) in cases.items():
        optimum, floor = _bounds(rng, rates[case], grades[case], chosen[case])
        routed = float(rates[case][np.arange(size), chosen[case]].sum())
        worst = min(worst, routed / optimum)
        print(f"{size:>6} {spread:>7.2f} {floor / optimum:>8.1%} {routed / optimum:>8.1%}")
    if worst < _LEAST:
        yield f"the worst case has {worst:.1%} of the optimal win rate; promised are {_LEAST:.0%}"


def _over_four_weeks() -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="bench-routing-") as home:
        warehouse = DbtWarehouse(Path(home))
        warehouse.add_population(_LEADS)
        free_all_records(warehouse)
        warehouse.build()
        for case, capacity in _ROOMS.items():
            weeks = list(four_weeks(warehouse, capacity, _WEIGHTS, {_SMALL: _SMALL_CAPACITY}))
            above, left = sum(len(w.above_capacity()) for w in weeks), sum(w.left_free() for w in weeks)
            fallback, nobody = sum(len(w.stranded) for w in weeks), sum(w.without_owner for w in weeks)
            routed, optimum = _wins(warehouse)
            print(
                f"\n{_LEADS} leads in four weeks, shipped rules, {case}: {capacity}, one rep {_SMALL_CAPACITY}"
            )
            print(
                f"  above capacity {above}, left though somebody had room {left}, without an owner {nobody}"
            )
            print(f"  to the fallback owner {fallback}; win rate {routed / optimum:.1%} of the optimum")
            if above or left or nobody or routed / optimum < _LEAST:
                yield f"{case}: capacity, owners or the win rate are not as promised"
            if not fallback:
                found = shares(warehouse, without=[_SMALL])
                print(
                    f"  given against share by weight {min(found.values()):.3f} to {max(found.values()):.3f}"
                )
                if max(abs(share - 1) for share in found.values()) > _MOST:
                    yield f"{case}: a share is off by more than {_MOST:.0%}"


def _wins(warehouse: DbtWarehouse) -> tuple[float, float]:
    """Expected wins of the last week, and of the optimal assignment of its leads to the same places."""
    rates = {
        (lead, rep): float(rate)
        for lead, rep, rate in warehouse.rows(
            "select lead_id, rep_id, coalesce(win_rate, 0) from intermediate.int_routing__lead_win_rates"
        )
    }
    cells: defaultdict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    for lane, grade, lead, rep in warehouse.rows(
        "select lane, grade, lead_id, rep_id from intermediate.int_routing__routed_leads order by all"
    ):
        cells[lane, grade].append((lead, rep))
    routed = optimum = 0.0
    for pairs in cells.values():
        at_places = np.array([[rates[lead, rep] for _, rep in pairs] for lead, _ in pairs])
        rows, columns = linear_sum_assignment(at_places, maximize=True)
        optimum += float(at_places[rows, columns].sum())
        routed += float(at_places.diagonal().sum())
    return routed, optimum


def _win_rates(rng: np.random.Generator, leads: int, spread: float) -> Rates:
    profiles = np.clip(rng.normal(0.25, 0.08, (_PROFILES, 1)), 0.05, 0.6)
    skill = rng.normal(0, spread / 2, (1, _REPS)) + rng.normal(0, spread, (_PROFILES, _REPS))
    rates: Rates = np.clip(profiles + skill, 0.01, 0.95).round(4)
    return rates[rng.integers(0, _PROFILES, leads)]


def _route(
    warehouse: DbtWarehouse, rates: dict[str, Rates], grades: dict[str, NDArray[np.str_]]
) -> dict[str, NDArray[np.int64]]:
    """The rep whom the models give each lead; every case is a pool of its own."""
    warehouse.build()
    members = ", ".join(f"('{case}', 'rep{r}')" for case in rates for r in range(_REPS))
    requests = ", ".join(
        f"('{case}', '{case}/{n}', '{grade}', {3 - _GRADES.index(grade)})"
        for case, of_case in grades.items()
        for n, grade in enumerate(of_case.tolist())
    )
    win_rates = ", ".join(
        f"('{case}/{n}', 'rep{r}', {rate})"
        for case, matrix in rates.items()
        for n, row in enumerate(matrix.tolist())
        for r, rate in enumerate(row)
    )
    warehouse.execute(
        f"create temp table members as from (values {members}) as t(pool, rep_id); "
        f"create temp table asked as from (values {requests}) as t(pool, lead_id, grade, lead_weight); "
        "insert into intermediate.int_routing__pool_members by name "
        "select *, 1 as weight, false as is_on_leave, true as is_at_work from members; "
        "insert into intermediate.int_routing__rep_loads by name select *, 0 as open_load, 0 as "
        "charged_load from members; "
        "insert into intermediate.int_routing__rep_coverage by name "
        "select distinct 'hubspot' as systems, rep_id, 1 as account_count from members; "
        "insert into intermediate.int_scoring__scores by name select lead_id, grade, true as is_current from asked; "
        "insert into intermediate.int_routing__requests by name select lead_id, 1 as priority, pool, "
        "'hubspot' as systems, 1 as account_count, '' as barred_reps from asked; "
        "insert into intermediate.int_routing__lead_win_rates by name "
        f"select * from (values {win_rates}) as t(lead_id, rep_id, win_rate)"
    )
    warehouse.transform.build(select=SHARING, as_of=NOW)
    owner = dict(warehouse.rows("select lead_id, rep_id from intermediate.int_routing__routed_leads"))
    return {
        case: np.array([int(owner[f"{case}/{n}"].removeprefix("rep")) for n in range(len(matrix))])
        for case, matrix in rates.items()
    }


def _bounds(
    rng: np.random.Generator, rates: Rates, grades: NDArray[np.str_], chosen: NDArray[np.int64]
) -> tuple[float, float]:
    """Expected wins of the optimal and of a random assignment with each rep's number of leads per grade."""
    optimum = floor = 0.0
    for grade in _GRADES:
        leads = np.flatnonzero(grades == grade)
        slots = chosen[leads]  # one slot for each lead that the rep took
        at_slots = rates[np.ix_(leads, slots)]
        rows, columns = linear_sum_assignment(at_slots, maximize=True)
        optimum += float(at_slots[rows, columns].sum())
        floor += float(rates[leads, rng.permutation(slots)].sum())
    return optimum, floor


if __name__ == "__main__":
    main()
