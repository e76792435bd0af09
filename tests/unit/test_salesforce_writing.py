from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, datetime
from typing import Any

import pytest

from leadwright.connectors.base import Change, Outcome, Value
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


class Rules(Transport):
    """Refuses values by field; `refusals` has code, message and the fields that the answer names."""

    def __init__(self, refusals: dict[str, tuple[str, str, list[str]]]) -> None:
        super().__init__()
        self.refusals = refusals

    def send(self, what: str, method: str, path: str, body: dict[str, Any], headers: dict[str, str]) -> Any:
        self.sent.append(body)
        return [self._said(record) for record in body["records"]]

    def _said(self, record: dict[str, Any]) -> dict[str, Any]:
        errors = [
            {"statusCode": code, "message": message, "fields": fields}
            for name, (code, message, fields) in self.refusals.items()
            if name in record
        ]
        return {"id": record["id"], "success": not errors, "errors": errors}


def test_the_rest_of_a_record_arrives_where_the_answer_names_the_field_it_refuses() -> None:
    values: dict[str, Value] = {"Leadwright_Score__c": 70, "Leadwright_Grade__c": "Hot", "OwnerId": "005A"}
    grade = ("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", "Grade: bad value: Hot", ["Leadwright_Grade__c"])
    owner: tuple[str, str, list[str]] = (
        "INACTIVE_OWNER_OR_USER",
        "operation performed with inactive user",
        [],
    )
    org = Rules({"Leadwright_Grade__c": grade, "OwnerId": owner})
    found = push(org, [Change("00Q1", values), Change("00Q2", {"Leadwright_Score__c": 1})])
    done = found["00Q1"]
    assert (done.status, done.sent) == ("accepted", {"Leadwright_Score__c": 70})
    refused = {name for refusal in done.refused for name in refusal.values}
    assert refused == {"Leadwright_Grade__c", "OwnerId"}
    assert done.refused[0].message == "Grade: bad value: Hot (fields: Leadwright_Grade__c)"
    assert [len(body["records"]) for body in org.sent] == [2, 1]
    assert found["00Q2"].refused == ()


def test_a_rule_that_names_no_field_of_ours_refuses_the_record() -> None:
    rule = ("FIELD_CUSTOM_VALIDATION_EXCEPTION", "Fill in the phone", ["Phone"])
    org = Rules({"Leadwright_Score__c": rule})
    done = push(org, [Change("00Q1", {"Leadwright_Score__c": 70, "OwnerId": "005A"})])["00Q1"]
    assert (done.status, done.code, done.message) == (
        "rejected",
        rule[0],
        "Fill in the phone (fields: Phone)",
    )
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


LIMIT = "LeadTrigger: System.LimitException: Apex CPU time limit exceeded"


class Triggered(Transport):
    """An org whose trigger breaks over more than `most` rows, and over each of `poison` whatever comes with it.

    With `whole` the call is refused, else each of its rows.
    """

    def __init__(self, most: int, poison: set[str] | None = None, *, whole: bool = False) -> None:
        super().__init__()
        self.most, self.poison, self.refuses_whole = most, poison or set(), whole

    def send(self, what: str, method: str, path: str, body: dict[str, Any], headers: dict[str, str]) -> Any:
        answers = super().send(what, method, path, body, headers)
        ids = {record["id"] for record in body["records"]}
        if len(ids) <= self.most and not ids & self.poison:
            return answers
        code = "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY"
        if self.refuses_whole:
            raise RefusedError(f"Salesforce refused the call: {LIMIT}", status=500, code=code)
        error = {"statusCode": code, "message": LIMIT, "fields": []}
        return [{"success": False, "errors": [error]} for _ in ids]

    @property
    def sizes(self) -> list[int]:
        return [len(body["records"]) for body in self.sent]


@pytest.mark.parametrize("whole", [False, True])
@pytest.mark.parametrize(
    ("most", "calls"),
    [
        (200, [200, 200, 100]),
        (60, [200, *[50] * 10]),
        (12, [200, *[50] * 4, *[10] * 50]),
        (1, [200, *[50] * 4, *[10] * 20, *[1] * 500]),
    ],
)
def test_a_trigger_that_breaks_over_many_rows_gets_fewer_and_the_size_is_kept(
    most: int, calls: list[int], whole: bool
) -> None:
    org = Triggered(most, whole=whole)
    found = push(org, score(500))
    assert {outcome.status for outcome in found.values()} == {"accepted"}
    assert org.sizes == calls


def test_the_size_is_kept_from_one_push_to_the_next() -> None:
    org, sizes = Triggered(60), writing.Sizes()
    for _ in range(2):
        assert len(list(writing.push(org, "Lead", score(200), sizes))) == 200  # type: ignore[arg-type]
    list(writing.push(org, "Contact", score(60), sizes))  # type: ignore[arg-type]
    assert org.sizes == [200, *[50] * 8, 60]


@pytest.mark.parametrize("whole", [False, True])
def test_a_row_that_breaks_the_trigger_alone_is_rejected_and_stops_no_other(whole: bool) -> None:
    org = Triggered(200, {"00Q007"}, whole=whole)
    found = push(org, score(400))
    assert [i for i, outcome in found.items() if outcome.status != "accepted"] == ["00Q007"]
    refused = found["00Q007"]
    assert (refused.status, refused.code) == ("rejected", "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY")
    assert LIMIT in str(refused.message)
    assert org.sizes == [200, *[50] * 4, *[10] * 5, *[1] * 10, 200]


def test_a_row_that_breaks_the_trigger_alone_says_nothing_of_sizes() -> None:
    org, sizes = Triggered(60, {"00Q001"}), writing.Sizes()
    fates = [o.status for o in writing.push(org, "Lead", score(3), sizes)]  # type: ignore[arg-type]
    assert fates == ["accepted", "accepted", "rejected"]
    org.poison = set()
    assert len(list(writing.push(org, "Lead", score(400), sizes))) == 400  # type: ignore[arg-type]
    assert org.sizes == [3, 1, 1, 1, 200, *[50] * 8]
    small = Triggered(12, {"00Q001"})
    push(small, score(400))
    assert small.sizes == [200, *[50] * 4, *[10] * 20, *[1] * 10, *[10] * 20]


def test_a_trigger_that_breaks_over_everything_costs_a_few_calls() -> None:
    org = Triggered(0)
    found = push(org, score(1_000))
    assert {(o.status, o.message) for o in found.values()} == {("rejected", LIMIT)}
    assert org.sizes == [200, *[50] * 4, *[10] * 20, *[1] * 10, *[200] * 4]


def test_a_trigger_that_is_mended_meanwhile_takes_large_collections_again() -> None:
    org, sizes = Triggered(0), writing.Sizes()
    list(writing.push(org, "Lead", score(200), sizes))  # type: ignore[arg-type]
    org.most, before = 60, len(org.sent)
    fates = [o.status for o in writing.push(org, "Lead", score(30), sizes)]  # type: ignore[arg-type]
    fates += [o.status for o in writing.push(org, "Lead", score(200), sizes)]  # type: ignore[arg-type]
    assert fates == ["accepted"] * 230
    assert org.sizes[before:] == [30, 200, *[50] * 4]


def test_few_rows_are_not_sent_again_as_many() -> None:
    org = Triggered(5)
    found = push(org, score(30))
    assert {outcome.status for outcome in found.values()} == {"accepted"}
    assert org.sizes == [30, *[10] * 3, *[1] * 30]
    alone = Triggered(0)
    assert [o.status for o in push(alone, score(1)).values()] == ["rejected"]
    assert alone.sizes == [1]


def test_a_lock_in_a_trigger_is_a_lock() -> None:
    class Locked(Triggered):
        def send(self, *args: Any, **more: Any) -> Any:
            answers = super().send(*args, **more)
            for answer in answers:
                for error in answer["errors"]:
                    error["message"] += " caused by: UNABLE_TO_LOCK_ROW"
            return answers

    org = Locked(1)
    assert {outcome.status for outcome in push(org, score(2)).values()} == {"deferred"}
    assert org.sizes == [2] * 4
