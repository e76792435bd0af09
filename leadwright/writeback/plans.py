"""What a run is about to write, before it sends anything: looked at by the guard rails, shown by a preview, and kept
where a person is asked.

A plan is one table, one row per record: what was shown is what is approved, and a hash over its rows says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import pyarrow as pa

from leadwright import warehouse
from leadwright.settings import Settings
from leadwright.transform.tables import SyncModel
from leadwright.writeback.ledger import Entry, as_json
from leadwright.writeback.sending import Written, planned_entries

_TEXTS = ("crm", "object", "record_id", "lead_id", "account_id", "before_values", "after_values")
_SHOWN = ("grade_before", "grade_after", "owner_before", "owner_after")
_ROW = pa.schema(
    [
        *((name, pa.string()) for name in (*_TEXTS, *_SHOWN)),
        *((name, pa.float64()) for name in ("score_before", "score_after")),
        ("is_new", pa.bool_()),
        ("is_made", pa.bool_()),
    ]
)

CHANGES = (
    ("run_id", "varchar"),
    *((name, "varchar") for name in (*_TEXTS, *_SHOWN)),
    ("score_before", "double"),
    ("score_after", "double"),
    ("is_new", "boolean"),
    ("is_made", "boolean"),
)
"""`ops.planned_changes`: the plans that wait for an approval or were approved."""

_HASH = warehouse.statement(__file__, "plans_hash")
_RANKED = warehouse.statement(__file__, "plans_ranked")


@dataclass(frozen=True, slots=True)
class Part:
    """What one sync model asks for."""

    model: SyncModel
    entries: Sequence[Entry]


class Plan:
    """What is about to be written; no dataclass, because Prefect looks into each of these for futures.

    Attributes:
        with_owners: whether fields that set, name or explain the owner are among it.
    """

    def __init__(self, parts: Sequence[Part], *, with_owners: bool = True) -> None:
        self.parts = parts
        self.with_owners = with_owners

    @property
    def record_count(self) -> int:
        """Records that would be written."""
        return sum(len(part.entries) for part in self.parts)

    @property
    def written(self) -> list[Written]:
        """The counts of each sync model, with nothing sent."""
        found = []
        for part in self.parts:
            counted = Written(part.model.title, part.model.crm, part.model.object)
            counted.plan(part.entries, part.model.guarded)
            found.append(counted)
        return found

    @cached_property
    def rows(self) -> pa.Table:
        """The plan as a table: the columns of `CHANGES` but for the run."""
        columns: dict[str, list[object]] = {name: [] for name in _ROW.names}
        for part in self.parts:
            for entry in part.entries:
                for name, value in _row(entry, part.model).items():
                    columns[name].append(value)
        return pa.table({name: pa.array(columns[name], _ROW.field(name).type) for name in _ROW.names})


def make(models: Sequence[SyncModel], settings: Settings, *, with_owners: bool = True) -> Plan:
    """The plan of what `models` ask for now.

    Raises:
        ConfigError: nothing is scored yet.
        LockedError: another process holds the warehouse.
    """
    with warehouse.writer(settings.warehouse_file, settings.lock_wait_seconds) as db:
        parts = [Part(model, planned_entries(db, model)) for model in models]
    return Plan(parts, with_owners=with_owners)


def digest(db: warehouse.Connection, relation: str) -> str:
    """A hash over the rows of a plan.

    Args:
        relation: what has them, as SQL: a table, or a query in brackets.
    """
    (found,) = db.execute(_HASH.format(plan=relation)).fetchone() or (None,)
    return str(found)


def first_records(plan: Plan, most: int, settings: Settings) -> Mapping[str, list[str]]:
    """The records that go out where `most` may: those that get another owner first, then the best grades.

    Returns:
        Title of each sync model -> ids in the order in which they are sent.
    """
    titles = {(part.model.crm, part.model.object): part.model.title for part in plan.parts}
    chosen: dict[str, list[str]] = {title: [] for title in titles.values()}
    with warehouse.writer(settings.warehouse_file, settings.lock_wait_seconds) as db:
        db.register("planned", plan.rows)
        for crm, name, record_id in db.execute(_RANKED, {"most": most}).fetchall():
            chosen[titles[crm, name]].append(record_id)
    return chosen


def _row(entry: Entry, model: SyncModel) -> Mapping[str, object]:
    owner = model.guarded[0] if model.guarded else ""
    score_before = entry.before.get(model.score)
    return {
        "crm": model.crm,
        "object": model.object,
        "record_id": entry.record_id,
        "lead_id": entry.about.get("lead_id"),
        "account_id": entry.about.get("account_id"),
        "before_values": as_json(entry.before),
        "after_values": as_json(entry.after),
        "grade_before": entry.before.get(model.grade),
        "grade_after": entry.after.get(model.grade),
        "owner_before": entry.before.get(owner),
        "owner_after": entry.after.get(owner),
        "score_before": score_before,
        "score_after": entry.after.get(model.score),
        # a score that does not differ is there
        "is_new": model.score in entry.after and score_before is None,
        "is_made": model.making is not None,
    }
