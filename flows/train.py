"""Learn from what became of leads. Imported alone: what fits models takes seconds to import."""

from __future__ import annotations

from prefect import flow, task

from leadwright import extras
from leadwright.flows import steps
from leadwright.flows.notices import HOOKS
from leadwright.operate import runs
from leadwright.trials import promotion

extras.require("learn")

from leadwright.learn import training  # noqa: E402


@task(name="train", task_run_name="train-{outcome}", **steps.STEP)
def learn(outcome: str | None) -> training.Trained:
    """Make a model of the outcome and judge it."""
    return training.train(steps.project(), outcome)


@flow(name="train", flow_run_name="train", validate_parameters=False)
def train(outcome: str | None = None, wait_hours: float | None = None) -> training.Trained:
    """Make a model of what became of leads, as a shadow, and say whether it may be believed.

    Args:
        outcome: a row of learning_outcomes; the first where None.
        wait_hours: how long to wait for another run to end, instead of `LEADWRIGHT_LOCK_WAIT_SECONDS`.
    """
    with steps.one_run_at_a_time(wait_hours), steps.noted(runs.start("train")):
        return learn(outcome)


@flow(name="refit", flow_run_name="refit", validate_parameters=False, **HOOKS)
def refit(wait_hours: float | None = None) -> training.Trained:
    """Make a challenger of what has become of leads since: for what the champion foresees, or the first outcome.

    It is scored beside the champion, in shadow; whether it takes its place a person decides (`model promote`).

    Args:
        wait_hours: how long to wait for another run to end, instead of `LEADWRIGHT_LOCK_WAIT_SECONDS`.
    """
    with steps.one_run_at_a_time(wait_hours), steps.noted(runs.start("refit")):
        project = steps.project()
        return learn(promotion.foreseen(project.settings, project))
