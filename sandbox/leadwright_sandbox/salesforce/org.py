"""One org: its schema, its records, its users and its settings, as every endpoint shares them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Protocol

from leadwright_sandbox.salesforce import cascade
from leadwright_sandbox.salesforce.derived import derived
from leadwright_sandbox.salesforce.fields import ObjectType
from leadwright_sandbox.salesforce.ids import IdMaker, full_id
from leadwright_sandbox.salesforce.jobs import Jobs
from leadwright_sandbox.salesforce.locks import Locks
from leadwright_sandbox.salesforce.results import Locators
from leadwright_sandbox.salesforce.rules import Rules
from leadwright_sandbox.salesforce.schema import Schema, View
from leadwright_sandbox.salesforce.seed import INTEGRATION_USERNAME, fresh_rows
from leadwright_sandbox.salesforce.sessions import Sessions, User
from leadwright_sandbox.salesforce.standard import standard_objects
from leadwright_sandbox.salesforce.usage import Usage
from leadwright_sandbox.salesforce.values import Stored, stamp, to_stored
from leadwright_sandbox.salesforce.work import Pace
from leadwright_sandbox.store import Row, Store, quoted

if TYPE_CHECKING:
    from leadwright_sandbox.salesforce.bulk_v1 import BulkJob

AUDITED = ("CreatedDate", "LastModifiedDate", "SystemModstamp", "CreatedById", "LastModifiedById", "OwnerId")
SYSTEM_PERMISSIONS = frozenset({"ApiEnabled", "ModifyMetadata", "AssignPermissionSets", "BulkApiHardDelete"})


@lru_cache(maxsize=4096)  # the rows of a job have the same columns
def _insert(table: str, columns: tuple[str, ...]) -> str:
    names, marks = ", ".join(map(quoted, columns)), ", ".join("?" * len(columns))
    return f"insert into {quoted(table)} ({names}) values ({marks})"


class Clock(Protocol):
    """Where the time comes from."""

    def now(self) -> datetime:
        """The present moment, with its time zone."""
        ...


class Org:
    """The state of the sandbox's Salesforce."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        permissions: frozenset[str] | None,
        session_seconds: float | None,
        usage: Usage,
        number: int = 0,
    ) -> None:
        self.store, self.clock, self.usage = store, clock, usage
        self.ids = IdMaker()
        self.schema = Schema(store, standard_objects())
        cascade.prepare(store)
        self.sessions = Sessions(self.ids.at("00D", number + 1), clock.now, session_seconds)
        self.rules = Rules()
        self.locks = Locks()
        self.locators = Locators(store)
        self.jobs = Jobs(Pace(clock.now))
        self.described: dict[str, str] = {}  # a description's ETag -> when it was first given out
        self.bulk_jobs: dict[str, BulkJob] = {}  # of the older Bulk API
        all_permissions = self.all_permissions()
        self.integration_user = self.sessions.add_user(
            User(
                self.ids.next("005"),
                INTEGRATION_USERNAME,
                all_permissions if permissions is None else permissions,
            )
        )
        self._seed()

    def _seed(self) -> None:
        for name, rows in fresh_rows(self.sessions.org_id, self.integration_user.id).items():
            for row in rows:
                self.insert(self.schema.require(name), self.loaded_values(self.schema.require(name), row))

    def all_permissions(self) -> frozenset[str]:
        """Every permission there is."""
        nouns = [each.permission_noun for each in self.schema.objects.values()]
        return SYSTEM_PERMISSIONS | {f"{verb}{noun}" for noun in nouns for verb in ("Read", "Edit")}

    def stamp(self) -> str:
        """This moment as it is stored."""
        return stamp(self.clock.now())

    def loaded_values(self, object_type: ObjectType, row: Mapping[str, Any]) -> dict[str, Stored]:
        """A row given in the API's field names as it is stored, with what the system always fills."""
        known = ((object_type.fields[name.lower()], value) for name, value in row.items())
        values = {field.name: to_stored(field, value) for field, value in known if field.stored}
        return Filler(self, object_type).fill(values)

    def view(self, user: User, *, tooling: bool = False) -> View:
        """The schema as `user` sees it now."""
        rows = self.store.db.execute(
            """
            select lower(p."Field") as field, p."PermissionsEdit" as edit
            from "sf_FieldPermissions" as p
            join "sf_PermissionSetAssignment" as a on a."PermissionSetId" = p."ParentId"
            where a."AssigneeId" = ? and (p."PermissionsRead" or p."PermissionsEdit")
            """,
            [user.id],
        ).fetchall()
        return View(
            self.schema,
            user.permissions,
            frozenset(row["field"] for row in rows),
            frozenset(row["field"] for row in rows if row["edit"]),
            tooling,
            user.owners,
        )

    def insert(self, object_type: ObjectType, values: Mapping[str, Stored]) -> None:
        """Store one new record."""
        self.store.db.execute(_insert(object_type.table, tuple(values)), list(values.values()))

    def row(self, object_name: str, record_id: str) -> Row | None:
        """One stored record, by either spelling of its id."""
        table = quoted(self.schema.require(object_name).table)
        rows = self.store.rows(
            f'select * from {table} where "Id" in (?, ?) limit 1', [record_id, full_id(record_id)]
        )
        return rows[0] if rows else None

    def object_of(self, record_id: str) -> ObjectType | None:
        """The object that has a record with this id: by its key prefix, else (loaded ids are free text) by looking."""
        by_prefix = self.schema.of_prefix(record_id)
        candidates = ([by_prefix] if by_prefix else []) + list(self.schema.objects.values())
        return next((each for each in candidates if self.row(each.name, record_id) is not None), None)

    def stage(self, name: str) -> Row:
        """An opportunity stage; an unknown one is open and has no probability."""
        found = self.store.rows('select * from "sf_OpportunityStage" where "ApiName" = ?', [name])
        unknown = {"IsClosed": 0, "IsWon": 0, "DefaultProbability": None}
        return found[0] if found else unknown | {"ForecastCategory": None, "ForecastCategoryName": None}

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All writes inside, or none."""
        self.store.db.execute("savepoint org")
        try:
            yield
        except BaseException:
            self.store.db.execute("rollback to org")
            self.store.db.execute("release org")
            raise
        self.store.db.execute("release org")


class Filler:
    """Completes rows of one object that were given by somebody who is not the system."""

    def __init__(self, org: Org, object_type: ObjectType) -> None:
        self.org, self.object_type = org, object_type
        self.defaults = object_type.defaults()
        self.has = {name for name in AUDITED if object_type.get(name) is not None}

    def fill(self, given: dict[str, Stored]) -> dict[str, Stored]:
        """`given` with defaults and what follows from it, where it does not say otherwise; with id and dates."""
        filled = self.defaults | derived(self.org, self.object_type.name, given, self.defaults | given)
        values = filled | {
            name: value for name, value in given.items() if value is not None or name not in filled
        }
        return self.audited(values)

    def audited(self, values: dict[str, Stored]) -> dict[str, Stored]:
        """`values` with id, owner, dates and users where they are missing."""
        if not values.get("Id"):
            values["Id"] = self.org.ids.next(self.object_type.prefix)
        user = self.org.integration_user.id
        created = values.get("CreatedDate") or self.org.stamp()
        modified = values.get("LastModifiedDate") or values.get("SystemModstamp") or created
        moments = {"CreatedDate": created, "LastModifiedDate": modified}
        moments["SystemModstamp"] = values.get("SystemModstamp") or modified
        for name in self.has:
            if not values.get(name):
                values[name] = moments.get(name, user)
        return values
