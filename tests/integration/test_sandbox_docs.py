"""docs/sandbox.md, followed by a stranger: its example runs as it is, and no option of the command is left out."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from tests.conftest import ROOT

PAGE = (ROOT / "docs" / "sandbox.md").read_text(encoding="utf-8")


def run(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    return subprocess.run(
        [sys.executable, "-m", *command],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_the_example_runs(tmp_path: Path) -> None:
    [example] = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    (tmp_path / "test_mine.py").write_text(example)
    done = run(tmp_path, "pytest", "-q", "-p", "no:cacheprovider", "test_mine.py")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "3 passed" in done.stdout


def test_every_option_is_explained() -> None:
    said = run(ROOT, "cli", "sandbox", "--help")
    assert said.returncode == 0
    options = set(re.findall(r"--[a-z-]+", said.stdout)) - {"--help"}
    assert {"--proxy", "--control", "--state", "--salesforce-permissions"} <= options
    assert not {option for option in options if f"`{option}" not in PAGE}
