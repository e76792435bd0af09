from __future__ import annotations

import json
import time
from email.utils import formatdate
from typing import Any

import pytest
import urllib3
from hubspot.crm.objects import ApiException
from pydantic import ValidationError

from leadwright.connectors.errors import (
    AuthError,
    ConfigError,
    DailyLimitError,
    LeadwrightError,
    RateLimitedError,
    SchemaDriftError,
    UnavailableError,
)
from leadwright.connectors.hubspot import Credentials
from leadwright.connectors.hubspot.errors import (
    ForbiddenError,
    RefusedError,
    TokenRefusedError,
    from_answer,
    from_network,
)


def answer(status: int, body: Any = None, headers: dict[str, str] | None = None) -> LeadwrightError:
    error = ApiException(status=status, reason="reason")
    error.body = body if isinstance(body, str) else json.dumps(body or {})
    error.headers = headers or {}
    return from_answer("reading contacts", error)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (401, TokenRefusedError),
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
        (530, TokenRefusedError),
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


@pytest.mark.parametrize(
    ("body", "window", "seconds"),
    [
        ({"policyName": "TEN_SECONDLY_ROLLING"}, 10.0, 10.0),
        ({"policyName": "SECONDLY"}, 10.0, 1.0),
        ({"message": "You have reached your secondly limit."}, 10.0, 1.0),
        ({"message": "You have reached your ten_secondly_rolling limit."}, 0.5, 0.5),
        ({}, 1.0, 1.0),
    ],
)
def test_without_a_wait_the_limits_window_is_waited(
    body: dict[str, str], window: float, seconds: float
) -> None:
    error = ApiException(status=429, reason="reason")
    error.body = json.dumps(body)
    found = from_answer("reading contacts", error, window)
    assert isinstance(found, RateLimitedError)
    assert found.after == seconds


def test_a_wait_may_be_a_date() -> None:
    for said, most in ((formatdate(time.time() + 30, usegmt=True), 30), (formatdate(0, usegmt=True), 0)):
        error = answer(503, None, {"Retry-After": said})
        assert isinstance(error, UnavailableError)
        assert error.after is not None
        assert 0 <= error.after <= most


def test_the_daily_limit_stops_the_run_and_says_until_when() -> None:
    body = {"policyName": "DAILY", "message": "You have reached your daily limit."}
    error = ApiException(status=429, reason="reason")
    error.body = json.dumps(body)
    found = from_answer("reading contacts", error, new_day=lambda: "It begins at noon.")
    assert type(found) is DailyLimitError
    assert "daily number of calls is used up (reading contacts). It begins at noon." in str(found)


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
