"""A sandbox Salesforce on a loopback port over TLS, for tests that drive it with real clients."""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests
import trustme
from requests.adapters import HTTPAdapter
from simple_salesforce import Salesforce as Client
from starlette.types import ASGIApp

from leadwright_sandbox.dated import dated
from leadwright_sandbox.salesforce import Salesforce
from leadwright_sandbox.spelling import well_spelled
from leadwright_sandbox.store import Store
from leadwright_sandbox.testing.serving import on_its_loop, serving

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
def served(
    folder: Path, *, around: Callable[[ASGIApp], ASGIApp] = lambda app: app, **options: Any
) -> Iterator[Served]:
    """Serve a fresh org, with `around` before it, until the block ends."""
    authority = trustme.CA()
    ca_file = folder / "ca.pem"
    authority.cert_pem.write_to_path(str(ca_file))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost", "127.0.0.1").configure_cert(context)
    clock = TestClock()
    store = Store(folder / "salesforce.sqlite")
    salesforce = Salesforce(store, clock, **options)
    with serving(well_spelled(dated(around(salesforce.app), clock.now)), context) as (port, loop):
        org = on_its_loop(salesforce, loop)
        yield Served(org, clock, port, ca_file, org.credentials())
    store.close()
