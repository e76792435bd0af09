"""The folder in which a company keeps what is its own: its rules, its rows for our tables, its settings."""

from __future__ import annotations

import os
import tomllib
from importlib import metadata
from pathlib import Path

from packaging.version import InvalidVersion, Version

MARK = "leadwright.toml"
"""The file that makes a folder a workspace; it names the version that its rules were last moved to."""

STARTERS = Path(__file__).parent / "starters"
"""Workspaces to begin with, and the demo's."""

DEFAULT = "b2b_saas"
"""The starter that counts where there is no workspace."""

SETTING = "LEADWRIGHT_WORKSPACE"


def find() -> Path | None:
    """The workspace that `LEADWRIGHT_WORKSPACE` names, else the nearest one from the working directory upward."""
    if named := os.environ.get(SETTING):
        return Path(named)
    here = Path.cwd()
    return next((folder for folder in (here, *here.parents) if (folder / MARK).is_file()), None)


def version() -> str:
    """The version of this Leadwright."""
    return metadata.version("leadwright")


def version_of(folder: Path) -> str:
    """The version that the tables of the workspace `folder` are of; 0 where it does not say."""
    said = tomllib.loads((folder / MARK).read_text(encoding="utf-8"))
    return str(Version(str(said.get("version", "0"))))


def mark(folder: Path) -> None:
    """Say that the tables of `folder` are of this version."""
    (folder / MARK).write_text(f'version = "{version()}"\n', encoding="utf-8")


def fault_in(folder: Path) -> str | None:
    """Why `folder` cannot be worked in: it is no workspace, or one of a later version; None where it can."""
    try:
        theirs = Version(version_of(folder))
    except FileNotFoundError:
        return f"there is no {MARK} in that directory; `leadwright init` makes a workspace"
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, InvalidVersion) as error:
        return f"{MARK} cannot be read: {error}"
    ours = version()
    if theirs > Version(ours):
        return (
            f"its tables are of Leadwright {theirs}, and this is {ours}: install the later version again. "
            "An older one does not know all of their columns"
        )
    return None
