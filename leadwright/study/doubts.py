"""Which fields of a company's own are not proposed, and why: they seem to be filled in after the outcome, or to say
nothing of a lead.

These are what the CRM's present state can tell. What a training has found, and what a person has said of a field, goes
first.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from leadwright import warehouse
from leadwright.learn.intervals import wilson
from leadwright.learn.leaks.words import Vocabulary, of_name
from leadwright.study.bench import Bench, Outcome
from leadwright.study.evidence import percent
from leadwright.study.fields import Candidate

_FILLS = warehouse.statement(__file__, "own_fills")
_LEAKS = warehouse.statement(__file__, "known_leaks")
_RANKS = warehouse.statement(__file__, "own_ranks")

_FEWEST = 20
_TOO_GOOD = 0.9
_UNLIKE = 0.5
"""A name or number of a record: more than every second value is another one."""
_LATER = 0.5
"""Of the dates, how many may be after the day of creation."""


def known(bench: Bench) -> dict[str, str | None]:
    """Feature -> why models may not learn from it, None where a person said that they may."""
    leaks: dict[str, str | None] = {row["feature"]: row["finding"] for row in bench.rows(_LEAKS)}
    answers = {row["feature"]: row["use"] for row in bench.tables.rows("learning_features")}
    return leaks | {
        feature: None if use == "yes" else "learning_features.csv says no" for feature, use in answers.items()
    }


def doubts(
    bench: Bench,
    outcome: Outcome,
    candidates: Sequence[Candidate],
    found: Mapping[str, str | None],
    vocabulary: Vocabulary,
) -> dict[str, str]:
    """Feature -> why no rule should look at it.

    Args:
        bench: with the values of the fields.
        outcome: that they must not speak of.
        candidates: the fields.
        found: what is known of features otherwise (`known`); it is taken over.
        vocabulary: words that speak of the outcome in the name of a field.
    """
    fills = {row["feature"]: row for row in bench.rows(_FILLS, {"stage": outcome.stage})}
    ranks = {row["feature"]: row["auc"] for row in bench.rows(_RANKS, {"stage": outcome.stage})}
    doubted = {feature: why for feature, why in found.items() if why}
    for candidate in candidates:
        row = fills.get(candidate.feature)
        if candidate.feature in found:
            continue
        if row is None:
            doubted[candidate.feature] = "no lead has a value that can be read"
        elif why := next(_reasons(candidate, row, ranks.get(candidate.feature), outcome, vocabulary), None):
            doubted[candidate.feature] = why
    return doubted


def _reasons(
    candidate: Candidate, row: Mapping[str, Any], auc: float | None, outcome: Outcome, vocabulary: Vocabulary
) -> Iterator[str]:
    """What speaks against a field, the gravest first."""
    filled, leads = row["filled"], row["leads"]
    if filled < _FEWEST:
        yield f"only {filled:,} of {leads:,} leads have a value"
    if row["converted"] and row["others"]:
        of_converted, of_others = (
            row["converted_filled"] / row["converted"],
            row["others_filled"] / row["others"],
        )
        low = wilson(of_converted, row["converted"])[0]
        if low > 0.5 and wilson(of_others, row["others"])[1] < 0.1:
            yield (
                f"{percent(of_converted)} of the leads that {outcome.verb} have a value and "
                f"{percent(of_others)} of the others: it seems to be filled in with the outcome"
            )
    if candidate.type == "date" and row["after_creation"] > _LATER * filled:
        yield (
            f"{percent(row['after_creation'] / filled)} of its dates are after the day on which the lead came, "
            "so that it was filled in later or speaks of something later"
        )
    if later := _filled_later(row):
        yield later
    if evidence := of_name((candidate.label, candidate.feature), vocabulary):
        yield f"its name, {evidence.text}"
    if auc is not None and auc > _TOO_GOOD:
        yield f"alone it tells nearly all leads apart (AUC {auc:.2f}): too good to be known beforehand"
    if candidate.type == "text" and row["different"] > _UNLIKE * filled:
        yield f"{row['different']:,} different values in {filled:,} leads: a name or a number of a record"


def _filled_later(row: Mapping[str, Any]) -> str | None:
    """Whether young leads have a value far more seldom than older ones of like fate."""
    if row["young"] < _FEWEST or row["old"] < _FEWEST:
        return None
    young, old = row["young_filled"] / row["young"], row["old_filled"] / row["old"]
    if wilson(young, row["young"])[1] < wilson(old, row["old"])[0] and young < 0.7 * old:
        return (
            f"{percent(young)} of the newest leads have a value and {percent(old)} of older ones that did not "
            "convert either: it is filled in later, or has been given up"
        )
    return None
