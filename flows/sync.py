"""Write scores and routing back into the CRMs, side by side: only the rows that differ from what each CRM shows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context
from itertools import groupby
from operator import attrgetter

from prefect import flow

from leadwright import progress, warehouse
from leadwright.connectors.errors import DailyLimitError
from leadwright.flows import steps, writing
from leadwright.flows.notices import HOOKS
from leadwright.operate import runs
from leadwright.transform.tables import SyncModel
from leadwright.writeback.plans import Plan


@flow(name="sync", flow_run_name="sync", validate_parameters=False, **HOOKS)
def sync(
    dry_run: bool = False,
    without_owners: bool = False,
    approve: str | None = None,
    output: str | None = None,
) -> runs.Run:
    """Send the rows of the sync models, or only show them where `dry_run`.

    Args:
        dry_run: show what would be written and send nothing.
        without_owners: leave out what sets, names or explains owners; so does `LEADWRIGHT_WRITE_OWNERS=false`.
        approve: the run that stopped at a guard rail and whose plan is to be sent; with or without owners as it was.
        output: of a dry run, the file to write its preview to: .html or .csv.
    """
    run = runs.start("sync", dry_run=dry_run)
    with steps.one_run_at_a_time(), steps.noted(run):
        if approve is not None:
            without_owners = not writing.approve(approve)
        write_all(run, without_owners, output)
    return steps.ended(run)


def write_all(run: runs.Run, without_owners: bool = False, output: str | None = None) -> None:
    """Send the rows of every sync model whose CRM is connected and note their fate in `run`.

    Nothing is sent while writing is paused, and nothing that a guard rail asks about first. All fields are created
    before the first record is sent: a missing permission stops the run while nothing is half written.
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
        writing.require_ready(sorted({model.crm for model in models}))
        run.rollout = writing.count_rollout()
        plan = writing.plan(models, run.with_owners)
        run.written = plan.written
        if run.dry_run:
            run.preview = writing.preview(plan, output)
            return
        run.pause = writing.pause()
        if not run.pause:
            run.stop = writing.examine(plan, run.run_id)
        if run.pause or run.stop:
            for written in run.written:
                written.held_back = written.planned
            return
        _send(run, models, plan)


def _send(run: runs.Run, models: Sequence[SyncModel], plan: Plan) -> None:
    due = [model for model, counted in zip(models, plan.written, strict=True) if counted.planned]
    only = writing.first_records(plan)
    progress.expect("write", sum(map(len, only.values())) if only is not None else plan.record_count)
    run.written = []
    created: dict[str, list[str]] = {}
    for model in due:
        with _within_the_day(model, run):
            created[model.title] = writing.create_fields(model)
    _write_all(run, models, only)
    for written in run.written:
        written.created_fields = created.get(written.model, [])
    run.pause = writing.pause() if run.held_back else None
    for written in run.written:
        written.require_some_accepted()


def _write_all(run: runs.Run, models: Sequence[SyncModel], only: Mapping[str, Sequence[str]] | None) -> None:
    """Send the rows of `models`, those of each CRM in their order and the CRMs side by side.

    Where one CRM fails, the others go on to their end before the error is raised.
    """
    config, places = steps.project().settings, {model.title: place for place, model in enumerate(models)}
    crm = attrgetter("crm")
    by_crm = [list(some) for _, some in groupby(sorted(models, key=crm), key=crm)]

    def write(some: Sequence[SyncModel]) -> None:
        for model in some:
            with _within_the_day(model, run):
                _write(model, run, only[model.title] if only is not None else None)

    with (
        warehouse.shared_writer(config.warehouse_file, config.lock_wait_seconds),
        ThreadPoolExecutor(max(len(by_crm), 1)) as pool,
    ):
        # a task knows by its context of which flow run it is a part
        done = [pool.submit(copy_context().run, write, some) for some in by_crm]
    run.written.sort(key=lambda written: places[written.model])
    for each in done:
        each.result()


def _write(model: SyncModel, run: runs.Run, only: Sequence[str] | None) -> None:
    """Send the rows of one model, unless its CRM's calls of the day are used up."""
    if model.crm in run.put_off:
        return
    written = writing.write_back(model, run.run_id, only)
    run.written.append(written)
    if written.put_off:
        run.put_off[model.crm] = written.put_off


def _is_left_out(model: SyncModel, run: runs.Run) -> bool:
    """Whether an object was not read in this run, so that nobody knows what the CRM shows of it now."""
    return any(
        p.crm == model.crm and (model.object in p.stops.objects or p.stops.put_off) for p in run.pulled
    )


@contextmanager
def _within_the_day(model: SyncModel, run: runs.Run) -> Iterator[None]:
    """Note that the rest of a CRM waits where its calls of the day are used up."""
    try:
        yield
    except DailyLimitError as limit:
        run.put_off[model.crm] = str(limit)
