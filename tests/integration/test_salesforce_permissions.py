"""The Salesforce connector and an API user who may not do everything: nothing is half written, all is named."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from leadwright import connectors
from leadwright.connectors.base import FieldSpec
from leadwright.connectors.errors import AuthError
from leadwright.settings import Settings
from leadwright.transform.project import Transform
from leadwright_sandbox.salesforce import Salesforce
from leadwright_sandbox.store import Store
from leadwright_sandbox.testing.org import Served, TestClock, served
from tests import parsed_project
from tests.installation import ROOT

SCORE = FieldSpec("Leadwright_Score__c", "Score", "number")
READS = {"Lead": ["Id", "Company", "Leadwright_Score__c"], "Account": ["Id", "Name"]}


@contextmanager
def org_without(folder: Path, *lacking: str) -> Iterator[tuple[Served, Any]]:
    """A served org whose API user lacks permissions, and a connector to it."""
    everything = Salesforce(Store(), TestClock(), limits=False).org.all_permissions()
    assert everything.issuperset(lacking)
    with served(folder, limits=False, permissions=everything - set(lacking)) as org:
        token = org.credentials["token"]
        connector: Any = connectors.connect("salesforce", {"url": org.url, "token": token, "ca": org.ca_file})
        yield org, connector
        connector._org._session.close()
        gc.collect()  # the server waits for every connection, also for those that a check left behind


def problems(connector: Any, reads: dict[str, list[str]]) -> dict[str, str]:
    return {f.check: f.detail for f in connector.check(reads, {"Lead": [SCORE]}) if not f.ok}


def test_no_edit_right_on_an_object_stops_before_anything_is_made(tmp_path: Path) -> None:
    with org_without(tmp_path, "EditLeads") as (org, connector):
        with pytest.raises(AuthError, match="may not change any Lead") as caught:
            connector.ensure_fields("Lead", [SCORE])
        assert caught.value.missing == ("Edit on Lead",)
        assert SCORE.name not in {f["name"] for f in org.client().Lead.describe()["fields"]}
        assert problems(connector, READS) == {"Salesforce objects": "no edit access: Lead"}


def test_an_object_that_is_pulled_and_hidden_is_named(tmp_path: Path) -> None:
    with org_without(tmp_path, "ReadAccounts", "EditAccounts") as (_, connector):
        assert problems(connector, READS) == {"Salesforce objects": "no read access: Account"}


def test_a_field_that_is_pulled_and_hidden_is_named_but_ours_are_not(tmp_path: Path) -> None:
    with org_without(tmp_path) as (_, connector):
        reads = {**READS, "Account": ["Id", "Region__c", "Leadwright_Later__c"]}
        assert problems(connector, reads) == {"Salesforce Account fields": "not visible: Region__c"}
        assert problems(connector, READS) == {}


def test_a_field_that_is_there_and_read_only_is_named(tmp_path: Path) -> None:
    with org_without(tmp_path) as (org, connector):
        assert connector.ensure_fields("Lead", [SCORE]) == [SCORE.name]
        (row,) = org.client().query("SELECT Id FROM FieldPermissions WHERE SobjectType = 'Lead'")["records"]
        org.client().FieldPermissions.update(row["Id"], {"PermissionsEdit": False})
        with pytest.raises(AuthError, match="Leadwright_Score__c") as caught:
            connector.ensure_fields("Lead", [SCORE])
        assert caught.value.missing == ("Edit on Lead.Leadwright_Score__c",)
        assert problems(connector, READS) == {"Salesforce Lead fields": f"no edit access: {SCORE.name}"}


README = {
    "API Enabled": "ApiEnabled", "Customize Application": "ModifyMetadata",
    "Manage Profiles and\nPermission Sets":
        "ReadPermissionSets EditPermissionSets ReadFieldPermissions EditFieldPermissions",
    "Assign Permission Sets": "AssignPermissionSets ReadPermissionSetAssignments EditPermissionSetAssignments",
    "read on Lead,\nContact, Account, Opportunity, Task, Event, Campaign and User":
        "ReadLeads ReadContacts ReadAccounts ReadOpportunities ReadTasks ReadEvents ReadCampaigns ReadUsers",
    "edit on Lead, Contact and Account": "EditLeads EditContacts EditAccounts",
}  # fmt: skip
"""What the README says that the API user needs, and what it is called in the sandbox."""


def test_what_the_readme_asks_for_is_enough(tmp_path: Path) -> None:
    text = (ROOT / "README.md").read_text()
    assert all(words in text for words in README)
    everything = Salesforce(Store(), TestClock(), limits=False).org.all_permissions()
    granted = {name for names in README.values() for name in names.split()}
    assert everything.issuperset(granted)
    transform = Transform(Settings(home=tmp_path / "home"), parsed_project.manifest())
    reads = {t.name: [c for c, _ in t.columns] for t in transform.raw_tables() if t.crm == "salesforce"}
    with org_without(tmp_path, *(everything - granted)) as (_, connector):
        assert problems(connector, reads) == {}
        assert connector.ensure_fields("Lead", [SCORE]) == [SCORE.name]
        assert connector.account().startswith("00D")


def test_the_account_is_the_orgs_id(tmp_path: Path) -> None:
    with org_without(tmp_path) as (org, connector):
        (row,) = org.client().query("SELECT Id FROM Organization")["records"]
        assert connector.account() == row["Id"]
        assert connector.account().startswith("00D")


def test_a_user_to_whom_records_are_shared_one_by_one_is_told_of(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    def said(connector: Any) -> str:
        (finding,) = (f for f in connector.check(READS, {}) if f.check == "Salesforce sharing")
        return str(finding.detail)

    with org_without(tmp_path) as (org, connector):
        assert said(connector) == "the API user sees all records"
        org.salesforce.share([])
        assert said(connector).startswith("the API user sees of Lead, Account what is shared with him")
        (permissions,) = org.client().query("SELECT Id FROM PermissionSet")["records"]
        of_leads = {"ParentId": permissions["Id"], "SobjectType": "Lead", "PermissionsViewAllRecords": True}
        org.client().ObjectPermissions.create(of_leads)
        assert said(connector).startswith("the API user sees of Account what is shared with him")
    with org_without(tmp_path_factory.mktemp("other"), "ReadPermissionSets") as (_, connector):
        assert said(connector).endswith("not known")
