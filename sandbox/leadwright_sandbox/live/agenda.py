"""What is due when: the live sandbox goes from one event to the next, however far it is told to go at once."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from datetime import UTC, datetime

Deed = Callable[[int], None]


class Agenda:
    """Deeds by the second at which they are due; of equal ones the first that was noted comes first."""

    def __init__(self, now: int) -> None:
        self.now = now
        self._due: list[tuple[int, int, Deed]] = []
        self._noted = 0

    def note(self, at: int, deed: Deed) -> None:
        """Do `deed` at the second `at`; what lies in the past is done next."""
        self._noted += 1
        heapq.heappush(self._due, (max(at, self.now), self._noted, deed))

    def is_due(self, until: int) -> bool:
        """Whether anything is due up to the second `until`."""
        return bool(self._due) and self._due[0][0] <= until

    def take(self) -> tuple[int, Deed]:
        """The next deed with its second, which becomes the present one."""
        self.now, _, deed = heapq.heappop(self._due)
        return self.now, deed


def moment_of(at: int) -> datetime:
    """The moment of the second `at`, with the milliseconds that the made population gives it."""
    return datetime.fromtimestamp(at, UTC).replace(microsecond=at * 617 % 1000 * 1000)
