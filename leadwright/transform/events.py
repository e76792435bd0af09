"""What dbt tells of a build: how far it is. Of the rest, what it tells for finding faults in dbt is not put together.

dbt makes some 24 such events a node, each a message with the node's whole description, and that takes a fifth of a
build's processor time. No log of ours shows them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dbt_common.events.base_types import BaseEvent, EventLevel
from dbt_common.events.event_manager import EventManager
from dbt_common.events.event_manager_client import ctx_set_event_manager, get_event_manager

from leadwright import progress

_STARTED, _FINISHED = "LogStartLine", "NodeFinished"


class _WithoutDebugging(EventManager):
    """dbt's own, but that an event for debugging which nobody here listens to goes nowhere."""

    def fire_event(
        self,
        e: BaseEvent,
        level: EventLevel | None = None,
        node: Any = None,
        force_warn_or_error_handling: bool = False,
    ) -> None:
        """Tell loggers and listeners of an event."""
        if (level or e.level_tag()) is EventLevel.DEBUG and type(e).__name__ != _FINISHED:
            return
        super().fire_event(e, level, node, force_warn_or_error_handling)


def leave_out_debugging() -> None:
    """Let dbt tell no more than is asked for, in this process."""
    if not isinstance(get_event_manager(), _WithoutDebugging):
        ctx_set_event_manager(_WithoutDebugging())


def telling_progress(stage: str) -> Callable[[Any], None]:
    """A listener to one dbt command that tells how many nodes `stage` has and as each of them ends."""
    said = False

    def listen(event: Any) -> None:
        nonlocal said
        if event.info.name == _STARTED and not said:
            said = True
            progress.expect(stage, event.data.total)
        elif event.info.name == _FINISHED:
            progress.moved(stage, event.data.node_info.node_name, 1)

    return listen
