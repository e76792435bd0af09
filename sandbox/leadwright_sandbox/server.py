"""Runs both CRMs in one process and one event loop: HubSpot over http, Salesforce over https.

simple-salesforce speaks only https, so Salesforce gets a certificate from an authority made for this run; its
public part is written to a file that callers trust.
"""

from __future__ import annotations

import asyncio
import signal
import socket
import ssl
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import trustme
import uvicorn
from starlette.types import ASGIApp

from leadwright_sandbox.proxy import CERTIFIED, Proxy
from leadwright_sandbox.spelling import well_spelled

HOST = "127.0.0.1"


@dataclass(slots=True)
class Listener:
    """One application on one port; a connection without calls stays open for `idle_seconds`."""

    app: ASGIApp
    socket: socket.socket
    idle_seconds: float
    tls: ssl.SSLContext | None = None

    @property
    def port(self) -> int:
        """The port it is on."""
        return int(self.socket.getsockname()[1])

    @property
    def url(self) -> str:
        """Where callers reach it."""
        return f"https://localhost:{self.port}" if self.tls else f"http://{HOST}:{self.port}"


def bind(port: int) -> socket.socket:
    """A listening socket on `port` of this machine; 0 takes a free one."""
    # asyncio switches Nagle's delay off only where the protocol is named; with it every answer takes 40 ms
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((HOST, port))
    except OSError as problem:
        listening.close()
        raise OSError(
            f"port {port} of {HOST} cannot be taken ({problem.strerror}); choose another one"
        ) from problem
    return listening


def make_certificate(ca_file: Path) -> ssl.SSLContext:
    """A server certificate for this machine and the services' hosts; its authority goes to `ca_file`."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(ca_file))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost", HOST, *CERTIFIED).configure_cert(context)
    return context


class _Server(uvicorn.Server):
    """A server that leaves the process's signals to `serve`, since several run side by side."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _server(listener: Listener) -> _Server:
    config = uvicorn.Config(
        well_spelled(listener.app),
        timeout_keep_alive=listener.idle_seconds,  # type: ignore[arg-type]  # which hands it to asyncio
        http="h11",
        ws="none",
        lifespan="off",
        log_level="critical",
        access_log=False,
        server_header=False,
        date_header=False,
        timeout_graceful_shutdown=2,
    )
    config.load()
    config.ssl = listener.tls
    return _Server(config)


Beside = Callable[[], Coroutine[Any, Any, None]]


async def _serve(
    listeners: Sequence[Listener], ready: Callable[[], None], proxy: Proxy | None, beside: Beside | None
) -> signal.Signals:
    """Serve until a signal comes, and return it."""
    servers = [_server(listener) for listener in listeners]
    loop = asyncio.get_running_loop()
    told: asyncio.Queue[signal.Signals] = asyncio.Queue()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, told.put_nowait, name)
    pairs = zip(servers, listeners, strict=True)
    running = [asyncio.ensure_future(server.serve(sockets=[listener.socket])) for server, listener in pairs]
    while not all(server.started for server in servers):
        await asyncio.sleep(0.01)
    proxying = await proxy.start() if proxy else None
    ready()
    task = asyncio.ensure_future(beside()) if beside else None
    signalled = await told.get()
    if task is not None:
        task.cancel()
    if proxying:
        proxying.close()
    for server in servers:
        server.should_exit = True
    await asyncio.gather(*running)
    return signalled


def serve(
    listeners: Sequence[Listener],
    ready: Callable[[], None],
    proxy: Proxy | None = None,
    beside: Beside | None = None,
) -> None:
    """Serve until SIGTERM; `ready` is called once every port answers, `beside` runs along.

    Raises:
        KeyboardInterrupt: SIGINT came instead.
    """
    if asyncio.run(_serve(listeners, ready, proxy, beside)) == signal.SIGINT:
        raise KeyboardInterrupt
