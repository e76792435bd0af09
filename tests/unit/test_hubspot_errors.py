from __future__ import annotations

import json
from typing import Any

import pytest
import urllib3
from hubspot.crm.objects import ApiException
from pydantic import ValidationError

from connectors.errors import (
    AuthError,
    ConfigError,
    FatalError,
    LeadwrightError,
    RateLimitedError,
    SchemaDriftError,
    UnavailableError,
)
from connectors.hubspot import Credentials
from connectors.hubspot.errors import ForbiddenError, RefusedError, from_answer, from_network
from connectors.hubspot.transport import Pace


def answer(status: int, body: Any = None, headers: dict[str, str] | None = None) -> LeadwrightError:
    error = ApiException(status=status, reason="reason")
    error.body = body if isinstance(body, str) else json.dumps(body or {})
    error.headers = headers or {}
    return from_answer("reading contacts", error)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (401, AuthError),
        (403, ForbiddenError),
        (404, RefusedError),
        (408, UnavailableError),
        (409, RefusedError),
        (414, RefusedError),
        (423, UnavailableError),
        (429, RateLimitedError),
        (477, UnavailableError),
        (500, UnavailableError),
        (501, RefusedError),
        (502, UnavailableError),
        (524, UnavailableError),
        (530, AuthError),
    ],
)
@pytest.mark.parametrize("body", [None, "<html>no JSON</html>", "[]", {"message": "said"}])
def test_every_status_says_what_to_do_next(status: int, kind: type[LeadwrightError], body: Any) -> None:
    error = answer(status, body)
    assert type(error) is kind
    assert "HubSpot" in str(error)
    assert "reading contacts" in str(error)


def test_the_wait_that_hubspot_names_is_kept() -> None:
    error = answer(429, {"policyName": "TEN_SECONDLY_ROLLING"}, {"Retry-After": "7"})
    assert isinstance(error, RateLimitedError)
    assert error.after == 7


def test_the_daily_limit_stops_the_run() -> None:
    error = answer(429, {"policyName": "DAILY", "message": "You have reached your daily limit."})
    assert type(error) is FatalError
    assert "midnight" in str(error)


def test_missing_scopes_are_named() -> None:
    context = {"requiredGranularScopes": ["crm.objects.contacts.write"]}
    error = answer(403, {"category": "MISSING_SCOPES", "errors": [{"message": "m", "context": context}]})
    assert isinstance(error, AuthError)
    assert error.missing == ("crm.objects.contacts.write",)
    assert "crm.objects.contacts.write" in str(error)


def test_an_unknown_property_is_schema_drift() -> None:
    assert isinstance(
        answer(400, {"message": 'Property values were not valid: [{"error":"PROPERTY_DOESNT_EXIST"}]'}),
        SchemaDriftError,
    )


def test_a_refusal_keeps_the_single_errors_and_no_address() -> None:
    error = answer(
        409, {"category": "CONFLICT", "message": "ann@example.com exists", "errors": [{"context": {}}, 5]}
    )
    assert isinstance(error, RefusedError)
    assert (error.code, error.errors) == ("CONFLICT", ({"context": {}},))
    assert "ann@example.com" not in str(error)


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (urllib3.exceptions.ReadTimeoutError(None, "/", "slow"), UnavailableError),  # type: ignore[arg-type]
        (urllib3.exceptions.ProtocolError("cut"), UnavailableError),
        (urllib3.exceptions.LocationParseError("x"), ConfigError),
        (ConnectionResetError(), UnavailableError),
    ],
)
def test_no_answer(error: Exception, kind: type[LeadwrightError]) -> None:
    url = "https://ann:sesame@api.example"
    said = from_network("reading contacts", error, url)
    assert type(said) is kind
    assert "sesame" not in str(said)
    if kind is UnavailableError:
        assert "HubSpot" in str(said)
        assert "at api.example:443" in str(said)


@pytest.mark.parametrize(
    "values", [{}, {"token": ""}, {"token": "a b"}, {"token": "t", "url": "api.hubapi.com"}]
)
def test_bad_credentials_are_named_and_not_shown(values: dict[str, str]) -> None:
    with pytest.raises(ValidationError) as caught:
        Credentials.model_validate(values)
    assert "a b" not in str(caught.value)


def test_a_token_is_not_shown() -> None:
    assert "secret-token" not in repr(Credentials.model_validate({"token": "secret-token"}))


def test_the_pace_slows_near_a_limit_only() -> None:
    waits: list[float] = []
    pace = Pace(sleep=waits.append)
    headers = {"X-HubSpot-RateLimit-Max": "190", "X-HubSpot-RateLimit-Interval-Milliseconds": "10000"}
    for left in ("150", "19", "18", "150"):
        pace.note({**headers, "X-HubSpot-RateLimit-Remaining": left})
        pace.wait()
    pace.note({})
    assert [round(wait, 3) for wait in waits] == [0.053]
