"""What a route is: a path, the handler behind it, and the scopes that a token needs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from leadwright_sandbox.hubspot.calls import Call, Handler
from leadwright_sandbox.hubspot.scopes import need

Needs = Callable[[Call], tuple[str, ...]]


def nothing(call: Call) -> tuple[str, ...]:
    """Every token will do."""
    return ()


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One method of one path; `open`: the call needs no token."""

    method: str
    path: str
    handler: Handler
    needs: Needs = nothing
    search: bool = False
    open: bool = False

    def check_scopes(self, call: Call, granted: frozenset[str]) -> None:
        """Refuse a token without the scopes that the call needs."""
        need(granted, *self.needs(call))
