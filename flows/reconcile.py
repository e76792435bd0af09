"""Compare what was written with what the CRMs show now."""

from __future__ import annotations

from prefect import flow

from leadwright.flows import steps, writing
from leadwright.operate import runs
from leadwright.writeback.reconciling import Reconciled


@flow(name="reconcile", flow_run_name="reconcile", validate_parameters=False)
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
        crms = steps.project().settings.require_crms()
        models = [m for m in steps.project().sync_models(everything=True) if m.crm in crms]
        done = [writing.reconcile(model, run.run_id, sample, examples) for model in models]
        writing.note_reconciliation(done, run)
    return done
