"""A small model by hand and a look back at it, for tests that need one in the warehouse and no training."""

from __future__ import annotations

from typing import Any

from tests.dbt_warehouse import DbtWarehouse

_CARD = {
    "outcome_id": "sql_90",
    "kind": "logistic",
    "calibration": "platt",
    "basis": "dated",
    "lead_count": 900,
    "example_count": 4000,
    "excluded_count": 3,
    "software": "by hand",
}
_ROWS: list[dict[str, Any]] = [
    {"kind": "intercept", "log_odds": -2.125, "points": -30.66},
    {"feature": "country", "dimension": "fit", "kind": "missing", "log_odds": -0.1, "points": -1.44},
    {
        "feature": "country",
        "dimension": "fit",
        "kind": "category",
        "category": "germany",
        "log_odds": 0.254311,
        "points": 3.67,
    },
    {"feature": "country", "dimension": "fit", "kind": "other", "log_odds": 0.05, "points": 0.72},
    {"feature": "days_since_created", "dimension": "intent", "kind": "missing", "log_odds": 0, "points": 0},
    {
        "feature": "days_since_created",
        "dimension": "intent",
        "kind": "range",
        "high": 30,
        "log_odds": 0.7,
        "points": 10.1,
    },
    {
        "feature": "days_since_created",
        "dimension": "intent",
        "kind": "range",
        "low": 30,
        "log_odds": -0.312345,
        "points": -4.51,
    },
]
_RANGES = [
    {"high": -1.5, "slope": 1.1, "shift": 0.1, "lower_probability": 0.02, "upper_probability": 0.2},
    {"low": -1.5, "slope": 1.1, "shift": 0.1, "lower_probability": 0.1, "upper_probability": 0.5},
]
_BANDS = [
    {
        "dimension": "fit",
        "points_share": 0.5,
        "start_points": 20,
        "medium_from": 20,
        "high_from": 21,
        "lead_count": 300,
    },
    {
        "dimension": "intent",
        "points_share": 0.5,
        "start_points": 12.5,
        "medium_from": 11,
        "high_from": 15,
        "lead_count": 300,
    },
]
_SHARES = [
    {"measure": "input", "number": 3, "lead_count": 100, "all_count": 300},
    {"measure": "input", "number": 4, "lead_count": 200, "all_count": 300},
    {"measure": "score", "number": 1, "lead_count": 300, "all_count": 300},
]
_BACKTEST = {
    "outcome_id": "sql_90",
    "horizon_days": 90,
    "basis": "dated",
    "month_count": 3,
    "lead_count": 400,
    "example_count": 900,
    "converted_count": 40,
    "calls_per_week": 50,
}
_BACKTEST_BANDS = [
    {"scorer": "rules", "kind": "grade", "place": 1, "label": "Hot", "lead_count": 50, "rate": 0.2},
    {
        "scorer": "model",
        "kind": "tenth",
        "place": 1,
        "label": "0.1% to 0.4%",
        "rate": 0.003,
        "probability": 0.002,
    },
]
_LEAKS = [
    ("company_name", "leak", "true", "too_sure"),
    ("city", "leak", "true", "runs_with_time"),
    ("phone", "ask", "true", "too_good"),
    ("country", "leak", "false", "too_sure"),
]
_FIGURES = {"conversions": 120, "decided_leads": 900, "auc_same_age_lower": 0.6, "log_loss_ratio": 0.9}


MODEL_ID = "by-hand"


def add(made: DbtWarehouse, changed: str) -> None:
    """Note it as of `changed`; the next build reads it."""
    tables: dict[str, list[dict[str, Any]]] = {
        "score_models": [_CARD],
        "score_model_features": [
            {"feature": "country", "is_used": "true", "reason_code": "used", "filled_share": 0.9},
            {"feature": "phone", "is_used": "false", "reason_code": "too_many_values", "filled_share": 0.5},
        ],
        "score_model_leaks": [
            {
                "feature": feature,
                "verdict": verdict,
                "is_left_out": left_out,
                "place": 1,
                "evidence": evidence,
                "weight": 1,
                "finding": "by hand",
            }
            for feature, verdict, left_out, evidence in _LEAKS
        ],
        "score_model_rows": [{"line_number": n, **row} for n, row in enumerate(_ROWS, 1)],
        "score_model_calibrations": [
            {"range_number": n, "lead_count": 100 * n, **row} for n, row in enumerate(_RANGES, 1)
        ],
        "score_model_bands": _BANDS,
        "score_model_shares": _SHARES,
        "score_model_figures": [{"figure": name, "value": value} for name, value in _FIGURES.items()],
    }
    for name, rows in tables.items():
        made.add("ops", name, ({"model_id": MODEL_ID, **row} for row in rows), changed)
    looked_back: dict[str, list[dict[str, Any]]] = {
        "backtests": [_BACKTEST],
        "backtest_figures": [{"scorer": "rules", "figure": name, "value": v} for name, v in _FIGURES.items()],
        "backtest_bands": _BACKTEST_BANDS,
    }
    for name, rows in looked_back.items():
        made.add("ops", name, ({"backtest_id": "by-hand", **row} for row in rows), changed)
