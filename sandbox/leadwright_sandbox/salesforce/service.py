"""The sandbox's Salesforce as those who start it see it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from leadwright_sandbox.salesforce import loading, tooling
from leadwright_sandbox.salesforce.app import App
from leadwright_sandbox.salesforce.fields import Field
from leadwright_sandbox.salesforce.oauth import ConnectedApp
from leadwright_sandbox.salesforce.org import Clock, Org
from leadwright_sandbox.salesforce.rules import AssignmentEntry
from leadwright_sandbox.salesforce.sessions import User
from leadwright_sandbox.salesforce.usage import Usage
from leadwright_sandbox.store import Store


class Salesforce:
    """One org over ASGI, built on a store.

    `permissions` restricts the user that `credentials()` belong to (None = all), `session_seconds` is how long a
    token lasts (None = for ever), `limits` enforces the daily number of calls, `recycle_bin_days` is how long
    queryAll finds deleted records (15 in the real service; None = always, since loaded ones may be older), and
    `number` tells several orgs apart: each has another id.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        limits: bool = True,
        *,
        permissions: frozenset[str] | None = None,
        session_seconds: float | None = None,
        recycle_bin_days: int | None = None,
        number: int = 0,
    ) -> None:
        self.org = Org(store, clock, permissions, session_seconds, Usage(limits, clock.now), number)
        self.org.schema.recycle_bin_days = recycle_bin_days
        self.connected_app = ConnectedApp()
        self.app = App(self.org, self.connected_app)
        self._refresh_token = self.org.sessions.refresh_token(self.org.integration_user)

    def credentials(self) -> dict[str, str]:
        """Everything a client needs to log in, in each of the ways there are."""
        user = self.org.integration_user
        return {
            "token": self.org.sessions.open(user).token,
            "client_id": self.connected_app.client_id,
            "client_secret": self.connected_app.client_secret,
            "refresh_token": self._refresh_token,
            "username": user.username,
            "password": self.connected_app.password,
            "security_token": self.connected_app.security_token,
            "private_key": self.connected_app.private_key,
        }

    def token_for(self, username: str, permissions: Iterable[str]) -> str:
        """A token of a further user with just these permissions (`all_permissions()` lists them)."""
        user = User(self.org.ids.next("005"), username, frozenset(permissions))
        row = {"Id": user.id, "Username": username, "Email": username, "LastName": username.partition("@")[0]}
        loading.load(self.org, "User", [row])
        return self.org.sessions.open(self.org.sessions.add_user(user)).token

    def permit(self, permissions: Iterable[str]) -> None:
        """Let the user of `credentials()` do just this from now on, in his present sessions too."""
        user = replace(self.org.integration_user, permissions=frozenset(permissions))
        self.org.integration_user = self.org.sessions.change(user)

    def share(self, owners: Iterable[str] | None, username: str | None = None) -> None:
        """Let a user (None: the one of `credentials()`) see the records of these owners alone; None: everybody's."""
        known = self.org.integration_user if username is None else self.org.sessions.users[username.lower()]
        user = self.org.sessions.change(replace(known, owners=None if owners is None else frozenset(owners)))
        with self.org.store.transaction():
            self.org.store.db.execute(
                'update "sf_PermissionSet" set "PermissionsViewAllData" = ? where "Id" in '
                '(select "PermissionSetId" from "sf_PermissionSetAssignment" where "AssigneeId" = ?)',
                [owners is None, user.id],
            )
        if known is self.org.integration_user:
            self.org.integration_user = user

    def all_permissions(self) -> frozenset[str]:
        """Every permission a user can have."""
        return self.org.all_permissions()

    def load(self, object_name: str, rows: Iterable[Mapping[str, Any]]) -> int:
        """Store rows as they are (see `loading.load`)."""
        return loading.load(self.org, object_name, rows)

    def object_names(self) -> set[str]:
        """The objects that can be loaded."""
        return {each.name for each in self.org.schema.objects.values() if not each.tooling}

    def key(self, object_name: str) -> tuple[str, ...]:
        """The columns that tell the rows of an object apart."""
        return ("Id",)

    def unique(self, object_name: str) -> tuple[str, ...]:
        """The fields that no two records of an object share a value of."""
        return ("Username",) if object_name == "User" else ()

    def problem(self, object_name: str, field: str, value: str) -> str | None:
        """What is wrong with a text as a value of a field, or None."""
        return loading.problem(self.org, object_name, field, value)

    def load_assignment_rule(self, entries: Iterable[AssignmentEntry]) -> str:
        """Make a lead assignment rule active: leads saved through the API go to the first line that fits."""
        rules = self.org.rules
        rules.assignment = list(entries)
        rules.assignment_rule_id = self.org.ids.next("01Q")
        return rules.assignment_rule_id

    def hide_field(self, object_name: str, name: str) -> None:
        """Hide a field from every user, as an administrator does who takes away the access to it."""
        self.org.schema.require(object_name).fields[name.lower()].guarded = True

    def set_field(self, object_name: str, name: str, kind: str) -> None:
        """Add a custom field that everybody sees, or change the type of one; values that do not fit it are lost."""
        owner = self.org.schema.require(object_name)
        known = owner.get(name)
        if known is None:
            tooling.register(self.org, owner, Field(name, kind, length=255, custom=True, label=name))
        else:
            tooling.retype(self.org, owner, known, kind)

    def remove_field(self, object_name: str, name: str) -> None:
        """Delete a custom field with its values."""
        owner = self.org.schema.require(object_name)
        tooling.remove(self.org, owner, owner.fields[name.lower()])

    def load_formula_field(self, object_name: str, name: str, kind: str, formula: str) -> None:
        """Add a formula field: an SQLite expression in which {Field} and {Relationship.Field} are fields."""
        field = Field(name, kind, custom=True, formula=formula)
        self.org.schema.add_field(self.org.schema.require(object_name), field)
