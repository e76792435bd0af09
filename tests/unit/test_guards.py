"""Guard rails: what a run asks before it sends, what it may send without, and what an approval covers."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml

from leadwright import warehouse
from leadwright.connectors.base import IS_MEMBER, MEMBERSHIPS
from leadwright.connectors.errors import ConfigError, GuardrailError
from leadwright.pull import loads
from leadwright.settings import Settings
from leadwright.transform.tables import Making, SyncModel
from leadwright.writeback import approvals, guards, limits, pausing, plans, sending
from leadwright.writeback.limits import Limits
from tests import planned_home
from tests.fakes import FakeCrm
from tests.installation import ROOT
from tests.planned_home import LEADS, MODEL, change, plan, records

LIMITS = Limits(always_allowed=2)
"""For a hundred leads: at most ten grades, ten scores, five owners, or two of each where rules changed."""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return planned_home.make(tmp_path)


def examine(
    settings: Settings, run_id: str, given: Limits = LIMITS, model: SyncModel = MODEL
) -> approvals.Stop | None:
    return guards.examine(plan(settings, model), run_id, given, settings)


@pytest.mark.parametrize(
    ("sets", "allowed", "code"),
    [
        ("grade = 'Hot'", 10, "grade"),
        ("score = 71", 10, "score"),
        ("owner = 'bob'", 5, "owner"),
        ("before__owner = null", 5, "owner"),
    ],
)
def test_more_than_a_share_of_the_leads_is_asked_about(
    settings: Settings, sets: str, allowed: int, code: str
) -> None:
    records(settings, sets, allowed)
    assert examine(settings, "run-1") is None
    records(settings, sets, 1, first=allowed)
    stop = examine(settings, "run-2")
    assert stop is not None
    assert [(r.code, r.subject) for r in stop.reasons] == [(code, "leads")]
    assert f"{allowed + 1} of 100 leads would get another {code}" in stop.reasons[0].text


@pytest.mark.parametrize(
    "sets",
    [
        "score = 70",
        "before__score = null, before__grade = null, before__owner = null",
    ],
)
def test_decay_and_leads_that_are_new_to_us_are_no_alarm(settings: Settings, sets: str) -> None:
    records(settings, sets, LEADS)
    assert examine(settings, "run-1") is None


def test_a_new_lead_whose_owner_would_be_another_counts(settings: Settings) -> None:
    records(settings, "before__score = null, owner = 'bob'", 6)
    assert examine(settings, "run-1") is not None


def test_three_of_ten_leads_are_no_alarm(settings: Settings) -> None:
    change(settings, "delete from intermediate.int_writing__lead_values where lead_id not like 'L_'")
    records(settings, "owner = 'bob'", 3)
    assert examine(settings, "run-1", Limits()) is None


def test_records_of_one_lead_count_once(settings: Settings) -> None:
    change(settings, "update sync.sync_fake__contacts set lead_id = 'L' || (record_id::int // 2)")
    records(settings, "owner = 'bob'", 10)
    assert examine(settings, "run-1") is None


def test_the_first_write_to_a_crm_is_asked_about_once(settings: Settings) -> None:
    change(settings, "delete from ops.writes")
    records(settings, "before__score = null, before__owner = null", 3)
    stop = examine(settings, "run-1")
    assert stop is not None
    (reason,) = stop.reasons
    assert (
        reason.text == "Nothing was ever written to fake; this would write 3 contacts (3 with a new owner)."
    )
    assert examine(settings, "run-2", Limits(ask_before_first=False)) is None
    assert examine(settings, "run-3") is not None
    approvals.approve("run-3", settings)
    assert examine(settings, "run-4") is None
    records(settings, "before__score = null", 50)
    assert examine(settings, "run-5") is None, "and the set-up goes on by itself"


def _tasks(settings: Settings, count: int) -> SyncModel:
    """A sync model that asks for so many tasks in a CRM whose records were written to before."""
    change(
        settings,
        "create or replace table sync.sync_fake__tasks as select 'k' || i as record_id, 'L' || i as lead_id, 'h' as "
        "payload_hash, null::timestamp as record_changed_at, 'fake' as crm, i % 2 = 0 as is_owner_shown, "
        f"'9' as person_id, 'ann' as owner, 'k' || i as key from range({count}) t(i)",
    )
    fields = ("person_id", "owner", "key")
    making = Making("key", "owner")
    return SyncModel(
        "sync", "sync_fake__tasks", "fake", "tasks", "id", "lead_id", fields, (), (), making=making
    )


def test_the_first_tasks_of_a_crm_are_asked_about_by_themselves(settings: Settings) -> None:
    model = _tasks(settings, 2)
    stop = examine(settings, "run-1", model=model)
    assert stop is not None
    assert [(r.code, r.subject, r.text) for r in stop.reasons] == [
        ("first_write", "fake tasks", "No task was ever made in fake; this would make 2 tasks.")
    ]
    approvals.approve("run-1", settings)
    assert examine(settings, "run-2", model=model) is None


def test_tasks_about_more_than_a_share_of_the_leads_are_asked_about(settings: Settings) -> None:
    change(
        settings,
        "insert into ops.writes (crm, object, record_id, status) values ('fake', 'tasks', 'x', 'accepted')",
    )
    assert examine(settings, "run-1", model=_tasks(settings, 5)) is None
    stop = examine(settings, "run-2", model=_tasks(settings, 6))
    assert stop is not None
    assert [r.text for r in stop.reasons] == [
        "6 of 100 leads would get a task; more than 5% (tasks_at_most) is asked about."
    ]
    approvals.approve("run-2", settings)
    assert examine(settings, "run-3", model=_tasks(settings, 8)) is None, "two more are none to ask about"


def _memberships(settings: Settings, count: int) -> SyncModel:
    """A sync model that puts so many people on a list of a CRM whose records were written to before."""
    change(
        settings,
        "create or replace table sync.sync_fake__memberships as select i || '/News' as record_id, 'L' || i as lead_id, "
        "'h' as payload_hash, null::timestamp as record_changed_at, 'fake' as crm, true as is_member, "
        f"false as before__is_member from range({count}) t(i)",
    )
    named = ("sync", "sync_fake__memberships", "fake", MEMBERSHIPS, "record_id", "lead_id")
    return SyncModel(*named, (IS_MEMBER,), (), ())


def test_the_first_members_of_lists_and_then_more_than_a_share_are_asked_about(settings: Settings) -> None:
    stop = examine(settings, "run-1", model=_memberships(settings, 2))
    assert stop is not None
    assert [(r.code, r.subject) for r in stop.reasons] == [("first_write", "fake lists")]
    assert "Nobody was ever put on a list of fake" in stop.reasons[0].text
    approvals.approve("run-1", settings)
    assert examine(settings, "run-2", model=_memberships(settings, 2)) is None
    assert examine(settings, "run-3", model=_memberships(settings, 10)) is None
    stop = examine(settings, "run-4", model=_memberships(settings, 14))
    assert stop is not None
    assert [r.text for r in stop.reasons] == [
        "12 of 100 leads would be put on a list or taken off one; more than 10% (lists_at_most) is asked about."
    ], "the two that were approved and wait are none to ask about"


def test_without_owners_only_the_tasks_of_whom_the_crm_shows_are_made(settings: Settings) -> None:
    model = _tasks(settings, 5).without_owners()
    assert [e.record_id for part in plan(settings, model).parts for e in part.entries] == ["k0", "k2", "k4"]


def test_where_rules_changed_since_the_last_write_less_is_asked_about(settings: Settings) -> None:
    records(settings, "grade = 'Hot'", 3)
    assert examine(settings, "run-1") is None
    change(settings, "insert into memory.log_routing_sets values (2)")
    stop = examine(settings, "run-2")
    assert stop is not None
    assert "rules changed since the last write" in stop.reasons[0].text
    approvals.approve("run-2", settings)
    assert examine(settings, "run-3") is None
    records(settings, "grade = 'Hot'", 3, first=10)
    assert examine(settings, "run-4") is None, "no rule changed since run-3"


def test_a_later_run_waits_with_the_plan_that_waits_and_a_bigger_one_takes_its_place(
    settings: Settings,
) -> None:
    records(settings, "owner = 'bob'", 50)
    first = examine(settings, "run-1")
    records(settings, "owner = 'bob'", 3, first=50)
    second = examine(settings, "run-2")
    assert first and second
    assert (second.run_id, second.record_count) == ("run-1", 50)
    assert "53 of 100" in second.reasons[0].text, "the reasons are those of now"
    records(settings, "owner = 'eve'", 20)
    third = examine(settings, "run-3")
    assert third and third.run_id == "run-3"
    with pytest.raises(ConfigError, match=r"run-1 waits for no approval; run run-3 does.* 53 records"):
        approvals.approve("run-1", settings)
    assert approvals.approve("run-3", settings)
    assert approvals.approve("run-3", settings), "it may have been killed or paused after that"
    with warehouse.writer(settings.warehouse_file, 1) as db:
        assert warehouse.rows(db, "select run_id from ops.approvals") == [{"run_id": "run-3"}]
    with pytest.raises(ConfigError, match="No run waits"):
        approvals.approve("run-2", settings)


def test_a_plan_that_other_rules_made_is_shown_though_nothing_was_ever_written(settings: Settings) -> None:
    """All leads were Cold, a study proposed other rules, and what waited showed them Cold still."""
    change(settings, "delete from ops.writes")
    records(settings, "before__score = null, before__grade = null, before__owner = null", LEADS)
    first = examine(settings, "run-1")
    assert first and first.run_id == "run-1"
    second = examine(settings, "run-2")
    assert second and second.run_id == "run-1", "the same rules show the same"
    change(settings, "insert into memory.log_routing_sets values (2)")
    records(settings, "grade = 'Hot'", 20)
    third = examine(settings, "run-3")
    assert third and third.run_id == "run-3"
    with warehouse.writer(settings.warehouse_file, 1) as db:
        shown = db.execute("select count(*) from ops.planned_changes where grade_after = 'Hot'").fetchone()
    assert shown == (20,)


def test_an_approval_covers_what_was_shown_and_once(settings: Settings) -> None:
    crm = FakeCrm()
    records(settings, "owner = 'bob'", 50)
    assert examine(settings, "run-1")
    approvals.approve("run-1", settings)
    assert examine(settings, "run-2") is None
    sending.write_back(crm, MODEL, settings, "run-2", only=[str(i) for i in range(40)])
    assert examine(settings, "run-3") is None, "ten are left"
    sending.write_back(crm, MODEL, settings, "run-3")
    assert plan(settings).record_count == 0
    change(settings, "create table ops.pulls as select 'fake' as crm, now() as pulled_at")
    stop = examine(settings, "run-4")
    assert stop, "somebody undid it, and the same rule would do it again"
    assert stop.run_id == "run-4"


def test_other_values_than_were_approved_are_asked_about(settings: Settings) -> None:
    records(settings, "owner = 'bob'", 50)
    assert examine(settings, "run-1")
    approvals.approve("run-1", settings)
    records(settings, "owner = 'eve'", 5)
    assert examine(settings, "run-2") is None, "five more are within the limits"
    records(settings, "owner = 'eve'", 6)
    stop = examine(settings, "run-3")
    assert stop and "6 of 100 leads" in stop.reasons[0].text


def test_owners_are_not_covered_by_a_plan_without_them(settings: Settings) -> None:
    records(settings, "owner = 'bob', grade = 'Hot'", 50)
    first = examine(settings, "run-1", model=MODEL.without_owners())
    assert first and not first.with_owners
    second = examine(settings, "run-2")
    assert second and second.run_id == "run-2"


def test_a_plan_whose_rows_are_not_those_that_were_shown_cannot_be_approved(settings: Settings) -> None:
    """Somebody who was in it was forgotten; the next run keeps it anew."""
    records(settings, "owner = 'bob'", 50)
    assert examine(settings, "run-1")
    change(settings, "delete from ops.planned_changes where record_id = '7'")
    with pytest.raises(ConfigError, match="No run waits"):
        approvals.approve("run-1", settings)
    stop = examine(settings, "run-2")
    assert stop and stop.run_id == "run-2"


def test_when_the_rule_is_mended_nothing_waits_any_more(settings: Settings) -> None:
    records(settings, "owner = 'bob'", 50)
    assert examine(settings, "run-1")
    records(settings, "owner = 'ann'", 50)
    assert examine(settings, "run-2") is None
    with pytest.raises(ConfigError, match="No run waits"):
        approvals.approve("run-1", settings)


def test_an_approval_says_who_when_and_of_what(settings: Settings) -> None:
    records(settings, "owner = 'bob'", 50)
    stop = examine(settings, "run-1-long-id")
    assert stop and stop.command == "leadwright sync --approve run-1-lo"
    approvals.approve("run-1-lo", settings)
    with warehouse.writer(settings.warehouse_file, 1) as db:
        (row,) = warehouse.rows(db, "from ops.approvals")
        kept = plans.digest(db, "(from ops.planned_changes where run_id = 'run-1-long-id')")
    assert (row["run_id"], row["approved_by"]) == ("run-1-long-id", pausing.os_user())
    assert row["plan_hash"] == stop.plan_hash == kept
    assert [reason["code"] for reason in json.loads(row["reasons"])] == ["owner"]


def test_a_run_sends_no_more_than_its_limit_owners_and_the_best_grades_first(settings: Settings) -> None:
    records(settings, "score = 51", 10)
    records(settings, "owner = 'bob'", 1, first=7)
    change(settings, "update intermediate.int_writing__lead_values set grade = 'Hot' where lead_id = 'L4'")
    made = plan(settings)
    assert guards.records_left(made, Limits(), settings) is None
    assert guards.records_left(made, Limits(records_per_run=10), settings) is None
    assert guards.records_left(made, Limits(records_per_run=3), settings) == 3
    chosen = plans.first_records(made, 3, settings)
    assert chosen == {MODEL.title: ["7", "4", "0"]}
    done = sending.write_back(FakeCrm(), MODEL, settings, "run-1", only=chosen[MODEL.title])
    assert (done.planned, done.held_back, done.outcomes.total()) == (10, 7, 3)
    day = Limits(records_per_run=5, records_per_day=4)
    assert guards.records_left(plan(settings), day, settings) == 1, "three went out today"


def test_nothing_is_written_of_half_a_build_or_of_what_a_crm_showed_days_ago(settings: Settings) -> None:
    with pytest.raises(GuardrailError, match="fake was never pulled"):
        guards.require_ready(["fake"], LIMITS, settings)
    change(settings, "create table ops.pulls as select 'fake' as crm, now() as pulled_at")
    guards.require_ready(["fake"], LIMITS, settings)
    with warehouse.writer(settings.warehouse_file, 1) as db:
        loads.note_build_begins(db)
    with pytest.raises(GuardrailError, match="the last build failed or was killed"):
        guards.require_ready(["fake"], LIMITS, settings)
    with warehouse.writer(settings.warehouse_file, 1) as db:
        loads.note_build_ended(db)
    guards.require_ready(["fake"], LIMITS, settings)
    change(settings, "update ops.pulls set pulled_at = now() - interval 25 hour")
    with pytest.raises(GuardrailError, match="fake was last pulled"):
        guards.require_ready(["fake"], LIMITS, settings)


def test_a_pull_without_a_build_makes_nothing_go_out_twice(settings: Settings) -> None:
    """As a dry run leaves it: what the sync models say is older than what was pulled."""
    records(settings, "owner = 'bob'", 3)
    change(settings, "create table ops.pulls as select 'fake' as crm, now() - interval 1 hour as pulled_at")
    with warehouse.writer(settings.warehouse_file, 1) as db:
        loads.note_build_begins(db)
        loads.note_build_ended(db)
    sending.write_back(FakeCrm(), MODEL, settings, "run-1")
    change(settings, "update ops.pulls set pulled_at = now() + interval 1 minute")
    assert plan(settings).record_count == 0


def test_a_company_says_its_own_limits_and_a_slip_is_named(tmp_path: Path) -> None:
    file = tmp_path / "leadwright.toml"
    file.write_text('version = "0.1.0"\n')
    assert limits.read(tmp_path) == Limits()
    file.write_text("[writing]\nowners_at_most = 0.5\nrecords_per_day = 500\n")
    assert limits.read(tmp_path) == Limits(owners_at_most=0.5, records_per_day=500)
    for slip, says in {
        "owners_at_mots = 1": "owners_at_mots: Extra inputs",
        "owners_at_most = 50": "owners_at_most: Input should be less",
        "ask = [": "cannot be read",
    }.items():
        file.write_text(f"[writing]\n{slip}\n")
        with pytest.raises(ConfigError, match=says):
            limits.read(tmp_path)


@pytest.mark.parametrize("paused_after", [0, 200, 400, 1000])
def test_a_pause_in_the_middle_ends_the_write_after_the_present_call(
    settings: Settings, paused_after: int
) -> None:
    crm = FakeCrm()
    change(
        settings,
        "insert into sync.sync_fake__contacts by name select 'n' || i as record_id, 'L' || i as lead_id, 'h' as "
        "payload_hash, timestamp '2026-01-02' as record_changed_at, 'fake' as crm, 9 as score, 8 as before__score "
        "from range(1500) t(i)",
    )
    done = sending.write_back(
        crm,
        MODEL,
        settings,
        "run-1",
        is_paused=lambda: sum(map(len, crm.pushed)) >= paused_after,
    )
    assert (done.outcomes.total(), done.held_back) == (paused_after, 1500 - paused_after)
    with warehouse.writer(settings.warehouse_file, 1) as db:
        told = db.execute(
            "select status, count(*) from ops.writes where run_id = 'run-1' group by all"
        ).fetchall()
    assert told == ([("accepted", paused_after)] if paused_after else [])
    rest = sending.write_back(crm, MODEL, settings, "run-2")
    assert (rest.planned, rest.interrupted, rest.held_back) == (1500 - paused_after, 0, 0)


def test_whoever_paused_says_so_and_a_file_made_by_hand_will_do(tmp_path: Path) -> None:
    config = Settings(home=tmp_path)
    assert pausing.state(config) is None
    made = pausing.pause(config, "an audit")
    assert pausing.state(config) == made == pausing.pause(config, "again")
    assert f"by {pausing.os_user()}: an audit." in str(made)
    assert made.since and datetime.now(UTC) - made.since < timedelta(minutes=1)
    assert pausing.resume(config) == made
    assert pausing.resume(config) is None
    (tmp_path / "paused").write_text("")
    assert str(pausing.state(config)) == "Writing is paused."
    (tmp_path / "paused").write_bytes(b"[1]\xff")
    assert pausing.state(config) is not None
    by_setting = config.model_copy(update={"paused": True})
    with pytest.raises(ConfigError, match="LEADWRIGHT_PAUSED is set"):
        pausing.resume(by_setting)
    assert replace(pausing.state(by_setting) or made).by_setting


def test_the_tables_are_declared_as_they_are_made(settings: Settings) -> None:
    """Whichever comes first, a run's raw tables or its plan: rows are added by the order of the columns."""
    folder = ROOT / "dbt_project" / "models" / "staging"
    (ops,) = yaml.safe_load((folder / "_ops__sources.yml").read_text())["sources"]
    declared = {t["name"]: [(c["name"], c["data_type"]) for c in t["columns"]] for t in ops["tables"]}
    with warehouse.writer(settings.warehouse_file, 1) as db:
        approvals.ensure(db)
        loads.note_build_begins(db)
        for name in ("plans", "planned_changes", "approvals", "builds"):
            found = db.execute(
                "select column_name, lower(data_type) from information_schema.columns "
                "where table_schema = 'ops' and table_name = ? order by ordinal_position",
                [name],
            ).fetchall()
            kinds = [
                (column, kind.replace("timestamp with time zone", "timestamptz")) for column, kind in found
            ]
            assert kinds == declared[name], name


def test_a_new_champion_is_told_and_has_the_limit_of_changed_rules(settings: Settings) -> None:
    """The set of rules is the same: the day came on which the model takes over."""
    assert examine(settings, "run-1") is None
    change(
        settings,
        "create table intermediate.int_scoring__moments as "
        "select timestamp '2026-06-01 10:00' as as_of, true as is_current;"
        "create table intermediate.int_scoring__champions as "
        "select '0123456789' as model_id, date '2026-06-01' as valid_from, cast(null as date) as valid_to",
    )
    records(settings, "grade = 'Hot'", 3)
    stop = examine(settings, "run-2")
    assert stop is not None
    assert "the model 01234567 became champion since the last write" in stop.reasons[0].text
    approvals.approve("run-2", settings)
    records(settings, "before__grade = 'Hot'", 3)
    assert examine(settings, "run-3") is None
    change(settings, "update intermediate.int_scoring__champions set valid_to = date '2026-05-31'")
    records(settings, "grade = 'Cold'", 3)
    stop = examine(settings, "run-4")
    assert stop is not None
    assert "the rules make the score again since the last write" in stop.reasons[0].text
