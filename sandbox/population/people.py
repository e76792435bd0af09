"""People: their names, jobs, mailboxes and the hidden fit, intent and quality that drive everything else."""

from __future__ import annotations

from random import Random

from sandbox.population.campaigns import Attribution
from sandbox.population.companies import ascii_text, make_company
from sandbox.population.countries import ANYWHERE, Country
from sandbox.population.draws import Weighted, clamp, logistic, pick
from sandbox.population.model import Company, Person
from sandbox.population.moments import DAY, HOUR, office_moment
from sandbox.population.titles import (
    DEPARTMENT_APPEAL,
    DEPARTMENTS,
    LEVEL_APPEAL,
    LEVELS,
    STUDENT,
    TITLES,
)
from sandbox.population.trades import (
    COMPETITOR_DOMAINS,
    FREE_MAIL,
    OWN_DOMAIN,
    ROLE_MAILBOXES,
    SOURCES,
)

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
_KEYS = ("asdf", "qwer", "hjkl", "xxx", "test", "zxcv", "sdfg", "aaaa", "fghj")


def make_group(
    rng: Random, number: int, attribution: Attribution, start: int, now: int, room: int
) -> list[Person]:
    """One company's people, at most `room`; `number` is the first person's and also names the company."""
    kind = KINDS.pick(rng)
    if kind in ("student", "gibberish", "competitor", "staff"):
        return [_outsider(rng, number, kind, attribution, start, now)]
    company = make_company(rng, number, start, now, small=kind == "free_mail")
    size = min(room, _group_size(rng, company)) if kind == "business" else 1
    taken: set[str] = set()
    people = []
    for place in range(size):
        created = company.wakes
        if place:
            created += int(rng.expovariate(1 / 25) * DAY)
            if created >= now:
                created = max(start, company.wakes - int(rng.random() * 20 * DAY))
        people.append(_member(rng, number + place, kind, company, created, attribution, now, taken))
    return people


def _group_size(rng: Random, company: Company) -> int:
    """More people of a company look around when it wants to buy, and where there are more of them."""
    size = GROUP_SIZES.pick(rng)
    if rng.random() < 0.9 * (company.demand - 0.35):
        size = max(size, GROUP_SIZES.pick(rng)) + 1
    return min(size, 12, company.employees)


def _member(
    rng: Random, number: int, kind: str, company: Company, created: int, attribution: Attribution, now: int,
    taken: set[str],
) -> Person:  # fmt: skip
    country = company.country
    first, last = pick(rng, country.names.first), pick(rng, country.names.last).replace("-", " ")
    level, department = LEVELS.pick(rng), DEPARTMENTS.pick(rng)
    language = country.language if rng.random() < 0.55 else "en"
    if kind == "role":
        email = f"{pick(rng, ROLE_MAILBOXES)}@{company.domain}"
    elif kind == "free_mail":
        # Gmail allows no underscore and most others no two in a row: nobody's real mailbox.
        email = f"{ascii_text(first)}__{ascii_text(last)}{number:04d}@{FREE_MAIL.pick(rng)}"
    else:
        email = _mailbox(rng, first, last, company.domain, taken)
    title = pick(rng, TITLES[language][department][level])
    appeal = 0.5 * LEVEL_APPEAL[level] + 0.5 * DEPARTMENT_APPEAL[department]
    fit = 0.5 * company.fit + 0.5 * appeal - 0.06 + rng.gauss(0, 0.05)
    role = ("decision maker", "economic buyer", "champion", "influencer", "user", "user")[level]
    return _person(
        rng, number, kind, company, first, last, email, title, level, department, country, role, created, fit,
        company.demand, attribution, now,
    )  # fmt: skip


def _outsider(rng: Random, number: int, kind: str, attribution: Attribution, start: int, now: int) -> Person:
    country = ANYWHERE.pick(rng)
    first, last = pick(rng, country.names.first), pick(rng, country.names.last)
    local = f"{ascii_text(first)}.{ascii_text(last)}{number}"
    level, department = LEVELS.pick(rng), DEPARTMENTS.pick(rng)
    title = pick(rng, TITLES["en"][department][level])
    if kind == "student":
        email, title = f"{local}@students.alder-college.edu.example", STUDENT[country.language]
    elif kind == "competitor":
        email = f"{local}@{pick(rng, COMPETITOR_DOMAINS)}"
    elif kind == "staff":
        email = f"{local}@{OWN_DOMAIN}"
    else:
        first, last = pick(rng, _KEYS), pick(rng, _KEYS) + pick(rng, _KEYS)
        email, title = f"{first}{number}@{pick(rng, _KEYS)}.example", pick(rng, _KEYS)
    created = start + int(rng.random() * (now - start))
    return _person(
        rng, number, kind, None, first, last, email, title, level, department, country, "none", created, 0.1, 0.3,
        attribution, now,
    )  # fmt: skip


def _mailbox(rng: Random, first: str, last: str, domain: str, taken: set[str]) -> str:
    given, family = ascii_text(first), ascii_text(last)
    habit = rng.random()
    local = f"{given}.{family}" if habit < 0.6 else f"{given[0]}{family}" if habit < 0.85 else given
    while local in taken:
        local += str(2 + len(taken))
    taken.add(local)
    return f"{local}@{domain}"


def _person(
    rng: Random, number: int, kind: str, company: Company | None, first: str, last: str, email: str, title: str,
    level: int, department: str, country: Country, role: str, created: int, fit: float, demand: float,
    attribution: Attribution, now: int,
) -> Person:  # fmt: skip
    source = SOURCES.pick(rng)
    quality = rng.gauss(0, 1)
    # Who fits feels the need more often, so fit and intent go together a little.
    want = (
        -0.1 + 1.6 * (demand - 0.5) + 2 * (fit - 0.55) + rng.gauss(0, 0.8) + 3 * source.warmth + 0.3 * quality
    )
    moment = office_moment(rng, created, country.offset)
    while moment > now - HOUR:
        moment -= DAY
    while moment < now - 365 * DAY:
        moment += DAY
    in_hubspot, in_salesforce = _CRMS.pick(rng)
    return Person(
        number=number,
        kind=kind,
        company=company,
        first=first if rng.random() < 0.96 else None,
        last=last,
        email=email if rng.random() < 0.985 or (in_hubspot and in_salesforce) else None,
        title=title if rng.random() < 0.88 else None,
        level=level,
        department=department,
        language=country.language if company else "en",
        country=country,
        phone=f"{country.dial} 555 {int(rng.random() * 10**7):07d}" if rng.random() < 0.6 else None,
        role=role,
        source=source,
        campaign=attribution.campaign_for(rng, source.hubspot, source.campaign, moment),
        created=moment,
        in_hubspot=in_hubspot,
        in_salesforce=in_salesforce,
        fit=round(clamp(fit, 0.0, _FIT_LIMIT.get(kind, 1.0)), 4),
        intent=round(logistic(want), 4),
        quality=round(quality, 4),
    )
