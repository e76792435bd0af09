"""Keeps calls within a limit that a service counts in a rolling window, for all threads of a process."""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock

_LONG = 1.0
"""Seconds of waiting that are told."""

_log = logging.getLogger(__name__)


class Window:
    """At most `most` calls in any `seconds`.

    A call holds its place from before it is sent until `seconds` after it was answered: when on the way the service
    counts it, nobody knows.

    Args:
        most: calls that the service allows in a window, until it says otherwise.
        seconds: length of the window.
        service: whose limit it is, for those who wait.
        clock, sleep: for tests.
    """

    def __init__(
        self,
        most: int,
        seconds: float,
        *,
        service: str = "the service",
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.most, self.seconds = most, seconds
        self._service = service
        self._clock, self._sleep = clock, sleep
        self._lock = Lock()
        self._answered: deque[float] = deque()
        self._under_way = 0
        self._closed_until = 0.0

    @contextmanager
    def place(self) -> Iterator[float]:
        """Hold a place for one call; wait for it, if need be. Gives the moment at which the call may go."""
        while wait := self._enter():
            if wait >= _LONG:
                _log.info(
                    "Waiting %.0f s for %s: %d calls in %g s.", wait, self._service, self.most, self.seconds
                )
            self._sleep(wait)
        try:
            yield self._clock()
        finally:
            with self._lock:
                self._under_way -= 1
                self._answered.append(self._clock())

    def learn(self, most: int, seconds: float, left: int, began: float) -> None:
        """Take over what the service says in the answer to a call that still holds its place since `began`.

        Others who share the limit are seen by this, and so is a service that does not count. Calls overtake each other:
        one that is under way may be among those that this answer counts, one that was answered since `began` may not.
        """
        with self._lock:
            self.most, self.seconds = max(most, 1), seconds
            counted = max(most - left, 1)
            highest = counted - 1 + sum(moment > began for moment in self._answered)
            lowest = counted - self._under_way
            while len(self._answered) > highest:
                self._answered.popleft()
            self._answered.extend([self._clock()] * (lowest - len(self._answered)))

    def close(self, seconds: float) -> None:
        """Let nobody in for so long: the service refused a call."""
        with self._lock:
            self._closed_until = max(self._closed_until, self._clock() + seconds)

    def _enter(self) -> float:
        """Take a place and return 0, or how many seconds to wait before the next try."""
        with self._lock:
            now = self._clock()
            while self._answered and self._answered[0] <= now - self.seconds:
                self._answered.popleft()
            if self._closed_until > now:
                return self._closed_until - now
            if len(self._answered) + self._under_way < self.most:
                self._under_way += 1
                return 0.0
            if not self._answered:
                return self.seconds / 100  # all places are held by calls under way
            return max(self._answered[0] + self.seconds - now, 0.001)
