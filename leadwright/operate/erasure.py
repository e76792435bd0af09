"""Forgets people whom a CRM shows no more: out of every log and the ledger, and out of the file's free space.

Which records these are is decided by `int_identity__erasures_due`. They go before a build, so that nothing is
computed from them once more; the file is written anew after it, because DuckDB leaves what was deleted in blocks that
it may use again some day. In between `ops.erasures` says that this is still to be done, whatever ends the run.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from leadwright import warehouse
from leadwright.settings import Settings

WITHHELD = (
    "people are shown no more, too many to be erased ones: nothing of them was forgotten. Give the permission back or, "
    "where they are gone for good, run once with LEADWRIGHT_ERASE_AT_MOST=1."
)

_FEW = 10
"""Records of one CRM object that may always go: a share of a small CRM is less than one person."""

_COLUMNS = (
    ("crm", "varchar"),
    ("object", "varchar"),
    ("record_hash", "varchar"),
    ("erased_at", "timestamptz"),
    ("rewritten_at", "timestamptz"),
)

MODEL = "int_identity__erasures_due"
"""Says who is gone; built of all that it reads, where there is a log and no such model yet."""

_NOTED = ("crm", "object", "record_hash", "erased_at")
_LEAD_COLUMNS = ("lead_id", "current_lead_id")
_RECORD_COLUMNS = ("record_key", "left_key", "right_key")

# What one record told about a lead that others tell about too: the lead begins anew with what these say. With the
# versions, which the next build compares with its own, what went with the record would be logged as withdrawn.
MIXED = (
    "memory.log_lead_trait_versions",
    "memory.log_own_value_versions",
    "intermediate.int_engagement__versions",
    "memory.log_engagement_withdrawals",
    "intermediate.int_engagement__touch_versions",
    "memory.log_touch_withdrawals",
)


@dataclass(slots=True)
class Erased:
    """Records of people that were forgotten, and those that were not because too many went at once, by CRM object."""

    records: Counter[str] = field(default_factory=Counter)
    withheld: Counter[str] = field(default_factory=Counter)


def erase(settings: Settings) -> Erased:
    """Take the people whom the CRMs show no more out of every table; nothing happens before the first build.

    More than `erase_at_most` of an object's records, or all of them, are left alone unless that is 1: it is a
    permission that was taken away rather than people who were erased.
    """
    result = Erased()
    with warehouse.writer(settings.warehouse_file, settings.lock_wait_seconds) as db:
        warehouse.ensure_table(db, "ops", "erasures", _COLUMNS)
        if not warehouse.columns(db, "intermediate", "int_identity__erasures_due"):
            return result
        _choose(db, settings.erase_at_most, result)
        if result.records:
            db.execute("begin")
            _forget(db)
            db.execute("commit")
    return result


def rewrite(settings: Settings) -> bool:
    """Write the warehouse anew where something was erased since the last time; tell whether.

    Kept tracebacks go too: nobody can say what they quote.
    """
    with warehouse.writer(settings.warehouse_file, settings.lock_wait_seconds) as db:
        if not db.execute("select 1 from ops.erasures where rewritten_at is null").fetchone():
            return False
        _forget_domains(db)
    warehouse.rewrite(settings.warehouse_file, settings.lock_wait_seconds)
    for kept in (settings.home / "logs").glob("error-*.txt"):
        kept.unlink()
    with warehouse.writer(settings.warehouse_file, settings.lock_wait_seconds) as db:
        db.execute("update ops.erasures set rewritten_at = now() where rewritten_at is null")
    return True


def forget_again(db: warehouse.Connection, noted: Sequence[Mapping[str, Any]]) -> None:
    """Take out of restored tables who was forgotten after they were backed up.

    Args:
        db: the restored warehouse, which no build has touched.
        noted: rows of `ops.erasures` of the home that the backup takes the place of.
    """
    warehouse.ensure_table(db, "ops", "erasures", _COLUMNS)
    db.execute(
        "create temp table noted (crm varchar, object varchar, record_hash varchar, erased_at timestamptz)"
    )
    for row in noted:
        db.execute("insert into noted values (?, ?, ?, ?)", [row[name] for name in _NOTED])
    if warehouse.columns(db, "memory", "log_identity_decisions"):
        db.execute(
            "create temp table gone as "
            "with log as (select *, row_number() over (partition by record_key order by decision_number desc) as place "
            "  from memory.log_identity_decisions), "
            "records as (select crm, object, record_id, record_key, lead_id, "
            "  sha256(record_key) in (select record_hash from noted) as is_gone from log where place = 1) "
            "select crm, object, record_id, record_key, lead_id, "
            "  bool_and(is_gone) over (partition by lead_id) as is_whole_lead from records qualify is_gone"
        )
        _choose_leads(db)
        db.execute("begin")
        _forget(db)
        db.execute("commit")
    db.execute(
        "insert into ops.erasures by name select * from noted "
        "where record_hash not in (select record_hash from ops.erasures)"
    )


def must_build(settings: Settings) -> bool:
    """Whether there are people in the log and nothing yet that says who of them is gone: after a restore."""
    with warehouse.writer(settings.warehouse_file, settings.lock_wait_seconds) as db:
        return bool(warehouse.columns(db, "memory", "log_identity_decisions")) and not warehouse.columns(
            db, "intermediate", MODEL
        )


def waiting(db: warehouse.Connection) -> dict[str, int]:
    """Records whose CRM shows them no more and that are not forgotten, by CRM object: after a run, those withheld."""
    if not warehouse.columns(db, "intermediate", "int_identity__erasures_due"):
        return {}
    counts = (
        "select crm || '.' || object, count(*) from intermediate.int_identity__erasures_due group by all "
        "order by all"
    )
    return dict(db.execute(counts).fetchall())


def _choose(db: warehouse.Connection, at_most: float, result: Erased) -> None:
    """Make the temporary tables of what goes: `gone` records and the `gone_leads` of which nothing is left."""
    db.execute("create temp table due as from intermediate.int_identity__erasures_due")
    for crm, name, count, shown in db.execute(
        "select crm, object, count(*), any_value(object_shown_count) from due group by all order by all"
    ).fetchall():
        is_plausible = at_most == 1 or (shown > 0 and count <= max(_FEW, at_most * (shown + count)))
        (result.records if is_plausible else result.withheld)[f"{crm}.{name}"] = count
    db.execute(
        "create temp table gone as select * from due where lead_id not in "
        "(select lead_id from due where list_contains($1, crm || '.' || object))",
        [list(result.withheld)],
    )
    result.records = Counter(
        f"{crm}.{name}" for crm, name in db.execute("select crm, object from gone").fetchall()
    )
    _choose_leads(db)


def _choose_leads(db: warehouse.Connection) -> None:
    # A lead's earlier ids go with it; not those under which somebody else lives now.
    db.execute(
        "create temp table gone_leads as "
        "with log as (select *, row_number() over (partition by record_key order by decision_number desc) as place "
        "  from memory.log_identity_decisions) "
        "select lead_id from log where record_key in (select record_key from gone where is_whole_lead) "
        "except select lead_id from log where place = 1 and record_key not in (select record_key from gone)"
    )


def _forget(db: warehouse.Connection) -> None:
    for schema, table, column in _columns_of_people(db):
        gone = "gone_leads" if column in _LEAD_COLUMNS else "gone"
        chosen = "lead_id" if column in _LEAD_COLUMNS else "record_key"
        db.execute(f'delete from "{schema}"."{table}" where "{column}" in (select {chosen} from {gone})')
    for table in MIXED:
        db.execute(f"delete from {table} where lead_id in (select lead_id from gone)")
    # Those who were once in the same lead remember neither its id nor the record that joined them, only that one did.
    db.execute(
        "update memory.log_identity_decisions set previous_lead_id = null "
        "where previous_lead_id in (select lead_id from gone_leads)"
    )
    db.execute(
        "update memory.log_identity_decisions as log "
        "set link_key = 'erased:' || sha256(gone.record_key) from gone where "
        "list_contains(string_split(regexp_replace(log.link_key, '^linkage:', ''), '|'), gone.record_key)"
    )
    db.execute(
        "update ops.writes as w set record_id = sha256(gone.record_key), lead_id = null, payload_hash = null, "
        "before_values = null, after_values = null, message = null from gone "
        "where w.crm = gone.crm and w.record_id = gone.record_id "
        "and rtrim(lower(w.object), 's') = rtrim(gone.object, 's')"  # Salesforce's Lead is one of our leads
    )
    if warehouse.columns(db, "ops", "set_aside"):
        db.execute(
            "delete from ops.set_aside as s using gone where s.crm = gone.crm and s.record_id = gone.record_id "
            "and rtrim(lower(s.object), 's') = rtrim(gone.object, 's')"
        )
    db.execute("update ops.writes set lead_id = null where lead_id in (select lead_id from gone_leads)")
    db.execute(
        "insert into ops.erasures by name "
        "select crm, object, sha256(record_key) as record_hash, now() as erased_at from gone"
    )


def _columns_of_people(db: warehouse.Connection) -> list[tuple[str, str, str]]:
    """Schema, table and column of every table of ours that names leads or their records, the ledger left out."""
    return db.execute(
        "select c.schema_name, c.table_name, c.column_name from duckdb_columns() c "
        "join duckdb_tables() t using (database_name, schema_name, table_name) "
        "where database_name = current_database() and not t.temporary and not starts_with(c.schema_name, 'raw_') "
        "and (c.schema_name, c.table_name) != ('ops', 'writes') and list_contains($1, c.column_name) order by all",
        [[*_LEAD_COLUMNS, *_RECORD_COLUMNS]],
    ).fetchall()


def _forget_domains(db: warehouse.Connection) -> None:
    """Take out the accounts that were nothing but the domain of an address of somebody who is gone."""
    db.execute(
        "delete from memory.log_account_decisions where crm = 'leads' "
        "and record_key not in (select record_key from intermediate.int_accounts__records)"
    )
