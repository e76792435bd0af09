"""The sandbox's clock: every date it writes comes from here, so that a run can be set in any year and repeated."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta


class Clock:
    """A UTC clock that starts at a given moment and ticks on with real time, as fast as `speed` says (0: it stands)."""

    def __init__(self, now: datetime | None = None, speed: float = 1.0) -> None:
        self._speed = speed
        self.start(now or datetime.now(UTC))

    def start(self, moment: datetime) -> None:
        """Tick on from `moment`."""
        self._origin = moment.astimezone(UTC)
        self._started: float | None = time.monotonic()

    def hold(self, moment: datetime) -> None:
        """Stand still at `moment` until the clock is started again."""
        self._origin, self._started = moment.astimezone(UTC), None

    @property
    def is_held(self) -> bool:
        """Whether it stands still until it is started again."""
        return self._started is None

    def now(self) -> datetime:
        """The present moment, in UTC, cut to whole milliseconds as both CRMs store it."""
        passed = 0.0 if self._started is None else (time.monotonic() - self._started) * self._speed
        moment = self._origin + timedelta(seconds=passed)
        return moment.replace(microsecond=moment.microsecond // 1000 * 1000)

    def advance(self, seconds: float) -> None:
        """Move the clock forward (or back, for a test of clock skew)."""
        self.start(self.now() + timedelta(seconds=seconds))
