"""The dbt project as a whole: what it promises over several runs, on a made population in both CRMs."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from leadwright.transform.project import Transform
from tests import built_warehouses
from tests.dbt_warehouse import NOW, DbtWarehouse
from tests.workspaces import whole

ROOT = Path(__file__).resolve().parents[2]
_FOR_WRITING = "+path:models/sync +path:models/memory +fct_lead_assignments"
_FEATURES = """
    select lead_id, feature, text_value, number_value, decays_from
    from intermediate.int_scoring__features
    where feature not in ('visit_count', 'page_view_count')
    order by all
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> DbtWarehouse:
    """A population of 300, built; the tests below change it one after the other."""
    return built_warehouses.of_people(tmp_path_factory.mktemp("home"))


def test_what_was_written_back_is_not_written_again(built: DbtWarehouse) -> None:
    sent = built.write_back()
    assert min(sent.values()) > 0
    before = built.rows("select lead_id, rep_id, reason from marts.fct_lead_assignments order by all")
    leads = built.rows("select record_key, lead_id from intermediate.int_identity__records order by all")
    built.build(NOW + timedelta(hours=3))
    assert built.write_back() == dict.fromkeys(sent, 0)
    assert built.rows("select lead_id, rep_id, reason from marts.fct_lead_assignments order by all") == before
    assert (
        built.rows("select record_key, lead_id from intermediate.int_identity__records order by all") == leads
    )
    assert built.rows("select max(change_number) from marts.fct_lead_score_history") == [(1,)]


def test_the_reports_agree_on_promises_and_owners(built: DbtWarehouse) -> None:
    promises = "sla_kept_count, sla_broken_count, sla_running_count"
    overview = built.rows(f"select {promises} from marts.rpt_overview")
    assert overview == built.rows(f"select {promises} from marts.rpt_responses where cut = 'all'")
    assert overview == built.rows(
        "select count(*) filter (sla_status = 'kept'), count(*) filter (sla_status = 'broken'), "
        "count(*) filter (sla_status = 'running') from marts.fct_lead_responses"
    )
    assert min(overview[0][:2]) > 0, "some were kept and some broken; whether one runs depends on the moment"
    assert built.rows("select routed_count from marts.rpt_overview") == built.rows(
        "select count(rep_id) from marts.fct_lead_assignments"
    )


def test_every_lead_has_a_live_record_and_every_grade_its_best_lead(built: DbtWarehouse) -> None:
    live = "select distinct lead_id from marts.dim_crm_records where not is_deleted order by all"
    assert built.rows(live) == built.rows("select lead_id from marts.dim_leads order by all")
    best = (
        "select grade, max(score) from marts.fct_lead_scores join marts.dim_leads using (lead_id) "
        "where is_open group by grade order by all"
    )
    assert built.rows("select grade, score from marts.rpt_example_leads order by all") == built.rows(best)


def test_nobody_is_told_to_call_a_lead_that_is_closed(built: DbtWarehouse) -> None:
    told = built.rows(
        "select lifecycle_stage, play, count(*) from marts.fct_lead_scores join marts.dim_leads using (lead_id) "
        "where lifecycle_stage in ('customer', 'disqualified', 'lost') group by all order by all"
    )
    assert [(stage, play) for stage, play, _ in told] == [
        ("customer", "Account care"),
        ("disqualified", "Quarterly audit"),
        ("lost", "Recycle on a new sign"),
    ]
    assert (
        built.rows(
            "select lead_id from marts.fct_lead_scores s join intermediate.int_writing__lead_values w using (lead_id) "
            "where w.play != s.play"
        )
        == []
    )


def test_a_rep_s_change_of_owner_stays_and_says_who_made_it(built: DbtWarehouse) -> None:
    """In the one CRM that the lead is in; and in HubSpot where it is in both: Salesforce follows."""
    routed = """
        select a.lead_id, c.record_id, r.rep_id, h.owner_id, s.owner_id
        from marts.fct_lead_assignments a
        join marts.dim_crm_records c on c.lead_id = a.lead_id and c.crm = 'hubspot' and not c.is_deleted
        join marts.dim_reps r on r.rep_id != a.rep_id and r.is_active
        join marts.dim_rep_accounts h on h.rep_id = r.rep_id and h.crm = 'hubspot' and h.is_active
        join marts.dim_rep_accounts s on s.rep_id = r.rep_id and s.crm = 'salesforce' and s.is_active
        where a.is_routed and a.lead_id {} in (
            select lead_id from marts.dim_crm_records where crm = 'salesforce' and not is_deleted
        )
        order by all limit 1
        """
    edits = [built.rows(routed.format(word))[0] for word in ("not", "")]
    for _, contact_id, _, owner_id, _ in edits:
        built.execute(
            f"update raw_hubspot.contacts set hubspot_owner_id = '{owner_id}' where hs_object_id = '{contact_id}'"
        )
    for hours in (4, 5):  # it stays so
        built.transform.build(select=_FOR_WRITING, as_of=NOW + timedelta(hours=hours), tests=False)
        for lead_id, contact_id, rep_id, owner_id, _ in edits:
            owner = f"select rep_id, reason from marts.fct_lead_assignments where lead_id = '{lead_id}'"
            assert built.rows(owner) == [(rep_id, "Owner set in HubSpot by a person")]
            wanted = (
                f"select hubspot_owner_id from sync.sync_hubspot__contacts where record_id = '{contact_id}'"
            )
            assert built.rows(wanted) == ([(owner_id,)] if hours == 4 else [])
        lead_id, *_, user_id = edits[1]
        followed = (
            'select "OwnerId" from sync.sync_salesforce__leads where lead_id = $1 '
            'union all select "OwnerId" from sync.sync_salesforce__contacts where lead_id = $1'
        ).replace("$1", f"'{lead_id}'")
        assert set(built.rows(followed)) == ({(user_id,)} if hours == 4 else set())
        built.write_back()


def test_what_happens_later_changes_nothing_that_was_known_before(built: DbtWarehouse) -> None:
    as_of, select = NOW + timedelta(hours=5), "+int_scoring__features"
    built.transform.build(select=select, as_of=as_of, tests=False)
    known = built.rows(_FEATURES)
    later = (as_of + timedelta(minutes=1)).isoformat()
    people = built.rows("select hs_object_id from raw_hubspot.contacts order by hs_object_id limit 50")
    built.add(
        "raw_hubspot",
        "emails",
        (
            {"hs_object_id": f"late{p}", "hs_timestamp": later, "hs_email_direction": "INCOMING_EMAIL"}
            for (p,) in people
        ),
        later,
    )
    built.add(
        "raw_hubspot", "emails_to_contacts", ({"from_id": f"late{p}", "to_id": p} for (p,) in people), later
    )
    # HubSpot overwrites these; what stood there before was seen by the runs above.
    built.execute(
        f"update raw_hubspot.contacts set recent_conversion_date = '{later}', "
        f"recent_conversion_event_name = 'Demo request', hs_email_last_click_date = '{later}', "
        f"hs_analytics_last_visit_timestamp = '{later}'"
    )
    built.transform.build(select=select, as_of=as_of, tests=False)
    assert built.rows(_FEATURES) == known
    built.transform.build(select=select, as_of=as_of + timedelta(minutes=2), tests=False)
    assert built.rows(_FEATURES) != known


def test_leads_are_written_before_companies_which_can_be_left_alone(built: DbtWarehouse) -> None:
    assert [model.name for model in built.transform.sync_models()] == [
        "sync_hubspot__contacts",
        "sync_salesforce__contacts",
        "sync_salesforce__leads",
        "sync_hubspot__companies",
        "sync_salesforce__accounts",
    ]
    without = Transform(
        built.settings.model_copy(update={"write_accounts": False}), built.transform.manifest()
    )
    assert {model.subject for model in without.sync_models()} == {"lead_id"}


def test_a_picklist_offers_what_the_rule_files_call_things(built: DbtWarehouse, tmp_path: Path) -> None:
    workspace = whole(tmp_path / "workspace")
    for name in ("grade_scale", "account_grades"):
        file = workspace / "rules" / f"{name}.csv"
        file.write_text(file.read_text().replace("Hot,", "A1,"))
    renamed = Transform(
        built.settings.model_copy(update={"workspace": workspace}), built.transform.manifest()
    )
    offered = {f.name: f.options for m in renamed.sync_models() for f in m.owned if f.type == "picklist"}
    assert offered["leadwright_grade"] == offered["leadwright_grade_override"] == ("A1", "Warm", "Cold")
    assert offered["leadwright_lead_taken"] == offered["Leadwright_Lead_Taken__c"]
    assert offered["leadwright_lead_taken"][0] == "Accepted"
    assert offered["leadwright_score_right"] == ("Right", "Too high", "Too low")
    assert offered["Leadwright_Account_Grade__c"] == ("A1", "Warm", "Cold", "none")


def test_an_empty_warehouse_builds(tmp_path_factory: pytest.TempPathFactory) -> None:
    empty = built_warehouses.of_nobody(tmp_path_factory.mktemp("empty"))
    assert empty.rows("select lead_count, response_median_minutes from marts.rpt_overview") == [(0, None)]


def test_the_documented_command_writes_pages_with_columns(built: DbtWarehouse) -> None:
    home = built.settings.home
    page = (ROOT / "docs" / "scoring-for-revops.md").read_text()
    (command,) = re.findall(r"^dbt docs generate .*$", page, re.MULTILINE)
    assert 'export LEADWRIGHT_WAREHOUSE_FILE="$PWD/.leadwright/warehouse.duckdb"' in page
    words = shlex.split(command.replace("$PWD/.leadwright", str(home)))
    done = subprocess.run(
        [str(Path(sys.executable).with_name(words[0])), *words[1:], "--log-path", str(home / "logs")],
        cwd=ROOT,
        env={**os.environ, "LEADWRIGHT_WAREHOUSE_FILE": str(home / "warehouse.duckdb")},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout[-3000:]
    catalog = json.loads((home / "dbt" / "docs" / "catalog.json").read_text())
    columns = catalog["nodes"]["model.leadwright.dim_leads"]["columns"]
    named = built.rows("select column_name from duckdb_columns() where table_name = 'dim_leads'")
    assert columns.keys() == {name for (name,) in named}
    marts = [name for name in catalog["nodes"] if ".rpt_" in name or ".fct_" in name]
    assert len(marts) > 40 and not catalog["errors"]


_SYNCED = """
    select 'lead' as kind, lead_id as id from sync.sync_hubspot__contacts
    union select 'lead', lead_id from sync.sync_salesforce__contacts
    union select 'lead', lead_id from sync.sync_salesforce__leads
    union select 'account', account_id from sync.sync_hubspot__companies
    union select 'account', account_id from sync.sync_salesforce__accounts
"""


def _synced(built: DbtWarehouse, kind: str) -> set[str]:
    return {key for (key,) in built.rows(f"select id from ({_SYNCED}) where kind = '{kind}'")}


def _groups(built: DbtWarehouse, step: str) -> dict[str, str]:
    return dict(
        built.rows(
            f"select lead_id, rollout_group from memory.log_rollout_groups where rollout_id = '{step}'"
        )
    )


def test_a_roll_out_by_a_pilot_shadow_and_a_hold_out(built: DbtWarehouse, tmp_path: Path) -> None:
    workspace = whole(tmp_path / "workspace")
    settings = built.settings.model_copy(update={"workspace": workspace})
    rolled = Transform(settings, built.transform.manifest())
    steps = workspace / "rules" / "rollout.csv"
    header = steps.read_text().splitlines()[0]
    behind = "rollout+,+path:models/sync"

    def step(name: str, mode: str, share: str, hours: int, select: str) -> None:
        steps.write_text(f"{header}\n{name},,,{mode},{share},,,,,Test\n")
        rolled.build(as_of=NOW + timedelta(hours=hours), select=select, tests=False)

    step("pilot", "pilot", "", 6, behind)
    groups = _groups(built, "pilot")
    assert 0.4 < sum(group == "treated" for group in groups.values()) / len(groups) < 0.6

    # Others come, and the CRMs show no score any more.
    later = (NOW + timedelta(hours=6, minutes=30)).isoformat()
    new = [
        {"hs_object_id": f"77{n:03}", "email": f"new{n}@new{n}.example", "createdate": later}
        for n in range(40)
    ]
    built.add("raw_hubspot", "contacts", new, later)
    built.execute(
        "update raw_hubspot.contacts set leadwright_score = null; "
        "update raw_hubspot.companies set leadwright_account_score = null; "
        'update raw_salesforce."Lead" set "Leadwright_Score__c" = null'
    )
    step("pilot", "pilot", "", 7, "+path:models/sync +log_assignment_decisions")
    grown = _groups(built, "pilot")
    assert len(grown) == len(groups) + len(new)
    assert {lead: grown[lead] for lead in groups} == groups
    treated = {lead for lead, group in grown.items() if group == "treated"}
    assert set() < _synced(built, "lead") <= treated
    members = "select account_id, lead_id from intermediate.int_accounts__of_leads where place = 1"
    of_control = {account for account, lead in built.rows(members) if lead not in treated}
    assert set() < _synced(built, "account")
    assert not _synced(built, "account") & of_control

    owners = "int_routing__earlier_decisions int_routing__owner_standings int_routing__owner_candidates"
    owners += " int_routing__unseen_leads"
    step("pilot", "pilot", "", 8, owners)
    unseen = {lead for (lead,) in built.rows("select lead_id from intermediate.int_routing__unseen_leads")}
    assert set() < unseen <= grown.keys() - treated

    step("look", "shadow", "", 9, behind)
    assert built.rows(_SYNCED) == []

    step("rest", "all", "0.95", 10, behind)
    rest = _groups(built, "rest")
    held_out = {lead for lead, group in rest.items() if group == "control"}
    assert rest.keys() == grown.keys()
    assert 0.02 < len(held_out) / len(rest) < 0.09
    assert set() < _synced(built, "lead") <= rest.keys() - held_out
