"""How the sandbox turns HubSpot's search filters into SQL."""

from __future__ import annotations

from typing import Any

import pytest

from leadwright_sandbox.clock import Clock
from leadwright_sandbox.hubspot import HubSpot
from leadwright_sandbox.hubspot.errors import ApiError
from leadwright_sandbox.hubspot.objects import ObjectType
from leadwright_sandbox.hubspot.search import contains_token, translate, window
from leadwright_sandbox.store import Store


@pytest.fixture(scope="module")
def hubspot() -> HubSpot:
    portal = HubSpot(Store(), Clock(), limits=False)
    rows = [
        {
            "hs_object_id": "9",
            "dealname": "Alpha",
            "amount": "9",
            "closedate": "2026-01-01",
            "dealtype": "newbusiness",
        },
        {"hs_object_id": "10", "dealname": "beta Corp", "amount": "10", "closedate": "2026-02-01T12:00:00Z"},
        {"hs_object_id": "a-1", "dealname": "Gamma", "amount": "-1.5"},
        {"hs_object_id": "a-2", "archived": "true", "dealname": "Gone", "amount": "9"},
    ]
    portal.load("deals", rows)
    return portal


@pytest.fixture(scope="module")
def deals(hubspot: HubSpot) -> ObjectType:
    kind = hubspot.types.find("deals")
    assert kind is not None
    return kind


def ids(hubspot: HubSpot, deals: ObjectType, **body: Any) -> list[str]:
    query = translate(deals, hubspot.types, body)
    found = hubspot.records.fetch(deals, ["dealname"], f"where {query.where} {query.order}", query.parameters)
    return [record.id for record in found]


def condition(name: str, operator: str, **values: Any) -> dict[str, Any]:
    return {"propertyName": name, "operator": operator, **values}


FILTERS = [
    (condition("amount", "GT", value="9"), ["10"]),
    (condition("amount", "LT", value=9), ["a-1"]),
    (condition("amount", "BETWEEN", value="-2", highValue="9"), ["9", "a-1"]),
    (condition("amount", "IN", values=["9.0", "10"]), ["9", "10"]),
    (condition("closedate", "GTE", value="1769904000000"), ["10"]),
    (condition("closedate", "EQ", value="2026-01-01T01:00:00+01:00"), ["9"]),
    (condition("dealname", "EQ", value="BETA corp"), ["10"]),
    (condition("dealname", "CONTAINS_TOKEN", value="corp"), ["10"]),
    (condition("dealtype", "EQ", value="NEWBUSINESS"), []),
    (condition("dealtype", "NOT_HAS_PROPERTY"), ["10", "a-1"]),
    (condition("hs_object_id", "GT", value="9"), ["10", "a-1"]),
    (condition("hs_object_id", "BETWEEN", value="9", highValue="10"), ["9", "10"]),
    (condition("hs_object_id", "IN", values=["a-1", "a-2"]), ["a-1"]),
    (condition("closedate", "IN", values=[1767225600000, "2026-02-01T12:00:00Z"]), ["9", "10"]),
    (condition("closedate", "IN", values=["1769947200000"]), ["10"]),
    (condition("closedate", "NOT_IN", values=["1769947200000"]), ["9"]),
    (condition("closedate", "NOT_IN", values=["2026-01-01T01:00:00+01:00"]), ["10"]),
    (condition("lastmodifieddate", "GTE", value="0"), []),
    (condition("no_such_property", "NOT_HAS_PROPERTY"), ["9", "10", "a-1"]),
    (condition("dealname", "EQ", value="x' or '1'='1"), []),
]


@pytest.mark.parametrize(("given", "expected"), FILTERS)
def test_filters(hubspot: HubSpot, deals: ObjectType, given: dict[str, Any], expected: list[str]) -> None:
    assert ids(hubspot, deals, filterGroups=[{"filters": [given]}]) == expected
    assert ids(hubspot, deals, filters=[given]) == expected


def test_groups_are_alternatives_and_filters_are_not(hubspot: HubSpot, deals: ObjectType) -> None:
    nine, ten = condition("amount", "EQ", value="9"), condition("amount", "EQ", value="10")
    assert ids(hubspot, deals, filterGroups=[{"filters": [nine]}, {"filters": [ten]}]) == ["9", "10"]
    assert ids(hubspot, deals, filterGroups=[{"filters": [nine, ten]}]) == []


def test_moments_are_left_out_of_a_range(hubspot: HubSpot, deals: ObjectType) -> None:
    """As a reader does who has read a crowded millisecond to its end."""
    for first, crowded in (("2026-01-01", "2026-02-01T12:00:00.000Z"), (1767225600000, "1769947200000")):
        since = condition("closedate", "GTE", value=first)
        assert ids(hubspot, deals, filters=[since]) == ["9", "10"]
        without = condition("closedate", "NOT_IN", values=[crowded])
        assert ids(hubspot, deals, filters=[since, without]) == ["9"]
        within = condition("closedate", "IN", values=[crowded, "0"])
        assert ids(hubspot, deals, filters=[since, within]) == ["10"]


def test_sorts_and_free_text(hubspot: HubSpot, deals: ObjectType) -> None:
    assert ids(hubspot, deals, sorts=["amount"]) == ["a-1", "9", "10"]
    assert ids(hubspot, deals, sorts=[{"propertyName": "hs_object_id", "direction": "DESCENDING"}]) == [
        "a-1",
        "10",
        "9",
    ]
    assert ids(hubspot, deals, query="CORP beta") == ["10"]


def test_the_change_cursor_uses_its_index(hubspot: HubSpot, deals: ObjectType) -> None:
    changed = condition("hs_lastmodifieddate", "GTE", value="2026-01-01")
    query = translate(deals, hubspot.types, {"filters": [changed], "sorts": ["hs_lastmodifieddate"]})
    plan = hubspot.store.rows(
        f"explain query plan select * from deals where {query.where} {query.order}", query.parameters
    )  # type: ignore[arg-type]
    assert [step["detail"] for step in plan] == [
        "SEARCH deals USING INDEX deals_changes (_archived=? AND hs_lastmodifieddate>?)"
    ]


def test_ids_are_looked_up(hubspot: HubSpot, deals: ObjectType) -> None:
    for given in (
        condition("hs_object_id", "IN", values=[str(number) for number in range(100)]),
        condition("hs_object_id", "EQ", value="9"),
        condition("associations.contacts", "EQ", value="1"),
    ):
        query = translate(deals, hubspot.types, {"filters": [given], "sorts": ["hs_lastmodifieddate"]})
        plan = hubspot.store.rows(
            f"explain query plan select * from deals where {query.where} {query.order}", query.parameters
        )  # type: ignore[arg-type]
        assert "SEARCH deals USING PRIMARY KEY (hs_object_id=?)" in [step["detail"] for step in plan]


REFUSED = [
    {"filters": [condition("closedate", "IN", values=[])]},
    {"filters": [condition("closedate", "NOT_IN", values=["yesterday"])]},
    {"filterGroups": [{"filters": [condition("amount", "EQ", value="1")]}] * 7},
    {"filterGroups": [{"filters": [condition("amount", "EQ", value="1")] * 11}]},
    {"filterGroups": [{"filters": [condition("amount", "LIKE", value="1")]}]},
    {"filterGroups": [{"filters": [condition("amount", "EQ")]}]},
    {"filterGroups": [{"filters": [condition("amount", "EQ", value="many")]}]},
    {"filterGroups": [{"filters": [condition("amount", "IN", values="1")]}]},
    {"filterGroups": ["amount"]},
    {"query": "x" * 3001},
    {"sorts": ["amount", "dealname"]},
    {"sorts": [{"direction": "ASCENDING"}]},
]


@pytest.mark.parametrize("body", REFUSED)
def test_refused_searches(hubspot: HubSpot, deals: ObjectType, body: dict[str, Any]) -> None:
    with pytest.raises(ApiError) as raised:
        translate(deals, hubspot.types, body)
    assert raised.value.status == 400


def test_window() -> None:
    assert window({}) == (0, 10)
    assert window({"after": "9800", "limit": 200}) == (9800, 200)
    for body in ({"limit": 201}, {"limit": 0, "after": -1}, {"after": "x"}, {"after": 9801, "limit": 200}):
        with pytest.raises(ApiError):
            window(body)


@pytest.mark.parametrize(
    ("value", "token", "expected"),
    [
        ("Head of Sales", "sales", True),
        ("Head of Sales", "sale", False),
        ("Head of Sales", "sale*", True),
        ("ada@example.com", "*@example.com", True),
        ("ada@example.com", "example", True),
        (None, "x", False),
        ("a.b", "a*b", True),
    ],
)
def test_tokens(value: str | None, token: str, expected: bool) -> None:
    assert contains_token(value, token) is expected
