"""What all endpoints share: the call as they see it, and the spelling of answers."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from leadwright_sandbox.salesforce.errors import ApiError
from leadwright_sandbox.salesforce.org import Org
from leadwright_sandbox.salesforce.records import Options, Writer
from leadwright_sandbox.salesforce.schema import View
from leadwright_sandbox.salesforce.sessions import User

JSON_TYPE = "application/json;charset=UTF-8"


@dataclass(frozen=True)
class Call:
    """One request of a logged-in user."""

    org: Org
    request: Request
    user: User
    view: View
    dispatch: Callable[[Request], Awaitable[Response]]  # answers a call inside this call

    @property
    def base(self) -> str:
        """The path all data endpoints of the called version start with."""
        return f"/services/data/{self.request.path_params['version']}"

    def path(self, name: str) -> str:
        """A part of the path."""
        return str(self.request.path_params[name])

    def query(self, name: str) -> str | None:
        """A query parameter."""
        return self.request.query_params.get(name)

    async def json(self) -> Any:
        """The body, which must be JSON."""
        return parse_json(await self.request.body())

    async def json_object(self) -> dict[str, Any]:
        """The body, which must be a JSON object."""
        body = await self.json()
        if not isinstance(body, dict):
            raise ApiError(400, "JSON_PARSER_ERROR", "The request body must be a JSON object")
        return body

    def writer(self) -> Writer:
        """Saves records on behalf of the caller, as the request's headers ask."""
        headers = self.request.headers
        duplicates = headers.get("Sforce-Duplicate-Rule-Header", "").replace(" ", "").lower()
        options = Options(
            auto_assign=headers.get("Sforce-Auto-Assign", "TRUE").upper() != "FALSE",
            save_duplicates="allowsave=true" in duplicates,
            base=self.base,
        )
        return Writer(self.org, self.user, self.view, options)


Handler = Callable[[Call], Awaitable[Response]]
Endpoint = tuple[str, str, Handler]  # method, path template, handler


def parse_json(body: bytes) -> Any:
    """A JSON text, or the error the real parser answers with."""
    try:
        return json.loads(body)
    except ValueError as error:
        raise ApiError(400, "JSON_PARSER_ERROR", f"The request body is not valid JSON: {error}") from error


def reply(body: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A JSON answer."""
    text = json.dumps(body, separators=(",", ":"), ensure_ascii=False)
    return Response(text.encode(errors="replace"), status, headers, media_type=JSON_TYPE)


def empty(headers: Mapping[str, str] | None = None) -> Response:
    """An answer without a body."""
    return Response(status_code=204, headers=headers)
