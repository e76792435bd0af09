"""A home of the version whose logs lay among the models goes on: the same leads and history, nothing sent twice.

Its rules lay in the package, and were edited there; they are taken over into a workspace.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from leadwright import warehouse
from leadwright.pull import extract
from leadwright.rules import upgrade
from leadwright.settings import Settings
from leadwright.starters import make as starters
from leadwright.starters import takeover
from leadwright.starters.make import Answers
from leadwright.transform import migrations
from leadwright.transform.project import Transform
from tests import parsed_project
from tests.old_home import make
from tests.reference.companies import ROUNDS

_NEW_FIELDS = ("segments", "account_score", "account_grade", "account_reasons")
"""What is written now and was not then."""


class Moved:
    """The old home's tables before, and the home after it was brought to this version and built."""

    def __init__(self, home: Path) -> None:
        parsed_project.ensure()
        self.old_rules = home.parent / "seeds"
        with zipfile.ZipFile(make.SEEDS) as kept:
            kept.extractall(self.old_rules)
        shipped = Settings(home=home, workspace=starters.nothing_of_its_own())
        workspace = home.parent / "workspace"
        starters.create(workspace, Answers(), shipped.dbt_project / "seeds")
        self.taken = takeover.take_over(self.old_rules, workspace, Transform(shipped).rule_files())
        self.settings = Settings(home=home, workspace=workspace)
        upgrade.write(upgrade.plan(workspace, Transform(self.settings).rule_files()))
        self.settings.make_home()
        with zipfile.ZipFile(make.HOME) as kept:
            kept.extractall(home / "kept")
        with warehouse.writer(self.settings.warehouse_file, 5) as db:
            db.execute(f"import database '{home / 'kept'}'")
            self.logs = {
                (schema, table): sorted(map(str, _rows(db, f'select * from "{schema}"."{table}"')))
                for schema, tables in make.LOGS.items()
                for table in tables
            }
            self.people = set(
                _rows(db, "select record_key, lead_id from intermediate.int_identity_decisions")
            )
            self.promises = set(
                _rows(
                    db, "select lead_id, promised_from, promised_at from intermediate.int_response_promises"
                )
            )
            self.history = set(
                _rows(db, "select lead_id, change_number, score, grade from marts.fct_lead_score_history")
            )
        self.steps = migrations.migrate(self.settings)
        self.transform = Transform(self.settings)
        extract.ensure_tables(self.transform.raw_tables(), self.settings)
        self.transform.build(as_of=datetime.fromisoformat(ROUNDS[-1]), tests=False)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with warehouse.writer(self.settings.warehouse_file, 5) as db:
            return _rows(db, sql)


def _rows(db: warehouse.Connection, sql: str) -> list[tuple[Any, ...]]:
    return db.execute(sql).fetchall()


@pytest.fixture(scope="module")
def moved(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Moved]:
    yield Moved(tmp_path_factory.mktemp("old") / "home")


def test_no_rule_of_the_company_is_lost(moved: Moved) -> None:
    assert moved.transform.rule_faults() == []
    assert moved.taken.unknown == ()
    for name in moved.taken.whole:
        kept = (moved.settings.rules_folder / "rules" / f"{name}.csv").read_bytes().splitlines()
        old = (moved.old_rules / f"{name}.csv").read_bytes().splitlines()
        assert len(kept) >= len(old), name
        assert all(row.startswith(was) for row, was in zip(kept, old, strict=False)), (
            "but for new columns and rows"
        )
    for name, row in make.ADDED.items():
        column, key = {"score_rules": "rule_id", "shared_hosts": "domain"}[name], row.split(",")[0]
        assert moved.rows(f"select count(*) from seeds.{name} where {column} = '{key}'") == [(1,)]
    assert moved.rows("select domain, reason from seeds.shared_hosts where domain = 'linkedin.com'")


def test_every_log_is_where_the_project_has_it_and_no_row_is_lost(moved: Moved) -> None:
    assert moved.steps
    for (schema, table), before in moved.logs.items():
        step = next(
            s
            for s in migrations.STEPS.values()
            if isinstance(s, migrations.Move) and (s.schema, s.table) == (schema, table)
        )
        (count,) = moved.rows(f'select count(*) from "{step.to_schema}"."{step.to_table}"')[0]
        assert count >= len(before), table


def test_no_table_of_the_older_version_stays_behind(moved: Moved) -> None:
    models = {
        (node.schema, node.name)
        for node in moved.transform.manifest().nodes.values()
        if node.resource_type in {"model", "seed"}
    }
    tables = set(moved.rows("select schema_name, table_name from duckdb_tables() where not internal"))
    views = set(moved.rows("select schema_name, view_name from duckdb_views() where not internal"))
    ours = {(schema, name) for schema, name in tables | views if schema in {s for s, _ in models}}
    assert ours - models == set()


def test_leads_promises_and_history_are_the_same(moved: Moved) -> None:
    assert len(moved.people) > 40
    assert set(moved.rows("select record_key, lead_id from memory.log_identity_decisions")) == moved.people
    assert moved.promises and moved.history
    assert moved.promises == set(
        moved.rows("select lead_id, promised_from, promised_at from memory.log_response_promises")
    )
    assert moved.history == set(
        moved.rows("select lead_id, change_number, score, grade from marts.fct_lead_score_history")
    )


def test_nothing_that_was_sent_is_sent_again(moved: Moved) -> None:
    sent = moved.rows("select count(*) from ops.writes where status = 'accepted'")[0][0]
    assert sent > 40
    for model in moved.transform.sync_models():
        old = [f for f in model.fields if not f.lower().replace("__c", "").endswith(_NEW_FIELDS)]
        if old:
            differs = " or ".join(f'"{f}" is distinct from "before__{f}"' for f in old)
            assert moved.rows(f"select count(*) from {model.schema}.{model.name} where {differs}") == [(0,)]


def test_a_moved_home_is_moved_once(moved: Moved) -> None:
    assert migrations.migrate(moved.settings) == []
