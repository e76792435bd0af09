"""Owners."""

from __future__ import annotations

from typing import Any

from sandbox.hubspot import scopes
from sandbox.hubspot.calls import Answer, Call
from sandbox.hubspot.errors import not_found
from sandbox.hubspot.routes.endpoint import Endpoint

MAX_PAGE = 500


def _reads(call: Call) -> tuple[str, ...]:
    return (scopes.OWNERS,)


def list_owners(call: Call) -> Answer:
    """A page of owners, active or archived."""
    limit = call.number("limit", 100, MAX_PAGE)
    owners = call.portal.owners.all(call.flag("archived"), call.query.get("email") or None)
    after = call.query.get("after")
    if after:
        ids = [owner["id"] for owner in owners]
        owners = owners[ids.index(after) + 1 :] if after in ids else []
    body: dict[str, Any] = {"results": owners[:limit]}
    if len(owners) > limit:
        last = owners[limit - 1]["id"]
        link = f"https://api.hubapi.com/crm/v3/owners?after={last}&limit={limit}"
        body["paging"] = {"next": {"after": last, "link": link}}
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
