"""`python -m tests.old_home.make`: writes `home.zip` and `seeds.zip` as the commit that it is run on has them.

Forty leads in the local CRM and three runs, sixteen days between the first two; the third sends nothing, so the raw
tables show all that was written. What a build makes anew is left out. `home.zip` is of the last commit whose logs lay
among the models that are made from them; `seeds.zip`, its tables as a company had edited them, of the last commit whose
rules lay in the package.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import duckdb

from tests.reference import companies

HOME = Path(__file__).with_name("home.zip")
SEEDS = Path(__file__).with_name("seeds.zip")
ROOT = Path(__file__).resolve().parents[2]

ADDED = {
    "score_rules": "builds_ships,fit,industry,industry,contains_word,shipbuilding,7,,,,Builds ships,Our yards buy most",
    "shared_hosts": "ships.example,Portal of the yards",
}
"""A row that a company added to a table of rules, and one to reference data; nobody of the forty is concerned."""


LOGS = {
    "intermediate": (
        "int_account_decisions",
        "int_assignment_decisions",
        "int_contact_events",
        "int_due_times",
        "int_engagement_versions",
        "int_engagement_withdrawals",
        "int_identity_decisions",
        "int_lead_account_choices",
        "int_lead_trait_versions",
        "int_owner_sightings",
        "int_response_promises",
        "int_return_promises",
        "int_routing_sets",
        "int_score_judgements",
        "int_score_thresholds",
        "int_stage_sightings",
        "int_touch_versions",
        "int_touch_withdrawals",
    ),
    "marts": (
        "fct_lead_assignment_alternatives",
        "fct_lead_score_history",
        "fct_lead_score_line_changes",
        "fct_lead_segment_changes",
        "fct_rule_sets",
    ),
}
"""Schema -> what a build of that commit cannot make again, and what it reads as the run before left it."""

_TABLES = """
    select table_schema, table_name from information_schema.tables
    where table_catalog = current_database() and table_type = 'BASE TABLE'
"""


def make(target: Path = HOME) -> None:
    """Run the company and write its tables to `target`."""
    with tempfile.TemporaryDirectory() as folder:
        home, dump = Path(folder), Path(folder) / "dump"
        file = companies.run("forty", home, rounds=(*companies.ROUNDS, companies.ROUNDS[-1]))
        with duckdb.connect() as db:
            db.execute(f"attach '{file}' as home (read_only); attach '{home}/kept.duckdb' as kept; use home")
            for schema, table in db.execute(_TABLES).fetchall():
                if schema.startswith("raw_") or schema == "ops" or table in LOGS.get(schema, ()):
                    db.execute(f'create schema if not exists kept."{schema}"')
                    db.execute(f'create table kept."{schema}"."{table}" as from home."{schema}"."{table}"')
            db.execute(f"use kept; export database '{dump}' (format parquet)")
        shutil.make_archive(str(target.with_suffix("")), "zip", dump)


def edited_seeds(seeds: Path, target: Path = SEEDS) -> None:
    """Write the tables of the dbt project of that time to `target`, edited as a company would have edited them."""
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / "seeds"
        shutil.copytree(seeds, made, ignore=shutil.ignore_patterns("*.yml"))
        for name, row in ADDED.items():
            with (made / f"{name}.csv").open("a", encoding="utf-8") as table:
                table.write(row + "\n")
        shutil.make_archive(str(target.with_suffix("")), "zip", made)


if __name__ == "__main__":
    make()
    edited_seeds(ROOT / "dbt_project" / "seeds")
