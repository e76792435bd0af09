"""The folder in which a company keeps what is its own: its rules, its rows for our tables, its settings."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

from packaging.version import InvalidVersion, Version

from leadwright.connectors.errors import ConfigError

MARK = "leadwright.toml"
"""The file that makes a folder a workspace; it names the version that its rules were last moved to."""

STARTERS = Path(__file__).parent / "starters"
"""Workspaces to begin with, and the demo's."""

DEFAULT = "b2b_saas"
"""The starter that counts where there is no workspace."""

SETTING = "LEADWRIGHT_WORKSPACE"

_VERSION = re.compile(r"^version\s*=.*$", re.MULTILINE)


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
    """Say that the tables of `folder` are of this version; what else its file says stays."""
    file, said = folder / MARK, f'version = "{version()}"'
    text = file.read_text(encoding="utf-8") if file.exists() else ""
    changed, found = _VERSION.subn(lambda _: said, text, count=1)
    file.write_text(changed if found else f"{said}\n{text}", encoding="utf-8")


def table(folder: Path, name: str) -> Mapping[str, Any]:
    """A table of the workspace's own file; empty where it has none. Raises ConfigError where it cannot be read."""
    try:
        said = tomllib.loads((folder / MARK).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{folder / MARK} cannot be read: {error}") from None
    found = said.get(name, {})
    if not isinstance(found, dict):
        raise ConfigError(f"{folder / MARK}: {name} is a table; write [{name}] on a line of its own.")
    return found


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
