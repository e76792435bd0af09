"""The tasks that flows are made of: one use case each, retried only where the error says that it may help."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from typing import Any, cast

from prefect import task
from prefect.artifacts import create_markdown_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State, TaskRun
from prefect.states import Completed

from leadwright import diskspace, progress, tenants, warehouse
from leadwright.connectors.base import Finding
from leadwright.connectors.errors import RetryableError
from leadwright.flows import notices
from leadwright.flows.parsed import instead
from leadwright.flows.parsed import project as project  # the flows take it from here, with the steps
from leadwright.operate import backup, erasure, runs, unfitting
from leadwright.operate.summary import as_markdown
from leadwright.pull import extract, loads
from leadwright.rules import checks
from leadwright.settings import Settings
from leadwright.transform import migrations, people, publication, reports
from leadwright.transform import preview as copies
from leadwright.transform.project import Transform


def _may_help(_task: Any, _run: TaskRun, state: State[Any]) -> bool:
    """Whether trying again can succeed: faults of the moment, not wrong settings or refused calls."""
    error = state.result(raise_on_failure=False)
    return isinstance(error, RetryableError)


# The connectors wait out short limits themselves; these retries are for outages of minutes.
_WAITS = list(project().settings.retry_seconds)
STEP: dict[str, Any] = {
    "retries": len(_WAITS),
    "retry_delay_seconds": _WAITS,
    "retry_condition_fn": _may_help,
    "cache_policy": NO_CACHE,
    "persist_result": False,
}


@contextmanager
def one_run_at_a_time(wait_hours: float | None = None) -> Iterator[None]:
    """Keep other runs away: two at once would share cursors, models under construction and rows to send.

    Args:
        wait_hours: how long to wait for another run to end, instead of `LEADWRIGHT_LOCK_WAIT_SECONDS`.
    """
    config = project().settings
    wait_seconds = config.lock_wait_seconds if wait_hours is None else wait_hours * 3600
    with warehouse.locked(config.run_lock, wait_seconds, "has been running"):
        copies.sweep(config)
        try:
            migrations.migrate(config)
            tenants.require_listed(config)
            yield
        except Exception as error:
            if full := diskspace.explained(error, config.home):
                raise full from error
            raise


@contextmanager
def on_a_copy() -> Iterator[None]:
    """Let the steps that follow work on a copy of the home, which is gone afterwards with all that they log."""
    own = project()
    with copies.trial(own.settings) as config, instead(Transform(config, own.manifest())):
        yield


@contextmanager
def noted(run: runs.Run) -> Iterator[None]:
    """Note in `ops.runs` that `run` begins and how it ends, where it is no dry run; no other run is under way."""
    if run.dry_run:
        yield
        return
    config = project().settings
    (table,) = (t for t in project().raw_tables() if (t.schema, t.name) == ("ops", "runs"))
    runs.note_start(run, table, config)
    notices.tell_of_earlier(config)
    try:
        yield
    except BaseException as error:
        runs.failed(run, error)
        try:
            _end(
                run, config, tells=isinstance(error, Exception)
            )  # who stopped it himself does not wait for that
        except Exception as also:  # noqa: BLE001 - the run's own error is the one to tell
            error.add_note(f"How the run ended could not be noted: {also}")
        raise
    _end(run, config)


def _end(run: runs.Run, config: Settings, *, tells: bool = True) -> None:
    """Note how `run` ended, tell who is to be told, and publish that with the ledger: the dashboards tell it, too."""
    runs.note_end(run, config)
    if tells:
        run.untold = notices.tell(config)
    publication.publish_notes(config.warehouse_file, config.serving_file, config.lock_wait_seconds)


@contextmanager
def summarised(run: runs.Run) -> Iterator[None]:
    """Keep a summary of `run` beside it in Prefect, however it ends."""
    try:
        yield
    except Exception as error:
        runs.failed(run, error)
        try:
            summarise(run)
        except Exception as also:  # noqa: BLE001 - the run's own error is the one to tell
            error.add_note(f"The run could not be summarised: {also}")
        raise
    summarise(run)


def ended(run: runs.Run) -> runs.Run:
    """What a flow returns: the run; to Prefect a state with a name of its own where a person is to do something.

    Such a run is no failure: what it found is in order, and its figures are published.
    """
    if not (run.stop or run.pause):
        return run
    name, why = ("Waiting for approval", run.stop) if run.stop else ("Writing paused", run.pause)
    # Prefect gives a caller the data of a state that a flow returns
    return cast(runs.Run, Completed(name=name, message=str(why), data=run))


@contextmanager
def timed(run: runs.Run, stage: str) -> Iterator[None]:
    """Note the seconds of a stage in `run`, and that it failed there."""
    start = time.monotonic()
    try:
        yield
    except BaseException:
        run.failed_stage = run.failed_stage or stage
        raise
    finally:
        run.seconds[stage] = run.seconds.get(stage, 0.0) + time.monotonic() - start


@task(name="check rules", **STEP)
def check_rules() -> None:
    """Stop before anything moves where a table of the rules is broken."""
    checks.require_none(project().rule_faults())


@task(name="pull", task_run_name="pull-{crm}", **STEP)
def pull(crm: str, full: bool) -> extract.Pulled:
    """Bring one CRM's raw tables up to date."""
    config = project().settings
    on_rows = partial(progress.moved, "pull")
    return extract.pull(config.connect(crm), project().raw_tables(), config, full=full, on_rows=on_rows)


@task(name="ensure raw tables", **STEP)
def ensure_raw_tables() -> None:
    """Create the raw tables of CRMs that are not in use, empty."""
    extract.ensure_tables(project().raw_tables(), project().settings)


@task(name="check restored home", **STEP)
def check_restored() -> bool:
    """Stop where a restored home was not pulled; tell whether it is still to be found out who is gone."""
    config = project().settings
    backup.require_pulled(config)
    return erasure.must_build(config)


@task(name="erase", **STEP)
def erase() -> erasure.Erased:
    """Forget the people whom the CRMs show no more."""
    return erasure.erase(project().settings, people.id_columns(project()))


@task(name="rewrite", **STEP)
def rewrite() -> bool:
    """Write the warehouse anew where somebody was forgotten."""
    return erasure.rewrite(project().settings)


@task(name="dbt build", **STEP)
def build(as_of: datetime, select: str, *, tests: bool = True) -> list[str]:
    """Build and, where `tests`, test what `select` names, for a moment; the names of the nodes."""
    return [node.name for node in project().build(select=select, as_of=as_of, tests=tests)]


@task(name="dbt build for writing", **STEP)
def build_for_writing(as_of: datetime) -> list[str]:
    """Build and test what the sync models need, for a moment; the names of the nodes."""
    config = project().settings
    with warehouse.writer(config.warehouse_file, config.lock_wait_seconds) as db:
        loads.note_build_begins(db)
    names = [node.name for node in project().build_for_writing(as_of)]
    with warehouse.writer(config.warehouse_file, config.lock_wait_seconds) as db:
        loads.note_build_ended(db)
    return names


@task(name="dbt build reports", **STEP)
def build_reports(as_of: datetime) -> list[str]:
    """Build and test everything else, for a moment; the names of the nodes."""
    return [node.name for node in project().build_reports(as_of)]


@task(name="look what does not fit", **STEP)
def misfits() -> list[Finding]:
    """What the company's tables do not fit, by what was built."""
    return unfitting.faults(project().settings)


@task(name="publish", **STEP)
def publish(run_id: str, whole: Sequence[str], not_whole: Mapping[str, str]) -> None:
    """Put the new marts where the dashboards read; of what is not whole, what was there before."""
    reports.publish(project().settings, run_id, whole=whole, not_whole=not_whole)


@task(name="summarise run", **STEP)
def summarise(run: runs.Run) -> None:
    """Keep a summary of the run beside it in Prefect."""
    create_markdown_artifact(
        key="leadwright-run", markdown=as_markdown(run), description=f"Summary of run {run.run_id}"
    )
