"""A run that does not find its logs never takes itself for the first one: a project of two models with our macros."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from leadwright import warehouse
from tests.conftest import ROOT

_MACROS = ("earlier_rows.sql", "require_logs_in_place.sql", "generate_schema_name.sql")
_PROJECT = """
name: leadwright
version: "1.0.0"
profile: leadwright
flags: {send_anonymous_usage_stats: false}
on-run-start: "{{ require_logs_in_place() }}"
models:
  leadwright:
    memory:
      +schema: memory
      +materialized: incremental
      +incremental_strategy: append
      +full_refresh: false
"""
_LOG = """
select (select count(*) from {{ ref('entries') }}) as entry_count
"""
_ENTRIES = """
{{ config(materialized='table') }}
{% set log = earlier_rows('log') %}
{% if log %}select entry_count from {{ log }}{% else %}select 1 as entry_count where 1 = 0{% endif %}
"""

Dbt = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The project; what dbt reads it with is our own profile."""
    folder = tmp_path / "project"
    (folder / "models" / "memory").mkdir(parents=True)
    (folder / "macros").mkdir()
    for name in _MACROS:
        shutil.copy(ROOT / "dbt_project" / "macros" / name, folder / "macros")
    shutil.copy(ROOT / "dbt_project" / "profiles.yml", folder)
    (folder / "dbt_project.yml").write_text(_PROJECT)
    (folder / "models" / "memory" / "log.sql").write_text(_LOG)
    (folder / "models" / "entries.sql").write_text(_ENTRIES)
    return folder


@pytest.fixture
def dbt(project: Path) -> Dbt:
    def run(**changed: str | None) -> subprocess.CompletedProcess[str]:
        env = {n: v for n, v in os.environ.items() if not n.startswith(("LEADWRIGHT_", "DBT_"))}
        own = {"LEADWRIGHT_WAREHOUSE_FILE": str(project.parent / "warehouse.duckdb"), **changed}
        return subprocess.run(
            [str(Path(sys.executable).with_name("dbt")), "--no-use-colors", "run"],
            cwd=project,
            env={**env, **{name: value for name, value in own.items() if value is not None}},
            capture_output=True,
            text=True,
        )

    return run


def _log(project: Path, schema: str = "memory") -> list[int]:
    with warehouse.writer(project.parent / "warehouse.duckdb", 5) as db:
        return [n for (n,) in db.execute(f"select entry_count from {schema}.log order by 1").fetchall()]


def test_a_log_goes_on_from_run_to_run_whatever_the_target_s_schema(project: Path, dbt: Dbt) -> None:
    for _ in range(2):
        done = dbt()
        assert done.returncode == 0, done.stdout
    assert _log(project) == [0, 1]
    profile = project / "profiles.yml"
    profile.write_text(profile.read_text().replace("schema: main", "schema: another"))
    done = dbt()
    assert done.returncode == 0, done.stdout
    assert _log(project) == [0, 1, 2]


def test_a_log_that_the_project_looks_for_elsewhere_stops_the_run(project: Path, dbt: Dbt) -> None:
    assert dbt().returncode == 0
    declared = project / "dbt_project.yml"
    declared.write_text(_PROJECT.replace("+schema: memory", "+schema: elsewhere"))
    failed = dbt()
    assert failed.returncode != 0
    assert "The log log is in the schema memory as log and not in elsewhere" in " ".join(
        failed.stdout.split()
    )
    with warehouse.writer(project.parent / "warehouse.duckdb", 5) as db:
        assert not warehouse.columns(db, "elsewhere", "log")
    declared.write_text(_PROJECT)
    assert dbt().returncode == 0
    assert _log(project) == [0, 1]


def test_without_a_warehouse_file_dbt_stops_and_makes_none(project: Path, dbt: Dbt) -> None:
    failed = dbt(LEADWRIGHT_WAREHOUSE_FILE=None)
    assert failed.returncode != 0
    assert "LEADWRIGHT_WAREHOUSE_FILE" in failed.stdout
    assert not list(project.rglob("*.duckdb"))


def test_a_log_of_a_name_that_no_model_has_is_an_error(project: Path, dbt: Dbt) -> None:
    (project / "models" / "entries.sql").write_text(_ENTRIES.replace("'log'", "'lag'"))
    failed = dbt()
    assert failed.returncode != 0
    assert "model.leadwright.lag" in failed.stdout
