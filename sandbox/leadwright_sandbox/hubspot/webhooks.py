"""Webhooks: what happened to records is told to a subscriber in signed batches, again and again until it answers.

The signature carries the real time, not the sandbox's: receivers refuse a signature that is five minutes old.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx

from leadwright_sandbox.clock import Clock
from leadwright_sandbox.hubspot.objects import ObjectType
from leadwright_sandbox.hubspot.values import iso

APP_ID = 1001
BATCH = 100
ATTEMPTS = 10
EVENTS = (
    "creation", "deletion", "privacyDeletion", "propertyChange", "merge", "restore", "associationChange",
)  # fmt: skip


@dataclass(slots=True)
class Subscription:
    """What a subscriber wants to hear of."""

    id: int
    event_type: str
    property_name: str | None
    object_type_id: str | None
    active: bool
    created_at: str
    updated_at: str

    def body(self) -> dict[str, Any]:
        """The subscription as the API shows it."""
        return {
            "id": str(self.id),
            "eventType": self.event_type,
            "propertyName": self.property_name,
            "objectTypeId": self.object_type_id,
            "active": self.active,
            "createdAt": self.created_at,
            "updatedAt": self.updated_at,
        }

    def wants(self, kind: ObjectType, event: str, name: str | None) -> bool:
        """Whether an event is for this subscription."""
        subject, _, wanted = self.event_type.partition(".")
        about = subject == kind.singular or (subject == "object" and self.object_type_id == kind.type_id)
        return self.active and about and wanted == event and self.property_name in (None, name)


@dataclass(slots=True)
class Mischief:
    """How deliveries go wrong on purpose, drawn by `seed` and the event's id: which events travel together depends on
    the real time between two calls, and must not change what happens to one of them.

    `duplicate`: the share of events that is sent twice, each signed anew. `replay`: the share whose delivery comes once
    more, byte for byte with its old signature, `replay_after` seconds later. `shuffle`: events that wait out of order.
    """

    duplicate: float = 0.0
    replay: float = 0.0
    replay_after: float = 1.0
    shuffle: bool = False
    seed: int = 0

    def fate(self, event_id: int) -> tuple[bool, bool, float]:
        """Whether an event is sent twice, whether it is replayed, and its place among those that wait."""
        dice = random.Random(f"{self.seed} {event_id}")
        return dice.random() < self.duplicate, dice.random() < self.replay, dice.random()


@dataclass(slots=True)
class Webhooks:
    """The subscriptions of the portal's one app, and the events that wait to be told; `source` says who writes."""

    clock: Clock
    portal_id: int
    secret: str
    source: Callable[[], str]
    target_url: str | None = None
    max_concurrent: int = 10
    retry_seconds: float = 1.0
    changed_at: str = ""
    subscriptions: dict[int, Subscription] = field(default_factory=dict)
    queue: list[dict[str, Any]] = field(default_factory=list)
    _mischief: Mischief = field(default_factory=Mischief)
    _next_event: int = 1
    _next_subscription: int = 1
    _task: asyncio.Task[None] | None = None

    def subscribe(
        self, event_type: str, property_name: str | None, object_type_id: str | None, active: bool
    ) -> Subscription:
        """Add a subscription."""
        now = iso(self.clock.now())
        made = Subscription(
            self._next_subscription, event_type, property_name, object_type_id, active, now, now
        )
        self._next_subscription += 1
        self.subscriptions[made.id] = made
        return made

    def misbehave(self, mischief: Mischief) -> None:
        """Deliver as `mischief` says from now on."""
        self._mischief = mischief

    def tell(self, kind: ObjectType, event: str, name: str | None = None, **details: Any) -> None:
        """Queue an event for every subscription that wants it."""
        for subscription in self.subscriptions.values():
            if self.target_url and subscription.wants(kind, event, name):
                self.queue.append(self._event(subscription, kind, event, name, details))
        if self.queue and (self._task is None or self._task.done()):
            try:
                self._task = asyncio.get_running_loop().create_task(self._deliver_all())
            except RuntimeError:  # filled before it is served: there is nobody to tell
                self.queue.clear()

    def _event(
        self,
        subscription: Subscription,
        kind: ObjectType,
        event: str,
        name: str | None,
        details: dict[str, Any],
    ) -> dict[str, Any]:
        told = {
            "eventId": self._next_event,
            "subscriptionId": subscription.id,
            "portalId": self.portal_id,
            "appId": APP_ID,
            "occurredAt": round(self.clock.now().timestamp() * 1000),
            "subscriptionType": subscription.event_type,
            "attemptNumber": 0,
            "changeSource": self.source(),
            **details,
        }
        self._next_event += 1
        if name is not None:
            told["propertyName"] = name
        if subscription.event_type.startswith("object."):
            told["objectTypeId"] = kind.type_id
        if event in ("creation", "deletion", "privacyDeletion"):
            told["changeFlag"] = {"creation": "CREATED", "deletion": "DELETED"}.get(event, "PRIVACY_DELETED")
        return told

    async def _deliver_all(self) -> None:
        running: set[asyncio.Task[None]] = set()
        async with httpx.AsyncClient(timeout=5) as client:
            while self.queue or running:
                await asyncio.sleep(0.02)  # so that the events of one call travel together
                while self.queue and len(running) < self.max_concurrent:
                    running |= {
                        asyncio.create_task(self._deliver(client, batch, replay))
                        for batch, replay in self._batches()
                    }
                if running:
                    _, running = await asyncio.wait(running, timeout=0.05)

    def _batches(self) -> list[tuple[list[dict[str, Any]], bool]]:
        """The next events to deliver together, and whether that delivery is replayed."""
        fate = self._mischief.fate
        if self._mischief.shuffle:
            self.queue.sort(key=lambda event: fate(event["eventId"])[2])
        events, self.queue[:] = self.queue[:BATCH], self.queue[BATCH:]
        fates = [(event, *fate(event["eventId"])) for event in events]
        batches = [
            ([event for event, _, replayed, _ in fates if not replayed], False),
            ([event for event, _, replayed, _ in fates if replayed], True),
            ([event for event, twice, _, _ in fates if twice], False),
        ]
        return [(batch, replay) for batch, replay in batches if batch]

    async def _deliver(self, client: httpx.AsyncClient, events: list[dict[str, Any]], replay: bool) -> None:
        for attempt in range(ATTEMPTS):
            if self.target_url is None or await self._post(client, self.target_url, events, attempt, replay):
                return
            await asyncio.sleep(self.retry_seconds * 2**attempt)

    async def _post(
        self, client: httpx.AsyncClient, url: str, events: list[dict[str, Any]], attempt: int, replay: bool
    ) -> bool:
        body = json.dumps([{**event, "attemptNumber": attempt} for event in events], separators=(",", ":"))
        headers = self.signed("POST", url, body)
        try:
            answer = await client.post(url, content=body.encode(), headers=headers)
            if replay:
                await asyncio.sleep(self._mischief.replay_after)
                await client.post(url, content=body.encode(), headers=headers)
        except httpx.HTTPError:
            return False
        return answer.is_success

    def signed(self, method: str, url: str, body: str) -> dict[str, str]:
        """The headers that prove where a delivery comes from."""
        timestamp = str(round(time.time() * 1000))
        source = f"{method}{url}{body}{timestamp}".encode()
        digest = hmac.new(self.secret.encode(), source, hashlib.sha256).digest()
        return {
            "Content-Type": "application/json",
            "X-HubSpot-Request-Timestamp": timestamp,
            "X-HubSpot-Signature-v3": base64.b64encode(digest).decode(),
            "X-HubSpot-Signature": hashlib.sha256(f"{self.secret}{body}".encode()).hexdigest(),
            "X-HubSpot-Signature-Version": "v1",
        }
