"""The sandbox's webhooks, received by a server of the test and checked with HubSpot's own client."""

from __future__ import annotations

import json
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import pytest
from hubspot.utils.signature import Signature

from leadwright_sandbox.hubspot.webhooks import Mischief
from leadwright_sandbox.testing import Sandbox


@dataclass
class Receiver:
    """What arrived, and how many deliveries to refuse first."""

    url: str
    batches: list[list[dict[str, Any]]] = field(default_factory=list)
    valid: list[bool] = field(default_factory=list)
    signatures: list[str] = field(default_factory=list)
    refuse: int = 0

    def events(self) -> list[dict[str, Any]]:
        return [event for batch in self.batches for event in batch]

    def wait_for(self, count: int) -> list[dict[str, Any]]:
        end = time.monotonic() + 15
        while len(self.events()) < count and time.monotonic() < end:
            time.sleep(0.02)
        return self.events()


@pytest.fixture(scope="module")
def portal(start_sandbox: Callable[..., Sandbox]) -> Sandbox:
    return start_sandbox("--leads", "0", "--no-limits", "--control")


def caller_of(portal: Sandbox) -> httpx.Client:
    headers = {"Authorization": f"Bearer {portal['hubspot']['token']}"}
    return httpx.Client(base_url=portal["hubspot"]["url"], headers=headers, timeout=30)


@pytest.fixture(scope="module")
def http(portal: Sandbox) -> Iterator[httpx.Client]:
    with caller_of(portal) as session:
        yield session


@pytest.fixture
def receiver(portal: Sandbox, http: httpx.Client) -> Iterator[Receiver]:
    with receiving(portal, http) as received:
        yield received


@contextmanager
def receiving(portal: Sandbox, http: httpx.Client) -> Iterator[Receiver]:
    """A server that the portal tells what happens, for the time being."""
    secret = portal["hubspot"]["client_secret"]
    server = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    received = Receiver(f"http://127.0.0.1:{server.server_address[1]}/hook")

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            if received.refuse > 0:
                received.refuse -= 1
                self.send_response(500)
                self.end_headers()
                return
            signature, timestamp = (
                self.headers[f"X-HubSpot-{n}"] for n in ("Signature-v3", "Request-Timestamp")
            )
            received.valid.append(
                Signature.is_valid(signature, secret, body, received.url, "POST", "v3", timestamp)
            )
            received.signatures.append(str(signature))
            received.batches.append(json.loads(body))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server.RequestHandlerClass = Handler
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    app = f"/webhooks/v3/{portal['hubspot']['app_id']}"
    assert http.put(f"{app}/settings", json={"targetUrl": received.url}).status_code == 200
    yield received
    for subscription in http.get(f"{app}/subscriptions").json()["results"]:
        http.delete(f"{app}/subscriptions/{subscription['id']}")
    http.delete(f"{app}/settings")
    server.shutdown()
    server.server_close()


def subscribe(portal: Sandbox, http: httpx.Client, event: str, **more: str) -> None:
    path = f"/webhooks/v3/{portal['hubspot']['app_id']}/subscriptions"
    assert http.post(path, json={"eventType": event, "active": True, **more}).status_code == 201


def new_contacts(http: httpx.Client, count: int) -> list[str]:
    inputs = [
        {"properties": {"email": f"{uuid.uuid4()}@example.com", "firstname": "A"}} for _ in range(count)
    ]
    answer = http.post("/crm/v3/objects/contacts/batch/create", json={"inputs": inputs})
    return [record["id"] for record in answer.json()["results"]]


def test_events_arrive_signed_and_in_order(portal: Sandbox, http: httpx.Client, receiver: Receiver) -> None:
    for event in ("creation", "deletion", "merge", "associationChange"):
        subscribe(portal, http, f"contact.{event}")
    subscribe(portal, http, "contact.propertyChange", propertyName="firstname")
    one, other = new_contacts(http, 2)
    for name in ("B", "B"):
        http.patch(f"/crm/v3/objects/contacts/{one}", json={"properties": {"firstname": name, "phone": "1"}})
    ids = {"primaryObjectId": one, "objectIdToMerge": other}
    merged = http.post("/crm/v3/objects/contacts/merge", json=ids).json()["id"]
    http.delete(f"/crm/v3/objects/contacts/{merged}")
    events = receiver.wait_for(7)
    assert [event["subscriptionType"].partition(".")[2] for event in events] == [
        "creation", "propertyChange", "creation", "propertyChange", "propertyChange", "merge", "deletion",
    ]  # fmt: skip
    assert all(receiver.valid)
    assert events[4]["propertyValue"] == "B" and events[4]["objectId"] == int(one)
    named = [events[5][name] for name in ("primaryObjectId", "mergedObjectIds", "newObjectId")]
    assert named == [int(one), [int(other)], int(merged)]
    assert len({event["eventId"] for event in events}) == 7


@pytest.mark.parametrize("count", [99, 100, 101])
def test_batches_hold_up_to_a_hundred(
    portal: Sandbox, http: httpx.Client, receiver: Receiver, count: int
) -> None:
    subscribe(portal, http, "object.creation", objectTypeId="0-1")
    for start in range(0, count, 100):
        new_contacts(http, min(100, count - start))
    assert len(receiver.wait_for(count)) == count
    assert max(map(len, receiver.batches)) <= 100


def test_refused_deliveries_come_again(portal: Sandbox, http: httpx.Client, receiver: Receiver) -> None:
    subscribe(portal, http, "contact.creation")
    httpx.put(f"{portal['control']['url']}/hubspot/webhooks", json={"retry_seconds": 0.01})
    receiver.refuse = 3
    new_contacts(http, 1)
    assert [event["attemptNumber"] for event in receiver.wait_for(1)] == [3]


def test_a_refused_batch_tells_nothing(portal: Sandbox, http: httpx.Client, receiver: Receiver) -> None:
    subscribe(portal, http, "contact.creation")
    inputs = [{"properties": {"firstname": "Good"}}, {"properties": {"no_such_property": "x"}}]
    assert http.post("/crm/v3/objects/contacts/batch/create", json={"inputs": inputs}).status_code == 400
    new_contacts(http, 1)
    assert len(receiver.wait_for(1)) == 1


def test_deliveries_can_be_repeated(portal: Sandbox, http: httpx.Client, receiver: Receiver) -> None:
    subscribe(portal, http, "contact.creation")
    httpx.put(f"{portal['control']['url']}/hubspot/webhooks", json={"duplicate": 1.0, "shuffle": True})
    new_contacts(http, 5)
    events = receiver.wait_for(10)
    httpx.put(f"{portal['control']['url']}/hubspot/webhooks", json={})
    assert len(events) == 10 and len({event["eventId"] for event in events}) == 5


def test_deliveries_can_be_replayed(portal: Sandbox, http: httpx.Client, receiver: Receiver) -> None:
    """As an eavesdropper does: the same bytes under the same signature. A repeated delivery is signed anew."""
    subscribe(portal, http, "contact.creation")
    mischief = f"{portal['control']['url']}/hubspot/webhooks"
    httpx.put(mischief, json={"replay": 1.0, "replay_after": 0.05})
    new_contacts(http, 3)
    assert len(receiver.wait_for(6)) == 6
    httpx.put(mischief, json={})
    assert receiver.batches[0] == receiver.batches[1]
    assert receiver.signatures[0] == receiver.signatures[1]


def test_each_event_has_a_fate_of_its_own(portal: Sandbox, http: httpx.Client, receiver: Receiver) -> None:
    """Events of one call travel together, those of many calls do not: the same ones come twice, or are replayed."""
    subscribe(portal, http, "contact.creation")
    new_contacts(http, 1)
    first = receiver.wait_for(1)[0]["eventId"] + 1
    receiver.batches.clear()
    mischief = Mischief(duplicate=0.3, replay=0.3, replay_after=0.01, seed=6)
    set_to = {"duplicate": 0.3, "replay": 0.3, "replay_after": 0.01, "seed": 6, "shuffle": True}
    assert httpx.put(f"{portal['control']['url']}/hubspot/webhooks", json=set_to).status_code == 204
    new_contacts(http, 20)
    for _ in range(20):
        new_contacts(http, 1)
    fates = {event: mischief.fate(event) for event in range(first, first + 40)}
    expected = Counter({event: 1 + twice + replayed for event, (twice, replayed, _) in fates.items()})
    told = receiver.wait_for(expected.total())
    httpx.put(f"{portal['control']['url']}/hubspot/webhooks", json={})
    assert Counter(event["eventId"] for event in told) == expected
    assert {1, 2, 3} == set(expected.values())
    assert len(receiver.signatures) > len(set(receiver.signatures))


def test_events_that_wait_are_shuffled(portal: Sandbox, http: httpx.Client, receiver: Receiver) -> None:
    """Across batches too: more wait than one delivery holds."""
    subscribe(portal, http, "contact.creation")
    for name in ("firstname", "email"):
        subscribe(portal, http, "contact.propertyChange", propertyName=name)
    httpx.put(f"{portal['control']['url']}/hubspot/webhooks", json={"shuffle": True})
    new_contacts(http, 90)
    ids = [event["eventId"] for event in receiver.wait_for(270)]
    httpx.put(f"{portal['control']['url']}/hubspot/webhooks", json={})
    first = min(ids)
    assert sorted(ids) == list(range(first, first + 270))
    assert max(receiver.batches[0], key=lambda it: it["eventId"])["eventId"] - first > 150


def test_a_subscription_never_takes_the_place_of_another(http: httpx.Client, portal: Sandbox) -> None:
    path = f"/webhooks/v3/{portal['hubspot']['app_id']}/subscriptions"
    ids = [
        http.post(path, json={"eventType": f"contact.{it}"}).json()["id"] for it in ("creation", "deletion")
    ]
    http.delete(f"{path}/{ids[0]}")
    third = http.post(path, json={"eventType": "contact.merge"}).json()
    assert third["id"] not in ids
    events = {item["id"]: item["eventType"] for item in http.get(path).json()["results"]}
    assert events == {ids[1]: "contact.deletion", third["id"]: "contact.merge"}
    for subscription in events:
        http.delete(f"{path}/{subscription}")


def test_events_say_who_wrote(start_sandbox: Callable[..., Sandbox]) -> None:
    """What the living population does comes from the portal's users, what a caller writes from an integration."""
    options = ("--leads", "200", "--live", "--speed", "0", "--no-limits", "--control")
    portal = start_sandbox(*options, "--now", "2026-03-18T15:30:00Z")
    with caller_of(portal) as http, receiving(portal, http) as receiver:
        subscribe(portal, http, "contact.propertyChange", propertyName="lifecyclestage")
        subscribe(portal, http, "contact.creation")
        httpx.post(f"{portal['control']['url']}/clock", json={"advance": 3 * 86400}, timeout=120)
        told = receiver.wait_for(1)
        assert {event["changeSource"] for event in told} == {"CRM_UI"}
        ours = new_contacts(http, 1)[0]
        end = time.monotonic() + 15
        while int(ours) not in {event["objectId"] for event in receiver.events()} and time.monotonic() < end:
            time.sleep(0.02)
        assert {event["changeSource"] for event in receiver.events() if event["objectId"] == int(ours)} == {
            "INTEGRATION"
        }
