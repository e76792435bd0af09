"""The calendar functions of SOQL, each as the SQLite expression of a date or datetime column."""

from __future__ import annotations

DATE_PARTS = {
    "CALENDAR_YEAR": "cast(strftime('%Y', {}) as integer)",
    "CALENDAR_MONTH": "cast(strftime('%m', {}) as integer)",
    "CALENDAR_QUARTER": "((cast(strftime('%m', {}) as integer) + 2) / 3)",
    "DAY_IN_MONTH": "cast(strftime('%d', {}) as integer)",
    "DAY_IN_WEEK": "(cast(strftime('%w', {}) as integer) + 1)",
    "DAY_IN_YEAR": "cast(strftime('%j', {}) as integer)",
    "WEEK_IN_MONTH": "((cast(strftime('%d', {}) as integer) + 6) / 7)",
    "WEEK_IN_YEAR": "((cast(strftime('%j', {}) as integer) + 6) / 7)",
    "HOUR_IN_DAY": "cast(strftime('%H', {}) as integer)",
    "DAY_ONLY": "date({})",
}
# the fiscal year is the calendar's
DATE_PARTS |= {f"FISCAL_{part}": DATE_PARTS[f"CALENDAR_{part}"] for part in ("YEAR", "MONTH", "QUARTER")}
