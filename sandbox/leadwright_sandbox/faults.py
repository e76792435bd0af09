"""Faults on demand: slow and dripping answers, error statuses, answers cut off or lost, sessions that end, single
records that are refused; repeatable by their seed."""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import Mapping

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from leadwright_sandbox import row_faults
from leadwright_sandbox.fault_rules import Fault
from leadwright_sandbox.refusals import Side, Words

DROPS = 10  # parts of a body that drips


class Faults:
    """The rules in force, in the order in which they were given."""

    def __init__(self, sides: Mapping[str, Side]) -> None:
        self.rules: list[Fault] = []
        self._sides = sides

    def around(self, crm: str, app: ASGIApp) -> ASGIApp:
        """`app` of `crm` with the rules in front of it."""

        async def faulty(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != "http":
                return await app(scope, receive, send)
            method, spellings = scope["method"], self._sides[crm].spellings(scope["path"])
            rules = [rule for rule in self.rules if rule.crm == crm and rule.concerns(method, spellings)]
            hits = [rule for rule in rules if rule.kind != "rows" and rule.strikes()]
            problem = next((said for hit in hits if hit.deed and (said := hit.deed())), None)
            if problem is not None:  # a test that goes on would prove nothing
                return await JSONResponse({"message": problem}, 500)(scope, receive, send)
            if any(hit.kind == "expire" for hit in hits):
                self._sides[crm].expire(_token(scope))
            with row_faults.in_force([rule.refusal for rule in rules if rule.kind == "rows"]):
                await _answer(app, self._sides[crm], hits, scope, receive, send)

        return faulty


def _token(scope: Scope) -> str:
    """The token that a call carries, in one of the headers that the CRMs read."""
    headers = dict(scope["headers"])
    carried = headers.get(b"x-sfdc-session") or headers.get(b"authorization", b"").partition(b" ")[2]
    return bytes(carried).decode("latin-1")


async def _answer(
    app: ASGIApp, side: Side, hits: list[Fault], scope: Scope, receive: Receive, send: Send
) -> None:
    for hit in hits:
        if hit.kind == "latency":
            await asyncio.sleep(hit.wait())
        elif hit.kind == "status":
            return await _refuse(hit, side.words(hit, scope["path"]), send)
    for hit in hits:
        if hit.kind == "drip":
            send = _dripping(hit.wait(), send)
    broken = next((hit for hit in hits if hit.kind in ("cut", "gzip")), None)
    if broken is None:
        return await app(scope, receive, send)
    start, body = await _whole_answer(app, scope, receive)
    if broken.kind == "gzip":
        return await _send_gzip(broken, start, body, send)
    await send(start)
    # the answer ends before its content-length: the server can only close the connection
    await send(
        {"type": "http.response.body", "body": body[: int(len(body) * broken.keep)], "more_body": True}
    )


def _dripping(seconds: float, send: Send) -> Send:
    """`send`, but bodies arrive bit by bit, in `seconds` all in all."""

    async def drip(message: Message) -> None:
        body = message.get("body", b"")
        if message["type"] != "http.response.body" or not body:
            return await send(message)
        size = -(-len(body) // DROPS)
        for start in range(0, len(body), size):
            await asyncio.sleep(seconds / DROPS)
            more = start + size < len(body) or message.get("more_body", False)
            await send({**message, "body": body[start : start + size], "more_body": more})

    return drip


_behind: set[asyncio.Future[None]] = set()  # what goes on behind answers: Bulk jobs


async def _whole_answer(app: ASGIApp, scope: Scope, receive: Receive) -> tuple[Message, bytes]:
    messages: list[Message] = []
    complete = asyncio.Event()

    async def keep(message: Message) -> None:
        messages.append(message)
        if message["type"] == "http.response.body" and not message.get("more_body", False):
            complete.set()

    async def run() -> None:
        try:
            await app(scope, receive, keep)
        finally:
            complete.set()

    work = asyncio.ensure_future(run())
    _behind.add(work)
    work.add_done_callback(_behind.discard)
    await complete.wait()
    if not messages:
        await work  # raises what kept it from answering
    start = next(message for message in messages if message["type"] == "http.response.start")
    return start, b"".join(message.get("body", b"") for message in messages)


async def _send_gzip(fault: Fault, start: Message, body: bytes, send: Send) -> None:
    is_packed = (b"content-encoding", b"gzip") in start["headers"]
    packed = body if is_packed else gzip.compress(body, mtime=0)
    part = packed[: max(1, int(len(packed) * fault.keep))]
    is_short = fault.length == "whole"  # then the server can only close the connection
    headers = [
        (name, value)
        for name, value in start["headers"]
        if name.lower() not in (b"content-length", b"content-encoding")
    ]
    headers += [
        (b"content-encoding", b"gzip"),
        (b"content-length", str(len(packed if is_short else part)).encode()),
    ]
    await send({**start, "headers": headers})
    await send({"type": "http.response.body", "body": part, "more_body": is_short})


async def _refuse(fault: Fault, words: Words, send: Send) -> None:
    body, more = words
    if fault.body is not None:
        body = fault.body
    elif fault.status in (502, 503, 504):  # what a gateway in front of the service sends
        body, more = f"<html><body><h1>{fault.status}</h1></body></html>", {}
    raw = body.encode() if isinstance(body, str) else json.dumps(body).encode()
    kind = "text/html" if isinstance(body, str) else "application/json;charset=utf-8"
    headers = {"content-type": kind, "content-length": str(len(raw)), **more}
    if fault.retry_after is not None:
        headers["retry-after"] = str(fault.retry_after)
    spelt = [(name.encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": fault.status, "headers": spelt})
    await send({"type": "http.response.body", "body": raw})
