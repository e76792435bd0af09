"""A wrong rule moved owners, was undone and mended: each CRM shows what it did before, but where people were at work.

One story, told once for both CRMs; each test looks at a part of it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import httpx
import pytest

from leadwright import warehouse
from leadwright.connectors.base import Change, Countable, Section
from leadwright.writeback import present, reconciling, undone
from leadwright.writeback.ledger import Entry
from leadwright.writeback.undoing import Undoing
from tests.conftest import Sandbox
from tests.crm_home import NOW, OWNER, Home, Values, sets_owner


@dataclass
class Story:
    """What the CRMs showed at each moment, and what was done."""

    home: Home
    before: Values = field(default_factory=dict)
    written: Values = field(default_factory=dict)
    undone: Values = field(default_factory=dict)
    moved: list[tuple[str, str, str]] = field(default_factory=list)
    touched: dict[str, tuple[str, str, str]] = field(default_factory=dict)
    done: list[Undoing] = field(default_factory=list)
    next_run: dict[str, list[Entry]] = field(default_factory=dict)
    mended: dict[str, list[Entry]] = field(default_factory=dict)


def owner(values: Values, key: tuple[str, str, str]) -> str | None:
    found = values[key][OWNER[key[0]]]
    return None if found is None else str(found)


def touch(story: Story) -> None:
    """People give one lead of each CRM to somebody else, empty the owner of one, and delete one."""
    home = story.home
    for name in ("hubspot", "salesforce"):
        first, second, third, *_ = [key for key in story.moved if key[0] == name]
        others = {owner(story.written, key) for key in story.written if key[1] == first[1]}
        other = min(filter(None, others - {owner(story.written, first)}))
        list(home.connect(name).push(first[1], [Change(first[2], {OWNER[name]: other})]))
        story.touched[f"{name} given"] = first
        if name == "hubspot":
            list(home.connect(name).push(second[1], [Change(second[2], {OWNER[name]: None})]))
            story.touched[f"{name} emptied"] = second
            said = home.crm[name]
            headers = {"Authorization": f"Bearer {said['token']}"}
            url = f"{said['url']}/crm/v3/objects/contacts"
            httpx.delete(f"{url}/{third[2]}", headers=headers).raise_for_status()
            story.touched[f"{name} deleted"] = third


@pytest.fixture(scope="module")
def story(start_sandbox: Callable[..., Sandbox], tmp_path_factory: pytest.TempPathFactory) -> Story:
    crm = start_sandbox("--leads", "80", "--seed", "11", "--no-limits", "--control", "--now", NOW.isoformat())
    home = Home(crm, tmp_path_factory.mktemp("undo"))
    story = Story(home)
    home.rule("germany|austria|switzerland,german,", "germany|austria|switzerland,portuguese,")
    home.pull()
    home.build(0)
    story.before = home.shown()
    home.write("wrong-run")
    story.written = home.shown()
    story.moved = [
        key for key in story.before
        if OWNER[key[0]] in story.before[key] and owner(story.before, key) != owner(story.written, key)
    ]  # fmt: skip
    touch(story)
    story.done = home.undo("wrong-run", "undo-run", only="owner")
    story.undone = home.shown()
    home.pull()
    home.build(15)
    story.next_run = home.entries()
    home.rule("germany|austria|switzerland,portuguese,", "germany|austria|switzerland,german,")
    home.build(30, changed="routing_rules")
    story.mended = home.entries()
    return story


def undone_records(story: Story) -> dict[str, str | None]:
    """Records that were undone, of leads in none of whose records somebody was at work -> the owner that was wrong."""
    leads = dict(story.home.rows("select distinct record_id, lead_id from ops.writes"))
    touched = {leads[key[2]] for key in story.touched.values()}
    return {key[2]: owner(story.written, key) for key in story.moved if leads[key[2]] not in touched}


def test_every_record_is_as_before_but_for_those_that_people_touched(story: Story) -> None:
    assert {key[0] for key in story.moved} == {"hubspot", "salesforce"}
    left = {
        (each.model.crm, each.model.object, one.record_id): one.why
        for each in story.done
        for one in each.left
    }
    for key in set(story.before) - set(story.touched.values()):
        fields = [name for name in story.before[key] if "owner" in name.lower()]
        assert [story.undone[key][name] for name in fields] == [story.before[key][name] for name in fields], (
            key
        )
    assert {name: left[key] for name, key in story.touched.items()} == {
        "hubspot given": "changed_by_person",
        "hubspot emptied": "already_so",
        "hubspot deleted": "merged_or_deleted",
        "salesforce given": "changed_by_person",
    }
    assert set(left) == set(story.touched.values())
    details = {one.detail for each in story.done for one in each.left if one.why == "changed_by_person"}
    assert all(details), "who changed it is told"


def test_the_next_run_sends_nothing_of_it(story: Story) -> None:
    undone = undone_records(story)
    assert len(undone) > 10
    for entry in (entry for some in story.next_run.values() for entry in some):
        assert entry.record_id not in undone or not any("owner" in name.lower() for name in entry.after)


def test_a_mended_rule_gives_its_leads_to_others_and_the_rest_stays_away(story: Story) -> None:
    given, undone = sets_owner(story.mended), undone_records(story)
    again = {record_id for record_id in undone if record_id in given}
    assert again, "leads of the rule that was wrong"
    assert all(given[record_id] != undone[record_id] for record_id in again)
    assert set(undone) - again, "whom the rules would choose as before"


def test_a_lifted_run_is_written_again(story: Story) -> None:
    home = story.home
    with warehouse.writer(home.settings.warehouse_file, 5) as db:
        assert undone.lift(db, "wrong-run")
    home.build(45, changed="unified_owner_writes int_writing__undone_values")
    given, wrong = sets_owner(home.entries()), undone_records(story)
    assert set(wrong) <= set(given)
    home.rows("update ops.undone set lifted_at = null")


def test_a_comparison_finds_what_people_did_and_nothing_else(story: Story) -> None:
    home = story.home
    for model in home.models:
        done = reconciling.compare(
            home.connect(model.crm), model, home.settings, run_id="compared", examples=99
        )
        mine = {name: key for name, key in story.touched.items() if key[:2] == (model.crm, model.object)}
        people = {key[2] for name, key in mine.items() if "deleted" not in name}
        assert {each.record_id for each in done.examples} == people
        assert {each.field for each in done.examples} <= {OWNER[model.crm]}
        assert all(each.by for each in done.examples)
        gone = len([name for name in mine if "deleted" in name])
        assert {each.missing for each in done.fields.values()} <= {gone, 0}


@pytest.mark.parametrize("name", ["hubspot", "salesforce"])
def test_the_rest_of_a_record_arrives_where_one_field_is_refused(story: Story, name: str) -> None:
    grade, score = {
        "hubspot": ("leadwright_grade", "leadwright_score"),
        "salesforce": ("Leadwright_Grade__c", "Leadwright_Score__c"),
    }[name]
    key = next(key for key in reversed(story.moved) if key[0] == name)
    connector = story.home.connect(name)
    (done,) = connector.push(key[1], [Change(key[2], {grade: "Boiling", score: 41})])
    assert (done.status, done.sent) == ("accepted", {score: 41})
    (refusal,) = done.refused
    assert dict(refusal.values) == {grade: "Boiling"}
    assert "Boiling" in str(refusal.message)
    shown = present.read(connector, key[1], [grade, score], [key[2]])[key[2]]
    assert (float(shown[score]), shown[grade] != "Boiling") == (41.0, True)


def test_an_owner_who_left_holds_up_nothing_else(story: Story) -> None:
    gone = story.home.rows("select Id from raw_salesforce.User where IsActive = 'false' limit 1")
    key = next(key for key in reversed(story.moved) if key[1] == "Lead")
    values = {"OwnerId": gone[0][0], "Leadwright_Score__c": 42}
    (done,) = story.home.connect("salesforce").push("Lead", [Change(key[2], values)])
    assert (done.status, done.sent) == ("accepted", {"Leadwright_Score__c": 42})
    assert "inactive user" in str(done.refused[0].message)


def test_a_rule_s_own_words_are_told(story: Story) -> None:
    control = story.home.crm["control"]["url"]
    key = next(key for key in reversed(story.moved) if key[1] == "Lead")
    rule = {"kind": "validation", "object": "Lead", "required": "Fax", "message": "A fax number, as ever!"}
    httpx.post(f"{control}/salesforce/rules", json=rule).raise_for_status()
    (done,) = story.home.connect("salesforce").push("Lead", [Change(key[2], {"Leadwright_Score__c": 43})])
    httpx.delete(f"{control}/salesforce/rules").raise_for_status()
    assert (done.status, done.code) == ("rejected", "FIELD_CUSTOM_VALIDATION_EXCEPTION")
    assert str(done.message).startswith("A fax number, as ever!")


def test_an_erased_person_is_never_made_again(story: Story) -> None:
    key = next(key for key in reversed(story.moved) if key[0] == "hubspot")
    said, connector = story.home.crm["hubspot"], story.home.connect("hubspot")
    assert isinstance(connector, Countable)
    headers = {"Authorization": f"Bearer {said['token']}"}
    url = f"{said['url']}/crm/v3/objects/contacts/gdpr-delete"
    httpx.post(url, json={"objectId": key[2]}, headers=headers).raise_for_status()
    before = connector.count("contacts", Section())
    (done,) = connector.push("contacts", [Change(key[2], {"leadwright_score": 44})])
    assert (done.status, done.code) == ("skipped", "merged_or_deleted")
    again = story.home.undo("undo-run", "redo-run", only="owner")
    assert key[2] not in {entry.record_id for each in again for entry in each.entries}
    assert connector.count("contacts", Section()) == before
    assert connector.absent("contacts", [key[2]]) == {key[2]}
