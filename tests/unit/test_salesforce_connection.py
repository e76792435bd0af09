"""Credentials, errors, renewal of a session and the limit of calls, without a network."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import requests
from pydantic import ValidationError
from simple_salesforce.exceptions import (
    SalesforceAuthenticationFailed,
    SalesforceExpiredSession,
    SalesforceGeneralError,
)

from leadwright.connectors.errors import (
    AuthError,
    ConfigError,
    DailyLimitError,
    LeadwrightError,
    RateLimitedError,
    SchemaDriftError,
    UnavailableError,
)
from leadwright.connectors.salesforce import Credentials
from leadwright.connectors.salesforce import transport as transport_module
from leadwright.connectors.salesforce.credentials import audience
from leadwright.connectors.salesforce.errors import (
    RefusedError,
    from_answer,
    from_login,
    from_network,
    over_transaction_limit,
)
from leadwright.connectors.salesforce.transport import Transport
from leadwright.connectors.tokens import TokenKeeper

URL = "https://acme.my.salesforce.com"


def answer(status: int, content: Any) -> LeadwrightError:
    return from_answer("querying Lead", SalesforceGeneralError("https://x/?q=secret", status, "q", content))


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (400, "INVALID_FIELD", SchemaDriftError),
        (400, "INVALID_TYPE", SchemaDriftError),
        (400, "MALFORMED_QUERY", RefusedError),
        (400, "QUERY_TIMEOUT", UnavailableError),
        (401, "INVALID_SESSION_ID", AuthError),
        (403, "API_DISABLED_FOR_ORG", AuthError),
        (404, "NOT_FOUND", RefusedError),
        (406, "", UnavailableError),
        (420, "", RateLimitedError),
        (429, "", RateLimitedError),
        (501, "NOT_IMPLEMENTED", RefusedError),
        (503, "SERVER_UNAVAILABLE", UnavailableError),
    ],
)
def test_every_code_says_what_to_do_next(status: int, code: str, kind: type[LeadwrightError]) -> None:
    error = answer(status, [{"errorCode": code, "message": "ann@example.com is wrong"}])
    assert type(error) is kind
    assert "querying Lead" in str(error)
    assert "ann@example.com" not in str(error)
    assert "secret" not in str(error)


@pytest.mark.parametrize(
    ("said", "together"),
    [
        ("LeadTrigger: System.LimitException: Apex CPU time limit exceeded", True),
        ("accountTrigger: System.LimitException: Too many future calls: 51", True),
        ("The flow failed: Too many SOQL queries: 101. You can look up ExceptionCode values", True),
        ("Too many batch retries in the presence of Apex triggers and partial failures.", True),
        ("LeadTrigger: execution of BeforeUpdate caused by: System.NullPointerException", False),
        ("Too many characters in the field", False),
    ],
)
def test_limits_of_a_transaction_are_told_from_what_is_wrong_with_a_row(said: str, together: bool) -> None:
    assert over_transaction_limit(said) is together
    found = answer(500, [{"errorCode": "UNKNOWN_EXCEPTION", "message": said}])
    assert type(found) is (RefusedError if together else UnavailableError)


def test_a_hidden_field_and_a_missing_one_look_the_same_and_both_are_named() -> None:
    error = answer(400, [{"errorCode": "INVALID_FIELD", "message": "No such column 'X' on entity 'Lead'"}])
    assert "'X'" in str(error)
    assert "does not exist" in str(error)
    assert "field-level security" in str(error)


@pytest.mark.parametrize("content", ["<html>", b"", [], {}, None, [{}]])
def test_bodies_of_any_shape(content: Any) -> None:
    assert type(answer(502, content)) is UnavailableError


def test_the_two_limits() -> None:
    code = "REQUEST_LIMIT_EXCEEDED"
    total = answer(403, [{"errorCode": code, "message": "TotalRequests Limit exceeded."}])
    at_once = answer(
        403, [{"errorCode": code, "message": "ConcurrentRequests (Concurrent API Requests) Limit exceeded."}]
    )
    assert type(total) is DailyLimitError
    assert type(at_once) is RateLimitedError


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (requests.exceptions.SSLError("x"), ConfigError),
        (requests.exceptions.ReadTimeout("x"), UnavailableError),
        (requests.exceptions.ConnectionError("x"), UnavailableError),
        (requests.exceptions.ChunkedEncodingError("x"), UnavailableError),
        (requests.exceptions.InvalidURL("x"), ConfigError),
    ],
)
def test_no_answer(error: requests.exceptions.RequestException, kind: type[LeadwrightError]) -> None:
    assert type(from_network("querying Lead", error, URL)) is kind


def test_the_address_that_was_tried_is_named_and_nothing_else_of_it() -> None:
    request = requests.Request("GET", "https://ann:sesame@na1.salesforce.com/services?token=secret").prepare()
    elsewhere = requests.exceptions.ConnectionError("x", request=request)
    assert "reached at na1.salesforce.com:443 (" in str(from_network("querying", elsewhere, URL))
    nowhere = requests.exceptions.ReadTimeout("x")
    said = str(from_network("querying", nowhere, "https://ann:sesame@acme.example:8443/?token=secret"))
    assert "Salesforce at acme.example:8443 did not answer" in said
    assert not any(secret in said + str(elsewhere) for secret in ("sesame", "secret", "ann"))


def test_a_refused_login_says_what_to_correct() -> None:
    error = from_login(SalesforceAuthenticationFailed("invalid_client_id", "client identifier invalid"))
    assert isinstance(error, AuthError)
    assert "LEADWRIGHT_SALESFORCE_CLIENT_ID" in str(error)
    assert isinstance(from_login(SalesforceAuthenticationFailed(503, "<html>")), UnavailableError)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({}, "needs one of"),
        ({"client_id": "c"}, "needs one of"),
        (
            {"username": "u", "client_id": "c"},
            "a user name with a password is no way in.* ends .* on 2027-06-01",
        ),
        ({"token": "t", "ca": "absent.pem"}, "there is no file"),
        ({"token": "t", "url": "http://acme"}, "https://"),
        ({"token": "t", "api_version": "new"}, "67.0"),
    ],
)
def test_credentials_that_lead_nowhere(values: dict[str, str], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        Credentials.model_validate({"url": URL, **values})


def test_credentials_that_work(tmp_path: Path) -> None:
    key = tmp_path / "key.pem"
    key.write_text("-")
    jwt = {"client_id": "c", "username": "u", "private_key_file": str(key)}
    for way, values in (
        ("access token", {"token": "t"}),
        ("client credentials", {"client_id": "c", "client_secret": "s"}),
        ("refresh token", {"client_id": "c", "refresh_token": "r"}),
        ("JWT bearer", jwt),
        ("refresh token", {**jwt, "refresh_token": "r"}),
    ):
        found = Credentials.model_validate({"url": f"{URL}/lightning", "api_version": "v66", **values})
        assert (found.url, found.api_version) == (URL, "66.0")
        assert found.can_renew == ("token" not in values)
        assert found.way == way
        assert "'s'" not in repr(found)


def test_whom_an_assertion_is_for() -> None:
    assert audience(URL) == "https://login.salesforce.com"
    assert audience("https://acme--dev.sandbox.my.salesforce.com") == "https://test.salesforce.com"
    assert audience("https://localhost:8443") == "https://localhost:8443"


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Logins that always succeed; the list of tokens given out."""
    tokens: list[str] = []

    def log_in(credentials: Credentials, session: requests.Session, keeper: TokenKeeper) -> tuple[str, str]:
        tokens.append(f"token-{len(tokens)}")
        return tokens[-1], "acme.my.salesforce.com"

    monkeypatch.setattr(transport_module, "log_in", log_in)
    monkeypatch.setattr(Transport, "_offered_version", lambda self: "67.0")
    return tokens


def credentials(**values: str) -> Credentials:
    return Credentials.model_validate({"url": URL, **values})


def test_an_expired_session_is_renewed_once_and_the_call_repeated_whole(offline: list[str]) -> None:
    seen: list[str] = []

    def action(sf: Any) -> str:
        seen.append(sf.session_id)
        if len(seen) == 1:
            raise SalesforceExpiredSession("https://x", 401, "q", [{"errorCode": "INVALID_SESSION_ID"}])
        return "done"

    assert Transport(credentials(client_id="c", client_secret="s")).call("querying", action) == "done"
    assert seen == ["token-0", "token-1"]


def test_a_fixed_token_cannot_be_renewed(offline: list[str]) -> None:
    def action(sf: Any) -> str:
        raise SalesforceExpiredSession("https://x", 401, "q", [{"errorCode": "INVALID_SESSION_ID"}])

    with pytest.raises(AuthError, match="LEADWRIGHT_SALESFORCE_TOKEN"):
        Transport(credentials(token="t")).call("querying", action)


@pytest.mark.parametrize(
    ("header", "stops"), [("api-usage=94/100", False), ("api-usage=95/100; per-app=1/2", True)]
)
def test_the_last_calls_of_the_day_are_left_to_others(offline: list[str], header: str, stops: bool) -> None:
    org = Transport(credentials(token="t"))
    response = requests.Response()
    response.headers["Sforce-Limit-Info"] = header
    org._note_usage(response)
    if stops:
        with pytest.raises(DailyLimitError, match="95 of the 100"):
            org.call("querying", lambda sf: "done")
    else:
        assert org.call("querying", lambda sf: "done") == "done"
