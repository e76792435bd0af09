from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest

from leadwright.connectors.salesforce import reading, soql


def test_a_window_starts_on_the_whole_second_before() -> None:
    since = datetime.fromisoformat("2026-01-02T05:04:05.999+02:00")
    assert (
        soql.where(soql.changed("SystemModstamp", since)) == " WHERE SystemModstamp >= 2026-01-02T03:04:05Z"
    )
    assert soql.where(soql.changed("SystemModstamp", None)) == ""


@pytest.mark.parametrize("count", [0, 1, 2, 3, 7])
def test_no_time_between_two_queries_is_left_out(count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MOST_KNOWN", 2)
    since = datetime(2026, 1, 1, tzinfo=UTC)
    known = [since + timedelta(seconds=5 * number) for number in range(count)]
    windows = list(reading._windows(since, known))
    starts, ends, left_out = zip(*windows, strict=True)
    assert (starts[0], ends[-1]) == (since, None)
    assert starts[1:] == ends[:-1], "each begins where the one before it ends"
    assert [moment for part in left_out for moment in part] == known


def test_a_quote_in_a_text_ends_nothing() -> None:
    assert soql.literals(["O'Hara", "a\\b"]) == "('O\\'Hara', 'a\\\\b')"


@pytest.mark.parametrize("count", [1, 200, 400, 900])
def test_queries_stay_short_enough_for_an_address(count: int) -> None:
    fields = [f"Leadwright_A_Long_Field_Name_{i}__c" for i in range(count)]
    parts = list(soql.split(fields, "Lead", " ORDER BY SystemModstamp, Id"))
    assert [name for part in parts for name in part] == fields
    for part in parts:
        text = soql.select(["Id", *part], "Lead", " ORDER BY SystemModstamp, Id")
        assert len(quote(text)) < soql.LONGEST_ADDRESS + 100
    assert (len(parts) > 1) == (count >= 400)


def test_parts_of_rows_are_put_together_by_id(monkeypatch: pytest.MonkeyPatch) -> None:
    def part(org: Any, name: str, fields: Sequence[str], tail: str) -> Iterator[dict[str, str]]:
        ids = ["1", "2", "3"] if "a" in fields else ["3", "1", "4"]
        return iter([{"Id": i, **{f: f"{f}{i}" for f in fields if f != "Id"}} for i in ids])

    monkeypatch.setattr(reading, "_part", part)
    monkeypatch.setattr(soql, "split", lambda *_: iter([["a"], ["b"]]))
    rows = list(reading._rows(None, "Lead", ["Id", "a", "b"], ""))  # type: ignore[arg-type]
    assert rows == [{"Id": "1", "a": "a1", "b": "b1"}, {"Id": "3", "a": "a3", "b": "b3"}]
