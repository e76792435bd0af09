"""The control API: what a test may ask of the sandbox itself. It is served only where `--control` is given."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from leadwright_sandbox.clock import Clock
from leadwright_sandbox.control_hubspot import hubspot_handlers
from leadwright_sandbox.control_salesforce import salesforce_handlers
from leadwright_sandbox.counting import Counts
from leadwright_sandbox.fault_rules import Deed, fault_from
from leadwright_sandbox.faults import Faults
from leadwright_sandbox.hubspot import HubSpot
from leadwright_sandbox.live import Live
from leadwright_sandbox.salesforce import Salesforce
from leadwright_sandbox.truth import Truth

PREFIX = "/_control"
NONSENSE = (
    KeyError,
    OverflowError,
    TypeError,
    ValueError,
)  # what handlers raise for a body that they cannot use


class Control:
    """The control API over both CRMs."""

    def __init__(
        self,
        clock: Clock,
        faults: Faults,
        hubspot: HubSpot,
        salesforce: Salesforce,
        truth: Truth,
        counts: Mapping[str, Counts],
        live: Live | None = None,
    ) -> None:
        self._clock = clock
        self._live = live
        self._faults = faults
        self._truth = truth
        self._counts = counts
        self._handlers: dict[tuple[str, str], Callable[[Any], Any]] = {
            ("GET", "/requests"): self._requests,
            ("DELETE", "/requests"): self._reset_requests,
            ("GET", "/faults"): self._list_faults,
            ("POST", "/faults"): self._add_fault,
            ("DELETE", "/faults"): self._clear_faults,
            ("GET", "/truth"): self._truth_page,
            ("GET", "/results"): self._results,
            ("GET", "/clock"): self._now,
            ("POST", "/clock"): self._advance,
            **hubspot_handlers(hubspot),
            **salesforce_handlers(salesforce),
        }
        self._app = Starlette(
            routes=[
                Route(PREFIX + path, _endpoint(handler), methods=[method])
                for (method, path), handler in self._handlers.items()
            ]
        )

    def before(self, app: ASGIApp) -> ASGIApp:
        """`app` with the control API in front of it."""

        async def both(scope: Scope, receive: Receive, send: Send) -> None:
            ours = scope.get("path", "").startswith(PREFIX)
            await (self._app if ours else app)(scope, receive, send)

        return both

    def _requests(self, given: Any) -> Any:
        if given not in ({}, {"by": "status"}):
            raise ValueError("calls are counted in all, or ?by=status")
        return {crm: each.by_status() if given else each.totals() for crm, each in self._counts.items()}

    def _reset_requests(self, _: Any) -> None:
        for each in self._counts.values():
            each.clear()

    def _list_faults(self, _: Any) -> Any:
        return [fault.shown() for fault in self._faults.rules]

    def _add_fault(self, given: Any) -> Any:
        fault = fault_from(given)
        if fault.kind == "do":
            fault.deed = self._deed(fault.call, fault.body)
        self._faults.rules.append(fault)
        return fault.shown()

    def _deed(self, call: str, body: Any) -> Deed:
        """One of the control API's own calls, to be made later."""
        method, _, path = call.partition(" ")
        handler = self._handlers.get((method.upper(), path))
        if handler is None or method.upper() == "GET":
            raise ValueError(f"{call!r} is no call of the control API that changes something")
        given = {} if body is None else body
        if not isinstance(given, dict):
            raise TypeError("body is an object")

        def deed() -> str | None:
            try:
                handler(given)
            except NONSENSE as problem:
                return _misunderstood(problem)
            return None

        return deed

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


def _misunderstood(problem: Exception) -> str:
    return f"the control API does not understand this: {problem}"


def _endpoint(handler: Callable[[Any], Any]) -> Callable[[Request], Any]:
    async def endpoint(request: Request) -> Response:
        raw = await request.body()
        try:
            given = dict(request.query_params) if request.method == "GET" else json.loads(raw or b"{}")
            if not isinstance(given, dict):
                raise TypeError("a JSON object is expected")
            answer = handler(given)
        except NONSENSE as problem:
            return JSONResponse({"message": _misunderstood(problem)}, 400)
        return Response(status_code=204) if answer is None else JSONResponse(answer)

    return endpoint
