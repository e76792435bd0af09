"""Four weeks of routing: a quarter of a population's leads comes in each week, and the models hand them out.

The rules are those that are shipped; nobody owns a lead or an account before.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

from tests.dbt_warehouse import NOW, DbtWarehouse

SHARING = " ".join(
    f"int_routing__{model}" for model in ("lanes", "queue", "slots_by_rule", "options", "routed_leads")
)
_WEEKLY = (
    "int_routing__earlier_decisions int_routing__lead_takers int_routing__rep_coverage "
    "int_routing__owner_standings int_routing__rep_availability "
    "int_routing__absences int_routing__handovers int_routing__owner_candidates "
    "int_routing__pool_members int_routing__rep_loads int_routing__requests "
    "int_routing__won_and_lost int_routing__rep_win_rates int_routing__lead_win_rates "
    f"{SHARING} int_routing__shortage int_routing__assignments log_assignment_decisions"
)
WEEKS = 4


@dataclass(frozen=True, slots=True)
class Week:
    """What was handed out in one run.

    Attributes:
        loads: open load of each rep before, with what the run gave.
        capacities: most open load of each rep; None where there is no limit.
        given: what the run gave each rep out of a pool.
        stranded: weight of each lead that the fallback owner got, with the reps who could have taken it.
        without_owner: open leads that nobody got; closed ones are left as they are.
    """

    loads: dict[str, float]
    capacities: dict[str, float | None]
    given: dict[str, float]
    stranded: list[tuple[float, set[str]]]
    without_owner: int

    def above_capacity(self) -> set[str]:
        """Reps to whom a pool gave more than they have room for."""
        return {rep for rep, given in self.given.items() if given and self._room(rep) < 0}

    def left_free(self) -> int:
        """How many leads went to the fallback owner although somebody had room."""
        return sum(any(self._room(rep) >= weight for rep in reps) for weight, reps in self.stranded)

    def _room(self, rep: str) -> float:
        capacity = self.capacities[rep]
        return float("inf") if capacity is None else capacity - self.loads[rep]


def free_all_records(built: DbtWarehouse) -> None:
    """Take the owners off the raw records, before a build."""
    built.execute(
        "update raw_hubspot.contacts set hubspot_owner_id = null; "
        "update raw_hubspot.companies set hubspot_owner_id = null; "
        'update raw_salesforce."Lead" set "OwnerId" = \'00G000000000001\'; '
        'update raw_salesforce."Contact" set "OwnerId" = null; '
        'update raw_salesforce."Account" set "OwnerId" = null'
    )


def four_weeks(
    built: DbtWarehouse, capacity: float, weights: Mapping[str, float], capacities: Mapping[str, float]
) -> Iterator[Week]:
    """Route a quarter of the leads in each of four weeks, with the rules as shipped.

    Args:
        built: built after `free_all_records`.
        capacity: of all reps but those in `capacities`.
        weights, capacities: of some reps, by the name in their addresses.
    """
    special = "".join(
        f"update seeds.routing_pool set capacity = {capacities.get(name, capacity)} where email_pattern = '{address}'; "
        f"update seeds.routing_pool set weight = {weights.get(name, 1)} "
        f"where email_pattern = '{address}' and pool = 'everyone'; "
        for name in sorted({*weights, *capacities})
        for address in [f"{name}@leadwright.example"]
    )
    built.execute(
        "create table if not exists everybody as from intermediate.int_routing__lead_systems; "
        "delete from intermediate.int_routing__shown_owners; delete from intermediate.int_routing__owner_promises; "
        "delete from memory.log_assignment_decisions; "
        f"update seeds.routing_pool set weight = 1, capacity = {capacity}; {special}"
    )
    for week in range(WEEKS):
        built.execute(
            "delete from intermediate.int_routing__lead_systems; insert into intermediate.int_routing__lead_systems "
            f"select * from everybody where hash(lead_id) % {WEEKS} <= {week}"
        )
        built.transform.build(select=_WEEKLY, as_of=NOW + timedelta(days=7 * week), tests=False)
        yield _week(built)


def shares(built: DbtWarehouse, without: Collection[str] = ()) -> dict[str, float]:
    """What each rep was given in the four weeks, divided by what the weights promise; 1 is exact."""
    rows = built.rows(
        "select split_part(r.email, '@', 1), max(m.weight), sum(w.load_weight) "
        "from memory.log_assignment_decisions d join intermediate.int_identity__reps r using (rep_id) "
        "join intermediate.int_routing__pool_members m on m.rep_id = d.rep_id and m.pool = 'everyone' "
        "join intermediate.int_scoring__scores s on s.lead_id = d.lead_id and s.is_current "
        "join seeds.grade_scale w on w.grade = s.grade where d.is_routed group by all"
    )
    kept = [(rep, float(weight), float(load)) for rep, weight, load in rows if rep not in without]
    per_weight = sum(load for *_, load in kept) / sum(weight for _, weight, _ in kept)
    return {rep: load / weight / per_weight for rep, weight, load in kept}


def _week(built: DbtWarehouse) -> Week:
    given: defaultdict[str, float] = defaultdict(float)
    for rep, load in built.rows(
        "select rep_id, sum(lead_weight) from intermediate.int_routing__routed_leads group by 1"
    ):
        given[rep] = float(load)
    members = built.rows(
        "select rep_id, open_load, capacity from intermediate.int_routing__pool_members "
        "join intermediate.int_routing__rep_loads using (pool, rep_id) where pool = 'everyone'"
    )
    takers: defaultdict[str, set[str]] = defaultdict(set)
    weight_of: dict[str, float] = {}
    for lead, weight, rep in built.rows(
        "select q.lead_id, q.lead_weight, l.rep_id from intermediate.int_routing__queue q "
        "join intermediate.int_routing__lanes l using (lane) "
        "where q.lead_id not in (select lead_id from intermediate.int_routing__routed_leads)"
    ):
        takers[lead].add(rep)
        weight_of[lead] = float(weight)
    ((without_owner,),) = built.rows(
        "select count(*) from intermediate.int_routing__assignments where rep_id is null and reason_code != 'closed'"
    )
    return Week(
        loads={rep: load + given[rep] for rep, load, _ in members},
        capacities={rep: None if capacity is None else float(capacity) for rep, _, capacity in members},
        given=given,
        stranded=[(weight_of[lead], reps) for lead, reps in takers.items()],
        without_owner=without_owner,
    )
