"""Working time in SQL agrees with a plain computation, across time zones, holidays and changes of the clocks."""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests import built_warehouses
from tests.dbt_warehouse import NOW, DbtWarehouse
from tests.workspaces import tables

_LEADS = 400
_START = datetime(2025, 9, 1, tzinfo=UTC)
_COUNTED = (
    "int_service_levels__lead_calendars int_service_levels__working_days "
    "int_service_levels__promises log_due_times int_service_levels__response_working_time"
)
_FOUND = (
    "select lead_id, response_working_minutes, sla_due_at from "
    "intermediate.int_service_levels__response_working_time"
)
_REGIONS = ("North America", "Latin America", "Asia", "Oceania", "Europe", None)


class _Calendars:
    """The seeds, read as a person reads them."""

    def __init__(self) -> None:
        calendars = _rows(tables()["calendars.csv"])
        self.default = next(r["calendar"] for r in calendars if not r["region"])
        self.by_region = {r["region"]: r["calendar"] for r in calendars if r["region"]}
        self.zones = {r["calendar"]: ZoneInfo(r["time_zone"]) for r in calendars}
        self.hours = {
            (r["calendar"], int(r["weekday"])): (int(r["opens_minute"]), int(r["closes_minute"]))
            for r in _rows(tables()["business_hours.csv"])
        }
        self.holidays = {
            (r["calendar"], date.fromisoformat(r["holiday_on"])) for r in _rows(tables()["holidays.csv"])
        }

    def working_seconds(self, region: str | None, start: datetime, end: datetime) -> int:
        calendar = self.by_region.get(region or "", self.default)
        zone = self.zones[calendar]
        first, last = (at.astimezone(zone).replace(tzinfo=None) for at in (start, end))
        total, day = 0, first.date()
        while day <= last.date():
            hours = self.hours.get((calendar, day.isoweekday()))
            if hours and (calendar, day) not in self.holidays:
                midnight = datetime.combine(day, time())
                opens, closes = (midnight + timedelta(minutes=m) for m in hours)
                total += max(0, int((min(last, closes) - max(first, opens)).total_seconds()))
            day += timedelta(days=1)
        return total


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> DbtWarehouse:
    return built_warehouses.of_nobody(tmp_path_factory.mktemp("home"))


def test_response_and_deadline_agree_with_a_plain_computation(built: DbtWarehouse) -> None:
    calendars = _Calendars()
    rng = Random(11)
    asked = {}
    for n in range(_LEADS):
        ready = _START + timedelta(seconds=rng.randrange(240 * 86400))
        touched = ready + timedelta(seconds=int(rng.expovariate(1 / (3 * 86400))))
        asked[f"lead{n}"] = (rng.choice(_REGIONS), ready, touched, rng.choice((5, 540, 2700)))
    values = ", ".join(
        f"('{lead_id}', {_sql(region)}, {_sql(ready)}, {_sql(touched)}, {sla})"
        for lead_id, (region, ready, touched, sla) in asked.items()
    )
    built.execute(
        f"create temp table asked as select * from (values {values}) as t(lead_id, region, ready, touched, sla);"
        "insert into intermediate.int_identity__people by name select lead_id, region from asked;"
        "insert into memory.log_response_promises by name "
        "select lead_id, 1 as promise_number, ready as promised_from, sla as sla_minutes from asked;"
        "insert into intermediate.int_lifecycle__ready_leads by name select lead_id, ready as ready_at from asked;"
        "insert into intermediate.int_service_levels__responses by name "
        "select lead_id, ready as ready_at, touched as first_touch_at from asked"
    )
    built.transform.build(select=_COUNTED, as_of=NOW)
    found = built.rows(_FOUND)
    assert len(found) == _LEADS
    for lead_id, minutes, due in found:
        region, ready, touched, sla = asked[lead_id]
        assert round(minutes * 60) == calendars.working_seconds(region, ready, touched), asked[lead_id]
        due = due.replace(tzinfo=UTC)
        assert calendars.working_seconds(region, ready, due) == sla * 60, asked[lead_id]
        assert calendars.working_seconds(region, ready, due - timedelta(seconds=1)) < sla * 60, asked[lead_id]

    # Other hours, a holiday on every second day and another time zone: what was promised until when stays.
    built.execute(
        "update seeds.business_hours set closes_minute = closes_minute - 120;"
        "update seeds.calendars set time_zone = 'Asia/Tokyo' where region is null;"
        "insert into seeds.holidays by name select calendar, cast(day as date) as holiday_on from seeds.calendars, "
        f"generate_series(date '{_START:%Y-%m-%d}', date '{NOW:%Y-%m-%d}', interval 2 day) as days(day)"
    )
    built.transform.build(select=_COUNTED, as_of=NOW + timedelta(days=1))
    assert _due(built.rows(_FOUND)) == _due(found)
    # A warehouse from before due times were noted has them from the first run that knows them.
    built.execute("delete from memory.log_due_times where lead_id = 'lead0'")
    built.transform.build(select=_COUNTED, as_of=NOW + timedelta(days=2))
    assert len({lead_id for lead_id, due in _due(built.rows(_FOUND)) ^ _due(found)}) == 1


def test_one_date_that_cannot_be_true_takes_nothing_from_others(built: DbtWarehouse) -> None:
    """Nor does it leave a trace once it is corrected, in a log that an earlier version filled with it neither."""
    contacts = [
        {"hs_object_id": f"c{n}", "email": f"p@firm{n}.example", "createdate": f"2026-06-2{n}T08:00:00Z",
         "lifecyclestage": "marketingqualifiedlead", "jobtitle": "VP Sales",
         "hs_v2_date_entered_marketingqualifiedlead": f"2026-06-2{n}T09:00:00Z",
         "recent_conversion_event_name": "Demo request", "recent_conversion_date": f"2026-06-2{n}T09:00:00Z"}
        for n in range(1, 6)
    ]  # fmt: skip
    old = "1970-01-21T10:04:00Z"
    contacts.append(
        {"hs_object_id": "old", "email": "old@firm9.example", "createdate": "2026-06-24T08:00:00Z",
         "lifecyclestage": "marketingqualifiedlead", "hs_v2_date_entered_marketingqualifiedlead": old,
         "hs_analytics_last_visit_timestamp": "9999-12-31T00:00:00Z"}
    )  # fmt: skip
    built.add("raw_hubspot", "contacts", contacts, NOW.isoformat())
    select = "+fct_lead_responses +rpt_implausible_dates"
    built.transform.build(select=select, as_of=NOW, tests=False)
    asked = (
        "select record_id, ready_at, promised_grade is not null, sla_due_at is not null "
        "from marts.fct_lead_responses join intermediate.int_identity__records using (lead_id) "
        "where crm = 'hubspot' order by all"
    )
    ready = [(f"c{n}", datetime(2026, 6, 20 + n, 9), True, True) for n in range(1, 6)]
    assert built.rows(asked) == ready
    assert built.rows("select * exclude (crm, object) from marts.rpt_implausible_dates order by all") == [
        ("hs_analytics_last_visit_timestamp", "too_late", 1, "old"),
        ("hs_v2_date_entered_marketingqualifiedlead", "too_early", 1, "old"),
    ]

    built.execute(
        "insert into memory.log_stage_sightings by name select 'hubspot:contacts:old' as record_key, "
        "'lifecyclestage' as field, 'marketingqualifiedlead' as value, true as is_stated, "
        f"timestamp '{old[:19]}' as entered_at, timestamp '2026-06-29' as first_seen_at; "
        "insert into memory.log_response_promises by name select lead_id, 1 as promise_number, 'Hot' as grade, "
        f"5 as sla_minutes, timestamp '{old[:19]}' as promised_from, timestamp '2026-06-29' as promised_at "
        "from intermediate.int_identity__records where record_id = 'old'"
    )
    built.transform.build(select=select, as_of=NOW + timedelta(hours=1), tests=False)
    assert built.rows(asked) == ready

    built.execute(
        "update raw_hubspot.contacts set hs_v2_date_entered_marketingqualifiedlead = '2026-06-24T10:04:00Z', "
        "hs_analytics_last_visit_timestamp = null where hs_object_id = 'old'"
    )
    built.transform.build(select=select, as_of=NOW + timedelta(hours=2), tests=False)
    ((_, ready_at, has_grade, has_due),) = set(built.rows(asked)) - set(ready)
    assert ready_at == datetime(2026, 6, 24, 10, 4)
    assert has_grade
    assert has_due == bool(built.rows("select 1 from memory.log_due_times where promised_from = "
                                      "timestamp '2026-06-24 10:04:00'"))  # fmt: skip
    assert built.rows("from marts.rpt_implausible_dates") == []


def _due(rows: list[tuple[Any, ...]]) -> set[tuple[str, datetime]]:
    return {(lead_id, due) for lead_id, _, due in rows}


def _sql(value: str | datetime | None) -> str:
    if isinstance(value, datetime):
        return f"timestamp '{value:%Y-%m-%d %H:%M:%S}'"
    return f"'{value}'" if value else "cast(null as varchar)"


def _rows(file: Path) -> list[dict[str, str]]:
    with file.open(newline="", encoding="utf-8") as text:
        return list(csv.DictReader(text))
