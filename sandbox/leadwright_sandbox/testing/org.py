"""A sandbox Salesforce on a loopback port over TLS, for tests that drive it with real clients."""

from __future__ import annotations

import asyncio
import inspect
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

import requests
import trustme
import uvicorn
from requests.adapters import HTTPAdapter
from simple_salesforce import Salesforce as Client

from leadwright_sandbox.salesforce import Salesforce
from leadwright_sandbox.spelling import well_spelled
from leadwright_sandbox.store import Store

ENVELOPE = (
    '<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Header><SessionHeader><sessionId>{token}'
    "</sessionId></SessionHeader></e:Header><e:Body><{name}>{body}</{name}></e:Body></e:Envelope>"
)


class TestClock:
    """A clock that stands still until it is moved."""

    __test__ = False

    def __init__(self) -> None:
        self.moment = datetime(2026, 3, 2, 10, 0, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.moment

    def advance(self, **parts: float) -> None:
        self.moment += timedelta(**parts)


class Elsewhere(HTTPAdapter):
    """Sends what a client addresses to salesforce.com to the sandbox."""

    def __init__(self, port: int) -> None:
        super().__init__()
        self.port = port

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        parts = urlsplit(str(request.url))
        request.url = parts._replace(netloc=f"localhost:{self.port}").geturl()
        return super().send(request, *args, **kwargs)


class _OnItsLoop:
    """An org whose methods run where it is served: SQLite mixes up the errors of two threads on one connection."""

    def __init__(self, salesforce: Salesforce, loop: asyncio.AbstractEventLoop) -> None:
        self._salesforce = salesforce
        self._loop = loop

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._salesforce, name)
        return partial(self._run, found) if inspect.ismethod(found) else found

    def _run(self, method: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        async def call() -> Any:
            return method(*args, **kwargs)

        return asyncio.run_coroutine_threadsafe(call(), self._loop).result(60)


@dataclass
class Served:
    """A running sandbox and how to reach it."""

    salesforce: Salesforce
    clock: TestClock
    port: int
    ca_file: Path
    credentials: dict[str, str] = field(repr=False)

    @property
    def url(self) -> str:
        return f"https://localhost:{self.port}"

    def session(self) -> requests.Session:
        session = requests.Session()
        session.verify = str(self.ca_file)
        session.trust_env = False
        session.mount("https://login.salesforce.com", Elsewhere(self.port))
        session.mount("https://acme.my.salesforce.com", Elsewhere(self.port))
        return session

    def client(self, token: str | None = None) -> Client:
        return Client(
            session_id=token or self.credentials["token"], instance_url=self.url, session=self.session()
        )

    def call(self, method: str, path: str, **more: Any) -> requests.Response:
        headers = {"Authorization": f"Bearer {self.credentials['token']}"} | more.pop("headers", {})
        return self.session().request(method, self.url + path, headers=headers, timeout=30, **more)

    def ended(self, path: str) -> dict[str, Any]:
        """What a poll of the Bulk job or batch at `path` says once it has ended."""
        while True:
            said: dict[str, Any] = self.call("GET", path).json()
            if said["state"] not in ("UploadComplete", "Queued", "InProgress"):
                return said
            time.sleep(0.01)


@contextmanager
def served(folder: Path, **options: Any) -> Iterator[Served]:
    """Serve a fresh org until the block ends."""
    authority = trustme.CA()
    ca_file = folder / "ca.pem"
    authority.cert_pem.write_to_path(str(ca_file))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost", "127.0.0.1").configure_cert(context)
    clock = TestClock()
    store = Store(folder / "salesforce.sqlite")
    salesforce = Salesforce(store, clock, **options)
    config = uvicorn.Config(
        well_spelled(salesforce.app),
        host="127.0.0.1",
        port=0,
        log_level="error",
        ssl_context_factory=lambda *_: context,
        server_header=False,
        date_header=False,
        timeout_graceful_shutdown=1,  # a client that keeps its connection would hold the test for ten seconds
    )
    server = uvicorn.Server(config)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_until_complete, args=[server.serve()], daemon=True)
    thread.start()
    deadline = time.monotonic() + 20
    while not server.started and time.monotonic() < deadline:
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    org = cast("Salesforce", _OnItsLoop(salesforce, loop))
    try:
        yield Served(org, clock, port, ca_file, org.credentials())
    finally:
        server.should_exit = True
        thread.join(10)
        loop.close()
        store.close()
