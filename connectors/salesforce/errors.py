"""What an answer of Salesforce that is no success means for the caller."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import requests
from simple_salesforce.exceptions import SalesforceAuthenticationFailed, SalesforceError

from leadwright.connectors.errors import (
    AuthError,
    ConfigError,
    DailyLimitError,
    FatalError,
    GarbledError,
    LeadwrightError,
    RateLimitedError,
    SchemaDriftError,
    UnavailableError,
    brief,
    host,
)

# Codes of a row or a call that another try may not meet again.
PASSING_CODES = frozenset(
    {
        "UNABLE_TO_LOCK_ROW",
        "REQUEST_LIMIT_EXCEEDED",
        "SERVER_UNAVAILABLE",
        "QUERY_TIMEOUT",
        "INVALID_QUERY_LOCATOR",
        "REQUEST_RUNNING_TOO_LONG",
        "TXN_SECURITY_METERING_ERROR",
    }
)
# What Apex and flows say when they exceed a limit of the transaction that all rows of a call share (CPU time, heap,
# "Too many SOQL queries: 101"), or were run too often for it. Codes do not tell: CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY
# and CANNOT_EXECUTE_FLOW_TRIGGER also carry what is wrong with one row.
_TRANSACTION_LIMIT = re.compile(
    r"LimitException|Apex CPU time limit exceeded|Apex heap size too large|Too many (?:SOQL queries|SOSL queries|"
    r"query rows|DML statements|DML rows|callouts|future calls|queueable jobs|batch retries)",
    re.IGNORECASE,
)
_SCHEMA_CODES = frozenset({"INVALID_FIELD", "INVALID_TYPE", "INVALID_FIELD_FOR_INSERT_UPDATE"})
_PERMISSIONS = dict.fromkeys(("API_DISABLED_FOR_ORG", "API_CURRENTLY_DISABLED"), "API Enabled")
"""Codes of a refusal for which one permission is missing, which Salesforce's words do not name."""

_PASSING_STATUSES = frozenset({406, 408})
_LIMITED_STATUSES = frozenset({420, 429})
_NOT_SERVED = 501
_TOKEN_FIXES = {
    "invalid_client_id": "Check LEADWRIGHT_SALESFORCE_CLIENT_ID.",
    "invalid_client": "Check LEADWRIGHT_SALESFORCE_CLIENT_ID and LEADWRIGHT_SALESFORCE_CLIENT_SECRET.",
    "invalid_grant": (
        "Check the user, that the app is approved for him, and that key or refresh token are current. Where refresh "
        "tokens rotate, one that was used elsewhere too, or whose successor in LEADWRIGHT_HOME was lost, has ended: "
        "set a new LEADWRIGHT_SALESFORCE_REFRESH_TOKEN."
    ),
    "unsupported_grant_type": "Enable this OAuth flow in the app's settings.",
    "inactive_user": "Activate the user in Salesforce.",
}


class RefusedError(FatalError):
    """Salesforce refused a call for what is in it.

    Args:
        message: for a person.
        status: the HTTP status.
        code: Salesforce's code.
    """

    def __init__(self, message: str, *, status: int, code: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code


def over_transaction_limit(message: str) -> bool:
    """Whether rows were refused because all of a call together were too much; fewer at a time may pass."""
    return bool(_TRANSACTION_LIMIT.search(message))


def from_network(what: str, error: requests.exceptions.RequestException, url: str) -> LeadwrightError:
    """The error for a call that got no whole answer; `url` is where the org is said to be."""
    asked = getattr(error.request, "url", None)  # an org's instance may be elsewhere than its login
    where = host(asked or url)
    if isinstance(error, requests.exceptions.SSLError):
        return ConfigError(
            f"The TLS certificate of Salesforce at {where} is not trusted ({what}). Set LEADWRIGHT_SALESFORCE_CA to "
            "the file of its certificate authority, or correct LEADWRIGHT_SALESFORCE_URL."
        )
    if isinstance(error, (requests.exceptions.InvalidURL, requests.exceptions.MissingSchema)):
        return ConfigError(f"LEADWRIGHT_SALESFORCE_URL is no web address ({what}).")
    if isinstance(error, requests.exceptions.Timeout):
        return UnavailableError(f"Salesforce at {where} did not answer in time ({what}).")
    if isinstance(error, requests.exceptions.JSONDecodeError):
        return GarbledError(f"Salesforce's answer was cut off or is no JSON ({what}).")
    return UnavailableError(
        f"Salesforce cannot be reached at {where} ({what}: {type(error).__name__}). "
        "Check the network and LEADWRIGHT_SALESFORCE_URL."
    )


def from_login(error: SalesforceAuthenticationFailed) -> LeadwrightError:
    """The error for a refused login."""
    if isinstance(error.code, int) and error.code >= 500:
        return UnavailableError(f"Salesforce's login is not available (HTTP {error.code}).")
    fix = _TOKEN_FIXES.get(str(error.code), "Check the LEADWRIGHT_SALESFORCE_ settings.")
    said = brief(error.auth_message) or "no reason given"
    return AuthError(f"Salesforce refused the login ({error.code}: {said}). {fix}")


def from_answer(what: str, error: SalesforceError) -> LeadwrightError:
    """The error for an answer that is no success."""
    status = int(error.status)
    code, said = _first(error.content)
    if status == 401:
        return AuthError(
            f"Salesforce refused the session ({what}: {code or 'expired'}). Set a new LEADWRIGHT_SALESFORCE_TOKEN, "
            "or better client credentials or a JWT key, which renew themselves."
        )
    if code == "REQUEST_LIMIT_EXCEEDED":
        return _limited(what, said)
    if status in _LIMITED_STATUSES:
        return RateLimitedError(f"Salesforce asks for fewer calls ({what}).")
    if over_transaction_limit(said):  # with a status of 500, too: the same call would break again
        return RefusedError(
            f"Salesforce refused the call ({what}: {code}): {said}", status=status, code=code or "UNKNOWN"
        )
    if code in PASSING_CODES or status in _PASSING_STATUSES or (status >= 500 and status != _NOT_SERVED):
        return UnavailableError(f"Salesforce is not available ({what}: HTTP {status} {code}).")
    if code in _SCHEMA_CODES:
        return SchemaDriftError(
            f"Salesforce does not know an object or field ({what}): {said} Either it does not exist or it is hidden "
            "from the API user by field-level security."
        )
    if status == 403:
        permission = _PERMISSIONS.get(code)
        named = f"permission '{permission}'" if permission else "permission"
        return AuthError(
            f"Salesforce's user may not do this ({what}: {code}): {said.rstrip('.')}. Give him the {named} in a "
            "permission set.",
            missing=tuple(filter(None, (permission or code,))),
        )
    return RefusedError(f"Salesforce refused the call ({what}: {code}): {said}", status=status, code=code)


def _limited(what: str, said: str) -> LeadwrightError:
    if "concurrent" in said.lower():
        return RateLimitedError(f"Salesforce asks for fewer calls at a time ({what}).")
    return DailyLimitError(
        f"The org's calls of the last 24 hours are used up ({what}). Each is forgotten after 24 hours, so some become "
        "free every hour; run again then, or raise the limit in Salesforce."
    )


def _first(content: Any) -> tuple[str, str]:
    """Code and message of an error body: a list of errors, one object (OAuth), or text."""
    if isinstance(content, list):
        content = content[0] if content else {}
    if isinstance(content, Mapping):
        code = content.get("errorCode") or content.get("exceptionCode") or content.get("error") or ""
        said = (
            content.get("message")
            or content.get("exceptionMessage")
            or content.get("error_description")
            or ""
        )
        return str(code), brief(said)
    return "", ""
