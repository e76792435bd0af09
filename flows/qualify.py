"""The main job: a lead's whole way, from both CRMs through the rules and back."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.runtime import flow_run
from prefect.states import Cancelled

from leadwright.connectors.errors import DailyLimitError, LockedError
from leadwright.flows import steps
from leadwright.flows.ingest import pull_all
from leadwright.flows.notices import HOOKS
from leadwright.flows.sync import write_all
from leadwright.flows.transform import build_for_writing, build_reports, check_rules, reported
from leadwright.operate import runs


def _run_name() -> str:
    return f"qualify-{flow_run.scheduled_start_time:%Y-%m-%d-%H%M}"


@flow(name="qualify", flow_run_name=_run_name, validate_parameters=False, **HOOKS)
def qualify(
    full: bool = False,
    dry_run: bool = False,
    wait_hours: float | None = None,
    without_owners: bool = False,
    output: str | None = None,
) -> runs.Run:
    """Pull both CRMs, score and route every lead, write back what differs, then build the reports and publish.

    Args:
        full: pull everything again instead of what changed.
        dry_run: pull, then show what would be written and send nothing; only what was pulled is kept.
        wait_hours: how long to wait for another run to end, instead of `LEADWRIGHT_LOCK_WAIT_SECONDS`.
        without_owners: leave out what sets, names or explains owners; so does `LEADWRIGHT_WRITE_OWNERS=false`.
        output: of a dry run, the file to write its preview to: .html or .csv.
    """
    if dry_run:
        return _preview(full, without_owners, wait_hours, output)
    with steps.one_run_at_a_time(wait_hours):
        return _do_all(full, without_owners)


@flow(name="qualify", flow_run_name=_run_name, validate_parameters=False, **HOOKS)
def qualify_unless_busy(
    full: bool = False, dry_run: bool = False, without_owners: bool = False
) -> runs.Run | State[Any]:
    """The same, left out where another run is under way: of one that is due every few minutes the next catches up.

    Where a CRM's calls of the day are used up before anything can be scored, the run is put off; it has not failed.
    """
    with ExitStack() as turn:
        try:
            turn.enter_context(steps.one_run_at_a_time())
        except LockedError as busy:
            return Cancelled(name="Skipped", message=str(busy))
        if not dry_run:
            try:
                return _do_all(full, without_owners)
            except DailyLimitError as limit:  # of a first pull: the next run goes on with it
                return Cancelled(name="PutOff", message=str(limit))
    return _preview(full, without_owners)


def _do_all(full: bool, without_owners: bool) -> runs.Run:
    run = runs.start("qualify")
    with steps.summarised(run), steps.noted(run):  # the summary says who could not be told
        check_rules(run)
        pull_all(run, full)
        build_for_writing(run)
        with reported(run):
            write_all(run, without_owners)
    return steps.ended(run)


def _preview(
    full: bool, without_owners: bool, wait_hours: float | None = None, output: str | None = None
) -> runs.Run:
    """Pull for good, which changes nothing in a CRM and spares the next run the same; do all else on a copy."""
    run = runs.start("qualify", dry_run=True)
    with steps.summarised(run), ExitStack() as copy:
        with steps.one_run_at_a_time(wait_hours):
            check_rules(run)
            pull_all(run, full)
            copy.enter_context(steps.on_a_copy())
        build_for_writing(run)
        build_reports(run)  # they say who owns what now
        write_all(run, without_owners, output)
    return run
