"""Record ids: 15 case-sensitive characters and 3 more that make them safe where case is lost."""

from __future__ import annotations

from collections import defaultdict

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
CHECK_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"


def checksum(short_id: str) -> str:
    """The 3 characters that tell which letters of a 15-character id are capitals."""
    chunks = (short_id[start : start + 5] for start in (0, 5, 10))
    return "".join(
        CHECK_ALPHABET[sum(1 << place for place, letter in enumerate(chunk) if "A" <= letter <= "Z")]
        for chunk in chunks
    )


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
