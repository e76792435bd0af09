"""Working hours, leave and spellings of time in the made population."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from leadwright_sandbox.population.countries import COUNTRIES
from leadwright_sandbox.population.moments import (
    DAY,
    HOUR,
    Calendar,
    half_hour,
    hubspot_time,
    salesforce_time,
    seconds,
)

FRIDAY = int(datetime(2026, 3, 20, tzinfo=UTC).timestamp())
OFFICE = Calendar("Europe/Berlin", opens=9 * HOUR, closes=17 * HOUR)


def at(hour: float, day: int = 0) -> int:
    """`hour` o'clock UTC on the Friday, or `day` days later."""
    return FRIDAY + day * DAY + int(hour * HOUR)


def test_opens_in_the_morning_local_time() -> None:
    assert OFFICE.next_open(at(3)) == at(8)
    assert OFFICE.next_open(at(10)) == at(10)


def test_the_weekend_is_skipped() -> None:
    assert OFFICE.next_open(at(16)) == at(8, day=3)
    assert OFFICE.after(at(15.5), 60) == at(8.5, day=3)


def test_days_off_are_skipped() -> None:
    away = Calendar("Europe/Berlin", 9 * HOUR, 17 * HOUR, frozenset({FRIDAY // DAY + 3}))
    assert away.next_open(at(16)) == at(8, day=4)


def test_long_work_takes_several_days() -> None:
    assert OFFICE.after(at(8), 3 * 8 * 60) == at(8, day=5)


def test_clocks_change_in_summer() -> None:
    assert OFFICE.next_open(at(3, day=7)) == at(8, day=7)
    assert OFFICE.next_open(at(18, day=7)) == at(7, day=10)


@given(
    st.integers(10**9, 4 * 10**9),
    st.floats(0, 5000),
    st.sampled_from(sorted({country.zone for country in COUNTRIES.values()})),
)
def test_work_ends_later_and_inside_working_hours(start: int, minutes: float, zone: str) -> None:
    """By the clocks that hang on the wall there."""
    calendar = Calendar(zone, 9 * HOUR, 17 * HOUR)
    end = calendar.after(start, minutes)
    local = datetime.fromtimestamp(end, ZoneInfo(zone))
    assert end >= start
    assert 9 <= local.hour < 17
    assert calendar.works_on((local.date() - date(1970, 1, 1)).days)


@given(st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC)))
def test_spellings_are_read_back(moment: datetime) -> None:
    before = seconds(moment)
    assert moment - timedelta(seconds=1) <= datetime.fromisoformat(salesforce_time(before)) < moment
    assert datetime.fromisoformat(hubspot_time(before)).replace(microsecond=0) == datetime.fromtimestamp(
        before, UTC
    )


@given(st.integers(0, 10**9))
def test_half_hours(moment: int) -> None:
    assert 0 <= half_hour(moment) - moment < 1800
    assert half_hour(moment) % 1800 == 0
