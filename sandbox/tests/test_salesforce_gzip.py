"""The sandbox's Salesforce takes gzip in every request and sends it to whoever accepts it."""

from __future__ import annotations

import gzip
from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from leadwright_sandbox.salesforce import Salesforce
from leadwright_sandbox.store import Store
from leadwright_sandbox.testing.org import TestClock

BASE = "/services/data/v62.0"
PACKED = {"Content-Encoding": "gzip"}


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    salesforce = Salesforce(Store(), TestClock(), limits=False)
    headers = {"Authorization": f"Bearer {salesforce.credentials()['token']}"}
    with TestClient(salesforce.app, base_url="https://org.example", headers=headers) as made:
        yield made


def ingested(client: TestClient, packed: bytes) -> str:
    """The path of a job that has inserted the leads of a packed file, sent in small parts."""
    body = {"object": "Lead", "operation": "insert", "lineEnding": "LF"}
    path = f"{BASE}/jobs/ingest/{client.post(f'{BASE}/jobs/ingest', json=body).json()['id']}"
    parts = (packed[place : place + 10] for place in range(0, len(packed), 10))
    assert client.put(f"{path}/batches", content=parts, headers=PACKED).status_code == 201
    client.patch(path, json={"state": "UploadComplete"})
    return path


def test_requests_are_unpacked(client: TestClient) -> None:
    lead = gzip.compress(b'{"LastName": "Doe", "Company": "Packed"}')
    made = client.post(f"{BASE}/sobjects/Lead", content=lead, headers=PACKED)
    assert made.status_code == 201
    path = ingested(client, gzip.compress(b"LastName,Company\nA,Packed\nB,Packed\n"))
    assert client.get(path).json()["numberRecordsProcessed"] == 2
    soql = "SELECT COUNT() FROM Lead WHERE Company = 'Packed'"
    assert client.get(f"{BASE}/query", params={"q": soql}).json()["totalSize"] == 3


@pytest.mark.parametrize(
    "body",
    [b"{}", gzip.compress(b"{}")[:-1], b"\x1f\x8b\x08\x00 neither"],
    ids=["plain", "cut off", "broken"],  # a packed body has the time in it, and so would the test's name
)
def test_what_is_not_gzip_is_refused(client: TestClient, body: bytes) -> None:
    answer = client.post(f"{BASE}/sobjects/Lead", content=body, headers=PACKED)
    assert (answer.status_code, answer.json()[0]["errorCode"]) == (400, "UNKNOWN_EXCEPTION")


def test_answers_are_packed_for_those_who_accept_it(client: TestClient) -> None:
    path = ingested(client, gzip.compress(b"LastName,Company\n" + b"A,B\n" * 200))
    soql = {"q": "SELECT LastName FROM Lead LIMIT 200"}
    for address, asked in ((f"{path}/successfulResults", {}), (f"{BASE}/query", soql), (path, {})):
        plain = client.get(address, params=asked, headers={"Accept-Encoding": "identity"})
        packed = client.get(address, params=asked, headers={"Accept-Encoding": "gzip"})
        assert "Content-Encoding" not in plain.headers
        assert packed.headers["Content-Encoding"] == "gzip"
        assert packed.text == plain.text
    nothing = client.delete(path, headers={"Accept-Encoding": "gzip"})
    assert (nothing.status_code, nothing.content) == (204, b"")
