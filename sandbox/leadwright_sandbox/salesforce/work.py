"""What is done in the background: slice by slice, so that others are answered in between, and as a test wants it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from leadwright_sandbox.salesforce.errors import ApiError
from leadwright_sandbox.salesforce.values import json_datetime

if TYPE_CHECKING:
    from leadwright_sandbox.salesforce.org import Org

Item = TypeVar("Item")
RUNNING = "InProgress"
FAILURE = "The job failed because the control API asked for it"
LOOK_SECONDS = 0.01  # of real time between two looks at a job that a test holds


class Work:
    """One job, or one batch of the older API; `facts` is what the API shows of it."""

    WAITING: ClassVar[str]
    DONE: ClassVar[str]
    facts: dict[str, Any]
    processed: int
    polls: int

    @property
    def state(self) -> str:
        """Where it is."""
        return str(self.facts["state"])

    def move(self, state: str, now: str) -> None:
        """Go to another state at a (stored) moment."""
        self.facts |= {"state": state, "systemModstamp": json_datetime(now)}

    def fail(self, error: ApiError, now: str) -> None:
        """End without success."""
        raise NotImplementedError


@dataclass
class Pace:
    """How slowly work is done from now on, and how much of it fails, as the control API sets it.

    Attributes:
        polls, seconds: work stays InProgress until it was asked about so often and that much time has passed.
        failures: so many of the next jobs or batches fail.
        after: how many rows of those are worked on first.
    """

    now: Callable[[], datetime]
    polls: int = 0
    seconds: float = 0.0
    failures: int = 0
    after: int = 0

    def begin(self, work: Work) -> Run:
        """Work that starts now, at this pace."""
        fails = self.failures > 0
        self.failures -= fails
        until = self.now() + timedelta(seconds=self.seconds)
        return Run(work, self.now, work.polls + self.polls, until, self.after if fails else None)


@dataclass
class Run:
    """Work under way."""

    work: Work
    now: Callable[[], datetime]
    polls: int
    until: datetime
    fails_after: int | None

    async def slices(self, items: Iterator[Item], size: int) -> AsyncIterator[list[Item]]:
        """`items`, at most `size` at a time, for as long as the work is to go on."""
        while part := list(islice(items, self._size(size))):
            yield part
            await self._give_way()
            if self.work.state != RUNNING:
                return
        await self._give_way()

    def _size(self, size: int) -> int:
        left = size if self.fails_after is None else self.fails_after - self.work.processed
        if left <= 0:
            raise ApiError(500, "InternalServerError", FAILURE)
        return min(left, size)

    async def _give_way(self) -> None:
        """Let others be answered, and wait where a test wants it."""
        await asyncio.sleep(0)
        while self.work.state == RUNNING and (self.work.polls < self.polls or self.now() < self.until):
            await asyncio.sleep(LOOK_SECONDS)


async def carry_out(org: Org, work: Work, act: Callable[[Run], Awaitable[None]]) -> None:
    """Bring `work` from its queue to its end by `act`, unless somebody ends it before."""
    await asyncio.sleep(0)
    if work.state != work.WAITING:
        return
    work.move(RUNNING, org.stamp())
    try:
        await act(org.jobs.pace.begin(work))
    except ApiError as error:
        work.fail(error, org.stamp())
    except Exception:
        work.fail(ApiError(500, "InternalServerError", "The sandbox has a fault"), org.stamp())
        raise
    if work.state == RUNNING:
        work.move(work.DONE, org.stamp())
