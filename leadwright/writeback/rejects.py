"""What the CRMs refused for what a record is: by reason, with what to do, and sent again where somebody asks for it.

A refused record rests for a day, or until somebody changes it; `sending.planned_entries` holds to that.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from leadwright import connectors, warehouse
from leadwright.connectors.errors import ConfigError
from leadwright.settings import Settings

RETRIES = (
    *((name, "varchar") for name in ("crm", "object", "record_id")),
    ("asked_at", "timestamptz"),
)
"""The columns of `ops.retries`: records that are to be sent again, whatever was refused before."""

REST = timedelta(days=1)
_CURRENT = warehouse.statement(__file__, "rejects_current")
_EXAMPLES = 3
_ANYWAY = (
    "Mend the record or the rule in the CRM. It is sent again a day later, when the record changes, or after "
    "`leadwright rejects --retry`."
)


@dataclass(frozen=True, slots=True)
class Reject:
    """Records of one object that were refused for one reason.

    Attributes:
        message: the CRM's words.
        ids: of the records.
        fields: the CRM fields that were left out, while the rest of the records arrived; empty: nothing of them did.
        since: when the first was refused; `until`: when the last is sent again by itself, None: at the next sync.
        advice: what to do.
    """

    crm: str
    object: str
    code: str
    message: str
    ids: tuple[str, ...]
    fields: tuple[str, ...]
    since: datetime
    until: datetime | None
    advice: str

    @property
    def examples(self) -> tuple[str, ...]:
        """Some of the records."""
        return self.ids[:_EXAMPLES]

    def as_dict(self) -> dict[str, Any]:
        """The same as plain values."""
        return {
            "crm": self.crm,
            "object": self.object,
            "code": self.code,
            "message": self.message,
            "records": len(self.ids),
            "record_ids": list(self.ids),
            "fields_left_out": list(self.fields),
            "since": self.since,
            "sent_again_from": self.until,
            "advice": self.advice,
        }


def listed(settings: Settings, now: datetime) -> list[Reject]:
    """What is refused at the moment, most records first."""
    with warehouse.writer(settings.warehouse_file, settings.lock_wait_seconds) as db:
        rows = _current(db)
    return sorted(_grouped(rows, settings, now), key=lambda each: -len(each.ids))


def retry(settings: Settings, reason: str) -> int:
    """Have everything sent again by the next sync that was refused for `reason`: a code, or a part of the CRM's words.

    Returns:
        How many records that are.

    Raises:
        ConfigError: nothing is refused for that reason.
    """
    wanted = reason.casefold()
    with warehouse.writer(settings.warehouse_file, settings.lock_wait_seconds) as db:
        rows = _current(db)
        found = [
            row
            for row in rows
            if wanted == (row["code"] or "").casefold() or wanted in row["message"].casefold()
        ]
        if not found:
            codes = ", ".join(sorted({str(row["code"]) for row in rows})) or "nothing is refused"
            raise ConfigError(f"Nothing is refused for {reason!r}. Reasons at the moment: {codes}.")
        records = sorted({(row["crm"], row["object"], row["record_id"]) for row in found})
        db.executemany("insert into ops.retries values (?, ?, ?, now())", records)
    return len(records)


def _current(db: warehouse.Connection) -> list[dict[str, Any]]:
    if not warehouse.columns(db, "ops", "writes"):
        return []
    warehouse.ensure_table(db, "ops", "retries", RETRIES)
    return warehouse.rows(db, _CURRENT)


def _grouped(rows: Sequence[Mapping[str, Any]], settings: Settings, now: datetime) -> Iterator[Reject]:
    def reason(row: Mapping[str, Any]) -> tuple[str, ...]:
        return row["crm"], row["object"], row["code"] or "UNKNOWN", row["message"], str(row["is_part"])

    for (crm, name, code, message, _), some in groupby(sorted(rows, key=reason), reason):
        same = list(some)
        waiting = [row["answered_at"] + REST for row in same if not row["is_asked_for"]]
        until = max(waiting, default=None)
        advice = connectors.remedies(settings.accounts.get(crm, crm)).get(code, _ANYWAY)
        parts = {n for row in same if row["is_part"] for n in json.loads(row["after_values"] or "{}")}
        yield Reject(
            crm,
            name,
            code,
            message,
            tuple(dict.fromkeys(row["record_id"] for row in same)),
            tuple(sorted(parts)),
            since=min(row["answered_at"] for row in same),
            until=until if until and until > now else None,
            advice=advice,
        )
