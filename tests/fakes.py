"""A CRM in memory that behaves as a connector must, and a table as the project declares it, for tests of use cases."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import pyarrow as pa

from leadwright.connectors.base import (
    Change,
    FieldSpec,
    Finding,
    ObjectShape,
    Outcome,
    OutcomeStatus,
    SetAside,
    refuse,
)
from leadwright.connectors.errors import RecordError
from leadwright.transform.tables import RawTable

RUNS = RawTable(
    "ops",
    "runs",
    (
        *((name, "varchar") for name in ("run_id", "flow", "status", "reason", "failed_stage")),
        *((name, "timestamptz") for name in ("started_at", "ended_at", "as_of")),
        ("pulled_count", "bigint"),
        ("written_count", "bigint"),
    ),
)
"""The table of runs as the dbt project declares it, for tests that parse no project."""


class FakeCrm:
    """Holds rows of `contacts` by id; remembers what it was asked."""

    name = "fake"

    def __init__(self, rows: Mapping[str, Mapping[str, Any]] | None = None) -> None:
        self.rows = {key: dict(row) for key, row in (rows or {}).items()}
        self.asked_since: list[datetime | None] = []
        self.pushed: list[list[Change]] = []
        self.made: list[str] = []
        self.fail_pull: Exception | None = None
        self.broken: list[RecordError] = []
        self.cursor: str | None = "changed_at"
        self.fail_push_after: tuple[int, Exception] | None = None
        self.rejects: dict[str, str] = {}
        self.answers: dict[str, OutcomeStatus] = {}
        self.account_id = "fake-account"

    def shape(self, object_name: str) -> ObjectShape:
        return ObjectShape(key=("id",), cursor=self.cursor, overlap=timedelta(minutes=10))

    def pull(
        self,
        object_name: str,
        fields: Sequence[str],
        since: datetime | None,
        set_aside: SetAside = refuse,
    ) -> Iterator[pa.RecordBatch]:
        self.asked_since.append(since)
        for error in self.broken:
            set_aside(error)
        schema = pa.schema(
            [
                ("id", pa.string()),
                *((f, pa.string()) for f in fields if f != "changed_at"),
                ("changed_at", pa.timestamp("us", "UTC")),
            ]
        )
        rows = [r for r in self.rows.values() if since is None or r["changed_at"] >= since]
        yield pa.RecordBatch.from_pylist([{n: r.get(n) for n in schema.names} for r in rows], schema=schema)
        if self.fail_pull:
            raise self.fail_pull

    def ensure_fields(self, object_name: str, fields: Sequence[FieldSpec]) -> list[str]:
        created = [f.name for f in fields if f.name not in self.made]
        self.made += created
        return created

    def push(self, object_name: str, changes: Sequence[Change]) -> Iterator[Outcome]:
        self.pushed.append(list(changes))
        for position, change in enumerate(changes):
            if self.fail_push_after and position == self.fail_push_after[0]:
                raise self.fail_push_after[1]
            if code := self.rejects.get(change.record_id):
                yield Outcome(change.record_id, "rejected", code=code, message="no")
            elif status := self.answers.get(change.record_id):
                yield Outcome(change.record_id, status, code="no_answer")
            else:
                yield Outcome(change.record_id, "accepted", sent=change.values)

    def account(self) -> str:
        return self.account_id

    def check(
        self, reads: Mapping[str, Sequence[str]], writes: Mapping[str, Sequence[FieldSpec]]
    ) -> Iterator[Finding]:
        yield Finding("fake", True, "fine")
