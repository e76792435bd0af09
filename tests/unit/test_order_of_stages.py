"""In which order a run takes its stages, and which of them follow one that failed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from leadwright.connectors.errors import GuardrailError
from leadwright.flows import qualify, steps
from leadwright.operate import runs
from leadwright.transform.builds import BuildError

_REFUSED = GuardrailError("hubspot refused everything")
_RED = BuildError("a test failed", not_whole={"rpt_b": "why"}, whole=frozenset({"rpt_a"}))


@pytest.fixture
def stages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[list[str], runs.Run]]:
    """A function that takes a run through stages that only say their names; some raise. What was taken, and the run."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LEADWRIGHT_HOME", str(tmp_path))
    taken: list[Any] = []
    errors: dict[str, Exception] = {}

    def stage(name: str, result: Any = None) -> Callable[..., Any]:
        def take(*given: Any, **_: Any) -> Any:
            taken.append((name, *given[1:]) if name == "publish" else name)
            if name in errors:
                raise errors[name]
            return result

        return take

    @contextmanager
    def noted(_run: runs.Run) -> Iterator[None]:
        yield

    @contextmanager
    def turn(_wait_hours: float | None) -> Iterator[None]:
        taken.append("turn")
        yield
        taken.append("others may run")

    @contextmanager
    def on_a_copy() -> Iterator[None]:
        taken.append("copy")
        yield
        taken.append("throw it away")

    for name, result in {
        "check_rules": None,
        "ensure_raw_tables": None,
        "check_restored": False,
        "erase": None,
        "build_for_writing": ["fct_lead_scores"],
        "build_reports": ["rpt_a", "rpt_b"],
        "rewrite": None,
        "publish": None,
        "summarise": None,
    }.items():
        monkeypatch.setattr(steps, name, stage(name, result))
    monkeypatch.setattr(steps, "noted", noted)
    monkeypatch.setattr(steps, "misfits", list)
    monkeypatch.setattr(steps, "one_run_at_a_time", turn)
    monkeypatch.setattr(steps, "on_a_copy", on_a_copy)
    monkeypatch.setattr(qualify, "pull_all", lambda run, full: stage("pull")())
    monkeypatch.setattr(qualify, "write_all", lambda run, *_: stage("write")())

    def run(dry_run: bool = False, **failing: Exception) -> tuple[list[Any], runs.Run]:
        errors.update(failing)
        seen: list[runs.Run] = []
        take = partial(qualify._preview, False, False) if dry_run else partial(qualify._do_all, False, False)
        monkeypatch.setattr(runs, "start", lambda flow, **more: seen.append(_run(flow, **more)) or seen[-1])
        if failing:
            with pytest.raises(type(next(iter(failing.values())))) as caught:
                take()
            assert caught.value is next(iter(failing.values()))
        else:
            take()
        return taken, seen[0]

    return run


def _run(flow: str, *, dry_run: bool = False) -> runs.Run:
    return runs.Run(run_id="run-1", flow=flow, dry_run=dry_run, started_at=datetime(2026, 6, 30, tzinfo=UTC))


_BEFORE = ["check_rules", "pull", "ensure_raw_tables", "check_restored", "erase", "build_for_writing"]
_ALL = ["fct_lead_scores", "rpt_a", "rpt_b"]


def test_what_differs_is_written_back_before_the_reports_are_built(stages: Any) -> None:
    taken, run = stages()
    assert taken == [*_BEFORE, "write", "build_reports", "rewrite", ("publish", _ALL, {}), "summarise"]
    assert (run.failed_stage, run.failure) == (None, None)


def test_what_fails_above_a_sync_model_ends_the_run(stages: Any) -> None:
    taken, run = stages(build_for_writing=_RED)
    assert taken == [*_BEFORE, "summarise"]
    assert (run.failed_stage, run.as_of) == ("transform", None)


def test_a_report_that_fails_is_told_of_after_the_others_are_published(stages: Any) -> None:
    taken, run = stages(build_reports=_RED)
    published = ("publish", ["fct_lead_scores", "rpt_a"], {"rpt_b": "why"})
    assert taken == [*_BEFORE, "write", "build_reports", published, "summarise"], (
        "who was forgotten may still be in a report that failed, so the file is written anew by a later run"
    )
    assert (run.failed_stage, run.failure) == ("reports", "a test failed")


def test_reports_that_dbt_did_not_come_to_are_not_published(stages: Any) -> None:
    stopped = BuildError("dbt stopped", not_whole={}, whole=frozenset())
    taken, _ = stages(build_reports=stopped)
    assert taken == [*_BEFORE, "write", "build_reports", "summarise"]


def test_figures_do_not_wait_for_a_crm_that_refuses(stages: Any) -> None:
    taken, run = stages(write=_REFUSED)
    assert taken == [*_BEFORE, "write", "build_reports", "rewrite", ("publish", _ALL, {}), "summarise"]
    assert run.failure == str(_REFUSED)


def test_of_two_failures_the_first_is_told(stages: Any) -> None:
    _, run = stages(write=_REFUSED, build_reports=_RED)
    assert run.failure == str(_REFUSED)
    assert run.not_whole == {"rpt_b": "why"}


def test_a_pull_that_is_refused_ends_the_run_before_anything_is_written(stages: Any) -> None:
    taken, run = stages(pull=GuardrailError("hubspot shows 10 contacts, and there were 2,000"))
    assert taken == ["check_rules", "pull", "summarise"]
    assert "there were 2,000" in run.failure


def test_a_dry_run_pulls_for_good_and_builds_everything_on_a_copy(stages: Any) -> None:
    taken, _ = stages(dry_run=True)
    assert taken == [
        *("turn", "check_rules", "pull", "copy", "others may run"),
        *_BEFORE[2:],
        *("build_reports", "write", "throw it away", "summarise"),
    ]
