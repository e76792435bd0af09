"""What became of leads after moments of the past, with what was known of them then: read month by month, so that memory
is bounded however many leads and months there are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa

from leadwright import warehouse
from leadwright.connectors.errors import ConfigError
from leadwright.settings import Settings
from leadwright.transform.project import Transform

MOST_MONTHS = 24
_AT_ONCE = 250_000
"""Pairs of lead and moment that one build makes features of."""
MOST_EXAMPLES = 400_000
"""Above this, leads are drawn: a model learns no more from more, and memory has an end."""

_SIZE = warehouse.statement(__file__, "examples_size")
_CREATED = warehouse.statement(__file__, "examples_created")
_KNOWN = warehouse.statement(__file__, "examples_known")
_PICK = warehouse.statement(__file__, "examples_picked")
_PICKED = "select * from picked order by place"
_VALUES = warehouse.statement(__file__, "examples_values")

Floats = np.ndarray[Any, np.dtype[np.float64]]
Ints = np.ndarray[Any, np.dtype[np.int64]]
Flags = np.ndarray[Any, np.dtype[np.bool_]]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is to be foreseen: within how many days, and whether by dates or by the final state (`cohort`)."""

    outcome_id: str
    horizon_days: int
    basis: str
    as_of: datetime


@dataclass(frozen=True, slots=True)
class Known:
    """A feature that a model may look at, and what is known of it beforehand."""

    name: str
    dimension: str
    more_is: str
    missing_is: str
    is_number: bool
    is_known: bool


@dataclass
class Examples:
    """Pairs of lead and moment, a row each.

    Attributes:
        values: feature -> numbers, NaN where there is none; of a text places in `words`, -1 where there is none.
        rule_scores: NaN where nobody asked the rules.
        rule_grades: None where nobody asked the rules.
        left_out: how many more there were, of leads that a colleague's sale drew in.
    """

    outcome: Outcome
    known: Sequence[Known]
    leads: np.ndarray[Any, Any]
    groups: np.ndarray[Any, Any]
    months: np.ndarray[Any, Any]
    moments: np.ndarray[Any, Any]
    converted: Ints
    rule_scores: Floats
    values: dict[str, np.ndarray[Any, Any]]
    words: dict[str, list[str]] = field(default_factory=dict)
    left_out: int = 0
    rule_grades: np.ndarray[Any, Any] = field(default_factory=lambda: np.zeros(0, dtype=object))

    def __len__(self) -> int:
        return len(self.converted)


def outcome(settings: Settings, outcome_id: str | None) -> Outcome:
    """The outcome of that name; the first one where None. Raises ConfigError where there is none, or no build."""
    with warehouse.writer(settings.warehouse_file, settings.lock_wait_seconds) as db:
        if not warehouse.columns(db, "intermediate", "int_learning__outcomes"):
            raise ConfigError(
                "There is nothing to learn from yet: run `leadwright run` or `transform` first."
            )
        found = warehouse.rows(db, _SIZE, {"outcome_id": outcome_id})
    if not found:
        raise ConfigError(
            f"There is no outcome {outcome_id!r} in learning_outcomes.csv."
            if outcome_id
            else "learning_outcomes.csv names no outcome."
        )
    if found[0]["as_of"] is None:
        raise ConfigError("There is no lead to learn from yet.")
    return Outcome(**found[0])


def read(transform: Transform, wanted: Outcome, months: Sequence[datetime], tested: int) -> Examples:
    """The examples of `months`, of which the last `tested` have what the rules say, too."""
    sizes = _sizes(transform.settings, wanted, months)
    share = min(1.0, MOST_EXAMPLES / max(1, sum(sizes)))
    known = _known(transform.settings, months[0])
    parts: list[Examples] = []
    words: dict[str, dict[str, int]] = {k.name: {} for k in known if not k.is_number}
    for some, with_rules in _batches(months, sizes, tested):
        transform.build_examples(some, wanted.as_of, with_rules=with_rules)
        parts.append(_part(transform.settings, wanted, known, words, share))
    transform.build_examples((), wanted.as_of)
    return _joined(parts, {name: list(each) for name, each in words.items()})


def matured(settings: Settings, wanted: Outcome) -> list[datetime]:
    """The beginnings of the months whose outcomes are known by now, the newest of them."""
    with warehouse.writer(settings.warehouse_file, settings.lock_wait_seconds) as db:
        created = warehouse.rows(db, _CREATED)
    if not created:
        return []
    last = wanted.as_of - timedelta(days=wanted.horizon_days)
    if wanted.basis == "cohort":
        return [row["month_at"] for row in created if row["month_at"] <= last][-MOST_MONTHS:]
    found: list[datetime] = []
    month = created[0]["month_at"]
    # a month after the last lead has nobody new in it
    while month <= min(last, created[-1]["month_at"]):
        found.append(month)
        month = (month + timedelta(days=31)).replace(day=1)
    return found[-MOST_MONTHS:]


def _sizes(settings: Settings, wanted: Outcome, months: Sequence[datetime]) -> list[int]:
    """How many pairs each month has at the most."""
    with warehouse.writer(settings.warehouse_file, settings.lock_wait_seconds) as db:
        created = warehouse.rows(db, _CREATED)
    if wanted.basis == "cohort":
        return [sum(c["lead_count"] for c in created if c["month_at"] == month) for month in months]
    return [sum(c["lead_count"] for c in created if c["month_at"] <= month) for month in months]


def _batches(
    months: Sequence[datetime], sizes: Sequence[int], tested: int
) -> Iterator[tuple[list[datetime], bool]]:
    """Months that are built together, and whether the rules are asked; no batch is larger than it must be."""
    for part, with_rules in ((slice(None, len(months) - tested), False), (slice(-tested, None), True)):
        some: list[datetime] = []
        total = 0
        for month, size in zip(months[part], sizes[part], strict=True):
            if some and total + size > _AT_ONCE:
                yield some, with_rules
                some, total = [], 0
            some.append(month)
            total += size
        if some:
            yield some, with_rules


def _known(settings: Settings, since: datetime) -> list[Known]:
    with warehouse.writer(settings.warehouse_file, settings.lock_wait_seconds) as db:
        found = warehouse.rows(db, _KNOWN, {"since": since})
    return [
        Known(
            row["feature"],
            row["dimension"],
            row["more_is"] or "",
            row["missing_is"],
            row["is_number"],
            row["is_known"],
        )
        for row in found
    ]


def _part(
    settings: Settings,
    wanted: Outcome,
    known: Sequence[Known],
    words: dict[str, dict[str, int]],
    share: float,
) -> Examples:
    features = [k.name for k in known if k.is_known]
    table = pa.table({"feature": features, "code": pa.array(range(len(features)), pa.int32())})
    with warehouse.writer(settings.warehouse_file, settings.lock_wait_seconds) as db:
        db.execute(_PICK, {"outcome_id": wanted.outcome_id, "share": share})
        db.register("wanted", table)
        picked = db.execute(_PICKED).fetchnumpy()
        found = db.sql(_VALUES).to_arrow_table()
        db.unregister("wanted")
    whole = len(picked["place"])
    keep = ~_plain(picked["is_left_out"], bool)
    codes = found["code"].to_numpy()
    ends = np.searchsorted(codes, np.arange(len(features) + 1))
    values: dict[str, np.ndarray[Any, Any]] = {}
    for code, name in enumerate(features):
        rows = found.slice(ends[code], ends[code + 1] - ends[code])
        values[name] = column(rows, whole, words.get(name))[keep]
    return Examples(
        wanted,
        known,
        _plain(picked["lead_id"], object)[keep],
        _plain(picked["group_id"], object)[keep],
        _plain(picked["month_at"], "datetime64[us]")[keep],
        _plain(picked["as_of"], "datetime64[us]")[keep],
        _plain(picked["is_converted"], np.int64)[keep],
        np.ma.filled(np.ma.asarray(picked["rule_score"], dtype=np.float64), np.nan)[keep],
        values,
        left_out=int((~keep).sum()),
        rule_grades=np.ma.filled(np.ma.asarray(picked["rule_grade"], dtype=object), None)[keep],
    )


def _plain(column: Any, kind: Any) -> np.ndarray[Any, Any]:
    return np.asarray(np.ma.getdata(column)).astype(kind)


def column(rows: pa.Table, size: int, words: dict[str, int] | None) -> np.ndarray[Any, Any]:
    """One feature of all pairs.

    Args:
        rows: `place`, `number_value` and `text_value`; null where there is no value.
        size: how many pairs there are.
        words: of a text its values and their numbers, to which those that are new are added; None for a number.
    """
    places = rows["place"].to_numpy()
    if words is None:
        numbers = np.full(size, np.nan, dtype=np.float64)
        numbers[places] = rows["number_value"].to_numpy()
        return numbers
    texts = np.full(size, -1, dtype=np.int32)
    said = rows["text_value"].combine_chunks()
    there = said.is_valid().to_numpy(zero_copy_only=False)
    coded = said.drop_null().dictionary_encode()
    if len(coded):
        own = np.array([words.setdefault(word, len(words)) for word in coded.dictionary.to_pylist()])
        texts[places[there]] = own[coded.indices.to_numpy(zero_copy_only=False)]
    return texts


def _joined(parts: Sequence[Examples], words: dict[str, list[str]]) -> Examples:
    first = parts[0]
    return Examples(
        first.outcome,
        first.known,
        np.concatenate([part.leads for part in parts]),
        np.concatenate([part.groups for part in parts]),
        np.concatenate([part.months for part in parts]),
        np.concatenate([part.moments for part in parts]),
        np.concatenate([part.converted for part in parts]),
        np.concatenate([part.rule_scores for part in parts]),
        {name: np.concatenate([part.values[name] for part in parts]) for name in first.values},
        words,
        sum(part.left_out for part in parts),
        np.concatenate([part.rule_grades for part in parts]),
    )
