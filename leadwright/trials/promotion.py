"""Which learned model makes the score: promoted by a row of score_champions.csv, and rolled back by its last day."""

from __future__ import annotations

import tempfile
from collections.abc import Collection
from datetime import date
from pathlib import Path
from typing import Any

from leadwright import warehouse
from leadwright.connectors.errors import ConfigError
from leadwright.formatting import asked_for, figure
from leadwright.rules import champions
from leadwright.rules.champions import Champion
from leadwright.rules.files import RuleFile
from leadwright.settings import Settings
from leadwright.transform.project import Transform
from leadwright.trials import sets

_MODELS = warehouse.statement(__file__, "promotion_models")
_GATES = warehouse.statement(__file__, "promotion_gates")
_LEAST_LETTERS = 4


def table(transform: Transform) -> RuleFile:
    """The table of champions as it counts now."""
    return next(file for file in transform.rule_files() if file.name == champions.TABLE)


def models(config: Settings, transform: Transform) -> list[dict[str, Any]]:
    """Every model there is, the newest first: its card, whether it has bands, and `valid_from` and `valid_to` of its
    newest row in score_champions.csv.

    Raises:
        ConfigError: score_champions.csv cannot be read.
    """
    rows = {row.model_id: row for row in champions.read(table(transform))}
    with warehouse.writer(config.warehouse_file, config.lock_wait_seconds) as db:
        # a warehouse of an earlier version has them after its next run
        is_there = "is_newest" in warehouse.columns(db, "marts", "rpt_models")
        found = warehouse.rows(db, _MODELS) if is_there else []
    for model in found:
        row = rows.get(model["model_id"])
        model["valid_from"] = row.valid_from if row else None
        model["valid_to"] = row.valid_to if row else None
    return found


def foreseen(config: Settings, transform: Transform) -> str | None:
    """The outcome that today's champion foresees; None where the rules make the score.

    Raises:
        ConfigError: score_champions.csv cannot be read.
    """
    champion = champions.on(champions.read(table(transform)), config.moment().date())
    found = (
        {model["model_id"]: model["outcome_id"] for model in models(config, transform)} if champion else {}
    )
    return found.get(champion.model_id) if champion else None


def promote(
    name: str,
    valid_from: date,
    config: Settings,
    transform: Transform,
    *,
    despite: Collection[str] = (),
    reason: str = "",
) -> tuple[Champion, str]:
    """The row that makes a model champion, and the text of score_champions.csv with it; nothing is written.

    Args:
        name: of the model, or its first letters.
        valid_from: the first day on which it makes the score.
        config, transform: where the models are, and the rules.
        despite: gates that are closed and may be.
        reason: why, for who reads the file; needed where a gate is closed.

    Raises:
        ConfigError: there is no such model, it cannot make a score, a gate is closed that `despite` does not name, or
            the row does not go with the others.
    """
    model = _named(name, models(config, transform))
    _require_gates(model, _closed(model["model_id"], config), despite, reason)
    row = Champion(
        model["model_id"],
        valid_from,
        None,
        reason or f"Passes the gates as of {model['trained_at']:%Y-%m-%d}",
    )
    rows = champions.with_promoted(champions.read(table(transform)), row)
    return row, _checked(champions.text(table(transform), rows), config, transform)


def roll_back(day: date, config: Settings, transform: Transform) -> tuple[Champion, str]:
    """The row that held on `day`, and the text of score_champions.csv in which none does from then on.

    Raises:
        ConfigError: no model makes the score.
    """
    rows = champions.read(table(transform))
    held = champions.on(rows, day) or next((row for row in rows if row.valid_from > day), None)
    if held is None:
        raise ConfigError(
            "No model makes the score, or is about to: there is nothing to roll back. The rules do."
        )
    return held, _checked(
        champions.text(table(transform), champions.rolled_back(rows, day)), config, transform
    )


def _checked(text: str, config: Settings, transform: Transform) -> str:
    with tempfile.TemporaryDirectory(prefix="leadwright-promotion-") as folder:
        sets.checked(champions.TABLE, text, config, transform, Path(folder) / "rules")
    return text


def _named(name: str, found: list[dict[str, Any]]) -> dict[str, Any]:
    wanted = name.strip().lower()
    fits = [
        m
        for m in found
        if m["model_id"] == wanted or (len(wanted) >= _LEAST_LETTERS and m["model_id"].startswith(wanted))
    ]
    if len(fits) != 1:
        are = "Several models are" if fits else "No model is"
        raise ConfigError(f"{are} called {name!r}. `leadwright model list` names them.")
    (model,) = fits
    if not model["has_bands"]:
        why = "was never fitted" if model["kind"] == "none" else "has no bands"
        raise ConfigError(
            f"The model {model['model_id']} {why} ({model['verdict_text']}). `leadwright train` makes another."
        )
    return model


def _closed(model_id: str, config: Settings) -> dict[str, list[str]]:
    """The gates that are closed, and what each asked for."""
    with warehouse.writer(config.warehouse_file, config.lock_wait_seconds) as db:
        rows = warehouse.rows(db, _GATES, {"model_id": model_id})
    found: dict[str, list[str]] = {}
    for row in rows:
        asked = asked_for(row["comparison"], row["threshold"])
        found.setdefault(row["gate_id"], []).append(
            f"{row['label']}: {figure(row['value'])}, {asked} is asked for"
        )
    return found


def _require_gates(
    model: dict[str, Any], closed: dict[str, list[str]], despite: Collection[str], reason: str
) -> None:
    left = [f"  {gate}: {'; '.join(said)}" for gate, said in closed.items() if gate not in despite]
    if left:
        raise ConfigError(
            f"The model {model['model_id']} is not promoted: {model['verdict_text']}.\n"
            + "\n".join(left)
            + "\nWho promotes it all the same says --despite GATE for each, and --reason."
        )
    if closed and not reason:
        raise ConfigError(f"Say with --reason why it is promoted despite {', '.join(closed)}.")
    if wrong := sorted(set(despite) - closed.keys()):
        raise ConfigError(f"--despite {', '.join(wrong)}: no such gate is closed.")
