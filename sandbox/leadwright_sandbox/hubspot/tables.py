"""The tables behind the portal's records: one per object type, one column per property. They number the records."""

from __future__ import annotations

from leadwright_sandbox.hubspot.objects import ObjectType
from leadwright_sandbox.hubspot.properties import Property
from leadwright_sandbox.store import Store, quoted

TEXT_ID_ORDER = 1 << 62  # ids that are not numbers come after those that are, in the order of their letters
FIRST_ID = 101
MORE_EMAILS = "hs_additional_emails"  # of a contact, separated by semicolons
FURTHER_EMAILS = "_further_emails"  # one row per e-mail among them, in lower case
HIDDEN = {
    "_order": "integer not null",
    "_archived": "integer not null",
    "_archived_at": "text",
    "_merged_into": "text",
    "_source": "text",
}


def order_of(record_id: str) -> int:
    """The place of `record_id` among all ids: HubSpot sorts by number, the sandbox's ids may be any text."""
    if record_id.isascii() and record_id.isdigit() and len(record_id) < 19:
        return int(record_id)
    return TEXT_ID_ORDER


class Tables:
    """Makes and changes the tables, and gives out the ids of new records."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._next_ids: dict[str, int] = {}

    def create(self, kind: ObjectType) -> None:
        """Create the table of `kind` with its indexes."""
        table = quoted(kind.name)
        columns = {name: known.collation for name, known in kind.properties.items()}
        self._store.create_table(kind.name, HIDDEN | columns, "hs_object_id")
        for name, columns_of_index in {
            "ids": "_archived, _order, hs_object_id",
            "changes": f"_archived, {quoted(kind.modified)}, _order, hs_object_id",
        }.items():
            index = quoted(f"{kind.name}_{name}")
            self._store.db.execute(f"create index if not exists {index} on {table} ({columns_of_index})")
        for known in kind.properties.values():
            if known.unique:
                self._index_unique(kind, known)
        if MORE_EMAILS in kind.properties:
            self._list_further_emails()

    def _list_further_emails(self) -> None:
        """Keep a table of contacts' further e-mails, however they are written."""
        listed = f"'[' || replace(json_quote(lower(new.{MORE_EMAILS})), ';', '\",\"') || ']'"
        forget = f"delete from {FURTHER_EMAILS} where record_id = old.hs_object_id;"
        note = (
            f"insert or ignore into {FURTHER_EMAILS} select value, new.hs_object_id from json_each({listed}) "
            "where value <> '';"
        )
        self._store.db.executescript(
            f"create table if not exists {FURTHER_EMAILS} "
            "(email text, record_id text, primary key (email, record_id)) without rowid;"
            f"create index if not exists {FURTHER_EMAILS}_of on {FURTHER_EMAILS} (record_id);"
            f"create trigger if not exists {FURTHER_EMAILS}_made after insert on contacts "
            f"when new.{MORE_EMAILS} > '' begin {note} end;"
            f"create trigger if not exists {FURTHER_EMAILS}_changed after update of {MORE_EMAILS} on contacts "
            f"begin {forget} {note} end;"
            f"create trigger if not exists {FURTHER_EMAILS}_gone after delete on contacts "
            f"when old.{MORE_EMAILS} > '' begin {forget} end;"
        )

    def drop(self, kind: ObjectType) -> None:
        """Remove the table of `kind` and everything in it."""
        self._store.db.execute(f"drop table if exists {quoted(kind.name)}")
        self._next_ids.pop(kind.name, None)

    def add_property(self, kind: ObjectType, added: Property) -> None:
        """Give `kind` a further property."""
        if added.name not in self._store.columns(kind.name):
            self._store.add_column(kind.name, added.name, added.collation)
        kind.properties[added.name] = added
        if added.unique:
            self._index_unique(kind, added)

    def _index_unique(self, kind: ObjectType, known: Property) -> None:
        index = quoted(f"{kind.name}_by_{known.name}")
        column = quoted(known.name)
        self._store.db.execute(
            f"create index if not exists {index} on {quoted(kind.name)} ({column}, _archived) where {column} <> ''"
        )

    def next_id(self, kind: ObjectType) -> str:
        """The id of the next record of `kind`: one more than the highest number in use."""
        if kind.name not in self._next_ids:
            rows = self._store.rows(
                f"select max(_order) as top from {quoted(kind.name)} where _order < {TEXT_ID_ORDER}"
            )
            self._next_ids[kind.name] = max(FIRST_ID, (rows[0]["top"] or 0) + 1)
        taken = self._next_ids[kind.name]
        self._next_ids[kind.name] = taken + 1
        return str(taken)

    def forget_next_id(self, kind: ObjectType) -> None:
        """Look the highest id up again before the next record: rows were loaded."""
        self._next_ids.pop(kind.name, None)
