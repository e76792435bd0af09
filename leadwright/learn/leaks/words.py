"""Evidence by words: names of fields and values in them that speak of the outcome, or of work on the lead."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from leadwright.learn.leaks.evidence import DOUBT, HINT, Evidence
from leadwright.rules.cells import as_words

_BEGINNING = 5
"""So many letters may be the beginning of a longer word: `convert` is in `converted`."""
_MANY, _SOME, _MOST = 0.1, 0.01, 0.5
"""Shares of the leads with a value: many or some of them speak of the outcome, most of them are judgements."""
_SHOWN = 3
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_SAYS = {
    "outcome": "the outcome",
    "contact": "what came of trying to reach the lead",
    "judgement": "what somebody or a program thought of the lead",
    "moment": "what is overwritten while the lead is worked on",
}


@dataclass(frozen=True, slots=True)
class Word:
    """A row of leak_words."""

    found_in: str
    words: str
    speaks_of: str


class Vocabulary:
    """The words that speak of what a model must not know."""

    def __init__(self, words: Iterable[Word]) -> None:
        self._words: dict[str, list[tuple[list[str], Word]]] = {"name": [], "value": []}
        for word in words:
            self._words[word.found_in].append((spelled(word.words).split(), word))

    def find(self, found_in: str, text: str) -> Word | None:
        """The first word that `text` has."""
        said = spelled(text).split()
        return next((word for wanted, word in self._words[found_in] if _has(said, wanted)), None)


def spelled(text: str) -> str:
    """A text as words are compared: no accents, and names such as `LostReason` or `lost_reason` as two words."""
    plain = unicodedata.normalize("NFKD", _HUMP.sub(" ", text).replace("ß", "ss"))
    return as_words("".join(c for c in plain if not unicodedata.combining(c)))


def _has(said: Sequence[str], wanted: Sequence[str]) -> bool:
    return any(
        all(_is(word, other) for word, other in zip(said[at:], wanted, strict=False))
        for at in range(len(said) - len(wanted) + 1)
    )


def _is(said: str, wanted: str) -> bool:
    return said == wanted or (len(wanted) >= _BEGINNING and said.startswith(wanted))


def of_name(names: Iterable[str], vocabulary: Vocabulary) -> Evidence | None:
    """Evidence in how a field is called: its feature, its name in the CRM, its description."""
    for name in names:
        if word := vocabulary.find("name", name):
            return Evidence("name", DOUBT, f'"{name}" speaks of {_SAYS[word.speaks_of]} ("{word.words}")')
    return None


def of_values(counts: Mapping[str, int], vocabulary: Vocabulary) -> Evidence | None:
    """Evidence in what stands in a field.

    Args:
        counts: value -> leads that have it; of values that are few people's none.
        vocabulary: words that speak.
    """
    whole = sum(counts.values())
    spoken = {value: word.speaks_of for value in counts if (word := vocabulary.find("value", value))}
    judged = {value for value, of in spoken.items() if of == "judgement"}
    told = spoken.keys() - judged
    share = sum(counts[value] for value in told) / max(1, whole)
    if share >= _SOME:
        weight = DOUBT if share >= _MANY else HINT
        says = _SAYS[spoken[max(told, key=lambda value: counts[value])]]
        return Evidence(
            "values", weight, f"{share:.0%} of its values speak of {says}: {_quoted(told, counts)}"
        )
    share = sum(counts[value] for value in judged) / max(1, whole)
    if share < _MOST:
        return None
    says = _SAYS["judgement"]
    return Evidence("values", DOUBT, f"{share:.0%} of its values are {says}: {_quoted(judged, counts)}")


def _quoted(values: Iterable[str], counts: Mapping[str, int]) -> str:
    return ", ".join(_first(sorted(values, key=lambda value: (-counts[value], value))))


def _first(values: Sequence[str]) -> Iterator[str]:
    yield from (f'"{value}"' for value in values[:_SHOWN])
    if len(values) > _SHOWN:
        yield "..."
