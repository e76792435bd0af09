"""What must hold for any rules and any pool: scores are exact sums, and leads are shared out by weight and capacity."""

from __future__ import annotations

from random import Random

import pytest

from tests.dbt_warehouse import NOW, DbtWarehouse

_SCORING = (
    "int_rule_conditions int_rule_hits int_rule_set int_score_contributions int_scores fct_lead_scores "
    "fct_lead_score_contributions scores_are_the_sum_of_contributions"
)
_OPERATORS = (("exists", ""), ("gte", "2"), ("between", "1|40"), ("contains_word", "sales|head|manager"))


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> DbtWarehouse:
    made = DbtWarehouse(tmp_path_factory.mktemp("home"))
    made.add_population(200, seed=3)
    made.build()
    return made


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_scores_are_exact_sums_under_any_rules(built: DbtWarehouse, seed: int) -> None:
    rng = Random(seed)
    features = [f for (f,) in built.rows("select distinct feature from intermediate.int_features order by 1")]
    rules = []
    for n in range(60):
        operator, value = rng.choice(_OPERATORS)
        life = rng.choice(("null", "1", "7", "30"))
        points = f"{rng.uniform(-40, 40):.2f}"
        dimension, group = rng.choice(("fit", "intent")), f"g{rng.randrange(8)}"
        rules.append(
            f"('r{n}', '{dimension}', '{dimension}{group}', '{rng.choice(features)}', '{operator}', '{value}', "
            f"{points}, {life}, 'Rule {n}')"
        )
    groups = ", ".join(
        f"('{dimension}', '{dimension}g{n}', {rng.uniform(0, 60):.2f})"
        for dimension in ("fit", "intent")
        for n in range(rng.randrange(8))
    )
    built.execute(
        "delete from seeds.score_rules; insert into seeds.score_rules by name select * from "
        f"(values {', '.join(rules)}) as t(rule_id, dimension, signal_group, feature, operator, value, points, "
        "half_life_days, label); delete from seeds.score_groups"
        + (f"; insert into seeds.score_groups by name select * from (values {groups}) as t(dimension, "
           "signal_group, cap)" if groups else "")
    )  # fmt: skip
    built.transform.build(select=_SCORING, as_of=NOW)
    wrong = built.rows(
        """
        select s.lead_id, s.fit_score, s.intent_score from marts.fct_lead_scores s
        left join marts.fct_lead_score_contributions c on c.lead_id = s.lead_id
        group by all
        having coalesce(sum(c.points) filter (c.dimension = 'fit'), 0) != s.fit_score
            or coalesce(sum(c.points) filter (c.dimension = 'intent'), 0) != s.intent_score
            or s.fit_score not between 0 and 50 or s.intent_score not between 0 and 50
        """
    )
    assert wrong == []
    assert built.rows("select count(distinct score) > 5 from marts.fct_lead_scores") == [(True,)]


def test_leads_are_shared_out_by_weight_and_nobody_is_filled_above_capacity(built: DbtWarehouse) -> None:
    weights = {"full_time": 1.0, "part_time": 0.5, "senior": 1.5, "small_desk": 1.0}
    members = ", ".join(
        f"('everyone', '{rep}', {weight}, {40 if rep == 'small_desk' else 'null'}, true, true, 0.0)"
        for rep, weight in weights.items()
    )
    built.execute(
        "delete from intermediate.int_pool_members; insert into intermediate.int_pool_members by name "
        f"select * from (values {members}) as t(pool, rep_id, weight, capacity, can_hubspot, can_salesforce, "
        "open_load); delete from intermediate.int_routing_requests; "
        "insert into intermediate.int_routing_requests by name select md5(n::varchar) as lead_id, 'everyone' as "
        "pool, 1 as lead_weight, true as has_hubspot, n % 3 = 0 as has_salesforce, 1 + (n % 3 = 0)::int as "
        "crm_count, 1 as place, 'No rule fits' as reason from range(1200) as t(n)"
    )
    built.transform.build(select="int_routed_by_rule", as_of=NOW)
    given = dict(built.rows("select rep_id, count(*) from intermediate.int_routed_by_rule group by 1"))
    assert sum(given.values()) == 1200
    assert given["small_desk"] <= 40
    free = {rep: weight for rep, weight in weights.items() if rep != "small_desk"}
    shared = 1200 - given["small_desk"]
    for rep, weight in free.items():
        assert given[rep] / shared == pytest.approx(weight / sum(free.values()), rel=0.05)


def test_a_single_lead_does_not_always_go_to_the_same_rep(built: DbtWarehouse) -> None:
    built.execute(
        "delete from intermediate.int_pool_members; insert into intermediate.int_pool_members by name "
        "select 'pool' || p as pool, 'rep' || r as rep_id, 1 as weight, true as can_hubspot, "
        "false as can_salesforce, 0 as open_load from range(300) as a(p), range(3) as b(r);"
        "delete from intermediate.int_routing_requests; "
        "insert into intermediate.int_routing_requests by name select 'lead' || p as lead_id, 'pool' || p as pool, "
        "1 as lead_weight, true as has_hubspot, false as has_salesforce, 1 as crm_count, 1 as place "
        "from range(300) as t(p)"
    )
    built.transform.build(select="int_routed_by_rule", as_of=NOW)
    given = dict(built.rows("select rep_id, count(*) from intermediate.int_routed_by_rule group by 1"))
    assert len(given) == 3
    assert max(given.values()) < 150
