"""The tasks of writing back: what is planned, looked at, shown, approved and sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

from prefect import task

from leadwright import progress
from leadwright.flows.steps import STEP, project
from leadwright.transform.tables import SyncModel
from leadwright.writeback import (
    approvals,
    guards,
    limits,
    pausing,
    plans,
    previewfiles,
    previews,
    rollout,
    sending,
)
from leadwright.writeback.approvals import Stop
from leadwright.writeback.pausing import Pause
from leadwright.writeback.plans import Plan
from leadwright.writeback.previews import Preview


@task(name="check readiness", **STEP)
def require_ready(crms: Sequence[str]) -> None:
    """Stop where what is to be written was not built whole, or from what a CRM showed long ago."""
    config = project().settings
    guards.require_ready(crms, limits.read(config.rules_folder), config)


@task(name="plan", **STEP)
def plan(models: Sequence[SyncModel], with_owners: bool) -> Plan:
    """What would be written; nothing is sent."""
    return plans.make(models, project().settings, with_owners=with_owners)


@task(name="approve", **STEP)
def approve(run: str) -> bool:
    """Note that the plan of a run that stopped is approved; whether owners are among it."""
    return approvals.approve(run, project().settings)


@task(name="examine", **STEP)
def examine(plan: Plan, run_id: str) -> Stop | None:
    """Why the plan is not sent without being asked about."""
    config = project().settings
    return guards.examine(plan, run_id, limits.read(config.rules_folder), config)


def pause() -> Pause | None:
    """Why nothing is to be written at this moment."""
    return pausing.state(project().settings)


@task(name="choose records", **STEP)
def first_records(plan: Plan) -> Mapping[str, Sequence[str]] | None:
    """The records that this run sends, where there are more than a run or a day may have; None: all."""
    config = project().settings
    most = guards.records_left(plan, limits.read(config.rules_folder), config)
    return None if most is None else plans.first_records(plan, most, config)


@task(name="preview", **STEP)
def preview(plan: Plan, output: str | None) -> Preview:
    """What the plan means, written to the file `output` too, where one is named."""
    config = project().settings
    made = previews.make(plan, config)
    if output:
        previewfiles.write(Path(output), made, plan, config)
    return made


@task(name="create fields", task_run_name="create-fields-{model.title}", **STEP)
def create_fields(model: SyncModel) -> list[str]:
    """Create the CRM fields that one sync model writes and the CRM lacks."""
    config = project().settings
    return sending.create_fields(config.connect(model.crm), model, config)


@task(name="write back", task_run_name="write-back-{model.title}", **STEP)
def write_back(model: SyncModel, run_id: str, only: Sequence[str] | None = None) -> sending.Written:
    """Send one sync model's rows to its CRM, or those that are in `only`."""
    config = project().settings
    on_outcomes = partial(progress.moved, "write")
    tables = (t for t in project().raw_tables() if (t.crm, t.name) == (model.crm, model.object))
    return sending.write_back(
        config.connect(model.crm),
        model,
        config,
        run_id,
        raw=next(tables) if model.is_pulled else None,
        only=only,
        is_paused=lambda: pause() is not None,
        on_outcomes=on_outcomes,
    )


@task(name="count roll-out", **STEP)
def count_rollout() -> rollout.Rollout | None:
    """Which step of the roll-out holds, and how many leads are in each of its groups."""
    return rollout.rollout(project().settings)
