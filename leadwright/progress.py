"""How far a long step is, told to whoever asked: the command line shows bars, a test counts, a flow stays quiet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Listener = Callable[[str, str, int], None]
"""Called with a stage ('pull', 'transform', 'write'), what moved on, and by how many."""

_listeners: list[Listener] = []
_totals: Counter[str] = Counter()


@contextmanager
def listening(listener: Listener) -> Iterator[None]:
    """Tell `listener` of everything that moves on in this process, from any thread."""
    _listeners.append(listener)
    _totals.clear()
    try:
        yield
    finally:
        _listeners.remove(listener)


def expect(stage: str, count: int) -> None:
    """Say that `count` more are to be done in `stage`."""
    _totals[stage] += count


def total(stage: str) -> int | None:
    """How much there is to do in `stage`; None where nobody knows."""
    return _totals.get(stage)


def moved(stage: str, what: str, count: int) -> None:
    """Say that `what` moved on by `count` in `stage`."""
    for listener in _listeners:
        listener(stage, what, count)
