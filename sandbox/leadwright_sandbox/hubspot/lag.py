"""The search index runs behind the records: it matches what a record was before a write, for as long as the lag says.

Recorded searches show a contact under an e-mail that it no longer has, with its new e-mail in the answer: what is
matched is old, what is shown is new.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from leadwright_sandbox.clock import Clock
from leadwright_sandbox.hubspot.objects import ObjectType
from leadwright_sandbox.hubspot.values import iso
from leadwright_sandbox.store import Store, quoted


@dataclass(slots=True)
class Late:
    """Writes that the search shows late: of the records `ids` (empty: of any, new ones too), `writes` of them in all.

    Attributes:
        seconds: how late, by the sandbox's clock.
        writes: how many are still to come; None is for ever.
    """

    object_name: str
    seconds: float
    ids: frozenset[str] = frozenset()
    writes: int | None = None

    def takes(self, kind: ObjectType, record_id: str) -> bool:
        """Whether this write is one of them; counts it where it is."""
        if self.object_name != kind.name or self.writes == 0 or (self.ids and record_id not in self.ids):
            return False
        if self.writes is not None:
            self.writes -= 1
        return True


class SearchLag:
    """Keeps the former state of records that changed less than `seconds` ago, or whose write is a `late` one.

    A record that is new has a former state of nothing. Where several writes fall into the lag, the search shows
    the state before the first of them until that one has aged, then the next.
    """

    def __init__(self, store: Store, clock: Clock) -> None:
        self.seconds = 0.0
        self.late: list[Late] = []
        self._store = store
        self._clock = clock
        self._kept: set[str] = set()

    def _shadow(self, kind: ObjectType) -> str:
        return f"{kind.name}__before"

    def keep(self, kind: ObjectType, ids: Sequence[str]) -> None:
        """Note the present state of records that are about to change (or to be created)."""
        if self.seconds <= 0 and not self.late:
            return
        lags = {record_id: self._seconds(kind, record_id) for record_id in ids}
        lags = {record_id: seconds for record_id, seconds in lags.items() if seconds > 0}
        if not lags:
            return
        self._make_shadow(kind)
        columns = ", ".join(map(quoted, self._store.columns(kind.name)))
        shadow = quoted(self._shadow(kind))
        for record_id, seconds in lags.items():
            until = iso(self._clock.now() + timedelta(seconds=seconds))
            found = self._store.db.execute(
                f"insert into {shadow} (_until, {columns}) select ?, {columns} from {quoted(kind.name)} "
                "where hs_object_id = ?",
                (until, record_id),
            )
            if not found.rowcount:
                self._store.db.execute(
                    f"insert into {shadow} (_until, _archived, hs_object_id) values (?, 1, ?)",
                    (until, record_id),
                )

    def _seconds(self, kind: ObjectType, record_id: str) -> float:
        """How late the search shows the write of a record that comes now."""
        return max([self.seconds, *(each.seconds for each in self.late if each.takes(kind, record_id))])

    def _make_shadow(self, kind: ObjectType) -> None:
        name = self._shadow(kind)
        if name not in self._kept:
            columns = ", ".join(
                f"{quoted(row['name'])} {row['type']}"
                for row in self._store.rows(f"pragma table_info({quoted(kind.name)})")
            )
            self._store.db.execute(
                f"create table {quoted(name)} (_version integer primary key, _until text, {columns})"
            )
            index = quoted(f"{name}_by_record")
            self._store.db.execute(f"create index {index} on {quoted(name)} (hs_object_id, _version)")
            self._kept.add(name)
        missing = set(self._store.columns(kind.name)) - set(self._store.columns(name))
        for column in missing:
            self._store.add_column(name, column, "text")

    def forget(self) -> None:
        """Let the search catch up with every record, and show none late from now on."""
        self.late.clear()
        for name in self._kept:
            self._store.db.execute(f"drop table if exists {quoted(name)}")
        self._kept.clear()

    def behind(self, kind: ObjectType) -> bool:
        """Whether the search may see something else than the records."""
        return self._shadow(kind) in self._kept

    def source(self, kind: ObjectType) -> str:
        """What the search reads instead of the table: SQL for a `from` clause."""
        name = quoted(self._shadow(kind))
        if self._shadow(kind) not in self._kept:
            return quoted(kind.name)
        self._make_shadow(kind)
        self._store.db.execute(f"delete from {name} where _until <= ?", (iso(self._clock.now()),))
        columns = ", ".join(map(quoted, self._store.columns(kind.name)))
        return (
            f"(select {columns} from {quoted(kind.name)} where hs_object_id not in (select hs_object_id from {name}) "
            f"union all select {columns} from {name} as old where _version = "
            f"(select min(_version) from {name} as first where first.hs_object_id = old.hs_object_id))"
        )
