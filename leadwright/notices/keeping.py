"""Keeps what was told in a file of the home, and not in the warehouse: people are told of a run that cannot open its
warehouse, too, and once. `ops.notices` is a copy for whoever reads tables.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from leadwright import warehouse
from leadwright.notices.changes import FINE, Book, Condition, Told
from leadwright.notices.destinations import Plan
from leadwright.settings import Settings

_FILE = "notices.json"
TABLE = (
    *((name, "varchar") for name in ("subject", "kind", "state", "destination", "failure")),
    *((name, "timestamptz") for name in ("since", "told_at")),
)


def read(settings: Settings) -> Book:
    """What is known; nothing where there is no file, or none of ours: then people are told once more."""
    try:
        said = json.loads((settings.home / _FILE).read_text(encoding="utf-8"))
        return Book(
            {name: _condition(each) for name, each in said["subjects"].items()},
            {
                name: {
                    subject: Told(_condition(each["condition"]), datetime.fromisoformat(each["at"]))
                    for subject, each in told.items()
                }
                for name, told in said["told"].items()
            },
            dict(said["failures"]),
        )
    except (FileNotFoundError, NotADirectoryError, ValueError, KeyError, TypeError, AttributeError):
        return Book()


@contextmanager
def opened(settings: Settings, wait_seconds: float) -> Iterator[Book]:
    """The book, for one process at a time, kept as it is when the block ends. Raises LockedError."""
    home = settings.make_home()
    with warehouse.locked(home / "notices.lock", wait_seconds, "has been sending notices"):
        book = read(settings)
        try:
            yield book
        finally:
            keep(book, settings)


def keep(book: Book, settings: Settings) -> None:
    """Write the book, where there is room: rather told again than never that there is none."""
    with suppress(OSError):
        _write(book, settings)


def _write(book: Book, settings: Settings) -> None:
    """Write the book; who reads meanwhile sees all of it or nothing."""
    said = {
        "subjects": {name: _plain(each) for name, each in book.subjects.items()},
        "told": {
            name: {
                subject: {"condition": _plain(each.condition), "at": each.at.isoformat()}
                for subject, each in told.items()
            }
            for name, told in book.told.items()
        },
        "failures": book.failures,
    }
    file: Path = settings.home / _FILE
    draft = file.with_suffix(".draft")
    draft.write_text(json.dumps(said, indent=1, ensure_ascii=False), encoding="utf-8")
    draft.replace(file)


def copy(book: Book, plan: Plan, db: warehouse.Connection) -> None:
    """Put what is wrong at the moment into `ops.notices`, once for each destination that is told of it."""
    warehouse.ensure_table(db, "ops", "notices", TABLE)
    db.execute("begin")
    db.execute("delete from ops.notices")
    for fault in book.faults():
        told = book.told_of(fault, plan)
        for name in told or [None]:
            at = told[name] if name else None
            failure = book.failures.get(name) if name and at is None else None
            db.execute(
                f"insert into ops.notices ({', '.join(column for column, _ in TABLE)}) values (?, ?, ?, ?, ?, ?, ?)",
                [fault.subject, fault.kind, fault.state, name, failure, fault.since, at],
            )
    db.execute("commit")


def _plain(condition: Condition) -> dict[str, Any]:
    facts = {name: _dated(value) for name, value in condition.facts.items()}
    since = condition.since.isoformat() if condition.since else None
    return {
        "subject": condition.subject,
        "kind": condition.kind,
        "state": condition.state,
        "since": since,
        "facts": facts,
    }


def _dated(value: Any) -> Any:
    """A moment as JSON can hold it; all else is JSON already."""
    if isinstance(value, datetime):
        aware = value if value.tzinfo else value.replace(tzinfo=UTC)
        return {"at": aware.astimezone(UTC).isoformat()}
    return value


def _condition(said: Mapping[str, Any]) -> Condition:
    facts = {
        name: datetime.fromisoformat(value["at"]) if isinstance(value, dict) else value
        for name, value in said["facts"].items()
    }
    since = datetime.fromisoformat(said["since"]) if said["since"] else None
    return Condition(said["subject"], said["kind"], said["state"] or FINE, since, facts)
