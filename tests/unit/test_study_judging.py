"""What is made of evidence: points of rules, fields that are left out, and the tables that are proposed."""

from __future__ import annotations

import csv
import random
from collections.abc import Sequence
from typing import Any

import pytest

from leadwright.connectors.base import FieldInfo
from leadwright.learn.leaks.words import Vocabulary, Word
from leadwright.study import bands, company, doubts, fields, judging, proposals
from leadwright.study.bench import Outcome, Rule
from leadwright.study.company import Owner
from leadwright.study.evidence import Counts, Pattern
from leadwright.study.fields import Candidate
from leadwright.study.judging import Judged
from tests.dbt_warehouse import NOW
from tests.installation import ROOT

OUTCOME = Outcome("won_180", "won", 180, "dated", 400, 0, NOW)


class Bench:
    """What a study asks of its copy, answered from a list of leads: the rules that hold for each, and its outcome."""

    def __init__(self, leads: Sequence[tuple[set[str], bool]], names: Sequence[str]) -> None:
        self._leads, self._names = leads, names

    def evidence(self) -> list[Rule]:
        return [Rule(name, "who", self._counts(name)) for name in self._names]

    def patterns(self, chosen: Sequence[str]) -> dict[str, list[Pattern]]:
        some = [Pattern(tuple(sorted(held & set(chosen))), 1, float(won)) for held, won in self._leads]
        return {"who": some, "does": []}

    def _counts(self, name: str) -> Counts:
        sides = [[won for held, won in self._leads if (name in held) is side] for side in (True, False)]
        rates = [sum(side) / len(side) if side else 0.0 for side in sides]
        return Counts(len(sides[0]), rates[0], len(sides[1]), rates[1])


def _row(name: str, points: float = 1, dimension: str = "fit") -> dict[str, str]:
    return {
        **{
            "rule_id": name,
            "dimension": dimension,
            "signal_group": name,
            "feature": name,
            "operator": "equals",
        },
        **{"value": "x", "points": f"{points:g}", "half_life_days": "", "label": name, "reason": "Ours"},
    }


def _judged(
    leads: Sequence[tuple[set[str], bool]], rows: Sequence[dict[str, str]], new: set[str]
) -> dict[str, Judged]:
    bench: Any = Bench(leads, [row["rule_id"] for row in rows if row["dimension"] != "disqualify"])
    found = judging.judge(bench, rows, new, sum(won for _, won in leads), {"seen"})
    return {each.row["rule_id"]: each for each in found}


def _population(count: int, effects: dict[str, float], base: float = 0.1) -> list[tuple[set[str], bool]]:
    """Leads for which each rule holds with one chance in three, whose rate a rule multiplies by its effect."""
    chance = random.Random(11)
    made = []
    for _ in range(count):
        held = {name for name in effects if chance.random() < 1 / 3}
        rate = base
        for name in held:
            rate *= effects[name]
        made.append((held, chance.random() < min(rate, 0.95)))
    return made


def test_rules_that_outcomes_support_get_points_and_the_others_none() -> None:
    names = {"good": 2.5, "bad": 0.3, **{f"noise_{n}": 1.0 for n in range(12)}}
    found = _judged(_population(4000, names), [_row(name) for name in names], set(names))
    assert found["good"].points is not None and 8 <= found["good"].points <= 18
    assert found["bad"].points is not None and -22 <= found["bad"].points <= -10
    assert sum(found[f"noise_{n}"].points is not None for n in range(12)) <= 1


def test_of_a_shuffled_outcome_nothing_is_supported() -> None:
    names = {f"rule_{n}": 1.0 for n in range(40)}
    found = _judged(_population(3000, names), [_row(name) for name in names], set(names))
    assert not [each for each in found.values() if each.points is not None]


def test_a_rule_of_ones_own_is_the_prior_and_is_moved() -> None:
    names = {"right": 2.0, "wrong": 0.4, "untried": 1.0}
    leads = [(held - {"untried"}, won) for held, won in _population(4000, names)]
    rows = [
        _row("right", 10),
        _row("wrong", 12),
        _row("untried", 9),
        _row("seen", 5),
        _row("rival", 0, "disqualify"),
    ]
    found = _judged(leads, rows, set())
    assert found["wrong"].finding == "points_the_wrong_way"
    assert found["wrong"].points is not None and found["wrong"].points < 0
    assert found["right"].points is not None and 6 <= found["right"].points <= 14
    assert (found["untried"].finding, found["untried"].points) == ("never_holds", 9)
    assert (found["seen"].finding, found["seen"].points) == ("past_unknown", 5)
    assert (found["rival"].finding, found["rival"].points) == ("not_judged", 0)


def test_a_rule_that_holds_for_everybody_is_told() -> None:
    leads = [(held | {"all"}, won) for held, won in _population(500, {"good": 2.0})]
    assert _judged(leads, [_row("all", 5), _row("good", 5)], set())["all"].finding == "holds_for_all"


def test_with_few_outcomes_all_points_stay() -> None:
    leads = _population(200, {"good": 3.0}, base=0.03)
    assert sum(won for _, won in leads) < judging.FEWEST_OUTCOMES
    found = _judged(leads, [_row("good", 7)], set())
    assert (found["good"].points, found["good"].finding) == (7, "too_few_outcomes")


with (ROOT / "dbt_project" / "seeds" / "reference" / "leak_words.csv").open(encoding="utf-8") as _file:
    WORDS = Vocabulary(Word(r["found_in"], r["words"], r["speaks_of"]) for r in csv.DictReader(_file))


def _candidate(feature: str, type_: str = "text") -> Candidate:
    return Candidate("hubspot", "contacts", feature, feature, feature, type_, 0.5)


def _fill(feature: str, **counts: int) -> dict[str, Any]:
    """A field that every second lead has, whatever became of it and whenever it came."""
    usual = {"filled": 500, "different": 6, "converted_filled": 50, "others_filled": 450, "young_filled": 45}
    whole = {"leads": 1000, "converted": 100, "others": 900, "young": 90, "old": 810}
    return {"feature": feature, **usual, "old_filled": 405, "after_creation": 0, **whole, **counts}


class Fills:
    """A bench that knows when fields are filled."""

    def __init__(self, fill: dict[str, Any], auc: float) -> None:
        self._answers = iter([[fill], [{"feature": fill["feature"], "auc": auc}]])

    def rows(self, sql: str, asked: dict[str, Any]) -> list[dict[str, Any]]:
        return next(self._answers)


@pytest.mark.parametrize(
    ("feature", "type_", "counts", "auc", "because"),
    [
        ("plan", "picklist", {}, 0.7, None),
        ("paid_by", "text", {"converted_filled": 95, "others_filled": 5}, 0.7, "filled in with the outcome"),
        ("visit", "date", {"after_creation": 400}, 0.6, "after the day on which the lead came"),
        ("seats", "number", {"young_filled": 5}, 0.6, "filled in later"),
        ("lead_quality", "picklist", {}, 0.6, "its name, "),
        ("letzter_kontakt", "text", {}, 0.6, "its name, "),
        ("colour", "picklist", {}, 0.96, "too good to be known beforehand"),
        ("file", "text", {"different": 480}, 0.5, "a name or a number of a record"),
        ("rare", "text", {"filled": 9}, 0.5, "only 9 of 1,000 leads"),
    ],
)
def test_fields_of_the_outcome_are_left_out_and_honest_ones_kept(
    feature: str, type_: str, counts: dict[str, int], auc: float, because: str | None
) -> None:
    bench: Any = Fills(_fill(feature, **counts), auc)
    found = doubts.doubts(bench, OUTCOME, [_candidate(feature, type_)], {}, WORDS)
    assert (because in found[feature]) if because else not found


@pytest.mark.parametrize(
    ("known", "left_out"),
    [
        ({"plan": "filled on the day of the sale"}, {"plan": "filled on the day of the sale"}),
        ({"plan": None}, {}),
    ],
)
def test_what_a_training_found_and_a_person_said_goes_first(
    known: dict[str, str | None], left_out: dict[str, str]
) -> None:
    bench: Any = Fills(_fill("plan"), 0.96)
    assert doubts.doubts(bench, OUTCOME, [_candidate("plan")], known, WORDS) == left_out


@pytest.mark.parametrize(
    ("field", "name"),
    [
        ("Maschinentyp__c", "maschinentyp"),
        ("Época 2__c", "epoca_2"),
        ("idioma preferido", "idioma_preferido"),
        ("項目", "field_0943908e"),
        ("2nd visit", "field_2nd_visit"),
    ],
)
def test_a_field_is_named_as_rules_name_things(field: str, name: str) -> None:
    assert fields.feature_name(field) == name


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["1.250,50 EUR", "3.000 €", "12"], "number"),
        (["ja", "nein", "ja"], "flag"),
        (["2026-01-31", "2025-12-01T10:00:00Z"], "date"),
        (["1.000-3.000 €", "mehr"], "text"),
        (["1", "2"], "number"),
    ],
)
def test_the_type_of_a_text_field_is_read_off_its_values(values: list[str], expected: str) -> None:
    assert fields.type_of(FieldInfo("x", "X", "text", True), values) == expected


def test_points_below_zero_are_made_room_for() -> None:
    rows = [_row("bad", -12), _row("good", 8)]
    start = proposals.start(rows, [(-12, 300), (0, 500), (8, 200)])
    assert start is not None and start["points"] == "12"
    assert proposals.start([_row("good", 8)], [(0, 500), (8, 200)]) is None


def test_a_group_is_capped_by_its_largest_rule_and_own_caps_stay() -> None:
    there = [{"dimension": "fit", "signal_group": "good", "cap": "20", "reason": "Ours"}]
    groups = proposals.score_groups(
        [_row("good", 8), _row("bad", -12), _row("rival", 0, "disqualify")], there
    )
    assert [(g["signal_group"], g["cap"]) for g in groups] == [("good", "20"), ("bad", "12")]


def test_the_grid_follows_the_score_that_tells() -> None:
    there = [
        {
            "fit_band": f,
            "intent_band": i,
            "grade": grade,
            "play": f"{f} {i}",
            "next_action": "",
            "sla_minutes": "",
            "reason": "",
        }
        for f, line in {
            "high": ("Hot", "Warm", "Cold"),
            "medium": ("Warm", "Warm", "Cold"),
            "low": ("Cold",) * 3,
        }.items()
        for i, grade in zip(("high", "medium", "low"), line, strict=True)
    ]
    scale = [
        {"grade": g, "stands_for": s} for g, s in (("Hot", "best"), ("Warm", "middle"), ("Cold", "worst"))
    ]
    found = bands.Bands((10, 20), (1, 2), "by_fit", (0.2, 0.6, 0.2))
    rows = {(r["fit_band"], r["intent_band"]): r for r in proposals.grades(there, scale, found)}
    assert len(rows) == 9
    assert {rows["high", i]["grade"] for i in ("high", "medium", "low")} == {"Hot"}
    assert rows["high", "low"]["play"] == "high high", "what is done for a Hot lead"
    assert rows["medium", "medium"]["play"] == "medium medium"


def _owner(email: str, role: str, leads: int) -> Owner:
    return Owner(email, email, True, False, False, leads, 3, 40, 0.4, None, role)


def test_who_sells_is_proposed_for_the_pool_and_a_login_is_routed_from() -> None:
    some = [
        _owner("ada@x.example", "sells", 300),
        _owner("new@x.example", "sells", 4),
        _owner("api@x.example", "login", 90),
    ]
    assert [row["email_pattern"] for row in company.pool_rows(some, [])] == ["ada@x.example"]
    assert not company.pool_rows(some, [{"pool": "everyone", "email_pattern": "*"}]), (
        "somebody is named already"
    )
    assert [row["email"] for row in company.routed_from_rows(some, [])] == ["api@x.example"]
    assert not company.routed_from_rows(some, [{"email": "API@x.example", "reason": "Ours"}])
