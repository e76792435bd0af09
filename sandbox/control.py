"""The control API: what a test may ask of the sandbox itself. It is served only where `--control` is given."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

PREFIX = "/_control"
Counters = Mapping[str, Counter[tuple[str, str]]]


def _requests(counters: Counters) -> Route:
    async def requests(request: Request) -> Response:
        if request.method == "DELETE":
            for counter in counters.values():
                counter.clear()
            return Response(status_code=204)
        return JSONResponse(
            {
                crm: {f"{method} {path}": count for (method, path), count in sorted(counter.items())}
                for crm, counter in counters.items()
            }
        )

    return Route(f"{PREFIX}/requests", requests, methods=["GET", "DELETE"])


class WithControl:
    """`app` with the control API in front of it."""

    def __init__(self, app: ASGIApp, counters: Counters) -> None:
        self._app = app
        self._control = Starlette(routes=[_requests(counters)])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one connection."""
        app = self._control if scope.get("path", "").startswith(PREFIX) else self._app
        await app(scope, receive, send)
