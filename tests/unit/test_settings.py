"""Settings: what is set where, and messages that never show a value."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from leadwright import settings
from leadwright.connectors.errors import ConfigError


@pytest.fixture(autouse=True)
def empty_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.startswith("LEADWRIGHT_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def test_a_crm_without_credentials_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEADWRIGHT_HUBSPOT_TOKEN", "pat-1")
    monkeypatch.setenv("LEADWRIGHT_SALESFORCE_TOKEN", "")
    config = settings.load()
    assert config.crms() == ["hubspot"]
    assert config.credentials("hubspot") == {"token": "pat-1"}


def test_a_second_account_of_a_system_has_settings_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "reference").mkdir()
    (tmp_path / "leadwright.toml").touch()
    (tmp_path / "reference" / "crm_systems.csv").write_text(
        "crm,system,label,reason\nhubspot_emea,hubspot,HubSpot EMEA,\nlost,,Nobody's,\n"
    )
    monkeypatch.setenv("LEADWRIGHT_WORKSPACE", str(tmp_path))
    monkeypatch.setenv("LEADWRIGHT_HUBSPOT_TOKEN", "pat-1")
    monkeypatch.setenv("LEADWRIGHT_HUBSPOT_EMEA_TOKEN", "pat-2")
    monkeypatch.setenv("LEADWRIGHT_HUBSPOT_APAC_TOKEN", "pat-3")
    config = settings.load()
    assert config.crms() == ["hubspot", "hubspot_emea"]
    assert config.accounts_of("hubspot") == ["hubspot", "hubspot_emea"]
    assert config.credentials("hubspot_emea") == {"token": "pat-2"}
    assert config.connect("hubspot_emea").name == "hubspot_emea"
    assert config.unknown() == ["LEADWRIGHT_HUBSPOT_APAC_TOKEN"]
    assert settings.without_credentials()["LEADWRIGHT_HUBSPOT_EMEA_TOKEN"] == ""


def test_the_environment_wins_over_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    Path(".env").write_text("LEADWRIGHT_HUBSPOT_TOKEN=from-file\nLEADWRIGHT_LOCK_WAIT_SECONDS=7\nOTHER=1\n")
    assert settings.load().credentials("hubspot") == {"token": "from-file"}
    assert settings.load().lock_wait_seconds == 7
    monkeypatch.setenv("LEADWRIGHT_HUBSPOT_TOKEN", "from-environment")
    assert settings.load().credentials("hubspot") == {"token": "from-environment"}


def test_no_crm_at_all_says_what_to_set() -> None:
    with pytest.raises(ConfigError, match="LEADWRIGHT_HUBSPOT_TOKEN"):
        settings.load().require_crms()


def test_hubspot_is_signed_in_to_by_a_token_or_by_oauth(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CLIENT_ID", "CLIENT_SECRET"):
        monkeypatch.setenv(f"LEADWRIGHT_HUBSPOT_{name}", "s3cret-value")
    with pytest.raises(ConfigError, match="HubSpot needs one of") as caught:
        settings.load().connect("hubspot")
    assert "s3cret-value" not in str(caught.value)
    monkeypatch.setenv("LEADWRIGHT_HUBSPOT_REFRESH_TOKEN", "r")
    assert settings.load().connect("hubspot").name == "hubspot"


def test_half_a_set_of_credentials_is_named_and_no_secret_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEADWRIGHT_SALESFORCE_CLIENT_SECRET", "s3cret-value")
    with pytest.raises(ConfigError, match="LEADWRIGHT_SALESFORCE") as caught:
        settings.load().connect("salesforce")
    assert "s3cret-value" not in str(caught.value)


def test_a_wrong_value_names_its_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEADWRIGHT_LOCK_WAIT_SECONDS", "-1")
    with pytest.raises(ConfigError, match="LEADWRIGHT_LOCK_WAIT_SECONDS"):
        settings.load()


@pytest.mark.parametrize("text", ["2026-06-30T12:00:00Z", "2026-06-30T14:00:00+02:00", "2026-06-30 12:00:00"])
def test_a_moment_is_utc_however_it_is_written(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEADWRIGHT_AS_OF", text)
    assert settings.load().as_of == settings.load().moment() == datetime(2026, 6, 30, 12, tzinfo=UTC)


def test_now_is_a_whole_second_so_that_a_run_notes_what_dbt_was_told() -> None:
    moment = settings.load().moment()
    assert moment.microsecond == 0
    assert moment <= datetime.now(UTC)


def test_telemetry_is_off_unless_somebody_says_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DO_NOT_TRACK", "PREFECT_SERVER_ANALYTICS_ENABLED"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DBT_SEND_ANONYMOUS_USAGE_STATS", "true")
    settings.prepare_environment()
    assert os.environ["DO_NOT_TRACK"] == "1"
    assert os.environ["PREFECT_SERVER_ANALYTICS_ENABLED"] == "false"
    assert os.environ["DBT_SEND_ANONYMOUS_USAGE_STATS"] == "true"


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("HOME", "what?", "question mark"),
        ("DBT_PROJECT", "nowhere", "dbt_project.yml"),
        ("RETRY_SECONDS", "[-5]", "LEADWRIGHT_RETRY_SECONDS"),
        ("RETRY_SECONDS", "5 and 30", "LEADWRIGHT_RETRY_SECONDS"),
    ],
)
def test_a_value_that_cannot_work_is_refused_at_once(
    name: str, value: str, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"LEADWRIGHT_{name}", value)
    with pytest.raises(ConfigError, match=says):
        settings.load()


def test_a_misspelt_setting_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEADWRIGHT_HUBSPOT_TOKEN", "pat-1")
    monkeypatch.setenv("LEADWRIGHT_HUBSPOT_TOKKEN", "pat-2")
    assert settings.load().unknown() == ["LEADWRIGHT_HUBSPOT_TOKKEN"]


def test_a_home_that_is_no_directory_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("LEADWRIGHT_HOME", str(tmp_path / "file" / "home"))
    with pytest.raises(
        ConfigError, match=r"LEADWRIGHT_HOME is .*, where nothing can be written \(Not a directory\)"
    ):
        settings.load().make_home()


def test_what_a_run_starts_inherits_no_credentials_and_the_run_keeps_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "_taken", {})
    monkeypatch.setattr(os, "environ", os.environ.copy())
    os.environ["LEADWRIGHT_HUBSPOT_TOKEN"] = "pat-1"
    settings.prepare_command_line(settings.load())
    assert "pat-1" not in os.environ.values()
    assert settings.load().credentials("hubspot") == {"token": "pat-1"}
    os.environ.update(settings.without_credentials())
    assert settings.load().crms() == []


def test_a_program_that_needs_no_crm_is_told_every_setting_and_no_secret(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    secrets = (
        "LEADWRIGHT_HUBSPOT_TOKEN",
        "LEADWRIGHT_HUBSPOT_TOKN",
        "PREFECT_API_KEY",
        "DB_PASSWORD",
        "GH_PAT",
    )
    for name in secrets:
        monkeypatch.setenv(name, "s3cret")
    monkeypatch.setenv("LEADWRIGHT_AS_OF", "2026-06-30T14:00:00+02:00")
    monkeypatch.setenv("LEADWRIGHT_DASHBOARD_HOSTS", '["leads.acme.example"]')
    before = settings.load()
    told = settings.environment_without_secrets() | settings.as_environment(before)
    assert "s3cret" not in told.values()
    for name in (*secrets, "LEADWRIGHT_AS_OF", "LEADWRIGHT_DASHBOARD_HOSTS"):
        monkeypatch.delenv(name)
    for name, value in told.items():
        monkeypatch.setenv(name, value)
    assert settings.load() == before
    assert before.dashboard_hosts == ("leads.acme.example",)
