"""Three ways of scoring and routing the live sandbox, each written back through the CRMs' own calls.

`none` writes nothing, `random` draws grades, scores and owners, `oracle` follows the hidden truth: the lead that is
worth most first, to the rep who would do best with it now.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

import httpx

import connectors
from connectors.base import Change, Connector, FieldSpec

FIELDS = {
    "hubspot": ("contacts", "hubspot_owner_id", "leadwright_grade", "leadwright_score", "leadwright_sla_due_at"),
    "salesforce": ("Lead", "OwnerId", "Leadwright_Grade__c", "Leadwright_Score__c", "Leadwright_SLA_Due_At__c"),
}  # fmt: skip
SLA_MINUTES = {"Hot": 5, "Warm": 540}
ROOM = {"Hot": 4, "Warm": 3, "Cold": 2}


class Sandbox(Protocol):
    """A running sandbox CRM, as `start_sandbox` gives it."""

    def __getitem__(self, key: str) -> dict[str, Any]:
        """A part of what it printed when it was ready."""

    def credentials(self, crm: str) -> dict[str, Any]:
        """What a connector needs to connect to one of its CRMs."""


@dataclass(frozen=True)
class Decision:
    """What is written about one lead."""

    grade: str
    score: int
    rep: dict[str, Any]


@dataclass
class Office:
    """Writes back to one live sandbox, step by step; `wrote` is what each lead shows."""

    crm: Sandbox
    policy: str
    seed: int = 1
    wrote: dict[str, Decision] = field(default_factory=dict)
    sinks: dict[str, Connector] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._dice = random.Random(self.seed)
        self._http = httpx.Client(base_url=self.crm["control"]["url"], timeout=120)
        for crm, (object_name, _, grade, score, due) in FIELDS.items():
            self.sinks[crm] = connectors.connect(crm, self.crm.credentials(crm))
            kinds = {grade: "string", score: "number", due: "datetime"}
            specs = [FieldSpec(name, name, kind) for name, kind in kinds.items()]  # type: ignore[arg-type]
            self.sinks[crm].ensure_fields(object_name, specs)

    def control(self, method: str, path: str, **body: Any) -> Any:
        """One call of the control API."""
        answer = self._http.request(method, path, json=body or None)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def now(self) -> datetime:
        """The sandbox's present moment."""
        return datetime.fromisoformat(self.control("GET", "clock")["now"])

    def truth(self) -> list[dict[str, Any]]:
        """All rows of the hidden truth."""
        rows: list[dict[str, Any]] = []
        after = 0
        while page := self.control("GET", f"truth?after={after}&limit=10000"):
            rows += page["results"]
            if not page["results"]:
                return rows
            after = page["after"]
        return rows

    def results(self) -> dict[str, Any]:
        """What was earned so far."""
        found: dict[str, Any] = self.control("GET", "results")
        return found

    def work(self, days: float, steps: int) -> dict[str, Any]:
        """Move the clock by `days` in so many steps, writing back before each; the results."""
        for _ in range(steps):
            if self.policy != "none":
                self._write_back()
            self.control("POST", "clock", advance=days * 86400 / steps)
        return self.results()

    # -- deciding ------------------------------------------------------------------------------------------------

    def _write_back(self) -> None:
        now = self.now()
        reps = [rep for rep in self.results()["reps"] if rep["is_active"]]
        waiting = [
            row for row in self.truth() if not (row["touched_at"] and _moment(row["touched_at"]) <= now)
        ]
        made = dict(
            self._drawn(waiting, reps) if self.policy == "random" else self._known(waiting, reps, now)
        )
        fresh = {key: made[key] for key in made if made[key] != self.wrote.get(key)}
        self.wrote |= fresh
        by_id = {row["person_id"]: row for row in waiting}
        for crm in FIELDS:
            changes = [_change(crm, by_id[key], decision, now) for key, decision in fresh.items()]
            for _ in self.sinks[crm].push(FIELDS[crm][0], [change for change in changes if change]):
                pass  # a lead that was deleted or converted since is refused, and that is fine

    def _drawn(
        self, rows: Iterable[dict[str, Any]], reps: list[dict[str, Any]]
    ) -> Iterator[tuple[str, Decision]]:
        for row in rows:
            if row["person_id"] not in self.wrote:
                grade = self._dice.choice(list(ROOM))
                yield row["person_id"], Decision(grade, self._dice.randint(0, 100), self._dice.choice(reps))

    def _known(
        self, rows: list[dict[str, Any]], reps: list[dict[str, Any]], now: datetime
    ) -> Iterator[tuple[str, Decision]]:
        """The most valuable lead first; each goes to the rep with whom it is worth most, as long as there is room."""
        load = {rep["email"]: rep["in_hand"] for rep in reps}
        for row in sorted(rows, key=_worth, reverse=True):
            waits = row["mql_at"] is not None
            if not waits and row["person_id"] in self.wrote:
                continue
            grade = "Hot" if _worth(row) > 500 else "Warm" if _worth(row) > 60 else "Cold"
            full = {rep["email"]: 24.0 * (load[rep["email"]] >= ROOM[grade]) for rep in reps}
            best = max(reps, key=lambda rep: (_worth_with(row, rep, now, full[rep["email"]]), rep["email"]))
            load[best["email"]] += waits
            yield row["person_id"], Decision(grade, min(100, int(_worth(row) / 50)), best)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _chance(odds: float) -> float:
    return 1 / (1 + math.exp(-odds))


def _worth(row: dict[str, Any]) -> float:
    """What a lead is worth with a good answer."""
    return float(_chance(row["sql_odds"] + 1) * _chance(row["win_odds"] + 0.5) * row["amount_if_won"])


def _worth_with(row: dict[str, Any], rep: dict[str, Any], now: datetime, more_hours: float) -> float:
    """What it is worth with this rep, who answers when he works next, or `more_hours` later."""
    hours = 0.3 + more_hours + (_moment(rep["works_next"]) - now).total_seconds() / 3600
    if row["mql_at"]:
        hours += max(0.0, (now - _moment(row["mql_at"])).total_seconds() / 3600)
    quick, skill = 1.5 * math.exp(-hours / 4), 2 * (rep["skill"][row["segment"] or "small"] - 0.5)
    return _chance(row["sql_odds"] + quick + skill) * _chance(row["win_odds"] + 0.4 * quick + skill)


def _change(crm: str, row: dict[str, Any], decision: Decision, now: datetime) -> Change | None:
    """The write for a person's record in `crm`; None where he has none there."""
    record_id = str(row[f"{crm}_ids"]).split(";")[0]
    if not record_id or row["home"] not in (crm, "both"):
        return None
    _, owner, grade, score, due = FIELDS[crm]
    owner_id = decision.rep["hubspot_owner_id" if crm == "hubspot" else "salesforce_user_id"]
    values: dict[str, Any] = {owner: owner_id, grade: decision.grade, score: decision.score}
    if decision.grade in SLA_MINUTES:
        values[due] = now + timedelta(minutes=SLA_MINUTES[decision.grade])
    return Change(record_id, values)
