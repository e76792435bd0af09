"""What the end-to-end tests share."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests import forge, prefect_server
from tests.browsing import ARGUMENTS, CHROMIUM
from tests.installation import ROOT


@pytest.fixture(scope="session")
def prefect_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Prefect's own state, shared so that its database is made once and not by every test."""
    return tmp_path_factory.mktemp("prefect")


@pytest.fixture(scope="session")
def prefect_api(prefect_home: Path) -> Iterator[dict[str, str]]:
    """The environment of runs that share one Prefect server; a run by itself starts its own, which takes longer."""
    with prefect_server.serving(prefect_home, prefect_home / "server.log") as env:
        settings = {name: env[name] for name in ("PREFECT_HOME", "PREFECT_API_URL")}
        with forge.commands(settings, ROOT):
            yield {"PREFECT_API_URL": env["PREFECT_API_URL"]}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium; where it is missing the test is skipped, or fails where all tests must run."""
    if not CHROMIUM.exists():
        if os.environ.get("LEADWRIGHT_REQUIRE_ALL") == "1":
            pytest.fail(f"{CHROMIUM} is missing; install Debian's package chromium.")
        pytest.skip(f"{CHROMIUM} is missing; install Debian's package chromium to run this test.")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield chromium
        chromium.close()
