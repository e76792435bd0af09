"""What the end-to-end tests share."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def prefect_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Prefect's own state, shared so that its database is made once and not by every test."""
    return tmp_path_factory.mktemp("prefect")
