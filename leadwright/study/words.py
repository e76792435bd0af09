"""What a word of a stage or status field probably means: by its name in seven languages, and by what became of the
leads that have it. A meaning is proposed where the two do not speak against each other; else a person is asked.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from leadwright.learn.intervals import wilson
from leadwright.study.evidence import percent

FILE = Path(__file__).parent / "stage_words.csv"

_ENOUGH = 10
"""Of how many leads the behaviour of a word must be seen to say anything."""
_NEARLY_ALL, _HARDLY_ANY = 0.9, 0.02
_SALES = ("dealstage", "StageName")
_OF_SALES = ("opportunity", "customer", "lost")
_ENDED = ("disqualified", "recycled")


@dataclass(frozen=True, slots=True)
class Word:
    """A value of a stage or status field, and what its leads are.

    Attributes:
        leads, won, lost, converted: how many have it; of these, whose sale is won, whose only sales are lost, and
            whom a CRM flags as converted.
        open_sale: of whom a sale is open.
        known_as: the stage that a row of lead_stages.csv gives it; None where none does.
    """

    crm: str
    field: str
    value: str
    leads: int
    won: int
    lost: int
    open_sale: int
    converted: int
    known_as: str | None


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a word probably means.

    Attributes:
        stage: None where a person is to be asked.
        reason_code: why it ended, for stages that need it.
        because: how that is known.
    """

    word: Word
    stage: str | None
    reason_code: str
    because: str


def meaning(word: Word) -> Meaning:
    """What `word` probably means."""
    if word.known_as:
        return Meaning(word, word.known_as, "", "a row of lead_stages.csv says so")
    seen = _behaviour(word)
    named = _named(word)
    if named is None:
        return Meaning(word, seen[0], "", seen[1]) if seen else Meaning(word, None, "", _unclear(word))
    stage, code, because = named
    if against := _against(word, stage):
        if seen:
            return Meaning(word, seen[0], "", seen[1])
        return Meaning(word, None, "", f"{because}, but {against}")
    return Meaning(word, stage, code, because)


def _named(word: Word) -> tuple[str, str, str] | None:
    """Stage, reason and how it is known, by the longest known word in the value."""
    text = f" {_plain(word.value)} "
    for known, language, stage, code in _known():
        if f" {known} " in text:
            if word.field in _SALES and stage not in _OF_SALES:
                continue
            if word.field not in _SALES and stage == "lost":
                stage, code = "disqualified", "not_said"
            return stage, code, f'"{known}" ({_LANGUAGES[language]})'
    return None


def _behaviour(word: Word) -> tuple[str, str] | None:
    """Stage and how it is known, where what became of the leads leaves no doubt. How a lead that was not won ended no
    outcome tells, so that only good news is read off."""
    if word.leads < _ENOUGH:
        return None
    if wilson(word.won / word.leads, word.leads)[0] >= _NEARLY_ALL:
        return "customer", f"{percent(word.won / word.leads)} of its {word.leads:,} leads are won"
    if word.field in _SALES:
        return None
    if wilson(word.converted / word.leads, word.leads)[0] >= _NEARLY_ALL:
        return (
            "sql",
            f"{percent(word.converted / word.leads)} of its {word.leads:,} leads are flagged as converted",
        )
    sales = word.won + word.lost + word.open_sale
    if wilson(sales / word.leads, word.leads)[0] >= _NEARLY_ALL:
        return "opportunity", f"{percent(sales / word.leads)} of its {word.leads:,} leads have a sale"
    return None


def _against(word: Word, stage: str) -> str | None:
    """What became of the leads that speaks against a stage."""
    if word.leads < _ENOUGH:
        return None
    low, high = wilson(word.won / word.leads, word.leads)
    if stage in _ENDED and low > _HARDLY_ANY:
        return f"{percent(word.won / word.leads)} of its {word.leads:,} leads are won"
    if stage == "customer" and high < _NEARLY_ALL and word.field not in _SALES:
        return f"only {percent(word.won / word.leads)} of its {word.leads:,} leads are won"
    return None


def _unclear(word: Word) -> str:
    return (
        f"no known word in it; {percent(word.won / max(1, word.leads))} of its {word.leads:,} leads are won"
    )


_LANGUAGES = {
    "en": "English",
    "es": "Spanish",
    "de": "German",
    "fr": "French",
    "pt": "Portuguese",
    "it": "Italian",
    "nl": "Dutch",
}


@cache
def _known() -> list[tuple[str, str, str, str]]:
    """Word, language, stage and reason of all known words, the longest first: "not qualified" before "qualified"."""
    with FILE.open(encoding="utf-8", newline="") as text:
        rows = [
            (_plain(r["word"]), r["language"], r["stage"], r["reason_code"]) for r in csv.DictReader(text)
        ]
    return sorted(rows, key=lambda row: (-len(row[0]), row[0], row[1]))


def _plain(text: str) -> str:
    """Words in small letters without accents, one blank between them; joined words apart (`LeadStatusNew`)."""
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text)
    bare = "".join(c for c in unicodedata.normalize("NFKD", apart) if not unicodedata.combining(c))
    return " ".join(re.findall(r"\w+", bare.lower().replace("_", " ")))


def rows(meanings: Iterable[Meaning]) -> list[dict[str, str]]:
    """The rows of lead_stages.csv that say what was not known."""
    return [
        {
            "crm": m.word.crm,
            "field": m.word.field,
            "value": m.word.value,
            "stage": m.stage,
            "reason_code": m.reason_code or ("not_said" if m.stage in _ENDED else ""),
            "reason": f"{m.word.leads:,} leads; {m.because}",
        }
        for m in meanings
        if m.stage and not m.word.known_as
    ]
