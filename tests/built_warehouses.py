"""Warehouses that several test modules begin with: built once a session, data tests included, and copied."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from filelock import FileLock

from leadwright.settings import Settings
from tests.dbt_warehouse import NOW, DbtWarehouse


def of_people(home: Path) -> DbtWarehouse:
    """A copy in `home` of the warehouse of 300 leads as of NOW."""
    return _copied("of-people", home, _build_of_people)


def of_nobody(home: Path) -> DbtWarehouse:
    """A copy in `home` of the warehouse without a lead, as of the day before NOW."""
    return _copied("of-nobody", home, lambda made: made.build(NOW - timedelta(days=1), tests=True))


def _build_of_people(made: DbtWarehouse) -> None:
    made.add_population(300)
    made.build(tests=True)


def _copied(name: str, home: Path, build: Callable[[DbtWarehouse], None]) -> DbtWarehouse:
    kept = Path(os.environ["TESTS_SESSION_FOLDER"]) / f"{name}.duckdb"
    with FileLock(kept.with_suffix(".lock")):
        if not kept.exists():
            made = DbtWarehouse(kept.with_suffix(""))
            build(made)
            made.settings.warehouse_file.replace(kept)
    settings = Settings(home=home)
    settings.make_home()
    shutil.copyfile(kept, settings.warehouse_file)
    return DbtWarehouse(home)
