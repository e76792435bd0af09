"""What must hold between the cells of a rule row: does the operator fit the feature, and the value the operator?

Column types and lists of allowed values are declared beside the seeds; this is what such a declaration cannot say.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from decimal import Decimal, InvalidOperation

from leadwright.patterns import PatternError, require_portable

Row = Mapping[str, str]
Rows = Iterable[tuple[int, Row]]
Finding = tuple[int, str, str]
"""Line, column, message."""

BANDS = ("high", "medium", "low")
MOST_ALTERNATIVES = 40  # as many as the macro conditions_of takes apart
_OF_NUMBERS = ("gte", "lte", "between")
_OF_TEXTS = ("contains_word", "regex")
_WITHOUT_VALUE = ("exists", "is_true")
_OPERATORS = (*_OF_NUMBERS, *_OF_TEXTS, *_WITHOUT_VALUE, "equals", "in")


def faults(rows: Rows, catalogue: Mapping[str, Row]) -> Iterator[Finding]:
    """What is wrong with rows that have the columns feature, operator and value."""
    for line, row in rows:
        operator, value = row["operator"].strip(), row["value"].strip()
        feature = catalogue.get(row["feature"].strip())
        if operator not in _OPERATORS:
            continue  # said already, as a value that is not allowed
        if feature and feature["kind"].strip() == "outcome" and "segment_id" not in row:
            yield line, "feature", f"{row['feature']} comes of the rules; only segments can look at it"
        elif feature and (message := _misfit(operator, feature["value_type"].strip())):
            yield line, "operator", message
        elif message := _value_fault(operator, value):
            yield line, "value", message
        if feature and row.get("half_life_days", "").strip() and feature["decays"].strip().lower() != "true":
            yield (
                line,
                "half_life_days",
                f"{row['feature']} does not decay (column decays of feature_catalogue.csv)",
            )


def order_faults(rows: Rows, low: str, high: str) -> Iterator[Finding]:
    """Rows whose column `high` is below their column `low`."""
    for line, row in rows:
        first, last = row.get(low, "").strip(), row.get(high, "").strip()
        if not first or not last:
            continue
        numbers = _number(first), _number(last)
        backwards = last < first if None in numbers else numbers[1] < numbers[0]  # type: ignore[operator]
        if backwards:
            yield line, high, f"{last!r} is below {low}, which is {first!r}"


def key_faults(rows: Rows, key: tuple[str, ...]) -> Iterator[Finding]:
    """Rows that have the same cells in the columns `key` as an earlier one, empty cells included."""
    seen: dict[tuple[str, ...], int] = {}
    for line, row in rows:
        name = tuple(row[column].strip().lower() for column in key)
        if name in seen:
            yield line, key[-1], f"{', '.join(name)!r} is already on line {seen[name]}"
        seen.setdefault(name, line)


def group_faults(rows: Rows, groups: Iterable[Row]) -> Iterator[Finding]:
    """Rules that give points in a group without a cap."""
    known = {(group["dimension"].strip(), group["signal_group"].strip()) for group in groups}
    for line, row in rows:
        dimension, group = row["dimension"].strip(), row["signal_group"].strip()
        if dimension != "disqualify" and (dimension, group) not in known:
            yield line, "signal_group", f"{group!r} has no cap for {dimension}; add it to score_groups.csv"


def answer_field_faults(rows: Rows, declared: Collection[tuple[str, str, str]]) -> Iterator[Finding]:
    """Fields of answers that are not pulled. `declared`: schema, object and field of those marked is_answer."""
    for line, row in rows:
        crm, table, field = (row[name].strip() for name in ("crm", "object", "field"))
        if (f"raw_{crm}", table, field) not in declared:
            yield (
                line,
                "field",
                f"{field!r} is not declared with is_answer for {table} in _{crm}__sources.yml",
            )


def grid_faults(rows: Rows) -> Iterator[Finding]:
    """Cells of the grid that are missing or stand twice: a lead would get no grade, or two."""
    seen: dict[tuple[str, str], int] = {}
    last = 1
    for line, row in rows:
        cell, last = (row["fit_band"].strip(), row["intent_band"].strip()), line
        if cell in seen:
            yield line, "intent_band", f"fit {cell[0]}, intent {cell[1]} is already on line {seen[cell]}"
        seen.setdefault(cell, line)
    for fit in BANDS:
        for intent in BANDS:
            if (fit, intent) not in seen:
                yield last, "fit_band", f"there is no row for fit {fit}, intent {intent}; all nine are needed"


def _misfit(operator: str, value_type: str) -> str | None:
    if operator in _OF_NUMBERS and value_type in ("text", "flag"):
        return f"{operator} compares numbers, and the feature is a {value_type}"
    if operator in _OF_TEXTS and value_type not in ("text", "answer"):
        return f"{operator} looks into a text, and the feature is a {value_type}"
    if operator == "is_true" and value_type != "flag":
        return f"is_true asks for a flag, and the feature is a {value_type}; use exists"
    return None


def _value_fault(operator: str, value: str) -> str | None:
    if operator in _WITHOUT_VALUE:
        return f"{operator} takes no value; leave the cell empty" if value else None
    if not value:
        return f"{operator} needs a value"
    if operator in ("gte", "lte"):
        return None if _number(value) is not None else f"{value!r} is not a number"
    if operator == "between":
        return _range_fault(value)
    if operator in ("in", "contains_word"):
        return _list_fault(value)
    return _pattern_fault(value) if operator == "regex" else None


def _range_fault(value: str) -> str | None:
    ends = [_number(end) for end in value.split("|")]
    if len(ends) != 2 or ends[0] is None or ends[1] is None:
        return f"{value!r} is not a range such as 51|200"
    return f"the range {value!r} runs backwards" if ends[1] < ends[0] else None


def _list_fault(value: str) -> str | None:
    words = [word.strip() for word in value.split("|")]
    if not all(words):
        return f"{value!r} has an empty alternative; write words with one | between two"
    if len(words) > MOST_ALTERNATIVES:
        return f"{len(words)} alternatives; at most {MOST_ALTERNATIVES} are allowed. Write a second row"
    return None


def _pattern_fault(value: str) -> str | None:
    try:
        require_portable(value)
    except PatternError as error:
        return str(error)
    return None


def _number(text: str) -> Decimal | None:
    try:
        number = Decimal(text.strip())
    except InvalidOperation:
        return None
    return number if number.is_finite() else None
