"""Pace: no more calls than a service allows in any window, no slower than that, and what its answers teach."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from leadwright.connectors.errors import DailyLimitError
from leadwright.connectors.hubspot.pace import Pace
from leadwright.connectors.pace import Window


class Clock:
    """A clock that moves when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def sleep(self, seconds: float) -> None:
        assert seconds > 0
        self.now += seconds

    def window(self, most: int, seconds: float) -> Window:
        return Window(most, seconds, clock=lambda: self.now, sleep=self.sleep)


def most_at_once(moments: list[float], seconds: float) -> int:
    return max(sum(one - seconds < other <= one for other in moments) for one in moments)


@pytest.mark.parametrize(("most", "seconds"), [(1, 1.0), (5, 1.0), (100, 10.0), (7, 0.3)])
def test_as_many_calls_as_are_allowed_and_no_more(most: int, seconds: float) -> None:
    clock, dice = Clock(), random.Random(3)
    window = clock.window(most, seconds)
    arrivals: list[float] = []
    for _ in range(most * 6):
        with window.place():
            clock.sleep(dice.uniform(0.0001, 0.3 * seconds / most))
            arrivals.append(clock.now)  # somewhere on the way the service counts it
            clock.sleep(dice.uniform(0.0001, 0.3 * seconds / most))
    assert most_at_once(arrivals, seconds) == most
    assert arrivals[-1] - arrivals[0] < 7.5 * seconds


def test_all_threads_share_one_window() -> None:
    window = Window(5, 0.2)
    arrivals: list[float] = []

    def call_often() -> None:
        for _ in range(5):
            with window.place():
                arrivals.append(time.monotonic())

    threads = [threading.Thread(target=call_often) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(arrivals) == 20
    assert most_at_once(arrivals, 0.2) <= 5


def waits(window: Window, clock: Clock, calls: int) -> float:
    before = clock.now
    for _ in range(calls):
        with window.place():
            pass
    return clock.now - before


def test_a_window_is_as_the_service_says() -> None:
    clock = Clock()
    window = clock.window(100, 10)
    with window.place() as began:
        window.learn(190, 10, 189, began)
    assert waits(window, clock, 189) == 0
    assert waits(window, clock, 1) == 10


def test_calls_of_others_are_seen() -> None:
    clock = Clock()
    window = clock.window(100, 10)
    with window.place() as began:
        window.learn(100, 10, 3, began)
    assert waits(window, clock, 3) == 0
    assert waits(window, clock, 1) == 10


def test_a_service_that_does_not_count_is_not_waited_for() -> None:
    clock = Clock()
    window = clock.window(100, 10)
    for _ in range(1_000):
        with window.place() as began:
            window.learn(190, 10, 189, began)
    assert clock.now == Clock().now


def test_a_service_that_counts_calls_as_they_arrive_never_has_to_refuse_one() -> None:
    """Threads whose calls and answers overtake each other on the way."""
    window, counted, dice = Window(9, 0.3), Counted(9, 0.3), random.Random(5)

    def call_often() -> None:
        for _ in range(9):
            with window.place() as began:
                time.sleep(dice.uniform(0, 0.02))
                left = counted.call()
                time.sleep(dice.uniform(0, 0.02))
                window.learn(9, 0.3, left, began)

    threads = [threading.Thread(target=call_often) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(counted.calls) == 54
    assert most_at_once(counted.calls, 0.3) <= 9


class Counted:
    """A service that counts calls in a rolling window and says how many are left."""

    def __init__(self, most: int, seconds: float) -> None:
        self.most, self.seconds = most, seconds
        self.calls: list[float] = []
        self.lock = threading.Lock()

    def call(self) -> int:
        with self.lock:
            now = time.monotonic()
            self.calls.append(now)
            return self.most - sum(moment > now - self.seconds for moment in self.calls)


def test_after_a_refusal_nobody_calls() -> None:
    clock = Clock()
    window = clock.window(100, 10)
    window.close(4)
    window.close(2)
    assert waits(window, clock, 1) == 4


def told(values: dict[str, str]) -> dict[str, str]:
    return {f"X-HubSpot-RateLimit-{key}": value for key, value in values.items()}


@pytest.mark.parametrize(
    ("headers", "most", "seconds"),
    [
        ({}, 100, 10.0),
        ({"Max": "190", "Remaining": "189", "Interval-Milliseconds": "10000"}, 190, 10.0),
        ({"Max": "20", "Remaining": "19", "Interval-Milliseconds": "500"}, 20, 0.5),
        ({"Max": "many", "Remaining": "x"}, 100, 10.0),
        ({"Daily": "650000", "Daily-Remaining": "649999"}, 100, 10.0),
    ],
)
def test_what_hubspots_answers_teach(headers: dict[str, str], most: int, seconds: float) -> None:
    pace = Pace()
    with pace.calls.place() as began:
        pace.note(told(headers), began)
    assert (pace.calls.most, pace.calls.seconds) == (most, seconds)
    assert (pace.searches.most, pace.searches.seconds) == (5, 1.0)


@pytest.mark.parametrize(("left", "stops"), [("32501", False), ("32499", True), ("0", True)])
def test_the_last_calls_of_the_day_are_left_to_others(left: str, stops: bool) -> None:
    pace = Pace()
    pace.note(told({"Daily": "650000", "Daily-Remaining": left}), 0.0)
    if not stops:
        return pace.require_calls_left()
    with pytest.raises(DailyLimitError, match="650,000 calls"):
        pace.require_calls_left()
    pace.require_calls_left()  # what the next run meets is for its own answers to say


@pytest.mark.parametrize(
    ("zone", "says"),
    [("US/Eastern", "US/Eastern: "), ("Nowhere/Else", "run again then"), (None, "run again then")],
)
def test_when_the_day_begins(zone: str | None, says: str, real_utc: Callable[[str], datetime]) -> None:
    pace = Pace()
    pace.note_time_zone(zone)
    said = pace.new_day()
    assert "midnight of the account's time zone" in said
    assert says in said
    if zone == "US/Eastern":
        begins = real_utc(said)
        assert begins > datetime.now(UTC)
        assert begins.hour in (4, 5)


@pytest.fixture
def real_utc() -> Callable[[str], datetime]:
    """Reads the moment in a sentence."""

    def read(said: str) -> datetime:
        text = said.partition(" UTC")[0][-16:]
        return datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=UTC)

    return read
