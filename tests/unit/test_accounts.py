"""Which account of a CRM a warehouse holds: never another one under the same name, and none of them twice."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import cast

import pytest

from leadwright import settings, tenants
from leadwright.connectors.base import Connector
from leadwright.connectors.errors import ConfigError, GuardrailError
from leadwright.settings import Settings

_HEADER = "crm,system,label,reason\nhubspot,hubspot,HubSpot,\n"
EMEA = "hubspot_emea,hubspot,HubSpot EMEA,\n"


class Portal:
    """A connector that knows its account and nothing else."""

    def __init__(self, name: str, account: str) -> None:
        self.name = name
        self._account = account

    def account(self) -> str:
        return self._account


def portal(name: str, account: str) -> Connector:
    return cast(Connector, Portal(name, account))


@pytest.fixture
def config(tmp_path: Path) -> Callable[..., Settings]:
    def make(*rows: str) -> Settings:
        workspace = tmp_path / "workspace"
        (workspace / "reference").mkdir(parents=True, exist_ok=True)
        (workspace / "leadwright.toml").touch()
        (workspace / "reference" / "crm_systems.csv").write_text(_HEADER + "".join(rows))
        home = tmp_path / "home"
        home.mkdir(exist_ok=True)
        return settings.Settings(home=home, workspace=workspace)

    return make


def test_each_name_keeps_to_its_account(config: Callable[..., Settings]) -> None:
    both = config(EMEA)
    for _ in range(2):
        tenants.require_same(portal("hubspot", "portal 1"), both)
        tenants.require_same(portal("hubspot_emea", "portal 2"), both)
    with pytest.raises(GuardrailError, match=r"hubspot_emea account portal 2.*account portal 3"):
        tenants.require_same(portal("hubspot_emea", "portal 3"), both)


def test_one_account_under_two_names_is_refused(config: Callable[..., Settings]) -> None:
    both = config(EMEA)
    tenants.require_same(portal("hubspot", "portal 1"), both)
    with pytest.raises(GuardrailError, match="which is hubspot already"):
        tenants.require_same(portal("hubspot_emea", "portal 1"), both)
    tenants.require_same(portal("salesforce", "portal 1"), both)  # of another system: no such account


def test_a_row_that_was_taken_away_stops_the_run(config: Callable[..., Settings]) -> None:
    tenants.require_listed(config())  # nothing there yet
    tenants.require_same(portal("hubspot_emea", "portal 2"), config(EMEA))
    tenants.require_listed(config(EMEA))
    with pytest.raises(ConfigError, match=r"hubspot_emea.*crm_systems\.csv"):
        tenants.require_listed(config())
