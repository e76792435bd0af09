from __future__ import annotations

from collections.abc import Callable

import pytest

from leadwright.connectors.errors import AuthError, RateLimitedError, UnavailableError, brief
from leadwright.connectors.retry import PATIENCE_SECONDS, patiently


def failing(times: int, error: Exception) -> Callable[[], str]:
    left = [times]

    def call() -> str:
        if left[0]:
            left[0] -= 1
            raise error
        return "done"

    return call


def test_waits_as_long_as_the_service_says() -> None:
    waits: list[float] = []
    assert patiently(failing(2, RateLimitedError("slow", after=3)), sleep=waits.append) == "done"
    assert waits == [3, 3]


def test_waits_longer_each_time_and_not_forever() -> None:
    waits: list[float] = []
    with pytest.raises(UnavailableError):
        patiently(failing(99, UnavailableError("down")), tries=4, sleep=waits.append)
    assert len(waits) == 3
    assert all(0 < wait <= 20 for wait in waits)


def test_a_limit_of_seconds_makes_a_call_late_and_not_fail() -> None:
    waits: list[float] = []
    call = failing(80, RateLimitedError("slow", after=10))
    assert patiently(call, tries=2, sleep=waits.append) == "done"
    assert waits == [10] * 80


def test_a_limit_that_never_ends_is_given_up() -> None:
    waits: list[float] = []
    with pytest.raises(RateLimitedError):
        patiently(failing(9_999, RateLimitedError("slow", after=10)), sleep=waits.append)
    assert sum(waits) == PATIENCE_SECONDS


def test_limits_do_not_use_up_the_tries_for_faults() -> None:
    errors = [RateLimitedError("slow", after=1)] * 9 + [UnavailableError("down")]

    def call() -> str:
        if errors:
            raise errors.pop(0)
        return "done"

    assert patiently(call, tries=2, sleep=lambda _: None) == "done"


@pytest.mark.parametrize("error", [AuthError("no"), RateLimitedError("later", after=3600)])
def test_what_waiting_does_not_help_is_raised_at_once(error: Exception) -> None:
    waits: list[float] = []
    with pytest.raises(type(error)):
        patiently(failing(1, error), sleep=waits.append)
    assert waits == []


def test_a_services_words_are_short_and_hold_no_address() -> None:
    words = brief('Contact "ann.lee+x@example.com"\nalready exists ' + "x" * 500)
    assert words.startswith('Contact "(e-mail)" already exists')
    assert "example.com" not in words
    assert len(words) < 320
