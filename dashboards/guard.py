"""Who may talk to the dashboards: a request that names this machine as we serve it, from a page of our own.

A server on 127.0.0.1 is open to every page in a browser on the same machine: its owner lets a name of his own resolve
to 127.0.0.1 (DNS rebinding) and reads all leads. The browser still sends that name, as `Host`. Streamlit checks it
for the WebSocket only, and where a page's `Origin` is strange it first asks an outside service for this machine's
address; so both are checked here, before Streamlit sees the request.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocketClose

_HERE = ("localhost", "127.0.0.1", "[::1]")
_HOST = re.compile(r"(\[[0-9a-f:.]+\]|[^\s\[\]@/?#:]+)(:[0-9]{1,5})?")
_POLICY_VIOLATION = 1008
_REFUSAL = (
    "The dashboards do not answer to this name. Open them as http://localhost, or add the name to "
    "LEADWRIGHT_DASHBOARD_HOSTS and start them again.\n"
)


class Guard:
    """Middleware that refuses every request under a foreign name or from a foreign page.

    Args:
        app: what answers the others.
        hosts: names besides this machine's own that the dashboards are reached by, without port.
    """

    def __init__(self, app: ASGIApp, hosts: Iterable[str] = ()) -> None:
        self._app = app
        self._named = frozenset(_plain(host) for host in hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it: 403, which for a WebSocket is its closing."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        elif self._is_ours(Headers(scope=scope)):
            await self._app({**scope, "headers": _judged(scope)}, receive, send)
        elif scope["type"] == "websocket":
            await WebSocketClose(_POLICY_VIOLATION)(scope, receive, send)
        else:
            await PlainTextResponse(_REFUSAL, 403)(scope, receive, send)

    def _is_ours(self, headers: Headers) -> bool:
        hosts = headers.getlist("host")
        return (
            len(hosts) == 1
            and _name(hosts[0]) in self._named.union(_HERE)
            and all(self._is_own_page(origin, hosts[0]) for origin in headers.getlist("origin"))
        )

    def _is_own_page(self, origin: str, host: str) -> bool:
        """Whether `origin` is the address that was asked, or one that a proxy in front of it is reached by."""
        address = origin.lower().partition("://")[2]
        return address == host.lower() or _name(address) in self._named


def _judged(scope: Scope) -> list[tuple[bytes, bytes]]:
    """The headers, in which Streamlit finds no reason to look up this machine's outside address to judge the origin.

    A WebSocket keeps its origin, without which Streamlit reads no sign-in, and is asked by the name that the page has.
    """
    origin = next((value for name, value in scope["headers"] if name == b"origin"), b"")
    if scope["type"] == "websocket" and origin:
        host = origin.partition(b"://")[2]
        return [(name, host if name == b"host" else value) for name, value in scope["headers"]]
    return [(name, value) for name, value in scope["headers"] if name != b"origin"]


def _name(host: str) -> str | None:
    """The name in a `Host` header; None where it is no such header."""
    found = _HOST.fullmatch(host.strip().lower())
    return _plain(found[1]) if found else None


def _plain(host: str) -> str:
    return host.strip().lower().rstrip(".")
