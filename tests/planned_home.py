"""A home with a sync model of a hundred leads, for tests of what is planned before anything is sent."""

from __future__ import annotations

from pathlib import Path

from leadwright import warehouse
from leadwright.settings import Settings
from leadwright.transform.tables import SyncModel
from leadwright.writeback import plans
from leadwright.writeback.plans import Plan
from tests.unit.test_writeback import OPS

MODEL = SyncModel(
    schema="sync",
    name="sync_fake__contacts",
    crm="fake",
    object="contacts",
    key="id",
    subject="lead_id",
    fields=("score", "grade", "owner"),
    guarded=("owner",),
    owned=(),
    of_owner=("owner",),
    score="score",
    grade="grade",
)
LEADS = 100


def make(home: Path) -> Settings:
    """A hundred leads, each with a record that shows what it should, in a CRM that was written to before."""
    config = Settings(home=home, lock_wait_seconds=1)
    with warehouse.writer(config.warehouse_file, 1) as db:
        warehouse.ensure_table(db, "ops", "writes", OPS)
        db.execute(
            "create schema sync; create schema intermediate; create schema seeds; create schema memory;"
            "create table sync.sync_fake__contacts as select i || '' as record_id, 'L' || i as lead_id, "
            "'h' as payload_hash, timestamp '2026-01-02' as record_changed_at, 'fake' as crm, "
            "50 as score, 50 as before__score, 'Cold' as grade, 'Cold' as before__grade, "
            f"'ann' as owner, 'ann' as before__owner from range({LEADS}) t(i);"
            "create table intermediate.int_writing__lead_values as "
            "select lead_id, grade, score from sync.sync_fake__contacts;"
            "create table intermediate.int_writing__account_values as "
            "select 'A' as account_id, true as is_scored, 'High' as account_grade, 70 as account_score;"
            "create table intermediate.int_identity__crm_owners as from (values "
            "('fake', 'ann', 'r1', 'Ann Ray', true), ('fake', 'bob', 'r2', 'Bob Low', false)) "
            "t(crm, owner_id, rep_id, full_name, is_active);"
            "create table seeds.grade_scale as from (values ('Hot', 1), ('Cold', 2)) t(grade, place);"
            "create table memory.log_rule_sets as select 1 as set_number;"
            "create table memory.log_routing_sets as select 1 as version_number;"
            "insert into ops.writes (run_id, crm, object, record_id, status, answered_at) "
            "values ('run-0', 'fake', 'contacts', '0', 'accepted', now() - interval 9 day)"
        )
    return config


def change(settings: Settings, sql: str) -> None:
    with warehouse.writer(settings.warehouse_file, 1) as db:
        db.execute(sql)


def records(settings: Settings, sets: str, count: int, first: int = 0) -> None:
    """Let some records differ; another value has another hash, as in the real models."""
    change(
        settings,
        f"update sync.sync_fake__contacts set {sets} where record_id::int >= {first} and "
        f"record_id::int < {first + count}; "
        "update sync.sync_fake__contacts set payload_hash = concat_ws('|', score, grade, owner)",
    )


def plan(settings: Settings, model: SyncModel = MODEL) -> Plan:
    return plans.make([model], settings, with_owners=bool(model.of_owner))
