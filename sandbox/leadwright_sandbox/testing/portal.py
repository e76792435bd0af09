"""The sandbox's HubSpot without a process of its own: the calls go straight to the application."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import httpx

from leadwright_sandbox.clock import Clock
from leadwright_sandbox.hubspot import HubSpot
from leadwright_sandbox.hubspot.app import build_app
from leadwright_sandbox.store import Store


class Portal:
    """A portal and a caller of it."""

    def __init__(self) -> None:
        self.hubspot = HubSpot(Store(), Clock(), limits=False)
        self._loop = asyncio.new_event_loop()
        self._client = httpx.AsyncClient(
            transport=httpx.ASGITransport(build_app(self.hubspot)),
            base_url="http://portal",
            headers={"Authorization": f"Bearer {self.hubspot.token}"},
        )

    def __call__(
        self,
        method: str,
        path: str,
        body: object = None,
        expect: int = 200,
        headers: Mapping[str, str] | None = None,
    ) -> Any:
        sent = self._client.request(method, path, json=body, headers=headers)
        answer = self._loop.run_until_complete(sent)
        assert answer.status_code == expect, answer.text
        return answer.json() if answer.content else None

    def form(self, path: str, fields: Mapping[str, str], expect: int = 200) -> Any:
        """What a form gets that is posted without a token."""
        sent = self._client.post(path, data=fields, headers={"Authorization": ""})
        answer = self._loop.run_until_complete(sent)
        assert answer.status_code == expect, answer.text
        return answer.json()

    def pages(self, path: str) -> list[Any]:
        """The results of all pages, each found by the link of the one before."""
        results: list[Any] = []
        while path:
            page = self("GET", path)
            results += page["results"]
            path = page.get("paging", {}).get("next", {}).get("link", "")
        return results

    def status(self, method: str, path: str, body: object) -> int:
        return self._loop.run_until_complete(self._client.request(method, path, json=body)).status_code

    def contact(self, **properties: str) -> str:
        made: str = self("POST", "/crm/v3/objects/contacts", {"properties": properties}, 201)["id"]
        return made

    def company(self, **properties: str) -> str:
        made: str = self("POST", "/crm/v3/objects/companies", {"properties": properties}, 201)["id"]
        return made

    def close(self) -> None:
        self._loop.run_until_complete(self._client.aclose())
        self._loop.close()
