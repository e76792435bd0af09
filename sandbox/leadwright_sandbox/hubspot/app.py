"""The HTTP side of the portal: path versions, tokens, scopes, limits and errors."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import lru_cache
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route, compile_path
from starlette.types import ASGIApp, Receive, Scope, Send

from leadwright_sandbox.hubspot.calls import Call, respond
from leadwright_sandbox.hubspot.errors import ApiError, bad_request, not_served, unauthorised
from leadwright_sandbox.hubspot.routes import ROUTES, Endpoint
from leadwright_sandbox.hubspot.versions import undated

if TYPE_CHECKING:
    from leadwright_sandbox.hubspot.portal import HubSpot

MAX_ADDRESS = 16_384  # bytes of path and query; the real service refuses at about this size
METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]
NO_SUCH_PATH = (
    "<html><head><title>Error 404 Not Found</title></head><body><h2>HTTP ERROR 404</h2></body></html>"
)

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
    """Rewrites dated paths before they are routed; those of a version that is switched off are not found."""

    def __init__(self, app: ASGIApp, portal: HubSpot) -> None:
        self._app = app
        self._portal = portal

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            if len(scope["raw_path"]) + len(scope["query_string"]) > MAX_ADDRESS:
                return await Response("414 Request-URI Too Large", 414)(scope, receive, send)
            path, version = undated(scope["path"])
            if not self._portal.versions.serve(path, version):
                return await HTMLResponse(NO_SUCH_PATH, 404)(scope, receive, send)
            asked = scope["raw_path"].decode("latin-1")
            scope = {
                **scope, "path": path, "raw_path": path.encode(), "asked_path": asked, "api_version": version,
            }  # fmt: skip
        await self._app(scope, receive, send)


def _token(portal: HubSpot, request: Request) -> str:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or portal.granted(token) is None:
        raise unauthorised()
    return token


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
            token = "" if endpoint.open else _token(portal, request)
            headers = portal.limits.admit(endpoint.search)
            call = await _read_call(portal, request)
            endpoint.check_scopes(call, portal.granted(token) or frozenset())
            with portal.records.seen_by(portal.sights.get(token)):
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
    app.add_middleware(_Versions, portal=portal)
    return app
