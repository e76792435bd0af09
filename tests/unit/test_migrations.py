"""Tables of an older version reach the shape of this one: a made home, in which steps of every kind are taken."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from leadwright import warehouse
from leadwright.connectors.errors import ConfigError, FatalError
from leadwright.settings import Settings
from leadwright.transform import preview
from leadwright.transform.migrations import Add, Move, Rename, Retype, migrate

_STEPS = {
    "decisions_in_memory": Move("intermediate", "int_decisions", "memory", "decisions"),
    "decided_by": Rename("memory", "decisions", "method", "decided_by"),
    "decision_number_is_bigint": Retype("memory", "decisions", "decision_number", "bigint"),
    "minutes_are_numbers": Retype(
        "memory", "decisions", "minutes", "int", "cast(rtrim(minutes, 'm') as int)"
    ),
    "source": Add("memory", "decisions", "source", "varchar", "split_part(record_key, ':', 1)"),
}


@pytest.fixture
def config(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path, lock_wait_seconds=1)


@pytest.fixture
def old_home(config: Settings) -> Settings:
    """A home as a version before all steps left it."""
    _all(
        config,
        "create schema intermediate; create table intermediate.int_decisions as from (values "
        "('hubspot:contacts:1', 'lead-1', 1::int, 'email', '15m'), "
        "('salesforce:leads:2', 'lead-1', 1::int, 'crm', '60m')) "
        "t(record_key, lead_id, decision_number, method, minutes)",
    )
    return config


def _all(config: Settings, sql: str) -> list[tuple[Any, ...]]:
    with warehouse.writer(config.warehouse_file, 1) as db:
        return db.execute(sql).fetchall()


def _columns(config: Settings, schema: str, table: str) -> dict[str, str]:
    found = _all(
        config,
        "select column_name, data_type from duckdb_columns() "
        f"where schema_name = '{schema}' and table_name = '{table}'",
    )
    return dict(found)


def test_an_old_log_goes_on_under_its_new_name_with_every_row(old_home: Settings) -> None:
    assert migrate(old_home, _STEPS) == list(_STEPS)
    assert _columns(old_home, "intermediate", "int_decisions") == {}
    assert _columns(old_home, "memory", "decisions") == {
        "record_key": "VARCHAR",
        "lead_id": "VARCHAR",
        "decision_number": "BIGINT",
        "decided_by": "VARCHAR",
        "minutes": "INTEGER",
        "source": "VARCHAR",
    }
    assert _all(old_home, "from memory.decisions order by record_key") == [
        ("hubspot:contacts:1", "lead-1", 1, "email", 15, "hubspot"),
        ("salesforce:leads:2", "lead-1", 1, "crm", 60, "salesforce"),
    ]


def test_each_step_is_taken_once(old_home: Settings) -> None:
    first, second = dict(list(_STEPS.items())[:2]), _STEPS
    assert migrate(old_home, first) == list(first)
    assert migrate(old_home, first) == []
    _all(old_home, "update memory.decisions set minutes = '90m'")
    assert migrate(old_home, second) == list(second)[2:]
    assert _all(old_home, "select distinct minutes from memory.decisions") == [(90,)]
    assert _all(old_home, "select step from ops.migrations where taken_at <= now() order by taken_at") == [
        (name,) for name in _STEPS
    ]


def test_a_new_home_has_no_step_to_take(config: Settings) -> None:
    """What is minutes in words for an old home may be a number of something else by the last version."""
    assert migrate(config, _STEPS) == []
    _all(config, "create schema memory; create table memory.decisions as select 'x' as minutes, 1 as method")
    assert migrate(config, _STEPS) == []
    assert _columns(config, "memory", "decisions") == {"minutes": "VARCHAR", "method": "INTEGER"}


def test_a_home_that_lacks_a_log_or_has_its_new_shape_is_left_alone(config: Settings) -> None:
    _all(config, "create table other as select 1 as i")
    assert migrate(config, _STEPS) == list(_STEPS)
    assert _columns(config, "memory", "decisions") == {}


def test_a_step_that_cannot_be_taken_changes_nothing_and_is_named(old_home: Settings) -> None:
    _all(old_home, "update intermediate.int_decisions set minutes = 'soon' where lead_id = 'lead-1'")
    with pytest.raises(FatalError, match="minutes_are_numbers"):
        migrate(old_home, _STEPS)
    assert set(_all(old_home, "select minutes from memory.decisions")) == {("soon",)}
    assert _all(old_home, "select count(*) from ops.migrations") == [(3,)]
    _all(old_home, "update memory.decisions set minutes = '1m'")
    assert migrate(old_home, _STEPS) == ["minutes_are_numbers", "source"]


def test_a_log_in_two_places_stops_the_run(old_home: Settings) -> None:
    """A version from before the move has run again: it has begun its log anew, and neither of the two is whole."""
    migrate(old_home, _STEPS)
    _all(old_home, "create table intermediate.int_decisions as select 'hubspot:contacts:1' as record_key")
    with pytest.raises(ConfigError, match=r"both intermediate\.int_decisions.* and memory\.decisions"):
        migrate(old_home, _STEPS)


def test_a_copy_for_a_trial_has_the_shape_of_this_version(
    old_home: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("leadwright.transform.migrations.migrate.__defaults__", (_STEPS,))
    with preview.trial(old_home) as copy:
        assert len(_all(copy, "from memory.decisions")) == 2
    assert len(_all(old_home, "from intermediate.int_decisions")) == 2
