"""What happens to records in the sandbox's Salesforce beyond plain saves, and the older ways to call it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as Xml

import pytest
from simple_salesforce import Salesforce as Client
from simple_salesforce.exceptions import (
    SalesforceAuthenticationFailed,
    SalesforceExpiredSession,
    SalesforceMalformedRequest,
)

from leadwright_sandbox.salesforce import DuplicateRule, ValidationRule
from leadwright_sandbox.testing.org import Served, served

SOAP = "/services/Soap/u/59.0"
ENVELOPE = (
    '<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Header><SessionHeader '
    'xmlns="urn:partner.soap.sforce.com"><sessionId>{token}</sessionId></SessionHeader></e:Header><e:Body>'
    '<{name} xmlns="urn:partner.soap.sforce.com">{body}</{name}></e:Body></e:Envelope>'
)


@pytest.fixture
def org(tmp_path: Path) -> Iterator[Served]:
    with served(tmp_path, limits=False) as running:
        yield running


def soap(org: Served, name: str, body: str) -> dict[str, list[str | None]]:
    """The texts of a SOAP answer by element name."""
    envelope = ENVELOPE.format(token=org.credentials["token"], name=name, body=body)
    answer = org.session().post(org.url + SOAP, envelope.encode(), timeout=30)
    found: dict[str, list[str | None]] = {}
    for element in Xml.fromstring(answer.content).iter():
        found.setdefault(element.tag.rpartition("}")[2], []).append(element.text)
    return found


def create_lead(client: Client, **values: Any) -> str:
    return str(client.Lead.create({"LastName": "Doe", "Company": "Acme"} | values)["id"])


def convert(org: Served, lead_id: str, more: str = "") -> dict[str, list[str | None]]:
    wanted = f"<leadId>{lead_id}</leadId><convertedStatus>Qualified</convertedStatus>{more}"
    return soap(org, "convertLead", f"<leadConverts>{wanted}</leadConverts>")


class TestSoapLogin:
    def login(self, org: Served, **changed: Any) -> Client:
        names = ("username", "password", "security_token")
        return Client(**{n: org.credentials[n] for n in names} | changed, session=org.session())

    def test_password_and_token(self, org: Served) -> None:
        assert self.login(org).query("SELECT Id FROM User")["totalSize"] == 1

    def test_wrong_password(self, org: Served) -> None:
        with pytest.raises(SalesforceAuthenticationFailed, match="INVALID_LOGIN"):
            self.login(org, password="wrong")

    def test_gone_since_version_65(self, org: Served) -> None:
        with pytest.raises(SalesforceAuthenticationFailed, match="UNSUPPORTED_API_VERSION"):
            self.login(org, version="65.0")

    def test_no_document_types(self, org: Served) -> None:
        bomb = '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'
        answer = org.session().post(org.url + SOAP, bomb, timeout=30)
        assert (answer.status_code, "not allowed" in answer.text) == (500, True)

    def test_unserved_operation(self, org: Served) -> None:
        assert soap(org, "describeGlobal", "")["exceptionCode"] == ["UNSUPPORTED_OPERATION"]


class TestConversion:
    def test_lead_becomes_contact_account_opportunity(self, org: Served) -> None:
        client = org.client()
        lead_id = create_lead(
            client, FirstName="Jane", Email="jane@acme.com", City="Berlin", Industry="Banking"
        )
        task = client.Task.create({"Subject": "Call", "WhoId": lead_id})["id"]
        became = convert(org, lead_id)
        assert became["success"] == ["true"]
        (contact_id,), (account_id,), (deal_id,) = (
            became[n] for n in ("contactId", "accountId", "opportunityId")
        )
        contact = client.Contact.get(contact_id)
        assert (contact["Name"], contact["Email"], contact["AccountId"]) == (
            "Jane Doe",
            "jane@acme.com",
            account_id,
        )
        account = client.Account.get(account_id)
        assert (account["Name"], account["BillingCity"], account["Industry"]) == ("Acme", "Berlin", "Banking")
        deal = client.Opportunity.get(deal_id)
        assert (deal["Name"], deal["CloseDate"], deal["IsClosed"]) == ("Acme-", "2026-03-31", False)
        lead = client.Lead.get(lead_id)
        assert (lead["IsConverted"], lead["ConvertedDate"], lead["Status"]) == (
            True,
            "2026-03-02",
            "Qualified",
        )
        assert lead["ConvertedOpportunityId"] == deal_id
        assert client.Task.get(task)["WhoId"] == contact_id
        with pytest.raises(SalesforceMalformedRequest, match="CANNOT_UPDATE_CONVERTED_LEAD"):
            client.Lead.update(lead_id, {"Title": "x"})
        fields = client.query(f"SELECT Field FROM LeadHistory WHERE LeadId = '{lead_id}'")["records"]
        assert {each["Field"] for each in fields} == {"created", "Status", "leadConverted"}

    def test_into_an_account_without_opportunity(self, org: Served) -> None:
        client = org.client()
        account_id = client.Account.create({"Name": "There before"})["id"]
        more = f"<accountId>{account_id}</accountId><doNotCreateOpportunity>true</doNotCreateOpportunity>"
        became = convert(org, create_lead(client), more)
        assert (became["accountId"], became["opportunityId"]) == ([account_id], [None])
        assert client.query("SELECT COUNT() FROM Opportunity")["totalSize"] == 0

    def test_refusals(self, org: Served) -> None:
        client = org.client()
        org.salesforce.load("Group", [{"Id": "00Gq", "Name": "Queue", "Type": "Queue"}])
        assert convert(org, create_lead(client, OwnerId="00Gq"))["statusCode"] == [
            "INVALID_CROSS_REFERENCE_KEY"
        ]
        lead_id = create_lead(client)
        wanted = (
            f"<leadConverts><leadId>{lead_id}</leadId><convertedStatus>Open</convertedStatus></leadConverts>"
        )
        assert soap(org, "convertLead", wanted)["statusCode"] == ["INVALID_STATUS"]
        convert(org, lead_id)
        assert convert(org, lead_id)["statusCode"] == ["CANNOT_UPDATE_CONVERTED_LEAD"]
        assert client.query("SELECT COUNT() FROM Account")["totalSize"] == 1


class TestMergeAndRecycleBin:
    def test_merge(self, org: Served) -> None:
        client = org.client()
        master, loser = create_lead(client), create_lead(client, Title="CEO")
        task = client.Task.create({"Subject": "Call", "WhoId": loser})["id"]
        org.clock.advance(minutes=5)
        body = f"<masterRecord><type>Lead</type><Id>{master}</Id><Title>CEO</Title></masterRecord>"
        body = f"<request>{body}<recordToMergeIds>{loser}</recordToMergeIds></request>"
        assert soap(org, "merge", body)["updatedRelatedIds"] == [task]
        assert client.Lead.get(master)["Title"] == "CEO"
        entries = client.query(f"SELECT Field FROM LeadHistory WHERE LeadId = '{master}'")["records"]
        assert {each["Field"] for each in entries} == {"created", "leadMerged"}
        assert client.Lead.get(master)["SystemModstamp"] == "2026-03-02T10:05:00.000+0000"
        assert client.Task.get(task)["WhoId"] == master
        soql = f"SELECT IsDeleted, MasterRecordId FROM Lead WHERE Id = '{loser}'"
        (gone,) = client.query(soql, include_deleted=True)["records"]
        assert (gone["IsDeleted"], gone["MasterRecordId"]) == (True, master)

    def test_converted_leads_cannot_be_merged(self, org: Served) -> None:
        client = org.client()
        master, loser = create_lead(client), create_lead(client)
        convert(org, loser)
        body = f"<masterRecord><type>Lead</type><Id>{master}</Id></masterRecord>"
        answer = soap(org, "merge", f"<request>{body}<recordToMergeIds>{loser}</recordToMergeIds></request>")
        assert answer["statusCode"] == ["CANNOT_UPDATE_CONVERTED_LEAD"]

    def test_undelete_and_empty(self, org: Served) -> None:
        client = org.client()
        lead_id = create_lead(client)
        client.Lead.delete(lead_id)
        assert soap(org, "undelete", f"<ids>{lead_id}</ids>")["success"] == ["true"]
        assert client.Lead.get(lead_id)["IsDeleted"] is False
        assert soap(org, "undelete", f"<ids>{lead_id}</ids>")["statusCode"] == ["UNDELETE_FAILED"]
        client.Lead.delete(lead_id)
        assert soap(org, "emptyRecycleBin", f"<ids>{lead_id}</ids>")["success"] == ["true"]
        assert client.query("SELECT COUNT() FROM Lead", include_deleted=True)["totalSize"] == 0

    def test_children_go_and_come_with_their_parent(self, org: Served) -> None:
        client = org.client()
        account = client.Account.create({"Name": "Acme"})["id"]
        contact = client.Contact.create({"LastName": "Doe", "AccountId": account})["id"]
        before = client.Contact.create({"LastName": "Roe", "AccountId": account})["id"]
        deal = {"Name": "D", "StageName": "Prospecting", "CloseDate": "2026-05-01", "AccountId": account}
        deal_id = client.Opportunity.create(deal)["id"]
        role = client.OpportunityContactRole.create({"OpportunityId": deal_id, "ContactId": contact})["id"]
        tasks = [
            client.Task.create({"Subject": "Call"} | about)["id"]
            for about in ({"WhatId": account}, {"WhoId": contact}, {"WhatId": deal_id, "WhoId": contact})
        ]
        other = client.Task.create({"Subject": "Call"})["id"]
        client.Contact.delete(before)
        org.clock.advance(minutes=1)
        client.Account.delete(account)

        def living(name: str) -> list[str]:
            return [row["Id"] for row in client.query(f"SELECT Id FROM {name} ORDER BY Id")["records"]]

        names = (
            "Account",
            "Contact",
            "Opportunity",
            "OpportunityContactRole",
            "Task",
            "OpportunityFieldHistory",
        )
        assert [living(name) for name in names] == [[], [], [], [], [other], []]
        start, end = org.clock.now() - timedelta(hours=1), org.clock.now() + timedelta(minutes=1)
        assert len(client.Task.deleted(start, end)["deletedRecords"]) == 3
        assert soap(org, "undelete", f"<ids>{account}</ids>")["success"] == ["true"]
        assert [living(name) for name in names[:5]] == [
            [account],
            [contact],
            [deal_id],
            [role],
            [*tasks, other],
        ]
        assert len(living("OpportunityFieldHistory")) == 1
        client.Account.delete(account)
        soap(org, "emptyRecycleBin", f"<ids>{account}</ids>")
        for name, left in zip(names[:5], (0, 0, 0, 0, 1), strict=True):
            assert client.query(f"SELECT COUNT() FROM {name}", include_deleted=True)["totalSize"] == left

    def test_memberships_and_tasks_go_with_a_lead(self, org: Served) -> None:
        client = org.client()
        lead_id, campaign = create_lead(client), client.Campaign.create({"Name": "Fair"})["id"]
        member = client.CampaignMember.create({"CampaignId": campaign, "LeadId": lead_id})["id"]
        client.Task.create({"Subject": "Call", "WhoId": lead_id})
        client.restful("composite/sobjects", method="DELETE", params={"ids": lead_id})
        for name in ("CampaignMember", "Task", "LeadHistory"):
            assert client.query(f"SELECT COUNT() FROM {name}")["totalSize"] == 0
            assert client.query(f"SELECT COUNT() FROM {name}", include_deleted=True)["totalSize"] == 1
        soap(org, "undelete", f"<ids>{member}</ids>")
        client.CampaignMember.delete(member)  # a child on its own: its parent does not bring it back
        soap(org, "undelete", f"<ids>{lead_id}</ids>")
        assert client.query("SELECT COUNT() FROM CampaignMember")["totalSize"] == 0
        assert client.query("SELECT COUNT() FROM Task")["totalSize"] == 1

    def test_members_go_with_their_group(self, org: Served) -> None:
        client = org.client()
        group = client.Group.create({"Name": "Queue", "Type": "Queue"})["id"]
        user = org.salesforce.org.integration_user.id
        client.GroupMember.create({"GroupId": group, "UserOrGroupId": user})
        client.Group.delete(group)
        assert client.query("SELECT COUNT() FROM GroupMember", include_deleted=True)["totalSize"] == 0

    def test_bin_is_emptied_after_its_days(self, tmp_path: Path) -> None:
        with served(tmp_path, recycle_bin_days=15) as org:
            client = org.client()
            assert client.Lead.get(create_lead(client))["LastName"]
            client.Lead.delete(client.query("SELECT Id FROM Lead")["records"][0]["Id"])
            org.clock.advance(days=14)
            assert client.query("SELECT COUNT() FROM Lead", include_deleted=True)["totalSize"] == 1
            org.clock.advance(days=2)
            assert client.query("SELECT COUNT() FROM Lead", include_deleted=True)["totalSize"] == 0

    def test_deleted_and_updated(self, org: Served) -> None:
        client = org.client()
        kept, gone = create_lead(client), create_lead(client)
        org.clock.advance(minutes=10)
        client.Lead.delete(gone)
        start, end = org.clock.now() - timedelta(hours=1), org.clock.now() + timedelta(minutes=1)
        deleted = client.Lead.deleted(start, end)
        assert deleted["deletedRecords"] == [{"id": gone, "deletedDate": "2026-03-02T10:10:00.000+0000"}]
        assert deleted["earliestDateAvailable"] == "2026-02-15T10:10:00.000+0000"
        assert client.Lead.updated(start, end)["ids"] == [kept]
        assert client.User.updated(start, end)["ids"] == [org.salesforce.org.integration_user.id]
        assert client.User.deleted(start, end)["deletedRecords"] == []
        with pytest.raises(SalesforceMalformedRequest, match="INVALID_REPLICATION_DATE"):
            client.Lead.deleted(start - timedelta(days=16), end)
        with pytest.raises(SalesforceMalformedRequest, match="one minute"):
            client.Lead.updated(end, start)


class TestRules:
    def test_validation_rule(self, org: Served) -> None:
        rule = ValidationRule(
            "Lead", lambda lead: lead.get("Rating") == "Hot" and not lead.get("Phone"), "Phone!", "Phone"
        )
        org.salesforce.org.rules.validation.append(rule)
        client = org.client()
        lead_id = create_lead(client)
        with pytest.raises(SalesforceMalformedRequest) as raised:
            client.Lead.update(lead_id, {"Rating": "Hot"})
        (error,) = raised.value.content
        assert error == {
            "message": "Phone!",
            "errorCode": "FIELD_CUSTOM_VALIDATION_EXCEPTION",
            "fields": ["Phone"],
        }
        client.Lead.update(lead_id, {"Rating": "Hot", "Phone": "1"})

    def test_duplicate_rule(self, org: Served) -> None:
        client = org.client()
        org.salesforce.org.rules.duplicates.append(DuplicateRule("Lead", ("Email",), allow_save=True))
        create_lead(client, Email="a@x.com")
        with pytest.raises(SalesforceMalformedRequest, match="DUPLICATES_DETECTED"):
            create_lead(client, Email="A@X.COM")
        allow = {"Sforce-Duplicate-Rule-Header": "allowSave=true"}
        values = {"LastName": "Doe", "Company": "Acme", "Email": "a@x.com"}
        assert client.Lead.create(values, headers=allow)["success"]

    def test_update_into_a_duplicate(self, org: Served) -> None:
        client = org.client()
        org.salesforce.org.rules.duplicates.append(DuplicateRule("Lead", ("Email",), allow_save=True))
        there, other = create_lead(client, Email="a@x.com"), create_lead(client, Email="b@x.com")
        with pytest.raises(SalesforceMalformedRequest) as raised:
            client.Lead.update(other, {"Email": "A@x.com"})
        (error,) = raised.value.content
        assert error.keys() == {"duplicateResut", "errorCode", "message"}
        (found,) = error["duplicateResut"]["matchResults"]
        (match,) = found["matchRecords"]
        assert (found["size"], match["record"]["Id"]) == (1, there)
        assert match["record"]["attributes"]["url"] == f"/services/data/v59.0/sobjects/Lead/{there}"
        records = [{"attributes": {"type": "Lead"}, "id": other, "Email": "a@x.com"}]
        (result,) = client.restful("composite/sobjects", method="PATCH", json={"records": records})
        told = result["errors"][0]["duplicateResult"]
        assert (told["allowSave"], told["matchResults"][0]["matchRecords"][0]["record"]["Id"]) == (
            True,
            there,
        )
        client.Lead.update(there, {"Email": "a@x.com", "Title": "CEO"})  # equals nobody but itself
        client.Lead.update(
            other, {"Email": "a@x.com"}, headers={"Sforce-Duplicate-Rule-Header": "allowSave=true"}
        )
        client.Lead.update(other, {"Title": "CEO"})  # leaves alone what the rule compares

    def test_blocking_duplicate_rule(self, org: Served) -> None:
        client = org.client()
        org.salesforce.org.rules.duplicates.append(DuplicateRule("Lead", ("Email",), allow_save=False))
        create_lead(client, Email="a@x.com")
        values = {"LastName": "Doe", "Company": "Acme", "Email": "a@x.com"}
        with pytest.raises(SalesforceMalformedRequest, match="DUPLICATES_DETECTED"):
            client.Lead.create(values, headers={"Sforce-Duplicate-Rule-Header": "allowSave=true"})


def test_archived_activities_are_hidden_from_query(org: Served) -> None:
    client = org.client()
    old, recent = "2025-02-01", "2025-06-01"
    org.salesforce.load(
        "Task",
        [
            {"Id": "t1", "Status": "Completed", "ActivityDate": old},
            {"Id": "t2", "Status": "Not Started", "ActivityDate": old},
            {"Id": "t3", "Status": "Completed", "ActivityDate": recent},
        ],
    )
    org.salesforce.load("Event", [{"Id": "e1", "ActivityDate": old}, {"Id": "e2", "ActivityDate": recent}])

    def seen(soql: str, everything: bool) -> list[str]:
        return [row["Id"] for row in client.query(soql, include_deleted=everything)["records"]]

    assert seen("SELECT Id FROM Task ORDER BY Id", False) == ["t2", "t3"]
    assert seen("SELECT Id FROM Task ORDER BY Id", True) == ["t1", "t2", "t3"]
    assert seen("SELECT Id FROM Task WHERE IsArchived = true", True) == ["t1"]
    assert seen("SELECT Id FROM Event", False) == ["e2"]


def test_sessions_end(tmp_path: Path) -> None:
    with served(tmp_path, session_seconds=600.0) as org:
        client = org.client()
        org.clock.advance(seconds=599)
        assert client.limits()
        org.clock.advance(seconds=1)
        with pytest.raises(SalesforceExpiredSession):
            client.limits()


class TestBulkV1:
    def test_query(self, org: Served) -> None:
        client = org.client()
        kept, gone = create_lead(client), create_lead(client)
        client.Lead.delete(gone)
        soql = "SELECT Id, IsConverted, CreatedDate, Owner.Name FROM Lead ORDER BY Id"
        (row,) = client.bulk.Lead.query(soql, wait=0)
        assert (row["Id"], row["IsConverted"], row["Owner"]["Name"]) == (kept, False, "Integration User")
        assert row["CreatedDate"] == int(org.clock.now().timestamp() * 1000)
        assert [row["Id"] for row in client.bulk.Lead.query_all(soql, wait=0)] == [kept, gone]

    def test_save(self, org: Served) -> None:
        client = org.client()
        records = [{"LastName": "A", "Company": "B"}, {"LastName": "A"}]
        good, bad = client.bulk.Lead.insert(records)
        assert (good["success"], good["created"], bad["success"]) == (True, True, False)
        assert bad["errors"][0]["statusCode"] == "REQUIRED_FIELD_MISSING"
        (updated,) = client.bulk.Lead.update([{"Id": good["id"], "Title": "CEO"}])
        assert updated["success"]
        client.bulk.Lead.delete([{"Id": good["id"]}])
        assert client.query("SELECT COUNT() FROM Lead")["totalSize"] == 0

    def test_errors_are_objects(self, org: Served) -> None:
        answer = org.call("GET", "/services/async/59.0/job/none")
        assert (answer.status_code, answer.json()["exceptionCode"]) == (400, "InvalidJob")
        answer = org.call("GET", "/services/async/59.0/job/none", headers={"X-SFDC-Session": "wrong"})
        assert (answer.status_code, answer.json()["exceptionCode"]) == (401, "InvalidSessionId")


class TestComposite:
    def run(self, org: Served, calls: list[dict[str, Any]], **more: Any) -> list[dict[str, Any]]:
        body = {"compositeRequest": calls} | more
        return list(org.client().restful("composite", method="POST", json=body)["compositeResponse"])

    def calls(self, amount: object = 5) -> list[dict[str, Any]]:
        base = "/services/data/v59.0/sobjects"
        deal = {
            "Name": "D",
            "AccountId": "@{account.id}",
            "StageName": "Prospecting",
            "CloseDate": "2026-05-01",
        }
        return [
            {"method": "POST", "url": f"{base}/Account", "referenceId": "account", "body": {"Name": "Acme"}},
            {
                "method": "POST",
                "url": f"{base}/Opportunity",
                "referenceId": "deal",
                "body": deal | {"Amount": amount},
            },
            {"method": "GET", "url": f"{base}/Account/@{{account.id}}?fields=Name", "referenceId": "read"},
        ]

    def test_references(self, org: Served) -> None:
        account, deal, read = self.run(org, self.calls())
        assert [each["httpStatusCode"] for each in (account, deal, read)] == [201, 201, 200]
        assert account["httpHeaders"]["Location"].endswith(account["body"]["id"])
        assert read["body"]["Name"] == "Acme"
        assert org.client().Opportunity.get(deal["body"]["id"])["AccountId"] == account["body"]["id"]

    def test_all_or_none(self, org: Served) -> None:
        answers = self.run(org, self.calls("much"), allOrNone=True)
        assert [each["httpStatusCode"] for each in answers] == [400, 400, 400]
        assert answers[0]["body"][0]["errorCode"] == "PROCESSING_HALTED"
        assert org.client().query("SELECT COUNT() FROM Account")["totalSize"] == 0

    def test_batch(self, org: Served) -> None:
        requests = [
            {"method": "GET", "url": "v59.0/limits"},
            {"method": "GET", "url": "v59.0/sobjects/Lead/none"},
            {"method": "POST", "url": "v59.0/sobjects/Account", "richInput": {"Name": "Acme"}},
        ]
        answer = org.client().restful("composite/batch", method="POST", json={"batchRequests": requests})
        assert answer["hasErrors"] is True
        assert [each["statusCode"] for each in answer["results"]] == [200, 404, 201]
        body = {"batchRequests": requests, "haltOnError": True}
        answer = org.client().restful("composite/batch", method="POST", json=body)
        assert [each["statusCode"] for each in answer["results"]] == [200, 404, 412]


def test_clock_is_where_dates_come_from(org: Served) -> None:
    org.clock.moment = datetime.fromisoformat("2030-01-01T00:00:00+00:00")
    client = org.client()
    assert client.Lead.get(create_lead(client))["CreatedDate"] == "2030-01-01T00:00:00.000+0000"
