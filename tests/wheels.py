"""Environments in which the wheels are installed, as a user has them: nothing of the checkout is in their path.

What the wheels need is taken from the environment of the tests, so that nothing is fetched from an index.
"""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Iterable, Mapping
from pathlib import Path

from filelock import FileLock

ROOT = Path(__file__).resolve().parents[1]
SOURCES = {"leadwright": ROOT, "leadwright-sandbox": ROOT / "sandbox"}


class Environment:
    """A virtual environment with some of the distributions of this repository."""

    def __init__(self, folder: Path, distributions: Iterable[str]) -> None:
        venv.create(folder, with_pip=False)
        self.scripts = folder / "bin"
        self.python = str(self.scripts / "python")
        (self.packages,) = (folder / "lib").glob("python*/site-packages")
        # a path in a .pth file is searched for modules, not for further .pth files: ours, which is editable, stays out
        (self.packages / "needs.pth").write_text(sysconfig.get_path("purelib") + "\n")
        wheels = [str(_built(name)) for name in distributions]
        self._pip("--python", self.python, "install", "--quiet", "--no-deps", "--no-index", *wheels)

    def leadwright(
        self, *args: str, cwd: Path, env: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run the command `leadwright` in `cwd`, with nothing of the tests' own settings."""
        command = [str(self.scripts / "leadwright"), *args]
        return subprocess.run(
            command, cwd=cwd, env=clean() | dict(env or {}), capture_output=True, text=True, timeout=400
        )

    @staticmethod
    def _pip(*args: str) -> None:
        done = subprocess.run([sys.executable, "-m", "pip", *args], capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr


def clean() -> dict[str, str]:
    """The environment without settings of ours or of Prefect's, and without the tests' search path."""
    mine = ("LEADWRIGHT_", "PREFECT_", "PYTHONPATH", "DBT_", "TESTS_")
    return {k: v for k, v in os.environ.items() if not k.startswith(mine)}


def _built(name: str) -> Path:
    """The wheel of a distribution, built once a session."""
    folder = Path(os.environ["TESTS_SESSION_FOLDER"]) / "wheels" / name
    folder.parent.mkdir(exist_ok=True)
    with FileLock(f"{folder}.lock"):
        if not folder.exists():
            draft = folder.with_suffix(".draft")
            Environment._pip(
                *("wheel", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"),
                *("--wheel-dir", str(draft), str(SOURCES[name])),
            )
            draft.rename(folder)
    (wheel,) = folder.glob(f"{name.replace('-', '_')}-*.whl")
    return wheel
