"""The dbt project of this process; apart from the steps, so that it can be parsed before Prefect is imported."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from leadwright import settings
from leadwright.transform.project import Transform

_instead: list[Transform] = []


def project() -> Transform:
    """The dbt project, parsed once per process, and with it the settings, read once."""
    return _instead[-1] if _instead else _own()


@contextmanager
def instead(other: Transform) -> Iterator[None]:
    """Let the steps work on another home."""
    _instead.append(other)
    try:
        yield
    finally:
        _instead.remove(other)


@cache
def _own() -> Transform:
    return Transform(settings.load())
