"""DuckDB and Spark give the same marts and sync models, row for row, from the same raw data.

Rules make the score of the first round, and a model that of the second.

Two rounds, because the logs of the project add to what an earlier run left; reports only read, so they are built in
the second, when scores have moved, decisions are old enough and writes have been answered. Decimals, texts and moments
must be equal; floats, which the engines add up in different orders, to nine digits.
"""

from __future__ import annotations

import shutil
from datetime import timedelta

import pytest

from tests import made_models
from tests.conftest import Require
from tests.dbt_warehouse import NOW, DbtWarehouse
from tests.spark import engines
from tests.spark.engines import Table
from tests.workspaces import DEMO

pytestmark = [pytest.mark.java, pytest.mark.timeout(2700)]

LEADS = 250
ROUNDS = (NOW, NOW + timedelta(days=16))
_CHAMPION = {
    "score_champions.csv": "model_id,valid_from,valid_to,reason\n"
    f"{made_models.MODEL_ID},{ROUNDS[1]:%Y-%m-%d},,It takes over in the second round\n"
}
MOMENTS = ((), (NOW - timedelta(days=100),))
_WITHOUT_ROWS = {
    "marts.fct_lead_feedback",
    "marts.fct_lead_own_values",
    "marts.fct_lead_tasks",
    "marts.fct_rollout_leads",
    "marts.rpt_crowded_domains",
    "marts.rpt_reconciliations",
    "marts.rpt_rollout",
    "marts.rpt_rollout_groups",
    "marts.rpt_unknown_stages",
    "marts.rpt_unread_own_values",
    "sync.sync_hubspot__memberships",
    "sync.sync_hubspot__tasks",
    "sync.sync_salesforce__memberships",
    "sync.sync_salesforce__tasks",
}
"""Compared by their columns alone: this population has no own field, roll-out, comparison or unknown word."""


@pytest.fixture(scope="module")
def rounds(tmp_path_factory: pytest.TempPathFactory, java: str, require: Require) -> list[dict[str, Table]]:
    """Tables by name after each round."""
    require(engines.PYTHON.exists(), "the environment .venv-spark, made by `make test-spark`")
    folder = tmp_path_factory.mktemp("spark")
    workspace = shutil.copytree(DEMO, folder / "workspace")
    for name, text in _CHAMPION.items():
        (workspace / "rules" / name).write_text(text)
    made = DbtWarehouse(folder / "home", workspace)
    made.add_population(LEADS)
    made_models.add(made, ROUNDS[0].isoformat())
    engines.keep_round(made, folder / "first", ROUNDS[0], MOMENTS[0])
    _live_on(made)
    engines.keep_round(made, folder / "second", ROUNDS[1], MOMENTS[1])
    folders = (folder / "first", folder / "second")
    engines.build_on_spark(folder / "out", list(zip(folders, ROUNDS, MOMENTS, strict=True)), _CHAMPION)
    return [
        dict(
            engines.tables(folder / name / "built.duckdb", folder / "out" / str(number), reports=number == 2)
        )
        for number, name in enumerate(("first", "second"), 1)
    ]


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
    assert {name for name, table in second.items() if not table.duckdb} == _WITHOUT_ROWS
    rates = [column for column, _ in second["marts.rpt_score_bands"].columns].index("sql_rate")
    assert any(row[rates] is not None for row in second["marts.rpt_score_bands"].duckdb)
    lines = second["marts.fct_lead_score_contributions"]
    kind = [column for column, _ in lines.columns].index("kind")
    assert {row[kind] for row in lines.duckdb} >= {"model", "rounding"} and "rule" not in {
        r[kind] for r in lines.duckdb
    }
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
