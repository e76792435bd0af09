"""Forgets people: out of every table and the ledger, and out of the file's free space. `erase` those whom a CRM shows
no more; `forgetting` has the people who asked for it.

Which records these are is decided by `int_identity__erasures_due`. They go before a build, so that nothing is
computed from them once more; the file is written anew after it, because DuckDB leaves what was deleted in blocks that
it may use again some day. In between `ops.erasures` says that this is still to be done, whatever ends the run.
"""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from leadwright import warehouse
from leadwright.operate.places import LEDGER, Place, places
from leadwright.settings import Settings
from leadwright.transform.people import IdColumn

WITHHELD = (
    "people are shown no more, too many to be erased ones: nothing of them was forgotten. Give the permission back or, "
    "where they are gone for good, run once with LEADWRIGHT_ERASE_AT_MOST=1."
)

_FEW = 10
"""Records of one CRM object that may always go: a share of a small CRM is less than one person."""

COLUMNS = (
    ("crm", "varchar"),
    ("object", "varchar"),
    ("record_hash", "varchar"),
    ("erased_at", "timestamptz"),
    ("rewritten_at", "timestamptz"),
    ("is_kept_out", "boolean"),
)

_MAKE_NOTED = warehouse.statement(__file__, "erasure_make_noted")
_GONE_AGAIN = warehouse.statement(__file__, "erasure_gone_again")
_TAKE_OVER_NOTED = warehouse.statement(__file__, "erasure_take_over_noted")
_KEEP_OUT_NOTED = warehouse.statement(__file__, "erasure_keep_out_noted")
_WAITING = warehouse.statement(__file__, "erasure_waiting")
_DUE_BY_OBJECT = warehouse.statement(__file__, "erasure_due_by_object")
_GONE = warehouse.statement(__file__, "erasure_gone")
_GONE_LEADS = warehouse.statement(__file__, "erasure_gone_leads")
_MADE_TASKS = warehouse.statement(__file__, "erasure_made_tasks")
_NOTE_TASKS = warehouse.statement(__file__, "erasure_note_tasks")
_NOTE = warehouse.statement(__file__, "erasure_note")
_FORGET_DOMAINS = warehouse.statement(__file__, "erasure_forget_domains")
_FORGET_TASKS = "delete from ops.planned_changes where is_made and lead_id in (select lead_id from gone)"
_FORGET_LEAD = warehouse.statement(__file__, "erasure_forget_lead")
_FORGET_LINK = warehouse.statement(__file__, "erasure_forget_link")
_MASK_RECORD = warehouse.statement(__file__, "erasure_mask_record")
_MASK_LEAD = warehouse.statement(__file__, "erasure_mask_lead")

MADE_TASKS = "made_tasks"
"""What record keys call tasks that we made, by our keys."""

MODEL = "int_identity__erasures_due"
"""Says who is gone; built of all that it reads, where there is a log and no such model yet."""

_NOTED = ("crm", "object", "record_hash", "erased_at", "is_kept_out")

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


def erase(settings: Settings, ids: Sequence[IdColumn] = ()) -> Erased:
    """Take the people whom the CRMs show no more out of every table; nothing happens before the first build.

    Args:
        settings: say where the home is.
        ids: columns that hold ids of people, or of what is told of them. Of what was pulled, whose CRM takes back what
            it will, only the tasks that we made are looked for.

    More than `erase_at_most` of an object's records, or all of them, are left alone unless that is 1: it is a
    permission that was taken away rather than people who were erased.
    """
    result = Erased()
    with warehouse.writer(settings.warehouse_file, settings.lock_wait_seconds) as db:
        warehouse.ensure_table(db, "ops", "erasures", COLUMNS)
        if not warehouse.columns(db, "intermediate", "int_identity__erasures_due"):
            return result
        _choose(db, settings.erase_at_most, result)
        if result.records:
            db.execute("begin")
            forget(db, places(db, [column for column in ids if column.objects == (MADE_TASKS,)]))
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
    shutil.rmtree(
        settings.home / "full", ignore_errors=True
    )  # objects half read, perhaps with whoever is gone
    with warehouse.writer(settings.warehouse_file, settings.lock_wait_seconds) as db:
        db.execute("update ops.erasures set rewritten_at = now() where rewritten_at is null")
    return True


def forget_again(db: warehouse.Connection, noted: Sequence[Mapping[str, Any]]) -> None:
    """Take out of restored tables who was forgotten after they were backed up.

    Args:
        db: the restored warehouse, which no build has touched.
        noted: rows of `ops.erasures` of the home that the backup takes the place of.
    """
    warehouse.ensure_table(db, "ops", "erasures", COLUMNS)
    db.execute(_MAKE_NOTED)
    for row in noted:
        db.execute("insert into noted values (?, ?, ?, ?, ?)", [row.get(name) for name in _NOTED])
    if warehouse.columns(db, "memory", "log_identity_decisions"):
        db.execute(_GONE_AGAIN)
        choose_leads(db)
        db.execute("begin")
        forget(db, places(db))
        db.execute("commit")
    db.execute(_TAKE_OVER_NOTED)
    db.execute(_KEEP_OUT_NOTED)


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
    return dict(db.execute(_WAITING).fetchall())


def _choose(db: warehouse.Connection, at_most: float, result: Erased) -> None:
    """Make the temporary tables of what goes: `gone` records and the `gone_leads` of which nothing is left."""
    db.execute("create temp table due as from intermediate.int_identity__erasures_due")
    for crm, name, count, shown in db.execute(_DUE_BY_OBJECT).fetchall():
        is_plausible = at_most == 1 or (shown > 0 and count <= max(_FEW, at_most * (shown + count)))
        (result.records if is_plausible else result.withheld)[f"{crm}.{name}"] = count
    db.execute(_GONE, {"withheld": list(result.withheld)})
    result.records = Counter(
        f"{crm}.{name}" for crm, name in db.execute("select crm, object from gone").fetchall()
    )
    choose_leads(db)


def choose_leads(db: warehouse.Connection) -> None:
    """Make the other temporary tables that `places` looks into, from `gone`."""
    # A lead's earlier ids go with it; not those under which somebody else lives now.
    db.execute(_GONE_LEADS)
    db.execute("create temp table gone_keys as select record_key as key from gone")
    if warehouse.columns(db, "memory", "log_lead_tasks"):
        db.execute(_MADE_TASKS)
    db.execute("create temp table gone_accounts (account_id varchar)")


def forget(db: warehouse.Connection, where: Sequence[Place], *, keep_out: bool = False) -> Counter[str]:
    """Take out of the warehouse who is in the temporary tables of `places`, and note the records in `ops.erasures`.

    Args:
        db: the warehouse, in a transaction.
        where: the places to look into.
        keep_out: whether no pull may bring the records back.

    Returns:
        Table -> rows that were deleted or, of those that stay, changed.
    """
    rows = take_out(db, where)
    for table in MIXED:
        rows[table] += _count(db, f"delete from {table} where lead_id in (select lead_id from gone)")
    if "is_made" in warehouse.columns(db, "ops", "planned_changes"):
        rows["ops.planned_changes"] += _count(db, _FORGET_TASKS)
    # Those who were once in the same lead remember neither its id nor the record that joined them, only that one did.
    for change in (_FORGET_LEAD, _FORGET_LINK):
        rows["memory.log_identity_decisions"] += _count(db, change)
    db.execute(_NOTE, {"keep_out": keep_out})
    db.execute(_NOTE_TASKS)
    return +rows


def take_out(db: warehouse.Connection, where: Sequence[Place], catalog: str = "") -> Counter[str]:
    """Delete the rows at the places `where`; those of the ledger stay and say no more than that something was sent."""
    rows: Counter[str] = Counter()
    prefix = f"{catalog}." if catalog else ""
    for place in where:
        if (place.schema, place.table) == LEDGER:
            rows[place.name] += _count(db, _MASK_RECORD.format(prefix=prefix))
            rows[place.name] += _count(db, _MASK_LEAD.format(prefix=prefix))
        else:
            rows[place.name] += _count(db, f"delete from {prefix}{place.quoted} where {place.condition}")
    return +rows


def _count(db: warehouse.Connection, change: str) -> int:
    return int((db.execute(change).fetchone() or (0,))[0])


def _forget_domains(db: warehouse.Connection) -> None:
    """Take out the accounts that were nothing but the domain of an address of somebody who is gone."""
    db.execute(_FORGET_DOMAINS)
