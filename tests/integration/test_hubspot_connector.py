"""The HubSpot connector against the sandbox: page boundaries, crowded milliseconds, archives, limits, scopes."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pyarrow as pa
import pytest

from leadwright import connectors, warehouse
from leadwright.connectors.base import Change, FieldSpec
from leadwright.connectors.errors import AuthError
from leadwright.connectors.hubspot import links, pace
from leadwright.connectors.hubspot.errors import ForbiddenError, RefusedError
from leadwright.connectors.hubspot.links import NONE
from leadwright.connectors.hubspot.transport import Transport
from leadwright.pull import extract
from leadwright.settings import Settings
from leadwright.transform.tables import RawTable
from tests.conftest import Sandbox

NOW = datetime(2026, 6, 30, 12, tzinfo=UTC)
CROWD = 10_500
CROWDED = NOW - timedelta(days=1)
SIZES = {
    "companies": 100,
    "deals": 101,
    "emails": 0,
    "calls": 1,
    "tasks": 200,
    "notes": 201,
    "meetings": 10_099,
}
DAYS_AGO = [1, 2, 3, 30, 300, 3_000, 6_000, 7_000, 9_000]
MANY = [f"custom_property_with_a_long_name_{i}" for i in range(400)]


def write(path: Path, header: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([header, *rows])


@pytest.fixture(scope="module")
def portal(start_sandbox: Callable[..., Sandbox], tmp_path_factory: pytest.TempPathFactory) -> Sandbox:
    folder = tmp_path_factory.mktemp("hubspot")
    crowd = [(str(i + 1), f"c{i}@example.com", CROWDED.isoformat()) for i in range(CROWD)]
    few = [
        (f"text-{i:03}", f"t{i}@example.com", (CROWDED - timedelta(days=days)).isoformat())
        for i, days in enumerate(DAYS_AGO)
    ]
    write(folder / "contacts.csv", ["hs_object_id", "email", "lastmodifieddate"], [*crowd, *few])
    write(folder / "owners.csv", ["id", "email"], [("71", "ann@seller.example")])
    for name, size in SIZES.items():
        write(folder / f"{name}.csv", ["hs_object_id"], [(str(i + 1),) for i in range(size)])
    write(folder / "notes.csv", ["hs_object_id", *MANY], [(str(i + 1), *MANY) for i in range(SIZES["notes"])])
    pairs = [("contacts", str(i + 1), "companies", str(i % 100 + 1)) for i in range(2_500)]
    write(folder / "associations.csv", ["from_object", "from_id", "to_object", "to_id"], pairs)
    crm = start_sandbox("--import", f"hubspot={folder}", "--now", NOW.isoformat(), "--no-limits", "--control")
    said = crm["hubspot"]
    pace.of(said["url"], said["token"]).searches.most = CROWD  # no answer tells that searches are not counted
    return crm


def connect(sandbox: Sandbox) -> Any:
    return connectors.connect("hubspot", sandbox.credentials("hubspot"))


def read(connector: Any, name: str, fields: Sequence[str] = (), since: datetime | None = None) -> pa.Table:
    return pa.Table.from_batches(list(connector.pull(name, list(fields), since)))


def served(sandbox: Sandbox) -> dict[str, int]:
    return dict(httpx.get(f"{sandbox['control']['url']}/requests").json()["hubspot"])


@pytest.mark.parametrize(("name", "size"), SIZES.items())
def test_lists_are_read_to_their_last_row(portal: Sandbox, name: str, size: int) -> None:
    connector = connect(portal)
    assert read(connector, name).num_rows == size
    assert read(connector, name, since=NOW - timedelta(days=9)).num_rows == size


def test_ten_thousand_changed_in_one_millisecond(portal: Sandbox) -> None:
    connector = connect(portal)
    table = read(connector, "contacts", ["email"], CROWDED)
    assert sorted(table.column("hs_object_id").to_pylist(), key=int) == [str(i + 1) for i in range(CROWD)]
    assert read(connector, "contacts", ["email"], CROWDED - timedelta(days=3)).num_rows == CROWD + 3
    assert read(connector, "contacts", ["email"], CROWDED + timedelta(milliseconds=1)).num_rows == 0


def test_what_nobody_changed_for_decades_comes_with_the_first_read(portal: Sandbox) -> None:
    table = read(connect(portal), "contacts", ["email"])
    assert table.num_rows == CROWD + len(DAYS_AGO)
    oldest = min(table.column("lastmodifieddate").to_pylist())
    assert oldest == CROWDED - timedelta(days=max(DAYS_AGO))


def test_more_properties_than_an_address_holds(portal: Sandbox) -> None:
    table = read(connect(portal), "notes", MANY)
    assert table.num_rows == SIZES["notes"]
    assert all(table.column(name).to_pylist() == [name] * table.num_rows for name in MANY)


def test_archived_records_come_once_as_archived(portal: Sandbox) -> None:
    connector = connect(portal)
    before = datetime.now(UTC)
    headers = {"Authorization": f"Bearer {portal['hubspot']['token']}"}
    url = f"{portal['hubspot']['url']}/crm/v3/objects/tasks/7"
    assert httpx.delete(url, headers=headers).status_code == 204
    whole = {row["hs_object_id"]: row for row in read(connector, "tasks").to_pylist()}
    assert len(whole) == SIZES["tasks"]
    assert [i for i, row in whole.items() if row["archived"] == "true"] == ["7"]
    assert whole["7"]["archived_at"]
    since = whole["7"]["hs_lastmodifieddate"]
    assert since - NOW < datetime.now(UTC) - before + timedelta(minutes=5)
    assert read(connector, "tasks", since=since).column("hs_object_id").to_pylist() == ["7"]
    later = since + timedelta(milliseconds=1)
    assert read(connector, "tasks", since=later).num_rows == 0, "archived before that"


def test_links_of_more_records_than_one_call_takes(portal: Sandbox) -> None:
    table = read(connect(portal), "contacts_to_companies")
    rows = [row for row in table.to_pylist() if row["to_id"] != NONE]
    assert len(rows) == 2_500
    assert all(row["association_type"] for row in rows)
    assert table.column("changed_at").null_count == 0
    assert table.num_rows == CROWD + 9, "a record without links says so"


def test_links_by_the_ids_of_more_records_than_one_call_takes(portal: Sandbox) -> None:
    records = [{"hs_object_id": str(i + 1), "lastmodifieddate": None} for i in range(2_500)]
    found = links.of(connect(portal)._transport, "contacts_to_companies", records)
    assert [(row["from_id"], row["to_id"]) for row in found] == [
        (str(i + 1), str(i % 100 + 1)) for i in range(2_500)
    ]


def test_a_link_that_is_taken_away_leaves_the_warehouse_with_the_next_change(
    portal: Sandbox, tmp_path: Path
) -> None:
    settings = Settings(home=tmp_path)
    columns = [(name, "varchar") for name in ("from_id", "to_id", "association_type")]
    table = RawTable("raw_hubspot", "deals_to_contacts", (*columns, ("changed_at", "timestamptz")))

    def linked() -> set[tuple[str, str]]:
        extract.pull(connect(portal), [table], settings)
        with warehouse.writer(settings.warehouse_file, 1) as db:
            found = db.execute("select from_id, to_id from raw_hubspot.deals_to_contacts").fetchall()
        assert len(found) == len(set(found))
        return {pair for pair in found if pair[0] in {"1", "2", "3"}}

    for deal in ("1", "2", "3"):
        link(portal, "PUT", deal, deal)
    assert linked() == {("1", "1"), ("2", "2"), ("3", "3")}
    link(portal, "PUT", "1", "4")
    link(portal, "DELETE", "1", "1")
    link(portal, "DELETE", "2", "2")
    list(connect(portal).push("deals", [Change(deal, {"dealname": "Moved"}) for deal in ("1", "2")]))
    assert linked() == {("1", "4"), ("2", NONE), ("3", "3")}


def link(portal: Sandbox, method: str, deal: str, contact: str) -> None:
    """Link a deal to a contact (PUT), or take the link away (DELETE)."""
    default = "associations/default" if method == "PUT" else "associations"
    url = f"{portal['hubspot']['url']}/crm/v4/objects/deals/{deal}/{default}/contacts/{contact}"
    headers = {"Authorization": f"Bearer {portal['hubspot']['token']}"}
    httpx.request(method, url, headers=headers).raise_for_status()


def test_a_write_takes_a_hundred_rows_a_call_and_stops_at_no_bad_one(portal: Sandbox) -> None:
    connector = connect(portal)
    field = FieldSpec("leadwright_score", "Score", "number", "Lead score")
    assert connector.ensure_fields("contacts", [field]) == ["leadwright_score"]
    before = served(portal).get("POST /crm/v3/objects/{object}/batch/update", 0)
    changes = [Change(str(i + 1), {"leadwright_score": i}) for i in range(1_000)]
    outcomes = list(connector.push("contacts", changes))
    assert {(outcome.status, outcome.code) for outcome in outcomes} == {("accepted", None)}
    assert served(portal)["POST /crm/v3/objects/{object}/batch/update"] == before + 10

    bad = [Change("2", {"leadwright_score": "many"}), Change("99999999", {"leadwright_score": 1})]
    fates = {o.record_id: o for o in connector.push("contacts", [*bad, Change("3", {"leadwright_score": 7})])}
    assert [fates[i].status for i in ("2", "99999999", "3")] == ["rejected", "skipped", "accepted"]


def test_the_moment_of_a_write_is_the_records_last_change(portal: Sandbox) -> None:
    connector = connect(portal)
    (outcome,) = connector.push("contacts", [Change("5", {"city": "Oslo"})])
    rows = read(connector, "contacts", ["city"], outcome.updated_at).to_pylist()
    assert {row["hs_object_id"]: row["lastmodifieddate"] for row in rows}["5"] == outcome.updated_at


def test_a_missing_scope_is_named(start_sandbox: Callable[..., Sandbox]) -> None:
    scopes = "crm.objects.contacts.read,crm.schemas.contacts.read,crm.objects.owners.read"
    connector = connect(start_sandbox("--leads", "0", "--hubspot-scopes", scopes))
    with pytest.raises(AuthError, match=r"crm\.objects\.deals\.read"):
        read(connector, "deals")
    with pytest.raises(AuthError, match=r"crm\.schemas\.contacts\.write"):
        connector.ensure_fields("contacts", [FieldSpec("leadwright_score", "Score", "number")])
    reads: dict[str, list[str]] = {
        name: [] for name in ("contacts", "deals", "emails", "contacts_to_companies", "owners")
    }
    problems = {f.check: f for f in connector.check(reads, {"contacts": []}) if not f.ok}
    assert set(problems) == {"HubSpot scopes", "HubSpot deals", "HubSpot emails", "HubSpot companies"}
    for scope in (
        "crm.objects.deals.read (deals)",
        "crm.objects.companies.read (contacts_to_companies)",
        "sales-email-read (emails)",
        "crm.objects.contacts.write (writing contacts)",
        "crm.schemas.contacts.write",
    ):
        assert scope in problems["HubSpot scopes"].fix
    assert "owners" not in problems["HubSpot scopes"].fix
    assert problems["HubSpot deals"].fix == "Grant the token crm.objects.deals.read."


def test_a_token_without_scopes_is_a_good_token_that_may_nothing(
    start_sandbox: Callable[..., Sandbox],
) -> None:
    connector = connect(start_sandbox("--leads", "0", "--hubspot-scopes", "forms"))
    findings = {f.check: f for f in connector.check({"contacts": []}, {})}
    assert findings["HubSpot token"].ok
    assert not findings["HubSpot scopes"].ok
    assert not findings["HubSpot contacts"].ok


def test_a_token_that_may_not_write_records_creates_no_property(
    start_sandbox: Callable[..., Sandbox],
) -> None:
    scopes = "crm.objects.contacts.read,crm.schemas.contacts.read,crm.schemas.contacts.write"
    crm = start_sandbox("--leads", "0", "--hubspot-scopes", scopes, "--control")
    field = FieldSpec("leadwright_score", "Score", "number")
    with pytest.raises(AuthError, match=r"crm\.objects\.contacts\.write") as caught:
        connect(crm).ensure_fields("contacts", [field])
    assert caught.value.missing == ("crm.objects.contacts.write",)
    assert not [call for call in served(crm) if call.startswith("POST /crm/v3/properties")]


@pytest.mark.parametrize("refusal", [RefusedError("no", status=404, code="X"), ForbiddenError("no")])
def test_a_kind_of_token_whose_scopes_hubspot_does_not_tell(
    portal: Sandbox, monkeypatch: pytest.MonkeyPatch, refusal: Exception
) -> None:
    def refuse(self: Transport) -> None:
        raise refusal

    monkeypatch.setattr(Transport, "token_info", refuse)
    connector = connect(portal)
    fields = [FieldSpec("leadwright_score", "Score", "number")]
    connector.ensure_fields("contacts", fields)
    assert connector.ensure_fields("contacts", fields) == []
    findings = {f.check: f for f in connector.check({"contacts": []}, {"contacts": fields})}
    assert all(finding.ok for finding in findings.values())
    assert "crm.objects.contacts.write" in findings["HubSpot scopes"].fix


def test_the_account_is_the_portals_number(portal: Sandbox) -> None:
    headers = {"Authorization": f"Bearer {portal['hubspot']['token']}"}
    said = httpx.get(f"{portal['hubspot']['url']}/account-info/v3/details", headers=headers).json()
    assert connect(portal).account() == str(said["portalId"])


def test_a_merge_does_not_get_around_the_guard_of_owners(portal: Sandbox) -> None:
    """One contact without an owner and one with an owner became one: neither old id may be written."""
    url, headers = portal["hubspot"]["url"], {"Authorization": f"Bearer {portal['hubspot']['token']}"}

    def post(path: str, body: object) -> str:
        answer = httpx.post(f"{url}/crm/v3/objects/contacts{path}", json=body, headers=headers)
        return str(answer.raise_for_status().json()["id"])

    owner = httpx.get(f"{url}/crm/v3/owners", headers=headers).json()["results"][0]["id"]
    free = post("", {"properties": {"firstname": "Ada"}})
    owned = post("", {"properties": {"firstname": "Ada", "hubspot_owner_id": owner}})
    merged = post("/merge", {"primaryObjectId": free, "objectIdToMerge": owned})
    outcomes = connect(portal).push(
        "contacts",
        [
            Change(free, {"hubspot_owner_id": "999", "city": "Oslo"}, {"hubspot_owner_id": None}),
            Change(owned, {"city": "Bergen"}),
        ],
    )
    assert {(o.status, o.code) for o in outcomes} == {("skipped", "merged_or_deleted")}
    now = httpx.get(
        f"{url}/crm/v3/objects/contacts/{merged}?properties=hubspot_owner_id,city", headers=headers
    )
    assert now.json()["properties"]["hubspot_owner_id"] == owner
    assert now.json()["properties"]["city"] is None


def test_picklists_and_dates_are_made_as_such_and_an_older_text_is_told(portal: Sandbox) -> None:
    connector = connect(portal)
    grade = FieldSpec("leadwright_grade", "Grade", "picklist", "Grade", ("Hot", "Warm", "Cold"))
    day = FieldSpec("leadwright_audited_on", "Audited on", "date", "Day")
    assert connector.ensure_fields("contacts", [grade, day]) == [grade.name, day.name]
    changes = [
        Change("11", {grade.name: "Hot", day.name: "2026-04-15"}),
        Change("12", {grade.name: "Lukewarm"}),
    ]
    assert [o.status for o in connector.push("contacts", changes)] == ["accepted", "rejected"]
    shown = {
        row["hs_object_id"]: row for row in read(connector, "contacts", [grade.name, day.name]).to_pylist()
    }
    assert (shown["11"][grade.name], shown["11"][day.name]) == ("Hot", "2026-04-15")
    older = FieldSpec("leadwright_play", "Play", "string")
    connector.ensure_fields("contacts", [older])
    now = FieldSpec(older.name, "Play", "picklist", "", ("Call",))
    findings = {f.detail: f for f in connector.check({}, {"contacts": [now, grade, day]})}
    (told,) = [f for detail, f in findings.items() if "leadwright_play (string, not enumeration)" in detail]
    assert told.ok
    assert told.fix
    assert [o.status for o in connector.push("contacts", [Change("11", {older.name: "Other"})])] == [
        "accepted"
    ]


def test_a_value_that_is_new_becomes_an_option_of_a_picklist_that_is_there(portal: Sandbox) -> None:
    connector = connect(portal)
    grade = FieldSpec("leadwright_account_grade", "Grade", "picklist", "Grade", ("Hot", "Cold"))
    assert connector.ensure_fields("companies", [grade]) == [grade.name]
    more = replace(grade, options=("A1", "Hot"))
    assert connector.ensure_fields("companies", [more]) == []
    company = str(read(connector, "companies", ["name"]).to_pylist()[0]["hs_object_id"])
    for value in ("A1", "Cold"):
        assert [o.status for o in connector.push("companies", [Change(company, {grade.name: value})])] == [
            "accepted"
        ]
