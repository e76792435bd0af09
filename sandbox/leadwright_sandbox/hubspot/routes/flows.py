"""Workflows, which can be listed and read."""

from __future__ import annotations

from typing import Any

from leadwright_sandbox.hubspot.calls import Answer, Call
from leadwright_sandbox.hubspot.errors import bad_request
from leadwright_sandbox.hubspot.flows import SCOPE
from leadwright_sandbox.hubspot.routes.endpoint import Endpoint
from leadwright_sandbox.hubspot.routes.paging import behind, next_page

MAX_PAGE = 100


def _reads(call: Call) -> tuple[str, ...]:
    return (SCOPE,)


def list_flows(call: Call) -> Answer:
    """A page of workflows, without what they enrol by."""
    limit = call.number("limit", MAX_PAGE, MAX_PAGE)
    flows = behind(call.query.get("after"), call.portal.flows, lambda flow: flow.flow_id)
    body: dict[str, Any] = {"results": [flow.summary(call.portal) for flow in flows[:limit]]}
    if len(flows) > limit:
        body["paging"] = next_page(call, flows[limit - 1].flow_id)
    return 200, body


def read_flows(call: Call) -> Answer:
    """Workflows by their ids, whole; those that are not there are left out."""
    inputs = call.body.get("inputs")
    if not isinstance(inputs, list) or not 0 < len(inputs) <= MAX_PAGE:
        raise bad_request(f"inputs must hold 1 to {MAX_PAGE} workflows")
    wanted = {str(each["flowId"]) for each in inputs if each["type"] == "FLOW_ID"}
    found = [flow.whole(call.portal) for flow in call.portal.flows if flow.flow_id in wanted]
    return 200, {"status": "COMPLETE", "results": found}


ROUTES = [
    Endpoint("GET", "/automation/v4/flows", list_flows, _reads),
    Endpoint("POST", "/automation/v4/flows/batch/read", read_flows, _reads),
]
