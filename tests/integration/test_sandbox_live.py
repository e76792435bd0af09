"""The live sandbox: the same for the same seed and writes, seen by readers, swayed by writers."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from leadwright import connectors
from leadwright.connectors.base import Change, FieldSpec
from tests.conftest import ROOT, Sandbox

NOW = "2026-03-18T15:30:00Z"
LEADS = 700
READ = {
    "hubspot": {
        "contacts": "email lifecyclestage hs_lead_status hubspot_owner_id hs_analytics_num_page_views "
        "hs_email_delivered hs_email_last_click_date num_conversion_events notes_last_contacted createdate",
        "deals": "dealname amount dealstage closedate hs_is_closed_won hubspot_owner_id createdate",
        "companies": "name domain createdate",
        "emails": "hs_email_subject hs_email_direction hs_timestamp hs_createdate",
        "calls": "hs_call_disposition hs_timestamp hs_createdate",
        "meetings": "hs_meeting_outcome hs_meeting_start_time hs_createdate",
        "tasks": "hs_task_status hs_timestamp hs_createdate",
    },
    "salesforce": {
        "Lead": "Email Company Status OwnerId Rating IsConverted ConvertedOpportunityId IsDeleted CreatedDate",
        "Contact": "Email AccountId OwnerId CreatedDate",
        "Opportunity": "Name StageName Amount CloseDate IsWon OwnerId CreatedDate",
        "Task": "Subject Status WhoId OwnerId CompletedDateTime CreatedDate",
        "Event": "Subject WhoId StartDateTime CreatedDate",
        "CampaignMember": "CampaignId LeadId Status CreatedDate",
        "Campaign": "Name Status ActualCost BudgetedCost CreatedDate",
    },
}
PLANNED = {"closedate", "CloseDate", "hs_timestamp", "hs_meeting_start_time", "StartDateTime"}

Start = Callable[..., Sandbox]
Rows = dict[tuple[str, str, str], dict[str, Any]]


@pytest.fixture(scope="module")
def start(start_sandbox: Start) -> Start:
    """A live sandbox whose clock stands until it is moved."""

    def begin(*options: str) -> Sandbox:
        given = ("--seed", "5", "--leads", str(LEADS), "--now", NOW, "--no-limits", "--control")
        return start_sandbox(*given, "--live", "--speed", "0", *options)

    return begin


def read(sandbox: Sandbox, since: datetime | None = None) -> Rows:
    """What readers get of both CRMs, by CRM, object and id: all, or what changed since a moment."""
    rows: Rows = {}
    for crm, objects in READ.items():
        connector = connectors.connect(crm, sandbox.credentials(crm))
        for name, fields in objects.items():
            key = connector.shape(name).key[0]
            for batch in connector.pull(name, fields.split(), since):
                rows |= {(crm, name, row[key]): row for row in batch.to_pylist()}
    return rows


def control(sandbox: Sandbox, method: str, path: str, **body: Any) -> Any:
    answer = httpx.request(method, f"{sandbox['control']['url']}/{path}", json=body or None, timeout=120)
    assert answer.status_code == 200, answer.text
    return answer.json()


def advance(sandbox: Sandbox, days: float) -> None:
    control(sandbox, "POST", "clock", advance=days * 86400)


def truth(sandbox: Sandbox) -> dict[str, dict[str, Any]]:
    page = control(sandbox, "GET", "truth?limit=10000")
    return {row["person_id"]: row for row in page["results"]}


@pytest.fixture(scope="module")
def lived(start: Start) -> tuple[Sandbox, Rows]:
    """A sandbox that lived for two weeks at once, with what it showed before."""
    sandbox = start()
    before = read(sandbox)
    advance(sandbox, 14)
    return sandbox, before


def test_it_begins_as_the_made_population_does(start_sandbox: Start, lived: tuple[Sandbox, Rows]) -> None:
    made = start_sandbox("--seed", "5", "--leads", str(LEADS), "--now", NOW, "--no-limits", "--speed", "0")
    assert read(made) == lived[1]


def test_one_step_and_many_steps_give_the_same(start: Start, lived: tuple[Sandbox, Rows]) -> None:
    stepped = start()
    for _ in range(14):
        advance(stepped, 1)
    assert read(stepped) == read(lived[0])
    assert truth(stepped) == truth(lived[0])
    assert control(stepped, "GET", "results") == control(lived[0], "GET", "results")


def test_everything_that_lives_moves(lived: tuple[Sandbox, Rows]) -> None:
    sandbox, before = lived
    after = read(sandbox)
    new = {key: row for key, row in after.items() if key not in before}
    for crm, name in (
        ("hubspot", "contacts"), ("hubspot", "emails"), ("hubspot", "calls"), ("hubspot", "meetings"),
        ("hubspot", "deals"), ("hubspot", "companies"),
        ("salesforce", "Lead"), ("salesforce", "Task"), ("salesforce", "CampaignMember"),
        ("salesforce", "Contact"), ("salesforce", "Opportunity"), ("salesforce", "Campaign"),
    ):  # fmt: skip
        assert any(key[:2] == (crm, name) for key in new), f"nothing new in {crm} {name}"
    old = [(before[key], after[key]) for key in before if key[:2] == ("hubspot", "contacts") and key in after]
    for field in (
        "hs_analytics_num_page_views",
        "num_conversion_events",
        "hs_email_delivered",
        "lifecyclestage",
    ):
        assert any(was[field] != now[field] for was, now in old), field
    deals = [(before[key], after[key]) for key in before if key[1] == "deals"]
    assert any(was["dealstage"] != now["dealstage"] for was, now in deals)
    results = control(sandbox, "GET", "results")
    arrived = sum(key[:2] in (("hubspot", "contacts"), ("salesforce", "Lead")) for key in new)
    # 700 leads a year, at the pace of the last months of a growing year
    assert 20 < results["leads"] < 60 and results["leads"] <= arrived < 2 * results["leads"]
    assert results["mqls"] > 3 and results["answered"] > 3


def test_a_form_that_is_sent_is_a_submission_too(lived: tuple[Sandbox, Rows]) -> None:
    sandbox, before = lived
    said = sandbox["hubspot"]
    http = httpx.Client(base_url=said["url"], headers={"Authorization": f"Bearer {said['token']}"})
    now = {key[2]: row for key, row in read(sandbox).items() if key[:2] == ("hubspot", "contacts")}
    sent = "num_conversion_events"
    with http:
        moved = [
            (contact_id, int(row[sent]))
            for contact_id, row in now.items()
            if row[sent] and row[sent] != before.get(("hubspot", "contacts", contact_id), {}).get(sent)
        ]
        assert len(moved) > 5
        for contact_id, count in moved:
            asked = {"formSubmissionMode": "all"}
            profile = http.get(f"/contacts/v1/contact/vid/{contact_id}/profile", params=asked).json()
            assert len(profile["form-submissions"]) == count, contact_id


def test_nothing_but_plans_is_dated_after_the_clock(lived: tuple[Sandbox, Rows]) -> None:
    now = control(lived[0], "GET", "clock")["now"][:19]
    for (crm, name, _), row in read(lived[0]).items():
        for field, value in row.items():
            if isinstance(value, str) and value[:3] == "202" and value[4:5] == "-" and field not in PLANNED:
                assert value[:19] <= now, (crm, name, field)
            elif isinstance(value, datetime):
                assert value <= datetime.fromisoformat(now).replace(tzinfo=UTC), (crm, name, field)


def test_incremental_readers_see_every_change(lived: tuple[Sandbox, Rows]) -> None:
    sandbox, _ = lived
    before, since = read(sandbox), datetime.fromisoformat(control(sandbox, "GET", "clock")["now"])
    advance(sandbox, 2)
    after, changed = read(sandbox), read(sandbox, since - timedelta(seconds=1))
    differing = {key for key, row in after.items() if row != before.get(key)}
    assert differing and differing <= changed.keys()
    assert all(after[key] == changed[key] for key in differing)


def written(sandbox: Sandbox) -> dict[str, str]:
    """Give a rep of Hamburg every lead that waits; by person, the rep's mailbox."""
    rep = next(rep for rep in control(sandbox, "GET", "results")["reps"] if rep["email"].startswith("jonas"))
    waiting = [
        row
        for row in truth(sandbox).values()
        if row["mql_at"] and not row["touched_at"] and row["kind"] != "staff"
    ]
    owners = {
        "hubspot": ("contacts", "hubspot_owner_id", "leadwright_grade"),
        "salesforce": ("Lead", "OwnerId", "Leadwright_Grade__c"),
    }
    for crm, (name, owner, grade) in owners.items():
        sink = connectors.connect(crm, sandbox.credentials(crm))
        sink.ensure_fields(name, [FieldSpec(grade, "Grade", "string")])
        rep_id = rep["hubspot_owner_id" if crm == "hubspot" else "salesforce_user_id"]
        values: Mapping[str, Any] = {owner: rep_id, grade: "Hot"}
        ids = [row[f"{crm}_ids"].split(";")[0] for row in waiting if row["home"] in (crm, "both")]
        outcomes = list(sink.push(name, [Change(record_id, values) for record_id in ids]))
        assert [each.status for each in outcomes] == ["accepted"] * len(ids)
    return {str(row["person_id"]): str(rep["email"]) for row in waiting}


def test_the_owner_answers_and_the_same_writes_give_the_same(start: Start) -> None:
    seen = []
    for _ in range(2):
        sandbox = start()
        advance(sandbox, 1)
        wanted = written(sandbox)
        advance(sandbox, 6)
        now = truth(sandbox)
        answered = [
            person for person in wanted if now[person]["touched_at"] and not now[person]["is_drawn_in"]
        ]
        assert answered and all(now[person]["rep_email"] == wanted[person] for person in answered)
        seen.append((read(sandbox), now))
    assert seen[0] == seen[1]


def test_records_that_somebody_removed_are_left_alone(start: Start) -> None:
    sandbox = start()
    hubspot, salesforce = sandbox["hubspot"], sandbox["salesforce"]
    now = truth(sandbox)
    contacts = [row["hubspot_ids"].split(";")[0] for row in now.values() if row["home"] == "hubspot"]
    leads = [row["salesforce_ids"].split(";")[0] for row in now.values() if row["home"] == "salesforce"]
    with httpx.Client(headers={"Authorization": f"Bearer {hubspot['token']}"}, timeout=30) as http:
        inputs = [{"id": each} for each in contacts[:100]]
        url = f"{hubspot['url']}/crm/v3/objects/contacts/batch/archive"
        assert http.post(url, json={"inputs": inputs}).status_code == 204
    with httpx.Client(
        verify=salesforce["ca_file"], headers={"Authorization": f"Bearer {salesforce['token']}"}, timeout=30
    ) as http:
        url = f"{salesforce['url']}/services/data/v60.0/composite/sobjects?ids={','.join(leads[:100])}"
        assert http.delete(url).status_code == 200
    before = read(sandbox)
    advance(sandbox, 10)
    after = read(sandbox)
    gone = [("hubspot", "contacts", each) for each in contacts[:100]]
    gone += [("salesforce", "Lead", each) for each in leads[:100]]
    assert all(after.get(key) == before.get(key) for key in gone)


def test_people_let_be_what_a_rule_of_the_org_refuses(start: Start) -> None:
    sandbox = start()
    rule = {
        "kind": "validation",
        "object": "Opportunity",
        "required": "NextStep",
        "message": "Say what comes next",
    }
    answer = httpx.post(f"{sandbox['control']['url']}/salesforce/rules", json=rule, timeout=30)
    assert answer.is_success, answer.text
    before = read(sandbox)
    advance(sandbox, 14)
    after = read(sandbox)
    kinds = {key[1] for key in after.keys() - before.keys() if key[0] == "salesforce"}
    assert "Lead" in kinds and not kinds & {"Opportunity", "Contact", "Account"}


def test_time_runs_as_fast_as_told(start_sandbox: Start) -> None:
    options = ("--seed", "5", "--leads", "300", "--now", NOW, "--no-limits", "--control", "--live")
    sandbox = start_sandbox(*options, "--speed", "86400")
    search = {"filterGroups": [{"filters": [{"propertyName": "createdate", "operator": "GT", "value": NOW}]}]}
    end = time.monotonic() + 60
    found: dict[str, Any] = {"total": 0}
    while not found["total"] and time.monotonic() < end:
        time.sleep(0.2)
        found = httpx.post(
            f"{sandbox['hubspot']['url']}/crm/v3/objects/contacts/search",
            json=search,
            headers={"Authorization": f"Bearer {sandbox['hubspot']['token']}"},
            timeout=30,
        ).json()
    assert found["total"] and all(row["createdAt"] > NOW for row in found["results"])
    assert control(sandbox, "GET", "clock")["now"] > NOW
    assert sandbox.stop() == 0


def test_only_a_made_population_lives(start_sandbox: Start) -> None:
    refused = subprocess.run(
        [sys.executable, "-m", "leadwright_sandbox", "--live", "--leads", "0"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert refused.returncode == 2 and "--live goes on with a made population" in refused.stderr
    still = start_sandbox("--leads", "1", "--control")
    answer = httpx.get(f"{still['control']['url']}/results")
    assert answer.status_code == 400 and "--live" in answer.text
