"""Response times and deadlines agree with a plain computation on calendars that nobody would think of.

Hypothesis makes the worlds: any time zones, any hours of any weekday, holidays, and responses placed around the changes
of the clocks. All worlds of one run go into one build, each as calendars and leads of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests import built_warehouses
from tests.dbt_warehouse import DbtWarehouse

# No Africa/Casablanca: its law changes with each Ramadan, and DuckDB's and Python's tables of time zones disagree.
_AS_OF = datetime(2026, 12, 1, tzinfo=UTC)
_ZONES = (
    "UTC", "Europe/Berlin", "Europe/London", "America/New_York", "America/Sao_Paulo", "America/St_Johns",
    "Asia/Kolkata", "Asia/Kathmandu", "Asia/Tehran", "Australia/Sydney", "Australia/Lord_Howe",
    "Pacific/Auckland", "Pacific/Chatham", "Pacific/Kiritimati", "Pacific/Pago_Pago",
)  # fmt: skip
_CLOCKS_CHANGE = [
    datetime(2026, month, day, tzinfo=UTC)
    for month, day in ((3, 8), (3, 29), (4, 5), (9, 27), (10, 4), (10, 25), (11, 1))
]
_WORLDS = 50


@dataclass(frozen=True)
class _Calendar:
    zone: str
    hours: dict[int, tuple[int, int]]
    holidays: frozenset[date]

    def working_seconds(self, start: datetime, end: datetime) -> int:
        """Seconds that pass between two moments while the clocks on the wall show working hours."""
        zone, total = ZoneInfo(self.zone), 0
        day, last = (at.astimezone(zone).date() for at in (start, end))
        while day <= last:
            if day.isoweekday() in self.hours and day not in self.holidays:
                midnight = datetime.combine(day, time())
                # of an hour that is shown twice the first: that is what fold=0 means
                opens, closes = (
                    (midnight + timedelta(minutes=m)).replace(tzinfo=zone).astimezone(UTC)
                    for m in self.hours[day.isoweekday()]
                )
                total += max(0, int((min(end, closes) - max(start, opens)).total_seconds()))
            day += timedelta(days=1)
        return total


@dataclass(frozen=True)
class _World:
    calendar: _Calendar
    ready: datetime
    visible: datetime
    touched: datetime | None
    sla_minutes: int


# The clocks change at night, so any hours that include the night, too, and days that are open from end to end. No day
# opens or closes while the clocks skip an hour: what that would mean is anybody's guess.
_hours = st.just((0, 24 * 60)) | st.tuples(
    st.just(0) | st.integers(4 * 60, 14 * 60), st.integers(4 * 60, 10 * 60)
).map(lambda h: (h[0], h[0] + h[1]))
_calendars = st.builds(
    _Calendar,
    st.sampled_from(_ZONES),
    st.dictionaries(st.integers(1, 7), _hours, min_size=1, max_size=7),
    st.frozensets(st.dates(date(2026, 2, 1), date(2026, 11, 30)), max_size=12),
)
_moments = st.builds(
    lambda change, seconds: change + timedelta(seconds=seconds),
    st.sampled_from(_CLOCKS_CHANGE),
    st.integers(-3 * 86400, 3 * 86400),
)


@st.composite
def _worlds(draw: st.DrawFn) -> _World:
    ready = draw(_moments)
    visible = ready + timedelta(seconds=draw(st.integers(0, 2 * 86400)))
    touched = draw(st.none() | st.integers(0, 8 * 86400).map(lambda s: visible + timedelta(seconds=s)))
    calendar = draw(_calendars)
    # Deadlines are known for 400 days: some 57 weeks, of which holidays may take twelve.
    most = 40 * sum(closes - opens for opens, closes in calendar.hours.values())
    return _World(calendar, ready, visible, touched, draw(st.integers(1, min(3000, most))))


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> DbtWarehouse:
    return built_warehouses.of_nobody(tmp_path_factory.mktemp("home"))


@settings(
    max_examples=2,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
)
@given(worlds=st.lists(_worlds(), min_size=_WORLDS, max_size=_WORLDS))
def test_working_time_agrees_with_a_plain_computation(built: DbtWarehouse, worlds: list[_World]) -> None:
    _replace(built, worlds)
    built.transform.build(
        select="int_service_levels__lead_calendars int_service_levels__working_days "
        "int_service_levels__promises log_due_times int_service_levels__response_working_time "
        "fct_lead_responses",
        as_of=_AS_OF,
    )
    found = {
        row[0]: row[1:]
        for row in built.rows(
            "select lead_id, response_working_minutes, human_working_minutes, sla_due_at, sla_status, "
            "system_minutes, human_minutes, response_minutes from marts.fct_lead_responses"
        )
    }
    assert len(found) == len(worlds)
    for n, world in enumerate(worlds):
        working, human_working, due, status, system, human, response = found[f"lead{n}"]
        seconds = world.calendar.working_seconds
        assert round(system * 60) == (world.visible - world.ready).total_seconds()
        if world.touched is None:
            assert working is human_working is human is response is None
        else:
            assert round(working * 60) == seconds(world.ready, world.touched), world
            assert round(human_working * 60) == seconds(world.visible, world.touched), world
            assert round((system + human) * 60) == round(response * 60)
        due = due.replace(tzinfo=UTC)
        assert seconds(world.ready, due) == world.sla_minutes * 60, world
        assert seconds(world.ready, due - timedelta(seconds=1)) < world.sla_minutes * 60, world
        kept = world.touched is not None and world.touched <= due
        assert status == ("kept" if kept else "running" if due >= _AS_OF else "broken"), world


def _replace(built: DbtWarehouse, worlds: list[_World]) -> None:
    """Put one calendar, region and lead per world where the models read them."""
    calendars = ", ".join(f"('c{n}', 'region{n}', '{w.calendar.zone}')" for n, w in enumerate(worlds))
    hours = ", ".join(
        f"('c{n}', {weekday}, {opens}, {closes})"
        for n, world in enumerate(worlds)
        for weekday, (opens, closes) in world.calendar.hours.items()
    )
    holidays = ["('rest', date '2026-01-01')"]
    holidays += [f"('c{n}', date '{day}')" for n, w in enumerate(worlds) for day in w.calendar.holidays]
    leads = ", ".join(
        f"('lead{n}', 'region{n}', {_sql(w.ready)}, {_sql(w.visible)}, {_sql(w.touched)}, {w.sla_minutes})"
        for n, w in enumerate(worlds)
    )
    built.execute(
        "delete from seeds.calendars; delete from seeds.business_hours; delete from seeds.holidays; "
        "delete from intermediate.int_identity__people; delete from memory.log_response_promises; "
        "delete from intermediate.int_service_levels__responses; delete from intermediate.int_lifecycle__ready_leads; "
        "delete from memory.log_due_times; "
        f"insert into seeds.calendars by name from (values {calendars}, ('rest', null, 'UTC')) "
        "as t(calendar, region, time_zone); "
        f"insert into seeds.business_hours by name from (values {hours}) "
        "as t(calendar, weekday, opens_minute, closes_minute); "
        f"insert into seeds.holidays by name from (values {', '.join(holidays)}) "
        "as t(calendar, holiday_on); "
        f"create or replace temp table asked as from (values {leads}) "
        "as t(lead_id, region, ready_at, visible_at, first_touch_at, sla_minutes); "
        "insert into intermediate.int_identity__people by name select lead_id, region from asked; "
        "insert into memory.log_response_promises by name "
        "select lead_id, 1 as promise_number, ready_at as promised_from, sla_minutes from asked; "
        "insert into intermediate.int_lifecycle__ready_leads by name select lead_id, ready_at from asked; "
        "insert into intermediate.int_service_levels__responses by name select lead_id, ready_at, "
        "visible_at, first_touch_at, "
        "date_diff('second', ready_at, first_touch_at) / 60.0 as response_minutes from asked"
    )


def _sql(value: datetime | None) -> str:
    return f"timestamp '{value:%Y-%m-%d %H:%M:%S}'" if value else "cast(null as timestamp)"
