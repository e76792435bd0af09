"""The hidden truth behind a made population, readable through the control API only: it is for evaluation."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from leadwright_sandbox.store import Store

TABLE = "_truth"
MAX_PAGE = 10_000


class Truth:
    """One row per person, in the order in which the population was made."""

    def __init__(self, store: Store) -> None:
        self._store = store
        store.db.execute(f"create table {TABLE} (number integer primary key, body text)")

    def add(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """Keep `rows`."""
        with self._store.transaction():
            self._store.db.executemany(
                f"insert into {TABLE} (body) values (?)", ((json.dumps(row),) for row in rows)
            )

    def replace(self, rows: Mapping[int, Mapping[str, Any]]) -> None:
        """Put `rows` in the places of those with the same numbers, or behind them."""
        with self._store.transaction():
            self._store.db.executemany(
                f"insert or replace into {TABLE} values (?, ?)",
                ((number, json.dumps(row)) for number, row in rows.items()),
            )

    def rows(self) -> Iterator[dict[str, Any]]:
        """All rows, in order."""
        for (body,) in self._store.db.execute(f"select body from {TABLE} order by number"):
            yield json.loads(body)

    def page(self, after: int, limit: int) -> dict[str, Any]:
        """Up to `limit` rows behind the one with the number `after`, and where the next page starts."""
        rows = self._store.db.execute(
            f"select number, body from {TABLE} where number > ? order by number limit ?",
            (after, min(limit, MAX_PAGE)),
        ).fetchall()
        return {"results": [json.loads(row[1]) for row in rows], "after": rows[-1][0] if rows else None}
