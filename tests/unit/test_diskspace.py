"""A full disk: one message that says what is full, and nothing half done."""

from __future__ import annotations

import errno
import shutil
import subprocess
import sys
from collections import namedtuple
from pathlib import Path

import pytest

from leadwright import diskspace, warehouse
from leadwright.connectors.errors import AuthError, FatalError
from leadwright.pull import extract
from leadwright.settings import Settings
from leadwright.transform import publication
from tests import killed_pulls

_LIMITED = """
import resource, sys
from pathlib import Path
from leadwright import diskspace, warehouse
from leadwright.pull import extract
from leadwright.transform import publication
from leadwright.settings import Settings
from tests import killed_pulls

settings = Settings(home=Path(sys.argv[1]), lock_wait_seconds=10)

def told(step):
    try:
        step()
    except Exception as error:
        print(diskspace.explained(error, settings.home))
    else:
        sys.exit("there was room")

resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))
told(lambda: publication.publish(settings.warehouse_file, settings.serving_file, 1))
told(lambda: extract.pull(killed_pulls.Generation(1), killed_pulls.TABLES, settings, full=True))
"""
_USAGE = namedtuple("_USAGE", "total used free")


def test_where_no_room_is_left_the_old_rows_and_the_old_copy_stay(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, lock_wait_seconds=10)
    extract.pull(killed_pulls.Generation(0), killed_pulls.TABLES, settings)
    with warehouse.writer(settings.warehouse_file, 1) as db:
        db.execute("create schema marts; create table marts.leads as select 1 as n")
    publication.publish(settings.warehouse_file, settings.serving_file, 1)
    with warehouse.writer(settings.warehouse_file, 1) as db:
        db.execute("create or replace table marts.leads as select uuid() as n from range(100000)")
    done = subprocess.run(
        [sys.executable, "-c", _LIMITED, str(tmp_path)],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert done.returncode == 0, done.stderr
    said = done.stdout.splitlines()
    assert len(said) == 2 and all(line.startswith("There is no room left to write") for line in said), said
    with warehouse.reader(settings.serving_file) as db:
        assert db.execute("select * from marts.leads").fetchall() == [(1,)]
    with warehouse.writer(settings.warehouse_file, 1) as db:
        for table in killed_pulls.TABLES:
            rows = db.execute(f'select "Name", count(*) from raw_fake."{table.name}" group by 1').fetchall()
            assert rows == [("0", killed_pulls.count(0))]
    assert not list(tmp_path.glob("*.draft*"))
    assert list(tmp_path.glob("full/*")), "what was read is not read again once there is room"
    extract.pull(killed_pulls.Generation(1), killed_pulls.TABLES, settings, full=True)
    assert not list(tmp_path.glob("full/*"))


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, "No space left on device"),
        RuntimeError("(sqlite3.OperationalError) database or disk is full"),
        FatalError("dbt model dim_leads failed: IO Error: Could not write file: Disk quota exceeded"),
    ],
)
def test_a_full_disk_is_known_however_it_is_wrapped(error: Exception, tmp_path: Path) -> None:
    try:
        try:
            raise error
        except Exception as inner:
            raise ValueError("a step failed") from inner
    except ValueError as outer:
        told = diskspace.explained(outer, tmp_path / "not" / "there")
    assert told and str(tmp_path) in str(told)
    assert "run the same command again" in str(told)


def test_other_errors_are_not_explained_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    assert diskspace.explained(ValueError("no such column"), tmp_path / "file" / "home") is None
    assert diskspace.explained(ValueError("no such column"), tmp_path) is None
    monkeypatch.setattr(shutil, "disk_usage", lambda _: _USAGE(10**9, 10**9, 0))
    assert diskspace.explained(AuthError("HubSpot refused the token"), tmp_path) is None
    assert diskspace.explained(RuntimeError("500 Internal Server Error"), tmp_path)
