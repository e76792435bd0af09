"""What a run says of the roll-out, and how the pages put the comparison."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from leadwright import warehouse
from leadwright.cli.run import show
from leadwright.dashboards import rollout as words
from leadwright.operate import runs
from leadwright.operate.summary import as_markdown
from leadwright.settings import Settings
from leadwright.writeback.rollout import Rollout, rollout


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path, lock_wait_seconds=1)


def build(settings: Settings, *leads: str) -> None:
    """Make the model as a build leaves it: step, mode and group of each lead."""
    with warehouse.writer(settings.warehouse_file, 1) as db:
        db.execute("create schema intermediate")
        db.execute(
            "create table intermediate.int_writing__rollout as from (values "
            + ", ".join(leads)
            + ") t(rollout_id, mode, rollout_group)"
        )


def test_a_pilot_is_told_with_its_groups(settings: Settings) -> None:
    pilot = "('spring', 'pilot', '{}')"
    build(settings, *(pilot.format(group) for group in ("treated", "treated", "control", "outside")))
    found = rollout(settings)
    assert found == Rollout("spring", "pilot", leads=4, treated=2, control=1, outside=1)
    assert found.told == "pilot (spring): 2 treated, 1 control, 1 outside"


@pytest.mark.parametrize(
    ("lead", "told"),
    [
        ("('look', 'shadow', null)", "shadow (look): nothing is written about any of 2 leads"),
        ("(null, 'all', null)", "all 2 leads are written; no row of rollout.csv holds"),
        ("('rest', 'all', 'treated')", "all (rest): 2 treated, 0 control"),
    ],
)
def test_a_step_without_a_comparison_says_what_is_written(settings: Settings, lead: str, told: str) -> None:
    build(settings, lead, lead)
    found = rollout(settings)
    assert found is not None
    assert found.told == told


def test_a_warehouse_of_an_older_version_says_nothing(settings: Settings) -> None:
    assert rollout(settings) is None


def test_a_run_says_in_every_form_which_step_holds(capsys: pytest.CaptureFixture[str]) -> None:
    run = runs.start("sync", dry_run=True)
    run.rollout = Rollout("spring", "pilot", leads=900, treated=450, control=450, outside=0)
    told = "pilot (spring): 450 treated, 450 control"
    assert f"Roll-out: {told}." in as_markdown(run)
    assert run.as_dict()["rollout"]["control"] == 450
    show(run, as_json=False)
    assert f"roll-out: {told}" in capsys.readouterr().out


def row(kind: str = "share", **cells: Any) -> dict[str, Any]:
    """A row of the report: 41% against 33%, told apart."""
    usual = {"mode": "pilot", "kind": kind, "treated_count": 312, "control_count": 305, "treated_value": 0.41,
             "control_value": 0.33, "effect": 0.08, "effect_low": 0.004, "effect_high": 0.155, "is_different": True,
             "treated_missing_count": 1_124, "control_missing_count": 1_131}  # fmt: skip
    return usual | cells


def test_a_comparison_reads_as_one_would_say_it() -> None:
    assert words.comparison(row()) == (
        "Pilot 41.0% of 312, control 33.0% of 305: +8.0 points (+0.4 to +15.5)"
    )
    assert words.verdict(row()) == "better"
    faster = row(
        "ratio", treated_value=32.0, control_value=120.0, effect=0.27, effect_low=0.2, effect_high=0.36
    )
    assert words.comparison(faster) == (
        "Pilot 32 min of 312, control 2.0 h of 305: 0.27 times as long (0.20 to 0.36)"
    )
    assert words.verdict(faster) == "better"
    money = {"lift_amount": 3_000, "lift_low_amount": -500, "lift_high_amount": 6_500}
    sold = row(
        "amount",
        treated_value=30.0,
        control_value=20.4,
        effect=9.6,
        effect_low=-1.6,
        effect_high=20.8,
        **money,
    )
    assert words.comparison(sold) == (
        "Pilot 30.00 of 312, control 20.40 of 305: +9.60 a lead (\N{MINUS SIGN}1.60 to +20.80)"
    )
    assert words.lift(sold) == "+3,000 (\N{MINUS SIGN}500 to +6,500)"


def test_what_is_not_known_yet_says_what_is_missing() -> None:
    thin = {"is_different": False}
    assert words.verdict(row(**thin)) == "no difference can be told yet: 1,131 more leads per group"
    hold_out = row(mode="all", treated_missing_count=3_869, control_missing_count=206, **thin)
    assert words.verdict(hold_out) == (
        "no difference can be told yet: 3,869 more treated leads and 206 more of the control group"
    )
    enough = row(treated_missing_count=0, control_missing_count=0, **thin)
    assert words.verdict(enough).endswith("though there are enough leads to see one that is worth finding")
    unsized = row(treated_missing_count=None, control_missing_count=None, **thin)
    assert words.verdict(unsized) == "no difference can be told yet"
    alone = row(mode="all", control_count=0, control_value=None, effect=None, effect_low=None, **thin)
    assert words.comparison(alone) == "Treated 41.0% of 312, control none"
    assert words.verdict(alone) == "nothing to compare with"
