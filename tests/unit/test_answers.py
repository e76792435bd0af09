"""The shape of answers: what is whole passes, an empty list too; whatever lacks its list is a fault."""

from __future__ import annotations

from typing import Any

import pytest

from leadwright.connectors.errors import UnavailableError
from leadwright.connectors.hubspot import answers as hubspot
from leadwright.connectors.salesforce import answers as salesforce

NO_OBJECT: list[Any] = [None, [], "", "x", 0, True]
NO_LIST: list[Any] = [*NO_OBJECT, {}, {"status": "error", "message": "x"}]
NO_PAGE: list[Any] = [
    *NO_LIST,
    *({"results": each} for each in (None, {}, "x", [None], ["1"], [[]])),
    {"status": "error", "results": []},
    *(
        {"results": [], "paging": {"next": each}}
        for each in ({}, {"link": "x"}, {"after": ""}, {"after": None}, "x")
    ),
    {"results": [], "paging": "x"},
]
RECORD = {"id": "1", "properties": {}}
STAGE = {"id": "s", "metadata": None}
LINK = {"from": {"id": "1"}, "to": [{"toObjectId": 2}]}
GONE = {"category": "OBJECT_NOT_FOUND", "context": {"ids": ["2"]}}
ALONE = {
    "category": "OBJECT_NOT_FOUND",
    "subCategory": "crm.associations.NO_ASSOCIATIONS_FOUND",
    "context": {"fromObjectId": ["1"]},
}


def page(*results: Any, **more: Any) -> dict[str, Any]:
    return {"results": list(results), **more}


HUBSPOT: list[tuple[hubspot.Promise, list[Any], list[Any]]] = [
    (hubspot.listing, [page(), page({}), page(paging=None), page(paging={"next": None})], NO_PAGE),
    (
        hubspot.records,
        [page(RECORD), page({"properties": {}})],
        [page({"id": "1"}), page({"properties": []})],
    ),
    (hubspot.identified, [page(), page(RECORD)], [page({"properties": {}}), page({**RECORD, "id": ""})]),
    (
        hubspot.found(2),
        [page(total=2), page(total=9, paging={"next": {"after": 2}})],
        [page(RECORD, total=3)],
    ),
    (
        hubspot.records_of(["1", "2"]),
        [page(RECORD, {**RECORD, "id": 2}), page(RECORD, errors=[GONE])],
        [
            page(),
            page(RECORD),
            page(RECORD, {**RECORD, "id": "3"}),
            page(RECORD, errors=[{"category": "INTERNAL_ERROR", "context": {"ids": ["2"]}}]),
            page(RECORD, errors="x"),
            page(RECORD, errors=[{**GONE, "context": None}]),
        ],
    ),
    (
        hubspot.pipelines,
        [page(), page({"id": "p", "stages": []}), page({"id": "p", "stages": [STAGE]})],
        [page({"id": "p"}), page({"stages": []}), page({"id": "p", "stages": [{}]})],
    ),
    (hubspot.properties, [page({"name": "a"})], [page({}), page({"name": None})]),
    (
        hubspot.links_of(["1"]),
        [page(), page(LINK), page({**LINK, "to": []}), page(errors=[ALONE])],
        [
            page({**LINK, "from": {"id": "2"}}),
            page({**LINK, "from": None}),
            page({**LINK, "to": None}),
            page({**LINK, "to": [{}]}),
            page({**LINK, "paging": {"next": {}}}),
            page(errors=[{"category": "INTERNAL_ERROR"}]),
        ],
    ),
    (hubspot.account, [{"portalId": 1}], [*NO_LIST, {"portalId": None}]),
    (hubspot.token, [{}, {"scopes": ["x"]}], [*NO_OBJECT, {"scopes": "x"}]),
]
ROW = {"Id": "1", "Name": None}


def rows(*records: Any, **more: Any) -> dict[str, Any]:
    return {"totalSize": len(records), "done": True, "records": list(records), **more}


SALESFORCE: list[tuple[salesforce.Promise[Any], list[Any], list[Any]]] = [
    (
        salesforce.page(["Id", "Name"]),
        [rows(), rows(ROW), rows(ROW, totalSize=9, done=False, nextRecordsUrl="/x")],
        [
            *NO_LIST,
            *(rows(records=each) for each in (None, {}, [None], [{"Id": "1"}])),
            *(rows(done=each) for each in (None, "true")),
            *(rows(totalSize=each) for each in (None, "1", -1, True)),
            *(rows(done=False, nextRecordsUrl=each) for each in (None, 5, "")),
        ],
    ),
    (salesforce.count, [{"totalSize": 0}], [*NO_LIST, {"totalSize": None}]),
    (salesforce.fields, [{"fields": [{"name": "Id"}]}], [*NO_LIST, {"fields": []}, {"fields": [{}]}]),
    (salesforce.objects, [{"sobjects": [{"name": "Lead"}]}], [*NO_LIST, {"sobjects": []}]),
    (
        salesforce.job,
        [
            {"id": "1", "state": "InProgress"},
            {"id": "1", "state": "JobComplete", "numberRecordsProcessed": 0},
        ],
        [*NO_LIST, {"id": "1"}, {"state": "InProgress"}, {"id": "1", "state": "JobComplete"}],
    ),
    (salesforce.identified, [{"id": "1"}, {"user_id": "1"}], [*NO_LIST, {"id": ""}]),
    (
        salesforce.versions,
        [[{"version": "67.0"}]],
        [*NO_LIST, [None], [{"version": None}], [{"version": "x"}]],
    ),
]
CASES = [*HUBSPOT, *SALESFORCE]


@pytest.mark.parametrize(("promise", "whole", "garbled"), CASES)
def test_an_answer_is_whole_or_a_fault(promise: Any, whole: list[Any], garbled: list[Any]) -> None:
    for answer in whole:
        promise("asking", answer)
    for answer in garbled:
        with pytest.raises(UnavailableError, match="asking"):
            promise("asking", answer)


def test_an_answer_names_no_value() -> None:
    with pytest.raises(UnavailableError) as caught:
        hubspot.records("listing contacts", page({"id": "1", "email": "ann@example.com"}))
    assert "ann" not in str(caught.value)
