"""Brings what was just written into the raw tables, so that the next pull does not take it for news.

A record is what we know and wrote only if nobody else changed it since the pull. Where the CRM says when it was changed
before and after our write, that can be told; where it does not, written records are read back, many in a call.
"""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa

from leadwright import warehouse
from leadwright.connectors.base import Connector, ObjectShape, Outcome, ReadsBack
from leadwright.connectors.batches import INSTANT
from leadwright.pull import landing
from leadwright.pull.sources import Source
from leadwright.transform.tables import RawTable


def echo(
    db: warehouse.Connection, connector: Connector, raw: RawTable, outcomes: Sequence[Outcome]
) -> list[str]:
    """Bring accepted values into `raw`; the ids of the records of which more than that is news, to be read back.

    Until they are, the next pull must not leave out their dates, which others of the same call have too.
    """
    accepted = [outcome for outcome in outcomes if outcome.status == "accepted"]
    told = [outcome for outcome in accepted if outcome.updated_at and outcome.changed_before]
    db.execute("begin")
    brought = _bring(db, raw, connector.shape(raw.name), told) if told else set()
    left = [outcome for outcome in accepted if outcome.record_id not in brought]
    for moment in {outcome.updated_at for outcome in left if outcome.updated_at}:
        db.execute("insert into ops.unsettled values (?, ?, ?)", [raw.crm, raw.name, moment])
    db.execute("commit")
    return [outcome.record_id for outcome in left]


def read_back(db: warehouse.Connection, connector: Connector, raw: RawTable, ids: Sequence[str]) -> None:
    """Read written records back and put them in place of the old rows: all or, where that is cut off, none.

    Two of them may have one date: with a part of them there, the next pull would take the others for known.
    """
    if not ids or not isinstance(connector, ReadsBack):
        return
    shape = connector.shape(raw.name)
    fields = Source(connector, {raw.name: raw}).fields(raw)
    db.execute("begin")
    for piece in connector.read_back(raw.name, fields, ids):
        landing.merge(db, raw, shape, piece.rows)
        landing.note_unsettled(db, raw.crm, raw.name, shape, piece, is_last=True)
    db.execute("commit")


def _bring(
    db: warehouse.Connection, raw: RawTable, shape: ObjectShape, outcomes: Sequence[Outcome]
) -> set[str]:
    """Bring values into the rows that nobody else had changed; their ids."""
    columns = {name for name, _ in raw.columns}
    fields = sorted({name for outcome in outcomes for name in outcome.stored if name in columns})
    written = {
        "record_id": pa.array([outcome.record_id for outcome in outcomes], pa.string()),
        "changed_before": pa.array([outcome.changed_before for outcome in outcomes], INSTANT),
        "updated_at": pa.array([outcome.updated_at for outcome in outcomes], INSTANT),
    }
    for place, name in enumerate(fields):
        written[f"is_sent_{place}"] = pa.array([name in outcome.stored for outcome in outcomes], pa.bool_())
        written[f"value_{place}"] = pa.array([outcome.stored.get(name) for outcome in outcomes], pa.string())
    key, cursor, table = shape.key[0], shape.cursor, f'"{raw.schema}"."{raw.name}"'
    sets = "".join(
        f', "{name}" = case when is_sent_{place} then value_{place} else "{name}" end'
        for place, name in enumerate(fields)
    )
    same = f'"{key}" = record_id and "{cursor}" = changed_before'
    db.register("written", pa.table(written))
    found = db.execute(f"select record_id from written where exists (select 1 from {table} where {same})")
    brought = {record_id for (record_id,) in found.fetchall()}
    db.execute(f'update {table} set "{cursor}" = updated_at{sets} from written where {same}')
    db.unregister("written")
    return brought
