"""HubSpot's rate limits: a rolling ten seconds and a day for all calls, five searches a second."""

from __future__ import annotations

import itertools
import time
from collections import deque
from collections.abc import Callable

from leadwright_sandbox.hubspot.errors import ApiError

PER_TEN_SECONDS = 190
PER_DAY = 650_000
SEARCHES_PER_SECOND = 5


class Limits:
    """Counts calls; refuses those above the limits where `enforced`."""

    def __init__(self, enforced: bool, timer: Callable[[], float] = time.monotonic) -> None:
        self.enforced = enforced
        self._timer = timer
        self.window = 10.0  # seconds
        self.per_ten_seconds, self.per_day, self.searches = PER_TEN_SECONDS, PER_DAY, SEARCHES_PER_SECOND
        self._calls: deque[float] = deque()
        self._searches: deque[float] = deque()
        self.today = 0

    def admit(self, search: bool) -> dict[str, str]:
        """Count one call and return the headers of its answer; raises ApiError 429 above a limit."""
        now = self._timer()
        self.today += 1
        headers = self._of_the_day(self.per_day - self.today)
        if search:
            self._check(self._searches, now, 1.0, self.searches, "secondly", headers)
            return headers
        used = self._check(
            self._calls, now, self.window, self.per_ten_seconds, "ten_secondly_rolling", headers
        )
        per_second = max(1, self.per_ten_seconds // 10)
        headers |= {
            "X-HubSpot-RateLimit-Interval-Milliseconds": str(int(self.window * 1000)),
            "X-HubSpot-RateLimit-Max": str(self.per_ten_seconds),
            "X-HubSpot-RateLimit-Remaining": str(self.per_ten_seconds - used),
            "X-HubSpot-RateLimit-Secondly": str(per_second),
            "X-HubSpot-RateLimit-Secondly-Remaining": str(max(0, per_second - self._in_last_second(now))),
        }
        return headers

    def refusal(self, policy: str) -> ApiError:
        """The refusal by the limit `secondly`, `ten_secondly` or `daily`, whether it is reached or not."""
        name = "ten_secondly_rolling" if policy == "ten_secondly" else policy
        return _too_many(name, self._of_the_day(0 if name == "daily" else self.per_day - self.today))

    def _of_the_day(self, remaining: int) -> dict[str, str]:
        return {
            "X-HubSpot-RateLimit-Daily": str(self.per_day),
            "X-HubSpot-RateLimit-Daily-Remaining": str(max(0, remaining)),
        }

    def _in_last_second(self, now: float) -> int:
        """How many calls the last second saw, the present one too; no call is refused for that."""
        if not self.enforced:
            return 1
        return sum(1 for _ in itertools.takewhile(lambda moment: moment > now - 1.0, reversed(self._calls)))

    def _check(
        self, calls: deque[float], now: float, seconds: float, most: int, name: str, headers: dict[str, str]
    ) -> int:
        if not self.enforced:
            return 1
        while calls and calls[0] <= now - seconds:
            calls.popleft()
        if self.today > self.per_day:
            name = "daily"
        if len(calls) >= most or name == "daily":
            raise _too_many(name, headers)
        calls.append(now)
        return len(calls)


def _too_many(name: str, headers: dict[str, str]) -> ApiError:
    message = f"You have reached your {name} limit."
    if name == "secondly":
        return ApiError(429, message, "RATE_LIMITS", headers)
    return ApiError(
        429,
        message,
        "RATE_LIMITS",
        headers,
        errorType="RATE_LIMIT",
        policyName=name.upper(),
        groupName="publicapi:sandbox",
    )
