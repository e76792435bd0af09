"""gzip on the way in and out, as both APIs take and send it: requests are unpacked, answers packed for who asks."""

from __future__ import annotations

import gzip
import zlib

from starlette.datastructures import Headers
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from leadwright_sandbox.salesforce.errors import ApiError


def packed(app: ASGIApp) -> ASGIApp:
    """`app`, which itself sees plain bodies only."""
    packing = GZipMiddleware(app, minimum_size=1, compresslevel=1)  # quickly rather than small

    async def unpack(scope: Scope, receive: Receive, send: Send) -> None:
        comes_packed = Headers(scope=scope).get("Content-Encoding", "").lower() == "gzip"
        await packing(scope, _unpacked(receive) if comes_packed else receive, send)

    return unpack


def _unpacked(receive: Receive) -> Receive:
    """A body that comes in parts, as one that comes whole and unpacked."""

    async def whole() -> Message:
        parts, message = [], await receive()
        while message["type"] == "http.request":
            parts.append(message.get("body", b""))
            if not message.get("more_body", False):
                return {"type": "http.request", "body": _plain(b"".join(parts)), "more_body": False}
            message = await receive()
        return message  # the caller has gone

    return whole


def _plain(body: bytes) -> bytes:
    try:
        return gzip.decompress(body)
    except (OSError, EOFError, zlib.error) as error:
        raise ApiError(400, "UNKNOWN_EXCEPTION", f"The request body is not gzip: {error}") from error
