"""Find the records of one person that share no address. Imported alone: splink takes a second to import."""

from __future__ import annotations

from prefect import flow, task

from leadwright.flows import steps
from leadwright.flows.notices import HOOKS
from leadwright.linkage import people
from leadwright.operate import runs


@task(name="link people", **steps.STEP)
def link_people() -> people.Linked:
    """Compare all person records and keep the probable pairs."""
    return people.link_people(steps.project().settings)


@flow(name="link", flow_run_name="link", validate_parameters=False, **HOOKS)
def link(wait_hours: float | None = None) -> people.Linked:
    """Find who is who; the next run joins them. Wait so many hours for another run to end."""
    with steps.one_run_at_a_time(wait_hours), steps.noted(runs.start("link")):
        return link_people()
