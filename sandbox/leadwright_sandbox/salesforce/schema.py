"""The org's objects and fields, and which of them a user may see."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from leadwright_sandbox.salesforce.errors import ApiError, invalid_field
from leadwright_sandbox.salesforce.fields import Field, ObjectType
from leadwright_sandbox.store import Store, quoted, quoted_text

# what incremental readers and the writers' lookups filter by, and the children of a record
INDEXED = (
    "SystemModstamp",
    "Email",
    "CreatedDate",
    "LeadId",
    "OpportunityId",
    "WhoId",
    "AccountId",
    "CampaignId",
)
# only where there is a value: most activities have none, and a million entries for them would be for nothing
INDEXED_VALUES = ("WhatId", "ContactId", "ParentId")
NO_SUCH_OBJECT = (
    "sObject type '{name}' is not supported. If you are attempting to use a custom object, be sure to append the "
    "'__c' after the entity name. Please reference your WSDL or the describe call for the appropriate names."
)
NO_CHILDREN = (
    "Didn't understand relationship '{name}' in FROM part of query call. If you are attempting to use a custom "
    "relationship, be sure to append the '__r' after the custom relationship name. Please reference your WSDL or the "
    "describe call for the appropriate names."
)
NO_SUCH_FIELD = (
    "No such column '{field}' on entity '{name}'. If you are attempting to use a custom field, be sure to append "
    "the '__c' after the custom field name. Please reference your WSDL or the describe call for the appropriate "
    "names."
)


class Schema:
    """All objects of the org, each with its table."""

    def __init__(self, store: Store, objects: Iterable[ObjectType]) -> None:
        self.store = store
        self.objects: dict[str, ObjectType] = {}
        self.recycle_bin_days: int | None = None  # how long queryAll finds a deleted record; None = always
        self._takes_along: dict[str, list[tuple[ObjectType, Field]]] = {}
        for each in objects:
            self.add_object(each)

    def add_object(self, added: ObjectType) -> None:
        """Add an object and make its table."""
        self.objects[added.name.lower()] = added
        for field in added.fields.values():
            for parent in field.references if field.cascades else ():
                self._takes_along.setdefault(parent, []).append((added, field))
        columns = {f.name: f.column_definition for f in added.fields.values() if f.stored}
        self.store.create_table(added.table, columns, "Id")
        for name in INDEXED + INDEXED_VALUES:
            if name in columns:
                index, column = quoted(f"{added.table}_{name}"), quoted(name)
                part = f" where {column} is not null" if name in INDEXED_VALUES else ""
                self.store.db.execute(
                    f"create index if not exists {index} on {quoted(added.table)} ({column}){part}"
                )

    def add_field(self, owner: ObjectType, added: Field) -> None:
        """Add a field and its column."""
        if added.stored and added.name not in self.store.columns(owner.table):
            self.store.add_column(owner.table, added.name, added.column_definition)
        owner.add(added)

    def remove_field(self, owner: ObjectType, name: str) -> None:
        """Remove a custom field with its values."""
        gone = owner.remove(name)
        if gone.stored:
            self.store.db.execute(f"alter table {quoted(owner.table)} drop column {quoted(gone.name)}")

    def takes_along(self, parent: ObjectType) -> list[tuple[ObjectType, Field]]:
        """The objects whose records are deleted with a record of `parent`, and their references to it."""
        return self._takes_along.get(parent.name, [])

    def find(self, name: str) -> ObjectType | None:
        """The object called `name`, in any case."""
        return self.objects.get(name.lower())

    def require(self, name: str) -> ObjectType:
        """The object called `name`; a name that must be right because the sandbox wrote it."""
        return self.objects[name.lower()]

    def of_prefix(self, record_id: str) -> ObjectType | None:
        """The object an id belongs to by its key prefix (the sandbox's own ids only)."""
        return next((o for o in self.objects.values() if o.prefix == record_id[:3]), None)


# Objects without permissions of their own: who may read the parent may read them.
_FOLLOWS = {
    "CampaignMember": "Campaigns",
    "LeadHistory": "Leads",
    "OpportunityContactRole": "Opportunities",
    "OpportunityFieldHistory": "Opportunities",
    "OpportunityHistory": "Opportunities",
}
# The parent that such an object's records are shared with, and their reference to it.
_SHARED_WITH = {
    "CampaignMember": ("Campaign", "CampaignId"),
    "LeadHistory": ("Lead", "LeadId"),
    "OpportunityContactRole": ("Opportunity", "OpportunityId"),
    "OpportunityFieldHistory": ("Opportunity", "OpportunityId"),
    "OpportunityHistory": ("Opportunity", "OpportunityId"),
    "OpportunityLineItem": ("Opportunity", "OpportunityId"),
}
# Objects that everybody who may use the API reads.
_OPEN = frozenset({"Group", "GroupMember", "Organization"})


@dataclass(frozen=True)
class View:
    """The schema as one user sees it: permissions per object, field-level security per guarded field, sharing.

    `owners`: whose records he sees; None where he sees everybody's.
    """

    schema: Schema
    permissions: frozenset[str]
    readable: frozenset[str]  # guarded fields as `Lead.Score__c`, lower case
    editable: frozenset[str]
    tooling: bool = False
    owners: frozenset[str] | None = None

    def shared(self, object_type: ObjectType, alias: str) -> str:
        """The SQL condition for the records, in a table called `alias`, that the user sees; empty for all."""
        if self.owners is None:
            return ""
        if object_type.name in _SHARED_WITH:
            parent, reference = _SHARED_WITH[object_type.name]
            seen = self.shared(self.schema.require(parent), "parent")
            table = quoted(self.schema.require(parent).table)
            return f'{alias}.{quoted(reference)} in (select "Id" from {table} as parent where {seen})'
        if object_type.get("OwnerId") is None:
            return ""
        owners = ", ".join(quoted_text(owner) for owner in sorted(self.owners))
        return f'{alias}."OwnerId" in ({owners})'

    def shows(self, object_type: ObjectType, record_id: str) -> bool:
        """Whether a record that is there is shared with the user."""
        condition = self.shared(object_type, "t")
        if not condition:
            return True
        sql = f'select 1 from {quoted(object_type.table)} as t where "Id" = ? and {condition}'
        return bool(self.schema.store.rows(sql, [record_id]))

    def can(self, verb: str, object_type: ObjectType) -> bool:
        """Whether the user may `Read` or `Edit` records of the object."""
        if verb == "Read" and object_type.name in _OPEN:
            return True
        return f"{verb}{_FOLLOWS.get(object_type.name, object_type.permission_noun)}" in self.permissions

    def find(self, name: str) -> ObjectType | None:
        """The object, where this user and this API see it."""
        found = self.schema.find(name)
        if found is None or (found.tooling and not self.tooling) or not self.can("Read", found):
            return None
        return found

    def object(self, name: str) -> ObjectType:
        """The object, or the INVALID_TYPE of the query API."""
        found = self.find(name)
        if found is None:
            raise ApiError(400, "INVALID_TYPE", NO_SUCH_OBJECT.format(name=name))
        return found

    def sees(self, owner: ObjectType, field: Field) -> bool:
        """Whether the user can read the field."""
        return not field.guarded or f"{owner.name}.{field.name}".lower() in self.readable

    def edits(self, owner: ObjectType, field: Field) -> bool:
        """Whether the user can write the field."""
        return not field.guarded or f"{owner.name}.{field.name}".lower() in self.editable

    def find_field(self, owner: ObjectType, name: str) -> Field | None:
        """The field, where this user sees it."""
        found = owner.get(name)
        return found if found is not None and self.sees(owner, found) else None

    def field(self, owner: ObjectType, name: str) -> Field:
        """The field, or the INVALID_FIELD of the query API (a hidden field looks like one that is not there)."""
        found = self.find_field(owner, name)
        if found is None:
            raise invalid_field(NO_SUCH_FIELD.format(field=name, name=owner.name))
        return found

    def fields(self, owner: ObjectType) -> list[Field]:
        """All fields of the object this user sees."""
        return [f for f in owner.fields.values() if self.sees(owner, f)]

    def children(self, parent: ObjectType, name: str) -> tuple[ObjectType, Field]:
        """The object that `parent` calls `name` and its reference to it, or the INVALID_TYPE of the query API."""
        for child in self.schema.objects.values():
            for field in self.fields(child) if self.find(child.name) else ():
                if parent.name in field.references and (field.children or "").lower() == name.lower():
                    return child, field
        raise ApiError(400, "INVALID_TYPE", NO_CHILDREN.format(name=name))
