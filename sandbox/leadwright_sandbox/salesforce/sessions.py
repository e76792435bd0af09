"""Who calls: users, their permissions and their sessions."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from leadwright_sandbox.salesforce.errors import ApiError


@dataclass(frozen=True)
class User:
    """One user of the org and what he may do; `owners` are those whose records he sees (None: everybody's)."""

    id: str
    username: str
    permissions: frozenset[str]
    owners: frozenset[str] | None = None


@dataclass
class Session:
    """One access token."""

    token: str = field(repr=False)
    user: User
    expires: datetime | None  # None = never


@dataclass
class Sessions:
    """The users and the tokens given out; `seconds` of the clock is how long a token lasts (None = for ever)."""

    org_id: str
    now: Callable[[], datetime]
    seconds: float | None = None
    users: dict[str, User] = field(default_factory=dict)
    open_sessions: dict[str, Session] = field(default_factory=dict, repr=False)
    refresh_tokens: dict[str, User] = field(default_factory=dict, repr=False)
    rotates: bool = False  # whether each use of a refresh token ends it and brings a new one
    _used: dict[str, User] = field(default_factory=dict, repr=False)

    def add_user(self, user: User) -> User:
        """Make `user` known, so that he can log in."""
        self.users[user.username.lower()] = user
        return user

    def change(self, user: User) -> User:
        """Put `user` in the place of the one with the same id, in his sessions as well."""
        for session in self.open_sessions.values():
            if session.user.id == user.id:
                session.user = user
        self.refresh_tokens |= {
            token: user for token, known in self.refresh_tokens.items() if known.id == user.id
        }
        return self.add_user(user)

    def open(self, user: User) -> Session:
        """A new session for `user`."""
        token = f"{self.org_id[:15]}!{secrets.token_urlsafe(48)}"
        expires = None if self.seconds is None else self.now() + timedelta(seconds=self.seconds)
        return self.open_sessions.setdefault(token, Session(token, user, expires))

    def refresh_token(self, user: User) -> str:
        """A new refresh token for `user`."""
        token = f"5Aep{secrets.token_urlsafe(48)}"
        self.refresh_tokens[token] = user
        return token

    def use(self, refresh_token: str) -> tuple[User | None, str | None]:
        """Whom a refresh token is for, and the one that takes its place where they rotate.

        One that was used up has been stolen, for all the service knows: then none of its user's is good any more.
        """
        if thief := self._used.get(refresh_token):
            self.refresh_tokens = {
                token: user for token, user in self.refresh_tokens.items() if user.id != thief.id
            }
        user = self.refresh_tokens.get(refresh_token)
        if user is None or not self.rotates:
            return user, None
        self._used[refresh_token] = self.refresh_tokens.pop(refresh_token)
        return user, self.refresh_token(user)

    def expire_all(self) -> None:
        """End every session, as an administrator or the clock does."""
        self.open_sessions.clear()

    def revoke(self, token: str) -> None:
        """End one session or refresh token."""
        self.open_sessions.pop(token, None)
        self.refresh_tokens.pop(token, None)

    def require(self, token: str | None) -> Session:
        """The session of a token, or the 401 that clients refresh on."""
        found = self.open_sessions.get(token or "")
        if found is None or (found.expires is not None and self.now() >= found.expires):
            raise ApiError(401, "INVALID_SESSION_ID", "Session expired or invalid")
        return found
