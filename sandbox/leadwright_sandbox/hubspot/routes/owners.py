"""Owners."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from leadwright_sandbox.hubspot import scopes
from leadwright_sandbox.hubspot.calls import Answer, Call
from leadwright_sandbox.hubspot.errors import not_found
from leadwright_sandbox.hubspot.routes.endpoint import Endpoint
from leadwright_sandbox.hubspot.routes.paging import behind, next_page

MAX_PAGE = 500


def _reads(call: Call) -> tuple[str, ...]:
    return (scopes.OWNERS,)


def list_owners(call: Call) -> Answer:
    """A page of owners, active or archived."""
    limit = call.number("limit", 100, MAX_PAGE)
    owners: Sequence[dict[str, Any]] = call.portal.owners.all(
        call.flag("archived"), call.query.get("email") or None
    )
    owners = behind(call.query.get("after"), owners, lambda owner: str(owner["id"]))
    body: dict[str, Any] = {"results": owners[:limit]}
    if len(owners) > limit:
        body["paging"] = next_page(call, owners[limit - 1]["id"])
    return 200, body


def get_owner(call: Call) -> Answer:
    """One owner by id or by user id."""
    key = "userId" if call.query.get("idProperty") == "userId" else "id"
    for owner in call.portal.owners.all(call.flag("archived")):
        if str(owner.get(key)) == call.path["id"]:
            return 200, owner
    raise not_found()


ROUTES = [
    Endpoint("GET", "/crm/v3/owners", list_owners, _reads),
    Endpoint("GET", "/crm/v3/owners/{id}", get_owner, _reads),
]
