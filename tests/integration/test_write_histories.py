"""Whatever happens to writes and to records, in the end a CRM shows what is wanted or what a person set later.

`LEADWRIGHT_HISTORIES` says how many histories are tried: of limits, outages, access tokens that end and refresh tokens
that rotate, answers that are lost or empty, locked records, kills, edits, deletions, and undoings in between.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leadwright import connectors, warehouse
from leadwright.connectors import retry
from leadwright.connectors.base import Connector
from leadwright.connectors.hubspot import pace
from leadwright.connectors.hubspot.transport import Transport
from leadwright.connectors.salesforce import bulk, reading
from leadwright.connectors.tokens import TokenKeeper
from leadwright_sandbox.clock import Clock
from leadwright_sandbox.dated import dated
from leadwright_sandbox.hubspot import HubSpot
from leadwright_sandbox.hubspot.app import build_app
from leadwright_sandbox.store import Store
from leadwright_sandbox.testing.org import Served, served
from leadwright_sandbox.testing.serving import serving
from tests.writing_world import FAULTS, REPS, Models, Wire, World, is_path

HISTORIES = int(os.environ.get("LEADWRIGHT_HISTORIES", "6"))
START = datetime(2026, 6, 30, 12, tzinfo=UTC)
_RECORDS = 4


class Portal:
    """HubSpot."""

    crm, entities, key, owner_field = "hubspot", "contacts", "contact_id", "hubspot_owner_id"

    def __init__(self, port: int, hubspot: HubSpot, clock: Clock, wire: Wire) -> None:
        self.url, self.hubspot, self.clock, self.wire = f"http://127.0.0.1:{port}", hubspot, clock, wire
        self.client = httpx.Client(base_url=self.url, headers={"Authorization": f"Bearer {hubspot.token}"})
        names = ("client_id", "client_secret", "refresh_token")
        self.credentials = {name: str(hubspot.credentials()[name]) for name in names}

    def connect(self, tokens: TokenKeeper) -> Connector:
        said = self.credentials
        connector: Any = connectors.connect("hubspot", {"url": self.url, **said}, tokens=tokens)
        vars(connector)["_transport"] = Transport(self.url, connector._sign_in, tries=1)
        limits = pace.of(self.url, said["refresh_token"])  # no answer tells that there are none
        limits.calls.most = limits.searches.most = 10**6
        return connector

    def tick(self) -> None:
        self.clock.hold(self.clock.now() + timedelta(milliseconds=10))

    def make(self, count: int) -> list[str]:
        inputs = [{"properties": {"firstname": f"Made {number}"}} for number in range(count)]
        made = self._call("POST", "/crm/v3/objects/contacts/batch/create", {"inputs": inputs})
        return [str(record["id"]) for record in made["results"]]

    def edit(self, record_id: str, values: Mapping[str, Any]) -> None:
        self._call("PATCH", f"/crm/v3/objects/contacts/{record_id}", {"properties": dict(values)})

    def remove(self, record_id: str) -> None:
        self._call("DELETE", f"/crm/v3/objects/contacts/{record_id}")

    def shown(self) -> dict[str, dict[str, Any]]:
        names = "leadwright_score,leadwright_grade,leadwright_reasons,hubspot_owner_id"
        found = self._call("GET", f"/crm/v3/objects/contacts?limit=100&properties={names}")
        return {str(record["id"]): record["properties"] for record in found["results"]}

    def owner_id(self, rep: str) -> str:
        return str(71 + REPS.index(rep))

    def _call(self, method: str, path: str, body: object = None) -> Any:
        self.tick()
        answer = self.client.request(method, path, json=body)
        answer.raise_for_status()
        return answer.json() if answer.content else None


class Org:
    """Salesforce."""

    crm, entities, key, owner_field = "salesforce", "leads", "lead_record_id", "OwnerId"

    def __init__(self, org: Served, wire: Wire) -> None:
        self.org, self.wire = org, wire

    def connect(self, tokens: TokenKeeper) -> Connector:
        said = {name: self.org.credentials[name] for name in ("client_id", "refresh_token")}
        reached = {"url": self.org.url, "ca": str(self.org.ca_file), **said}
        connector: Any = connectors.connect("salesforce", reached, tokens=tokens)
        connector._org._tries = 1
        return connector

    def tick(self) -> None:
        self.org.clock.advance(seconds=1)

    def make(self, count: int) -> list[str]:
        client = self.org.client()
        values = {"LastName": "Made", "Company": "Acme", "OwnerId": self.owner_id("nobody")}
        return [str(client.Lead.create(values)["id"]) for _ in range(count)]

    def edit(self, record_id: str, values: Mapping[str, Any]) -> None:
        self.tick()
        self.org.client().Lead.update(record_id, dict(values))

    def remove(self, record_id: str) -> None:
        self.tick()
        self.org.client().Lead.delete(record_id)

    def shown(self) -> dict[str, dict[str, Any]]:
        names = "Id, Leadwright_Score__c, Leadwright_Grade__c, Leadwright_Reasons__c, OwnerId"
        rows = self.org.client().query_all(f"SELECT {names} FROM Lead")["records"]
        return {row["Id"]: {n: v for n, v in row.items() if n not in ("Id", "attributes")} for row in rows}

    def owner_id(self, rep: str) -> str:
        return f"005000000000{(*REPS, 'nobody').index(rep):03}AAA"


@contextmanager
def portal(folder: Path) -> Iterator[Portal]:
    clock = Clock(START)
    clock.hold(START)
    hubspot = HubSpot(Store(), clock, limits=False)
    hubspot.app.rotates = True
    hubspot.load("owners", [{"id": str(71 + n), "email": f"{rep}@us.example"} for n, rep in enumerate(REPS)])

    def stored(asked: Any, said: Any) -> dict[str, dict[str, Any]]:
        done = {str(record["id"]) for record in said.get("results", ())}
        return {each["id"]: each["properties"] for each in asked["inputs"] if each["id"] in done}

    def end_access() -> int:
        given = [token for token in hubspot.tokens if token != hubspot.token]
        for token in given:
            hubspot.expire(token)
        return len(given)

    is_write = is_path(r"/contacts/batch/update$", "POST")
    wire = Wire(is_write, stored, ("LOCKED", "somebody is at it"), end_access)
    with serving(dated(wire.around(build_app(hubspot)), clock.now)) as (port, _):
        yield Portal(port, hubspot, clock, wire)


@contextmanager
def org(folder: Path) -> Iterator[Org]:
    def stored(asked: Any, said: Any) -> dict[str, dict[str, Any]]:
        if not isinstance(said, list):  # nothing at all was taken
            return {}
        return {
            record["id"]: {n: v for n, v in record.items() if n not in ("id", "attributes")}
            for record, one in zip(asked["records"], said, strict=True)
            if one["success"]
        }

    def end_access() -> int:
        sessions = running.salesforce.org.sessions
        given = [token for token in sessions.open_sessions if token != running.credentials["token"]]
        for token in given:
            sessions.revoke(token)
        return len(given)

    is_write = is_path(r"/composite/sobjects$", "PATCH")
    wire = Wire(is_write, stored, ("UNABLE_TO_LOCK_ROW", "somebody is at it"), end_access)
    with served(folder, around=wire.around, limits=False) as running:
        running.salesforce.org.sessions.rotates = True
        side = Org(running, wire)
        users = [(side.owner_id(name), name) for name in (*REPS, "nobody")]
        running.salesforce.load(
            "User", [{"Id": user, "LastName": name, "IsActive": True} for user, name in users]
        )
        yield side


SIDES: Mapping[str, Callable[[Path], AbstractContextManager[Any]]] = {"hubspot": portal, "salesforce": org}

numbers = st.integers(0, 7)
faults = st.lists(st.sampled_from(FAULTS), max_size=4)
steps = st.one_of(
    st.tuples(st.just("make"), st.integers(1, 2)),
    st.tuples(st.just("score"), numbers, st.integers(30, 60), st.sampled_from(["Hot", "Warm", "Cold"])),
    st.tuples(st.just("route"), numbers, st.sampled_from(REPS)),
    st.tuples(st.just("edit owner"), numbers, st.sampled_from(REPS)),
    st.tuples(st.just("edit score"), numbers, st.integers(0, 29)),
    st.tuples(st.just("remove"), numbers),
    st.tuples(st.just("undo"), numbers, st.sampled_from([None, "owner", "scores"]), faults),
    st.tuples(st.just("run"), faults, st.one_of(st.none(), st.integers(0, 4))),
    st.tuples(st.just("run"), faults, st.none()),
)


def do(world: World, step: tuple[Any, ...]) -> None:
    """One step of a history."""
    kind, *rest = step
    if kind == "make":
        world.make(rest[0])
    elif kind == "run":
        world.run(*rest)
    elif kind == "undo":
        world.undo(*rest)
    else:
        record_id = world.pick(rest[0])
        if kind == "score":
            _, score, grade = rest
            world.wanted[record_id] = {"score": score, "grade": grade, "reasons": f"Known (+{score})"}
        elif kind == "route":
            world.reps[record_id].append(rest[1])
        elif kind == "edit owner":
            world.edit_owner(record_id, rest[1])
        elif kind == "edit score":
            world.edit_score(record_id, rest[1])
        else:
            world.remove(record_id)


@pytest.fixture(scope="module", params=list(SIDES))
def models(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Models:
    side = {"hubspot": Portal, "salesforce": Org}[request.param]
    return Models(tmp_path_factory.mktemp("models"), side.crm, side.entities)


@pytest.fixture(autouse=True)
def no_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retry, "ROW_WAITS", (0.0, 0.0))
    monkeypatch.setattr(bulk, "FIRST_WAIT", 0.01)
    monkeypatch.setattr(reading, "_SECOND", 0.0)  # the org's clock goes on by itself before each run


@pytest.mark.timeout(900 + 10 * HISTORIES)
@settings(
    max_examples=HISTORIES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(history=st.lists(steps, min_size=3, max_size=14))
def test_in_the_end_it_shows_what_is_wanted_or_what_a_person_set(
    models: Models, history: list[tuple[Any, ...]]
) -> None:
    folder = Path(tempfile.mkdtemp())
    try:
        live(models, folder, history)
    finally:
        shutil.rmtree(folder)


def live(models: Models, folder: Path, history: Sequence[tuple[Any, ...]]) -> None:
    """Live through a history, and see that all is well in the end."""
    with (
        SIDES[models.sync.crm](folder) as side,
        closing(World(side, models, folder / "home")) as world,
    ):
        world.make(_RECORDS)
        world.connect().ensure_fields(models.sync.object, models.sync.owned)
        for step in history:
            do(world, step)
        world.run()
        world.run()
        assert world.planned() == []
        require_shown(world)
        require_nothing_twice(world)
        require_true_ledger(world)


def test_a_token_that_ends_in_a_write_is_replaced(models: Models, tmp_path: Path) -> None:
    """So the fault `expired` is one that is got over, and not one that fails the run."""
    with (
        SIDES[models.sync.crm](tmp_path) as side,
        closing(World(side, models, tmp_path / "home")) as world,
    ):
        world.make(_RECORDS)
        world.connect().ensure_fields(models.sync.object, models.sync.owned)
        world.run(["expired"])
        assert side.wire.ended >= 1
        assert {record_id for _, record_id, _ in side.wire.stored} == set(world.ids)
        assert [status for _, _, status, _ in world.ledger()] == ["accepted"] * _RECORDS


def undone(world: World) -> set[tuple[str, str]]:
    """Records and fields of which something was ever undone."""
    with warehouse.writer(world.settings.warehouse_file, 5) as db:
        return set(db.execute("select record_id, field from ops.undone").fetchall())


def require_shown(world: World) -> None:
    """Each record shows what is wanted, or the owner whom a person has set since; but for what was undone."""
    model, away, shown = world.models.sync, undone(world), world.side.shown()
    for record_id in world.ids:
        wanted = {
            name: str(value)
            for field in model.fields
            for name, value in ((field, _wanted(world, record_id, field)),)
            if value is not None and (record_id, field) not in away
        }
        assert {name: _text(shown[record_id][name]) for name in wanted} == wanted, record_id


def _wanted(world: World, record_id: str, field: str) -> Any:
    if field == world.side.owner_field:
        return world.edited.get(record_id) or world.side.owner_id(world.reps[record_id][-1])
    values = world.wanted[record_id]
    return next(
        (v for name, v in values.items() if field.lower() in (f"leadwright_{name}", f"leadwright_{name}__c")),
        None,
    )


def _text(value: object) -> str:
    if value is None:
        return ""
    return str(int(value)) if isinstance(value, float) else str(value)


def require_nothing_twice(world: World) -> None:
    """No record was sent what it showed already, but where nobody could know that it did."""
    accepted = {(run, record_id) for run, record_id, status, _ in world.ledger() if status == "accepted"}
    state: dict[str, dict[str, str]] = {}
    writer: dict[str, str] = {}
    for place, (run, record_id, values) in enumerate(world.side.wire.stored):
        for when, who, edit in world.people:
            if when == place:
                state.setdefault(who, {}).update({name: _text(value) for name, value in edit.items()})
                writer.pop(who, None)
        known = state.setdefault(record_id, {})
        same = all(known.get(name) == _text(value) for name, value in values.items())
        assert not (same and (writer.get(record_id), record_id) in accepted), (run, record_id, values)
        known.update({name: _text(value) for name, value in values.items()})
        writer[record_id] = run


def require_true_ledger(world: World) -> None:
    """What the ledger calls accepted was stored, what it calls skipped or refused was not, and nothing is left open."""
    stored: dict[tuple[str, str], list[dict[str, str]]] = {}
    for run, record_id, values in world.side.wire.stored:
        stored.setdefault((run, record_id), []).append({n: _text(v) for n, v in values.items()})
    for run, record_id, status, values in world.ledger():
        sent = {name: _text(value) for name, value in values.items()}
        there = [each for each in stored.get((run, record_id), ()) if sent.items() <= each.items()]
        assert status in ("accepted", "skipped", "rejected", "deferred", "unknown"), (run, record_id)
        if status == "accepted":
            assert there, (run, record_id, values)
        elif status != "unknown":
            assert not there, (run, record_id, status, values)
