"""Keeps records out that were forgotten because the person asked for it, however long their CRM goes on showing them.

What is known of them is a hash, so every id that a pulled row names is hashed and looked up. A record that was
forgotten because its CRM showed it no more is not kept out: where the CRM shows it again, it is there again.
"""

from __future__ import annotations

import shutil
from collections.abc import Collection
from hashlib import sha256
from typing import TYPE_CHECKING

from leadwright import warehouse
from leadwright.settings import Settings
from leadwright.transform.tables import RawTable

if TYPE_CHECKING:
    import pyarrow as pa


def kept_out(db: warehouse.Connection, crm: str) -> frozenset[str]:
    """The hashes of the records of an account that are kept out."""
    if "is_kept_out" not in warehouse.columns(db, "ops", "erasures"):
        return frozenset()
    found = db.execute("select record_hash from ops.erasures where crm = ? and is_kept_out", [crm])
    return frozenset(text for (text,) in found.fetchall())


def without(batch: pa.RecordBatch, table: RawTable, hashes: Collection[str]) -> pa.RecordBatch:
    """A batch of `table` without the rows that name a record which is kept out."""
    if not hashes or not table.names:
        return batch
    import pyarrow as pa  # not before: the command line imports this module, too

    return batch.filter(pa.array(_is_let_in(batch, table, hashes), pa.bool_()))


def record_hash(crm: str, object_name: str, record_id: str) -> str:
    """What `ops.erasures` keeps of a record: the SHA-256 of its record key."""
    return sha256(f"{crm}:{object_name}:{record_id}".encode()).hexdigest()


def drop_unfinished(settings: Settings) -> None:
    """Remove what was pulled and is in no raw table yet: it may hold who is about to be forgotten. The next pull brings
    it again."""
    for folder in ("dlt", "full"):  # the first in homes of earlier versions
        shutil.rmtree(settings.home / folder, ignore_errors=True)


def _is_let_in(batch: pa.RecordBatch, table: RawTable, hashes: Collection[str]) -> list[bool]:
    is_let_in = [True] * batch.num_rows
    for column, objects in table.names:
        for row, record_id in enumerate(batch.column(column).to_pylist()):
            if record_id and any(record_hash(table.crm, each, record_id) in hashes for each in objects):
                is_let_in[row] = False
    return is_let_in
