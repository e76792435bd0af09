"""Who would move between grades if one set of rules took the place of another, and which rows move them.

Both sets score the same leads at the same moment, that of the last run, each in a copy of the warehouse; what
is compared is what dbt computed.
"""

from __future__ import annotations

import csv
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from connectors.errors import ConfigError
from leadwright import rules, rulesets, warehouse
from leadwright.explain import find
from leadwright.past import last_run_at, side_by_side
from leadwright.preview import trial
from leadwright.rulefiles import RuleFile
from leadwright.settings import Settings
from leadwright.transform import Transform

_MARTS = ("fct_lead_scores", "fct_lead_score_contributions")
_MOVED = """
    select b.lead_id, leads.company_name, b.score as score_before, a.score as score_after,
        b.grade as grade_before, a.grade as grade_after,
        b.fit_score as fit_before, a.fit_score as fit_after,
        b.intent_score as intent_before, a.intent_score as intent_after,
        b.disqualified_reason as disqualified_before, a.disqualified_reason as disqualified_after
    from before.marts.fct_lead_scores b
    join after.marts.fct_lead_scores a on a.lead_id = b.lead_id
    left join before.marts.dim_leads leads on leads.lead_id = b.lead_id
    where b.grade != a.grade
    order by abs(a.score - b.score) desc, b.lead_id
"""
_COUNTS = """
    select count(*) as leads,
        count(*) filter (a.fit_score != b.fit_score or a.intent_score != b.intent_score) as rescored,
        any_value(b.rule_set_hash) as hash_before, any_value(a.rule_set_hash) as hash_after
    from before.marts.fct_lead_scores b join after.marts.fct_lead_scores a on a.lead_id = b.lead_id
"""
_GRADES = """
    select b.grade as grade_before, a.grade as grade_after, count(*) as leads
    from before.marts.fct_lead_scores b join after.marts.fct_lead_scores a on a.lead_id = b.lead_id
    group by all order by leads desc, grade_before, grade_after
"""
_LINES = """
    select lead_id, dimension, kind, rule_id, signal_group, label, points
    from {side}.marts.fct_lead_score_contributions
    where lead_id in (select unnest(?::varchar[]))
"""


@dataclass(frozen=True, slots=True)
class RowChange:
    """A row of a rule file that differs.

    Attributes:
        file: name of the file, without folder.
        key: what the row is called in its file; empty where rows have no name.
        before, after: its cells that differ, or all of them where the row is new or gone (then one is None).
    """

    file: str
    key: str
    before: Mapping[str, str] | None
    after: Mapping[str, str] | None

    @property
    def name(self) -> str:
        """The row as people refer to it."""
        return f"{self.file}: {self.key}" if self.key else self.file

    def as_dict(self) -> dict[str, Any]:
        """The row as plain values."""
        return {"file": self.file, "row": self.key, "before": self.before, "after": self.after}


def diff(
    before: str, after: str | None, config: Settings, *, top: int = 10, lead: str | None = None
) -> dict[str, Any]:
    """Score every lead by both sets of rules and say who moves.

    Args:
        before, after: `live`, a folder or a revision in git; None is the project's own rules.
        config: says where project and warehouse are; neither is changed.
        top: how many of the leads that move furthest to explain.
        lead: explain this lead besides, whether it moves or not.

    Returns:
        `before`, `after` (name, hash), `as_of`, `leads`, `rescored`, `moved`; `rows` that differ, each with the
        leads it moves; `grades` (before, after, leads); `largest` moves, each with contributions side by side
        that add up to both scores.

    Raises:
        ConfigError: a set of rules cannot be found or has faults, or nothing has been run yet.
    """
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="leadwright-rules-")))
        sides = [stack.enter_context(trial(config)) for _ in (before, after)]
        project = Transform(config)  # in the own home, where dbt keeps what it has parsed
        live = rulesets.lay_out(rulesets.LIVE, sides[0], project, folder / "live")
        sets = [
            live if name == rulesets.LIVE else rulesets.lay_out(name, sides[0], project, folder / side)
            for name, side in ((before, "before"), (after, "after"))
        ]
        as_of = last_run_at(sides[0])
        changed = _files_that_differ(project, [live, *sets])
        for rule_set, side in zip(sets, sides, strict=True):
            _score(rule_set, side, project, changed, as_of)
        rows = [r for f in rules.files(project) for r in _rows_that_differ(f, sets[0], sets[1])]
        with warehouse.compared(*(side.warehouse_file for side in sides)) as db:
            result = _compare(db, rows, top, lead)
    names = [{"name": s.name, "borrowed": list(s.borrowed)} for s in sets]
    hashes = (result.pop("hash_before"), result.pop("hash_after"))
    described = [{**n, "rule_set_hash": h} for n, h in zip(names, hashes, strict=True)]
    return {"before": described[0], "after": described[1], "as_of": as_of, **result}


def _files_that_differ(project: Transform, sets: list[rulesets.RuleSet]) -> list[str]:
    """Names of the seeds that are not the same in all sets: what has to be loaded into each copy."""
    found = []
    for file in rules.files(project):
        contents = [_cells(file, s) for s in sets]
        if any(c != contents[0] for c in contents):
            found.append(file.name)
    return found


def _score(
    rule_set: rulesets.RuleSet, side: Settings, project: Transform, changed: list[str], as_of: Any
) -> None:
    """Load the seeds that differ into a copy and build what they lead to, up to the scores."""
    if not changed:
        return
    models = [f"{seed}+,+{mart}" for seed in changed for mart in _MARTS]
    tried = side.model_copy(update={"dbt_project": rule_set.project})
    Transform(tried, project.manifest()).build(select=" ".join([*changed, *models]), as_of=as_of, tests=False)


def _cells(file: RuleFile, rule_set: rulesets.RuleSet) -> list[dict[str, str]]:
    """The rows of a rule file, numbers spelled in one way."""
    numbers = {c.name for c in file.columns if c.kind in {"decimal", "numeric", "double", "float"}}
    path = rule_set.project / "seeds" / file.path.name
    with path.open(newline="", encoding="utf-8-sig") as text:
        return [
            {k: _number(v) if k in numbers else (v or "").strip() for k, v in row.items()}
            for row in csv.DictReader(text)
        ]


def _number(text: str) -> str:
    try:
        return f"{Decimal(text.strip()).normalize():f}"
    except InvalidOperation:
        return text.strip()


def _rows_that_differ(
    file: RuleFile, before: rulesets.RuleSet, after: rulesets.RuleSet
) -> Iterator[RowChange]:
    """Rows of one file that are new, gone or other than they were."""
    old, new = _cells(file, before), _cells(file, after)
    key = next((c.name for c in file.columns if c.is_unique and c.is_required), None)
    if key is None:
        gone, come = (Counter(tuple(r.items()) for r in side) for side in (old, new))
        yield from (RowChange(file.path.name, "", dict(r), None) for r in (gone - come).elements())
        yield from (RowChange(file.path.name, "", None, dict(r)) for r in (come - gone).elements())
        return
    olds, news = ({r[key]: r for r in side} for side in (old, new))
    for name in [*olds, *(n for n in news if n not in olds)]:
        was, is_now = olds.get(name), news.get(name)
        if was is None or is_now is None:
            yield RowChange(file.path.name, name, was, is_now)
        elif was != is_now:
            cells = [c for c in {**was, **is_now} if was.get(c, "") != is_now.get(c, "")]
            sides = ({c: row.get(c, "") for c in cells} for row in (was, is_now))
            yield RowChange(file.path.name, name, *sides)


def _compare(db: warehouse.Connection, rows: list[RowChange], top: int, lead: str | None) -> dict[str, Any]:
    counts = warehouse.rows(db, _COUNTS)[0]
    moved = warehouse.rows(db, _MOVED)
    ids = [m["lead_id"] for m in moved]
    lines = _lines(db, ids)
    causes = Counter(_mover(m, lines.get(m["lead_id"], []), rows) for m in moved)
    largest = [{**m, "contributions": lines.get(m["lead_id"], [])} for m in moved[:top]]
    result = {
        **counts,
        "moved": len(moved),
        "rows": [{**r.as_dict(), "moves": causes.pop(r.name, 0)} for r in rows],
        "moved_otherwise": sum(causes.values()),
        "grades": warehouse.rows(db, _GRADES),
        "largest": largest,
    }
    if lead is not None:
        result["lead"] = _one_lead(db, find(lead, db, "before.marts"))
    return result


def _one_lead(db: warehouse.Connection, lead_id: str) -> dict[str, Any]:
    every = _MOVED.replace("where b.grade != a.grade", "where b.lead_id = ?")
    found = warehouse.rows(db, every, [lead_id])
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
        for row in warehouse.rows(db, _LINES.format(side=side), [lead_ids]):
            by_lead.setdefault(row.pop("lead_id"), []).append(row)
        sides.append(by_lead)
    return {i: side_by_side(sides[0].get(i, []), sides[1].get(i, [])) for i in lead_ids}


def _mover(lead: Mapping[str, Any], lines: list[dict[str, Any]], rows: list[RowChange]) -> str:
    """Name of the changed row that moves a lead most; empty where it is none of them by itself."""
    names = {(r.file, r.key): r.name for r in rows}
    files = {r.file: r.name for r in rows if not r.key}
    by_size = sorted(lines, key=lambda line: -abs(line["difference"]))
    for line in (one for one in by_size if one["difference"]):
        if name := names.get(("score_rules.csv", line["rule_id"] or "")):
            return name
        if line["kind"] == "group_cap" and ("score_groups.csv", line["signal_group"]) in names:
            return names["score_groups.csv", line["signal_group"]]
    dimensions = [r.name for r in rows if r.file == "score_dimensions.csv"]
    if lead["disqualified_before"] != lead["disqualified_after"]:
        rulings = [r.name for r in rows if r.file == "score_rules.csv" and _rules_out(r)]
        return rulings[0] if len(rulings) == 1 else ""
    if any(one["difference"] for one in lines):
        return next((n for f, n in files.items() if f != "grades.csv"), dimensions[0] if dimensions else "")
    return dimensions[0] if len(dimensions) == 1 else files.get("grades.csv", "")


def _rules_out(row: RowChange) -> bool:
    return "disqualify" in {side.get("dimension", "") for side in (row.before or {}, row.after or {})}
