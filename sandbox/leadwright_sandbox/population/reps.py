"""The sales team: twelve reps and one who left, with languages, working hours, leave and hidden skills."""

from __future__ import annotations

from random import Random

from leadwright_sandbox.population.companies import ascii_text
from leadwright_sandbox.population.countries import COUNTRIES, Country
from leadwright_sandbox.population.draws import Weighted
from leadwright_sandbox.population.model import Rep
from leadwright_sandbox.population.moments import DAY, HOUR, Calendar, day_text
from leadwright_sandbox.population.trades import OWN_DOMAIN

_TEAM = (
    ("Maya", "Okafor", "US", "en"),
    ("Daniel", "Reyes", "US", "en es"),
    ("Grace", "Whitfield", "US", "en"),
    ("Tom", "Brennan", "US", "en"),
    ("Camila", "Duarte", "BR", "pt es en"),
    ("Oliver", "Hartley", "GB", "en"),
    ("Priya", "Raman", "GB", "en"),
    ("Jonas", "Lindner", "DE", "de en"),
    ("Katrin", "Vogt", "DE", "de en nl"),
    ("Élise", "Garnier", "FR", "fr en"),
    ("Marco", "Bellini", "IT", "it es en"),
    ("Hannah", "Cole", "AU", "en"),
    ("Victor", "Sandoval", "US", "en"),
)
_HOLIDAYS = frozenset(("01-01", "05-01", "12-24", "12-25", "12-26", "12-31"))
_LEFT = 12  # the last one left: archived in HubSpot, inactive in Salesforce, still owner of old leads


def is_holiday(day: int) -> bool:
    """Whether nobody works on day number `day`, wherever he is."""
    return day_text(day)[5:] in _HOLIDAYS


def _days_off(rng: Random, start: int, now: int) -> frozenset[int]:
    """Public holidays, and three leaves of one or two weeks."""
    first, last = start // DAY, now // DAY
    off = {day for day in range(first, last + 400) if is_holiday(day)}
    for _ in range(3):
        begin = first + int(rng.random() * (last - first))
        off.update(range(begin, begin + 7 + int(rng.random() * 8)))
    return frozenset(off)


def make_team(seed: int, start: int, now: int) -> tuple[Rep, ...]:
    """The reps of this seed; names and languages are always the same, skills are not."""
    rng = Random(f"{seed}/reps")
    team = []
    for number, (first, last, code, languages) in enumerate(_TEAM):
        country = COUNTRIES[code]
        calendar = Calendar(
            country.zone,
            opens=int(rng.choice((8, 8.5, 9))) * HOUR,
            closes=int(rng.choice((17, 17.5, 18)) * HOUR),
            days_off=_days_off(rng, start, now),
        )
        skill = {segment: round(rng.uniform(0.15, 0.95), 3) for segment in ("small", "middle", "large")}
        email = f"{ascii_text(first)}.{ascii_text(last)}@{OWN_DOMAIN}"
        pace = round(8 * 20 ** rng.random(), 1)
        left = now - 75 * DAY if number == _LEFT else None
        team.append(
            Rep(number, first, last, email, tuple(languages.split()), country, calendar, skill, pace,
                round(rng.uniform(0.04, 0.22), 3), left)
        )  # fmt: skip
    return tuple(team)


class Desk:
    """Hands leads to reps who speak the language, mostly to those awake at the same hours; skill is ignored."""

    def __init__(self, team: tuple[Rep, ...]) -> None:
        self._team = team
        self._left_at = min((rep.left_at for rep in team if rep.left_at), default=0)
        self._able: dict[tuple[int, str, bool], Weighted[Rep]] = {}

    def rep_for(self, rng: Random, country: Country, language: str, at: int) -> Rep:
        """A rep who works here at `at` and speaks `language`."""
        key = (country.offset, language, at >= self._left_at)
        if key not in self._able:
            self._able[key] = self._choice(*key)
        return self._able[key].pick(rng)

    def _choice(self, offset: int, language: str, gone: bool) -> Weighted[Rep]:
        able = [rep for rep in self._team if language in rep.languages and not (gone and rep.left_at)]
        return Weighted((rep, self._weight(rep, offset, language)) for rep in able)

    @staticmethod
    def _weight(rep: Rep, offset: int, language: str) -> float:
        near = abs(rep.country.offset - offset) <= 3 * HOUR
        return (4.0 if near else 0.5) * (3.0 if rep.languages[0] == language else 1.0)
