"""What is read to find leaks: what fields are called, what leads look like now, and what the logs saw before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa

from leadwright import warehouse
from leadwright.learn.examples import Examples, Flags, Floats, Ints, Known, column
from leadwright.learn.leaks.words import Vocabulary, Word
from leadwright.settings import Settings

_FEATURES = warehouse.statement(__file__, "features")
_WORDS = warehouse.statement(__file__, "words")
_LEADS = warehouse.statement(__file__, "leads")
_PICKED = "select * from picked order by place"
_VALUES = warehouse.statement(__file__, "values")
_CHANGES = warehouse.statement(__file__, "changes")


@dataclass(frozen=True, slots=True)
class Change:
    """What a feature said of the leads in which it changed, when they were first seen.

    Attributes:
        places: of the leads.
        before: what it said then: numbers, or places in the words of the examples; -1 or NaN where it said nothing.
        days: how long ago a run first saw something else.
    """

    places: Ints
    before: np.ndarray[Any, Any]
    days: Floats


@dataclass(frozen=True)
class Now:
    """All leads as they are now, a place each.

    Attributes:
        leads: their ids.
        ages: days since each came.
        systems: a number for the CRMs that have it.
        reached: days since its outcome; NaN where it has none, or none with a date.
        watched: days since a run first saw it.
        values: feature -> what it says now, as in examples.
        changes: feature -> what it said before.
    """

    leads: np.ndarray[Any, Any]
    ages: Floats
    systems: Ints
    decided: Flags
    converted: Flags
    reached: Floats
    watched: Floats
    values: Mapping[str, np.ndarray[Any, Any]]
    changes: Mapping[str, Change]


@dataclass(frozen=True)
class Readings:
    """Everything besides the examples that leaks are seen by.

    Attributes:
        names: feature of the company's own -> what it is called: itself, its fields in the CRMs, its descriptions.
        dates: features that are a day.
        answers: feature -> yes or no, as a person said.
        looked_at: features whose past is taken for known, while no event dates it.
        now: None where only examples are looked at.
    """

    looked_at: frozenset[str]
    names: Mapping[str, Sequence[str]] = field(default_factory=dict)
    dates: frozenset[str] = frozenset()
    answers: Mapping[str, str] = field(default_factory=dict)
    vocabulary: Vocabulary = field(default_factory=lambda: Vocabulary(()))
    now: Now | None = None


def read(settings: Settings, examples: Examples) -> Readings:
    """Read it, after the examples were. Raises LockedError where another process holds the warehouse."""
    with warehouse.writer(settings.warehouse_file, settings.lock_wait_seconds) as db:
        rows = warehouse.rows(db, _FEATURES)
        vocabulary = Vocabulary(Word(**row) for row in warehouse.rows(db, _WORDS))
        looked_at = frozenset(row["feature"] for row in rows)
        known = [k for k in examples.known if k.name in looked_at and k.name in examples.values]
        now = _now(db, examples, known)
    names: dict[str, list[str]] = {}
    for row in rows:
        if row["field"]:
            of = names.setdefault(row["feature"], [row["feature"]])
            of += [name for name in (row["field"], row["description"]) if name and name not in of]
    return Readings(
        looked_at,
        names,
        frozenset(row["feature"] for row in rows if row["field_type"] == "date"),
        {row["feature"]: row["answer"] for row in rows if row["answer"]},
        vocabulary,
        now,
    )


def _now(db: warehouse.Connection, examples: Examples, known: Sequence[Known]) -> Now:
    outcome = examples.outcome
    table = pa.table({"feature": [k.name for k in known], "code": pa.array(range(len(known)), pa.int32())})
    db.execute(_LEADS, {"as_of": outcome.as_of, "outcome_id": outcome.outcome_id})
    db.register("wanted", table)
    leads = db.execute(_PICKED).fetchnumpy()
    values = db.sql(_VALUES).to_arrow_table()
    changes = db.sql(_CHANGES, params={"as_of": outcome.as_of}).to_arrow_table()
    db.unregister("wanted")
    size = len(leads["place"])
    words = {k.name: {w: n for n, w in enumerate(examples.words[k.name])} for k in known if not k.is_number}
    said, seen = _by_code(values, len(known)), _by_code(changes, len(known))
    now = Now(
        np.ma.getdata(leads["lead_id"]),
        _numbers(leads["age_days"]),
        np.unique(np.ma.filled(leads["systems"], "").astype(str), return_inverse=True)[1],
        np.ma.filled(leads["is_decided"], False).astype(bool),
        np.ma.filled(leads["is_converted"], False).astype(bool),
        _numbers(leads["reached_days"]),
        _numbers(leads["watched_days"]),
        {k.name: column(rows, size, words.get(k.name)) for k, rows in zip(known, said, strict=True)},
        {k.name: _change(rows, words.get(k.name)) for k, rows in zip(known, seen, strict=True) if len(rows)},
    )
    for name, each in words.items():  # what only leads of now say is a word, too
        examples.words[name] = list(each)
    return now


def _by_code(rows: pa.Table, count: int) -> list[pa.Table]:
    ends = np.searchsorted(rows["code"].to_numpy(), np.arange(count + 1))
    return [rows.slice(ends[n], ends[n + 1] - ends[n]) for n in range(count)]


def _change(rows: pa.Table, words: dict[str, int] | None) -> Change:
    places = rows["place"].to_numpy()
    dense = pa.table(
        {**{n: rows[n] for n in ("text_value", "number_value")}, "place": np.arange(len(places))}
    )
    return Change(places, column(dense, len(places), words), rows["changed_days"].to_numpy())


def _numbers(found: Any) -> Floats:
    return np.ma.filled(np.ma.asarray(found, dtype=np.float64), np.nan)
