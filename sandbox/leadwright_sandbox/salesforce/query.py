"""query, queryMore and queryAll."""

from __future__ import annotations

import re
from dataclasses import replace

from starlette.responses import Response

from leadwright_sandbox.salesforce.errors import ApiError, malformed_query
from leadwright_sandbox.salesforce.http import Call, Endpoint, reply
from leadwright_sandbox.salesforce.results import PAGE
from leadwright_sandbox.salesforce.soql import translate


def page_size(call: Call) -> int:
    """The page size the caller asks for: 200 to 2,000."""
    asked = re.search(r"batchSize=(\d+)", call.request.headers.get("Sforce-Query-Options", ""))
    return min(max(int(asked[1]), 200), PAGE) if asked else PAGE


def _run(call: Call, endpoint: str, *, deleted: bool) -> Response:
    soql = call.query("q")
    if not soql:
        raise malformed_query("SOQL text is missing (parameter q)")
    plan = translate(soql, call.view, call.org.clock.now(), deleted=deleted)
    locators, user_id = call.org.locators, call.user.id
    return reply(locators.first_page(plan, call.base, endpoint, page_size(call), user_id))


async def run_query(call: Call) -> Response:
    """GET query?q="""
    return _run(call, "query", deleted=False)


async def run_query_all(call: Call) -> Response:
    """GET queryAll?q= : deleted and archived records too."""
    return _run(call, "queryAll", deleted=True)


async def run_tooling_query(call: Call) -> Response:
    """GET tooling/query?q= : the same over the objects of the Tooling API."""
    return _run(replace(call, view=call.org.view(call.user, tooling=True)), "tooling/query", deleted=False)


def _more(call: Call, endpoint: str) -> Response:
    locator = re.fullmatch(r"(\w+)-(\d+)", call.path("locator"))
    if locator is None:
        raise ApiError(400, "INVALID_QUERY_LOCATOR", "invalid query locator")
    url = f"{call.base}/{endpoint}"
    page = call.org.locators.page(locator[1], int(locator[2]), page_size(call), url, call.user.id)
    return reply(page)


async def query_more(call: Call) -> Response:
    """GET query/{locator}"""
    return _more(call, "query")


async def query_all_more(call: Call) -> Response:
    """GET queryAll/{locator}"""
    return _more(call, "queryAll")


ENDPOINTS: list[Endpoint] = [
    ("GET", "/query", run_query),
    ("GET", "/query/{locator}", query_more),
    ("GET", "/queryAll", run_query_all),
    ("GET", "/queryAll/{locator}", query_all_more),
    ("GET", "/tooling/query", run_tooling_query),
    ("GET", "/tooling/query/{locator}", query_more),
]
