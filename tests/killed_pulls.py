"""A pull as a process of its own that kills itself: `python -m tests.killed_pulls HOME GENERATION PIECES [--full]`.

Every row of a generation carries its number; later generations have fewer rows, so a full pull has some to drop.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa

from leadwright.connectors.base import ObjectShape, Piece, Query, SetAside, refuse
from leadwright.pull import extract
from leadwright.settings import Settings
from leadwright.transform.tables import RawTable
from tests.fakes import FakeCrm

TABLES = [
    RawTable("raw_fake", name, (("id", "varchar"), ("Name", "varchar"), ("changed_at", "timestamptz")))
    for name in ("contacts", "deals", "owners")
]
PIECES = 5
ROWS = 6_000


def count(generation: int) -> int:
    return PIECES * ROWS - 100 * generation


class Generation(FakeCrm):
    """A CRM all of whose rows were changed at once; of owners it cannot tell what changed.

    It kills the process when piece `kill_before` is asked for, and notes each piece that is read in `log`.
    """

    def __init__(self, number: int, kill_before: int | None = None, log: Path | None = None) -> None:
        super().__init__()
        self.number, self.kill_before, self.log = number, kill_before, log
        self.read_pieces = 0

    def shape(self, object_name: str) -> ObjectShape:
        return ObjectShape(key=("id",), cursor=None if object_name == "owners" else "changed_at")

    def read(self, query: Query, set_aside: SetAside = refuse) -> Iterator[Piece]:
        moment = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=self.number)
        size = count(self.number)
        if moment in query.known:
            yield _piece(self.number, [], moment)
            return
        for piece in range(int(query.place or 0), PIECES):
            if self.read_pieces == self.kill_before:
                os.kill(os.getpid(), signal.SIGKILL)
            self.read_pieces += 1
            if self.log:
                with self.log.open("a") as log:
                    log.write(f"{query.object_name} {piece}\n")
            names = [str(n) for n in range(piece * ROWS, min((piece + 1) * ROWS, size))]
            yield _piece(self.number, names, moment, str(piece + 1))


def _piece(generation: int, names: Sequence[str], moment: datetime, place: str | None = None) -> Piece:
    columns = {
        "id": pa.array(names, pa.string()),
        "Name": pa.array([str(generation)] * len(names), pa.string()),
        "changed_at": pa.array([moment] * len(names), pa.timestamp("us", "UTC")),
    }
    return Piece(pa.RecordBatch.from_pydict(columns), place=place)


if __name__ == "__main__":
    home, number, pieces, *options = sys.argv[1:]
    settings = Settings(home=Path(home), lock_wait_seconds=30)
    crm = Generation(int(number), int(pieces), Path(home) / "read")
    extract.pull(crm, TABLES, settings, full="--full" in options)
