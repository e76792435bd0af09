"""The sandbox's records: one SQLite table per CRM object, one column per field.

SQLite because the sandbox answers many small reads and writes by key, because its files can be larger than
memory, and because it shares no engine with the warehouse (a shared bug would pass its own test).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from itertools import count
from pathlib import Path
from typing import Any

Row = dict[str, Any]
MOMENT = 200_000  # steps of SQLite's machine: some 10 ms


@lru_cache(maxsize=4096)
def quoted(name: str) -> str:
    """`name` as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def quoted_text(text: str) -> str:
    """`text` as an SQL string."""
    return "'" + text.replace("'", "''") + "'"


class Store:
    """Tables of records, keyed by the column `key` of each table."""

    def __init__(self, path: Path | str = ":memory:") -> None:
        self.db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self.db.row_factory = sqlite3.Row
        self.db.execute("pragma journal_mode = wal")
        self.db.execute("pragma recursive_triggers = on")  # else a row that is replaced is deleted unnoticed
        self.db.execute("pragma synchronous = off")  # a sandbox that loses power is started again

    def create_table(self, table: str, columns: Mapping[str, str], key: str) -> None:
        """Create `table` with `columns` (name -> SQLite type) and primary key `key`, unless it is there."""
        body = ", ".join(f"{quoted(name)} {kind}" for name, kind in columns.items())
        self.db.execute(
            f"create table if not exists {quoted(table)} ({body}, primary key ({quoted(key)})) without rowid"
        )

    def columns(self, table: str) -> list[str]:
        """Column names of `table`; empty where there is no such table."""
        return [row["name"] for row in self.db.execute(f"pragma table_info({quoted(table)})")]

    def add_column(self, table: str, column: str, kind: str) -> None:
        """Add `column` of SQLite type `kind`."""
        self.db.execute(f"alter table {quoted(table)} add column {quoted(column)} {kind}")

    def insert(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """Insert or replace `rows`, each with the values of `columns`, in one transaction."""
        names = ", ".join(quoted(c) for c in columns)
        marks = ", ".join("?" * len(columns))
        self.db.execute("begin")
        try:
            self.db.executemany(f"insert or replace into {quoted(table)} ({names}) values ({marks})", rows)
        except BaseException:
            self.db.execute("rollback")
            raise
        self.db.execute("commit")

    def insert_row(self, table: str, values: Mapping[str, Any]) -> None:
        """Insert one row; a row with the same key is an error."""
        names = ", ".join(quoted(name) for name in values)
        marks = ", ".join("?" * len(values))
        self.db.execute(f"insert into {quoted(table)} ({names}) values ({marks})", list(values.values()))

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All changes inside are kept, or none where an exception leaves the block."""
        self.db.execute("begin")
        try:
            yield
        except BaseException:
            self.db.execute("rollback")
            raise
        self.db.execute("commit")

    def update(self, table: str, key: str, record_id: str, values: Mapping[str, Any]) -> int:
        """Set `values` on the record whose `key` is `record_id`; return how many rows changed (0 or 1)."""
        sets = ", ".join(f"{quoted(name)} = ?" for name in values)
        cursor = self.db.execute(
            f"update {quoted(table)} set {sets} where {quoted(key)} = ?", [*values.values(), record_id]
        )
        return cursor.rowcount

    def rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[Row]:
        """Rows of a query as dicts."""
        return [dict(row) for row in self.db.execute(sql, parameters)]

    def briefly(self, act: Callable[[], int]) -> int | None:
        """What `act`, one statement, answers; None, and nothing done, where it would take more than a moment."""
        looks = count()  # the first one comes early: SQLite counts on from the statement's last use
        self.db.set_progress_handler(lambda: next(looks), MOMENT)
        try:
            return act()
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_INTERRUPT:
                raise
            return None
        finally:
            self.db.set_progress_handler(None, 0)

    def close(self) -> None:
        """Close the database."""
        self.db.close()
