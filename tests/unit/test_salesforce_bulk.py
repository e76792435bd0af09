"""Bulk 2.0 queries: the traps of the CSV, the counts, and what is left behind."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pyarrow as pa
import pytest

from leadwright.connectors.errors import SchemaDriftError, UnavailableError
from leadwright.connectors.salesforce import bulk
from leadwright.connectors.salesforce.errors import RefusedError


class Jobs:
    """An org with one query job; `info` is what polling shows."""

    def __init__(self, pages: list[tuple[str, int]], info: dict[str, Any] | None = None) -> None:
        self.pages = pages
        self.info = info or {
            "state": "JobComplete",
            "numberRecordsProcessed": sum(count for _, count in pages),
        }
        self.calls: list[tuple[str, str]] = []
        self.fetched = 0
        self.base_url = "/"

    def _call_salesforce(
        self, method: str, address: str, params: dict[str, Any], headers: dict[str, str]
    ) -> Any:
        assert (method, address) == ("GET", "/jobs/query/750/results")
        self.fetched += 1
        index = int(params.get("locator", 0))
        text, count = self.pages[index]
        following = str(index + 1) if index + 1 < len(self.pages) else "null"
        told = {"Sforce-Locator": following, "Sforce-NumberOfRecords": str(count)}
        return SimpleNamespace(content=text.encode(), headers=told)

    def restful(self, path: str, method: str = "GET", **_: Any) -> dict[str, Any]:
        self.calls.append((method, path))
        return {"id": "750", "state": "UploadComplete"}

    def call(self, what: str, action: Any) -> Any:
        return action(self)

    def read(self, what: str, promise: Any, action: Any) -> Any:
        return promise(what, action(self))

    def get(self, what: str, promise: Any, path: str) -> Any:
        return promise(what, {"id": "750", **self.info})


def rows(org: Jobs) -> list[dict[str, Any]]:
    job = bulk.start(org, "Lead", "SELECT Id FROM Lead")  # type: ignore[arg-type]
    assert job is not None
    return [row for table, _ in bulk.tables(org, job) for row in table.to_pylist()]  # type: ignore[arg-type]


def test_text_is_left_as_it_is_and_empty_is_null() -> None:
    text = 'Id,Name\n"1","NA"\n"2","None"\n"3",""\n"4",\n"5","a\nb, ""c"" \u2028d"\n'
    text += '"6","0012"\n"7","12:30"\n"8","x\x00y"\n'
    found = {row["Id"]: row["Name"] for row in bulk.parsed(text.encode()).to_pylist()}
    assert found == {
        "1": "NA",
        "2": "None",
        "3": None,
        "4": None,
        "5": 'a\nb, "c" \u2028d',
        "6": "0012",
        "7": "12:30",
        "8": "xy",
    }


def test_a_text_of_megabytes() -> None:
    table = bulk.parsed(f'"Id","Notes"\n"1","{"x" * 3_000_000}"\n"2","y"\n'.encode())
    assert [len(value) for value in table.column("Notes").to_pylist()] == [3_000_000, 1]


def test_a_broken_text_leaves_the_other_columns_text() -> None:
    table = bulk.parsed(b'"Id","Name","City"\n"1","\xed\xa0\x80","Oslo"\n"2","x","Bergen"\n')
    assert table.schema.types == [pa.string(), pa.binary(), pa.string()]


def test_pages_end_with_the_locator_and_the_job_is_deleted() -> None:
    org = Jobs([("Id\n1\n2\n", 2), ("Id\n3\n", 1)])
    assert [row["Id"] for row in rows(org)] == ["1", "2", "3"]
    assert org.calls == [("POST", "jobs/query"), ("DELETE", "jobs/query/750")]


def test_a_page_is_fetched_when_the_one_before_it_was_taken() -> None:
    org = Jobs([("Id\n1\n", 1), ("Id\n2\n", 1), ("Id\n3\n", 1)])
    job = bulk.start(org, "Lead", "SELECT Id FROM Lead")  # type: ignore[arg-type]
    assert job is not None
    fetched = []
    for _ in bulk.tables(org, job):  # type: ignore[arg-type]
        fetched.append(org.fetched)
    assert fetched == [1, 2, 3]


@pytest.mark.parametrize("page", ["", "Id\n"])
def test_a_job_without_rows(page: str) -> None:
    assert rows(Jobs([(page, 0)])) == []


@pytest.mark.parametrize(
    "org",
    [
        Jobs([("Id\n1\n", 2)]),
        Jobs([("Id\n1\n", 1)], {"state": "JobComplete", "numberRecordsProcessed": 2}),
    ],
)
def test_rows_that_are_missing_are_noticed(org: Jobs) -> None:
    with pytest.raises(UnavailableError, match="query of Lead: 2 rows promised and 1 sent"):
        rows(org)
    assert org.calls[-1][0] == "DELETE"


@pytest.mark.parametrize(
    ("said", "kind"),
    [("INVALID_FIELD: No such column 'X'", SchemaDriftError), ("InternalServerError", UnavailableError)],
)
def test_a_failed_job_says_why_and_is_tidied_up(said: str, kind: type[Exception]) -> None:
    org = Jobs([], {"state": "Failed", "errorMessage": said})
    with pytest.raises(kind, match="Lead"):
        rows(org)
    assert [method for method, _ in org.calls] == ["POST", "PATCH", "DELETE"]


def test_an_object_that_bulk_does_not_serve() -> None:
    class NotForBulk(Jobs):
        def restful(self, path: str, method: str = "GET", **_: Any) -> dict[str, Any]:
            raise RefusedError(
                "TaskStatus is not supported by the Bulk API", status=400, code="INVALIDENTITY"
            )

    assert bulk.start(NotForBulk([]), "TaskStatus", "SELECT Id FROM TaskStatus") is None  # type: ignore[arg-type]
