"""A home that is connected to both CRMs of a sandbox and does step by step what a run does."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

from leadwright import connectors, warehouse
from leadwright.connectors.base import Connector
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

NOW = datetime(2026, 6, 30, 12, tzinfo=UTC)
OWNER = {"hubspot": "hubspot_owner_id", "salesforce": "OwnerId"}
Values = dict[tuple[str, str, str], Mapping[str, Any]]
"""CRM, object and record id -> what the record shows."""


class Home:
    """A home with a workspace of its own, connected to both CRMs of a sandbox."""

    def __init__(self, crm: Sandbox, folder: Path) -> None:
        self.crm = crm
        self.workspace = whole(folder / "workspace")
        self.settings = Settings(
            home=folder / "home", workspace=self.workspace, lock_wait_seconds=5, threads=1, as_of=NOW
        )
        self.project = Transform(self.settings, parsed_project.manifest())

    @cached_property
    def models(self) -> list[SyncModel]:
        return [model for model in self.project.sync_models() if model.subject == "lead_id"]

    def connect(self, name: str) -> Connector:
        return connectors.connect(name, self.crm.credentials(name))

    def pull(self) -> None:
        extract.ensure_tables(self.project.raw_tables(), self.settings)
        for name in ("hubspot", "salesforce"):
            extract.pull(self.connect(name), self.project.raw_tables(), self.settings)

    def build(self, minutes: int, changed: str = "", also: str = "") -> None:
        """Build what is written to leads, what is remembered of it, and `also`; or of that, what reads `changed`."""
        built = ["+sync_hubspot__contacts", "+sync_salesforce__leads", "+sync_salesforce__contacts"]
        built += ["+log_owner_sightings", "+log_assignment_decisions", "+log_routing_sets"]
        built += [f"+{name}" for name in also.split()]
        only = [f"{name}+,{part}" for name in changed.split() for part in built] or built
        self.project.build(select=" ".join(only), as_of=NOW + timedelta(minutes=minutes), tests=False)

    def entries(self) -> dict[str, list[Entry]]:
        return {model.title: sending.preview(model, self.settings) for model in self.models}

    def write(self, run_id: str) -> None:
        for model in self.models:
            connector = self.connect(model.crm)
            sending.create_fields(connector, model, self.settings)
            sending.write_back(connector, model, self.settings, run_id, raw=self._raw(model))

    def undo_plan(self, run_id: str, only: str | None = None) -> list[Undoing]:
        return [
            undoing.prepare(
                self.connect(model.crm), model, run_id, undoing.chosen_fields(only, model), self.settings
            )
            for model in self.models
        ]

    def undo(self, run_id: str, by: str, only: str | None = None) -> list[Undoing]:
        return [
            undoing.put_back(
                self.connect(planned.model.crm),
                planned,
                (run_id, by),
                self.settings,
                raw=self._raw(planned.model),
            )
            for planned in self.undo_plan(run_id, only)
        ]

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


def sets_owner(entries: Mapping[str, list[Entry]]) -> dict[str, str]:
    """Record id -> owner that it would get."""
    return {
        entry.record_id: str(entry.after[name])
        for some in entries.values()
        for entry in some
        for name in OWNER.values()
        if name in entry.after
    }
