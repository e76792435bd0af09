"""Take back what a run wrote, where nobody has changed it since."""

from __future__ import annotations

from functools import partial

from prefect import flow, task

from leadwright import progress
from leadwright.flows import steps
from leadwright.operate import runs
from leadwright.writeback import undoing
from leadwright.writeback.undoing import Undoing


@task(name="find what can be undone", **steps.STEP)
def find(run_id: str, only: str | None) -> list[Undoing]:
    """What of a run's writes can be put back, by CRM object; nothing is sent."""
    project = steps.project()
    return undoing.find(project.sync_models(everything=True), run_id, only, project.settings)


@task(name="put back", task_run_name="put-back-{planned.model.title}", **steps.STEP)
def put_back(planned: Undoing, run_ids: tuple[str, str]) -> Undoing:
    """Put back one object's values; `run_ids` are those of the run that is undone, and of this one."""
    project, model = steps.project(), planned.model
    tables = (t for t in project.raw_tables() if (t.crm, t.name) == (model.crm, model.object))
    return undoing.put_back(
        project.settings.connect(model.crm),
        planned,
        run_ids,
        project.settings,
        raw=next(tables) if model.is_pulled else None,
        on_outcomes=partial(progress.moved, "write"),
    )


@task(name="end undo", **steps.STEP)
def end(run_id: str, only: str | None) -> None:
    """Let through again what stayed away because of the run, where that run was an undo."""
    project = steps.project()
    undoing.end(run_id, only, project.sync_models(everything=True), project.settings)


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
        found = find(run_id, only)
        if dry_run:
            return found
        progress.expect("write", sum(len(each.entries) for each in found))
        done = [put_back(each, (run_id, run.run_id)) if each.entries else each for each in found]
        run.written = [each.written for each in done if each.written]
        end(run_id, only)
    return done
