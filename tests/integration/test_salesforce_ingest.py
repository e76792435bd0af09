"""Thousands of changes go to Salesforce by jobs: every row's fate is read, and what needs care goes the usual way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from simple_salesforce import Salesforce as Sdk

from leadwright import connectors
from leadwright.connectors.base import Change, Connector, Estimates, Outcome, TakesMany
from leadwright.connectors.errors import UnavailableError
from leadwright.connectors.salesforce import bulk, ingest
from leadwright_sandbox.testing.org import Served, served

_OTHER = "005000000000077AAA"


@pytest.fixture
def org(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    monkeypatch.setattr(ingest, "FROM", 12)
    monkeypatch.setattr(ingest, "ROWS", 10)
    monkeypatch.setattr(ingest, "LEAST", 5)
    monkeypatch.setattr(bulk, "FIRST_WAIT", 0.01)
    with served(tmp_path, limits=False) as running:
        running.salesforce.load("User", [{"Id": _OTHER, "LastName": "Other", "IsActive": True}])
        yield running


@pytest.fixture
def connector(org: Served) -> Connector:
    token = {"url": org.url, "token": org.credentials["token"], "ca": str(org.ca_file)}
    return connectors.connect("salesforce", token)


@pytest.fixture
def ids(org: Served) -> list[str]:
    client = org.client()
    return [str(client.Lead.create({"LastName": f"L{n}", "Company": "Acme"})["id"]) for n in range(24)]


def pushed(connector: Connector, changes: list[Change]) -> dict[str, Outcome]:
    found = list(connector.push("Lead", changes))
    assert Counter(each.record_id for each in found) == Counter(change.record_id for change in changes)
    return {each.record_id: each for each in found}


def shown(org: Served, field: str) -> dict[str, Any]:
    rows = org.client().query_all(f"SELECT Id, {field} FROM Lead")["records"]
    return {row["Id"]: row[field] for row in rows}


def calls(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is called from now on, by method and end of the path."""
    seen: list[str] = []
    send = Sdk._call_salesforce

    def watched(self: Sdk, method: str, url: str, **more: Any) -> Any:
        seen.append(f"{method} {url.rstrip('/').rsplit('/', 1)[-1]}")
        return send(self, method, url, **more)

    monkeypatch.setattr(Sdk, "_call_salesforce", watched)
    return seen


def test_rows_without_an_owner_go_by_jobs(
    org: Served, connector: Connector, ids: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = calls(monkeypatch)
    texts = ["plain", 'with, comma and "quotes"', "two\nlines", "Zoë 漢字", None]
    values = [{"Title": texts[n % len(texts)]} for n in range(len(ids))]
    done = pushed(connector, [Change(i, v) for i, v in zip(ids, values, strict=True)])
    assert {each.status for each in done.values()} == {"accepted"}
    assert shown(org, "Title") == {i: v["Title"] for i, v in zip(ids, values, strict=True)}
    assert Counter(seen)["PATCH sobjects"] == 1, "the last four are too few for a job"
    assert Counter(seen)["PUT batches"] == 2


@pytest.mark.parametrize(
    ("count", "owners", "jobs"),
    [(7, 0, 0), (8, 0, 1), (24, 0, 2), (24, 6, 1), (24, 24, 0)],
    ids=["few", "enough", "the last four are too few", "too few without an owner", "owners alone"],
)
def test_a_write_takes_as_many_calls_as_its_cost_says(
    org: Served,
    connector: Connector,
    ids: list[str],
    monkeypatch: pytest.MonkeyPatch,
    count: int,
    owners: int,
    jobs: int,
) -> None:
    assert isinstance(connector, Estimates) and isinstance(connector, TakesMany)
    monkeypatch.setattr(ingest, "FROM", 8)  # as in earnest, fewer than a job takes
    before = shown(org, "OwnerId")[ids[0]]
    changes = [
        Change(i, {"Title": "T"} | ({"OwnerId": _OTHER} if n < owners else {}), {"OwnerId": before})
        for n, i in enumerate(sorted(ids)[:count])
    ]
    told = connector.cost("Lead", changes).calls
    seen = calls(monkeypatch)
    size = connector.at_a_time(len(changes))
    for start in range(0, len(changes), size):
        done = pushed(connector, changes[start : start + size])
        assert {each.status for each in done.values()} == {"accepted"}
    looks = sum(call.startswith("GET 750") for call in seen)  # whether a job has ended, by its id
    assert Counter(seen)["PUT batches"] == jobs
    assert told == len(seen) - (looks - jobs)


def test_tasks_cost_two_calls_for_fifty(connector: Connector) -> None:
    assert isinstance(connector, Estimates)
    assert [connector.cost("Task", [], tasks).calls for tasks in (0, 1, 50, 51)] == [0, 2, 2, 4]


def test_only_what_is_sent_of_a_record_is_changed_and_null_clears(
    org: Served, connector: Connector, ids: list[str]
) -> None:
    moment = datetime(2026, 6, 1, 8, 30, tzinfo=UTC)
    pushed(connector, [Change(i, {"Title": "Old", "Phone": "1"}) for i in ids])
    changes = [
        Change(i, {"Title": None} if n % 2 else {"EmailBouncedDate": moment}) for n, i in enumerate(ids)
    ]
    assert {each.status for each in pushed(connector, changes).values()} == {"accepted"}
    assert set(shown(org, "Phone").values()) == {"1"}
    assert [shown(org, "Title")[i] for i in ids[:2]] == ["Old", None]
    assert shown(org, "EmailBouncedDate")[ids[0]].startswith("2026-06-01T08:30:00")


def test_a_row_that_sets_an_owner_is_looked_at_just_before(
    org: Served, connector: Connector, ids: list[str]
) -> None:
    before = shown(org, "OwnerId")[ids[0]]
    org.client().Lead.update(ids[0], {"OwnerId": _OTHER})
    changes = [Change(i, {"OwnerId": _OTHER, "Title": "New"}, {"OwnerId": before}) for i in ids[:2]]
    changes += [Change(i, {"Title": "New"}) for i in ids[2:]]
    done = pushed(connector, changes)
    assert {each.status for each in done.values()} == {"accepted"}
    org.client().Lead.update(ids[0], {"OwnerId": before})
    again = pushed(
        connector, [Change(ids[0], {"OwnerId": _OTHER}, {"OwnerId": "005000000000078AAA"}), *changes[2:]]
    )
    assert (again[ids[0]].status, again[ids[0]].code) == ("skipped", "changed_by_person")


def test_what_a_job_refuses_is_told_in_the_words_of_a_call(
    org: Served, connector: Connector, ids: list[str]
) -> None:
    org.client().Lead.delete(ids[0])
    changes = [
        Change(i, {"Title": "T", "NumberOfEmployees": "many" if n == 1 else 5}) for n, i in enumerate(ids)
    ]
    done = pushed(connector, changes)
    assert (done[ids[0]].status, done[ids[0]].code) == ("skipped", "merged_or_deleted")
    assert done[ids[1]].status == "rejected"
    assert "VALUE_STRING value many" in str(done[ids[1]].message)
    assert {done[i].status for i in ids[2:]} == {"accepted"}


def test_an_object_that_is_not_for_jobs_goes_the_usual_way(
    org: Served, connector: Connector, ids: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    kind = org.salesforce.org.schema.objects["lead"]
    monkeypatch.setattr(type(kind), "bulk", property(lambda _: False), raising=False)
    assert {each.status for each in pushed(connector, [Change(i, {"Title": "T"}) for i in ids]).values()} == {
        "accepted"
    }


def test_a_job_that_is_aborted_by_somebody_loses_nothing(
    org: Served, connector: Connector, ids: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    wait = ingest._wait

    def aborted(transport: Any, what: str, job: str) -> None:
        transport.call(
            what, lambda sf: sf.restful(f"jobs/ingest/{job}", method="PATCH", json={"state": "Aborted"})
        )
        wait(transport, what, job)

    monkeypatch.setattr(ingest, "_set_state", lambda *_: None)
    monkeypatch.setattr(ingest, "_wait", aborted)
    done = pushed(connector, [Change(i, {"Title": "T"}) for i in ids])
    assert {each.status for each in done.values()} == {"accepted"}
    assert set(shown(org, "Title").values()) == {"T"}


def test_a_file_of_a_job_without_ids_is_no_answer(
    org: Served, connector: Connector, ids: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "parsed", lambda _: pa.table({"sf__Id": ["1"]}))
    connector._org._tries = 1  # type: ignore[attr-defined]
    with pytest.raises(UnavailableError, match="without the column Id"):
        list(connector.push("Lead", [Change(i, {"Title": "T"}) for i in ids]))


def test_a_job_that_is_gone_leaves_its_rows_unknown_and_sends_none_again(
    org: Served, connector: Connector, ids: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    wait, seen = ingest._wait, calls(monkeypatch)

    def forgotten(transport: Any, what: str, job: str) -> None:
        wait(transport, what, job)
        transport.call(what, lambda sf: sf.restful(f"jobs/ingest/{job}", method="DELETE"))

    monkeypatch.setattr(ingest, "_wait", forgotten)
    done = pushed(connector, [Change(i, {"Title": "T"}) for i in ids[:20]])
    assert {(each.status, each.code) for each in done.values()} == {("unknown", "no_answer")}
    assert Counter(seen)["PATCH sobjects"] == 0
