"""Answers that are not what was asked for: tried again, and then the read fails. Never are they an empty page."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pyarrow as pa
import pytest

from leadwright import connectors, warehouse
from leadwright.connectors import retry
from leadwright.connectors.base import Change
from leadwright.connectors.errors import RecordError, UnavailableError
from leadwright.pull import extract
from leadwright.settings import Settings
from leadwright.transform.tables import RawTable
from tests.conftest import Sandbox

LONG_AGO = datetime.now(UTC) - timedelta(days=9_999)
BODIES = ["{}", "", "null", "[]", '{"status": "error", "message": "x"}', "<html>fine</html>"]
READS = {  # object, whether what changed is read, the call that goes wrong
    "hubspot": [
        ("contacts", False, "GET", "/objects/contacts"),
        ("contacts", True, "POST", "/contacts/search"),
        ("contacts_to_companies", False, "POST", "/associations/contacts/companies/batch/read"),
        ("owners", False, "GET", "/owners"),
        ("deal_stages", False, "GET", "/pipelines/deals"),
    ],
    "salesforce": [("Lead", False, "GET", "/queryAll"), ("User", False, "GET", "/queryAll")],
}


@pytest.fixture(scope="module")
def crm(start_sandbox: Callable[..., Sandbox]) -> Sandbox:
    return start_sandbox("--leads", "150", "--seed", "5", "--no-limits", "--control")


@pytest.fixture(autouse=True)
def short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retry, "_backoff", lambda state: 0.001)


@pytest.fixture
def faulty(crm: Sandbox) -> Iterator[Callable[..., None]]:
    """A function that makes calls of the sandbox go wrong."""
    url = f"{crm['control']['url']}/faults"

    def fault(name: str, method: str, path: str, **rule: Any) -> None:
        given = {"crm": name, "kind": "status", "status": 200, "method": method, "path": path, **rule}
        httpx.post(url, json=given).raise_for_status()

    yield fault
    httpx.request("DELETE", url)


def calls(crm: Sandbox, name: str) -> int:
    return sum(httpx.get(f"{crm['control']['url']}/requests").json()[name].values())


def keys(crm: Sandbox, name: str, object_name: str, changed: bool = False) -> list[Any]:
    connector = connectors.connect(name, crm.credentials(name))
    table = pa.Table.from_batches(list(connector.pull(object_name, [], LONG_AGO if changed else None)))
    return sorted(
        zip(*[table.column(key).to_pylist() for key in connector.shape(object_name).key], strict=True)
    )


READ = [(name, *read) for name, reads in READS.items() for read in reads]


@pytest.mark.parametrize(("name", "object_name", "changed", "method", "path"), READ)
def test_a_garbled_answer_is_asked_for_again(
    crm: Sandbox,
    faulty: Callable[..., None],
    name: str,
    object_name: str,
    changed: bool,
    method: str,
    path: str,
) -> None:
    whole = keys(crm, name, object_name, changed)
    assert whole
    counted = 1 if name == "salesforce" else 0  # it is asked first how many rows there are
    for place, body in enumerate(BODIES[: retry.TRIES - 1]):
        faulty(name, method, path, body=body, skip=counted + place)
    assert keys(crm, name, object_name, changed) == whole
    for place, keep in enumerate((0.0, 0.5, 0.98)):
        faulty(name, method, path, kind="gzip", keep=keep, skip=counted + place)
    assert keys(crm, name, object_name, changed) == whole


@pytest.mark.parametrize(("name", "object_name", "changed", "method", "path"), READ)
def test_answers_that_stay_garbled_end_the_read(
    crm: Sandbox,
    faulty: Callable[..., None],
    name: str,
    object_name: str,
    changed: bool,
    method: str,
    path: str,
) -> None:
    faulty(name, method, path, body="{}", times=None, skip=1 if name == "salesforce" else 0)
    before = calls(crm, name)
    with pytest.raises(UnavailableError, match="is not what it should be"):
        keys(crm, name, object_name, changed)
    assert calls(crm, name) - before <= retry.TRIES + 4


def test_a_second_page_that_is_none_deletes_nothing(
    crm: Sandbox, faulty: Callable[..., None], tmp_path: Path
) -> None:
    settings = Settings(home=tmp_path)
    columns = ("hs_object_id", "archived", "archived_at")
    tables = [
        RawTable(
            "raw_hubspot",
            "contacts",
            (*((c, "varchar") for c in columns), ("lastmodifieddate", "timestamptz")),
        )
    ]
    connector = connectors.connect("hubspot", crm.credentials("hubspot"))

    def held() -> list[Any]:
        with warehouse.writer(settings.warehouse_file, 1) as db:
            rows = db.execute("select hs_object_id from raw_hubspot.contacts order by 1").fetchall()
            return [rows, db.execute("select pulled_at from ops.pulls").fetchall()]

    extract.pull(connector, tables, settings)
    before = held()
    assert len(before[0]) > 100
    for full in (True, False):
        if full:
            faulty("hubspot", "GET", "/objects/contacts", body={}, skip=1, times=None)
        else:
            faulty("hubspot", "POST", "/objects/contacts/search", body={}, times=None)
        with pytest.raises(UnavailableError, match="no list 'results'"):
            extract.pull(connector, tables, settings, full=full)
        httpx.request("DELETE", f"{crm['control']['url']}/faults")
        assert held() == before


def test_one_broken_record_stops_no_pull(crm: Sandbox, faulty: Callable[..., None]) -> None:
    dates = ["2026-01-01T00:00:00Z", "+292277026596-12-04T15:30:07Z", "2026-01-02T00:00:00Z", "0000-00-00"]
    people = [{"id": str(n), "properties": {"lastmodifieddate": at}} for n, at in enumerate(dates)]
    people[2]["properties"]["email"] = "half a character: \ud83d"
    people += [{"properties": {"lastmodifieddate": dates[0]}}, {**people[0], "id": "9"}]
    leads = [{"Id": p.get("id"), "SystemModstamp": p["properties"]["lastmodifieddate"]} for p in people]
    leads = [{**lead, "Email": p["properties"].get("email")} for lead, p in zip(leads, people, strict=True)]
    page = {"totalSize": len(leads), "done": True, "records": leads}
    faulty("hubspot", "GET", "/objects/contacts", body=json.dumps({"results": people}))
    faulty("hubspot", "GET", "/objects/contacts", body={"results": []}, skip=1)
    faulty("salesforce", "GET", "/queryAll", body=json.dumps(page), skip=1)
    for name, object_name, field in (("hubspot", "contacts", "email"), ("salesforce", "Lead", "Email")):
        connector = connectors.connect(name, crm.credentials(name))
        told: list[RecordError] = []
        (batch,) = connector.pull(object_name, [field], None, told.append)
        assert batch.column(connector.shape(object_name).key[0]).to_pylist() == ["0", "9"]
        assert [(error.record_id, error.code) for error in told] == [
            (None, "no_id"),
            ("1", "broken_date"),
            ("2", "broken_text"),
            ("3", "broken_date"),
        ]


def test_a_place_for_the_next_page_that_comes_twice_ends_the_read(
    crm: Sandbox, faulty: Callable[..., None]
) -> None:
    record = {"id": "7", "properties": {}, "updatedAt": "2026-01-01T00:00:00Z"}
    page = {"results": [record], "paging": {"next": {"after": "100"}}}
    faulty("hubspot", "GET", "/objects/contacts", body=page, times=None)
    before = calls(crm, "hubspot")
    with pytest.raises(UnavailableError, match="twice"):
        keys(crm, "hubspot", "contacts")
    assert calls(crm, "hubspot") - before == 2

    row = dict.fromkeys(("Id", "SystemModstamp"), "x")
    more = {
        "totalSize": 9,
        "done": False,
        "records": [row],
        "nextRecordsUrl": "/services/data/v67.0/query/01g-1",
    }
    faulty("salesforce", "GET", "/query/01g-1", body=more, times=None)
    faulty("salesforce", "GET", "/queryAll", body={"totalSize": 9, "done": True, "records": []})
    faulty("salesforce", "GET", "/queryAll", body=more, times=None)
    with pytest.raises(UnavailableError, match="twice"):
        keys(crm, "salesforce", "Lead")


def test_bulk_answers(crm: Sandbox, faulty: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("leadwright.connectors.salesforce.reading._MOST_REST_ROWS", 10)
    whole = keys(crm, "salesforce", "Lead")
    for method, path in (("POST", "/jobs/query$"), ("GET", "/jobs/query/[^/]+$"), ("GET", "/results")):
        for place, body in enumerate(BODIES[: retry.TRIES - 1]):
            faulty("salesforce", method, path, body=body, skip=place)
        assert keys(crm, "salesforce", "Lead") == whole
    for place, keep in enumerate((0.0, 0.5, 0.98)):
        faulty("salesforce", "GET", "/results", kind="gzip", keep=keep, skip=place)
    assert keys(crm, "salesforce", "Lead") == whole


@pytest.mark.parametrize(
    ("name", "object_name", "field"), [("hubspot", "contacts", "city"), ("salesforce", "Lead", "City")]
)
def test_nothing_is_written_where_what_the_crm_shows_cannot_be_read(
    crm: Sandbox, faulty: Callable[..., None], name: str, object_name: str, field: str
) -> None:
    ((record_id,), *_) = keys(crm, name, object_name)
    connector = connectors.connect(name, crm.credentials(name))
    method, path = ("POST", "/batch/read") if name == "hubspot" else ("GET", "/query")
    faulty(name, method, path, body={}, times=None)
    with pytest.raises(UnavailableError):
        list(connector.push(object_name, [Change(record_id, {field: "Oslo"}, expected={field: None})]))
