"""Takes back what a run wrote: what stood there before is put back wherever nobody has changed it since.

What a CRM shows now is read from it, and once more by the connector just before the write. The writes go to the ledger
like those of any run, so an undo can be undone.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from leadwright import tenants, warehouse
from leadwright.connectors.base import Connector, Value
from leadwright.connectors.errors import ConfigError
from leadwright.connectors.values import CHANGED_BY_PERSON, CONVERTED, MERGED_OR_DELETED, NO_ANSWER, same
from leadwright.settings import Settings
from leadwright.transform.tables import RawTable, SyncModel
from leadwright.writeback import present, sending, undone
from leadwright.writeback.ledger import Entry
from leadwright.writeback.sending import OnOutcomes, Written

_WRITES = warehouse.statement(__file__, "undoing_writes")

ALREADY, WRITTEN_SINCE, ERASED = "already_so", "written_since", "erased"
WORDS = {
    ALREADY: "shows what stood there before already",
    WRITTEN_SINCE: "a later run of ours has written it; undo that one first",
    CHANGED_BY_PERSON: "somebody has changed it since; that stays",
    MERGED_OR_DELETED: "the CRM has no record of this id any more: deleted, or merged into another",
    CONVERTED: "the lead was converted since",
    ERASED: "the person was erased since, with what had stood there",
}

_MAYBE = {NO_ANSWER, "unknown", "sending"}
"""Fates of which nobody knows whether the CRM stored the write: it must not be overwritten by the next run."""


@dataclass(frozen=True, slots=True)
class Left:
    """A field that is not put back.

    Attributes:
        why: a code: one of `WORDS`, or the CRM's.
        detail: who changed it, or what the CRM said, where it says so.
    """

    record_id: str
    field: str
    why: str
    detail: str = ""

    @property
    def words(self) -> str:
        """Why, in words where there are any of ours."""
        return WORDS.get(self.why, self.why)


@dataclass(slots=True)
class Undoing:
    """One object's records and what becomes of them.

    Attributes:
        entries: what is put back; one for each record.
        fields: how many records each field is put back in, or would be.
        left: what is not, also where that is as it should be.
    """

    model: SyncModel
    entries: list[Entry] = field(default_factory=list)
    fields: Counter[str] = field(default_factory=Counter)
    left: list[Left] = field(default_factory=list)
    record_count: int = 0
    written: Written | None = None

    @property
    def missing(self) -> list[Left]:
        """What does not show what stood there before."""
        return [each for each in self.left if each.why != ALREADY]

    def as_dict(self) -> dict[str, Any]:
        """The same as plain values."""
        return {
            "crm": self.model.crm,
            "object": self.model.object,
            "records": self.record_count,
            "fields": dict(self.fields),
            "left": [
                {"record_id": each.record_id, "field": each.field, "why": each.why, "detail": each.detail}
                for each in self.left
            ],
        }


@dataclass(slots=True)
class _Record:
    """What a run wrote to one record, with several attempts put together."""

    about: Mapping[str, str]
    payload_hash: str
    before: dict[str, Value] = field(default_factory=dict)
    after: dict[str, Value] = field(default_factory=dict)
    later: dict[str, Value] = field(default_factory=dict)


def find(models: Sequence[SyncModel], run_id: str, only: str | None, settings: Settings) -> list[Undoing]:
    """What of a run's writes can be put back, by CRM object; nothing is sent.

    Raises:
        ConfigError: no model has the field that `only` names, or a CRM that was written to is not connected.
    """
    require_chosen(only, models)
    with warehouse.writer(settings.warehouse_file, settings.lock_wait_seconds) as db:
        wrote = db.execute(
            "select distinct crm, object from ops.writes where run_id = ?", [run_id]
        ).fetchall()
    return [
        prepare(settings.connect(model.crm), model, run_id, chosen_fields(only, model), settings)
        for model in models
        if (model.crm, model.object) in wrote
    ]


def end(run_id: str, only: str | None, models: Sequence[SyncModel], settings: Settings) -> None:
    """Where the run that was undone was an undo itself, let through again what stayed away because of it."""
    fields = require_chosen(only, models)
    with warehouse.writer(settings.warehouse_file, settings.lock_wait_seconds) as db:
        undone.lift(db, run_id, fields, of_run=False)


def require_chosen(only: str | None, models: Sequence[SyncModel]) -> set[str]:
    """All fields that `only` means. Raises ConfigError where it means none."""
    if fields := {name for model in models for name in chosen_fields(only, model)}:
        return fields
    known = ", ".join(sorted({name for model in models for name in model.fields}))
    raise ConfigError(f"No field {only!r} is written. Say owner, scores or one of: {known}.")


def chosen_fields(only: str | None, model: SyncModel) -> tuple[str, ...]:
    """The fields of `model` that `only` means: `owner`, `scores` (all others) or the name of one; None: all."""
    if only is None:
        return model.fields
    if only == "owner":
        return model.of_owner
    if only == "scores":
        return tuple(name for name in model.fields if name not in model.of_owner)
    return tuple(name for name in model.fields if name == only)


def prepare(
    connector: Connector, model: SyncModel, run_id: str, fields: Sequence[str], settings: Settings
) -> Undoing:
    """Find out what of a run's writes to an object can be put back; nothing is sent.

    Raises:
        ConfigError: the connector cannot show records by their ids.
    """
    result = Undoing(model)
    records = _written(model, run_id, fields, result, settings)
    if not records:
        return result
    tenants.require_same(connector, settings)
    shown = present.read(connector, model.object, _names(records), sorted(records))
    for record_id, record in sorted(records.items()):
        _compare(record_id, record, shown.get(record_id), result)
    result.record_count = len(result.entries)
    result.fields.update(name for entry in result.entries for name in entry.after)
    _name_authors(connector, result)
    return result


def put_back(
    connector: Connector,
    planned: Undoing,
    run_ids: tuple[str, str],
    settings: Settings,
    *,
    raw: RawTable | None,
    on_outcomes: OnOutcomes | None = None,
) -> Undoing:
    """Send what `planned` puts back.

    Args:
        run_ids: the run that is undone, and the one that undoes it.
        raw: the table that the object is pulled into; None where it is not.
        on_outcomes: called as batches are answered.

    Returns:
        What was put back indeed, and all that was not.
    """
    model = replace(planned.model, guarded=planned.model.fields)
    where = (model.crm, model.object)
    with warehouse.writer(settings.warehouse_file, settings.lock_wait_seconds) as db:
        undone.note(db, *run_ids, where, planned.entries)
    try:
        written = sending.write_back(
            connector, model, settings, run_ids[1], raw=raw, entries=planned.entries, on_outcomes=on_outcomes
        )
    finally:
        with warehouse.writer(settings.warehouse_file, settings.lock_wait_seconds) as db:
            answers = _answers(db, model, run_ids[1])
            kept = [key for key, left in answers.items() if left is None or left.why in _MAYBE]
            undone.withdraw(db, run_ids[1], where, kept)
    result = replace(planned, written=written, left=list(planned.left), fields=Counter())
    result.left += [left for left in answers.values() if left]
    result.fields.update(name for (_, name), left in answers.items() if left is None)
    result.record_count = len({record_id for (record_id, _), left in answers.items() if left is None})
    return result


def _written(
    model: SyncModel, run_id: str, fields: Sequence[str], result: Undoing, settings: Settings
) -> dict[str, _Record]:
    with warehouse.writer(settings.warehouse_file, settings.lock_wait_seconds) as db:
        rows = warehouse.rows(db, _WRITES, {"run_id": run_id, "crm": model.crm, "object": model.object})
    records: dict[str, _Record] = {}
    for row in rows:
        if row["after_values"] is None:
            result.left.append(Left(row["record_id"], "", ERASED))
            continue
        about = {name: row[name] for name in ("lead_id", "account_id") if row[name]}
        record = records.setdefault(row["record_id"], _Record(about, f"{row['payload_hash']}/undone"))
        before, after = (json.loads(row[name]) for name in ("before_values", "after_values"))
        ours = {name: value for name, value in after.items() if name in fields}
        record.before = {name: before.get(name) for name in ours} | record.before
        record.after |= ours
        for text in row["later_values"] or ():
            record.later |= json.loads(text)
    return {record_id: record for record_id, record in records.items() if record.after}


def _compare(record_id: str, record: _Record, shown: Mapping[str, Any] | None, result: Undoing) -> None:
    """Add to `result` what of a record is put back, and what not."""
    if shown is None:
        result.left += [Left(record_id, name, MERGED_OR_DELETED) for name in record.after]
        return
    before, after = (present.typed(values, result.model) for values in (record.before, record.after))
    ours: list[str] = []
    for name, value in after.items():
        now = shown.get(name)
        if same(before[name], now):
            result.left.append(Left(record_id, name, ALREADY))
        elif same(value, now):
            ours.append(name)
        else:
            by_us = name in record.later and same(present.typed(record.later, result.model)[name], now)
            result.left.append(Left(record_id, name, WRITTEN_SINCE if by_us else CHANGED_BY_PERSON))
    if ours:
        result.entries.append(
            Entry(
                record_id,
                record.about,
                record.payload_hash,
                present.changed_at(shown),
                before={name: after[name] for name in ours},
                after={name: before[name] for name in ours},
            )
        )


def _names(records: Mapping[str, _Record]) -> list[str]:
    return sorted({name for record in records.values() for name in record.after})


def _name_authors(connector: Connector, result: Undoing) -> None:
    """Say who changed what is not put back, where the CRM does."""
    changed = {(each.record_id, each.field) for each in result.left if each.why == CHANGED_BY_PERSON}
    authors = present.authors(connector, result.model.object, changed)
    result.left = [
        replace(each, detail=authors.get(pair, ""))
        if (pair := (each.record_id, each.field)) in changed
        else each
        for each in result.left
    ]


def _answers(db: warehouse.Connection, model: SyncModel, run_id: str) -> dict[tuple[str, str], Left | None]:
    """Record id and field -> why it was not put back; None: it was."""
    return dict(
        _fates(
            warehouse.rows(
                db,
                "select record_id, before_values, after_values, status, code, message from ops.writes "
                "where run_id = ? and crm = ? and object = ? order by status != 'accepted', sent_at",
                [run_id, model.crm, model.object],
            )
        )
    )


def _fates(rows: Sequence[Mapping[str, Any]]) -> Iterator[tuple[tuple[str, str], Left | None]]:
    for row in rows:
        if row["status"] == "accepted":
            sent = json.loads(row["after_values"])
            for name in json.loads(row["before_values"]):
                key = (row["record_id"], name)
                yield key, None if name in sent else Left(*key, CHANGED_BY_PERSON)
            continue
        for name in json.loads(row["after_values"]):
            key = (row["record_id"], name)
            yield key, Left(*key, row["code"] or row["status"], row["message"] or "")
