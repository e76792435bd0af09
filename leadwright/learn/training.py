"""Makes a model of an outcome and says whether it may be believed. It is a shadow: nothing that is written reads it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from leadwright import warehouse
from leadwright.connectors.errors import ConfigError
from leadwright.learn import examples as past
from leadwright.learn import folds, grading, judging, noting
from leadwright.learn.leaks import readings
from leadwright.transform import gradeframe
from leadwright.transform.project import Transform

_CARD = "select * from marts.rpt_models where model_id = $model_id"
_GATES = warehouse.statement(__file__, "training_gates")
_FIGURES = warehouse.statement(__file__, "training_figures")
_FEATURES = warehouse.statement(__file__, "training_features")
_LEAKS = warehouse.statement(__file__, "training_leaks")

TOO_FEW = "too_few"
"""The verdict on what nothing is fitted to."""


@dataclass(frozen=True, slots=True)
class Trained:
    """A model's card, the gates, what was measured, how many features were used or left out, and which may leak."""

    card: dict[str, Any]
    gates: list[dict[str, Any]]
    figures: list[dict[str, Any]]
    features: list[dict[str, Any]]
    leaks: list[dict[str, Any]]

    def as_dict(self) -> dict[str, Any]:
        """All of it."""
        return {
            **self.card,
            "gates": self.gates,
            "figures": self.figures,
            "features": self.features,
            "leaks": self.leaks,
        }


def train(transform: Transform, outcome_id: str | None = None) -> Trained:
    """Learn from what became of leads, keep the model and its card, and judge it.

    Where too few leads are decided, which the gates say, nothing is fitted.

    Raises:
        ConfigError: there is no such outcome, or nothing was built yet.
        LockedError: another process holds the warehouse.
    """
    wanted = past.outcome(transform.settings, outcome_id)
    examples = read(transform, wanted)
    judged = judging.counted(examples)
    trained = kept(transform, examples, judged)
    if trained.card["verdict"] == TOO_FEW:
        return trained
    judging.judge(examples, judged, readings.read(transform.settings, examples))
    graded(transform, examples, judged)
    return kept(transform, examples, judged)


def read(transform: Transform, wanted: past.Outcome) -> past.Examples:
    """The examples of all months whose outcomes are known. Raises ConfigError where there are none."""
    months = past.matured(transform.settings, wanted)
    if not months:
        raise ConfigError(
            f"No lead came {wanted.horizon_days} days ago or earlier, so that nobody knows what became of them."
        )
    return past.read(transform, wanted, months, max(1, folds.months_to_test(len(months))))


def graded(transform: Transform, examples: past.Examples, judged: judging.Judged) -> None:
    """Measure what grades the model would have given in the months that only test, into `judged`."""
    if judged.model is None:
        return
    recent = judging.newest(examples, ~judged.tested)
    odds = grading.parts(judged.scores, judged.fit_scores)
    settings = transform.settings
    with warehouse.writer(settings.warehouse_file, settings.lock_wait_seconds) as db:
        asked = gradeframe.read(db)
    judged.figures += grading.measured(examples, judged.tested, recent, odds, asked)


def kept(transform: Transform, examples: past.Examples, judged: judging.Judged) -> Trained:
    """Keep what is known by now, and read what the gates say of it."""
    model_id = noting.note(transform, examples, judged)
    transform.build_model_scores(examples.outcome.as_of)
    if judged.model is not None:
        found = grading.rows(model_id, transform.settings)
        shares = grading.shares(model_id, transform.settings)
        noting.add(
            transform, {"score_model_bands": found, "score_model_shares": shares}, {"model_id": model_id}
        )
    settings, asked = transform.settings, {"model_id": model_id}
    with warehouse.writer(settings.warehouse_file, settings.lock_wait_seconds) as db:
        (card,) = warehouse.rows(db, _CARD, asked)
        return Trained(
            card, *(warehouse.rows(db, sql, asked) for sql in (_GATES, _FIGURES, _FEATURES, _LEAKS))
        )
