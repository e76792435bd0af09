"""Which fields of a company's own are not proposed, and why: they seem to be filled in after the outcome, or to say
nothing of a lead.

These are what the CRM's present state can tell. What a leak detector finds is handed in as `found` and goes first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from leadwright import warehouse
from leadwright.learn.intervals import wilson
from leadwright.study.bench import Bench, Outcome
from leadwright.study.evidence import percent
from leadwright.study.fields import Candidate

_FILLS = warehouse.statement(__file__, "own_fills")
_RANKS = warehouse.statement(__file__, "own_ranks")

_FEWEST = 20
_TOO_GOOD = 0.9
_UNLIKE = 0.5
"""A name or number of a record: more than every second value is another one."""
_LATER = 0.5
"""Of the dates, how many may be after the day of creation."""
_TELLING = (  # parts of names, in the languages of stage_words.csv, of what is written down at the end or by a scorer
    r"^(last|letzt|ultim|dernier|laatste)",
    r"(score|scoring|rating|quality|qualitaet|qualitat|calidad|qualite|qualidade|qualita|kwaliteit|grade|punktzahl)",
    r"(invoice|rechnung|factura|facture|fattura|factuur|auftragsnummer|order_n|order_id|pedido_n|bestellnummer)",
    r"(closed|close_|outcome|ergebnis|resultado|resultat|risultato|lost_|won_|verlust|motivo_de_perdida)",
    r"(status|stage|phase|etapa|etape|estado|stato)",
)


def doubts(
    bench: Bench, outcome: Outcome, candidates: Sequence[Candidate], found: Mapping[str, str]
) -> dict[str, str]:
    """Feature -> why no rule should look at it.

    Args:
        bench: with the values of the fields.
        outcome: that they must not speak of.
        candidates: the fields.
        found: what is known of features otherwise, such as by a leak detector; it is taken over.
    """
    fills = {row["feature"]: row for row in bench.rows(_FILLS, {"stage": outcome.stage})}
    ranks = {row["feature"]: row["auc"] for row in bench.rows(_RANKS, {"stage": outcome.stage})}
    doubted = dict(found)
    for candidate in candidates:
        row = fills.get(candidate.feature)
        if candidate.feature in doubted:
            continue
        if row is None:
            doubted[candidate.feature] = "no lead has a value that can be read"
        elif why := next(_reasons(candidate, row, ranks.get(candidate.feature), outcome), None):
            doubted[candidate.feature] = why
    return doubted


def _reasons(
    candidate: Candidate, row: Mapping[str, Any], auc: float | None, outcome: Outcome
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
    label = candidate.label.lower().replace(" ", "_")
    if any(re.search(part, text) for part in _TELLING for text in (candidate.feature, label)):
        yield "its name speaks of what is known at the end, or of another score"
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
