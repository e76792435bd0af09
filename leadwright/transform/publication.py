"""The published copy that dashboards and `explain` read: marts of one run, and what is noted of the runs since.

A reader sees the old file or the new one, never half of one.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from leadwright import warehouse

MARTS, _NOTES = "marts", "ops"

# DuckDB 2 writes by itself what only DuckDB 2 reads; BI drivers and MotherDuck are on 1.x, and 1.2 and later read this.
STORAGE = "v1.2.0"


def publish(
    source: Path,
    target: Path,
    wait_seconds: float,
    *,
    leave_out: Collection[str] = (),
    keep: Collection[str] = (),
) -> None:
    """Put a copy of the marts and notes in `source` at `target`.

    Args:
        source: the warehouse.
        target: the file that readers know.
        wait_seconds: how long to wait for another process to let go of `source`.
        leave_out: marts of `source` that are not whole.
        keep: those of them that stay as the file that is at `target` now has them.
    """
    with _draft(target) as draft, warehouse.writer(source, wait_seconds) as db:
        db.execute(f"attach '{warehouse.sql_text(draft)}' as published (storage_version '{STORAGE}')")
        _copy_schema(db, MARTS, leave_out)
        _copy_schema(db, _NOTES)
        if keep:
            db.execute(f"attach '{warehouse.sql_text(target)}' as earlier (read_only)")
            for table in sorted(keep):
                db.execute(f'create table published.{MARTS}."{table}" as from earlier.{MARTS}."{table}"')
            db.execute("detach earlier")
        db.execute("detach published")


def publish_notes(source: Path, target: Path, wait_seconds: float) -> None:
    """Bring what `target` tells of the runs up to date; its marts, and the time of their publication, stay.

    Nothing happens where nothing is published: a copy without marts is no use to anybody.
    """
    if not target.exists():
        return
    with _draft(target) as draft, warehouse.writer(source, wait_seconds) as db:
        shutil.copyfile(target, draft)
        db.execute(f"attach '{warehouse.sql_text(draft)}' as published")
        db.execute(f"drop schema if exists published.{_NOTES} cascade")
        _copy_schema(db, _NOTES)
        db.execute("detach published")
        shutil.copystat(target, draft)


def revise(db: warehouse.Connection, target: Path, change: Callable[[str], None]) -> None:
    """Put a changed copy of what is published in its place, without a free block; the time of its publication stays.

    Args:
        db: any connection, outside a transaction.
        target: the file that readers know; nothing happens where nothing is published.
        change: told the name under which the copy is attached to `db`.
    """
    if not target.exists():
        return
    copy = target.with_suffix(".revised")
    try:
        with _draft(target) as draft:
            shutil.copyfile(target, copy)
            db.execute(f"attach '{warehouse.sql_text(copy)}' as revised")
            change("revised")
            db.execute(f"attach '{warehouse.sql_text(draft)}' as published (storage_version '{STORAGE}')")
            db.execute("copy from database revised to published")
            db.execute("detach published")
            db.execute("detach revised")
            shutil.copystat(target, draft)
    finally:
        copy.unlink(missing_ok=True)
        copy.with_name(f"{copy.name}.wal").unlink(missing_ok=True)


@contextmanager
def _draft(target: Path) -> Iterator[Path]:
    """A file to fill, which then takes the place of `target` in one step."""
    draft = target.with_suffix(".draft")
    draft.unlink(missing_ok=True)
    try:
        yield draft
        draft.replace(target)
    finally:  # half a copy takes room, most of all where there was none left
        draft.unlink(missing_ok=True)
        draft.with_name(f"{draft.name}.wal").unlink(missing_ok=True)


def _copy_schema(db: warehouse.Connection, schema: str, leave_out: Collection[str] = ()) -> None:
    db.execute(f'create schema published."{schema}"')
    found = db.execute(
        "select table_name from information_schema.tables "
        "where table_catalog = current_database() and table_schema = ?",
        [schema],
    ).fetchall()
    for (table,) in found:
        if table not in leave_out:
            db.execute(f'create table published."{schema}"."{table}" as from "{schema}"."{table}"')
