"""The bearer token that calls carry: the one that was set, or the newest that OAuth gave, which lasts half an hour."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from threading import Lock
from typing import Any

from pydantic import SecretStr

from leadwright.connectors.errors import AuthError
from leadwright.connectors.hubspot.credentials import Credentials
from leadwright.connectors.hubspot.errors import RefusedError
from leadwright.connectors.tokens import TokenKeeper

# Version 1 of these calls ends on 2027-02-16.
TOKEN_PATH = "/oauth/2026-03/token"  # noqa: S105

Ask = Callable[[Mapping[str, str]], Mapping[str, Any]]
"""Sends a form to the token endpoint and gives its answer, which has an access token."""


class SignIn:
    """Signs in to one account, for all threads of a process."""

    def __init__(self, credentials: Credentials, tokens: TokenKeeper) -> None:
        self._credentials = credentials
        self._tokens = tokens
        self._lock = Lock()
        self._access = "" if self.can_renew else _plain(credentials.token)

    @property
    def can_renew(self) -> bool:
        """Whether it is by OAuth."""
        return self._credentials.can_renew

    @property
    def key(self) -> str:
        """What stays the same while access tokens come and go: those who share it share HubSpot's limits."""
        return _plain(self._credentials.refresh_token) if self.can_renew else self._access

    def token(self, ask: Ask, ended: str | None = None) -> str:
        """The access token; a new one where there is none yet, or where the present one is the one that has `ended`.

        Raises:
            AuthError: HubSpot takes client, secret or refresh token for none of its own.
        """
        with self._lock:
            if self.can_renew and self._access in ("", ended):
                self._access = self._tokens.exchange(
                    SecretStr(_plain(self._credentials.refresh_token)),
                    lambda newest: self._refresh(ask, newest),
                )
            return self._access

    def _refresh(self, ask: Ask, newest: SecretStr) -> tuple[str, SecretStr | None]:
        form = {
            "grant_type": "refresh_token",
            "client_id": self._credentials.client_id or "",
            "client_secret": _plain(self._credentials.client_secret),
            "refresh_token": newest.get_secret_value(),
        }
        try:
            said = ask(form)
        except (RefusedError, AuthError) as refusal:
            raise _refused(refusal, form) from None
        following = said.get("refresh_token")
        return str(said["access_token"]), SecretStr(following) if isinstance(following, str) else None


def _plain(secret: SecretStr | None) -> str:
    return secret.get_secret_value() if secret else ""


def _refused(refusal: Exception, form: Mapping[str, str]) -> AuthError:
    said = str(refusal)
    for name in ("client_secret", "refresh_token"):
        said = said.replace(form[name], f"({name})")
    return AuthError(
        f"{said.rstrip('.')}. Check LEADWRIGHT_HUBSPOT_CLIENT_ID and LEADWRIGHT_HUBSPOT_CLIENT_SECRET, and that the "
        "app is still installed; installed anew, it has a new LEADWRIGHT_HUBSPOT_REFRESH_TOKEN."
    )
