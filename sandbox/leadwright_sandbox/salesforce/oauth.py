"""The OAuth token endpoint: JWT bearer, client credentials and refresh token. Its errors are objects."""

from __future__ import annotations

import base64
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from starlette.requests import Request
from starlette.responses import Response

from leadwright_sandbox.salesforce.http import reply
from leadwright_sandbox.salesforce.identity import identity_path
from leadwright_sandbox.salesforce.org import Org
from leadwright_sandbox.salesforce.sessions import User

JWT_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
AUDIENCES = ("https://login.salesforce.com", "https://test.salesforce.com")


class OAuthError(Exception):
    """A refused token request."""

    def __init__(self, error: str, description: str, status: int = 400) -> None:
        super().__init__(f"{error}: {description}")
        self.status, self.body = status, {"error": error, "error_description": description}


@dataclass
class ConnectedApp:
    """The app that clients log in through."""

    client_id: str = field(default_factory=lambda: f"3MVG9{secrets.token_urlsafe(40)}")
    client_secret: str = field(default_factory=lambda: secrets.token_hex(32).upper(), repr=False)

    password: str = field(default_factory=lambda: secrets.token_urlsafe(12), repr=False)  # for SOAP login
    security_token: str = field(default_factory=lambda: secrets.token_urlsafe(18), repr=False)

    password_flow: bool = True  # new orgs switch it off; older clients know no other way

    def check_password(self, org: Org, username: str, password: str) -> User:
        """The user who logs in with his password and security token."""
        user = org.sessions.users.get(username.lower())
        right = hmac.compare_digest(password.encode(), f"{self.password}{self.security_token}".encode())
        if user is None or not right or not self.password_flow:
            raise OAuthError("invalid_grant", "authentication failure")
        return user

    @cached_property
    def key(self) -> rsa.RSAPrivateKey:
        """The key whose certificate the app knows; made at first use, since it takes a moment."""
        return rsa.generate_private_key(public_exponent=65537, key_size=2048)

    @property
    def private_key(self) -> str:
        """The private key a JWT client signs with, as PEM."""
        kind, no_password = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        return self.key.private_bytes(serialization.Encoding.PEM, kind, no_password).decode()


async def token(org: Org, app: ConnectedApp, request: Request) -> Response:
    """POST /services/oauth2/token"""
    try:
        form = await _form(request)
        user, more = _grant(org, app, request, form)
    except OAuthError as error:
        return reply(error.body, error.status)
    return reply(_token_body(org, request, user, more))


async def _form(request: Request) -> dict[str, str]:
    """What was sent, in the body or in the address."""
    try:
        text = (await request.body()).decode()
    except UnicodeDecodeError as error:
        raise OAuthError("invalid_request", "the request is not a form in UTF-8") from error
    return dict(request.query_params) | {name: values[0] for name, values in parse_qs(text).items()}


def _grant(
    org: Org, app: ConnectedApp, request: Request, form: Mapping[str, str]
) -> tuple[User, dict[str, str]]:
    """Who logs in, and what his answer has besides."""
    kind = form.get("grant_type")
    if kind == JWT_GRANT:
        return _jwt_user(org, app, request, form.get("assertion", "")), {}
    if kind == "client_credentials":
        _check_client(app, request, form, need_secret=True)
        return org.integration_user, {}
    if kind == "refresh_token":
        _check_client(app, request, form, need_secret=False)
        user, following = org.sessions.use(form.get("refresh_token", ""))
        if user is None:
            raise OAuthError("invalid_grant", "expired access/refresh token")
        issued = str(int(org.clock.now().timestamp() * 1000))
        more = {
            "scope": "refresh_token api",
            "issued_at": issued,
            "signature": secrets.token_urlsafe(32),
        }
        return user, more if following is None else more | {"refresh_token": following}
    if kind == "password":
        _check_client(app, request, form, need_secret=True)
        return app.check_password(org, form.get("username", ""), form.get("password", "")), {}
    raise OAuthError("unsupported_grant_type", "grant type not supported")


def _check_client(app: ConnectedApp, request: Request, form: Mapping[str, str], *, need_secret: bool) -> None:
    client_id, secret = form.get("client_id"), form.get("client_secret")
    scheme, _, encoded = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "basic":
        try:
            client_id, _, secret = base64.b64decode(encoded).decode().partition(":")
        except ValueError as error:
            raise OAuthError("invalid_client", "invalid client credentials") from error
    if client_id != app.client_id:
        raise OAuthError("invalid_client_id", "client identifier invalid")
    if (need_secret or secret is not None) and secret != app.client_secret:
        raise OAuthError("invalid_client", "invalid client credentials")


def _jwt_user(org: Org, app: ConnectedApp, request: Request, assertion: str) -> User:
    own = str(request.base_url).rstrip("/")
    try:
        claims = jwt.decode(
            assertion,
            app.key.public_key(),
            algorithms=["RS256"],
            audience=[*AUDIENCES, own],
            leeway=5,
            options={"require": ["exp", "iss", "sub", "aud"]},
        )
    except jwt.InvalidAudienceError as error:
        raise OAuthError("invalid_grant", "audience is invalid") from error
    except jwt.ExpiredSignatureError as error:
        raise OAuthError("invalid_grant", "assertion expired") from error
    except jwt.PyJWTError as error:
        raise OAuthError("invalid_grant", "invalid assertion") from error
    if claims.get("iss") != app.client_id:
        raise OAuthError("invalid_client_id", "client identifier invalid")
    user = org.sessions.users.get(str(claims.get("sub", "")).lower())
    if user is None:
        raise OAuthError("invalid_grant", "user hasn't approved this consumer")
    return user


def _token_body(org: Org, request: Request, user: User, more: Mapping[str, str]) -> dict[str, Any]:
    session = org.sessions.open(user)
    own = urlsplit(str(request.base_url))
    instance = f"https://{own.netloc}"
    return {
        "access_token": session.token,
        "scope": "api",
        "instance_url": instance,
        "id": f"{instance}{identity_path(org, user)}",
        "token_type": "Bearer",
        **more,
    }


async def revoke(org: Org, request: Request) -> Response:
    """POST /services/oauth2/revoke"""
    try:
        form = await _form(request)
    except OAuthError as error:
        return reply(error.body, error.status)
    org.sessions.revoke(form.get("token", ""))
    return reply(None)
