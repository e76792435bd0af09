"""Build the dbt project on what was pulled, first what is written back and then the reports, and publish the marts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from prefect import flow

from leadwright.flows import steps
from leadwright.flows.notices import HOOKS
from leadwright.operate import erasure, runs
from leadwright.transform.builds import BuildError


@flow(name="transform", flow_run_name="transform", validate_parameters=False, **HOOKS)
def transform(select: str | None = None) -> runs.Run:
    """Build everything, or what `select` names in dbt's syntax."""
    run = runs.start("transform")
    with steps.one_run_at_a_time(), steps.noted(run):
        check_rules(run)
        if select is None:
            build_for_writing(run)
            report_and_publish(run)
        else:
            _build_part(run, select)
    return run


def check_rules(run: runs.Run) -> None:
    """Stop where a rule is broken and note the seconds in `run`."""
    with steps.timed(run, "rules"):
        steps.check_rules()


def build_for_writing(run: runs.Run) -> None:
    """Forget who is gone; build and test what is written back; note the moment scored for."""
    moment = steps.project().settings.moment()
    with steps.timed(run, "transform"):
        _prepare(run, moment)
        run.built = steps.build_for_writing(moment)
    run.as_of = moment


def build_reports(run: runs.Run) -> None:
    """Build and test the rest for the moment of `run`; note in it what is whole and what is not."""
    if run.as_of is None:
        raise ValueError("the reports are of a moment that something was scored for")
    with steps.timed(run, "reports"):
        try:
            run.built += steps.build_reports(run.as_of)
        except BuildError as error:
            run.built += error.whole
            run.not_whole = error.not_whole
            raise
        run.misfits = steps.misfits()


def report_and_publish(run: runs.Run) -> None:
    """Build the reports and publish what is whole. Raises BuildError after that, where a report is not."""
    try:
        build_reports(run)
    except BuildError:
        if run.not_whole:  # else dbt came to no report
            _publish(run)
        raise
    with steps.timed(run, "reports"):
        steps.rewrite()
    _publish(run)


@contextmanager
def reported(run: runs.Run) -> Iterator[None]:
    """Build the reports and publish when the block has written back, and also where it could not: a CRM is down."""
    try:
        yield
    except Exception as error:
        try:
            report_and_publish(run)
        except Exception as also:  # noqa: BLE001 - what the CRM said is the one to tell
            error.add_note(f"The reports failed, too: {also}")
        raise
    report_and_publish(run)


def _build_part(run: runs.Run, select: str) -> None:
    with steps.timed(run, "transform"):
        moment = steps.project().settings.moment()
        _prepare(run, moment)
        run.built = steps.build(moment, select)
        steps.rewrite()
    _publish(run)


def _prepare(run: runs.Run, moment: datetime) -> None:
    steps.ensure_raw_tables()
    if steps.check_restored():
        # a restored home has no models that tests of these also look at
        steps.build(moment, f"+{erasure.MODEL}", tests=False)
    run.erased = steps.erase()


def _publish(run: runs.Run) -> None:
    with steps.timed(run, "publish"):
        steps.publish(run.run_id, run.built, run.not_whole)
