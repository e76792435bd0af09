"""Keeps what cannot be made again in one file, and makes a home from it: ids, promises, logs, the ledger.

A backup is taken under the lock of the warehouse, in one transaction: of a run that is under way, between two stages.
There the tables are as they would be if the run were killed, and from there any run goes on. Raw tables are not in it:
the first run after a restore pulls everything, compares with what the CRMs show, and so sends nothing twice.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

from leadwright import warehouse
from leadwright.connectors.errors import ConfigError
from leadwright.operate import archive, erasure
from leadwright.operate.archive import About
from leadwright.settings import Settings
from leadwright.transform import logs, preview

_RESTORES = (("restored_at", "timestamptz"), ("made_at", "timestamptz"), ("version", "varchar"))


def back_up(settings: Settings, target: Path, tables: set[logs.Table], wait_seconds: float) -> About:
    """Write a backup of the home to `target`.

    Args:
        settings: say where the warehouse is.
        target: a file that is not there yet.
        tables: those that the project declares; see `logs.declared`.
        wait_seconds: how long to wait for the stage of a run that is under way.

    Raises:
        ConfigError: there is nothing to keep, or `target` is there or cannot be written.
        LockedError: a stage took longer.
    """
    if target.exists():
        raise ConfigError(f"{target} is there already. Name a file that is not.")
    if not settings.warehouse_file.exists():
        raise ConfigError(f"There is nothing to keep in {settings.home} yet. Run `leadwright run` first.")
    try:
        with preview.scratch(settings) as folder:
            with warehouse.writer(settings.warehouse_file, wait_seconds) as db:
                db.execute("begin")
                made_at = datetime.now(UTC).isoformat()
                found = logs.present(db, tables)
                if not tables.intersection(found):
                    raise ConfigError("Nothing was built in this home yet. Run `leadwright run` first.")
                stored = tuple(archive.unload(db, *table, folder) for table in found)
                db.execute("commit")
            about = About(made_at, metadata.version("leadwright"), stored)
            archive.pack(target, about, folder)
    except OSError as error:
        raise ConfigError(f"{target} cannot be written: {error.strerror or error}") from None
    return about


def restore(settings: Settings, source: Path) -> About:
    """Make the warehouse anew from a backup. Who was forgotten since, as far as this home knows, is forgotten again.

    Raises:
        ConfigError: it is no backup, or not whole; or the warehouse that is there cannot be read.
        LockedError: a run is under way.
    """
    home = settings.make_home()
    with warehouse.locked(settings.run_lock, 0, "has been running"), preview.scratch(settings) as folder:
        about = archive.unpack(source, folder)
        draft = folder / settings.warehouse_file.name
        noted = _erasures(settings)
        with warehouse.writer(draft, 0) as db:
            for stored in about.tables:
                archive.load(db, stored, folder)
            warehouse.ensure_table(db, "ops", "restores", _RESTORES)
            made = [datetime.now(UTC), about.made_at, about.version]
            db.execute("insert into ops.restores values (?, ?::timestamptz, ?)", made)
            erasure.forget_again(db, noted)
        warehouse.rewrite(draft, 0)  # whoever was just forgotten is in free blocks of the file
        with warehouse.exclusive(settings.warehouse_file, settings.lock_wait_seconds):
            shutil.rmtree(home / "full", ignore_errors=True)  # the beginning of a pull, of another warehouse
            settings.warehouse_file.with_name(f"{settings.warehouse_file.name}.wal").unlink(missing_ok=True)
            draft.replace(settings.warehouse_file)
    return about


def require_pulled(settings: Settings) -> None:
    """Raise ConfigError where a CRM was not pulled since a restore: to the logs all its records would be gone."""
    with warehouse.writer(settings.warehouse_file, settings.lock_wait_seconds) as db:
        if not (warehouse.columns(db, "ops", "restores") and warehouse.columns(db, "ops", "accounts")):
            return
        pulled = (
            "select crm from ops.pulls" if warehouse.columns(db, "ops", "pulls") else "select '' where false"
        )
        missing = [
            crm
            for (crm,) in db.execute(
                f"select distinct crm from ops.accounts where crm not in ({pulled}) order by crm"
            ).fetchall()
        ]
    if missing:
        raise ConfigError(
            f"This home was restored, and {' and '.join(missing)} not pulled since. Connect it, then `leadwright run`."
        )


def _erasures(settings: Settings) -> Sequence[dict[str, Any]]:
    """Who was forgotten, by the warehouse that is about to be replaced."""
    if not settings.warehouse_file.exists():
        return []
    with warehouse.writer(settings.warehouse_file, settings.lock_wait_seconds) as db:
        if not warehouse.columns(db, "ops", "erasures"):
            return []
        return warehouse.rows(db, "from ops.erasures")
