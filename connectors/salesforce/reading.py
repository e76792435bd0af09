"""Reads Salesforce objects, deleted rows included: few rows by REST query, many by a Bulk 2.0 query job."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

import pyarrow as pa

from leadwright.connectors.base import ObjectShape, SetAside
from leadwright.connectors.batches import Row, batches, columns, from_tables, spelled
from leadwright.connectors.errors import SchemaDriftError, UnavailableError
from leadwright.connectors.salesforce import answers, bulk, soql
from leadwright.connectors.salesforce.errors import RefusedError
from leadwright.connectors.salesforce.rights import require_readable
from leadwright.connectors.salesforce.transport import Transport

_MOST_REST_ROWS = 2_000
OURS = "Leadwright_"


def pull(
    org: Transport,
    object_name: str,
    shape: ObjectShape,
    fields: Sequence[str],
    since: datetime | None,
    set_aside: SetAside,
) -> Iterator[pa.RecordBatch]:
    """Batches of rows changed at or after `since` (None: all).

    Raises:
        AuthError: the API user may not read the object, from the start or from some page on.
        SchemaDriftError: a field is not there, or hidden.
    """
    wanted = columns(shape, fields)
    try:
        yield from _pulled(org, object_name, shape, wanted, fields, since, set_aside)
    except (RefusedError, SchemaDriftError):
        _known(org, object_name, wanted)  # says what is missing by now, where that is it
        raise


def _pulled(
    org: Transport,
    object_name: str,
    shape: ObjectShape,
    wanted: Sequence[str],
    fields: Sequence[str],
    since: datetime | None,
    set_aside: SetAside,
) -> Iterator[pa.RecordBatch]:
    cursor = shape.cursor or "SystemModstamp"
    known = _known(org, object_name, wanted)
    where = soql.changed_since(cursor, since)
    if _count(org, object_name, where) > _MOST_REST_ROWS:
        # No ORDER BY: it would keep Salesforce from cutting a large job into pieces.
        job = bulk.start(org, object_name, soql.select(known, object_name, where))
        if job is not None:
            yield from from_tables(bulk.tables(org, job), shape, fields, set_aside)
            return
    rows = _rows(org, object_name, known, f"{where} ORDER BY {cursor}, Id")
    yield from batches(rows, shape, fields, set_aside)


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
