"""Records of who asked to be forgotten stay out of the raw tables, however often their CRM shows them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest

from leadwright import warehouse
from leadwright.pull import extract, forgotten
from leadwright.settings import Settings
from leadwright.transform.tables import RawTable
from tests.fakes import FakeCrm

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
CONTACTS = RawTable(
    "raw_fake",
    "contacts",
    (("id", "varchar"), ("email", "varchar"), ("changed_at", "timestamptz")),
    names=(("id", ("contacts",)),),
)
TASKS = RawTable("raw_fake", "tasks", (("who", "varchar"),), names=(("who", ("leads", "contacts")),))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path, lock_wait_seconds=1)


def keep_out(settings: Settings, *keys: str, is_kept_out: bool = True) -> None:
    with warehouse.writer(settings.warehouse_file, 1) as db:
        columns = (("crm", "varchar"), ("record_hash", "varchar"), ("is_kept_out", "boolean"))
        warehouse.ensure_table(db, "ops", "erasures", columns)
        for key in keys:
            db.execute(
                "insert into ops.erasures values (?, sha256(?), ?)", [key.split(":")[0], key, is_kept_out]
            )


def let_in(settings: Settings, table: RawTable, *batches: list[str | None]) -> list[list[str | None]]:
    (column, _), *_ = table.names
    arrow = [pa.RecordBatch.from_pydict({column: pa.array(ids, pa.string())}) for ids in batches]
    with warehouse.writer(settings.warehouse_file, 1) as db:
        hashes = forgotten.kept_out(db, table.crm)
    return [forgotten.without(batch, table, hashes).column(column).to_pylist() for batch in arrow]


def test_a_record_is_known_by_the_hash_of_its_key(settings: Settings) -> None:
    keep_out(settings, "fake:contacts:2")
    with warehouse.writer(settings.warehouse_file, 1) as db:
        noted = db.execute("select record_hash from ops.erasures").fetchall()
    assert noted == [(forgotten.record_hash("fake", "contacts", "2"),)]


def test_every_batch_comes_without_the_rows_that_name_the_record(settings: Settings) -> None:
    keep_out(settings, "fake:contacts:2", "fake:leads:7", "other:contacts:1")
    assert let_in(settings, CONTACTS, ["1", "2", "7"], ["2"], []) == [["1", "7"], [], []]
    assert let_in(settings, TASKS, ["1", "2", None, "7", ""]) == [["1", None, ""]]


def test_who_was_erased_in_the_crm_may_come_back(settings: Settings) -> None:
    assert let_in(settings, CONTACTS, ["1", "2"]) == [["1", "2"]], "nobody was ever forgotten"
    keep_out(settings, "fake:contacts:2", is_kept_out=False)
    assert let_in(settings, CONTACTS, ["1", "2"]) == [["1", "2"]]


def test_a_note_of_an_older_version_keeps_nobody_out(settings: Settings) -> None:
    with warehouse.writer(settings.warehouse_file, 1) as db:
        warehouse.ensure_table(db, "ops", "erasures", (("crm", "varchar"), ("record_hash", "varchar")))
    assert let_in(settings, CONTACTS, ["1"]) == [["1"]]


@pytest.mark.parametrize("full", [False, True])
def test_a_pull_brings_the_record_back_neither_changed_nor_with_everything(
    settings: Settings, full: bool
) -> None:
    crm = FakeCrm({key: {"id": key, "email": f"{key}@x.example", "changed_at": NOON} for key in ("1", "2")})
    extract.pull(crm, [CONTACTS], settings)
    with warehouse.writer(settings.warehouse_file, 1) as db:
        db.execute("delete from raw_fake.contacts where id = '2'")
    keep_out(settings, "fake:contacts:2")
    later = NOON + timedelta(minutes=5)
    crm.rows["2"]["changed_at"] = later
    crm.rows["3"] = {"id": "3", "email": "2@x.example", "changed_at": later}  # came back as a new record
    assert extract.pull(crm, [CONTACTS], settings, full=full).rows == {"contacts": 2}
    with warehouse.writer(settings.warehouse_file, 1) as db:
        assert db.execute("select id, email from raw_fake.contacts order by id").fetchall() == [
            ("1", "1@x.example"),
            ("3", "2@x.example"),
        ]


def test_what_was_pulled_and_not_loaded_is_pulled_again(settings: Settings) -> None:
    crm = FakeCrm({"1": {"id": "1", "email": "1@x.example", "changed_at": NOON}})
    extract.pull(crm, [CONTACTS], settings)
    waiting = settings.home / "dlt" / "leadwright_fake" / "load" / "normalized" / "1" / "rows.parquet"
    aside = settings.home / "full" / "fake" / "warehouse.duckdb"
    for file in (waiting, aside):
        file.parent.mkdir(parents=True)
        file.write_text("ada@x.example")
    forgotten.drop_unfinished(settings)
    assert not waiting.exists() and not aside.exists()
    crm.rows["2"] = {"id": "2", "email": "2@x.example", "changed_at": NOON + timedelta(minutes=60)}
    extract.pull(crm, [CONTACTS], settings)
    assert crm.asked_since == [None, NOON - timedelta(minutes=10)], "from the cursor in the warehouse"
    with warehouse.writer(settings.warehouse_file, 1) as db:
        assert db.execute("select count(*) from raw_fake.contacts").fetchone() == (2,)
