"""Tasks over several runs: who gets one, when it comes again, and what one that was made does not count for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from leadwright.transform.project import Transform
from leadwright.writeback import plans, previews
from tests import built_warehouses
from tests.dbt_warehouse import NOW, DbtWarehouse
from tests.workspaces import whole

_ROWS = """kind,grade,made_from,quiet_days,subject,reason
reached_grade,Hot,2026-06-30,,{action}: {who},Reps want a task
given_on,,2026-06-30,,Given to you: {who},Both are told
taken_away,,2026-06-30,,No longer yours: {who},Both are told
"""
_BUILT = (
    "+path:models/sync +path:models/memory +fct_lead_tasks +fct_lead_responses +fct_lead_follow_ups "
    "+fct_lead_touches"
)
_CALLED = "select lead_id, kind, rep_id, other_rep_id from memory.log_lead_tasks order by all"


class Weeks:
    """A warehouse over some runs, an hour apart."""

    def __init__(self, built: DbtWarehouse) -> None:
        self.built = built
        self.at = NOW

    def run(self) -> datetime:
        self.at += timedelta(hours=1)
        self.built.transform.build(select=_BUILT, as_of=self.at, tests=False)
        return self.at

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        return self.built.rows(sql)

    def set_grade(self, contact: str, grade: str | None) -> None:
        value = f"'{grade}'" if grade else "null"
        self.built.execute(
            f"update raw_hubspot.contacts set leadwright_grade_override = {value} where hs_object_id = '{contact}'"
        )


@pytest.fixture(scope="module")
def weeks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Weeks]:
    """A company that had scores for a while and switches tasks on; two of its leads turn Hot."""
    folder = tmp_path_factory.mktemp("tasks")
    workspace = whole(folder / "workspace")
    (workspace / "rules" / "crm_tasks.csv").write_text(_ROWS)
    policies = workspace / "rules" / "routing_policies.csv"
    policies.write_text(policies.read_text().replace("reassign_after_breach,0", "reassign_after_breach,1"))
    built_warehouses.of_people(folder / "home")
    made = Weeks(DbtWarehouse(folder / "home", workspace=workspace))
    assert made.built.transform.rule_faults() == []
    yield made


@pytest.fixture(scope="module")
def turned(weeks: Weeks) -> list[tuple[str, str]]:
    """Two leads, each with its contact, that somebody set to Hot, after a run."""
    found = weeks.rows(
        "select r.lead_id, r.record_id from intermediate.int_writing__task_records r "
        "join marts.fct_lead_scores s using (lead_id) where r.crm = 'hubspot' and r.shown_rep_id is not null "
        "and s.grade != 'Hot' and r.lead_id in (select lead_id from intermediate.int_writing__task_records "
        "group by lead_id having count(*) = 1) order by r.record_id limit 2"
    )
    assert len(found) == 2
    for _, contact in found:
        weeks.set_grade(contact, "Hot")
    weeks.run()
    return found


def test_who_was_hot_before_gets_none_and_who_turns_hot_gets_one(
    weeks: Weeks, turned: list[tuple[str, str]]
) -> None:
    hot = weeks.rows("select count(*) from intermediate.int_scoring__current_scores where grade = 'Hot'")
    assert hot[0][0] > 20
    called = {lead for lead, kind, *_ in weeks.rows(_CALLED) if kind == "reached_grade"}
    assert called == {lead for lead, _ in turned}
    asked = weeks.rows("select lead_id, person_id, hubspot_owner_id from sync.sync_hubspot__tasks")
    reached = {(lead, person) for lead, person, _ in asked if lead in called}
    assert reached == set(turned)
    shown = dict(weeks.rows("select hs_object_id, hubspot_owner_id from raw_hubspot.contacts"))
    assert all(owner == shown[person] for lead, person, owner in asked if lead in called)


def test_both_owners_of_a_broken_promise_are_told_once(weeks: Weeks, turned: list[tuple[str, str]]) -> None:
    broken = weeks.rows(
        "select d.lead_id, d.rep_id, e.rep_id from memory.log_assignment_decisions d "
        "join memory.log_assignment_decisions e on e.lead_id = d.lead_id "
        "and e.decision_number = d.decision_number - 1 where d.reason_code = 'not_answered_in_time'"
    )
    assert broken
    told = {
        (lead, kind, rep, other) for lead, kind, rep, other in weeks.rows(_CALLED) if kind != "reached_grade"
    }
    both = {
        pair
        for lead, now, before in broken
        for pair in ((lead, "given_on", now, before), (lead, "taken_away", before, now))
    }
    assert told == both
    states = dict(weeks.rows("select kind, min(state) from marts.fct_lead_tasks group by kind"))
    assert set(states.values()) == {"waiting"}


def test_a_dry_run_says_how_many_tasks_for_whom(weeks: Weeks, turned: list[tuple[str, str]]) -> None:
    settings = weeks.built.settings
    models = weeks.built.transform.sync_models()
    makes = [model for model in models if model.making]
    assert [model.name for model in makes] == ["sync_hubspot__tasks", "sync_salesforce__tasks"]
    plan = plans.make(makes, settings)
    (asked,) = weeks.rows("select (select count(*) from sync.sync_hubspot__tasks) + "
                          "(select count(*) from sync.sync_salesforce__tasks)")  # fmt: skip
    preview = previews.make(plan, settings)
    assert sum(each.tasks for each in preview.tasks) == plan.record_count == asked[0] > 0
    names = {n for (n,) in weeks.rows("select full_name from intermediate.int_identity__crm_owners")}
    assert {each.name for each in preview.tasks} <= names
    without = plans.make([model.without_owners() for model in makes], settings, with_owners=False)
    leads = {entry.about["lead_id"] for part in without.parts for entry in part.entries}
    assert leads == {lead for lead, _ in turned}, "only where the CRM shows the owner already"
    off = Transform(settings.model_copy(update={"workspace": None}), weeks.built.transform.manifest())
    assert [model for model in off.sync_models() if model.making] == []
    assert [model for model in weeks.built.transform.sync_models(everything=True) if model.making] == []


def test_one_that_was_made_and_ticked_off_is_no_answer_and_no_plan_and_does_not_come_again(
    weeks: Weeks, turned: list[tuple[str, str]]
) -> None:
    (first, contact), (second, other) = turned
    counts = (
        "select (select count(*) from marts.fct_lead_touches), "
        "(select count(first_touch_at) from marts.fct_lead_responses)"
    )
    before = weeks.rows(counts)
    keys = dict(
        weeks.rows("select lead_id, task_key from memory.log_lead_tasks where kind = 'reached_grade'")
    )
    done = (weeks.at + timedelta(minutes=10)).isoformat()
    weeks.built.add(
        "raw_hubspot",
        "tasks",
        [
            {
                "hs_object_id": "777",
                "hs_createdate": weeks.at.isoformat(),
                "hs_timestamp": weeks.at.isoformat(),
                "hubspot_owner_id": "71230011",
                "hs_task_status": "COMPLETED",
                "hs_task_type": "CALL",  # the rep made a call of it
                "hs_task_subject": "Call now",
                "hs_task_completion_date": done,
                "leadwright_task_key": keys[first],
                "archived": "false",
            }
        ],
        done,
    )
    weeks.built.add("raw_hubspot", "tasks_to_contacts", [{"from_id": "777", "to_id": contact}], done)
    weeks.built.execute(
        "insert into ops.writes by name select 'hubspot' as crm, 'tasks' as object, 'accepted' as status, "
        f"'{keys[second]}' as record_id, '{second}' as lead_id, timestamptz '{done}' as answered_at, "
        "answered_at as sent_at"
    )
    weeks.set_grade(contact, "Cold")  # it cools down, and will turn again
    weeks.set_grade(other, None)
    weeks.run()
    states = dict(weeks.rows("select lead_id, state from marts.fct_lead_tasks where kind = 'reached_grade'"))
    assert states == {first: "done", second: "sent"}
    assert weeks.rows(counts) == before, "no touch, no response"
    ours = "select count(*) from marts.fct_lead_follow_ups where follow_up_id like 'hubspot:777/%'"
    assert weeks.rows(ours) == [(0,)]
    weeks.set_grade(contact, "Hot")
    weeks.set_grade(other, "Hot")
    weeks.run()
    again = [row for row in weeks.rows(_CALLED) if row[1] == "reached_grade"]
    assert {lead for lead, *_ in again} == {first, second} and len(again) == 2, (
        "a grade that flickers makes one task"
    )
    assert weeks.rows(
        f"select count(*) from sync.sync_hubspot__tasks where lead_id in ('{first}', '{second}') "
        "and record_id in (select task_key from memory.log_lead_tasks where kind = 'reached_grade')"
    ) == [(0,)]


def test_the_values_that_texts_may_name_are_those_of_the_macro(weeks: Weeks) -> None:
    seeds = {n.name: n for n in weeks.built.transform.manifest().nodes.values() if n.resource_type == "seed"}
    macro = (Path(weeks.built.settings.dbt_project) / "macros" / "task_values.sql").read_text()
    for name in ("crm_tasks", "crm_task_lines"):
        (allowed,) = [
            cell["must"]["placeholders"]
            for cell in seeds[name].config.meta["cells"]
            if "placeholders" in cell["must"]
        ]
        assert [each for each in allowed if f"'{each}'" not in macro] == []
        assert macro.partition("])")[0].count("'") == 2 * len(allowed)
