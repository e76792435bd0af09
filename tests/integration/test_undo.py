"""A wrong rule moved owners, was undone and mended: each CRM shows what it did before, but where people were at work.

One story, told once for both CRMs; each test looks at a part of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

import httpx
import pytest

from leadwright import connectors, warehouse
from leadwright.connectors.base import Change, Connector, Countable, Section
from leadwright.pull import extract
from leadwright.settings import Settings
from leadwright.transform.project import Transform
from leadwright.transform.tables import SyncModel
from leadwright.writeback import present, reconciling, sending, undoing, undone
from leadwright.writeback.ledger import Entry
from leadwright.writeback.undoing import Undoing
from tests import parsed_project
from tests.conftest import Sandbox
from tests.workspaces import whole

_NOW = datetime(2026, 6, 30, 12, tzinfo=UTC)
Values = dict[tuple[str, str, str], Mapping[str, Any]]
"""CRM, object and record id -> what the record shows."""


class Home:
    """A home with a workspace of its own, connected to both CRMs of a sandbox."""

    def __init__(self, crm: Sandbox, folder: Path) -> None:
        parsed_project.ensure()
        self.crm = crm
        self.workspace = whole(folder / "workspace")
        self.settings = Settings(
            home=folder / "home", workspace=self.workspace, lock_wait_seconds=5, threads=1, as_of=_NOW
        )
        self.project = Transform(self.settings)

    @cached_property
    def models(self) -> list[SyncModel]:
        return [model for model in self.project.sync_models() if model.subject == "lead_id"]

    def connect(self, name: str) -> Connector:
        return connectors.connect(name, self.crm.credentials(name))

    def pull(self) -> None:
        extract.ensure_tables(self.project.raw_tables(), self.settings)
        for name in ("hubspot", "salesforce"):
            extract.pull(self.connect(name), self.project.raw_tables(), self.settings)

    def build(self, minutes: int, changed: str = "") -> None:
        """Build what is written to leads, and what is remembered of it; or of that, what reads `changed`."""
        built = ["+sync_hubspot__contacts", "+sync_salesforce__leads", "+sync_salesforce__contacts"]
        built += ["+log_owner_sightings", "+log_assignment_decisions", "+log_routing_sets"]
        only = [f"{name}+,{part}" for name in changed.split() for part in built] or built
        self.project.build(select=" ".join(only), as_of=_NOW + timedelta(minutes=minutes), tests=False)

    def entries(self) -> dict[str, list[Entry]]:
        return {model.title: sending.preview(model, self.settings) for model in self.models}

    def write(self, run_id: str) -> None:
        for model in self.models:
            connector = self.connect(model.crm)
            sending.create_fields(connector, model, self.settings)
            sending.write_back(connector, model, self.settings, run_id, raw=self._raw(model))

    def undo(self, run_id: str, by: str, only: str | None = None) -> list[Undoing]:
        done = []
        for model in self.models:
            fields = undoing.chosen_fields(only, model)
            connector = self.connect(model.crm)
            planned = undoing.prepare(connector, model, run_id, fields, self.settings)
            done.append(
                undoing.put_back(connector, planned, (run_id, by), self.settings, raw=self._raw(model))
            )
        return done

    def shown(self) -> Values:
        """What every record that we write to shows now, but when it was changed."""
        found: Values = {}
        for model in self.models:
            connector = self.connect(model.crm)
            ids = [i for (i,) in self.rows(f'select "{model.key}" from raw_{model.crm}."{model.object}"')]
            for record_id, row in present.read(connector, model.object, model.fields, ids).items():
                found[model.crm, model.object, record_id] = {name: row[name] for name in model.fields}
        return found

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with warehouse.writer(self.settings.warehouse_file, 5) as db:
            return db.execute(sql).fetchall()

    def rule(self, old: str, new: str) -> None:
        file = self.workspace / "rules" / "routing_rules.csv"
        text = file.read_text(encoding="utf-8")
        assert old in text
        file.write_text(text.replace(old, new), encoding="utf-8")

    def _raw(self, model: SyncModel) -> Any:
        return next(t for t in self.project.raw_tables() if (t.crm, t.name) == (model.crm, model.object))


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


_OWNER = {"hubspot": "hubspot_owner_id", "salesforce": "OwnerId"}


def owner(values: Values, key: tuple[str, str, str]) -> str | None:
    found = values[key][_OWNER[key[0]]]
    return None if found is None else str(found)


def touch(story: Story) -> None:
    """People give one lead of each CRM to somebody else, empty the owner of one, and delete one."""
    home = story.home
    for name in ("hubspot", "salesforce"):
        first, second, third, *_ = [key for key in story.moved if key[0] == name]
        others = {owner(story.written, key) for key in story.written if key[1] == first[1]}
        other = min(filter(None, others - {owner(story.written, first)}))
        list(home.connect(name).push(first[1], [Change(first[2], {_OWNER[name]: other})]))
        story.touched[f"{name} given"] = first
        if name == "hubspot":
            list(home.connect(name).push(second[1], [Change(second[2], {_OWNER[name]: None})]))
            story.touched[f"{name} emptied"] = second
            said = home.crm[name]
            headers = {"Authorization": f"Bearer {said['token']}"}
            url = f"{said['url']}/crm/v3/objects/contacts"
            httpx.delete(f"{url}/{third[2]}", headers=headers).raise_for_status()
            story.touched[f"{name} deleted"] = third


@pytest.fixture(scope="module")
def story(start_sandbox: Callable[..., Sandbox], tmp_path_factory: pytest.TempPathFactory) -> Story:
    crm = start_sandbox(
        "--leads", "80", "--seed", "11", "--no-limits", "--control", "--now", _NOW.isoformat()
    )
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
        if _OWNER[key[0]] in story.before[key] and owner(story.before, key) != owner(story.written, key)
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


def sets_owner(entries: Mapping[str, list[Entry]]) -> dict[str, str]:
    """Record id -> owner that it would get."""
    return {
        entry.record_id: str(entry.after[name])
        for some in entries.values()
        for entry in some
        for name in _OWNER.values()
        if name in entry.after
    }


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
        assert {each.field for each in done.examples} <= {_OWNER[model.crm]}
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
