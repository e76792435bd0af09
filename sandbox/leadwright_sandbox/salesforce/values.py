"""Values on their way in and out: JSON or text -> SQLite -> JSON or CSV.

Stored datetimes are spelled as the Bulk CSV spells them (`2024-05-01T10:00:00.000Z`), so that a bulk page is
written straight from the cursor; booleans are 0 and 1; an empty text is a null, as in the real service.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any

from leadwright_sandbox.salesforce.fields import NUMBER_KINDS, Field

Stored = str | int | float | None
MOST_INT = 2**31 - 1
EMAIL = re.compile(r"[^@\s,;<>()\"]+@[^@\s,;<>()\".]+(\.[^@\s,;<>()\".]+)+")


class BadValueError(ValueError):
    """A value that its field's type cannot hold."""


def stamp(moment: datetime) -> str:
    """A moment as it is stored: UTC, whole seconds."""
    return f"{moment.astimezone(UTC).isoformat()[:19]}.000Z"


@lru_cache(maxsize=10_000)  # loaded rows share most of their dates
def parse_datetime(text: str, *, lenient: bool) -> str:
    """A datetime text as it is stored; only a lenient reader takes one without a time zone."""
    try:
        moment = datetime.fromisoformat(text.strip())
        if moment.tzinfo is None and lenient:
            moment = moment.replace(tzinfo=UTC)
        if moment.tzinfo is not None:
            return stamp(moment)
    except (ValueError, OverflowError) as error:
        raise BadValueError(f"not a datetime: {text}") from error
    raise BadValueError(f"not a datetime with a time zone: {text}")


def parse_date(text: str) -> str:
    """A date text (or the date of a datetime text) as it is stored."""
    try:
        return date.fromisoformat(text.strip()[:10]).isoformat()
    except ValueError as error:
        raise BadValueError(f"not a date: {text}") from error


def parse_boolean(value: Any) -> int:
    """A truth value in any of the spellings that are taken."""
    if isinstance(value, bool) or value in (0, 1):
        return int(value)
    spelled = str(value).strip().lower()
    if spelled not in ("true", "false", "1", "0"):
        raise BadValueError(f"not true or false: {value}")
    return int(spelled in ("true", "1"))


def parse_number(value: Any, kind: str) -> int | float:
    """A number, or its text, as `kind` holds it."""
    if isinstance(value, bool):
        raise BadValueError(f"not a number: {value}")
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError) as error:
        raise BadValueError(f"not a number: {value}") from error
    if not math.isfinite(number) or (kind == "int" and (not number.is_integer() or abs(number) > MOST_INT)):
        raise BadValueError(f"not a number of type {kind}: {value}")
    return int(number) if kind == "int" else number


def _is_unicode(text: str) -> bool:
    """Whether a text is whole: JSON can spell half of a surrogate pair, which no store takes."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def to_stored(field: Field, value: Any, *, lenient: bool = True) -> Stored:
    """`value` as the column of `field` holds it; `lenient` takes text for anything and numbers for text."""
    if value is None or value == "":
        return 0 if field.kind == "boolean" else None
    if field.kind == "boolean":
        return parse_boolean(value)
    if field.kind in NUMBER_KINDS:
        return parse_number(value, field.kind)
    if isinstance(value, date):  # a datetime is one too
        value = value.isoformat()
    elif not isinstance(value, str):
        if not lenient or isinstance(value, (dict, list)):
            raise BadValueError(f"not a text: {value}")
        value = str(value)
    if not value.isascii() and not _is_unicode(value):
        raise BadValueError("not a text: it has half a character")
    if field.kind == "datetime":
        return parse_datetime(value, lenient=lenient)
    return parse_date(value) if field.kind == "date" else value


def json_datetime(value: Any) -> Any:
    """A stored datetime as the REST API spells it."""
    return None if value is None else f"{value[:-1]}+0000"


def read_json(value: Any) -> Any:
    """What SQLite hands over as JSON text, or read already where it lay in another JSON text."""
    return json.loads(value) if isinstance(value, str) else value


TO_JSON: dict[str, Callable[[Any], Any]] = {
    "boolean": bool,
    "datetime": json_datetime,
    "address": read_json,
}


def to_json(kind: str, value: Any) -> Any:
    """A stored value as the REST API shows it."""
    convert = TO_JSON.get(kind)
    return convert(value) if convert else value
