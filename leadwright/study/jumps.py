"""What changed from one month to the next: a share that jumped, or a rule that began or ceased to tell.

A model or rule that learned from before such a change has learned another company.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import sqrt
from typing import Any

from leadwright.study import evidence
from leadwright.study.evidence import Counts

_BESIDE = 4
"""Months on either side that are compared: what rises slowly over years is no jump."""
_FEWEST = 60
_SURE = 4.5
"""Standard errors: hundreds of series at twenty months each give one of 3.5 by chance."""
_SURE_OF_EFFECTS = 3.9
_LIKE = 4.0
_SHARE = 0.1
_TIMES = 1.5
_MOST = 8


@dataclass(frozen=True, slots=True)
class Jump:
    """A change at the beginning of a month.

    Attributes:
        what: the series.
        before, after: share of the months before and from then on; of an effect log-odds.
        z: the difference in standard errors.
    """

    what: str
    month_at: datetime
    before: float
    after: float
    z: float
    is_effect: bool = False

    @property
    def said(self) -> str:
        """In a sentence."""
        month = f"{self.month_at:%B %Y}"
        if self.is_effect:
            odds = [f"{2.718281828**value:.1f}" for value in (self.before, self.after)]
            return f"from {month} on, {self.what} multiplies the odds by {odds[1]}, before by {odds[0]}"
        shares = evidence.percent(self.before), evidence.percent(self.after)
        return f"from {month} on, {self.what}: {shares[1]}, in the months before {shares[0]}"


def of_shares(rows: Sequence[Mapping[str, Any]], names: Mapping[str, str]) -> list[Jump]:
    """Jumps of shares.

    Args:
        rows: series, month_at, part and whole, by series and month.
        names: what people call a series, where that is not its name.
    """
    by_series: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in rows:
        by_series[row["series"]].append(row)
    found = []
    for series, months in by_series.items():
        jumps = [j for j in _shares(names.get(series, series), months) if _matters(j.before, j.after)]
        if jumps:
            found.append(max(jumps, key=lambda j: abs(j.z)))
    return sorted(found, key=lambda j: -abs(j.z))[:_MOST]


def of_effects(rows: Sequence[Mapping[str, Any]], labels: Mapping[str, str]) -> list[Jump]:
    """Rules that tell something else from some month on; rows as effect_series.sql has them."""
    by_rule: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in rows:
        by_rule[row["rule_id"]].append(row)
    found = []
    for rule, months in by_rule.items():
        jumps = []
        for place in range(3, len(months) - 1):
            before, after = _effect(months[:place]), _effect(months[place:])
            if before and after:
                z = (after.log_odds - before.log_odds) / sqrt(before.error**2 + after.error**2)
                jumps.append(
                    Jump(
                        labels.get(rule, rule),
                        months[place]["month_at"],
                        before.log_odds,
                        after.log_odds,
                        z,
                        True,
                    )
                )
        if jumps:
            best = max(jumps, key=lambda j: abs(j.z))
            if abs(best.z) >= _SURE_OF_EFFECTS:
                found.append(best)
    return sorted(found, key=lambda j: -abs(j.z))[:_MOST]


def _shares(what: str, months: Sequence[Mapping[str, Any]]) -> Iterator[Jump]:
    for place in range(2, len(months) - 1):
        sides = months[max(0, place - _BESIDE) : place], months[place : place + _BESIDE]
        (k1, n1), (k2, n2) = ((sum(m["part"] for m in s), sum(m["whole"] for m in s)) for s in sides)
        if min(n1, n2) < _FEWEST:
            continue
        both = (k1 + k2) / (n1 + n2)
        error = sqrt(both * (1 - both) * (1 / n1 + 1 / n2))
        if error:
            z = (k2 / n2 - k1 / n1) / error
            if abs(z) >= _SURE and not _is_season(months, place, k2 / n2, z):
                yield Jump(what, months[place]["month_at"], k1 / n1, k2 / n2, z)


def _is_season(months: Sequence[Mapping[str, Any]], place: int, after: float, z: float) -> bool:
    """Whether the share was like that in the same months of the year before: a fair, a holiday."""
    first = months[place]["month_at"]
    wanted = {(m["month_at"].year - 1, m["month_at"].month) for m in months[place : place + _BESIDE]}
    earlier = [
        m for m in months if (m["month_at"].year, m["month_at"].month) in wanted and m["month_at"] < first
    ]
    whole: int = sum(m["whole"] for m in earlier)
    if whole < _FEWEST:
        return False
    before: float = sum(m["part"] for m in earlier) / whole
    error = sqrt(max(before * (1 - before), 1 / whole) * 2 / whole)
    return bool(abs(after - before) < _LIKE * error or (after - before) * z < 0)


def _matters(before: float, after: float) -> bool:
    low, high = sorted((before, after))
    return high - low >= _SHARE or (high - low >= _SHARE / 5 and high >= _TIMES * low)


def _effect(months: Sequence[Mapping[str, Any]]) -> evidence.Effect | None:
    sums = {
        key: sum(m[key] for m in months) for key in ("leads", "converted", "other_leads", "other_converted")
    }
    if min(sums["leads"], sums["other_leads"]) < _FEWEST or sums["converted"] + sums["other_converted"] < 10:
        return None
    return evidence.effect(
        Counts(
            sums["leads"],
            sums["converted"] / sums["leads"],
            sums["other_leads"],
            sums["other_converted"] / sums["other_leads"],
        )
    )


def months_named(jumps: Sequence[Jump]) -> list[tuple[datetime, int]]:
    """Months in which several things changed, with how many; neighbouring months count as one."""
    counts: dict[datetime, int] = defaultdict(int)
    for jump in jumps:
        counts[jump.month_at] += 1
    merged: list[tuple[datetime, int]] = []
    for month in sorted(counts):
        if merged and (month - merged[-1][0]).days <= 31:
            last, n = merged[-1]
            merged[-1] = (last if counts[last] >= counts[month] else month, n + counts[month])
        else:
            merged.append((month, counts[month]))
    return [each for each in merged if each[1] > 1]
