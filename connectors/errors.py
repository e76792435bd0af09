"""Errors, arranged by what the caller should do next.

::

    LeadwrightError
    ├── ConfigError              stop; the message says what to set and where
    ├── RetryableError(after)    try again, after that many seconds when the service said so
    │   ├── RateLimitedError
    │   ├── UnavailableError
    │   │   └── GarbledError
    │   └── LockedError
    ├── FatalError               stop the run
    │   ├── AuthError
    │   ├── SchemaDriftError
    │   ├── GuardrailError
    │   └── DailyLimitError
    ├── LostPlaceError           begin that read again
    └── RecordError              set one row aside with its reason and go on

The message is for a person: what happened, to what, and what to do. Facts that code needs are attributes.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

_EMAIL = re.compile(r"[^\s\"'<>,;:()\[\]{}|=]+@[^\s\"'<>,;:()\[\]{}|=]+")
_LONGEST = 300


class LeadwrightError(Exception):
    """Base of every error that Leadwright raises on purpose."""


class ConfigError(LeadwrightError):
    """A setting, rule or file is wrong; nothing will work until a person changes it."""


class RetryableError(LeadwrightError):
    """The same call may succeed later.

    Args:
        message: what happened and to what.
        after: seconds to wait, when the service named a time; None leaves it to the caller.
    """

    def __init__(self, message: str, *, after: float | None = None) -> None:
        super().__init__(message)
        self.after = after


class RateLimitedError(RetryableError):
    """The service asked for fewer calls."""


class UnavailableError(RetryableError):
    """The service did not answer, answered half, or said that it is down."""


class GarbledError(UnavailableError):
    """The service answered a call with success, and the answer is cut off or not what was promised."""


class LockedError(RetryableError):
    """Another process holds the warehouse or the record."""


class FatalError(LeadwrightError):
    """Going on would do harm or cannot succeed."""


class AuthError(FatalError):
    """The credentials are wrong, expired, or lack a permission.

    Args:
        message: what was refused.
        missing: scopes or permissions that the service named, if it did.
    """

    def __init__(self, message: str, *, missing: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.missing = missing


class SchemaDriftError(FatalError):
    """The CRM's objects or fields are not what the project expects."""


class GuardrailError(FatalError):
    """A limit that protects the CRM's data would have been crossed."""


class DailyLimitError(FatalError):
    """The calls that the account may make in a day are used up; what is left to do goes on by itself later."""


class LostPlaceError(LeadwrightError):
    """The service no longer knows the place at which a read was to go on."""


class RecordError(LeadwrightError):
    """One record cannot be handled; the others can.

    Args:
        record_id: the CRM's id of the record; None where it has none. Parts of a key are joined by `/`.
        code: the reason, in one word.
        field: the field that is wrong. Its value is not told: it may be personal.
    """

    def __init__(self, message: str, *, record_id: str | None, code: str, field: str | None = None) -> None:
        super().__init__(message)
        self.record_id = record_id
        self.code = code
        self.field = field


def host(url: str) -> str:
    """Host and port of `url`, and nothing else of it: an address may carry a password."""
    try:
        parts = urlsplit(url)
        port = parts.port or (80 if parts.scheme == "http" else 443)
    except ValueError:
        return "an address that is none"
    return f"{parts.hostname or 'no host'}:{port}"


def brief(text: object, longest: int = _LONGEST) -> str:
    """Words that came from elsewhere: one line, not long, e-mail addresses masked."""
    words = " ".join(_EMAIL.sub("(e-mail)", str(text)).split())
    return words if len(words) <= longest else words[:longest] + " ..."
