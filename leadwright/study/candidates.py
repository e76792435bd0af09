"""Rules that could be worth something, made of what leads have, without a look at what became of them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Any

from leadwright import warehouse
from leadwright.formatting import code_in_words
from leadwright.study.bench import Bench
from leadwright.study.fields import Candidate

_VALUES = warehouse.statement(__file__, "values")
_NUMBERS = warehouse.statement(__file__, "numbers")
_OTHERS = warehouse.statement(__file__, "flags_and_signals")

FEWEST = 20
"""Of how many leads a value must be: fewer would say what one person did, and name it."""
_SHARE = 0.005
_MOST = 25
_HALF_LIFE_DAYS = 30
_STEP = Decimal("0.01")

Row = dict[str, str]


def rules(
    bench: Bench, own: Sequence[Candidate], left_out: Collection[str], there: Sequence[Mapping[str, str]]
) -> list[Row]:
    """Rows of score_rules.csv that could be tried, each for one value, range or sign.

    Args:
        bench: with the values of all features.
        own: the company's own fields, for their labels.
        left_out: features that no rule should look at.
        there: the rules that there are; what they say already is not said again.
    """
    leads = bench.rows("select count(*) as n from intermediate.int_identity__people")[0]["n"]
    asked = {"fewest": max(FEWEST, int(leads * _SHARE))}
    labels = {c.feature: c.label for c in own}
    types = {c.feature: c.type for c in own}
    dates = [name for name, kind in types.items() if kind == "date"]
    half_lives = {r["feature"]: r["half_life_days"] for r in there if r["half_life_days"]}
    made = [
        *_of_texts(bench.rows(_VALUES, asked | {"most": _MOST}), labels, types),
        *_of_numbers(bench.rows(_NUMBERS, asked | {"dates": dates}), labels),
        *_of_others(bench.rows(_OTHERS, asked), labels, half_lives, leads),
    ]
    taken = {(r["dimension"], r["feature"], r["operator"], r["value"].lower()) for r in there}
    names = {r["rule_id"] for r in there}
    found = []
    for row in made:
        key = (row["dimension"], row["feature"], row["operator"], row["value"].lower())
        if row["feature"] in left_out or key in taken:
            continue
        row["rule_id"] = _free(row["rule_id"], names)
        names.add(row["rule_id"])
        found.append(row)
    return found


def _of_texts(
    rows: Sequence[Mapping[str, Any]], labels: Mapping[str, str], types: Mapping[str, str]
) -> Iterator[Row]:
    for row in rows:
        feature, value = row["feature"], row["value"]
        if "|" in value:
            continue  # it separates values
        operator = "equals"
        if types.get(feature) == "multi_select":
            if ";" in value:
                continue  # each of its values is there alone, too
            operator = "contains_word"
        yield _row("fit", feature, operator, value, f"{_label(feature, labels)}: {code_in_words(value)}")


def _of_numbers(rows: Sequence[Mapping[str, Any]], labels: Mapping[str, str]) -> Iterator[Row]:
    for row in rows:
        feature, label = row["feature"], _label(row["feature"], labels)
        limits = sorted({limit for limit in row["limits"] if limit is not None})
        if row["different"] < 2 or not limits:
            continue
        if limits[0] > row["lowest"]:
            yield _row(
                "fit", feature, "lte", _spelled(limits[0] - _STEP), f"{label} under {_spelled(limits[0])}"
            )
        for low, high in pairwise(limits):
            said = f"{label} {_spelled(low)} to under {_spelled(high)}"
            yield _row("fit", feature, "between", f"{_spelled(low)}|{_spelled(high - _STEP)}", said)
        yield _row("fit", feature, "gte", _spelled(limits[-1]), f"{label} {_spelled(limits[-1])} or more")


def _of_others(
    rows: Sequence[Mapping[str, Any]], labels: Mapping[str, str], half_lives: Mapping[str, str], leads: int
) -> Iterator[Row]:
    for row in rows:
        feature = row["feature"]
        if row["kind"] == "signal":
            label = str(row["meaning"]).split(":")[0]
            made = _row("intent", feature, "exists", "", label)
            if row["decays"]:
                made["half_life_days"] = half_lives.get(feature, str(_HALF_LIFE_DAYS))
            yield made
        elif row["leads"] < leads:
            operator = "is_true" if row["value_type"] == "flag" else "exists"
            known = "" if operator == "is_true" else " known"
            yield _row("fit", feature, operator, "", f"{_label(feature, labels)}{known}")


def _row(dimension: str, feature: str, operator: str, value: str, label: str) -> Row:
    words = re.findall(r"\w+", value.lower().replace("|", "_to_"))
    return {
        "rule_id": "_".join([feature, *([operator] if operator in ("lte", "gte") else []), *words])[:60],
        "dimension": dimension,
        "signal_group": f"{dimension}_{feature}",
        "feature": feature,
        "operator": operator,
        "value": value,
        "points": "1",
        "half_life_days": "",
        "valid_from": "",
        "valid_to": "",
        "label": label[:80],
        "reason": "To be tried",
    }


def _label(feature: str, labels: Mapping[str, str]) -> str:
    said = labels.get(feature) or feature.replace("_", " ")
    return said[:1].upper() + said[1:]


def _spelled(number: Decimal) -> str:
    return f"{Decimal(number).normalize():f}"


def _free(name: str, taken: Collection[str]) -> str:
    if name not in taken:
        return name
    return next(other for n in range(2, 10_000) if (other := f"{name}_{n}") not in taken)
