"""A connector for a CRM that is a folder of JSON files, one an object, each a list of records."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
from pydantic import BaseModel

from leadwright.connectors.base import (
    Change,
    Connector,
    FieldSpec,
    Finding,
    ObjectShape,
    Outcome,
    SetAside,
    refuse,
)
from leadwright.connectors.batches import batches, spelled
from leadwright.connectors.errors import ConfigError
from leadwright.connectors.values import after_guard, in_order

_SHAPES = {
    "people": ObjectShape(key=("id",), cursor="changed"),
    "staff": ObjectShape(key=("id",)),
}


class Credentials(BaseModel):
    """What it needs to connect."""

    folder: Path


def connect(credentials: Credentials) -> Connector:
    """A connector to the CRM in the folder."""
    return PaperDesk(credentials.folder)


class PaperDesk:
    """The CRM in `folder`."""

    name = "paperdesk"

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def shape(self, object_name: str) -> ObjectShape:
        if object_name not in _SHAPES:
            raise ConfigError(f"Paperdesk has no object {object_name!r}. Known: {', '.join(_SHAPES)}.")
        return _SHAPES[object_name]

    def pull(
        self, object_name: str, fields: Sequence[str], since: datetime | None, set_aside: SetAside = refuse
    ) -> Iterator[pa.RecordBatch]:
        shape = self.shape(object_name)
        rows = [{name: spelled(value) for name, value in row.items()} for row in self._records(object_name)]
        if since and shape.cursor:
            rows = [row for row in rows if datetime.fromisoformat(str(row[shape.cursor])) >= since]
        yield from batches(rows, shape, fields, set_aside)

    def ensure_fields(self, object_name: str, fields: Sequence[FieldSpec]) -> list[str]:
        return []  # a record takes any field

    def push(self, object_name: str, changes: Sequence[Change]) -> Iterator[Outcome]:
        records = self._records(object_name)
        shown = {str(record["id"]): record for record in records}
        rows, skipped = after_guard(in_order(changes), shown)
        now = datetime.now(UTC)
        for row in rows:
            values = {name: v.isoformat() if isinstance(v, datetime) else v for name, v in row.values.items()}
            shown[row.record_id] |= {**values, "changed": now.isoformat()}
        (self._folder / f"{object_name}.json").write_text(json.dumps(records))
        yield from skipped
        for row in rows:
            yield Outcome(row.record_id, "accepted", sent=row.values, updated_at=now)

    def account(self) -> str:
        return str(self._folder)

    def check(
        self, reads: Mapping[str, Sequence[str]], writes: Mapping[str, Sequence[FieldSpec]]
    ) -> Iterator[Finding]:
        yield Finding("folder", self._folder.is_dir(), str(self._folder))

    def _records(self, object_name: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads((self._folder / f"{object_name}.json").read_text())
        return found
