"""The runs that wrote to the CRMs: which there were lately, and which one somebody means."""

from __future__ import annotations

from typing import Any

from leadwright import warehouse
from leadwright.connectors.errors import ConfigError
from leadwright.writeback import undone

LAST = "last"
_LATEST = warehouse.statement(__file__, "writingruns_latest")
_NAMED = warehouse.statement(__file__, "writingruns_named")


def named(db: warehouse.Connection, run: str) -> str:
    """The whole id of the run that `run` names: by the beginning of its id, or `last`.

    Raises:
        ConfigError: it names none, or several.
    """
    if not warehouse.columns(db, "ops", "writes"):
        raise ConfigError("Nothing was written to a CRM from this home yet.")
    found = [run_id for (run_id,) in db.execute(_NAMED, {"run": "" if run == LAST else run}).fetchall()]
    if not found or (len(found) > 1 and run != LAST):
        what = f"{len(found)} runs begin" if found else "No run that wrote to a CRM begins"
        raise ConfigError(f"{what} with {run!r}. `leadwright undo` without a run lists the latest.")
    return str(found[0])


def latest(db: warehouse.Connection, most: int = 20) -> list[dict[str, Any]]:
    """The latest runs that wrote to a CRM, newest first: run_id, flow, began_at, and how many records each wrote
    (record_count), were undone (undone_count) and stay so (held_count).
    """
    if not warehouse.columns(db, "ops", "writes") or not warehouse.columns(db, "ops", "runs"):
        return []
    warehouse.ensure_table(db, "ops", "undone", undone.COLUMNS)
    return warehouse.rows(db, _LATEST, {"most": most})
