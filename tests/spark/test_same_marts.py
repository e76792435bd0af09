"""DuckDB and Spark give the same marts and sync models, row for row, from the same raw data.

Two rounds, because the logs of the project add to what an earlier run left; reports only read, so they are built in
the second, when scores have moved, decisions are old enough and writes have been answered. Decimals, texts and moments
must be equal; floats, which the engines add up in different orders, to nine digits.
"""

from __future__ import annotations

import math
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from leadwright import warehouse
from tests import parsed_project
from tests.conftest import ROOT, Require
from tests.dbt_warehouse import NOW, DbtWarehouse
from tests.workspaces import with_tables_of_the_demo

pytestmark = [pytest.mark.java, pytest.mark.timeout(2700)]

LEADS = 250
ROUNDS = (NOW, NOW + timedelta(days=16))
MOMENTS = ((), (NOW - timedelta(days=100),))
_PYTHON = ROOT / ".venv-spark" / "bin" / "python"
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


@pytest.fixture(scope="module")
def rounds(tmp_path_factory: pytest.TempPathFactory, java: str, require: Require) -> list[dict[str, Table]]:
    """Tables by name after each round."""
    require(_PYTHON.exists(), "the environment .venv-spark, made by `make test-spark`")
    folder = tmp_path_factory.mktemp("spark")
    made = DbtWarehouse(folder / "home")
    made.add_population(LEADS)
    _round(made, folder / "first", 0)
    _live_on(made)
    _round(made, folder / "second", 1)
    _build_on_spark(folder)
    return [
        dict(_tables(folder / name / "built.duckdb", folder / "out" / str(number), reports=number == 2))
        for number, name in enumerate(("first", "second"), 1)
    ]


def _round(made: DbtWarehouse, folder: Path, number: int) -> None:
    """Keep the raw tables as parquet files, build on DuckDB, and keep a copy of the warehouse."""
    folder.mkdir()
    for table in made.transform.raw_tables():
        file = folder / f"{table.schema}.{table.name}.parquet"
        made.execute(f"""copy {table.schema}."{table.name}" to '{file}' (format parquet)""")
    made.build(ROUNDS[number], MOMENTS[number])
    (folder / "built.duckdb").write_bytes(made.settings.warehouse_file.read_bytes())


def _live_on(made: DbtWarehouse) -> None:
    """Days in which scores are written back, people answer, become SQLs and are rejected."""
    made.write_back()
    made.garble()
    later = (ROUNDS[0] + timedelta(days=1)).isoformat()
    people = made.rows("select hs_object_id from raw_hubspot.contacts order by 1 limit 40")
    reply = {"hs_timestamp": later, "hs_email_direction": "INCOMING_EMAIL", "hs_email_subject": "Re: pricing"}
    made.add(
        "raw_hubspot",
        "emails",
        ({"hs_object_id": f"late{p}", "archived": "false", **reply} for (p,) in people),
        later,
    )
    made.add(
        "raw_hubspot", "emails_to_contacts", ({"from_id": f"late{p}", "to_id": p} for (p,) in people), later
    )
    made.execute(
        "update raw_hubspot.contacts set lifecyclestage = 'salesqualifiedlead', "
        f"recent_conversion_date = '{later}', recent_conversion_event_name = 'Demo request' "
        "where hs_object_id in (select hs_object_id from raw_hubspot.contacts order by 1 limit 20)"
    )
    made.execute(
        "update raw_hubspot.contacts set hs_lead_status = 'UNQUALIFIED' where lifecyclestage = 'lead'"
    )
    made.execute(
        'update raw_salesforce."User" set "IsActive" = \'false\' where "Email" like \'elise.garnier@%\''
    )
    sent = {"run_id": "r1", "crm": "hubspot", "object": "contacts", "status": "accepted", "payload_hash": "h"}
    made.add("ops", "writes", ({**sent, "record_id": p} for (p,) in people), later)


def _build_on_spark(folder: Path) -> None:
    project = with_tables_of_the_demo(folder / "project")
    args = [str(_PYTHON), str(Path(__file__).with_name("build.py")), str(project), str(folder / "out")]
    for name, as_of, moments in zip(("first", "second"), ROUNDS, MOMENTS, strict=True):
        args += [str(folder / name), ",".join(f"{at:%Y-%m-%d %H:%M:%S}" for at in (as_of, *moments))]
    env = {k: v for k, v in os.environ.items() if k != parsed_project.SETTING} | {
        "SPARK_LOCAL_IP": "127.0.0.1"
    }
    done = subprocess.run(args, env=env, capture_output=True, text=True, timeout=2400)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]


def _tables(file: Path, spark: Path, *, reports: bool) -> Iterator[tuple[str, Table]]:
    with warehouse.reader(file) as db:
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


@pytest.mark.parametrize("number", [1, 2])
def test_every_mart_and_sync_model_is_the_same(rounds: list[dict[str, Table]], number: int) -> None:
    tables = rounds[number - 1]
    assert {name: found for name, table in tables.items() if (found := table.differences())} == {}


def test_the_comparison_has_something_to_compare(rounds: list[dict[str, Table]]) -> None:
    first, second = rounds
    assert len(first["marts.dim_leads"].duckdb) >= LEADS
    # the logs went on in the second round
    history = "marts.fct_lead_score_history"
    assert len(second[history].duckdb) > len(first[history].duckdb)
    assert [name for name, table in second.items() if not table.duckdb] == []
    rates = [column for column, _ in second["marts.rpt_score_bands"].columns].index("sql_rate")
    assert any(row[rates] is not None for row in second["marts.rpt_score_bands"].duckdb)
    kept = [column for column, _ in second["marts.rpt_routing"].columns].index("accuracy_share")
    assert any(row[kept] for row in second["marts.rpt_routing"].duckdb)


def test_a_changed_value_is_seen() -> None:
    columns = (("lead_id", "VARCHAR"), ("share", "DOUBLE"), ("amount", "DECIMAL(9,2)"))
    types = ("VARCHAR", "DOUBLE", "DECIMAL(9,2)")
    rows = [("a", 0.1, 1), ("b", 0.2, 2)]
    assert Table(columns, types, rows, [("a", 0.1 + 1e-12, 1), ("b", 0.2, 2)]).differences() == []
    found = Table(columns, (*types[:2], "INTEGER"), rows, [("a", 0.1, 1), ("b", 0.21, 2)]).differences()
    assert found == [
        "amount is DECIMAL(9,2) on DuckDB and INTEGER on Spark",
        "share differs in 1 of 2 rows, first (0.2, 0.21)",
    ]
    assert Table(columns, types, rows, rows[:1]).differences() == ["2 rows on DuckDB, 1 on Spark"]
