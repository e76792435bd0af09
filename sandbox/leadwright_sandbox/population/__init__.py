"""Believable leads for both CRMs, the same for the same seed, with a hidden truth that drives what they do.

A stranger should be able to test scoring against it: what a CRM shows follows from hidden fit, intent and quality
and from how fast which rep answered, and the truth says so for every person. Nothing here knows how the rows are
served, and nothing reads a clock: `now` is given.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from leadwright_sandbox.population.blocks import BLOCK, make_block
from leadwright_sandbox.population.moments import seconds
from leadwright_sandbox.population.records import Population
from leadwright_sandbox.population.several import in_order
from leadwright_sandbox.population.team_rows import team_rows
from leadwright_sandbox.population.world import make_world

__all__ = ["Population", "generate", "stream"]


def stream(
    seed: int, leads: int, now: datetime, processes: int = 1, mailings: int = 0
) -> Iterator[Population]:
    """The population in parts: first the team, pipeline and campaigns, then at most 1,000 people at a time.

    Every part refers only to itself and to the first one, so a loader can write it and forget it. The parts are
    the same whatever the number of `processes`. `mailings` logs so many mass e-mails on every lead besides: volume
    for load tests.
    """
    if leads < 0 or not 0 <= mailings <= 40:
        raise ValueError("leads must not be negative, mailings between 0 and 40")
    if leads == 0:
        return
    at = seconds(now)
    world = make_world(seed, leads, at, mailings)
    yield team_rows(world.team, world.campaigns, world.start, at)
    sizes = [min(BLOCK, leads - first) for first in range(0, leads, BLOCK)]
    if processes > 1:
        yield from in_order(
            processes, [(seed, leads, at, mailings, block, size) for block, size in enumerate(sizes)]
        )
    else:
        for block, size in enumerate(sizes):
            yield make_block(world, block, size)


def generate(seed: int, leads: int, now: datetime) -> Population:
    """The whole population of `leads` people in the twelve months before `now`, in memory."""
    population = Population()
    population.extend(stream(seed, leads, now))
    return population
