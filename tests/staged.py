"""What staging models make of raw tables, without a build of them: their compiled SQL, run on any warehouse."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from leadwright import warehouse
from tests.dbt_warehouse import NOW, DbtWarehouse


class Staged:
    """Some staging models, compiled once, with the reference lists that they read.

    Args:
        names: of the staging models.
        compiled: further models, whose SQL is wanted too.
        lists: further reference lists.

    Attributes:
        sql: the SQL of each model.
    """

    def __init__(
        self, home: Path, names: Sequence[str], compiled: Sequence[str] = (), lists: Sequence[str] = ()
    ) -> None:
        built = DbtWarehouse(home)
        built.transform.build(
            as_of=NOW, select=" ".join([*(f"+{name}" for name in names), *lists]), tests=False
        )
        nodes = built.transform.manifest().nodes
        self.sql = {name: str(nodes[f"model.leadwright.{name}"].compiled_code) for name in names}
        self.sync_models, self.raw_tables = built.transform.sync_models(), built.transform.raw_tables()
        self._tables = [
            table
            for table in self.raw_tables
            if any(f"{table.schema}.{table.name}" in sql.replace('"', "") for sql in self.sql.values())
        ]
        if compiled:
            self.sql |= built.compiled(*compiled)
        self._lists = built.settings.warehouse_file

    def rows(self, db: warehouse.Connection, name: str, *columns: str) -> list[tuple[Any, ...]]:
        """Some columns of what a model is on a warehouse now."""
        self.prepare(db)
        return db.execute(f"select {', '.join(columns)} from ({self.sql[name]})").fetchall()

    def prepare(self, db: warehouse.Connection) -> None:
        """Make the columns that the warehouse lacks, and the lists."""
        if warehouse.columns(db, "seeds", "placeholder_words"):
            return
        for table in self.raw_tables:
            if table.schema == "ops":
                warehouse.ensure_table(db, "ops", table.name, table.columns)
        for table in self._tables:
            there = {name.lower() for name in warehouse.columns(db, table.schema, table.name)}
            lacking = [column for column in table.columns if column[0].lower() not in there]
            if lacking:
                warehouse.ensure_table(db, table.schema, table.name, lacking)
        db.execute("create schema if not exists seeds")
        db.execute(f"attach '{warehouse.sql_text(self._lists)}' as lists (read_only)")
        names = db.execute(
            "select table_name from duckdb_tables() where database_name = 'lists' and schema_name = 'seeds'"
        )
        for (name,) in names.fetchall():
            db.execute(f'create or replace table seeds."{name}" as from lists.seeds."{name}"')
        db.execute("detach lists")
