"""Pull every connected CRM into its raw tables, side by side."""

from __future__ import annotations

from prefect import flow
from prefect.futures import wait

from leadwright.flows import steps
from leadwright.flows.notices import HOOKS
from leadwright.operate import runs


@flow(name="ingest", flow_run_name="ingest", validate_parameters=False, **HOOKS)
def ingest(full: bool = False) -> runs.Run:
    """Pull what changed, or everything where `full`."""
    run = runs.start("ingest")
    with steps.one_run_at_a_time(), steps.noted(run):
        pull_all(run, full)
    return run


def pull_all(run: runs.Run, full: bool) -> None:
    """Pull all connected CRMs at the same time and note what came in `run`."""
    crms = steps.project().settings.require_crms()
    with steps.timed(run, "pull"):
        futures = [steps.pull.submit(crm, full) for crm in crms]
        wait(futures)
        run.pulled = [future.result() for future in futures]
        run.put_off |= {p.crm: str(p.stops.put_off) for p in run.pulled if p.stops.put_off}
        steps.ensure_raw_tables()
