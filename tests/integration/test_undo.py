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
from leadwright.connectors.base import Change, Connector
from leadwright.pull import extract
from leadwright.settings import Settings
from leadwright.transform.project import Transform
from leadwright.transform.tables import SyncModel
from leadwright.writeback import present, sending, undoing
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
        return self.project.sync_models(everything=True)

    def connect(self, name: str) -> Connector:
        return connectors.connect(name, self.crm.credentials(name))

    def pull(self) -> None:
        extract.ensure_tables(self.project.raw_tables(), self.settings)
        for name in ("hubspot", "salesforce"):
            extract.pull(self.connect(name), self.project.raw_tables(), self.settings)

    def build(self, minutes: int) -> None:
        self.project.build_for_writing(_NOW + timedelta(minutes=minutes))

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
        "--leads", "120", "--seed", "11", "--no-limits", "--control", "--now", _NOW.isoformat()
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
    home.build(30)
    story.mended = home.entries()
    return story


def sets_owner(entries: Mapping[str, list[Entry]]) -> dict[str, str]:
    return {
        entry.record_id: str(entry.after[name])
        for some in entries.values()
        for entry in some
        for name in _OWNER.values()
        if name in entry.after
    }


def test_every_record_is_as_before_but_for_those_that_people_touched(story: Story) -> None:
    assert len(story.moved) > 20
    touched = set(story.touched.values())
    left = {
        (each.model.crm, each.model.object, one.record_id): one.why
        for each in story.done
        for one in each.left
    }
    for key in story.before:
        if key not in touched:
            fields = [n for n in story.before[key] if "owner" in n.lower()]
            assert [story.undone[key][n] for n in fields] == [story.before[key][n] for n in fields], key
            assert key not in left
    assert {name: left[key] for name, key in story.touched.items() if key in left} == {
        "hubspot given": "changed_by_person",
        "hubspot deleted": "merged_or_deleted",
        "salesforce given": "changed_by_person",
    }


def test_the_next_run_sends_nothing_of_it(story: Story) -> None:
    undone = {key[2] for key in story.moved if key not in story.touched.values()}
    assert undone.isdisjoint(sets_owner(story.next_run))
    for entries in story.next_run.values():
        for entry in entries:
            assert entry.record_id not in undone or not any("owner" in name.lower() for name in entry.after)


def test_a_mended_rule_gives_those_leads_to_others_and_leaves_the_rest(story: Story) -> None:
    given = sets_owner(story.mended)
    undone = {key[2]: owner(story.written, key) for key in story.moved if key not in story.touched.values()}
    again = {record_id for record_id in undone if record_id in given}
    assert again, "those of the mended rule"
    assert all(given[record_id] != undone[record_id] for record_id in again)
    rule = story.home.rows(
        "select count(*) from intermediate.int_routing__assignments where decision = 'undone'"
    )
    assert rule[0][0] > 0, "whom the rules would choose as before stays away"
