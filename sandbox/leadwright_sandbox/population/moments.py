"""Time as whole seconds since 1970 in UTC, with local working hours.

Whole seconds and cached day texts, because a population of a million leads spells a hundred million moments. A zone's
distance from UTC is looked up once for each day: clocks change in nights before Sundays, when nobody works.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from random import Random
from zoneinfo import ZoneInfo

MINUTE, HOUR, DAY = 60, 3600, 86400


def seconds(moment: datetime) -> int:
    """The last whole second before `moment`, which must carry its offset: the machine's own must not matter."""
    if moment.tzinfo is None:
        raise ValueError("now must carry a time zone, for example datetime(2026, 1, 31, tzinfo=timezone.utc)")
    return math.ceil(moment.timestamp()) - 1


@lru_cache(maxsize=4096)
def day_text(day: int) -> str:
    """The date of day number `day` as YYYY-MM-DD."""
    return datetime.fromtimestamp(day * DAY, UTC).strftime("%Y-%m-%d")


def date_of(at: int) -> str:
    """The UTC date of `at`."""
    return day_text(at // DAY)


@lru_cache(maxsize=32768)
def _hour_text(hour: int) -> str:
    day, hour = divmod(hour, 24)
    return f"{day_text(day)}T{hour:02d}:"


_IN_HOUR = [f"{second // 60:02d}:{second % 60:02d}." for second in range(HOUR)]
_IN_SECOND = [f"{milli:03d}Z" for milli in range(1000)]


def hubspot_time(at: int) -> str:
    """`at` as HubSpot spells it; the milliseconds follow from the second, so that order is kept."""
    return _hour_text(at // HOUR) + _IN_HOUR[at % HOUR] + _IN_SECOND[at * 617 % 1000]


def salesforce_time(at: int) -> str:
    """`at` as Salesforce spells it in Bulk results: whole seconds only."""
    return _hour_text(at // HOUR) + _IN_HOUR[at % HOUR] + "000Z"


@lru_cache(maxsize=65536)
def offset_on(zone: str, day: int) -> int:
    """How many seconds the clocks of `zone` are ahead of UTC on day number `day`."""
    offset = datetime.fromtimestamp(day * DAY + 12 * HOUR, ZoneInfo(zone)).utcoffset()
    return int(offset.total_seconds()) if offset else 0


def local(at: int, zone: str) -> tuple[int, int]:
    """The day number and the second of the day that clocks in `zone` show at `at`."""
    return divmod(at + offset_on(zone, at // DAY), DAY)


def weekday(day: int) -> int:
    """0 for Monday; day 0 was a Thursday."""
    return (day + 3) % 7


def office_moment(rng: Random, at: int, zone: str) -> int:
    """A moment on the local day of `at` when people sit at a desk, mostly; weekends mostly become Fridays."""
    day, _ = local(at, zone)
    late = weekday(day) - 4
    if late > 0 and rng.random() < 0.8:
        day -= late
    hour = rng.triangular(8, 18.5, 11) if rng.random() < 0.88 else rng.uniform(6, 23.5)
    return day * DAY + int(hour * HOUR) - offset_on(zone, day)


def half_hour(at: int) -> int:
    """The half hour at or after `at`: when people meet."""
    return -(-at // (30 * MINUTE)) * 30 * MINUTE


@dataclass(frozen=True, slots=True)
class Calendar:
    """When somebody works: local hours, Monday to Friday, apart from days off."""

    zone: str
    opens: int
    closes: int
    days_off: frozenset[int] = frozenset()

    def works_on(self, day: int) -> bool:
        """Whether local day number `day` is a working day."""
        return weekday(day) < 5 and day not in self.days_off

    def next_open(self, at: int) -> int:
        """`at` itself inside working hours, else the next opening."""
        day, second = local(at, self.zone)
        if second >= self.closes or not self.works_on(day):
            day, second = day + 1, 0
            while not self.works_on(day):
                day += 1
        return day * DAY + max(second, self.opens) - offset_on(self.zone, day)

    def after(self, at: int, minutes: float) -> int:
        """The moment `minutes` of working time after `at`."""
        left = int(minutes * MINUTE)
        at = self.next_open(at)
        while True:
            today = self.closes - local(at, self.zone)[1]
            if left < today:
                return at + left
            left -= today
            at = self.next_open(at + today)
