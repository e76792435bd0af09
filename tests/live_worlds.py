"""The live sandbox in this process: both CRMs are written to by their own calls, without a socket.

A comparison of policies needs many worlds; a process with two ports for each would take longer than what it serves.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import Any

import httpx
from starlette.types import ASGIApp

from leadwright.connectors.base import Change
from leadwright_sandbox.clock import Clock
from leadwright_sandbox.control_hubspot import hubspot_handlers
from leadwright_sandbox.control_salesforce import salesforce_handlers
from leadwright_sandbox.filling import fill
from leadwright_sandbox.hubspot import HubSpot
from leadwright_sandbox.hubspot.app import build_app
from leadwright_sandbox.live import Live
from leadwright_sandbox.live.desks import BUSY
from leadwright_sandbox.options import parser
from leadwright_sandbox.salesforce import Salesforce
from leadwright_sandbox.store import Store
from leadwright_sandbox.truth import Truth

NOW = datetime(2026, 3, 18, 15, 30, tzinfo=UTC)
FIELDS = {
    "hubspot": ("hubspot_owner_id", "leadwright_grade", "leadwright_score", "leadwright_sla_due_at"),
    "salesforce": ("OwnerId", "Leadwright_Grade__c", "Leadwright_Score__c", "Leadwright_SLA_Due_At__c"),
}


class World:
    """A made population of `leads` people a year that lives on from `NOW` whenever its clock is moved.

    `busy` is the share of the sales team's room that they fill; above 1 they are more than it can answer.
    """

    def __init__(self, seed: int, leads: int, busy: float = BUSY) -> None:
        self._clock, self._truth = Clock(NOW, speed=0), Truth(Store())
        hubspot = HubSpot(Store(), self._clock, limits=False)
        salesforce = Salesforce(Store(), self._clock, limits=False)
        options = parser().parse_args(["--seed", str(seed), "--leads", str(leads)])
        fill(options, self._clock, hubspot, salesforce, self._truth)
        self._live = Live(seed, leads, 0, self._clock, hubspot, salesforce, self._truth, busy)
        self._loop = asyncio.new_event_loop()
        self._clients = {
            "hubspot": _client(build_app(hubspot), hubspot.token),
            "salesforce": _client(salesforce.app, salesforce.credentials()["token"]),
        }
        control = hubspot_handlers(hubspot) | salesforce_handlers(salesforce)
        for field, kind in zip(FIELDS["hubspot"][1:], ("string", "number", "datetime"), strict=True):
            control["PUT", "/hubspot/properties"]({"object": "contacts", "name": field, "type": kind})
        for field, kind in zip(FIELDS["salesforce"][1:], ("string", "double", "datetime"), strict=True):
            control["PUT", "/salesforce/fields"]({"object": "Lead", "name": field, "type": kind})

    def now(self) -> datetime:
        """The present moment."""
        return self._clock.now()

    def advance(self, days: float) -> None:
        """Move the clock."""
        self._live.advance(days * 86400)

    def truth(self) -> list[dict[str, Any]]:
        """All rows of the hidden truth."""
        self._live.tell_truth()
        return [dict(row) for row in self._truth.rows()]

    def results(self) -> dict[str, Any]:
        """What was earned so far."""
        return self._live.results()

    def close(self) -> None:
        """Let go of what the world needs while it is written to."""
        for client in self._clients.values():
            self._loop.run_until_complete(client.aclose())
        self._loop.close()

    def write(self, crm: str, changes: Iterable[Change]) -> None:
        """Write to contacts or leads by the CRM's own calls; one that is gone or converted since is refused."""
        rest = iter(changes)
        while some := list(islice(rest, 100)):
            method, path, body = _to_hubspot(some) if crm == "hubspot" else _to_salesforce(some)
            answer = self._loop.run_until_complete(self._clients[crm].request(method, path, json=body))
            assert answer.status_code in (200, 207), answer.text


def _client(app: ASGIApp, token: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app),
        base_url="https://crm.example",
        headers={"Authorization": f"Bearer {token}"},
    )


def _to_hubspot(changes: Sequence[Change]) -> tuple[str, str, Any]:
    inputs = [
        {"id": each.record_id, "objectWriteTraceId": each.record_id, "properties": _spelled(each)}
        for each in changes
    ]
    return "POST", "/crm/v3/objects/contacts/batch/update", {"inputs": inputs}


def _to_salesforce(changes: Sequence[Change]) -> tuple[str, str, Any]:
    records = [{"attributes": {"type": "Lead"}, "id": each.record_id, **_spelled(each)} for each in changes]
    path = "/services/data/v59.0/composite/sobjects"
    return "PATCH", path, {"allOrNone": False, "records": records}


def _spelled(change: Change) -> dict[str, Any]:
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in change.values.items()
    }
