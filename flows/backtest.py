"""Look back at what rules, model and a change would have said. Imported alone, as `train` is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from prefect import flow, task

from leadwright import extras
from leadwright.flows import steps
from leadwright.operate import runs
from leadwright.transform.preview import trial
from leadwright.transform.project import Transform
from leadwright.trials import changes, sets

extras.require("learn")

from leadwright.learn import examples as past  # noqa: E402
from leadwright.learn.backtest import trial as backtests  # noqa: E402


@task(name="backtest", task_run_name="backtest-{outcome}", **steps.STEP)
def look_back(outcome: str | None, change: str | None, calls: int) -> backtests.BackTest:
    """Compare rules and model, and the rules that `change` stands for, in a copy of the warehouse."""
    project = steps.project()
    with ExitStack() as stack:
        tried = stack.enter_context(changed_rules(change, project, outcome)) if change else None
        return backtests.run(project, outcome, tried, calls)


@contextmanager
def changed_rules(name: str, project: Transform, outcome: str | None) -> Iterator[backtests.Change]:
    """Rules that are proposed, loaded into a copy of the warehouse; it is gone afterwards.

    Raises:
        ConfigError: they cannot be found or have faults, or there is no such outcome.
    """
    with trial(project.settings) as side:
        rules = sets.lay_out(name, project.settings, project, side.home / "changed")
        changed = sets.of(rules.workspace, side, project)
        differing = changes.names_that_differ([changes.read(p.rule_files()) for p in (project, changed)])
        if differing:
            changed.build_rules_at_moments(differing, past.outcome(side, outcome).as_of)
        yield backtests.Change(rules.name, changed)


@flow(name="backtest", flow_run_name="backtest", validate_parameters=False)
def backtest(
    outcome: str | None = None, change: str | None = None, calls: int = 50, wait_hours: float | None = None
) -> backtests.BackTest:
    """Say what rules, model and a change would have said at past moments, and what became of those leads.

    Args:
        outcome: a row of learning_outcomes; the first where None.
        change: rules that are proposed: a folder, or a revision in git.
        calls: how many leads can be called in a week.
        wait_hours: how long to wait for another run to end, instead of `LEADWRIGHT_LOCK_WAIT_SECONDS`.
    """
    with steps.one_run_at_a_time(wait_hours), steps.noted(runs.start("backtest")):
        return look_back(outcome, change, calls)
