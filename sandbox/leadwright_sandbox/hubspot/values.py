"""How HubSpot checks and spells property values: everything is text on the wire, each type with its own form."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime

NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
LONG = re.compile(r"-?\d{1,15}")
EMAIL = re.compile(r"[^\s@,;<>\"]+@[^\s@,;<>\".]+(\.[^\s@,;<>\".]+)+")


class InvalidValueError(ValueError):
    """A value that does not fit its property: HubSpot's code for it and a sentence."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def iso(moment: datetime) -> str:
    """`moment` as HubSpot writes it: UTC with milliseconds."""
    utc = moment.astimezone(UTC)
    return f"{utc:%Y-%m-%dT%H:%M:%S}.{utc.microsecond // 1000:03d}Z"


def wire_id(record_id: str) -> int | str:
    """A record id where HubSpot writes a number; the sandbox's own ids may be text."""
    return int(record_id) if record_id.isascii() and record_id.isdigit() else record_id


def milliseconds(moment: str) -> int:
    """A stored moment or day as the old API writes it: milliseconds since 1970."""
    parsed = datetime.fromisoformat(moment)
    return round((parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).timestamp() * 1000)


def text(value: object) -> str:
    """The spelling that HubSpot gives a JSON or Python value before it looks at the property's type."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return iso(value if value.tzinfo else value.replace(tzinfo=UTC))
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _moment(value: str) -> datetime | None:
    if LONG.fullmatch(value):
        return datetime.fromtimestamp(int(value) / 1000, UTC)
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def datetime_text(value: str) -> str:
    """A moment given as epoch milliseconds or ISO 8601."""
    moment = _moment(value)
    if moment is None:
        raise InvalidValueError("INVALID_LONG", f"{value} was not a valid long.")
    return iso(moment)


def date_text(value: str) -> str:
    """A day given as `YYYY-MM-DD` or as midnight UTC."""
    try:
        return date.fromisoformat(value).isoformat()
    except ValueError:
        pass
    moment = _moment(value)
    if moment is None:
        raise InvalidValueError("INVALID_DATE", f"{value} was not a valid date.")
    if (moment.hour, moment.minute, moment.second, moment.microsecond) != (0, 0, 0, 0):
        raise InvalidValueError("INVALID_DATE", f"{value} is at {moment:%H:%M:%S} UTC, not midnight!")
    return moment.date().isoformat()


def number_text(value: str) -> str:
    """A number, kept as it was spelt."""
    if not NUMBER.fullmatch(value):
        raise InvalidValueError("INVALID_NUMBER", f"{value} was not a valid number.")
    return value


def bool_text(value: str) -> str:
    """`true` or `false`."""
    lowered = value.lower()
    if lowered not in ("true", "false"):
        raise InvalidValueError(
            "INVALID_OPTION", f"{value} was not one of the allowed options: [true, false]"
        )
    return lowered


def email_text(value: str) -> str:
    """An e-mail address, in lower case as HubSpot keeps it."""
    if not EMAIL.fullmatch(value):
        raise InvalidValueError("INVALID_EMAIL", f"Email address {value} is invalid")
    return value.lower()


SPELLINGS: dict[str, Callable[[str], str]] = {
    "datetime": datetime_text,
    "date": date_text,
    "number": number_text,
    "bool": bool_text,
}


def spell(kind: str, value: object) -> str:
    """`value` as HubSpot stores it in a property of type `kind`; raises InvalidValueError.

    An empty text clears the property; HubSpot then answers "" for it, not null.
    """
    plain = text(value)
    if plain == "" or kind not in SPELLINGS:
        return plain
    return SPELLINGS[kind](plain)
