"""Rows of a query as REST shows them, page by page."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from leadwright_sandbox.salesforce.errors import ApiError
from leadwright_sandbox.salesforce.soql import Column, Plan
from leadwright_sandbox.salesforce.soql_paths import Path
from leadwright_sandbox.salesforce.values import TO_JSON, read_json
from leadwright_sandbox.store import Store, quoted

PAGE = 2000
Place = tuple[
    int, int, bool
]  # of a parent's id and object in the row; whether it could be of several objects
Convert = Callable[[Any], Any]
Converters = Mapping[str, Convert]


@dataclass(frozen=True)
class Shape:
    """How the columns of a statement become a record."""

    expressions: list[str]
    build: Callable[[Sequence[Any]], dict[str, Any]]


def _url(base: str, object_name: str, record_id: str) -> dict[str, str]:
    return {"type": object_name, "url": f"{base}/sobjects/{object_name}/{record_id}"}


def shape(plan: Plan, base: str, converters: Converters = TO_JSON) -> Shape:
    """The statement's columns and how to build records from its rows."""
    if plan.aggregate:
        return _aggregate_shape(plan)
    read = [_cell(each, base, converters) for each in plan.columns]
    expressions = [sql for sql, _ in read]
    id_place = len(expressions)
    expressions.append(plan.root_id)
    places: dict[Path, Place] = {}
    for path, relation in plan.relations.items():
        places[path] = (len(expressions), len(expressions) + 1, relation.polymorphic)
        expressions += [relation.id, relation.object]
    cells = [(c.path[:-1], c.path[-1], read[place][1], place) for place, c in enumerate(plan.columns)]
    name = plan.object.name

    def build(row: Sequence[Any]) -> dict[str, Any]:
        record: dict[str, Any] = {"attributes": _url(base, name, row[id_place])}
        for relation, column, convert, place in cells:
            target = _nested(record, relation, places, row, base) if relation else record
            if target is not None:
                target[column] = convert(row[place]) if convert else row[place]
        return record

    return Shape(expressions, build)


def _cell(column: Column, base: str, converters: Converters) -> tuple[str, Convert | None]:
    """A column's SQL and how its value is shown; children are one JSON text, so that a snapshot holds them too."""
    if column.children is None:
        return column.sql, converters.get(column.kind)
    made = shape(column.children, base, converters)
    named = [f"{sql} as c{place}" for place, sql in enumerate(made.expressions)]
    names = ", ".join(f"c{place}" for place in range(len(named)))

    def show(text: Any) -> dict[str, Any] | None:
        records = [made.build(row) for row in read_json(text)]
        return {"totalSize": len(records), "done": True, "records": records} if records else None

    return f"(select json_group_array(json_array({names})) from ({column.children.statement(named)}))", show


def _nested(
    record: dict[str, Any],
    relation: Path,
    places: dict[Path, Place],
    row: Sequence[Any],
    base: str,
) -> dict[str, Any] | None:
    """The parent record inside `record`, made at its first field; None where there is no parent."""
    target = record
    for depth, step in enumerate(relation, 1):
        id_place, type_place, polymorphic = places[relation[:depth]]
        if row[id_place] is None:
            target[step] = None
            return None
        if target.get(step) is None:
            attributes = _url(base, row[type_place], row[id_place])
            target[step] = {"attributes": attributes | ({"type": "Name"} if polymorphic else {})}
        target = target[step]
    return target


def _aggregate_shape(plan: Plan) -> Shape:
    cells = [(c.path[-1], TO_JSON.get(c.kind), place) for place, c in enumerate(plan.columns)]

    def build(row: Sequence[Any]) -> dict[str, Any]:
        record: dict[str, Any] = {"attributes": {"type": "AggregateResult"}}
        for name, convert, place in cells:
            record[name] = convert(row[place]) if convert else row[place]
        return record

    return Shape([each.sql for each in plan.columns], build)


def snapshot(store: Store, table: str, plan: Plan, expressions: list[str]) -> int:
    """Keep the rows of a query in a table of its own, numbered from 1; their count.

    A page read later must be of the rows as they were, and pages must neither overlap nor leave gaps.
    """
    named = [f"{sql} as c{place}" for place, sql in enumerate(expressions)]
    store.db.execute(f"create temp table {quoted(table)} as {plan.statement(named)}", plan.parameters)
    count = store.db.execute(f"select count(*) from {quoted(table)}").fetchone()[0]
    return int(count)


def drop(store: Store, table: str) -> None:
    """Forget a snapshot."""
    store.db.execute(f"drop table if exists temp.{quoted(table)}")


@dataclass
class Locator:
    """A query that has more pages."""

    user_id: str
    table: str
    build: Callable[[Sequence[Any]], dict[str, Any]]
    total: int


@dataclass
class Locators:
    """The open query locators; the oldest is closed when there are too many, as in the real service."""

    store: Store
    most: int = 40
    by_id: dict[str, Locator] = field(default_factory=dict)

    def first_page(self, plan: Plan, base: str, endpoint: str, size: int, user_id: str) -> dict[str, Any]:
        """The first page of a user's query."""
        if plan.count_only:
            count = self.store.db.execute(plan.count_statement(), plan.parameters).fetchone()[0]
            return {"totalSize": count, "done": True, "records": []}
        made = shape(plan, base)
        rows = self.store.db.execute(plan.statement(made.expressions), plan.parameters).fetchmany(size + 1)
        if len(rows) <= size:
            return {"totalSize": len(rows), "done": True, "records": [made.build(row) for row in rows]}
        locator_id = f"01g{secrets.token_hex(8)}"[:18]
        while len(self.by_id) >= self.most:
            drop(self.store, self.by_id.pop(next(iter(self.by_id))).table)
        total = snapshot(self.store, f"locator_{locator_id}", plan, made.expressions)
        self.by_id[locator_id] = Locator(user_id, f"locator_{locator_id}", made.build, total)
        return self.page(locator_id, 0, size, f"{base}/{endpoint}", user_id)

    def page(self, locator_id: str, start: int, size: int, url: str, user_id: str) -> dict[str, Any]:
        """One page of an open query, for the user who asked it."""
        found = self.by_id.get(locator_id)
        if found is None or found.user_id != user_id:
            raise ApiError(400, "INVALID_QUERY_LOCATOR", "invalid query locator")
        sql = f"select * from temp.{quoted(found.table)} where rowid > ? and rowid <= ?"
        rows = self.store.db.execute(sql, [start, start + size])
        records = [found.build(row) for row in rows]
        done = start + size >= found.total
        body: dict[str, Any] = {"totalSize": found.total, "done": done}
        if not done:
            body["nextRecordsUrl"] = f"{url}/{locator_id}-{start + size}"
        return body | {"records": records}
