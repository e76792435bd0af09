"""One block of leads: people, what happened to them, and the rows of it in both CRMs.

A block draws from random streams of its own, one for each concern, so that blocks can be made in any order and by
several processes, and so that a change to one concern leaves the others as they were.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from leadwright_sandbox.population.behaviour import behave, log_mailings
from leadwright_sandbox.population.deals import open_deals
from leadwright_sandbox.population.hubspot_side import HubSpotSide
from leadwright_sandbox.population.identifiers import Ids
from leadwright_sandbox.population.model import Journey, Person
from leadwright_sandbox.population.numbering import number_by_creation
from leadwright_sandbox.population.people import make_group
from leadwright_sandbox.population.records import Population
from leadwright_sandbox.population.salesforce_side import SalesforceSide
from leadwright_sandbox.population.selling import sell
from leadwright_sandbox.population.truth import truth_row
from leadwright_sandbox.population.world import World

BLOCK = 1000


def make_block(world: World, block: int, leads: int) -> Population:
    """Block number `block` with `leads` people."""
    now, population, ids = world.now, Population(), Ids(block)
    hubspot = HubSpotSide(population, ids, _draw(world, block, "hubspot"), now)
    salesforce = SalesforceSide(population, ids, _draw(world, block, "salesforce"), world)
    for group in groups_of(world, block, leads):
        hubspot_ids, salesforce_ids = hubspot.add(group), salesforce.add(group)
        for person, journey in group:
            ids_here = hubspot_ids.get(person.number, ()), salesforce_ids.get(person.number, ())
            population.truth.append(truth_row(person, journey, *ids_here, now))
    number_by_creation(population)
    return population


def _draw(world: World, block: int, concern: str) -> Random:
    return Random(f"{world.seed}/{block}/{concern}")


def groups_of(world: World, block: int, leads: int) -> Iterator[list[tuple[Person, Journey]]]:
    """The people of a block and what happened to them, one buying group after the other, in the order of the truth."""
    now, made = world.now, 0
    concerns = ("people", "behaviour", "selling", "deals")
    draw = {concern: _draw(world, block, concern) for concern in concerns}
    while made < leads:
        first, room = block * BLOCK + made, leads - made
        people = make_group(draw["people"], first, world, room)
        made += len(people)
        group = [(person, behave(draw["behaviour"], person, now)) for person in people]
        for person, journey in group:
            log_mailings(person, journey, world.mailings, now)
            sell(draw["selling"], person, journey, world.desk, now)
        open_deals(draw["deals"], group)
        group.sort(key=lambda pair: _joined_by(now, pair[1]))
        yield group


def _joined_by(now: int, journey: Journey) -> int:
    """Who opened a deal comes before who joined it; what lies ahead orders nobody: a reader could tell."""
    return journey.joined_at if journey.joined_at is not None and journey.joined_at <= now else 0
