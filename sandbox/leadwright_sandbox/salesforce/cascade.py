"""What becomes of a record's children when it is deleted, restored or removed for good.

The bin remembers with whom a child went: a parent comes back with those, and without what was deleted before it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from leadwright_sandbox.salesforce.fields import ObjectType
from leadwright_sandbox.store import Row, Store, quoted

if TYPE_CHECKING:
    from leadwright_sandbox.salesforce.org import Org
    from leadwright_sandbox.salesforce.records import Writer

TABLE = "sf_deleted_with"


def prepare(store: Store) -> None:
    """Make the table that remembers who went with whom; both are spelled `Object/Id`."""
    store.create_table(TABLE, {"Child": "text", "Parent": "text"}, "Child")
    store.db.execute(f'create index if not exists "{TABLE}_Parent" on {TABLE} ("Parent")')


def _label(object_type: ObjectType, record_id: str) -> str:
    return f"{object_type.name}/{record_id}"


def _children(org: Org, parent: ObjectType, parent_id: str) -> Iterator[tuple[ObjectType, Row]]:
    for child, reference in org.schema.takes_along(parent):
        sql = f"select * from {quoted(child.table)} where {quoted(reference.name)} = ?"
        yield from ((child, row) for row in org.store.rows(sql, [parent_id]))


def drop_children(writer: Writer, parent: ObjectType, parent_id: str) -> None:
    """Put the children that are there into the bin, too."""
    for child, row in _children(writer.org, parent, parent_id):
        if row.get("IsDeleted"):
            continue
        writer.drop(child, row)
        if child.get("IsDeleted"):
            note = {"Child": _label(child, str(row["Id"])), "Parent": _label(parent, parent_id)}
            writer.org.store.insert_row(TABLE, note)


def restore_children(writer: Writer, parent: ObjectType, parent_id: str) -> None:
    """Take the children out of the bin that went with this record."""
    org, label = writer.org, _label(parent, parent_id)
    found = org.store.rows(f'select "Child" from {TABLE} where "Parent" = ?', [label])
    _forget(org, label)
    for each in found:
        name, _, child_id = str(each["Child"]).partition("/")
        row = org.row(name, child_id)
        if row is not None:
            writer.restore(org.schema.require(name), row)


def remove_children(writer: Writer, parent: ObjectType, parent_id: str) -> None:
    """Remove the children for good, those in the bin as well."""
    for child, row in _children(writer.org, parent, parent_id):
        writer.hard_delete(child, str(row["Id"]))
    _forget(writer.org, _label(parent, parent_id))


def _forget(org: Org, label: str) -> None:
    org.store.db.execute(f'delete from {TABLE} where "Child" = ? or "Parent" = ?', [label, label])
