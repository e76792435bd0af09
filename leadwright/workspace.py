"""The folder in which a company keeps what is its own: its rules, its rows for our tables, its settings."""

from __future__ import annotations

import os
from pathlib import Path

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
