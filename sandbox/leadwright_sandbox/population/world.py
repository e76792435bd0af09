"""What all blocks of a population share: the moment, the sales team and the campaigns."""

from __future__ import annotations

from dataclasses import dataclass

from leadwright_sandbox.population.campaigns import Attribution, make_campaigns
from leadwright_sandbox.population.model import Campaign, Rep
from leadwright_sandbox.population.moments import DAY
from leadwright_sandbox.population.reps import Desk, make_team

YEAR = 365 * DAY
GROWTH = 0.75  # below 1: more leads later in the span


@dataclass(frozen=True)
class World:
    """What all blocks share."""

    seed: int
    mailings: int
    start: int
    now: int
    team: tuple[Rep, ...]
    campaigns: tuple[Campaign, ...]
    desk: Desk
    attribution: Attribution
    growth: float = GROWTH


def make_world(seed: int, leads: int, now: int, mailings: int = 0) -> World:
    """The team and the campaigns of the twelve months before `now`."""
    start = now - YEAR
    team, campaigns = make_team(seed, start, now), make_campaigns(seed, leads, start, now)
    return World(seed, mailings, start, now, team, campaigns, Desk(team), Attribution(campaigns))
