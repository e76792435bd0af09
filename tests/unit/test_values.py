from __future__ import annotations

from datetime import UTC, datetime

import pytest

from leadwright.connectors.base import Change
from leadwright.connectors.values import in_order, same, still_ours


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (None, ""),
        ("", None),
        (5, "5"),
        (5.0, "5"),
        ("5.00", 5),
        (True, "true"),
        (True, True),
        (datetime(2026, 1, 2, tzinfo=UTC), "2026-01-02T00:00:00.000+0000"),
        ("2026-01-02T00:00:00Z", "2026-01-02T00:00:00.000Z"),
    ],
)
def test_two_spellings_of_one_value(one: object, other: object) -> None:
    assert same(one, other)


@pytest.mark.parametrize(
    ("one", "other"), [(None, "x"), ("a", "A"), (0, None), (False, None), ("0051", "0052")]
)
def test_two_values(one: object, other: object) -> None:
    assert not same(one, other)


def test_a_field_that_a_person_changed_is_left_out_and_the_others_go() -> None:
    change = Change("1", {"owner": "ann", "score": 5}, expected={"owner": None})
    assert still_ours(change, {"owner": "bob"}) == {"score": 5}
    assert still_ours(change, {"owner": ""}) == {"owner": "ann", "score": 5}


def test_changes_go_by_id_and_a_record_comes_once() -> None:
    ordered = in_order([Change("2", {"a": 1}), Change("1", {"a": 1})])
    assert [change.record_id for change in ordered] == ["1", "2"]
    with pytest.raises(ValueError, match="twice"):
        in_order([Change("1", {"a": 1}), Change("1", {"b": 1})])
