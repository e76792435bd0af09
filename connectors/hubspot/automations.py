"""Which workflows look at the properties that we write, as far as HubSpot shows them to the token.

The call is of version 4, which HubSpot calls a beta and ends in March 2027; its dated successor is one, too. Whatever
goes wrong here is told as "not known", and nothing else depends on it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from leadwright.connectors.base import MEMBERSHIPS, Automation
from leadwright.connectors.errors import ConfigError
from leadwright.connectors.hubspot import answers
from leadwright.connectors.hubspot.answers import Json
from leadwright.connectors.hubspot.transport import Transport

_FLOWS = "/automation/v4/flows"
_PAGE = 100
_TYPES = {"contacts": "0-1", "companies": "0-2", "deals": "0-3"}


def watching(hubspot: Transport, object_name: str, fields: Sequence[str]) -> list[Automation]:
    """The workflows of an object that are switched on and name one of `fields`, in what they enrol by or do.

    Raises:
        ConfigError: for memberships, which are no fields.
    """
    if object_name == MEMBERSHIPS:
        raise ConfigError("HubSpot shows that at the list itself: open it and look at where it is used")
    ids = [str(flow["id"]) for flow in _listed(hubspot) if _is_of(flow, object_name)]
    found = []
    for start in range(0, len(ids), _PAGE):
        body = {"inputs": [{"flowId": each, "type": "FLOW_ID"} for each in ids[start : start + _PAGE]]}
        answer = hubspot.bare("reading workflows", answers.listing, "POST", f"{_FLOWS}/batch/read", body)
        for flow in answer["results"]:
            if named := sorted(set(fields) & set(_texts(flow))):
                found.append(Automation("workflow", str(flow.get("name") or flow["id"]), tuple(named)))
    return sorted(found, key=lambda automation: automation.name)


def _is_of(flow: Json, object_name: str) -> bool:
    return bool(flow.get("isEnabled")) and flow.get("objectTypeId") == _TYPES.get(object_name)


def _listed(hubspot: Transport) -> Iterator[Json]:
    what, seen = "listing workflows", set[str]()
    place: str | None = ""
    while place is not None:
        if place in seen:
            raise answers.repeated(what)
        seen.add(place)
        path = f"{_FLOWS}?limit={_PAGE}" + (f"&after={quote(place)}" if place else "")
        page = hubspot.bare(what, answers.listing, "GET", path)
        yield from page["results"]
        place = answers.next_page(what, page)


def _texts(part: Any) -> Iterator[str]:
    """Every text in a workflow: in which places a property is named is documented for no more than some filters."""
    if isinstance(part, str):
        yield part
    elif isinstance(part, Mapping):
        for value in part.values():
            yield from _texts(value)
    elif isinstance(part, list):
        for each in part:
            yield from _texts(each)
