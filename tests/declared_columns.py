"""The CRM fields that the project pulls, as its sources declare them: what a real reader asks a CRM for."""

from __future__ import annotations

from pathlib import Path

import yaml

SOURCES = Path(__file__).resolve().parents[1] / "dbt_project" / "models" / "staging"


def declared_columns(crm: str, object_name: str) -> list[str]:
    """The columns of one raw table, in their order."""
    declared = yaml.safe_load((SOURCES / crm / f"_{crm}__sources.yml").read_text())
    tables = {table["name"]: table for source in declared["sources"] for table in source["tables"]}
    return [column["name"] for column in tables[object_name]["columns"]]
