"""What one piece of evidence is, and how much pieces weigh together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Verdict = Literal["clean", "ask", "leak"]

PROOF, DOUBT, HINT = 1.0, 0.5, 0.25
"""One proof makes a leak, and so do two doubts of different kinds; one doubt, or two hints, a person is asked about."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Something that speaks for a leak.

    Attributes:
        kind: what was looked at; of one kind the weightiest counts.
        weight: PROOF, DOUBT or HINT.
        text: what was seen, with its figures; it quotes values that at least 20 leads have, and no others.
    """

    kind: str
    weight: float
    text: str


def verdict(found: Iterable[Evidence]) -> Verdict:
    """What pieces of evidence say together."""
    of_kind: dict[str, float] = {}
    for each in found:
        of_kind[each.kind] = max(each.weight, of_kind.get(each.kind, 0.0))
    total = sum(of_kind.values())
    return "leak" if total >= PROOF else "ask" if total >= DOUBT else "clean"
