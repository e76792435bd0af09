"""A warehouse for tests of the dbt project: raw tables as extract would leave them, filled from a made population."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.adapters.factory import reset_adapters
from dbt.cli.main import dbtRunner

from leadwright import warehouse
from leadwright.pull.extract import ensure_tables
from leadwright.settings import Settings
from leadwright.transform.project import Transform
from leadwright.transform.tables import RawTable
from leadwright_sandbox.population import Population, stream
from tests import parsed_project
from tests.workspaces import DEMO

NOW = datetime(2026, 6, 30, 12, tzinfo=UTC)
_SYNCED = {
    "sync_hubspot__contacts": ("raw_hubspot", "contacts", "hs_object_id", "lastmodifieddate"),
    "sync_hubspot__companies": ("raw_hubspot", "companies", "hs_object_id", "hs_lastmodifieddate"),
    "sync_salesforce__leads": ("raw_salesforce", "Lead", "Id", "SystemModstamp"),
    "sync_salesforce__contacts": ("raw_salesforce", "Contact", "Id", "SystemModstamp"),
    "sync_salesforce__accounts": ("raw_salesforce", "Account", "Id", "SystemModstamp"),
}


class DbtWarehouse:
    """One installation's warehouse and dbt project, without CRMs."""

    def __init__(
        self,
        home: Path,
        workspace: Path = DEMO,
        project: Path | None = None,
        like: DbtWarehouse | None = None,
    ) -> None:
        """Make the raw tables in `home`; for `project` instead of the shipped one, parsed already by `like`."""
        parsed_project.ensure()
        # one thread: tests run two at a time, on two processors
        self.settings = Settings(
            home=home, workspace=workspace, threads=1, **({"dbt_project": project} if project else {})
        )
        self.transform = Transform(self.settings, _parsed(project, like))
        self._tables = {(t.schema, t.name): t for t in self.transform.raw_tables()}
        ensure_tables(list(self._tables.values()), self.settings)

    def add_population(self, leads: int, seed: int = 7, mailings: int = 0) -> None:
        """Fill both CRMs' raw tables; `mailings` logs so many mass e-mails on every lead besides."""
        parts = stream(seed, leads, NOW, mailings=mailings)
        # some parts at once: a large population is never in memory as a whole, and a part alone is a small load
        while some := list(islice(parts, 20)):
            population = Population()
            population.extend(some)
            self._add_part(population)

    def _add_part(self, population: Population) -> None:
        changed = NOW.isoformat()
        for name, rows in population.hubspot.items():
            self.add("raw_hubspot", name, ({"archived": "false", **row} for row in rows), changed)
        for name, rows in population.salesforce.items():
            self.add("raw_salesforce", name, ({"IsDeleted": "false", **row} for row in rows), changed)
        links: dict[str, list[dict[str, str]]] = {}
        for from_object, from_id, to_object, to_id in population.hubspot_associations:
            links.setdefault(f"{from_object}_to_{to_object}", []).append({"from_id": from_id, "to_id": to_id})
        for name, pairs in links.items():
            self.add("raw_hubspot", name, pairs, changed)

    def add(self, schema: str, name: str, rows: Iterable[Mapping[str, Any]], changed: str) -> None:
        """Add `within` to a raw table as of `changed`; fields that are not pulled are left out."""
        table = self._tables.get((schema, name))
        if table is None:
            return
        texts = [{c: _text(row.get(c)) for c, _ in table.columns} for row in rows]
        for row in texts:
            row.update({c: row[c] or changed for c, kind in table.columns if kind == "timestamptz"})
        self._insert(table, texts)
        if table.crm:
            self.execute(
                f"delete from ops.pulls where crm = '{table.crm}' and object = '{name}'; "
                "insert into ops.pulls (crm, object, pulled_at, row_count) "
                f"values ('{table.crm}', '{name}', timestamptz '{changed}', {len(texts)})"
            )

    def build(self, as_of: datetime = NOW, moments: Sequence[datetime] = (), *, tests: bool = False) -> None:
        """Build everything; run the data tests too, where `tests`: most tests look for themselves."""
        self.transform.build(as_of=as_of, moments=moments, tests=tests)

    def unit_test(self, names: Sequence[str]) -> dict[str, str]:
        """Run unit tests of models on what is built: name -> what is wrong, empty where nothing is."""
        manifest = self.transform.manifest()
        os.environ["LEADWRIGHT_WAREHOUSE_FILE"] = str(self.settings.warehouse_file)
        runner = dbtRunner(manifest=manifest)
        done = runner.invoke(["--quiet", "test", "--select", *names, *self._where])
        DuckDBConnectionManager.close_all_connections()
        reset_adapters()
        assert done.result is not None, done.exception
        return {
            str(r.node.name): "" if r.status == "pass" else r.message or str(r.status)
            for r in done.result.results
        }

    def compiled(self, *names: str) -> dict[str, str]:
        """The SQL of models, by name, as it would run on this warehouse."""
        os.environ["LEADWRIGHT_WAREHOUSE_FILE"] = str(self.settings.warehouse_file)
        runner = dbtRunner(manifest=self.transform.manifest())
        done = runner.invoke(["--quiet", "compile", "--select", *names, *self._where])
        DuckDBConnectionManager.close_all_connections()
        reset_adapters()
        assert done.success, done.exception
        sql = {str(r.node.name): str(r.node.compiled_code) for r in done.result.results}
        return {name: sql[name] for name in names}

    def test(self, select: str) -> None:
        """Run the tests that `select` names; production builds leave some of them out."""
        done = self._dbt("test", "--select", select)
        assert done.returncode == 0, done.stdout[-4000:]

    @property
    def _where(self) -> list[str]:
        project, home = str(self.settings.dbt_project), self.settings.home
        where = ["--project-dir", project, "--profiles-dir", project, "--log-path", str(home / "logs")]
        return [*where, "--target-path", str(home / "dbt"), "--no-write-json"]

    def _dbt(self, *args: str) -> subprocess.CompletedProcess[str]:
        dbt = [str(Path(sys.executable).with_name("dbt")), "--no-use-colors", *args]
        return subprocess.run(
            [*dbt, *self._where],
            env={**os.environ, "LEADWRIGHT_WAREHOUSE_FILE": str(self.settings.warehouse_file)},
            capture_output=True,
            text=True,
        )

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Rows of a query."""
        with warehouse.writer(self.settings.warehouse_file, 5) as db:
            return db.execute(sql).fetchall()

    def execute(self, sql: str) -> None:
        """Change something by hand, as a person in the CRM would."""
        self.rows(sql)

    def garble(self) -> None:
        """Let people type a number that is none, and a program send a date that nobody can believe."""
        self.execute(
            "update raw_hubspot.companies set annualrevenue = 'many' where hs_object_id = "
            "(select min(hs_object_id) from raw_hubspot.companies); "
            "update raw_hubspot.contacts set recent_conversion_date = '1970-01-01T00:00:00Z' where hs_object_id = "
            "(select max(hs_object_id) from raw_hubspot.contacts)"
        )

    def write_back(self) -> dict[str, int]:
        """Do to the raw tables what the CRMs would show after a write-back; rows sent per sync model."""
        return {model: self._apply(model, *where) for model, where in _SYNCED.items()}

    def _apply(self, model: str, schema: str, table: str, key: str, cursor: str) -> int:
        node = next(m for m in self.transform.sync_models() if m.name == model)
        sets = ", ".join(f'"{f}" = {_spelled(f)}' for f in node.fields)
        with warehouse.writer(self.settings.warehouse_file, 5) as db:
            db.execute(
                f'update {schema}."{table}" as raw set {sets}, "{cursor}" = now() '
                f'from sync.{model} as sent where sent.record_id = raw."{key}"'
            )
            return int(db.execute(f"select count(*) from sync.{model}").fetchall()[0][0])

    def _insert(self, table: RawTable, rows: list[dict[str, str | None]]) -> None:
        batch = pa.table({c: pa.array([r[c] for r in rows], pa.string()) for c, _ in table.columns})
        columns = ", ".join(f'cast("{c}" as {kind})' for c, kind in table.columns)
        with warehouse.writer(self.settings.warehouse_file, 5) as db:
            db.register("batch", batch)
            db.execute(f'insert into {table.schema}."{table.name}" select {columns} from batch')


def _parsed(project: Path | None, like: DbtWarehouse | None) -> Any:
    """What is parsed already; a benchmark has no session that keeps it."""
    if like:
        return like.transform.manifest()
    return None if project or "TESTS_SESSION_FOLDER" not in os.environ else parsed_project.manifest()


def _spelled(field: str) -> str:
    if field.lower().removesuffix("__c").endswith("_at"):
        return f"strftime(sent.\"{field}\", '%Y-%m-%dT%H:%M:%S.000Z')"
    return f'cast(sent."{field}" as varchar)'


def _text(value: object) -> str | None:
    if value is None or value == "":
        return None
    return str(value).lower() if isinstance(value, bool) else str(value)
