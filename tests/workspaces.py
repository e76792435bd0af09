"""Workspaces for tests: the demo's, and copies of it whose tables a test may edit."""

from __future__ import annotations

import shutil
from pathlib import Path

from leadwright.rules import own_fields
from leadwright.workspace import MARK, STARTERS

DEMO = STARTERS / "demo"
_SHIPPED = Path(__file__).resolve().parents[1] / "dbt_project" / "seeds"


def tables() -> dict[str, Path]:
    """Every table as the demo has it: file name -> the demo's own file, or the shipped one."""
    found = {path.name: path for path in sorted(_SHIPPED.rglob("*.csv")) if path.stem != own_fields.TABLE}
    return {**found, **{path.name: path for path in (DEMO / "rules").glob("*.csv")}}


def whole(folder: Path) -> Path:
    """Make a workspace of `folder` with every table as the demo has it in its `rules/`; the workspace."""
    (folder / "rules").mkdir(parents=True)
    shutil.copy2(DEMO / MARK, folder / MARK)
    shutil.copy2(_SHIPPED / "rules" / f"{own_fields.TABLE}.csv", folder / own_fields.FILE)
    for name, path in tables().items():
        shutil.copy2(path, folder / "rules" / name)
    return folder


def with_tables_of_the_demo(folder: Path) -> Path:
    """Copy the dbt project to `folder` with the demo's tables in the place of those that are shipped."""
    shutil.copytree(_SHIPPED.parent, folder, ignore=shutil.ignore_patterns("target", "logs"))
    for file in (folder / "seeds").rglob("*.csv"):
        if file.name in tables():
            shutil.copy2(tables()[file.name], file)
    return folder
