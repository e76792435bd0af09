"""What the sandbox's tests share."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from leadwright_sandbox.testing import Sandbox, sandboxes

SHARED = Path(__file__).resolve().parents[3] / "shared"


@pytest.fixture(scope="session")
def shared() -> Path:
    """Folder with the recorded exchanges, beside the repository; in continuous integration it must be there."""
    if not SHARED.is_dir():
        missing = "missing: the folder ../shared with recorded exchanges"
        if os.environ.get("LEADWRIGHT_REQUIRE_ALL", "") not in ("", "0"):
            pytest.fail(missing)
        pytest.skip(missing)
    return SHARED


@pytest.fixture(scope="session")
def start_sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Sandbox]]:
    """A function that starts a sandbox with the given options and ports of its own; all end with the session."""
    with sandboxes(tmp_path_factory.mktemp, Sandbox) as start:
        yield start


@pytest.fixture(scope="session")
def sandbox(start_sandbox: Callable[..., Sandbox]) -> Sandbox:
    """One sandbox with a small population, shared by tests that do not mind what others wrote to it."""
    return start_sandbox("--seed", "7", "--leads", "600", "--control")
