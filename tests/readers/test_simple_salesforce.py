"""simple-salesforce: REST, Bulk v1 (JSON) and Bulk 2.0, addressed as salesforce.com; no argument says otherwise."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from simple_salesforce import Salesforce

from tests.conftest import Sandbox

FIELDS = "Id, LastName, Company, Status, SystemModstamp"
PAGE = 150
"""Rows of a page of Bulk 2.0: fewer than there are leads, so that a full read takes several pages."""
Reader = Callable[[Salesforce, str], list[dict[str, Any]]]


@pytest.fixture
def salesforce(crm: Sandbox, in_place_of_the_services: None) -> Salesforce:
    said = crm["salesforce"]
    return Salesforce(
        username=said["username"], consumer_key=said["client_id"], privatekey_file=said["private_key_file"]
    )


def rest(salesforce: Salesforce, soql: str) -> list[dict[str, Any]]:
    return list(salesforce.query_all(soql)["records"])


def bulk_v1(salesforce: Salesforce, soql: str) -> list[dict[str, Any]]:
    return list(salesforce.bulk.Lead.query(soql))


def bulk_v2(salesforce: Salesforce, soql: str) -> list[dict[str, Any]]:
    pages: Iterator[str] = salesforce.bulk2.Lead.query(soql, max_records=PAGE, wait=1)
    return [row for page in pages for row in csv.DictReader(io.StringIO(page, newline=""))]


READERS: dict[str, Reader] = {"rest": rest, "bulk_v1": bulk_v1, "bulk_v2": bulk_v2}


@pytest.mark.parametrize("reader", READERS)
def test_full_read(salesforce: Salesforce, reader: str) -> None:
    assert salesforce.sf_instance == "login.salesforce.com"
    rows = READERS[reader](salesforce, f"SELECT {FIELDS} FROM Lead")
    count = salesforce.query("SELECT COUNT() FROM Lead")["totalSize"]
    assert len({row["Id"] for row in rows}) == len(rows) == count > PAGE
    names = {row["Id"]: (row["LastName"], row["Company"], row["Status"]) for row in rows}
    assert names == {r["Id"]: (r["LastName"], r["Company"], r["Status"]) for r in rest_rows(salesforce)}


def rest_rows(salesforce: Salesforce) -> list[dict[str, Any]]:
    return rest(salesforce, f"SELECT {FIELDS} FROM Lead")


@pytest.mark.parametrize("reader", READERS)
def test_incremental_read(salesforce: Salesforce, reader: str) -> None:
    last = rest(salesforce, "SELECT SystemModstamp FROM Lead ORDER BY SystemModstamp DESC LIMIT 1")
    since = last[0]["SystemModstamp"].replace("+0000", "Z")
    older = {row["Id"] for row in rest(salesforce, f"SELECT Id FROM Lead WHERE SystemModstamp >= {since}")}
    made = salesforce.Lead.create({"LastName": reader, "Company": "Readers"})["id"]
    old = rest(salesforce, "SELECT Id FROM Lead WHERE IsConverted = false ORDER BY SystemModstamp LIMIT 1")
    salesforce.Lead.update(old[0]["Id"], {"Title": reader})
    soql = f"SELECT {FIELDS} FROM Lead WHERE SystemModstamp >= {since}"
    assert {row["Id"] for row in READERS[reader](salesforce, soql)} - older == {made, old[0]["Id"]}


def test_deleted_rows_are_seen(salesforce: Salesforce) -> None:
    made = salesforce.Lead.create({"LastName": "Gone", "Company": "Readers"})["id"]
    salesforce.Lead.delete(made)
    soql = f"SELECT Id, IsDeleted FROM Lead WHERE Id = '{made}'"
    assert salesforce.query(soql)["totalSize"] == 0
    assert [row["IsDeleted"] for row in salesforce.query_all(soql, include_deleted=True)["records"]] == [True]
    assert [row["IsDeleted"] for row in salesforce.bulk.Lead.query_all(soql)] == [True]
    assert "true" in "".join(salesforce.bulk2.Lead.query_all(soql, wait=1))


def test_rest_writes(salesforce: Salesforce) -> None:
    made = salesforce.Lead.create({"LastName": "Rest", "Company": "Readers"})["id"]
    assert salesforce.Lead.update(made, {"Title": "CTO"}) == 204
    assert salesforce.Lead.get(made)["Title"] == "CTO"
    answer = salesforce.restful(
        "composite/sobjects",
        method="PATCH",
        json={
            "allOrNone": False,
            "records": [
                {"attributes": {"type": "Lead"}, "id": made, "Title": "CEO"},
                {"attributes": {"type": "Lead"}, "id": made[:-5] + "ZZZZZ", "Title": "CEO"},
            ],
        },
    )
    assert [row["success"] for row in answer] == [True, False]
    assert salesforce.Lead.delete(made) == 204


def test_bulk_v1_writes(salesforce: Salesforce) -> None:
    rows = [{"LastName": f"V1 {i}", "Company": "Readers"} for i in range(250)] + [{"LastName": "no company"}]
    made = salesforce.bulk.Lead.insert(rows, batch_size=100)
    assert [row["success"] for row in made] == [True] * 250 + [False]
    assert made[-1]["errors"][0]["statusCode"] == "REQUIRED_FIELD_MISSING"
    ids = [row["id"] for row in made[:-1]]
    updated = salesforce.bulk.Lead.update([{"Id": each, "Title": "V1"} for each in ids])
    assert all(row["success"] for row in updated)
    count = "SELECT COUNT() FROM Lead WHERE Title = 'V1'"
    assert salesforce.query(count)["totalSize"] == 250
    upserted = salesforce.bulk.Lead.upsert([{"Id": ids[0], "Title": "V1 again"}], "Id")
    assert [(row["success"], row["created"]) for row in upserted] == [(True, False)]
    assert all(row["success"] for row in salesforce.bulk.Lead.delete([{"Id": each} for each in ids]))
    assert salesforce.query(count)["totalSize"] == 0


def test_bulk_v2_writes(salesforce: Salesforce, tmp_path: Path) -> None:
    rows = [{"LastName": f"V2 {i}", "Company": "Readers"} for i in range(300)]
    job = salesforce.bulk2.Lead.insert(records=[*rows, {"LastName": "no company", "Company": ""}], wait=1)[0]
    assert (job["numberRecordsProcessed"], job["numberRecordsFailed"]) == (301, 1)
    failed = salesforce.bulk2.Lead.get_failed_records(job["job_id"])
    assert "REQUIRED_FIELD_MISSING" in failed
    done = list(csv.DictReader(io.StringIO(salesforce.bulk2.Lead.get_successful_records(job["job_id"]))))
    ids = [row["sf__Id"] for row in done]
    assert len(ids) == 300
    update = tmp_path / "update.csv"
    update.write_text("Id,Title\n" + "".join(f"{each},V2\n" for each in ids))
    assert salesforce.bulk2.Lead.update(str(update), wait=1)[0]["numberRecordsFailed"] == 0
    upserted = salesforce.bulk2.Lead.upsert(
        records=[{"Id": each, "Title": "V2 again"} for each in ids[:10]], external_id_field="Id", wait=1
    )
    assert upserted[0]["numberRecordsFailed"] == 0
    assert salesforce.query("SELECT COUNT() FROM Lead WHERE Title = 'V2'")["totalSize"] == 290
    assert salesforce.query("SELECT COUNT() FROM Lead WHERE Title = 'V2 again'")["totalSize"] == 10
    removed = salesforce.bulk2.Lead.delete(records=[{"Id": each} for each in ids], wait=1)
    assert removed[0]["numberRecordsFailed"] == 0
