"""One API call: what a handler is given and how its answer becomes HTTP."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson
from starlette.datastructures import QueryParams
from starlette.responses import Response

from leadwright_sandbox.hubspot.errors import bad_request, not_served
from leadwright_sandbox.hubspot.objects import ObjectType, unserved

if TYPE_CHECKING:
    from leadwright_sandbox.hubspot.portal import HubSpot


@dataclass(slots=True)
class Call:
    """One authenticated call.

    Attributes:
        version: the version in the path as the caller spelt it: `v3`, `2026-03`, ...
        path: the parameters of the route.
        site, address: scheme and host as the caller wrote them; the same with the whole path.
    """

    portal: HubSpot
    version: str
    path: dict[str, str]
    query: QueryParams
    raw: bytes
    site: str
    address: str

    @property
    def body(self) -> dict[str, Any]:
        """The JSON object sent."""
        sent = self._json(b"{}")
        if not isinstance(sent, dict):
            raise bad_request("Invalid input JSON: an object is expected")
        return sent

    @property
    def items(self) -> list[Any]:
        """The JSON list sent."""
        sent = self._json(b"[]")
        if not isinstance(sent, list):
            raise bad_request("Invalid input JSON: a list is expected")
        return sent

    def _json(self, empty: bytes) -> Any:
        try:
            return json.loads(self.raw or empty)
        except ValueError as problem:
            raise bad_request("Invalid input JSON") from problem

    @property
    def kind(self) -> ObjectType:
        """The object type in the path."""
        return self.object_type(self.path["object"])

    def object_type(self, name: str) -> ObjectType:
        """The object type called `name`; raises ApiError."""
        found = self.portal.types.find(name)
        if found is not None:
            return found
        if unserved(name):
            raise not_served(f"the object {name}")
        raise bad_request(f"Unable to infer object type from: {name}")

    def names(self, parameter: str) -> list[str]:
        """A list given as repeated or comma-separated query parameters."""
        return [
            name.strip()
            for given in self.query.getlist(parameter)
            for name in given.split(",")
            if name.strip()
        ]

    def flag(self, parameter: str) -> bool:
        """A boolean query parameter, false where absent."""
        return self.query.get(parameter, "false").lower() == "true"

    def number(self, parameter: str, default: int, most: int) -> int:
        """A positive query parameter up to `most`."""
        try:
            value = int(self.query.get(parameter) or default)
        except ValueError as problem:
            raise bad_request(f"{parameter} is a number") from problem
        if not 0 < value <= most:
            raise bad_request(f"Invalid {parameter}: {value}. It must be between 1 and {most}.")
        return value

    def inputs(self, most: int) -> list[dict[str, Any]]:
        """The `inputs` of a batch call, at most `most`."""
        inputs = self.body.get("inputs")
        if not isinstance(inputs, list) or not all(isinstance(item, dict) for item in inputs):
            raise bad_request("Invalid input JSON: inputs is a list of objects")
        if not inputs:
            raise bad_request("Some required fields were not set: [inputs]")
        if len(inputs) > most:
            raise bad_request(f"The maximum number of inputs supported in a batch request is {most}")
        return inputs


Answer = tuple[int, Any]
Handler = Callable[[Call], Answer]


def respond(answer: Answer, headers: dict[str, str]) -> Response:
    """`answer` as an HTTP response; None is an empty body."""
    status, body = answer
    if body is None:
        return Response(b"", status, headers)
    return Response(orjson.dumps(body), status, headers, "application/json;charset=utf-8")
