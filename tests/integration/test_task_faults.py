"""Whatever happens to the calls and to the process, each task that was called for is in the CRM once in the end.

`LEADWRIGHT_HISTORIES` says how many histories are tried in each CRM.
"""

from __future__ import annotations

import os
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as with_settings
from hypothesis import strategies as st

from leadwright import connectors, warehouse
from leadwright.connectors import retry
from leadwright.connectors.base import FieldSpec, MakesTasks, NewTask
from leadwright.connectors.errors import LeadwrightError, SchemaDriftError
from leadwright.settings import Settings
from leadwright.transform.tables import Making, SyncModel
from leadwright.writeback import sending
from tests.conftest import Sandbox
from tests.unit.test_writeback import OPS

HISTORIES = int(os.environ.get("LEADWRIGHT_HISTORIES", "12"))
_KEY = {"hubspot": "leadwright_task_key", "salesforce": "Leadwright_Task_Key__c"}
_SUBJECT = {"hubspot": "hs_task_subject", "salesforce": "Subject"}
_OBJECT = {"hubspot": "tasks", "salesforce": "Task"}
_PATHS = {"hubspot": "objects.*tasks/batch", "salesforce": "composite/sobjects|query"}

STATUS = st.fixed_dictionaries(
    {"kind": st.just("status"), "status": st.sampled_from([429, 500, 502, 503]), "retry_after": st.just(0)}
)
CUT = st.fixed_dictionaries({"kind": st.just("cut"), "keep": st.sampled_from([0.0, 0.5, 0.9])})
ROWS = st.fixed_dictionaries({"kind": st.just("rows"), "share": st.sampled_from([0.3, 1.0])})
FAULT = st.tuples(st.one_of(STATUS, CUT, ROWS), st.integers(0, 3), st.integers(1, 4))
ATTEMPT = st.tuples(st.lists(FAULT, max_size=3), st.one_of(st.none(), st.integers(0, 4)))


class KilledError(BaseException):
    """The process ends here."""


@pytest.fixture(autouse=True, scope="module")
def short_waits() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(retry, "_backoff", lambda state: 0.01)
        patch.setattr(retry, "ROW_WAITS", (0.01, 0.01, 0.01))
        yield


def model(crm: str) -> SyncModel:
    return SyncModel(
        "sync",
        "sync_tasks",
        crm,
        _OBJECT[crm],
        "id",
        "lead_id",
        fields=("person_id", _SUBJECT[crm], _KEY[crm]),
        guarded=(),
        owned=(FieldSpec(_KEY[crm], "Leadwright task key", "string", is_unique=True),),
        making=Making(_KEY[crm], "owner"),
    )


@dataclass
class Desk:
    """A CRM, and a home that makes tasks in it."""

    crm: str
    sandbox: Sandbox
    person: str
    settings: Settings

    def connect(self, dies_after: int | None = None) -> Any:
        """A connector; after so many calls the process ends, before it has read the next one's answer."""
        connector: Any = connectors.connect(self.crm, self.sandbox.credentials(self.crm))
        if dies_after is None:
            return connector
        transport = connector._transport if self.crm == "hubspot" else connector._org
        once, left = transport._once, dies_after

        def counted(*args: Any) -> Any:
            nonlocal left
            answer = once(*args)
            left -= 1
            if left < 0:
                raise KilledError
            return answer

        vars(transport)["_once"] = counted
        return connector

    def call_for(self, keys: list[str]) -> None:
        """Have the sync model ask for tasks."""
        rows = ", ".join(
            f"('{self.crm}', '{k}', 'L{k}', 'h', '{self.person}', 'Call {k}', '{k}')" for k in keys
        )
        with warehouse.writer(self.settings.warehouse_file, 5) as db:
            db.execute(
                "create schema if not exists sync; create or replace table sync.sync_tasks as "
                f"select *, null::timestamp as record_changed_at, true as is_owner_shown from (values {rows}) "
                f"t(crm, record_id, lead_id, payload_hash, person_id, {_SUBJECT[self.crm]}, {_KEY[self.crm]})"
            )

    def make(self, dies_after: int | None = None) -> sending.Written:
        return sending.write_back(self.connect(dies_after), model(self.crm), self.settings, str(uuid4()))

    def spoil(self, faults: list[Any]) -> None:
        control = f"{self.sandbox['control']['url']}/faults"
        httpx.delete(control).raise_for_status()
        for fault, skip, times in faults:
            rule = {"crm": self.crm, "path": _PATHS[self.crm], "skip": skip, "times": times, **fault}
            httpx.post(control, json=rule).raise_for_status()

    def there(self, keys: list[str]) -> Counter[str]:
        """How many tasks the CRM has of each key, each beside the person."""
        connector = self.connect()
        if self.crm == "salesforce":
            listed = ", ".join(f"'{k}'" for k in keys)
            text = f"SELECT {_KEY[self.crm]}, WhoId FROM Task WHERE {_KEY[self.crm]} IN ({listed})"
            rows = connector._org.query("counting", text)
            return Counter(row[_KEY[self.crm]] for row in rows if row["WhoId"] == self.person)
        said = self.sandbox["hubspot"]
        filters = [{"propertyName": _KEY[self.crm], "operator": "IN", "values": keys}]
        answer = httpx.post(
            f"{said['url']}/crm/v3/objects/tasks/search",
            json={"filterGroups": [{"filters": filters}], "properties": [_KEY[self.crm]], "limit": 200},
            headers={"Authorization": f"Bearer {said['token']}"},
        )
        linked = connector.links(
            "tasks_to_contacts",
            [
                {"hs_object_id": found["id"], "hs_lastmodifieddate": None}
                for found in answer.json()["results"]
            ],
        )
        ids = {row["from_id"] for row in linked.to_pylist() if row["to_id"] == self.person}
        return Counter(
            found["properties"][_KEY[self.crm]] for found in answer.json()["results"] if found["id"] in ids
        )


@pytest.fixture(scope="module", params=["hubspot", "salesforce"])
def desk(
    request: pytest.FixtureRequest, start_sandbox: Callable[..., Sandbox]
) -> Iterator[Callable[[], Desk]]:
    """A function that gives a new home at one CRM whose field for our keys is made."""
    crm: str = request.param
    sandbox = start_sandbox("--seed", "7", "--leads", "30", "--control", "--no-limits")
    connector: Any = connectors.connect(crm, sandbox.credentials(crm))
    assert isinstance(connector, MakesTasks)
    assert connector.ensure_fields(_OBJECT[crm], model(crm).owned) == [_KEY[crm]]
    assert connector.ensure_fields(_OBJECT[crm], model(crm).owned) == []
    name, key = ("contacts", "hs_object_id") if crm == "hubspot" else ("Lead", "Id")
    gone = ("archived", "IsDeleted", "IsConverted")
    people = [
        row
        for batch in connector.pull(name, [] if crm == "hubspot" else list(gone[1:]), None)
        for row in batch.to_pylist()
        if all(row.get(each) != "true" for each in gone)
    ]
    with tempfile.TemporaryDirectory() as folder:

        def new() -> Desk:
            settings = Settings(home=Path(folder) / str(uuid4()), lock_wait_seconds=5)
            settings.make_home()
            with warehouse.writer(settings.warehouse_file, 5) as db:
                warehouse.ensure_table(db, "ops", "writes", OPS)
            return Desk(crm, sandbox, people[0][key], settings)

        yield new


@with_settings(
    max_examples=HISTORIES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(count=st.integers(1, 7), attempts=st.lists(ATTEMPT, max_size=3))
def test_no_task_is_there_twice_in_any_history(
    desk: Callable[[], Desk], count: int, attempts: list[tuple[list[Any], int | None]]
) -> None:
    home, keys = desk(), [uuid4().hex for _ in range(count)]
    home.call_for(keys)
    for faults, dies_after in attempts:
        home.spoil(faults)
        with suppress(LeadwrightError, KilledError):
            home.make(dies_after)
        home.spoil([])
        assert all(times == 1 for times in home.there(keys).values())
    with warehouse.writer(home.settings.warehouse_file, 5) as db:  # what was refused rests for a day
        db.execute("delete from ops.writes where status = 'rejected'")
    home.make()
    assert home.there(keys) == Counter(keys)
    assert home.make().planned == 0, "and the ledger knows all of them"


def test_a_hundred_and_twenty_are_made_and_asked_for_again(desk: Callable[[], Desk]) -> None:
    home, keys = desk(), [uuid4().hex for _ in range(120)]
    home.call_for(keys)
    assert home.make().outcomes == {"accepted": 120}
    other = desk()  # a home that lost its ledger
    other.call_for(keys)
    assert other.make().outcomes == {"accepted": 120}
    assert home.there(keys) == Counter(keys)


def test_one_that_is_refused_keeps_none_of_the_others_back(desk: Callable[[], Desk]) -> None:
    home, keys = desk(), [uuid4().hex for _ in range(5)]
    crm, connector = home.crm, home.connect()
    tasks = [NewTask(k, _KEY[crm], home.person, {_SUBJECT[crm]: "Call", _KEY[crm]: k}) for k in keys]
    nobody = "1" if crm == "hubspot" else "00Q000000000000AAA"
    tasks[2] = NewTask(keys[2], _KEY[crm], nobody, tasks[2].values)
    outcomes = {o.record_id: o for o in connector.make_tasks(_OBJECT[crm], tasks)}
    assert [outcomes[k].status for k in keys] == ["accepted"] * 2 + ["rejected"] + ["accepted"] * 2
    assert outcomes[keys[2]].code and outcomes[keys[2]].message
    assert home.there(keys) == Counter(k for k in keys if k != keys[2])


def test_a_task_that_somebody_deleted_in_salesforce_is_not_made_again(desk: Callable[[], Desk]) -> None:
    home, keys = desk(), [uuid4().hex]
    if home.crm != "salesforce":
        return
    home.call_for(keys)
    home.make()
    org = home.connect()._org
    (row,) = org.query("finding", f"SELECT Id FROM Task WHERE Leadwright_Task_Key__c = '{keys[0]}'")
    org.call("deleting", lambda sf: sf.Task.delete(row["Id"]))
    other = desk()
    other.call_for(keys)
    assert other.make().outcomes == {"accepted": 1}
    assert home.there(keys) == Counter()


def test_a_property_that_is_there_and_not_unique_stops_the_run(
    start_sandbox: Callable[..., Sandbox],
) -> None:
    sandbox = start_sandbox("--seed", "7", "--leads", "5", "--no-limits")
    connector: Any = connectors.connect("hubspot", sandbox.credentials("hubspot"))
    plain = FieldSpec("leadwright_task_key", "Key", "string")
    assert connector.ensure_fields("tasks", [plain]) == ["leadwright_task_key"]
    with pytest.raises(SchemaDriftError, match="must have unique values"):
        connector.ensure_fields("tasks", model("hubspot").owned)
