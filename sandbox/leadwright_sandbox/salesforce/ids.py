"""Record ids: 15 case-sensitive characters and 3 more that make them safe where case is lost."""

from __future__ import annotations

from collections import defaultdict
from functools import lru_cache

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
CHECK_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"


@lru_cache(maxsize=4096)  # ids that are given out one after the other share most of their letters
def _check_letter(letters: str) -> str:
    return CHECK_ALPHABET[sum(1 << place for place, letter in enumerate(letters) if "A" <= letter <= "Z")]


def checksum(short_id: str) -> str:
    """The 3 characters that tell which letters of a 15-character id are capitals."""
    return "".join(_check_letter(short_id[start : start + 5]) for start in (0, 5, 10))


def full_id(record_id: str) -> str:
    """The 18-character spelling of a 15-character id; any other text as it is (loaded ids are free text)."""
    if len(record_id) == 15 and record_id.isascii() and record_id.isalnum():
        return record_id + checksum(record_id)
    return record_id


class IdMaker:
    """Gives out ids that count up per key prefix, so that the same calls give the same ids."""

    def __init__(self, instance: str = "Lw0") -> None:
        self.instance = instance
        self.counts: defaultdict[str, int] = defaultdict(int)

    def next(self, prefix: str) -> str:
        """The next id for the object whose key prefix is `prefix`."""
        self.counts[prefix] += 1
        return self.at(prefix, self.counts[prefix])

    def at(self, prefix: str, number: int) -> str:
        """The id with the place `number` in the order of a key prefix."""
        digits = ""
        while number:
            number, digit = divmod(number, len(ALPHABET))
            digits = ALPHABET[digit] + digits
        return full_id(prefix + self.instance + digits.rjust(9, "0"))
