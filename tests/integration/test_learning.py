"""From past outcomes to a shadow of a score: the whole way on a made population whose truth is known."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from leadwright.connectors.errors import ConfigError
from leadwright.flows import backtest
from leadwright.learn import examples as past
from leadwright.learn import folds, judging, noting, training
from leadwright.learn.backtest import trial
from leadwright.learn.examples import Examples, Known
from leadwright.learn.leaks import findings, readings
from leadwright.learn.leaks.evidence import DOUBT, Evidence
from leadwright.learn.leaks.readings import Now, Readings
from leadwright.learn.parts import choose
from leadwright.transform.builds import BuildError
from tests import built_warehouses
from tests import graph as graphs
from tests.dbt_warehouse import NOW, DbtWarehouse
from tests.workspaces import DEMO

_LEADS = 2500


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> DbtWarehouse:
    """A population that is large enough to learn from."""
    made = DbtWarehouse(tmp_path_factory.mktemp("home"))
    made.add_population(_LEADS)
    made.build()
    return made


@pytest.fixture(scope="module")
def examples(made: DbtWarehouse) -> Examples:
    return training.read(made.transform, past.outcome(made.settings, None))


@pytest.fixture(scope="module")
def judged(examples: Examples) -> judging.Judged:
    found = judging.counted(examples)
    judging.judge(examples, found)
    return found


@pytest.fixture(scope="module")
def kept(made: DbtWarehouse, examples: Examples, judged: judging.Judged) -> Iterator[str]:
    """The id of the model, whose scores are built."""
    model_id = noting.note(made.transform, examples, judged)
    made.transform.build_model_scores(NOW)
    yield model_id


@pytest.fixture(scope="module")
def read(made: DbtWarehouse, examples: Examples) -> Readings:
    """What leaks are seen by."""
    return readings.read(made.settings, examples)


def _figures(judged: judging.Judged) -> dict[str, judging.Figure]:
    return {f.name: f for f in judged.figures}


def test_examples_are_frozen_moments_of_the_undecided(made: DbtWarehouse, examples: Examples) -> None:
    assert len(examples) > 2 * len(np.unique(examples.leads)) > 1500
    months = np.unique(examples.months)
    assert all(str(month)[8:10] == "01" for month in months)
    horizon = np.timedelta64(examples.outcome.horizon_days, "D")
    assert (examples.moments + horizon).max() <= np.datetime64(NOW.replace(tzinfo=None), "us")
    assert (examples.moments > examples.months).any(), "when they became ready"
    newest = examples.months == months[-1]
    assert np.isnan(examples.rule_scores[~newest]).any()
    assert not np.isnan(examples.rule_scores[newest]).any()
    assert made.rows("select count(*) from intermediate.int_learning__features") == [(0,)], "cleared away"


def test_features_are_those_that_scoring_has_at_that_moment(made: DbtWarehouse) -> None:
    """The same leads and the same moment: what is learned from is what is scored."""
    moment = datetime(2026, 3, 1, tzinfo=NOW.tzinfo)
    made.transform.build_examples([moment], NOW, with_rules=True)
    rules = made.rows(
        "select lead_id, score, grade from intermediate.int_learning__rule_scores "
        "where as_of = timestamp '2026-03-01' and score >= 0 order by lead_id"
    )
    found = made.rows(
        "select * from intermediate.int_learning__features where as_of = timestamp '2026-03-01' order by all"
    )
    made.transform.build(
        select="int_scoring__moments int_scoring__account_features int_scoring__signal_features "
        "int_scoring__own_features int_scoring__features int_scoring__rule_hits int_scoring__contributions "
        "int_scoring__sums int_scoring__scores",
        as_of=NOW,
        moments=[moment],
        tests=False,
    )
    assert rules and rules == made.rows(
        "select lead_id, score, automatic_grade from intermediate.int_scoring__scores s "
        "where as_of = timestamp '2026-03-01' and lead_id in "
        "(select lead_id from intermediate.int_learning__rule_scores where as_of = s.as_of and score >= 0) "
        "order by lead_id"
    )
    assert found == made.rows(
        "select f.* from intermediate.int_scoring__features f join intermediate.int_learning__moments m "
        "using (lead_id, as_of) where as_of = timestamp '2026-03-01' order by all"
    )
    made.transform.build_examples((), NOW)


def test_a_model_tells_leads_apart_and_says_how_well(judged: judging.Judged) -> None:
    figures = _figures(judged)
    assert judged.model is not None and judged.calibration is not None
    assert figures["auc_lower"].value > 0.6 < figures["auc_same_age"].value
    assert figures["log_loss_ratio"].value < 1
    assert figures["calibration_error"].value < 0.03
    assert figures["gain_over_rules"].value > 0
    assert figures["signs_against_rule"].value == 0
    assert {"auc_rules", "auc_additive", "auc_logistic", "auc_rules_same_age"} <= figures.keys()
    assert figures["auc"].leads and figures["auc"].leads > 1000


def test_what_sql_says_is_what_the_model_says(
    made: DbtWarehouse, examples: Examples, judged: judging.Judged, kept: str
) -> None:
    """Row by row: the features of now, put through the model here, and joined there."""
    model = judged.model
    assert model is not None
    (start,) = made.rows(
        "select log_odds from intermediate.int_learning__contributions where kind = 'intercept' limit 1"
    )
    assert float(start[0]) == model.start
    wide = dict(made.rows("select lead_id, log_odds from marts.fct_lead_model_scores"))
    said = made.rows(
        "select f.lead_id, f.feature, lower(f.text_value), f.number_value from intermediate.int_scoring__features f "
        "join intermediate.int_scoring__moments m on m.lead_id = f.lead_id and m.as_of = f.as_of and m.is_current"
    )
    values: dict[str, dict[str, tuple[str | None, Any]]] = {lead: {} for lead in wide}
    for lead, feature, text, number in said:
        values[lead][feature] = (text, number)
    for lead in list(wide)[:400]:
        total = model.start
        for parts, numbers in zip(model.parts, model.log_odds, strict=True):
            text, number = values[lead].get(parts.known.name, (None, None))
            total += numbers[_part(parts, text, number)]
        assert float(wide[lead]) == pytest.approx(total, abs=1e-9), lead
    assert len(wide) == len(made.rows("select lead_id from marts.dim_leads"))


def _part(parts: Any, text: str | None, number: Any) -> int:
    if parts.known.is_number:
        return 0 if number is None else 1 + sum(float(number) >= cut for cut in parts.cuts)
    if text is None:
        return 0
    return 1 + parts.categories.index(text) if text in parts.categories else int(parts.count - 1)


def test_contributions_add_up_exactly_and_the_test_sees_where_not(made: DbtWarehouse, kept: str) -> None:
    off = made.rows(
        "select count(*) from (select lead_id, sum(log_odds) as total from intermediate.int_learning__contributions "
        "group by lead_id) join marts.fct_lead_model_scores using (lead_id) where total != log_odds"
    )
    assert off == [(0,)]
    made.execute(
        "update marts.fct_lead_model_scores set log_odds = log_odds + 0.000001 where lead_id = "
        "(select min(lead_id) from marts.fct_lead_model_scores)"
    )
    with pytest.raises(BuildError, match="model_contributions_add_up"):
        made.transform.build(select="model_contributions_add_up", as_of=NOW)
    made.transform.build_model_scores(NOW)


def test_probabilities_lie_in_their_intervals_and_know_their_likes(made: DbtWarehouse, kept: str) -> None:
    rows = made.rows(
        "select probability, lower_probability, upper_probability, similar_lead_count from marts.fct_lead_model_scores"
    )
    assert all(0 <= low <= p <= high <= 1 for p, low, high, _ in rows)
    assert min(n for *_, n in rows) > 0
    mean = sum(p for p, *_ in rows) / len(rows)
    assert 0.005 < mean < 0.3


def test_nothing_of_today_reads_a_model() -> None:
    """A shadow: what is scored, written and remembered is the same with it and without it."""
    found = graphs.read()
    due = {
        "learning",
        *(m for m in found.models if m.startswith(("fct_lead_model_", "rpt_model", "rpt_backtest"))),
    }
    learned = {m for m in found.models if found.layer(m) == "subject" and found.subject(m) == "learning"}
    assert len(learned) > 10
    readers = {m for m, read in found.edges.items() if read & learned} - learned
    assert readers == due - {"learning"}
    assert not learned & found.waited_for(), "write-back waits for none of it"


def test_no_row_names_a_person(made: DbtWarehouse, kept: str) -> None:
    told = {c for (c,) in made.rows("select category from ops.score_model_rows where category is not null")}
    people = made.rows("select lower(email), lower(full_name), lower(phone) from marts.dim_leads")
    assert told and not told & {value for row in people for value in row if value}


def test_a_shuffled_outcome_is_no_signal(
    made: DbtWarehouse, examples: Examples, judged: judging.Judged
) -> None:
    """Each lead keeps its moments and is given the outcomes of another."""
    shuffled = Examples(**{name: getattr(examples, name) for name in examples.__dataclass_fields__})
    draw = np.random.default_rng(11)
    shuffled.converted = examples.converted.copy()
    for tested in (judged.tested, ~judged.tested):
        shuffled.converted[tested] = draw.permutation(examples.converted[tested])
    trained = _trained(made, shuffled)
    assert trained.card["verdict"] == "no_signal"
    assert trained.card["verdict_text"] == "no signal"


def _planted(examples: Examples, read: Readings) -> tuple[Examples, Readings]:
    """The same, with fields that are filled after the outcome, and an honest one that says much of it."""
    now = read.now
    assert now is not None
    draw = np.random.default_rng(5)
    place = {lead: n for n, lead in enumerate(now.leads)}
    places = np.array([place[lead] for lead in examples.leads])
    won, size = now.converted, len(now.leads)
    reached = np.nan_to_num(now.reached, nan=0.0)
    numbers = {
        "tool_score": np.round(40 + 45 * won + draw.normal(0, 12, size)),
        "days_in_stage": np.where(now.decided, 5.0, np.round(now.ages * 0.97)),
        "first_visit": np.where(won & (draw.random(size) < 0.7), reached + 1, np.nan),
        "seats": np.round(draw.gamma(2, 20, size) + 25 * won),
    }
    invoice = np.where(won & (draw.random(size) < 0.3), draw.integers(0, 40, size), -1)
    words = {"invoice": [f"r{n}" for n in range(40)]}
    values = {**numbers, "invoice": invoice}
    whole = replace(
        examples,
        known=[*examples.known, *(Known(n, "fit", "", "unknown", n in numbers, True) for n in values)],
        values=examples.values | {name: each[places] for name, each in values.items()},
        words=examples.words | words,
    )
    return whole, replace(
        read,
        looked_at=read.looked_at | values.keys(),
        names={name: [name] for name in values},
        dates=frozenset({"first_visit"}),
        now=_with(now, values),
    )


def _with(now: Now, values: dict[str, Any]) -> Now:
    return replace(now, values={**now.values, **values})


def test_nothing_of_a_clean_population_is_taken_for_a_leak(examples: Examples, read: Readings) -> None:
    learned = ~folds.tested(examples)
    choices = choose(examples, learned)
    kept, found = findings.find(examples, choices, learned, read)
    assert found == [] and kept == choices
    assert len(read.looked_at & {c.name for c in kept if c.parts}) > 8


def test_planted_leaks_are_left_out_and_an_honest_strong_feature_is_kept(
    examples: Examples, read: Readings
) -> None:
    whole, known = _planted(examples, read)
    learned = ~folds.tested(whole)
    choices, found = findings.find(whole, choose(whole, learned), learned, known)
    kinds = {f.feature: {e.kind for e in f.evidence} for f in found}
    assert kinds.keys() == {"tool_score", "days_in_stage", "first_visit", "invoice"}
    assert "runs_with_time" in kinds["days_in_stage"] and "dated_by_outcome" in kinds["first_visit"]
    assert "name" in kinds["tool_score"] and "too_sure" in kinds["invoice"]
    reasons = {c.name: c.reason for c in choices}
    assert reasons["seats"] == "used" and reasons["invoice"] == "leak"
    judged = judging.counted(whole)
    judging.judge(whole, judged, known)
    assert _figures(judged)["auc"].value < 0.9
    assert {p.known.name for p in judged.model.parts if judged.model} & kinds.keys() == set()


def test_findings_are_kept_with_the_model_and_say_what_to_do(
    made: DbtWarehouse, examples: Examples, judged: judging.Judged
) -> None:
    found = findings.Finding("phone", "ask", [Evidence("too_good", DOUBT, "alone it has …")], True)
    trained = training.kept(made.transform, examples, replace(judged, leaks=[found]))
    assert [(row["feature"], row["verdict"], row["finding"]) for row in trained.leaks] == [
        ("phone", "ask", "alone it has …")
    ]
    assert "learning_features.csv" in trained.leaks[0]["advice"]


def test_rules_model_and_a_change_are_looked_back_at(
    made: DbtWarehouse, examples: Examples, judged: judging.Judged, tmp_path: Path
) -> None:
    """The change takes all rules away, so that every lead has one score and one grade."""
    tried = shutil.copytree(DEMO, tmp_path / "tried")
    rules = tried / "rules" / "score_rules.csv"
    rules.write_text(rules.read_text().splitlines()[0] + "\n")
    with backtest.changed_rules(str(tried), made.transform, None) as change:
        done = trial.compare(made.transform, examples, judged, change, 20)
    said = {name: {f.name: f for f in each} for name, each in done.figures.items()}
    model = _figures(judged)
    assert said["model"]["auc"].value == pytest.approx(model["auc"].value)
    assert said["rules"]["auc"].value == pytest.approx(model["auc_rules"].value)
    assert said["change"]["auc"].value == 0.5 and "brier" not in said["change"]
    assert {"log_loss", "brier", "lift_top_tenth", "best_to_worst_share"} <= said["model"].keys()
    assert said["rules"]["best_to_worst_grade"].value > 1
    reached = {name: each["reached_by_calls"] for name, each in said.items()}
    assert reached["model"].value > reached["chance"].value > 0
    assert {f.leads for f in reached.values()} == {done.card["converted_count"]}
    grades = {(b.scorer, b.label): b.leads for b in done.bands if b.kind == "grade"}
    assert grades["rules", "Hot"] > 0 < grades["rules", "Cold"]
    assert grades["change", "Hot"] == 0 and grades["change", "Cold"] == done.card["lead_count"]
    assert {m["kind"] for m in done.mistakes if m["scorer"] == "model"} >= {"false_alarm"}
    assert any(m["name"] for m in done.mistakes)
    kept = made.rows(
        "select scorer, count(*) from marts.rpt_backtest_figures join marts.rpt_backtests using (backtest_id) "
        "where change_name is not null group by 1"
    )
    assert dict(kept) == {name: len(each) for name, each in done.figures.items()}
    ids = {lead for (lead,) in made.rows("select lead_id from marts.dim_leads")}
    texts = {
        t for row in made.rows("select * from marts.rpt_backtest_bands") for t in row if isinstance(t, str)
    }
    assert not texts & ids


def _trained(made: DbtWarehouse, examples: Examples) -> training.Trained:
    found = judging.counted(examples)
    judging.judge(examples, found)
    return training.kept(made.transform, examples, found)


def test_the_verdict_is_the_gates(made: DbtWarehouse, examples: Examples, judged: judging.Judged) -> None:
    trained = training.kept(made.transform, examples, judged)
    passed = {g["gate_id"] for g in trained.gates if g["is_passed"]}
    every = {g["gate_id"] for g in trained.gates}
    assert {"conversions", "decided_leads", "signal", "signs"} <= passed
    assert (trained.card["verdict"] == "passes") == (passed == every)
    used = {row["reason_code"]: row["feature_count"] for row in trained.features}
    assert used["used"] > 20 and used["no_past"] > 10


def test_few_outcomes_are_told_with_their_count_and_nothing_is_fitted(tmp_path: Path) -> None:
    few = built_warehouses.of_people(tmp_path)
    trained = training.train(few.transform)
    conversions = next(f["value"] for f in trained.figures if f["figure"] == "conversions")
    assert (
        trained.card["verdict_text"] == f"too few outcomes: {conversions:.0f} of 100 (leads that converted)"
    )
    assert few.rows("select count(*) from ops.score_model_rows") == [(0,)]
    assert few.rows("select count(*) from marts.fct_lead_model_scores") == [(0,)]
    with pytest.raises(ConfigError, match="no outcome 'sql_30'"):
        training.train(few.transform, "sql_30")


def test_nobody_is_no_lead_to_learn_from(tmp_path: Path) -> None:
    nobody = built_warehouses.of_nobody(tmp_path)
    with pytest.raises(ConfigError, match="no lead to learn from"):
        training.train(nobody.transform)
