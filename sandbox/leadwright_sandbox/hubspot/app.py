"""The HTTP side of the portal: path versions, tokens, scopes, limits and errors."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from functools import lru_cache
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, compile_path
from starlette.types import ASGIApp, Receive, Scope, Send

from leadwright_sandbox.hubspot.calls import Call, respond
from leadwright_sandbox.hubspot.errors import ApiError, bad_request, not_served, unauthorised
from leadwright_sandbox.hubspot.routes import ROUTES, Endpoint

if TYPE_CHECKING:
    from leadwright_sandbox.hubspot.portal import HubSpot

MAX_ADDRESS = 16_384  # bytes of path and query; the real service refuses at about this size
METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]
DATED = re.compile(
    r"/(?P<area>crm/[a-z-]+|account-info|crm-object-schemas|webhooks|marketing/forms|oauth)/(?P<version>(?:2026-03|2026-09)(?:-beta)?)(?P<rest>/.*|$)"
)
V4_AREAS = re.compile(r"/crm/(associations/|objects/[^/]+/[^/]+/associations/)")


def undated(path: str) -> tuple[str, str]:
    """`path` in the v3/v4 form that the routes know, and the version that the caller wrote."""
    path = path.rstrip("/") or "/"
    match = DATED.fullmatch(path)
    if match is None:
        parts = re.findall(r"/(v[1-4])/", path)
        return path, parts[0] if parts else ""
    area, _, name = match["area"].partition("/")
    plain = f"/{match['area']}{match['rest']}/"
    version = "v4" if V4_AREAS.match(plain) else "v3"
    tail = f"/{name}{match['rest']}" if name else match["rest"]
    return f"/{area}/{version}{tail}", match["version"]


_PATTERNS = [(endpoint, compile_path(endpoint.path)[0]) for endpoint in ROUTES]


def route(scope: Scope) -> str:
    """The route that serves a call, as `GET /crm/v3/objects/{object}`."""
    return _route(scope["method"], scope["path"])


@lru_cache(maxsize=4096)
def _route(method: str, path: str) -> str:
    plain, _ = undated(path)
    return next(
        (f"{method} {it.path}" for it, pattern in _PATTERNS if it.method == method and pattern.match(plain)),
        f"{method} not served",
    )


class _Versions:
    """Rewrites dated paths before they are routed."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            if len(scope["raw_path"]) + len(scope["query_string"]) > MAX_ADDRESS:
                return await Response("414 Request-URI Too Large", 414)(scope, receive, send)
            path, version = undated(scope["path"])
            asked = scope["raw_path"].decode("latin-1")
            scope = {
                **scope, "path": path, "raw_path": path.encode(), "asked_path": asked, "api_version": version,
            }  # fmt: skip
        await self._app(scope, receive, send)


def _granted(portal: HubSpot, request: Request) -> frozenset[str]:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    granted = portal.granted(token) if scheme.lower() == "bearer" else None
    if granted is None:
        raise unauthorised()
    return granted


async def _read_call(portal: HubSpot, request: Request) -> Call:
    site = f"{request.scope['scheme']}://{request.headers.get('host', 'api.hubapi.com')}"
    return Call(
        portal,
        request.scope["api_version"],
        request.path_params,
        request.query_params,
        await request.body(),
        site,
        site + request.scope["asked_path"],
    )


def _serve(portal: HubSpot, endpoint: Endpoint) -> Callable[[Request], Awaitable[Response]]:
    async def serve(request: Request) -> Response:
        headers: dict[str, str] = {}
        try:
            granted = frozenset() if endpoint.open else _granted(portal, request)
            headers = portal.limits.admit(endpoint.search)
            call = await _read_call(portal, request)
            endpoint.check_scopes(call, granted)
            return respond(endpoint.handler(call), headers)
        except ApiError as refusal:
            error = refusal
        except (AttributeError, KeyError, TypeError, ValueError) as problem:
            # a body whose parts have other types than documented: the real service says no more than this
            error = bad_request(f"Invalid input JSON ({type(problem).__name__})")
        return respond((error.status, error.body(portal.correlation_id())), headers | error.headers)

    return serve


def _refuse(portal: HubSpot) -> Callable[[Request], Awaitable[Response]]:
    async def refuse(request: Request) -> Response:
        error = not_served(f"{request.method} {request.url.path}")
        return respond((error.status, error.body(portal.correlation_id())), {})

    return refuse


def build_app(portal: HubSpot) -> Starlette:
    """The application that serves `portal`."""
    routes = [
        Route(endpoint.path, _serve(portal, endpoint), methods=[endpoint.method]) for endpoint in ROUTES
    ]
    routes.append(Route("/{anything:path}", _refuse(portal), methods=METHODS))
    app = Starlette(routes=routes)
    app.router.redirect_slashes = False
    app.add_middleware(_Versions)
    return app
