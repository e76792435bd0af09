"""The sandbox's Salesforce, driven by simple-salesforce as it is, over TLS."""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jwt
import pytest
import requests
from simple_salesforce import Salesforce as Client
from simple_salesforce.exceptions import (
    SalesforceAuthenticationFailed,
    SalesforceExpiredSession,
    SalesforceGeneralError,
    SalesforceMalformedRequest,
    SalesforceRefusedRequest,
    SalesforceResourceNotFound,
)

from leadwright_sandbox.salesforce import AssignmentEntry
from leadwright_sandbox.testing.org import Served, served


@pytest.fixture(scope="module")
def org(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One org for the tests that leave others alone."""
    with served(tmp_path_factory.mktemp("org"), limits=False) as running:
        yield running


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Served]:
    """An org of the test's own."""
    with served(tmp_path) as running:
        yield running


def create_lead(client: Client, **values: Any) -> str:
    return str(client.Lead.create({"LastName": "Doe", "Company": "Acme"} | values)["id"])


def rows_of(pages: Any) -> list[dict[str, str]]:
    return [row for page in pages for row in csv.DictReader(io.StringIO(page, newline=""))]


class TestLogin:
    def test_jwt_bearer(self, org: Served) -> None:
        client = Client(
            username=org.credentials["username"],
            consumer_key=org.credentials["client_id"],
            privatekey=org.credentials["private_key"],
            session=org.session(),
        )
        assert client.limits()["DailyApiRequests"]["Max"] == 100_000

    def test_jwt_of_another_key_is_refused(self, org: Served) -> None:
        from cryptography.hazmat.primitives import serialization
        from cryptography.hazmat.primitives.asymmetric import rsa

        other = rsa.generate_private_key(public_exponent=65537, key_size=2048).private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        with pytest.raises(SalesforceAuthenticationFailed, match="invalid assertion"):
            Client(
                username=org.credentials["username"],
                consumer_key=org.credentials["client_id"],
                privatekey=other.decode(),
                session=org.session(),
            )

    @pytest.mark.parametrize("left_out", [None, "exp", "iss", "sub", "aud"])
    def test_jwt_has_every_claim(self, org: Served, left_out: str | None) -> None:
        claims = {"iss": org.credentials["client_id"], "sub": org.credentials["username"]}
        claims |= {"aud": "https://login.salesforce.com", "exp": int(time.time()) + 180}
        claims.pop(left_out or "", None)
        form = {"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer"}
        form["assertion"] = jwt.encode(claims, org.credentials["private_key"], algorithm="RS256")
        answer = org.session().post(f"{org.url}/services/oauth2/token", form, timeout=30)
        assert answer.status_code == (400 if left_out else 200)
        assert left_out is None or answer.json()["error"] == "invalid_grant"

    def test_form_that_is_no_text(self, org: Served) -> None:
        for path in ("token", "revoke"):
            answer = org.session().post(f"{org.url}/services/oauth2/{path}", b"\xff\xfe=1", timeout=30)
            assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")

    def test_identity_that_a_token_names(self, org: Served) -> None:
        form = {"grant_type": "client_credentials"}
        form |= {name: org.credentials[name] for name in ("client_id", "client_secret")}
        made = org.session().post(f"{org.url}/services/oauth2/token", form, timeout=30).json()
        path = made["id"].removeprefix(org.url)
        who = org.call("GET", path)
        assert who.json()["username"] == org.credentials["username"]
        assert who.json()["id"] == made["id"] == org.call("GET", "/services/oauth2/userinfo").json()["sub"]
        user_id = path.rpartition("/")[2]
        for wrong, said in ((f"/id/00Dother/{user_id}", "Wrong_Org"), (f"{path[:-3]}x", "No_Access")):
            answer = org.call("GET", wrong)
            assert (answer.status_code, answer.text) == (403, said)
        assert org.call("GET", path, headers={"Authorization": "Bearer x"}).text == "Bad_OAuth_Token"

    def test_client_credentials(self, org: Served) -> None:
        secrets = {name: org.credentials[name] for name in ("client_id", "client_secret")}
        client = Client(
            consumer_key=secrets["client_id"],
            consumer_secret=secrets["client_secret"],
            domain="acme.my",
            session=org.session(),
        )
        assert client.query("SELECT COUNT() FROM User")["totalSize"] >= 1

    def test_wrong_secret(self, org: Served) -> None:
        with pytest.raises(SalesforceAuthenticationFailed, match="invalid client credentials"):
            Client(
                consumer_key=org.credentials["client_id"],
                consumer_secret="wrong",
                domain="acme.my",
                session=org.session(),
            )

    def test_refresh_tokens_that_rotate(self, fresh: Served) -> None:
        def refresh(token: str) -> requests.Response:
            form = {"grant_type": "refresh_token", "client_id": fresh.credentials["client_id"]}
            return fresh.session().post(
                f"{fresh.url}/services/oauth2/token", form | {"refresh_token": token}, timeout=30
            )

        first = fresh.credentials["refresh_token"]
        assert "refresh_token" not in refresh(first).json()
        fresh.salesforce.org.sessions.rotates = True
        second = refresh(first).json()["refresh_token"]
        third = refresh(second).json()["refresh_token"]
        assert len({first, second, third}) == 3
        assert refresh(second).json()["error"] == "invalid_grant"
        assert refresh(third).json()["error"] == "invalid_grant"  # for the second came once too often

    def test_refresh_token(self, org: Served) -> None:
        form = {"grant_type": "refresh_token", "client_id": org.credentials["client_id"]}
        form["refresh_token"] = org.credentials["refresh_token"]
        answer = org.session().post(f"{org.url}/services/oauth2/token", form, timeout=30)
        assert answer.status_code == 200
        assert answer.json()["instance_url"] == org.url
        assert org.client(answer.json()["access_token"]).query("SELECT Id FROM Organization")["done"]

    def test_password_flow(self, fresh: Served) -> None:
        known = {
            "consumer_key": fresh.credentials["client_id"],
            "consumer_secret": fresh.credentials["client_secret"],
        }
        known |= {"username": fresh.credentials["username"], "session": fresh.session()}
        password = fresh.credentials["password"] + fresh.credentials["security_token"]
        assert Client(password=password, **known).limits()
        fresh.salesforce.connected_app.password_flow = False
        with pytest.raises(SalesforceAuthenticationFailed, match="authentication failure"):
            Client(password=password, **known)

    def test_oauth_errors_are_objects(self, org: Served) -> None:
        form = {"grant_type": "nothing"}
        answer = org.session().post(f"{org.url}/services/oauth2/token", form, timeout=30)
        assert (answer.status_code, answer.json()["error"]) == (400, "unsupported_grant_type")

    def test_unknown_token(self, org: Served) -> None:
        with pytest.raises(SalesforceExpiredSession, match="INVALID_SESSION_ID"):
            org.client("00D!wrong").query("SELECT Id FROM Lead")

    def test_client_logs_in_again_when_the_session_ends(self, fresh: Served) -> None:
        client = Client(
            consumer_key=fresh.credentials["client_id"],
            consumer_secret=fresh.credentials["client_secret"],
            domain="acme.my",
            session=fresh.session(),
        )
        fresh.salesforce.org.sessions.expire_all()
        assert client.query("SELECT COUNT() FROM Lead")["totalSize"] == 0


class TestResources:
    def test_versions_need_no_login(self, org: Served) -> None:
        versions = org.session().get(f"{org.url}/services/data", timeout=30).json()
        assert {"label": "Summer '26", "url": "/services/data/v67.0", "version": "67.0"} in versions

    def test_unknown_version(self, org: Served) -> None:
        answer = org.call("GET", "/services/data/v99.0/limits")
        assert (answer.status_code, answer.json()[0]["errorCode"]) == (404, "NOT_FOUND")

    def test_list_of_objects(self, org: Served) -> None:
        names = {each["name"] for each in org.client().describe()["sobjects"]}
        assert {"Lead", "Contact", "Account", "Opportunity", "Task", "Event", "User", "LeadHistory"} <= names
        assert "CustomField" not in names

    def test_describe(self, org: Served) -> None:
        fields = {each["name"]: each for each in org.client().Lead.describe()["fields"]}
        assert fields["Email"]["type"] == "email"
        assert fields["OwnerId"]["referenceTo"] == ["Group", "User"]
        assert fields["IsConverted"]["updateable"] is False
        assert fields["Company"]["nillable"] is False

    @pytest.mark.parametrize(
        "name", ["UserRole", "Product2", "Pricebook2", "PricebookEntry", "OpportunityLineItem"]
    )
    def test_readers_of_everything(self, org: Served, name: str) -> None:
        """Whoever lists roles and products selects what describe names, over REST and in bulk."""
        client = org.client()
        described = getattr(client, name).describe()
        assert (described["queryable"], described["createable"]) == (True, False)
        soql = f"SELECT {', '.join(field['name'] for field in described['fields'])} FROM {name}"
        assert client.query(soql)["records"] == getattr(client.bulk, name).query_all(soql, wait=0) == []
        refused = org.call("POST", f"/services/data/v59.0/sobjects/{name}", json={})
        assert (refused.status_code, refused.json()[0]["errorCode"]) == (400, "INVALID_TYPE_FOR_OPERATION")

    def test_products_of_a_deal(self, fresh: Served) -> None:
        load = fresh.salesforce.load
        load("Product2", [{"Id": "p", "Name": "Seat", "ProductCode": "S1"}])
        load("Pricebook2", [{"Id": "b", "Name": "Standard"}])
        load("PricebookEntry", [{"Id": "e", "Product2Id": "p", "Pricebook2Id": "b", "UnitPrice": 10}])
        load("Opportunity", [{"Id": "o", "Name": "Deal", "StageName": "Prospecting"}])
        load(
            "OpportunityLineItem", [{"Id": "l", "OpportunityId": "o", "PricebookEntryId": "e", "Quantity": 3}]
        )
        inner = "SELECT Quantity, PricebookEntry.Product2.Name FROM OpportunityLineItems"
        (deal,) = fresh.client().query(f"SELECT Id, ({inner}) FROM Opportunity")["records"]
        (line,) = deal["OpportunityLineItems"]["records"]
        assert (line["Quantity"], line["PricebookEntry"]["Product2"]["Name"]) == (3.0, "Seat")

    def test_describe_only_if_changed(self, fresh: Served) -> None:
        path = "/services/data/v59.0/sobjects/Lead/describe"
        first = fresh.call("GET", path)
        since = {"If-Modified-Since": first.headers["Last-Modified"]}
        assert fresh.call("GET", path, headers=since).status_code == 304
        assert fresh.call("GET", path, headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
        fresh.clock.advance(minutes=1)
        add_field(fresh, "Score__c", {"type": "Checkbox"})
        assert fresh.call("GET", path, headers=since).status_code == 200

    def test_usage_header(self, org: Served) -> None:
        client = org.client()
        client.limits()
        before = client.api_usage["api-usage"].used
        client.limits()
        assert client.api_usage["api-usage"].used == before + 1

    def test_unserved_says_so(self, org: Served) -> None:
        answer = org.call("GET", "/services/data/v59.0/search?q=FIND")
        assert answer.status_code == 501
        assert answer.json()[0]["errorCode"] == "NOT_IMPLEMENTED"
        assert "/services/data/v59.0/search" in answer.json()[0]["message"]

    @pytest.mark.parametrize("path", ["Lead/describe/layouts", "Lead/{id}/Owner", "Lead/{id}/Tasks"])
    def test_unserved_paths_of_an_object(self, org: Served, path: str) -> None:
        path = path.format(id=create_lead(org.client()))
        answer = org.call("GET", f"/services/data/v59.0/sobjects/{path}")
        assert (answer.status_code, answer.json()[0]["errorCode"]) == (501, "NOT_IMPLEMENTED")
        answer = org.call("GET", "/services/data/v59.0/sobjects/Lead/Nope__c/1")
        assert (answer.status_code, answer.json()[0]["errorCode"]) == (404, "NOT_FOUND")

    def test_wrong_method(self, org: Served) -> None:
        answer = org.call("PUT", "/services/data/v59.0/sobjects/Lead")
        assert (answer.status_code, answer.json()[0]["errorCode"]) == (405, "METHOD_NOT_ALLOWED")

    def test_head_too_large(self, org: Served) -> None:
        answer = org.call(
            "GET", "/services/data/v59.0/query", params={"q": "SELECT Id FROM Lead" + " " * 17_000}
        )
        assert answer.status_code == 431

    def test_daily_limit(self, fresh: Served) -> None:
        fresh.salesforce.org.usage.total = 1
        client = fresh.client()
        client.limits()
        with pytest.raises(SalesforceRefusedRequest, match="REQUEST_LIMIT_EXCEEDED"):
            client.limits()
        fresh.clock.advance(hours=24)
        client.limits()


class TestRows:
    def test_create_read_update_delete(self, org: Served) -> None:
        client = org.client()
        lead_id = create_lead(client, FirstName="Jane", Email="jane@example.com", AnnualRevenue=5)
        assert len(lead_id) == 18
        assert lead_id.startswith("00Q")
        lead = client.Lead.get(lead_id)
        assert (lead["Name"], lead["Status"], lead["IsConverted"]) == ("Jane Doe", "Open", False)
        assert lead["AnnualRevenue"] == 5.0
        assert lead["CreatedDate"] == org.clock.now().strftime("%Y-%m-%dT%H:%M:%S.000+0000")
        assert client.Lead.update(lead_id, {"Title": "CEO"}) == 204
        assert client.Lead.get(lead_id)["Title"] == "CEO"
        assert client.Lead.get(lead_id[:15])["Id"] == lead_id
        assert client.Lead.delete(lead_id) == 204
        with pytest.raises(SalesforceResourceNotFound, match="NOT_FOUND"):
            client.Lead.get(lead_id)
        with pytest.raises(SalesforceResourceNotFound, match="ENTITY_IS_DELETED"):
            client.Lead.update(lead_id, {"Title": "x"})
        deleted = client.query(f"SELECT IsDeleted FROM Lead WHERE Id = '{lead_id}'", include_deleted=True)
        assert deleted["records"][0]["IsDeleted"] is True

    def test_update_moves_the_stamps_by_whole_seconds(self, fresh: Served) -> None:
        client = fresh.client()
        lead_id = create_lead(client)
        fresh.clock.advance(seconds=90, milliseconds=750)
        client.Lead.update(lead_id, {"Title": "CEO"})
        lead = client.Lead.get(lead_id)
        assert lead["SystemModstamp"] == lead["LastModifiedDate"] == "2026-03-02T10:01:30.000+0000"
        assert lead["CreatedDate"] == "2026-03-02T10:00:00.000+0000"

    @pytest.mark.parametrize(
        ("values", "code"),
        [
            ({"Email": "nobody"}, "INVALID_EMAIL_ADDRESS"),
            ({"Company": "x" * 256}, "STRING_TOO_LONG"),
            ({"Nothing__c": 1}, "INVALID_FIELD"),
            ({"OwnerId": "005000000000000AAA"}, "INVALID_CROSS_REFERENCE_KEY"),
            ({"OwnerId": None}, "INVALID_CROSS_REFERENCE_KEY"),
            ({"IsConverted": True}, "INVALID_FIELD_FOR_INSERT_UPDATE"),
            ({"Company": None}, "REQUIRED_FIELD_MISSING"),
            ({"AnnualRevenue": "much"}, "JSON_PARSER_ERROR"),
            ({"Title": 5}, "JSON_PARSER_ERROR"),
        ],
    )
    def test_refused_values(self, org: Served, values: dict[str, Any], code: str) -> None:
        client = org.client()
        lead_id = create_lead(client)
        with pytest.raises(SalesforceMalformedRequest) as raised:
            client.Lead.update(lead_id, values)
        assert raised.value.content[0]["errorCode"] == code
        with pytest.raises(SalesforceMalformedRequest) as raised:
            create_lead(client, **values)
        assert raised.value.content[0]["errorCode"] == code

    @pytest.mark.parametrize(
        ("name", "field"), [("Lead", "Status"), ("Task", "Status"), ("Task", "Priority")]
    )
    def test_what_a_record_must_have_cannot_be_cleared(self, org: Served, name: str, field: str) -> None:
        client = org.client()
        values = {"LastName": "Doe", "Company": "Acme", "Status": None} if name == "Lead" else {}
        record = getattr(client, name)
        record_id = record.create(values)["id"]
        before = record.get(record_id)[field]
        with pytest.raises(SalesforceMalformedRequest, match="REQUIRED_FIELD_MISSING") as raised:
            record.update(record_id, {field: None})
        assert raised.value.content[0]["fields"] == [field]
        assert record.get(record_id)[field] == before
        shown = {each["name"]: each for each in record.describe()["fields"]}[field]
        assert (shown["nillable"], shown["defaultedOnCreate"]) == (False, True)

    def test_missing_record_and_object(self, org: Served) -> None:
        with pytest.raises(SalesforceResourceNotFound) as raised:
            org.client().Lead.get("00Q000000000000AAA")
        assert raised.value.content == [
            {"errorCode": "NOT_FOUND", "message": "The requested resource does not exist"}
        ]
        with pytest.raises(SalesforceResourceNotFound):
            org.client().Nothing.get("1")

    def test_upsert_by_external_id(self, fresh: Served) -> None:
        client = fresh.client()
        add_field(fresh, "Key__c", {"type": "Text", "length": 20, "externalId": True, "unique": True})
        assert client.Lead.upsert("Key__c/a1", {"LastName": "A", "Company": "X"}) == 201
        assert client.Lead.upsert("Key__c/a1", {"LastName": "B"}) == 200
        assert client.Lead.get_by_custom_id("Key__c", "a1")["LastName"] == "B"
        with pytest.raises(SalesforceMalformedRequest, match="DUPLICATE_VALUE"):
            create_lead(client, Key__c="a1")

    def test_unmodified_since(self, fresh: Served) -> None:
        client = fresh.client()
        lead_id = create_lead(client)
        since = {"If-Unmodified-Since": "Mon, 02 Mar 2026 10:00:00 GMT"}
        assert client.Lead.update(lead_id, {"Title": "a"}, headers=since) == 204
        fresh.clock.advance(seconds=5)
        client.Lead.update(lead_id, {"Title": "b"})
        with pytest.raises(SalesforceGeneralError, match="412"):
            client.Lead.update(lead_id, {"Title": "c"}, headers=since)

    def test_converted_leads_cannot_be_changed(self, fresh: Served) -> None:
        fresh.salesforce.load("Lead", [{"Id": "old lead", "LastName": "Doe", "IsConverted": "true"}])
        with pytest.raises(SalesforceMalformedRequest, match="CANNOT_UPDATE_CONVERTED_LEAD"):
            fresh.client().Lead.update("old%20lead", {"Title": "x"})


class TestCollections:
    def patch(self, org: Served, records: list[dict[str, Any]], **more: Any) -> list[dict[str, Any]]:
        for record in records:
            record.setdefault("attributes", {"type": "Lead"})
        body = {"allOrNone": False, "records": records} | more
        return list(org.client().restful("composite/sobjects", method="PATCH", json=body))

    def test_each_record_has_its_fate_in_order(self, org: Served) -> None:
        client = org.client()
        one, two = create_lead(client), create_lead(client)
        results = self.patch(
            org, [{"id": one, "Title": "a"}, {"id": two, "Email": "bad"}, {"id": "00Qnone", "Title": "b"}]
        )
        assert results[0] == {"id": one, "success": True, "errors": []}
        assert results[1] == {
            "success": False,
            "errors": [
                {
                    "statusCode": "INVALID_EMAIL_ADDRESS",
                    "message": "Email: invalid email address: bad",
                    "fields": ["Email"],
                }
            ],
        }
        assert results[2]["errors"][0]["statusCode"] == "INVALID_CROSS_REFERENCE_KEY"

    def test_all_or_none(self, org: Served) -> None:
        client = org.client()
        one, two = create_lead(client), create_lead(client)
        records = [{"id": one, "Title": "kept?"}, {"id": two, "Email": "bad"}]
        results = self.patch(org, records, allOrNone=True)
        assert results[0]["errors"][0]["statusCode"] == "ALL_OR_NONE_OPERATION_ROLLED_BACK"
        assert results[1]["errors"][0]["statusCode"] == "INVALID_EMAIL_ADDRESS"
        assert client.Lead.get(one)["Title"] is None

    def test_at_most_200(self, org: Served) -> None:
        with pytest.raises(SalesforceMalformedRequest, match="200 records"):
            self.patch(org, [{"id": str(number)} for number in range(201)])

    def test_at_most_10_chunks(self, org: Served) -> None:
        kinds = ["Lead", "Contact"] * 6
        records = [{"id": "x", "attributes": {"type": kind}} for kind in kinds]
        with pytest.raises(SalesforceMalformedRequest, match="10 chunks"):
            self.patch(org, records)

    def test_create_read_delete(self, org: Served) -> None:
        client = org.client()
        records = [{"attributes": {"type": "Account"}, "Name": f"Company {n}"} for n in range(200)]
        created = client.restful("composite/sobjects", method="POST", json={"records": records})
        ids = [each["id"] for each in created]
        assert len(set(ids)) == 200
        params = {"ids": ",".join([ids[1], "none", ids[0]]), "fields": "Id,Name"}
        read = client.restful("composite/sobjects/Account", params=params)
        assert [each and each["Name"] for each in read] == ["Company 1", None, "Company 0"]
        gone = client.restful("composite/sobjects", method="DELETE", params={"ids": ",".join(ids)})
        assert all(each["success"] for each in gone)
        assert client.query("SELECT COUNT() FROM Account WHERE Name LIKE 'Company %'")["totalSize"] == 0

    def test_upsert(self, fresh: Served) -> None:
        add_field(fresh, "Key__c", {"type": "Text", "length": 20, "externalId": True})
        records = [{"attributes": {"type": "Lead"}, "Key__c": "k", "LastName": "A", "Company": "B"}] * 2
        path = "composite/sobjects/Lead/Key__c"
        results = fresh.client().restful(path, method="PATCH", json={"records": records})
        assert [each["created"] for each in results] == [True, False]

    def test_unknown_field_fails_the_request(self, org: Served) -> None:
        with pytest.raises(
            SalesforceMalformedRequest, match="No such column 'Nope__c' on sobject of type Lead"
        ):
            self.patch(org, [{"id": create_lead(org.client()), "Nope__c": 1}])

    def test_locked_row(self, org: Served) -> None:
        lead_id = create_lead(org.client())
        org.salesforce.org.locks.hold(lead_id, attempts=1)
        first = self.patch(org, [{"id": lead_id, "Title": "a"}])
        assert first[0]["errors"][0]["statusCode"] == "UNABLE_TO_LOCK_ROW"
        assert self.patch(org, [{"id": lead_id, "Title": "a"}])[0]["success"]


class TestQueries:
    @pytest.mark.parametrize("count", [0, 1, 1999, 2000, 2001, 4000, 4001])
    def test_pages(self, tmp_path: Path, count: int) -> None:
        with served(tmp_path, limits=False) as running:
            rows = [{"Id": f"lead {number:05}", "LastName": "Doe"} for number in range(count)]
            running.salesforce.load("Lead", rows)
            answer = running.client().query_all("SELECT Id FROM Lead ORDER BY Id")
            assert [each["Id"] for each in answer["records"]] == [row["Id"] for row in rows]
            assert answer["totalSize"] == count

    def test_pages_are_of_one_moment(self, fresh: Served) -> None:
        rows = [{"Id": f"{number:05}", "LastName": "before"} for number in range(3000)]
        fresh.salesforce.load("Lead", rows)
        client = fresh.client()
        first = client.query("SELECT Id, LastName FROM Lead ORDER BY Id")
        client.Lead.update("02500", {"LastName": "after"})
        second = client.query_more(first["nextRecordsUrl"], identifier_is_url=True)
        assert second["done"] is True
        assert {each["LastName"] for each in second["records"]} == {"before"}

    def test_relationships(self, org: Served) -> None:
        client = org.client()
        account = client.Account.create({"Name": "Initech"})["id"]
        contact = client.Contact.create({"LastName": "Lumbergh", "AccountId": account})["id"]
        with_none = client.Contact.create({"LastName": "Milton"})["id"]
        soql = (
            f"SELECT Account.Name, Account.Owner.Name FROM Contact WHERE Id IN ('{contact}', '{with_none}')"
        )
        found = {r["Account"] and r["Account"]["Owner"]["Name"] for r in client.query(soql)["records"]}
        assert found == {"Integration User", None}
        task = client.Task.create({"Subject": "Call", "WhoId": contact, "Status": "Completed"})["id"]
        soql = f"SELECT Who.Name, Who.Type, Account.Name, IsClosed FROM Task WHERE Id = '{task}'"
        who = client.query(soql)["records"][0]
        contact_path = f"/services/data/v59.0/sobjects/Contact/{contact}"
        assert who["Who"]["attributes"] == {"type": "Name", "url": contact_path}
        assert who["Account"]["attributes"]["type"] == "Account"
        assert (who["Who"]["Name"], who["Who"]["Type"], who["IsClosed"]) == ("Lumbergh", "Contact", True)

    def test_children(self, fresh: Served) -> None:
        contacts = [{"Id": f"c{n}", "LastName": f"L{9 - n}", "AccountId": f"a{n % 2}"} for n in range(6)]
        fresh.salesforce.load("Account", [{"Id": f"a{n}", "Name": "Acme"} for n in range(3)])
        fresh.salesforce.load("Contact", [*contacts, {"Id": "c6", "LastName": "L", "IsDeleted": True}])
        client = fresh.client()
        inner = (
            "SELECT LastName, Account.Name, IsDeleted, MailingAddress FROM contacts ORDER BY LastName LIMIT 2"
        )
        found = client.query(f"SELECT Id, ({inner}), (SELECT Id FROM Opportunities) FROM Account ORDER BY Id")
        first, second, third = found["records"]
        assert [(each["Contacts"]["totalSize"], each["Contacts"]["done"]) for each in (first, second)] == [
            (2, True),
            (2, True),
        ]
        assert [each["LastName"] for each in first["Contacts"]["records"]] == ["L5", "L7"]
        assert [each["LastName"] for each in second["Contacts"]["records"]] == ["L4", "L6"]
        child = first["Contacts"]["records"][0]
        assert child["attributes"] == {"type": "Contact", "url": "/services/data/v59.0/sobjects/Contact/c4"}
        assert (child["Account"]["Name"], child["IsDeleted"], child["MailingAddress"]) == (
            "Acme",
            False,
            None,
        )
        assert (third["Contacts"], third["Opportunities"]) == (None, None)

    def test_children_on_a_second_page(self, fresh: Served) -> None:
        accounts = [{"Id": f"a{number:05}", "Name": "Acme"} for number in range(2001)]
        contact = {"Id": "c", "LastName": "before", "AccountId": "a02000", "MailingCity": "Bonn"}
        fresh.salesforce.load("Account", accounts)
        fresh.salesforce.load("Contact", [contact])
        fresh.salesforce.load("Task", [{"Id": "t", "Subject": "Call", "WhoId": "c"}])
        client = fresh.client()
        inner = "SELECT LastName, MailingAddress, (SELECT Subject FROM Tasks) FROM Contacts"
        first = client.query(f"SELECT Id, ({inner}) FROM Account ORDER BY Id")
        client.Contact.update("c", {"LastName": "after"})
        (last,) = client.query_more(first["nextRecordsUrl"], identifier_is_url=True)["records"]
        (child,) = last["Contacts"]["records"]
        assert (child["LastName"], child["MailingAddress"]["city"]) == ("before", "Bonn")
        assert [task["Subject"] for task in child["Tasks"]["records"]] == ["Call"]

    def test_children_of_an_object_one_may_not_read(self, fresh: Served) -> None:
        rights = fresh.salesforce.all_permissions() - {"ReadContacts"}
        client = fresh.client(fresh.salesforce.token_for("reader@example.com", rights))
        with pytest.raises(SalesforceMalformedRequest, match="INVALID_TYPE"):
            client.query("SELECT Id, (SELECT Id FROM Contacts) FROM Account")

    def test_describe_names_the_children(self, org: Served) -> None:
        children = {
            each["relationshipName"]: each for each in org.client().Account.describe()["childRelationships"]
        }
        assert children["Contacts"]["childSObject"] == "Contact"
        assert children["Contacts"]["cascadeDelete"] is True
        assert children["ChildAccounts"]["cascadeDelete"] is False

    def test_compound_address(self, org: Served) -> None:
        client = org.client()
        account = client.Account.create({"Name": "Acme", "BillingCity": "Berlin", "BillingCountry": "DE"})[
            "id"
        ]
        address = client.Account.get(account)["BillingAddress"]
        assert (address["city"], address["country"], address["street"]) == ("Berlin", "DE", None)

    @pytest.mark.parametrize(
        ("soql", "code"),
        [
            ("SELECT Nothing__c FROM Lead", "INVALID_FIELD"),
            ("SELECT Id FROM Nothing", "INVALID_TYPE"),
            ("SELECT Id FORM Lead", "MALFORMED_QUERY"),
            ("", "MALFORMED_QUERY"),
            ("SELECT Id FROM Lead WHERE CreatedDate > '2020-01-01'", "INVALID_FIELD"),
        ],
    )
    def test_errors(self, org: Served, soql: str, code: str) -> None:
        with pytest.raises(SalesforceMalformedRequest) as raised:
            org.client().query(soql)
        assert raised.value.content[0]["errorCode"] == code


class TestBulkQuery:
    @pytest.mark.parametrize(("count", "size"), [(0, 10), (9, 10), (10, 10), (11, 10), (25, 10)])
    def test_pages_have_a_header_each(self, tmp_path: Path, count: int, size: int) -> None:
        with served(tmp_path, limits=False) as running:
            running.salesforce.load(
                "Lead", [{"Id": f"{n:03}", "LastName": 'a "b",\nc'} for n in range(count)]
            )
            pages = list(running.client().bulk2.Lead.query("SELECT Id, LastName FROM Lead", size, wait=0))
            assert len(pages) == max(1, -(-count // size))
            assert all(page.startswith('"Id","LastName"\n') for page in pages)
            found = rows_of(pages)
            assert [row["Id"] for row in found] == [f"{n:03}" for n in range(count)]
            assert all(row["LastName"] == 'a "b",\nc' for row in found)

    def test_spelling(self, org: Served) -> None:
        client = org.client()
        lead_id = create_lead(client, AnnualRevenue=12.5, NumberOfEmployees=7)
        fields = "Id, IsConverted, CreatedDate, AnnualRevenue, NumberOfEmployees, Email, Owner.Name"
        soql = f"SELECT {fields} FROM Lead WHERE Id = '{lead_id}'"
        (row,) = rows_of(client.bulk2.Lead.query(soql, wait=0))
        assert row == {
            "Id": lead_id,
            "IsConverted": "false",
            "CreatedDate": org.clock.now().strftime("%Y-%m-%dT%H:%M:%S.000Z"),
            "AnnualRevenue": "12.5",
            "NumberOfEmployees": "7",
            "Email": "",
            "Owner.Name": "Integration User",
        }

    def test_query_all_sees_deleted_rows(self, org: Served) -> None:
        client = org.client()
        lead_id = create_lead(client)
        client.Lead.delete(lead_id)
        soql = f"SELECT Id, IsDeleted FROM Lead WHERE Id = '{lead_id}'"
        assert rows_of(client.bulk2.Lead.query(soql, wait=0)) == []
        assert rows_of(client.bulk2.Lead.query_all(soql, wait=0)) == [{"Id": lead_id, "IsDeleted": "true"}]

    def job(self, org: Served, soql: str = "SELECT Id FROM Lead") -> str:
        body = {"operation": "query", "query": soql}
        answer = org.call("POST", "/services/data/v59.0/jobs/query", json=body)
        assert answer.json()["state"] == "UploadComplete"
        path = f"/services/data/v59.0/jobs/query/{answer.json()['id']}"
        assert org.ended(path)["state"] == "JobComplete"
        return path

    def test_headers_and_gzip(self, org: Served) -> None:
        create_lead(org.client())
        path = self.job(org)
        answer = org.call("GET", f"{path}/results", headers={"Accept-Encoding": "gzip"})
        assert answer.headers["Content-Encoding"] == "gzip"
        assert answer.headers["Sforce-Locator"] == "null"
        count = int(answer.headers["Sforce-NumberOfRecords"])
        assert count == len(rows_of([answer.text])) == org.call("GET", path).json()["numberRecordsProcessed"]
        plain = org.call("GET", f"{path}/results", headers={"Accept-Encoding": "identity"})
        assert "Content-Encoding" not in plain.headers
        assert plain.text == answer.text

    def test_delete(self, org: Served) -> None:
        path = self.job(org)
        assert org.call("DELETE", path).status_code == 204
        assert org.call("GET", path).status_code == 404

    def test_finished_job_cannot_be_aborted(self, org: Served) -> None:
        answer = org.call("PATCH", self.job(org), json={"state": "Aborted"})
        assert answer.json()[0]["errorCode"] == "INVALIDJOBSTATE"

    @pytest.mark.parametrize(
        ("soql", "code"),
        [
            ("SELECT Id FROM LeadStatus", "INVALIDENTITY"),
            ("SELECT Address FROM Lead", "FUNCTIONALITY_NOT_ENABLED"),
            ("SELECT COUNT() FROM Lead", "API_ERROR"),
            ("SELECT Id, (SELECT Id FROM Tasks) FROM Lead", "API_ERROR"),
            ("SELECT Nope__c FROM Lead", "INVALID_FIELD"),
        ],
    )
    def test_refused(self, org: Served, soql: str, code: str) -> None:
        body = {"operation": "query", "query": soql}
        answer = org.call("POST", "/services/data/v59.0/jobs/query", json=body)
        assert (answer.status_code, answer.json()[0]["errorCode"]) == (400, code)

    def test_others_go_on_while_a_page_is_sent(self, fresh: Served) -> None:
        rows = 60_000
        fresh.salesforce.load("Lead", ({"Id": f"{n:06}", "LastName": "Doe" * 20} for n in range(rows)))
        path, other = self.job(fresh, "SELECT Id, LastName FROM Lead"), self.job(fresh)
        plain = {"Accept-Encoding": "identity"}
        with fresh.call("GET", f"{path}/results", headers=plain, stream=True) as slow:
            parts = slow.iter_content(1000)
            start = next(parts)
            assert fresh.call("DELETE", other).status_code == 204
            add_field(fresh, "Score__c", {"type": "Checkbox"})
            records = [{"attributes": {"type": "Lead"}, "id": "000001", "Email": "bad"}]
            fresh.client().restful(
                "composite/sobjects", method="PATCH", json={"allOrNone": True, "records": records}
            )
            text = start + b"".join(parts)
        assert len(rows_of([text.decode()])) == rows

    def test_daily_number_of_jobs(self, fresh: Served) -> None:
        fresh.salesforce.org.usage.query_jobs_total = 1
        self.job(fresh)
        body = {"operation": "query", "query": "SELECT Id FROM Lead"}
        answer = fresh.call("POST", "/services/data/v59.0/jobs/query", json=body)
        assert (answer.status_code, answer.json()[0]["errorCode"]) == (400, "LIMIT_EXCEEDED")


class TestBulkIngest:
    def test_insert_update_delete(self, org: Served) -> None:
        client = org.client()
        good = [{"LastName": f"L{n}", "Company": "Bulk"} for n in range(3)]
        (job,) = client.bulk2.Lead.insert(records=[*good, {"LastName": "", "Company": "Bulk"}], wait=0)
        assert (job["numberRecordsProcessed"], job["numberRecordsFailed"]) == (4, 1)
        results = client.bulk2.Lead.get_all_ingest_records(job["job_id"])
        assert [row["sf__Created"] for row in results["successfulRecords"]] == ["true"] * 3
        assert results["failedRecords"][0]["sf__Error"].startswith("REQUIRED_FIELD_MISSING:Required fields")
        ids = [row["sf__Id"] for row in results["successfulRecords"]]
        client.bulk2.Lead.update(records=[{"Id": i, "Title": "CEO", "Industry": ""} for i in ids], wait=0)
        assert (
            client.query("SELECT COUNT() FROM Lead WHERE Company = 'Bulk' AND Title = 'CEO'")["totalSize"]
            == 3
        )
        client.bulk2.Lead.update(records=[{"Id": ids[0], "Title": "#N/A"}], wait=0)
        assert client.Lead.get(ids[0])["Title"] is None
        (job,) = client.bulk2.Lead.update(records=[{"Id": ids[0], "OwnerId": "#N/A"}], wait=0)
        (failed,) = client.bulk2.Lead.get_all_ingest_records(job["job_id"])["failedRecords"]
        assert failed["sf__Error"].startswith("INVALID_CROSS_REFERENCE_KEY:Owner ID: owner cannot be blank:")
        client.bulk2.Lead.delete(records=[{"Id": i} for i in ids], wait=0)
        assert client.query("SELECT COUNT() FROM Lead WHERE Company = 'Bulk'")["totalSize"] == 0

    def test_broken_row_fails_alone(self, org: Served) -> None:
        job = org.call(
            "POST", "/services/data/v59.0/jobs/ingest", json={"object": "Lead", "operation": "insert"}
        )
        path = f"/services/data/v59.0/jobs/ingest/{job.json()['id']}"
        text = "LastName,Company\nA,B\nonly one cell\n"
        assert org.call("PUT", f"{path}/batches", data=text).status_code == 201
        org.call("PATCH", path, json={"state": "UploadComplete"})
        assert org.ended(path)["state"] == "JobComplete"
        (failed,) = rows_of([org.call("GET", f"{path}/failedResults").text])
        assert (failed["LastName"], failed["sf__Error"][:14]) == ("only one cell", "INVALID_FIELD:")
        assert org.call("GET", f"{path}/unprocessedrecords").text == '"LastName","Company"\n'
        assert len(rows_of([org.call("GET", f"{path}/successfulResults").text])) == 1

    def test_unknown_column_fails_the_job(self, org: Served) -> None:
        with pytest.raises(Exception, match="Field name not found : Nope"):
            org.client().bulk2.Lead.insert(records=[{"Nope": "1"}], wait=0)

    def test_upsert(self, fresh: Served) -> None:
        add_field(fresh, "Key__c", {"type": "Text", "length": 20, "externalId": True})
        client = fresh.client()
        records = [{"Key__c": "k", "LastName": "A", "Company": "B"}]
        for _ in range(2):
            client.bulk2.Lead.upsert(records=records, external_id_field="Key__c", wait=0)
        assert client.query("SELECT COUNT() FROM Lead")["totalSize"] == 1


def add_field(org: Served, name: str, metadata: dict[str, Any], grant: bool = True) -> str:
    """Create a custom field on Lead and let the API user see it."""
    client = org.client()
    made = client.toolingexecute(
        "sobjects/CustomField", "POST", {"FullName": f"Lead.{name}", "Metadata": {"label": name} | metadata}
    )
    assert made["success"] is True
    if grant:
        client.FieldPermissions.create(
            {
                "ParentId": permission_set(client),
                "SobjectType": "Lead",
                "Field": f"Lead.{name}",
                "PermissionsRead": True,
                "PermissionsEdit": True,
            }
        )
    return str(made["id"])


def permission_set(client: Client) -> str:
    found = client.query("SELECT Id FROM PermissionSet WHERE Name = 'Ours'")["records"]
    if found:
        return str(found[0]["Id"])
    made = client.PermissionSet.create({"Name": "Ours", "Label": "Ours"})["id"]
    user = client.query("SELECT Id FROM User WHERE Username = 'integration@sandbox.example'")["records"][0][
        "Id"
    ]
    client.PermissionSetAssignment.create({"PermissionSetId": made, "AssigneeId": user})
    return str(made)


class TestCustomFields:
    def test_invisible_until_granted(self, fresh: Served) -> None:
        client = fresh.client()
        score = {"type": "Number", "precision": 5, "scale": 2}
        field_id = add_field(fresh, "Score__c", score, grant=False)
        lead_id = create_lead(client)
        with pytest.raises(SalesforceMalformedRequest, match="No such column 'Score__c' on entity 'Lead'"):
            client.query("SELECT Score__c FROM Lead")
        assert "Score__c" not in {each["name"] for each in client.Lead.describe()["fields"]}
        grant = {"ParentId": permission_set(client), "SobjectType": "Lead", "Field": "Lead.Score__c"}
        client.FieldPermissions.create(grant | {"PermissionsRead": True})
        assert client.query("SELECT Score__c FROM Lead")["records"][0]["Score__c"] is None
        with pytest.raises(SalesforceMalformedRequest, match="INVALID_FIELD_FOR_INSERT_UPDATE"):
            client.Lead.update(lead_id, {"Score__c": 5})
        granted = client.query("SELECT Id FROM FieldPermissions WHERE Field = 'Lead.Score__c'")["records"][0][
            "Id"
        ]
        client.FieldPermissions.update(granted, {"PermissionsEdit": True})
        client.Lead.update(lead_id, {"Score__c": 55.5})
        assert client.Lead.get(lead_id)["Score__c"] == 55.5
        with pytest.raises(SalesforceMalformedRequest, match="NUMBER_OUTSIDE_VALID_RANGE"):
            client.Lead.update(lead_id, {"Score__c": 1000})
        query = "query?q=SELECT+Id+FROM+CustomField+WHERE+DeveloperName='Score'+AND+TableEnumOrId='Lead'"
        assert client.toolingexecute(query)["records"][0]["Id"] == field_id

    def test_grants_that_cannot_be(self, fresh: Served) -> None:
        client = fresh.client()
        add_field(fresh, "Score__c", {"type": "Checkbox", "defaultValue": False})
        assigned = client.query("SELECT PermissionSetId, AssigneeId FROM PermissionSetAssignment")["records"][
            -1
        ]
        grant = {"ParentId": permission_set(client), "SobjectType": "Lead", "PermissionsRead": True}
        refused = [
            (client.FieldPermissions, grant | {"Field": "Lead.Nope__c"}, "INVALID_OR_NULL_FOR_RESTRICTED"),
            (client.FieldPermissions, grant | {"Field": "Score__c"}, "INVALID_OR_NULL_FOR_RESTRICTED"),
            (client.FieldPermissions, grant | {"SobjectType": "X", "Field": "X.Y"}, "Sobject Type Name: bad"),
            (client.FieldPermissions, grant | {"Field": "Lead.Score__c"}, "DUPLICATE_VALUE"),
            (client.PermissionSetAssignment, dict(assigned), "Duplicate PermissionSetAssignment"),
        ]
        for target, values, words in refused:
            values.pop("attributes", None)
            with pytest.raises(SalesforceMalformedRequest, match=words):
                target.create(values)

    def test_twice(self, fresh: Served) -> None:
        add_field(fresh, "Score__c", {"type": "Checkbox", "defaultValue": False})
        with pytest.raises(SalesforceMalformedRequest, match="DUPLICATE_DEVELOPER_NAME"):
            add_field(fresh, "Score__c", {"type": "Checkbox", "defaultValue": False})

    def test_fields_of_activities_belong_to_tasks_and_events(self, fresh: Served) -> None:
        client = fresh.client()
        text = {"label": "Key", "type": "Text", "length": 64, "unique": True}
        for name in ("Task", "Event"):
            with pytest.raises(SalesforceMalformedRequest, match="bad value for restricted picklist"):
                body = {"FullName": f"{name}.Key__c", "Metadata": text}
                client.toolingexecute("sobjects/CustomField", "POST", body)
        body = {"FullName": "Activity.Key__c", "Metadata": text}
        field_id = client.toolingexecute("sobjects/CustomField", "POST", body)["id"]
        assert client.toolingexecute(f"sobjects/CustomField/{field_id}")["FullName"] == "Activity.Key__c"
        for name in ("Task", "Event"):
            grant = {"ParentId": permission_set(client), "SobjectType": name, "Field": f"{name}.Key__c"}
            client.FieldPermissions.create(grant | {"PermissionsRead": True, "PermissionsEdit": True})
        lead = create_lead(client)
        client.Task.create({"Subject": "Call", "WhoId": lead, "Key__c": "k1"})
        with pytest.raises(SalesforceMalformedRequest, match="DUPLICATE_VALUE"):
            client.Task.create({"Subject": "Call", "WhoId": lead, "Key__c": "k1"})
        assert client.query("SELECT Key__c FROM Event")["totalSize"] == 0
        client.toolingexecute(f"sobjects/CustomField/{field_id}", "DELETE")
        for name in ("Task", "Event"):
            with pytest.raises(SalesforceMalformedRequest, match="INVALID_FIELD"):
                client.query(f"SELECT Key__c FROM {name}")

    def test_delete(self, fresh: Served) -> None:
        field_id = add_field(fresh, "Score__c", {"type": "DateTime"})
        fresh.client().toolingexecute(f"sobjects/CustomField/{field_id}", "DELETE")
        with pytest.raises(SalesforceMalformedRequest, match="INVALID_FIELD"):
            fresh.client().query("SELECT Score__c FROM Lead")

    def test_a_default_and_a_requirement_hold_as_long_as_their_field(self, fresh: Served) -> None:
        client = fresh.client()
        create_lead(client)
        add_field(fresh, "Fresh__c", {"type": "Checkbox", "defaultValue": True})
        assert client.Lead.get(create_lead(client))["Fresh__c"] is True
        text = {"type": "Text", "length": 20, "required": True}
        needed = add_field(fresh, "Needed__c", text)
        with pytest.raises(SalesforceMalformedRequest, match=r"missing: \[Needed__c"):
            create_lead(client)
        client.toolingexecute(f"sobjects/CustomField/{needed}", "DELETE")
        fresh.salesforce.remove_field("Lead", "Fresh__c")
        assert create_lead(client)

    def test_hidden_and_removed_fields(self, fresh: Served) -> None:
        add_field(fresh, "Score__c", {"type": "Checkbox"})
        fresh.salesforce.hide_field("Lead", "Rating")
        fresh.salesforce.remove_field("Lead", "Score__c")
        names = {each["name"] for each in fresh.client().Lead.describe()["fields"]}
        assert not names & {"Rating", "Score__c"}
        for name in ("Rating", "Score__c"):
            with pytest.raises(SalesforceMalformedRequest, match="INVALID_FIELD"):
                fresh.client().query(f"SELECT {name} FROM Lead")

    @pytest.mark.parametrize(
        ("metadata", "code"),
        [
            ({"type": "Text"}, "FIELD_INTEGRITY_EXCEPTION"),
            ({"type": "Number"}, "FIELD_INTEGRITY_EXCEPTION"),
            ({}, "REQUIRED_FIELD_MISSING"),
        ],
    )
    def test_refused(self, fresh: Served, metadata: dict[str, Any], code: str) -> None:
        with pytest.raises(SalesforceMalformedRequest, match=code):
            add_field(fresh, "Score__c", metadata)


class TestPermissions:
    def test_no_metadata_right(self, fresh: Served) -> None:
        rights = fresh.salesforce.all_permissions() - {"ModifyMetadata"}
        client = fresh.client(fresh.salesforce.token_for("reader@example.com", rights))
        with pytest.raises(SalesforceRefusedRequest, match="INSUFFICIENT_ACCESS"):
            body = {"FullName": "Lead.X__c", "Metadata": {"type": "Checkbox"}}
            client.toolingexecute("sobjects/CustomField", "POST", body)

    def test_no_edit_right(self, fresh: Served) -> None:
        lead_id = create_lead(fresh.client())
        rights = fresh.salesforce.all_permissions() - {"EditLeads"}
        client = fresh.client(fresh.salesforce.token_for("reader@example.com", rights))
        assert client.Lead.get(lead_id)["Id"] == lead_id
        assert client.Lead.describe()["updateable"] is False
        with pytest.raises(SalesforceRefusedRequest, match="INSUFFICIENT_ACCESS"):
            client.Lead.update(lead_id, {"Title": "x"})

    def test_no_read_right(self, fresh: Served) -> None:
        rights = fresh.salesforce.all_permissions() - {"ReadLeads"}
        client = fresh.client(fresh.salesforce.token_for("reader@example.com", rights))
        with pytest.raises(SalesforceMalformedRequest, match="INVALID_TYPE"):
            client.query("SELECT Id FROM Lead")
        assert "Lead" not in {each["name"] for each in client.describe()["sobjects"]}

    def test_results_are_for_who_asked(self, fresh: Served) -> None:
        fresh.salesforce.load("Lead", [{"Id": f"{number:05}", "LastName": "Doe"} for number in range(201)])
        few = {"Sforce-Query-Options": "batchSize=200"}
        path = "/services/data/v59.0"
        first = fresh.call("GET", f"{path}/query", params={"q": "SELECT Id FROM Lead"}, headers=few).json()
        body = {"operation": "query", "query": "SELECT Id FROM Lead"}
        job = fresh.call("POST", f"{path}/jobs/query", json=body).json()["id"]
        rights = fresh.salesforce.all_permissions() - {"ReadLeads"}
        other = {"Authorization": f"Bearer {fresh.salesforce.token_for('other@example.com', rights)}"}
        refused = fresh.call("GET", first["nextRecordsUrl"], headers=other)
        assert (refused.status_code, refused.json()[0]["errorCode"]) == (400, "INVALID_QUERY_LOCATOR")
        refused = fresh.call("GET", f"{path}/jobs/query/{job}/results", headers=other)
        assert (refused.status_code, refused.json()[0]["errorCode"]) == (404, "NOT_FOUND")
        assert len(fresh.call("GET", first["nextRecordsUrl"]).json()["records"]) == 1
        assert len(rows_of([fresh.call("GET", f"{path}/jobs/query/{job}/results").text])) == 201

    def test_api_switched_off(self, fresh: Served) -> None:
        client = fresh.client(fresh.salesforce.token_for("nobody@example.com", []))
        with pytest.raises(SalesforceRefusedRequest, match="API is not enabled"):
            client.query("SELECT Id FROM Lead")


class TestAutomation:
    def test_assignment_rule(self, fresh: Served) -> None:
        fresh.salesforce.load("Group", [{"Id": "00Gqueue", "Name": "German leads", "Type": "Queue"}])
        fresh.salesforce.load_assignment_rule([AssignmentEntry("00Gqueue", {"Country": "DE"})])
        client = fresh.client()
        assert client.Lead.get(create_lead(client, Country="DE"))["OwnerId"] == "00Gqueue"
        lead_id = create_lead(client, Country="FR")
        off = {"Sforce-Auto-Assign": "FALSE"}
        client.Lead.update(lead_id, {"Country": "DE"}, headers=off)
        assert client.Lead.get(lead_id)["OwnerId"] != "00Gqueue"
        client.Lead.update(lead_id, {"Title": "x"})
        assert client.Lead.get(lead_id)["OwnerId"] == "00Gqueue"

    def test_lead_history(self, fresh: Served) -> None:
        fresh.salesforce.load("Group", [{"Id": "00Gqueue", "Name": "Queue", "Type": "Queue"}])
        client = fresh.client()
        lead_id = create_lead(client)
        client.Lead.update(lead_id, {"Status": "Working", "OwnerId": "00Gqueue", "Title": "not tracked"})
        soql = f"SELECT Field, OldValue, NewValue FROM LeadHistory WHERE LeadId = '{lead_id}'"
        changes = {(r["Field"], r["OldValue"], r["NewValue"]) for r in client.query(soql)["records"]}
        user = fresh.salesforce.org.integration_user.id
        assert changes == {
            ("created", None, None),
            ("Status", "Open", "Working"),
            ("Owner", "Integration User", "Queue"),
            ("Owner", user, "00Gqueue"),
        }

    def test_opportunity_stage(self, fresh: Served) -> None:
        client = fresh.client()
        values = {"Name": "Deal", "StageName": "Prospecting", "CloseDate": "2026-05-01", "Amount": 100}
        deal = client.Opportunity.create(values)["id"]
        client.Opportunity.update(deal, {"StageName": "Closed Won"})
        read = client.Opportunity.get(deal)
        assert (read["IsClosed"], read["IsWon"], read["Probability"]) == (True, True, 100.0)
        assert (read["ExpectedRevenue"], read["FiscalYear"], read["FiscalQuarter"]) == (100.0, 2026, 2)
        history = client.query(f"SELECT StageName FROM OpportunityHistory WHERE OpportunityId = '{deal}'")
        assert {row["StageName"] for row in history["records"]} == {"Prospecting", "Closed Won"}
        fields = client.query(f"SELECT Field FROM OpportunityFieldHistory WHERE OpportunityId = '{deal}'")
        assert {row["Field"] for row in fields["records"]} == {"created", "StageName"}
        client.Opportunity.update(deal, {"Amount": 250.5, "CloseDate": "2026-06-01"})
        soql = f"""SELECT Field, DataType, OldValue, NewValue FROM OpportunityFieldHistory
            WHERE OpportunityId = '{deal}' AND Field IN ('StageName', 'Amount', 'CloseDate')"""
        values = {tuple(row.values())[1:] for row in client.query(soql)["records"]}
        assert values == {
            ("StageName", "DynamicEnum", "Prospecting", "Closed Won"),
            ("Amount", "Currency", 100.0, 250.5),
            ("CloseDate", "DateOnly", "2026-05-01", "2026-06-01"),
        }
        assert {row["NewValue"] for row in rows_of(client.bulk2.Lead.query(soql, wait=0))} == {
            "Closed Won",
            "250.5",
            "2026-06-01",
        }


class TestLoading:
    def test_rows_are_kept_as_they_are(self, fresh: Served) -> None:
        row = {"Id": "any id 1", "LastName": "Doe", "CreatedDate": "2024-05-01T10:00:00+02:00"}
        row |= {
            "SystemModstamp": "2024-06-01",
            "IsConverted": "TRUE",
            "Total_Visits": "007",
            "AnnualRevenue": "",
        }
        fresh.salesforce.load("Lead", [row])
        lead = fresh.client().query("SELECT FIELDS(ALL) FROM Lead LIMIT 1")["records"][0]
        assert lead["Id"] == "any id 1"
        assert lead["CreatedDate"] == "2024-05-01T08:00:00.000+0000"
        assert lead["SystemModstamp"] == "2024-06-01T00:00:00.000+0000"
        assert (lead["IsConverted"], lead["Total_Visits"], lead["AnnualRevenue"]) == (True, "007", None)
        fields = {each["name"]: each for each in fresh.client().Lead.describe()["fields"]}
        assert fields["Total_Visits"]["custom"] is True

    def test_problem_names_the_fault(self, fresh: Served) -> None:
        assert "not a number" in str(fresh.salesforce.problem("Lead", "AnnualRevenue", "much"))
        assert fresh.salesforce.problem("Lead", "AnnualRevenue", "5") is None
        assert fresh.salesforce.problem("Lead", "Anything_else", "much") is None

    def test_formula_field_does_not_move_the_stamp(self, fresh: Served) -> None:
        fresh.salesforce.load("Account", [{"Id": "a1", "Name": "Acme", "Industry": "Banking"}])
        fresh.salesforce.load("Contact", [{"Id": "c1", "LastName": "Doe", "AccountId": "a1"}])
        fresh.salesforce.load_formula_field("Contact", "Account_Industry__c", "string", "{Account.Industry}")
        client = fresh.client()
        before = client.Contact.get("c1")
        fresh.clock.advance(hours=1)
        client.Account.update("a1", {"Industry": "Energy"})
        after = client.Contact.get("c1")
        assert (before["Account_Industry__c"], after["Account_Industry__c"]) == ("Banking", "Energy")
        assert before["SystemModstamp"] == after["SystemModstamp"]
        field = {each["name"]: each for each in client.Contact.describe()["fields"]}["Account_Industry__c"]
        assert (field["calculated"], field["updateable"]) == (True, False)


def test_certificate_is_checked(org: Served) -> None:
    with pytest.raises(requests.exceptions.SSLError):
        requests.get(f"{org.url}/services/data", timeout=30)
