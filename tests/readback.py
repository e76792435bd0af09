"""Reads through the CRM's own API what a run wrote there."""

from __future__ import annotations

from typing import Any

from leadwright.transform.tables import SyncModel
from tests.installation import Installation

State = dict[tuple[str, str], dict[str, Any]]


def shown(installation: Installation, model: SyncModel) -> list[dict[str, Any]]:
    """The live records of the model's object, with the fields that the model writes; converted leads are left out."""
    extra = {"Lead": ["IsDeleted", "IsConverted"], "Contact": ["IsDeleted"], "Account": ["IsDeleted"]}.get(
        model.object, []
    )
    batches = installation.connector(model.crm).pull(model.object, [*model.fields, *extra], None)
    rows = [row for batch in batches for row in batch.to_pylist()]
    gone = ("archived", "IsDeleted", "IsConverted")
    return [row for row in rows if not any(row.get(flag) == "true" for flag in gone)]


def record_key(model: SyncModel) -> str:
    """The column that holds the CRM's id."""
    return "hs_object_id" if model.crm == "hubspot" else "Id"


def crm_state(installation: Installation, models: list[SyncModel]) -> State:
    """What the CRMs show in the fields that we write, by object and record."""
    return {
        (f"{model.crm} {model.object}", row[record_key(model)]): {name: row[name] for name in model.fields}
        for model in models
        for row in shown(installation, model)
    }
