"""The connectors' reading of answers, on exchanges recorded from the real services."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hubspot.crm.objects import ApiException
from simple_salesforce.exceptions import SalesforceGeneralError

from leadwright.connectors.batches import instant
from leadwright.connectors.errors import RateLimitedError
from leadwright.connectors.hubspot import answers, rows, shapes
from leadwright.connectors.hubspot import errors as hubspot_errors
from leadwright.connectors.hubspot import writing as hubspot_writing
from leadwright.connectors.salesforce import errors as salesforce_errors
from leadwright.connectors.salesforce import writing as salesforce_writing
from leadwright.connectors.salesforce.transport import _USAGE
from leadwright.connectors.values import Row

Exchange = dict[str, Any]


@pytest.fixture(scope="module")
def exchanges(shared: Path) -> list[Exchange]:
    files = sorted((shared / "contracts" / "recorded").glob("*.jsonl"))
    return [json.loads(line) for path in files for line in path.read_text().splitlines()]


def of(exchanges: list[Exchange], part: str, method: str, *statuses: int) -> Iterator[Exchange]:
    found = [e for e in exchanges if part in e["path"] and e["method"] == method and e["status"] in statuses]
    assert found, f"no recording of {method} {part} {statuses}"
    yield from found


def test_pages_of_searches(exchanges: list[Exchange]) -> None:
    for exchange in of(exchanges, "/search", "POST", 200):
        page = answers.found(200)("searching", exchange["response"])
        after = answers.next_page("searching", page)
        assert after is None or after.isdigit()
        for record in page["results"]:
            name = "contacts" if "CONTACT" in exchange["path"] else "companies"
            row = rows.row(record, name)
            assert row["hs_object_id"] == str(record["id"])
            assert row["archived"] == "false"
            assert instant(row[shapes.cursor(name)]).year >= 2020


def test_results_of_batch_updates(exchanges: list[Exchange]) -> None:
    for exchange in of(exchanges, "/batch/update", "POST", 200, 201):
        rows = [Row(str(given["id"]), given["properties"]) for given in exchange["request"]["inputs"]]
        stored = hubspot_writing._stored(exchange["response"], rows)
        assert set(stored) == {row.record_id for row in rows}
        assert None not in stored.values()


def test_refusals_of_hubspot(exchanges: list[Exchange]) -> None:
    for exchange in of([e for e in exchanges if "hubapi" in e["host"]], "/", "POST", 400, 404, 429):
        error = ApiException(status=exchange["status"], reason="")
        error.body = json.dumps(exchange["response"])
        error.headers = exchange["headers"]
        found = hubspot_errors.from_answer("searching", error)
        limited = exchange["status"] == 429
        assert type(found) is (RateLimitedError if limited else hubspot_errors.RefusedError)


def test_fates_of_collections(exchanges: list[Exchange]) -> None:
    codes = set()
    for exchange in of(exchanges, "composite/sobjects", "PATCH", 200):
        for sent, answer in zip(exchange["request"]["records"], exchange["response"], strict=True):
            outcome = salesforce_writing.outcome_of(Row(sent["id"], {"a": 1}), answer)
            assert outcome.status == ("accepted" if answer["success"] else "rejected")
            codes.add(outcome.code)
    assert {None, "INVALID_EMAIL_ADDRESS"} <= codes


def test_refusals_of_salesforce(exchanges: list[Exchange]) -> None:
    for exchange in of([e for e in exchanges if "salesforce" in e["host"]], "/", "GET", 404):
        error = SalesforceGeneralError("", exchange["status"], "", exchange["response"])
        found = salesforce_errors.from_answer("reading", error)
        assert isinstance(found, salesforce_errors.RefusedError)
        assert found.code == "NOT_FOUND"


def test_the_count_of_calls(exchanges: list[Exchange]) -> None:
    headers = [e["headers"].get("Sforce-Limit-Info") for e in exchanges]
    found = [_USAGE.search(header) for header in headers if header]
    assert found
    assert all(match and int(match[2]) == 15_000 for match in found)
