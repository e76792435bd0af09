"""What was undone, in `ops.undone`: noted before it is sent, so that no run in between can send it again.

That such a value stays away, and until when, is decided in SQL: `int_writing__undone_values`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import UTC, datetime

import pyarrow as pa

from leadwright import warehouse
from leadwright.writeback.ledger import Entry

COLUMNS = (
    *((name, "varchar") for name in ("run_id", "undo_run_id", "crm", "object", "record_id", "field")),
    *(
        ("value", "varchar"),
        ("restored", "varchar"),
        ("undone_at", "timestamptz"),
        ("lifted_at", "timestamptz"),
    ),
)
_ROW = pa.schema(
    [
        *((name, pa.string()) for name in ("record_id", "field", "value", "restored")),
        ("undone_at", pa.timestamp("us", "UTC")),
    ]
)


def note(
    db: warehouse.Connection, run_id: str, undo_run_id: str, where: tuple[str, str], entries: Sequence[Entry]
) -> None:
    """Note that what `entries` replace is undone; `where` is their CRM and object."""
    warehouse.ensure_table(db, "ops", "undone", COLUMNS)
    withdraw(db, undo_run_id, where, done=())  # of an attempt that was cut off
    now = datetime.now(UTC)
    rows = [
        {
            "record_id": entry.record_id,
            "field": name,
            "value": as_text(entry.before[name]),
            "restored": as_text(restored),
            "undone_at": now,
        }
        for entry in entries
        for name, restored in entry.after.items()
    ]
    db.register("undone_rows", pa.Table.from_pylist(rows, schema=_ROW))
    db.execute(
        "insert into ops.undone by name select $run_id as run_id, $undo_run_id as undo_run_id, $crm as crm, "
        "$object as object, * from undone_rows",
        {"run_id": run_id, "undo_run_id": undo_run_id, "crm": where[0], "object": where[1]},
    )
    db.unregister("undone_rows")


def withdraw(
    db: warehouse.Connection, undo_run_id: str, where: tuple[str, str], done: Collection[tuple[str, str]]
) -> None:
    """Take back the notes of this undo but for those that are `done`: record id and field."""
    keys = [f"{field} {record_id}" for record_id, field in done]
    db.execute(
        "delete from ops.undone where undo_run_id = ? and crm = ? and object = ? "
        "and not list_contains(?::varchar[], field || ' ' || record_id)",
        [undo_run_id, *where, keys],
    )


def lift(
    db: warehouse.Connection, run_id: str, fields: Collection[str] | None = None, *, of_run: bool = True
) -> Counter[str]:
    """Let through again what was undone; how many values, by CRM field.

    Args:
        run_id: the run that undid it, or where `of_run` the one whose writes were undone.
        fields: those to let through; None: all.
    """
    warehouse.ensure_table(db, "ops", "undone", COLUMNS)
    is_of = "(run_id = $run_id or undo_run_id = $run_id)" if of_run else "undo_run_id = $run_id"
    rows = db.execute(
        f"update ops.undone set lifted_at = now() where {is_of} "
        "and lifted_at is null and ($fields is null or list_contains($fields::varchar[], field)) returning field",
        {"run_id": run_id, "fields": None if fields is None else sorted(fields)},
    ).fetchall()
    return Counter(field for (field,) in rows)


def as_text(value: object) -> str | None:
    """`value` as SQL spells it when it casts it to text."""
    if value is None:
        return None
    return str(value).lower() if isinstance(value, bool) else str(value)
