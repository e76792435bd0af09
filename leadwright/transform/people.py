"""Which columns of raw and staging tables hold ids of people: those whose yml says `names`, and the keys of people.

From the unified models on, columns of one name mean the same everywhere (`record_key`, `lead_id`); before them each
system calls its ids as it likes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from leadwright.transform.project import Transform

Names = tuple[tuple[str, tuple[str, ...]], ...]
"""Columns, and the objects whose ids each may hold, as record keys call these."""


@dataclass(frozen=True, slots=True)
class IdColumn:
    """A column with ids of people's records, or of what is told of people.

    Attributes:
        objects: of what, as record keys call it: one, or several where the ids tell them apart.
        crm: the account that all rows are from; empty where a column `crm` says it.
    """

    schema: str
    table: str
    column: str
    objects: tuple[str, ...]
    crm: str = ""


def named(node: Any) -> Names:
    """The columns of a source or a model of dbt's manifest that hold ids of people, or of what is told of them."""
    meta = node.config.meta
    own = [(meta["key"], (meta["record_object"],))] if meta.get("holds") == "people" else []
    marks = {
        name: (column.config.meta or column.meta).get("names", ()) for name, column in node.columns.items()
    }
    return (*own, *((name, tuple(objects)) for name, objects in marks.items() if objects))


def id_columns(transform: Transform) -> list[IdColumn]:
    """All such columns: of each raw table of each account, and of each model."""
    raw = [
        IdColumn(table.schema, table.name, column, objects, table.crm)
        for table in transform.raw_tables()
        for column, objects in table.names
    ]
    models = (n for n in transform.manifest().nodes.values() if str(n.resource_type) == "model")
    return raw + [IdColumn(m.schema, m.name, column, objects) for m in models for column, objects in named(m)]
