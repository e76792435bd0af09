"""One parse of the dbt project for all homes of a session: parsing takes ten seconds, reading a parse less than one."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from filelock import FileLock

from leadwright.settings import Settings
from leadwright.transform import Transform

SETTING = "DBT_PARTIAL_PARSE_FILE_PATH"
"""dbt's own: where it reads an earlier parse, which must be there."""


def ensure() -> None:
    """Parse the project, unless this worker or one beside it has. Benchmarks have no session and do without."""
    if "TESTS_SESSION_FOLDER" not in os.environ or SETTING in os.environ:
        return
    home = Path(os.environ["TESTS_SESSION_FOLDER"]) / "parsed"
    parsed = home.with_suffix(".msgpack")
    with FileLock(home.with_suffix(".lock")):
        if not parsed.exists():
            Transform(Settings(home=home)).manifest()
            shutil.copy(home / "dbt" / "partial_parse.msgpack", parsed)
    os.environ[SETTING] = str(parsed)
