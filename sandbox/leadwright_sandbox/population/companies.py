"""Companies: unique names made of two words, on the reserved top-level domain .example so that none is real."""

from __future__ import annotations

import unicodedata
from random import Random

from leadwright_sandbox.population.countries import ANYWHERE
from leadwright_sandbox.population.draws import clamp, pick
from leadwright_sandbox.population.model import Company
from leadwright_sandbox.population.moments import DAY
from leadwright_sandbox.population.trades import COMPANY_FIRST, COMPANY_SECOND, INDUSTRIES, LEGAL, SIZES

_PAIRS = len(COMPANY_FIRST) * len(COMPANY_SECOND)
_STRIDE = 2_147_483_647  # prime, so that stepping by it visits every pair of words once


def ascii_text(text: str) -> str:
    """`text` in small letters that an e-mail address can carry."""
    for letter, plain in (("ß", "ss"), ("ł", "l"), ("Ł", "L"), ("ø", "o")):
        text = text.replace(letter, plain)
    plain = unicodedata.normalize("NFKD", text)
    return "".join(c for c in plain if c.isascii() and c.isalnum()).lower()


def segment_of(employees: int) -> str:
    """The sales segment of a company of that size."""
    return "small" if employees <= 50 else "middle" if employees <= 1000 else "large"


def make_company(
    rng: Random, number: int, start: int, now: int, growth: float, small: bool = False
) -> Company:
    """Company `number`; `small` for those that write from a free mailbox."""
    country = ANYWHERE.pick(rng)
    industry = INDUSTRIES.pick(rng)
    fewest, most, size_appeal = (1, 10, 0.1) if small else SIZES.pick(rng)
    employees = int(fewest * (most / fewest) ** rng.random())
    round_, place = divmod(number, _PAIRS)
    first, second = divmod(place * _STRIDE % _PAIRS, len(COMPANY_SECOND))
    word = COMPANY_FIRST[first] + COMPANY_SECOND[second]
    suffix = str(round_ + 1) if round_ else ""
    noun = pick(rng, industry.nouns)
    days = (now - start) // DAY
    return Company(
        number=number,
        name=f"{word}{suffix} {noun}{LEGAL.get(country.code, '') if rng.random() < 0.6 else ''}",
        domain=f"{word}{suffix}-{noun}.example".lower(),
        industry=industry,
        employees=employees,
        revenue=int(employees * rng.lognormvariate(11.8, 0.4) / 1000) * 1000,
        country=country,
        city=pick(rng, country.cities),
        segment=segment_of(employees),
        fit=clamp(0.5 * industry.appeal + 0.35 * size_appeal + 0.15 * country.appeal),
        demand=rng.betavariate(2, 2),
        wakes=start + int(rng.random() ** growth * days * DAY),
        scans_links=employees > 50 and rng.random() < 0.2,
    )
