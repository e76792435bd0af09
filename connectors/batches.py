"""Rows of a CRM as Arrow batches: text as the API spells it, and one UTC timestamp to keep the cursor by."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from connectors.base import ObjectShape

Row = Mapping[str, Any]

ROWS_PER_BATCH = 10_000
INSTANT = pa.timestamp("us", tz="UTC")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def columns(shape: ObjectShape, fields: Sequence[str]) -> list[str]:
    """Names of a batch's columns, in order: key, `fields`, `always`, cursor; each once."""
    cursor = [shape.cursor] if shape.cursor else []
    own = {*shape.key, *shape.always, *cursor}
    return [*shape.key, *dict.fromkeys(f for f in fields if f not in own), *shape.always, *cursor]


def schema(shape: ObjectShape, fields: Sequence[str]) -> pa.Schema:
    """The Arrow schema of every batch of this pull."""
    return pa.schema(
        [(name, INSTANT if name == shape.cursor else pa.string()) for name in columns(shape, fields)]
    )


def batches(rows: Iterable[Row], shape: ObjectShape, fields: Sequence[str]) -> Iterator[pa.RecordBatch]:
    """Group `rows` into batches, each key once; at least one batch comes, if need be an empty one.

    A row that comes twice changed while the pull ran. The first is kept: the newer one lies after every cursor
    value of this pull, so the next pull brings it.
    """
    arrow_schema = schema(shape, fields)
    fresh = _first_of_each(rows, shape.key)
    first = True
    while (chunk := list(islice(fresh, ROWS_PER_BATCH))) or first:
        first = False
        yield pa.record_batch([_column(chunk, f) for f in arrow_schema], schema=arrow_schema)


def from_tables(
    tables: Iterable[pa.Table], shape: ObjectShape, fields: Sequence[str]
) -> Iterator[pa.RecordBatch]:
    """Group tables of text columns into batches, each key once; for objects with a key of one column."""
    arrow_schema = schema(shape, fields)
    seen: set[str] = set()
    any_yet = False
    for table in tables:
        fresh = [_is_new(key, seen) for key in table.column(shape.key[0]).to_pylist()]
        kept = table if all(fresh) else table.filter(pa.array(fresh))
        whole = pa.table([_of_table(kept, wanted) for wanted in arrow_schema], schema=arrow_schema)
        for batch in whole.combine_chunks().to_batches(max_chunksize=ROWS_PER_BATCH):
            any_yet = True
            yield batch
    if not any_yet:
        yield pa.record_batch([pa.array([], f.type) for f in arrow_schema], schema=arrow_schema)


def _is_new(key: str, seen: set[str]) -> bool:
    known = key in seen
    seen.add(key)
    return not known


def _of_table(table: pa.Table, wanted: pa.Field) -> pa.Array | pa.ChunkedArray:
    if wanted.name not in table.column_names:
        return pa.nulls(table.num_rows, wanted.type)
    texts = table.column(wanted.name)
    return instants(texts) if wanted.type == INSTANT else texts


def _first_of_each(rows: Iterable[Row], key: tuple[str, ...]) -> Iterator[Row]:
    seen: set[Any] = set()
    for row in rows:
        identity = row[key[0]] if len(key) == 1 else tuple(row[name] for name in key)
        if identity not in seen:
            seen.add(identity)
            yield row


def _column(rows: Sequence[Row], wanted: pa.Field) -> pa.Array:
    values = [row.get(wanted.name) for row in rows]
    try:
        texts = pa.array(values, pa.string())
    except (pa.ArrowTypeError, pa.ArrowInvalid):  # not all are text yet
        texts = pa.array([spelled(value) for value in values], pa.string())
    texts = pc.if_else(pc.equal(texts, ""), pa.scalar(None, pa.string()), texts)
    return instants(texts) if wanted.type == INSTANT else texts


def spelled(value: object) -> str | None:
    """`value` of a JSON body as text, null where empty."""
    if isinstance(value, str):
        return value or None
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (dict, list)):
        return json.dumps(value, separators=(",", ":"))
    return str(value)


def instants(texts: pa.Array | pa.ChunkedArray) -> pa.Array:
    """The moments that `texts` name: ISO 8601 with any offset, or milliseconds since 1970."""
    try:
        return texts.cast(INSTANT)
    except pa.ArrowInvalid:
        return pa.array([None if text is None else instant(text) for text in texts.to_pylist()], INSTANT)


def instant(text: str) -> datetime:
    """The moment that `text` names. Both CRMs have spelled moments as ISO 8601 and as milliseconds since 1970."""
    if text.lstrip("-").isdigit():
        return _EPOCH + timedelta(milliseconds=int(text))
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def utc(moment: datetime) -> datetime:
    """`moment` in UTC; one without a zone is taken as UTC."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def iso(moment: datetime) -> str:
    """`moment` as both CRMs take it: UTC, milliseconds, Z."""
    return utc(moment).isoformat(timespec="milliseconds").replace("+00:00", "Z")
