"""composite and composite/batch: several calls in one, each with its own answer."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Message

from leadwright_sandbox.salesforce.errors import ApiError
from leadwright_sandbox.salesforce.http import Call, Endpoint, reply

MOST_CALLS = 25
INSIDE = "inside"  # in the scope of a call inside a call: `composite` or `batch`
REFERENCE = re.compile(r"@\{(\w+)\.([\w.\[\]]+)\}")
HALTED = {"errorCode": "PROCESSING_HALTED"}
ROLLED_BACK = "The transaction was rolled back since another operation in the same transaction failed."


class _RollBackError(Exception):
    """Ends the transaction of a composite request that asked for all or none."""


def sub_request(call: Call, method: str, url: str, body: Any, headers: Mapping[str, str]) -> Request:
    """A call inside the call, with the same caller."""
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise ApiError(400, "INVALID_REQUEST", f"{url} is not an address") from error
    if not isinstance(headers, Mapping):
        raise ApiError(400, "INVALID_REQUEST", "httpHeaders must be an object")
    kept = [(name, value) for name, value in call.request.headers.raw if name in (b"authorization", b"host")]
    more = [(name.lower().encode(), str(value).encode()) for name, value in headers.items()]
    scope = dict(call.request.scope) | {"method": method.upper(), "path": parts.path, "headers": kept + more}
    scope |= {"query_string": parts.query.encode(), "raw_path": parts.path.encode()}
    scope[INSIDE] = call.request.url.path.rstrip("/").rpartition("/")[2]
    content = b"" if body is None else json.dumps(body).encode()

    async def receive() -> Message:
        return {"type": "http.request", "body": content, "more_body": False}

    return Request(scope, receive)


def _parsed(response: Response) -> Any:
    return json.loads(bytes(response.body)) if response.body else None


def _list(body: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    items = body.get(name)
    if not isinstance(items, list) or not items:
        raise ApiError(400, "INVALID_REQUEST", f"{name} must be a list with at least one call")
    if not all(isinstance(each, dict) for each in items):
        raise ApiError(400, "INVALID_REQUEST", f"{name} must be a list of objects")
    if len(items) > MOST_CALLS:
        raise ApiError(400, "LIMIT_EXCEEDED", f"{name} has more than {MOST_CALLS} calls")
    return items


def _full_url(call: Call, url: str) -> str:
    """Batch addresses leave out `/services/data/`."""
    return url if url.startswith("/services/") else f"/services/data/{url.lstrip('/')}"


async def run_batch(call: Call) -> Response:
    """POST composite/batch: independent calls."""
    body = await call.json_object()
    results: list[dict[str, Any]] = []
    failed = False
    for item in _list(body, "batchRequests"):
        if failed and body.get("haltOnError"):
            results.append({"statusCode": 412, "result": [HALTED | {"message": "Batch processing halted"}]})
            continue
        url = _full_url(call, str(item.get("url")))
        asked = sub_request(call, str(item.get("method", "GET")), url, item.get("richInput"), {})
        response = await call.dispatch(asked)
        failed = failed or response.status_code >= 400
        results.append({"statusCode": response.status_code, "result": _parsed(response)})
    return reply({"hasErrors": failed, "results": results})


def _resolved(value: Any, answers: Mapping[str, Any]) -> Any:
    """`value` with its `@{reference.field}` parts filled from earlier answers."""
    if isinstance(value, dict):
        return {name: _resolved(each, answers) for name, each in value.items()}
    if isinstance(value, list):
        return [_resolved(each, answers) for each in value]
    if not isinstance(value, str):
        return value
    return REFERENCE.sub(lambda match: str(_looked_up(match, answers)), value)


def _looked_up(match: re.Match[str], answers: Mapping[str, Any]) -> Any:
    found = answers.get(match[1])
    for step in re.findall(r"\w+", match[2]):
        try:
            found = found[int(step)] if isinstance(found, list) else found[step]  # type: ignore[index]
        except (KeyError, IndexError, TypeError, ValueError) as error:
            message = f"Invalid reference specified. No value for {match[1]}.{match[2]} found"
            raise ApiError(400, "PROCESSING_HALTED", message) from error
    return found


async def run_composite(call: Call) -> Response:
    """POST composite: calls that may refer to the answers of earlier ones, all or none where asked."""
    body = await call.json_object()
    items = _list(body, "compositeRequest")
    all_or_none = bool(body.get("allOrNone"))
    answers: list[dict[str, Any]] = []
    try:
        with call.org.transaction():
            await _run_items(call, items, answers)
            if all_or_none and any(answer["httpStatusCode"] >= 400 for answer in answers):
                raise _RollBackError
    except _RollBackError:
        for answer in answers:
            if answer["httpStatusCode"] < 400:
                answer |= {
                    "body": [HALTED | {"message": ROLLED_BACK}],
                    "httpHeaders": {},
                    "httpStatusCode": 400,
                }
    return reply({"compositeResponse": answers})


async def _run_items(call: Call, items: list[dict[str, Any]], answers: list[dict[str, Any]]) -> None:
    by_reference: dict[str, Any] = {}
    for item in items:
        reference = str(item.get("referenceId"))
        try:
            url, sent = (
                _resolved(str(item.get("url")), by_reference),
                _resolved(item.get("body"), by_reference),
            )
            headers = item.get("httpHeaders") or {}
            response = await call.dispatch(sub_request(call, str(item.get("method")), url, sent, headers))
            status, found = response.status_code, _parsed(response)
            location = response.headers.get("Location")
        except ApiError as error:
            status, found, location = error.status, error.body(), None
        if status < 400:
            by_reference[reference] = found
        shown = {"Location": location} if location else {}
        answers.append(
            {"body": found, "httpHeaders": shown, "httpStatusCode": status, "referenceId": reference}
        )


ENDPOINTS: list[Endpoint] = [
    ("POST", "/composite", run_composite),
    ("POST", "/composite/batch", run_batch),
]
