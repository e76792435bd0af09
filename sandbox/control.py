"""The control API: what a test may ask of the sandbox itself. It is served only where `--control` is given."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from sandbox.clock import Clock
from sandbox.faults import Faults, fault_from
from sandbox.hubspot import HubSpot
from sandbox.hubspot.webhooks import Mischief
from sandbox.live import Live
from sandbox.salesforce import Salesforce
from sandbox.truth import Truth

PREFIX = "/_control"


class Control:
    """The control API over both CRMs."""

    def __init__(
        self,
        clock: Clock,
        faults: Faults,
        hubspot: HubSpot,
        salesforce: Salesforce,
        truth: Truth,
        live: Live | None = None,
    ) -> None:
        self._clock = clock
        self._live = live
        self._faults = faults
        self._hubspot = hubspot
        self._truth = truth
        self._counters = {"hubspot": hubspot.requests, "salesforce": salesforce.requests}
        handlers: dict[tuple[str, str], Callable[[Any], Any]] = {
            ("GET", "/requests"): self._requests,
            ("DELETE", "/requests"): self._reset_requests,
            ("GET", "/faults"): self._list_faults,
            ("POST", "/faults"): self._add_fault,
            ("DELETE", "/faults"): self._clear_faults,
            ("GET", "/truth"): self._truth_page,
            ("GET", "/results"): self._results,
            ("GET", "/clock"): self._now,
            ("POST", "/clock"): self._advance,
            ("POST", "/hubspot/tokens"): self._make_token,
            ("PUT", "/hubspot/scopes"): self._set_scopes,
            ("PUT", "/hubspot/search-lag"): self._set_search_lag,
            ("PUT", "/hubspot/webhooks"): self._set_webhooks,
            ("POST", "/hubspot/calculate"): self._calculate,
            ("POST", "/hubspot/load"): lambda given: self._load(hubspot, given),
            ("POST", "/salesforce/load"): lambda given: self._load(salesforce, given),
        }
        self._app = Starlette(
            routes=[
                Route(PREFIX + path, _endpoint(handler), methods=[method])
                for (method, path), handler in handlers.items()
            ]
        )

    def before(self, app: ASGIApp) -> ASGIApp:
        """`app` with the control API in front of it."""

        async def both(scope: Scope, receive: Receive, send: Send) -> None:
            ours = scope.get("path", "").startswith(PREFIX)
            await (self._app if ours else app)(scope, receive, send)

        return both

    def _requests(self, _: Any) -> Any:
        return {
            crm: {f"{method} {path}": count for (method, path), count in sorted(counter.items())}
            for crm, counter in self._counters.items()
        }

    def _reset_requests(self, _: Any) -> None:
        for counter in self._counters.values():
            counter.clear()

    def _list_faults(self, _: Any) -> Any:
        return [fault.shown() for fault in self._faults.rules]

    def _add_fault(self, given: Any) -> Any:
        self._faults.rules.append(fault_from(given))
        return self._faults.rules[-1].shown()

    def _clear_faults(self, _: Any) -> None:
        self._faults.rules.clear()

    def _results(self, _: Any) -> Any:
        if self._live is None:
            raise ValueError("nothing is earned where nothing lives: start the sandbox with --live")
        return self._live.results()

    def _truth_page(self, given: Any) -> Any:
        if self._live is not None:
            self._live.tell_truth()
        return self._truth.page(int(given.get("after", 0)), int(given.get("limit", 1000)))

    def _now(self, _: Any) -> Any:
        return {"now": self._clock.now().isoformat()}

    def _advance(self, given: Any) -> Any:
        mover = self._live or self._clock
        mover.advance(float(given["advance"]))
        return self._now(None)

    def _make_token(self, given: Any) -> Any:
        return {"token": self._hubspot.make_token(given["scopes"])}

    def _set_scopes(self, given: Any) -> None:
        self._hubspot.tokens[given.get("token", self._hubspot.token)] = frozenset(given["scopes"])

    def _set_search_lag(self, given: Any) -> None:
        self._hubspot.search_lag.seconds = float(given["seconds"])

    def _set_webhooks(self, given: Any) -> None:
        hooks = self._hubspot.webhooks
        hooks.retry_seconds = float(given.pop("retry_seconds", hooks.retry_seconds))
        hooks.misbehave(Mischief(**given))

    def _calculate(self, given: Any) -> Any:
        kind = self._hubspot.object_type(given["object"])
        values = {name: kind.properties[name].stored(value) for name, value in given["properties"].items()}
        return {"changed": self._hubspot.records.set_silently(kind, given["id"], values)}

    def _load(self, crm: HubSpot | Salesforce, given: Any) -> None:
        """Rows with dates of their own: late ones, out of order, or as many as a test needs."""
        crm.load(given["object"], given["rows"])


def _endpoint(handler: Callable[[Any], Any]) -> Callable[[Request], Any]:
    async def endpoint(request: Request) -> Response:
        raw = await request.body()
        try:
            given = dict(request.query_params) if request.method == "GET" else json.loads(raw or b"{}")
            answer = handler(given)
        except (KeyError, TypeError, ValueError) as problem:
            return JSONResponse({"message": f"the control API does not understand this: {problem}"}, 400)
        return Response(status_code=204) if answer is None else JSONResponse(answer)

    return endpoint
