from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, datetime
from typing import Any

import pytest

from leadwright.connectors.base import Change, Outcome
from leadwright.connectors.errors import GarbledError
from leadwright.connectors.salesforce import writing
from leadwright.connectors.salesforce.errors import RefusedError


class Transport:
    """Answers collections; `codes` is how each bad id fails, `locks` how often an id is locked first."""

    def __init__(self, codes: dict[str, str] | None = None, locks: dict[str, int] | None = None) -> None:
        self.codes = codes or {}
        self.locks = Counter(locks or {})
        self.shown: dict[str, dict[str, Any]] = {}
        self.sent: list[dict[str, Any]] = []
        self.headers: dict[str, str] = {}
        self.whole: set[str] = set()
        self.gone: set[str] = set()

    def query(self, what: str, text: str) -> list[dict[str, Any]]:
        asked = re.findall(r"'(\w+)'", text)
        return [{"Id": i, "IsConverted": False, **self.shown.get(i, {})} for i in asked if i not in self.gone]

    def send(self, what: str, method: str, path: str, body: dict[str, Any], headers: dict[str, str]) -> Any:
        assert (path, method, body["allOrNone"]) == ("composite/sobjects", "PATCH", False)
        self.sent.append(body)
        self.headers = headers
        if self.whole & {record["id"] for record in body["records"]}:
            raise RefusedError("bad body", status=400, code="JSON_PARSER_ERROR")
        return [self._answer(record["id"]) for record in body["records"]]

    def _answer(self, record_id: str) -> dict[str, Any]:
        code = self.codes.get(record_id)
        if self.locks[record_id] > 0:
            self.locks[record_id] -= 1
            code = "UNABLE_TO_LOCK_ROW"
        errors = (
            [{"statusCode": code, "message": f"for ann@example.com: {code}", "fields": ["X"]}] if code else []
        )
        return {"id": record_id, "success": not code, "errors": errors}


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("leadwright.connectors.retry.time.sleep", lambda seconds: None)


def push(org: Any, changes: list[Change]) -> dict[str, Outcome]:
    outcomes = list(writing.push(org, "Lead", changes))
    assert len(outcomes) == len(changes)
    return {outcome.record_id: outcome for outcome in outcomes}


def score(count: int) -> list[Change]:
    return [Change(f"00Q{i:03}", {"Leadwright_Score__c": i}) for i in range(count)]


@pytest.mark.parametrize(("count", "batches"), [(1, [1]), (200, [200]), (201, [200, 1])])
def test_collections_of_two_hundred_in_the_order_of_ids(count: int, batches: list[int]) -> None:
    org = Transport()
    found = push(org, list(reversed(score(count))))
    assert [len(body["records"]) for body in org.sent] == batches
    ids = [record["id"] for body in org.sent for record in body["records"]]
    assert ids == sorted(ids)
    assert {outcome.status for outcome in found.values()} == {"accepted"}


def test_assignment_rules_stay_out_of_it() -> None:
    org = Transport()
    push(org, score(1))
    assert org.headers["Sforce-Auto-Assign"] == "FALSE"
    assert org.headers["Sforce-Duplicate-Rule-Header"] == "allowSave=true"


def test_each_row_has_its_own_fate() -> None:
    found = push(Transport({"00Q001": "CANNOT_UPDATE_CONVERTED_LEAD"}), score(3))
    assert [found[f"00Q00{i}"].status for i in range(3)] == ["accepted", "rejected", "accepted"]
    bad = found["00Q001"]
    assert bad.code == "CANNOT_UPDATE_CONVERTED_LEAD"
    assert bad.message == "for (e-mail): CANNOT_UPDATE_CONVERTED_LEAD (fields: X)"


def test_a_locked_row_is_sent_again_alone() -> None:
    org = Transport(locks={"00Q001": 2})
    found = push(org, score(3))
    assert {outcome.status for outcome in found.values()} == {"accepted"}
    assert [len(body["records"]) for body in org.sent] == [3, 1, 1]


@pytest.mark.parametrize(
    "code", ["UNABLE_TO_LOCK_ROW", "REQUEST_LIMIT_EXCEEDED", "SERVER_UNAVAILABLE", "QUERY_TIMEOUT"]
)
def test_a_row_that_salesforce_cannot_take_now_is_deferred(code: str) -> None:
    org = Transport({"00Q001": code})
    found = push(org, score(2))
    assert (found["00Q001"].status, found["00Q001"].code) == ("deferred", code)
    assert [len(body["records"]) for body in org.sent] == [2, 1, 1, 1]


def test_a_collection_refused_as_a_whole_is_taken_apart() -> None:
    org = Transport()
    org.whole = {"00Q007"}
    found = push(org, score(50))
    assert [i for i, outcome in found.items() if outcome.status == "rejected"] == ["00Q007"]
    assert found["00Q007"].code == "JSON_PARSER_ERROR"


@pytest.mark.parametrize(
    "answer",
    [
        None,
        [],
        {},
        {"status": "error"},
        [{"success": True}] * 2,
        [{}, None, "x"],
        [{"success": False}, {"errors": ["?"]}, {"success": "?"}],
    ],
)
def test_an_answer_that_says_nothing_leaves_the_rows_unknown(answer: Any) -> None:
    class Mute(Transport):
        def send(self, *args: Any, **more: Any) -> Any:
            super().send(*args, **more)
            if answer is None:
                raise GarbledError("cut off")
            return answer

    org = Mute()
    found = push(org, score(3))
    assert {(outcome.status, outcome.code) for outcome in found.values()} == {("unknown", "no_answer")}
    assert len(org.sent) == 1


def test_records_that_ended_since_the_pull_are_not_written() -> None:
    org = Transport()
    org.gone = {"00Q000"}
    org.shown = {"00Q001": {"IsConverted": True}}
    found = push(org, score(3))
    assert [(o.status, o.code) for o in found.values() if o.status != "accepted"] == [
        ("skipped", "merged_or_deleted"),
        ("skipped", "converted"),
    ]
    assert [[record["id"] for record in body["records"]] for body in org.sent] == [["00Q002"]]


def test_an_owner_that_a_person_changed_stays() -> None:
    org = Transport()
    org.shown = {"00Q000": {"OwnerId": "005"}, "00Q001": {"OwnerId": "00G"}, "00Q002": {"OwnerId": "005"}}
    org.gone = {"00Q003"}
    guard = {"OwnerId": "00G"}
    found = push(
        org,
        [
            Change("00Q000", {"OwnerId": "0051", "Leadwright_Score__c": 1}, guard),
            Change("00Q001", {"OwnerId": "0051"}, guard),
            Change("00Q002", {"OwnerId": "0051"}, guard),
            Change("00Q003", {"OwnerId": "0051"}, guard),
        ],
    )
    assert found["00Q000"].sent == {"Leadwright_Score__c": 1}
    assert found["00Q001"].sent == {"OwnerId": "0051"}
    assert (found["00Q002"].status, found["00Q002"].code) == ("skipped", "changed_by_person")
    assert (found["00Q003"].status, found["00Q003"].code) == ("skipped", "merged_or_deleted")


def test_values_as_salesforce_takes_them() -> None:
    org = Transport()
    moment = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    push(org, [Change("00Q", {"a": moment, "b": None, "c": True, "d": 5})])
    (record,) = org.sent[0]["records"]
    assert record == {
        "attributes": {"type": "Lead"},
        "id": "00Q",
        "a": "2026-01-02T03:04:05.000Z",
        "b": None,
        "c": True,
        "d": 5,
    }
