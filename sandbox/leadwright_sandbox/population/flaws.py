"""What goes wrong between a person and a record: missing fields, spellings, typing errors, second records."""

from __future__ import annotations

from random import Random

from leadwright_sandbox.population.draws import pick
from leadwright_sandbox.population.model import Person, Row

# How often a field is empty although somebody could have filled it.
_MISSING = {
    "industry": 0.18, "numemployees": 0.25, "company": 0.07, "country": 0.07, "city": 0.3, "website": 0.35,
    "hs_language": 0.5,
    "Industry": 0.2, "NumberOfEmployees": 0.3, "AnnualRevenue": 0.5, "Country": 0.1, "City": 0.35, "Website": 0.4,
}  # fmt: skip
_MISSING_FIELDS = tuple(_MISSING.items())


def blemish(rng: Random, person: Person, row: Row) -> Row:
    """`row` with fields left empty, countries spelt in other ways and names in capitals."""
    for name, chance in _MISSING_FIELDS:
        if name in row and rng.random() < chance:
            row[name] = None
    spelling = rng.random()
    if spelling < 0.12:
        country = "country" if "country" in row else "Country"
        if row.get(country):
            row[country] = pick(rng, person.country.spellings)
    elif spelling < 0.15:
        for name in ("firstname", "lastname", "FirstName", "LastName"):
            value = row.get(name)
            if isinstance(value, str):
                row[name] = value.upper() if spelling < 0.13 else value.lower()
    return row


def company_spelling(rng: Random, name: str) -> str:
    """A company name as somebody types it by heart."""
    way = rng.random()
    if way < 0.75:
        return name
    words = name.split()
    return " ".join(words[:2]).lower() if way < 0.82 else words[0] if way < 0.9 else mistyped(rng, name)


def other_spelling(rng: Random, email: str) -> str:
    """The same mailbox as the other CRM has it: mostly equal, else in capitals, with a plus tag or with spaces."""
    way = rng.random()
    if way < 0.55:
        return email
    local, _, domain = email.partition("@")
    if way < 0.75:
        return f"{local.title()}@{domain}" if way < 0.68 else email.upper()
    if way < 0.9:
        return f"{local}+{pick(rng, ('crm', 'webinar', 'demo', 'news'))}@{domain}"
    return f" {email}" if way < 0.95 else f"{email} "


def mistyped(rng: Random, text: str) -> str:
    """`text` with two letters swapped, one doubled or one lost."""
    if len(text) < 3:
        return text + text[-1:]
    place = 1 + int(rng.random() * (len(text) - 2))
    way = rng.random()
    if way < 0.4 and text[place] != text[place - 1]:
        return text[: place - 1] + text[place] + text[place - 1] + text[place + 1 :]
    if way < 0.7:
        return text[:place] + text[place] + text[place:]
    return text[:place] + text[place + 1 :]


def second_email(rng: Random, email: str) -> str:
    """The mailbox on a duplicate record: a typing error, a plus tag or an abbreviated name."""
    local, _, domain = email.partition("@")
    way = rng.random()
    if way < 0.5:
        return f"{mistyped(rng, local)}@{domain}"
    if way < 0.8 and "." in local:
        first, _, last = local.partition(".")
        return f"{first[0]}.{last}@{domain}"
    return f"{local}+{pick(rng, ('trial', 'event'))}@{domain}"
