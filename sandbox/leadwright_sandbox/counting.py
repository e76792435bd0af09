"""How often each route of a CRM was called, and how the calls were answered: by the CRM, or by a fault before it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

Route = Callable[[Scope], str]


class Counts:
    """Calls by route and status; `route` finds the route of a call, as `GET /path/{parameter}`."""

    def __init__(self, route: Route) -> None:
        self._route = route
        self._calls: Counter[tuple[str, int]] = Counter()

    def around(self, app: ASGIApp) -> ASGIApp:
        """`app` whose answers are counted as they begin: a Bulk job goes on behind its answer."""

        async def counted(scope: Scope, receive: Receive, send: Send) -> None:
            async def count(message: Message) -> None:
                if message["type"] == "http.response.start":
                    self._calls[self._route(scope), message["status"]] += 1
                await send(message)

            await app(scope, receive, count)

        return counted

    def totals(self) -> dict[str, int]:
        """Route -> calls."""
        totals: Counter[str] = Counter()
        for (route, _), calls in sorted(self._calls.items()):
            totals[route] += calls
        return dict(totals)

    def by_status(self) -> dict[str, Any]:
        """Route -> status -> calls."""
        found: dict[str, dict[str, int]] = {}
        for (route, status), calls in sorted(self._calls.items()):
            found.setdefault(route, {})[str(status)] = calls
        return found

    def clear(self) -> None:
        """Start again at zero."""
        self._calls.clear()
