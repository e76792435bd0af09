"""Tells the destinations what they are due, within a time: a mail server that is silent holds up no run."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from contextvars import copy_context
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Lock, Thread

from leadwright.connectors.errors import LeadwrightError, LockedError
from leadwright.notices import keeping, texts
from leadwright.notices.changes import Book, Condition, Notice
from leadwright.notices.destinations import Block, Channel, Mail, Plan
from leadwright.notices.texts import Message
from leadwright.settings import Settings

SECONDS_AT_MOST = 20.0
"""For all destinations together; they are told side by side."""

_WAIT_SECONDS = 5.0  # for another process that tells

Send = Callable[[str, Channel | Mail | Block, Message, Settings], None]
"""Sends a message to a destination by name; raises SendError where it does not arrive."""


class SendError(LeadwrightError):
    """A destination could not be reached, or refused; the message has no address and no password."""


@dataclass(slots=True)
class _Round:
    """One destination's notices, what of them arrived, and why the rest did not."""

    name: str
    notices: Sequence[Notice]
    failure: str | None = None
    arrived: list[Notice] = field(default_factory=list)
    is_done: bool = False


def tell(
    conditions: Iterable[Condition],
    plan: Plan,
    settings: Settings,
    send: Send,
    *,
    seconds: float = SECONDS_AT_MOST,
) -> tuple[Book, list[str]]:
    """Take over how things are, and tell people what has changed; what is known then, and what did not arrive.

    What did not arrive is told by the next run, if it is still so.
    """
    with keeping.opened(settings, _WAIT_SECONDS) as book:
        book.note(conditions, datetime.now(UTC))
        due: dict[str, list[Notice]] = {}
        for notice in book.due(plan):
            due.setdefault(notice.destination, []).append(notice)
        keeping.keep(book, settings)  # a run that is killed while it tells has noted what is wrong
        rounds = [_Round(name, notices) for name, notices in due.items()]
        _deliver(rounds, plan, settings, send, book, seconds)
        for name in plan.destinations:
            book.failures.pop(name, None)
        book.failures |= {each.name: each.failure for each in rounds if each.failure}
        book.settle(plan)
        return book, [f"{each.name}: {each.failure}" for each in rounds if each.failure]


def known(settings: Settings) -> Book:
    """What is known, without taking over anything."""
    return keeping.read(settings)


def _deliver(
    rounds: Sequence[_Round], plan: Plan, settings: Settings, send: Send, book: Book, seconds: float
) -> None:
    give_up_at = time.monotonic() + seconds
    lock = Lock()

    def go(each: _Round) -> None:
        try:
            for notice in each.notices:
                if time.monotonic() >= give_up_at:
                    return
                send(each.name, plan.destinations[each.name], texts.message(notice, settings), settings)
                with lock:
                    if each.is_done:  # given up on: it is told again
                        return
                    book.delivered(notice, datetime.now(UTC))
                    each.arrived.append(notice)
                    keeping.keep(book, settings)
        except SendError as error:
            each.failure = str(error)
        except Exception as error:  # noqa: BLE001 - what others say may hold the address that was used
            each.failure = type(error).__name__

    threads = []
    for each in rounds:
        # daemons: one that hangs does not keep the process; the context has Prefect's server
        thread = Thread(target=copy_context().run, args=(go, each), daemon=True)
        thread.start()
        threads.append(thread)
    for each, thread in zip(rounds, threads, strict=True):
        thread.join(max(give_up_at - time.monotonic(), 0.01))
        with lock:
            each.is_done = True
        if each.failure is None and len(each.arrived) < len(each.notices):
            each.failure = f"it did not take all within {seconds:g} seconds"


def explained(error: Exception) -> str:
    """Why nobody could be told at all."""
    if isinstance(error, LockedError):
        return "another process is sending notices"
    return str(error) if isinstance(error, LeadwrightError) else type(error).__name__
