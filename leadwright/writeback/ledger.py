"""The ledger of writes: what was sent to which CRM record, what was there before, and what became of it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import pyarrow as pa

from leadwright import warehouse
from leadwright.connectors.base import ObjectShape, Ours, Outcome, Value
from leadwright.transform.tables import RawTable

_ROW = pa.schema(
    [
        *(
            (name, pa.string())
            for name in ("run_id", "crm", "object", "record_id", "lead_id", "account_id", "payload_hash")
        ),
        *((name, pa.string()) for name in ("before_values", "after_values", "status", "code", "message")),
        *(
            (name, pa.timestamp("us", "UTC"))
            for name in ("record_changed_at", "sent_at", "answered_at", "crm_updated_at")
        ),
    ]
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One planned write to one CRM record.

    Attributes:
        about: the lead or the account that the record stands for, by the ledger's column: `lead_id` or `account_id`.
        ours: see `connectors.base.Change`.
    """

    record_id: str
    about: Mapping[str, str]
    payload_hash: str
    record_changed_at: datetime | None
    before: Mapping[str, Value]
    after: Mapping[str, Value]
    ours: Ours | None = None


class Ledger:
    """The rows of `ops.writes` that one run adds for one CRM object."""

    def __init__(self, db: warehouse.Connection, run_id: str, crm: str, object_name: str) -> None:
        self._db = db
        self._run = (run_id, crm, object_name)
        self._sending: dict[str, Entry] = {}

    def close_interrupted(self) -> int:
        """Mark rows that a run or an attempt left as `sending` when it ended; return how many there were."""
        rows = self._db.execute(
            "update ops.writes set status = 'unknown', message = 'The run ended before the CRM answered.' "
            "where status = 'sending' and crm = ? and object = ? returning 1",
            self._run[1:],
        )
        return len(rows.fetchall())

    def sending(self, entries: Sequence[Entry]) -> None:
        """Note that `entries` are about to go out."""
        now = datetime.now(UTC)
        self._sending = {entry.record_id: entry for entry in entries}
        self._insert([self._row(entry, now) for entry in entries])

    def withdraw(self, entries: Sequence[Entry]) -> None:
        """Take back that `entries` are about to go out: they were not sent."""
        self._db.execute(
            "delete from ops.writes where status = 'sending' and run_id = ? and crm = ? and object = ? "
            "and list_contains(?::varchar[], record_id)",
            [*self._run, [entry.record_id for entry in entries]],
        )

    def answered(self, outcomes: Sequence[Outcome]) -> None:
        """Note what the CRM said to rows that were noted as sending."""
        table = pa.Table.from_pylist(
            [
                {
                    "record_id": o.record_id,
                    "status": o.status,
                    "after_values": as_json(o.sent),
                    "code": o.code,
                    "message": o.message,
                    "crm_updated_at": o.updated_at,
                }
                for o in outcomes
            ],
            schema=pa.schema([_ROW.field(n) for n in _ANSWERED]),
        )
        self._db.register("answers", table)
        self._db.execute(
            "update ops.writes w set status = a.status, code = a.code, message = a.message, "
            "after_values = case when a.status = 'accepted' then a.after_values else w.after_values end, "
            "answered_at = now(), crm_updated_at = a.crm_updated_at from answers a "
            "where w.status = 'sending' and w.record_id = a.record_id and w.run_id = ? and w.crm = ? and w.object = ?",
            self._run,
        )
        self._db.unregister("answers")
        if refused := [row for outcome in outcomes for row in self._refused(outcome)]:
            self._insert(refused)

    def date_refused(self, raw: RawTable, shape: ObjectShape) -> None:
        """Note the date that records got by our own write beside what was refused of them: only a later one is news."""
        self._db.execute(
            f'update ops.writes w set record_changed_at = r."{shape.cursor}" from "{raw.schema}"."{raw.name}" r '
            f"where r.\"{shape.key[0]}\" = w.record_id and w.status = 'rejected' and w.run_id = $1 and w.crm = $2 "
            "and w.object = $3 and exists (select 1 from ops.writes a where a.status = 'accepted' and a.run_id = $1 "
            "and a.crm = $2 and a.object = $3 and a.record_id = w.record_id)",
            self._run,
        )

    def _refused(self, outcome: Outcome) -> Iterator[dict[str, object]]:
        """Rows for the values that the CRM refused while it took the others of the record."""
        for refusal in outcome.refused:
            entry, now = self._sending[outcome.record_id], datetime.now(UTC)
            yield self._row(entry, now) | {
                "before_values": as_json({name: entry.before.get(name) for name in refusal.values}),
                "after_values": as_json(refusal.values),
                "record_changed_at": outcome.updated_at,
                "status": "rejected",
                "code": refusal.code,
                "message": refusal.message,
                "answered_at": now,
            }

    def _row(self, entry: Entry, now: datetime) -> dict[str, object]:
        run_id, crm, object_name = self._run
        return {
            "run_id": run_id,
            "crm": crm,
            "object": object_name,
            "record_id": entry.record_id,
            **entry.about,
            "payload_hash": entry.payload_hash,
            "record_changed_at": entry.record_changed_at,
            "before_values": as_json(entry.before),
            "after_values": as_json(entry.after),
            "status": "sending",
            "sent_at": now,
        }

    def _insert(self, rows: list[dict[str, object]]) -> None:
        self._db.register("new_rows", pa.Table.from_pylist(rows, schema=_ROW))
        self._db.execute("insert into ops.writes by name select * from new_rows")
        self._db.unregister("new_rows")


_ANSWERED = ("record_id", "status", "after_values", "code", "message", "crm_updated_at")


def as_json(values: Mapping[str, Value]) -> str:
    """Values as the ledger spells them: equal ones are equal texts."""
    return json.dumps(dict(values), default=str, ensure_ascii=False, sort_keys=True)
