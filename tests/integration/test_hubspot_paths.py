"""All reads and writes at a HubSpot with both kinds of path, with dated ones alone, with v3 and v4 alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import httpx
import pyarrow as pa
import pytest

from leadwright import connectors
from leadwright.connectors.base import Change, FieldSpec
from leadwright.connectors.hubspot.shapes import LINKS, RECORDS, SHAPES
from leadwright_sandbox.hubspot.scopes import ALL_SCOPES
from tests.conftest import Sandbox

NOW = datetime(2026, 1, 31, 9, tzinfo=UTC)
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
KINDS = {"both": (True, True), "dated": (True, False), "older": (False, True)}


@pytest.fixture(scope="module")
def crm(start_sandbox: Callable[..., Sandbox]) -> Sandbox:
    return start_sandbox(
        "--leads", "60", "--now", NOW.isoformat(), "--no-limits", "--control", "--speed", "0"
    )


def control(crm: Sandbox, method: str, path: str, body: object = None) -> Any:
    answer = httpx.request(method, crm["control"]["url"] + path, json=body)
    answer.raise_for_status()
    return answer.json() if answer.content else None


def connect(crm: Sandbox, dated: bool, older: bool) -> Any:
    """A connector for the account as it was not met before: with a token of its own."""
    control(crm, "PUT", "/hubspot/versions", {"dated": dated, "older": older})
    token = control(crm, "POST", "/hubspot/tokens", {"scopes": list(ALL_SCOPES)})["token"]
    return connectors.connect("hubspot", {"url": crm["hubspot"]["url"], "token": token})


def rows(connector: Any, name: str, since: datetime | None) -> list[dict[str, Any]]:
    found = pa.Table.from_batches(list(connector.pull(name, [], since))).to_pylist()
    return sorted(found, key=str)


def test_the_same_rows_come_by_every_kind_of_path(crm: Sandbox) -> None:
    def pulled(kind: str) -> dict[str, Any]:
        connector = connect(crm, *KINDS[kind])
        whole = {name: rows(connector, name, None) for name in SHAPES}
        changed = {name: rows(connector, name, LONG_AGO) for name in (*RECORDS, *LINKS)}
        return {"whole": whole, "changed": changed, "account": connector.account()}

    both = pulled("both")
    for read in ("whole", "changed"):
        assert {name for name, found in both[read].items() if not found} <= {"notes"}
    assert pulled("dated") == both
    assert pulled("older") == both


@pytest.mark.parametrize("kind", KINDS)
def test_writes_fields_and_checks_go_by_every_kind_of_path(crm: Sandbox, kind: str) -> None:
    connector = connect(crm, *KINDS[kind])
    spec = FieldSpec(f"leadwright_grade_{kind}", "Grade", "picklist", "Grade", ("Hot", "Cold"))
    assert connector.ensure_fields("contacts", [spec]) == [spec.name]
    more = FieldSpec(spec.name, "Grade", "picklist", "Grade", ("Hot", "Cold", "Icy"))
    assert connector.ensure_fields("contacts", [more]) == [], "the new option was added"
    assert spec.name in {field.name for field in connector.fields("contacts")}

    live = [row["hs_object_id"] for row in rows(connector, "contacts", None) if row["archived"] == "false"]
    changes = [Change(record_id, {spec.name: "Icy"}) for record_id in live[:3]]
    outcomes = connector.push("contacts", [*changes, Change("99999999", {spec.name: "Icy"})])
    fates = {outcome.record_id: outcome.status for outcome in outcomes}
    assert fates == {**dict.fromkeys(live[:3], "accepted"), "99999999": "skipped"}

    reads: dict[str, list[str]] = {name: [] for name in SHAPES}
    findings = list(connector.check(reads, {"contacts": [spec]}))
    assert [finding.check for finding in findings if not finding.ok] == []
    assert next(f.detail for f in findings if f.check == "HubSpot scopes").startswith("all ")


def test_which_paths_there_are_is_asked_once(crm: Sandbox) -> None:
    connector = connect(crm, *KINDS["older"])
    control(crm, "DELETE", "/requests")
    for _ in range(3):
        rows(connector, "owners", None)
    served = control(crm, "GET", "/requests?by=status")["hubspot"]["GET /crm/v3/owners"]
    assert served["404"] == 1
    again = connectors.connect("hubspot", {"url": crm["hubspot"]["url"], "token": _token(connector)})
    rows(again, "owners", None)
    assert control(crm, "GET", "/requests?by=status")["hubspot"]["GET /crm/v3/owners"]["404"] == 1


def _token(connector: Any) -> str:
    return str(connector._credentials.token.get_secret_value())


def test_a_validation_rule_of_the_company_sets_one_row_aside(crm: Sandbox) -> None:
    """HubSpot holds writes to them from this version on, also those of another property."""
    connector = connect(crm, *KINDS["dated"])
    contacts = [row for row in rows(connector, "contacts", None) if row["archived"] == "false"]
    bad, *fine = [row["hs_object_id"] for row in contacts[:7]]
    list(connector.push("contacts", [Change(bad, {"city": "Nowhere"})]))
    rule = {"object": "contacts", "required": "fax", "when": {"city": "Nowhere"}}
    control(crm, "POST", "/hubspot/rules", rule)
    try:
        outcomes = list(connector.push("contacts", [Change(i, {"zip": "1"}) for i in (bad, *fine)]))
    finally:
        control(crm, "DELETE", "/hubspot/rules")
    fates = {outcome.record_id: outcome.status for outcome in outcomes}
    assert fates == {bad: "rejected", **dict.fromkeys(fine, "accepted")}
