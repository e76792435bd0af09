"""Trying again, the same way for every CRM: as long as the service says, else longer each time, and not forever.

The SDKs' own retries are switched off. HubSpot's never repeats a POST and simple-salesforce's repeats a call
without its extra headers, which would let assignment rules move every lead.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import TypeVar

from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt, wait_random_exponential

from connectors.errors import RetryableError

T = TypeVar("T")

TRIES = 6
LONGEST_WAIT_SECONDS = 60.0

_log = logging.getLogger(__name__)
_backoff = wait_random_exponential(multiplier=0.5, max=20, min=0.2)


def patiently(call: Callable[[], T], *, tries: int = TRIES, sleep: Callable[[float], None] = time.sleep) -> T:
    """Return what `call` returns; repeat it while it raises a RetryableError that is worth waiting for here.

    An error that names a longer time than a minute is raised at once: the caller knows better what to do.
    """
    retrying = Retrying(
        stop=stop_after_attempt(tries),
        wait=_wait,
        retry=retry_if_exception(_worth_waiting),
        before_sleep=_say,
        sleep=sleep,
        reraise=True,
    )
    return retrying(call)


def _error(state: RetryCallState) -> BaseException | None:
    return state.outcome.exception() if state.outcome else None


def _wait(state: RetryCallState) -> float:
    error = _error(state)
    named = error.after if isinstance(error, RetryableError) else None
    return _backoff(state) if named is None else max(named, 0.05)


def _worth_waiting(error: BaseException) -> bool:
    return isinstance(error, RetryableError) and (error.after or 0) <= LONGEST_WAIT_SECONDS


def _say(state: RetryCallState) -> None:
    seconds = state.next_action.sleep if state.next_action else 0
    _log.info("%s Trying again in %.1f s (try %d).", _error(state), seconds, state.attempt_number + 1)
