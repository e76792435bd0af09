"""SOQL text: the few statements that the connector needs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from urllib.parse import quote

from leadwright.connectors.batches import utc

# An address with its headers may hold 16,384 bytes; the headers, with a long token, get 4,000 of them.
LONGEST_ADDRESS = 12_000


def select(fields: Sequence[str], object_name: str, tail: str = "") -> str:
    """`SELECT fields FROM object_name`, with `tail` (where, order)."""
    return f"SELECT {', '.join(fields)} FROM {object_name}{tail}"


def selected(text: str) -> list[str]:
    """The fields of a record that the answer to `text`, made by `select`, has; of a related record its name."""
    names = text.removeprefix("SELECT ").partition(" FROM ")[0]
    return list(dict.fromkeys(name.partition(".")[0] for name in names.split(", ")))


def where(*conditions: str) -> str:
    """The conditions, those that are empty left out."""
    said = [condition for condition in conditions if condition]
    return f" WHERE {' AND '.join(said)}" if said else ""


def changed(
    cursor: str, since: datetime | None, until: datetime | None = None, known: Sequence[datetime] = ()
) -> str:
    """The condition for rows changed from `since` to before `until`, at none of the seconds `known`."""
    parts = [f"{cursor} >= {moment(since)}"] if since else []
    parts += [f"{cursor} < {moment(until)}"] if until else []
    parts += [f"{cursor} NOT IN ({', '.join(map(moment, known))})"] if known else []
    return " AND ".join(parts)


def moment(value: datetime) -> str:
    """A moment as SOQL spells it, in whole seconds, rounded down: Salesforce keeps no finer ones."""
    return utc(value).strftime("%Y-%m-%dT%H:%M:%SZ")


def literal(text: str) -> str:
    """`text` as a SOQL string."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def literals(texts: Iterable[str]) -> str:
    """`texts` as the right side of IN."""
    return f"({', '.join(map(literal, texts))})"


def split(fields: Sequence[str], object_name: str, tail: str) -> Iterator[list[str]]:
    """Parts of `fields` that each make a query short enough for an address."""
    room = LONGEST_ADDRESS - len(quote(select([], object_name, tail)))
    part: list[str] = []
    used = 0
    for field in fields:
        size = len(quote(f"{field}, "))
        if part and used + size > room:
            yield part
            part, used = [], 0
        part.append(field)
        used += size
    yield part
