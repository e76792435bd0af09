"""The sandbox's clock: every date it writes comes from here, so that a run can be set in any year and repeated."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta


class Clock:
    """A UTC clock that starts at a given moment and ticks on with real time, as fast as `speed` says."""

    def __init__(self, now: datetime | None = None, speed: float = 1.0) -> None:
        self._speed = speed
        self._set(now or datetime.now(UTC))

    def _set(self, moment: datetime) -> None:
        self._origin = moment.astimezone(UTC)
        self._started = time.monotonic()

    def now(self) -> datetime:
        """The present moment, in UTC, cut to whole milliseconds as both CRMs store it."""
        moment = self._origin + timedelta(seconds=(time.monotonic() - self._started) * self._speed)
        return moment.replace(microsecond=moment.microsecond // 1000 * 1000)

    def advance(self, seconds: float) -> None:
        """Move the clock forward (or back, for a test of clock skew)."""
        self._set(self.now() + timedelta(seconds=seconds))
