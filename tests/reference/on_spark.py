"""A company's first run on both engines: what it pulled, built anew on DuckDB and on Spark."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from leadwright.warehouse import sql_text
from tests.dbt_warehouse import DbtWarehouse
from tests.reference import companies
from tests.spark import engines


def differences(company: str, folder: Path) -> dict[str, list[str]]:
    """Marts and sync models that are not the same, with what differs."""
    first = companies.ROUNDS[0]
    as_of = datetime.fromisoformat(first)
    pulled = companies.run(company, folder / "crm", [first])
    made = DbtWarehouse(folder / "home")
    copies = [
        f'insert into {table.schema}."{table.name}" by name from pulled.{table.schema}."{table.name}"'
        for table in made.transform.raw_tables()
        if table.crm
    ]
    made.execute(f"attach '{sql_text(pulled)}' as pulled (read_only); {'; '.join(copies)}; detach pulled")
    engines.keep_round(made, folder / "round", as_of, ())
    engines.build_on_spark(folder / "out", [(folder / "round", as_of, ())])
    tables = engines.tables(folder / "round" / "built.duckdb", folder / "out" / "1", reports=True)
    return {name: found for name, table in tables if (found := table.differences())}
