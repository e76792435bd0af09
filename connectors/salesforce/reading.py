"""Reads Salesforce objects, deleted rows included: few rows by REST query, many by a Bulk 2.0 query job."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

import pyarrow as pa
from simple_salesforce import Salesforce

from leadwright.connectors.base import ObjectShape, Piece, Query, Section, SetAside
from leadwright.connectors.batches import (
    Page,
    Row,
    batches,
    columns,
    from_tables,
    one_batch,
    pieces,
    spelled,
    utc,
)
from leadwright.connectors.errors import SchemaDriftError, UnavailableError
from leadwright.connectors.salesforce import answers, bulk, soql
from leadwright.connectors.salesforce.errors import RefusedError
from leadwright.connectors.salesforce.rights import require_readable
from leadwright.connectors.salesforce.transport import Transport

_MOST_REST_ROWS = 2_000
MOST_KNOWN = 200
"""Seconds in one condition, of some 30 characters each: an address holds 12,000."""

_IDS = 300
_READ_BACK = 2_000
_SECOND = 1.1
OURS = "Leadwright_"


def read(org: Transport, query: Query, shape: ObjectShape, set_aside: SetAside) -> Iterator[Piece]:
    """The rows of `query`, in pieces; see `connectors.base.ResumableSource`.

    Raises:
        AuthError: the API user may not read the object, from the start or from some page on.
        SchemaDriftError: a field is not there, or hidden.
    """
    try:
        yield from _read(org, query, shape, set_aside)
    except (RefusedError, SchemaDriftError):
        _known(org, query.object_name, columns(shape, query.fields))  # says what is missing, where that is it
        raise


def _read(org: Transport, query: Query, shape: ObjectShape, set_aside: SetAside) -> Iterator[Piece]:
    if query.place:
        job, place = bulk.resumed(query.place)
        yield from _bulk_pieces(org, job, place, query, shape, set_aside)
        return
    cursor = shape.cursor or "SystemModstamp"
    first = True
    for start, end, known in _windows(query.since, query.known):
        condition = soql.changed(cursor, start, end, known)
        for piece in _window(org, query, shape, cursor, condition, set_aside):
            if first or piece.rows.num_rows:
                yield piece
            first = False


def _windows(
    since: datetime | None, known: Sequence[datetime]
) -> Iterator[tuple[datetime | None, datetime | None, Sequence[datetime]]]:
    """Stretches of time from `since` on, none of which has more known seconds than fit into a query."""
    seconds = sorted({utc(moment).replace(microsecond=0) for moment in known})
    parts = [seconds[start : start + MOST_KNOWN] for start in range(0, len(seconds), MOST_KNOWN)] or [[]]
    ends = [part[0] for part in parts[1:]]
    yield from zip([since, *ends], [*ends, None], parts, strict=True)


def _window(
    org: Transport, query: Query, shape: ObjectShape, cursor: str, condition: str, set_aside: SetAside
) -> Iterator[Piece]:
    name, wanted, where = query.object_name, columns(shape, query.fields), soql.where(condition)
    if query.since is not None:
        # One call where little changed, which is nearly always; what fields there are is asked only where it fails.
        tail = f"{where} ORDER BY {cursor}, Id"
        with suppress(_ManyRowsError):
            try:
                yield _few(org, query, shape, wanted, tail, set_aside)
            except SchemaDriftError:
                yield _few(org, query, shape, _known(org, name, wanted), tail, set_aside)
            return
    known = _known(org, name, wanted)
    if query.since is not None or _count(org, name, where) > _MOST_REST_ROWS:
        settled = org.now
        # No ORDER BY: it would keep Salesforce from cutting a large job into pieces.
        job = bulk.start(org, name, soql.select(known, name, where))
        if job is not None:
            yield from _bulk_pieces(org, job, bulk.Place(), query, shape, set_aside, settled)
            return
    settled = org.now
    rows = _rows(org, name, known, f"{where} ORDER BY {cursor}, Id")
    for batch in batches(rows, shape, query.fields, set_aside):
        yield Piece(batch, settled_before=settled)


class _ManyRowsError(Exception):
    """There are more rows than are read by REST."""


def _few(
    org: Transport, query: Query, shape: ObjectShape, fields: Sequence[str], tail: str, set_aside: SetAside
) -> Piece:
    """All rows of a query in one piece. Raises _ManyRowsError where they are many, or too wide for one address."""
    others = [name for name in fields if name != "Id"]
    if len(list(soql.split(others, query.object_name, tail))) > 1:
        raise _ManyRowsError
    settled = org.now
    rows: list[Row] = []
    text = soql.select(["Id", *others], query.object_name, tail)
    for page in org.pages(f"querying {query.object_name}", text, deleted=True):
        if page["totalSize"] > _MOST_REST_ROWS:
            raise _ManyRowsError
        rows += page["records"]
    (piece,) = pieces([Page(rows, settled_before=settled)], shape, query.fields, {}, set_aside)
    return piece


def _bulk_pieces(
    org: Transport,
    job: bulk.Job,
    place: bulk.Place,
    query: Query,
    shape: ObjectShape,
    set_aside: SetAside,
    settled: datetime | None = None,
) -> Iterator[Piece]:
    """The rows of a job from `place` on; they were read after `settled`, None of a job of an earlier run."""
    any_yet = False
    for table, following in bulk.tables(org, job, place):
        parts = list(from_tables([table], shape, query.fields, set_aside))
        for batch in parts:
            any_yet = True
            yield Piece(batch, {}, following if batch is parts[-1] and query.since is None else None, settled)
    if not any_yet:
        yield Piece(*from_tables([], shape, query.fields, set_aside))


def count(org: Transport, object_name: str, shape: ObjectShape, section: Section) -> int:
    """How many records of `section` there are that are not deleted."""
    cursor = shape.cursor or "SystemModstamp"
    kept = f"{shape.deleted} = false" if shape.deleted else ""
    seconds = sorted({utc(moment).replace(microsecond=0) for moment in section.at})
    parts = [
        f"{cursor} IN ({', '.join(map(soql.moment, seconds[start : start + MOST_KNOWN]))})"
        for start in range(0, len(seconds), MOST_KNOWN)
    ]
    if section.before is not None:
        earlier = f"{cursor} < {soql.moment(section.before)}"
        parts = [f"({earlier} OR {parts[0]})", *parts[1:]] if parts else [earlier]
    parts = parts or [""]
    what = f"counting {object_name}"
    total = 0
    for part in parts:
        text = soql.select(["COUNT()"], object_name, soql.where(kept, part, *_ids(section)))
        total += org.get(what, answers.count, "queryAll/", {"q": text})
    return total


def between(
    org: Transport, object_name: str, shape: ObjectShape, fields: Sequence[str], section: Section
) -> Iterator[pa.RecordBatch]:
    """The records of a small section that are not deleted."""
    kept = f"{shape.deleted} = false" if shape.deleted else ""
    known = _known(org, object_name, columns(shape, fields))
    rows = _rows(org, object_name, known, f"{soql.where(kept, *_ids(section))} ORDER BY Id")
    yield from batches(rows, shape, fields, lambda _: None)


def _ids(section: Section) -> list[str]:
    return [
        f"Id {sign} {soql.literal(value)}"
        for sign, value in ((">", section.after_id), ("<=", section.up_to_id))
        if value is not None
    ]


def read_back(
    org: Transport, object_name: str, shape: ObjectShape, fields: Sequence[str], ids: Sequence[str]
) -> Iterator[Piece]:
    """The records of `ids` as they are now, two thousand in a call.

    Salesforce keeps whole seconds: until the one of the latest write is over, its rows may change again at the same
    date. So there is a second's wait, and a small call that tells that it is over.
    """
    known = _known(org, object_name, columns(shape, fields))
    time.sleep(_SECOND)
    org.account()
    for start in range(0, len(ids), _READ_BACK):
        settled = org.now
        body = {"ids": list(ids[start : start + _READ_BACK]), "fields": known}
        rows = org.read(
            f"reading {object_name} after the write",
            answers.records,
            _posting(f"composite/sobjects/{object_name}", body),
        )
        yield Piece(one_batch(rows, shape, fields, lambda _: None), settled_before=settled)


def _posting(path: str, body: Mapping[str, object]) -> Callable[[Salesforce], Any]:
    return lambda sf: sf.restful(path, method="POST", json=body)


def absent(org: Transport, object_name: str, ids: Sequence[str]) -> set[str]:
    """Those of `ids` that are not even in the recycle bin."""
    missing = set(ids)
    for start in range(0, len(ids), _IDS):
        where = f" WHERE Id IN {soql.literals(ids[start : start + _IDS])}"
        text = soql.select(["Id"], object_name, where)
        missing.difference_update(
            str(r["Id"]) for r in org.rows(f"reading {object_name} by id", text, deleted=True)
        )
    return missing


def sample(org: Transport, object_name: str, fields: Sequence[str], count: int) -> list[Row]:
    """The values of `fields` in the `count` records that were changed last."""
    tail = f" WHERE IsDeleted = false ORDER BY SystemModstamp DESC LIMIT {count}"
    rows = _rows(org, object_name, fields, tail)
    return [{name: spelled(row.get(name)) for name in fields} for row in rows]


def _known(org: Transport, object_name: str, wanted: Sequence[str]) -> list[str]:
    """The fields to ask for. Ours may be missing (the column stays empty); of the others every one must be there."""
    _, there = require_readable(org, object_name)
    missing = [name for name in wanted if name not in there and not name.startswith(OURS)]
    if missing:
        raise SchemaDriftError(
            f"Salesforce shows no field {', '.join(missing)} on {object_name}. Either the org has no such field: then "
            "take it out of fields.csv, or out of the source file of the dbt project. Or it is hidden from the API "
            "user by field-level security: then give read access in a permission set."
        )
    return [name for name in wanted if name in there]


def _count(org: Transport, object_name: str, where: str) -> int:
    """How many rows there are; many, where Salesforce takes too long to count them."""
    try:
        text = soql.select(["COUNT()"], object_name, where)
        return org.get(f"counting {object_name}", answers.count, "queryAll/", {"q": text})
    except UnavailableError:
        return _MOST_REST_ROWS + 1


def _rows(org: Transport, object_name: str, fields: Sequence[str], tail: str) -> Iterator[Row]:
    """Rows by REST. Where the fields do not fit one address they are read in parts and put together by Id."""
    others = [name for name in fields if name != "Id"]
    first, *more = soql.split(others, object_name, tail)
    if not more:
        yield from _part(org, object_name, ["Id", *first], tail)
        return
    rows = {row["Id"]: dict(row) for row in _part(org, object_name, ["Id", *first], tail)}
    for part in more:
        read = {row["Id"]: row for row in _part(org, object_name, ["Id", *part], tail)}
        # A row that is in one part only came or went meanwhile; the next pull brings it whole.
        rows = {key: {**row, **read[key]} for key, row in rows.items() if key in read}
    yield from rows.values()


def _part(org: Transport, object_name: str, fields: Sequence[str], tail: str) -> Iterator[Row]:
    text = soql.select(fields, object_name, tail)
    return org.rows(f"querying {object_name}", text, deleted=True)
