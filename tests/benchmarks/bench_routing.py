"""How good is the routing beside the best there could be?

Leads of made-up profiles are routed by the models, and by scipy's optimal assignment under the same capacities: as many
leads of each grade for each rep as the shares by weight allow. Both use the same win rates, so the ratio is what the
set-based matching loses to a solver. The floor is what handing out at random would give. Run:
python tests/benchmarks/bench_routing.py
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from tests.dbt_warehouse import NOW, DbtWarehouse

_SHARING = "int_routing_lanes int_routing_queue int_slots_by_rule int_slots_by_overflow int_routed_leads"
_REPS = 12
_PROFILES = 40
_SIZES = (24, 120, 600)
_SPREADS = (0.02, 0.05, 0.10)
"""Standard deviation of the win rate between reps for the same profile; the mean is 0.25."""
_GRADES = ("Hot", "Warm", "Cold")
_LEAST = 0.95

Rates = NDArray[np.float64]


def main() -> None:
    """Print one line per case; fail where a case is below what was promised."""
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
        raise SystemExit(f"the worst case has {worst:.1%} of the optimal win rate; promised are {_LEAST:.0%}")


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
        "insert into intermediate.int_pool_members by name select *, 1 as weight, true as can_hubspot, "
        "true as can_salesforce, false as is_on_leave, true as is_at_work, 0 as open_load, 0 as charged_load "
        f"from (values {members}) as t(pool, rep_id);"
        "insert into intermediate.int_routing_requests by name select *, true as has_hubspot, "
        "false as has_salesforce, 1 as crm_count, 1 as place, false as is_urgent, '' as barred_reps "
        f"from (values {requests}) as t(pool, lead_id, grade, lead_weight);"
        "insert into intermediate.int_lead_win_rates by name "
        f"select * from (values {win_rates}) as t(lead_id, rep_id, win_rate)"
    )
    warehouse.transform.build(select=_SHARING, as_of=NOW)
    owner = dict(warehouse.rows("select lead_id, rep_id from intermediate.int_routed_leads"))
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
