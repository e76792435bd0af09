"""One parse of the dbt project for all homes of a session: parsing takes ten seconds, reading a parse less than one.

It is kept from session to session; dbt itself reads anew what has changed since.
"""

from __future__ import annotations

import os
import shutil
from functools import cache
from pathlib import Path
from typing import Any

from filelock import FileLock

from leadwright.settings import Settings
from leadwright.transform.project import Transform
from tests.workspaces import DEMO

SETTING = "DBT_PARTIAL_PARSE_FILE_PATH"
"""dbt's own: where it reads an earlier parse, which must be there."""

_KEPT = Path(__file__).resolve().parents[1] / ".pytest_cache" / "leadwright.msgpack"


def ensure() -> None:
    """Parse the project, unless this worker or one beside it has. Benchmarks have no session and do without."""
    if "TESTS_SESSION_FOLDER" not in os.environ or SETTING in os.environ:
        return
    home = Path(os.environ["TESTS_SESSION_FOLDER"]) / "parsed"
    parsed, made = home.with_suffix(".msgpack"), home / "dbt" / "partial_parse.msgpack"
    with FileLock(home.with_suffix(".lock")):
        if not parsed.exists():
            if _KEPT.exists():
                made.parent.mkdir(parents=True)
                shutil.copy(_KEPT, made)
            Transform(Settings(home=home)).manifest()
            _keep(made)
            shutil.copy(made, parsed)
    os.environ[SETTING] = str(parsed)


@cache
def manifest() -> Any:
    """The parse, read once a process: what differs between homes and workspaces is given to each build."""
    ensure()
    home = Path(os.environ["TESTS_SESSION_FOLDER"]) / f"parsed-{os.getpid()}"
    return Transform(Settings(home=home, workspace=DEMO)).manifest()


def _keep(made: Path) -> None:
    _KEPT.parent.mkdir(exist_ok=True)
    draft = _KEPT.with_name(f"{_KEPT.name}.{os.getpid()}")
    shutil.copy(made, draft)
    draft.replace(_KEPT)  # another session may be reading it
