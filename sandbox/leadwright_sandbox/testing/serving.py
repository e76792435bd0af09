"""An application served from the test's own process, on a loopback port and a loop of its own."""

from __future__ import annotations

import asyncio
import inspect
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, TypeVar, cast

import uvicorn
from starlette.types import ASGIApp

Served = TypeVar("Served")


@contextmanager
def serving(
    app: ASGIApp, tls: ssl.SSLContext | None = None
) -> Iterator[tuple[int, asyncio.AbstractEventLoop]]:
    """Serve `app` until the block ends; gives its port and its loop."""
    config = uvicorn.Config(
        app,
        host="127.0.0.1",
        port=0,
        log_level="error",
        date_header=False,
        lifespan="off",
        ssl_context_factory=None if tls is None else lambda *_: tls,
    )
    server = uvicorn.Server(config)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_until_complete, args=[server.serve()], daemon=True)
    thread.start()
    deadline = time.monotonic() + 20
    while not server.started and time.monotonic() < deadline:
        time.sleep(0.01)
    try:
        yield server.servers[0].sockets[0].getsockname()[1], loop
    finally:
        server.should_exit = server.force_exit = True  # no waiting for clients that keep their connections
        thread.join(10)
        loop.close()


def on_its_loop(service: Served, loop: asyncio.AbstractEventLoop) -> Served:
    """`service`, whose methods run where it is served: SQLite mixes up the errors of two threads on one connection."""
    return cast("Served", _OnItsLoop(service, loop))


class _OnItsLoop:
    def __init__(self, service: object, loop: asyncio.AbstractEventLoop) -> None:
        self._service = service
        self._loop = loop

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._service, name)
        return partial(self._run, found) if inspect.ismethod(found) else found

    def _run(self, method: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        async def call() -> Any:
            return method(*args, **kwargs)

        return asyncio.run_coroutine_threadsafe(call(), self._loop).result(60)
