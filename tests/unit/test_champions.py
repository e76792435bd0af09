"""Rows of score_champions.csv: one model at a time, and the rules where none holds."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from leadwright import warehouse
from leadwright.connectors.errors import ConfigError
from leadwright.rules import champions as rows_of
from leadwright.rules.cells import Column
from leadwright.rules.champions import Champion
from leadwright.rules.files import RuleFile
from leadwright.settings import Settings
from leadwright.transform import champions

_HEADER = "model_id,valid_from,valid_to,reason\n"
_OLD = Champion("old", date(2026, 1, 1), None, "First, and good")
_NEW = Champion("new", date(2026, 3, 1), None, "Better")


def _table(folder: Path, rows: str, name: str = rows_of.TABLE, header: str = _HEADER) -> RuleFile:
    file = folder / f"{name}.csv"
    file.write_text(header + rows)
    return RuleFile(name, file, [Column(column, "string") for column in header.strip().split(",")])


def test_a_promotion_ends_the_champion_before_it_and_a_rollback_ends_all(tmp_path: Path) -> None:
    rows = rows_of.with_promoted([_OLD], _NEW)
    table = _table(tmp_path, "")
    table.path.write_text(rows_of.text(table, rows))
    assert rows_of.read(table) == rows
    assert '"First, and good"' in table.path.read_text()
    for day, holder in [
        ("2025-12-31", None),
        ("2026-02-28", "old"),
        ("2026-03-01", "new"),
        ("2030-01-01", "new"),
    ]:
        held = rows_of.on(rows, date.fromisoformat(day))
        assert (held.model_id if held else None) == holder, day
    back = rows_of.rolled_back(rows, date(2026, 4, 1))
    assert rows_of.on(back, date(2026, 3, 31)) == back[1], "what it said until then stays"
    assert rows_of.on(back, date(2026, 4, 1)) is None
    assert back[0] == rows[0], "what had ended is left alone"


def test_a_rollback_on_the_first_day_leaves_a_row_that_holds_on_no_day() -> None:
    (row,) = rows_of.rolled_back([_NEW], _NEW.valid_from)
    assert row.valid_to == date(2026, 2, 28)
    assert not any(row.holds_on(date(2026, 2, day)) for day in (27, 28)) and not row.holds_on(_NEW.valid_from)


def _required(tmp_path: Path, rows: str, *, models: str = "", features: str = "country\n") -> None:
    config = Settings(home=tmp_path / "home", lock_wait_seconds=1)
    config.make_home()
    with warehouse.writer(config.warehouse_file, 1) as db:
        db.execute(
            "create schema if not exists ops;"
            "create table ops.score_model_bands (model_id varchar, dimension varchar);"
            "create table ops.score_model_rows (model_id varchar, feature varchar);" + models
        )
    catalogue = _table(tmp_path, features, "feature_catalogue", "feature\n")
    champions.require([_table(tmp_path, rows), catalogue], config)


_MODEL = (
    "insert into ops.score_model_bands values ('m', 'fit'), ('m', 'intent');"
    "insert into ops.score_model_rows values ('m', null), ('m', 'country');"
)


def test_a_build_begins_where_the_champion_is_whole_or_there_is_none(tmp_path: Path) -> None:
    _required(tmp_path, "")
    (tmp_path / "two").mkdir()
    _required(tmp_path / "two", "m,2026-01-01,,Good\n", models=_MODEL)


def test_a_champion_whose_rows_are_gone_stops_a_build(tmp_path: Path) -> None:
    with pytest.raises(
        ConfigError, match=r"score_champions.csv names the model m, .* no rows .* model rollback"
    ):
        _required(tmp_path, "m,2026-01-01,2026-01-31,Good\n")


def test_a_champion_that_uses_a_feature_that_is_gone_stops_a_build(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="uses country: no such feature is left"):
        _required(tmp_path, "m,2026-01-01,,Good\n", models=_MODEL, features="city\n")


def test_the_past_of_a_feature_that_is_gone_stops_nothing(tmp_path: Path) -> None:
    _required(tmp_path, "m,2026-01-01,2026-01-31,Good\n", models=_MODEL, features="city\n")
