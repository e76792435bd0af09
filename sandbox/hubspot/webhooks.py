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

from sandbox.clock import Clock
from sandbox.hubspot.objects import ObjectType
from sandbox.hubspot.values import iso

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
    """How deliveries go wrong on purpose, drawn by `seed`.

    `duplicate`: the share that is sent twice, each signed anew. `replay`: the share that comes once more, byte for
    byte with its old signature, `replay_after` seconds later. `shuffle`: events of a batch out of order.
    """

    duplicate: float = 0.0
    replay: float = 0.0
    replay_after: float = 1.0
    shuffle: bool = False
    seed: int = 0


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
    _dice: random.Random = field(default_factory=random.Random)
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
        self._dice = random.Random(mischief.seed)

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
                        asyncio.create_task(self._deliver(client, batch)) for batch in self._batches()
                    }
                if running:
                    _, running = await asyncio.wait(running, timeout=0.05)

    def _batches(self) -> list[list[dict[str, Any]]]:
        events, self.queue[:] = self.queue[:BATCH], self.queue[BATCH:]
        if self._mischief.shuffle:
            self._dice.shuffle(events)
        twice = self._dice.random() < self._mischief.duplicate
        return [events, [dict(event) for event in events]] if twice else [events]

    async def _deliver(self, client: httpx.AsyncClient, events: list[dict[str, Any]]) -> None:
        for attempt in range(ATTEMPTS):
            if self.target_url is None or await self._post(client, self.target_url, events, attempt):
                return
            await asyncio.sleep(self.retry_seconds * 2**attempt)

    async def _post(
        self, client: httpx.AsyncClient, url: str, events: list[dict[str, Any]], attempt: int
    ) -> bool:
        body = json.dumps([{**event, "attemptNumber": attempt} for event in events], separators=(",", ":"))
        headers = self.signed("POST", url, body)
        try:
            answer = await client.post(url, content=body.encode(), headers=headers)
            if self._dice.random() < self._mischief.replay:
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
