"""The OAuth app that is installed in the portal: its refresh token, and the access tokens that came of it."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta

from leadwright_sandbox.clock import Clock

SECONDS = 1800  # how long an access token lasts


class OAuthApp:
    """One app.

    Attributes:
        rotates: whether each use of a refresh token ends it and brings a new one.
    """

    def __init__(self, clock: Clock, client_secret: str, make_token: Callable[[], str]) -> None:
        """`make_token` makes an access token of the portal that the app may use."""
        self.client_id = str(uuid.uuid5(uuid.NAMESPACE_URL, "sandbox-app-id"))
        self.client_secret = client_secret
        self.rotates = False
        self._clock = clock
        self._make_token = make_token
        self._number = 0
        self.refresh_token = self._next()
        self._ends: dict[str, datetime] = {}

    def _next(self) -> str:
        self._number += 1
        return f"na1-{uuid.uuid5(uuid.NAMESPACE_URL, f'sandbox-refresh-{self._number}')}"

    def refresh(self, refresh_token: str) -> tuple[str, str] | None:
        """A new access token, and the refresh token that is good from now on; None where the old one is not."""
        if refresh_token != self.refresh_token:
            return None
        if self.rotates:
            self.refresh_token = self._next()
        access = self._make_token()
        self._ends[access] = self._clock.now() + timedelta(seconds=SECONDS)
        return access, self.refresh_token

    def has_ended(self, token: str) -> bool:
        """Whether an access token has outlived its time; those that are not of OAuth have none."""
        ends = self._ends.get(token)
        return ends is not None and self._clock.now() >= ends
