"""Rows of a CRM as Arrow batches: text as the API spells it, and one UTC timestamp to keep the cursor by.

A row that cannot be a row of such a batch is set aside, so that one broken record stops no pull.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from itertools import islice
from operator import itemgetter
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from leadwright.connectors.base import ObjectShape, Piece, SetAside, refuse
from leadwright.connectors.errors import RecordError

Row = Mapping[str, Any]

ROWS_PER_BATCH = 10_000
INSTANT = pa.timestamp("us", tz="UTC")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# No record changed later than this; as a cursor it would pass over every change to come.
_LATEST = datetime(2200, 1, 1, tzinfo=UTC)

NO_ID, BROKEN_TEXT, BROKEN_DATE = "no_id", "broken_text", "broken_date"
_REASONS = {
    NO_ID: "has no id",
    BROKEN_TEXT: "holds text that is no text",
    BROKEN_DATE: "holds a date that is none",
}


@dataclass(frozen=True, slots=True)
class Page:
    """Rows as a CRM sends them, with what a `Piece` says of them."""

    rows: Sequence[Row]
    links: Mapping[str, Sequence[Row]] = field(default_factory=dict)
    place: str | None = None
    settled_before: datetime | None = None


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


def batches(
    rows: Iterable[Row], shape: ObjectShape, fields: Sequence[str], set_aside: SetAside = refuse
) -> Iterator[pa.RecordBatch]:
    """Group `rows` into batches, each key once; at least one batch comes, if need be an empty one.

    A row that comes twice changed while the pull ran. The first is kept: the newer one lies after every cursor
    value of this pull, so the next pull brings it.
    """
    arrow_schema = schema(shape, fields)
    fresh = _first_of_each(rows, shape.key, set_aside)
    first = True
    while (chunk := list(islice(fresh, ROWS_PER_BATCH))) or first:
        first = False
        try:
            yield _batch(chunk, arrow_schema)
        except (ValueError, OverflowError):  # Arrow's errors are ValueErrors, too
            yield _batch(
                [row for row in chunk if _is_fine(row, shape, arrow_schema, set_aside)], arrow_schema
            )


def pieces(
    pages: Iterable[Page],
    shape: ObjectShape,
    fields: Sequence[str],
    links: Mapping[str, ObjectShape],
    set_aside: SetAside = refuse,
) -> Iterator[Piece]:
    """Put pages together to pieces of some thousands of rows; at least one comes, if need be an empty one.

    Args:
        links: the objects that come with it, with their shapes.
    """
    gathered: list[Page] = []
    count = 0
    first = True
    for page in pages:
        gathered.append(page)
        count += len(page.rows)
        if count >= ROWS_PER_BATCH:
            yield _piece(gathered, shape, fields, links, set_aside)
            gathered, count, first = [], 0, False
    if gathered or first:
        yield _piece(gathered, shape, fields, links, set_aside)


def _piece(
    pages: Sequence[Page],
    shape: ObjectShape,
    fields: Sequence[str],
    links: Mapping[str, ObjectShape],
    set_aside: SetAside,
) -> Piece:
    rows = [row for page in pages for row in page.rows]
    settled = [page.settled_before for page in pages if page.settled_before]
    return Piece(
        one_batch(rows, shape, fields, set_aside),
        {
            name: one_batch([row for page in pages for row in page.links.get(name, ())], other, [], refuse)
            for name, other in links.items()
        },
        pages[-1].place if pages else None,
        min(settled) if settled else None,
    )


def one_batch(
    rows: Iterable[Row], shape: ObjectShape, fields: Sequence[str], set_aside: SetAside = refuse
) -> pa.RecordBatch:
    """All `rows` as one batch, each key once."""
    arrow_schema = schema(shape, fields)
    fresh = list(_first_of_each(rows, shape.key, set_aside))
    try:
        return _batch(fresh, arrow_schema)
    except (ValueError, OverflowError):
        return _batch([row for row in fresh if _is_fine(row, shape, arrow_schema, set_aside)], arrow_schema)


def from_tables(
    tables: Iterable[pa.Table], shape: ObjectShape, fields: Sequence[str], set_aside: SetAside = refuse
) -> Iterator[pa.RecordBatch]:
    """Group tables into batches, each key once; for objects with a key of one column.

    Columns are text, or bytes where not all of them are text.
    """
    arrow_schema = schema(shape, fields)
    key = shape.key[0]
    seen: set[str] = set()
    any_yet = False
    for table in tables:
        known = [name for name in arrow_schema.names if name in table.column_names]
        try:
            columns = {name: table.column(name).cast(pa.string()) for name in known}
            columns = {n: instants(c) if n == shape.cursor else c for n, c in columns.items()}
            if columns[key].null_count:
                raise ValueError(key)
        except (ValueError, OverflowError):
            rows = [_decoded(row) for row in table.select(known).to_pylist()]
            fresh_rows = [row for row in rows if row[key] is None or _is_new(row[key], seen)]
            yield from batches(fresh_rows, shape, fields, set_aside)
            any_yet = True
            continue
        fresh = [_is_new(each, seen) for each in columns[key].to_pylist()]
        missing = {f.name: pa.nulls(table.num_rows, f.type) for f in arrow_schema if f.name not in known}
        whole = pa.table({**columns, **missing}).select(arrow_schema.names).cast(arrow_schema)
        whole = whole if all(fresh) else whole.filter(pa.array(fresh))
        for batch in whole.combine_chunks().to_batches(max_chunksize=ROWS_PER_BATCH):
            any_yet = True
            yield batch
    if not any_yet:
        yield _batch([], arrow_schema)


def row_id(row: Row, key: Sequence[str]) -> str | None:
    """The id of `row`, parts joined by `/`; None where one is missing."""
    parts = [row.get(name) for name in key]
    if any(isinstance(part, bool) or not isinstance(part, (str, int)) or part == "" for part in parts):
        return None
    return "/".join(map(str, parts)).encode("utf-8", "replace").decode()


def _is_new(key: str, seen: set[str]) -> bool:
    known = key in seen
    seen.add(key)
    return not known


def _decoded(row: Row) -> Row:
    """`row` with text for bytes; what is no text stays recognisable as such."""
    return {n: v.decode(errors="surrogateescape") if isinstance(v, bytes) else v for n, v in row.items()}


def _first_of_each(rows: Iterable[Row], key: tuple[str, ...], set_aside: SetAside) -> Iterator[Row]:
    seen: set[Any] = set()
    only = key[0] if len(key) == 1 else None
    for row in rows:
        identity = row.get(only) if only else None
        if type(identity) is not str or not identity:  # nearly all are a text
            if row_id(row, key) is None:
                set_aside(_broken(None, NO_ID, key[0]))
                continue
            identity = row[only] if only else tuple(row[name] for name in key)
        if identity not in seen:
            seen.add(identity)
            yield row


def _is_fine(row: Row, shape: ObjectShape, arrow_schema: pa.Schema, set_aside: SetAside) -> bool:
    """Whether `row` fits into a batch; set aside where it does not."""
    for wanted in arrow_schema:
        code = BROKEN_TEXT
        try:
            text = spelled(row.get(wanted.name))
            (text or "").encode()
            code = BROKEN_DATE
            if wanted.type == INSTANT and text is not None:
                _require_plausible(instant(text))
        except (ValueError, OverflowError):
            set_aside(_broken(row_id(row, shape.key), code, wanted.name))
            return False
    return True


def _broken(identity: str | None, code: str, field: str) -> RecordError:
    where = f"Record {identity}" if identity else "A record"
    return RecordError(f"{where} {_REASONS[code]} ({field}).", record_id=identity, code=code, field=field)


def _batch(rows: Sequence[Row], arrow_schema: pa.Schema) -> pa.RecordBatch:
    return pa.record_batch(
        [
            _column(values, each)
            for values, each in zip(_columns(rows, arrow_schema.names), arrow_schema, strict=True)
        ],
        schema=arrow_schema,
    )


def _columns(rows: Sequence[Row], names: Sequence[str]) -> Iterable[Sequence[Any]]:
    """The values of `rows` by column; those that all rows have are taken out of each row at once, which is faster."""
    shared = [name for name in names if rows and name in rows[0]]
    try:
        taken = zip(*map(itemgetter(*shared), rows), strict=True) if len(shared) > 1 else ()
        known = dict(zip(shared, taken, strict=False))
    except KeyError:
        known = {}
    return (known[name] if name in known else [row.get(name) for row in rows] for name in names)


def _column(values: Sequence[Any], wanted: pa.Field) -> pa.Array:
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
    """The moments that `texts` name: ISO 8601 with any offset, or milliseconds since 1970.

    Raises:
        ValueError, OverflowError: one of them is no moment, or none that has been.
    """
    try:
        moments = texts.cast(INSTANT)
    except pa.ArrowInvalid:
        moments = pa.array([None if text is None else instant(text) for text in texts.to_pylist()], INSTANT)
    if len(moments) > moments.null_count:
        _require_plausible(pc.max(moments).as_py())
    return moments


def _require_plausible(moment: datetime) -> None:
    if moment > _LATEST:
        raise ValueError("a moment that has not been")


def instant(text: str) -> datetime:
    """The moment that `text` names. Both CRMs have spelled moments as ISO 8601 and as milliseconds since 1970.

    Raises:
        ValueError, OverflowError: it names none.
    """
    if text.lstrip("-").isdigit():
        return _EPOCH + timedelta(milliseconds=int(text))
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def instant_or_none(text: object) -> datetime | None:
    """The moment that `text` names, None where it names none."""
    try:
        return instant(text) if isinstance(text, str) and text else None
    except (ValueError, OverflowError):
        return None


def moment_of(header: str | None) -> datetime | None:
    """The moment that the header `Date` of an answer names, None where it names none."""
    try:
        return parsedate_to_datetime(header or "").astimezone(UTC)
    except (TypeError, ValueError):
        return None


def utc(moment: datetime) -> datetime:
    """`moment` in UTC; one without a zone is taken as UTC."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def iso(moment: datetime) -> str:
    """`moment` as both CRMs take it: UTC, milliseconds, Z."""
    return utc(moment).isoformat(timespec="milliseconds").replace("+00:00", "Z")
