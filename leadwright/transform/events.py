"""What dbt tells of a build: how far it is. Of the rest, what it tells for finding faults in dbt is not put together.

dbt makes some 24 such events a node, each a message with the node's whole description, and that takes a quarter of a
build's processor time. No log of ours shows them. Such an event gets its message when somebody reads it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
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
    _read_late()


_UNREAD = "_unread"
_put_together = BaseEvent.__init__


@cache
def _read_late() -> None:
    """Let events for debugging keep what they were given, until somebody reads them."""

    read_now: Callable[[BaseEvent, str], Any] = BaseEvent.__getattr__

    def init(self: BaseEvent, *args: Any, **given: Any) -> None:
        if self.level_tag() is not EventLevel.DEBUG:
            _put_together(self, *args, **given)
        else:
            object.__setattr__(self, _UNREAD, (args, given))

    def read(self: BaseEvent, name: str) -> Any:
        if unread := self.__dict__.pop(_UNREAD, None):
            _put_together(self, *unread[0], **unread[1])
        return object.__getattribute__(self, name) if name == "pb_msg" else read_now(self, name)

    BaseEvent.__init__, BaseEvent.__getattr__ = init, read  # type: ignore[method-assign]


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
