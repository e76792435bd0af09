"""Compare what was written with what the CRMs show now."""

from __future__ import annotations

from collections.abc import Sequence

from prefect import flow, task

from leadwright.flows import steps
from leadwright.flows.notices import HOOKS
from leadwright.operate import runs
from leadwright.transform.tables import SyncModel
from leadwright.writeback import reconciling
from leadwright.writeback.reconciling import Reconciled


@task(name="compare", task_run_name="compare-{model.title}", **steps.STEP)
def compare(model: SyncModel, run_id: str, sample: int | None, examples: int) -> Reconciled:
    """Compare one object's records with what was written to them last."""
    config = steps.project().settings
    return reconciling.compare(
        config.connect(model.crm), model, config, run_id=run_id, sample=sample, examples=examples
    )


@task(name="note comparison", **steps.STEP)
def note(done: Sequence[Reconciled], run: runs.Run) -> None:
    """Keep how each field compares."""
    reconciling.note(done, run.run_id, run.started_at, steps.project().settings)


@flow(name="reconcile", flow_run_name="reconcile", validate_parameters=False, **HOOKS)
def reconcile(
    sample: int | None = None, examples: int = 3, wait_hours: float | None = None
) -> list[Reconciled]:
    """Say of every written field how many records show something else, and keep that for the reports.

    Args:
        sample: how many records of each object; None: all that were ever written.
        examples: how many differences to show for each field.
        wait_hours: how long to wait for another run to end, instead of `LEADWRIGHT_LOCK_WAIT_SECONDS`.
    """
    run = runs.start("reconcile")
    with steps.one_run_at_a_time(wait_hours), steps.noted(run):
        project = steps.project()
        crms = project.settings.require_crms()
        models = [model for model in project.sync_models(everything=True) if model.crm in crms]
        done = [compare(model, run.run_id, sample, examples) for model in models]
        note(done, run)
    return done
