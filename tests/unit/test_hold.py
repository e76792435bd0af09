"""The commands that stop all writing, and the exit codes of runs that did not send."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from leadwright.cli import run as cli
from leadwright.cli.app import app
from leadwright.connectors.errors import ConfigError
from leadwright.operate import doctor, runs
from leadwright.settings import Settings
from leadwright.writeback.approvals import Stop
from leadwright.writeback.pausing import Pause


def said(*command: str) -> dict[str, object]:
    done = CliRunner().invoke(app, [*command, "--json"], catch_exceptions=False)
    assert done.exit_code == 0
    found: dict[str, object] = json.loads(done.stdout)
    return found


def test_pause_and_resume_say_what_they_did(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEADWRIGHT_HOME", str(tmp_path / "home"))
    assert said("resume") == {"paused": False, "was_paused": False}
    assert "an audit" in str(said("pause", "--reason", "an audit")["said"])
    (finding,) = doctor._writing(Settings(home=tmp_path / "home"))
    assert (finding.ok, "an audit" in finding.detail) == (False, True)
    assert said("resume") == {"paused": False, "was_paused": True}
    assert list(doctor._writing(Settings(home=tmp_path / "home"))) == []


def test_a_run_that_did_not_send_has_an_exit_code_of_its_own() -> None:
    run = runs.start("qualify")
    cli._end(run)
    run.pause = Pause()
    with pytest.raises(typer.Exit) as paused:
        cli._end(run)
    run.stop, run.pause = Stop("run", datetime(2026, 6, 30, tzinfo=UTC), "hash", 1, True), None
    with pytest.raises(typer.Exit) as stopped:
        cli._end(run)
    assert (stopped.value.exit_code, paused.value.exit_code) == (3, 4)


def test_a_preview_is_written_by_a_dry_run_alone(tmp_path: Path) -> None:
    assert cli._output(None, dry_run=False) is None
    assert cli._output(tmp_path / "preview.csv", dry_run=True) == str(tmp_path / "preview.csv")
    with pytest.raises(ConfigError, match="--dry-run"):
        cli._output(tmp_path / "preview.csv", dry_run=False)
