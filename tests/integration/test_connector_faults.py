"""Calls that fail on the way: every third one, in each of the ways that networks and services fail."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import pyarrow as pa
import pytest
import requests
from requests.adapters import BaseAdapter

from leadwright import connectors
from leadwright.connectors import retry
from leadwright.connectors.base import Change
from leadwright.connectors.errors import RateLimitedError
from tests.conftest import Sandbox

FAULTS = ["cut", "cut in the middle", "503", "429", "half a body"]


@pytest.fixture(autouse=True)
def short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retry, "_backoff", lambda state: 0.02)


class Front(ThreadingHTTPServer):
    """Hands calls on to `url`, every third of them badly."""

    daemon_threads = True

    def __init__(self, url: str, fault: str) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.url, self.fault = url, fault
        self.calls = 0
        self.always = False

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that gave up is no news here."""


class Handler(BaseHTTPRequestHandler):
    """One call."""

    server: Front

    def _serve(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        self.server.calls += 1
        bad = self.server.always or self.server.calls % 3 == 0
        if bad and self.server.fault in ("cut", "503", "429"):
            self._fail()
            return
        kept = {k: v for k, v in self.headers.items() if k.lower() not in ("host", "accept-encoding")}
        answer = httpx.request(
            self.command, self.server.url + self.path, content=body, headers=kept, timeout=30
        )
        cut = len(answer.content) // 2 if bad and answer.content else len(answer.content)
        said = cut if bad and self.server.fault == "half a body" else len(answer.content)
        self._send(answer.status_code, answer.content[:cut], said)

    def _fail(self) -> None:
        if self.server.fault == "cut":
            self.connection.close()
        elif self.server.fault == "429":
            self._send(
                429, b'{"message": "You have reached your secondly limit."}', None, {"Retry-After": "0.05"}
            )
        else:
            self._send(503, b"<html>busy</html>", None)

    def _send(
        self, status: int, body: bytes, length: int | None, headers: dict[str, str] | None = None
    ) -> None:
        self.send_response(status)
        for name, value in {**(headers or {}), "Content-Type": "application/json"}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = _serve  # noqa: N815 - names that the server looks for

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@pytest.fixture
def front(request: pytest.FixtureRequest, sandbox: Sandbox) -> Iterator[Front]:
    server = Front(sandbox["hubspot"]["url"], request.param)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


def hubspot(front: Front, sandbox: Sandbox) -> Any:
    token = sandbox["hubspot"]["token"]
    return connectors.connect("hubspot", {"url": f"http://127.0.0.1:{front.server_port}", "token": token})


def keys(connector: Any, name: str, key: str, since: datetime | None = None) -> list[str]:
    table = pa.Table.from_batches(list(connector.pull(name, [], since)))
    return sorted(table.column(key).to_pylist())


@pytest.mark.parametrize("front", FAULTS, indirect=True)
def test_hubspot_is_read_and_written_whole(front: Front, sandbox: Sandbox) -> None:
    plain = connectors.connect("hubspot", sandbox.credentials("hubspot"))
    shaky = hubspot(front, sandbox)
    long_ago = datetime.now(UTC) - timedelta(days=9_999)
    whole = keys(plain, "contacts", "hs_object_id")
    assert keys(shaky, "contacts", "hs_object_id") == whole
    assert keys(shaky, "contacts", "hs_object_id", long_ago) == whole
    table = pa.Table.from_batches(list(plain.pull("contacts", [], None)))
    ids = [row["hs_object_id"] for row in table.to_pylist() if row["archived"] == "false"][:250]
    outcomes = list(shaky.push("contacts", [Change(i, {"city": front.fault}) for i in ids]))
    assert {outcome.status for outcome in outcomes} == {"accepted"}
    assert len(outcomes) == len(ids)
    assert front.calls > 9


@pytest.mark.parametrize("front", ["429"], indirect=True)
def test_a_service_that_stays_busy_is_given_up(
    front: Front, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retry, "PATIENCE_SECONDS", 0.5)
    front.always = True
    with pytest.raises(RateLimitedError) as caught:
        keys(hubspot(front, sandbox), "contacts", "hs_object_id")
    assert caught.value.after == 0.05
    assert front.calls == 11


class Shaky(BaseAdapter):
    """Sends calls over `wire`, every third of them badly."""

    def __init__(self, wire: BaseAdapter, fault: str) -> None:
        super().__init__()
        self.wire, self.fault = wire, fault
        self.calls = 0

    def send(self, request: requests.PreparedRequest, *args: Any, **more: Any) -> requests.Response:
        self.calls += 1
        if self.calls % 3:
            return self.wire.send(request, *args, **more)
        if self.fault == "cut":
            raise requests.exceptions.ConnectionError("cut")
        if self.fault in ("503", "429"):
            return _page(request, int(self.fault), b"<html>busy</html>")
        answer = self.wire.send(request, *args, **more)  # the call was served, its answer is lost
        if self.fault == "cut in the middle":
            raise requests.exceptions.ChunkedEncodingError("cut")
        json_half = answer.content[: len(answer.content) // 2]
        return answer if "csv" in answer.headers.get("Content-Type", "") else _page(request, 200, json_half)

    def close(self) -> None:
        """Close the wire."""
        self.wire.close()


def _page(request: requests.PreparedRequest, status: int, body: bytes) -> requests.Response:
    response = requests.Response()
    response.status_code = status
    response._content = body
    response.request = request
    response.url = request.url or ""
    return response


@pytest.mark.parametrize("fault", FAULTS)
def test_salesforce_is_read_and_written_whole(
    fault: str, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("leadwright.connectors.salesforce.reading._MOST_REST_ROWS", 100)
    plain = connectors.connect("salesforce", sandbox.credentials("salesforce"))
    shaky = connectors.connect("salesforce", sandbox.credentials("salesforce"))
    session = shaky._org._session  # type: ignore[attr-defined]
    wire = Shaky(session.get_adapter("https://"), fault)
    session.mount("https://", wire)
    for name in ("Lead", "Opportunity", "User"):
        assert keys(shaky, name, "Id") == keys(plain, name, "Id")
    table = pa.Table.from_batches(list(plain.pull("Lead", ["IsDeleted", "IsConverted"], None)))
    live = [r["Id"] for r in table.to_pylist() if "true" not in (r["IsDeleted"], r["IsConverted"])][:250]
    outcomes = list(shaky.push("Lead", [Change(i, {"City": fault}) for i in live]))
    assert {outcome.status for outcome in outcomes} == {"accepted"}
    assert wire.calls > 9
