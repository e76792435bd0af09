"""The Salesforce connector against the sandbox: ways to log in, REST and bulk, deleted rows, fields, row fates."""

from __future__ import annotations

import csv
import ssl
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pyarrow as pa
import pytest
import requests
from simple_salesforce import Salesforce as Sdk

from leadwright import connectors
from leadwright.connectors.base import Change, FieldSpec
from leadwright.connectors.errors import AuthError, ConfigError, SchemaDriftError, UnavailableError
from leadwright.connectors.salesforce import bulk, reading
from leadwright_sandbox.testing.org import ENVELOPE
from tests.conftest import Sandbox

NOW = datetime(2026, 6, 30, 12, tzinfo=UTC)
LONG_AGO = datetime(2004, 2, 29, 12, tzinfo=UTC)
LEADS = 4_500
ACCOUNTS = 2_500
ODD = {0: "NA", 1: "None", 2: 'a "quoted", text', 3: "two\nlines", 4: "0012", 5: "ßø\u2028漢"}


def write(path: Path, header: list[str], rows: Sequence[tuple[str, ...]]) -> None:
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([header, *rows])


def lead_id(number: int) -> str:
    return f"00Q{number:012}"


@pytest.fixture(scope="module")
def crm(start_sandbox: Callable[..., Sandbox], tmp_path_factory: pytest.TempPathFactory) -> Sandbox:
    folder = tmp_path_factory.mktemp("salesforce")
    names = [ODD.get(i, f"Company {i}") for i in range(LEADS)]
    modstamps = [
        (NOW - timedelta(days=1, seconds=i // 10)).strftime("%Y-%m-%dT%H:%M:%SZ") for i in range(LEADS)
    ]
    rows = [(lead_id(i), f"Person {i}", names[i], modstamps[i]) for i in range(LEADS)]
    write(folder / "Lead.csv", ["Id", "LastName", "Company", "SystemModstamp"], rows)
    accounts = [
        (f"001{i:012}", f"Account {i}", LONG_AGO.strftime("%Y-%m-%dT%H:%M:%SZ")) for i in range(ACCOUNTS)
    ]
    write(folder / "Account.csv", ["Id", "Name", "SystemModstamp"], accounts)
    return start_sandbox("--import", f"salesforce={folder}", "--now", NOW.isoformat(), "--control")


def connect(crm: Sandbox, **other: str) -> Any:
    return connectors.connect("salesforce", {**crm.credentials("salesforce"), **other})


def read(connector: Any, name: str, fields: list[str], since: datetime | None = None) -> pa.Table:
    return pa.Table.from_batches(list(connector.pull(name, fields, since)))


def served(crm: Sandbox) -> dict[str, int]:
    return dict(httpx.get(f"{crm['control']['url']}/requests").json()["salesforce"])


def sdk(crm: Sandbox) -> Sdk:
    said = crm["salesforce"]
    client = Sdk(session_id=said["token"], instance_url=said["url"], version="67.0")
    client.session.trust_env = False  # a certificate file in the environment would win
    client.session.verify = said["ca_file"]
    return client


@pytest.mark.parametrize("way", ["client credentials", "refresh token", "jwt bearer", "access token"])
def test_every_way_to_log_in(crm: Sandbox, way: str) -> None:
    said = crm["salesforce"]
    key = said["private_key_file"]
    values = {
        "client credentials": {"client_id": said["client_id"], "client_secret": said["client_secret"]},
        "refresh token": {"client_id": said["client_id"], "refresh_token": said["refresh_token"]},
        "jwt bearer": {
            "client_id": said["client_id"],
            "username": said["username"],
            "private_key_file": key,
        },
        "access token": {"token": said["token"]},
    }[way]
    connector = connectors.connect("salesforce", {"url": said["url"], "ca": said["ca_file"], **values})
    findings = {finding.check: finding for finding in connector.check({}, {})}
    assert [finding for finding in findings.values() if not finding.ok] == []
    login = findings["Salesforce login"]
    assert login.detail.lower() == f"accepted, by {way}"
    assert ("cannot be renewed" in login.fix) == (way == "access token")


def test_a_wrong_secret_says_so_and_is_not_shown(crm: Sandbox) -> None:
    said = crm["salesforce"]
    values = {
        "url": said["url"],
        "ca": said["ca_file"],
        "client_id": said["client_id"],
        "client_secret": "sesame",
    }
    connector = connectors.connect("salesforce", values)
    with pytest.raises(AuthError, match="LEADWRIGHT_SALESFORCE_CLIENT_SECRET") as caught:
        read(connector, "Lead", ["Company"])
    assert "sesame" not in str(caught.value)


def test_an_authority_that_is_not_trusted(crm: Sandbox) -> None:
    said = crm["salesforce"]
    connector = connectors.connect("salesforce", {"url": said["url"], "token": said["token"]})
    (finding,) = connector.check({}, {})
    assert "LEADWRIGHT_SALESFORCE_CA" in finding.detail


def test_an_org_that_is_older_than_the_version_asked_for(crm: Sandbox) -> None:
    findings = list(connect(crm, api_version="99.0").check({}, {}))
    assert (
        "67.0: the org does not offer 99.0" in {f.check: f.detail for f in findings}["Salesforce API version"]
    )


def test_many_rows_come_in_bulk_and_few_by_rest_and_both_say_the_same(
    crm: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    connector = connect(crm)
    before = served(crm)
    bulk = read(connector, "Lead", ["LastName", "Company", "IsConverted"])
    after = served(crm)
    assert after.get(jobs := "POST /services/data/{version}/jobs/query", 0) == before.get(jobs, 0) + 1
    monkeypatch.setattr(reading, "_MOST_REST_ROWS", 10**9)
    rest = read(connector, "Lead", ["LastName", "Company", "IsConverted"])
    assert served(crm)[jobs] == after[jobs]
    assert bulk.num_rows == rest.num_rows == LEADS
    assert bulk.sort_by("Id").to_pylist() == rest.sort_by("Id").to_pylist()
    companies = dict(zip(bulk.column("Id").to_pylist(), bulk.column("Company").to_pylist(), strict=True))
    assert {i: companies[key] for i in ODD for key in companies if key.startswith(lead_id(i))} == ODD
    assert set(bulk.column("IsConverted").to_pylist()) == {"false"}


def test_a_slow_bulk_job_is_waited_for_and_one_that_fails_says_so(crm: Sandbox) -> None:
    jobs = f"{crm['control']['url']}/salesforce/jobs"
    try:
        httpx.put(jobs, json={"polls": 2}).raise_for_status()
        assert read(connect(crm), "Lead", ["Company"]).num_rows == LEADS
        httpx.put(jobs, json={"polls": 0, "failures": 1}).raise_for_status()
        with pytest.raises(UnavailableError, match="Lead ended as Failed: InternalServerError"):
            read(connect(crm), "Lead", ["Company"])
    finally:
        httpx.put(jobs, json={"polls": 0, "failures": 0})
    assert sdk(crm).restful("jobs/query")["records"] == []


def test_rows_that_share_the_second_of_the_boundary_come(crm: Sandbox) -> None:
    since = NOW - timedelta(days=1, seconds=100)
    table = read(connect(crm), "Lead", [], since)
    assert table.num_rows >= 1_010
    assert table.column("SystemModstamp").to_pylist().count(since) == 10


@pytest.mark.parametrize("since", [None, LONG_AGO], ids=["all", "what changed"])
def test_more_rows_of_one_second_long_ago_than_rest_and_a_page_take(
    crm: Sandbox, since: datetime | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "_ROWS_PER_PAGE", 1_000)
    table = read(connect(crm), "Account", ["Name"], since)
    assert table.num_rows == ACCOUNTS
    assert set(table.column("SystemModstamp").to_pylist()) == {LONG_AGO}


def test_deleted_rows_come_as_deleted(crm: Sandbox) -> None:
    connector = connect(crm)
    victim = read(connector, "Lead", []).column("Id").to_pylist()[-1]
    sdk(crm).Lead.delete(victim)
    found = {row["Id"]: row for row in read(connector, "Lead", ["IsDeleted"], NOW).to_pylist()}
    assert found[victim]["IsDeleted"] == "true"
    (outcome,) = connector.push("Lead", [Change(victim, {"City": "Oslo"})])
    assert (outcome.status, outcome.code) == ("skipped", "merged_or_deleted")


def test_a_field_that_is_missing_is_named_and_ours_stay_empty(crm: Sandbox) -> None:
    connector = connect(crm)
    with pytest.raises(SchemaDriftError, match=r"No_Such__c on Lead.*no such field.*field-level security"):
        read(connector, "Lead", ["No_Such__c"])
    table = read(connector, "Lead", ["Leadwright_Never_Made__c"], NOW)
    assert table.column("Leadwright_Never_Made__c").null_count == table.num_rows


def test_fields_of_every_kind_are_made_visible_and_take_values(crm: Sandbox) -> None:
    connector = connect(crm)
    kinds = {"Text": "string", "Long": "text", "Number": "number", "Moment": "datetime", "Box": "boolean"}
    fields = [FieldSpec(f"Leadwright_{n}__c", n, kind) for n, kind in kinds.items()]  # type: ignore[arg-type]
    names = [field.name for field in fields]
    assert connector.ensure_fields("Lead", fields) == names
    assert connector.ensure_fields("Lead", fields) == []
    more = FieldSpec("Leadwright_Later__c", "Later", "string")  # the permission set is there already
    assert connector.ensure_fields("Lead", [*fields, more]) == [more.name]
    record_id = read(connector, "Lead", []).column("Id").to_pylist()[0]
    values: dict[str, Any] = dict(zip(names, ["x", "y" * 2_000, 42, NOW, True], strict=True))
    (outcome,) = connector.push("Lead", [Change(record_id, values)])
    assert outcome.status == "accepted", outcome
    (row,) = [r for r in read(connector, "Lead", names, NOW).to_pylist() if r["Id"] == record_id]
    assert [row["Leadwright_Text__c"], row["Leadwright_Long__c"], row["Leadwright_Box__c"]] == [
        "x",
        "y" * 2_000,
        "true",
    ]
    assert float(row["Leadwright_Number__c"]) == 42
    assert row["Leadwright_Moment__c"].startswith("2026-06-30T12:00:00.000")
    # spelled in another way, the value is still the one that was expected
    again = Change(record_id, {"Leadwright_Number__c": 43}, expected={"Leadwright_Number__c": 42.0})
    assert [o.status for o in connector.push("Lead", [again])] == ["accepted"]


def test_more_fields_than_an_address_holds(crm: Sandbox) -> None:
    connector = connect(crm)
    fields = [
        FieldSpec(f"Leadwright_A_Name_As_Long_As_Allowed_{i:03}__c", f"F{i}", "string") for i in range(400)
    ]
    connector.ensure_fields("Lead", fields)
    names = [field.name for field in fields]
    ids = read(connector, "Lead", []).column("Id").to_pylist()[:3]
    values = {names[0]: "first", names[-1]: "last"}
    assert {o.status for o in connector.push("Lead", [Change(i, values) for i in ids])} == {"accepted"}
    table = read(connector, "Lead", names, NOW)
    rows = {row["Id"]: row for row in table.to_pylist()}
    assert [(rows[i][names[0]], rows[i][names[1]], rows[i][names[-1]]) for i in ids] == [
        ("first", None, "last")
    ] * 3


def test_collections_of_two_hundred(crm: Sandbox) -> None:
    connector = connect(crm)
    template = "PATCH /services/data/{version}/composite/sobjects"
    rows = read(connector, "Lead", ["IsDeleted"]).sort_by("Id").to_pylist()
    ids = [row["Id"] for row in rows if row["IsDeleted"] == "false"][:450]
    before = served(crm).get(template, 0)
    outcomes = list(connector.push("Lead", [Change(i, {"City": "Bergen"}) for i in ids]))
    assert len(outcomes) == 450
    assert {(outcome.status, outcome.code) for outcome in outcomes} == {("accepted", None)}
    assert served(crm)[template] == before + 3


@contextmanager
def trigger(crm: Sandbox, **breaks: Any) -> Iterator[None]:
    """A trigger on Lead that breaks as the sandbox's page says, while the block runs."""
    url = f"{crm['control']['url']}/salesforce/rules"
    httpx.post(url, json={"kind": "trigger", "object": "Lead", **breaks}).raise_for_status()
    try:
        yield
    finally:
        httpx.request("DELETE", url).raise_for_status()


@pytest.mark.parametrize("breaks", [{"most": 60}, {"most": 60, "status": 500}], ids=["rows", "call"])
def test_a_trigger_that_breaks_over_two_hundred_rows_costs_no_row(
    crm: Sandbox, breaks: dict[str, int]
) -> None:
    connector = connect(crm)
    template = "PATCH /services/data/{version}/composite/sobjects"
    changes = [Change(lead_id(i), {"City": f"Bergen {breaks}"}) for i in range(1_000, 1_450)]
    with trigger(crm, **breaks):
        before = served(crm).get(template, 0)
        outcomes = list(connector.push("Lead", changes))
        assert served(crm)[template] == before + 1 + 9
        list(connector.push("Lead", changes[:200]))  # what the ledger's next thousand would be
        assert served(crm)[template] == before + 1 + 9 + 4
    assert len(outcomes) == 450
    assert {(outcome.status, outcome.code) for outcome in outcomes} == {("accepted", None)}


def test_a_row_that_breaks_a_trigger_alone_is_rejected_in_the_triggers_words(crm: Sandbox) -> None:
    connector = connect(crm)
    template = "PATCH /services/data/{version}/composite/sobjects"
    changes = [Change(lead_id(i), {"City": "Bodø"}) for i in range(2_000, 2_200)]
    with trigger(crm, when={"LastName": "Person 2123"}):
        before = served(crm).get(template, 0)
        fates = {o.record_id: o for o in connector.push("Lead", changes)}
        assert served(crm)[template] == before + 1 + 4 + 5 + 10
    bad = fates.pop(lead_id(2_123))
    assert (bad.status, bad.code) == ("rejected", "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY")
    assert bad.message == "LeadTrigger: System.LimitException: Apex CPU time limit exceeded"
    assert (len(fates), {o.status for o in fates.values()}) == (199, {"accepted"})


def renewing(crm: Sandbox) -> Any:
    said = crm["salesforce"]
    names = ("url", "client_id", "client_secret")
    return connectors.connect("salesforce", {**{name: said[name] for name in names}, "ca": said["ca_file"]})


def end_session(crm: Sandbox, connector: Any) -> None:
    """End the connector's session, as an administrator may at any time."""
    said = crm["salesforce"]
    token = connector._org._salesforce.session_id
    context = ssl.create_default_context(cafile=said["ca_file"])
    httpx.post(
        f"{said['url']}/services/oauth2/revoke", data={"token": token}, verify=context
    ).raise_for_status()


def test_a_session_that_ends_in_the_middle_of_a_bulk_query(
    crm: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "_ROWS_PER_PAGE", 1_000)
    connector = renewing(crm)
    rows = 0
    for batch in connector.pull("Lead", ["Company"], None):
        rows += batch.num_rows
        end_session(crm, connector)
    assert rows == LEADS


def test_a_session_that_ends_before_a_write(crm: Sandbox) -> None:
    connector = renewing(crm)
    record = read(connector, "Lead", ["OwnerId"]).to_pylist()[0]
    end_session(crm, connector)
    (outcome,) = connector.push("Lead", [Change(record["Id"], {"City": "Bergen"})])
    assert outcome.status == "accepted"
    now = {row["Id"]: row for row in read(connector, "Lead", ["OwnerId", "City"], NOW).to_pylist()}
    assert now[record["Id"]]["City"] == "Bergen"
    assert now[record["Id"]]["OwnerId"] == record["OwnerId"]  # the repeated call kept assignment rules out


def test_an_address_that_is_not_salesforce(crm: Sandbox) -> None:
    """Another server behind the same certificate: the answer is not one of Salesforce's."""
    connector = connect(crm)
    connector._org._session.get = lambda url: _page("<html>hello</html>")
    with pytest.raises(ConfigError, match="does not answer as Salesforce does"):
        read(connector, "Lead", [])


def _page(text: str) -> requests.Response:
    response = requests.Response()
    response.status_code = 200
    response._content = text.encode()
    return response


def test_a_deleted_row_in_a_collection_stops_no_other(crm: Sandbox) -> None:
    connector = connect(crm)
    rows = read(connector, "Lead", ["IsDeleted"]).to_pylist()
    live = [row["Id"] for row in rows if row["IsDeleted"] == "false"][:350]
    gone = [row["Id"] for row in rows if row["IsDeleted"] == "true"]
    values = {"City": 'Tr"omsø,\nNorge', "Title": None}
    fates = {o.record_id: o for o in connector.push("Lead", [Change(i, values) for i in [*live, *gone]])}
    assert len(fates) == len(live) + len(gone)
    assert {fates[i].status for i in live} == {"accepted"}
    assert {(fates[i].status, fates[i].code) for i in gone} == {("skipped", "merged_or_deleted")}
    now = {row["Id"]: row for row in read(connector, "Lead", ["City", "Title"], NOW).to_pylist()}
    assert {(now[i]["City"], now[i]["Title"]) for i in live} == {('Tr"omsø,\nNorge', None)}


def test_leads_that_were_merged_or_converted_since_the_pull_are_not_written(crm: Sandbox) -> None:
    """The merge kept an owner whom nobody looked at: a guard that takes a missing answer for its own passes it."""
    client = sdk(crm)
    made = [client.Lead.create({"LastName": f"Merge {i}", "Company": "Acme"})["id"] for i in range(3)]
    master, loser, converted = made
    owner = client.Lead.get(master)["OwnerId"]
    request = f"<masterRecord><type>Lead</type><Id>{master}</Id></masterRecord>"
    soap(crm, "merge", f"<request>{request}<recordToMergeIds>{loser}</recordToMergeIds></request>")
    wanted = f"<leadId>{converted}</leadId><convertedStatus>Qualified</convertedStatus>"
    soap(crm, "convertLead", f"<leadConverts>{wanted}</leadConverts>")
    changes = [Change(i, {"City": "Oslo", "OwnerId": owner}, {"OwnerId": owner}) for i in made]
    fates = {o.record_id: (o.status, o.code) for o in connect(crm).push("Lead", changes)}
    assert fates == {
        master: ("accepted", None),
        loser: ("skipped", "merged_or_deleted"),
        converted: ("skipped", "converted"),
    }


def soap(crm: Sandbox, name: str, body: str) -> None:
    said = crm["salesforce"]
    context = ssl.create_default_context(cafile=said["ca_file"])
    text = ENVELOPE.format(token=said["token"], name=name, body=body)
    answer = httpx.post(f"{said['url']}/services/Soap/u/59.0", content=text, verify=context)
    assert "<success>true</success>" in answer.text, answer.text


def test_picklists_and_dates_are_made_as_such_and_an_older_text_is_told(crm: Sandbox) -> None:
    connector = connect(crm)
    grade = FieldSpec("Leadwright_Grade__c", "Grade", "picklist", "Grade", ("Hot", "Warm", "Cold"))
    day = FieldSpec("Leadwright_Audited_On__c", "Audited on", "date", "Day")
    older = FieldSpec("Leadwright_Play__c", "Play", "string", "Play")
    assert len(connector.ensure_fields("Lead", [grade, day, older])) == 3
    there = connector._org.describe("Lead")
    assert [there[f.name]["type"] for f in (grade, day, older)] == ["picklist", "date", "string"]
    assert [value["value"] for value in there[grade.name]["picklistValues"]] == ["Hot", "Warm", "Cold"]
    rows = read(connector, "Lead", ["IsDeleted", "IsConverted"]).to_pylist()
    one, two = [r["Id"] for r in rows if "true" not in (r["IsDeleted"], r["IsConverted"])][:2]
    changes = [
        Change(one, {grade.name: "Hot", day.name: "2026-04-15", older.name: "Any"}),
        Change(two, {grade.name: "Lukewarm"}),
    ]
    fates = {o.record_id: o.status for o in connector.push("Lead", changes)}
    assert fates == {one: "accepted", two: "rejected"}
    now = FieldSpec(older.name, "Play", "picklist", "", ("Call",))
    findings = list(connector.check({}, {"Lead": [now, grade, day]}))
    (told,) = [f for f in findings if "Leadwright_Play__c (string, not picklist)" in f.detail]
    assert told.ok
    assert told.fix


def test_a_value_that_is_new_becomes_one_of_a_picklist_that_is_there(crm: Sandbox) -> None:
    connector = connect(crm)
    grade = FieldSpec("Leadwright_Account_Grade__c", "Grade", "picklist", "Grade", ("Hot", "Cold"))
    assert connector.ensure_fields("Lead", [grade]) == [grade.name]
    more = replace(grade, options=("A1", "Hot"))
    assert connector.ensure_fields("Lead", [more]) == []
    rows = read(connector, "Lead", ["IsDeleted", "IsConverted"]).to_pylist()
    lead = next(r["Id"] for r in rows if "true" not in (r["IsDeleted"], r["IsConverted"]))
    for value in ("A1", "Cold"):
        assert [o.status for o in connector.push("Lead", [Change(lead, {grade.name: value})])] == ["accepted"]
