"""A CRM closes connections while nothing is asked: the next call, which comes by such a one, is answered still."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pyarrow as pa
import pytest

from leadwright import connectors
from leadwright.connectors import retry
from leadwright.connectors.base import Change
from tests.conftest import Sandbox

IDLE_SECONDS = 0.15


@pytest.fixture(autouse=True)
def short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retry, "_backoff", lambda state: 0.02)


@pytest.fixture(scope="module")
def crm(start_sandbox: Callable[..., Sandbox]) -> Sandbox:
    return start_sandbox("--leads", "30", "--no-limits", "--idle", str(IDLE_SECONDS))


@pytest.fixture(scope="module")
def patient(start_sandbox: Callable[..., Sandbox]) -> Sandbox:
    """One that itself leaves connections open."""
    return start_sandbox("--leads", "30", "--no-limits")


class Relay:
    """Passes bytes on to a CRM; what comes after a pause finds the connection closed, unread.

    So it is where the service closes a connection in the moment at which a client uses it: no look at it helps.
    """

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._target = (parts.hostname, parts.port)
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = parts._replace(netloc=f"localhost:{self._listening.getsockname()[1]}").geturl()
        self.closed = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._listening.accept()
                far = socket.create_connection(self._target)
                last = [time.monotonic()]
                threading.Thread(target=self._up, args=(near, far, last), daemon=True).start()
                threading.Thread(target=self._down, args=(near, far, last), daemon=True).start()

    def _up(self, near: socket.socket, far: socket.socket, last: list[float]) -> None:
        with suppress(OSError), near, far:
            while sent := near.recv(65_536):
                if time.monotonic() - last[0] > IDLE_SECONDS:
                    self.closed += 1
                    break
                last[0] = time.monotonic()
                far.sendall(sent)
            near.shutdown(socket.SHUT_RDWR)
            far.shutdown(socket.SHUT_RDWR)

    def _down(self, near: socket.socket, far: socket.socket, last: list[float]) -> None:
        with suppress(OSError):
            while answer := far.recv(65_536):
                last[0] = time.monotonic()
                near.sendall(answer)

    def close(self) -> None:
        self._listening.close()


@pytest.fixture
def relay(patient: Sandbox, name: str) -> Iterator[Relay]:
    between = Relay(patient[name]["url"])
    yield between
    between.close()


# of each CRM: an object, a field of it, and the flags of records that cannot be written
OBJECTS = {
    "hubspot": ("contacts", "city", ("archived",)),
    "salesforce": ("Lead", "City", ("IsDeleted", "IsConverted")),
}


def read_and_write_with_pauses(connector: Any, object_name: str, field: str, flags: Sequence[str]) -> None:
    """Reads and writes, by other kinds of call each, with a pause before each of them."""
    (key,) = connector.shape(object_name).key
    rows = pa.Table.from_batches(list(connector.pull(object_name, [field, *flags], None))).to_pylist()
    live = [row[key] for row in rows if all(row[flag] == "false" for flag in flags)]
    time.sleep(3 * IDLE_SECONDS)
    outcomes = list(connector.push(object_name, [Change(each, {field: "Oslo"}) for each in live[:5]]))
    assert {(outcome.status, outcome.code) for outcome in outcomes} == {("accepted", None)}
    time.sleep(3 * IDLE_SECONDS)
    since = datetime.now(UTC) - timedelta(minutes=5)
    changed = pa.Table.from_batches(list(connector.pull(object_name, [field], since))).to_pylist()
    assert {row[key] for row in changed if row[field] == "Oslo"} >= set(live[:5])
    time.sleep(3 * IDLE_SECONDS)
    assert connector.account()


@pytest.mark.parametrize("name", OBJECTS)
def test_a_connection_that_was_closed_meanwhile(crm: Sandbox, name: str) -> None:
    read_and_write_with_pauses(connectors.connect(name, crm.credentials(name)), *OBJECTS[name])


@pytest.mark.parametrize("name", OBJECTS)
def test_a_connection_that_closes_as_it_is_used(patient: Sandbox, relay: Relay, name: str) -> None:
    credentials = {**patient.credentials(name), "url": relay.url}
    read_and_write_with_pauses(connectors.connect(name, credentials), *OBJECTS[name])
    assert relay.closed >= 2, "each of HubSpot's APIs has connections of its own"
