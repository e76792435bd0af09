"""Three ways of scoring and routing the live sandbox, each written back through the CRMs' own calls.

`none` writes nothing, `random` draws grades, scores and owners, `oracle` follows the hidden truth: the lead that is
worth most first, to the rep who would do best with it now.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from leadwright.connectors.base import Change
from tests.live_worlds import FIELDS, World

SLA_MINUTES = {"Hot": 5, "Warm": 540}
ROOM = {"Hot": 4, "Warm": 3, "Cold": 2}


@dataclass(frozen=True)
class Decision:
    """What is written about one lead; one that waits for its answer gets a due time."""

    grade: str
    score: int
    rep: dict[str, Any]
    waits: bool


@dataclass
class Office:
    """Writes back to one live world, step by step; `wrote` is what each lead shows."""

    world: World
    policy: str
    seed: int = 1
    wrote: dict[str, Decision] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._dice = random.Random(self.seed)

    def work(self, days: float, steps: int) -> dict[str, Any]:
        """Move the clock by `days` in so many steps, writing back before each; the results."""
        for _ in range(steps):
            if self.policy != "none":
                self._write_back()
            self.world.advance(days / steps)
        return self.world.results()

    # -- deciding ------------------------------------------------------------------------------------------------

    def _write_back(self) -> None:
        now = self.world.now()
        reps = [rep for rep in self.world.results()["reps"] if rep["is_active"]]
        waiting = [
            row for row in self.world.truth() if not (row["touched_at"] and _moment(row["touched_at"]) <= now)
        ]
        made = dict(
            self._drawn(waiting, reps) if self.policy == "random" else self._known(waiting, reps, now)
        )
        fresh = {key: made[key] for key in made if made[key] != self.wrote.get(key)}
        self.wrote |= fresh
        by_id = {row["person_id"]: row for row in waiting}
        for crm in FIELDS:
            changes = [_change(crm, by_id[key], decision, now) for key, decision in fresh.items()]
            self.world.write(crm, [change for change in changes if change])

    def _drawn(
        self, rows: Iterable[dict[str, Any]], reps: list[dict[str, Any]]
    ) -> Iterator[tuple[str, Decision]]:
        for row in rows:
            waits, drawn = row["mql_at"] is not None, self.wrote.get(row["person_id"])
            if drawn is None:
                grade = self._dice.choice(list(ROOM))
                drawn = Decision(grade, self._dice.randint(0, 100), self._dice.choice(reps), waits)
            yield row["person_id"], replace(drawn, waits=waits)

    def _known(
        self, rows: list[dict[str, Any]], reps: list[dict[str, Any]], now: datetime
    ) -> Iterator[tuple[str, Decision]]:
        """The most valuable lead first; each goes to the rep with whom it is worth most, as long as there is room."""
        load = {rep["email"]: rep["in_hand"] for rep in reps}
        for row in sorted(rows, key=worth, reverse=True):
            waits = row["mql_at"] is not None
            if not waits and row["person_id"] in self.wrote:
                continue
            grade = "Hot" if worth(row) > 500 else "Warm" if worth(row) > 60 else "Cold"
            full = {rep["email"]: 24.0 * (load[rep["email"]] >= ROOM[grade]) for rep in reps}
            best = max(reps, key=lambda rep: (_worth_with(row, rep, now, full[rep["email"]]), rep["email"]))
            load[best["email"]] += waits
            yield row["person_id"], Decision(grade, min(100, int(worth(row) / 50)), best, waits)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _chance(odds: float) -> float:
    return 1 / (1 + math.exp(-odds))


def answer_chance(row: Mapping[str, Any]) -> float:
    """The chance that a lead becomes an SQL with a good answer."""
    return _chance(row["sql_odds"] + 1)


def deal_chance(row: Mapping[str, Any]) -> float:
    """The chance that it becomes a deal that is won, with a good answer."""
    return answer_chance(row) * _chance(row["win_odds"] + 0.5)


def worth(row: Mapping[str, Any]) -> float:
    """What a lead is worth with a good answer."""
    return float(deal_chance(row) * row["amount_if_won"])


def _worth_with(row: dict[str, Any], rep: dict[str, Any], now: datetime, more_hours: float) -> float:
    """What it is worth with this rep, who answers when he works next, or `more_hours` later."""
    hours = 0.3 + more_hours + (_moment(rep["works_next"]) - now).total_seconds() / 3600
    if row["mql_at"]:
        hours += max(0.0, (now - _moment(row["mql_at"])).total_seconds() / 3600)
    skill = rep["skill"][row["segment"] or "small"] - 0.5 * (row["language"] not in rep["languages"])
    quick, skill = 1.5 * math.exp(-hours / 4), 2 * (skill - 0.5)
    return _chance(row["sql_odds"] + quick + skill) * _chance(row["win_odds"] + 0.4 * quick + skill)


def _change(crm: str, row: dict[str, Any], decision: Decision, now: datetime) -> Change | None:
    """The write for a person's record in `crm`; None where he has none there."""
    record_id = str(row[f"{crm}_ids"]).split(";")[0]
    if not record_id or row["home"] not in (crm, "both"):
        return None
    owner, grade, score, due = FIELDS[crm]
    owner_id = decision.rep["hubspot_owner_id" if crm == "hubspot" else "salesforce_user_id"]
    values: dict[str, Any] = {owner: owner_id, grade: decision.grade, score: decision.score}
    if decision.waits and decision.grade in SLA_MINUTES:
        values[due] = now + timedelta(minutes=SLA_MINUTES[decision.grade])
    return Change(record_id, values)
