"""A throw-away copy of an installation, so that a dry run or a trial of rules leaves no trace.

Scores, routing decisions and identities are logged for good when they are built; a preview on the warehouse itself
would make a trial rule part of the history.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from connectors.errors import ConfigError
from leadwright import warehouse
from leadwright.settings import Settings

_STATE = ("warehouse.duckdb", "dlt", "dbt")
"""What a run needs of a home: rows, cursors, and the parsed project."""


@contextmanager
def preview_home(config: Settings) -> Iterator[None]:
    """Let `LEADWRIGHT_HOME` name a copy of the home of `config`; the copy is gone afterwards."""
    own = os.environ.get("LEADWRIGHT_HOME")
    with tempfile.TemporaryDirectory(prefix="leadwright-preview-") as folder:
        _copy_home(config, Path(folder))
        os.environ["LEADWRIGHT_HOME"] = folder
        os.environ.setdefault("PREFECT_HOME", str(config.home / "prefect"))
        try:
            yield
        finally:
            os.environ.pop("LEADWRIGHT_HOME")
            if own is not None:
                os.environ["LEADWRIGHT_HOME"] = own


@contextmanager
def trial(config: Settings) -> Iterator[Settings]:
    """The settings of a copy of the home of `config`, in which anything may be built; it is gone afterwards.

    Raises:
        ConfigError: there is no warehouse yet.
        LockedError: another process kept writing it.
    """
    if not config.warehouse_file.exists():
        raise ConfigError(
            f"There is no warehouse yet ({config.warehouse_file.name} is missing in {config.home}). "
            "Run `leadwright run` first."
        )
    with tempfile.TemporaryDirectory(prefix="leadwright-trial-") as folder:
        _copy_home(config, Path(folder))
        yield config.model_copy(update={"home": Path(folder)})


def _copy_home(config: Settings, target: Path) -> None:
    with warehouse.exclusive(config.warehouse_file, config.lock_wait_seconds):
        for name in _STATE:
            _copy(config.home / name, target / name)


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target)
    elif source.exists():
        shutil.copy2(source, target)
