"""HubSpot's limits as one process meets them: calls in ten seconds, searches in a second, calls in a day.

All connections with one token share them, so they are kept by address and token for the whole process.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from leadwright.connectors.errors import DailyLimitError
from leadwright.connectors.pace import Window

# Of the smallest plan; the first answer tells the account's own. Documented for 2026: 100, 190 or 250 in ten seconds.
CALLS, CALLS_SECONDS = 100, 10.0
# No answer tells this one. It holds for the account, whichever token asks.
SEARCHES, SEARCHES_SECONDS = 5, 1.0
_MOST_OF_THE_DAY = 0.95


class Pace:
    """The limits that calls with one token keep to."""

    def __init__(self) -> None:
        self.calls = Window(CALLS, CALLS_SECONDS, service="HubSpot's limit")
        self.searches = Window(SEARCHES, SEARCHES_SECONDS, service="HubSpot's limit of searches")
        self._time_zone: str | None = None
        self._day: tuple[int, int] | None = None

    def note(self, headers: Mapping[str, str], began: float) -> None:
        """Read the limits of the answer to a call that began then. Those to searches tell only the day's, some none."""
        self._day = _pair(headers, "Daily-Remaining", "Daily") or self._day
        if found := _pair(headers, "Remaining", "Max"):
            left, most = found
            milliseconds = headers.get("X-HubSpot-RateLimit-Interval-Milliseconds", "")
            seconds = int(milliseconds) / 1000 if milliseconds.isdigit() else CALLS_SECONDS
            self.calls.learn(most, seconds, left, began)

    def note_time_zone(self, name: object) -> None:
        """Keep the account's time zone, by whose midnight the day begins."""
        self._time_zone = str(name) if name else None

    def require_calls_left(self) -> None:
        """Raise DailyLimitError where the account's calls of the day are nearly used up."""
        if self._day and self._day[0] < self._day[1] * (1 - _MOST_OF_THE_DAY):
            left, most = self._day
            self._day = None  # the next run asks again
            raise DailyLimitError(
                f"Of the {most:,} calls that the HubSpot account may make in a day {left:,} are left. Leadwright stops "
                f"here so that other programs can go on. {self.new_day()}"
            )

    def new_day(self) -> str:
        """When the account's day begins, and what to do."""
        midnight = "midnight of the account's time zone"
        try:
            zone = ZoneInfo(self._time_zone or "")
        except (ValueError, OSError, KeyError):
            return f"The count starts anew at {midnight}; run again then, or raise the limit in HubSpot."
        tomorrow = datetime.now(zone).date() + timedelta(days=1)
        begins = datetime.combine(tomorrow, time(), zone).astimezone(UTC)
        return (
            f"The count starts anew at {midnight}, {self._time_zone}: {begins:%Y-%m-%d %H:%M} UTC. Run again then, or "
            "raise the limit in HubSpot."
        )


@cache
def of(url: str, token: str) -> Pace:
    """The pace of all calls of this process to `url` with `token`."""
    return Pace()


def _pair(headers: Mapping[str, str], left: str, most: str) -> tuple[int, int] | None:
    values = [headers.get(f"X-HubSpot-RateLimit-{name}") or "" for name in (left, most)]
    return (int(values[0]), int(values[1])) if all(value.isdigit() for value in values) else None
