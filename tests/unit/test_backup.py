"""What cannot be made again is kept in one file and comes back; who was forgotten in between does not."""

from __future__ import annotations

import json
import stat
import zipfile
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from filelock import FileLock

from leadwright import warehouse
from leadwright.connectors.errors import ConfigError, LockedError
from leadwright.operate import archive, backup, erasure
from leadwright.settings import Settings
from leadwright.transform import logs

_LOG = ("memory", "log_identity_decisions")
_DECLARED = {
    _LOG,
    ("marts", "fct_lead_score_history"),
    ("intermediate", "int_engagement__touch_versions"),
    ("x", "not_there"),
}
_HOME = """
    create schema raw_hubspot; create schema intermediate; create schema marts; create schema ops; create schema memory;
    create table raw_hubspot.contacts as select '1' as hs_object_id;
    create table intermediate.int_scoring__scores as select 'lead-1' as lead_id;
    create table memory.of_a_later_version as select 1 as i;
    create table memory.log_identity_decisions as from (values
        ('hubspot:contacts:1', 'hubspot', 'contacts', '1', 'lead-1', null, 1, 'email:a'),
        ('salesforce:leads:5', 'salesforce', 'leads', '5', 'lead-1', null, 1, 'hubspot:contacts:1'),
        ('hubspot:contacts:2', 'hubspot', 'contacts', '2', 'lead-2', null, 1, null))
        t(record_key, crm, object, record_id, lead_id, previous_lead_id, decision_number, link_key);
    create table marts.fct_lead_score_history as select 'lead-' || i as lead_id, i::hugeint * 10 ** 20 as number,
        timestamp '2026-06-30 12:00:00.123456' as changed_at, 1.25::decimal(18, 2) as points, null::boolean as is_x
        from range(1, 3) t(i);
    create table memory.log_contact_events as from (values
        ('hubspot:contacts:1', 'form'), ('hubspot:contacts:2', 'form')) t(record_key, detail);
    create table ops.writes as from (values
        ('hubspot', 'contacts', '1', 'lead-1', 'p', '{}', '{"a": "é"}', 'said', 'accepted'),
        ('hubspot', 'contacts', '2', 'lead-2', 'p', '{}', '{}', null, 'accepted')) t(crm, object, record_id, lead_id,
        payload_hash, before_values, after_values, message, status);
    create table ops.pulls as select 'hubspot' as crm, 'contacts' as object, now() as pulled_at, 1::bigint as row_count;
    create table ops.accounts as select 'hubspot' as crm, 'portal-1' as account, now() as first_seen_at;
"""


@pytest.fixture
def config(tmp_path: Path) -> Settings:
    config = Settings(home=tmp_path / "home", lock_wait_seconds=1)
    _all(config, _HOME)
    for table in erasure.MIXED:
        _all(config, f"create table {table} as select 'lead-1' as lead_id, 'told' as told")
    return config


@pytest.fixture
def kept(config: Settings, tmp_path: Path) -> Path:
    file = tmp_path / "leadwright.backup"
    backup.back_up(config, file, _declared(), 1)
    return file


def _declared() -> set[logs.Table]:
    of_people = {tuple(name.split(".")) for name in (*erasure.MIXED, "memory.log_contact_events")}
    return _DECLARED | of_people


def _all(config: Settings, sql: str) -> list[tuple[Any, ...]]:
    with warehouse.writer(config.warehouse_file, 1) as db:
        return db.execute(sql).fetchall()


def _tables(config: Settings) -> set[str]:
    return {name for (name,) in _all(config, "select schema_name || '.' || table_name from duckdb_tables()")}


def test_what_cannot_be_made_again_comes_back_in_an_empty_home(
    config: Settings, kept: Path, tmp_path: Path
) -> None:
    other = Settings(home=tmp_path / "other", lock_wait_seconds=1)
    backup.restore(other, kept)
    for table in (".".join(_LOG), "marts.fct_lead_score_history", "ops.writes", "ops.accounts"):
        assert _all(other, f"from {table} order by all") == _all(config, f"from {table} order by all"), table
    kinds = "select column_name, data_type from duckdb_columns() where table_name = 'fct_lead_score_history' order by 1"
    assert _all(other, kinds) == _all(config, kinds)
    assert "memory.of_a_later_version" in _tables(other)
    assert not {"raw_hubspot.contacts", "intermediate.int_scoring__scores", "ops.pulls"} & _tables(other)


def test_the_file_is_for_its_owner_alone_and_whole(kept: Path) -> None:
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    with zipfile.ZipFile(kept) as packed:
        about = json.loads(packed.read("about.json"))
    assert about["format"] == archive.FORMAT
    assert {"intermediate", "marts", "memory", "ops"} == {each["schema"] for each in about["tables"]}
    assert [path.name for path in kept.parent.iterdir()].count(kept.name) == 1


def test_a_restore_leaves_no_rows_and_no_cursors_of_the_home_before(config: Settings, kept: Path) -> None:
    _all(config, "insert into ops.writes (record_id) values ('3')")
    (config.home / "full" / "hubspot").mkdir(parents=True)
    backup.restore(config, kept)
    assert len(_all(config, "from ops.writes")) == 2
    assert "raw_hubspot.contacts" not in _tables(config)
    assert not (config.home / "full").exists()
    assert _all(config, "select made_at <= restored_at from ops.restores") == [(True,)]
    assert not list((config.home / "previews").iterdir())


def test_who_was_forgotten_since_is_forgotten_again(config: Settings, kept: Path) -> None:
    gone, unknown = "sha256('hubspot:contacts:1')", "sha256('hubspot:contacts:9')"
    _all(
        config,
        "create table ops.erasures as select 'hubspot' as crm, 'contacts' as object, record_hash, "
        f"now() as erased_at, now() as rewritten_at from (values ({gone}), ({unknown})) t(record_hash)",
    )
    backup.restore(config, kept)
    assert _all(
        config, "select record_key, lead_id, link_key from memory.log_identity_decisions order by 1"
    ) == [
        ("hubspot:contacts:2", "lead-2", None),
        ("salesforce:leads:5", "lead-1", _all(config, f"select 'erased:' || {gone}")[0][0]),
    ]
    assert _all(config, "select record_key from memory.log_contact_events") == [("hubspot:contacts:2",)]
    assert _all(config, "select after_values, lead_id from ops.writes order by record_id = '2'") == [
        (None, None),
        ("{}", "lead-2"),
    ]
    assert _all(config, "select count(*) from marts.fct_lead_score_history where lead_id = 'lead-1'") == [
        (1,)
    ], "the other record of this lead is there"
    assert set(_all(config, "select record_hash, rewritten_at from ops.erasures")) == {
        (_all(config, f"select {each}")[0][0], None) for each in (gone, unknown)
    }
    assert b"said" not in config.warehouse_file.read_bytes(), "not in a free block either"


def test_a_lead_of_which_nothing_is_left_goes_with_its_history(config: Settings, kept: Path) -> None:
    _all(
        config,
        "create table ops.erasures as select 'hubspot' as crm, 'contacts' as object, "
        "sha256('hubspot:contacts:2') as record_hash, now() as erased_at, now() as rewritten_at",
    )
    backup.restore(config, kept)
    assert _all(config, "select lead_id from marts.fct_lead_score_history") == [("lead-1",)]


@pytest.mark.parametrize("harm", ["cut", "changed", "other", "missing", "newer"])
def test_a_file_that_is_no_whole_backup_changes_nothing(
    config: Settings, kept: Path, harm: str, tmp_path: Path
) -> None:
    content = kept.read_bytes()
    if harm == "cut":
        kept.write_bytes(content[: len(content) // 2])
    elif harm == "changed":
        middle = content.index(b"PAR1") + 8
        kept.write_bytes(content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :])
    elif harm == "other":
        kept.write_text("name,email\n")
    elif harm == "missing":
        kept.unlink()
    else:
        with zipfile.ZipFile(kept, "w") as packed:
            packed.writestr("about.json", json.dumps({"format": 99, "version": "9.0", "tables": []}))
    before = _tables(config)
    with pytest.raises(ConfigError, match="newer" if harm == "newer" else "leadwright.backup"):
        backup.restore(config, kept)
    assert _tables(config) == before


def test_a_backup_waits_for_the_stage_that_holds_the_warehouse(config: Settings, tmp_path: Path) -> None:
    stage = FileLock(config.warehouse_file.with_suffix(".lock"), thread_local=False)
    file = tmp_path / "waited"
    with stage:
        with pytest.raises(LockedError):
            backup.back_up(config, file, _declared(), 0.1)
        assert not file.exists()
        waiting = Thread(target=backup.back_up, args=(config, file, _declared(), 60))
        waiting.start()
    waiting.join()
    assert file.exists()


def test_nothing_is_replaced_by_a_backup(config: Settings, kept: Path) -> None:
    before = kept.read_bytes()
    with pytest.raises(ConfigError, match="is there already"):
        backup.back_up(config, kept, _declared(), 1)
    assert kept.read_bytes() == before


def test_a_home_without_logs_has_nothing_to_keep(tmp_path: Path) -> None:
    empty = Settings(home=tmp_path / "empty", lock_wait_seconds=1)
    with pytest.raises(ConfigError, match="leadwright run"):
        backup.back_up(empty, tmp_path / "file", _declared(), 1)
    _all(empty, "create schema ops; create table ops.accounts as select 'hubspot' as crm")
    with pytest.raises(ConfigError, match="leadwright run"):
        backup.back_up(empty, tmp_path / "file", _declared(), 1)
    assert not (tmp_path / "file").exists()


def test_a_restore_waits_for_no_run(config: Settings, kept: Path) -> None:
    with FileLock(config.run_lock), pytest.raises(LockedError):
        backup.restore(config, kept)


def test_nothing_is_built_on_a_restored_home_before_every_crm_was_pulled(
    config: Settings, kept: Path
) -> None:
    backup.require_pulled(config)
    backup.restore(config, kept)
    with pytest.raises(ConfigError, match="hubspot not pulled since"):
        backup.require_pulled(config)
    assert erasure.must_build(config)
    pulls = "create table ops.pulls as select 'hubspot' as crm, 'contacts' as object, now() as pulled_at"
    _all(config, pulls)
    backup.require_pulled(config)
