"""The ASGI application: finds the endpoint, knows the caller, spells the errors."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from leadwright_sandbox.salesforce import (
    bulk_ingest,
    bulk_query,
    bulk_v1,
    collection,
    composite,
    describe,
    query,
    replication,
    rows,
    soap,
    tooling,
)
from leadwright_sandbox.salesforce.errors import ApiError, RowError, not_found, not_served
from leadwright_sandbox.salesforce.http import Call, Endpoint, Handler, reply
from leadwright_sandbox.salesforce.identity import identity, userinfo
from leadwright_sandbox.salesforce.oauth import ConnectedApp, revoke, token
from leadwright_sandbox.salesforce.org import Org
from leadwright_sandbox.salesforce.packing import packed

DATA = "/services/data/{version}"
ASYNC = "/services/async/{version}"
VERSIONS = range(31, 68)
VERSION_NAMES = frozenset(f"v{number}.0" for number in VERSIONS)
SOAP = "/services/Soap/u/{version}"
SOAP_PATH = re.compile(r"/services/Soap/u/(\d+\.\d)(?:/\w+)?")
IDENTITY = "/id/{organization}/{user}"
IDENTITY_PATH = re.compile(r"/id/(\w+)/(\w+)")
MOST_HEAD_BYTES = 16_384
ENDPOINTS: list[Endpoint] = [
    *query.ENDPOINTS,
    *describe.ENDPOINTS,
    *replication.ENDPOINTS,
    *rows.ENDPOINTS,
    *collection.ENDPOINTS,
    *composite.ENDPOINTS,
    *bulk_query.ENDPOINTS,
    *bulk_ingest.ENDPOINTS,
    *tooling.ENDPOINTS,
]
OpenHandler = Callable[[Request], Awaitable[Response]]


@dataclass
class Router:
    """Path templates -> handlers per method; a template without parameters comes before one with."""

    patterns: list[tuple[re.Pattern[str], str]] = field(default_factory=list)
    handlers: dict[str, dict[str, Handler]] = field(default_factory=dict)

    def add(self, method: str, template: str, handler: Handler) -> None:
        """Serve `method` on paths of the form `template`."""
        if template not in self.handlers:
            pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", template)
            self.patterns.append((re.compile(pattern), template))
            self.patterns.sort(key=lambda each: each[1].count("{"))
        self.handlers.setdefault(template, {})[method] = handler

    def find(self, method: str, path: str) -> tuple[str, Handler, dict[str, str]]:
        """The template, the handler and the parameters of a path."""
        other_methods: set[str] = set()
        for pattern, template in self.patterns:
            match = pattern.fullmatch(path)
            if match is None:
                continue
            if method in self.handlers[template]:
                return template, self.handlers[template][method], match.groupdict()
            other_methods |= self.handlers[template].keys()
        if other_methods:
            allowed = ",".join(sorted(other_methods))
            message = f"HTTP Method '{method}' not allowed. Allowed are {allowed}"
            raise ApiError(405, "METHOD_NOT_ALLOWED", message)
        raise not_served(f"{method} {path}") if path.startswith("/services/") else not_found()


class App:
    """The sandbox's Salesforce over ASGI."""

    def __init__(self, org: Org, connected_app: ConnectedApp) -> None:
        self.org, self.connected_app = org, connected_app
        self._packed = packed(self._respond)
        self.router = Router()
        for method, template, handler in ENDPOINTS:
            self.router.add(method, f"{DATA}{template}", handler)
        for method, template, handler in bulk_v1.ENDPOINTS:
            self.router.add(method, f"{ASYNC}{template}", handler)
        self.open: dict[tuple[str, str], OpenHandler] = {
            ("POST", "/services/oauth2/token"): lambda request: token(org, connected_app, request),
            ("POST", "/services/oauth2/revoke"): lambda request: revoke(org, request),
            ("GET", "/services/oauth2/userinfo"): lambda request: userinfo(org, request),
            ("POST", "/services/oauth2/userinfo"): lambda request: userinfo(org, request),
            ("GET", "/services/data"): self._versions,
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "lifespan":
            await _lifespan(receive, send)
            return
        await self._packed(scope, receive, send)

    def route(self, scope: Scope) -> str:
        """The route that serves a call, as `GET /services/data/{version}/query`."""
        request = Request(scope)
        path, method = _target(request)
        if (method, path) in self.open:
            return f"{method} {path}"
        if method == "GET" and IDENTITY_PATH.fullmatch(path):
            return f"{method} {IDENTITY}"
        if method == "POST" and SOAP_PATH.fullmatch(path):
            return f"{method} {SOAP}"
        try:
            return f"{method} {self.router.find(method, path)[0]}"
        except ApiError:
            return f"{method} not served"

    async def _respond(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        response = await self.answer(request)
        await response(scope, receive, send)

    async def answer(self, request: Request) -> Response:
        """The answer to a request, errors included."""
        try:
            return await self._answer(request)
        except (ApiError, RowError) as error:
            headers = self.org.usage.header() if error.status != 401 else {}
            return reply(_spelled(request, error), error.status, headers)

    async def _answer(self, request: Request) -> Response:
        path, method = _target(request)
        open_handler = self.open.get((method, path))
        if open_handler is not None:
            return await open_handler(request)
        who = IDENTITY_PATH.fullmatch(path) if method == "GET" else None
        if who is not None:
            return await identity(self.org, request, who[1], who[2])
        soap_call = SOAP_PATH.fullmatch(path) if method == "POST" else None
        if soap_call is not None:
            return await soap.handle(self.org, self.connected_app, request, soap_call[1])
        template, handler, parameters = self.router.find(method, path)
        inside = request.scope.get(composite.INSIDE)
        if inside and template.startswith((f"{DATA}/jobs/", ASYNC)):
            raise ApiError(400, "INVALID_REQUEST", f"{path} cannot be called inside another call")
        self._check_head(request)
        user = self.org.sessions.require(_bearer(request)).user
        if inside != "composite":  # which is one call with all that is in it; the calls of a batch count each
            self.org.usage.take()
        if "ApiEnabled" not in user.permissions:
            raise ApiError(403, "API_DISABLED_FOR_ORG", "API is not enabled for this Organization or Partner")
        if f"v{parameters['version'].removeprefix('v')}" not in VERSION_NAMES:
            raise not_found()
        request.scope["path_params"] = parameters
        response = await handler(Call(self.org, request, user, self.org.view(user), self.answer))
        response.headers.update(self.org.usage.header())
        return response

    def _check_head(self, request: Request) -> None:
        """The address and the headers together may have 16 kB: a long SOQL text in a GET has not."""
        size = len(request.url.path) + len(request.url.query)
        size += sum(len(name) + len(value) for name, value in request.headers.raw)
        if size > MOST_HEAD_BYTES:
            raise ApiError(431, "REQUEST_HEADER_FIELDS_TOO_LARGE", "URI and headers exceed 16,384 bytes")

    async def _versions(self, request: Request) -> Response:
        seasons = ("Spring", "Summer", "Winter")  # version 65 came in Winter '26
        return reply(
            [
                {
                    "label": f"{seasons[number % 3]} '{26 + (number - 65) // 3}",
                    "url": f"/services/data/v{number}.0",
                    "version": f"{number}.0",
                }
                for number in VERSIONS
            ]
        )


def _spelled(request: Request, error: ApiError | RowError) -> object:
    """The error's body; the older Bulk API has a spelling of its own."""
    if request.url.path.startswith("/services/async/") and not isinstance(error, bulk_v1.BulkError):
        code = "InvalidSessionId" if error.code == "INVALID_SESSION_ID" else error.code
        return {"exceptionCode": code, "exceptionMessage": error.message}
    return error.body()


def _target(request: Request) -> tuple[str, str]:
    method = request.query_params.get("_HttpMethod", request.method)
    return request.url.path.rstrip("/") or "/", method.upper()


def _bearer(request: Request) -> str | None:
    if "X-SFDC-Session" in request.headers:
        return request.headers["X-SFDC-Session"]
    scheme, _, value = request.headers.get("Authorization", "").partition(" ")
    return value if scheme in ("Bearer", "OAuth") else None


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
