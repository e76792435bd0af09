"""Working time in SQL agrees with a plain computation, across time zones, holidays and changes of the clocks."""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

import pytest

from tests.dbt_warehouse import NOW, DbtWarehouse

_LEADS = 400
_START = datetime(2025, 9, 1, tzinfo=UTC)
_REGIONS = ("North America", "Latin America", "Asia", "Oceania", "Europe", None)


class _Calendars:
    """The seeds, read as a person reads them."""

    def __init__(self, seeds: Path) -> None:
        calendars = _rows(seeds / "calendars.csv")
        self.default = next(r["calendar"] for r in calendars if not r["region"])
        self.by_region = {r["region"]: r["calendar"] for r in calendars if r["region"]}
        self.zones = {r["calendar"]: ZoneInfo(r["time_zone"]) for r in calendars}
        self.hours = {
            (r["calendar"], int(r["weekday"])): (int(r["opens_minute"]), int(r["closes_minute"]))
            for r in _rows(seeds / "business_hours.csv")
        }
        self.holidays = {
            (r["calendar"], date.fromisoformat(r["holiday_on"])) for r in _rows(seeds / "holidays.csv")
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
    made = DbtWarehouse(tmp_path_factory.mktemp("home"))
    made.build()
    return made


def test_response_and_deadline_agree_with_a_plain_computation(built: DbtWarehouse) -> None:
    calendars = _Calendars(built.settings.dbt_project / "seeds")
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
        "insert into intermediate.int_people by name select lead_id, region from asked;"
        "insert into intermediate.int_response_promises by name "
        "select lead_id, 1 as promise_number, ready as promised_from, sla as sla_minutes from asked;"
        "insert into intermediate.int_responses by name "
        "select lead_id, ready as ready_at, touched as first_touch_at from asked"
    )
    built.transform.build(select="int_lead_calendars int_working_days int_response_working_time", as_of=NOW)
    found = built.rows(
        "select lead_id, response_working_minutes, sla_due_at from intermediate.int_response_working_time"
    )
    assert len(found) == _LEADS
    for lead_id, minutes, due in found:
        region, ready, touched, sla = asked[lead_id]
        assert round(minutes * 60) == calendars.working_seconds(region, ready, touched), asked[lead_id]
        due = due.replace(tzinfo=UTC)
        assert calendars.working_seconds(region, ready, due) == sla * 60, asked[lead_id]
        assert calendars.working_seconds(region, ready, due - timedelta(seconds=1)) < sla * 60, asked[lead_id]


def _sql(value: str | datetime | None) -> str:
    if isinstance(value, datetime):
        return f"timestamp '{value:%Y-%m-%d %H:%M:%S}'"
    return f"'{value}'" if value else "cast(null as varchar)"


def _rows(file: Path) -> list[dict[str, str]]:
    with file.open(newline="", encoding="utf-8") as text:
        return list(csv.DictReader(text))
