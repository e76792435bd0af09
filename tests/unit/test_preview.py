"""Copies of a home: private, and gone afterwards however the process ends."""

from __future__ import annotations

import stat
import subprocess
import sys
from pathlib import Path

from leadwright import warehouse
from leadwright.settings import Settings
from leadwright.transform import preview

_HOLD = """
import sys, time
from pathlib import Path
from leadwright.transform import preview
from leadwright.settings import Settings
with preview.trial(Settings(home=Path(sys.argv[1]))):
    print("copied", flush=True)
    time.sleep(600)
"""


def test_a_copy_is_its_owner_s_alone_and_goes(tmp_path: Path) -> None:
    settings = _with_warehouse(tmp_path / "home")
    with preview.trial(settings) as copied:
        assert copied.warehouse_file.exists()
        assert copied.home.is_relative_to(settings.home), "not where everybody's temporary files are"
        assert stat.S_IMODE(copied.home.stat().st_mode) == 0o700
    assert not list((settings.home / "previews").iterdir())


def test_what_a_kill_left_behind_goes_with_the_next_copy_and_a_copy_in_use_stays(tmp_path: Path) -> None:
    settings = _with_warehouse(tmp_path / "home")
    killed, other = _copy_elsewhere(settings), _copy_elsewhere(settings)
    killed.kill()
    killed.wait()
    with preview.trial(settings):
        assert len(list((settings.home / "previews").glob("*/"))) == 2, "its own and the other's"
    other.kill()
    other.wait()
    preview.sweep(settings)
    assert not list((settings.home / "previews").iterdir())


def _with_warehouse(home: Path) -> Settings:
    settings = Settings(home=home, lock_wait_seconds=10)
    with warehouse.writer(settings.warehouse_file, 1) as db:
        warehouse.ensure_table(db, "ops", "writes", [("id", "varchar")])
    return settings


def _copy_elsewhere(settings: Settings) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", _HOLD, str(settings.home)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout and process.stdout.readline() == "copied\n"
    return process
