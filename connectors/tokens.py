"""Refresh tokens that a service exchanges for new ones, and the door through which they outlive the process.

A connector has no place of its own to keep anything, so whoever connects it hands it a keeper.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar, runtime_checkable

from pydantic import SecretStr

T = TypeVar("T")
Trade = Callable[[SecretStr], tuple[T, SecretStr | None]]
"""Signs in with a refresh token; gives what came of it, and the refresh token that takes its place, if there is one."""


class TokenKeeper(Protocol):
    """Keeps the refresh token that took the place of the one that a person set."""

    def exchange(self, configured: SecretStr, trade: Trade[T]) -> T:
        """What `trade` gives, called with the newest token that came of `configured`; the next one is kept.

        Nobody else trades a token of this account meanwhile: a service that sees a token twice takes the second for a
        theft and ends all that came of it.
        """


@runtime_checkable
class KeepsTokens(Protocol):
    """A connector that signs in with refresh tokens; `connectors.connect` sets who keeps them."""

    tokens: TokenKeeper


class InMemory:
    """Keeps tokens for as long as the process lives."""

    def __init__(self) -> None:
        self._newest: dict[str, SecretStr] = {}

    def exchange(self, configured: SecretStr, trade: Trade[T]) -> T:
        """See `TokenKeeper`."""
        first = configured.get_secret_value()
        found, following = trade(self._newest.get(first, configured))
        if following:
            self._newest[first] = following
        return found
