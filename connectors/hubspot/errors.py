"""What an answer of HubSpot that is no success means for the caller. Every field of a body may be missing."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import urllib3
from hubspot.crm import objects, owners, pipelines, properties
from hubspot.crm.associations import v4 as links

from leadwright.connectors.errors import (
    AuthError,
    ConfigError,
    DailyLimitError,
    FatalError,
    LeadwrightError,
    RateLimitedError,
    SchemaDriftError,
    UnavailableError,
    brief,
    host,
)
from leadwright.connectors.hubspot.pace import CALLS_SECONDS, SEARCHES_SECONDS

# The SDK generates one package per API, and no base class is common to their errors.
API_ERRORS: tuple[type[Exception], ...] = tuple(
    package.ApiException for package in (objects, links, owners, pipelines, properties)
)

# 423 locked, 477 account on the move, 524 and the 52x of the proxy in front: all pass.
_PASSING = {408, 423, 425, 477}
_BAD_TOKEN = 530  # what the proxy in front answers to a token that is not even shaped like one
_NOT_SERVED = 501
_CHECK_IT = "Check LEADWRIGHT_HUBSPOT_TOKEN: a service key or a private app's token, in full"


class RefusedError(FatalError):
    """HubSpot refused a call for what is in it.

    Args:
        message: for a person.
        status: the HTTP status.
        code: HubSpot's category of the refusal.
        errors: HubSpot's list of single errors, where it gave one.
    """

    def __init__(
        self, message: str, *, status: int, code: str, errors: tuple[Mapping[str, Any], ...] = ()
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.errors = errors


class ForbiddenError(AuthError):
    """HubSpot knows the token, and it may not do this."""


class TokenRefusedError(AuthError):
    """HubSpot does not know the token, or not any more."""


def from_network(what: str, error: Exception, url: str) -> LeadwrightError:
    """The error for a call to `url` that got no answer."""
    if isinstance(error, urllib3.exceptions.LocationValueError):
        return ConfigError(f"LEADWRIGHT_HUBSPOT_URL is no web address ({what}).")
    if isinstance(error, urllib3.exceptions.TimeoutError) and not isinstance(
        error, urllib3.exceptions.NewConnectionError
    ):
        return UnavailableError(f"HubSpot at {host(url)} did not answer in time ({what}).")
    return UnavailableError(
        f"HubSpot cannot be reached at {host(url)} ({what}: {type(error).__name__}). Check the network and "
        "LEADWRIGHT_HUBSPOT_URL."
    )


def from_answer(
    what: str, error: Any, window: float = CALLS_SECONDS, new_day: Callable[[], str] = str
) -> LeadwrightError:
    """The error for an answer that is no success.

    Args:
        window: seconds of the limit that the call is under, to be waited where a refusal names no time.
        new_day: says when the day's calls are counted anew.
    """
    status = int(error.status or 0)
    body = _parsed(error.body)
    said = brief(body.get("message") or error.reason or "no reason given")
    if status == 0:
        return ConfigError(f"HubSpot's TLS certificate was refused ({what}): {said}.")
    if status in (401, _BAD_TOKEN):
        return TokenRefusedError(f"HubSpot refused the token ({what}): {said} {_CHECK_IT}.")
    if status == 403:
        return _forbidden(what, body, said)
    if status == 429:
        return _limited(what, body, error.headers or {}, said, window, new_day)
    if status in _PASSING or (status >= 500 and status != _NOT_SERVED):
        after = retry_after(error.headers or {})
        return UnavailableError(f"HubSpot is not available ({what}: HTTP {status}).", after=after)
    return _refused(what, status, body, said)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds to wait, where the answer says so, as a number or as a date."""
    value = headers.get("Retry-After") or headers.get("retry-after") or ""
    if value.replace(".", "", 1).isdigit():
        return float(value)
    try:
        return max((parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds(), 0.0)
    except (ValueError, TypeError):
        return None


def _parsed(body: object) -> dict[str, Any]:
    try:
        value = json.loads(body) if isinstance(body, (str, bytes)) else None
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _forbidden(what: str, body: Mapping[str, Any], said: str) -> ForbiddenError:
    missing: dict[str, None] = {}
    for single in body.get("errors") or ():
        context = single.get("context") or {}
        for name in ("requiredGranularScopes", "requiredScopes"):
            missing.update(dict.fromkeys(context.get(name) or ()))
    scopes = ", ".join(missing) or "see the list of scopes in the README"
    return ForbiddenError(
        f"HubSpot's token may not do this ({what}): {said} Add the scopes to the service key: {scopes}.",
        missing=tuple(missing),
    )


def _limited(
    what: str,
    body: Mapping[str, Any],
    headers: Mapping[str, str],
    said: str,
    window: float,
    new_day: Callable[[], str],
) -> LeadwrightError:
    policy = f"{body.get('policyName', '')} {said}".lower()
    if "daily" in policy:
        return DailyLimitError(f"HubSpot's daily number of calls is used up ({what}). {new_day()}")
    documented = SEARCHES_SECONDS if "secondly" in policy and "ten" not in policy else window
    after = retry_after(headers)
    return RateLimitedError(
        f"HubSpot asks for fewer calls ({what}).", after=documented if after is None else after
    )


def _refused(what: str, status: int, body: Mapping[str, Any], said: str) -> LeadwrightError:
    code = str(body.get("category") or body.get("subCategory") or f"HTTP_{status}")
    errors = tuple(e for e in body.get("errors") or () if isinstance(e, dict))
    if status == 400 and _unknown_property(said, errors):
        return SchemaDriftError(
            f"HubSpot does not know a property ({what}): {said} Create it in HubSpot, or run again so that "
            "Leadwright creates its own."
        )
    return RefusedError(f"HubSpot refused the call ({what}): {said}", status=status, code=code, errors=errors)


def _unknown_property(said: str, errors: tuple[Mapping[str, Any], ...]) -> bool:
    codes = {str(e.get("code") or e.get("error") or "") for e in errors}
    return "PROPERTY_DOESNT_EXIST" in said or "PROPERTY_DOESNT_EXIST" in codes
