"""A workspace of an older version gets the columns of this one, and nothing else of it changes."""

from __future__ import annotations

from pathlib import Path

import pytest

from leadwright import workspace
from leadwright.connectors.errors import ConfigError
from leadwright.rules import upgrade
from leadwright.rules.cells import Column
from leadwright.rules.files import RuleFile
from leadwright.rules.upgrade import Step

_OLD = 'play,call_within,reason\r\n"Call, now",5,"He asked\r\nus to"\r\nWait,60,\u00bbLater\u00ab\r\n'
_NEW = (
    'play,call_minutes,reason,is_paused\r\n"Call, now",5,"He asked\r\nus to",false\r\n'
    "Wait,60,\u00bbLater\u00ab,false\r\n"
)
_COLUMNS = [Column(name, "string") for name in ("play", "call_minutes", "is_paused", "reason")]
_STEPS = (Step("plays", "call_minutes", was="call_within"), Step("plays", "is_paused", value="false"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "rules").mkdir()
    (tmp_path / workspace.MARK).write_text('version = "0.0.1"\n')
    (tmp_path / "rules" / "plays.csv").write_bytes(_OLD.encode())
    return tmp_path


def _tables(folder: Path) -> list[RuleFile]:
    shipped = RuleFile("grades", folder.parent / "grades.csv", [Column("grade", "string")])
    return [RuleFile("plays", folder / "rules" / "plays.csv", _COLUMNS), shipped]


def test_columns_are_renamed_and_added_and_no_other_byte_changes(folder: Path) -> None:
    found = upgrade.plan(folder, _tables(folder), _STEPS)
    assert (found.version_before, found.version) == ("0.0.1", workspace.version())
    assert [(c.file, c.column, c.what) for c in found.changes] == [
        ("rules/plays.csv", "call_minutes", "was called call_within"),
        ("rules/plays.csv", "is_paused", "new, 'false' in every row"),
    ]
    assert (folder / "rules" / "plays.csv").read_bytes() == _OLD.encode(), "a plan writes nothing"
    upgrade.carry_out(folder, found)
    assert (folder / "rules" / "plays.csv").read_bytes() == _NEW.encode()
    assert workspace.version_of(folder) == workspace.version()


def test_a_second_upgrade_finds_nothing_to_do(folder: Path) -> None:
    upgrade.carry_out(folder, upgrade.plan(folder, _tables(folder), _STEPS))
    assert upgrade.plan(folder, _tables(folder), _STEPS).changes == ()


def test_a_column_that_no_step_speaks_of_is_added_empty(folder: Path) -> None:
    (folder / "rules" / "plays.csv").write_text("play,call_minutes,reason\nWait,60,Later\n")
    found = upgrade.plan(folder, _tables(folder))
    assert (
        found.texts[folder / "rules" / "plays.csv"] == "play,call_minutes,reason,is_paused\nWait,60,Later,\n"
    )


def test_a_file_that_is_no_csv_is_named_and_left(folder: Path) -> None:
    (folder / "rules" / "plays.csv").write_text('play\n"Wait\n')
    with pytest.raises(ConfigError, match=r"rules/plays\.csv cannot be read"):
        upgrade.plan(folder, _tables(folder))


def test_a_row_that_this_version_needs_comes_as_shipped(folder: Path) -> None:
    shipped = folder.parent / "policies.csv"
    shipped.write_text('policy,value,reason\nfair,28,Ours\nlong,3,"New, here"\n')
    own = folder / "rules" / "policies.csv"
    own.write_bytes(b"reason,policy,value\r\nYours,fair,7")
    policy = Column("policy", "string", is_required=True, is_unique=True, allowed=("fair", "long"))
    table = RuleFile("policies", own, [policy, Column("value", "integer"), Column("reason", "string")])
    table.origin = shipped
    found = upgrade.plan(folder, [table])
    assert [(c.column, c.what) for c in found.changes] == [("long", "a new row, as shipped")]
    assert found.texts[own] == 'reason,policy,value\r\nYours,fair,7\r\n"New, here",long,3\r\n'
    own.write_bytes(b"reason,policy,value\r\n")
    assert upgrade.plan(folder, [table]).changes == (), "a table that was emptied stays empty"
