"""Trying again, the same way for every CRM: as long as the service says, else longer each time, and not forever.

The SDKs' own retries are switched off. HubSpot's never repeats a POST and simple-salesforce's repeats a call
without its extra headers, which would let assignment rules move every lead.
"""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

from tenacity import RetryCallState, Retrying, retry_if_exception, wait_random_exponential

from leadwright.connectors.base import Outcome
from leadwright.connectors.errors import RateLimitedError, RetryableError
from leadwright.connectors.values import Row

T = TypeVar("T")

TRIES = 6
LONGEST_WAIT_SECONDS = 60.0
PATIENCE_SECONDS = 900.0
"""How long one call is held back by limits before it is given up: a limit makes a run slower and not fail."""
ROW_WAITS = (0.3, 1.0, 3.0)
"""Seconds before the next tries for rows that the CRM could not take at the moment."""

_log = logging.getLogger(__name__)
_backoff = wait_random_exponential(multiplier=0.5, max=20, min=0.2)


def patiently(call: Callable[[], T], *, tries: int = TRIES, sleep: Callable[[float], None] = time.sleep) -> T:
    """Return what `call` returns; repeat it while it raises a RetryableError that is worth waiting for here.

    Faults are tried `tries` times in all; a call that a limit refuses, for a quarter of an hour. An error that names a
    longer time is raised at once: the caller knows better what to do.
    """
    retrying = Retrying(
        stop=_Enough(tries),
        wait=_wait,
        retry=retry_if_exception(_worth_waiting),
        before_sleep=_say,
        sleep=sleep,
        reraise=True,
    )
    return retrying(call)


def until_taken(send: Callable[[Sequence[Row]], Iterable[Outcome]], rows: Sequence[Row]) -> Iterator[Outcome]:
    """Outcomes of `rows`; those that `send` says are deferred are sent again a few times, alone."""
    for wait in (*ROW_WAITS, None):
        by_id = {row.record_id: row for row in rows}
        again: list[Row] = []
        for outcome in send(rows):
            if wait is not None and outcome.status == "deferred":
                again.append(by_id[outcome.record_id])
            else:
                yield outcome
        if not again or wait is None:
            return
        time.sleep(wait * random.uniform(0.7, 1.3))
        rows = again


class _Enough:
    """Whether a call is given up after its latest error."""

    def __init__(self, tries: int) -> None:
        self._tries = tries
        self._faults = 0
        self._limited = 0.0

    def __call__(self, state: RetryCallState) -> bool:
        if isinstance(_error(state), RateLimitedError):
            self._limited += state.upcoming_sleep
            return self._limited > PATIENCE_SECONDS
        self._faults += 1
        return self._faults >= self._tries


def _error(state: RetryCallState) -> BaseException | None:
    return state.outcome.exception() if state.outcome else None


def _wait(state: RetryCallState) -> float:
    error = _error(state)
    named = error.after if isinstance(error, RetryableError) else None
    return _backoff(state) if named is None else max(named, 0.05)


def _worth_waiting(error: BaseException) -> bool:
    longest = PATIENCE_SECONDS if isinstance(error, RateLimitedError) else LONGEST_WAIT_SECONDS
    return isinstance(error, RetryableError) and (error.after or 0) <= longest


def _say(state: RetryCallState) -> None:
    seconds = state.next_action.sleep if state.next_action else 0
    _log.info("%s Trying again in %.1f s (try %d).", _error(state), seconds, state.attempt_number + 1)
