"""Whatever happens to calls, to the process and by people's hands: a play puts its leads on its list, takes off whom it
put there, and leaves alone what people did.

What is asked for is the project's own SQL, over tables that a history fills in place of identity and scoring.
`LEADWRIGHT_HISTORIES` says how many histories are tried in each CRM.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any, Protocol

import httpx
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as with_settings
from hypothesis import strategies as st
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from leadwright import connectors, warehouse
from leadwright.connectors import retry
from leadwright.connectors.base import IS_MEMBER, MEMBERSHIPS
from leadwright.connectors.errors import LeadwrightError
from leadwright.connectors.hubspot import pace
from leadwright.connectors.hubspot.transport import Transport
from leadwright.settings import Settings
from leadwright.transform.tables import SyncModel
from leadwright.writeback import sending, undoing
from leadwright.writeback.undone import COLUMNS as UNDONE
from leadwright_sandbox.clock import Clock
from leadwright_sandbox.dated import dated
from leadwright_sandbox.hubspot import HubSpot
from leadwright_sandbox.hubspot.app import build_app
from leadwright_sandbox.store import Store
from leadwright_sandbox.testing.org import Served, served
from leadwright_sandbox.testing.serving import serving
from tests.dbt_warehouse import DbtWarehouse
from tests.unit.test_writeback import OPS
from tests.writing_world import held, killed, killing_at

HISTORIES = int(os.environ.get("LEADWRIGHT_HISTORIES", "8"))
START = datetime(2026, 6, 30, 12, tzinfo=UTC)
"""The CRM's clock is months before or after ours."""
LEADS = 4
NAME = "Long-term nurture"
PLAYS = ("Nurture", "Polite decline", "Call now")
"""The first two put a lead on the list."""
MODELS = ("int_writing__live_records", "int_writing__past_memberships", "int_writing__memberships")
FAULTS = ("fine", "429", "503", "lost", "garbled")


@dataclass
class Wire:
    """Stands between client and CRM: counts calls and spoils some of them.

    A fault is `fine`, `429` or `503` (refused), `lost` (done, and the connection cut) or `garbled` (done, no answer).
    """

    faults: list[str] = field(default_factory=list)
    calls: int = 0
    before: Callable[[], None] = lambda: None

    def around(self, app: ASGIApp) -> ASGIApp:
        async def wired(scope: Scope, receive: Receive, send: Send) -> None:
            self.before()
            if scope["type"] != "http" or not re.search("lists|sobjects|query", scope["path"]):
                return await app(scope, receive, send)
            self.calls += 1
            fault = self.faults.pop(0) if self.faults else "fine"
            if fault in ("429", "503"):
                return await _answer(send, int(fault))
            if fault == "fine":
                return await app(scope, receive, send)

            async def swallowed(message: Message) -> None:
                pass

            await app(scope, receive, swallowed)
            await (_answer(send, 200) if fault == "garbled" else _cut(send))

        return wired


async def _answer(send: Send, status: int) -> None:
    headers = [(b"content-type", b"application/json"), (b"retry-after", b"0"), (b"content-length", b"2")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b"{}"})


async def _cut(send: Send) -> None:
    """An answer that ends in the middle."""
    headers = [(b"content-type", b"application/json"), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b'{"re'})


class Side(Protocol):
    """A CRM with one list, and people's hands in it."""

    crm: str
    wire: Wire

    def connect(self) -> Any: ...
    def make(self) -> str: ...
    def members(self) -> set[str]: ...
    def put_on(self, person: str) -> None: ...
    def take_off(self, person: str) -> None: ...


class Portal:
    crm = "hubspot"

    def __init__(self, port: int, hubspot: HubSpot, wire: Wire) -> None:
        self.url, self.hubspot, self.wire = f"http://127.0.0.1:{port}", hubspot, wire
        self.client = httpx.Client(base_url=self.url, headers={"Authorization": f"Bearer {hubspot.token}"})
        self.list = hubspot.lists.create(NAME, "0-1", "MANUAL")

    def connect(self) -> Any:
        connector: Any = connectors.connect("hubspot", {"url": self.url, "token": self.hubspot.token})
        vars(connector)["_transport"] = Transport(self.url, connector._sign_in, tries=1)
        pace.of(self.url, self.hubspot.token).calls.most = 10**6  # no answer tells that there are none
        return connector

    def make(self) -> str:
        made = self.client.post("/crm/v3/objects/contacts", json={"properties": {"firstname": "Made"}})
        return str(made.json()["id"])

    def members(self) -> set[str]:
        return set(self.list.members)

    def put_on(self, person: str) -> None:
        self.list.members.setdefault(person, _later())

    def take_off(self, person: str) -> None:
        self.list.members.pop(person, None)


class Org:
    crm = "salesforce"

    def __init__(self, org: Served, wire: Wire) -> None:
        self.org, self.wire, self.numbers = org, wire, count(1)
        self.campaign = "701000000000001AAA"
        org.salesforce.load("Campaign", [{"Id": self.campaign, "Name": NAME, "IsActive": True}])

    def connect(self) -> Any:
        token = {"url": self.org.url, "token": self.org.credentials["token"], "ca": str(self.org.ca_file)}
        connector: Any = connectors.connect("salesforce", token)
        connector._org._tries = 1
        return connector

    def make(self) -> str:
        return str(self.org.client().Lead.create({"LastName": "Made", "Company": "Acme"})["id"])

    def _found(self) -> dict[str, str]:
        rows = self.org.client().query_all("SELECT Id, LeadId FROM CampaignMember")["records"]
        found = {row["LeadId"]: row["Id"] for row in rows}
        assert len(found) == len(rows), "nobody is in it twice"
        return found

    def members(self) -> set[str]:
        return set(self._found())

    def put_on(self, person: str) -> None:
        if person not in self._found():
            member = {
                "Id": f"00v00000000{next(self.numbers):04}AAA",
                "CampaignId": self.campaign,
                "LeadId": person,
            }
            self.org.salesforce.load(
                "CampaignMember", [{**member, "CreatedDate": _later(), "IsDeleted": False}]
            )

    def take_off(self, person: str) -> None:
        if found := self._found().get(person):
            self.org.client().CampaignMember.delete(found)


def _later() -> str:
    """A moment of the CRM's clock that is not within the second of a write of ours."""
    return (_crm_now() + timedelta(seconds=4)).strftime("%Y-%m-%dT%H:%M:%S.000Z")


_BEGAN = time.monotonic()


def _crm_now() -> datetime:
    return START + timedelta(seconds=time.monotonic() - _BEGAN)


@contextmanager
def portal(folder: Path) -> Iterator[Portal]:
    clock, wire = Clock(_crm_now()), Wire()
    hubspot = HubSpot(Store(), clock, limits=False)
    with serving(dated(wire.around(build_app(hubspot)), clock.now)) as (port, _):
        yield Portal(port, hubspot, wire)


@contextmanager
def org(folder: Path) -> Iterator[Org]:
    wire = Wire()
    with served(folder, around=wire.around, limits=False) as running:

        def tick() -> None:
            running.clock.moment = _crm_now()

        wire.before = tick
        yield Org(running, wire)


SIDES: Mapping[str, Callable[[Path], AbstractContextManager[Any]]] = {"hubspot": portal, "salesforce": org}


@dataclass
class World:
    """A home, the leads' plays, and who has put each lead on the list.

    Attributes:
        plays: by record; each record is one lead's.
        makers: who made the membership that is there: us, a person, or either, where an answer of ours was lost before.
        away: records that stay off, and those of which that is open.
    """

    side: Side
    model: SyncModel
    sql: Mapping[str, str]
    home: Path
    plays: dict[str, str] = field(default_factory=dict)
    makers: dict[str, str] = field(default_factory=dict)
    away: dict[str, bool | None] = field(default_factory=dict)
    undone: set[str] = field(default_factory=set)
    runs: list[str] = field(default_factory=list)
    calls: int = 0

    @property
    def settings(self) -> Settings:
        return Settings(home=self.home, lock_wait_seconds=5)

    def begin(self) -> None:
        self.settings.make_home()
        with warehouse.writer(self.settings.warehouse_file, 5) as db:
            warehouse.ensure_table(db, "ops", "writes", OPS)
            warehouse.ensure_table(db, "ops", "undone", UNDONE)
            db.execute("create schema sync; create schema intermediate; create schema unified")
        for _ in range(LEADS):
            self.plays[self.side.make()] = PLAYS[-1]

    def pick(self, number: int) -> str:
        return list(self.plays)[number % LEADS]

    def latest(self, person: str) -> tuple[str, bool] | None:
        """Status of the last write about a record, and whether it was to be on the list."""
        with warehouse.writer(self.settings.warehouse_file, 5) as db:
            return db.execute(
                "select status, contains(after_values, 'true') from ops.writes where record_id = ? "
                "and status in ('accepted', 'skipped', 'unknown', 'sending') order by sent_at desc limit 1",
                [f"{person}/{NAME}"],
            ).fetchone()

    def put_on(self, person: str) -> None:
        if person not in self.side.members():
            self.side.put_on(person)
            unsure = (self.latest(person) or ("", False))[0] in ("unknown", "sending")
            self.makers[person] = "either" if unsure else "a person"

    def take_off(self, person: str) -> None:
        if person in self.side.members():
            self.side.take_off(person)
            self.makers.pop(person, None)
            known = self.latest(person)
            is_known = known is not None and known[1] and known[0] in ("accepted", "skipped")
            self.away[person] = True if is_known else None

    def build(self) -> None:
        crm = self.side.crm
        with warehouse.writer(self.settings.warehouse_file, 5) as db:
            people = ", ".join(f"('{crm}', 'L{p}', '{p}', '{play}')" for p, play in self.plays.items())
            db.execute(
                "create or replace temp table leads as "
                f"select * from (values {people}) t(crm, lead_id, record_id, play);"
                "create or replace table intermediate.int_identity__records as select *, record_id as record_key, "
                "1 as precedence, 1 as place, false as is_deleted, false as is_converted from leads;"
                "create or replace table intermediate.int_identity__lead_ids as select lead_id, "
                "lead_id as current_lead_id from leads;"
                "create or replace table intermediate.int_scoring__current_scores as select lead_id, play from leads;"
                "create or replace table intermediate.int_writing__rollout as "
                "select lead_id, true as is_sent from leads;"
                "create or replace table unified.unified_nurture_lists as select "
                f"'{crm}' as crm, unnest(['{PLAYS[0]}', '{PLAYS[1]}']) as play, '{NAME}' as list_or_campaign"
            )
            for name in MODELS:
                db.execute(f"create or replace table intermediate.{name} as {self.sql[name]}")
            db.execute(f"create or replace table sync.{self.model.name} as {self.sql[self.model.name]}")

    def run(self, faults: list[str] | None = None, kill_at: int | None = None) -> None:
        run_id = f"run {len(self.runs)}"
        self.runs.append(run_id)

        def write() -> None:
            self.build()
            sending.write_back(self.side.connect(), self.model, self.settings, run_id)

        fails = self._attempt(write, faults or [], kill_at, joins=lambda p: self.plays[p] in PLAYS[:2])
        for person in [p for p in self.away if self.plays[p] == PLAYS[2]]:
            if fails:
                self.away[person] = None
            else:
                del self.away[person]

    def undo(self, number: int, faults: list[str]) -> None:
        if not self.runs:
            return
        run_id, by = self.runs[number % len(self.runs)], f"undo {len(self.runs)}"
        self.runs.append(by)

        def put_back() -> None:
            connector, model = self.side.connect(), self.model
            planned = undoing.prepare(connector, model, run_id, model.fields, self.settings)
            undoing.put_back(connector, planned, (run_id, by), self.settings, raw=None)

        before = self.side.members()
        self._attempt(put_back, faults, None, joins=lambda p: True)
        self.undone |= before ^ self.side.members()
        with warehouse.writer(self.settings.warehouse_file, 5) as db:
            noted = db.execute("select record_id from ops.undone").fetchall()
        self.undone |= {each.partition("/")[0] for (each,) in noted}

    def _attempt(
        self, work: Callable[[], None], faults: list[str], kill_at: int | None, joins: Callable[[str], bool]
    ) -> bool:
        """Whether it failed. Nobody is taken off whom we had not put there, and nobody put on against the plays."""
        before, fails = self.side.members(), True
        wire = self.side.wire
        wire.faults, wire.calls = list(faults), 0
        if kill_at is None:
            with suppress(LeadwrightError), held(self.settings):
                work()
                fails = False
        else:

            def dying() -> None:
                with killing_at(kill_at), suppress(LeadwrightError), held(self.settings):
                    work()

            killed(dying)
        self.calls, wire.faults = wire.calls, []
        after = self.side.members()
        for person in before - after:
            assert self.makers.pop(person) != "a person", "whom a person put on the list, a person takes off"
        for person in after - before:
            assert joins(person), "only a play puts somebody on the list"
            self.makers[person] = "we"
        return fails


@dataclass
class Models:
    crm: str
    sync: SyncModel
    sql: Mapping[str, str]


@pytest.fixture(scope="module", params=list(SIDES))
def models(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Models:
    built = DbtWarehouse(tmp_path_factory.mktemp("models"))
    name = f"sync_{request.param}__{MEMBERSHIPS}"
    sync = next(m for m in built.transform.sync_models(everything=True) if m.name == name)
    assert (sync.fields, sync.guarded) == ((IS_MEMBER,), ())
    return Models(request.param, sync, built.compiled(*MODELS, name))


@pytest.fixture(autouse=True)
def no_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retry, "ROW_WAITS", (0.0, 0.0))


@contextmanager
def world(models: Models) -> Iterator[World]:
    folder = Path(tempfile.mkdtemp())
    try:
        with SIDES[models.crm](folder) as side:
            made = World(side, models.sync, models.sql, folder / "home")
            made.begin()
            yield made
    finally:
        shutil.rmtree(folder)


numbers = st.integers(0, LEADS - 1)
faults = st.lists(st.sampled_from(FAULTS), max_size=5)
steps = st.one_of(
    st.tuples(st.just("play"), numbers, st.sampled_from(PLAYS)),
    st.tuples(st.just("play"), numbers, st.sampled_from(PLAYS)),
    st.tuples(st.just("put on"), numbers),
    st.tuples(st.just("take off"), numbers),
    st.tuples(st.just("undo"), numbers, faults),
    st.tuples(st.just("run"), faults, st.one_of(st.none(), st.integers(0, 4))),
    st.tuples(st.just("run"), faults, st.none()),
    st.tuples(st.just("run"), st.just([]), st.none()),
)


def do(world: World, step: tuple[Any, ...]) -> None:
    kind, *rest = step
    if kind == "run":
        world.run(*rest)
    elif kind == "undo":
        world.undo(*rest)
    elif kind == "play":
        world.plays[world.pick(rest[0])] = rest[1]
    elif kind == "put on":
        world.put_on(world.pick(rest[0]))
    else:
        world.take_off(world.pick(rest[0]))


@with_settings(
    max_examples=HISTORIES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(history=st.lists(steps, min_size=4, max_size=16))
def test_in_the_end_the_list_has_whom_plays_put_there_and_what_people_left(
    models: Models, history: list[tuple[Any, ...]]
) -> None:
    with world(models) as made:
        for step in history:
            do(made, step)
        with warehouse.writer(made.settings.warehouse_file, 5) as db:  # what was refused rests for a day
            db.execute("delete from ops.writes where status = 'rejected'")
        made.run()
        made.run()
        made.build()
        assert sending.preview(made.model, made.settings) == []
        made.run()
        assert made.calls == 0, "a run that changes nothing calls nobody"
        on = made.side.members()
        for person, play in made.plays.items():
            if person in made.undone:
                continue
            if play == PLAYS[2]:
                assert person not in on or made.makers[person] != "we", (
                    "the play does not name the list any more"
                )
            elif person not in made.away:
                assert person in on, "the play names the list"
            elif made.away[person]:
                assert person not in on or made.makers[person] != "we", "a person took it off"
        with warehouse.writer(made.settings.warehouse_file, 5) as db:
            open_rows = db.execute("select count(*) from ops.writes where status = 'sending'").fetchone()
        assert open_rows == (0,)
