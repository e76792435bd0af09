"""What a dry run tells about a plan, and the files that it can be sent on as."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from leadwright.connectors.base import IS_MEMBER, MEMBERSHIPS, Automation, Change, Cost
from leadwright.connectors.errors import AuthError, ConfigError
from leadwright.settings import Settings
from leadwright.transform.tables import Making, SyncModel
from leadwright.writeback import previewfiles, previews
from leadwright.writeback.previews import FieldCount, Preview, RecordChange
from tests import planned_home
from tests.fakes import FakeCrm
from tests.planned_home import change, plan, records


class TellingCrm(FakeCrm):
    """Says what a write sets off and takes."""

    def automations(self, object_name: str, fields: Sequence[str]) -> list[Automation]:
        return [Automation("workflow", "Tell <the> rep", tuple(fields))]

    def cost(self, object_name: str, changes: Sequence[Change], tasks: int = 0) -> Cost:
        return Cost(len(changes), 90.0, 1_000)


TASKS = SyncModel(
    *("sync", "sync_fake__tasks", "fake", "tasks", "id", "lead_id"),
    fields=("person_id", "owner", "key"),
    guarded=(),
    owned=(),
    making=Making("key", "owner"),
)


class SilentCrm(FakeCrm):
    """Shows no workflows to its user."""

    def automations(self, object_name: str, fields: Sequence[str]) -> list[Automation]:
        raise AuthError("Add the scope automation to the token of ann@example.com.")


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Of a hundred leads one gets another score and Bob as its owner, two another grade, and one is new."""
    config = planned_home.make(tmp_path)
    change(
        config,
        "create schema marts;"
        "create table marts.dim_leads as select lead_id, '=HYPERLINK(1)' as full_name, 'Acme' as company_name "
        "from sync.sync_fake__contacts;"
        "create table marts.dim_accounts (account_id varchar, name varchar);"
        "create table marts.dim_reps as select rep_id, full_name, is_active from intermediate.int_identity__crm_owners;"
        "create table marts.dim_rep_accounts as "
        "select rep_id, crm, owner_id from intermediate.int_identity__crm_owners;"
        "create table marts.dim_crm_records as select crm, record_id, lead_id, 'r1' as rep_id, false as is_deleted "
        "from sync.sync_fake__contacts",
    )
    records(config, "score = 90, owner = 'bob'", 1, first=5)
    records(config, "grade = 'Hot'", 2, first=10)
    records(config, "score = 99, before__score = null", 1, first=20)
    change(
        config,
        "update intermediate.int_writing__lead_values set grade = 'Hot' where lead_id in ('L10', 'L11')",
    )
    of(monkeypatch, TellingCrm())
    return config


def of(monkeypatch: pytest.MonkeyPatch, crm: FakeCrm) -> None:
    monkeypatch.setattr(Settings, "connect", lambda _self, _crm: crm)


def made(settings: Settings) -> Preview:
    return previews.make(plan(settings), settings)


def told(change: RecordChange) -> tuple[str, dict[str, tuple[str, str]]]:
    return change.record_id, {each.shows: (each.before, each.after) for each in change.fields}


def test_records_are_counted_by_field_and_grade(settings: Settings) -> None:
    assert made(settings).fields == [
        FieldCount("fake", "contacts", "score", 2, {"Cold": 2}),
        FieldCount("fake", "contacts", "grade", 2, {"Hot": 2}),
        FieldCount("fake", "contacts", "owner", 1, {"Cold": 1}),
    ]


def test_the_largest_changes_come_first_and_owners_have_names(settings: Settings) -> None:
    first, *others = made(settings).largest
    assert told(first) == ("5", {"score": ("50", "90"), "owner": ("Ann Ray", "Bob Low (left)")})
    assert (first.who, first.grade, first.subject_id) == ("=HYPERLINK(1), Acme", "Cold", "L5")
    assert {change.record_id for change in others} == {"10", "11", "20"}, (
        "one that is new has changed by nothing"
    )


def test_an_owner_whom_the_crm_does_not_name_is_no_name(settings: Settings) -> None:
    records(settings, "owner = 'x9'", 1, first=5)
    assert told(made(settings).largest[0])[1]["owner"] == ("Ann Ray", "somebody unknown (x9)")


def test_the_same_plan_shows_the_same_at_random_and_another_one_others(settings: Settings) -> None:
    records(settings, "grade = 'Hot'", 80)
    one, same = made(settings), made(settings)
    assert one == same
    assert len(one.chosen) == 10
    records(settings, "grade = 'Hot'", 81)
    other = made(settings)
    assert other.plan_hash != one.plan_hash
    assert [c.record_id for c in other.chosen] != [c.record_id for c in one.chosen]


def test_who_gets_whose_leads_what_it_sets_off_and_what_it_takes(settings: Settings) -> None:
    preview = made(settings)
    bob, ann = preview.owner_moves
    assert (bob.name, bob.gets_from, ann.loses) == ("Bob Low", {"Ann Ray": 1}, 1)
    assert preview.set_off[0].automations[0].fields == ("grade", "owner", "score")
    assert preview.costs[0].cost == Cost(4, 90.0, 1_000)
    assert preview.asked == []


def test_what_a_crm_does_not_tell_is_said_with_the_reason(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    of(monkeypatch, SilentCrm())
    (each,) = made(settings).set_off
    assert each.unknown == "Add the scope automation to the token of (e-mail)"
    of(monkeypatch, FakeCrm())
    (each,) = made(settings).set_off
    assert "cannot ask" in each.unknown


def test_it_says_what_a_run_would_ask(settings: Settings) -> None:
    records(settings, "owner = 'bob'", 30)
    own_limits = settings.model_copy(update={"workspace": None})
    (asked,) = made(own_limits).asked
    assert asked.startswith("30 of 100 leads would get another owner")


def test_before_the_first_publication_nobody_has_a_name(settings: Settings) -> None:
    change(settings, "drop table marts.dim_leads")
    assert [change.who for change in made(settings).largest] == [""] * 4


def test_a_preview_is_plain_values(settings: Settings) -> None:
    said = json.loads(json.dumps(made(settings).as_dict()))
    assert said["largest"][0]["fields"][0] == {
        "field": "score",
        "shows": "score",
        "before": "50",
        "after": "90",
    }


def test_the_page_needs_nothing_else_and_takes_no_text_for_markup(settings: Settings, tmp_path: Path) -> None:
    file = tmp_path / "preview.html"
    previewfiles.write(file, made(settings), plan(settings), settings)
    page = file.read_text()
    assert "4 records would be written" in page
    assert "Tell &lt;the&gt; rep" in page
    assert "Bob Low (left)" in page
    assert not [mark for mark in ("<script", "http:", "https:", "src=", "Tell <the>") if mark in page]
    assert not list(tmp_path.glob("*.draft"))


def test_the_table_has_every_change_and_no_formula(settings: Settings, tmp_path: Path) -> None:
    file = tmp_path / "preview.csv"
    previewfiles.write(file, made(settings), plan(settings), settings)
    with file.open(encoding="utf-8-sig", newline="") as text:
        rows = list(csv.DictReader(text))
    assert [(row["record_id"], row["field"], row["after"]) for row in rows] == [
        ("10", "grade", "Hot"),
        ("11", "grade", "Hot"),
        ("20", "score", "99"),
        ("5", "score", "90"),
        ("5", "owner", "Bob Low (left)"),
    ]
    assert {row["name"] for row in rows} == {"'=HYPERLINK(1), Acme"}


def test_a_file_of_another_kind_is_refused_before_anything_is_done(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="neither"):
        previewfiles.require_writable(tmp_path / "preview.pdf")
    with pytest.raises(ConfigError, match="no folder"):
        previewfiles.require_writable(tmp_path / "not" / "preview.html")


def test_tasks_are_counted_for_each_who_would_get_some(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    change(
        settings,
        "create table sync.sync_fake__tasks as select 'k' || i as record_id, 'L' || i as lead_id, 'h' as payload_hash, "
        "null::timestamp as record_changed_at, 'fake' as crm, '9' as person_id, 'k' || i as key, "
        "case when i = 0 then 'bob' else 'ann' end as owner from range(3) t(i)",
    )
    monkeypatch.setattr(Settings, "connect", lambda self, crm: TellingCrm())
    told = previews.make(plan(settings, TASKS), settings)
    assert [(each.crm, each.name, each.tasks) for each in told.tasks] == [
        ("fake", "Ann Ray", 2),
        ("fake", "Bob Low (left)", 1),
    ]
    file = settings.home / "plan.html"
    previewfiles.write(file, told, plan(settings, TASKS), settings)
    assert "<td>Ann Ray<div" in file.read_text()
    shown = {field.after for record in told.largest for field in record.fields if field.shows == "owner"}
    assert shown == {"Ann Ray", "Bob Low (left)"}


def test_members_are_counted_for_each_list(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    change(
        settings,
        "create table sync.sync_fake__memberships as select i || '/News & more' as record_id, 'L' || i as lead_id, "
        "'h' as payload_hash, null::timestamp as record_changed_at, 'fake' as crm, i > 0 as is_member, i = 0 as "
        "before__is_member from range(3) t(i)",
    )
    named = ("sync", "sync_fake__memberships", "fake", MEMBERSHIPS, "record_id", "lead_id")
    model = SyncModel(*named, (IS_MEMBER,), (), ())
    monkeypatch.setattr(Settings, "connect", lambda self, crm: TellingCrm())
    told = previews.make(plan(settings, model), settings)
    assert [(each.crm, each.name, each.put_on, each.taken_off) for each in told.lists] == [
        ("fake", "News & more", 2, 1)
    ]
    said = {(each.shows, each.before, each.after) for record in told.chosen for each in record.fields}
    assert said == {("on the list", "no", "yes"), ("on the list", "yes", "no")}
    file = settings.home / "plan.html"
    previewfiles.write(file, told, plan(settings, model), settings)
    assert "<td>News &amp; more<div" in file.read_text()
