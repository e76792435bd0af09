"""What dbt tells of a build: debugging is told to nobody, all else to who listens."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from dbt.events.types import NodeFinished
from dbt_common.events.base_types import EventLevel, EventMsg
from dbt_common.events.event_manager import EventManager
from dbt_common.events.event_manager_client import (
    add_callback_to_manager,
    ctx_set_event_manager,
    get_event_manager,
)
from dbt_common.events.functions import fire_event
from dbt_common.events.types import Note

from leadwright import progress
from leadwright.transform import events


@pytest.fixture
def heard() -> Iterator[list[str]]:
    before, told = get_event_manager(), []

    def listen(event: EventMsg) -> None:
        told.append(event.info.msg)

    ctx_set_event_manager(EventManager())
    events.leave_out_debugging()
    add_callback_to_manager(listen)
    yield told
    get_event_manager().callbacks.remove(listen)
    ctx_set_event_manager(before)


def test_debugging_is_left_out_and_nothing_else(heard: list[str]) -> None:
    for level in (EventLevel.DEBUG, EventLevel.INFO, EventLevel.WARN, EventLevel.ERROR):
        fire_event(Note(msg=level.value), level=level)
    assert heard == ["info", "warn", "error"]


def test_it_is_asked_for_once_a_process(heard: list[str]) -> None:
    manager = get_event_manager()
    events.leave_out_debugging()
    assert get_event_manager() is manager


def test_each_node_that_ends_is_told_though_dbt_takes_that_for_debugging(heard: list[str]) -> None:
    told: list[tuple[str, str, int]] = []
    listen = events.telling_progress("transform")
    add_callback_to_manager(listen)
    with progress.listening(lambda *said: told.append(said)):
        fire_event(NodeFinished(node_info={"node_name": "dim_leads"}, run_result={}))
    get_event_manager().callbacks.remove(listen)
    assert told == [("transform", "dim_leads", 1)]


def test_an_event_for_debugging_has_its_message_when_somebody_reads_it(heard: list[str]) -> None:
    event = NodeFinished(node_info={"node_name": "dim_leads"}, run_result={})
    assert event.node_info.node_name == "dim_leads"
    assert event.pb_msg.node_info.node_name == "dim_leads"
    assert "dim_leads" in event.to_json()
