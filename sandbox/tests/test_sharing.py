"""A token or a user who sees a part of the records: whatever way they are read, the others are not among them."""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from leadwright_sandbox.testing import Sandbox

DATA = "/services/data/v62.0"
OURS, THEIRS = "005000000000001AAA", "005000000000002AAA"


@pytest.fixture(scope="module")
def crm(start_sandbox: Any) -> Any:
    return start_sandbox("--leads", "0", "--no-limits", "--control")


@pytest.fixture(scope="module")
def control(crm: Sandbox) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=crm["control"]["url"], timeout=30) as client:
        yield client


def load(control: httpx.Client, crm_name: str, object_name: str, rows: list[dict[str, Any]]) -> None:
    answer = control.post(f"/{crm_name}/load", json={"object": object_name, "rows": rows})
    assert answer.status_code == 204, answer.text


# -- HubSpot ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def hubspot(crm: Sandbox, control: httpx.Client) -> Iterator[httpx.Client]:
    load(
        control,
        "hubspot",
        "owners",
        [{"id": "71", "email": "a@x.example"}, {"id": "72", "email": "b@x.example"}],
    )
    owners = {"1": "71", "2": "72", "3": "", "4": "71"}
    rows = [
        {"hs_object_id": each, "email": f"c{each}@x.example", "hubspot_owner_id": owner}
        for each, owner in owners.items()
    ]
    load(control, "hubspot", "contacts", rows)
    load(
        control,
        "hubspot",
        "companies",
        [{"hs_object_id": "1", "hubspot_owner_id": "71"}, {"hs_object_id": "2", "hubspot_owner_id": "72"}],
    )
    headers = {"Authorization": f"Bearer {crm['hubspot']['token']}"}
    with httpx.Client(base_url=crm["hubspot"]["url"], headers=headers, timeout=30) as client:
        for contact, company in (("1", "1"), ("1", "2"), ("2", "1")):
            path = f"/crm/v4/objects/contacts/{contact}/associations/default/companies/{company}"
            assert client.put(path).status_code == 200
        yield client


@pytest.fixture
def team(hubspot: httpx.Client, control: httpx.Client) -> Iterator[httpx.Client]:
    """The caller, seeing what owner 71 has."""
    assert control.put("/hubspot/sharing", json={"owners": ["71"]}).status_code == 204
    yield hubspot
    control.put("/hubspot/sharing", json={"owners": None})


CONTACTS = "/crm/v3/objects/contacts"


def ids(answer: httpx.Response) -> list[str]:
    assert answer.status_code in (200, 207), answer.text
    return [record["id"] for record in answer.json()["results"]]


def test_hubspot_lists_searches_and_reads_a_teams_records(team: httpx.Client) -> None:
    assert ids(team.get(CONTACTS)) == ["1", "4"]
    found = team.post(f"{CONTACTS}/search", json={"limit": 100})
    assert (ids(found), found.json()["total"]) == (["1", "4"], 2)
    by_email = {
        "filters": [{"propertyName": "email", "operator": "IN", "values": ["c1@x.example", "c2@x.example"]}]
    }
    assert ids(team.post(f"{CONTACTS}/search", json=by_email)) == ["1"]
    inputs = [{"id": each} for each in "1234"]
    assert ids(team.post(f"{CONTACTS}/batch/read", json={"inputs": inputs})) == ["1", "4"]
    assert [team.get(f"{CONTACTS}/{each}").status_code for each in "1234"] == [200, 404, 404, 200]


def test_hubspot_shows_no_links_to_what_is_hidden(team: httpx.Client) -> None:
    path = "/crm/v4/associations/contacts/companies/batch/read"
    read = team.post(path, json={"inputs": [{"id": "1"}, {"id": "2"}]}).json()
    [linked] = read["results"]
    assert (linked["from"]["id"], {to["toObjectId"] for to in linked["to"]}) == ("1", {1})
    assert read["numErrors"] == 1
    listed = team.get(f"{CONTACTS}?associations=companies").json()["results"]
    assert {link["id"] for link in listed[0]["associations"]["companies"]["results"]} == {"1"}


def test_hubspot_writes_to_what_is_hidden_find_nothing(team: httpx.Client, control: httpx.Client) -> None:
    body = {"properties": {"city": "Oslo"}}
    assert team.patch(f"{CONTACTS}/2", json=body).status_code == 404
    assert team.patch(f"{CONTACTS}/4", json=body).status_code == 200
    assert team.post(CONTACTS, json={"properties": {"email": "c2@x.example"}}).status_code == 409
    made = team.post(CONTACTS, json={"properties": {"email": "new@x.example"}})
    assert made.status_code == 201
    assert team.get(f"{CONTACTS}/{made.json()['id']}").status_code == 404, "it is nobody's"
    control.put("/hubspot/sharing", json={"owners": ["71"], "unassigned": True})
    assert {"3", made.json()["id"]} <= set(ids(team.get(CONTACTS)))


def test_hubspot_hides_from_one_token_only(team: httpx.Client, crm: Sandbox, control: httpx.Client) -> None:
    token = control.post("/hubspot/tokens", json={"scopes": ["crm.objects.contacts.read"]}).json()["token"]
    headers = {"Authorization": f"Bearer {token}"}
    assert "2" in ids(team.get(CONTACTS, headers=headers))
    assert control.put("/hubspot/sharing", json={"token": "x", "owners": []}).status_code == 400
    assert control.put("/hubspot/sharing", json={"owners": "71"}).status_code == 400
    assert control.put("/hubspot/sharing", json={}).status_code == 400


# -- Salesforce ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def org(crm: Sandbox, control: httpx.Client) -> Iterator[httpx.Client]:
    load(
        control,
        "salesforce",
        "User",
        [{"Id": each, "LastName": each, "Username": f"{each}@x"} for each in (OURS, THEIRS)],
    )
    leads = [
        {
            "Id": f"00Q00000000000{n}AAA",
            "LastName": str(n),
            "Company": "X",
            "OwnerId": owner,
            "IsDeleted": n == 4,
        }
        for n, owner in ((1, OURS), (2, THEIRS), (3, OURS), (4, THEIRS))
    ]
    load(control, "salesforce", "Lead", leads)
    load(
        control,
        "salesforce",
        "LeadHistory",
        [{"LeadId": lead["Id"], "Field": "Status", "NewValue": "x"} for lead in leads],
    )
    load(control, "salesforce", "Campaign", [{"Id": "701000000000001AAA", "Name": "C", "OwnerId": THEIRS}])
    load(
        control,
        "salesforce",
        "CampaignMember",
        [{"CampaignId": "701000000000001AAA", "LeadId": leads[0]["Id"]}],
    )
    said = crm["salesforce"]
    headers = {"Authorization": f"Bearer {said['token']}"}
    with httpx.Client(base_url=said["url"], headers=headers, verify=said["ca_file"], timeout=30) as client:
        yield client


@pytest.fixture
def part(org: httpx.Client, control: httpx.Client) -> Iterator[httpx.Client]:
    """The caller, seeing what one user owns."""
    assert control.put("/salesforce/sharing", json={"owners": [OURS]}).status_code == 204
    yield org
    control.put("/salesforce/sharing", json={"owners": None})


def names(org: httpx.Client, soql: str, path: str = "query") -> list[str]:
    answer = org.get(f"{DATA}/{path}", params={"q": soql})
    assert answer.status_code == 200, answer.text
    return [record["LastName"] for record in answer.json()["records"]]


def test_salesforce_queries_leave_out_what_is_not_shared(part: httpx.Client) -> None:
    assert names(part, "SELECT LastName FROM Lead ORDER BY LastName") == ["1", "3"]
    assert names(part, "SELECT LastName FROM Lead ORDER BY LastName", "queryAll") == ["1", "3"]
    count = part.get(f"{DATA}/query", params={"q": "SELECT COUNT() FROM Lead"}).json()
    assert count["totalSize"] == 2
    for name, size in (("LeadHistory", 2), ("CampaignMember", 0), ("User", 2)):
        condition = f" WHERE Id IN ('{OURS}', '{THEIRS}')" if name == "User" else ""
        asked = part.get(f"{DATA}/query", params={"q": f"SELECT Id FROM {name}{condition}"}).json()
        assert asked["totalSize"] == size, name


def test_salesforce_rows_that_are_not_shared_are_not_found(part: httpx.Client) -> None:
    ours, theirs = "00Q000000000001AAA", "00Q000000000002AAA"
    body = {"City": "Oslo"}
    assert part.get(f"{DATA}/sobjects/Lead/{ours}").json()["LastName"] == "1"
    assert part.get(f"{DATA}/sobjects/Lead/{theirs}").status_code == 404
    assert part.patch(f"{DATA}/sobjects/Lead/{theirs}", json=body).status_code == 404
    assert part.patch(f"{DATA}/sobjects/Lead/{ours}", json=body).status_code == 204
    read = part.get(
        f"{DATA}/composite/sobjects/Lead", params={"ids": f"{ours},{theirs}", "fields": "LastName"}
    )
    assert [each and each["LastName"] for each in read.json()] == ["1", None]
    records = [{"attributes": {"type": "Lead"}, "id": each, **body} for each in (ours, theirs)]
    saved = part.patch(f"{DATA}/composite/sobjects", json={"allOrNone": False, "records": records}).json()
    assert [each["success"] for each in saved] == [True, False]
    assert saved[1]["errors"][0]["statusCode"] == "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY"


def test_salesforce_jobs_leave_out_what_is_not_shared(part: httpx.Client) -> None:
    asked = {"operation": "queryAll", "query": "SELECT LastName FROM Lead"}
    job = part.post(f"{DATA}/jobs/query", json=asked).json()["id"]
    while (state := part.get(f"{DATA}/jobs/query/{job}").json())["state"] != "JobComplete":
        assert state["state"] in ("UploadComplete", "InProgress")
        time.sleep(0.02)
    assert state["numberRecordsProcessed"] == 2
    text = part.get(f"{DATA}/jobs/query/{job}/results").text
    assert sorted(row["LastName"] for row in csv.DictReader(io.StringIO(text))) == ["1", "3"]


def test_salesforce_hides_from_one_user_only(part: httpx.Client, control: httpx.Client) -> None:
    token = control.post("/salesforce/users", json={"username": "all@x.example"}).json()["token"]
    asked = {"q": "SELECT Id FROM Lead"}
    headers = {"Authorization": f"Bearer {token}"}
    assert part.get(f"{DATA}/query", params=asked, headers=headers).json()["totalSize"] == 3
    control.put("/salesforce/sharing", json={"username": "all@x.example", "owners": [THEIRS]})
    assert part.get(f"{DATA}/query", params=asked, headers=headers).json()["totalSize"] == 1
    assert part.get(f"{DATA}/query", params=asked).json()["totalSize"] == 2
    for given in ({"owners": "x"}, {}, {"username": "nobody", "owners": []}, {"owners": [], "user": "x"}):
        assert control.put("/salesforce/sharing", json=given).status_code == 400, given
