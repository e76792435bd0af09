"""Which tables cannot be made again: the logs, what a run compares the CRMs with, the ledger and the notes of runs.

All others are made anew from what the CRMs show, the raw tables included.
"""

from __future__ import annotations

import re

from leadwright import warehouse
from leadwright.transform.migrations import STEPS, Move
from leadwright.transform.project import Transform

Table = tuple[str, str]
"""Schema and name."""

_SCHEMAS = ("memory", "ops")
# What the next pull or build notes anew; `pulls` must not say of an emptied home that it was pulled.
_MADE_AGAIN = {("ops", name) for name in ("pulls", "builds", "moments", "stopped_reports", "notices")}
_EARLIER_ROWS = re.compile(r"""\bearlier_rows\(\s*['"](\w+)['"]""")


def declared(transform: Transform) -> set[Table]:
    """The logs of the dbt project, what its models read of the run before, and where older versions kept these."""
    models = [n for n in transform.manifest().nodes.values() if str(n.resource_type) == "model"]
    compared = {name for model in models for name in _EARLIER_ROWS.findall(model.raw_code)}
    here = {
        (model.schema, model.name)
        for model in models
        if model.config.materialized == "incremental" or model.name in compared
    }
    return here | {(step.schema, step.table) for step in STEPS.values() if isinstance(step, Move)}


def present(db: warehouse.Connection, wanted: set[Table]) -> list[Table]:
    """Those of `wanted` that are there, and all other tables of the schemas that hold nothing else."""
    found = db.execute(
        "select schema_name, table_name from duckdb_tables() "
        "where database_name = current_database() and not temporary order by all"
    ).fetchall()
    return [
        (schema, name)
        for schema, name in found
        if ((schema, name) in wanted or schema in _SCHEMAS) and (schema, name) not in _MADE_AGAIN
    ]
