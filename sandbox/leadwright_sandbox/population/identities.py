"""Who somebody is: name, job and mailbox, for members of a company and for those who belong to none."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from leadwright_sandbox.population.companies import ascii_text
from leadwright_sandbox.population.countries import ANYWHERE, Country
from leadwright_sandbox.population.draws import pick
from leadwright_sandbox.population.model import Company
from leadwright_sandbox.population.titles import (
    DEPARTMENT_APPEAL,
    DEPARTMENTS,
    LEVEL_APPEAL,
    LEVELS,
    STUDENT,
    TITLES,
)
from leadwright_sandbox.population.trades import COMPETITOR_DOMAINS, FREE_MAIL, OWN_DOMAIN, ROLE_MAILBOXES

_ROLES = ("decision maker", "economic buyer", "champion", "influencer", "user", "user")
_KEYS = ("asdf", "qwer", "hjkl", "xxx", "test", "zxcv", "sdfg", "aaaa", "fghj")


@dataclass(frozen=True, slots=True)
class Identity:
    """Name, job and mailbox; `fit` and `demand` are hidden."""

    first: str
    last: str
    email: str
    title: str
    level: int
    department: str
    country: Country
    role: str
    fit: float
    demand: float


def member(rng: Random, number: int, kind: str, company: Company, taken: set[str]) -> Identity:
    """Somebody of `company`; `taken` are the mailboxes that exist there."""
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
    return Identity(first, last, email, title, level, department, country, _ROLES[level], fit, company.demand)


def outsider(rng: Random, number: int, kind: str) -> Identity:
    """A student, a competitor's or our own employee, or somebody who typed nonsense."""
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
    return Identity(first, last, email, title, level, department, country, "none", fit=0.1, demand=0.3)


def _mailbox(rng: Random, first: str, last: str, domain: str, taken: set[str]) -> str:
    given, family = ascii_text(first), ascii_text(last)
    habit = rng.random()
    local = f"{given}.{family}" if habit < 0.6 else f"{given[0]}{family}" if habit < 0.85 else given
    while local in taken:
        local += str(2 + len(taken))
    taken.add(local)
    return f"{local}@{domain}"
