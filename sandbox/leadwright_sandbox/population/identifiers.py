"""Record ids as both CRMs make them, in ranges of their own for every block of leads.

HubSpot ids start just below a power of ten: whoever sorts them as text finds out within 500 records.
"""

from __future__ import annotations

from collections import Counter
from functools import lru_cache

_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_CHECK = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
_POD = "Hs0"

# object -> (first id, ids kept for each block)
HUBSPOT = {
    "contacts": (99_999_500, 2_000),
    "companies": (9_999_999_500, 2_000),
    "deals": (999_999_500, 1_000),
    "emails": (29_999_999_500, 60_000),
    "calls": (39_999_999_500, 30_000),
    "meetings": (49_999_999_500, 20_000),
    "tasks": (59_999_999_500, 30_000),
    "notes": (69_999_999_500, 20_000),
}
PREFIX = {
    "UserRole": "00E",
    "User": "005",
    "Group": "00G",
    "Lead": "00Q",
    "Contact": "003",
    "Account": "001",
    "Opportunity": "006",
    "OpportunityContactRole": "00K",
    "OpportunityHistory": "008",
    "Task": "00T",
    "Event": "00U",
    "Campaign": "701",
    "CampaignMember": "00v",
    "LeadHistory": "017",
}
_SALESFORCE_STRIDE = 60_000
_SALESFORCE_FIRST = 917_132_800  # far enough in that all three kinds of digit appear


_PAIRS = [first + second for first in _DIGITS for second in _DIGITS]


def _capitals(text: str) -> int:
    """The places of capital letters as bits, the first place lowest."""
    return sum(1 << place for place, letter in enumerate(text) if letter.isupper())


_PAIR_CAPITALS = [_capitals(pair) for pair in _PAIRS]


@lru_cache(maxsize=32768)
def _head(object_name: str, high: int) -> tuple[str, str]:
    """The first ten characters of an id, and the two check characters they get."""
    first, second = divmod(high, 62**2)
    text = PREFIX[object_name] + _POD + _PAIRS[first] + _PAIRS[second]
    return text, _CHECK[_capitals(text[:5])] + _CHECK[_capitals(text[5:])]


def salesforce_id(object_name: str, number: int) -> str:
    """The 18-character id of record `number`: prefix, pod, 9 digits of base 62, and the case check."""
    high, low = divmod(number, 62**5)
    head, checks = _head(object_name, high)
    first, low = divmod(low, 62**4)
    second, third = divmod(low, 62**2)
    capitals = _PAIR_CAPITALS[first] >> 1 | _PAIR_CAPITALS[second] << 1 | _PAIR_CAPITALS[third] << 3
    return f"{head}{_DIGITS[first]}{_PAIRS[second]}{_PAIRS[third]}{checks}{_CHECK[capitals]}"


class Ids:
    """Hands out ids for one block of leads; the ids of two blocks never meet."""

    def __init__(self, block: int) -> None:
        self._block = block
        self._used: Counter[str] = Counter()

    def _next(self, object_name: str) -> int:
        number = self._used[object_name]
        self._used[object_name] = number + 1
        return number

    def hubspot(self, object_name: str) -> str:
        """The next id of a HubSpot object."""
        first, stride = HUBSPOT[object_name]
        return str(first + self._block * stride + self._next(object_name))

    def salesforce(self, object_name: str) -> str:
        """The next id of a Salesforce object."""
        return salesforce_id(
            object_name, _SALESFORCE_FIRST + self._block * _SALESFORCE_STRIDE + self._next(object_name)
        )
