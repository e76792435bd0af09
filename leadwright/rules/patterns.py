"""Says whether a regular expression in a rule means the same everywhere and stays quick.

DuckDB matches with RE2, Spark with java.util.regex. They agree on a common subset only, and Java backtracks: a
repeated group that repeats inside takes exponential time. What is not in the subset is refused with its place.
"""

from __future__ import annotations

from collections.abc import Iterator

LONGEST = 200
MOST_REPEATS = 3  # each endless repeat multiplies a backtracking search by the length of the text
_MOST_TIMES = 100
_CLASSES = "dwsDWS"
_PUNCTUATION = r"\.^$|?*+()[]{}-/&#@%!,:;<>=~'\"_ "
_SUBSET = (
    "letters in lower case, digits, . ^ $ | ( ) (?: ) [ ] * + ? {n,m} \\d \\w \\s and escaped punctuation"
)


class PatternError(ValueError):
    """A pattern that is not in the subset; the message names the place, from 1."""


def require_portable(pattern: str) -> None:
    """Raise PatternError unless `pattern` is in the subset that RE2 and Java read alike, and cannot run away."""
    if not pattern:
        raise PatternError("the pattern is empty")
    if len(pattern) > LONGEST:
        raise PatternError(f"the pattern has {len(pattern)} characters; at most {LONGEST} are allowed")
    reader = _Reader(pattern)
    reader.alternatives()
    if reader.at < len(pattern):
        raise reader.error("a ) without its (")
    if reader.endless > MOST_REPEATS:
        raise PatternError(
            f"{reader.endless} endless repeats (* + {{n,}}); at most {MOST_REPEATS} are allowed"
        )


class _Reader:
    """Reads a pattern once, from left to right."""

    def __init__(self, pattern: str) -> None:
        self.pattern, self.at, self.endless = pattern, 0, 0

    def error(self, message: str) -> PatternError:
        return PatternError(f"{message} at character {self.at + 1}; allowed are {_SUBSET}")

    def peek(self) -> str:
        return self.pattern[self.at : self.at + 1]

    def alternatives(self) -> bool:
        """Read up to the ) or the end; whether there is a choice or a repeat inside."""
        branching = False
        while self.peek() not in ("", ")"):
            if self.peek() == "|":
                self.at += 1
                branching = True
            else:
                branching |= self._piece()
        return branching

    def _piece(self) -> bool:
        start = self.at
        inside = self._atom()
        least_most = self._repeat()
        if least_most is None:
            return inside
        if self.pattern[start] in "^$":
            raise self.error("a repeat after ^ or $")
        _, most = least_most
        if inside and most != 1:
            raise self.error("a repeated group with a repeat or | inside, which can take for ever,")
        self.endless += most is None
        if self.peek() and self.peek() in "*+?{":
            raise self.error("a repeat of a repeat")
        return True

    def _atom(self) -> bool:
        char = self.peek()
        if char == "(":
            return self._group()
        if char == "[":
            self._class()
        elif char == "\\":
            self._escape()
        elif char in "*+?{":
            raise self.error(f"{char} with nothing to repeat")
        elif char in "]}":
            raise self.error(f"{char} without a \\ before it")
        else:
            self._literal()
        return False

    def _group(self) -> bool:
        self.at += 1
        if self.pattern.startswith("?", self.at) and not self.pattern.startswith("?:", self.at):
            raise self.error("a look-around, flag or named group")
        self.at += 2 if self.peek() == "?" else 0
        inside = self.alternatives()
        if self.peek() != ")":
            raise self.error("a ( without its )")
        self.at += 1
        return inside

    def _literal(self) -> None:
        char = self.peek()
        if char != char.lower() or not char.isprintable():
            raise self.error(f"{char!r}: texts are compared in lower case,")
        self.at += 1

    def _escape(self) -> str:
        """Read an escape; return the character it stands for, empty for a class of them."""
        self.at += 1
        char = self.peek()
        if not char or char not in _CLASSES + _PUNCTUATION:
            raise self.error(f"\\{char}")
        self.at += 1
        return "" if char in _CLASSES else char

    def _class(self) -> None:
        self.at += 1
        if self.peek() == "^":
            self.at += 1
        members = list(self._members())
        if not members:
            raise self.error("an empty [ ]")
        self.at += 1

    def _members(self) -> Iterator[str]:
        while (char := self.peek()) != "]":
            if not char:
                raise self.error("a [ without its ]")
            if char in "[&~" or (char == "-" and self.pattern[self.at - 1] != "["):
                raise self.error(f"{char} inside [ ] without a \\ before it")
            low = self._member()
            if self.peek() == "-":
                self.at += 1
                high = self._member()
                if not low or not high or low > high:
                    raise self.error("a range that runs backwards or has no end")
            yield low

    def _member(self) -> str:
        char = self.peek()
        if char == "\\":
            return self._escape()
        if char in ("", "]"):
            raise self.error("a range without an end: write \\-")
        self._literal()
        return char

    def _repeat(self) -> tuple[int, int | None] | None:
        """Read a repeat after an atom: least and most times; most is None where there is no end."""
        char = self.peek()
        if char and char in "*+?":
            self.at += 1
            found: tuple[int, int | None] = (0, 1) if char == "?" else (0 if char == "*" else 1, None)
        elif char == "{":
            found = self._times()
        else:
            return None
        if self.peek() == "?":
            self.at += 1
        return found

    def _times(self) -> tuple[int, int | None]:
        inside, closed, _ = self.pattern[self.at + 1 :].partition("}")
        least, comma, most = inside.partition(",")
        if not closed or not _is_number(least) or (most and not _is_number(most)):
            raise self.error("{ that is no repeat such as {2,5}")
        end = int(least) if not comma else int(most) if most else None
        if max(int(least), end or 0) > _MOST_TIMES or (end is not None and end < int(least)):
            raise self.error(f"a repeat beyond {_MOST_TIMES} times or backwards")
        self.at += len(inside) + len("{}")
        return int(least), end


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 4
