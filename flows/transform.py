"""Build the dbt project on what was pulled, and publish the marts."""

from __future__ import annotations

from prefect import flow

from flows import steps
from leadwright import runs, settings


@flow(name="transform", flow_run_name="transform", validate_parameters=False)
def transform(select: str | None = None) -> runs.Run:
    """Build everything, or what `select` names in dbt's syntax."""
    run = runs.start("transform")
    with steps.one_run_at_a_time(), steps.noted(run):
        check_rules(run)
        build_and_publish(run, select)
    return run


def check_rules(run: runs.Run) -> None:
    """Stop where a rule is broken and note the seconds in `run`."""
    with steps.timed(run, "rules"):
        steps.check_rules()


def build_and_publish(run: runs.Run, select: str | None = None) -> None:
    """Forget who is gone; build, test and publish the marts; note the moment scored for and the seconds in `run`."""
    moment = settings.load().moment()
    with steps.timed(run, "transform"):
        steps.ensure_raw_tables()
        run.erased = steps.erase()
        steps.build(moment, select)
        steps.rewrite()
    run.as_of = moment if select is None else None
    with steps.timed(run, "publish"):
        steps.publish()
    run.published = True
