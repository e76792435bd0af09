"""The same of Salesforce, which keeps whole seconds: records change again in the second in which they were read."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from simple_salesforce.exceptions import SalesforceError

from leadwright import connectors, warehouse
from leadwright.connectors.errors import LeadwrightError, UnavailableError
from leadwright.connectors.salesforce import bulk, reading
from leadwright.pull import extract, reconcile
from leadwright.settings import Settings
from leadwright.transform.tables import RawTable
from leadwright_sandbox.testing.org import Served, served
from tests.staged import Staged

HISTORIES = int(os.environ.get("LEADWRIGHT_HISTORIES", "10"))
TABLES = [
    RawTable(
        "raw_salesforce",
        name,
        (*((column, "varchar") for column in ("Id", told, "IsDeleted")), ("SystemModstamp", "timestamptz")),
    )
    for name, told in (("Lead", "Title"), ("Account", "Name"))
]
TOLD = {table.name: table.columns[1][0] for table in TABLES}


class KilledError(BaseException):
    """The process ends here."""


@dataclass
class World:
    """An org, and a home that pulls it."""

    org: Served
    home: Path
    ids: dict[str, list[str]] = field(default_factory=lambda: {"Lead": [], "Account": []})
    edits: int = 0

    def pull(self, *, full: bool = False, calls: int | None = None, dies: bool = False) -> None:
        """Pull; after so many calls the next one gets no answer, or the process ends."""
        token = {"url": self.org.url, "token": self.org.credentials["token"], "ca": str(self.org.ca_file)}
        connector: Any = connectors.connect("salesforce", token)
        transport = connector._org
        transport._tries = 1
        once, left = transport._once, calls

        def counted(*args: Any) -> Any:
            nonlocal left
            if left is not None:
                if left == 0:
                    raise KilledError if dies else UnavailableError("cut off")
                left -= 1
            return once(*args)

        transport._once = counted
        extract.pull(connector, TABLES, Settings(home=self.home, lock_wait_seconds=5), full=full)

    def shown(self) -> dict[str, dict[str, tuple[str | None, str]]]:
        """What the org shows, its recycle bin too: what is told of each record, and whether it is deleted."""
        found: dict[str, dict[str, tuple[str | None, str]]] = {}
        for name, told in TOLD.items():
            rows = self.org.client().query_all(
                f"SELECT Id, {told}, IsDeleted FROM {name}", include_deleted=True
            )
            found[name] = {r["Id"]: (r[told], str(r["IsDeleted"]).lower()) for r in rows["records"]}
        return found

    def held(self) -> dict[str, dict[str, tuple[str | None, str]]]:
        """The same in the raw tables."""
        with warehouse.writer(self.home / "warehouse.duckdb", 5) as db:
            rows = {
                name: db.execute(
                    f'select "Id", "{told}", "IsDeleted" from raw_salesforce."{name}"'
                ).fetchall()
                for name, told in TOLD.items()
            }
        assert all(len({row[0] for row in found}) == len(found) for found in rows.values())
        return {name: {r[0]: (r[1], r[2]) for r in found} for name, found in rows.items()}

    def staged(self, models: Staged) -> dict[str, dict[str, tuple[str | None, str]]]:
        """The same in the staging models."""
        with warehouse.writer(self.home / "warehouse.duckdb", 5) as db:
            leads = models.rows(db, "stg_salesforce__leads", "lead_record_id", "job_title", "is_deleted")
            accounts = models.rows(db, "stg_salesforce__accounts", "account_id", "name", "is_deleted")
        return {
            name: {record_id: (told, str(is_gone).lower()) for record_id, told, is_gone in rows}
            for name, rows in (("Lead", leads), ("Account", accounts))
        }

    def do(self, step: tuple[Any, ...]) -> None:
        """One step of a history."""
        kind, *rest = step
        client = self.org.client()
        self.edits += 1
        if kind == "make":
            name, count = rest
            for number in range(count):
                text = f"made {self.edits}.{number}"
                values = (
                    {"Title": text, "LastName": "N", "Company": "C"} if name == "Lead" else {"Name": text}
                )
                self.ids[name].append(getattr(client, name).create(values)["id"])
        elif kind in ("edit", "delete"):
            name, number = rest
            ids = self.ids[name]
            one = getattr(client, name)
            try:
                if ids and kind == "edit":
                    one.update(ids[number % len(ids)], {TOLD[name]: f"edit {self.edits}"})
                elif ids:
                    one.delete(ids[number % len(ids)])
            except SalesforceError:
                pass  # it is deleted already
        elif kind == "wait":
            self.org.clock.advance(seconds=rest[0])
        else:
            full, calls, dies = rest
            try:
                self.pull(full=full, calls=calls, dies=dies)
            except (LeadwrightError, KilledError) as ended:
                assert isinstance(ended, KilledError) or "cut off" in str(ended), ended


numbers = st.integers(0, 20)
steps = st.one_of(
    st.tuples(st.just("make"), st.sampled_from(list(TOLD)), st.integers(1, 6)),
    st.tuples(st.just("edit"), st.sampled_from(list(TOLD)), numbers),
    st.tuples(st.just("delete"), st.sampled_from(list(TOLD)), numbers),
    st.tuples(st.just("wait"), st.sampled_from([0.4, 1, 3_600])),
    st.tuples(
        st.just("pull"),
        st.sampled_from([False, False, True]),
        st.one_of(st.none(), st.integers(3, 20)),
        st.booleans(),
    ),
)


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Staged:
    names = ["stg_salesforce__leads", "stg_salesforce__accounts"]
    return Staged(tmp_path_factory.mktemp("staged"), names)


@pytest.fixture(autouse=True)
def small_pages(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for module, name, value in (
        (reading, "_MOST_REST_ROWS", 5),
        (reading, "MOST_KNOWN", 3),
        (bulk, "_ROWS_PER_PAGE", 4),
        (bulk, "FIRST_WAIT", 0.01),
        (reconcile, "LEAF", 3),
    ):
        monkeypatch.setattr(module, name, value)
    yield


@settings(
    max_examples=HISTORIES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(history=st.lists(steps, min_size=1, max_size=20))
def test_after_a_clean_pull_the_tables_show_what_the_org_shows(
    models: Staged, history: list[tuple[Any, ...]]
) -> None:
    home = Path(tempfile.mkdtemp())
    try:
        with served(home, limits=False) as org:
            world = World(org, home / "home")
            for step in [("make", "Lead", 7), ("make", "Account", 3), *history]:
                world.do(step)
            world.pull()
            assert world.held() == world.shown() == world.staged(models)
    finally:
        shutil.rmtree(home)
