"""`.env.example`, copied as the README says."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from leadwright import settings
from tests.installation import ROOT


@pytest.fixture(autouse=True)
def copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in os.environ:
        if name.startswith("LEADWRIGHT_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    shutil.copy(ROOT / ".env.example", tmp_path / ".env")
    return tmp_path / ".env"


def test_as_shipped_no_crm_is_connected() -> None:
    assert settings.load().crms() == []


def test_with_one_token_filled_in_only_that_crm_is_used(copied: Path) -> None:
    copied.write_text(
        copied.read_text().replace("LEADWRIGHT_HUBSPOT_TOKEN=", "LEADWRIGHT_HUBSPOT_TOKEN=pat-1")
    )
    assert settings.load().crms() == ["hubspot"]


def test_every_setting_in_it_is_known(copied: Path) -> None:
    text = copied.read_text().replace("# LEADWRIGHT_", "LEADWRIGHT_")
    named = {line.split("=")[0] for line in text.splitlines() if line.startswith("LEADWRIGHT_")}
    own = {f"LEADWRIGHT_{field}".upper() for field in settings.Settings.model_fields}
    assert named <= own | settings.without_credentials().keys()


def test_the_demo_sees_no_credentials_of_the_user(copied: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copied.write_text("LEADWRIGHT_SALESFORCE_CLIENT_ID=id\nLEADWRIGHT_SALESFORCE_CLIENT_SECRET=s\n")
    assert settings.load().crms() == ["salesforce"]
    for name, value in settings.without_credentials().items():
        monkeypatch.setenv(name, value)
    assert settings.load().crms() == []
