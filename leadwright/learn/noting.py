"""Keeps a model with its card in `ops`, as rows that dbt joins; nothing that was kept is ever changed."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any
from uuid import uuid4

import numpy as np
import pyarrow as pa

from leadwright import warehouse
from leadwright.learn.examples import Examples
from leadwright.learn.judging import Judged
from leadwright.transform.project import Transform

POINTS = 10 / math.log(2)
"""Points of one log-odds: ten for odds twice as good."""
_SOFTWARE = ("leadwright", "interpret-core", "scikit-learn", "venn-abers")

Row = dict[str, Any]


def note(transform: Transform, examples: Examples, judged: Judged) -> str:
    """Add a model, or what was counted where there is none, to the tables in `ops`; its id. Bands are `add`ed later."""
    model_id = str(uuid4())
    rows: Mapping[str, Sequence[Row]] = {
        "score_models": [_card(examples, judged)],
        "score_model_features": [
            {
                "feature": c.name,
                "is_used": c.reason == "used",
                "reason_code": c.reason,
                "filled_share": c.filled,
            }
            for c in judged.choices
        ],
        "score_model_leaks": list(_leaks(judged)),
        "score_model_rows": list(_rows(judged)),
        "score_model_calibrations": list(_ranges(judged)),
        "score_model_figures": [
            {
                "figure": f.name,
                "value": f.value,
                "lower_value": f.lower,
                "upper_value": f.upper,
                "lead_count": f.leads,
            }
            for f in judged.figures
        ],
    }
    add(transform, rows, {"model_id": model_id})
    return model_id


def add(transform: Transform, rows: Mapping[str, Sequence[Row]], key: Mapping[str, str]) -> None:
    """Add rows to tables in `ops`, each with what `key` says besides; all of them or none."""
    settings = transform.settings
    declared = {t.name: t.columns for t in transform.raw_tables() if t.schema == "ops"}
    with warehouse.writer(settings.warehouse_file, settings.lock_wait_seconds) as db:
        for name in rows:
            warehouse.ensure_table(db, "ops", name, declared[name])
        db.execute("begin")
        for name, some in rows.items():
            if some:
                whole = [{c: row.get(c) for c, _ in declared[name]} | dict(key) for row in some]
                db.register("added", pa.Table.from_pylist(whole))
                db.execute(f'insert into ops."{name}" by name from added')
                db.unregister("added")
        db.execute("commit")


def _card(examples: Examples, judged: Judged) -> Row:
    tested, outcome = judged.tested, examples.outcome
    learned = examples.moments[~tested]
    return {
        "outcome_id": outcome.outcome_id,
        "trained_at": datetime.now(UTC),
        "as_of": outcome.as_of.replace(tzinfo=UTC),
        "kind": judged.model.kind if judged.model else "none",
        "calibration": judged.calibration.method if judged.calibration else None,
        "basis": outcome.basis,
        "trained_from": _moment(learned, np.min),
        "trained_until": _moment(examples.moments if judged.model else learned, np.max),
        "tested_from": _moment(examples.months[tested], np.min),
        "tested_until": _moment(examples.moments[tested], np.max),
        "lead_count": len(np.unique(examples.leads)),
        "example_count": len(examples),
        "excluded_count": examples.left_out,
        "software": ", ".join(f"{name} {version(name)}" for name in _SOFTWARE),
    }


def _moment(moments: np.ndarray[Any, Any], pick: Any) -> datetime | None:
    if not len(moments):
        return None
    found: datetime = pick(moments).astype("datetime64[us]").item()
    return found.replace(tzinfo=UTC)


def _rows(judged: Judged) -> Iterator[Row]:
    """The lines of the sum; categories are texts in lower case, as they are compared."""
    model = judged.model
    if model is None:
        return
    yield {"line_number": 1, "kind": "intercept"} | _said(model.start)
    number = 1
    for parts, numbers, counts in zip(model.parts, model.log_odds, judged.counts, strict=True):
        for part, kind, category, low, high in parts.rows():
            number += 1
            yield {
                "line_number": number,
                "feature": parts.known.name,
                "dimension": parts.known.dimension,
                "kind": kind,
                "category": category,
                "low": low,
                "high": high,
                "example_count": counts[part],
            } | _said(float(numbers[part]))


def _leaks(judged: Judged) -> Iterator[Row]:
    for found in judged.leaks:
        for place, each in enumerate(found.evidence, 1):
            yield {
                "feature": found.feature,
                "verdict": found.verdict,
                "is_left_out": found.is_left_out,
                "place": place,
                "evidence": each.kind,
                "weight": each.weight,
                "finding": each.text,
            }


def _said(log_odds: float) -> Row:
    return {"log_odds": log_odds, "points": round(log_odds * POINTS, 2)}


def _ranges(judged: Judged) -> Iterator[Row]:
    found = judged.calibration
    for number, each in enumerate(found.ranges if found else (), 1):
        yield {
            "range_number": number,
            "low": each.low,
            "high": each.high,
            "slope": found.slope if found else None,
            "shift": found.shift if found else None,
            "probability": each.probability,
            "lower_probability": each.lower,
            "upper_probability": each.upper,
            "lead_count": each.leads,
        }
