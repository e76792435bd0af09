"""Features are cut into parts that can be written down, and two models say one number for each of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import numpy as np
import pyarrow as pa
import pytest

from leadwright.learn import folds, models, parts
from leadwright.learn.examples import Examples, Known, Outcome, column
from leadwright.learn.parts import Parts

_VISITS = Known("visits", "intent", "better", "zero", True, True)
_SINCE = Known("days_since", "intent", "worse", "never", True, True)
_SIZE = Known("size", "fit", "", "unknown", True, True)
_COUNTRY = Known("country", "fit", "", "unknown", False, True)
_OUTCOME = Outcome("sql_90", 90, "dated", datetime(2026, 6, 30))


def examples(size: int, groups: Sequence[str] = (), seed: int = 1) -> Examples:
    """Leads of whom those that visit often, and those from Norway, convert; a month each hundred."""
    draw = np.random.default_rng(seed)
    visits = draw.integers(0, 6, size).astype(float)
    country = draw.integers(-1, 3, size)
    chance = 1 / (1 + np.exp(-(visits - 4 + 1.5 * (country == 0))))
    months = np.datetime64("2025-01-01", "M") + np.arange(size) // 100
    leads = np.array([f"lead{n}" for n in range(size)], dtype=object)
    return Examples(
        _OUTCOME,
        (_VISITS, _SINCE, _SIZE, _COUNTRY),
        leads,
        np.array(groups, dtype=object) if len(groups) else leads,
        months.astype("datetime64[us]"),
        months.astype("datetime64[us]"),
        (draw.random(size) < chance).astype(np.int64),
        np.full(size, np.nan),
        {
            "visits": np.where(visits == 0, np.nan, visits),
            "days_since": np.where(visits == 0, np.nan, 30 - 5 * visits),
            "size": np.where(draw.random(size) < 0.3, np.nan, draw.integers(1, 999, size)),
            "country": country.astype(np.int32),
        },
        {"country": ["norway", "sweden", "oman"]},
    )


def test_a_column_has_a_place_for_each_and_none_for_no_text() -> None:
    rows = pa.table({"place": [2, 0, 3], "number_value": [None, 1.0, None], "text_value": ["b", None, "a"]})
    words = {"a": 0}
    assert column(rows, 4, words).tolist() == [-1, -1, 1, 0] and words == {"a": 0, "b": 1}
    numbers = column(rows, 4, None)
    assert numbers[0] == 1 and np.isnan(numbers[1:]).all()
    nobody = rows.set_column(2, "text_value", pa.array([None, None, None], pa.string()))
    assert column(nobody, 4, words).tolist() == [-1] * 4


def test_a_number_falls_into_its_range_and_what_is_missing_has_a_part_of_its_own() -> None:
    some = examples(6)
    some.values["size"] = np.array([np.nan, 9.99, 10, 49.99, 50, 1e9])
    cut = Parts(_SIZE, cuts=(10.0, 50.0))
    assert cut.code(some).tolist() == [0, 1, 2, 2, 3, 3]
    assert list(cut.rows()) == [
        (0, "missing", None, None, None),
        (1, "range", None, None, 10.0),
        (2, "range", None, 10.0, 50.0),
        (3, "range", None, 50.0, None),
    ]


def test_a_text_has_a_part_and_all_others_share_one() -> None:
    some = examples(4)
    some.values["country"] = np.array([-1, 0, 1, 2], dtype=np.int32)
    cut = Parts(_COUNTRY, categories=("sweden",))
    assert cut.code(some).tolist() == [0, 2, 1, 2]
    assert [row[1:3] for row in cut.rows()] == [("missing", None), ("category", "sweden"), ("other", None)]


def test_what_no_value_stands_for_has_its_place_in_the_order() -> None:
    assert Parts(_VISITS, cuts=(2.0,)).order == [0, 1, 2], "never visited is less than one visit"
    assert Parts(_SINCE, cuts=(2.0,)).order == [1, 2, 0], "never is longer ago than any day"
    assert Parts(_SIZE, cuts=(2.0,)).order == [1, 2]


def test_a_category_of_few_leads_is_no_row() -> None:
    some = examples(400)
    some.values["country"] = np.array([0] * 300 + [1] * 81 + [2] * 19, dtype=np.int32)
    chosen = {c.name: c for c in parts.choose(some, np.ones(400, dtype=bool))}
    country = chosen["country"].parts
    assert country is not None and country.categories == ("norway", "sweden"), "19 leads from Oman"
    visits = chosen["visits"].parts
    assert visits is not None and visits.cuts == (2.0, 3.0, 4.0, 5.0)


def test_a_feature_that_says_nothing_is_left_out_and_why() -> None:
    some = examples(400)
    some.values["size"] = np.full(400, 7.0)
    some.values["visits"] = np.where(np.arange(400) < 19, 1.0, np.nan)
    some.values["country"] = np.arange(400, dtype=np.int32)
    some.words["country"] = [f"word{n}" for n in range(400)]
    some.known = (*some.known, Known("later", "fit", "", "unknown", True, False))
    reasons = {c.name: c.reason for c in parts.choose(some, np.ones(400, dtype=bool))}
    assert reasons == {
        "visits": "nearly_empty",
        "days_since": "used",
        "size": "same_for_all",
        "country": "too_many_values",
        "later": "no_past",
    }


@pytest.mark.parametrize("kind", models.KINDS)
def test_a_model_learns_and_keeps_the_signs_that_are_known(kind: models.Kind) -> None:
    some = examples(3000)
    used = [c.parts for c in parts.choose(some, np.ones(3000, dtype=bool)) if c.parts]
    codes = [p.code(some) for p in used]
    model = models.fit(kind, used, codes, some.converted, np.arange(3000), bags=2)
    by_name = {p.known.name: numbers for p, numbers in zip(used, model.log_odds, strict=True)}
    assert model.against_sign() == 0
    assert by_name["country"][1 + list(used[-1].categories).index("norway")] > 0.5
    assert by_name["country"][-1] == 0.0, "nobody was from anywhere else, so nothing is known of it"
    rate = (1 / (1 + np.exp(-model.scores(codes)))).mean()
    assert abs(rate - some.converted.mean()) < 0.02
    known = [np.diff(by_name[p.known.name][p.order]) * p.sign for p in used if p.sign]
    assert all((steps >= -1e-6).all() for steps in known) and any(steps.sum() > 1 for steps in known)


def test_a_model_against_a_known_sign_is_counted() -> None:
    cut = Parts(_VISITS, cuts=(2.0,))
    assert models.Model("logistic", [cut], 0.0, [np.array([0.0, 0.1, 0.2])]).against_sign() == 0
    assert models.Model("logistic", [cut], 0.0, [np.array([0.0, 0.3, 0.2])]).against_sign() == 1


def test_an_account_is_never_on_both_sides_but_a_giant_one_is_no_account() -> None:
    names = [f"account{n // 4}" for n in range(400)]
    fold = folds.of_groups(folds.groups(examples(400, names)))
    assert len(set(fold.tolist())) == folds.FOLDS
    assert all(len(set(fold[n : n + 4].tolist())) == 1 for n in range(0, 400, 4))
    giant = folds.of_groups(folds.groups(examples(400, ["everybody"] * 400)))
    assert len(set(giant.tolist())) == folds.FOLDS, "a company of one account has folds, too"


def test_the_newest_months_test() -> None:
    some = examples(800)
    tested = folds.tested(some)
    assert set(some.months[tested].astype("datetime64[M]").astype(str)) == {"2025-07", "2025-08"}
    some.converted[600:] = 0
    assert folds.tested(some).mean() > 0.25, (
        "until 30 have converted in them, or half of the months is reached"
    )
