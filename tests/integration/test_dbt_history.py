"""Random lives of leads, replayed day by day: the log ends with the current score, adds up to it, and knows why."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random

import pytest

from tests import built_warehouses
from tests.dbt_warehouse import NOW, DbtWarehouse

LEADS, DAYS = 150, 6
_MODELS = (
    "int_scoring__rule_conditions int_scoring__rule_hits int_scoring__rule_rows "
    "int_scoring__rule_set int_scoring__contributions "
    "int_scoring__sums log_score_thresholds int_scoring__grade_cells int_scoring__scores "
    "int_scoring__reasons int_scoring__top_reasons int_scoring__lead_plays "
    "int_scoring__next_actions int_scoring__current_scores int_scoring__current_contributions "
    "int_scoring__earlier_lines int_scoring__line_differences int_scoring__line_rules int_scoring__line_changes "
    "int_scoring__earlier_scores int_scoring__regraded_scores int_scoring__score_changes "
    "log_rule_sets log_lead_score_line_changes log_lead_score_history "
    "fct_lead_scores fct_lead_score_contributions fct_rule_sets fct_lead_score_line_changes fct_lead_score_history"
)
_CAUSES = {"asked": "event", "rested": "decay", "retitled": "data fix", "new rule": "rule change"}
_LEVELS = {"manager": 9, "director": 13, "vp": 15}


class Life:
    """What is known about one lead, and what became of it on the latest day."""

    def __init__(self, number: int) -> None:
        self.lead_id = f"lead{number}"
        self.level = "manager"
        self.asked_on: int | None = None
        # One thing can happen to a lead, so that the cause of each change of its score is beyond doubt.
        self.kind = ("asked", "retitled", "new rule")[number % 3]
        self.happened = ""

    def live(self, day: int, rng: Random) -> None:
        """Let one day pass."""
        self.happened = "rested" if self.asked_on is not None else ""
        if self.kind == "asked" and rng.random() < 0.3:
            # Asking on two days in a row leaves the points as they are.
            self.happened = "asked" if self.asked_on != day - 1 else ""
            self.asked_on = day
        if self.kind == "retitled" and rng.random() < 0.4:
            self.level = rng.choice([level for level in _LEVELS if level != self.level])
            self.happened = "retitled"

    def features(self, day: int) -> Iterator[str]:
        """Its rows of int_scoring__features at noon of `day`."""
        at = f"timestamp '{_noon(day)}'"
        yield f"('{self.lead_id}', {at}, 'job_level', '{self.level}', null, null)"
        if self.kind == "new rule":
            yield f"('{self.lead_id}', {at}, 'country', 'Spain', null, null)"
        if self.asked_on is not None:
            noon = f"timestamp '{_noon(self.asked_on)}'"
            yield f"('{self.lead_id}', {at}, 'webinar_registered', null, 1, {noon})"


def _noon(day: int) -> datetime:
    return NOW.replace(tzinfo=None) + timedelta(days=day)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> DbtWarehouse:
    return built_warehouses.of_nobody(tmp_path_factory.mktemp("home"))


def _write_rules(built: DbtWarehouse, spain: int) -> None:
    rules = [
        f"('{level}', 'fit', 'seniority', 'job_level', 'equals', '{level}', {n}, null, '{level}')"
        for level, n in _LEVELS.items()
    ]
    rules.append(
        "('webinar', 'intent', 'without_a_cap', 'webinar_registered', 'exists', '', 40, 1, 'Webinar')"
    )
    if spain:
        rules.append(
            f"('spain', 'fit', 'without_a_cap', 'country', 'equals', 'spain', {spain}, null, 'Spain')"
        )
    built.execute(
        "delete from seeds.score_rules; insert into seeds.score_rules by name select * from "
        f"(values {', '.join(rules)}) as t(rule_id, dimension, signal_group, feature, operator, value, points, "
        "half_life_days, label)"
    )


def _live_through(built: DbtWarehouse, lives: list[Life], day: int) -> None:
    moments = ", ".join(f"('{life.lead_id}', timestamp '{_noon(day)}', true)" for life in lives)
    features = ", ".join(row for life in lives for row in life.features(day))
    built.execute(
        "delete from intermediate.int_scoring__moments; insert into intermediate.int_scoring__moments by name "
        f"select * from (values {moments}) as t(lead_id, as_of, is_current); "
        "delete from intermediate.int_scoring__features; insert into intermediate.int_scoring__features by name "
        f"select * from (values {features}) as "
        "t(lead_id, as_of, feature, text_value, number_value, decays_from)"
    )
    # These leads have no CRM records, which the data tests would mind.
    built.transform.build(select=_MODELS, as_of=NOW + timedelta(days=day), tests=False)


def test_a_replayed_life_ends_with_the_current_score_and_every_change_has_its_cause(
    built: DbtWarehouse,
) -> None:
    rng = Random(5)
    lives = [Life(n) for n in range(LEADS)]
    spain, wanted = 0, []
    for day in range(DAYS):
        before = spain
        if day and rng.random() < 0.6:
            spain = rng.choice([n for n in (0, 3, 6) if n != spain])
        for life in lives:
            life.live(day, rng)
            if life.kind == "new rule" and spain != before:
                life.happened = "new rule"
        _write_rules(built, spain)
        _live_through(built, lives, day)
        wanted += [
            (life.lead_id, _noon(day), _CAUSES[life.happened]) for life in lives if day and life.happened
        ]

    # Decay of less than half a point is none that shows; everything else that happened does.
    known = built.rows(
        "select lead_id, changed_at, cause from marts.fct_lead_score_history where change_number > 1"
    )
    assert {row for row in wanted if row[2] != "decay"} <= set(known) <= set(wanted)
    assert {cause for *_, cause in known} == set(_CAUSES.values())
    newest = "qualify row_number() over (partition by lead_id order by change_number desc) = 1"
    assert built.rows(
        f"select lead_id, fit_score, intent_score, grade from marts.fct_lead_score_history {newest} order by 1"
    ) == built.rows("select lead_id, fit_score, intent_score, grade from marts.fct_lead_scores order by 1")


def test_the_lines_of_the_log_add_up_to_the_score_on_every_day(built: DbtWarehouse) -> None:
    wrong = built.rows(
        """
        select h.lead_id, h.changed_at, h.score, sum(l.difference)
        from marts.fct_lead_score_history h
        left join marts.fct_lead_score_line_changes l on l.lead_id = h.lead_id and l.changed_at <= h.changed_at
        group by all having h.score != sum(l.difference)
        """
    )
    assert wrong == []
    told = "select count(*) > 0, count(distinct changed_at) from marts.fct_lead_score_line_changes"
    assert built.rows(told) == [(True, DAYS)]
    assert built.rows("select count(distinct rule_set_hash) > 2 from marts.fct_rule_sets") == [(True,)]
