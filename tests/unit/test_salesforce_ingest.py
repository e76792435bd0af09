"""Bulk 2.0 ingest: rows that a job refused, held up or never reached."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from connectors.base import Change, Outcome
from connectors.salesforce import ingest, writing
from connectors.salesforce.errors import RefusedError
from connectors.values import Row


class Org:
    """An org whose jobs store the even rows, refuse `refused`, lock `locked` and pass over the others."""

    def __init__(self, refused: set[str], locked: set[str], passed_over: set[str]) -> None:
        self.refused, self.locked, self.passed_over = refused, locked, passed_over
        self.files: list[str] = []
        self.collections: list[list[str]] = []
        self.methods: list[tuple[str, str]] = []
        self.bulk2 = self.Lead = self._client = self

    def call(self, what: str, action: Any) -> Any:
        return action(self)

    def get(self, what: str, path: str) -> dict[str, str]:
        return {"state": "Failed" if self.passed_over else "JobComplete"}

    def restful(self, path: str, method: str = "GET", **more: Any) -> Any:
        self.methods.append((method, path))
        if path != "composite/sobjects":
            return {"id": "750"}
        self.collections.append([record["id"] for record in more["json"]["records"]])
        return [{"id": i, "success": True, "errors": []} for i in self.collections[-1]]

    def upload_job_data(self, job_id: str, text: str) -> None:
        self.files.append(text)

    def get_ingest_results(self, job_id: str, kind: str) -> str:
        ids = [line.split(",")[0] for line in self.files[-1].splitlines()[1:]]
        lines = {"successfulResults": ["sf__Id,sf__Created,Id"], "failedResults": ["sf__Id,sf__Error,Id"]}
        for i in ids:
            if i in self.refused:
                lines["failedResults"].append(f'"","STRING_TOO_LONG:ann@example.com:X --",{i}')
            elif i in self.locked:
                lines["failedResults"].append(f'"","UNABLE_TO_LOCK_ROW:busy:--",{i}')
            elif i not in self.passed_over:
                lines["successfulResults"].append(f"{i},false,{i}")
        return "\n".join(lines[kind]) + "\n"


def push(org: Any, count: int, monkeypatch: pytest.MonkeyPatch) -> dict[str, Outcome]:
    monkeypatch.setattr(writing, "_BULK_FROM", 1)
    outcomes = list(writing.push(org, "Lead", [Change(str(i), {"A": i}) for i in range(count)]))
    assert len(outcomes) == count
    return {outcome.record_id: outcome for outcome in outcomes}


def test_rows_without_a_fate_go_again_as_collections(monkeypatch: pytest.MonkeyPatch) -> None:
    org = Org(refused={"1"}, locked={"2"}, passed_over={"3", "4"})
    found = push(org, 6, monkeypatch)
    assert [i for i, outcome in found.items() if outcome.status == "rejected"] == ["1"]
    assert found["1"].code == "STRING_TOO_LONG"
    assert "ann@example.com" not in str(found["1"].message)
    assert org.collections == [["2", "3", "4"]]
    assert ("DELETE", "jobs/ingest/750") in org.methods


def test_a_job_that_salesforce_does_not_take_goes_as_collections(monkeypatch: pytest.MonkeyPatch) -> None:
    class NoJobs(Org):
        def upload_job_data(self, job_id: str, text: str) -> None:
            raise RefusedError("no", status=400, code="InvalidJob")

    org = NoJobs(set(), set(), set())
    found = push(org, 3, monkeypatch)
    assert {outcome.status for outcome in found.values()} == {"accepted"}
    assert org.collections == [["0", "1", "2"]]
    assert org.methods[1:3] == [("PATCH", "jobs/ingest/750"), ("DELETE", "jobs/ingest/750")]


def test_an_empty_cell_leaves_a_field_alone_and_none_clears_it() -> None:
    moment = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    rows = [
        Row("1", {"A": None, "B": True, "C": 5}),
        Row("2", {"A": 'x "y",\nz', "D": moment}),
    ]
    assert ingest.written(rows) == (
        'Id,A,B,C,D\n1,#N/A,true,5,\n2,"x ""y"",\nz",,,2026-01-02T03:04:05.000Z\n'
    )
