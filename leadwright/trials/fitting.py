"""Limits of the bands that give the grades of today's rules the shape that a company wants, as rows to look at."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from leadwright import warehouse
from leadwright.connectors.errors import ConfigError
from leadwright.rules import bands, files
from leadwright.rules.bands import Bands, Heap, Wanted
from leadwright.rules.files import RuleFile
from leadwright.settings import Settings
from leadwright.transform import gradeframe
from leadwright.transform.project import Transform

TABLE = "score_dimensions"

_HEAPS = warehouse.statement(__file__, "fitting_heaps")
_NOW = warehouse.statement(__file__, "fitting_now")
_LEAST_LEADS = 50


@dataclass(frozen=True, slots=True)
class Proposal:
    """Limits that fit.

    Attributes:
        leads: open leads that they were worked out from.
        before: share of each kind of grade today.
        shape: what is aimed at.
        text: score_dimensions.csv with them, and `diff` against it as it is.
        is_reached: whether the shares are as wanted; else they are the nearest that whole points can give.
    """

    leads: int
    bands: Bands
    before: Mapping[str, float]
    shape: Mapping[str, Wanted]
    text: str
    diff: str
    is_reached: bool

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "leads": self.leads,
            "bands": {"fit": list(self.bands.fit), "intent": list(self.bands.intent)},
            "shares": dict(self.bands.shares),
            "shares_before": dict(self.before),
            "wanted": {kind: [wanted.least, wanted.most] for kind, wanted in self.shape.items()},
            "is_reached": self.is_reached,
            "diff": self.diff,
        }


def propose(config: Settings, transform: Transform) -> Proposal:
    """Work out limits from the open leads of the last build; nothing is written.

    Raises:
        ConfigError: nothing was built yet, a model makes the score, or there are too few open leads.
    """
    with warehouse.writer(config.warehouse_file, config.lock_wait_seconds) as db:
        if not (
            warehouse.columns(db, "seeds", "grade_shape")
            and warehouse.columns(db, "marts", "fct_lead_scores")
        ):
            raise ConfigError("There are no scores yet: run `leadwright run` or `transform` first.")
        if db.execute(
            "select 1 from marts.fct_lead_score_contributions where kind = 'model' limit 1"
        ).fetchall():
            raise ConfigError(
                "A model makes the score, and its bands were made with it; `leadwright train` makes others. "
                "score_dimensions.csv counts for rules."
            )
        heaps = [
            Heap(fit, intent, leads, worth) for fit, intent, leads, worth in db.execute(_HEAPS).fetchall()
        ]
        frame = gradeframe.read(db)
        before = {kind: float(share) for kind, share in db.execute(_NOW).fetchall()}
    leads = sum(heap.leads for heap in heaps)
    found = bands.choose(heaps, frame.grid, frame.shape)
    if found is None or leads < _LEAST_LEADS:
        raise ConfigError(
            f"There are {leads} open leads; limits of fewer than {_LEAST_LEADS} would be chance."
        )
    table = next(file for file in transform.rule_files() if file.name == TABLE)
    old, new = _texts(table, found)
    label = table.label
    diff = "".join(difflib.unified_diff(old.splitlines(True), new.splitlines(True), label, label, n=0))
    return Proposal(leads, found, before, frame.shape, new, diff, found.fits(frame.shape))


def _texts(table: RuleFile, found: Bands) -> tuple[str, str]:
    """The table as it is, written as we write it, and with the limits."""
    if faults := list(files.read(table)):
        raise ConfigError("\n".join(map(str, faults)))
    header = [column.name for column in table.columns]
    sides = []
    proposed: Mapping[str, tuple[int, int]] = {"fit": found.fit, "intent": found.intent}
    for limits in ({}, proposed):
        lines = [header]
        for _, row in table.whole_rows:
            begins = limits.get(row["dimension"].strip())
            changed = _changed(row, begins) if begins else row
            lines.append([changed[name] for name in header])
        sides.append("".join(files.spelled(line) + "\n" for line in lines))
    return sides[0], sides[1]


def _changed(row: Mapping[str, str], begins: tuple[int, int]) -> dict[str, str]:
    said = {"threshold_kind": "points", "medium_from": str(begins[0]), "high_from": str(begins[1])}
    if all(row[name].strip() == value for name, value in said.items()):
        return dict(row)
    return {**row, **said, "reason": "Fits the shape that grade_shape.csv aims at"}
