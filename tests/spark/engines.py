"""Builds the same raw tables on DuckDB and on Spark, and reads what both made of them."""

from __future__ import annotations

import math
import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from tests import parsed_project
from tests.conftest import ROOT
from tests.dbt_warehouse import DbtWarehouse
from tests.workspaces import with_tables_of_the_demo

PYTHON = ROOT / ".venv-spark" / "bin" / "python"
"""The environment that `make test-spark` makes."""

_COLUMNS = """
    select table_schema, table_name, column_name, data_type from information_schema.columns
    where table_catalog = current_database() and table_schema in ('marts', 'sync')
    order by table_schema, table_name, ordinal_position
"""


@dataclass(frozen=True)
class Table:
    """A mart or sync model: its columns with DuckDB's types, and its rows on both engines in one order."""

    columns: tuple[tuple[str, str], ...]
    spark_types: tuple[str, ...]
    duckdb: list[tuple[Any, ...]]
    spark: list[tuple[Any, ...]]

    def differences(self) -> list[str]:
        """What is not the same, in words; empty where all is."""
        if len(self.duckdb) != len(self.spark):
            return [f"{len(self.duckdb)} rows on DuckDB, {len(self.spark)} on Spark"]
        types = [
            f"{name} is {ours} on DuckDB and {theirs} on Spark"
            for (name, ours), theirs in zip(self.columns, self.spark_types, strict=True)
            if ours != theirs.replace(" WITH TIME ZONE", "")
        ]
        pairs = list(zip(self.duckdb, self.spark, strict=True))
        for place, (name, _) in enumerate(self.columns):
            other = [(a[place], b[place]) for a, b in pairs if not _same(a[place], b[place])]
            if other:
                types.append(f"{name} differs in {len(other)} of {len(pairs)} rows, first {other[0]}")
        return types


def _same(ours: object, theirs: object) -> bool:
    if isinstance(ours, float) and isinstance(theirs, float):
        return math.isclose(ours, theirs, rel_tol=1e-9, abs_tol=1e-9)
    return ours == theirs


def keep_round(made: DbtWarehouse, folder: Path, as_of: datetime, moments: Sequence[datetime]) -> None:
    """Keep the raw tables as parquet files in `folder`, build on DuckDB, and keep a copy of the warehouse."""
    folder.mkdir()
    for table in made.transform.raw_tables():
        file = folder / f"{table.schema}.{table.name}.parquet"
        made.execute(f"""copy {table.schema}."{table.name}" to '{file}' (format parquet)""")
    made.build(as_of, moments)
    (folder / "built.duckdb").write_bytes(made.settings.warehouse_file.read_bytes())


def build_on_spark(
    out: Path, rounds: Sequence[tuple[Path, datetime, Sequence[datetime]]], tables: Mapping[str, str]
) -> None:
    """Build each round on Spark, from the folder that `keep_round` filled, as of its moment, with further ones.

    `tables` are rule files by name that the demo has otherwise.
    """
    project = with_tables_of_the_demo(out.with_name("project"))
    for name, text in tables.items():
        (project / "seeds" / "rules" / name).write_text(text)
    args = [str(PYTHON), str(Path(__file__).with_name("build.py")), str(project), str(out)]
    for folder, as_of, moments in rounds:
        args += [str(folder), ",".join(f"{at:%Y-%m-%d %H:%M:%S}" for at in (as_of, *moments))]
    env = {k: v for k, v in os.environ.items() if k != parsed_project.SETTING} | {
        "SPARK_LOCAL_IP": "127.0.0.1"
    }
    done = subprocess.run(args, env=env, capture_output=True, text=True, timeout=2400)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]


def tables(file: Path, spark: Path, *, reports: bool) -> Iterator[tuple[str, Table]]:
    """Each mart and sync model of the warehouse `file` and of Spark's folder, by name; reports where they are built."""
    # opened and not attached: beside DuckDB's own catalogue `memory` a view's schema of that name is ambiguous
    with duckdb.connect(str(file), read_only=True) as db:
        db.execute("set timezone = 'UTC'")
        columns: dict[tuple[str, str], list[tuple[str, str]]] = {}
        for schema, table, name, kind in db.execute(_COLUMNS).fetchall():
            if reports or not table.startswith("rpt_"):
                columns.setdefault((schema, table), []).append((name, kind))
        for (schema, table), named in columns.items():
            theirs = f"read_parquet('{spark}/{schema}.db/{table}/*.parquet')"
            kinds = dict(row[:2] for row in db.execute(f"describe select * from {theirs}").fetchall())
            picked = ", ".join(f'cast("{name}" as {kind}) as "{name}"' for name, kind in named)
            # floats last: they may differ in digits that must not decide the order
            order = ", ".join(f'"{n}"' for n, kind in sorted(named, key=lambda c: c[1] == "DOUBLE"))
            read = [
                db.execute(f"select {picked} from {relation} order by {order}").fetchall()
                for relation in (f'{schema}."{table}"', theirs)
            ]
            spark_types = tuple(kinds.get(name, "missing") for name, _ in named)
            yield f"{schema}.{table}", Table(tuple(named), spark_types, *read)
