"""What a run does not write: objects that it could not read, and what a day's limit leaves for later."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from threading import Barrier
from types import SimpleNamespace
from typing import Any

import pytest

from leadwright.connectors.errors import DailyLimitError
from leadwright.flows import steps, sync, writing
from leadwright.operate import runs
from leadwright.pull.drift import Stops
from leadwright.pull.extract import Pulled
from leadwright.transform.tables import SyncModel
from leadwright.writeback.sending import Written

OBJECTS = [("hubspot", "contacts"), ("hubspot", "companies"), ("salesforce", "Lead")]


@pytest.fixture
def write(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., list[tuple[str, str]]]:
    """A function that writes one row of each object, after the given pulls; what was sent."""
    models = [
        SyncModel("sync", f"sync_{crm}__{name}", crm, name, "id", "lead_id", (), (), ())
        for crm, name in OBJECTS
    ]
    config = SimpleNamespace(
        require_crms=lambda: ["hubspot", "salesforce"],
        write_owners=True,
        warehouse_file=tmp_path / "warehouse.duckdb",
        lock_wait_seconds=5,
    )
    project = SimpleNamespace(settings=config, sync_models=lambda: models)
    sent: list[tuple[str, str]] = []

    def run_it(
        run: runs.Run,
        full: tuple[str, str] | None = None,
        raises: bool = False,
        meanwhile: Callable[[SyncModel], object] = lambda _: None,
    ) -> Any:
        def write_back(model: SyncModel, _run_id: str, _only: object) -> Written:
            meanwhile(model)
            if (model.crm, model.object) == full:
                if raises:
                    raise DailyLimitError("No calls are left.")
                return Written(model.title, model.crm, model.object, planned=1, put_off="No calls are left.")
            sent.append((model.crm, model.object))
            return Written(model.title, model.crm, model.object, planned=1)

        monkeypatch.setattr(writing, "write_back", write_back)
        sync.write_all(run)
        return sorted(sent, key=OBJECTS.index)  # the CRMs are written side by side

    monkeypatch.setattr(steps, "project", lambda: project)
    for name, result in {
        "require_ready": None,
        "count_rollout": None,
        "pause": None,
        "examine": None,
        "first_records": None,
        "create_fields": [],
    }.items():
        monkeypatch.setattr(writing, name, partial(_give, result))
    monkeypatch.setattr(writing, "plan", lambda models, _: _planned(models))
    return run_it


def _give(result: object, *_: object) -> object:
    return result


def _planned(models: list[SyncModel]) -> SimpleNamespace:
    written = [Written(model.title, model.crm, model.object, planned=1) for model in models]
    return SimpleNamespace(written=written, record_count=len(written))


def test_an_object_that_stopped_is_not_written(write: Any) -> None:
    run = runs.start("qualify")
    run.pulled = [Pulled("hubspot", stops=Stops({"contacts": "a field is gone"})), Pulled("salesforce")]
    assert write(run) == OBJECTS[1:]
    (line,) = run.left()
    assert line.startswith("hubspot contacts were not read")


@pytest.mark.parametrize("raises", [False, True])
def test_where_the_calls_of_the_day_are_used_up_the_other_crm_is_written(write: Any, raises: bool) -> None:
    run = runs.start("qualify")
    assert write(run, ("hubspot", "contacts"), raises) == OBJECTS[2:]
    assert run.put_off == {"hubspot": "No calls are left."}


def test_a_crm_whose_pull_was_put_off_is_not_written(write: Any) -> None:
    run = runs.start("qualify")
    run.pulled = [Pulled("hubspot", stops=Stops(put_off=DailyLimitError("No calls are left.")))]
    assert write(run) == OBJECTS[2:]


def test_the_crms_are_written_at_the_same_time_and_told_of_in_the_order_of_the_models(write: Any) -> None:
    both = Barrier(2, timeout=30)
    run = runs.start("qualify")
    write(run, meanwhile=lambda model: both.wait() if (model.crm, model.object) in OBJECTS[::2] else None)
    assert [(written.crm, written.object) for written in run.written] == OBJECTS


def test_where_one_crm_fails_the_other_is_written_to_its_end(write: Any) -> None:
    def fail(model: SyncModel) -> None:
        if model.object == "contacts":
            raise RuntimeError("the wire was cut")

    run = runs.start("qualify")
    with pytest.raises(RuntimeError, match="the wire was cut"):
        write(run, meanwhile=fail)
    assert [(written.crm, written.object) for written in run.written] == OBJECTS[2:]
