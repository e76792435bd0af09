"""Records that could not be read, or hold what cannot be true, as the last pull and the last build found them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from leadwright import warehouse
from leadwright.connectors.base import Finding
from leadwright.formatting import count, moment
from leadwright.pull import loads, setaside

_CORRECT = "Correct them in the CRM; the next run follows."
_UNTRUE = {
    "too_early": "dates too long ago to be true",
    "too_late": "dates too far ahead to be true",
    "unreadable": "values that are no date",
}


def findings(db: warehouse.Connection) -> Iterator[Finding]:
    """Findings on objects that stopped, records that were set aside, dates and numbers."""
    yield from map(_stopped, loads.stopped(db))
    yield from map(_set_aside, setaside.listed(db))
    yield from map(_date, reported(db, "rpt_implausible_dates", "crm, object, field, problem"))
    yield from map(_number, reported(db, "rpt_unread_numbers", "crm, object, field"))


def reported(db: warehouse.Connection, mart: str, order: str) -> list[dict[str, Any]]:
    """Rows of a mart as the last build left it; none before the first one."""
    if not warehouse.columns(db, "marts", mart):
        return []
    return warehouse.rows(db, f"from marts.{mart} order by {order}")


def _stopped(row: Mapping[str, Any]) -> Finding:
    said = f"{row['crm']} {row['object']} were last read {moment(row['pulled_at'])}: {row['stopped']}"
    return Finding("pull", False, said, "See the message; the next run reads them again.")


def _set_aside(row: Mapping[str, Any]) -> Finding:
    why = setaside.REASONS.get(row["reason"], row["reason"])
    example = f", such as record {row['example']}" if row["example"] else ""
    return Finding(
        "records",
        False,
        f"{row['crm']} {row['object']}: {count(row['records'])} set aside since {moment(row['since'])} because {why} "
        f"({row['field']}){example}; the warehouse keeps what it had of them",
        "Correct them in the CRM; the next run after that takes them.",
    )


def _date(row: Mapping[str, Any]) -> Finding:
    return Finding(
        "dates",
        False,
        f"{row['crm']} {row['object']}.{row['field']}: {count(row['record_count'])} "
        f"{_UNTRUE[row['problem']]}, such as record {row['example_record_id']}; taken for empty",
        _CORRECT,
    )


def _number(row: Mapping[str, Any]) -> Finding:
    field = f"{row['crm']} {row['object']}.{row['field']}, {count(row['value_count'])} values"
    doubtful = f"{count(row['doubtful_count'])} such as 50.000 are read as number_format.csv says"
    return Finding(
        "numbers",
        not row["unread_count"],
        f"{field}: {count(row['unread_count'])} are no number to us and count as none; {doubtful}",
        "The page Data health has an example. Correct them in the CRM, or the row of number_format.csv.",
    )
