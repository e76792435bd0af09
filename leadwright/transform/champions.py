"""Sees before a build that the model which makes the score is there, whole, and about features that there are.

A score that silently fell back to the rules would give every lead another grade, so a build stops instead.
"""

from __future__ import annotations

from collections.abc import Sequence

from leadwright import warehouse
from leadwright.connectors.errors import ConfigError
from leadwright.rules import champions, files
from leadwright.rules.champions import Champion
from leadwright.rules.files import RuleFile
from leadwright.settings import Settings

_BANDED = "select model_id from ops.score_model_bands group by model_id having count(distinct dimension) = 2"
_FEATURES = "select distinct model_id, feature from ops.score_model_rows where feature is not null"


def require(tables: Sequence[RuleFile], settings: Settings) -> None:
    """See that every row of score_champions.csv names a model that can make a score.

    Raises:
        ConfigError: the file cannot be read; this warehouse has no such model, or one without bands; or the model
            uses a feature that the catalogue no longer has.
    """
    named = {table.name: table for table in tables}
    rows = champions.read(named[champions.TABLE])
    if not rows:
        return
    with warehouse.writer(settings.warehouse_file, settings.lock_wait_seconds) as db:
        is_there = warehouse.columns(db, "ops", "score_model_bands")
        banded = {model for (model,) in db.execute(_BANDED).fetchall()} if is_there else set()
        features = db.execute(_FEATURES).fetchall() if is_there else []
    catalogue = named["feature_catalogue"]
    list(files.read(catalogue))
    known = {row["feature"].strip() for _, row in catalogue.rows}
    for row in rows:
        _require_one(
            row, named[champions.TABLE].label, banded, {f for m, f in features if m == row.model_id} - known
        )


def _require_one(row: Champion, file: str, banded: set[str], lacking: set[str]) -> None:
    wayout = (
        "Bring the warehouse's backup back, or train a model and promote it in its place; "
        "`leadwright model rollback` goes back to the rules."
    )
    if row.model_id not in banded:
        raise ConfigError(
            f"{file} names the model {row.model_id}, of which this warehouse has no rows or no bands. {wayout}"
        )
    if lacking and row.valid_to is None:
        raise ConfigError(
            f"The model {row.model_id}, which {file} names, uses {', '.join(sorted(lacking))}: no such feature is "
            f"left in feature_catalogue.csv or fields.csv. Put it back, or train a model without it. "
            "`leadwright model rollback` goes back to the rules."
        )
