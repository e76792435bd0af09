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
