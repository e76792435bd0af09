from __future__ import annotations

from datetime import UTC, datetime

import pyarrow as pa
import pytest

from leadwright.connectors import batches
from leadwright.connectors.base import ObjectShape
from leadwright.connectors.errors import RecordError

SHAPE = ObjectShape(key=("Id",), cursor="at", always=("deleted",))
LINKS = ObjectShape(key=("from_id", "to_id"), cursor="at")


def rows(count: int) -> list[dict[str, object]]:
    return [
        {"Id": str(i), "name": f"n{i}", "at": "2026-01-02T03:04:05Z", "deleted": False} for i in range(count)
    ]


@pytest.mark.parametrize(
    ("count", "sizes"), [(0, [0]), (1, [1]), (9_999, [9_999]), (10_000, [10_000]), (10_001, [10_000, 1])]
)
def test_batches_end_where_the_rows_end(count: int, sizes: list[int]) -> None:
    found = list(batches.batches(rows(count), SHAPE, ["name"]))
    assert [batch.num_rows for batch in found] == sizes
    assert {batch.schema for batch in found} == {batches.schema(SHAPE, ["name"])}


def test_columns_are_the_key_the_fields_the_always_and_the_cursor_once_each() -> None:
    assert batches.columns(SHAPE, ["name", "Id", "at", "name"]) == ["Id", "name", "deleted", "at"]


def test_values_are_text_as_spelled_and_empty_is_null() -> None:
    row = {"Id": "1", "name": "", "at": "2026-01-02T03:04:05.678+0000", "deleted": True, "more": 1}
    batch = next(batches.batches([row], SHAPE, ["name", "absent"]))
    assert batch.to_pylist() == [
        {
            "Id": "1",
            "name": None,
            "absent": None,
            "deleted": "true",
            "at": datetime(2026, 1, 2, 3, 4, 5, 678_000, UTC),
        }
    ]


def test_a_key_that_comes_twice_is_kept_once() -> None:
    twice = [{**row, "name": "first"} for row in rows(2)] + [{**row, "name": "second"} for row in rows(3)]
    (batch,) = batches.batches(twice, SHAPE, ["name"])
    assert batch.column("name").to_pylist() == ["first", "first", "second"]


def test_a_key_of_two_columns() -> None:
    links = [{"from_id": "1", "to_id": t, "at": "2026-01-01T00:00:00Z"} for t in ("1", "2", "1")]
    (batch,) = batches.batches(links, LINKS, [])
    assert batch.num_rows == 2


def test_tables_become_batches_with_the_same_columns() -> None:
    page = pa.table({"Id": ["1", "2"], "at": ["2026-01-01T00:00:00.000Z"] * 2, "name": ["x", None]})
    found = list(batches.from_tables([page, page.slice(1), page.slice(0, 0)], SHAPE, ["name"]))
    assert [b.schema for b in found] == [batches.schema(SHAPE, ["name"])] * len(found)
    assert [row["Id"] for b in found for row in b.to_pylist()] == ["1", "2"]


def test_no_table_still_gives_a_batch() -> None:
    (batch,) = batches.from_tables([], SHAPE, ["name"])
    assert (batch.num_rows, batch.schema) == (0, batches.schema(SHAPE, ["name"]))


@pytest.mark.parametrize(
    "text",
    ["2026-01-02T03:04:05Z", "2026-01-02T03:04:05.000+0000", "2026-01-02T05:04:05+02:00", "1767323045000"],
)
def test_every_spelling_of_a_moment(text: str) -> None:
    moment = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert batches.instant(text) == moment
    assert batches.instants(pa.array([text, None])).to_pylist() == [moment, None]


BROKEN = [
    ({"Id": None}, None, "no_id", "Id"),
    ({"Id": ""}, None, "no_id", "Id"),
    ({"Id": {}}, None, "no_id", "Id"),
    ({"name": "half \ud83d"}, "7", "broken_text", "name"),
    ({"deleted": "\udc80"}, "7", "broken_text", "deleted"),
    ({"Id": "7\ud800"}, "7?", "broken_text", "Id"),
    *(
        ({"at": text}, "7", "broken_date", "at")
        for text in (
            "0000-00-00",
            "+292277026596-12-04T15:30:07Z",
            "292277026596-12-04T15:30:07Z",
            "9999-12-31T23:59:59Z",
            "yesterday",
            "2026-02-30T00:00:00Z",
            "1767323045000000",  # microseconds
            "9223372036854775807",
            "9" * 30,
            "9" * 5_000,
            "infinity",
        )
    ),
]


@pytest.mark.parametrize(("wrong", "record_id", "code", "field"), BROKEN)
def test_a_broken_row_is_set_aside_and_the_others_come(
    wrong: dict[str, object], record_id: str | None, code: str, field: str
) -> None:
    before, row, after = rows(3)
    told: list[RecordError] = []
    (batch,) = batches.batches([before, {**row, "Id": "7", **wrong}, after], SHAPE, ["name"], told.append)
    assert batch.column("Id").to_pylist() == ["0", "2"]
    (error,) = told
    assert (error.record_id, error.code, error.field) == (record_id, code, field)
    assert not any(str(value) in str(error) for value in wrong.values() if value and field != "Id")
    with pytest.raises(RecordError):
        list(batches.batches([{**row, **wrong}], SHAPE, ["name"]))


def test_strange_but_whole_values_stay() -> None:
    (row,) = rows(1)
    strange = {**row, "name": "\U0001f600 a\x00b \u200b", "deleted": 10**40, "at": None}
    (batch,) = batches.batches([strange], SHAPE, ["name"])
    assert batch.to_pylist() == [{"Id": "0", "name": strange["name"], "deleted": str(10**40), "at": None}]


def test_a_broken_row_of_a_table_is_set_aside_and_the_others_come() -> None:
    at = ["2026-01-01T00:00:00Z"] * 5
    page = pa.table(
        {
            "Id": pa.array(["1", "2", None, "4", "5"]),
            "at": [*at[:3], "0000-00-00", at[4]],
            "name": pa.array([b"x", b"\xed\xa0\x80", b"y", b"z", None]),
        }
    )
    told: list[RecordError] = []
    found = list(batches.from_tables([page, page.slice(0, 1)], SHAPE, ["name"], told.append))
    assert [row["Id"] for batch in found for row in batch.to_pylist()] == ["1", "5"]
    assert [(e.record_id, e.code) for e in told] == [
        (None, "no_id"),
        ("2", "broken_text"),
        ("4", "broken_date"),
    ]


def test_moments_go_out_in_utc_with_milliseconds() -> None:
    assert (
        batches.iso(datetime.fromisoformat("2026-01-02T05:04:05.678912+02:00")) == "2026-01-02T03:04:05.678Z"
    )
