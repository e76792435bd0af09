"""What a set of rules should be worth by what became of leads: each rule's points before and after, and what is wrong.

Rules that stand are the prior, new ones begin at nothing; how far data may move them is measured by how far they
differ from that at all (`evidence.spread`). Shared by `study` and `rules suggest`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from leadwright.study import evidence
from leadwright.study.bench import Bench, Rule
from leadwright.study.candidates import FEWEST
from leadwright.study.evidence import Counts, Effect

FEWEST_OUTCOMES = 30
"""With fewer leads that converted, nothing is said of what predicts: the points that stand are the best guess."""
START = "every_lead"
"""The rule that gives every lead the points to begin with, so that points can be taken away."""
_LEAST_POINTS = 2
"""A new rule that adds fewer points moves nobody and is one more to read."""
_LARGEST = 30

Row = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Judged:
    """A rule, and what outcomes say of it.

    Attributes:
        row: as it stands, or as it was tried.
        counts: None where it was not looked at, such as a disqualifier.
        effect: by itself; None where it holds for too few or for nearly all.
        before: its points; None for a new one.
        points: that it should have; None where it should not be there.
        finding: never_holds, holds_for_all, points_the_wrong_way, too_few, unclear, supported, moved,
            too_few_outcomes, past_unknown or not_judged.
    """

    row: Row
    counts: Counts | None
    effect: Effect | None
    before: float | None
    points: float | None
    finding: str

    def as_dict(self) -> dict[str, Any]:
        """For a program to read."""
        interval = self.counts.interval if self.counts else (None, None)
        return {
            "rule_id": self.row["rule_id"],
            "dimension": self.row["dimension"],
            "feature": self.row["feature"],
            "operator": self.row["operator"],
            "value": self.row["value"],
            "label": self.row["label"],
            "leads": self.counts.leads if self.counts else None,
            "rate": self.counts.rate if self.counts else None,
            "rate_low": interval[0],
            "rate_high": interval[1],
            "other_leads": self.counts.other_leads if self.counts else None,
            "other_rate": self.counts.other_rate if self.counts else None,
            "lift": self.counts.lift if self.counts else None,
            "log_odds_low": self.effect.low if self.effect else None,
            "log_odds_high": self.effect.high if self.effect else None,
            "points_before": self.before,
            "points": self.points,
            "finding": self.finding,
        }


def judge(
    bench: Bench, rows: Sequence[Row], new: Collection[str], outcomes: int, unknown: Collection[str]
) -> list[Judged]:
    """Judge `rows`, which `bench` has looked at.

    Args:
        bench: after `look`.
        rows: the rules of score_rules.csv there.
        new: ids of those that were only tried.
        outcomes: how many leads converted.
        unknown: features of whose past nothing is known.
    """
    seen = {rule.rule_id: rule for rule in bench.evidence()}
    effects = {
        name: evidence.effect(rule.counts)
        for name, rule in seen.items()
        if name != START and min(rule.counts.leads, rule.counts.other_leads) >= FEWEST
    }
    enough = outcomes >= FEWEST_OUTCOMES
    worth = _worth(bench, rows, new, effects, seen, unknown) if enough else {}
    return [
        _unjudged(row, "past_unknown")
        if row["feature"] in unknown
        else _judged(row, row["rule_id"] in new, seen, effects, worth, enough)
        for row in rows
    ]


def _unjudged(row: Row, finding: str) -> Judged:
    return Judged(row, None, None, float(row["points"]), float(row["points"]), finding)


def _worth(
    bench: Bench,
    rows: Sequence[Row],
    new: Collection[str],
    effects: Mapping[str, Effect],
    seen: Mapping[str, Rule],
    unknown: Collection[str],
) -> dict[str, float]:
    """Log-odds of the rules that data may move, each beside the others."""
    priors = {
        row["rule_id"]: 0.0 if row["rule_id"] in new else evidence.log_odds_of(float(row["points"]))
        for row in rows
        if row["rule_id"] in effects and row["feature"] not in unknown
    }
    worth: dict[str, float] = {}
    variances: dict[str, float] = {}
    for some in (sorted(set(priors) & set(new)), sorted(set(priors) - set(new))):
        variance = evidence.spread([effects[n] for n in some], [priors[n] for n in some])
        for name in some:
            drawn = evidence.shrunk(effects[name], variance, priors[name])
            if name not in new or (variance > 0 and drawn.is_clear and effects[name].is_clear):
                variances[name] = variance
    patterns = bench.patterns(sorted(variances))
    for kind, some_patterns in patterns.items():
        of_kind = {n: v for n, v in variances.items() if seen[n].kind == kind}
        worth |= evidence.together(some_patterns, {n: priors[n] for n in of_kind}, of_kind)
    return worth


def _judged(
    row: Row,
    is_new: bool,
    seen: Mapping[str, Rule],
    effects: Mapping[str, Effect],
    worth: Mapping[str, float],
    enough: bool,
) -> Judged:
    name = row["rule_id"]
    before = None if is_new else float(row["points"])
    counts, effect = (seen[name].counts if name in seen else None), effects.get(name)
    if counts is None or name == START:
        return Judged(row, counts, None, before, before, "not_judged")
    if effect is None:
        return Judged(row, counts, None, before, before, _why_not(counts))
    if not enough:
        return Judged(row, counts, effect, before, before, "too_few_outcomes")
    if is_new:
        points = _bounded(worth.get(name, 0.0))
        kept = name in worth and abs(points) >= _LEAST_POINTS and points * effect.log_odds > 0
        return Judged(row, counts, effect, None, points if kept else None, "supported" if kept else "unclear")
    points = _bounded(worth[name])
    is_opposite = before is not None and before * effect.log_odds < 0 and effect.is_clear
    finding = "points_the_wrong_way" if is_opposite else "moved" if points != before else "supported"
    return Judged(row, counts, effect, before, points, finding)


def _why_not(counts: Counts) -> str:
    if not counts.leads:
        return "never_holds"
    return "holds_for_all" if counts.other_leads < FEWEST <= counts.leads else "too_few"


def _bounded(log_odds: float) -> int:
    """In points, no more than a rule may reasonably be worth of the fifty of a score."""
    return max(-_LARGEST, min(_LARGEST, evidence.points(log_odds)))
