"""Write scores and routing back into the CRMs: only the rows that differ from what each CRM shows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from prefect import flow

from leadwright import progress
from leadwright.connectors.errors import DailyLimitError
from leadwright.flows import steps
from leadwright.operate import runs
from leadwright.transform.tables import SyncModel


@flow(name="sync", flow_run_name="sync", validate_parameters=False)
def sync(dry_run: bool = False, without_owners: bool = False) -> runs.Run:
    """Send the rows of the sync models, or only count them where `dry_run`.

    Args:
        dry_run: count what would be written and send nothing.
        without_owners: leave out what sets, names or explains owners; so does `LEADWRIGHT_WRITE_OWNERS=false`.
    """
    run = runs.start("sync", dry_run=dry_run)
    with steps.one_run_at_a_time(), steps.noted(run):
        write_all(run, without_owners)
    return run


def write_all(run: runs.Run, without_owners: bool = False) -> None:
    """Send the rows of every sync model whose CRM is connected and note their fate in `run`.

    All fields are created before the first record is sent: a missing permission stops the run while nothing is
    half written.
    """
    config = steps.project().settings
    crms = config.require_crms()
    run.with_owners = config.write_owners and not without_owners
    models = [
        model if run.with_owners else model.without_owners()
        for model in steps.project().sync_models()
        if model.crm in crms and not _is_left_out(model, run)
    ]
    with steps.timed(run, "write"):
        planned = [steps.plan(model) for model in models]
        if run.dry_run:
            run.written, run.owner_moves = planned, steps.owner_moves(planned)
            return
        due = [model for model, plan in zip(models, planned, strict=True) if plan.planned]
        progress.expect("write", sum(plan.planned for plan in planned))
        created: dict[str, list[str]] = {}
        for model in due:
            with _within_the_day(model, run):
                created[model.title] = steps.create_fields(model)
        for model in models:
            with _within_the_day(model, run):
                _write(model, run, created.get(model.title, []))
        for written in run.written:
            written.require_some_accepted()


def _is_left_out(model: SyncModel, run: runs.Run) -> bool:
    """Whether an object was not read in this run, so that nobody knows what the CRM shows of it now."""
    return any(
        p.crm == model.crm and (model.object in p.stops.objects or p.stops.put_off) for p in run.pulled
    )


def _write(model: SyncModel, run: runs.Run, created: list[str]) -> None:
    """Send the rows of one model, unless its CRM's calls of the day are used up."""
    if model.crm in run.put_off:
        return
    written = steps.write_back(model, run.run_id)
    written.created_fields = created
    run.written.append(written)
    if written.put_off:
        run.put_off[model.crm] = written.put_off


@contextmanager
def _within_the_day(model: SyncModel, run: runs.Run) -> Iterator[None]:
    """Note that the rest of a CRM waits where its calls of the day are used up."""
    try:
        yield
    except DailyLimitError as limit:
        run.put_off[model.crm] = str(limit)
