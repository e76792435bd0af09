"""Fields and their permissions, with the answers that an org gives to a user who may not."""

from __future__ import annotations

from typing import Any

import pytest

from leadwright.connectors.base import FieldSpec
from leadwright.connectors.errors import AuthError, FatalError, SchemaDriftError
from leadwright.connectors.salesforce import fields
from leadwright.connectors.salesforce.errors import RefusedError

SCORE = FieldSpec("Leadwright_Score__c", "Score", "number")


class Transport:
    """An org that has the permission set, knows who is logged in, and opens what is created."""

    def __init__(self) -> None:
        self.visible: set[str] = set()
        self.locked: set[str] = set()
        self.editable = True
        self.made: list[str] = []
        self.assigned: list[str] = []
        self.create_error: Exception | None = None
        self.knows_user = True
        self.opens = True
        self.insert_error: str | None = None

    def describe(self, name: str) -> dict[str, Any]:
        return {key: {"updateable": key not in self.locked} for key in self.visible}

    def described(self, name: str) -> tuple[bool, dict[str, Any]]:
        return self.editable, self.describe(name)

    def call(self, what: str, action: Any) -> Any:
        return action(self)

    def read(self, what: str, promise: Any, action: Any) -> Any:
        return promise(what, action(self))

    def query(self, what: str, text: str) -> list[dict[str, str]]:
        if "CreatedById" in text:
            return [{"CreatedById": "005made"}]
        return [{"Id": "0PS"}] if "PermissionSet WHERE Name" in text else []

    def oauth2(self, path: str) -> dict[str, str]:
        if not self.knows_user:
            raise AuthError("scope")
        return {"user_id": "005asked"}

    def toolingexecute(self, path: str, method: str, data: dict[str, Any]) -> None:
        if self.create_error:
            raise self.create_error
        self.made.append(data["FullName"])

    def restful(self, path: str, method: str, json: dict[str, Any]) -> list[dict[str, Any]]:
        for record in json["records"]:
            if record["attributes"]["type"] == "FieldPermissions" and self.opens:
                self.visible.add(record["Field"].split(".")[1])
            elif "AssigneeId" in record:
                self.assigned.append(record["AssigneeId"])
        errors = [{"statusCode": self.insert_error, "message": "no"}] if self.insert_error else []
        return [{"success": not errors, "errors": errors} for _ in json["records"]]


def ensure(org: Transport) -> list[str]:
    return fields.ensure(org, "Lead", [SCORE])  # type: ignore[arg-type]


@pytest.mark.parametrize(("knows_user", "assigned"), [(True, "005asked"), (False, "005made")])
def test_a_field_is_created_opened_and_given_to_the_user(knows_user: bool, assigned: str) -> None:
    org = Transport()
    org.knows_user = knows_user
    assert ensure(org) == ["Leadwright_Score__c"]
    assert org.made == ["Lead.Leadwright_Score__c"]
    assert org.assigned == [assigned]
    assert ensure(org) == []


def test_a_field_that_is_there_but_hidden_is_opened() -> None:
    org = Transport()
    org.create_error = RefusedError("there", status=400, code="DUPLICATE_DEVELOPER_NAME")
    assert ensure(org) == ["Leadwright_Score__c"]


@pytest.mark.parametrize("code", ["DUPLICATE_VALUE", "DUPLICATE_DEVELOPER_NAME"])
def test_what_is_assigned_already_is_as_good(code: str) -> None:
    org = Transport()
    org.insert_error = code
    assert ensure(org) == ["Leadwright_Score__c"]


def test_a_user_who_may_not_create_fields_is_told_which_permission() -> None:
    org = Transport()
    org.create_error = AuthError("403")
    with pytest.raises(AuthError, match="Customize Application") as caught:
        ensure(org)
    assert caught.value.missing == ("Customize Application",)


def test_a_refused_permission_stops() -> None:
    org = Transport()
    org.insert_error = "FIELD_INTEGRITY_EXCEPTION"
    with pytest.raises(FatalError, match="opening the fields"):
        ensure(org)


def test_a_field_that_stays_hidden_is_named() -> None:
    org = Transport()
    org.opens = False
    with pytest.raises(SchemaDriftError, match="Leadwright_Score__c"):
        ensure(org)


def test_an_object_that_may_not_be_changed_gets_no_fields() -> None:
    org = Transport()
    org.editable = False
    with pytest.raises(AuthError, match="may not change any Lead") as caught:
        ensure(org)
    assert caught.value.missing == ("Edit on Lead",)
    assert org.made == []


@pytest.mark.parametrize("there", [True, False])
def test_a_field_that_may_not_be_changed_is_named(there: bool) -> None:
    org = Transport()
    org.locked = {SCORE.name}
    org.visible = {SCORE.name} if there else set()
    with pytest.raises(AuthError, match=r"fields of Lead: Leadwright_Score__c") as caught:
        ensure(org)
    assert caught.value.missing == ("Edit on Lead.Leadwright_Score__c",)
