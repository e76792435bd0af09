"""Extract: incremental with overlap, merged by key, a cursor saved only with its rows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors.errors import GuardrailError, UnavailableError
from leadwright import extract, warehouse
from leadwright.settings import Settings
from leadwright.transform import RawTable
from tests.fakes import FakeCrm

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
TABLE = RawTable(
    "raw_fake", "contacts", (("id", "varchar"), ("Name", "varchar"), ("changed_at", "timestamptz"))
)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path, lock_wait_seconds=1)


def row(key: str, name: str, minutes: float) -> dict[str, Any]:
    return {"id": key, "Name": name, "changed_at": NOON + timedelta(minutes=minutes)}


def loaded(settings: Settings) -> list[tuple[Any, ...]]:
    with warehouse.writer(settings.warehouse_file, 1) as db:
        return db.execute('select id, "Name" from raw_fake.contacts order by id').fetchall()


def pull(crm: FakeCrm, settings: Settings, **options: Any) -> extract.Pulled:
    return extract.pull(crm, [TABLE, RawTable("raw_other", "x", (("id", "varchar"),))], settings, **options)


def test_a_second_pull_overlaps_and_merges(settings: Settings) -> None:
    crm = FakeCrm({"1": row("1", "Ann", 0), "2": row("2", "Bob", 5)})
    assert pull(crm, settings).rows == {"contacts": 2}
    crm.rows["1"] = row("1", "Anna", 6)
    crm.rows["late"] = row(
        "late", "Cy", -4
    )  # shown late by the CRM: older than what was read, inside the overlap
    assert pull(crm, settings).rows == {"contacts": 3}
    assert crm.asked_since == [None, NOON - timedelta(minutes=5)]
    assert loaded(settings) == [("1", "Anna"), ("2", "Bob"), ("late", "Cy")]


def test_no_pulled_row_stays_outside_the_warehouse(settings: Settings) -> None:
    crm = FakeCrm({"1": row("1", "Ann Somebody", 0)})
    kept = settings.home / "dlt" / "leadwright_fake" / "load" / "loaded"
    old = kept / "1.0" / "completed_jobs"
    old.mkdir(parents=True)
    (old / "contacts.parquet").write_bytes(b"of an older version")
    for minutes in (1, 2):
        pull(crm, settings)
        crm.rows["1"] = row("1", "Ann Somebody", minutes)
    assert not list((settings.home / "dlt").rglob("*.parquet"))
    assert len(list(kept.iterdir())) == 1, "a home does not grow with each load"
    assert loaded(settings) == [("1", "Ann Somebody")]


def test_when_an_object_was_pulled_is_kept_also_where_nothing_had_changed(settings: Settings) -> None:
    crm = FakeCrm({"1": row("1", "Ann", 0)})
    moments = []
    for _ in range(2):
        pull(crm, settings)
        with warehouse.writer(settings.warehouse_file, 1) as db:
            moments += db.execute("select pulled_at, object, row_count from ops.pulls").fetchall()
    (first, *_), (second, *_) = moments
    assert first < second <= datetime.now(UTC)
    assert [rest for _, *rest in moments] == [["contacts", 1], ["contacts", 1]]
    crm.fail_pull = UnavailableError("cut off")
    with pytest.raises(UnavailableError):
        pull(crm, settings)
    with warehouse.writer(settings.warehouse_file, 1) as db:
        assert db.execute("select pulled_at from ops.pulls").fetchall() == [(second,)]


def test_an_empty_crm_still_makes_its_table(settings: Settings) -> None:
    assert pull(FakeCrm(), settings).rows == {"contacts": 0}
    assert loaded(settings) == []


def test_a_pull_that_breaks_loads_nothing_and_keeps_the_cursor(settings: Settings) -> None:
    crm = FakeCrm({"1": row("1", "Ann", 0)})
    pull(crm, settings)
    crm.rows["2"] = row("2", "Bob", 60)
    crm.fail_pull = UnavailableError("cut off in the middle")
    with pytest.raises(UnavailableError, match="cut off in the middle"):
        pull(crm, settings)
    assert loaded(settings) == [("1", "Ann")]
    crm.fail_pull = None
    pull(crm, settings)
    assert crm.asked_since[-1] == NOON - timedelta(minutes=10)
    assert loaded(settings) == [("1", "Ann"), ("2", "Bob")]


def test_a_full_pull_drops_rows_that_are_gone(settings: Settings) -> None:
    crm = FakeCrm({"1": row("1", "Ann", 0), "2": row("2", "Bob", 5)})
    pull(crm, settings)
    del crm.rows["2"]
    pull(crm, settings, full=True)
    assert crm.asked_since == [None, None]
    assert loaded(settings) == [("1", "Ann")]


def test_a_deleted_warehouse_is_filled_from_the_start(settings: Settings) -> None:
    crm = FakeCrm({"1": row("1", "Ann", 0), "2": row("2", "Bob", 600)})
    pull(crm, settings)
    settings.warehouse_file.unlink()
    pull(crm, settings)
    assert loaded(settings) == [("1", "Ann"), ("2", "Bob")]


def test_tables_of_crms_that_are_not_used_are_made_empty(settings: Settings) -> None:
    pull(FakeCrm({"1": row("1", "Ann", 0)}), settings)
    extract.ensure_tables([TABLE, RawTable("raw_other", "x", (("id", "varchar"),))], settings)
    with warehouse.writer(settings.warehouse_file, 1) as db:
        assert db.execute("select count(*) from raw_other.x").fetchone() == (0,)
    assert loaded(settings) == [("1", "Ann")]


def test_another_account_is_refused_and_nothing_is_mixed(settings: Settings) -> None:
    pull(FakeCrm({"1": row("1", "Ann", 0)}), settings)
    other = FakeCrm({"1": row("1", "Somebody else", 60)})
    other.account_id = "another-account"
    with pytest.raises(GuardrailError, match="LEADWRIGHT_HOME"):
        pull(other, settings)
    assert loaded(settings) == [("1", "Ann")]
