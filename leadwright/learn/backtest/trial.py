"""Puts rules, model and a proposed change side by side on the newest months whose outcomes are known, and keeps it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import numpy as np

from leadwright import warehouse
from leadwright.connectors.errors import ConfigError
from leadwright.learn import examples as past
from leadwright.learn import folds, judging, noting, training
from leadwright.learn.backtest import measures, scorers
from leadwright.learn.backtest.measures import Band, HeldOut, Mistake
from leadwright.learn.backtest.scorers import Scorer
from leadwright.learn.examples import Examples, Flags
from leadwright.learn.figures import Draws, Figure
from leadwright.learn.leaks import readings
from leadwright.transform.project import Transform

_GRADES = warehouse.statement(__file__, "grades")
_LEAST = warehouse.statement(__file__, "least")
_NAMES = warehouse.statement(__file__, "names")
_MOST = 10
"""So many false alarms and missed winners of each are told."""


@dataclass(frozen=True)
class Change:
    """A set of rules that is tried, in a copy of the warehouse."""

    name: str
    transform: Transform


@dataclass(frozen=True)
class BackTest:
    """What was measured.

    Attributes:
        card: which outcome, months, leads, and how many calls a week.
        figures: name of what orders the leads -> its figures.
        mistakes: with ids and names of leads: they are shown, and kept nowhere.
        left_out: features that the model did not learn from, because they may say what became of a lead.
        too_few: why there is no model, where outcomes are too few.
    """

    card: dict[str, Any]
    figures: dict[str, list[Figure]]
    bands: list[Band]
    mistakes: list[dict[str, Any]]
    left_out: list[str]
    too_few: str

    def as_dict(self) -> dict[str, Any]:
        """All of it."""
        return {
            **self.card,
            "too_few": self.too_few or None,
            "left_out": self.left_out,
            "scorers": {name: [asdict(f) for f in each] for name, each in self.figures.items()},
            "bands": [asdict(band) for band in self.bands],
            "mistakes": self.mistakes,
        }


def run(
    transform: Transform, outcome_id: str | None = None, change: Change | None = None, per_week: int = 50
) -> BackTest:
    """Look back at the newest months, and keep what was measured in `ops`.

    The model is fitted anew, without these months; the rules are those that are in force now.

    Args:
        transform: the models and rules of the installation.
        outcome_id: a row of learning_outcomes; the first where None.
        change: rules that are proposed.
        per_week: how many leads can be called in a week.

    Raises:
        ConfigError: there is no such outcome, nothing was built yet, or nobody converted in months that could test.
        LockedError: another process holds the warehouse.
    """
    wanted = past.outcome(transform.settings, outcome_id)
    examples = training.read(transform, wanted)
    judged = judging.counted(examples)
    if not (judged.tested.any() and len(np.unique(examples.converted[judged.tested])) == 2):
        raise ConfigError(
            "There are no months to look back at in which some leads converted and others did not: "
            f"{int(examples.converted.sum()):,} of {len(examples):,} moments did. `leadwright train` counts them."
        )
    too_few = _too_few(transform, judged)
    if not too_few:
        judging.judge(examples, judged, readings.read(transform.settings, examples))
    return compare(transform, examples, judged, change, per_week, too_few)


def compare(
    transform: Transform,
    examples: Examples,
    judged: judging.Judged,
    change: Change | None = None,
    per_week: int = 50,
    too_few: str = "",
) -> BackTest:
    """Look back with a model that is judged already. Arguments and errors as of `run`.

    Args:
        too_few: why there is no model, where outcomes are too few.
    """
    tested = judged.tested
    compared = [scorers.of_rules("rules", examples, tested), *scorers.of_model(judged)]
    if change:
        changed = _changed(change, examples, tested)
        compared.append(scorers.of_rules("change", changed, tested))
    found = _measured(transform, examples, tested, compared, per_week)
    left_out = [leak.feature for leak in judged.leaks if leak.is_left_out]
    done = BackTest(_card(examples, tested, change, per_week), *found, left_out, too_few)
    _keep(transform, done)
    return done


def _too_few(transform: Transform, judged: judging.Judged) -> str:
    """What is too little to make a model from, as learning_gates says; empty where it is enough."""
    settings = transform.settings
    measured = {f.name: f.value for f in judged.figures}
    with warehouse.writer(settings.warehouse_file, settings.lock_wait_seconds) as db:
        gates = warehouse.rows(db, _LEAST)
    short = (g for g in gates if measured.get(g["figure"], 0) < g["threshold"])
    return next(
        (f"{measured.get(g['figure'], 0):.0f} of {g['threshold']:.0f} ({g['label'].lower()})" for g in short),
        "",
    )


def _changed(change: Change, examples: Examples, tested: Flags) -> Examples:
    months = [m.astype("datetime64[us]").item() for m in np.unique(examples.months[tested])]
    asked = past.read(change.transform, examples.outcome, months, len(months))
    return scorers.aligned(asked, examples, tested)


def _measured(
    transform: Transform, examples: Examples, tested: Flags, compared: Sequence[Scorer], per_week: int
) -> tuple[dict[str, list[Figure]], list[Band], list[dict[str, Any]]]:
    some = HeldOut(
        examples.leads[tested],
        folds.groups(examples)[tested],
        examples.months[tested],
        examples.moments[tested],
        examples.converted[tested],
        judging.ages(examples)[tested],
    )
    draws = Draws(some.groups)
    settings = transform.settings
    with warehouse.writer(settings.warehouse_file, settings.lock_wait_seconds) as db:
        grades = [row["grade"] for row in warehouse.rows(db, _GRADES)]
    bands = {s.name: list(measures.bands(s, some, grades)) for s in compared}
    told = {s.name: list(measures.of(s, some, draws)) for s in compared}
    for name, own in bands.items():
        told[name] += [f for kind in ("grade", "share") if (f := measures.best_to_worst(own, kind))]
    for name, figure in measures.calls(compared, some, per_week).items():
        told.setdefault(name, []).append(figure)
    wrong = [m for s in compared for m in measures.mistakes(s, some, _MOST)]
    return told, [band for own in bands.values() for band in own], _named(transform, wrong)


def _named(transform: Transform, wrong: Sequence[Mistake]) -> list[dict[str, Any]]:
    settings = transform.settings
    with warehouse.writer(settings.warehouse_file, settings.lock_wait_seconds) as db:
        names = {
            row["lead_id"]: row["name"]
            for row in warehouse.rows(db, _NAMES, {"lead_ids": sorted({m.lead_id for m in wrong})})
        }
    return [{**asdict(m), "name": names.get(m.lead_id)} for m in wrong]


def _card(examples: Examples, tested: Flags, change: Change | None, per_week: int) -> dict[str, Any]:
    outcome, months = examples.outcome, examples.months[tested]

    def day(found: Any) -> datetime:
        moment: datetime = found.astype("datetime64[us]").item()
        return moment.replace(tzinfo=UTC)

    return {
        "backtest_id": str(uuid4()),
        "outcome_id": outcome.outcome_id,
        "horizon_days": outcome.horizon_days,
        "basis": outcome.basis,
        "run_at": datetime.now(UTC),
        "as_of": outcome.as_of.replace(tzinfo=UTC),
        "tested_from": day(months.min()),
        "tested_until": day(examples.moments[tested].max()),
        "month_count": len(np.unique(months)),
        "lead_count": len(np.unique(examples.leads[tested])),
        "example_count": int(tested.sum()),
        "converted_count": len(np.unique(examples.leads[tested & (examples.converted == 1)])),
        "calls_per_week": per_week,
        "change_name": change.name if change else None,
    }


def _keep(transform: Transform, done: BackTest) -> None:
    rows = {
        "backtests": [done.card],
        "backtest_figures": [
            {
                "scorer": name,
                "figure": f.name,
                "value": f.value,
                "lower_value": f.lower,
                "upper_value": f.upper,
                "lead_count": f.leads,
            }
            for name, each in done.figures.items()
            for f in each
        ],
        "backtest_bands": [
            {
                "scorer": b.scorer,
                "kind": b.kind,
                "place": b.place,
                "label": b.label,
                "lead_count": b.leads,
                "converted_count": b.converted,
                "rate": b.rate,
                "lower_rate": b.lower,
                "upper_rate": b.upper,
                "probability": b.probability,
            }
            for b in done.bands
        ],
    }
    noting.add(transform, rows, {"backtest_id": done.card["backtest_id"]})
    transform.build_backtests(done.card["as_of"])
