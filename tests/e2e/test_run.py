"""The main job from end to end: what the CRMs show after a run is what the warehouse says."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest

from leadwright import warehouse
from leadwright.connectors.base import Change
from leadwright.transform.project import Transform
from leadwright.transform.tables import SyncModel
from leadwright.workspace import MARK
from tests import parsed_project
from tests.installation import AS_OF, Installation, Sandbox
from tests.readback import record_key, shown
from tests.workspaces import DEMO

Start = Callable[..., Sandbox]


@pytest.fixture(scope="module")
def done(
    start_sandbox: Start,
    tmp_path_factory: pytest.TempPathFactory,
    prefect_home: Path,
    request: pytest.FixtureRequest,
) -> Iterator[Installation]:
    """The first run is as a user's: a process of its own that starts a Prefect server. What follows shares both."""
    crm = start_sandbox("--leads", "150", "--seed", "11", "--now", AS_OF, "--no-limits", "--control")
    installation = Installation(tmp_path_factory.mktemp("run") / "home", prefect_home, crm)
    installation.first = installation.json("run")  # type: ignore[attr-defined]
    installation.extra.update(request.getfixturevalue("prefect_api"))
    yield installation


def test_every_record_is_written_and_none_refused(done: Installation) -> None:
    written = done.first["written"]  # type: ignore[attr-defined]
    assert {name for name, w in written.items() if w["planned"] > 0} == {
        "sync_hubspot__companies",
        "sync_hubspot__contacts",
        "sync_salesforce__accounts",
        "sync_salesforce__contacts",
        "sync_salesforce__leads",
    }
    for outcome in written.values():
        assert (outcome["accepted"], outcome["rejected"], outcome["skipped"]) == (outcome["planned"], 0, 0)
    with warehouse.reader(done.settings.serving_file) as db:
        told = warehouse.rows(db, "select sum(record_count) as n from marts.rpt_sync_health")
    assert told == [{"n": sum(outcome["accepted"] for outcome in written.values())}], (
        "the first run tells of itself"
    )


def test_all_that_a_run_wrote_is_its_owner_s_alone(done: Installation) -> None:
    """Also what dbt and DuckDB made; the machine's umask lets everybody read."""
    wide = [path for path in (done.home, *done.home.rglob("*")) if path.stat().st_mode & 0o077]
    assert not wide
    assert {"warehouse.duckdb", "serving.duckdb", "dbt"} <= {path.name for path in done.home.iterdir()}


# What a manager reads in the warehouse -> the field that a sales rep reads in HubSpot.
_FIELDS = {
    "score": "leadwright_score",
    "fit_score": "leadwright_fit_score",
    "intent_score": "leadwright_intent_score",
    "grade": "leadwright_grade",
    "play": "leadwright_play",
    "top_reasons": "leadwright_reasons",
    "owner_name": "leadwright_owner",
    "reason": "leadwright_owner_reason",
    "next_action": "leadwright_next_action",
    "sla_due_at": "leadwright_sla_due_at",
    "segments": "leadwright_segments",
    "account_score": "leadwright_account_score",
    "account_grade": "leadwright_account_grade",
}
_LEADS = """
    select i.record_id, s.*, a.owner_name, a.reason, a.is_routed,
        case when b.lead_id is null then r.sla_due_at else b.sla_due_at end as sla_due_at,
        coalesce(g.segments, 'none') as segments,
        coalesce(c.account_score, 0) as account_score, coalesce(c.account_grade, 'none') as account_grade,
        reps.owner_id
    from intermediate.int_identity__records i
    join marts.fct_lead_scores s on s.lead_id = i.lead_id
    join marts.fct_lead_assignments a on a.lead_id = i.lead_id
    left join marts.fct_lead_responses r on r.lead_id = i.lead_id
    left join marts.fct_lead_returns b on b.lead_id = i.lead_id and b.is_latest
    left join (
        select lead_id, string_agg(label, '; ' order by label) as segments from marts.fct_lead_segments group by all
    ) g on g.lead_id = i.lead_id
    left join marts.fct_lead_accounts l on l.lead_id = i.lead_id and l.is_chosen
    left join marts.fct_account_scores c on c.account_id = l.account_id
    left join marts.dim_rep_accounts reps on reps.rep_id = a.rep_id and reps.crm = i.crm and reps.is_active
    where i.crm = '{crm}' and lower(i.object) like '{kind}%' and not i.is_deleted and not i.is_converted
"""


def test_what_the_crms_show_equals_the_warehouse_row_for_row(done: Installation) -> None:
    for model in _models_of("lead_id", done):
        crm_rows = {row[record_key(model)]: row for row in shown(done, model)}
        sql = _LEADS.format(crm=model.crm, kind=model.object.lower().rstrip("s"))
        wanted = {row["record_id"]: row for row in done.rows(sql)}
        assert crm_rows.keys() == wanted.keys(), model.name
        for record_id, row in wanted.items():
            for ours, hubspot in _FIELDS.items():
                field = hubspot if model.crm == "hubspot" else _in_salesforce(hubspot)
                assert _same(crm_rows[record_id][field], row[ours]), (model.name, record_id, field)
            if row["is_routed"]:
                field = "hubspot_owner_id" if model.crm == "hubspot" else "OwnerId"
                assert crm_rows[record_id][field] == row["owner_id"], (model.name, record_id)


_COMPANIES = """
    select m.record_id, s.account_score, s.account_grade,
        (select string_agg(label, '; ' order by points desc, rule_id) from marts.fct_account_score_contributions
            where account_id = s.account_id and kind = 'rule') as reasons
    from intermediate.int_accounts__members m
    join marts.fct_account_scores s on s.account_id = m.account_id
    where m.crm = '{crm}' and not m.is_deleted
"""


def test_companies_show_score_grade_and_reasons_of_their_account(done: Installation) -> None:
    names = ("leadwright_account_score", "leadwright_account_grade", "leadwright_account_reasons")
    for model in _models_of("account_id", done):
        fields = names if model.crm == "hubspot" else tuple(map(_in_salesforce, names))
        crm_rows = {row[record_key(model)]: [row[field] for field in fields] for row in shown(done, model)}
        wanted = {row["record_id"]: row for row in done.rows(_COMPANIES.format(crm=model.crm))}
        assert wanted and wanted.keys() <= crm_rows.keys()
        for record_id, values in crm_rows.items():
            if row := wanted.get(record_id):
                told = [str(row["account_score"]), row["account_grade"], row["reasons"] or "none"]
                assert [str(int(float(values[0]))), *values[1:]] == told, (model.name, record_id)
            else:
                assert values == [None, None, None], "nobody of it is a lead"


def test_the_ledger_names_the_account_of_a_company(done: Installation) -> None:
    odd = done.rows(
        "select object from ops.writes where (account_id is null) = (object in ('companies', 'Account')) "
        "or (lead_id is null) != (object in ('companies', 'Account'))"
    )
    assert odd == []


def _models_of(subject: str, done: Installation) -> list[SyncModel]:
    project = Transform(done.settings, parsed_project.manifest())
    found = [model for model in project.sync_models() if model.subject == subject]
    assert {model.crm for model in found} == {"hubspot", "salesforce"}
    return found


def _in_salesforce(name: str) -> str:
    return "_".join("SLA" if part == "sla" else part.capitalize() for part in name.split("_")) + "__c"


def test_every_lead_in_the_crms_has_score_grade_reasons_and_owner(done: Installation) -> None:
    seen = 0
    for model in _models_of("lead_id", done):
        for row in shown(done, model):
            seen += 1
            empty = [name for name in model.fields if row[name] is None and "_sla_" not in name.lower()]
            assert not empty, (model.name, row[record_key(model)], empty)
    assert seen >= 150


def test_a_second_run_that_pulls_everything_again_sends_nothing(done: Installation) -> None:
    """Neither does a sync right after it; that one which pulls what changed does not either, test_kill.py says."""
    before = done.writes()
    second = done.json("run", "--full")
    assert {name: w["planned"] for name, w in second["written"].items()} == dict.fromkeys(
        second["written"], 0
    )
    done.json("sync")
    assert done.writes() == before > 0


def test_a_dry_run_keeps_what_it_pulled_and_leaves_no_other_trace(done: Installation) -> None:
    """No row in a log, in the ledger, in the notes of runs, nothing published; and nothing to pull for the next run."""
    tables = done.rows(
        "select schema_name || '.' || table_name as name from duckdb_tables() where schema_name in ('memory', 'ops') "
        "and table_name not in ('pulls', 'unsettled')"
    )
    counts = " union all ".join(
        f"select '{t['name']}' as name, count(*) as n from {t['name']}" for t in tables
    )
    kept, before = done.rows(f"{counts} order by name"), done.writes()
    published, pulled = done.settings.serving_file.stat().st_mtime_ns, done.rows("from ops.pulls")
    planned = done.json("run", "--dry-run")
    assert planned["dry_run"] is True
    assert done.writes() == before
    assert done.rows(f"{counts} order by name") == kept
    assert done.settings.serving_file.stat().st_mtime_ns == published
    assert done.rows("from ops.pulls") != pulled
    assert done.json("sync")["written"]["sync_hubspot__contacts"]["planned"] == 0, (
        "nothing is sent by it either"
    )


def test_contributions_sum_exactly_to_the_scores_shown(done: Installation) -> None:
    off = done.marts(
        "select s.lead_id from marts.fct_lead_scores s left join ("
        "  select lead_id, sum(points) as score, sum(points) filter (dimension = 'fit') as fit,"
        "    sum(points) filter (dimension = 'intent') as intent"
        "  from marts.fct_lead_score_contributions group by lead_id) c on c.lead_id = s.lead_id "
        "where s.score is distinct from coalesce(c.score, 0) or s.fit_score is distinct from coalesce(c.fit, 0) "
        "or s.intent_score is distinct from coalesce(c.intent, 0)"
    )
    assert off == []


def test_explain_finds_a_lead_by_address_and_its_points_add_up(done: Installation) -> None:
    (lead,) = done.marts(
        "select email, lead_id from marts.dim_leads where email is not null order by lead_id limit 1"
    )
    found = done.json("explain", lead["email"].upper())
    assert found["lead"]["lead_id"] == lead["lead_id"]
    assert sum(row["points"] for row in found["contributions"]) == pytest.approx(found["lead"]["score"])
    assert found["lead"]["owner_name"]
    text = done.command("explain", lead["lead_id"]).stdout
    assert "sum = score" in text
    assert "Owner:" in text


def test_a_lead_that_is_not_there_is_said_in_one_line(done: Installation) -> None:
    failed = done.command("explain", "nobody@nowhere.example", check=False)
    assert failed.returncode == 2
    assert failed.stderr.startswith("Error: No lead has that e-mail address or id.")
    assert "Traceback" not in failed.stderr


def test_doctor_finds_a_good_installation_healthy(done: Installation) -> None:
    found = done.json("doctor")
    assert found["ok"], [f for f in found["findings"] if not f["ok"]]
    (last,) = (f["detail"] for f in found["findings"] if f["check"] == "last run")
    assert "was done" in last


def test_the_published_copy_says_how_each_run_ended(done: Installation) -> None:
    runs = done.marts(
        "select status, reason, written_count from ops.runs where flow = 'qualify' order by started_at"
    )
    assert {(run["status"], run["reason"]) for run in runs} == {("completed", None)}
    written = done.first["written"]  # type: ignore[attr-defined]
    assert runs[0]["written_count"] == sum(w["accepted"] for w in written.values()) > 0


@dataclass(frozen=True)
class People:
    """What people did in HubSpot since the first run, and what was known before: one run has seen all of it."""

    edited: str
    other_owner: str
    leads: list[str]
    former: list[str]
    merged: str
    activities: list[str]
    written: list[str]


@pytest.fixture(scope="module")
def people(done: Installation) -> People:
    contacts = done.rows(
        "select hs_object_id, hubspot_owner_id from raw_hubspot.contacts where archived = 'false'"
    )
    older, younger = done.rows(
        "select record_id, lead_id from intermediate.int_identity__records where crm = 'hubspot' and not is_deleted "
        "and lead_id in (select lead_id from intermediate.int_identity__records group by lead_id having count(*) = 1) "
        "and record_key in (select record_key from unified.unified_activity_people) order by created_at limit 2"
    )
    leads, former = [older["lead_id"], younger["lead_id"]], [older["record_id"], younger["record_id"]]
    chosen = next(row for row in contacts if row["hs_object_id"] not in former)
    owners = sorted({row["hubspot_owner_id"] for row in contacts if row["hubspot_owner_id"]})
    other = next(owner for owner in owners if owner != chosen["hubspot_owner_id"])
    activities, written = _of(done, _ACTIVITIES, leads), _of(done, _WRITTEN, former)
    change = Change(chosen["hs_object_id"], {"hubspot_owner_id": other})
    list(done.connector("hubspot").push("contacts", [change]))
    hubspot = done.crm["hubspot"]
    merged = httpx.post(
        f"{hubspot['url']}/crm/v3/objects/contacts/merge",
        json={"primaryObjectId": former[0], "objectIdToMerge": former[1]},
        headers={"Authorization": f"Bearer {hubspot['token']}"},
        timeout=10,
    ).json()["id"]
    done.json("run")
    return People(chosen["hs_object_id"], other, leads, former, merged, activities, written)


_ACTIVITIES = (
    "distinct activity_key from unified.unified_activity_people "
    "join intermediate.int_identity__records using (record_key) where lead_id"
)
_WRITTEN = "record_id from ops.writes where crm = 'hubspot' and record_id"


def test_a_persons_edit_of_the_owner_stays(done: Installation, people: People) -> None:
    """The owner is written only while the CRM shows none, and only if it still does at the moment of writing."""
    (row,) = [r for r in _hubspot_contacts(done) if r["hs_object_id"] == people.edited]
    assert row["hubspot_owner_id"] == people.other_owner
    assert "by a person" in row["leadwright_owner_reason"]


def test_a_merge_in_hubspot_goes_on_with_the_older_lead(done: Installation, people: People) -> None:
    """HubSpot makes a new record of two; both old ones are in its recycle bin and must never be written again."""
    leads, former, merged = people.leads, people.former, people.merged
    sql = (
        "record_id || ' ' || lead_id || ' ' || is_deleted as it from intermediate.int_identity__records "
        "where record_id"
    )
    assert _of(done, sql, [*former, merged]) == sorted(
        f"{record_id} {leads[0]} {str(record_id != merged).lower()}" for record_id in [*former, merged]
    )
    (given,) = done.marts(f"select * from marts.dim_lead_ids where lead_id = '{leads[1]}'")
    assert (given["current_lead_id"], given["is_merged"]) == (leads[0], True)
    assert _of(done, _ACTIVITIES, leads[:1]) == people.activities
    assert _of(done, _WRITTEN, former) == people.written
    (model,) = [m for m in _models_of("lead_id", done) if m.crm == "hubspot"]
    (row,) = [row for row in shown(done, model) if row["hs_object_id"] == merged]
    (score,) = done.marts(f"select score from marts.fct_lead_scores where lead_id = '{leads[0]}'")
    assert _same(row["leadwright_score"], score["score"])


@pytest.mark.usefixtures("people")
def test_a_rule_that_moves_many_owners_is_asked_about_before_anything_is_sent(
    done: Installation, tmp_path: Path
) -> None:
    """Previewed, stopped, approved: half of the sales team is taken for logins of integrations, by mistake."""
    workspace = shutil.copytree(DEMO, tmp_path / "workspace")
    (workspace / MARK).write_text("[writing]\nalways_allowed = 5\n")
    reps = done.marts("select email from marts.dim_reps where is_active order by email limit 5")
    with (workspace / "rules" / "routing_from.csv").open("a") as logins:
        logins.writelines(f"{rep['email']},A slip\n" for rep in reps)
    wrong, before = replace(done, workspace=workspace), done.writes()
    stopped = wrong.command("run", "--json", check=False)
    assert stopped.returncode == 3, stopped.stdout + stopped.stderr
    run = json.loads(stopped.stdout)
    assert [(reason["code"], reason["subject"]) for reason in run["stopped"]["reasons"]] == [
        ("owner", "leads")
    ]
    assert done.writes() == before
    (told,) = done.marts("select * from ops.runs order by started_at desc limit 1")
    assert (told["run_id"], told["status"]) == (run["run_id"], "stopped"), "and the reports are of this run"
    preview = wrong.json("sync", "--dry-run", "--output", str(tmp_path / "preview.html"))["preview"]
    assert preview["plan_hash"] == run["stopped"]["plan_hash"]
    assert {change["shows"] for record in preview["largest"] for change in record["fields"]} >= {"owner"}
    assert (tmp_path / "preview.html").stat().st_size > 5_000
    sent = wrong.json("sync", "--approve", run["run_id"][:8])
    assert sum(w["accepted"] for w in sent["written"].values()) == run["stopped"]["records"]
    assert done.rows("select run_id, plan_hash from ops.approvals") == [
        {"run_id": run["run_id"], "plan_hash": preview["plan_hash"]}
    ]


def _of(done: Installation, select: str, ids: list[str]) -> list[str]:
    """One column of the rows that concern `ids`, in order."""
    listed = ", ".join(f"'{each}'" for each in ids)
    return sorted(next(iter(row.values())) for row in done.rows(f"select {select} in ({listed})"))


def _hubspot_contacts(done: Installation) -> list[dict[str, Any]]:
    fields = ["hubspot_owner_id", "leadwright_owner_reason"]
    return [r for b in done.connector("hubspot").pull("contacts", fields, None) for r in b.to_pylist()]


def _same(shown: Any, wanted: Any) -> bool:
    """Whether the CRM's text for a value says the same as the warehouse's typed value."""
    if wanted is None or shown is None:
        return wanted is shown
    if isinstance(wanted, datetime):
        text = shown.replace("Z", "+00:00")
        return datetime.fromisoformat(text).replace(tzinfo=None) == wanted.replace(tzinfo=None, microsecond=0)
    if isinstance(wanted, int | float | Decimal):
        return Decimal(shown) == Decimal(str(wanted))
    return bool(shown == str(wanted))
