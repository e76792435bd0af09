"""Batches to HubSpot: whatever the answer looks like, every row gets its own fate."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from leadwright.connectors.base import Change, Outcome
from leadwright.connectors.errors import GarbledError
from leadwright.connectors.hubspot import writing
from leadwright.connectors.hubspot.answers import Promise
from leadwright.connectors.hubspot.errors import RefusedError

STORED = "2026-01-02T03:04:05.678Z"


class Portal:
    """Answers batch updates; `mode` is how it reports the bad ids. Merged ids are read under the one they became."""

    def __init__(
        self,
        bad: set[str],
        mode: str,
        shown: Mapping[str, Mapping[str, str]] | None = None,
        merged: Mapping[str, str | None] | None = None,
    ) -> None:
        self.bad = bad
        self.mode = mode
        self.shown = shown or {}
        self.merged = merged or {}
        self.code = "VALIDATION_ERROR"
        self.sent: list[list[dict[str, Any]]] = []
        self.batches = type("Api", (), {"update": "update", "read": "read"})

    def read(self, what: str, promise: Promise, method: str, *args: Any, **options: Any) -> dict[str, Any]:
        return promise(what, self.call(what, method, *args, **options))

    def call(
        self, what: str, method: str, object_name: str, body: dict[str, Any], **_: Any
    ) -> dict[str, Any]:
        ids = [given["id"] for given in body["inputs"]]
        if method == "read":
            now = [self.merged.get(i, i) for i in ids]
            return {"results": [{"id": i, "properties": self.shown.get(i, {})} for i in now if i]}
        self.sent.append(body["inputs"])
        bad = [i for i in ids if i in self.bad]
        error = {"category": self.code, "message": "not for ann@example.com"}
        if bad and self.mode == "whole, naming none":
            raise RefusedError("bad", status=400, code="VALIDATION_ERROR")
        if bad and self.mode == "whole, naming the first":
            raise RefusedError("bad", status=400, code="X", errors=({**error, "context": {"ids": bad[:1]}},))
        good = [{"id": i, "updatedAt": STORED} for i in ids if i not in bad]
        if self.mode == "silent":
            return {"results": good}
        if self.mode == "by trace":
            return {"results": good, "errors": [{**error, "context": {"objectWriteTraceId": i}} for i in bad]}
        return {"results": good, "errors": [{**error, "context": {"ids": bad}}] if bad else []}


def push(portal: Portal, changes: list[Change]) -> dict[str, Outcome]:
    outcomes = list(writing.push(portal, "contacts", changes))  # type: ignore[arg-type]
    assert len(outcomes) == len(changes)
    return {outcome.record_id: outcome for outcome in outcomes}


@pytest.mark.parametrize(
    "mode", ["some", "by trace", "silent", "whole, naming none", "whole, naming the first"]
)
@pytest.mark.parametrize("bad", [set(), {"3"}, {"3", "99", "150"}])
def test_good_rows_are_stored_and_bad_ones_named(mode: str, bad: set[str]) -> None:
    portal = Portal(bad, mode)
    found = push(portal, [Change(str(i), {"leadwright_score": i}) for i in range(151)])
    refused = "unknown" if mode == "silent" else "rejected"
    assert {i for i, outcome in found.items() if outcome.status == refused} == bad
    assert {outcome.status for outcome in found.values()} <= {"accepted", refused}
    assert all(
        o.updated_at == datetime(2026, 1, 2, 3, 4, 5, 678_000, UTC)
        for o in found.values()
        if o.status == "accepted"
    )
    for record_id in bad:
        assert found[record_id].code
        assert "ann@example.com" not in str(found[record_id].message)
    assert all(len(batch) <= 100 for batch in portal.sent)
    if not bad:
        assert [len(batch) for batch in portal.sent] == [100, 51]


def test_a_person_was_faster() -> None:
    portal = Portal(set(), "some", shown={"1": {"hubspot_owner_id": "77"}, "2": {"hubspot_owner_id": ""}})
    guard = {"hubspot_owner_id": None}
    found = push(
        portal,
        [
            Change("1", {"hubspot_owner_id": "5", "leadwright_score": 1}, guard),
            Change("2", {"hubspot_owner_id": "5"}, guard),
            Change("3", {"leadwright_score": 3}, guard),
        ],
    )
    assert found["1"].sent == {"leadwright_score": 1}
    assert found["2"].sent == {"hubspot_owner_id": "5"}
    assert found["3"].status == "accepted"


def test_nothing_left_to_send_is_a_skip_and_no_call() -> None:
    portal = Portal(set(), "some", shown={"1": {"hubspot_owner_id": "77"}})
    found = push(portal, [Change("1", {"hubspot_owner_id": "5"}, {"hubspot_owner_id": None})])
    assert (found["1"].status, found["1"].code, found["1"].sent) == ("skipped", "changed_by_person", {})
    assert portal.sent == []


@pytest.mark.parametrize("new_id", [None, "900", "2"])
def test_an_id_that_ended_in_a_merge_is_not_written(new_id: str | None) -> None:
    """Both ids ended, or the other one lives on (the older rule): what this one should show, nobody knows."""
    portal = Portal(set(), "some", shown={"2": {"hubspot_owner_id": "7"}}, merged={"1": new_id})
    found = push(
        portal,
        [
            Change("1", {"hubspot_owner_id": "5", "leadwright_score": 1}, {"hubspot_owner_id": None}),
            Change("2", {"leadwright_score": 2}),
        ],
    )
    assert (found["1"].status, found["1"].code, found["1"].sent) == ("skipped", "merged_or_deleted", {})
    assert found["2"].status == "accepted"
    assert [[given["id"] for given in batch] for batch in portal.sent] == [["2"]]


def test_two_ids_that_became_one_are_not_both_written() -> None:
    portal = Portal(set(), "some", merged={"1": "900", "2": "900"})
    found = push(portal, [Change(i, {"leadwright_score": 1}) for i in ("1", "2")])
    assert {outcome.code for outcome in found.values()} == {"merged_or_deleted"}
    assert portal.sent == []


def test_what_the_crm_shows_already_is_no_edit() -> None:
    """A write whose answer was lost has stored the owner: the next one finds its own value."""
    portal = Portal(set(), "some", shown={"1": {"hubspot_owner_id": "5"}})
    (outcome,) = push(portal, [Change("1", {"hubspot_owner_id": "5"}, {"hubspot_owner_id": None})]).values()
    assert outcome.status == "accepted"


def test_a_record_merged_after_it_was_read_answers_with_another_id() -> None:
    class Merged(Portal):
        def call(
            self, what: str, method: str, object_name: str, body: dict[str, Any], **_: Any
        ) -> dict[str, Any]:
            answer = super().call(what, method, object_name, body)
            if method == "read":
                return answer
            return {"results": [{**r, "id": "900" if r["id"] == "2" else r["id"]} for r in answer["results"]]}

    found = push(Merged(set(), "some"), [Change(i, {"leadwright_score": 1}) for i in ("1", "2", "3")])
    assert {outcome.status for outcome in found.values()} == {"accepted"}


@pytest.mark.parametrize(
    "answer", [{}, {"results": []}, {"results": None}, {"results": {}}, {"status": "error"}, None]
)
def test_an_answer_that_says_nothing_leaves_the_rows_unknown(answer: dict[str, Any] | None) -> None:
    class Mute(Portal):
        def call(
            self, what: str, method: str, object_name: str, body: dict[str, Any], **_: Any
        ) -> dict[str, Any]:
            said = super().call(what, method, object_name, body)
            if method == "read":
                return said
            if answer is None:
                raise GarbledError("cut off")
            return answer

    portal = Mute(set(), "some")
    found = push(portal, [Change(str(i), {"leadwright_score": i}) for i in range(7)])
    assert {(outcome.status, outcome.code) for outcome in found.values()} == {("unknown", "no_answer")}
    assert len(portal.sent) == 1, "what may have been stored is not sent over and over"


def test_a_row_that_hubspot_cannot_take_now_is_sent_again_and_never_rejected(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("leadwright.connectors.retry.time.sleep", lambda seconds: None)
    portal = Portal({"2"}, "some")
    portal.code = "RATE_LIMITS"
    found = push(portal, [Change(i, {"leadwright_score": 1}) for i in ("1", "2", "3")])
    assert [len(batch) for batch in portal.sent] == [3, 1, 1, 1]
    assert (found["2"].status, found["2"].code) == ("deferred", "RATE_LIMITS")


def test_values_as_hubspot_takes_them() -> None:
    moment = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    values = [None, True, False, 5, 5.0, 5.25, "x", moment]
    assert [writing.written(v) for v in values] == [
        "",
        "true",
        "false",
        "5",
        "5",
        "5.25",
        "x",
        "2026-01-02T03:04:05.000Z",
    ]


def test_every_row_carries_a_trace_id() -> None:
    portal = Portal(set(), "some")
    push(portal, [Change("1", {"leadwright_score": 1}), Change("2", {"leadwright_score": 1})])
    assert [given["objectWriteTraceId"] for given in portal.sent[0]] == ["1", "2"]


_PROBLEM = {
    "isValid": False,
    "message": "Hot was not one of the allowed options: []",
    "error": "INVALID_OPTION",
}


class Rules(Portal):
    """Refuses a grade that is no option, the whole batch at once where `whole`."""

    def __init__(self, *, whole: bool) -> None:
        super().__init__(set(), "some")
        self.whole = whole

    def call(
        self, what: str, method: str, object_name: str, body: dict[str, Any], **_: Any
    ) -> dict[str, Any]:
        if method == "read":
            return super().call(what, method, object_name, body)
        self.sent.append(body["inputs"])
        bad = [one["id"] for one in body["inputs"] if "leadwright_grade" in one["properties"]]
        said = {"message": _PROBLEM["message"], "code": "INVALID_OPTION"}
        if bad and self.whole:
            named = {**said, "context": {"propertyName": ["leadwright_grade"]}}
            raise RefusedError("bad", status=400, code="VALIDATION_ERROR", errors=(named,))
        told = json.dumps([{**_PROBLEM, "name": "leadwright_grade"}])
        errors = [
            {
                "category": "VALIDATION_ERROR",
                "message": f"Property values were not valid: {told}",
                "context": {"objectWriteTraceId": [i]},
            }
            for i in bad
        ]
        good = [{"id": one["id"], "updatedAt": STORED} for one in body["inputs"] if one["id"] not in bad]
        return {"results": good, "errors": errors}


@pytest.mark.parametrize("whole", [False, True])
def test_the_rest_of_a_record_arrives_where_the_answer_names_the_property_it_refuses(whole: bool) -> None:
    portal = Rules(whole=whole)
    both = {"leadwright_score": 70, "leadwright_grade": "Hot"}
    changes = [
        Change("1", both),
        Change("2", {"leadwright_score": 1}),
        Change("3", {"leadwright_grade": "Hot"}),
    ]
    found = push(portal, changes)
    one = found["1"]
    assert (one.status, one.sent, one.updated_at is not None) == ("accepted", {"leadwright_score": 70}, True)
    assert [dict(refusal.values) for refusal in one.refused] == [{"leadwright_grade": "Hot"}]
    assert "Hot was not one of the allowed options: []" in str(one.refused[0].message)
    assert "isValid" not in str(one.refused[0].message)
    assert (found["2"].status, found["2"].refused) == ("accepted", ())
    assert (found["3"].status, found["3"].refused) == ("rejected", ())
