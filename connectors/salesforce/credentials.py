"""What it takes to reach a Salesforce org, and how that becomes an access token.

simple-salesforce builds the login address as `https://<domain>.salesforce.com`, so its logins are not used: an org with
a My Domain of its own, or the sandbox, is reached at the address that was set.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import jwt
import requests
from pydantic import BaseModel, ConfigDict, SecretStr, field_validator, model_validator
from simple_salesforce.exceptions import SalesforceAuthenticationFailed

from leadwright.connectors.errors import ConfigError
from leadwright.connectors.tokens import TokenKeeper

_JWT_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_WAYS = (
    "token; or client_id and client_secret; or client_id, username and private_key_file; "
    "or refresh_token and client_id"
)


class Credentials(BaseModel):
    """How to reach one Salesforce org.

    Attributes:
        url: the org's My Domain address.
        token: an access token; it cannot be renewed, so it suits trials and tests.
        client_id: consumer key of the connected or external client app.
        client_secret: its secret (client credentials, or refresh token).
        username: the user to act as (JWT bearer).
        private_key_file: PEM file of the key whose certificate the app holds (JWT bearer).
        refresh_token: of an earlier OAuth login. Where the app rotates them, it is good for one sign-in, and
            `connectors.tokens` keeps what came of it.
        ca: file with the certificate authority to trust, where it is not a public one.
        api_version: newest version to speak; an older org's newest is taken instead.
    """

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    url: str
    token: SecretStr | None = None
    client_id: str | None = None
    client_secret: SecretStr | None = None
    username: str | None = None
    private_key_file: Path | None = None
    refresh_token: SecretStr | None = None
    ca: Path | None = None
    api_version: str = "67.0"

    @field_validator("url")
    @classmethod
    def _my_domain(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme != "https" or not parts.hostname:
            raise ValueError(
                "must be the My Domain address, https://<name>.my.salesforce.com; over http:// the token and every "
                "record could be read on the way"
            )
        return f"https://{parts.netloc}"

    @field_validator("api_version")
    @classmethod
    def _version(cls, value: str) -> str:
        number = value.removeprefix("v").split(".")[0]
        if not number.isdigit():
            raise ValueError("must look like 67.0")
        return f"{number}.0"

    @field_validator("ca", "private_key_file")
    @classmethod
    def _existing(cls, value: Path | None) -> Path | None:
        if value is not None and not value.is_file():
            raise ValueError(f"there is no file {value}")
        return value

    @model_validator(mode="after")
    def _one_way_in(self) -> Credentials:
        if self.token or (self.client_id and (self.client_secret or self.refresh_token)):
            return self
        if self.client_id and self.username and self.private_key_file:
            return self
        if self.username and not self.private_key_file:
            raise ValueError(
                "a user name with a password is no way in: Salesforce has taken it out of API version 65.0, ends it "
                f"for older ones on 2027-06-01, and new orgs have it switched off. Set one of: {_WAYS}"
            )
        raise ValueError(f"Salesforce needs one of: {_WAYS}")

    @property
    def way(self) -> str:
        """How one signs in with these, in the words of the README."""
        if not self.can_renew:
            return "access token"
        if self.refresh_token:
            return "refresh token"
        return "JWT bearer" if self.private_key_file else "client credentials"

    @property
    def can_renew(self) -> bool:
        """Whether an expired session can be replaced without a person."""
        return bool(self.client_id and (self.refresh_token or self.private_key_file or self.client_secret))


def log_in(credentials: Credentials, session: requests.Session, tokens: TokenKeeper) -> tuple[str, str]:
    """Access token and host of the org's instance.

    Raises:
        SalesforceAuthenticationFailed: Salesforce refused.
        TypeError: the answer is not one of Salesforce's.
    """
    if credentials.token and not credentials.can_renew:
        return credentials.token.get_secret_value(), urlsplit(credentials.url).netloc
    if credentials.refresh_token:
        return tokens.exchange(
            credentials.refresh_token, lambda newest: _refresh(credentials, session, newest)
        )
    return _signed_in(_asked(credentials, session, *_request(credentials)))


def _refresh(
    credentials: Credentials, session: requests.Session, newest: SecretStr
) -> tuple[tuple[str, str], SecretStr | None]:
    form = {"grant_type": "refresh_token", "refresh_token": newest.get_secret_value()}
    form["client_id"] = credentials.client_id or ""
    if credentials.client_secret:
        form["client_secret"] = credentials.client_secret.get_secret_value()
    said = _asked(credentials, session, form)
    following = said.get("refresh_token")  # only where they rotate
    return _signed_in(said), SecretStr(following) if isinstance(following, str) and following else None


def _asked(
    credentials: Credentials,
    session: requests.Session,
    form: Mapping[str, str],
    headers: Mapping[str, str] | None = None,
) -> Mapping[str, Any]:
    """The answer to a token request; simple-salesforce's own `token_login` keeps nothing of a new refresh token."""
    response = session.post(f"{credentials.url}/services/oauth2/token", form, headers=headers)
    try:
        said = response.json()
    except ValueError:
        raise SalesforceAuthenticationFailed(response.status_code, response.text) from None
    if not isinstance(said, Mapping):
        raise TypeError("the answer is no object")
    if response.status_code != 200:
        raise SalesforceAuthenticationFailed(said.get("error"), said.get("error_description"))
    return said


def _signed_in(said: Mapping[str, Any]) -> tuple[str, str]:
    token, instance = said.get("access_token"), said.get("instance_url")
    if not isinstance(token, str) or not isinstance(instance, str):
        raise TypeError("the answer has no token or no instance")
    return token, urlsplit(instance).netloc


def _request(credentials: Credentials) -> tuple[dict[str, str], dict[str, str] | None]:
    """Form and headers of the token request: JWT bearer, or client credentials."""
    if credentials.private_key_file:
        return {"grant_type": _JWT_GRANT, "assertion": _assertion(credentials)}, None
    secret = credentials.client_secret.get_secret_value() if credentials.client_secret else ""
    basic = base64.b64encode(f"{credentials.client_id}:{secret}".encode()).decode()
    return {"grant_type": "client_credentials"}, {"Authorization": f"Basic {basic}"}


def _assertion(credentials: Credentials) -> str:
    if credentials.private_key_file is None:
        raise ValueError("JWT bearer needs a private key")
    claims = {
        "iss": credentials.client_id,
        "sub": credentials.username,
        "aud": audience(credentials.url),
        "exp": datetime.now(UTC) + timedelta(minutes=3),  # Salesforce takes no longer ones
    }
    try:
        return jwt.encode(claims, credentials.private_key_file.read_bytes(), algorithm="RS256")
    except (ValueError, jwt.PyJWTError):
        raise ConfigError(f"{credentials.private_key_file} holds no private RSA key in PEM form.") from None


def audience(url: str) -> str:
    """Who the assertion is for: Salesforce's login host, test for its sandboxes, else the address itself."""
    host = urlsplit(url).hostname or ""
    if not host.endswith(".salesforce.com"):
        return url
    sandbox = ".sandbox." in host or host == "test.salesforce.com"
    return "https://test.salesforce.com" if sandbox else "https://login.salesforce.com"
