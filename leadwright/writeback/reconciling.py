"""Compares what we wrote last to every field with what the CRMs show now, read from them and not from what was pulled.

A difference is no fault: people may change an owner. Many of them in one field say that something else writes it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from leadwright import tenants, warehouse
from leadwright.connectors.base import Connector, Value
from leadwright.connectors.values import same
from leadwright.settings import Settings
from leadwright.transform.tables import SyncModel
from leadwright.writeback import present

COLUMNS = (
    *((name, "varchar") for name in ("run_id", "crm", "object", "field")),
    *((name, "bigint") for name in ("compared_count", "differing_count", "missing_count")),
    ("is_sample", "boolean"),
    ("reconciled_at", "timestamptz"),
)
_WRITTEN = warehouse.statement(__file__, "reconciling_written")


@dataclass(frozen=True, slots=True)
class Difference:
    """A field that shows something else than we wrote last.

    Attributes:
        by: who changed it, where the CRM says so.
    """

    record_id: str
    field: str
    wrote: Value
    shows: str | None
    by: str = ""


@dataclass(slots=True)
class Field:
    """How one field compares: records that were compared, those that differ, and those that are gone."""

    compared: int = 0
    differing: int = 0
    missing: int = 0


@dataclass(slots=True)
class Reconciled:
    """How one object's records compare, with some of the differences in each field."""

    model: SyncModel
    record_count: int = 0
    is_sample: bool = False
    fields: dict[str, Field] = field(default_factory=dict)
    examples: list[Difference] = field(default_factory=list)

    @property
    def differing(self) -> int:
        """Fields of records that differ."""
        return sum(each.differing for each in self.fields.values())

    def as_dict(self) -> dict[str, Any]:
        """The same as plain values."""
        return {
            "crm": self.model.crm,
            "object": self.model.object,
            "records": self.record_count,
            "is_sample": self.is_sample,
            "fields": {
                name: {"compared": each.compared, "differing": each.differing, "missing": each.missing}
                for name, each in self.fields.items()
            },
            "examples": [
                {"record_id": e.record_id, "field": e.field, "wrote": e.wrote, "shows": e.shows, "by": e.by}
                for e in self.examples
            ],
        }


def compare(
    connector: Connector,
    model: SyncModel,
    settings: Settings,
    *,
    run_id: str,
    sample: int | None = None,
    examples: int = 3,
) -> Reconciled:
    """Compare an object's records with the ledger; nothing is written to the CRM.

    Args:
        run_id: another sample is drawn for each.
        sample: how many records; None: all.
        examples: how many differences to show for each field.

    Raises:
        ConfigError: the connector cannot show records by their ids.
    """
    written = _written(model, settings, run_id, sample)
    result = Reconciled(model, len(written), is_sample=sample is not None)
    if not written:
        return result
    tenants.require_same(connector, settings)
    names = sorted({name for values in written.values() for name in values})
    shown = present.read(connector, model.object, names, list(written))
    found = [each for record_id in written for each in _differences(record_id, written, shown, result)]
    result.examples = _with_authors(connector, model, _some(found, examples))
    return result


def note(done: Sequence[Reconciled], run_id: str, at: datetime, settings: Settings) -> None:
    """Keep how each field compares in `ops.reconciliations`, without any value."""
    rows = [
        (
            run_id,
            each.model.crm,
            each.model.object,
            name,
            f.compared,
            f.differing,
            f.missing,
            each.is_sample,
            at,
        )
        for each in done
        for name, f in each.fields.items()
    ]
    with warehouse.writer(settings.warehouse_file, settings.lock_wait_seconds) as db:
        warehouse.ensure_table(db, "ops", "reconciliations", COLUMNS)
        if rows:
            db.executemany(f"insert into ops.reconciliations values ({', '.join('?' * len(COLUMNS))})", rows)


def _written(
    model: SyncModel, settings: Settings, seed: str, sample: int | None
) -> dict[str, dict[str, Value]]:
    """The value that was accepted last for each field that is still written, by record id."""
    with warehouse.writer(settings.warehouse_file, settings.lock_wait_seconds) as db:
        if not warehouse.columns(db, "ops", "writes"):
            return {}
        asked = {"crm": model.crm, "object": model.object, "seed": seed, "sample": sample}
        rows = db.execute(_WRITTEN, asked).fetchall()
    values: dict[str, dict[str, Value]] = {}
    for record_id, after in rows:
        values.setdefault(record_id, {}).update(json.loads(after))
    ours = {i: {n: v for n, v in some.items() if n in model.fields} for i, some in values.items()}
    return {record_id: present.typed(some, model) for record_id, some in ours.items() if some}


def _differences(
    record_id: str,
    written: Mapping[str, Mapping[str, Value]],
    shown: Mapping[str, present.Shown],
    result: Reconciled,
) -> list[Difference]:
    """What differs in a record, counted in `result`."""
    now = shown.get(record_id)
    found = []
    for name, value in written[record_id].items():
        count = result.fields.setdefault(name, Field())
        if now is None:
            count.missing += 1
            continue
        count.compared += 1
        if not same(value, now.get(name)):
            count.differing += 1
            found.append(Difference(record_id, name, value, now.get(name)))
    return found


def _some(found: Sequence[Difference], most: int) -> list[Difference]:
    """The first few differences of each field."""
    by_field: dict[str, list[Difference]] = {}
    for each in found:
        by_field.setdefault(each.field, []).append(each)
    return [each for some in by_field.values() for each in some[:most]]


def _with_authors(connector: Connector, model: SyncModel, found: Sequence[Difference]) -> list[Difference]:
    authors = present.authors(connector, model.object, {(each.record_id, each.field) for each in found})
    return [replace(each, by=authors.get((each.record_id, each.field), "")) for each in found]
