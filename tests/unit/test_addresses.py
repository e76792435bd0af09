from __future__ import annotations

import pytest
from pydantic import ValidationError

from leadwright import connectors
from leadwright.connectors.addresses import require_private

HERE = [
    "http://127.0.0.1:8001",
    "http://127.9.9.9/",
    "http://localhost:1",
    "http://crm.localhost",
    "http://[::1]:5",
]
ELSEWHERE = [
    "http://api.hubapi.com",
    "http://10.0.0.5:8001",
    "http://0.0.0.0:8001",
    "http://127.0.0.1@api.example.com",
    "http://localhost.example.com",
    "http://127.0.0.1.example.com",
    "HTTP://api.hubapi.com",
]
NOWHERE = [
    "",
    "api.hubapi.com",
    "ftp://127.0.0.1",
    "https://",
    "http://127.0.0.1\\@api.example.com",
    "//127.0.0.1",
]


@pytest.mark.parametrize("url", [*HERE, "https://api.hubapi.com/", "https://10.0.0.5"])
def test_tls_anywhere_and_plain_text_on_this_machine(url: str) -> None:
    assert require_private(url) == url.rstrip("/")


@pytest.mark.parametrize("url", ELSEWHERE)
def test_plain_text_goes_nowhere_else(url: str) -> None:
    with pytest.raises(ValueError, match="could be read on the way"):
        require_private(url)


@pytest.mark.parametrize("url", NOWHERE)
def test_what_is_no_web_address(url: str) -> None:
    with pytest.raises(ValueError, match="no web address"):
        require_private(url)


@pytest.mark.parametrize("crm", connectors.available())
def test_no_connector_sends_its_token_in_plain_text(crm: str) -> None:
    with pytest.raises(ValidationError, match="https://") as caught:
        connectors.connect(crm, {"url": "http://crm.example.com", "token": "secret-token"})
    assert "secret-token" not in str(caught.value)
