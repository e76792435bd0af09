"""Reconcile: what was written last is compared with what the CRM shows now, by field, with who changed what differs."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from leadwright.writeback import reconciling
from leadwright.writeback.reconciling import Difference, Reconciled
from tests.unit.test_undoing import MODEL, Home


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def compare(home: Home, sample: int | None = None, examples: int = 3, run_id: str = "r") -> Reconciled:
    return reconciling.compare(
        home.crm, MODEL, home.settings, run_id=run_id, sample=sample, examples=examples
    )


def counts(done: Reconciled) -> dict[str, tuple[int, int, int]]:
    return {name: (each.compared, each.differing, each.missing) for name, each in done.fields.items()}


def test_what_nobody_changed_is_the_same_however_it_is_spelled(home: Home) -> None:
    home.crm.edit("1", score="80.0", due="2026-03-04T05:06:07.000+0000")
    done = compare(home)
    assert counts(done) == {"score": (4, 0, 0), "due": (4, 0, 0), "owner": (3, 0, 0)}
    assert (done.record_count, done.differing, done.examples) == (4, 0, [])


def test_what_differs_is_counted_by_field_and_shown_with_who_changed_it(home: Home) -> None:
    for record_id in "12":
        home.crm.edit(record_id, owner="carl")
    home.crm.edit("3", owner=None)
    del home.crm.rows["4"]
    done = compare(home, examples=2)
    assert counts(done) == {"score": (3, 0, 1), "due": (3, 0, 1), "owner": (3, 3, 0)}
    assert done.examples == [
        Difference("1", "owner", "ann", "carl", "CRM_UI userId:5"),
        Difference("2", "owner", "ann", "carl", "CRM_UI userId:5"),
    ]
    assert done.as_dict()["fields"]["owner"] == {"compared": 3, "differing": 3, "missing": 0}


def test_the_last_write_counts_also_where_it_was_an_undo(home: Home) -> None:
    home.write("run-2", 90)
    assert compare(home).differing == 0
    home.undo("run-2", "undo-2")
    assert compare(home).differing == 0


def test_another_sample_is_drawn_for_each_run(home: Home) -> None:
    home.crm.edit("2", owner="carl")
    drawn = [compare(home, sample=1, run_id=f"run {n}") for n in range(12)]
    assert {done.record_count for done in drawn} == {1}
    assert {done.differing for done in drawn} == {0, 1}


def test_the_counts_are_kept_without_any_value(home: Home) -> None:
    home.crm.edit("1", owner="carl")
    at = datetime(2026, 6, 1, tzinfo=UTC)
    reconciling.note([compare(home, sample=10)], "run-9", at, home.settings)
    (kept,) = home.rows("from ops.reconciliations where field = 'owner'")
    assert kept == {
        "run_id": "run-9",
        "crm": "fake",
        "object": "contacts",
        "field": "owner",
        "compared_count": 3,
        "differing_count": 1,
        "missing_count": 0,
        "is_sample": True,
        "reconciled_at": at,
    }
    home.rows("delete from ops.writes")
    assert compare(home).fields == {}
