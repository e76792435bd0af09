"""Creating, changing and deleting records: one path for row calls, collections, composite and Bulk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from leadwright_sandbox import row_faults
from leadwright_sandbox.salesforce.cascade import drop_children, remove_children, restore_children
from leadwright_sandbox.salesforce.checks import check_member, check_required, check_values, check_writable
from leadwright_sandbox.salesforce.derived import Values, activity_account, derived
from leadwright_sandbox.salesforce.errors import ApiError, RowError
from leadwright_sandbox.salesforce.fields import Field, ObjectType
from leadwright_sandbox.salesforce.grants import check_grant
from leadwright_sandbox.salesforce.history import track_changes, track_created
from leadwright_sandbox.salesforce.org import Filler, Org
from leadwright_sandbox.salesforce.schema import View
from leadwright_sandbox.salesforce.sessions import User
from leadwright_sandbox.salesforce.values import BadValueError, Stored, to_stored
from leadwright_sandbox.store import Row, quoted

IGNORED = ("attributes", "id")


def read_text(field: Field, text: str) -> Stored:
    """A text as the value of a field, where only the record fails if it is none."""
    try:
        return to_stored(field, text)
    except BadValueError as error:
        raise RowError("INVALID_TYPE_ON_FIELD_IN_RECORD", f"{field.label}: {error}", [field.name]) from error


def _check_not_refused() -> None:
    """Refuse a record that the control API wants refused."""
    if refused := row_faults.refusal():
        raise RowError(*refused)


@dataclass(frozen=True)
class Options:
    """What the headers of a request ask of a save."""

    auto_assign: bool = True
    save_duplicates: bool = False
    base: str = ""  # what the addresses of records start with


@dataclass(frozen=True)
class Writer:
    """Saves records on behalf of one user."""

    org: Org
    user: User
    view: View
    options: Options = Options()

    def read_json(self, object_type: ObjectType, body: Mapping[str, Any]) -> Values:
        """A record's JSON as stored values; what cannot be read fails the whole request, as in the real parser."""
        values: Values = {}
        for name, value in body.items():
            if name.lower() in IGNORED:
                continue
            field = self.view.find_field(object_type, name)
            if field is None:
                message = f"No such column '{name}' on sobject of type {object_type.name}"
                raise ApiError(400, "INVALID_FIELD", message)
            try:
                values[field.name] = to_stored(field, value, lenient=False)
            except BadValueError as error:
                spelled = "VALUE_STRING" if isinstance(value, str) else "VALUE_NUMBER_INT"
                message = (
                    f"Cannot deserialize instance of {field.kind} from {spelled} value {value} or request may be "
                    "missing a required field"
                )
                raise ApiError(400, "JSON_PARSER_ERROR", message) from error
        return values

    def create(self, object_type: ObjectType, given: Values) -> str:
        """Save a new record; its id."""
        org = self.org
        _check_not_refused()
        check_writable(self.view, object_type, given, creating=True)
        check_required(object_type, given, creating=True)
        check_values(org, object_type, given, None)
        check_grant(org, object_type, given)
        if object_type.name == "CampaignMember":
            check_member(org, given)
        assigned = self._assigned(object_type, given, given)
        values = object_type.defaults() | {
            name: value for name, value in assigned.items() if value is not None
        }
        values |= derived(org, object_type.name, given, values)
        values |= activity_account(org, object_type.name, given, values)
        org.rules.check(org, object_type, None, values, self.options)
        record_id = self._free_id(object_type)
        values |= {"Id": record_id}
        values |= self._authors(object_type, values)
        org.insert(object_type, Filler(org, object_type).audited(values))
        track_created(org, object_type.name, record_id, self.user.id)
        return record_id

    def _free_id(self, object_type: ObjectType) -> str:
        """An id that no loaded record has."""
        while self.org.row(object_type.name, record_id := self.org.ids.next(object_type.prefix)) is not None:
            continue
        return record_id

    def _authors(self, object_type: ObjectType, values: Values) -> Values:
        names = ("CreatedById", "LastModifiedById", *(() if values.get("OwnerId") else ("OwnerId",)))
        return {name: self.user.id for name in names if object_type.get(name)}

    def _assigned(self, object_type: ObjectType, given: Values, after: Values) -> Values:
        """Leads go through the active assignment rule on every save that does not switch it off."""
        if object_type.name != "Lead" or not self.options.auto_assign:
            return given
        owner = self.org.rules.assigned_owner(after)
        return given | ({"OwnerId": owner} if owner else {})

    def find(self, object_type: ObjectType, record_id: str) -> Row:
        """The record that is to be changed."""
        row = self.org.row(object_type.name, record_id)
        if row is None:
            raise RowError("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id")
        if not self.view.shows(object_type, str(row["Id"])):
            message = "insufficient access rights on cross-reference id"
            raise RowError("INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY", message)
        if row.get("IsDeleted"):
            raise RowError("ENTITY_IS_DELETED", "entity is deleted")
        return row

    def update(self, object_type: ObjectType, record_id: str, given: Values) -> None:
        """Save changes to a record; like the real service it moves SystemModstamp even if nothing differs."""
        org, before = self.org, self.find(object_type, record_id)
        _check_not_refused()
        self.org.locks.check(str(before["Id"]))
        check_writable(self.view, object_type, given, creating=False)
        if before.get("IsConverted"):
            raise RowError("CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead")
        check_required(object_type, given, creating=False)
        check_values(org, object_type, given, str(before["Id"]))
        given = self._assigned(object_type, given, before | given)
        after = before | given
        changes = given | derived(org, object_type.name, given, after)
        changes |= activity_account(org, object_type.name, given, after)
        org.rules.check(org, object_type, before, before | changes, self.options)
        self.write(object_type, before, changes)

    def write(self, object_type: ObjectType, before: Row, changes: Values) -> None:
        """Store checked changes with their dates and their history."""
        now = self.org.stamp()
        stamps: Values = {"LastModifiedDate": now, "LastModifiedById": self.user.id, "SystemModstamp": now}
        changes = changes | {name: value for name, value in stamps.items() if object_type.get(name)}
        self.org.store.update(object_type.table, "Id", str(before["Id"]), changes)
        track_changes(self.org, object_type.name, before, before | changes, self.user.id)

    def delete(self, object_type: ObjectType, record_id: str) -> None:
        """Put a record in the recycle bin; objects without one lose it for good."""
        row = self.find(object_type, record_id)
        _check_not_refused()
        self.org.locks.check(str(row["Id"]))
        if not object_type.deletable or not self.view.can("Edit", object_type):
            raise RowError("INSUFFICIENT_ACCESS_OR_READONLY", "insufficient access rights on object id")
        self.drop(object_type, row)

    def drop(self, object_type: ObjectType, row: Row) -> None:
        """Delete a record that may be deleted, with its children."""
        if object_type.get("IsDeleted"):
            drop_children(self, object_type, str(row["Id"]))
            self.write(object_type, row, {"IsDeleted": 1})
        else:
            self.hard_delete(object_type, str(row["Id"]))

    def restore(self, object_type: ObjectType, row: Row) -> None:
        """Take a record out of the recycle bin, and the children that went with it."""
        changes: Values = {"IsDeleted": 0}
        if object_type.get("MasterRecordId"):
            changes["MasterRecordId"] = None
        self.write(object_type, row, changes)
        restore_children(self, object_type, str(row["Id"]))

    def hard_delete(self, object_type: ObjectType, record_id: str) -> None:
        """Remove a record and its children so that not even queryAll finds them."""
        remove_children(self, object_type, record_id)
        self.org.store.db.execute(f'delete from {quoted(object_type.table)} where "Id" = ?', [record_id])

    def match(self, object_type: ObjectType, field_name: str, value: str) -> list[str]:
        """The ids of the records whose external id `field_name` is `value`."""
        field = self.view.find_field(object_type, field_name)
        if field is None or not (field.external_id or field.kind == "id"):
            message = "Provided external ID field does not exist or is not accessible: " + field_name
            raise ApiError(404, "NOT_FOUND", message)
        live = ' and not "IsDeleted"' if object_type.get("IsDeleted") else ""
        live += f" and {shared}" if (shared := self.view.shared(object_type, "t")) else ""
        sql = f'select "Id" from {quoted(object_type.table)} as t where {quoted(field.name)} = ?{live}'
        return [str(row["Id"]) for row in self.org.store.rows(sql, [value])]

    def upsert(self, object_type: ObjectType, field_name: str, key: str, given: Values) -> tuple[str, bool]:
        """Update the record whose external id is `key`, or create it; its id and whether it is new."""
        found = self.match(object_type, field_name, key)
        if len(found) > 1:
            raise RowError(
                "DUPLICATE_EXTERNAL_ID", f"{field_name}: more than one record found for external id field"
            )
        field = object_type.fields[field_name.lower()]
        if found:
            self.update(object_type, found[0], {n: v for n, v in given.items() if n != field.name})
            return found[0], False
        if field.kind == "id":
            raise RowError("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id")
        return self.create(object_type, given | {field.name: read_text(field, key)}), True
