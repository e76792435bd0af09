"""A CRM, a home that writes to it, and a witness between them, for histories of writes.

What is to be written is the project's own SQL: the compiled staging and sync models, over tables that a history fills
in place of identity, scoring and routing. Each write call meets the fault that is planned for it.
"""

from __future__ import annotations

import gzip
import json
import os
import re
import shutil
import signal
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from leadwright import warehouse
from leadwright.connectors.base import Connector
from leadwright.connectors.errors import LeadwrightError
from leadwright.connectors.tokens import TokenKeeper
from leadwright.pull import extract
from leadwright.settings import Settings
from leadwright.tokens import KeptTokens
from leadwright.transform.tables import RawTable, SyncModel
from leadwright.writeback import sending, undoing
from leadwright.writeback.ledger import Ledger
from leadwright_sandbox import row_faults
from tests.staged import Staged

REPS = ("ann", "bob", "cy")
FAULTS = ("fine", "429", "503", "lost", "garbled", "locked", "expired")
"""What happens to a write call: all is well; refused by a limit; refused by an outage; done and the connection cut;
done and the answer empty; done but for one record, which somebody else has locked; refused because the access token
has just ended, and its refresh token is good for one new one."""

_NEVER = "timestamp '2100-01-01'"
"""Later than any write: something else than decay has moved the score."""


@dataclass
class Wire:
    """Stands between client and CRM: plans the faults of write calls, and notes what the CRM stored."""

    is_write: Callable[[Scope], bool]
    stored_of: Callable[[Any, Any], dict[str, dict[str, Any]]]
    locked: tuple[str, str]
    end_access: Callable[[], int]
    faults: list[str] = field(default_factory=list)
    run: str = ""
    stored: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)
    """Run, record id and values of each record that the CRM stored."""
    ended: int = 0
    """Access tokens that ended in a write."""

    def around(self, app: ASGIApp) -> ASGIApp:
        """`app` behind this wire."""

        async def wired(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != "http" or not self.is_write(scope):
                return await app(scope, receive, send)
            fault = self.faults.pop(0) if self.faults else "fine"
            if fault in ("429", "503"):
                return await _answer(send, int(fault))
            if fault == "expired":
                self.ended += self.end_access()
                return await app(scope, receive, send)
            asked = await _body(receive)
            left = iter([self.locked] if fault == "locked" else [])
            with row_faults.in_force([lambda: next(left, None)]):
                start, answer = await _called(app, scope, asked)
            packed = (b"content-encoding", b"gzip") in start["headers"]
            said = json.loads(gzip.decompress(answer) if packed else answer)
            for record_id, values in self.stored_of(json.loads(asked), said).items():
                self.stored.append((self.run, record_id, values))
            if fault == "garbled":
                return await _answer(send, 200)
            await send(start)
            half = {"type": "http.response.body", "body": answer[: len(answer) // 2], "more_body": True}
            await send(half if fault == "lost" else {"type": "http.response.body", "body": answer})

        return wired


async def _answer(send: Send, status: int) -> None:
    headers = [(b"content-type", b"application/json"), (b"retry-after", b"0"), (b"content-length", b"2")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b"{}"})


async def _body(receive: Receive) -> bytes:
    parts, more = [], True
    while more:
        message = await receive()
        parts.append(message.get("body", b""))
        more = message.get("more_body", False)
    return b"".join(parts)


async def _called(app: ASGIApp, scope: Scope, body: bytes) -> tuple[Message, bytes]:
    messages: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": body}

    async def send(message: Message) -> None:
        messages.append(message)

    await app(scope, receive, send)
    return messages[0], b"".join(message.get("body", b"") for message in messages)


class Side(Protocol):
    """A CRM in a history; `record_id`s are of the object that leads are in."""

    crm: str
    entities: str
    key: str
    owner_field: str
    wire: Wire

    def connect(self, tokens: TokenKeeper) -> Connector: ...
    def tick(self) -> None: ...
    def make(self, count: int) -> list[str]: ...
    def edit(self, record_id: str, values: Mapping[str, Any]) -> None: ...
    def remove(self, record_id: str) -> None: ...
    def shown(self) -> dict[str, dict[str, Any]]: ...
    def owner_id(self, rep: str) -> str: ...


class Models:
    """The SQL of a system's staging and sync model and of what was undone."""

    def __init__(self, home: Path, crm: str, entities: str) -> None:
        self.staging, sync = f"stg_{crm}__{entities}", f"sync_{crm}__{entities}"
        self.staged = Staged(home, [self.staging], compiled=[sync, UNDONE], lists=["writing_thresholds"])
        self.sync: SyncModel = next(m for m in self.staged.sync_models if m.name == sync)
        self.raw: RawTable = next(
            t for t in self.staged.raw_tables if (t.crm, t.name) == (crm, self.sync.object)
        )
        self.read = sorted({"is_deleted", *re.findall(r"\bcrm_records\.(\w+)", self.staged.sql[sync])})
        """The columns of the staging model that are read: to compute all of them takes longer than all the rest."""
        self.prepared = home / "prepared.duckdb"
        """What every home begins with."""
        with warehouse.unshared(self.prepared) as db:
            self.staged.prepare(db)


UNDONE = "int_writing__undone_values"


@dataclass
class World:
    """A home that writes to one CRM, and what leads are to show there."""

    side: Side
    models: Models
    home: Path
    ids: list[str] = field(default_factory=list)
    wanted: dict[str, dict[str, Any]] = field(default_factory=dict)
    reps: dict[str, list[str]] = field(default_factory=dict)
    """Whom routing has chosen for each lead, the last one last."""
    edited: dict[str, str | None] = field(default_factory=dict)
    """Records whose owner a person has set since we did -> that owner."""
    runs: list[str] = field(default_factory=list)
    people: list[tuple[int, str, dict[str, Any]]] = field(default_factory=list)
    """What people changed: after how many stored records, record id, values."""
    _open: ExitStack = field(default_factory=ExitStack)

    def __post_init__(self) -> None:
        self.home.mkdir()
        shutil.copy(self.models.prepared, self.settings.warehouse_file)

    @cached_property
    def settings(self) -> Settings:
        """Those of the home."""
        return Settings(home=self.home, lock_wait_seconds=5)

    def connect(self) -> Connector:
        """The CRM, signed in to with the refresh token that the home keeps."""
        return self.side.connect(KeptTokens(self.home, self.side.crm, 5))

    def hold(self) -> None:
        """Keep one instance of the database open: opening it takes longer than most steps."""
        if not warehouse.is_shared(self.settings.warehouse_file):
            self._open.enter_context(warehouse.shared_writer(self.settings.warehouse_file, 5))

    def close(self) -> None:
        """Close the database, for another process or for good."""
        self._open.close()

    def make(self, count: int) -> None:
        """Make records in the CRM, each with a lead that is scored and routed."""
        for record_id in self.side.make(count):
            self.ids.append(record_id)
            self.wanted[record_id] = {"score": 40, "grade": "Warm", "reasons": "Known"}
            self.reps[record_id] = [REPS[len(self.ids) % len(REPS)]]

    def pick(self, number: int) -> str:
        """One of the records."""
        return self.ids[number % len(self.ids)]

    # -- what people do ------------------------------------------------------------------------------------------

    def edit_owner(self, record_id: str, rep: str) -> None:
        """A person gives a record to somebody."""
        values = {self.side.owner_field: self.side.owner_id(rep)}
        self.side.edit(record_id, values)
        self.people.append((len(self.side.wire.stored), record_id, values))
        self.edited[record_id] = values[self.side.owner_field]

    def edit_score(self, record_id: str, score: int) -> None:
        """A person types over our score."""
        values = {self.models.sync.score: score}
        self.side.edit(record_id, values)
        self.people.append((len(self.side.wire.stored), record_id, values))

    def remove(self, record_id: str) -> None:
        """A person deletes a record; there is always one left."""
        if len(self.ids) > 1:
            self.side.remove(record_id)
            self.ids.remove(record_id)

    # -- what we do ----------------------------------------------------------------------------------------------

    def run(self, faults: Sequence[str] = (), kill_at: int | None = None) -> None:
        """Pull, build and write; with a fault for each write call, and killed at an instant of the writing."""
        name = f"run {len(self.runs)}"
        self.runs.append(name)
        before = len(self.side.wire.stored)
        self._attempt(name, faults, kill_at, self._write)
        for _, record_id, values in self.side.wire.stored[before:]:
            if self.side.owner_field in values:
                self.edited.pop(record_id, None)

    def undo(self, number: int, only: str | None, faults: Sequence[str] = ()) -> None:
        """Undo one of the runs."""
        if not self.runs:
            return
        run_id = self.runs[number % len(self.runs)]
        name = f"undo {len(self.runs)}"
        self.runs.append(name)
        self._attempt(name, faults, None, lambda by: self._undo(run_id, by, only))

    def _attempt(
        self, name: str, faults: Sequence[str], kill_at: int | None, work: Callable[[str], None]
    ) -> None:
        wire = self.side.wire
        wire.run, wire.faults = name, list(faults)
        self.side.tick()  # here: a child's clock is not the CRM's
        if kill_at is None:
            self.hold()
            with suppress(LeadwrightError):
                work(name)
        else:
            self.close()
            killed(lambda: self._in_child(work, name, kill_at))
        wire.faults = []

    def _in_child(self, work: Callable[[str], None], name: str, kill_at: int) -> None:
        self.hold()
        with killing_at(kill_at), suppress(LeadwrightError):
            work(name)

    def _write(self, run_id: str) -> None:
        connector = self.connect()
        extract.pull(connector, [self.models.raw], self.settings)
        self.build()
        sending.write_back(connector, self.models.sync, self.settings, run_id, raw=self.models.raw)

    def _undo(self, run_id: str, by: str, only: str | None) -> None:
        connector, model = self.connect(), self.models.sync
        fields = undoing.chosen_fields(only, model)
        planned = undoing.prepare(connector, model, run_id, fields, self.settings)
        undoing.put_back(connector, planned, (run_id, by), self.settings, raw=self.models.raw)

    def build(self) -> None:
        """Make the sync model's table from what was pulled and what is wanted."""
        with warehouse.writer(self.settings.warehouse_file, 5) as db:
            self._fill(db)
            model = self.models.sync
            db.execute("create schema if not exists sync")
            db.execute(f"create or replace table sync.{model.name} as {self.models.staged.sql[model.name]}")

    def planned(self) -> list[sending.Entry]:
        """What would be written, after a pull and a build."""
        self.hold()
        extract.pull(self.connect(), [self.models.raw], self.settings)
        self.build()
        return sending.preview(self.models.sync, self.settings)

    def ledger(self) -> list[tuple[str, str, str, dict[str, Any]]]:
        """Run, record id, status and values of every row of the ledger."""
        with warehouse.writer(self.settings.warehouse_file, 5) as db:
            rows = db.execute("select run_id, record_id, status, after_values from ops.writes").fetchall()
        return [(run, record_id, status, json.loads(values)) for run, record_id, status, values in rows]

    def _fill(self, db: warehouse.Connection) -> None:
        crm, entities = self.side.crm, self.side.entities
        staged = self.models.staged
        db.execute("create schema if not exists intermediate; create schema if not exists staging")
        db.execute(
            f"create or replace table staging.{self.models.staging} as "
            f"select {', '.join(self.models.read)} from ({staged.sql[self.models.staging]})"
        )
        key = self.side.key
        db.execute(
            "create or replace table intermediate.int_identity__records as "
            f"select '{crm}:{entities}:' || {key} as record_key, {key} as lead_id, is_deleted, "
            f"false as is_converted from staging.{self.models.staging}"
        )
        db.execute(f"create or replace view intermediate.{UNDONE} as {staged.sql[UNDONE]}")
        _table(db, "int_writing__lead_values", self._lead_values())
        _table(
            db,
            "int_writing__owners",
            [f"'{i}' as lead_id, '{crm}' as crm, '{self._owner(i)}' as owner_id" for i in self.ids],
        )
        _table(
            db,
            "int_identity__crm_owners",
            [
                f"'{crm}' as crm, '{self.side.owner_id(rep)}' as owner_id, '{rep}' as rep_id, "
                "true as is_active, true as has_leads"
                for rep in REPS
            ],
        )
        db.execute(
            "create schema if not exists memory; create or replace table memory.log_lead_score_line_changes as "
            f"select lead_id, 'event' as cause, {_NEVER} as changed_at from intermediate.int_writing__lead_values"
        )
        edits = [f"'{crm}:{entities}:{i}' as record_key, false as is_emptied" for i in self.edited]
        _table(db, "int_routing__owner_edits", edits or ["'' as record_key, false as is_emptied"])

    def _owner(self, record_id: str) -> str:
        return self.side.owner_id(self.reps[record_id][-1])

    def _lead_values(self) -> Iterator[str]:
        empty = ["play", "segments", "account_grade", "owner", "owner_reason", "next_action", "sla_status"]
        nulls = ", ".join(f"cast(null as varchar) as {name}" for name in empty)
        numbers = ", ".join(
            f"cast(null as integer) as {n}" for n in ("fit_score", "intent_score", "account_score")
        )
        for record_id in self.ids:
            values, reps = self.wanted[record_id], self.reps[record_id]
            yield (
                f"'{record_id}' as lead_id, {values['score']} as score, '{values['grade']}' as grade, "
                f"'{values['reasons']}' as reasons, {nulls}, {numbers}, cast(null as timestamp) as sla_due_at, "
                f"'{reps[-1]}' as rep_id, '{'/'.join(reps[:-1])}' as replaced_reps, true as is_decided_anew"
            )


def _table(db: warehouse.Connection, name: str, rows: Sequence[str] | Iterator[str]) -> None:
    db.execute(
        f"create or replace table intermediate.{name} as "
        + " union all ".join(f"select {row}" for row in rows)
    )


@contextmanager
def held(settings: Settings) -> Iterator[None]:
    """One instance of the database for all steps: opening it takes longer than most of them."""
    with warehouse.shared_writer(settings.warehouse_file, 5):
        yield


def killed(work: Callable[[], None]) -> None:
    """Do `work` in a process of its own, which may kill itself."""
    child = os.fork()
    if not child:
        try:
            work()
        finally:
            os.kill(os.getpid(), signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    assert os.WTERMSIG(status) == signal.SIGKILL


@contextmanager
def killing_at(instant: int) -> Iterator[None]:
    """Kill this process at the n-th instant around a note in the ledger."""
    left = instant

    def wrapped(method: Callable[..., Any]) -> Callable[..., Any]:
        def watched(*args: Any, **more: Any) -> Any:
            nonlocal left
            for when in ("before", "after"):
                if left == 0:
                    os.kill(os.getpid(), signal.SIGKILL)
                left -= 1
                if when == "before":
                    found = method(*args, **more)
            return found

        return watched

    for name in ("sending", "answered"):
        setattr(Ledger, name, wrapped(getattr(Ledger, name)))
    yield


def is_path(pattern: str, method: str) -> Callable[[Scope], bool]:
    """Whether a call is of this method, with a path that has the pattern in it."""
    return lambda scope: scope["method"] == method and re.search(pattern, scope["path"]) is not None
