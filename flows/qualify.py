"""The main job: a lead's whole way, from both CRMs through the rules and back."""

from __future__ import annotations

from prefect import flow
from prefect.runtime import flow_run

from flows import steps
from flows.ingest import pull_all
from flows.sync import write_all
from flows.transform import build_and_publish, check_rules
from leadwright import runs


def _run_name() -> str:
    return f"qualify-{flow_run.scheduled_start_time:%Y-%m-%d-%H%M}"


@flow(name="qualify", flow_run_name=_run_name, validate_parameters=False)
def qualify(full: bool = False, dry_run: bool = False) -> runs.Run:
    """Pull both CRMs, score and route every lead, publish the marts, write back what differs.

    Args:
        full: pull everything again instead of what changed.
        dry_run: count what would be written and send nothing.
    """
    run = runs.start("qualify", dry_run=dry_run)
    with steps.one_run_at_a_time(), steps.noted(run):
        check_rules(run)
        pull_all(run, full)
        build_and_publish(run)
        write_all(run)
        steps.summarise(run)
    return run
