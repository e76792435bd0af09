"""People who become leads: when, through which source, in which CRM, and with what hidden intent."""

from __future__ import annotations

from random import Random

from leadwright_sandbox.population.companies import make_company
from leadwright_sandbox.population.draws import Weighted, clamp, logistic
from leadwright_sandbox.population.identities import Identity, member, outsider
from leadwright_sandbox.population.model import Company, Person
from leadwright_sandbox.population.moments import DAY, HOUR, office_moment
from leadwright_sandbox.population.trades import SOURCES
from leadwright_sandbox.population.world import World

# Weights of groups, not of people: a group at a business has two members on average, the others one.
KINDS = Weighted(
    (("business", 100), ("free_mail", 38), ("role", 9), ("student", 6), ("competitor", 3), ("staff", 2),
     ("gibberish", 4))
)  # fmt: skip
GROUP_SIZES = Weighted(
    ((1, 66), (2, 16), (3, 8), (4, 6), (5, 3), (6, 2), (7, 1), (8, 0.8), (9, 0.5), (10, 0.4), (11, 0.3))
)
_CRMS = Weighted((((True, False), 55), ((False, True), 30), ((True, True), 15)))
_FIT_LIMIT = {
    "free_mail": 0.6,
    "role": 0.4,
    "student": 0.12,
    "competitor": 0.25,
    "staff": 0.2,
    "gibberish": 0.08,
}


def make_group(rng: Random, number: int, world: World, room: int) -> list[Person]:
    """One company's people, at most `room`; `number` is the first person's and also names the company."""
    kind = KINDS.pick(rng)
    if kind in ("student", "gibberish", "competitor", "staff"):
        alone = outsider(rng, number, kind)
        created = world.start + int(rng.random() * (world.now - world.start))
        return [_person(rng, number, kind, None, alone, created, world)]
    company = make_company(rng, number, world.start, world.now, world.growth, small=kind == "free_mail")
    size = min(room, _group_size(rng, company)) if kind == "business" else 1
    taken: set[str] = set()
    people = []
    for place in range(size):
        created = company.wakes
        if place:
            created += int(rng.expovariate(1 / 25) * DAY)
            if created >= world.now:
                created = max(world.start, company.wakes - int(rng.random() * 20 * DAY))
        somebody = member(rng, number + place, kind, company, taken)
        people.append(_person(rng, number + place, kind, company, somebody, created, world))
    return people


def _group_size(rng: Random, company: Company) -> int:
    """More people of a company look around when it wants to buy, and where there are more of them."""
    size = GROUP_SIZES.pick(rng)
    if rng.random() < 0.9 * (company.demand - 0.35):
        size = max(size, GROUP_SIZES.pick(rng)) + 1
    return min(size, 12, company.employees)


def _person(
    rng: Random, number: int, kind: str, company: Company | None, who: Identity, about: int, world: World
) -> Person:
    source = SOURCES.pick(rng)
    quality = rng.gauss(0, 1)
    want = (
        -0.1
        + 1.6 * (who.demand - 0.5)
        + 2 * (who.fit - 0.55)  # who fits feels the need more often
        + rng.gauss(0, 0.8)
        + 3 * source.warmth
        + 0.3 * quality
    )
    created = _office_moment(rng, about, who.country.zone, world)
    in_hubspot, in_salesforce = _CRMS.pick(rng)
    return Person(
        number=number,
        kind=kind,
        company=company,
        first=who.first if rng.random() < 0.96 else None,
        last=who.last,
        email=who.email if rng.random() < 0.985 or (in_hubspot and in_salesforce) else None,
        title=who.title if rng.random() < 0.88 else None,
        level=who.level,
        department=who.department,
        language=who.country.language if company else "en",
        country=who.country,
        # no area code is 000: nobody's real number
        phone=f"{who.country.dial} 000 {int(rng.random() * 10**7):07d}" if rng.random() < 0.6 else None,
        role=who.role,
        source=source,
        campaign=world.attribution.campaign_for(rng, source.hubspot, source.campaign, created),
        created=created,
        in_hubspot=in_hubspot,
        in_salesforce=in_salesforce,
        fit=round(clamp(who.fit, 0.0, _FIT_LIMIT.get(kind, 1.0)), 4),
        intent=round(logistic(want), 4),
        quality=round(quality, 4),
    )


def _office_moment(rng: Random, about: int, zone: str, world: World) -> int:
    """A moment near `about` when people work, inside the year."""
    moment = office_moment(rng, about, zone)
    while moment > world.now - HOUR:
        moment -= DAY
    while moment < world.start:
        moment += DAY
    return moment
