"""Signing in to Salesforce over a long time: tokens that rotate, sessions and permissions that end in the middle."""

from __future__ import annotations

import csv
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from leadwright import connectors, settings, warehouse
from leadwright.connectors.base import Change, FieldSpec
from leadwright.connectors.errors import AuthError
from leadwright.connectors.salesforce import bulk, ingest, reading
from leadwright.transform.preview import trial
from leadwright_sandbox.testing.org import Served, served
from tests.conftest import Sandbox

NOW = datetime(2026, 6, 30, 12, tzinfo=UTC)
LEADS = 4_500
SESSION = 3_600
EVERYTHING = {
    "ApiEnabled", "ReadLeads", "EditLeads", "ModifyMetadata", "AssignPermissionSets", "ReadPermissionSets",
    "EditPermissionSets", "ReadFieldPermissions", "EditFieldPermissions", "ReadPermissionSetAssignments",
    "EditPermissionSetAssignments",
}  # fmt: skip
NAMED = {"ApiEnabled": "API Enabled", "ReadLeads": "Read on Lead", "EditLeads": "Edit on Lead"}


@pytest.fixture
def org(tmp_path: Path) -> Iterator[Served]:
    """An org whose refresh tokens rotate."""
    with served(tmp_path, limits=False) as org:
        org.salesforce.org.sessions.rotates = True
        yield org


@pytest.fixture
def configured(org: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings that reach it with a refresh token, and a home of their own."""
    values = {
        "HOME": tmp_path / "home",
        "SALESFORCE_URL": org.url,
        "SALESFORCE_CA": org.ca_file,
        "SALESFORCE_CLIENT_ID": org.credentials["client_id"],
        "SALESFORCE_REFRESH_TOKEN": org.credentials["refresh_token"],
    }
    for name, value in values.items():
        monkeypatch.setenv(f"LEADWRIGHT_{name}", str(value))


def org_id() -> str:
    """What a process that starts anew is told."""
    return settings.load().connect("salesforce").account()


@pytest.mark.usefixtures("configured")
def test_a_refresh_token_that_rotates_outlives_the_process(org: Served) -> None:
    assert len({org_id() for _ in range(3)}) == 1
    findings = list(settings.load().connect("salesforce").check({}, {}))
    assert [finding for finding in findings if not finding.ok] == []
    org.salesforce.org.sessions.expire_all()
    assert org_id()


@pytest.mark.usefixtures("configured")
def test_a_refresh_token_that_a_person_sets_anew_counts(org: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    assert org_id()
    sessions = org.salesforce.org.sessions
    sessions.refresh_tokens.clear()
    with pytest.raises(AuthError, match="LEADWRIGHT_SALESFORCE_REFRESH_TOKEN") as caught:
        org_id()
    assert "5Aep" not in str(caught.value)
    new = sessions.refresh_token(org.salesforce.org.integration_user)
    monkeypatch.setenv("LEADWRIGHT_SALESFORCE_REFRESH_TOKEN", new)
    assert org_id() == org_id()


@pytest.mark.usefixtures("configured")
def test_what_a_dry_run_is_given_is_not_thrown_away_with_its_copy() -> None:
    own = settings.load()
    with warehouse.writer(own.warehouse_file, 1) as db:
        db.execute("create schema ops")
    with trial(own) as copied:
        assert copied.connect("salesforce").account()
    assert org_id()


@pytest.mark.usefixtures("configured")
def test_processes_that_sign_in_at_once_do_not_end_each_others_token() -> None:
    code = "from leadwright import settings\n" + "settings.load().connect('salesforce').account()\n" * 5
    running = [
        subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE, text=True) for _ in range(3)
    ]
    assert [process.communicate()[1] for process in running] == [""] * 3
    assert org_id()


def lead_id(number: int) -> str:
    return f"00Q{number:012}"


@pytest.fixture(scope="module")
def crm(start_sandbox: Callable[..., Sandbox], tmp_path_factory: pytest.TempPathFactory) -> Sandbox:
    """An org whose sessions last an hour, by a clock that stands."""
    folder = tmp_path_factory.mktemp("salesforce")
    with (folder / "Lead.csv").open("w", newline="") as file:
        rows = [(lead_id(i), f"Person {i}", "Acme", "2026-06-29T12:00:00Z") for i in range(LEADS)]
        csv.writer(file).writerows([["Id", "LastName", "Company", "SystemModstamp"], *rows])
    options = ("--now", NOW.isoformat(), "--speed", "0", "--salesforce-session", str(SESSION))
    return start_sandbox("--import", f"salesforce={folder}", *options, "--control")


@pytest.fixture
def control(crm: Sandbox) -> Iterator[httpx.Client]:
    """The sandbox's control API; faults and lost permissions end with the test."""
    with httpx.Client(base_url=crm["control"]["url"], trust_env=False) as client:
        client.delete("/requests")
        yield client
        client.delete("/faults")
        tell(client, "PUT /salesforce/permissions", {"permissions": sorted(EVERYTHING)})


def tell(control: httpx.Client, call: str, body: Any) -> None:
    method, path = call.split()
    answer = control.request(method, path, json=body)
    assert answer.is_success, answer.text


def before(control: httpx.Client, path: str, call: str, body: Any, **when: Any) -> None:
    """Let something happen right before a call of `path`."""
    fault = {"crm": "salesforce", "kind": "do", "path": path, "call": call, "body": body, **when}
    tell(control, "POST /faults", fault)


def an_hour_passes(control: httpx.Client, path: str, **when: Any) -> None:
    before(control, path, "POST /clock", {"advance": SESSION + 1}, **when)


def sign_ins(control: httpx.Client) -> int:
    return int(control.get("/requests").json()["salesforce"].get("POST /services/oauth2/token", 0))


def renewing(crm: Sandbox) -> Any:
    said = crm["salesforce"]
    names = ("url", "client_id", "client_secret")
    return connectors.connect("salesforce", {**{name: said[name] for name in names}, "ca": said["ca_file"]})


def changes(count: int, field: str = "City") -> list[Change]:
    return [Change(lead_id(i), {field: "Bergen"}) for i in range(count)]


def ids(batches: Any) -> list[str]:
    return [i for batch in batches for i in batch.column("Id").to_pylist()]


@pytest.mark.parametrize(
    ("path", "skip"),
    [("jobs/query$", 0), (r"jobs/query/\w+$", 0), (r"jobs/query/\w+/results", 0), (r"/results", 2)],
    ids=["start", "wait", "first page", "third page"],
)
def test_a_session_ends_in_a_bulk_job(
    crm: Sandbox, control: httpx.Client, monkeypatch: pytest.MonkeyPatch, path: str, skip: int
) -> None:
    monkeypatch.setattr(bulk, "_ROWS_PER_PAGE", 1_000)
    an_hour_passes(control, path, skip=skip)
    found = ids(renewing(crm).pull("Lead", ["Company"], None))
    assert sorted(found) == [lead_id(i) for i in range(LEADS)]
    assert sign_ins(control) == 2
    assert control.get("/faults").json()[0]["happened"] == 1


def test_a_session_ends_in_the_pages_of_a_query(
    crm: Sandbox, control: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "_MOST_REST_ROWS", LEADS)
    next_page = r"query(All)?/\w"
    an_hour_passes(control, next_page)
    an_hour_passes(
        control, next_page, skip=2
    )  # the page after it, which the first one's second try does not count
    found = ids(renewing(crm).pull("Lead", ["Company"], None))
    assert sorted(found) == [lead_id(i) for i in range(LEADS)]
    assert sign_ins(control) == 3


def test_a_session_ends_in_a_write(crm: Sandbox, control: httpx.Client) -> None:
    an_hour_passes(control, "composite/sobjects", method="PATCH", skip=1)
    an_hour_passes(control, "/query", skip=2)
    outcomes = list(renewing(crm).push("Lead", changes(600)))
    assert [(o.record_id, o.status) for o in outcomes] == [(lead_id(i), "accepted") for i in range(600)]
    assert sign_ins(control) == 3


@pytest.mark.parametrize(
    ("path", "when"),
    [
        ("jobs/ingest$", {}),
        (r"jobs/ingest/\w+/batches", {}),
        (r"jobs/ingest/\w+$", {"method": "PATCH"}),
        (r"jobs/ingest/\w+$", {"method": "GET"}),
        ("/successfulResults", {}),
        ("/unprocessedrecords", {}),
        (r"jobs/ingest/\w+$", {"method": "DELETE"}),
    ],
    ids=["create", "upload", "close", "wait", "saved", "not come to", "delete"],
)
def test_a_session_ends_in_a_job_that_writes(
    crm: Sandbox, control: httpx.Client, monkeypatch: pytest.MonkeyPatch, path: str, when: dict[str, str]
) -> None:
    monkeypatch.setattr(ingest, "FROM", 300)
    monkeypatch.setattr(ingest, "LEAST", 300)
    an_hour_passes(control, path, **when)
    outcomes = list(renewing(crm).push("Lead", changes(300)))
    assert [(o.record_id, o.status) for o in outcomes] == [(lead_id(i), "accepted") for i in range(300)]
    assert sign_ins(control) == 2
    assert control.get("/faults").json()[0]["happened"] == 1


@pytest.mark.parametrize("path", ["/describe", "/queryAll", "/queryAll/$", "jobs/query$"])
@pytest.mark.parametrize("lost", ["ApiEnabled", "ReadLeads"])
def test_a_right_that_ends_in_a_pull_is_named(
    crm: Sandbox, control: httpx.Client, monkeypatch: pytest.MonkeyPatch, lost: str, path: str
) -> None:
    counted = path == "/queryAll/$"  # then the rows themselves
    if counted:
        monkeypatch.setattr(reading, "_MOST_REST_ROWS", LEADS)
    permissions = {"permissions": sorted(EVERYTHING - {lost})}
    before(control, path, "PUT /salesforce/permissions", permissions, skip=int(counted))
    with pytest.raises(AuthError) as caught:
        ids(renewing(crm).pull("Lead", ["Company"], None))
    assert caught.value.missing == (NAMED[lost],)
    assert NAMED[lost].split()[-1] in str(caught.value)


@pytest.mark.parametrize("path", [r"query(All)?/\w", "/results"])
def test_a_right_to_call_that_ends_between_pages_is_named(
    crm: Sandbox, control: httpx.Client, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    monkeypatch.setattr(reading, "_MOST_REST_ROWS", 0 if path == "/results" else LEADS)
    monkeypatch.setattr(bulk, "_ROWS_PER_PAGE", 1_000)
    permissions = {"permissions": sorted(EVERYTHING - {"ApiEnabled"})}
    before(control, path, "PUT /salesforce/permissions", permissions, skip=1)
    pulled = renewing(crm).pull("Lead", ["Company"], None)
    with pytest.raises(AuthError, match="'API Enabled'"):
        ids(pulled)


@pytest.mark.parametrize("lost", ["ApiEnabled", "ReadLeads", "EditLeads"])
def test_a_right_that_ends_in_a_write_is_named_and_what_was_taken_is_told(
    crm: Sandbox, control: httpx.Client, lost: str
) -> None:
    permissions = {"permissions": sorted(EVERYTHING - {lost})}
    when = {"method": "PATCH", "skip": 1}
    before(control, "composite/sobjects", "PUT /salesforce/permissions", permissions, **when)
    outcomes = []
    with pytest.raises(AuthError) as caught:
        for outcome in renewing(crm).push("Lead", changes(600)):
            outcomes.append(outcome)
    assert caught.value.missing == (NAMED[lost],)
    assert [(o.record_id, o.status) for o in outcomes] == [(lead_id(i), "accepted") for i in range(200)]


@pytest.mark.parametrize("field", ["Leadwright_Late__c", "Title"])
def test_a_field_that_goes_in_a_write_is_named(crm: Sandbox, control: httpx.Client, field: str) -> None:
    connector = renewing(crm)
    connector.ensure_fields("Lead", [FieldSpec("Leadwright_Late__c", "Late", "string")])
    gone = {"object": "Lead", "name": field}
    before(control, "composite/sobjects", "DELETE /salesforce/fields", gone, method="PATCH", skip=1)
    outcomes = []
    with pytest.raises(AuthError, match=field) as caught:
        for outcome in connector.push("Lead", changes(600, field)):
            outcomes.append(outcome)
    assert caught.value.missing == (f"Edit on Lead.{field}",)
    assert [o.status for o in outcomes] == ["accepted"] * 200


def test_rows_that_are_not_shared_are_refused_by_themselves(crm: Sandbox, control: httpx.Client) -> None:
    fault = {"crm": "salesforce", "kind": "rows", "path": "composite/sobjects", "times": 250}
    tell(
        control, "POST /faults", {**fault, "code": "INSUFFICIENT_ACCESS_OR_READONLY", "message": "no access"}
    )
    statuses = [outcome.status for outcome in renewing(crm).push("Lead", changes(300))]
    assert statuses == ["rejected"] * 250 + ["accepted"] * 50
