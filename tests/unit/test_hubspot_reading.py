"""Reading in the presence of what HubSpot's search and lists are known to do."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from leadwright.connectors.batches import instant, iso
from leadwright.connectors.errors import FatalError
from leadwright.connectors.hubspot import answers, links, listing, rows, searching, shapes
from leadwright.connectors.hubspot.answers import Promise

START = datetime(2026, 1, 1, tzinfo=UTC)
CURSOR = "lastmodifieddate"


class Reads:
    """Calls the methods that a read names, and holds the answers to their promise."""

    def read(self, what: str, promise: Promise, method: Any, *args: Any, **options: Any) -> dict[str, Any]:
        return promise(what, method(*args, **options))


class SearchOnly(Reads):
    """A search as HubSpot's: GTE, LT, EQ, GT and NOT_IN, one sort, 200 a page; `between` runs between two pages.

    It finds records by the dates of `index` and shows those of `within`.
    """

    def __init__(
        self,
        rows: dict[str, datetime],
        between: Callable[[], None] = lambda: None,
        index: dict[str, datetime] | None = None,
    ) -> None:
        self.rows = rows
        self.index = rows if index is None else index
        self.between = between
        self.searches = 0

    def search(self, what: str, promise: Promise, object_name: str, body: dict[str, Any]) -> dict[str, Any]:
        self.searches += 1
        self.between()
        found = [i for i in self.index if all(self._fits(i, f) for f in body["filterGroups"][0]["filters"])]
        sort = body["sorts"][0]["propertyName"]
        found.sort(key=lambda i: int(i) if sort == "hs_object_id" else (self.index[i], int(i)))
        page = [{"id": i, "properties": {CURSOR: iso(self.rows[i])}} for i in found[: body["limit"]]]
        more = {"paging": {"next": {"after": len(page)}}} if len(found) > len(page) else {}
        return promise(what, {"total": len(found), "results": page, **more})

    def _fits(self, record_id: str, given: dict[str, Any]) -> bool:
        if given["propertyName"] == "hs_object_id":
            return int(record_id) > int(given["value"])
        here = self.index[record_id]
        if given["operator"] == "NOT_IN":
            return here not in [instant(value) for value in given["values"]]
        moment = instant(given["value"])
        return {"GTE": here >= moment, "LT": here < moment, "EQ": here == moment}[given["operator"]]


def read(hubspot: Any, since: datetime = START) -> list[str]:
    return [
        row["hs_object_id"] for page in searching.changed(hubspot, "contacts", [], since) for row in page.rows
    ]


def spread(count: int, per_millisecond: int) -> dict[str, datetime]:
    return {str(i): START + timedelta(milliseconds=i // per_millisecond) for i in range(count)}


@pytest.mark.parametrize("count", [0, 1, 199, 200, 201, 400, 401])
@pytest.mark.parametrize("per_millisecond", [1, 7, 150, 250, 1000])
def test_every_record_comes_whatever_shares_a_millisecond(count: int, per_millisecond: int) -> None:
    hubspot = SearchOnly(spread(count, per_millisecond))
    assert sorted(set(read(hubspot)), key=int) == [str(i) for i in range(count)]


def test_more_than_ten_thousand_in_one_millisecond() -> None:
    hubspot = SearchOnly(spread(12_345, 20_000))
    assert len(set(read(hubspot))) == 12_345
    assert hubspot.searches < 70


def test_the_boundary_is_included() -> None:
    hubspot = SearchOnly({"1": START - timedelta(milliseconds=1), "2": START, "3": START})
    assert read(hubspot, START + timedelta(microseconds=900)) == ["2", "3"]


def test_records_that_change_while_the_search_is_read_push_none_out() -> None:
    rows = spread(1_000, 1)
    late = iter(range(1_000))

    def edit_old_ones() -> None:
        for _ in range(5):
            rows[str(next(late))] = START + timedelta(hours=1)

    assert set(read(SearchOnly(rows, edit_old_ones))) == set(rows)


def test_a_record_that_shows_a_newer_date_than_it_was_found_by_pushes_none_out() -> None:
    index = spread(1_000, 1)
    rows = {**index, "7": START + timedelta(days=1), "199": START + timedelta(days=1)}
    assert set(read(SearchOnly(rows, index=index))) == set(rows)


def test_ids_out_of_order_stop_the_read() -> None:
    class Shuffled(SearchOnly):
        def search(
            self, what: str, promise: Promise, object_name: str, body: dict[str, Any]
        ) -> dict[str, Any]:
            page = super().search(what, promise, object_name, body)
            if body["sorts"][0]["propertyName"] == "hs_object_id":
                page["results"].sort(key=lambda r: str(r["id"]))
            return page

    with pytest.raises(FatalError, match="out of order"):
        read(Shuffled(spread(1_500, 2_000)))


def test_a_short_page_is_not_the_end_and_after_may_be_a_number() -> None:
    pages: list[dict[str, Any]] = [
        {"results": [{"id": "1"}], "paging": {"next": {"after": 1}}},
        {"results": [], "paging": {"next": {"after": "2"}}},
        {"results": [{"id": "2"}], "paging": {}},
    ]
    asked: list[Any] = []

    def lists(**options: Any) -> dict[str, Any]:
        asked.append(options.get("after"))
        return pages[len(asked) - 1]

    found = list(listing.pages("listing", Reads(), answers.listing, lists))  # type: ignore[arg-type]
    assert [record["id"] for page in found for record in page["results"]] == ["1", "2"]
    assert asked == [None, "1", "2"]


@pytest.mark.parametrize("count", [300, 1_000])
@pytest.mark.parametrize("per_millisecond", [1, 2_000])
def test_a_short_page_of_a_search_is_not_the_end(count: int, per_millisecond: int) -> None:
    class Short(SearchOnly):
        def search(
            self, what: str, promise: Promise, object_name: str, body: dict[str, Any]
        ) -> dict[str, Any]:
            page = super().search(what, promise, object_name, body)
            if "paging" in page:
                del page["results"][150:]
            return page

    assert len(set(read(Short(spread(count, per_millisecond))))) == count


@pytest.mark.parametrize("known", [[], [0], [2, 3, 4, 7], [1, 5, 6, 8, 11, 14, 17], list(range(20))])
def test_no_time_between_two_searches_is_left_out(known: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searching, "MOST_KNOWN", 3)
    hubspot = SearchOnly(spread(20, 1))
    moments = [START + timedelta(milliseconds=number) for number in known]
    pages = searching.changed(hubspot, "contacts", [], START, moments)  # type: ignore[arg-type]
    found = [int(row["hs_object_id"]) for page in pages for row in page.rows]
    assert found == [number for number in range(20) if number not in known]


@pytest.mark.parametrize("name", [*shapes.RECORDS, *shapes.LINKS])
def test_every_pull_goes_back_an_hour_because_the_search_lags(name: str) -> None:
    assert shapes.shape(name).overlap >= timedelta(hours=1)


def test_archiving_counts_as_a_change() -> None:
    record = {
        "id": 7,
        "archived": True,
        "archivedAt": "2026-03-01T00:00:00Z",
        "properties": {CURSOR: "2026-01-01T00:00:00Z", "email": ""},
    }
    row = rows.row(record, "contacts")
    assert (row["hs_object_id"], row["archived"], row["archived_at"]) == ("7", "true", "2026-03-01T00:00:00Z")
    assert row[CURSOR] == "2026-03-01T00:00:00Z"


def test_a_record_with_many_links_is_asked_again() -> None:
    contacts = [
        {"hs_object_id": "1", CURSOR: "2026-01-01T00:00:00Z"},
        {"hs_object_id": "2", CURSOR: "2026-01-02T00:00:00Z"},
    ]

    class Links(Reads):
        def __init__(self) -> None:
            self.links = self

        def get_page(self, start: str, end: str, body: dict[str, Any]) -> dict[str, Any]:
            results = []
            for given in body["inputs"]:
                after = int(given.get("after", 0))
                last = given["id"] == "2" or after == 2
                kinds = [
                    {"category": "HUBSPOT_DEFINED", "typeId": 279, "label": None if after else "Primary"}
                ]
                to = [{"toObjectId": int(given["id"]) * 10 + after, "associationTypes": kinds}]
                more = {} if last else {"paging": {"next": {"after": str(after + 1)}}}
                results.append({"from": {"id": given["id"]}, "to": to, **more})
            return {"results": results}

    rows = list(links.of(Links(), "contacts_to_companies", contacts))  # type: ignore[arg-type]
    assert [(r["from_id"], r["to_id"]) for r in rows] == [("1", "10"), ("1", "11"), ("1", "12"), ("2", "20")]
    assert rows[0]["association_type"] == "HUBSPOT_DEFINED:279, Primary"
    assert rows[2]["association_type"] == "HUBSPOT_DEFINED:279"
    assert rows[3]["changed_at"] == "2026-01-02T00:00:00Z"
