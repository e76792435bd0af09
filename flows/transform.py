"""Build the dbt project on what was pulled, and publish the marts."""

from __future__ import annotations

from prefect import flow

from flows import steps
from leadwright import runs


@flow(name="transform", flow_run_name="transform", validate_parameters=False)
def transform(select: str | None = None) -> runs.Run:
    """Build everything, or what `select` names in dbt's syntax."""
    run = runs.start()
    with steps.one_run_at_a_time():
        check_rules(run)
        build_and_publish(run, select)
    return run


def check_rules(run: runs.Run) -> None:
    """Stop where a rule is broken and note the seconds in `run`."""
    with steps.timed(run, "rules"):
        steps.check_rules()


def build_and_publish(run: runs.Run, select: str | None = None) -> None:
    """Build, test and publish the marts and note the seconds in `run`."""
    with steps.timed(run, "transform"):
        steps.ensure_raw_tables()
        steps.build(select)
    with steps.timed(run, "publish"):
        steps.publish()
