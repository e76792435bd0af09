"""What one cell of a rule file may hold, as its column is declared beside the seeds, and what is wrong with one.

Types and lists of allowed values are dbt's own; `meta` of a column says what dbt has no word for: `at_least`,
`at_most` and `form`.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any
from zoneinfo import available_timezones

from leadwright.rules import spelling

_PROPOSED = 5


@dataclass(frozen=True, slots=True)
class Column:
    """What one column of a rule file may hold."""

    name: str
    kind: str
    scale: int = 2
    digits: int = 7
    is_required: bool = False
    is_unique: bool = False
    allowed: tuple[str, ...] = ()
    refers_to: tuple[str, str] | None = None
    at_least: Decimal | None = None
    at_most: Decimal | None = None
    form: str = ""


def column(declared: Any, tests: Mapping[str, Mapping[str, Any]]) -> Column:
    """A column from dbt's manifest, given its data tests by name."""
    kind, _, size = (declared.data_type or "varchar").lower().partition("(")
    relation = tests.get("relationships")
    meta = declared.config.meta or declared.meta
    return Column(
        name=declared.name,
        kind=kind.strip(),
        **_size(size.rstrip(") ")),
        is_required="not_null" in tests,
        is_unique="unique" in tests,
        allowed=tuple(str(v) for v in tests.get("accepted_values", {}).get("values", ())),
        refers_to=(_referred(str(relation["to"])), str(relation["field"])) if relation else None,
        at_least=_limit(meta.get("at_least")),
        at_most=_limit(meta.get("at_most")),
        form=meta.get("form", ""),
    )


def fault_in(cell: str, column: Column, known: Collection[str] | None) -> str | None:
    """What is wrong with a cell, if anything.

    Args:
        cell: as it stands in the file.
        column: what it may hold.
        known: the values of the column that it refers to; None where it refers to none.
    """
    value = cell.strip()
    if message := _spelling_fault(cell, column):
        return message
    if not value:
        return "a value is needed" if column.is_required else None
    if message := _kind_fault(value, column) or _limit_fault(value, column):
        return message
    if column.name == "time_zone" and value not in _zones():
        return f"{value!r} is not a time zone such as Europe/Berlin"
    if column.form and not _FORMS[column.form][0](value):
        return f"{value!r} is not {_FORMS[column.form][1]}" + _proposal(value, column)
    if column.allowed and value not in column.allowed:
        return f"{value!r} is not allowed; one of: {', '.join(column.allowed)}"
    if known is not None and value not in known and column.refers_to:
        return f"{value!r} is not in {column.refers_to[0]}.csv (column {column.refers_to[1]})" + _meant(
            value, known
        )
    return None


def _meant(value: str, known: Collection[str]) -> str:
    """Which of the known values may be meant: those spelled alike, and those that have the value in their name."""
    like = difflib.get_close_matches(value, known, _PROPOSED)
    named = [name for name in known if value.lower() in name.lower() and name not in like]
    named.sort(key=lambda name: (not name.startswith(value), len(name), name))
    return f"; did you mean {' or '.join([*like, *named][:_PROPOSED])}?" if like or named else ""


def as_words(text: str) -> str:
    """The text as the models compare words: lower case, one blank for whatever is no letter and no digit."""
    letters = (c if unicodedata.category(c)[0] in "LMN" else " " for c in text.lower())
    return " ".join("".join(letters).split())


def _proposal(value: str, column: Column) -> str:
    words = as_words(value)
    return f"; write {words!r}" if words and column.form in ("words", "words_or_all") else ""


def _referred(expression: str) -> str:
    """The seed that `ref('name')` names."""
    return expression.split("(")[1].rstrip(") ").strip("'\" ")


def _limit(value: float | None) -> Decimal | None:
    return None if value is None else Decimal(str(value))


def _spelling_fault(cell: str, column: Column) -> str | None:
    """What is wrong with a cell before its meaning is looked at. Reasons are prose, and left alone."""
    if "\n" in cell or "\r" in cell:
        return "a line break in the cell; is a quotation mark missing or too many?"
    if column.name == "reason":
        return None
    if cell != cell.strip(" \t"):
        return f"{cell!r} has blanks before or after the value"
    return spelling.fault_in(cell)


def _kind_fault(value: str, column: Column) -> str | None:
    if column.kind in ("decimal", "numeric", "double", "float", "real"):
        parse, meaning = _number(column.scale, column.digits)
    elif column.kind in _PARSERS:
        parse, meaning = _PARSERS[column.kind]
    else:
        return None
    try:
        parse(value)
    except ValueError:
        return f"{value!r} is not {meaning}"
    return None


def _limit_fault(value: str, column: Column) -> str | None:
    """Whether a number is out of its limits. Only columns of numbers have some."""
    low, high = column.at_least, column.at_most
    if (low is None or Decimal(value) >= low) and (high is None or Decimal(value) <= high):
        return None
    if low is None or high is None:
        return f"{value!r} is not {high} or less" if low is None else f"{value!r} is not {low} or more"
    return f"{value!r} is not between {low} and {high}"


_zones = cache(available_timezones)


def _boolean(value: str) -> None:
    if value.lower() not in {"true", "false"}:
        raise ValueError(value)


def _matches(pattern: str) -> Callable[[str], None]:
    def parse(value: str) -> None:
        if not re.fullmatch(pattern, value):
            raise ValueError(value)

    return parse


def _day(value: str) -> None:
    _matches(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")(value)
    date.fromisoformat(value)


def _size(declared: str) -> dict[str, int]:
    """Digits before and after the point of `18,2`; those before it are never less than seven."""
    if "," not in declared:
        return {}
    precision, scale = map(int, declared.split(","))
    return {"scale": scale, "digits": max(7, precision - scale - 4)}


def _number(scale: int, digits: int) -> tuple[Callable[[str], object], str]:
    # Narrower than Python reads numbers: both engines must read them alike, and sums of them must fit.
    words = {1: "one", 2: "two", 7: "seven", 12: "twelve"}
    return (
        _matches(rf"-?[0-9]{{1,{digits}}}(\.[0-9]{{1,{scale}}})?"),
        f"a number such as 12 or -2.5, with at most {words.get(digits, digits)} digits before the point and "
        f"{words.get(scale, scale)} after it",
    )


_WHOLE = (_matches(r"-?[0-9]{1,7}"), "a whole number of at most seven digits")
_PARSERS: dict[str, tuple[Callable[[str], object], str]] = {
    **dict.fromkeys(("int", "integer", "bigint", "smallint"), _WHOLE),
    "date": (_day, "a date such as 2026-01-31"),
    **dict.fromkeys(
        ("timestamp", "timestamptz"), (datetime.fromisoformat, "a time such as 2026-01-31 12:00:00")
    ),
    "boolean": (_boolean, "true or false"),
}

_ADDRESS = r"[^\s@*]+@[^\s@*]+"


def _is_like(pattern: str) -> Callable[[str], bool]:
    return lambda value: re.fullmatch(pattern, value) is not None


_FORMS: dict[str, tuple[Callable[[str], bool], str]] = {
    "domain": (
        lambda value: (
            value == value.lower()
            and not value.startswith("www.")
            and re.fullmatch(r"[^\s@/:.*]+(\.[^\s@/:.*]+)+", value) is not None
        ),
        "a domain in lower case without www, @ and path, such as acme.com",
    ),
    "mailbox": (
        lambda value: value == value.lower() and re.fullmatch(r"[^\s@+*]+", value) is not None,
        "the part of an address before the @, in lower case and without +",
    ),
    "lower_case": (lambda value: value == value.lower(), "in lower case, as texts are compared"),
    "words": (
        lambda value: value == as_words(value),
        "in lower case with one blank between words, as they are compared",
    ),
    "words_or_all": (
        lambda value: value in ("*", as_words(value)),
        "in lower case with one blank between words, as they are compared, or * for all",
    ),
    "code": (
        _is_like(r"[a-z][a-z0-9_]*"),
        "a name of small letters, figures and underscores that begins with a letter",
    ),
    "source": (
        lambda value: value == value.lower() and " " not in value,
        "a source as reports spell it, in lower case with _ for blanks, such as paid_search",
    ),
    "month": (_is_like(r"[0-9]{4}-(0[1-9]|1[0-2])"), "a month such as 2026-05"),
    "currency": (_is_like(r"[A-Z]{3}"), "a currency of three capital letters, such as EUR"),
    "colour": (_is_like(r"#[0-9A-Fa-f]{6}"), "a colour such as #4A8DB7"),
    "address": (_is_like(_ADDRESS), "an e-mail address"),
    "address_or_all": (_is_like(rf"{_ADDRESS}|\*"), "an e-mail address, or * for anybody"),
    "address_pattern": (
        _is_like(rf"{_ADDRESS}|\*@[^\s@*]+|\*"),
        "an e-mail address, *@domain, or * for everybody",
    ),
}
