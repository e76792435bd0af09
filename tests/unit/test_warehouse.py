"""The warehouse file: one writer at a time, readers on a copy that is whole."""

from __future__ import annotations

import os
import re
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from threading import Barrier, Event

import duckdb
import pytest

from leadwright import warehouse
from leadwright.connectors.errors import ConfigError, LockedError
from leadwright.settings import Settings
from leadwright.transform import publication
from tests.conftest import ROOT, Require

_HOLD = """
import sys, time
from pathlib import Path
from leadwright import warehouse
with warehouse.exclusive(Path(sys.argv[1]), 5):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_new_home_is_its_owner_s_alone(tmp_path: Path) -> None:
    for home in (Settings(home=tmp_path / "one").make_home(), tmp_path / "two"):
        with warehouse.exclusive(home / "warehouse.duckdb", 1):
            assert stat.S_IMODE(home.stat().st_mode) == 0o700


def test_a_second_process_waits_and_is_told_why(tmp_path: Path) -> None:
    file = tmp_path / "warehouse.duckdb"
    holder = subprocess.Popen([sys.executable, "-c", _HOLD, str(file)], stdout=subprocess.PIPE, text=True)
    try:
        assert holder.stdout and holder.stdout.readline().strip() == "held"
        with pytest.raises(LockedError, match="LEADWRIGHT_LOCK_WAIT_SECONDS"), warehouse.writer(file, 0.2):
            pytest.fail("two writers")
    finally:
        holder.kill()
        holder.wait()
    with warehouse.writer(file, 5) as db:  # a killed holder holds nothing
        assert db.execute("select 1").fetchone() == (1,)


def test_publish_replaces_the_copy_in_one_step_under_an_open_reader(tmp_path: Path) -> None:
    source, target = tmp_path / "warehouse.duckdb", tmp_path / "serving.duckdb"
    _put(source, 1)
    publication.publish(source, target, 1)
    first = target.stat().st_ino
    with warehouse.reader(target) as old:
        _put(source, 2)
        publication.publish(source, target, 1)
        assert old.execute("select n from marts.numbers").fetchall() == [(1,)]
    assert target.stat().st_ino != first, "an open copy is never written over"
    assert not target.with_suffix(".draft").exists()
    with warehouse.reader(target) as new:
        assert new.execute("select n from marts.numbers").fetchall() == [(2,)]
        schemas = {
            row[0] for row in new.execute("select distinct schema_name from duckdb_tables()").fetchall()
        }
        assert "raw_x" not in schemas


def test_tools_on_duckdb_1_5_read_the_published_copy(tmp_path: Path, require: Require) -> None:
    older = ROOT / ".duckdb15"
    require((older / "duckdb").is_dir(), "DuckDB 1.5 (make .duckdb15/.installed)")
    source, target = tmp_path / "warehouse.duckdb", tmp_path / "serving.duckdb"
    _put(source, 7)
    publication.publish(source, target, 1)
    read = (
        "import duckdb, sys; db = duckdb.connect(sys.argv[1], read_only=True); "
        "print(duckdb.__version__, db.execute('select n from marts.numbers').fetchall())"
    )
    done = subprocess.run(
        [sys.executable, "-c", read, str(target)],
        env={**os.environ, "PYTHONPATH": str(older)},
        capture_output=True,
        text=True,
    )
    assert re.fullmatch(r"1\.5\.\d+ \[\(7,\)\]", done.stdout.strip()), done.stderr


def test_every_read_is_of_the_newest_copy_and_knows_its_time(tmp_path: Path) -> None:
    """Twenty sessions read all the time, so that some copy is always open."""
    source, target = tmp_path / "warehouse.duckdb", tmp_path / "serving.duckdb"
    ended, published = Event(), {}

    def publish(n: int) -> None:
        _put(source, n)
        publication.publish(source, target, 10)
        published[n] = target.stat().st_mtime

    def read() -> list[tuple[int, int, datetime]]:
        """The newest copy when each read began, the copy that was read, and its time."""
        found = []
        while not ended.is_set():
            newest = max(published)
            with warehouse.reader(target) as db:
                (n,) = db.execute("select n from marts.numbers").fetchone() or (None,)
                found.append((newest, n, warehouse.published_at(db)))
        return found

    publish(0)
    with ThreadPoolExecutor(20) as sessions:
        reads = [sessions.submit(read) for _ in range(20)]
        for n in range(1, 4):
            publish(n)
        ended.set()
    found = [one for session in reads for one in session.result()]
    assert {n for _, n, _ in found} >= {1, 3}
    assert all(n >= newest for newest, n, _ in found)
    assert all(abs(moment.timestamp() - published[n]) < 1e-4 for _, n, moment in found)


def test_publish_starts_again_after_a_draft_was_left_behind(tmp_path: Path) -> None:
    source, target = tmp_path / "warehouse.duckdb", tmp_path / "serving.duckdb"
    _put(source, 1)
    target.with_suffix(".draft").write_bytes(b"half a file")
    publication.publish(source, target, 1)
    with warehouse.reader(target) as db:
        assert db.execute("select n from marts.numbers").fetchall() == [(1,)]


def test_a_file_that_is_written_anew_holds_the_same_and_nothing_of_what_was_deleted(tmp_path: Path) -> None:
    file = tmp_path / "warehouse.duckdb"
    with warehouse.writer(file, 1) as db:
        db.execute(
            "set force_compression = 'uncompressed'"
        )  # a name is to be found in the file as it is spelled
        db.execute("create schema raw_x; create schema staging; create sequence raw_x.ids start 7")
        db.execute(
            "create table raw_x.people (id integer primary key default nextval('raw_x.ids'), name text not null)"
        )
        db.execute("insert into raw_x.people (name) select 'Ada' || i from range(5000) t(i)")
        db.execute("insert into raw_x.people (name) values ('Somebody-who-is-erased')")
        db.execute('create view staging.people as select * from "warehouse"."raw_x"."people" where id > 7')
    assert b"Somebody-who-is-erased" in file.read_bytes()
    with warehouse.writer(file, 1) as db:
        db.execute("delete from raw_x.people where name = 'Somebody-who-is-erased'")
    assert b"Somebody-who-is-erased" in file.read_bytes(), "then there would be nothing to do"
    file.chmod(0o600)
    warehouse.rewrite(file, 1)
    assert b"Somebody-who-is-erased" not in file.read_bytes()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert sorted(path.name for path in tmp_path.iterdir()) == ["warehouse.duckdb", "warehouse.lock"]
    with warehouse.writer(file, 1) as db:
        assert db.execute("select count(*) from staging.people").fetchone() == (4999,)
        db.execute("insert into raw_x.people (name) values ('Bob')")
        assert db.execute("select id from raw_x.people where name = 'Bob'").fetchone() == (5008,)
        with pytest.raises(duckdb.ConstraintException):
            db.execute("insert into raw_x.people (id, name) values (7, 'Eve')")
        with pytest.raises(duckdb.ConstraintException):
            db.execute("insert into raw_x.people (name) values (null)")


def test_reading_before_anything_is_published_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="leadwright run"), warehouse.reader(tmp_path / "serving.duckdb"):
        pytest.fail("nothing to read")


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    file = tmp_path / "serving.duckdb"
    file.write_bytes(b"this is not a database" * 1000)
    with pytest.raises(ConfigError, match=r"serving\.duckdb"), warehouse.reader(file):
        pytest.fail("not a database")


def test_ensure_table_adds_columns_and_keeps_rows(tmp_path: Path) -> None:
    with warehouse.writer(tmp_path / "warehouse.duckdb", 1) as db:
        warehouse.ensure_table(db, "raw_x", "Things", [("Id", "varchar")])
        db.execute("""insert into raw_x."Things" values ('a')""")
        warehouse.ensure_table(db, "raw_x", "Things", [("ID", "varchar"), ("Name", "varchar")])
        assert db.execute('select * from raw_x."Things"').fetchall() == [("a", None)]


def _put(source: Path, n: int) -> None:
    with warehouse.writer(source, 1) as db:
        db.execute("create schema if not exists marts; create schema if not exists ops")
        db.execute(f"create or replace table marts.numbers as select {n} as n")
        db.execute("create schema if not exists raw_x; create or replace table raw_x.secret as select 1 as n")


def test_several_threads_write_at_once_where_the_file_is_shared(tmp_path: Path) -> None:
    file, both = tmp_path / "warehouse.duckdb", Barrier(2, timeout=30)
    with warehouse.writer(file, 5) as db:
        db.execute("create table writes (crm varchar, id integer, status varchar)")

    def write(crm: str) -> None:
        with warehouse.writer(file, 0.2) as db:
            for number in range(20):
                both.wait()
                db.execute("insert into writes values (?, ?, 'sending')", [crm, number])
                db.execute(
                    "update writes set status = 'accepted' where crm = ? and status = 'sending'", [crm]
                )

    assert not warehouse.is_shared(file)
    with warehouse.shared_writer(file, 5), ThreadPoolExecutor(2) as pool:
        assert warehouse.is_shared(file)
        for done in [pool.submit(write, crm) for crm in ("hubspot", "salesforce")]:
            done.result()
    with warehouse.writer(file, 0.2) as db:
        found = db.execute("select crm, status, count(*) from writes group by all order by all").fetchall()
        (zone,) = db.execute("select current_setting('TimeZone')").fetchone() or ("",)
    assert (found, zone) == ([("hubspot", "accepted", 20), ("salesforce", "accepted", 20)], "UTC")
