"""Lists of HubSpot and campaigns of Salesforce, as the sandbox serves them: what is found, refused, and followed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from leadwright import connectors
from leadwright.connectors import retry
from leadwright.connectors.base import IS_MEMBER, MEMBERSHIPS, Change, KeepsLists, Ours
from leadwright.connectors.errors import AuthError
from leadwright_sandbox.testing.org import ENVELOPE
from tests.integration.test_membership_histories import NAME, Org, Portal, org, portal


@pytest.fixture
def hubspot(tmp_path: Path) -> Iterator[Portal]:
    with portal(tmp_path) as side:
        yield side


@pytest.fixture
def salesforce(tmp_path: Path) -> Iterator[Org]:
    with org(tmp_path) as side:
        yield side


@pytest.fixture(autouse=True)
def no_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retry, "ROW_WAITS", (0.0,))


def change(person: str, name: str = NAME, *, joins: bool = True, ours: Ours | None = None) -> Change:
    return Change(f"{person}/{name}", {IS_MEMBER: joins}, {IS_MEMBER: not joins}, ours)


def told(connector: Any, *changes: Change) -> list[tuple[str, str | None]]:
    return [(o.status, o.code) for o in connector.push(MEMBERSHIPS, changes)]


def shown(connector: Any, *ids: str) -> dict[str, str]:
    pieces = connector.read_back(MEMBERSHIPS, [IS_MEMBER], ids)
    return {row["record_id"]: row[IS_MEMBER] for piece in pieces for row in piece.rows.to_pylist()}


def convert(side: Org, lead: str) -> str:
    """The contact that a lead becomes."""
    asked = (
        f"<leadConverts><leadId>{lead}</leadId><convertedStatus>Qualified</convertedStatus></leadConverts>"
    )
    token = side.org.credentials["token"]
    sent = side.org.session().post(
        f"{side.org.url}/services/Soap/u/67.0",
        data=ENVELOPE.format(token=token, name="convertLead", body=asked),
        headers={"SOAPAction": "x", "Content-Type": "text/xml"},
        timeout=30,
    )
    return sent.text.partition("<contactId>")[2].partition("<")[0]


def test_250_contacts_are_put_on_a_list_by_its_name_and_taken_off_by_its_id(hubspot: Portal) -> None:
    connector = hubspot.connect()
    people = [hubspot.make() for _ in range(250)]
    hubspot.wire.calls = 0
    outcomes = list(connector.push(MEMBERSHIPS, [change(person) for person in people]))
    assert {o.status for o in outcomes} == {"accepted"}
    assert hubspot.members() == set(people)
    assert hubspot.wire.calls == 1 + 2 * 3, "the list is looked up once, and asked before each hundred"
    by_id = str(hubspot.list.id)
    stored = Ours(stored_by=outcomes[0].updated_at)
    leaving = [change(person, by_id, joins=False, ours=stored) for person in people[:3]]
    assert told(connector, *leaving) == [("accepted", None)] * 3
    assert hubspot.members() == set(people[3:])
    asked = [f"{people[0]}/{NAME}", f"{people[9]}/{by_id}", f"{people[9]}/no list"]
    assert shown(connector, *asked) == {asked[0]: "false", asked[1]: "true"}


def test_hubspot_names_what_it_does_not_take(hubspot: Portal) -> None:
    connector, person = hubspot.connect(), hubspot.make()
    hubspot.hubspot.lists.create("By filters", "0-1", "DYNAMIC")
    hubspot.hubspot.lists.create("Of companies", "0-2", "MANUAL")
    assert told(connector, change("999999999")) == [("rejected", "RECORD_MISSING")]
    assert told(connector, change(person, "By filters")) == [("rejected", "LIST_IS_DYNAMIC")]
    assert told(connector, change(person, "Of companies")) == [("rejected", "LIST_NOT_FOUND")]
    assert told(connector, change(person, "404")) == [("rejected", "LIST_NOT_FOUND")]
    assert told(connector, change(person)) == [("accepted", None)]
    hubspot.list.processing = "DYNAMIC"  # somebody turns it while we know it as static
    ((status, code),) = told(connector, change(hubspot.make()))
    assert status == "rejected" and code
    remedies = connectors.remedies("hubspot")
    assert {"LIST_NOT_FOUND", "LIST_IS_DYNAMIC", "RECORD_MISSING"} <= set(remedies)


def test_doctor_looks_at_each_list(hubspot: Portal, salesforce: Org) -> None:
    hubspot.hubspot.lists.create("By filters", "0-1", "DYNAMIC")
    salesforce.org.salesforce.load(
        "Campaign", [{"Id": "701000000000002AAA", "Name": "Over", "IsActive": False}]
    )
    for connector, other, says in (
        (hubspot.connect(), "By filters", "by its filters"),
        (salesforce.connect(), "Over", "is not active"),
    ):
        assert isinstance(connector, KeepsLists)
        found = {
            f.check.partition("'")[2].rstrip("'"): f for f in connector.check_lists([NAME, other, "None"])
        }
        assert found[""].ok and NAME in found[""].detail
        assert not found[other].ok and says in found[other].detail and found[other].fix
        assert not found["None"].ok and "no" in found["None"].detail


def test_a_token_without_the_scopes_of_lists_stops_before_anything_is_sent(hubspot: Portal) -> None:
    connector = hubspot.connect()
    assert connector.ensure_fields(MEMBERSHIPS, ()) == []
    few = hubspot.hubspot.make_token(["crm.objects.contacts.read", "crm.lists.read"])
    poor: Any = connectors.connect("hubspot", {"url": hubspot.url, "token": few})
    with pytest.raises(AuthError, match=r"crm\.lists\.write") as error:
        poor.ensure_fields(MEMBERSHIPS, ())
    assert error.value.missing == ("crm.lists.write",)


def test_203_leads_are_put_into_a_campaign_and_a_converted_one_is_found_by_its_contact(
    salesforce: Org,
) -> None:
    connector = salesforce.connect()
    people = [salesforce.make() for _ in range(203)]
    outcomes = list(connector.push(MEMBERSHIPS, [change(person) for person in people]))
    assert {o.status for o in outcomes} == {"accepted"} and salesforce.members() == set(people)
    assert told(connector, change(people[0])) == [("skipped", "already_member")]
    converted = convert(salesforce, people[0])
    stored = Ours(stored_by=outcomes[0].updated_at)
    assert shown(connector, f"{converted}/{NAME}") == {f"{converted}/{NAME}": "true"}
    assert told(connector, change(people[0], "701000000000009AAA")) == [("rejected", "CAMPAIGN_NOT_FOUND")]
    assert told(connector, change(converted, joins=False, ours=stored)) == [("accepted", None)]
    assert shown(connector, f"{converted}/{NAME}") == {f"{converted}/{NAME}": "false"}
    assert len(salesforce.members()) == 202


def test_salesforce_names_what_it_does_not_take(salesforce: Org) -> None:
    connector, person = salesforce.connect(), salesforce.make()
    rows = [{"Id": f"70100000000000{n}AAA", "Name": "Twice", "IsActive": True} for n in (5, 6)]
    salesforce.org.salesforce.load("Campaign", [*rows, {"Id": "701000000000007AAA", "Name": "Over"}])
    assert told(connector, change("00Q000000000999AAA")) == [("rejected", "INVALID_CROSS_REFERENCE_KEY")]
    assert told(connector, change(person, "Twice")) == [("rejected", "SEVERAL_CAMPAIGNS")]
    assert told(connector, change(person, "Over")) == [("rejected", "CAMPAIGN_INACTIVE")]
    assert told(connector, change(person, "None")) == [("rejected", "CAMPAIGN_NOT_FOUND")]
    assert connector.ensure_fields(MEMBERSHIPS, ()) == []
