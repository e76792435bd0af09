"""SOQL's date literals: `TODAY`, `LAST_N_DAYS:30` … as a first day and the day after the last (days in UTC).

The org's fiscal year starts in January, so fiscal quarters and years are those of the calendar.
"""

from __future__ import annotations

import re
from datetime import date, timedelta

UNITS = ("DAY", "WEEK", "MONTH", "QUARTER", "YEAR")
FIXED = {"TODAY": ("DAY", 0), "YESTERDAY": ("DAY", -1), "TOMORROW": ("DAY", 1)}
MONTHS = {"MONTH": 1, "QUARTER": 3, "YEAR": 12}


def unit_start(day: date, unit: str) -> date:
    """The first day of the week, month, quarter or year that holds `day` (weeks start on Sunday)."""
    if unit == "DAY":
        return day
    if unit == "WEEK":
        return day - timedelta(days=(day.weekday() + 1) % 7)
    month = {"MONTH": day.month, "QUARTER": (day.month - 1) // 3 * 3 + 1, "YEAR": 1}[unit]
    return day.replace(month=month, day=1)


def moved(start: date, unit: str, count: int) -> date:
    """`start`, the first day of a unit, moved by `count` units."""
    if unit in ("DAY", "WEEK"):
        return start + timedelta(days=count * (7 if unit == "WEEK" else 1))
    months = start.year * 12 + start.month - 1 + count * MONTHS[unit]
    return start.replace(year=months // 12, month=months % 12 + 1)


def period(name: str, count: int | None, today: date) -> tuple[date, date] | None:
    """The days a literal stands for, first and day after the last; None where `name` is no literal."""
    name = re.sub(r"FISCAL_(QUARTER|YEAR)", r"\1", name)
    if count is None:
        if name in FIXED:
            unit, offset = FIXED[name]
            return moved(today, unit, offset), moved(today, unit, offset + 1)
        if name in ("LAST_90_DAYS", "NEXT_90_DAYS"):
            return period(name.replace("90", "N"), 90, today)
        found = re.fullmatch(r"(LAST|THIS|NEXT)_(WEEK|MONTH|QUARTER|YEAR)", name)
        if found is None:
            return None
        start = moved(unit_start(today, found[2]), found[2], {"LAST": -1, "THIS": 0, "NEXT": 1}[found[1]])
        return start, moved(start, found[2], 1)
    return _counted(name, count, today)


def _counted(name: str, count: int, today: date) -> tuple[date, date] | None:
    if found := re.fullmatch(r"(LAST|NEXT)_N_(DAY|WEEK|MONTH|QUARTER|YEAR)S", name):
        here = unit_start(today, found[2])
        if found[1] == "NEXT":
            return moved(here, found[2], 1), moved(here, found[2], count + 1)
        last = moved(here, found[2], 1 if found[2] == "DAY" else 0)  # LAST_N_DAYS runs up to now
        return moved(here, found[2], -count), last
    if found := re.fullmatch(r"N_(DAY|WEEK|MONTH|QUARTER|YEAR)S_AGO", name):
        start = moved(unit_start(today, found[1]), found[1], -count)
        return start, moved(start, found[1], 1)
    return None
