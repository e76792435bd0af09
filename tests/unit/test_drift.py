"""An object that cannot be read as it was stops alone, and where the calls of the day are used up the rest waits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier
from typing import Any

import pyarrow as pa
import pytest

from leadwright import warehouse
from leadwright.connectors.base import ObjectShape, Section, SetAside, refuse
from leadwright.connectors.errors import DailyLimitError, SchemaDriftError, UnavailableError
from leadwright.operate import sight
from leadwright.pull import extract, landing, loads
from leadwright.settings import Settings
from leadwright.transform.tables import RawTable
from tests.fakes import FakeCrm

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
COLUMNS = (("id", "varchar"), ("Name", "varchar"), ("changed_at", "timestamptz"))
TABLES = [RawTable("raw_fake", name, COLUMNS) for name in ("contacts", "companies", "deals")]
HIDDEN = SchemaDriftError("The CRM shows no field Name on companies.")


class FaultyCrm(FakeCrm):
    """Fails to read single objects."""

    def __init__(self) -> None:
        super().__init__({"1": {"id": "1", "Name": "Ann", "changed_at": NOON}})
        self.faults: dict[str, Exception] = {}
        self.read_objects: list[str] = []

    def pull(
        self, object_name: str, fields: Sequence[str], since: datetime | None, set_aside: SetAside = refuse
    ) -> Iterator[pa.RecordBatch]:
        self.read_objects.append(object_name)
        if fault := self.faults.get(object_name):
            raise fault
        yield from super().pull(object_name, fields, since, set_aside)

    def change(self, name: str) -> None:
        self.rows["1"] |= {"Name": name, "changed_at": self.rows["1"]["changed_at"] + timedelta(hours=1)}


class CountingCrm(FaultyCrm):
    """Counts its records, of which it may show a part."""

    def __init__(self) -> None:
        super().__init__()
        self.rows = {
            str(n): {"id": str(n), "Name": "x", "deleted": "false", "changed_at": NOON} for n in range(200)
        }
        self.shown = 200

    def shape(self, object_name: str) -> ObjectShape:
        return replace(super().shape(object_name), deleted="deleted")

    def count(self, object_name: str, section: Section) -> int:
        return self.shown if section == landing.EVERYTHING else len(self.rows)

    def section(self, object_name: str, fields: Sequence[str], section: Section) -> Iterator[pa.RecordBatch]:
        raise NotImplementedError

    def gone(self, object_name: str, fields: Sequence[str]) -> Iterator[pa.RecordBatch]:
        raise NotImplementedError

    def absent(self, object_name: str, ids: Sequence[str]) -> set[str]:
        raise NotImplementedError

    def place_of(self, record_id: str) -> tuple[object, ...]:
        raise NotImplementedError


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path, lock_wait_seconds=1)


def held(settings: Settings) -> dict[str, Any]:
    with warehouse.writer(settings.warehouse_file, 1) as db:
        return {
            table.name: [
                name for (name,) in db.execute(f'select "Name" from raw_fake.{table.name}').fetchall()
            ]
            for table in TABLES
        }


def noted(settings: Settings) -> dict[str, str]:
    with warehouse.writer(settings.warehouse_file, 1) as db:
        return dict(db.execute("select object, stopped from ops.pulls where stopped is not null").fetchall())


@pytest.mark.parametrize("full", [False, True])
def test_an_object_whose_fields_changed_stops_and_the_others_go_on(settings: Settings, full: bool) -> None:
    crm = FaultyCrm()
    extract.pull(crm, TABLES, settings)
    crm.change("Anna")
    crm.faults = {"companies": HIDDEN}
    done = extract.pull(crm, TABLES, settings, full=full)
    assert done.stops.objects == {"companies": str(HIDDEN)} == noted(settings)
    assert held(settings) == {"contacts": ["Anna"], "companies": ["Ann"], "deals": ["Anna"]}
    crm.faults = {}
    assert extract.pull(crm, TABLES, settings, full=full).stops.objects == {} == noted(settings)
    assert held(settings) == {"contacts": ["Anna"], "companies": ["Anna"], "deals": ["Anna"]}


def test_an_object_that_was_never_read_ends_the_pull_after_the_others_were(settings: Settings) -> None:
    crm = FaultyCrm()
    crm.faults = {"companies": HIDDEN}
    with pytest.raises(SchemaDriftError, match="no field Name on companies"):
        extract.pull(crm, TABLES, settings)
    assert held(settings) == {"contacts": ["Ann"], "companies": [], "deals": ["Ann"]}


@pytest.mark.parametrize("full", [False, True])
def test_where_the_calls_of_the_day_are_used_up_the_rest_waits(settings: Settings, full: bool) -> None:
    crm = FaultyCrm()
    extract.pull(crm, TABLES, settings)
    crm.change("Anna")
    crm.faults, crm.read_objects = {"companies": DailyLimitError("No calls are left.")}, []
    done = extract.pull(crm, TABLES, settings, full=full)
    assert str(done.stops.put_off) == "No calls are left."
    assert crm.read_objects == ["contacts", "companies"]
    old = {"contacts": ["Ann"], "companies": ["Ann"], "deals": ["Ann"]}
    assert held(settings) == (old if full else {**old, "contacts": ["Anna"]})
    crm.faults, crm.read_objects = {}, []
    assert extract.pull(crm, TABLES, settings, full=full).stops.put_off is None
    assert held(settings) == {name: ["Anna"] for name in old}


def test_a_first_pull_for_which_the_day_is_too_short_says_so(settings: Settings) -> None:
    crm = FaultyCrm()
    crm.faults = {"deals": DailyLimitError("No calls are left.")}
    with pytest.raises(DailyLimitError, match="No calls"):
        extract.pull(crm, TABLES, settings)
    crm.faults = {}
    extract.pull(crm, TABLES, settings)
    assert held(settings) == {"contacts": ["Ann"], "companies": ["Ann"], "deals": ["Ann"]}


def test_doctor_tells_of_an_object_that_stopped_and_of_records_that_are_shown_no_more(
    settings: Settings,
) -> None:
    crm = CountingCrm()
    extract.pull(crm, TABLES, settings)
    (fine,) = sight.findings(crm, TABLES, settings)
    assert fine.ok
    crm.shown = 150
    assert [f.ok for f in sight.findings(crm, TABLES, settings)] == [True], "fifty may always be gone"
    crm.shown = 149
    fewer = list(sight.findings(crm, TABLES, settings))
    assert [(f.ok, f.detail) for f in fewer] == [
        (False, f"149 {name} are shown, and 200 were pulled") for name in ("contacts", "companies", "deals")
    ]
    crm.faults = {"companies": HIDDEN}
    extract.pull(crm, TABLES, settings)
    with warehouse.writer(settings.warehouse_file, 1) as db:
        (found,) = loads.stopped(db)
    assert (found["object"], found["stopped"]) == ("companies", str(HIDDEN))


class AtOnceCrm(FaultyCrm):
    """Reads three objects at the same time, or none: each waits for the others."""

    at_once = 3

    def __init__(self) -> None:
        super().__init__()
        self.others = Barrier(3, timeout=20)

    def pull(
        self, object_name: str, fields: Sequence[str], since: datetime | None, set_aside: SetAside = refuse
    ) -> Iterator[pa.RecordBatch]:
        self.others.wait()
        yield from super().pull(object_name, fields, since, set_aside)


def test_whole_objects_are_read_side_by_side_where_the_connector_allows_it(settings: Settings) -> None:
    crm = AtOnceCrm()
    extract.pull(crm, TABLES, settings)
    assert held(settings) == {"contacts": ["Ann"], "companies": ["Ann"], "deals": ["Ann"]}


def test_one_that_fails_ends_the_others_and_what_they_read_is_kept(settings: Settings) -> None:
    crm = AtOnceCrm()
    crm.faults = {"companies": UnavailableError("cut off")}
    with pytest.raises(UnavailableError, match="cut off"):
        extract.pull(crm, TABLES, settings)
    assert held(settings) == {"contacts": [], "companies": [], "deals": []}
    crm.others, crm.faults = Barrier(1), {}
    extract.pull(crm, TABLES, settings)
    assert held(settings) == {"contacts": ["Ann"], "companies": ["Ann"], "deals": ["Ann"]}
