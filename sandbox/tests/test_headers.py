"""Headers as they go over the wire, letter by letter: those of the services, and of each kind of answer its own."""

from __future__ import annotations

import json
import socket
import ssl
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from leadwright_sandbox.spelling import spelled
from leadwright_sandbox.testing import Sandbox

DATA = "/services/data/v62.0"
DAILY = {"X-HubSpot-RateLimit-Daily", "X-HubSpot-RateLimit-Daily-Remaining"}
BURST = {
    f"X-HubSpot-RateLimit-{name}"
    for name in ("Interval-Milliseconds", "Max", "Remaining", "Secondly", "Secondly-Remaining")
}


@pytest.fixture(scope="module")
def crm(start_sandbox: Any) -> Any:
    return start_sandbox("--leads", "0", "--control")


def headers(said: dict[str, Any], method: str, path: str, body: object = None, status: int = 200) -> set[str]:
    """The names of the headers of an answer, read from the socket."""
    parts = urlsplit(said["url"])
    raw = json.dumps(body).encode() if body is not None else b""
    connection: Any = socket.create_connection((parts.hostname, parts.port), 30)
    if parts.scheme == "https":
        context = ssl.create_default_context(cafile=said["ca_file"])
        connection = context.wrap_socket(connection, server_hostname=parts.hostname)
    head = (
        f"{method} {path} HTTP/1.1\r\nHost: {parts.netloc}\r\nAuthorization: Bearer {said['token']}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(raw)}\r\nConnection: close\r\n\r\n"
    )
    with connection:
        connection.sendall(head.encode() + raw)
        answer = b"".join(iter(lambda: connection.recv(65_536), b""))
    first, *lines = answer.partition(b"\r\n\r\n")[0].decode().split("\r\n")
    assert int(first.split()[1]) == status, answer
    names = [line.partition(":")[0] for line in lines]
    assert len(names) == len(set(names))
    return set(names)


def test_hubspot(crm: Sandbox) -> None:
    said = crm["hubspot"]
    plain = headers(said, "GET", "/crm/v3/objects/contacts")
    assert {"Content-Type", "Content-Length", "Date", *DAILY, *BURST} <= plain
    searched = headers(said, "POST", "/crm/v3/objects/contacts/search", {})
    assert searched >= DAILY
    assert not BURST & searched, "a search has a limit of its own, which no header tells"
    refused = headers(said, "GET", "/crm/v3/objects/contacts/1", status=404)
    assert {*DAILY, *BURST} <= refused
    fault = {"crm": "hubspot", "kind": "status", "status": 429, "path": "/owners", "retry_after": 1}
    httpx.post(crm["control"]["url"] + "/faults", json=fault)
    limited = headers(said, "GET", "/crm/v3/owners", status=429)
    assert {"Retry-After", "Content-Type", *DAILY} <= limited
    for names in (plain, searched, refused, limited):
        assert not [name for name in names if name == name.lower() and name != "transfer-encoding"]


def test_salesforce(crm: Sandbox) -> None:
    said = crm["salesforce"]
    plain = headers(said, "GET", f"{DATA}/query?q=SELECT+Id+FROM+Lead")
    assert {"Content-Type", "Sforce-Limit-Info", "Date"} <= plain
    assert {"ETag", "Last-Modified"} <= headers(said, "GET", f"{DATA}/sobjects/Lead/describe")
    client = {"Authorization": f"Bearer {said['token']}"}
    with httpx.Client(base_url=said["url"], headers=client, verify=said["ca_file"]) as org:
        asked = {"operation": "query", "query": "SELECT Id FROM User"}
        job = org.post(f"{DATA}/jobs/query", json=asked).json()["id"]
        while org.get(f"{DATA}/jobs/query/{job}").json()["state"] != "JobComplete":
            pass
    results = headers(said, "GET", f"{DATA}/jobs/query/{job}/results")
    assert {"Sforce-Locator", "Sforce-NumberOfRecords", "Sforce-Limit-Info", "Content-Type"} <= results


@pytest.mark.parametrize(
    ("given", "wire"),
    [
        (b"etag", b"ETag"),
        (b"sforce-numberofrecords", b"Sforce-NumberOfRecords"),
        (b"X-HUBSPOT-RATELIMIT-DAILY", b"X-HubSpot-RateLimit-Daily"),
        (b"retry-after", b"Retry-After"),
        (b"content-encoding", b"Content-Encoding"),
    ],
)
def test_spelling(given: bytes, wire: bytes) -> None:
    assert spelled(given) == wire
