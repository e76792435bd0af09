"""Whatever happens in a CRM and to the pulls of it, after one clean pull raw tables and staging models show the same.

`LEADWRIGHT_HISTORIES` says how many histories are tried; the search index is late, reads are cut off, pulls are killed.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leadwright import connectors, warehouse
from leadwright.connectors import batches
from leadwright.connectors.errors import LeadwrightError, UnavailableError
from leadwright.connectors.hubspot import listing, pace, searching
from leadwright.connectors.hubspot.transport import Transport
from leadwright.pull import extract, reconcile
from leadwright.settings import Settings
from leadwright.transform.tables import RawTable
from leadwright_sandbox.clock import Clock
from leadwright_sandbox.dated import dated
from leadwright_sandbox.hubspot import HubSpot
from leadwright_sandbox.hubspot.app import build_app
from leadwright_sandbox.store import Store
from leadwright_sandbox.testing.serving import serving
from tests.staged import Staged

_MOMENT = timedelta(milliseconds=1)
HISTORIES = int(os.environ.get("LEADWRIGHT_HISTORIES", "15"))
START = datetime(2026, 6, 30, 12, tzinfo=UTC)
NAMES = {"contacts": "firstname", "companies": "name"}
CURSORS = {"contacts": "lastmodifieddate", "companies": "hs_lastmodifieddate"}
LINKS = "contacts_to_companies"
TABLES = [
    *(
        RawTable(
            "raw_hubspot",
            name,
            (
                *((column, "varchar") for column in ("hs_object_id", NAMES[name], "archived", "archived_at")),
                (CURSORS[name], "timestamptz"),
            ),
        )
        for name in NAMES
    ),
    RawTable(
        "raw_hubspot",
        LINKS,
        (
            *((column, "varchar") for column in ("from_id", "to_id", "association_type")),
            ("changed_at", "timestamptz"),
        ),
    ),
]


class KilledError(BaseException):
    """The process ends here."""


@dataclass
class World:
    """A portal, and a home that pulls it."""

    url: str
    hubspot: HubSpot
    clock: Clock
    home: Path
    portal: httpx.Client
    ids: dict[str, list[str]] = field(default_factory=lambda: {"contacts": [], "companies": []})
    edits: int = 0

    def call(self, method: str, path: str, body: object = None) -> Any:
        self.clock.hold(self.clock.now() + _MOMENT)  # no two changes are of one millisecond
        answer = self.portal.request(
            method, self.url + path, json=body, headers={"Authorization": f"Bearer {self.hubspot.token}"}
        )
        return answer.json() if answer.content and answer.is_success else None

    def pull(self, *, full: bool = False, calls: int | None = None, dies: bool = False) -> None:
        """Pull; after so many calls the next one gets no answer, or the process ends."""
        connector: Any = connectors.connect("hubspot", {"url": self.url, "token": self.hubspot.token})
        transport = Transport(self.url, connector._sign_in, tries=1)
        once, left = transport._once, calls

        def counted(*args: Any) -> Any:
            nonlocal left
            if left is not None:
                if left == 0:
                    raise KilledError if dies else UnavailableError("cut off")
                left -= 1
            return once(*args)

        vars(transport)["_once"] = counted
        vars(connector)["_transport"] = transport
        extract.pull(connector, TABLES, Settings(home=self.home, lock_wait_seconds=5), full=full)

    def shown(self) -> dict[str, Any]:
        """What the portal shows: records that are not archived, and their links."""
        found: dict[str, Any] = {}
        for name, own in NAMES.items():
            records = self._pages(f"/crm/v3/objects/{name}?limit=100&properties={own}&associations=companies")
            found[name] = {r["id"]: r["properties"].get(own) or None for r in records}
            if name == "contacts":
                found[LINKS] = {
                    (r["id"], link["id"])
                    for r in records
                    for link in (r.get("associations") or {}).get("companies", {}).get("results", ())
                }
        return found

    def staged(self, models: Staged) -> dict[str, Any]:
        """The same in the staging models."""
        with warehouse.writer(self.home / "warehouse.duckdb", 5) as db:
            contacts = models.rows(db, "stg_hubspot__contacts", "contact_id", "first_name", "is_deleted")
            companies = models.rows(db, "stg_hubspot__companies", "company_id", "name", "is_deleted")
            links = models.rows(
                db, "stg_hubspot__associations", "from_id", "to_id", "from_object", "to_object"
            )
        found: dict[str, Any] = {
            "contacts": {record_id: name for record_id, name, is_gone in contacts if not is_gone},
            "companies": {record_id: name for record_id, name, is_gone in companies if not is_gone},
        }
        found[LINKS] = {
            (start, end)
            for start, end, *objects in links
            if objects == ["contacts", "companies"] and start in found["contacts"]
        }
        return found

    def held(self) -> dict[str, Any]:
        """The same in the raw tables."""
        with warehouse.writer(self.home / "warehouse.duckdb", 5) as db:
            found: dict[str, Any] = {
                name: dict(
                    db.execute(
                        f"select hs_object_id, {own} from raw_hubspot.{name} where archived <> 'true'"
                    ).fetchall()
                )
                for name, own in NAMES.items()
            }
            links = db.execute(
                f"select from_id, to_id from raw_hubspot.{LINKS} where to_id <> 'none' and from_id in "
                "(select hs_object_id from raw_hubspot.contacts where archived <> 'true')"
            ).fetchall()
            for name in NAMES:
                twice = db.execute(
                    f"select hs_object_id from raw_hubspot.{name} group by 1 having count(*) > 1"
                )
                assert twice.fetchall() == []
        assert len(links) == len(set(links))
        found[LINKS] = set(links)
        return found

    def _pages(self, path: str) -> list[Any]:
        found, after = [], ""
        while True:
            page = self.call("GET", path + (f"&after={after}" if after else ""))
            found += page["results"]
            after = page.get("paging", {}).get("next", {}).get("after", "")
            if not after:
                return found

    def pick(self, name: str, number: int) -> str:
        ids = self.ids[name]
        return ids[number % len(ids)] if ids else "0"

    def do(self, step: tuple[Any, ...]) -> None:
        """One step of a history."""
        kind, *rest = step
        if kind == "make":
            name, count = rest
            self.edits += 1
            inputs = [{"properties": {NAMES[name]: f"made {self.edits}.{n}"}} for n in range(count)]
            made = self.call("POST", f"/crm/v3/objects/{name}/batch/create", {"inputs": inputs})
            self.ids[name] += [record["id"] for record in made["results"]]
        elif kind == "edit":
            name, number = rest
            self.edits += 1
            body = {"properties": {NAMES[name]: f"edit {self.edits}"}}
            self.call("PATCH", f"/crm/v3/objects/{name}/{self.pick(name, number)}", body)
        elif kind == "archive":
            name, number = rest
            self.call("DELETE", f"/crm/v3/objects/{name}/{self.pick(name, number)}")
        elif kind == "erase":
            body = {"objectId": self.pick("contacts", rest[0])}
            self.call("POST", "/crm/v3/objects/contacts/gdpr-delete", body)
        elif kind == "merge":
            one, other = (self.pick("contacts", number) for number in rest)
            body = {"primaryObjectId": one, "objectIdToMerge": other}
            merged = self.call("POST", "/crm/v3/objects/contacts/merge", body)
            if merged and merged["id"] not in self.ids["contacts"]:
                self.ids["contacts"].append(merged["id"])
        elif kind in ("link", "unlink"):
            contact, company = self.pick("contacts", rest[0]), self.pick("companies", rest[1])
            way = "associations/default" if kind == "link" else "associations"
            method = "PUT" if kind == "link" else "DELETE"
            self.call(method, f"/crm/v4/objects/contacts/{contact}/{way}/companies/{company}")
        elif kind == "wait":
            self.clock.advance(rest[0])
            self.clock.hold(self.clock.now())
        elif kind == "lag":
            self.hubspot.search_lag.seconds = rest[0]
        else:
            full, calls, dies = rest
            try:
                self.pull(full=full, calls=calls, dies=dies)
            except (LeadwrightError, KilledError) as ended:
                assert isinstance(ended, KilledError) or "cut off" in str(ended), ended


numbers = st.integers(0, 30)
steps = st.one_of(
    st.tuples(st.just("make"), st.sampled_from(list(NAMES)), st.integers(1, 12)),
    st.tuples(st.just("edit"), st.sampled_from(list(NAMES)), numbers),
    st.tuples(st.just("archive"), st.sampled_from(list(NAMES)), numbers),
    st.tuples(st.just("erase"), numbers),
    st.tuples(st.just("merge"), numbers, numbers),
    st.tuples(st.just("link"), numbers, numbers),
    st.tuples(st.just("unlink"), numbers, numbers),
    st.tuples(st.just("wait"), st.sampled_from([1, 600, 7_000])),
    st.tuples(st.just("lag"), st.sampled_from([0, 5, 7_200])),
    st.tuples(
        st.just("pull"),
        st.sampled_from([False, False, False, True]),
        st.one_of(st.none(), st.integers(1, 25)),
        st.booleans(),
    ),
)


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Staged:
    names = ("contacts", "companies", "associations")
    return Staged(tmp_path_factory.mktemp("staged"), [f"stg_hubspot__{name}" for name in names])


@pytest.fixture(scope="module")
def portal() -> Iterator[httpx.Client]:
    with httpx.Client() as client:
        yield client


@pytest.fixture(autouse=True)
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    for module, name, value in (
        (listing, "_LIST_PAGE", 4),
        (searching, "_SEARCH_PAGE", 5),
        (searching, "_LAST", 2),
        (searching, "_CHUNK", 6),
        (searching, "MOST_KNOWN", 4),
        (batches, "ROWS_PER_BATCH", 7),
        (reconcile, "LEAF", 3),
    ):
        monkeypatch.setattr(module, name, value)


@settings(
    max_examples=HISTORIES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(history=st.lists(steps, min_size=1, max_size=25))
def test_after_a_clean_pull_the_tables_show_what_the_portal_shows(
    models: Staged, portal: httpx.Client, history: list[tuple[Any, ...]]
) -> None:
    home = Path(tempfile.mkdtemp())
    clock = Clock(START)
    clock.hold(START)
    hubspot = HubSpot(Store(), clock, limits=False)
    try:
        with serving(dated(build_app(hubspot), clock.now)) as (port, _):
            world = World(f"http://127.0.0.1:{port}", hubspot, clock, home, portal)
            limits = pace.of(world.url, hubspot.token)  # no answer tells that there are none
            limits.calls.most = limits.searches.most = 10**6
            for step in [("make", "contacts", 9), ("make", "companies", 5), *history]:
                world.do(step)
            hubspot.search_lag.forget()
            world.pull()
            assert world.held() == world.shown() == world.staged(models)
    finally:
        shutil.rmtree(home)
