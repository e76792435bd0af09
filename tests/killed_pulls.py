"""A pull as a process of its own, to be killed: `python -m tests.killed_pulls HOME GENERATION [--full]`.

Every row of a generation carries its number; later generations have fewer rows, so a full pull has some to drop.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa

from leadwright.connectors.base import ObjectShape, SetAside, refuse
from leadwright.pull import extract
from leadwright.settings import Settings
from leadwright.transform.tables import RawTable
from tests.fakes import FakeCrm

TABLES = [
    RawTable("raw_fake", name, (("id", "varchar"), ("Name", "varchar"), ("changed_at", "timestamptz")))
    for name in ("contacts", "deals", "owners")
]


def count(generation: int) -> int:
    return 30_000 - 1_000 * generation


class Generation(FakeCrm):
    """A CRM all of whose rows were changed at once; of owners it cannot tell what changed."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number

    def shape(self, object_name: str) -> ObjectShape:
        return ObjectShape(key=("id",), cursor=None if object_name == "owners" else "changed_at")

    def pull(
        self, object_name: str, fields: Sequence[str], since: datetime | None, set_aside: SetAside = refuse
    ) -> Iterator[pa.RecordBatch]:
        size = count(self.number)
        moment = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=self.number)
        columns = {
            "id": pa.array([str(n) for n in range(size)]),
            "Name": pa.array([str(self.number)] * size),
            "changed_at": pa.array([moment] * size, pa.timestamp("us", "UTC")),
        }
        yield pa.RecordBatch.from_pydict(columns)


if __name__ == "__main__":
    home, number, *options = sys.argv[1:]
    settings = Settings(home=Path(home), lock_wait_seconds=30)
    extract.pull(Generation(int(number)), TABLES, settings, full="--full" in options)
