"""Who would get another grade or owner if one set of rules took the place of another, and what each changed row does.

Both sets score the same leads at the same moment, that of the last run, each in a copy of the warehouse; what
is compared is what dbt computed. Each changed row is also tried alone, put into the first set, in a further copy.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from leadwright import warehouse
from leadwright.connectors.errors import ConfigError
from leadwright.explain.earlier import last_run_at, side_by_side
from leadwright.explain.now import find
from leadwright.settings import Settings
from leadwright.transform.preview import trial
from leadwright.transform.project import Transform
from leadwright.trials import changes, owners, sets
from leadwright.trials.changes import RowChange

_MARTS = ("fct_lead_scores", "fct_lead_score_contributions")
_MOVED = warehouse.statement(__file__, "differences_moved")
_COUNTS = warehouse.statement(__file__, "differences_counts")
_GRADES = warehouse.statement(__file__, "differences_grades")
_LINES = warehouse.statement(__file__, "differences_lines")


ALONE = 12
"""So many changed rows at most are also tried one by one: each takes as long as the whole comparison."""


@dataclass(frozen=True, slots=True)
class _Trial:
    """What every copy of the warehouse is scored with."""

    project: Transform
    as_of: datetime
    with_routing: bool


def diff(
    before: str, after: str | None, config: Settings, *, top: int = 10, lead: str | None = None
) -> dict[str, Any]:
    """Score every lead by both sets of rules and say who moves.

    Args:
        before, after: `live`, a folder or a revision in git; None is the workspace's own rules.
        config: says where workspace and warehouse are; neither is changed.
        top: how many of the leads that move furthest to explain.
        lead: explain this lead besides, whether it moves or not.

    Returns:
        `before`, `after` (name, hash), `as_of`, `leads`, `rescored`, `moved`; `within` that differ, each with `moves`,
        the leads that it alone would give another grade, and `owner_moves`, another owner (None: not tried);
        `moved_otherwise`, leads that no row moves alone (None: there were too many rows to try); `grades` (before,
        after, leads); `largest` moves, each with contributions side by side that add up to both scores; `routing`,
        None where no routing rule differs.

    Raises:
        ConfigError: a set of rules cannot be found or has faults, or nothing has been run yet.
    """
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="leadwright-rules-")))
        sides = [stack.enter_context(trial(config)) for _ in (before, after)]
        project = Transform(config)  # in the own home, where dbt keeps what it has parsed
        live = sets.lay_out(sets.LIVE, sides[0], project, folder / "live")
        pair = [
            live if name == sets.LIVE else sets.lay_out(name, sides[0], project, folder / side)
            for name, side in ((before, "before"), (after, "after"))
        ]
        tables = [
            changes.read(sets.of(each.workspace, config, project).rule_files()) for each in (live, *pair)
        ]
        rows = changes.find(*tables[1:])
        with_routing = any(owners.is_about(row.file) for row in rows)
        job = _Trial(project, last_run_at(sides[0]), with_routing)
        changed = changes.names_that_differ(tables)
        for rule_set, side in zip(pair, sides, strict=True):
            _score(rule_set.workspace, side, job, changed)
        with warehouse.compared(*(side.warehouse_file for side in sides)) as db:
            result = _compare(db, top, lead) | {"routing": owners.compare(db, top) if with_routing else None}
            whole = _movers(db, job)
        alone = {0: whole} if len(rows) == 1 else {}
        if 1 < len(rows) <= ALONE:
            base = (pair[0], tables[1])
            alone = _alone(rows, base, sides[0], job, changed, folder / "alone", config)
    described = [
        {"name": s.name, "borrowed": list(s.borrowed), "rule_set_hash": result.pop(f"hash_{side}")}
        for s, side in zip(pair, ("before", "after"), strict=True)
    ]
    return {
        "before": described[0],
        "after": described[1],
        "as_of": job.as_of,
        **result,
        **_by_row(rows, alone, whole, job),
    }


_Moved = tuple[set[str], set[str]]
"""Leads with another grade, leads with another owner."""


def _score(workspace: Path, side: Settings, job: _Trial, changed: Sequence[str]) -> None:
    """Load the tables that differ into a copy and build what they lead to, up to the scores or the owners."""
    if not changed:
        return
    models = [f"{seed}+,+{mart}" for seed in changed for mart in _MARTS]
    if job.with_routing:
        owners.forget(side, job.project.sync_models())
        models += [*owners.MODELS, *(f"{seed}+,+{owners.MART}" for seed in changed)]
    tried = sets.of(workspace, side, job.project)
    with warehouse.writer(side.warehouse_file, side.lock_wait_seconds) as db:
        for table in tried.raw_tables():  # a field that is new to fields.csv was pulled for nobody yet
            warehouse.ensure_table(db, table.schema, table.name, table.columns)
    tried.build(select=" ".join([*changed, *models]), as_of=job.as_of, tests=False)


def _alone(
    rows: Sequence[RowChange],
    base: tuple[sets.RuleSet, changes.Tables],
    before: Settings,
    job: _Trial,
    changed: Sequence[str],
    folder: Path,
    config: Settings,
) -> dict[int, _Moved]:
    """What each row moves when it is the only one of its set: place in `rows` -> leads.

    Each is tried in a copy of its own, because building adds to logs. A row that cannot go live without others, such as
    a rule of a group that is new too, is left out.
    """
    found = {}
    rule_set, tables = base
    for place, row in enumerate(rows):
        shutil.copytree(rule_set.workspace, folder)
        changes.apply(row, tables[row.file], sets.RuleSet("", folder))
        if not sets.of(folder, config, job.project).rule_faults():
            with trial(config) as side:
                _score(folder, side, job, changed)
                with warehouse.compared(before.warehouse_file, side.warehouse_file) as db:
                    found[place] = _movers(db, job)
        shutil.rmtree(folder)
    return found


def _movers(db: warehouse.Connection, job: _Trial) -> _Moved:
    grades = {row["lead_id"] for row in warehouse.rows(db, _MOVED, {"lead_id": None})}
    return grades, owners.moved_ids(db) if job.with_routing else set()


def _by_row(
    rows: Sequence[RowChange], alone: Mapping[int, _Moved], whole: _Moved, job: _Trial
) -> dict[str, Any]:
    """The changed rows with what each moves, and how many leads none of them moves by itself."""
    described = []
    for place, row in enumerate(rows):
        grades, owners = (len(side) for side in alone[place]) if place in alone else (None, None)
        described.append(
            {**row.as_dict(), "moves": grades, "owner_moves": owners if job.with_routing else None}
        )
    by_one = set().union(*(grades for grades, _ in alone.values()))
    otherwise = len(whole[0] - by_one) if len(rows) <= ALONE else None
    return {"rows": described, "moved_otherwise": otherwise}


def _compare(db: warehouse.Connection, top: int, lead: str | None) -> dict[str, Any]:
    moved = warehouse.rows(db, _MOVED, {"lead_id": None})
    lines = _lines(db, [row["lead_id"] for row in moved[:top]])
    result = {
        **warehouse.rows(db, _COUNTS)[0],
        "moved": len(moved),
        "grades": warehouse.rows(db, _GRADES),
        "largest": [{**row, "contributions": lines[row["lead_id"]]} for row in moved[:top]],
    }
    if lead is not None:
        result["lead"] = _one_lead(db, find(lead, db, "before.marts"))
    return result


def _one_lead(db: warehouse.Connection, lead_id: str) -> dict[str, Any]:
    found = warehouse.rows(db, _MOVED, {"lead_id": lead_id})
    if not found:
        raise ConfigError(
            "That lead has no score under both sets of rules. Run `leadwright run`, then compare again."
        )
    return {**found[0], "contributions": _lines(db, [lead_id]).get(lead_id, [])}


def _lines(db: warehouse.Connection, lead_ids: list[str]) -> dict[str, list[dict[str, Any]]]:
    """Contributions of each lead under both sets, side by side."""
    sides: list[dict[str, list[dict[str, Any]]]] = []
    for side in ("before", "after"):
        by_lead: dict[str, list[dict[str, Any]]] = {}
        for row in warehouse.rows(db, _LINES.format(side=side), {"lead_ids": lead_ids}):
            by_lead.setdefault(row.pop("lead_id"), []).append(row)
        sides.append(by_lead)
    return {i: side_by_side(sides[0].get(i, []), sides[1].get(i, [])) for i in lead_ids}
