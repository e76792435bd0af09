"""A throw-away copy of an installation, so that a dry run or a trial of rules leaves no trace.

Scores, routing decisions and identities are logged for good when they are built; a preview on the warehouse itself
would make a trial rule part of the history. Copies hold what the warehouse holds, so they lie in the home and not in a
folder for everybody's temporary files, and one that a kill left behind goes with the next run or copy.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from leadwright import tokens, warehouse
from leadwright.connectors.errors import ConfigError
from leadwright.settings import Settings
from leadwright.transform import migrations

_STATE = ("warehouse.duckdb", "dbt")
"""What a run needs of a home: rows, cursors, and the parsed project."""

_FOLDER = "previews"
_copies: set[Path] = set()


@contextmanager
def trial(config: Settings) -> Iterator[Settings]:
    """The settings of a copy of the home of `config`, in which anything may be built; it is gone afterwards.

    Raises:
        ConfigError: there is no warehouse yet.
        LockedError: another process kept writing it.
    """
    if not config.warehouse_file.exists():
        raise ConfigError(
            f"There is no warehouse yet ({config.warehouse_file.name} is missing in {config.home}), and so no lead to "
            "try rules on. `leadwright ingest` and `leadwright transform` make it and write to no CRM; "
            "`leadwright run` writes, too."
        )
    with _copy_of_home(config) as folder:
        copy = config.model_copy(update={"home": folder})
        migrations.migrate(copy)
        yield copy


def remove_copies() -> None:
    """Remove the copies of this process, which ends before their turn comes."""
    for folder in _copies:
        shutil.rmtree(folder, ignore_errors=True)


def sweep(config: Settings) -> None:
    """Remove copies in the home of `config` whose process was killed: nobody holds their lock any more."""
    for folder in (config.home / _FOLDER).glob("*/"):
        lock = folder.with_suffix(".lock")
        if not warehouse.is_locked(lock):
            shutil.rmtree(folder, ignore_errors=True)
            lock.unlink(missing_ok=True)


@contextmanager
def scratch(config: Settings) -> Iterator[Path]:
    """A folder in the home of `config` that is gone afterwards, or with the next run where this one is killed."""
    sweep(config)
    folder = config.make_home() / _FOLDER / uuid4().hex
    lock = folder.with_suffix(".lock")
    with warehouse.locked(lock, 0, "uses this copy"):
        folder.mkdir(mode=0o700)
        _copies.add(folder)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)
            _copies.discard(folder)
            lock.unlink(missing_ok=True)


@contextmanager
def _copy_of_home(config: Settings) -> Iterator[Path]:
    with scratch(config) as folder:
        with warehouse.exclusive(config.warehouse_file, config.lock_wait_seconds):
            for name in _STATE:
                _copy(config.home / name, folder / name)
        # A dry run signs in, too: a refresh token that it is given must not be thrown away with the copy.
        (folder / tokens.FOLDER).symlink_to(config.home / tokens.FOLDER)
        yield folder


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target)
    elif source.exists():
        shutil.copy2(source, target)
