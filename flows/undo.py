"""Take back what a run wrote, where nobody has changed it since."""

from __future__ import annotations

from prefect import flow

from leadwright import progress
from leadwright.flows import steps, writing
from leadwright.operate import runs
from leadwright.writeback.undoing import Undoing


@flow(name="undo", flow_run_name="undo", validate_parameters=False)
def undo(run_id: str, only: str | None = None, dry_run: bool = False) -> list[Undoing]:
    """Put back what stood in the CRMs before a run's writes; what becomes of each object's records.

    Args:
        run_id: the run, by its whole id.
        only: `owner`, `scores` or the name of a CRM field; None: everything that it wrote.
        dry_run: find out what would be put back and send nothing.
    """
    run = runs.start("undo", dry_run=dry_run)
    with steps.one_run_at_a_time(), steps.noted(run), steps.timed(run, "write"):
        found = writing.find_undoable(run_id, only)
        if dry_run:
            return found
        progress.expect("write", sum(len(each.entries) for each in found))
        done = [writing.put_back(each, (run_id, run.run_id)) if each.entries else each for each in found]
        run.written = [each.written for each in done if each.written]
        writing.end_undo(run_id, only)
    return done
