"""Readers and writers that others wrote, as they come from the package index, against one sandbox with a population.

They run in an environment of their own (requirements-readers.lock): what they need must not decide what Leadwright
is built with. `make test-readers` makes it and runs them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import httpx
import pytest

from tests.conftest import Sandbox


@pytest.fixture(scope="session")
def crm(start_sandbox: Callable[..., Sandbox]) -> Sandbox:
    """A sandbox that also answers for the services' own hosts; limits are as in the real services."""
    return start_sandbox("--seed", "11", "--leads", "700", "--control", "--proxy")


@pytest.fixture(scope="session")
def control(crm: Sandbox) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=crm["control"]["url"], trust_env=False) as client:
        yield client


@pytest.fixture
def in_place_of_the_services(crm: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment in which a program reaches the sandbox under the services' own addresses."""
    monkeypatch.setenv("HTTPS_PROXY", crm["proxy"]["url"])
    for name in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"):
        monkeypatch.setenv(name, crm["proxy"]["ca_file"])
