"""Blocks made by several processes at once, handed over in order, with no more of them in memory than needed."""

from __future__ import annotations

import multiprocessing
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from functools import lru_cache
from itertools import islice

from leadwright_sandbox.population.blocks import make_block
from leadwright_sandbox.population.records import Population
from leadwright_sandbox.population.world import World, make_world

Job = tuple[int, int, int, int, int, int]

_world = lru_cache(maxsize=1)(make_world)


def _make(job: Job) -> Population:
    seed, leads, now, mailings, block, size = job
    world: World = _world(seed, leads, now, mailings)
    return make_block(world, block, size)


def in_order(processes: int, jobs: Sequence[Job]) -> Iterator[Population]:
    """The blocks of `jobs`; at most two per process are made ahead of the reader."""
    waiting: deque[Future[Population]] = deque()
    context = multiprocessing.get_context("spawn")  # a fork would copy the server's locks and threads
    with ProcessPoolExecutor(processes, mp_context=context) as pool:
        rest = iter(jobs)
        try:
            waiting.extend(pool.submit(_make, job) for job in islice(rest, 2 * processes))
            while waiting:
                yield waiting.popleft().result()
                waiting.extend(pool.submit(_make, job) for job in islice(rest, 1))
        finally:
            for future in waiting:
                future.cancel()
