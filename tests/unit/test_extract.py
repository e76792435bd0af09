"""Extract: incremental with overlap, merged by key, a cursor saved only with its rows."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from leadwright import warehouse
from leadwright.connectors.errors import GuardrailError, RecordError, UnavailableError
from leadwright.pull import extract, setaside
from leadwright.pull.setaside import Sift
from leadwright.settings import Settings
from leadwright.transform.tables import RawTable
from tests import killed_pulls
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
    old = settings.home / "dlt" / "leadwright_fake" / "load" / "contacts.parquet"
    old.parent.mkdir(parents=True)
    old.write_bytes(b"of an older version")
    for minutes in (1, 2):
        pull(crm, settings, full=minutes == 2)
        crm.rows["1"] = row("1", "Ann Somebody", minutes)
    assert {path.name for path in settings.home.rglob("*") if path.is_file()} == {
        "warehouse.duckdb",
        "warehouse.lock",
    }
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


def test_a_pull_that_breaks_keeps_what_came_and_goes_on(settings: Settings) -> None:
    crm = FakeCrm({"1": row("1", "Ann", 0)})
    pull(crm, settings)
    crm.rows["2"] = row("2", "Bob", 60)
    crm.fail_pull = UnavailableError("cut off in the middle")
    with pytest.raises(UnavailableError, match="cut off in the middle"):
        pull(crm, settings)
    crm.fail_pull = None
    pull(crm, settings)
    assert crm.asked_since[1:] == [NOON - timedelta(minutes=10)] * 2, (
        "the time of the pull that broke is read again"
    )
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


def _pull_and_kill(settings: Settings, generation: int, after_pieces: int, *options: str) -> list[str]:
    """Kill a pull after so many pieces; what it read, as object and piece."""
    log = settings.home / "read"
    log.unlink(missing_ok=True)
    command = [
        sys.executable,
        "-m",
        "tests.killed_pulls",
        str(settings.home),
        str(generation),
        str(after_pieces),
    ]
    done = subprocess.run([*command, *options], cwd=Path(__file__).parents[2], check=False)
    assert done.returncode == -signal.SIGKILL
    return log.read_text().split("\n")[:-1] if log.exists() else []


def _generations(settings: Settings) -> list[dict[str, int]]:
    """Of each table: how many rows are of which generation."""
    with warehouse.writer(settings.warehouse_file, 1) as db:
        return [
            dict(db.execute(f'select "Name", count(*) from raw_fake."{table.name}" group by 1').fetchall())
            for table in killed_pulls.TABLES
        ]


def _whole(generation: int) -> list[dict[str, int]]:
    return [{str(generation): killed_pulls.count(generation)}] * len(killed_pulls.TABLES)


@pytest.mark.parametrize("first", [False, True], ids=["full", "first"])
def test_a_whole_pull_that_is_killed_goes_on_and_reads_no_piece_twice(
    settings: Settings, first: bool
) -> None:
    if not first:
        extract.pull(killed_pulls.Generation(0), killed_pulls.TABLES, settings)
    options = [] if first else ["--full"]
    read: list[str] = []
    for pieces in (0, 3, 1, 4):
        read += _pull_and_kill(settings, 1, pieces, *options)
        extract.ensure_tables(killed_pulls.TABLES, settings)
        assert _generations(settings) == ([{}] * 3 if first else _whole(0))
    crm = killed_pulls.Generation(1, log=settings.home / "read")
    (settings.home / "read").unlink()
    pulled = extract.pull(crm, killed_pulls.TABLES, settings, full=not first)
    read += (settings.home / "read").read_text().split("\n")[:-1]
    assert len(read) == len(set(read)) == killed_pulls.PIECES * len(killed_pulls.TABLES)
    assert _generations(settings) == _whole(1)
    assert pulled.sifts["contacts"].rows == killed_pulls.count(1)
    assert not list(settings.home.glob("full/*"))


def test_a_pull_of_changes_that_is_killed_keeps_what_came(settings: Settings) -> None:
    extract.pull(killed_pulls.Generation(0), killed_pulls.TABLES, settings)
    _pull_and_kill(settings, 1, killed_pulls.PIECES + 3)
    contacts, *others = _generations(settings)
    rows = killed_pulls.ROWS
    assert contacts == {"0": 3 * rows, "1": 2 * rows}, "the last piece that came waits for what follows"
    assert others == _whole(0)[1:]
    extract.pull(killed_pulls.Generation(1), killed_pulls.TABLES, settings)
    changed = {"0": 100, "1": killed_pulls.count(1)}
    assert _generations(settings) == [changed, changed, *_whole(1)[:1]]


def test_a_whole_pull_of_other_columns_begins_anew(settings: Settings) -> None:
    _pull_and_kill(settings, 1, 7)
    wider = [RawTable(t.schema, t.name, (*t.declared, ("City", "varchar"))) for t in killed_pulls.TABLES]
    crm = FakeCrm({"1": row("1", "Ann", 0)})
    extract.pull(crm, wider[:1], settings)
    assert loaded(settings) == [("1", "Ann")]


def test_far_fewer_records_stop_a_full_pull(settings: Settings) -> None:
    crm = FakeCrm({str(n): row(str(n), "x", 0) for n in range(1_000)})
    pull(crm, settings)
    crm.rows = {key: crm.rows[key] for key in list(crm.rows)[:700]}
    with pytest.raises(GuardrailError, match="shows 700 contacts, and there were 1,000"):
        pull(crm, settings, full=True)
    assert len(loaded(settings)) == 1_000
    pull(crm, settings.model_copy(update={"shrink_at_most": 1.0}), full=True)
    assert len(loaded(settings)) == 700


def test_a_pull_after_a_full_one_goes_on_from_its_cursor(settings: Settings) -> None:
    crm = FakeCrm({"1": row("1", "Ann", 0)})
    pull(crm, settings)
    crm.rows["1"] = row("1", "Anna", 60)
    pull(crm, settings, full=True)
    crm.rows["2"] = row("2", "Bob", 61)
    pull(crm, settings)
    assert crm.asked_since == [None, None, NOON + timedelta(minutes=50)]
    assert loaded(settings) == [("1", "Anna"), ("2", "Bob")]


def broken(record_id: str | None, code: str = "broken_date", field: str = "changed_at") -> RecordError:
    return RecordError("cannot be read", record_id=record_id, code=code, field=field)


def aside(settings: Settings) -> list[tuple[Any, ...]]:
    with warehouse.writer(settings.warehouse_file, 1) as db:
        return db.execute("select record_id, reason, field from ops.set_aside order by all").fetchall()


@pytest.mark.parametrize(("cursor", "full"), [("changed_at", False), ("changed_at", True), (None, False)])
def test_a_record_that_cannot_be_read_is_set_aside_and_its_row_stays(
    settings: Settings, full: bool, cursor: str | None
) -> None:
    crm = FakeCrm({key: row(key, "old", 0) for key in ("1", "2", "3")})
    crm.cursor = cursor
    pull(crm, settings)
    del crm.rows["2"], crm.rows["3"]
    crm.rows["1"] = row("1", "new", 1)
    crm.broken = [broken("2"), broken("new", "broken_text", "Name")]
    pulled = pull(crm, settings, full=full)
    assert pulled.set_aside == {"contacts": 2}
    gone = full or cursor is None  # what does not come in a whole read is gone
    assert loaded(settings) == [("1", "new"), ("2", "old"), *([] if gone else [("3", "old")])]
    assert aside(settings) == [("2", "broken_date", "changed_at"), ("new", "broken_text", "Name")]
    crm.broken, crm.rows["2"] = [], row("2", "mended", 2)
    assert pull(crm, settings).set_aside == {}
    left = [] if cursor is None else [("new", "broken_text", "Name")]
    assert aside(settings) == left, "what changed says nothing about the others"
    assert ("2", "mended") in loaded(settings)
    if left:
        pull(crm, settings, full=True)
        assert aside(settings) == []


@pytest.mark.parametrize("cursor", ["changed_at", None])
def test_a_record_without_an_id_may_be_any_that_did_not_come(settings: Settings, cursor: str | None) -> None:
    crm = FakeCrm({key: row(key, "old", 0) for key in ("1", "2")})
    crm.cursor = cursor
    pull(crm, settings)
    crm.rows = {"1": row("1", "new", 1)}
    crm.broken = [broken(None, "no_id", "id")]
    pull(crm, settings, full=True)
    assert loaded(settings) == [("1", "new"), ("2", "old")]


def test_a_record_keeps_the_day_since_which_it_is_set_aside(settings: Settings) -> None:
    shape = FakeCrm().shape("contacts")
    seen = []
    with warehouse.writer(settings.warehouse_file, 1) as db:
        for minutes in (0, 15):
            sift = Sift("fake", "contacts", shape, False, frozenset(), broken=[broken("2"), broken(None)])
            setaside.note(db, [sift], NOON + timedelta(minutes=minutes))
            seen += db.execute(
                "select first_seen_at, last_seen_at from ops.set_aside order by all"
            ).fetchall()
    later = NOON + timedelta(minutes=15)
    assert seen == [(NOON, NOON)] * 2 + [(NOON, later)] * 2


def test_where_most_records_are_broken_it_is_not_the_records(settings: Settings) -> None:
    crm = FakeCrm({"1": row("1", "Ann", 0)})
    pull(crm, settings)
    crm.broken = [broken(str(n)) for n in range(10)]
    assert "10 fake contacts cannot be read" in pull(crm, settings, full=True).stops.objects["contacts"]
    assert loaded(settings) == [("1", "Ann")]
    assert aside(settings) == []


def test_a_full_pull_that_was_killed_outlives_pulls_of_changes(settings: Settings) -> None:
    extract.pull(killed_pulls.Generation(0), killed_pulls.TABLES, settings)
    read = _pull_and_kill(settings, 1, 3, "--full")
    extract.pull(killed_pulls.Generation(0), killed_pulls.TABLES, settings)
    crm = killed_pulls.Generation(1, log=settings.home / "read")
    (settings.home / "read").unlink()
    extract.pull(crm, killed_pulls.TABLES, settings, full=True)
    assert not set(read) & set((settings.home / "read").read_text().split("\n")[:-1])
    assert _generations(settings) == _whole(1)


def test_one_of_last_week_is_begun_anew(settings: Settings) -> None:
    extract.pull(killed_pulls.Generation(0), killed_pulls.TABLES, settings)
    _pull_and_kill(settings, 1, 3, "--full")
    (file,) = settings.home.glob("full/*/*.duckdb")
    week_ago = file.stat().st_mtime - 7 * 86_400
    os.utime(file, (week_ago, week_ago))
    extract.pull(killed_pulls.Generation(0), killed_pulls.TABLES, settings)
    assert not list(settings.home.glob("full/*"))
